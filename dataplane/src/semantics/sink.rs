//! The adapter between decoders of protocols and whoever looks at fields.

use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use super::exchange::Semantics;
use crate::decode::{AppEvent, Lane, Part, Sink, Stage, TransactionId};
use crate::flow::Direction;

/// Hands on what decoders tell, and adds what it means.
pub struct Meaning<'m, S> {
    /// What is remembered of the flow; nothing, where nobody asks what is meant.
    pub semantics: Option<&'m mut Semantics>,
    /// Who is told.
    pub next: S,
}

/// Whether a field says something that is to be read.
fn is_read(field: FieldId) -> bool {
    matches!(
        field,
        FieldId::HttpUri
            | FieldId::HttpContentType
            | FieldId::HttpRequestBody
            | FieldId::HttpResponseBody
            | FieldId::WebsocketPayload
            | FieldId::GrpcService
            | FieldId::GrpcMethod
            | FieldId::GrpcMessage
            | FieldId::FileData
    )
}

/// Whether a field or number of this name is one of those that are added. To be asked once, and not for each value.
pub fn tells(name: &str) -> bool {
    ["llm.", "mcp.", "a2a.", "model_file."].iter().any(|prefix| name.starts_with(prefix))
}

impl<S: Sink> Sink for Meaning<'_, S> {
    fn field(&mut self, id: TransactionId, direction: Direction, field: FieldId, part: Part, bytes: &[u8]) {
        self.next.field(id, direction, field, part, bytes);
        if let Some(semantics) = &mut self.semantics
            && is_read(field)
        {
            let id = if field == FieldId::WebsocketPayload { semantics.session(id) } else { id };
            let Some(exchange) = semantics.of(id) else { return };
            exchange.field(direction, field, part, bytes, &mut self.next);
        }
    }

    fn lane(
        &mut self,
        id: TransactionId,
        direction: Direction,
        field: FieldId,
        lane: Lane,
        part: Part,
        bytes: &[u8],
    ) {
        self.next.lane(id, direction, field, lane, part, bytes);
    }

    fn number(&mut self, id: TransactionId, direction: Direction, number: NumberId, value: u64) {
        self.next.number(id, direction, number, value);
    }

    fn stage(&mut self, id: TransactionId, direction: Direction, stage: Stage) {
        if stage == Stage::Complete
            && let Some(semantics) = &mut self.semantics
            && let Some(exchange) = semantics.known(id)
        {
            exchange.complete(direction, &mut self.next);
            if direction == Direction::ToClient {
                semantics.end(id);
            }
        }
        self.next.stage(id, direction, stage);
    }

    fn event(&mut self, id: TransactionId, direction: Direction, event: AppEvent) {
        self.next.event(id, direction, event);
    }
}
