//! Peers: small scripts in `tests/peers`, each of which does one thing to the network and says what came of it, a line
//! for each event.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use crate::namespace::Namespace;
use crate::patience::PATIENCE;

/// A running peer, killed when dropped.
#[derive(Debug)]
pub struct Peer {
    name: String,
    child: Child,
    lines: Receiver<String>,
}

/// How a connection ended for one of its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The other end closed it.
    Closed,
    /// It was reset.
    Reset,
    /// It was refused before it began.
    Refused,
    /// Nothing came within the time that was given.
    Silence,
}

impl Peer {
    /// Starts a script with arguments, and waits for `ready` where it is a server.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn start(namespace: &Namespace, script: &str, arguments: &[&str]) -> Peer {
        let path = scripts().join(script);
        assert!(path.exists(), "{} is not there", path.display());
        let mut command = namespace.command("python3");
        command.arg("-u").arg(path).args(arguments);
        Peer::spawn(script, command)
    }

    /// An HTTP server for a folder.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn http_server(namespace: &Namespace, folder: &Path, port: &str) -> Peer {
        let mut command = namespace.command("python3");
        command.args(["-u", "-m", "http.server", port, "--directory"]).arg(folder);
        let server = Peer::spawn("http.server", command);
        server.expect("Serving");
        server
    }

    /// An iperf3 server for one test.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn iperf3_server(namespace: &Namespace, port: &str) -> Peer {
        let mut command = namespace.command("iperf3");
        command.args(["--server", "--one-off", "--forceflush", "--port", port]);
        let server = Peer::spawn("iperf3", command);
        server.expect("Server listening");
        server
    }

    fn spawn(name: &str, mut command: std::process::Command) -> Peer {
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().expect("a peer runs");
        let stdout = child.stdout.take().expect("its output is piped");
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Peer { name: name.to_owned(), child, lines }
    }

    /// The next line it says.
    ///
    /// # Panics
    ///
    /// When it says nothing more.
    pub fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{} says nothing more", self.name))
    }

    /// Passes lines over up to one that begins with `start`, and returns what follows there.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub fn expect(&self, start: &str) -> String {
        loop {
            let line = self.line();
            if let Some(rest) = line.strip_prefix(start) {
                return rest.trim().to_owned();
            }
        }
    }

    /// How its connection ended.
    ///
    /// # Panics
    ///
    /// When it does not say.
    pub fn end(&self) -> End {
        match self.expect("end").as_str() {
            "closed" => End::Closed,
            "reset" => End::Reset,
            "refused" => End::Refused,
            "silence" => End::Silence,
            other => panic!("{} ended with {other:?}", self.name),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

/// Bytes as the scripts take them.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
