//! Captures in, events out: every field of every event is compared with what was looked through and committed.
//!
//! To accept a change: look at the difference, then `INSTA_UPDATE=always cargo test -p weir --test golden`.

mod running_eal;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use weir::config::Config;
use weir::event::{EveTarget, EveWriter, Generation};
use weir::replay::{ReplayOptions, replay};
use weir::ruleset::{Ruleset, Strictness};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data")
}

fn ruleset() -> Arc<Ruleset> {
    let (mut rules, mut policies) = (Vec::new(), Vec::new());
    for (name, texts) in [("golden.rules", &mut rules), ("golden.yaml", &mut policies)] {
        let text = std::fs::read_to_string(data().join(name)).expect("the rules");
        // Named without its folder: where the project lies must not show in the events.
        texts.push(weir_rules::diagnostic::Source::new(name, text));
    }
    let compiled = Ruleset::compile(&rules, &policies, &[], Generation(1), Strictness::Strict)
        .expect("the rules compile");
    Arc::new(compiled.ruleset)
}

/// The events of a capture, one JSON value each.
fn events(name: &str) -> Vec<Value> {
    let mut config = Config::default();
    config.events.flows = true;
    config.flows.capacity.value = 4096;
    config.inspect.streams = 1024;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("eve.json");
    let mut eve = EveWriter::open(EveTarget::NewFile(path.clone())).expect("a file");
    let capture = data().join("captures").join(name).with_extension("pcap");
    let options = ReplayOptions {
        config: &config,
        ruleset: ruleset(),
        pool: running_eal::pool(),
        eve: Some(&mut eve),
        write: None,
        look: None,
    };
    let report = replay(&capture, options).expect("a replay");
    assert_eq!(report.counters.get(weir::counter::Counter::EventsLost), 0);
    let lines = std::fs::read_to_string(path).expect("events");
    lines.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

macro_rules! golden {
    ($($test:ident: $capture:literal,)*) => {$(
        #[test]
        fn $test() {
            insta::assert_json_snapshot!(stringify!($test), events($capture));
        }
    )*};
}

golden! {
    anthropic_stream: "base/anthropic_stream",
    chunked_answer: "suricata-verify__http-chunked_input",
    fragments_in_gtp: "zeek__tunnels_gtp_gtp1_gn_normal_incl_fragmentation",
    gre: "tcpdump__various_gre",
    grpc: "base/triton_grpc",
    h2c_stream: "base/h2c_openai_stream",
    malformed_ipv6_fragments: "suricata-verify__ipv6-evasion_ipv6-malformed-fragments-26_frag-26",
    openai_chat: "base/openai_chat",
    openai_leak: "leak/openai_chat_stream",
    overlapping_segments: "suricata-verify__eve-overlap-payload-01_tcp-overlap",
    prompt_injection: "inject/openai_chat",
    segment_routing: "tcpdump__ipv6-srh-ext-header",
    segments_out_of_order: "zeek__tcp_reassembly",
}
