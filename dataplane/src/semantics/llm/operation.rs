//! Which API a path belongs to, and what it asks for.

/// Whose API it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// OpenAI's, and the many servers that speak it (vLLM, LiteLLM, llama.cpp, …).
    OpenAi,
    /// Anthropic's.
    Anthropic,
    /// Google's Gemini and Vertex AI.
    Google,
    /// Amazon Bedrock.
    Bedrock,
    /// Ollama's own.
    Ollama,
    /// Hugging Face's Text Generation Inference, and vLLM's plain server.
    Tgi,
    /// The open inference protocol: KServe, Triton.
    Triton,
}

impl Provider {
    /// As `llm.provider` tells it.
    pub const fn name(self) -> &'static str {
        match self {
            Provider::OpenAi => "openai",
            Provider::Anthropic => "anthropic",
            Provider::Google => "google",
            Provider::Bedrock => "bedrock",
            Provider::Ollama => "ollama",
            Provider::Tgi => "tgi",
            Provider::Triton => "triton",
        }
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation<'p> {
    /// Whose API it is.
    pub provider: Provider,
    /// The name of the operation, as the API has it: `chat.completions`, `messages`, `generateContent`.
    pub name: &'static str,
    /// The model, where the path names it.
    pub model: Option<&'p [u8]>,
    /// Whether no other kind of API has such paths, so that the shape of the body need not say it, too.
    pub is_certain: bool,
}

/// The end of a path, the API, its name for the operation, and whether that is certain.
const ENDINGS: [(&str, Provider, &str, bool); 22] = [
    ("/chat/completions", Provider::OpenAi, "chat.completions", true),
    ("/v1/completions", Provider::OpenAi, "completions", true),
    ("/completions", Provider::OpenAi, "completions", false),
    ("/v1/responses", Provider::OpenAi, "responses", true),
    ("/responses", Provider::OpenAi, "responses", false),
    ("/v1/embeddings", Provider::OpenAi, "embeddings", true),
    ("/embeddings", Provider::OpenAi, "embeddings", false),
    ("/v1/moderations", Provider::OpenAi, "moderations", true),
    ("/v1/realtime", Provider::OpenAi, "realtime", true),
    ("/v1/messages", Provider::Anthropic, "messages", true),
    ("/v1/messages/count_tokens", Provider::Anthropic, "count_tokens", true),
    ("/v1/complete", Provider::Anthropic, "complete", true),
    ("/converse", Provider::Bedrock, "converse", false),
    ("/converse-stream", Provider::Bedrock, "converse-stream", true),
    ("/invoke-with-response-stream", Provider::Bedrock, "invoke-with-response-stream", true),
    ("/api/chat", Provider::Ollama, "api/chat", false),
    ("/api/generate", Provider::Ollama, "api/generate", false),
    ("/api/embed", Provider::Ollama, "api/embed", false),
    ("/api/embeddings", Provider::Ollama, "api/embeddings", false),
    ("/generate", Provider::Tgi, "generate", false),
    ("/generate_stream", Provider::Tgi, "generate_stream", true),
    ("/invoke", Provider::Bedrock, "invoke", false),
];

/// Google's operations, which follow the model and a colon.
const GOOGLE: [&str; 7] = [
    "generateContent",
    "streamGenerateContent",
    "embedContent",
    "batchEmbedContents",
    "countTokens",
    "predict",
    "rawPredict",
];

/// The operation that a request's path asks for.
pub fn operation_of(path: &[u8]) -> Option<Operation<'_>> {
    let path = path.strip_suffix(b"/").unwrap_or(path);
    let last = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    if let Some(colon) = last.iter().rposition(|byte| *byte == b':') {
        let (model, verb) = (last.get(..colon)?, last.get(colon + 1..)?);
        let name = GOOGLE.into_iter().find(|name| name.as_bytes() == verb)?;
        return Some(Operation { provider: Provider::Google, name, model: Some(model), is_certain: true });
    }
    if let Some(operation) = inference(path, last) {
        return Some(operation);
    }
    let found = ENDINGS.into_iter().find(|(ending, ..)| path.ends_with(ending.as_bytes()))?;
    let (ending, provider, name, is_certain) = found;
    let before = path.get(..path.len() - ending.len()).unwrap_or_default();
    let model = match provider {
        Provider::Bedrock => segment_after(before, b"model"),
        Provider::OpenAi => segment_after(before, b"deployments"),
        _ => None,
    };
    Some(Operation { provider, name, model, is_certain: is_certain || model.is_some() })
}

/// `/v2/models/MODEL[/versions/N]/infer`, and Triton's `generate` there, by the `last` segment.
fn inference<'p>(path: &'p [u8], last: &[u8]) -> Option<Operation<'p>> {
    let at = memchr::memmem::find(path, b"/models/")?;
    let model = path.get(at + b"/models/".len()..)?.split(|byte| *byte == b'/').next();
    let name = match last {
        b"infer" => "infer",
        b"generate" => "generate",
        b"generate_stream" => "generate_stream",
        _ => return None,
    };
    Some(Operation { provider: Provider::Triton, name, model, is_certain: true })
}

/// The segment of a path behind one of this name.
fn segment_after<'p>(path: &'p [u8], name: &[u8]) -> Option<&'p [u8]> {
    let mut segments = path.split(|byte| *byte == b'/');
    segments.find(|segment| *segment == name)?;
    segments.next()
}

#[cfg(test)]
mod tests {
    use super::super::super::path::path_of;
    use super::*;

    #[test]
    fn apis_are_told_by_their_paths() {
        for (path, provider, name, model) in [
            ("/v1/chat/completions", "openai", "chat.completions", ""),
            (
                "/openai/deployments/gpt-4o/chat/completions?api-version=1",
                "openai",
                "chat.completions",
                "gpt-4o",
            ),
            ("/v1/responses", "openai", "responses", ""),
            ("/v1/messages?beta=true", "anthropic", "messages", ""),
            (
                "/v1beta/models/gemini-2.0-flash:streamGenerateContent?alt=sse",
                "google",
                "streamGenerateContent",
                "gemini-2.0-flash",
            ),
            (
                "/model/anthropic.claude-v2%3A1/converse-stream",
                "bedrock",
                "converse-stream",
                "anthropic.claude-v2%3A1",
            ),
            ("/api/chat", "ollama", "api/chat", ""),
            ("/v2/models/llama/versions/1/infer", "triton", "infer", "llama"),
            ("/v2/models/llama/generate_stream", "triton", "generate_stream", "llama"),
            ("/generate", "tgi", "generate", ""),
        ] {
            let found = operation_of(path_of(path.as_bytes())).expect(path);
            let named = found.model.map(String::from_utf8_lossy).unwrap_or_default();
            assert_eq!((found.provider.name(), found.name, &*named), (provider, name, model), "{path}");
        }
        for path in
            ["/", "/v1/models", "/v1/models/gpt-4o", "/users/7:rename", "/mcp", "/v2/models/llama/ready"]
        {
            assert_eq!(operation_of(path_of(path.as_bytes())), None, "{path}");
        }
    }
}
