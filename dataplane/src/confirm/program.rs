//! What a buffer of a signature compiles to.

use weir_rules::signature::{
    Base, Base64Decode, Buffer, ByteExtract, ByteField, ByteJump, ByteMath, ByteTest, Content, DataAt,
    Entropy, NumberTest, Operand, Presence,
};

use super::content::PreparedContent;
use super::dataset::PreparedDataset;
use super::evaluate::Failure;
use super::regex::PreparedRegex;
use super::transform::PreparedTransform;

/// The conditions of a signature on one buffer.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub buffer: Buffer,
    pub transforms: Box<[PreparedTransform]>,
    pub steps: Box<[Step]>,
    /// Whether it also holds where the buffer is not there, or only then.
    pub absence: Absence,
    /// For [`Buffer::Base64`]: the step that decodes it asks these conditions itself.
    pub asked_by_decoder: bool,
}

/// What a rule says about a buffer that is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Absence {
    /// It must be there.
    #[default]
    Fails,
    /// It may be missing.
    Holds,
    /// It must be missing.
    Required,
}

/// One condition.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub kind: Kind,
    /// What it means if it does not hold: whether another match of a step before could help.
    pub failure: Failure,
    /// Whether steps behind it depend on where it matches.
    pub follow: Follow,
}

/// Whether steps behind one depend on where it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follow {
    /// None does: its first match is as good as any.
    Nobody,
    /// One does: if it does not hold, the next match is tried.
    Somebody,
}

/// What is asked.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Content(PreparedContent),
    Regex(PreparedRegex),
    ByteTest(ByteTest),
    ByteJump(ByteJump),
    ByteExtract(ByteExtract),
    ByteMath(ByteMath),
    DataAt(DataAt),
    Size(NumberTest),
    Base64Decode(Decoder),
    Entropy(Entropy),
    Dataset(PreparedDataset),
}

/// A `base64_decode` and what is asked of what it decodes.
#[derive(Clone, Debug)]
pub(super) struct Decoder {
    pub decode: Base64Decode,
    pub programs: Box<[Program]>,
}

/// How a condition hangs together with those before it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ties {
    /// It is counted from the match before.
    relative: bool,
    /// It uses a variable.
    variable: bool,
    /// Where it holds, what follows is counted from it.
    moves: bool,
}

impl Ties {
    fn new(base: Base, operands: &[Operand], moves: bool) -> Ties {
        let variable = operands.iter().any(|operand| operand.fixed().is_none());
        Ties { relative: base == Base::Previous, variable, moves }
    }

    fn of_field(field: &ByteField, more: &[Operand], moves: bool) -> Ties {
        let ties = Ties::new(field.base, &[field.bytes, field.offset], moves);
        Ties { variable: ties.variable || Ties::new(field.base, more, moves).variable, ..ties }
    }

    pub(super) fn of_content(content: &Content) -> Ties {
        let room = content.room.unwrap_or(Operand::ZERO);
        Ties::new(content.base, &[content.from, room], content.presence == Presence::Required)
    }

    pub(super) fn of_regex(base: Base, presence: Presence) -> Ties {
        Ties::new(base, &[], presence == Presence::Required)
    }

    pub(super) fn of_test(test: &ByteTest) -> Ties {
        Ties::of_field(&test.field, &[test.value], false)
    }

    pub(super) fn of_jump(jump: &ByteJump) -> Ties {
        Ties::of_field(&jump.field, &[jump.post_offset], true)
    }

    pub(super) fn of_extract(extract: &ByteExtract) -> Ties {
        Ties::of_field(&extract.field, &[], true)
    }

    pub(super) fn of_math(math: &ByteMath) -> Ties {
        Ties::of_field(&math.field, &[math.right], true)
    }

    pub(super) fn of_data_at(data_at: &DataAt) -> Ties {
        Ties::new(data_at.base, &[data_at.bytes], false)
    }

    pub(super) fn of_decode(decode: &Base64Decode) -> Ties {
        // What is decoded may be asked with variables, so it is never final.
        let ties = Ties::new(decode.base, &[decode.offset], false);
        Ties { variable: true, ..ties }
    }

    pub(super) fn of_entropy(entropy: &Entropy) -> Ties {
        Ties::new(entropy.base, &[entropy.offset, entropy.bytes.unwrap_or(Operand::ZERO)], false)
    }

    /// What it means if the condition does not hold.
    pub(super) const fn failure(self) -> Failure {
        if self.relative || self.variable { Failure::Retry } else { Failure::Final }
    }

    /// Whether one of the conditions that follow depends on where this one matches.
    pub(super) fn follow(behind: &[Ties]) -> Follow {
        let decides = behind.iter().find(|ties| ties.relative || ties.moves);
        if decides.is_some_and(|ties| ties.relative) { Follow::Somebody } else { Follow::Nobody }
    }
}
