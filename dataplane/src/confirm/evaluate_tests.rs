//! Every kind of condition, by tables.

use weir_rules::ranges::RangeSet;
use weir_rules::signature::{
    Absent, Align, Arithmetic, Base, Base64Decode, Buffer, BufferCondition, ByteExtract, ByteField, ByteJump,
    ByteMath, ByteTest, Capture, CaptureScope, Case, Comparison, DataAt, Dollar, Encoding, End, Greed,
    JumpFrom, NumberTest, Operand, Presence, RegexStart, Transform, Variable,
};

use super::test_rules::{Bench, RULE, buffer, compile, content, field, holds, regex, relative};
use super::{Extent, Limits, Value};

const X: Operand = Operand::Variable(Variable(0));

fn absent(bytes: &str) -> BufferCondition {
    content(bytes, |content| content.presence = Presence::Absent)
}

fn jump(field: ByteField, change: impl FnOnce(&mut ByteJump)) -> BufferCondition {
    let mut jump = ByteJump {
        field,
        multiplier: 1,
        align: Align::No,
        from: JumpFrom::Number,
        post_offset: Operand::ZERO,
    };
    change(&mut jump);
    BufferCondition::ByteJump(Box::new(jump))
}

fn extract(field: ByteField) -> BufferCondition {
    BufferCondition::ByteExtract(Box::new(ByteExtract {
        field,
        multiplier: 1,
        align: Align::No,
        into: Variable(0),
    }))
}

fn test(field: ByteField, operator: Comparison, value: Operand, presence: Presence) -> BufferCondition {
    BufferCondition::ByteTest(Box::new(ByteTest { field, operator, presence, value }))
}

fn math(operator: Arithmetic, right: i64) -> BufferCondition {
    let field = field(1, 0, Base::Start, Encoding::BigEndian);
    BufferCondition::ByteMath(Box::new(ByteMath {
        field,
        operator,
        right: Operand::Number(right),
        into: Variable(0),
    }))
}

fn data_at(bytes: i64, base: Base, presence: Presence) -> BufferCondition {
    BufferCondition::DataAt(DataAt { bytes: Operand::Number(bytes), base, presence })
}

fn size(first: u64, last: u64) -> BufferCondition {
    BufferCondition::Size(NumberTest::Within(RangeSet::of([(first, last)])))
}

fn decode(offset: i64, base: Base) -> BufferCondition {
    BufferCondition::Base64Decode(Base64Decode { bytes: None, offset: Operand::Number(offset), base })
}

#[test]
fn contents_lie_where_they_must() {
    let at = |from, room| {
        move |content: &mut weir_rules::signature::Content| {
            content.from = Operand::Number(from);
            content.room = Some(Operand::Number(room));
        }
    };
    let table = [
        (vec![content("bc", |_| {})], "abcd", true),
        (vec![content("BC", |_| {})], "abcd", false),
        (vec![content("BC", |c| c.case = Case::Insensitive)], "abcd", true),
        (vec![content("bc", at(1, 2))], "abcd", true),
        (vec![content("bc", at(2, 9))], "abcd", false),
        (vec![content("bc", at(0, 2))], "abcd", false),
        (vec![content("cd", |c| c.end = End::OfBuffer)], "cdcd", true),
        (vec![content("cd", |c| c.end = End::OfBuffer)], "cdc", false),
        (vec![content("a", |_| {}), absent("x")], "abcd", true),
        (vec![content("a", |_| {}), absent("d")], "abcd", false),
        (vec![content("a", |_| {}), relative("c", 1, Some(1))], "abcd", true),
        (vec![content("a", |_| {}), relative("b", 1, None)], "abcd", false),
        (vec![content("cd", |_| {}), relative("bc", -3, None)], "abcd", true),
        // The second `a` is the one that has a `c` right behind it.
        (vec![content("a", |_| {}), relative("c", 0, Some(1))], "ab ac", true),
        (vec![content("a", |_| {}), relative("b", 0, Some(2)), relative("c", 0, Some(1))], "abb abc", true),
        (vec![content("abcde", |_| {})], "abcd", false),
        (vec![content("a", |_| {})], "", false),
    ];
    for (conditions, value, expected) in table {
        assert_eq!(holds(conditions.clone(), value.as_bytes()), expected, "{value:?} {conditions:?}");
    }
}

