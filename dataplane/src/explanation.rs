//! What a signature compiled to, in words: where it is looked for, by what, how it is confirmed, and what that costs.

use serde::Serialize;
use weir_rules::field::FieldId;
use weir_rules::signature::{
    Buffer, BufferCondition, BufferMatch, Case, FastPatternChoice, Presence, RuleIndex, Signature,
};

use crate::detect::{Asked, Membership, unsupported};
use crate::flow::Direction;
use crate::ruleset::Ruleset;

/// A fast pattern shorter than this is found in much harmless traffic.
const RARE_BYTES: usize = 5;

/// What a signature compiled to.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// `gid:sid`.
    pub id: String,
    /// `rev`.
    pub rev: u32,
    /// `msg`.
    pub msg: String,
    /// Where it is written.
    pub origin: String,
    /// Action, protocol and who talks to whom, as it is written.
    pub header: String,
    /// What it is asked about, and by what part of the engine.
    pub asked: String,
    /// What it asks of each buffer, in order.
    pub buffers: Vec<BufferLine>,
    /// What is looked for first.
    pub fast_pattern: Option<FastLine>,
    /// The groups that it is in.
    pub groups: Vec<GroupLine>,
    /// What else must be, and what is remembered.
    pub needs: Vec<String>,
    /// What it costs.
    pub cost: CostClass,
}

/// What is asked of a buffer.
#[derive(Clone, Debug, Serialize)]
pub struct BufferLine {
    /// Its name.
    pub buffer: String,
    /// What is done to it first.
    pub transforms: Vec<String>,
    /// What it must hold.
    pub conditions: Vec<String>,
}

/// What is looked for first.
#[derive(Clone, Debug, Serialize)]
pub struct FastLine {
    /// In which buffer.
    pub buffer: String,
    /// The bytes, as in a `content`.
    pub bytes: String,
    /// How many they are.
    pub length: usize,
    /// Why these.
    pub why: String,
    /// Contents that it was chosen among.
    pub among: usize,
}

/// A group of signatures that are scanned for together.
#[derive(Clone, Debug, Serialize)]
pub struct GroupLine {
    /// The field, or `packet`.
    pub field: String,
    /// Its direction.
    pub direction: &'static str,
    /// Signatures in it.
    pub signatures: usize,
    /// How the signature is found in it.
    pub by: &'static str,
}

/// What asking a signature costs, the cheapest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CostClass {
    /// It is not asked.
    NotAsked,
    /// The header alone decides, once for each direction of a flow.
    Header,
    /// The scan decides by itself.
    Scan,
    /// The scan decides, and remembers how far it has come.
    ScanWithState,
    /// Confirmed where a rare pattern is found.
    RareCandidate,
    /// Confirmed where a short or common pattern is found.
    CommonCandidate,
    /// Evaluated for every value or packet.
    Always,
}

impl CostClass {
    /// In a few words.
    pub const fn describe(self) -> &'static str {
        match self {
            CostClass::NotAsked => "nothing: it is left out",
            CostClass::Header => "header: asked once for each direction of a flow",
            CostClass::Scan => "scan: the scan decides by itself",
            CostClass::ScanWithState => {
                "scan with state: the scan decides, some dozens of bytes for each half match"
            }
            CostClass::RareCandidate => {
                "rare candidate: the full rule is evaluated where its fast pattern is found"
            }
            CostClass::CommonCandidate => {
                "common candidate: its fast pattern is short and found often; a longer content helps"
            }
            CostClass::Always => {
                "always: evaluated for every value; a content of a few bytes, without transforms, helps"
            }
        }
    }

    /// In one word.
    pub const fn name(self) -> &'static str {
        match self {
            CostClass::NotAsked => "not-asked",
            CostClass::Header => "header",
            CostClass::Scan => "scan",
            CostClass::ScanWithState => "scan-with-state",
            CostClass::RareCandidate => "rare-candidate",
            CostClass::CommonCandidate => "common-candidate",
            CostClass::Always => "always",
        }
    }
}

