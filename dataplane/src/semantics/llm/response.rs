//! Reads answers of models, whole or as a stream of events.

use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use super::super::held::{Gathered, Held};
use super::super::json_text::{Arguments, unescape};
use super::super::media::Media;
use super::super::speaker::Speaker;
use super::super::trouble::{TOO_MANY_LANES, UNATTRIBUTED};
use super::call::Call;
use super::operation::Provider;
use super::response_paths::ResponsePart;
use crate::decode::json::Unescape;
use crate::decode::{Lane, Part, Sink};

/// Calls of one choice that are told apart.
const CALLS: u16 = 32;

/// Choices that are told apart.
const CHOICES: u16 = 128;

/// Calls whose arguments come in pieces at the same time.
const MAX_ARGUMENTS: usize = 16;

/// What the pieces of a streamed answer are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Reasoning,
    Arguments,
    Media,
}

impl Kind {
    /// By the `type` of an event of OpenAI's responses and realtime APIs.
    fn named(name: &[u8]) -> Kind {
        let has = |part: &str| memchr::memmem::find(name, part.as_bytes()).is_some();
        if has("reasoning") {
            Kind::Reasoning
        } else if has("arguments") || has("tool_call_input") || has("code.delta") {
            Kind::Arguments
        } else if has("audio.delta") {
            Kind::Media
        } else {
            Kind::Text
        }
    }
}

/// What is remembered of an answer between two pieces of it.
#[derive(Debug, Default)]
pub struct Response {
    kind: Option<Kind>,
    in_choice: bool,
    index: Option<u16>,
    /// Choices so far in this document.
    choices: u16,
    in_call: bool,
    call_index: Option<u16>,
    calls: u16,
    held: Held<ResponsePart>,
    name: Gathered,
    arguments: Arguments,
    escapes: Vec<(Lane, Unescape)>,
    media: Media,
    /// A text or the arguments of a call were told in pieces.
    told: [bool; 2],
    tokens: [Option<u64>; 2],
    /// The last endings that were told.
    endings: [Option<(Lane, Ending)>; 4],
}

impl Response {
    /// Ready for another.
    pub fn clear(&mut self) {
        let Response { held, name, escapes, .. } = self;
        held.clear();
        name.clear();
        escapes.clear();
        let (held, name, escapes) = (std::mem::take(held), std::mem::take(name), std::mem::take(escapes));
        *self = Response { held, name, escapes, ..Response::default() };
    }

    /// An object or array begins.
    pub fn enter<S: Sink>(&mut self, part: ResponsePart, call: &mut Call, speaker: &mut Speaker<'_, S>) {
        match part {
            ResponsePart::Choice => {
                call.confirm(Some(Provider::OpenAi), speaker);
                self.in_choice = true;
                self.index = None;
                self.calls = 0;
            }
            ResponsePart::ToolCall => {
                self.in_call = true;
                self.call_index = None;
            }
            _ => {}
        }
    }

    /// An object or array ends.
    pub fn leave<S: Sink>(&mut self, part: ResponsePart, speaker: &mut Speaker<'_, S>) {
        match part {
            ResponsePart::Choice => {
                let position = self.choices;
                self.index.get_or_insert(position);
                self.release(speaker);
                self.in_choice = false;
                self.index = None;
                self.choices = self.choices.saturating_add(1);
            }
            ResponsePart::ToolCall => {
                self.in_call = false;
                self.calls = self.calls.saturating_add(1);
            }
            _ => {}
        }
    }

    /// A document, or the data of an event, has ended.
    pub fn end_of_document<S: Sink>(&mut self, speaker: &mut Speaker<'_, S>) {
        self.kind.get_or_insert(Kind::Text);
        self.index.get_or_insert(0);
        self.release(speaker);
        self.kind = None;
        self.index = None;
        self.in_choice = false;
        self.in_call = false;
        self.choices = 0;
        self.calls = 0;
    }

    /// The body has ended.
    pub fn finish<S: Sink>(&mut self, speaker: &mut Speaker<'_, S>) {
        speaker.end_all();
        for (number, tokens) in [NumberId::LlmTokensIn, NumberId::LlmTokensOut].into_iter().zip(self.tokens) {
            if let Some(tokens) = tokens {
                speaker.number(number, tokens);
            }
        }
    }

