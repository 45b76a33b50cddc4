//! The evaluator against a model that tries every choice of matches, and against arbitrary conditions.

use proptest::prelude::*;
use weir_rules::ranges::RangeSet;
use weir_rules::signature::{
    Align, Arithmetic, Base, Base64Decode, Buffer, BufferCondition, ByteExtract, ByteField, ByteJump,
    ByteMath, ByteTest, Case, Comparison, Content, DataAt, Encoding, End, Entropy, JumpFrom, NumberTest,
    Operand, Presence, Variable,
};

use super::test_rules::{Bench, buffer, content, holds, regex};
use super::{Extent, Limits, Value};

/// Whether there is a choice of matches with which all contents hold. Slow, and as the words say it.
fn model(contents: &[Content], value: &[u8], previous: usize) -> bool {
    let Some((first, others)) = contents.split_first() else { return true };
    let base = if first.base == Base::Start { 0 } else { previous as i64 };
    let from = base + first.from.fixed().unwrap();
    let last = first.room.map_or(i64::MAX, |room| from + room.fixed().unwrap());
    let same = |bytes: &[u8]| match first.case {
        Case::Sensitive => bytes == &*first.bytes,
        Case::Insensitive => bytes.eq_ignore_ascii_case(&first.bytes),
    };
    let ends: Vec<usize> = (0..=value.len())
        .filter_map(|start| Some(start..start.checked_add(first.bytes.len())?))
        .filter(|range| range.start as i64 >= from && range.end as i64 <= last)
        .filter(|range| value.get(range.clone()).is_some_and(same))
        .filter(|range| first.end == End::Anywhere || range.end == value.len())
        .map(|range| range.end)
        .collect();
    match first.presence {
        Presence::Required => ends.into_iter().any(|end| model(others, value, end)),
        Presence::Absent => ends.is_empty() && model(others, value, previous),
    }
}

fn presence() -> impl Strategy<Value = Presence> {
    prop_oneof![4 => Just(Presence::Required), 1 => Just(Presence::Absent)]
}

fn base() -> impl Strategy<Value = Base> {
    prop_oneof![1 => Just(Base::Start), 2 => Just(Base::Previous)]
}

prop_compose! {
    fn any_content()(
        bytes in prop::collection::vec(prop::sample::select(b"abA".to_vec()), 1..3),
        folded: bool,
        presence in presence(),
        base in base(),
        from in 0..4i64,
        back in 0..4i64,
        room in prop::option::of(1..6i64),
        at_end in prop::bool::weighted(0.1),
    ) -> Content {
        let from = if base == Base::Previous { from - back } else { from };
        let room = room.map(|room| Operand::Number(room.max(bytes.len() as i64)));
        Content {
            bytes: bytes.into(),
            case: if folded { Case::Insensitive } else { Case::Sensitive },
            presence,
            base,
            from: Operand::Number(from),
            room,
            end: if at_end { End::OfBuffer } else { End::Anywhere },
            span: 0..0,
        }
    }
}

fn operand() -> impl Strategy<Value = Operand> {
    prop_oneof![
        (-20..40i64).prop_map(Operand::Number),
        any::<i64>().prop_map(Operand::Number),
        any::<u8>().prop_map(|number| Operand::Variable(Variable(number))),
        (0..2u8).prop_map(|number| Operand::Variable(Variable(number))),
    ]
}

fn encoding() -> impl Strategy<Value = Encoding> {
    prop_oneof![
        Just(Encoding::BigEndian),
        Just(Encoding::LittleEndian),
        any::<u8>().prop_map(Encoding::Digits),
        prop::sample::select(vec![8, 10, 16]).prop_map(Encoding::Digits),
    ]
}

prop_compose! {
    fn any_field()(
        bytes in prop_oneof![(0..24i64).prop_map(Operand::Number), operand()],
        offset in operand(),
        base in base(),
        encoding in encoding(),
        bitmask: Option<u32>,
    ) -> ByteField {
        ByteField { bytes, offset, base, encoding, bitmask }
    }
}

fn numeric_condition() -> impl Strategy<Value = BufferCondition> {
    let align = prop_oneof![Just(Align::No), Just(Align::Four)];
    let from = prop_oneof![Just(JumpFrom::Number), Just(JumpFrom::Beginning), Just(JumpFrom::End)];
    let arithmetic = prop::sample::select(vec![
        Arithmetic::Add,
        Arithmetic::Subtract,
        Arithmetic::Multiply,
        Arithmetic::Divide,
        Arithmetic::ShiftLeft,
        Arithmetic::ShiftRight,
    ]);
    let comparison = prop::sample::select(vec![Comparison::Less, Comparison::Equal, Comparison::And]);
    prop_oneof![
        (any_field(), comparison, presence(), operand()).prop_map(|(field, operator, presence, value)| {
            BufferCondition::ByteTest(Box::new(ByteTest { field, operator, presence, value }))
        }),
        (any_field(), any::<u32>(), align.clone(), from, operand()).prop_map(
            |(field, multiplier, align, from, post_offset)| {
                BufferCondition::ByteJump(Box::new(ByteJump { field, multiplier, align, from, post_offset }))
            }
        ),
        (any_field(), any::<u32>(), align, any::<u8>()).prop_map(|(field, multiplier, align, into)| {
            let into = Variable(into);
            BufferCondition::ByteExtract(Box::new(ByteExtract { field, multiplier, align, into }))
        }),
        (any_field(), arithmetic, operand(), 0..2u8).prop_map(|(field, operator, right, into)| {
            let into = Variable(into);
            BufferCondition::ByteMath(Box::new(ByteMath { field, operator, right, into }))
        }),
    ]
}

