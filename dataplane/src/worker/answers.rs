//! Answers to rejected packets: resets for TCP, ICMP for the rest.

use weir_hw::Burst;

use super::frame_io::{FrameIo, Lane};
use crate::engine::{Decision, Engine};
use crate::packet::{IpProtocol, TcpFlags, Towards, icmp_unreachable, tcp_reset};

/// The longest answer: an ICMPv6 message of the minimal MTU, in its tunnels.
const MAX_ANSWER: usize = 1600;

/// Answers of one burst, on their way.
#[derive(Debug, Default)]
pub struct Answers {
    to_sender: Burst,
    to_receiver: Burst,
    sent: u64,
    failed: u64,
}

impl Answers {
    /// Answers sent since the start.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// Answers that could not be built since the start, for want of a buffer.
    pub fn failed(&self) -> u64 {
        self.failed
    }

    /// Builds the answers to frame `index` of the burst that the engine decided last.
    #[cold]
    pub fn build(
        &mut self,
        engine: &Engine,
        index: usize,
        frame: &[u8],
        decision: &Decision,
        io: &mut impl FrameIo,
    ) {
        let Some(packet) = engine.packet(index) else { return };
        if packet.protocol != IpProtocol::TCP || packet.fragment.is_some() {
            self.push_to_sender(io, |out| icmp_unreachable(frame, packet, out));
            return;
        }
        self.push_to_sender(io, |out| tcp_reset(frame, packet, Towards::Sender, out));
        // The receiver of a SYN that was dropped knows of no connection.
        let opens = packet.tcp.flags.contains(TcpFlags::SYN) && !packet.tcp.flags.contains(TcpFlags::ACK);
        if !opens {
            let towards = Towards::Receiver { expected: decision.expected };
            self.push_to_receiver(io, |out| tcp_reset(frame, packet, towards, out));
        }
    }

    fn push_to_sender(&mut self, io: &mut impl FrameIo, write: impl FnOnce(&mut [u8]) -> Option<usize>) {
        push(&mut self.to_sender, &mut self.sent, &mut self.failed, io, write);
    }

    fn push_to_receiver(&mut self, io: &mut impl FrameIo, write: impl FnOnce(&mut [u8]) -> Option<usize>) {
        push(&mut self.to_receiver, &mut self.sent, &mut self.failed, io, write);
    }

    /// Sends the answers to what came in on `lane`.
    pub fn transmit(&mut self, lane: Lane, io: &mut impl FrameIo) {
        if !self.to_sender.is_empty() {
            io.transmit(lane, &mut self.to_sender);
        }
        if !self.to_receiver.is_empty() {
            io.transmit(lane.peer(), &mut self.to_receiver);
        }
    }
}

/// Writes one answer into a buffer of its own. That there is none to write (a reset is not answered) is no failure.
fn push(
    burst: &mut Burst,
    sent: &mut u64,
    failed: &mut u64,
    io: &mut impl FrameIo,
    write: impl FnOnce(&mut [u8]) -> Option<usize>,
) {
    let Some(mut buffer) = io.buffer() else {
        *failed += 1;
        return;
    };
    let room = buffer.tailroom().min(MAX_ANSWER);
    let Some(out) = buffer.append(room) else {
        *failed += 1;
        return;
    };
    let Some(len) = write(out) else { return };
    buffer.truncate(len);
    match burst.push(buffer) {
        Ok(()) => *sent += 1,
        Err(_) => *failed += 1,
    }
}
