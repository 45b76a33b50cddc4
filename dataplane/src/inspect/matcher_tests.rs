//! The matcher against the reference, for every kind of signature and every way to cut a text.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use weir_rules::diagnostic::Source;
use weir_rules::field::FieldId;
use weir_rules::signature::{Condition, Presence, SignatureSet, Variables, load};

use super::reference::{Reference, Regex};
use super::{Databases, Hits, Inspector, InspectorConfig, Opened, Scanned};
use crate::flow::Direction;

const TO_SERVER: Direction = Direction::ToServer;

/// Signatures, and an inspector for them.
struct Bench {
    set: SignatureSet,
    inspector: Inspector,
}

/// Which signatures were found, with the first offset of each, and how much was inexact.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    rules: BTreeSet<(u32, u64)>,
    widened: u64,
}

impl Found {
    fn has(&self, rule: u32) -> bool {
        self.rules.iter().any(|&(found, _)| found == rule)
    }
}

impl Bench {
    fn new(rules: &str) -> Bench {
        let loaded = load(&[Source::new("test.rules", rules)], &Variables::default());
        let (databases, _) = Databases::compile(&loaded.set);
        let config = InspectorConfig { streams: 4, progress: 256 };
        let inspector = Inspector::new(Arc::new(databases), 1, config).expect("an inspector");
        Bench { set: loaded.set, inspector }
    }

    fn found(&mut self, scan: impl FnOnce(&mut Inspector, &mut Hits)) -> Found {
        let mut hits = Hits::for_signatures(512);
        let before = self.inspector.counters().matcher.widened;
        scan(&mut self.inspector, &mut hits);
        assert_eq!((hits.lost(), self.inspector.live_progress()), (0, 0));
        let rules = hits.as_slice().iter().map(|hit| (hit.rule.0, hit.offset)).collect();
        Found { rules, widened: self.inspector.counters().matcher.widened - before }
    }

    fn block(&mut self, text: &[u8]) -> Found {
        self.found(|inspector, hits| {
            assert_eq!(inspector.scan_block(FieldId::UdpPayload, TO_SERVER, text, hits), Scanned::Done);
        })
    }

    fn stream(&mut self, pieces: &[&[u8]]) -> Found {
        self.found(|inspector, hits| {
            let Opened::Stream(handle) = inspector.open(TO_SERVER, 7) else { return };
            for piece in pieces {
                assert_eq!(inspector.scan_stream(handle, TO_SERVER, 7, piece, hits), Scanned::Done);
            }
            inspector.release(handle, TO_SERVER, 7);
        })
    }

    /// The signatures that Hyperscan took.
    fn usable(&self) -> BTreeSet<u32> {
        let group = self.inspector.databases().group(FieldId::UdpPayload, TO_SERVER);
        group.into_iter().flat_map(|group| &group.plan.plans).map(|plan| plan.rule.0).collect()
    }

    fn conditions(&self, rule: u32) -> &[Condition] {
        self.set.signatures[rule as usize].plain_conditions().expect("a plain signature")
    }
}

fn has_negated(conditions: &[Condition]) -> bool {
    conditions.iter().any(|condition| condition.presence == Presence::Absent)
}

/// Holds what was found in a text that ended at `ends` against the reference.
fn compare(
    bench: &Bench,
    regexes: &[Regex],
    text: &[u8],
    ends: &[usize],
    found: &Found,
) -> Result<(), TestCaseError> {
    let reference = Reference { regexes };
    for rule in bench.usable() {
        let conditions = bench.conditions(rule);
        let at_some_end = |judge: &dyn Fn(&[u8]) -> bool| ends.iter().any(|&end| judge(&text[..end]));
        let is_meant = at_some_end(&|text| reference.means(conditions, text));
        let is_promised = at_some_end(&|text| reference.promises(conditions, text));
        prop_assert!(found.has(rule) || !is_meant, "rule {} is missed at {:?} in {:?}", rule, ends, found);
        if found.widened == 0 {
            prop_assert_eq!(found.has(rule), is_promised, "rule {} at {:?} in {:?}", rule, ends, found);
        }
    }
    Ok(())
}

/// The text in pieces that end at `ends`, of which the last is the text's.
fn pieces<'t>(text: &'t [u8], ends: &[usize]) -> Vec<&'t [u8]> {
    let starts = std::iter::once(&0).chain(ends);
    starts.zip(ends).map(|(&start, &end)| &text[start..end]).collect()
}

