//! The methods of the Model Context Protocol.

/// Methods whose parameters mean something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// `tools/call`.
    Tool,
    /// `prompts/get`.
    Prompt,
    /// `elicitation/create`.
    Elicitation,
    /// Any other.
    Other,
}

impl Request {
    /// By the name of the method.
    pub fn named(method: &[u8]) -> Request {
        match method {
            b"tools/call" => Request::Tool,
            b"prompts/get" => Request::Prompt,
            b"elicitation/create" => Request::Elicitation,
            _ => Request::Other,
        }
    }
}

/// The methods of all revisions; those that begin with `notifications/` and another part are not listed one by one.
const METHODS: [&[u8]; 23] = [
    b"initialize",
    b"ping",
    b"tools/list",
    b"tools/call",
    b"resources/list",
    b"resources/templates/list",
    b"resources/read",
    b"resources/subscribe",
    b"resources/unsubscribe",
    b"prompts/list",
    b"prompts/get",
    b"completion/complete",
    b"logging/setLevel",
    b"sampling/createMessage",
    b"elicitation/create",
    b"roots/list",
    b"tasks/get",
    b"tasks/result",
    b"tasks/list",
    b"tasks/cancel",
    b"server/discover",
    b"subscriptions/listen",
    b"tasks/update",
];

/// Whether a method is one of the protocol's.
pub fn is_method(name: &[u8]) -> bool {
    METHODS.contains(&name) || name.starts_with(b"notifications/")
}
