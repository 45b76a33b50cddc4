//! Reads requests to models.

use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use super::super::held::{Gathered, Held};
use super::super::json_text::Arguments;
use super::super::media::Media;
use super::super::speaker::Speaker;
use super::super::trouble::UNATTRIBUTED;
use super::call::Call;
use super::operation::Provider;
use super::request_paths::RequestPart;
use super::role::Role;
use crate::decode::{Lane, Part, Sink};

/// The lane of what is said.
const SAID: Lane = Lane(0);

/// What is remembered of a request between two pieces of it.
#[derive(Debug, Default)]
pub struct Request {
    role: Option<Role>,
    held: Held<()>,
    name: Gathered,
    arguments: Arguments,
    media: Media,
}

impl Request {
    /// Ready for another.
    pub fn clear(&mut self) {
        self.role = None;
        self.held.clear();
        self.name.clear();
        self.arguments = Arguments::default();
        self.media = Media::default();
    }

    /// An object or array begins.
    pub fn enter<S: Sink>(&mut self, part: RequestPart, speaker: &mut Speaker<'_, S>) {
        if part == RequestPart::Message {
            self.end_message(speaker);
        }
    }

    /// An object or array ends.
    pub fn leave<S: Sink>(&mut self, part: RequestPart, call: &mut Call, speaker: &mut Speaker<'_, S>) {
        if part == RequestPart::Message {
            self.end_of_document(call, speaker);
        }
    }

    /// Nothing more is said in this message, or document.
    pub fn end_of_document<S: Sink>(&mut self, call: &mut Call, speaker: &mut Speaker<'_, S>) {
        if !self.held.is_empty() {
            // Nobody is named: then it is the user.
            self.attribute(Role::User, call, speaker);
        }
        self.end_message(speaker);
    }

    fn end_message<S: Sink>(&mut self, speaker: &mut Speaker<'_, S>) {
        speaker.end_all();
        self.role = None;
    }

    /// It is known who speaks.
    fn attribute<S: Sink>(&mut self, role: Role, call: &mut Call, speaker: &mut Speaker<'_, S>) {
        self.role = Some(role);
        if !self.held.is_empty() {
            confirm_by_shape(call, speaker);
        }
        self.held.drain(|(), bytes| {
            speaker.more(role.field(), SAID, bytes);
        });
    }

    /// A piece of a string.
    pub fn text<S: Sink>(
        &mut self,
        part: RequestPart,
        piece: Part,
        bytes: &[u8],
        call: &mut Call,
        speaker: &mut Speaker<'_, S>,
    ) {
        let is_last = piece.is_last();
        match part {
            RequestPart::Text => self.said(bytes, call, speaker),
            RequestPart::Prompt | RequestPart::Message => {
                if call.is_likely() {
                    call.confirm(None, speaker);
                    more(FieldId::LlmPrompt, bytes, is_last, speaker);
                }
            }
            RequestPart::System => {
                if call.is_likely() {
                    call.confirm(None, speaker);
                }
                if call.is_certain() {
                    speaker.more(FieldId::LlmSystem, SAID, bytes);
                }
            }
            RequestPart::Reasoning => more(FieldId::LlmReasoning, bytes, is_last, speaker),
            RequestPart::ToolResult => {
                speaker.more(FieldId::LlmToolResult, SAID, bytes);
            }
            RequestPart::Description => more(FieldId::LlmToolDescription, bytes, is_last, speaker),
            RequestPart::Retrieved => more(FieldId::LlmRetrieved, bytes, is_last, speaker),
            RequestPart::Media => {
                if let Some(size) = self.media.take(piece, bytes) {
                    speaker.number(NumberId::LlmMediaSize, size);
                }
            }
            RequestPart::Model
            | RequestPart::Role
            | RequestPart::Kind
            | RequestPart::ToolName
            | RequestPart::Offered => {
                if piece.is_first() {
                    self.name.clear();
                }
                self.name.add(bytes);
                if is_last {
                    self.named(part, call, speaker);
                }
            }
            RequestPart::Stream | RequestPart::ToolArguments | RequestPart::ToolResultDocument => {}
        }
    }

    /// What somebody says. It waits while it is not known who.
    fn said<S: Sink>(&mut self, bytes: &[u8], call: &mut Call, speaker: &mut Speaker<'_, S>) {
        if let Some(role) = self.role {
            speaker.more(role.field(), SAID, bytes);
        } else if !self.held.add((), bytes) {
            speaker.event(UNATTRIBUTED);
            self.attribute(Role::User, call, speaker);
            speaker.more(Role::User.field(), SAID, bytes);
        }
    }

    /// A short string is whole.
    fn named<S: Sink>(&mut self, part: RequestPart, call: &mut Call, speaker: &mut Speaker<'_, S>) {
        let name = self.name.take();
        match part {
            RequestPart::Model => call.model(&name, speaker),
            RequestPart::Role => {
                confirm_by_shape(call, speaker);
                speaker.whole(FieldId::LlmRole, &name);
                self.attribute(Role::named(&name), call, speaker);
            }
            RequestPart::ToolName => speaker.whole(FieldId::LlmToolName, &name),
            RequestPart::Offered if call.is_likely() => speaker.whole(FieldId::LlmToolOffered, &name),
            _ => {}
        }
        self.name.put_back(name);
    }

    /// A piece of a value as it stands.
    pub fn verbatim<S: Sink>(
        &mut self,
        part: RequestPart,
        piece: Part,
        bytes: &[u8],
        speaker: &mut Speaker<'_, S>,
    ) {
        let field = match part {
            RequestPart::ToolArguments => FieldId::LlmToolArguments,
            RequestPart::ToolResultDocument => FieldId::LlmToolResult,
            _ => return,
        };
        if piece.is_first() {
            self.arguments = Arguments::default();
        }
        self.arguments.push(bytes, &mut |bytes| {
            speaker.more(field, SAID, bytes);
        });
        if piece.is_last() {
            speaker.end(field, SAID);
        }
    }

    /// A number or a word.
    pub fn word<S: Sink>(&mut self, part: RequestPart, word: &[u8], speaker: &mut Speaker<'_, S>) {
        if part == RequestPart::Stream {
            speaker.number(NumberId::LlmStream, u64::from(word == b"true"));
        }
    }
}

/// Messages that have roles are a conversation with a model, whatever the path.
fn confirm_by_shape<S: Sink>(call: &mut Call, speaker: &mut Speaker<'_, S>) {
    call.confirm(Some(Provider::OpenAi), speaker);
}

/// A value that is a whole string.
fn more<S: Sink>(field: FieldId, bytes: &[u8], is_last: bool, speaker: &mut Speaker<'_, S>) {
    speaker.more(field, SAID, bytes);
    if is_last {
        speaker.end(field, SAID);
    }
}
