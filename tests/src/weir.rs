//! A running instance of the binary.

use std::fs::{self, File};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output};
use std::time::Duration;

use serde_json::Value;

use crate::binary;
use crate::events;
use crate::lab::Lab;
use crate::namespace::Namespace;
use crate::patience::until;
use crate::setup::Setup;

/// `weir run`, killed when dropped.
#[derive(Debug)]
pub struct Weir {
    child: Child,
    folder: PathBuf,
}

/// What a run that has ended leaves behind.
#[derive(Debug)]
pub struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Weir {
    /// Starts weir in the middle of a lab, and waits until it says that it is ready.
    ///
    /// # Panics
    ///
    /// When it does not start; what it said is shown.
    pub fn start(lab: &Lab, setup: &Setup) -> Weir {
        setup.write(lab);
        match Weir::run(&lab.middle, lab.folder()) {
            Ok(weir) => weir,
            Err(ended) => panic!("weir does not start: {ended:?}"),
        }
    }

    /// Runs weir with the `weir.yaml` of a folder. It has ended where it could not start.
    ///
    /// # Errors
    ///
    /// How it ended before it was ready.
    ///
    /// # Panics
    ///
    /// When the process can't be made, or neither starts nor ends.
    pub fn run(namespace: &Namespace, folder: &Path) -> Result<Weir, Ended> {
        // The service manager's side of sd_notify(3).
        let ready = folder.join("notify.sock");
        let _ = fs::remove_file(&ready);
        let socket = UnixDatagram::bind(&ready).expect("a socket in a temporary folder");
        socket.set_read_timeout(Some(Duration::from_millis(50))).expect("a time-out");
        let file = |name| File::create(folder.join(name)).expect("a file in a temporary folder");
        let child = namespace
            .command(binary::weir())
            .args(["run", "-c"])
            .arg(folder.join("weir.yaml"))
            .env("NOTIFY_SOCKET", &ready)
            .stdout(file("weir.out"))
            .stderr(file("weir.err"))
            .spawn()
            .expect("ip netns exec runs");
        let mut weir = Weir { child, folder: folder.to_owned() };
        let ended = until("weir starts or ends", || {
            let mut message = [0; 256];
            match socket.recv(&mut message) {
                Ok(len) if message[..len].starts_with(b"READY=1") => Some(None),
                _ => weir.child.try_wait().expect("a child").map(Some),
            }
        });
        match ended {
            None => Ok(weir),
            Some(status) => Err(weir.ended(status)),
        }
    }

    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its control socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.join("weir.sock")
    }

    /// Its event file.
    pub fn eve(&self) -> PathBuf {
        self.folder.join("eve.json")
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("weir.err")).unwrap_or_default()
    }

    /// Sends it a signal, by its name.
    ///
    /// # Panics
    ///
    /// When `kill` fails.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.pid().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -{name}");
    }

    /// Runs `weir COMMAND --socket …` against it.
    ///
    /// # Panics
    ///
    /// When the binary can't be run.
    pub fn ask(&self, command: &str, arguments: &[&str]) -> Output {
        let socket = self.socket();
        binary::command()
            .arg(command)
            .arg("--socket")
            .arg(socket)
            .args(arguments)
            .output()
            .expect("weir runs")
    }

    /// `weir stats --json`, `weir flows --json`, `weir reload --json`.
    ///
    /// # Panics
    ///
    /// When it fails, or does not print JSON.
    pub fn json(&self, command: &str) -> Value {
        let output = self.ask(command, &["--json"]);
        assert!(output.status.success(), "weir {command}: {output:?}");
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// Waits for an event.
    pub fn event(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        events::wait_for(&self.eve(), what, wanted)
    }

    /// Stops it as a service manager does.
    ///
    /// # Panics
    ///
    /// When it does not end.
    pub fn stop(mut self) -> Ended {
        self.signal("TERM");
        let status = until("weir ends", || self.child.try_wait().expect("a child"));
        self.ended(status)
    }

    fn ended(&self, status: ExitStatus) -> Ended {
        let read = |name| fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        Ended { status, stdout: read("weir.out"), stderr: read("weir.err") }
    }
}

impl Drop for Weir {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("what weir logged:\n{}", self.log());
        }
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