/// Explains a signature; none where there is no such.
pub fn explain(ruleset: &Ruleset, rule: RuleIndex) -> Option<Explanation> {
    let signature = ruleset.signatures.get(rule)?;
    let groups = groups(ruleset, rule);
    let text = signature.origin.text();
    Some(Explanation {
        id: signature.id.to_string(),
        rev: signature.rev,
        msg: signature.msg.to_string(),
        origin: signature.origin.to_string(),
        header: text.split_once('(').map_or(text, |(header, _)| header).trim().to_owned(),
        asked: asked(ruleset, rule, signature, &groups),
        buffers: signature.buffers.iter().map(buffer_line).collect(),
        fast_pattern: fast_line(signature, &groups),
        needs: needs(signature),
        cost: cost(ruleset, rule, signature, &groups),
        groups: groups.into_iter().map(|group| group.line).collect(),
    })
}

/// What a signature costs.
pub fn cost_of(ruleset: &Ruleset, rule: RuleIndex) -> CostClass {
    match ruleset.signatures.get(rule) {
        Some(signature) => cost(ruleset, rule, signature, &groups(ruleset, rule)),
        None => CostClass::NotAsked,
    }
}

struct Group {
    line: GroupLine,
    /// None where all patterns are scanned for.
    membership: Option<Membership>,
}

fn groups(ruleset: &Ruleset, rule: RuleIndex) -> Vec<Group> {
    let scanned =
        ruleset.databases.groups().filter(|(.., group)| group.plan.plans.iter().any(|p| p.rule == rule));
    let mut groups: Vec<Group> = scanned
        .map(|(field, direction, group)| Group {
            line: GroupLine {
                field: field.name().to_owned(),
                direction: named(direction),
                signatures: group.plan.plans.len(),
                by: "all of its patterns",
            },
            membership: None,
        })
        .collect();
    let fields = ruleset.detect.groups().map(|(field, direction, group)| (Some(field), direction, group));
    let packets = [Direction::ToServer, Direction::ToClient]
        .into_iter()
        .filter_map(|direction| Some((None, direction, ruleset.detect.packets(direction)?)));
    for (field, direction, group) in fields.chain(packets) {
        let Some(membership) = group.membership(rule) else { continue };
        groups.push(Group {
            line: GroupLine {
                field: field.map_or("packet", FieldId::name).to_owned(),
                direction: named(direction),
                signatures: group.signatures(),
                by: match membership {
                    Membership::ByLiteral => "its fast pattern",
                    Membership::ByShape => "the shape that its transform needs",
                    Membership::Always => "nothing: it is a candidate every time",
                },
            },
            membership: Some(membership),
        });
    }
    groups
}

fn is_found_by(groups: &[Group], membership: Membership) -> bool {
    groups.iter().any(|group| group.membership == Some(membership))
}

fn named(direction: Direction) -> &'static str {
    match direction {
        Direction::ToServer => "to server",
        Direction::ToClient => "to client",
    }
}

fn asked(ruleset: &Ruleset, rule: RuleIndex, signature: &Signature, groups: &[Group]) -> String {
    if let Some(conditions) = signature.plain_conditions() {
        return match (conditions.len(), groups.is_empty()) {
            (0, _) => "of the first packet of each direction: it has no patterns".to_owned(),
            (_, true) => "not at all: the scanner can't run it, `weir rules check` says why".to_owned(),
            (1, _) => "of streams and datagrams, plain: one pattern, no confirmation".to_owned(),
            (count, _) => {
                format!("of streams and datagrams, plain: {count} patterns in their places, no confirmation")
            }
        };
    }
    match ruleset.detect.asked(rule) {
        Asked::Transaction => "of each transaction, confirmed by the full rule".to_owned(),
        Asked::Packet => "of each packet, confirmed by the full rule".to_owned(),
        Asked::Raised => "of packets about which something was raised, confirmed by the full rule".to_owned(),
        Asked::Detection => "when something is wrong about which protocol a flow has".to_owned(),
        Asked::Elsewhere => {
            let reason = unsupported(signature).unwrap_or_else(|| "`weir rules check` says why".to_owned());
            format!("not at all: {reason}")
        }
    }
}