    /// Tells what was waiting.
    fn release<S: Sink>(&mut self, speaker: &mut Speaker<'_, S>) {
        if self.held.is_empty() {
            return;
        }
        let mut held = std::mem::take(&mut self.held);
        held.drain(|part, bytes| self.say(part, bytes, speaker));
        self.held = held;
    }

    fn lane(&self) -> Lane {
        Lane(self.index.unwrap_or(0).min(CHOICES))
    }

    fn call_lane(&self) -> Lane {
        let call = if self.in_call { self.call_index.unwrap_or(self.calls) } else { 0 };
        Lane(self.lane().0 * CALLS + call.min(CALLS - 1))
    }

    /// A piece of a string.
    pub fn text<S: Sink>(
        &mut self,
        part: ResponsePart,
        piece: Part,
        bytes: &[u8],
        call: &mut Call,
        speaker: &mut Speaker<'_, S>,
    ) {
        match part {
            ResponsePart::Text
            | ResponsePart::Reasoning
            | ResponsePart::Delta
            | ResponsePart::Again
            | ResponsePart::ToolArgumentsDelta
            | ResponsePart::ArgumentsAgain => {
                if call.is_likely() {
                    call.confirm(None, speaker);
                }
                if call.is_certain() {
                    self.piece(part, bytes, speaker);
                    if piece.is_last() {
                        speaker.end(FieldId::LlmCompletion, Lane::REPEATED);
                        speaker.end(FieldId::LlmToolArguments, Lane::REPEATED);
                    }
                }
            }
            ResponsePart::Media => {
                if let Some(size) = self.media.take(piece, bytes) {
                    speaker.number(NumberId::LlmMediaSize, size);
                }
            }
            ResponsePart::Model | ResponsePart::Kind | ResponsePart::Finish | ResponsePart::ToolName => {
                if piece.is_first() {
                    self.name.clear();
                }
                self.name.add(bytes);
                if piece.is_last() {
                    self.named(part, call, speaker);
                }
            }
            _ => {}
        }
    }

    /// Whether it is not known yet which choice a piece belongs to, or what it is.
    fn must_wait(&self, part: ResponsePart) -> bool {
        self.in_choice && self.index.is_none() || part == ResponsePart::Delta && self.kind.is_none()
    }

    fn piece<S: Sink>(&mut self, part: ResponsePart, bytes: &[u8], speaker: &mut Speaker<'_, S>) {
        if !self.must_wait(part) {
            self.say(part, bytes, speaker);
        } else if !self.held.add(part, bytes) {
            speaker.event(UNATTRIBUTED);
            self.kind.get_or_insert(Kind::Text);
            let position = self.choices;
            self.index.get_or_insert(position);
            self.release(speaker);
            self.say(part, bytes, speaker);
        }
    }

    /// Tells a piece of which it is known what it is.
    fn say<S: Sink>(&mut self, part: ResponsePart, bytes: &[u8], speaker: &mut Speaker<'_, S>) {
        let part = match (part, self.kind, self.told) {
            (ResponsePart::Delta, Some(Kind::Reasoning), _) => ResponsePart::Reasoning,
            (ResponsePart::Delta, Some(Kind::Arguments), _) => ResponsePart::ToolArgumentsDelta,
            (ResponsePart::Delta, Some(Kind::Media), _) => return,
            (ResponsePart::Delta, ..) => ResponsePart::Text,
            _ => part,
        };
        let has_room = match part {
            ResponsePart::Reasoning => speaker.more(FieldId::LlmReasoning, self.lane(), bytes),
            ResponsePart::ToolArgumentsDelta => self.arguments_delta(bytes, speaker),
            ResponsePart::Again if self.told[0] => {
                speaker.more(FieldId::LlmCompletion, Lane::REPEATED, bytes)
            }
            ResponsePart::ArgumentsAgain if self.told[1] => {
                speaker.more(FieldId::LlmToolArguments, Lane::REPEATED, bytes)
            }
            ResponsePart::ArgumentsAgain => speaker.more(FieldId::LlmToolArguments, self.call_lane(), bytes),
            // What is said again though it was not said before is said now.
            ResponsePart::Again => speaker.more(FieldId::LlmCompletion, self.lane(), bytes),
            _ => {
                self.told[0] |= !bytes.is_empty();
                speaker.more(FieldId::LlmCompletion, self.lane(), bytes)
            }
        };
        if !has_room {
            speaker.event(TOO_MANY_LANES);
        }
    }

