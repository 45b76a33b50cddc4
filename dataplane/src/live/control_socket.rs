//! The control socket: a Unix socket that only its owner may use (mode 0600).
//!
//! A thread accepts one client at a time and hands its request to the instance, which answers when it comes round.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use thiserror::Error;

use super::request::{Request, Response};

/// How long a client may take to say what it wants, and to take the answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a client waits for an answer; a reload of many rules takes its time.
const ANSWER_PATIENCE: Duration = Duration::from_secs(120);
/// The longest request, in bytes.
const MAX_REQUEST: u64 = 64 << 10;

/// Why the socket can't be used.
#[derive(Debug, Error)]
pub enum ControlError {
    /// It can't be made.
    #[error("can't make the control socket {}: {error}; set control.socket to another place", path.display())]
    Bind {
        /// Where.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Another instance uses it.
    #[error("another instance answers on {}; give this one a control.socket of its own", .0.display())]
    InUse(PathBuf),
    /// Nobody answers.
    #[error("no instance answers on {}: {error}; is weir running, and is this its control.socket?", path.display())]
    Connect {
        /// Where.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The conversation failed.
    #[error("the instance did not answer as it should: {0}")]
    Talk(#[from] io::Error),
    /// The answer makes no sense.
    #[error("the instance did not answer as it should: {0}")]
    Answer(#[from] serde_json::Error),
}

/// A request, and where the answer goes.
pub struct Incoming {
    /// What is asked for.
    pub request: Request,
    /// Where the answer goes.
    pub answer: Sender<Response>,
}

/// The socket. Removed when dropped.
pub struct ControlSocket {
    path: PathBuf,
    incoming: Receiver<Incoming>,
}

impl ControlSocket {
    /// Makes the socket and begins to listen. A socket that a crashed instance left is taken over.
    pub fn bind(path: &Path) -> Result<ControlSocket, ControlError> {
        if UnixStream::connect(path).is_ok() {
            return Err(ControlError::InUse(path.to_owned()));
        }
        let failed = |error| ControlError::Bind { path: path.to_owned(), error };
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let listener = UnixListener::bind(path).map_err(failed)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(failed)?;
        let (requests, incoming) = channel();
        thread::Builder::new()
            .name("weir-control".into())
            .spawn(move || listen(&listener, &requests))
            .map_err(failed)?;
        Ok(ControlSocket { path: path.to_owned(), incoming })
    }

    /// The next request, if one comes within `patience`.
    pub fn next(&self, patience: Duration) -> Option<Incoming> {
        self.incoming.recv_timeout(patience).ok()
    }
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        // It may have been removed by hand; then there is nothing left to do.
        let _ = fs::remove_file(&self.path);
    }
}

fn listen(listener: &UnixListener, requests: &Sender<Incoming>) {
    for stream in listener.incoming() {
        let served = stream.and_then(|stream| serve(&stream, requests));
        if let Err(error) = served {
            tracing::debug!("a client of the control socket: {error}");
        }
    }
}

fn serve(stream: &UnixStream, requests: &Sender<Incoming>) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    BufReader::new(stream.take(MAX_REQUEST)).read_line(&mut line)?;
    let response = match serde_json::from_str(&line) {
        Ok(request) => {
            let (answer, answered) = channel();
            requests.send(Incoming { request, answer }).map_err(io::Error::other)?;
            answered
                .recv_timeout(ANSWER_PATIENCE)
                .unwrap_or_else(|_| Response::Error("the instance is busy, or stops".into()))
        }
        Err(error) => Response::Error(format!("not a request: {error}")),
    };
    let mut stream = stream;
    serde_json::to_writer(&mut stream, &response)?;
    stream.write_all(b"\n")
}

/// Asks the instance at `path`.
pub fn ask(path: &Path, request: &Request) -> Result<Response, ControlError> {
    let mut stream =
        UnixStream::connect(path).map_err(|error| ControlError::Connect { path: path.to_owned(), error })?;
    stream.set_read_timeout(Some(ANSWER_PATIENCE + PATIENCE))?;
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    Ok(serde_json::from_str(&answer)?)
}
