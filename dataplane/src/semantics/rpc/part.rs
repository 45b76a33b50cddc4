//! The parts of messages, and how they are told.

use weir_rules::field::FieldId;

use super::super::a2a::{self, A2aPart};
use super::super::mcp::{self, McpPart};
use super::conversation::Family;

/// Where in a message a part is, and so what has to be known before it means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the parameters of a request: its method.
    Params,
    /// In a result: whose message it is.
    Result,
    /// At the root of a document without an envelope.
    Root,
}

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The message itself.
    Message,
    /// `jsonrpc`.
    Version,
    /// `method`.
    Method,
    /// `error.message`.
    Error,
    /// A part of the Model Context Protocol.
    Mcp(McpPart),
    /// A part of Agent2Agent.
    A2a(A2aPart),
}

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RpcPart {
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub kind: Kind,
}

impl RpcPart {
    fn at(path: &str, kind: Kind) -> RpcPart {
        let place = match path.split(['.', '[']).next() {
            Some("params") => Place::Params,
            Some("result" | "error") => Place::Result,
            _ => Place::Root,
        };
        RpcPart { place, kind }
    }

    /// Whose part it is.
    pub const fn family(self) -> Family {
        match self.kind {
            Kind::Mcp(_) | Kind::Error => Family::Mcp,
            Kind::A2a(_) => Family::A2a,
            Kind::Message | Kind::Version | Kind::Method => Family::Other,
        }
    }

    /// Whether it is short, and told when it is whole.
    pub fn is_name(self) -> bool {
        match self.kind {
            Kind::Method | Kind::Version => true,
            Kind::Mcp(part) => part.is_name(),
            Kind::A2a(part) => part.is_name(),
            Kind::Error | Kind::Message => false,
        }
    }

    /// Whether it is something in base64.
    pub const fn is_media(self) -> bool {
        matches!(self.kind, Kind::Mcp(McpPart::Media) | Kind::A2a(A2aPart::Media))
    }

    /// How it is told, in a request of this method.
    pub fn told(self, request: Option<mcp::Request>) -> Option<Told> {
        match self.kind {
            Kind::Mcp(part) => part.told(request),
            Kind::A2a(part) => part.told(),
            Kind::Error => Some(Told(FieldId::McpError, Join::Value)),
            Kind::Message | Kind::Version | Kind::Method => None,
        }
    }
}

/// Which values of a field are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// Each by itself; short ones, told as a whole.
    Name,
    /// Each by itself.
    Value,
    /// All of a message.
    Message,
    /// All of one artifact, over the messages of a stream.
    Artifact,
    /// Each by itself, and what it says may have been said before.
    Repeated,
}

/// How a part is told: its field, and which values of it are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told(pub FieldId, pub Join);

/// The envelope (JSON-RPC 2.0 §4, §5).
const ENVELOPE: [(&str, Kind); 4] = [
    ("", Kind::Message),
    ("jsonrpc", Kind::Version),
    ("method", Kind::Method),
    ("error.message", Kind::Error),
];

/// The paths of all messages.
pub fn paths() -> impl Iterator<Item = (&'static str, RpcPart)> {
    let mcp = mcp::PATHS.iter().map(|&(path, part)| (path, Kind::Mcp(part)));
    let a2a = a2a::PATHS.iter().copied().flatten().map(|&(path, part)| (path, Kind::A2a(part)));
    ENVELOPE.into_iter().chain(mcp).chain(a2a).map(|(path, kind)| (path, RpcPart::at(path, kind)))
}
