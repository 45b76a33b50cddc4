//! The parts of messages of the Model Context Protocol, and how they are told.

use weir_rules::field::FieldId;

use super::super::rpc::{Join, Told};
use super::method::Request;

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum McpPart {
    /// The tool or prompt that is asked for.
    Name,
    /// What it is asked for with.
    Arguments,
    /// The task that is asked about. Agent2Agent calls it otherwise.
    TaskId,
    /// A resource, or a root.
    Uri,
    /// Who asks.
    Client,
    /// Who answers.
    Server,
    /// What a server tells the model about itself.
    Instructions,
    /// A tool that is offered.
    Offered,
    /// What is said of it, or of a prompt or a resource.
    Description,
    /// What came of a request.
    Result,
    /// The same in another form.
    Structured,
    /// Text for the client's model.
    Sampling,
    /// What the user is asked, where the method says that it is such a question.
    Question,
    /// More about what the user is asked.
    Elicitation,
    /// Something in base64.
    Media,
    /// Nothing that is told.
    Nothing,
}

impl McpPart {
    /// Whether it is short, and told when it is whole.
    pub const fn is_name(self) -> bool {
        matches!(
            self,
            McpPart::Name
                | McpPart::TaskId
                | McpPart::Uri
                | McpPart::Client
                | McpPart::Server
                | McpPart::Offered
        )
    }

    /// How it is told.
    pub fn told(self, request: Option<Request>) -> Option<Told> {
        let (field, join) = match (self, request) {
            (McpPart::Name, Some(Request::Tool)) => (FieldId::McpTool, Join::Name),
            (McpPart::Name, Some(Request::Prompt)) => (FieldId::McpPrompt, Join::Name),
            (McpPart::Arguments, Some(Request::Tool | Request::Prompt)) => {
                (FieldId::McpArguments, Join::Value)
            }
            (McpPart::Uri, _) => (FieldId::McpResource, Join::Name),
            (McpPart::Client, _) => (FieldId::McpClient, Join::Name),
            (McpPart::Server, _) => (FieldId::McpServer, Join::Name),
            (McpPart::Instructions, _) => (FieldId::McpInstructions, Join::Value),
            (McpPart::Offered, _) => (FieldId::McpToolOffered, Join::Name),
            (McpPart::Description, _) => (FieldId::McpToolDescription, Join::Value),
            (McpPart::Result, _) => (FieldId::McpResult, Join::Message),
            (McpPart::Structured, _) => (FieldId::McpResult, Join::Repeated),
            (McpPart::Sampling, _) => (FieldId::McpSampling, Join::Message),
            (McpPart::Question, Some(Request::Elicitation)) | (McpPart::Elicitation, _) => {
                (FieldId::McpElicitation, Join::Value)
            }
            _ => return None,
        };
        Some(Told(field, join))
    }
}
