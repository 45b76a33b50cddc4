//! What calls of gRPC mean, for the interfaces that models and the stores beside them have.
//!
//! The wire says numbers and no names, so what a message means is known by the service and method that are called:
//!
//! | service | told as |
//! |---|---|
//! | `inference.GRPCInferenceService` (open inference protocol v2: KServe, Triton) | prompts and completions: tensors of type BYTES |
//! | `qdrant.Points` | what was retrieved: texts of payloads |
//! | `milvus.proto.milvus.MilvusService` | what was retrieved: fields of strings and JSON |

mod interface;
mod tensors;

use weir_rules::field::FieldId;

use super::llm::Call;
use super::speaker::Speaker;
use crate::decode::protobuf::{Protobuf, Trouble, Visitor};
use crate::decode::{AppEvent, Lane, Part, Sink};
use crate::flow::Direction;
use interface::{CallPart, Interface};
use tensors::Tensors;

/// A message that is not what its method takes or gives.
pub const BAD_MESSAGE: AppEvent = AppEvent("grpc.bad_message");

/// What is remembered of one call.
#[derive(Debug, Default)]
pub struct Calls {
    service: Vec<u8>,
    interface: Option<&'static Interface>,
    sides: [Side; 2],
}

#[derive(Debug, Default)]
struct Side {
    message: Protobuf,
    tensors: Tensors,
    name: super::held::Gathered,
}

/// Bytes of a service's name that are looked at.
const MAX_SERVICE: usize = 96;

impl Calls {
    /// Ready for another call.
    pub fn clear(&mut self) {
        self.service.clear();
        self.interface = None;
        for side in &mut self.sides {
            side.message.clear();
            side.tensors.clear();
            side.name.clear();
        }
    }

    /// Takes the name of the service.
    pub fn service(&mut self, name: &[u8]) {
        self.service.clear();
        self.service.extend_from_slice(name.get(..MAX_SERVICE).unwrap_or(name));
    }

    /// Takes the name of the method, with which it is known what is said.
    pub fn method<S: Sink>(&mut self, name: &[u8], call: &mut Call, speaker: &mut Speaker<'_, S>) {
        self.interface = Interface::named(&self.service, name);
        if let Some(interface) = self.interface {
            call.known(interface.provider, interface.operation, speaker);
        }
    }

    /// Takes a piece of a message.
    pub fn message<S: Sink>(
        &mut self,
        direction: Direction,
        part: Part,
        bytes: &[u8],
        call: &mut Call,
        speaker: &mut Speaker<'_, S>,
    ) {
        let Some(interface) = self.interface else { return };
        let [request, response] = &mut self.sides;
        let (side, shape) = match direction {
            Direction::ToServer => (request, interface.request()),
            Direction::ToClient => (response, interface.response()),
        };
        let Some(shape) = shape else { return };
        let Side { message, tensors, name } = side;
        let mut reading = Reading { interface, tensors, name, call, speaker };
        let mut outcome = message.push(shape, bytes, &mut reading);
        if part.is_last() {
            outcome = outcome.and(message.finish(shape, &mut reading));
            reading.tensors.clear();
        }
        match outcome {
            Err(Trouble::Malformed | Trouble::TooDeep | Trouble::Truncated) => speaker.event(BAD_MESSAGE),
            Ok(()) => {}
        }
    }
}

struct Reading<'r, 's, S> {
    interface: &'static Interface,
    tensors: &'r mut Tensors,
    name: &'r mut super::held::Gathered,
    call: &'r mut Call,
    speaker: &'r mut Speaker<'s, S>,
}

impl<S: Sink> Reading<'_, '_, S> {
    /// A piece of a text of a tensor: a prompt, or what a model answers. Streamed answers are one text.
    fn text(&mut self, tensor: u16, bytes: &[u8], is_last: bool) {
        let (field, is_joined) = match self.speaker.direction {
            Direction::ToServer => (FieldId::LlmPrompt, false),
            Direction::ToClient => (FieldId::LlmCompletion, self.interface.is_stream),
        };
        self.speaker.more(field, Lane(tensor), bytes);
        if is_last && !is_joined {
            self.speaker.end(field, Lane(tensor));
        }
    }
}

impl<S: Sink> Visitor<CallPart> for Reading<'_, '_, S> {
    fn enter(&mut self, mark: CallPart) {
        if mark == CallPart::Tensor {
            self.tensors.begin();
        }
    }

    fn bytes(&mut self, mark: CallPart, part: Part, bytes: &[u8]) {
        let is_last = part.is_last();
        match mark {
            CallPart::Model | CallPart::Datatype => {
                if part.is_first() {
                    self.name.clear();
                }
                self.name.add(bytes);
                if is_last && mark == CallPart::Model {
                    self.call.model(self.name.get(), self.speaker);
                } else if is_last {
                    self.tensors.datatype(self.name.get());
                }
            }
            CallPart::Element => self.text(self.tensors.last(), bytes, is_last),
            CallPart::Raw => {
                if part.is_first() {
                    self.tensors.begin_raw();
                }
                let mut rest = bytes;
                while let Some((tensor, text, is_end)) = self.tensors.next_text(&mut rest) {
                    self.text(tensor, text, is_end);
                }
            }
            CallPart::Retrieved => {
                self.speaker.more(FieldId::LlmRetrieved, Lane(0), bytes);
                if is_last {
                    self.speaker.end(FieldId::LlmRetrieved, Lane(0));
                }
            }
            CallPart::Tensor => {}
        }
    }
}
