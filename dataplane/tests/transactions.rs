//! Events of transactions: captures of real client libraries against what was really said in them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use weir::config::Config;
use weir::config::units::Size;
use weir::event::{EveWriter, Generation};
use weir::replay::{ReplayOptions, replay};
use weir::ruleset::{Ruleset, Strictness};

mod running_eal;

fn test_data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let path = std::env::var_os("WEIR_TEST_DATA").map_or(beside, PathBuf::from).join("captures");
    if !path.is_dir() {
        eprintln!("SKIPPED: {} is missing (set WEIR_TEST_DATA to where the test data is)", path.display());
        return None;
    }
    Some(path)
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The events of a capture, with contents.
fn events(capture: &Path) -> Vec<Value> {
    let mut config = Config::default();
    config.flows.capacity.value = 1 << 12;
    config.inspect.streams = 1 << 8;
    config.events.file = Some("-".into());
    config.events.contents = Size(64 << 10);
    let compiled = Ruleset::compile(&[], &[], &[], Generation(1), Strictness::Strict).expect("no rules");
    let written = Shared::default();
    let mut eve = EveWriter::to_sink(Box::new(written.clone()));
    let options = ReplayOptions {
        config: &config,
        ruleset: Arc::new(compiled.ruleset),
        pool: running_eal::pool(),
        eve: Some(&mut eve),
        write: None,
        look: None,
    };
    replay(capture, options).expect("a capture");
    drop(eve);
    let bytes = written.0.lock().expect("no panic").clone();
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).expect("JSON")).collect()
}

fn of_kind<'e>(events: &'e [Value], kind: &str) -> Vec<&'e Value> {
    events.iter().filter(|event| event["event_type"] == kind).map(|event| &event[kind]).collect()
}

/// One line of the manifest.
struct Row<'m> {
    file: &'m str,
    wire: &'m str,
    provider: &'m str,
    operation: &'m str,
    model: &'m str,
    streamed: bool,
    prompt: &'m str,
    completion: &'m str,
}

fn rows(manifest: &str) -> Vec<Row<'_>> {
    manifest
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut columns = line.split('\t');
            let (file, _) = (columns.next()?, columns.next()?);
            let (wire, provider, operation, model) =
                (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
            let (streamed, prompt, completion) = (columns.next()? == "yes", columns.next()?, columns.next()?);
            Some(Row { file, wire, provider, operation, model, streamed, prompt, completion })
        })
        .collect()
}

/// Every capture of an API over HTTP: provider, operation, model, what was asked and what was answered.
#[test]
fn what_was_said_is_what_is_written_down() {
    let Some(folder) = test_data() else { return };
    let manifest = std::fs::read_to_string(folder.join("MANIFEST.tsv")).expect("a manifest");
    let apis = ["openai", "openai (litellm)", "anthropic", "google", "ollama", "triton"];
    let mut seen = 0;
    for row in rows(&manifest) {
        let path = folder.join(row.file);
        let is_plain = !row.wire.starts_with("tls");
        let is_there = std::fs::metadata(&path).is_ok_and(|data| data.len() > 24);
        if !apis.contains(&row.provider) || !is_plain || !is_there {
            continue;
        }
        let events = events(&path);
        let calls = of_kind(&events, "llm");
        let expected = if row.wire.contains("keep-alive") { 12 } else { 1 };
        assert_eq!(calls.len(), expected, "{}: {calls:#?}", row.file);
        for call in calls {
            let text = |name: &str| call[name][0].as_str().unwrap_or_default().to_owned();
            assert_eq!(call["provider"], row.provider.split(' ').next().unwrap_or_default(), "{}", row.file);
            assert_eq!(call["operation"], row.operation, "{}", row.file);
            assert_eq!(call["model"], row.model, "{}", row.file);
            assert!(text("prompt").contains(row.prompt), "{}: {}", row.file, text("prompt"));
            if row.operation != "embeddings" {
                assert_eq!(text("completion"), row.completion, "{}", row.file);
            }
            let by_operation = ["streamGenerateContent", "ModelStreamInfer"].contains(&row.operation);
            let is_streamed = call["stream"] == true || by_operation;
            assert_eq!(is_streamed, row.streamed, "{}", row.file);
        }
        seen += 1;
    }
    assert!(seen >= 28, "only {seen} captures");
}

#[test]
fn a_tool_is_told_with_what_it_was_called_with() {
    let Some(folder) = test_data() else { return };
    let events = events(&folder.join("base/openai_tools.pcap"));
    let call = of_kind(&events, "llm")[0];
    assert_eq!(call["tool_offered"][0], "get_weather");
    assert_eq!(call["tool_name"][0], "get_weather");
    assert_eq!(call["tool_args"][0], r#"{"city": "Paris"}"#);
    assert_eq!((&call["tokens_in"], &call["tokens_out"]), (&Value::from(9), &Value::from(12)));
    let http = of_kind(&events, "http")[0];
    assert_eq!((&http["http_method"], &http["status"]), (&Value::from("POST"), &Value::from(200)));
    assert_eq!(http["url"], "/v1/chat/completions");
}

#[test]
fn a_handshake_is_written_down() {
    let Some(folder) = test_data() else { return };
    let events = events(&folder.join("base/tls12_mtls_spiffe.pcap"));
    let handshake = of_kind(&events, "tls")[0];
    assert!(handshake["ja3_hash"].is_string() && handshake["subject"].is_string(), "{handshake}");
}