    fn arguments_delta<S: Sink>(&mut self, bytes: &[u8], speaker: &mut Speaker<'_, S>) -> bool {
        let lane = self.call_lane();
        self.told[1] |= !bytes.is_empty();
        if !self.escapes.iter().any(|(known, _)| *known == lane) {
            if self.escapes.len() >= MAX_ARGUMENTS {
                self.escapes.remove(0);
            }
            self.escapes.push((lane, Unescape::default()));
        }
        let mut has_room = true;
        if let Some((_, state)) = self.escapes.iter_mut().find(|(known, _)| *known == lane) {
            unescape(state, bytes, &mut |bytes| {
                has_room &= speaker.more(FieldId::LlmToolArguments, lane, bytes);
            });
        }
        has_room
    }

    /// A short string is whole.
    fn named<S: Sink>(&mut self, part: ResponsePart, call: &mut Call, speaker: &mut Speaker<'_, S>) {
        let name = self.name.take();
        match part {
            ResponsePart::Model if call.is_certain() => call.model(&name, speaker),
            ResponsePart::Kind => {
                if name.starts_with(b"response.") {
                    call.confirm(Some(Provider::OpenAi), speaker);
                } else if name == b"message_start" {
                    call.confirm(Some(Provider::Anthropic), speaker);
                }
                self.kind = Some(Kind::named(&name));
                if !self.in_choice {
                    self.release(speaker);
                }
            }
            // Some say it again with every event.
            ResponsePart::Finish if call.is_certain() && !is_underway(&name) => {
                let ending = (self.lane(), Ending::of(&name));
                if !self.endings.contains(&Some(ending)) {
                    self.endings.rotate_right(1);
                    self.endings[0] = Some(ending);
                    speaker.whole(FieldId::LlmFinishReason, &name);
                }
            }
            ResponsePart::ToolName if call.is_certain() => speaker.whole(FieldId::LlmToolName, &name),
            _ => {}
        }
        self.name.put_back(name);
    }

    /// A piece of a value as it stands.
    pub fn verbatim<S: Sink>(
        &mut self,
        part: ResponsePart,
        piece: Part,
        bytes: &[u8],
        call: &Call,
        speaker: &mut Speaker<'_, S>,
    ) {
        if part != ResponsePart::ToolArguments || !call.is_certain() {
            return;
        }
        if piece.is_first() {
            self.arguments = Arguments::default();
        }
        let lane = self.call_lane();
        self.arguments.push(bytes, &mut |bytes| {
            speaker.more(FieldId::LlmToolArguments, lane, bytes);
        });
        if piece.is_last() {
            speaker.end(FieldId::LlmToolArguments, lane);
        }
    }

    /// A number or a word.
    pub fn word<S: Sink>(&mut self, part: ResponsePart, word: &[u8], speaker: &mut Speaker<'_, S>) {
        let number = || std::str::from_utf8(word).ok()?.parse::<u64>().ok();
        match part {
            ResponsePart::Index => {
                self.index = number().map(|index| index.min(CHOICES.into()) as u16);
                if self.in_choice {
                    self.release(speaker);
                }
            }
            ResponsePart::ToolIndex => self.call_index = number().map(|index| index.min(CALLS.into()) as u16),
            ResponsePart::TokensIn => self.tokens[0] = number().max(self.tokens[0]),
            ResponsePart::TokensOut => self.tokens[1] = number().max(self.tokens[1]),
            _ => {}
        }
    }
}

/// A reason to end, by its first bytes, which tell those there are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ending([u8; 8]);

impl Ending {
    fn of(name: &[u8]) -> Ending {
        let mut first = [0; 8];
        first.iter_mut().zip(name).for_each(|(slot, byte)| *slot = *byte);
        Ending(first)
    }
}

/// Whether a status says that there is more to come.
fn is_underway(status: &[u8]) -> bool {
    matches!(status, b"in_progress" | b"queued" | b"FINISH_REASON_UNSPECIFIED")
}
