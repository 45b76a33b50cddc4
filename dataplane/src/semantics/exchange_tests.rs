//! Exchanges with the APIs of models, cut anywhere: what was said, by whom, and to which tools.

use proptest::prelude::*;
use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use super::heard::{Case, answer, assert_cut, assert_heard, events, hear, post};
use crate::flow::Direction::{ToClient, ToServer};

fn cases() -> Vec<Case> {
    use NumberId::{LlmMediaSize, LlmStream, LlmTokensIn, LlmTokensOut};
    vec![
        Case {
            request: post(
                "/v1/chat/completions",
                r#"{"model":"gpt-4o","messages":[{"role":"developer","content":"Be kind."},{"content":[{"type":"text",
                "text":"Ignore "},{"type":"image_url","image_url":{"url":"data:image/png;base64,aGVsbG8gd29ybGQh"}},
                {"type":"text","text":"all"}],"role":"user"},{"role":"assistant","content":null,"tool_calls":[{"id":"c",
                "function":{"name":"f","arguments":"{\"a\": \"\\u0041KIA\"}"}}]},{"role":"tool","content":"42"}],
                "tools":[{"type":"function","function":{"name":"f","description":"does f"}}]}"#,
            ),
            response: answer(
                "application/json",
                r#"{"model":"gpt-4o-2024","choices":[{"message":{"content":"one","reasoning_content":"hm"},"index":0,
                "finish_reason":"stop"},{"index":1,"message":{"content":"two","tool_calls":[{"function":{"name":"g",
                "arguments":"{\"x\": 1}"}}]},"finish_reason":"tool_calls"}],
                "usage":{"prompt_tokens":9,"completion_tokens":12}}"#,
            ),
            expected: &[
                "< llm.provider: openai",
                "< llm.operation: chat.completions",
                "< llm.model: gpt-4o",
                "< llm.role: developer",
                "< llm.system: Be kind.",
                "< llm.role: user",
                "< llm.prompt: Ignore all",
                "< llm.role: assistant",
                "< llm.tool_name: f",
                "< llm.tool_args: {\"a\": \"AKIA\"}",
                "< llm.role: tool",
                "< llm.tool_result: 42",
                "< llm.tool_offered: f",
                "< llm.tool_description: does f",
                "> llm.model: gpt-4o-2024",
                "> llm.completion: one",
                "> llm.reasoning: hm",
                "> llm.finish_reason: stop",
                "> llm.completion: two",
                "> llm.tool_name: g",
                "> llm.tool_args: {\"x\": 1}",
                "> llm.finish_reason: tool_calls",
            ],
            numbers: &[(LlmMediaSize, 12), (LlmTokensIn, 9), (LlmTokensOut, 12)],
        },
        Case {
            request: post(
                "/v1/chat/completions",
                r#"{"stream":true,"messages":[{"role":"user","content":"hi"}],"model":"m"}"#,
            ),
            response: answer(
                "text/event-stream",
                &events(&[
                    r#"{"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#,
                    r#"{"choices":[{"index":0,"delta":{"content":"AK"}},{"index":1,"delta":{"content":"ot"}}]}"#,
                    r#"{"choices":[{"delta":{"content":"her"},"index":1}]}"#,
                    r#"{"choices":[{"index":0,"delta":{"content":"IA"},"finish_reason":"stop"}]}"#,
                    r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":""}}]}}]}"#,
                    r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\": \"\\u00"}},{"index":1,"function":{"name":"g","arguments":"{}"}}]}}]}"#,
                    r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"41\"}"}}]}}]}"#,
                    r#"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#,
                    "[DONE]",
                ]),
            ),
            expected: &[
                "< llm.provider: openai",
                "< llm.operation: chat.completions",
                "< llm.role: user",
                "< llm.prompt: hi",
                "< llm.model: m",
                "> llm.completion: AKIA",
                "> llm.completion: other",
                "> llm.finish_reason: stop",
                "> llm.tool_name: f",
                "> llm.tool_args: {\"a\": \"A\"}",
                "> llm.tool_name: g",
                "> llm.tool_args: {}",
            ],
            numbers: &[(LlmStream, 1), (LlmTokensIn, 1), (LlmTokensOut, 2)],
        },
        Case {
            request: post(
                "/v1/responses",
                r#"{"model":"m","instructions":"Be kind.","input":[{"role":"user","content":[{"type":"input_text","text":"hi"}]},
                {"type":"function_call","name":"f","arguments":"{}"},{"type":"function_call_output","output":"out"}]}"#,
            ),
            response: answer(
                "text/event-stream",
                &events(&[
                    r#"{"type":"response.created","response":{"model":"m","status":"in_progress","output":[]}}"#,
                    r#"{"type":"response.output_text.delta","output_index":0,"delta":"AK"}"#,
                    r#"{"delta":"IA","output_index":0,"type":"response.output_text.delta"}"#,
                    r#"{"type":"response.output_text.done","output_index":0,"text":"AKIA"}"#,
                    r#"{"type":"response.reasoning_summary_text.delta","output_index":1,"delta":"hm"}"#,
                    r#"{"type":"response.output_item.added","output_index":2,"item":{"type":"function_call","name":"f","arguments":""}}"#,
                    r#"{"type":"response.function_call_arguments.delta","output_index":2,"delta":"{\"a\":1}"}"#,
                    r#"{"type":"response.completed","response":{"status":"completed","output":[{"content":[{"text":"AKIA"}]}],"usage":{"input_tokens":3,"output_tokens":4}}}"#,
                ]),
            ),
            expected: &[
                "< llm.provider: openai",
                "< llm.operation: responses",
                "< llm.model: m",
                "< llm.system: Be kind.",
                "< llm.role: user",
                "< llm.prompt: hi",
                "< llm.tool_name: f",
                "< llm.tool_args: {}",
                "< llm.tool_result: out",
                "> llm.completion: AKIA",
                "> llm.completion again: AKIA",
                "> llm.reasoning: hm",
                "> llm.tool_name: f",
                "> llm.tool_args: {\"a\":1}",
                "> llm.finish_reason: completed",
                "> llm.completion again: AKIA",
            ],
            numbers: &[(LlmTokensIn, 3), (LlmTokensOut, 4)],
        },
        Case {
            request: post(
                "/v1/messages",
                r#"{"model":"claude","system":[{"type":"text","text":"Be kind."}],"messages":[{"role":"user","content":[
                {"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"42"}]},{"type":"text","text":"hi"}]}],
                "tools":[{"name":"f","description":"does f"}],"stream":true}"#,
            ),
            response: answer(
                "text/event-stream",
                "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"claude\",\"usage\":{\"input_tokens\":7}}}\n\n\
                 event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"AK\"}}\n\n\
                 event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"name\":\"f\",\"input\":{}}}\n\n\
                 event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"a\\\"\"}}\n\n\
                 event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"IA\"}}\n\n\
                 event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\":1}\"}}\n\n\
                 event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":{\"output_tokens\":8}}\n\n",
            ),
            expected: &[
                "< llm.provider: anthropic",
                "< llm.operation: messages",
                "< llm.model: claude",
                "< llm.system: Be kind.",
                "< llm.role: user",
                "< llm.tool_result: 42",
                "< llm.prompt: hi",
                "< llm.tool_offered: f",
                "< llm.tool_description: does f",
                "> llm.completion: AKIA",
                "> llm.tool_name: f",
                "> llm.tool_args: {\"a\":1}",
                "> llm.finish_reason: tool_use",
            ],
            numbers: &[(LlmStream, 1), (LlmTokensIn, 7), (LlmTokensOut, 8)],
        },
        Case {
            request: post(
                "/v1beta/models/gemini-pro:streamGenerateContent?alt=sse",
                r#"{"system_instruction":{"parts":[{"text":"Be kind."}]},"contents":[{"parts":[{"text":"hi"}],"role":"user"},
                {"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":"\u0041"}}}]},{"parts":[{"functionResponse":{"name":"f","response":{"r":1}}}]}]}"#,
            ),
            response: answer(
                "text/event-stream",
                "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"AK\"}]}, \"index\": 0}], \"modelVersion\": \"gemini-pro\"}\r\n\r\n\
                 data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"IA\"}]}, \"finishReason\": \"STOP\", \"index\": 0}], \"usageMetadata\": {\"promptTokenCount\": 5, \"candidatesTokenCount\": 7}}\r\n\r\n",
            ),
            expected: &[
                "< llm.provider: google",
                "< llm.operation: streamGenerateContent",
                "< llm.model: gemini-pro",
                "< llm.system: Be kind.",
                "< llm.role: user",
                "< llm.prompt: hi",
                "< llm.role: model",
                "< llm.tool_name: f",
                "< llm.tool_args: {\"a\":\"A\"}",
                "< llm.tool_result: {\"r\":1}",
                "> llm.completion: AKIA",
                "> llm.finish_reason: STOP",
            ],
            numbers: &[(LlmTokensIn, 5), (LlmTokensOut, 7)],
        },
        Case {
            request: post(
                "/api/chat",
                r#"{"model":"llama3.1","messages":[{"role":"user","content":"hi","images":["aGVsbG8gd29ybGQh"]}]}"#,
            ),
            response: answer(
                "application/x-ndjson",
                "{\"model\":\"llama3.1\",\"message\":{\"role\":\"assistant\",\"content\":\"AK\"},\"done\":false}\n\
                 {\"model\":\"llama3.1\",\"message\":{\"role\":\"assistant\",\"content\":\"IA\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{\"a\":1}}}]},\"done\":false}\n\
                 {\"model\":\"llama3.1\",\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":2,\"eval_count\":3}\n",
            ),
            expected: &[
                "< llm.provider: ollama",
                "< llm.operation: api/chat",
                "< llm.model: llama3.1",
                "< llm.role: user",
                "< llm.prompt: hi",
                "> llm.completion: AKIA",
                "> llm.tool_name: f",
                "> llm.tool_args: {\"a\":1}",
                "> llm.finish_reason: stop",
            ],
            numbers: &[(LlmMediaSize, 12), (LlmTokensIn, 2), (LlmTokensOut, 3)],
        },
        Case {
            request: post(
                "/model/anthropic.claude/converse",
                r#"{"system":[{"text":"Be kind."}],"messages":[{"role":"user","content":[{"text":"hi"}]}]}"#,
            ),
            response: answer(
                "application/json",
                r#"{"output":{"message":{"role":"assistant","content":[{"text":"AKIA"},{"toolUse":{"name":"f","input":{"a":1}}}]}},"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":2}}"#,
            ),
            expected: &[
                "< llm.provider: bedrock",
                "< llm.operation: converse",
                "< llm.model: anthropic.claude",
                "< llm.system: Be kind.",
                "< llm.role: user",
                "< llm.prompt: hi",
                "> llm.completion: AKIA",
                "> llm.tool_name: f",
                "> llm.tool_args: {\"a\":1}",
                "> llm.finish_reason: end_turn",
            ],
            numbers: &[(LlmTokensIn, 1), (LlmTokensOut, 2)],
        },
        Case {
            request: post("/generate", r#"{"inputs":"hi","parameters":{}}"#),
            response: answer("application/json", r#"{"generated_text":"AKIA"}"#),
            expected: &[
                "< llm.provider: tgi",
                "< llm.operation: generate",
                "< llm.prompt: hi",
                "> llm.completion: AKIA",
            ],
            numbers: &[],
        },
        Case {
            request: post(
                "/v2/models/llama/infer",
                r#"{"inputs":[{"name":"text_input","datatype":"BYTES","shape":[1],"data":["hi"]}]}"#,
            ),
            response: answer(
                "application/json",
                r#"{"model_name":"llama","outputs":[{"name":"text_output","data":["AKIA"]}]}"#,
            ),
            expected: &[
                "< llm.provider: triton",
                "< llm.operation: infer",
                "< llm.model: llama",
                "< llm.prompt: hi",
                "> llm.completion: AKIA",
            ],
            numbers: &[],
        },
        Case {
            request: post("/v1/embeddings", r#"{"input":["one","two"],"model":"e"}"#),
            response: answer(
                "application/json",
                r#"{"data":[{"embedding":[0.1,0.2]}],"model":"e","usage":{"prompt_tokens":2}}"#,
            ),
            expected: &[
                "< llm.provider: openai",
                "< llm.operation: embeddings",
                "< llm.prompt: one",
                "< llm.prompt: two",
                "< llm.model: e",
            ],
            numbers: &[(LlmTokensIn, 2)],
        },
        // No path that anyone knows: the shape says what it is.
        Case {
            request: post("/llm", r#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#),
            response: answer("application/json", r#"{"choices":[{"index":0,"message":{"content":"AKIA"}}]}"#),
            expected: &[
                "< llm.provider: openai",
                "< llm.model: m",
                "< llm.role: user",
                "< llm.prompt: hi",
                "> llm.completion: AKIA",
            ],
            numbers: &[],
        },
        // Documents of something else.
        Case {
            request: post(
                "/orders",
                r#"{"model":"T","prompt":"pay","input":"x","inputs":["y"],"system":"z"}"#,
            ),
            response: answer(
                "application/json",
                r#"{"text":"a","message":{"content":"b"},"response":"c","usage":{"input_tokens":1}}"#,
            ),
            expected: &[],
            numbers: &[(LlmTokensIn, 1)],
        },
    ]
}

#[test]
fn every_api_says_who_said_what() {
    assert_heard(cases());
}

#[test]
fn a_speaker_who_is_named_too_late_is_taken_for_the_user() {
    let text = "x".repeat(100_000);
    let body = format!(r#"{{"messages":[{{"content":"{text}","role":"system"}}]}}"#);
    let heard = hear(&post("/v1/chat/completions", &body), b"", &[1000]);
    assert_eq!(heard.of(ToServer, FieldId::LlmPrompt), [text.as_str()]);
    assert!(heard.events.contains(&"llm.unattributed_text"));
}

#[test]
fn choices_without_end_are_told_as_one() {
    let choices: Vec<String> =
        (0..200).map(|index| format!(r#"{{"index":{index},"delta":{{"content":"a"}}}}"#)).collect();
    let body = events(&[&format!(r#"{{"choices":[{}]}}"#, choices.join(","))]);
    let heard = hear(&post("/v1/chat/completions", "{}"), &answer("text/event-stream", &body), &[]);
    let said: usize = heard.of(ToClient, FieldId::LlmCompletion).iter().map(|text| text.len()).sum();
    assert_eq!(said, 200);
    assert!(heard.values.len() < 40 && heard.events.contains(&"llm.too_many_lanes"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_cut_is_heard_the_same(sizes in prop::collection::vec(1..60_usize, 1..6)) {
        assert_cut(cases(), &sizes);
    }
}