#[test]
fn expressions_match_as_their_flags_say() {
    let plain = |expression| vec![regex(expression, |_| {})];
    let after_a = |expression| vec![content("a", |_| {}), regex(expression, |r| r.base = Base::Previous)];
    let table = [
        (plain("b.d"), "abcd", true),
        (plain("B"), "abcd", false),
        (vec![regex("B", |r| r.flags.caseless = true)], "abcd", true),
        (vec![regex("b", |r| r.start = RegexStart::Anchored)], "abcd", false),
        (vec![regex("x|a", |r| r.start = RegexStart::Anchored)], "abcd", true),
        (
            vec![regex("a # x", |r| {
                r.start = RegexStart::Anchored;
                r.flags.extended = true;
            })],
            "abcd",
            true,
        ),
        (vec![regex(r"\Qa", |r| r.start = RegexStart::Anchored)], "abcd", true),
        (plain("d$"), "abcd\n", true),
        (vec![regex("d$", |r| r.dollar = Dollar::EndOnly)], "abcd\n", false),
        (vec![regex("d$", |r| r.dollar = Dollar::EndOnly)], "abcd", true),
        (after_a("^b"), "xab", true),
        (after_a("^a"), "xab", false),
        // From the second `a`.
        (after_a("^c"), "ab ac", true),
        (vec![regex("a", |_| {}), relative("c", 0, Some(1))], "ab ac", true),
        (vec![regex("a.*", |_| {}), relative("c", 0, None)], "abc", false),
        (vec![regex("a.*", |r| r.greed = Greed::Lazy), relative("b", 0, None)], "abc", true),
        (vec![regex("x", |r| r.presence = Presence::Absent)], "abcd", true),
        (vec![regex("c", |r| r.presence = Presence::Absent)], "abcd", false),
        (plain("(*UTF)é"), "é", true),
    ];
    for (conditions, value, expected) in table {
        assert_eq!(holds(conditions.clone(), value.as_bytes()), expected, "{value:?} {conditions:?}");
    }
}

#[test]
fn a_run_that_is_given_up_is_counted_and_does_not_match() {
    let mut bench = Bench::payload(vec![regex("(a+)+$", |_| {})]);
    let hostile = [[b'a'; 60].as_slice(), b"!"].concat();
    assert!(!bench.ask(Value::whole(&hostile)));
    assert_eq!(bench.scratch.counters().regex_limits, 1);
    let mut bench = Bench::payload(vec![regex("(a+)+$", |r| r.presence = Presence::Absent)]);
    assert!(!bench.ask(Value::whole(&hostile)), "what is not known is not absent");
}

