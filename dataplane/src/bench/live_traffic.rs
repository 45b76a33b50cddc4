//! Small UDP packets over any number of flows that all stay alive: for how the rate depends on how many there are.
//!
//! The flows come by in an order that jumps about the table, each equally often: no cache that holds fewer than all of
//! them is of use, so this is the worst that a number of flows can do.

use super::traffic::{FlowLife, Traffic};
use crate::packet::checksum::checksum;

/// Frames of a round.
const ROUND: usize = 1 << 20;
/// A frame without its check sequence, as software sees one of 64 bytes.
const FRAME: usize = 60;
const ETHERNET: usize = 14;
const IPV4: usize = 20;
/// Where the addresses of IPv4, the header's checksum and its identification are in it.
const SOURCE: usize = 26;
const DESTINATION: usize = 30;
const HEADER_SUM: usize = 24;
const IDENTIFICATION: usize = 18;

/// Small packets of many flows.
#[derive(Clone, Debug)]
pub struct LiveTraffic {
    frame: [u8; FRAME],
    flows: u32,
    at: u32,
    step: u32,
    left: usize,
    turn: Turn,
}

/// Who sends next, while flows are set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Client,
    Server,
    /// All flows are set up.
    Done,
}

impl LiveTraffic {
    /// The most flows: addresses are made of 24 bits.
    pub const MAX_FLOWS: u32 = 1 << 24;

    /// Traffic of `flows` flows, from 1 to [`Self::MAX_FLOWS`].
    pub fn new(flows: u32) -> LiveTraffic {
        let flows = flows.clamp(1, Self::MAX_FLOWS);
        LiveTraffic { frame: template(), flows, at: 0, step: step(flows), left: 0, turn: Turn::Done }
    }

    fn advance(&mut self) {
        self.at = match self.at.checked_add(self.step) {
            Some(next) if next < self.flows => next,
            Some(next) => next - self.flows,
            None => 0,
        };
    }

    fn address(&mut self, turn: Turn) {
        let flow = self.at.to_be_bytes();
        let client = [10, flow[1], flow[2], flow[3]];
        let server = [172, 16, 0, 1];
        let (from, to) = if turn == Turn::Server { (server, client) } else { (client, server) };
        self.put(SOURCE, from);
        self.put(DESTINATION, to);
        // The identification evens out what the address adds, so that the header's checksum is always the same.
        let [_, high, low @ ..] = flow;
        let sum = u32::from(high) + u32::from(u16::from_be_bytes(low));
        let folded = (sum & 0xffff) + (sum >> 16);
        self.put(IDENTIFICATION, (!(folded as u16)).to_be_bytes());
    }

    fn put<const N: usize>(&mut self, at: usize, bytes: [u8; N]) {
        if let Some(place) = self.frame.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) {
            *place = bytes;
        }
    }
}

/// A step through `flows` that reaches all of them, near the golden ratio so that neighbours in time are far apart.
fn step(flows: u32) -> u32 {
    let start = (f64::from(flows) * 0.618_033_988_75) as u32;
    (start.max(1)..).find(|&step| gcd(step, flows) == 1).unwrap_or(1)
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn template() -> [u8; FRAME] {
    let mut frame = [0; FRAME];
    let head = [
        2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00, // Ethernet
        0x45, 0, 0, 46, 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 0, 172, 16, 0, 1, // IPv4, of 46 bytes
        0x12, 0x34, 0x12, 0x34, 0, 26, 0,
        0, // UDP without a checksum; both ports are the same for both directions
    ];
    for (place, byte) in frame.iter_mut().zip(head) {
        *place = byte;
    }
    // As if the identification were there: it and the flow's bits add up to zero.
    let sum = frame.get(ETHERNET..ETHERNET + IPV4).map_or([0; 2], checksum);
    if let Some(place) = frame.get_mut(HEADER_SUM..).and_then(|rest| rest.first_chunk_mut()) {
        *place = sum;
    }
    frame
}

impl Traffic for LiveTraffic {
    const FLOWS: FlowLife = FlowLife::Lasting;

    fn begin_round(&mut self) {
        self.turn = Turn::Done;
        self.left = ROUND;
    }

    fn warm_up(&mut self) {
        self.at = 0;
        self.turn = Turn::Client;
        self.left = 2 * self.flows as usize;
    }

    #[inline]
    fn left(&self) -> usize {
        self.left
    }

    #[inline]
    fn next(&mut self) -> &[u8] {
        self.left = self.left.saturating_sub(1);
        let turn = self.turn;
        self.address(turn);
        match turn {
            // An answer follows at once: a flow that is not answered is among the first to be evicted.
            Turn::Client => self.turn = Turn::Server,
            Turn::Server => {
                self.turn = Turn::Client;
                // Not in the order of later: the table would then be walked from its start to its end.
                self.at = (self.at + 1) % self.flows;
            }
            Turn::Done => self.advance(),
        }
        &self.frame
    }

    fn longest(&self) -> usize {
        FRAME
    }

    fn flows(&self) -> usize {
        self.flows as usize
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::packet::checksum::{ChecksumState, verify};
    use crate::packet::{Parsed, ParserConfig, parse};

    #[test]
    fn every_flow_comes_equally_often_and_all_frames_are_sound() {
        for flows in [1, 2, 3, 1000, 4096, 65_537] {
            let mut traffic = LiveTraffic::new(flows);
            let mut seen: HashMap<_, usize> = HashMap::new();
            traffic.begin_round();
            for _ in 0..2 * flows {
                let frame = traffic.next();
                let Ok(Parsed::Ip(packet)) = parse(frame, &ParserConfig::default()) else {
                    panic!("{frame:02x?}")
                };
                assert_eq!(
                    verify(frame, &packet),
                    ChecksumState::Absent,
                    "the header is good, UDP has no sum"
                );
                *seen.entry(packet.src).or_default() += 1;
            }
            assert_eq!(seen.len(), flows as usize);
            assert!(seen.values().all(|&times| times == 2));
        }
    }

    #[test]
    fn warming_up_sets_up_every_flow_from_both_ends() {
        let mut traffic = LiveTraffic::new(10);
        traffic.warm_up();
        let mut ends = Vec::new();
        while traffic.left() > 0 {
            let frame = traffic.next();
            ends.push((frame[SOURCE..DESTINATION].to_vec(), frame[DESTINATION..DESTINATION + 4].to_vec()));
        }
        assert_eq!(ends.len(), 20);
        for pair in ends.chunks(2) {
            assert_eq!((&pair[0].0, &pair[0].1), (&pair[1].1, &pair[1].0), "each is answered at once");
        }
    }
}