fn cost(ruleset: &Ruleset, rule: RuleIndex, signature: &Signature, groups: &[Group]) -> CostClass {
    if let Some(conditions) = signature.plain_conditions() {
        return match (conditions.len(), groups.is_empty()) {
            (0, _) => CostClass::Header,
            (_, true) => CostClass::NotAsked,
            (1, _) => CostClass::Scan,
            _ => CostClass::ScanWithState,
        };
    }
    let bytes = signature.fast_pattern().map_or(0, |fast| fast.part.len());
    match ruleset.detect.asked(rule) {
        Asked::Elsewhere => CostClass::NotAsked,
        Asked::Raised | Asked::Detection => CostClass::RareCandidate,
        _ if is_found_by(groups, Membership::Always) => CostClass::Always,
        _ if is_found_by(groups, Membership::ByLiteral) && bytes < RARE_BYTES => CostClass::CommonCandidate,
        _ => CostClass::RareCandidate,
    }
}

fn fast_line(signature: &Signature, groups: &[Group]) -> Option<FastLine> {
    let fast = signature.fast_pattern().filter(|_| signature.plain_conditions().is_none())?;
    let buffer = signature.buffers.get(usize::from(fast.buffer))?;
    let BufferCondition::Content(content) = buffer.conditions.get(usize::from(fast.condition))? else {
        return None;
    };
    let bytes = content.bytes.get(usize::from(fast.part.start)..usize::from(fast.part.end))?;
    let among = signature.buffers.iter().flat_map(|buffer| &buffer.conditions).filter(|condition| {
        matches!(condition, BufferCondition::Content(content) if content.presence == Presence::Required)
    });
    let why = match (fast.choice, is_found_by(groups, Membership::ByLiteral)) {
        (_, false) => {
            "not used: it is looked for in what a transform gives, and not in what came by".to_owned()
        }
        (FastPatternChoice::Named, _) => "the rule names it (fast_pattern)".to_owned(),
        (FastPatternChoice::Rarest, _) => {
            format!(
                "its bytes are the rarest together, in the buffer with the least traffic ({})",
                buffer.buffer.name()
            )
        }
    };
    Some(FastLine {
        buffer: buffer.buffer.name().to_owned(),
        bytes: shown_bytes(bytes),
        length: bytes.len(),
        why,
        among: among.count(),
    })
}

fn buffer_line(buffer: &BufferMatch) -> BufferLine {
    BufferLine {
        buffer: match buffer.buffer {
            Buffer::Payload => "payload".to_owned(),
            other => other.name().to_owned(),
        },
        transforms: buffer.transforms.iter().map(|transform| format!("{transform:?}")).collect(),
        conditions: buffer.conditions.iter().map(condition).collect(),
    }
}

fn condition(condition: &BufferCondition) -> String {
    match condition {
        BufferCondition::Content(content) => {
            let not = if content.presence == Presence::Absent { "no " } else { "" };
            let case = if content.case == Case::Insensitive { " in any case" } else { "" };
            format!("{not}content \"{}\"{case}", shown_bytes(&content.bytes))
        }
        BufferCondition::Regex(regex) => {
            let not = if regex.presence == Presence::Absent { "no " } else { "" };
            format!("{not}pcre /{}/", regex.expression)
        }
        BufferCondition::ByteTest(_) => "byte_test".to_owned(),
        BufferCondition::ByteJump(_) => "byte_jump".to_owned(),
        BufferCondition::ByteExtract(_) => "byte_extract".to_owned(),
        BufferCondition::ByteMath(_) => "byte_math".to_owned(),
        BufferCondition::DataAt(_) => "isdataat".to_owned(),
        BufferCondition::Size(_) => "a size".to_owned(),
        BufferCondition::Base64Decode(_) => "base64_decode".to_owned(),
        BufferCondition::Entropy(_) => "entropy".to_owned(),
        BufferCondition::Dataset(_) => "dataset".to_owned(),
        BufferCondition::DataReputation(_) => "datarep".to_owned(),
        BufferCondition::Absent(_) => "absent".to_owned(),
    }
}