fn check_all_cuts(
    rules: &[String],
    regexes: &[Regex],
    text: &[u8],
    cuts: &BTreeSet<usize>,
) -> Result<(), TestCaseError> {
    let mut bench = Bench::new(&rules.join("\n"));
    let whole = bench.block(text);
    compare(&bench, regexes, text, &[text.len()], &whole)?;
    let one_cut = (0..text.len()).map(|cut| vec![cut, text.len()]);
    let byte_by_byte = (1..=text.len()).collect();
    let some = cuts.iter().copied().filter(|&cut| cut < text.len()).chain([text.len()]).collect();
    let in_one = bench.stream(&[text]);
    for ends in one_cut.chain([byte_by_byte, some]) {
        let found = bench.stream(&pieces(text, &ends));
        compare(&bench, regexes, text, &ends, &found)?;
        for rule in bench.usable().into_iter().filter(|&rule| !has_negated(bench.conditions(rule))) {
            let of = |found: &Found| found.rules.iter().find(|hit| hit.0 == rule).copied();
            prop_assert_eq!(of(&found), of(&in_one), "rule {} at {:?}", rule, ends);
        }
    }
    Ok(())
}

fn word(most: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(prop_oneof![4 => Just('a'), 4 => Just('b'), 1 => Just('A')], 1..=most)
        .prop_map(|letters| letters.into_iter().collect())
}

fn regex() -> impl Strategy<Value = Regex> {
    let leaf = prop_oneof![
        3 => Just(Regex::Byte(b'a')),
        3 => Just(Regex::Byte(b'b')),
        1 => Just(Regex::Any),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let repeat = |(what, least, more): (Regex, usize, Option<usize>)| Regex::Repeat {
            what: Box::new(what),
            least,
            most: more.map_or(usize::MAX, |more| least + more),
        };
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Regex::Sequence),
            (inner.clone(), inner.clone())
                .prop_map(|(one, other)| Regex::Either(Box::new(one), Box::new(other))),
            (inner, 0_usize..3, proptest::option::of(1_usize..3)).prop_map(repeat),
        ]
    })
}

fn bang() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => Just(""), 1 => Just("!")]
}

fn content() -> impl Strategy<Value = String> {
    let bound = || proptest::option::of(0_u32..5);
    let absolute =
        (0_u32..5, bound()).prop_map(|(offset, depth)| (format!("offset:{offset};"), "depth", depth));
    let relative = (-4_i32..5, bound())
        .prop_map(|(distance, within)| (format!("distance:{distance};"), "within", within));
    let anywhere = Just((String::new(), "", None));
    let place = prop_oneof![2 => anywhere, 1 => absolute, 4 => relative];
    (bang(), word(3), any::<bool>(), place).prop_map(|(bang, word, nocase, (place, bound, room))| {
        let nocase = if nocase { "nocase;" } else { "" };
        // A bound below the length of the word is an error.
        let bound = room.map_or(String::new(), |room| format!("{bound}:{};", room + word.len() as u32));
        format!("content:{bang}\"{word}\"; {nocase} {place} {bound}")
    })
}

fn pcre() -> impl Strategy<Value = (String, Regex)> {
    let flags = prop_oneof![Just(("", "")), Just(("", "R")), Just(("^", "R"))];
    (bang(), regex(), flags).prop_map(|(bang, regex, (caret, flags))| {
        (format!("pcre:{bang}\"/{caret}{}/{flags}\";", regex.text()), regex)
    })
}

/// The conditions of a rule, and the expressions among them.
fn conditions() -> impl Strategy<Value = (String, Vec<Regex>)> {
    let condition = prop_oneof![
        3 => content().prop_map(|text| (text, None)),
        1 => pcre().prop_map(|(text, regex)| (text, Some(regex))),
    ];
    proptest::collection::vec(condition, 1..5).prop_map(|conditions| {
        let (texts, regexes): (Vec<String>, Vec<Option<Regex>>) = conditions.into_iter().unzip();
        (texts.join(" "), regexes.into_iter().flatten().collect())
    })
}

fn rules() -> impl Strategy<Value = (Vec<String>, Vec<Regex>)> {
    proptest::collection::vec(conditions(), 1..4).prop_map(|rules| {
        let (texts, regexes): (Vec<String>, Vec<Vec<Regex>>) = rules.into_iter().unzip();
        let number = |(index, text): (usize, String)| rule(&text, index as u32 + 1);
        (texts.into_iter().enumerate().map(number).collect(), regexes.concat())
    })
}

fn rule(conditions: &str, sid: u32) -> String {
    format!("alert ip any any -> any any (flow:to_server; {conditions} sid:{sid};)")
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let letter = prop_oneof![8 => Just(b'a'), 8 => Just(b'b'), 2 => Just(b'A'), 1 => Just(b'\n')];
    proptest::collection::vec(letter, 0..24)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, max_shrink_iters: 4000, ..ProptestConfig::default() })]

    #[test]
    fn the_matcher_finds_what_signatures_mean_however_the_text_is_cut(
        (rules, regexes) in rules(),
        text in text(),
        cuts in proptest::collection::btree_set(0_usize..24, 0..6),
    ) {
        check_all_cuts(&rules, &regexes, &text, &cuts)?;
    }
}

