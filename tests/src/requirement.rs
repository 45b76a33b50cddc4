//! What tests need of the machine. Where something is missing the test is passed over, which is said on standard error
//! and, because test runners swallow that, in the file that `WEIR_SKIPPED` names; `scripts/test` prints it at the end.

use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether labs can be made here: root, and the tools that they are made with.
pub fn labs_can_be_made() -> bool {
    let root =
        Path::new("/proc/self").metadata().is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0);
    if !root {
        skipped("network namespaces need root");
        return false;
    }
    has_tools(&["ip", "ethtool", "curl", "iperf3", "python3"])
}

/// Whether all of these can be run.
pub fn has_tools(tools: &[&str]) -> bool {
    match tools.iter().find(|tool| !is_there(tool)) {
        None => true,
        Some(tool) => {
            skipped(&format!("{tool} is not installed; scripts/setup installs it"));
            false
        }
    }
}

/// Says that the test that is running is passed over, and why.
pub fn skipped(why: &str) {
    let thread = std::thread::current();
    let line = format!("SKIPPED {}: {why}\n", thread.name().unwrap_or("a test"));
    eprint!("{line}");
    if let Some(path) = env::var_os("WEIR_SKIPPED") {
        let file = OpenOptions::new().create(true).append(true).open(path);
        // What can't be written there was said above.
        let _ = file.and_then(|mut file| file.write_all(line.as_bytes()));
    }
}

fn is_there(tool: &str) -> bool {
    let mut command = Command::new("sh");
    command.args(["-c", "command -v \"$0\"", tool]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