fn any_condition() -> impl Strategy<Value = BufferCondition> {
    prop_oneof![
        any_content().prop_map(BufferCondition::Content),
        (any_content(), operand(), operand()).prop_map(|(mut content, from, room)| {
            content.from = from;
            content.room = Some(room);
            BufferCondition::Content(content)
        }),
        (base(), presence(), prop::sample::select(vec!["a+b?", "^", "(a|b)*$", r"\Kb", "(?=a)"])).prop_map(
            |(base, presence, text)| regex(text, |regex| {
                regex.base = base;
                regex.presence = presence;
            })
        ),
        numeric_condition(),
        (operand(), base(), presence()).prop_map(|(bytes, base, presence)| {
            BufferCondition::DataAt(DataAt { bytes, base, presence })
        }),
        (0..9u64, 0..20u64).prop_map(|(first, more)| {
            BufferCondition::Size(NumberTest::Within(RangeSet::of([(first, first + more)])))
        }),
        (prop::option::of(operand()), operand(), base()).prop_map(|(bytes, offset, base)| {
            BufferCondition::Base64Decode(Base64Decode { bytes, offset, base })
        }),
        (prop::option::of(operand()), operand(), base(), presence()).prop_map(
            |(bytes, offset, base, presence)| {
                BufferCondition::Entropy(Entropy { bytes, offset, base, low: None, high: None, presence })
            }
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn agrees_with_the_model(
        contents in prop::collection::vec(any_content(), 1..5),
        value in prop::collection::vec(prop::sample::select(b"abA".to_vec()), 0..14),
    ) {
        let expected = model(&contents, &value, 0);
        let conditions: Vec<_> = contents.into_iter().map(BufferCondition::Content).collect();
        prop_assert_eq!(holds(conditions, &value), expected);
    }

    #[test]
    fn an_open_value_never_holds_what_more_bytes_could_undo(
        contents in prop::collection::vec(any_content(), 1..4),
        value in prop::collection::vec(prop::sample::select(b"abA".to_vec()), 0..10),
        more in prop::collection::vec(prop::sample::select(b"abA".to_vec()), 0..6),
    ) {
        let conditions: Vec<_> = contents.iter().cloned().map(BufferCondition::Content).collect();
        let mut bench = Bench::payload(conditions);
        if bench.ask(Value { bytes: &value, skipped: 0, extent: Extent::Open }) {
            let whole = [value, more].concat();
            prop_assert!(model(&contents, &whole, 0));
        }
    }
}

proptest! {
    #[test]
    fn nothing_panics_and_steps_are_bounded(
        conditions in prop::collection::vec(any_condition(), 1..7),
        nested in prop::collection::vec(any_condition(), 1..3),
        value in prop::collection::vec(
            prop_oneof![prop::sample::select(b"abAQ=0129 x-".to_vec()), any::<u8>()], 0..80
        ),
    ) {
        let limits = Limits { steps: 300, transformed: 40, ..Limits::default() };
        let decode = Base64Decode { bytes: None, offset: Operand::ZERO, base: Base::Start };
        let mut conditions = conditions;
        conditions.push(BufferCondition::Base64Decode(decode));
        let buffers = vec![
            buffer(Buffer::Payload, Vec::new(), conditions),
            buffer(Buffer::Base64, Vec::new(), nested),
        ];
        let mut bench = Bench::new(buffers, limits);
        for extent in [Extent::Whole, Extent::Cut, Extent::Open] {
            bench.ask(Value { bytes: &value, skipped: 0, extent });
        }
        prop_assert!(bench.scratch.counters().steps <= 900);
    }
}

#[test]
fn hostile_repetition_runs_into_the_bound() {
    // Each content has 200 places, and the last is nowhere.
    let mut conditions = vec![content("a", |_| {})];
    conditions.extend((0..12).map(|_| super::test_rules::relative("a", 0, Some(100))));
    conditions.push(super::test_rules::relative("b", 0, Some(100)));
    let mut bench = Bench::payload(conditions);
    assert!(!bench.ask(Value::whole(&[b'a'; 200])));
    let counters = bench.scratch.counters();
    assert_eq!((counters.step_limits, counters.matches), (1, 0));
    assert!(counters.steps <= u64::from(Limits::default().steps));
}
