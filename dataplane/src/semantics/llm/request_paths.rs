//! Where requests to models say what.

/// A part of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestPart {
    /// The model.
    Model,
    /// Whether the answer is to be streamed.
    Stream,
    /// One message of a conversation, or one item of an input.
    Message,
    /// Who says it.
    Role,
    /// What kind of item it is.
    Kind,
    /// What he says.
    Text,
    /// What the model thought before.
    Reasoning,
    /// Instructions beside the messages.
    System,
    /// A text for the model, where only the operation says that it is one.
    Prompt,
    /// The tool that the model called before.
    ToolName,
    /// What it called it with.
    ToolArguments,
    /// What the tool gave back.
    ToolResult,
    /// The same, as a document.
    ToolResultDocument,
    /// A tool that is offered.
    Offered,
    /// What it is said to do.
    Description,
    /// An image, audio or a document, as base64 or a URL.
    Media,
    /// A text that was retrieved for the model.
    Retrieved,
}

use RequestPart as Part;

/// The paths of requests. An array stands for each of its elements.
pub const REQUEST_PATHS: &[(&str, RequestPart)] = &[
    ("model", Part::Model),
    ("model_name", Part::Model),
    ("modelId", Part::Model),
    ("stream", Part::Stream),
    ("system", Part::System),
    ("system[].text", Part::System),
    ("instructions", Part::System),
    ("systemInstruction.parts[].text", Part::System),
    ("system_instruction.parts[].text", Part::System),
    // Chat completions, messages, converse, Ollama's chat.
    ("messages[]", Part::Message),
    ("messages[].role", Part::Role),
    ("messages[].content", Part::Text),
    ("messages[].content[]", Part::Text),
    ("messages[].content[].text", Part::Text),
    ("messages[].content[].thinking", Part::Reasoning),
    ("messages[].content[].name", Part::ToolName),
    ("messages[].content[].input!", Part::ToolArguments),
    ("messages[].content[].content", Part::ToolResult),
    ("messages[].content[].content[].text", Part::ToolResult),
    ("messages[].content[].toolUse.name", Part::ToolName),
    ("messages[].content[].toolUse.input!", Part::ToolArguments),
    ("messages[].content[].toolResult.content[].text", Part::ToolResult),
    ("messages[].content[].toolResult.content[].json!", Part::ToolResultDocument),
    ("messages[].content[].image_url.url", Part::Media),
    ("messages[].content[].image_url", Part::Media),
    ("messages[].content[].input_audio.data", Part::Media),
    ("messages[].content[].file.file_data", Part::Media),
    ("messages[].content[].source.data", Part::Media),
    ("messages[].content[].source.url", Part::Media),
    ("messages[].content[].image.source.bytes", Part::Media),
    ("messages[].content[].document.source.bytes", Part::Media),
    ("messages[].images[]", Part::Media),
    ("messages[].reasoning_content", Part::Reasoning),
    ("messages[].thinking", Part::Reasoning),
    ("messages[].tool_calls[].function.name", Part::ToolName),
    ("messages[].tool_calls[].function.arguments!", Part::ToolArguments),
    ("messages[].function_call.name", Part::ToolName),
    ("messages[].function_call.arguments!", Part::ToolArguments),
    // Responses.
    ("input", Part::Prompt),
    ("input[]", Part::Message),
    ("input[].type", Part::Kind),
    ("input[].role", Part::Role),
    ("input[].content", Part::Text),
    ("input[].content[].text", Part::Text),
    ("input[].content[].image_url", Part::Media),
    ("input[].content[].file_data", Part::Media),
    ("input[].content[].input_audio.data", Part::Media),
    ("input[].summary[].text", Part::Reasoning),
    ("input[].name", Part::ToolName),
    ("input[].arguments!", Part::ToolArguments),
    ("input[].output", Part::ToolResult),
    ("input[].output[].text", Part::ToolResult),
    // Realtime, whose client sends items of a conversation.
    ("item.role", Part::Role),
    ("item.content[].text", Part::Text),
    ("item.content[].audio", Part::Media),
    ("item.output", Part::ToolResult),
    ("session.instructions", Part::System),
    ("session.tools[].name", Part::Offered),
    ("session.tools[].description", Part::Description),
    ("response.instructions", Part::System),
    ("audio", Part::Media),
    // Completions, Ollama's and TGI's generate, Triton's, embeddings.
    ("prompt", Part::Prompt),
    ("prompt[]", Part::Prompt),
    ("images[]", Part::Media),
    ("inputs", Part::Prompt),
    ("inputs[]", Part::Prompt),
    ("inputs[].data[]", Part::Prompt),
    ("text_input", Part::Prompt),
    ("inputText", Part::Prompt),
    // Gemini.
    ("contents", Part::Prompt),
    ("contents[]", Part::Message),
    ("contents[].role", Part::Role),
    ("contents[].parts[].text", Part::Text),
    ("contents[].parts[].functionCall.name", Part::ToolName),
    ("contents[].parts[].functionCall.args!", Part::ToolArguments),
    ("contents[].parts[].function_call.name", Part::ToolName),
    ("contents[].parts[].function_call.args!", Part::ToolArguments),
    ("contents[].parts[].functionResponse.response!", Part::ToolResultDocument),
    ("contents[].parts[].function_response.response!", Part::ToolResultDocument),
    ("contents[].parts[].inlineData.data", Part::Media),
    ("contents[].parts[].inline_data.data", Part::Media),
    ("content.parts[].text", Part::Prompt),
    ("requests[].content.parts[].text", Part::Prompt),
    // What is offered to the model.
    ("tools[].name", Part::Offered),
    ("tools[].description", Part::Description),
    ("tools[].function.name", Part::Offered),
    ("tools[].function.description", Part::Description),
    ("tools[].functionDeclarations[].name", Part::Offered),
    ("tools[].functionDeclarations[].description", Part::Description),
    ("tools[].function_declarations[].name", Part::Offered),
    ("tools[].function_declarations[].description", Part::Description),
    ("functions[].name", Part::Offered),
    ("functions[].description", Part::Description),
    ("toolConfig.tools[].toolSpec.name", Part::Offered),
    ("toolConfig.tools[].toolSpec.description", Part::Description),
    // Documents that the application found (Cohere, vLLM).
    ("documents[]", Part::Retrieved),
    ("documents[].text", Part::Retrieved),
    ("documents[].data.text", Part::Retrieved),
    ("documents[].snippet", Part::Retrieved),
];
