//! What is known of an exchange of messages: whose protocol it is.

use weir_rules::field::FieldId;

use super::super::a2a;
use super::super::speaker::Speaker;
use crate::decode::Sink;

/// A protocol on JSON-RPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// The Model Context Protocol.
    Mcp,
    /// Agent2Agent.
    A2a,
    /// Something else.
    Other,
}

impl Family {
    /// The field that holds methods.
    pub const fn method(self) -> Option<FieldId> {
        match self {
            Family::Mcp => Some(FieldId::McpMethod),
            Family::A2a => Some(FieldId::A2aMethod),
            Family::Other => None,
        }
    }
}

/// What is known of an exchange.
#[derive(Clone, Copy, Debug, Default)]
pub struct Conversation {
    /// Whose messages it carries.
    pub family: Option<Family>,
    /// It is one of Agent2Agent without JSON-RPC around it.
    pub is_rest: bool,
    /// An agent card is asked for.
    pub is_card: bool,
}

impl Conversation {
    /// Takes the path of the request.
    pub fn path<S: Sink>(&mut self, path: &[u8], speaker: &mut Speaker<'_, S>) {
        self.is_card = a2a::is_card(path);
        if let Some(method) = a2a::method_of_path(path) {
            self.is_rest = true;
            self.family = Some(Family::A2a);
            speaker.whole(FieldId::A2aMethod, method.as_bytes());
        }
    }
}
