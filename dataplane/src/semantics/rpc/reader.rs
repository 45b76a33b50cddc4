//! Reads the messages that go one way.

use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use super::super::a2a::A2aPart;
use super::super::held::{Gathered, Held};
use super::super::json_text::Arguments;
use super::super::mcp;
use super::super::media::Media;
use super::super::speaker::Speaker;
use super::super::trouble::{TOO_MANY_ARTIFACTS, UNATTRIBUTED_MESSAGE};
use super::conversation::{Conversation, Family};
use super::part::{Join, Kind, Place, RpcPart, Told};
use crate::decode::{Lane, Part, Sink};
use crate::flow::Direction;

/// The lane of what is said.
const SAID: Lane = Lane(0);

/// Fields of which all that a message says is one value.
const OF_MESSAGE: [FieldId; 3] = [FieldId::McpResult, FieldId::McpSampling, FieldId::A2aMessage];

/// Whether a part can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Readiness {
    Now,
    /// Something that says what it is may come.
    Wait,
    /// It means nothing here.
    Never,
}

/// What is remembered of a message between two pieces of it.
#[derive(Debug, Default)]
pub struct Messages {
    /// It says that it is one of JSON-RPC.
    pub(super) is_versioned: bool,
    /// What its method is, where it is known.
    pub(super) request: Option<(Family, mcp::Request)>,
    /// The method, while it is not known whose it is.
    pub(super) method: Gathered,
    /// Whose way it is to name the task.
    pub(super) task_of: Option<Family>,
    is_card: bool,
    has_result: bool,
    artifact: Option<Lane>,
    held: Held<(RpcPart, u8)>,
    /// Numbers the values that wait, so that neighbours are not taken for one.
    serial: u8,
    name: Gathered,
    arguments: Arguments,
    media: Media,
}

impl Messages {
    /// Ready for another exchange.
    pub fn clear(&mut self) {
        self.reset();
        self.name.clear();
    }

    /// Ready for another message.
    fn reset(&mut self) {
        self.is_versioned = false;
        self.request = None;
        self.method.clear();
        self.task_of = None;
        self.is_card = false;
        self.has_result = false;
        self.artifact = None;
        self.held.clear();
        self.serial = 0;
    }

    /// An object or array begins.
    pub fn enter(&mut self, part: RpcPart) {
        if part.kind == Kind::A2a(A2aPart::Artifact) {
            self.artifact = None;
        }
    }

    /// An object or array ends.
    pub fn leave<S: Sink>(&mut self, part: RpcPart, talk: &mut Conversation, speaker: &mut Speaker<'_, S>) {
        match part.kind {
            Kind::Message => self.end_message(talk, speaker),
            Kind::A2a(A2aPart::Turn) => speaker.end(FieldId::A2aMessage, SAID),
            Kind::A2a(A2aPart::Artifact) => {
                self.artifact.get_or_insert(SAID);
                self.release(None, talk, speaker);
            }
            _ => {}
        }
    }

    /// A message has ended, be it whole or not. What waits in vain is nobody's.
    pub fn end_message<S: Sink>(&mut self, talk: &mut Conversation, speaker: &mut Speaker<'_, S>) {
        self.settle(true, talk, speaker);
        OF_MESSAGE.into_iter().for_each(|field| speaker.end(field, SAID));
        self.reset();
    }

    fn readiness(&self, part: RpcPart, talk: &Conversation, direction: Direction) -> Readiness {
        if let Kind::A2a(of) = part.kind
            && of.is_of_card()
        {
            return match (self.is_card || talk.is_card, talk.family) {
                (true, _) => Readiness::Now,
                (false, Some(Family::Mcp | Family::Other)) => Readiness::Never,
                (false, _) if direction == Direction::ToServer => Readiness::Never,
                (false, _) => Readiness::Wait,
            };
        }
        match part.place {
            Place::Root if talk.is_rest => self.of_artifact(part),
            Place::Root => Readiness::Never,
            Place::Params => match self.request {
                Some((family, _)) if family == part.family() => Readiness::Now,
                Some(_) => Readiness::Never,
                None => Readiness::Wait,
            },
            Place::Result => match talk.family {
                Some(family) if family == part.family() => self.of_artifact(part),
                Some(_) => Readiness::Never,
                None if self.is_versioned && part.kind != Kind::Error => self.of_artifact(part),
                None => Readiness::Wait,
            },
        }
    }

    /// A piece of an artifact waits until it is known which.
    fn of_artifact(&self, part: RpcPart) -> Readiness {
        match (part.kind, self.artifact) {
            (Kind::A2a(A2aPart::ArtifactText), None) => Readiness::Wait,
            _ => Readiness::Now,
        }
    }

    /// A piece of a string.
    pub fn text<S: Sink>(
        &mut self,
        part: RpcPart,
        piece: Part,
        bytes: &[u8],
        talk: &mut Conversation,
        speaker: &mut Speaker<'_, S>,
    ) {
        let is_last = piece.is_last();
        if part.is_media() {
            let size = self.media.take(piece, bytes);
            if let (Some(size), Readiness::Now) = (size, self.readiness(part, talk, speaker.direction)) {
                speaker.number(NumberId::LlmMediaSize, size);
            }
        } else if part.is_name() {
            if piece.is_first() {
                self.name.clear();
            }
            self.name.add(bytes);
            if is_last {
                let name = self.name.take();
                self.named(part, &name, talk, speaker);
                self.name.put_back(name);
            }
        } else if part.kind == Kind::A2a(A2aPart::OnlyCards) {
            self.is_card = true;
            self.release(None, talk, speaker);
        } else {
            self.offer(part, bytes, is_last, talk, speaker);
        }
    }

