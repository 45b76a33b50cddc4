//! Where answers of models say what.

/// A part of an answer, or of one event of a streamed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponsePart {
    /// The model that answers.
    Model,
    /// One of several answers to the same question.
    Choice,
    /// Which choice, block or item it is.
    Index,
    /// What the event is about.
    Kind,
    /// What the model says.
    Text,
    /// A piece of which only the kind of the event says what it is.
    Delta,
    /// What it thinks.
    Reasoning,
    /// What was said before in pieces, now whole.
    Again,
    /// What a tool was called with, now whole.
    ArgumentsAgain,
    /// One call of a tool.
    ToolCall,
    /// Which call it is.
    ToolIndex,
    /// The tool that it calls.
    ToolName,
    /// What it calls it with: a document, or a document as text.
    ToolArguments,
    /// A piece of that text.
    ToolArgumentsDelta,
    /// Why it ended.
    Finish,
    /// Tokens read.
    TokensIn,
    /// Tokens written.
    TokensOut,
    /// An image or audio.
    Media,
}

use ResponsePart as Part;

/// The paths of answers and events. An array stands for each of its elements.
pub const RESPONSE_PATHS: &[(&str, ResponsePart)] = &[
    ("model", Part::Model),
    ("model_name", Part::Model),
    ("modelVersion", Part::Model),
    ("type", Part::Kind),
    ("index", Part::Index),
    ("output_index", Part::Index),
    ("contentBlockIndex", Part::Index),
    // Chat completions and completions.
    ("choices[]", Part::Choice),
    ("choices[].index", Part::Index),
    ("choices[].text", Part::Text),
    ("choices[].message.content", Part::Text),
    ("choices[].message.content[].text", Part::Text),
    ("choices[].message.refusal", Part::Text),
    ("choices[].message.reasoning_content", Part::Reasoning),
    ("choices[].message.reasoning", Part::Reasoning),
    ("choices[].message.tool_calls[]", Part::ToolCall),
    ("choices[].message.tool_calls[].function.name", Part::ToolName),
    ("choices[].message.tool_calls[].function.arguments!", Part::ToolArguments),
    ("choices[].message.function_call.name", Part::ToolName),
    ("choices[].message.function_call.arguments!", Part::ToolArguments),
    ("choices[].message.audio.data", Part::Media),
    ("choices[].message.audio.transcript", Part::Text),
    ("choices[].delta.content", Part::Text),
    ("choices[].delta.refusal", Part::Text),
    ("choices[].delta.reasoning_content", Part::Reasoning),
    ("choices[].delta.reasoning", Part::Reasoning),
    ("choices[].delta.tool_calls[]", Part::ToolCall),
    ("choices[].delta.tool_calls[].index", Part::ToolIndex),
    ("choices[].delta.tool_calls[].function.name", Part::ToolName),
    ("choices[].delta.tool_calls[].function.arguments", Part::ToolArgumentsDelta),
    ("choices[].delta.function_call.name", Part::ToolName),
    ("choices[].delta.function_call.arguments", Part::ToolArgumentsDelta),
    ("choices[].delta.audio.data", Part::Media),
    ("choices[].delta.audio.transcript", Part::Text),
    ("choices[].finish_reason", Part::Finish),
    ("usage.prompt_tokens", Part::TokensIn),
    ("usage.completion_tokens", Part::TokensOut),
    ("usage.input_tokens", Part::TokensIn),
    ("usage.output_tokens", Part::TokensOut),
    ("usage.inputTokens", Part::TokensIn),
    ("usage.outputTokens", Part::TokensOut),
    // Responses and realtime: whole, and as events.
    ("output[].content[].text", Part::Text),
    ("output[].content[].refusal", Part::Text),
    ("output[].summary[].text", Part::Reasoning),
    ("output[].name", Part::ToolName),
    ("output[].arguments!", Part::ToolArguments),
    ("status", Part::Finish),
    ("delta", Part::Delta),
    ("item.name", Part::ToolName),
    ("item.arguments", Part::ArgumentsAgain),
    ("item.content[].text", Part::Again),
    ("part.text", Part::Again),
    ("text", Part::Again),
    ("transcript", Part::Again),
    ("arguments", Part::ArgumentsAgain),
    ("response.model", Part::Model),
    ("response.status", Part::Finish),
    ("response.output[].content[].text", Part::Again),
    ("response.output[].content[].transcript", Part::Again),
    ("response.output[].arguments", Part::ArgumentsAgain),
    ("response.usage.input_tokens", Part::TokensIn),
    ("response.usage.output_tokens", Part::TokensOut),
    // Messages, and invoke on Bedrock.
    ("content[].text", Part::Text),
    ("content[].thinking", Part::Reasoning),
    ("content[].name", Part::ToolName),
    ("content[].input!", Part::ToolArguments),
    ("stop_reason", Part::Finish),
    ("message.model", Part::Model),
    ("message.usage.input_tokens", Part::TokensIn),
    ("message.usage.output_tokens", Part::TokensOut),
    ("content_block.text", Part::Text),
    ("content_block.thinking", Part::Reasoning),
    ("content_block.name", Part::ToolName),
    ("delta.text", Part::Text),
    ("delta.thinking", Part::Reasoning),
    ("delta.partial_json", Part::ToolArgumentsDelta),
    ("delta.stop_reason", Part::Finish),
    ("completion", Part::Text),
    // Converse.
    ("output.message.content[].text", Part::Text),
    ("output.message.content[].reasoningContent.reasoningText.text", Part::Reasoning),
    ("output.message.content[].toolUse.name", Part::ToolName),
    ("output.message.content[].toolUse.input!", Part::ToolArguments),
    ("stopReason", Part::Finish),
    ("start.toolUse.name", Part::ToolName),
    ("delta.toolUse.input", Part::ToolArgumentsDelta),
    ("delta.reasoningContent.text", Part::Reasoning),
    // Gemini.
    ("candidates[]", Part::Choice),
    ("candidates[].index", Part::Index),
    ("candidates[].content.parts[].text", Part::Text),
    ("candidates[].content.parts[].functionCall.name", Part::ToolName),
    ("candidates[].content.parts[].functionCall.args!", Part::ToolArguments),
    ("candidates[].content.parts[].inlineData.data", Part::Media),
    ("candidates[].finishReason", Part::Finish),
    ("usageMetadata.promptTokenCount", Part::TokensIn),
    ("usageMetadata.candidatesTokenCount", Part::TokensOut),
    // Ollama.
    ("message.content", Part::Text),
    ("message.thinking", Part::Reasoning),
    ("message.tool_calls[]", Part::ToolCall),
    ("message.tool_calls[].function.name", Part::ToolName),
    ("message.tool_calls[].function.arguments!", Part::ToolArguments),
    ("response", Part::Text),
    ("thinking", Part::Reasoning),
    ("done_reason", Part::Finish),
    ("prompt_eval_count", Part::TokensIn),
    ("eval_count", Part::TokensOut),
    // TGI, Triton and KServe.
    ("token.text", Part::Text),
    ("generated_text", Part::Again),
    ("text_output", Part::Text),
    ("outputs[].data[]", Part::Text),
    ("outputText", Part::Text),
];