#[test]
fn numbers_are_compared() {
    use Comparison::*;
    let big = field(2, 0, Base::Start, Encoding::BigEndian);
    let little = field(2, 0, Base::Start, Encoding::LittleEndian);
    let masked = ByteField { bitmask: Some(0xff00), ..big };
    let decimal = field(3, 1, Base::Start, Encoding::Digits(10));
    let table: [(ByteField, Comparison, i64, bool, &[u8]); 14] = [
        (big, Equal, 0x0102, true, &[1, 2]),
        (little, Equal, 0x0201, true, &[1, 2]),
        (big, Less, 0x0102, false, &[1, 2]),
        (big, LessOrEqual, 0x0102, true, &[1, 2]),
        (big, Greater, 0x0101, true, &[1, 2]),
        (big, GreaterOrEqual, 0x0103, false, &[1, 2]),
        (big, And, 0x0100, true, &[1, 2]),
        (big, And, 0x1000, false, &[1, 2]),
        (big, Xor, 0x0102, false, &[1, 2]),
        (masked, Equal, 1, true, &[1, 2]),
        (decimal, Equal, 123, true, b"x123"),
        (decimal, Equal, 12, true, b"x12y"),
        (decimal, Equal, 12, false, b"x12"),
        (big, GreaterOrEqual, 0, false, &[1]),
    ];
    for (field, operator, value, expected, bytes) in table {
        let value = Operand::Number(value);
        let required = vec![test(field, operator, value, Presence::Required)];
        assert_eq!(holds(required, bytes), expected, "{field:?} {operator:?} {value:?}");
    }
    assert!(holds(vec![test(big, Equal, Operand::Number(7), Presence::Absent)], &[1, 2]));
    assert!(!holds(vec![test(big, Equal, Operand::Number(7), Presence::Absent)], &[1]), "no number");
}

#[test]
fn jumps_go_where_they_must() {
    let first = field(1, 0, Base::Start, Encoding::BigEndian);
    let nothing = field(0, 0, Base::Start, Encoding::BigEndian);
    let next = relative("x", 0, Some(1));
    let table: [(BufferCondition, &[u8], bool); 11] = [
        (jump(first, |_| {}), b"\x02abx", true),
        (jump(first, |_| {}), b"\x01abx", false),
        (jump(first, |j| j.multiplier = 2), b"\x01abx", true),
        (jump(first, |j| j.align = Align::Four), b"\x01abcdx", true),
        (jump(first, |j| j.from = JumpFrom::Beginning), b"\x03abx", true),
        (jump(first, |j| j.post_offset = Operand::Number(-1)), b"\x03abx", true),
        (
            jump(nothing, |j| {
                j.from = JumpFrom::End;
                j.post_offset = Operand::Number(-1);
            }),
            b"abx",
            true,
        ),
        (
            jump(nothing, |j| {
                j.from = JumpFrom::End;
                j.post_offset = Operand::Number(-9);
            }),
            b"xab",
            true,
        ),
        (jump(first, |j| j.from = JumpFrom::Beginning), b"\x04abx", false),
        (jump(first, |_| {}), b"\xffabx", false),
        (jump(first, |j| j.multiplier = u32::MAX), b"\xffabx", false),
    ];
    for (condition, value, expected) in table {
        let conditions = vec![condition, next.clone()];
        assert_eq!(holds(conditions.clone(), value), expected, "{} {conditions:?}", value.escape_ascii());
    }
}

#[test]
fn variables_are_places_and_values() {
    let first = field(1, 0, Base::Start, Encoding::BigEndian);
    let at_x = |change: fn(&mut weir_rules::signature::Content)| content("ab", change);
    let equal = |value| {
        test(field(1, 1, Base::Start, Encoding::BigEndian), Comparison::Equal, value, Presence::Required)
    };
    let table: [(Vec<BufferCondition>, &[u8], bool); 14] = [
        (vec![extract(first), at_x(|c| c.from = X)], b"\x03ab ab", true),
        (vec![extract(first), at_x(|c| c.from = X)], b"\x05ab ab", false),
        (vec![extract(first), at_x(|c| c.room = Some(X))], b"\x03ab", true),
        (vec![extract(first), at_x(|c| c.room = Some(X))], b"\x02ab", false),
        (vec![extract(first), equal(X)], b"\x07\x07", true),
        (vec![equal(X)], b"\x00\x00", false),
        (vec![math(Arithmetic::Add, 1), equal(X)], b"\x06\x07", true),
        (vec![math(Arithmetic::Subtract, 1), equal(X)], b"\x08\x07", true),
        (vec![math(Arithmetic::Multiply, 2), equal(X)], b"\x04\x08", true),
        (vec![math(Arithmetic::Divide, 2), equal(X)], b"\x0f\x07", true),
        (vec![math(Arithmetic::Divide, 0), equal(X)], b"\x0f\x07", false),
        (vec![math(Arithmetic::ShiftLeft, 2), equal(X)], b"\x01\x04", true),
        (vec![math(Arithmetic::ShiftRight, 64), equal(X)], b"\xff\x00", true),
        // The number of the second `l` is the one that leads to `z`.
        (
            vec![
                content("l", |_| {}),
                extract(field(1, 0, Base::Previous, Encoding::Digits(10))),
                content("z", |c| {
                    c.base = Base::Previous;
                    c.from = X;
                    c.room = Some(Operand::Number(1));
                }),
            ],
            b"l1z l2__z",
            true,
        ),
    ];
    for (conditions, value, expected) in table {
        assert_eq!(holds(conditions.clone(), value), expected, "{} {conditions:?}", value.escape_ascii());
    }
}

