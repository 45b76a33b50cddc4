//! Conditions and rules for tests, without the text of rules.

use std::sync::Arc;

use weir_rules::diagnostic::Source;
use weir_rules::signature::{
    Base, Buffer, BufferCondition, BufferMatch, ByteField, Case, Content, Dollar, Encoding, End, Greed,
    Operand, Presence, Regex, RegexFlags, RegexStart, RuleIndex, SignatureSet, Transform, Variables, load,
};

use super::{Compiled, Confirmer, Limits, Scratch, Sets, Value};

/// The only rule of [`compile`].
pub(super) const RULE: RuleIndex = RuleIndex(0);

/// A content that may be anywhere; `change` says what is special.
pub(super) fn content(bytes: &str, change: impl FnOnce(&mut Content)) -> BufferCondition {
    let mut content = Content {
        bytes: bytes.as_bytes().into(),
        case: Case::Sensitive,
        presence: Presence::Required,
        base: Base::Start,
        from: Operand::ZERO,
        room: None,
        end: End::Anywhere,
        span: 0..1,
    };
    change(&mut content);
    BufferCondition::Content(content)
}

/// A content counted from the match before.
pub(super) fn relative(bytes: &str, distance: i64, within: Option<i64>) -> BufferCondition {
    content(bytes, |content| {
        content.base = Base::Previous;
        content.from = Operand::Number(distance);
        content.room = within.map(Operand::Number);
    })
}

/// An expression that may match anywhere.
pub(super) fn regex(expression: &str, change: impl FnOnce(&mut Regex)) -> BufferCondition {
    let mut regex = Regex {
        expression: expression.into(),
        flags: RegexFlags::default(),
        presence: Presence::Required,
        base: Base::Start,
        start: RegexStart::Anywhere,
        dollar: Dollar::EndOrLineFeed,
        greed: Greed::Greedy,
        captures: Box::default(),
        span: 0..1,
    };
    change(&mut regex);
    BufferCondition::Regex(Box::new(regex))
}

/// A number of so many bytes.
pub(super) fn field(bytes: i64, offset: i64, base: Base, encoding: Encoding) -> ByteField {
    ByteField {
        bytes: Operand::Number(bytes),
        offset: Operand::Number(offset),
        base,
        encoding,
        bitmask: None,
    }
}

/// Conditions on a buffer.
pub(super) fn buffer(
    buffer: Buffer,
    transforms: Vec<Transform>,
    conditions: Vec<BufferCondition>,
) -> BufferMatch {
    BufferMatch { buffer, direction: None, transforms: transforms.into(), conditions: conditions.into() }
}

/// Compiles a rule with these buffers.
pub(super) fn compile(buffers: Vec<BufferMatch>, limits: Limits) -> Compiled {
    let source = Source::new("test.rules", "alert ip any any -> any any (msg:\"test\"; sid:1;)\n");
    let mut set: SignatureSet = load(&[Arc::clone(&source)], &Variables::default()).set;
    for signature in &mut set.signatures {
        signature.buffers = buffers.clone().into();
    }
    Confirmer::compile(&set, limits)
}

/// A rule that compiled, and what is needed to ask it.
pub(super) struct Bench {
    pub confirmer: Confirmer,
    pub scratch: Scratch,
}

impl Bench {
    /// A rule with these buffers.
    pub(super) fn new(buffers: Vec<BufferMatch>, limits: Limits) -> Bench {
        let compiled = compile(buffers, limits);
        assert!(compiled.unusable.is_empty(), "{:?}", compiled.diagnostics);
        let sources: Vec<_> =
            compiled.confirmer.datasets().iter().map(|named| named.source.clone()).collect();
        let sets = Sets::empty(&sources);
        let scratch = Scratch::new(&compiled.confirmer, Arc::new(sets));
        Bench { confirmer: compiled.confirmer, scratch }
    }

    /// A rule with conditions on the payload.
    pub(super) fn payload(conditions: Vec<BufferCondition>) -> Bench {
        Bench::new(vec![buffer(Buffer::Payload, Vec::new(), conditions)], Limits::default())
    }

    /// Whether the rule's first buffer may have this value.
    pub(super) fn ask(&mut self, value: Value<'_>) -> bool {
        self.scratch.begin();
        self.confirmer.matches(RULE, 0, value, &mut self.scratch) && self.scratch.commit()
    }
}

/// Whether conditions hold for a whole payload.
pub(super) fn holds(conditions: Vec<BufferCondition>, value: &[u8]) -> bool {
    Bench::payload(conditions).ask(Value::whole(value))
}
