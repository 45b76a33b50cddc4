//! Where messages of the Model Context Protocol say what, in either direction: a server asks its client as well.

use super::part::McpPart;
use McpPart as Part;

/// The paths of messages. An array stands for each of its elements.
pub const PATHS: &[(&str, McpPart)] = &[
    // initialize
    ("params.clientInfo.name", Part::Client),
    ("result.serverInfo.name", Part::Server),
    ("result.instructions", Part::Instructions),
    // Later revisions name both with each message, under keys that begin with the name of the protocol.
    ("params._meta.*.name", Part::Client),
    ("result._meta.*.name", Part::Server),
    // tools/call, prompts/get, resources/read, tasks/get
    ("params.name", Part::Name),
    ("params.arguments!", Part::Arguments),
    ("params.uri", Part::Uri),
    ("params.taskId", Part::TaskId),
    // sampling/createMessage
    ("params.systemPrompt", Part::Sampling),
    ("params.messages[].content.text", Part::Sampling),
    ("params.messages[].content.data", Part::Media),
    ("params.messages[].content.resource.text", Part::Sampling),
    ("params.messages[].content[].text", Part::Sampling),
    ("params.messages[].content[].data", Part::Media),
    ("params.messages[].content[].content[].text", Part::Sampling),
    ("params.messages[].content[].content[].data", Part::Media),
    ("params.messages[].content[].input!", Part::Sampling),
    ("params.tools[].name", Part::Offered),
    ("params.tools[].description", Part::Description),
    ("params.tools[].inputSchema.**.description", Part::Description),
    // elicitation/create
    ("params.message", Part::Question),
    ("params.url", Part::Elicitation),
    ("params.requestedSchema.**.description", Part::Elicitation),
    ("params.requestedSchema.**.title", Part::Elicitation),
    // tools/list: a model reads the whole of a schema.
    ("result.tools[].name", Part::Offered),
    ("result.tools[].title", Part::Description),
    ("result.tools[].description", Part::Description),
    ("result.tools[].annotations.title", Part::Description),
    ("result.tools[].inputSchema.**.description", Part::Description),
    ("result.tools[].inputSchema.**.title", Part::Description),
    ("result.tools[].inputSchema.**.default", Part::Description),
    ("result.tools[].inputSchema.**.const", Part::Description),
    ("result.tools[].inputSchema.**.enum[]", Part::Description),
    ("result.tools[].inputSchema.**.examples[]", Part::Description),
    ("result.tools[].inputSchema.**.$comment", Part::Description),
    ("result.tools[].outputSchema.**.description", Part::Description),
    ("result.tools[].outputSchema.**.title", Part::Description),
    // prompts/list, resources/list, resources/templates/list
    ("result.prompts[].title", Part::Description),
    ("result.prompts[].description", Part::Description),
    ("result.prompts[].arguments[].description", Part::Description),
    ("result.resources[].uri", Part::Uri),
    ("result.resources[].title", Part::Description),
    ("result.resources[].description", Part::Description),
    ("result.resourceTemplates[].uriTemplate", Part::Uri),
    ("result.resourceTemplates[].description", Part::Description),
    // What tools/call gives back; as an object, what sampling and elicitation do.
    ("result.content[].text", Part::Result),
    ("result.content[].data", Part::Media),
    ("result.content[].resource.uri", Part::Uri),
    ("result.content[].resource.text", Part::Result),
    ("result.content[].resource.blob", Part::Media),
    ("result.content[].uri", Part::Uri),
    ("result.content[].description", Part::Result),
    ("result.structuredContent.**", Part::Structured),
    ("result.content.type", Part::Nothing),
    ("result.content.mimeType", Part::Nothing),
    ("result.content.data", Part::Media),
    ("result.content.**", Part::Result),
    // prompts/get, resources/read
    ("result.messages[].content.text", Part::Result),
    ("result.messages[].content.data", Part::Media),
    ("result.messages[].content.resource.uri", Part::Uri),
    ("result.messages[].content.resource.text", Part::Result),
    ("result.messages[].content.resource.blob", Part::Media),
    ("result.contents[].uri", Part::Uri),
    ("result.contents[].text", Part::Result),
    ("result.contents[].blob", Part::Media),
    // roots/list, completion/complete
    ("result.roots[].uri", Part::Uri),
    ("result.completion.values[]", Part::Result),
    // The draft has the server's questions come as results, and the answers with the next request.
    ("params.inputResponses.*.content.text", Part::Result),
    ("params.inputResponses.*.content.**", Part::Result),
    ("result.inputRequests.*.params.message", Part::Elicitation),
    ("result.inputRequests.*.params.systemPrompt", Part::Sampling),
    ("result.inputRequests.*.params.messages[].content.text", Part::Sampling),
];