/// Bytes as they are written in a `content`.
fn shown_bytes(bytes: &[u8]) -> String {
    let is_plain = |byte: u8| byte == b' ' || byte.is_ascii_graphic() && !b"\"\\;:|".contains(&byte);
    let mut text = String::new();
    for run in bytes.chunk_by(|&a, &b| is_plain(a) == is_plain(b)) {
        if run.first().is_some_and(|&byte| is_plain(byte)) {
            text.extend(run.iter().map(|&byte| char::from(byte)));
        } else {
            let hex: Vec<String> = run.iter().map(|byte| format!("{byte:02x}")).collect();
            text += &format!("|{}|", hex.join(" "));
        }
    }
    text
}

fn needs(signature: &Signature) -> Vec<String> {
    let mut needs = Vec::new();
    needs.extend(signature.flow.words().map(|word| format!("flow {word}")));
    let options = [
        signature.app.map(|app| format!("the protocol {}", app.name())),
        signature.hook.as_ref().map(|hook| format!("the state {hook}")),
    ];
    needs.extend(options.into_iter().flatten());
    needs.extend(signature.numbers.iter().map(|number| format!("the number {}", number.number.name())));
    if !signature.packet.is_empty() {
        needs.push(format!("{} conditions on the packet or flow", signature.packet.len()));
    }
    if !signature.state.is_empty() {
        needs.push(format!("{} conditions on, or changes to, what is remembered", signature.state.len()));
    }
    let rest = [
        signature.threshold.map(|_| "threshold: not every match is reported"),
        signature.detection_filter.map(|_| "detection_filter: the first matches do not count"),
        signature.tag.map(|_| "tag"),
        signature.score.map(|_| "score"),
    ];
    needs.extend(rest.into_iter().flatten().map(str::to_owned));
    needs
}

#[cfg(test)]
mod tests {
    use weir_rules::diagnostic::Source;

    use super::*;
    use crate::event::Generation;
    use crate::ruleset::Strictness;

    fn explained(options: &str) -> Explanation {
        let text = format!("alert http any any -> any any (msg:\"m\"; {options} sid:1; rev:2;)");
        let rules = [Source::new("t.rules", text)];
        let compiled = Ruleset::compile(&rules, &[], &[], Generation(1), Strictness::Lenient).unwrap();
        explain(&compiled.ruleset, RuleIndex(0)).unwrap()
    }

    #[test]
    fn cost_classes_tell_rules_apart() {
        for (options, cost) in [
            ("http.uri; content:\"/rare-path\";", CostClass::RareCandidate),
            ("http.uri; content:\"/a\";", CostClass::CommonCandidate),
            ("http.request_body; card_numbers; content:\"|0a|\";", CostClass::RareCandidate),
            ("http.uri; pcre:\"/a+b/\";", CostClass::Always),
            ("http.uri; to_lowercase; content:\"/rare-path\";", CostClass::Always),
            ("dnp3_data; content:\"x\";", CostClass::NotAsked),
        ] {
            let loaded = std::panic::catch_unwind(|| explained(options));
            // What is not decoded is not in the set at all.
            assert_eq!(loaded.map_or(CostClass::NotAsked, |explained| explained.cost), cost, "{options}");
        }
        let text = "alert tcp any any -> any any (content:\"a|3a|b\"; content:\"c\"; distance:1; sid:1;)\n\
                    alert tcp any any -> any any (content:\"abc\"; sid:2;)\nalert tcp any any -> any 9 (sid:3;)";
        let rules = [Source::new("t.rules", text)];
        let compiled = Ruleset::compile(&rules, &[], &[], Generation(1), Strictness::Strict).unwrap();
        let costs = [0, 1, 2].map(|at| cost_of(&compiled.ruleset, RuleIndex(at)));
        assert_eq!(costs, [CostClass::ScanWithState, CostClass::Scan, CostClass::Header]);
    }

    #[test]
    fn the_fast_pattern_is_told_with_its_reason() {
        let chosen = explained("http.uri; content:\"/a\"; content:\"/longer|3a|\";").fast_pattern.unwrap();
        assert_eq!((chosen.bytes.as_str(), chosen.length, chosen.among), ("/longer|3a|", 8, 2));
        assert!(chosen.why.contains("rarest"), "{}", chosen.why);
        let named =
            explained("http.uri; content:\"/a\"; fast_pattern; content:\"/longer\";").fast_pattern.unwrap();
        assert_eq!(named.bytes, "/a");
        assert!(named.why.contains("names it"), "{}", named.why);
    }
}