    /// A short string is whole.
    fn named<S: Sink>(
        &mut self,
        part: RpcPart,
        name: &[u8],
        talk: &mut Conversation,
        speaker: &mut Speaker<'_, S>,
    ) {
        match part.kind {
            Kind::Version => {
                self.is_versioned = true;
                self.settle(false, talk, speaker);
                self.release(None, talk, speaker);
            }
            Kind::Method => {
                self.method.clear();
                self.method.add(name);
                self.settle(false, talk, speaker);
            }
            Kind::Mcp(mcp::McpPart::TaskId) => self.task(Family::Mcp, talk, speaker),
            Kind::A2a(A2aPart::TaskId) => self.task(Family::A2a, talk, speaker),
            Kind::A2a(A2aPart::ArtifactId) => {
                self.artifact = Some(lane_of(name));
                self.release(None, talk, speaker);
            }
            _ => self.offer(part, name, true, talk, speaker),
        }
    }

    fn task<S: Sink>(&mut self, family: Family, talk: &mut Conversation, speaker: &mut Speaker<'_, S>) {
        self.task_of = Some(family);
        self.settle(false, talk, speaker);
    }

    /// A piece of a value as it stands.
    pub fn verbatim<S: Sink>(
        &mut self,
        part: RpcPart,
        piece: Part,
        bytes: &[u8],
        talk: &mut Conversation,
        speaker: &mut Speaker<'_, S>,
    ) {
        let mut arguments = match piece {
            Part::Whole | Part::Start => Arguments::default(),
            Part::Continue | Part::End => self.arguments,
        };
        arguments.push(bytes, &mut |bytes| self.offer(part, bytes, false, talk, speaker));
        self.arguments = arguments;
        if piece.is_last() {
            self.offer(part, &[], true, talk, speaker);
        }
    }

    /// Tells a piece, or lets it wait.
    fn offer<S: Sink>(
        &mut self,
        part: RpcPart,
        bytes: &[u8],
        is_last: bool,
        talk: &mut Conversation,
        speaker: &mut Speaker<'_, S>,
    ) {
        match self.readiness(part, talk, speaker.direction) {
            Readiness::Now => self.say(part, bytes, is_last, talk, speaker),
            Readiness::Never => {}
            Readiness::Wait => {
                if !self.held.add((part, self.serial), bytes) {
                    speaker.event(UNATTRIBUTED_MESSAGE);
                    self.assume(part, talk);
                    self.release(Some((part, self.serial)), talk, speaker);
                    if self.readiness(part, talk, speaker.direction) == Readiness::Now {
                        self.say(part, bytes, is_last, talk, speaker);
                    }
                } else if is_last {
                    self.serial = self.serial.wrapping_add(1);
                }
            }
        }
    }

    /// Too much waits: it is taken for what it looks like.
    fn assume(&mut self, part: RpcPart, talk: &mut Conversation) {
        self.artifact.get_or_insert(SAID);
        match part.place {
            Place::Params => self.request = Some((part.family(), mcp::Request::Tool)),
            Place::Result => talk.family = Some(part.family()),
            // A long description at the root of a document is no sign of an agent card.
            Place::Root => self.held.clear(),
        }
    }

    /// Tells what waits and need not any more: whole values, but for the one that goes on.
    pub(super) fn release<S: Sink>(
        &mut self,
        present: Option<(RpcPart, u8)>,
        talk: &mut Conversation,
        speaker: &mut Speaker<'_, S>,
    ) {
        if self.held.is_empty() {
            return;
        }
        let mut held = std::mem::take(&mut self.held);
        let mut last: Option<(RpcPart, u8)> = None;
        held.drain(|kind, bytes| match self.readiness(kind.0, talk, speaker.direction) {
            Readiness::Now => {
                if let Some((part, _)) = last.filter(|last| *last != kind) {
                    self.say(part, &[], true, talk, speaker);
                }
                self.say(kind.0, bytes, false, talk, speaker);
                last = Some(kind);
            }
            // There is room: it came out of as much.
            Readiness::Wait => _ = self.held.add(kind, bytes),
            Readiness::Never => {}
        });
        if let Some((part, _)) = last.filter(|last| Some(*last) != present) {
            self.say(part, &[], true, talk, speaker);
        }
        if self.held.is_empty() {
            self.held = held;
        }
    }

    /// Tells a piece of which it is known what it is.
    fn say<S: Sink>(
        &mut self,
        part: RpcPart,
        bytes: &[u8],
        is_last: bool,
        talk: &mut Conversation,
        speaker: &mut Speaker<'_, S>,
    ) {
        let Some(Told(field, join)) = part.told(self.request.map(|(_, request)| request)) else { return };
        if part.place == Place::Result {
            talk.family.get_or_insert(part.family());
        }
        let lane = match join {
            // Held ones come whole as well, since names are gathered before they wait.
            Join::Name => return speaker.whole(field, bytes),
            Join::Repeated if self.has_result => Lane::REPEATED,
            Join::Artifact => self.artifact.unwrap_or(SAID),
            Join::Value | Join::Message | Join::Repeated => SAID,
        };
        self.has_result |= join == Join::Message && field == FieldId::McpResult;
        if !speaker.more(field, lane, bytes) {
            speaker.event(TOO_MANY_ARTIFACTS);
        }
        if is_last && matches!(join, Join::Value | Join::Repeated) {
            speaker.end(field, lane);
        }
    }
}

/// The lane of an artifact: FNV-1a of its name, in 15 bits. Two that share one are told as one.
fn lane_of(name: &[u8]) -> Lane {
    let hash =
        name.iter().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    Lane(((hash ^ (hash >> 15)) & 0x7fff) as u16)
}