#[test]
fn ends_and_sizes_need_the_whole_value() {
    use Extent::{Cut, Open, Whole};
    let end = || content("c", |c| c.end = End::OfBuffer);
    let table = [
        (vec![data_at(2, Base::Start, Presence::Required)], [true, true, true]),
        (vec![data_at(3, Base::Start, Presence::Required)], [false, false, false]),
        (vec![data_at(3, Base::Start, Presence::Absent)], [true, false, false]),
        (vec![content("b", |_| {}), data_at(1, Base::Previous, Presence::Required)], [true, true, true]),
        (vec![content("c", |_| {}), data_at(1, Base::Previous, Presence::Absent)], [true, false, false]),
        (vec![size(3, 3)], [true, false, false]),
        (vec![size(2, u64::MAX)], [true, true, true]),
        (vec![size(4, u64::MAX)], [false, false, false]),
        (vec![end()], [true, false, false]),
        (vec![absent("x")], [true, true, false]),
        (
            vec![content("x", |c| {
                c.presence = Presence::Absent;
                c.room = Some(Operand::Number(3));
            })],
            [true; 3],
        ),
        (vec![regex("x", |r| r.presence = Presence::Absent)], [true, true, false]),
    ];
    for (conditions, expected) in table {
        for (extent, expected) in [Whole, Cut, Open].into_iter().zip(expected) {
            let found = Bench::payload(conditions.clone()).ask(Value { bytes: b"abc", skipped: 0, extent });
            assert_eq!(found, expected, "{extent:?} {conditions:?}");
        }
    }
}

#[test]
fn places_count_from_the_first_byte_that_there_was() {
    let byte = |offset, value| {
        let field = field(1, offset, Base::Start, Encoding::BigEndian);
        test(field, Comparison::Equal, Operand::Number(value), Presence::Required)
    };
    let table = [
        (vec![content("abc", |_| {})], true),
        (vec![content("abc", |c| c.room = Some(Operand::Number(3)))], false),
        (vec![content("b", |c| (c.from, c.room) = (Operand::Number(6), Some(Operand::Number(1))))], true),
        (vec![content("a", |c| c.from = Operand::Number(6))], false),
        (vec![content("a", |_| {}), relative("b", 0, Some(1))], true),
        (vec![byte(0, i64::from(b'a'))], false),
        (vec![byte(5, i64::from(b'a'))], true),
        (vec![byte(7, i64::from(b'c'))], true),
        (vec![data_at(7, Base::Start, Presence::Required)], true),
        (vec![data_at(8, Base::Start, Presence::Absent)], true),
        (vec![size(8, 8)], true),
        (vec![size(3, 3)], false),
    ];
    for (conditions, expected) in table {
        let value = Value { bytes: b"abc", skipped: 5, extent: Extent::Whole };
        assert_eq!(Bench::payload(conditions.clone()).ask(value), expected, "{conditions:?}");
    }
}

