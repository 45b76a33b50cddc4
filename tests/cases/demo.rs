//! The bundled demonstration shows what it promises.

use std::path::Path;
use std::process::Command;

use weir_tests::binary;

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_demonstration_tells_what_was_blocked_and_why() {
    if !weir_tests::requirement::has_tools(&["bash", "python3"]) {
        return;
    }
    let run =
        Command::new(root().join("scripts/demo")).env("WEIR_BIN", binary::weir()).output().expect("it runs");
    assert!(run.status.success(), "{run:?}");
    let text = String::from_utf8_lossy(&run.stdout);
    for (title, outcome, why) in [
        ("an ordinary question", "passed", ""),
        ("tells the model to ignore", "dropped", "signature 9000001"),
        ("document from the vector database", "dropped", "signature 9000002"),
        ("answers with credentials", "rejected", "signature 9000003"),
        ("a model file is fetched", "dropped", "signature 9000004"),
        ("hidden instructions", "rejected", "signature 9000005"),
        ("past the gateway", "rejected", "no-direct-inference\" at examples/demo/policy.yaml:"),
    ] {
        let block =
            text.split("\n\n").find(|block| block.lines().next().is_some_and(|line| line.contains(title)));
        let block = block.unwrap_or_else(|| panic!("{title} is not shown:\n{text}"));
        assert!(block.starts_with(outcome), "{title}: {block}");
        assert!(block.contains(why), "{title}: {block}");
        assert_eq!(block.contains("who   agents → model-cluster"), !why.is_empty(), "{block}");
    }
}

#[test]
fn every_script_has_help_and_refuses_nonsense() {
    for script in
        ["scripts/setup", "scripts/demo", "scripts/test", "scripts/hugepages", "scripts/bind-nic", ".ci/run"]
    {
        let run = |argument: &str| Command::new(root().join(script)).arg(argument).output().expect("it runs");
        let help = run("--help");
        assert!(help.status.success(), "{script}: {help:?}");
        assert!(String::from_utf8_lossy(&help.stdout).starts_with("usage: "), "{script}");
        // scripts/test hands what it does not know on to the test runner.
        if script != "scripts/test" {
            assert_eq!(run("--nonsense").status.code(), Some(2), "{script}");
        }
    }
}

#[test]
fn the_bundled_configuration_is_right() {
    let config = "examples/demo/weir.yaml";
    let checked =
        binary::command().args(["check", "--strict", "-c"]).arg(root().join(config)).output().unwrap();
    assert!(checked.status.success(), "{config}: {}", String::from_utf8_lossy(&checked.stderr));
}