/// Cases that were wrong once, or nearly.
#[test]
fn particular_signatures() {
    let a_or_b = Regex::Sequence(vec![
        Regex::Repeat { what: Box::new(Regex::Byte(b'a')), least: 1, most: usize::MAX },
        Regex::Byte(b'b'),
    ]);
    let cases: [(&str, &[u8]); 16] = [
        // Only the leftmost of several starts is told.
        (r#"content:"ba"; pcre:"/(?:a){1,}b/R";"#, b"baab"),
        (r#"content:"ba"; pcre:"/^(?:a){1,}b/R";"#, b"baab"),
        (r#"content:"ba"; pcre:!"/(?:a){1,}b/R";"#, b"baab"),
        // At the start of the field.
        (r#"pcre:"/^(?:a){1,}b/R";"#, b"aab"),
        (r#"pcre:"/^(?:a){1,}b/R";"#, b"baab"),
        (r#"content:"b"; distance:-3; within:5;"#, b"aab"),
        // Several places at which a step was seen before its anchor.
        (r#"content:"aaaa"; content:"b"; distance:-9; content:"B"; distance:0; within:1;"#, b"bxbBxaaaa"),
        (r#"content:"aaaa"; content:"b"; distance:-9; pcre:"/(?:a){1,}b/R";"#, b"bxaabxaaaa"),
        (r#"content:"aaaa"; content:"b"; distance:-9; pcre:!"/(?:a){1,}b/R";"#, b"bxaabxaaaa"),
        (r#"content:"aaaa"; content:!"b"; distance:-9;"#, b"bxbBxaaaa"),
        (r#"content:"aaaa"; content:!"b"; distance:-3;"#, b"bxbBxaaaa"),
        // More anchors than windows, of which the first is the one that counts.
        (r#"content:"a"; content:!"b"; within:1;"#, b"ababababababababababab"),
        (r#"content:"a"; content:!"b"; within:1;"#, b"aabababababababababababab"),
        (r#"content:"a"; content:"b"; distance:3; within:1;"#, b"a.a.a.a.a.a.a.a.a.a.b.a..bb"),
        // More steps than windows.
        (
            r#"content:"a"; content:"b"; distance:0; content:"a"; distance:0; content:"b"; distance:0;
               content:"a"; distance:0; content:"b"; distance:0; content:"a"; distance:0; content:"b"; distance:0;
               content:"a"; distance:0; content:"b"; distance:0; content:"a"; distance:0; content:"A"; distance:0;"#,
            b"abababAababab",
        ),
        (r#"content:"a"; content:"b"; distance:0; content:"a"; distance:0; within:2;"#, b"abbbbbba.a"),
    ];
    for (conditions, text) in cases {
        let conditions = conditions.replace('\n', " ");
        check_all_cuts(&[rule(&conditions, 1)], std::slice::from_ref(&a_or_b), text, &BTreeSet::new())
            .unwrap_or_else(|error| panic!("{conditions}: {error}"));
    }
}

#[test]
fn more_matches_than_can_wait_are_walked_in_order() {
    let rules = [
        r#"content:"a"; content:"b"; distance:0; content:"ab"; distance:0; within:2;"#,
        r#"content:"ab"; content:"b"; distance:0; content:"aa"; distance:0; within:2;"#,
        r#"content:"aaa"; content:"aba"; distance:4000;"#,
        r#"content:"aaa"; content:"aba"; distance:5000;"#,
    ];
    let texts: Vec<String> = rules.iter().zip(1..).map(|(conditions, sid)| rule(conditions, sid)).collect();
    let mut text = vec![b'a'; 5000];
    text.extend(b"babab");
    let mut bench = Bench::new(&texts.join("\n"));
    for found in [bench.block(&text), bench.stream(&[&text])] {
        compare(&bench, &[], &text, &[text.len()], &found).expect("as the reference says");
        assert_eq!(found.widened, 0);
    }
}

#[test]
fn a_gap_ends_what_was_under_way() {
    let mut bench = Bench::new(&rule(r#"content:"a"; content:"b"; distance:0;"#, 1));
    let mut hits = Hits::default();
    let Opened::Stream(handle) = bench.inspector.open(TO_SERVER, 7) else { panic!("no stream") };
    let mut scan = |bench: &mut Bench, text: &[u8]| {
        let _ = bench.inspector.scan_stream(handle, TO_SERVER, 7, text, &mut hits);
        hits.as_slice().iter().map(|hit| hit.offset).collect::<Vec<_>>()
    };
    assert_eq!(scan(&mut bench, b"xxa"), [0; 0]);
    bench.inspector.gap(handle, TO_SERVER, 7, 100);
    assert_eq!(scan(&mut bench, b"b"), [0; 0]);
    assert_eq!(scan(&mut bench, b"a..b"), [105]);
}

#[test]
fn progress_that_does_not_fit_is_counted_and_comes_back() {
    let rules: Vec<String> =
        (1..=300).map(|sid| rule(r#"content:"a"; content:"b"; distance:0;"#, sid)).collect();
    let mut bench = Bench::new(&rules.join("\n"));
    let found = bench.stream(&[b"a", b"b"]);
    assert_eq!(found.rules.len(), 256);
    assert!(bench.inspector.counters().matcher.progress_full > 0);
    assert_eq!(bench.stream(&[b"ab"]).rules.len(), 256);
}