#[test]
fn base64_is_decoded_and_asked_at_once() {
    let rule = |decode: BufferCondition, transforms| {
        vec![
            buffer(Buffer::Payload, Vec::new(), vec![content("b64:", |_| {}), decode]),
            buffer(Buffer::Base64, transforms, vec![content("hello", |c| c.room = Some(Operand::Number(5)))]),
        ]
    };
    let table: [(i64, Vec<Transform>, &[u8], bool); 6] = [
        (0, vec![], b"b64:aGVsbG8=", true),
        (1, vec![], b"b64: aGVsbG8=", true),
        (0, vec![], b"b64:AAAA b64:aGVsbG8=", true),
        (0, vec![], b"b64:SEVMTE8=", false),
        (0, vec![Transform::ToLowercase], b"b64:SEVMTE8=", true),
        (0, vec![], b"b64:", false),
    ];
    for (offset, transforms, value, expected) in table {
        let mut bench = Bench::new(rule(decode(offset, Base::Previous), transforms), Limits::default());
        assert_eq!(bench.ask(Value::whole(value)), expected, "{}", value.escape_ascii());
        assert!(bench.confirmer.matches(RULE, 1, Value::whole(b""), &mut bench.scratch));
    }
}

#[test]
fn absent_buffers() {
    let rule = |condition| vec![buffer(Buffer::Payload, Vec::new(), condition)];
    let table = [
        (vec![BufferCondition::Absent(Absent::Only)], true, false),
        (vec![BufferCondition::Absent(Absent::OrElse), content("a", |_| {})], true, true),
        (vec![content("a", |_| {})], false, true),
    ];
    for (conditions, missing, there) in table {
        let mut bench = Bench::new(rule(conditions), Limits::default());
        assert_eq!(bench.confirmer.matches_absent(RULE, 0), missing);
        assert_eq!(bench.ask(Value::whole(b"a")), there);
    }
}

#[test]
fn groups_are_kept_of_what_matched() {
    let capture = Capture { scope: CaptureScope::Flow, name: "word".into() };
    let mut bench = Bench::payload(vec![
        regex("([a-z]+)=", |r| r.captures = Box::new([capture.clone()])),
        relative("2", 0, Some(1)),
    ]);
    assert!(bench.ask(Value::whole(b"ab=1 cd=2")));
    let kept: Vec<_> = bench.scratch.captured(&bench.confirmer, RULE).collect();
    assert_eq!(kept, [super::Captured { capture: &capture, bytes: b"cd" }]);
    assert!(!bench.ask(Value::whole(b"ab=1")));
    assert_eq!(bench.scratch.captured(&bench.confirmer, RULE).count(), 0);
}

#[test]
fn what_cannot_be_confirmed_is_reported() {
    let dce = field(2, 0, Base::Start, Encoding::Dce);
    let table = [
        (vec![buffer(Buffer::Payload, vec![], vec![regex("(", |_| {})])], "pcre: "),
        (vec![buffer(Buffer::Payload, vec![Transform::Regex("(".into())], vec![])], "pcrexform: "),
        (vec![buffer(Buffer::Payload, vec![], vec![jump(dce, |_| {})])], "DCE/RPC"),
        (vec![buffer(Buffer::Base64, vec![], vec![])], "without a base64_decode"),
        (vec![buffer(Buffer::Payload, vec![], vec![content("a", |_| {}); 257])], "more than 256"),
    ];
    for (buffers, expected) in table {
        let compiled = compile(buffers, Limits::default());
        assert_eq!(compiled.unusable, [RULE]);
        assert!(compiled.diagnostics[0].message.contains(expected), "{:?}", compiled.diagnostics);
    }
}

#[test]
fn workers_share_it() {
    fn shared<T: Send + Sync>() {}
    fn owned<T: Send>() {}
    shared::<super::Confirmer>();
    owned::<super::Scratch>();
}
