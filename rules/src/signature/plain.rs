//! Signatures that are plain: patterns in the payload and nothing more. A streaming matcher decides them by itself.

use std::borrow::Cow;

use super::buffer::{Buffer, BufferCondition, BufferMatch, Content, Dollar, End, Regex, RegexStart};
use super::condition::{Condition, Pattern, Placement};
use super::flow::StreamOption;
use super::fuse::fuse;
use super::operand::{Base, Operand};
use super::protocol::RuleProtocol;
use super::rule::Signature;

/// The most conditions of a plain signature: the state of a match is a word of 64 bits.
pub const MAX_PLAIN_CONDITIONS: usize = 64;

impl Signature {
    /// What the signature needs beside patterns in the payload: the first such thing, in the words of the rule. None of a
    /// plain signature.
    pub fn need(&self) -> Option<Cow<'static, str>> {
        if self.plain_conditions().is_some() {
            return None;
        }
        let other = self.buffers.iter().map(|buffer| buffer.buffer).find(|&buffer| buffer != Buffer::Payload);
        let named = |present: bool, name: &'static str| present.then_some(Cow::Borrowed(name));
        other
            .map(|buffer| Cow::Borrowed(buffer.name()))
            .or_else(|| self.numbers.first().map(|condition| Cow::Borrowed(condition.number.name())))
            .or_else(|| named(!self.packet.is_empty(), "a condition on packets or flows"))
            .or_else(|| named(!self.state.is_empty(), "flowbits or their kin"))
            .or_else(|| named(self.threshold.is_some(), "threshold"))
            .or_else(|| named(self.detection_filter.is_some(), "detection_filter"))
            .or_else(|| named(self.tag.is_some(), "tag"))
            .or_else(|| named(self.score.is_some(), "score"))
            .or_else(|| named(self.flow.fragments.is_some(), "flow:only_frag or no_frag"))
            .or_else(|| named(self.flow.stream == Some(StreamOption::Excluded), "flow:no_stream"))
            .or_else(|| self.app.map(|app| Cow::Owned(format!("the protocol {}", app.name()))))
            .or_else(|| named(self.hook.is_some(), "a state of a protocol"))
            .or_else(|| named(has_payload_protocol(self), "more than contents and pcres at fixed places"))
            .or_else(|| Some(Cow::Owned(format!("the protocol {}", self.protocol.name()))))
    }
}

/// Whether the protocol is one whose payload a streaming matcher gets.
pub(super) fn has_payload_protocol(signature: &Signature) -> bool {
    matches!(
        signature.protocol,
        RuleProtocol::Ip
            | RuleProtocol::Tcp
            | RuleProtocol::TcpStream
            | RuleProtocol::Udp
            | RuleProtocol::Icmp
    )
}

/// The conditions of a signature in the form of a streaming matcher; none where it has others than that.
pub(super) fn plain(buffers: &[BufferMatch]) -> Option<Box<[Condition]>> {
    let conditions = match buffers {
        [] => return Some(Box::new([])),
        [only]
            if only.buffer == Buffer::Payload && only.transforms.is_empty() && only.direction.is_none() =>
        {
            &only.conditions
        }
        _ => return None,
    };
    if conditions.len() > MAX_PLAIN_CONDITIONS {
        return None;
    }
    let plain: Option<Vec<Condition>> = conditions.iter().map(plain_condition).collect();
    plain.map(|plain| fuse(plain).into_boxed_slice())
}

fn plain_condition(condition: &BufferCondition) -> Option<Condition> {
    match condition {
        BufferCondition::Content(content) => plain_content(content),
        BufferCondition::Regex(regex) => plain_regex(regex),
        _ => None,
    }
}

fn plain_content(content: &Content) -> Option<Condition> {
    if content.end != End::Anywhere {
        return None;
    }
    let from = content.from.fixed()?;
    let room = content.room.map(|room: Operand| room.fixed().and_then(|room| u32::try_from(room).ok()));
    let room = match room {
        Some(room) => Some(room?),
        None => None,
    };
    let placement = match content.base {
        Base::Start => Placement::Absolute { offset: u32::try_from(from).ok()?, depth: room },
        Base::Previous => Placement::Relative { distance: i32::try_from(from).ok()?, within: room },
    };
    Some(Condition {
        pattern: Pattern::Literal { bytes: content.bytes.clone(), case: content.case },
        placement,
        presence: content.presence,
        span: content.span.start as usize..content.span.end as usize,
    })
}

fn plain_regex(regex: &Regex) -> Option<Condition> {
    if regex.dollar == Dollar::EndOnly || !regex.captures.is_empty() {
        return None;
    }
    let (expression, placement) = placed(regex)?;
    Some(Condition {
        pattern: Pattern::Regex { expression, flags: regex.flags },
        placement,
        presence: regex.presence,
        span: regex.span.start as usize..regex.span.end as usize,
    })
}

/// Where an expression must lie: with `R` behind the match before, with `A` or `^` just there.
///
/// PCRE takes `R` as a subject that starts behind the match before, so a `^` means just there. The scanner's `^` is the
/// start of the field; it is taken off and said by `within` 0, where it stands for the whole expression.
fn placed(regex: &Regex) -> Option<(String, Placement)> {
    let expression = regex.expression.to_string();
    let anchored = regex.start == RegexStart::Anchored;
    if regex.base == Base::Start {
        let expression = if anchored { format!("\\A(?:{expression})") } else { expression };
        return Some((expression, Placement::ANYWHERE));
    }
    let behind = Placement::Relative { distance: 0, within: None };
    let just_there = Placement::Relative { distance: 0, within: Some(0) };
    match expression.strip_prefix('^') {
        None => Some((expression, if anchored { just_there } else { behind })),
        Some(rest) if !regex.flags.multiline && !has_alternatives(rest) => {
            Some((rest.to_owned(), just_there))
        }
        Some(_) => None,
    }
}

/// Whether there is a `|` outside of groups, classes and escapes.
fn has_alternatives(expression: &str) -> bool {
    let (mut depth, mut in_class, mut escaped) = (0usize, false, false);
    for byte in expression.bytes() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match (byte, in_class) {
            (b'\\', _) => escaped = true,
            (b']', true) => in_class = false,
            (_, true) => {}
            (b'[', _) => in_class = true,
            (b'(', _) => depth += 1,
            (b')', _) => depth = depth.saturating_sub(1),
            (b'|', _) if depth == 0 => return true,
            _ => {}
        }
    }
    false
}
