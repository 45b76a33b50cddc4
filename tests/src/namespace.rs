//! Network namespaces with names of their own, removed when dropped.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

/// What all names begin with; the process follows.
const PREFIX: &str = "weir-t";

/// A network namespace.
#[derive(Debug)]
pub struct Namespace {
    name: String,
}

impl Namespace {
    /// Makes one.
    ///
    /// # Errors
    ///
    /// What `ip` says.
    pub fn new(role: &str) -> Result<Namespace, String> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        // Two `ip netns add` at once fight over the mount point that they share.
        let lock = lock();
        remove_abandoned();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{PREFIX}{}-{number}-{role}", std::process::id());
        ip(&["netns", "add", &name])?;
        drop(lock);
        let namespace = Namespace { name };
        namespace.ip(&["link", "set", "lo", "up"])?;
        // Neighbour discovery would be traffic that no test asked for.
        namespace.sysctl("net.ipv6.conf.all.disable_ipv6=1")?;
        namespace.sysctl("net.ipv6.conf.default.disable_ipv6=1")?;
        Ok(namespace)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A command that will run in it. The process is the command's own, so killing it kills the command.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]).arg(program);
        command
    }

    /// Like [`Namespace::command`], killed after so many seconds.
    pub fn bounded(&self, seconds: u32, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = self.command("timeout");
        command.args(["--kill-after=2", &seconds.to_string()]).arg(program);
        command
    }

    /// Runs `ip` on it.
    ///
    /// # Errors
    ///
    /// What `ip` says.
    pub fn ip(&self, arguments: &[&str]) -> Result<(), String> {
        ip(&[&["-n", &self.name], arguments].concat())
    }

    fn sysctl(&self, setting: &str) -> Result<(), String> {
        run(self.command("sysctl").args(["-q", "-w", setting]))
    }

    /// Makes a pair of interfaces, one here and one in `other`, which leaves nothing to the hardware that it lacks: who
    /// reads frames off a veth pair would see checksums that nobody has computed, and segments of 64 KiB.
    ///
    /// # Errors
    ///
    /// What the tools say.
    pub fn join(&self, here: &str, other: &Namespace, there: &str) -> Result<(), String> {
        self.ip(&["link", "add", here, "type", "veth", "peer", "name", there, "netns", &other.name])?;
        for (namespace, interface) in [(self, here), (other, there)] {
            let mut ethtool = namespace.command("ethtool");
            ethtool
                .args(["-K", interface, "tx", "off", "rx", "off", "gso", "off", "tso", "off", "gro", "off"]);
            run(&mut ethtool)?;
            namespace.ip(&["link", "set", interface, "up"])?;
        }
        Ok(())
    }

    /// The address of an interface.
    pub fn mac(&self, interface: &str) -> String {
        let output = self.command("cat").arg(format!("/sys/class/net/{interface}/address")).output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        remove(&self.name);
    }
}

/// Kills what still runs in a namespace, and removes it.
fn remove(name: &str) {
    let pids = Command::new("ip").args(["netns", "pids", name]).output();
    let pids = pids.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    for pid in pids.split_whitespace() {
        // It may have ended meanwhile.
        let _ = run(Command::new("kill").args(["-KILL", pid]));
    }
    let _ = ip(&["netns", "del", name]);
}

/// Removes the namespaces of tests that were killed before they could.
fn remove_abandoned() {
    let Ok(entries) = fs::read_dir("/run/netns") else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let pid = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            remove(&name);
        }
    }
}

fn lock() -> Option<File> {
    let file = File::create(std::env::temp_dir().join("weir-tests.lock")).ok()?;
    file.lock().ok()?;
    Some(file)
}

fn ip(arguments: &[&str]) -> Result<(), String> {
    run(Command::new("ip").args(arguments))
}

/// Runs a command that says nothing when it succeeds.
fn run(command: &mut Command) -> Result<(), String> {
    let output: Output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim()))
}
