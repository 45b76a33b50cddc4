//! Conversations with a model over HTTP/1.1: a request with a prompt, an answer that streams.
//!
//! ```text
//!  SYN, SYN+ACK, ACK
//!  POST /v1/chat/completions        one to three segments
//!  200 OK, text/event-stream        a segment for each event, as servers flush every delta; an ACK for every two
//!  FIN, FIN, ACK
//! ```

use std::collections::VecDeque;

use weir::packet::TcpFlags;

use crate::frames::{End, MSS, Segment, tcp};
use crate::seeded::Seeded;
use crate::words::Words;

/// Frames of a conversation that carry no event: two handshakes and the end of the answer.
const OVERHEAD: usize = 12;
/// Bytes of an answer's event are about this.
const HEAD: &str = "HTTP/1.1 200 OK\r\ndate: Mon, 03 Nov 2025 10:00:00 GMT\r\ncontent-type: text/event-stream; charset=utf-8\r\n\
                    transfer-encoding: chunked\r\ncache-control: no-cache\r\n\r\n";

/// Who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    Client,
    Server,
}

/// One conversation, frame by frame.
#[derive(Debug)]
struct Conversation {
    client: End,
    server: End,
    seq: [u32; 2],
    clock: u32,
    frames: VecDeque<Vec<u8>>,
}

impl Conversation {
    fn new(number: usize, packets: usize, words: &Words, random: &mut Seeded) -> Conversation {
        let [_, high, middle, low] = (number as u32).to_be_bytes();
        let mut conversation = Conversation {
            client: End { address: [10, high, middle, low], port: 32_768 + (number % 28_000) as u16 },
            server: End { address: [10, 200, 0, (number % 16) as u8 + 1], port: 8000 },
            seq: [random.next() as u32, random.next() as u32],
            clock: random.next() as u32,
            frames: VecDeque::with_capacity(packets),
        };
        conversation.speak(packets, words, random);
        conversation
    }

