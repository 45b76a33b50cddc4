//! What a client and a server say to each other, as the frames of a TCP connection.

use super::expectation::Said;
use super::segment::{End, MSS, Segment};
use crate::packet::TcpFlags;

const CLIENT: End = End { address: [192, 0, 2, 10], port: 40_000 };
const SERVER: End = End { address: [198, 51, 100, 20], port: 80 };
const BOTH: TcpFlags = TcpFlags::PSH.union(TcpFlags::ACK);

/// The bytes of both directions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// What the client sends.
    pub client: Vec<u8>,
    /// What the server answers.
    pub server: Vec<u8>,
}

impl Exchange {
    /// An exchange in which `text` is said in the place of `said`, and all else is as harmless as it can be.
    pub fn of(said: Said, text: &[u8]) -> Exchange {
        let get = |uri: &[u8]| [b"GET ", uri, b" HTTP/1.1\r\nHost: service.example\r\n\r\n"].concat();
        let with_body = |first: &str, body: &[u8]| {
            let kind = match body.trim_ascii_start() {
                [b'{' | b'[', ..] => "application/json",
                text if text.is_ascii() => "text/plain",
                _ => "application/octet-stream",
            };
            let head = format!("{first}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n", body.len());
            [head.as_bytes(), body].concat()
        };
        let ok = |body: &[u8]| with_body("HTTP/1.1 200 OK", body);
        let (client, server) = match said {
            Said::Uri => (get(text), ok(b"ok")),
            Said::Request => (with_body("POST /api HTTP/1.1\r\nHost: service.example", text), ok(b"ok")),
            Said::Response => (get(b"/"), ok(text)),
            Said::Client => (text.to_vec(), Vec::new()),
            Said::Server => (Vec::new(), text.to_vec()),
        };
        Exchange { client, server }
    }

    /// The frames: handshake, what the client says, what the server says, and the end.
    pub fn frames(&self) -> Vec<Vec<u8>> {
        let mut talk = Talk { next: [1_000, 5_000], frames: Vec::new() };
        talk.send(Side::Client, TcpFlags::SYN, b"");
        talk.send(Side::Server, TcpFlags::SYN | TcpFlags::ACK, b"");
        talk.send(Side::Client, TcpFlags::ACK, b"");
        for (side, bytes) in [(Side::Client, &self.client), (Side::Server, &self.server)] {
            for payload in bytes.chunks(MSS) {
                talk.send(side, BOTH, payload);
                talk.send(side.other(), TcpFlags::ACK, b"");
            }
        }
        talk.send(Side::Server, TcpFlags::FIN | TcpFlags::ACK, b"");
        talk.send(Side::Client, TcpFlags::FIN | TcpFlags::ACK, b"");
        talk.send(Side::Server, TcpFlags::ACK, b"");
        talk.frames
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

impl Side {
    fn other(self) -> Side {
        match self {
            Side::Client => Side::Server,
            Side::Server => Side::Client,
        }
    }
}

struct Talk {
    /// The next sequence numbers of client and server.
    next: [u32; 2],
    frames: Vec<Vec<u8>>,
}

impl Talk {
    fn send(&mut self, side: Side, flags: TcpFlags, payload: &[u8]) {
        let [client, server] = self.next;
        let (from, to, seq, ack) = match side {
            Side::Client => (CLIENT, SERVER, client, server),
            Side::Server => (SERVER, CLIENT, server, client),
        };
        let ack = if flags.contains(TcpFlags::ACK) { ack } else { 0 };
        self.frames.push(Segment { from, to, flags, seq, ack, payload }.frame());
        let used = payload.len() as u32 + u32::from(flags.intersects(TcpFlags::SYN | TcpFlags::FIN));
        let [client, server] = &mut self.next;
        let next = if side == Side::Client { client } else { server };
        *next = next.wrapping_add(used);
    }
}
