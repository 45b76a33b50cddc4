//! Who says something in a conversation with a model.

use weir_rules::field::FieldId;

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Whoever runs the application: `system`, `developer`.
    System,
    /// Whoever uses it: `user`, `human`.
    User,
    /// The model: `assistant`, `model`.
    Assistant,
    /// A tool, with what it gave back: `tool`, `function`.
    Tool,
}

impl Role {
    /// By the name that APIs give it. Whoever is not known is taken for a user: what he says is not trusted.
    pub fn named(name: &[u8]) -> Role {
        match name {
            b"system" | b"developer" | b"SYSTEM" => Role::System,
            b"assistant" | b"model" | b"ai" | b"chatbot" | b"CHATBOT" => Role::Assistant,
            b"tool" | b"function" | b"ipython" | b"TOOL" => Role::Tool,
            _ => Role::User,
        }
    }

    /// The field that holds what is said.
    pub const fn field(self) -> FieldId {
        match self {
            Role::System => FieldId::LlmSystem,
            Role::User => FieldId::LlmPrompt,
            Role::Assistant => FieldId::LlmCompletion,
            Role::Tool => FieldId::LlmToolResult,
        }
    }
}