    fn speak(&mut self, packets: usize, words: &Words, random: &mut Seeded) {
        self.send(From::Client, TcpFlags::SYN, b"");
        self.send(From::Server, TcpFlags::SYN | TcpFlags::ACK, b"");
        self.send(From::Client, TcpFlags::ACK, b"");
        self.say(From::Client, request(words, random).as_bytes());
        self.send(From::Server, TcpFlags::ACK, b"");
        self.say(From::Server, HEAD.as_bytes());
        // Of three frames of the answer two are events.
        let events = packets.saturating_sub(OVERHEAD) * 2 / 3;
        let id = random.next();
        for event in 0..events {
            self.say(From::Server, delta(id, words.any(random)).as_bytes());
            if event % 2 == 1 {
                self.send(From::Client, TcpFlags::ACK, b"");
            }
        }
        self.say(From::Server, b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
        self.send(From::Client, TcpFlags::ACK, b"");
        self.send(From::Server, TcpFlags::FIN | TcpFlags::ACK, b"");
        self.send(From::Client, TcpFlags::FIN | TcpFlags::ACK, b"");
        self.send(From::Server, TcpFlags::ACK, b"");
    }

    /// Sends bytes in as many segments as they take.
    fn say(&mut self, from: From, bytes: &[u8]) {
        for payload in bytes.chunks(MSS) {
            self.send(from, TcpFlags::PSH | TcpFlags::ACK, payload);
        }
    }

    fn send(&mut self, from: From, flags: TcpFlags, payload: &[u8]) {
        self.clock = self.clock.wrapping_add(1);
        let [client, server] = self.seq;
        let (seq, ack) = if from == From::Client { (client, server) } else { (server, client) };
        let ack = if flags.contains(TcpFlags::ACK) { ack } else { 0 };
        let segment = Segment { flags, seq, ack, clock: self.clock, payload };
        let (sender, receiver) = match from {
            From::Client => (self.client, self.server),
            From::Server => (self.server, self.client),
        };
        self.frames.push_back(tcp(sender, receiver, &segment));
        let used = payload.len() as u32 + u32::from(flags.intersects(TcpFlags::SYN | TcpFlags::FIN));
        let next = &mut self.seq[usize::from(from == From::Server)];
        *next = next.wrapping_add(used);
    }
}

fn request(words: &Words, random: &mut Seeded) -> String {
    let len = 300 + random.below(2200);
    let prompt = words.text(random, len);
    let body = format!(
        "{{\"model\":\"chat-large\",\"stream\":true,\"temperature\":0.7,\"messages\":[{{\"role\":\"system\",\"content\":\
         \"You are a helpful assistant.\"}},{{\"role\":\"user\",\"content\":\"{prompt}\"}}]}}"
    );
    let key = random.next();
    format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: models.example\r\nuser-agent: client/1.0\r\naccept: */*\r\n\
         authorization: Bearer test-{key:016x}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// One event of the answer, as a chunk of its own.
fn delta(id: u64, word: &str) -> String {
    let event = format!(
        "data: {{\"id\":\"chatcmpl-{id:016x}\",\"object\":\"chat.completion.chunk\",\"created\":1762164000,\
         \"model\":\"chat-large\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\" {word}\"}},\
         \"finish_reason\":null}}]}}\n\n"
    );
    format!("{:x}\r\n{event}\r\n", event.len())
}

/// Many conversations at once, each frame from another one.
#[derive(Debug)]
pub struct AiChat {
    words: Words,
    random: Seeded,
    flows: usize,
    started: usize,
    packets_per_flow: usize,
    open: VecDeque<Conversation>,
    concurrent: usize,
}

impl AiChat {
    /// About `packets` frames of `flows` conversations, `concurrent` of them at a time.
    pub fn new(flows: usize, packets: usize, concurrent: usize, seed: u64) -> AiChat {
        AiChat {
            words: Words::default(),
            random: Seeded::new(seed),
            flows,
            started: 0,
            packets_per_flow: packets / flows.max(1),
            open: VecDeque::new(),
            concurrent: concurrent.max(1),
        }
    }
}

impl Iterator for AiChat {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        while self.open.len() < self.concurrent && self.started < self.flows {
            // The first ones start short, so that conversations do not go in step.
            let packets = match self.started {
                early if early < self.concurrent => self.packets_per_flow * (early + 1) / self.concurrent,
                _ => self.packets_per_flow,
            };
            let open = Conversation::new(self.started, packets, &self.words, &mut self.random);
            self.open.push_back(open);
            self.started += 1;
        }
        let mut conversation = self.open.pop_front()?;
        let frame = conversation.frames.pop_front();
        if !conversation.frames.is_empty() {
            self.open.push_back(conversation);
        }
        frame
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_long_as_asked_for_and_the_same_each_time() {
        let frames: Vec<_> = AiChat::new(100, 12_000, 10, 1).collect();
        assert!((10_000..13_000).contains(&frames.len()), "{}", frames.len());
        assert!(frames.iter().all(|frame| frame.len() <= 1514));
        assert!(AiChat::new(100, 12_000, 10, 1).eq(frames));
    }

    #[test]
    fn sequence_numbers_of_a_conversation_join_up() {
        use weir::packet::{Parsed, ParserConfig, parse};
        let mut next: [Option<u32>; 2] = [None; 2];
        for frame in AiChat::new(1, 200, 1, 7) {
            let Ok(Parsed::Ip(packet)) = parse(&frame, &ParserConfig::default()) else {
                panic!("{frame:02x?}")
            };
            let side = usize::from(packet.src_port == 8000);
            let flags = packet.tcp.flags;
            assert_eq!(next[side].unwrap_or(packet.tcp.seq), packet.tcp.seq);
            let used =
                u32::from(packet.payload_len) + u32::from(flags.intersects(TcpFlags::SYN | TcpFlags::FIN));
            next[side] = Some(packet.tcp.seq.wrapping_add(used));
            if flags.contains(TcpFlags::ACK) {
                assert_eq!(Some(packet.tcp.ack), next[1 - side]);
            }
        }
    }
}
