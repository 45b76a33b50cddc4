//! Frames of a conversation, by what its ends send and not by sequence numbers.

use crate::flow::Direction;
use crate::packet::TcpFlags;
use crate::packet::test_frames::{self, Ends, ethernet};

pub const CLIENT: [u8; 4] = [10, 0, 0, 1];
pub const SERVER: [u8; 4] = [10, 0, 0, 2];

/// A TCP connection. Offsets count the bytes of one direction from zero.
#[derive(Clone, Copy, Debug)]
pub struct Tcp {
    pub client_port: u16,
    pub server_port: u16,
    /// Initial sequence numbers, of the client and of the server.
    pub isn: [u32; 2],
}

impl Tcp {
    /// To port 80, with sequence numbers that are about to wrap.
    pub fn to_80(client_port: u16) -> Tcp {
        Tcp { client_port, server_port: 80, isn: [u32::MAX - 5, 7_000] }
    }

    pub fn frame(&self, direction: Direction, flags: TcpFlags, numbers: [u32; 2], payload: &[u8]) -> Vec<u8> {
        let (ends, ports) = match direction {
            Direction::ToServer => (Ends::V4(CLIENT, SERVER), [self.client_port, self.server_port]),
            Direction::ToClient => (Ends::V4(SERVER, CLIENT), [self.server_port, self.client_port]),
        };
        let mut segment = test_frames::tcp(ends, flags, numbers, payload);
        segment[..2].copy_from_slice(&ports[0].to_be_bytes());
        segment[2..4].copy_from_slice(&ports[1].to_be_bytes());
        ethernet(0x0800, &test_frames::ip(ends, 6, &segment))
    }

    /// The number of the byte at `offset`.
    fn seq(&self, direction: Direction, offset: u32) -> u32 {
        self.isn[direction.index()].wrapping_add(1).wrapping_add(offset)
    }

    pub fn syn(&self) -> Vec<u8> {
        self.frame(Direction::ToServer, TcpFlags::SYN, [self.isn[0], 0], &[])
    }

    pub fn syn_ack(&self) -> Vec<u8> {
        let numbers = [self.isn[1], self.isn[0].wrapping_add(1)];
        self.frame(Direction::ToClient, TcpFlags::SYN | TcpFlags::ACK, numbers, &[])
    }

    /// SYN, SYN,ACK and ACK.
    pub fn handshake(&self) -> [Vec<u8>; 3] {
        [self.syn(), self.syn_ack(), self.segment(Direction::ToServer, 0, 0, b"")]
    }

    /// `payload` at `offset`, which says that all before `acked` of the other direction has come.
    pub fn segment(&self, direction: Direction, offset: u32, acked: u32, payload: &[u8]) -> Vec<u8> {
        let numbers = [self.seq(direction, offset), self.seq(direction.reverse(), acked)];
        self.frame(direction, TcpFlags::ACK | TcpFlags::PSH, numbers, payload)
    }

    /// The client sends.
    pub fn request(&self, offset: u32, payload: &[u8]) -> Vec<u8> {
        self.segment(Direction::ToServer, offset, 0, payload)
    }

    /// The server sends.
    pub fn response(&self, offset: u32, payload: &[u8]) -> Vec<u8> {
        self.segment(Direction::ToClient, offset, 0, payload)
    }

    /// One end is done, behind `offset` bytes.
    pub fn fin(&self, direction: Direction, offset: u32, acked: u32) -> Vec<u8> {
        let numbers = [self.seq(direction, offset), self.seq(direction.reverse(), acked)];
        self.frame(direction, TcpFlags::FIN | TcpFlags::ACK, numbers, &[])
    }

    pub fn reset(&self, direction: Direction, offset: u32) -> Vec<u8> {
        self.frame(direction, TcpFlags::RST, [self.seq(direction, offset), 0], &[])
    }
}

/// A UDP datagram; to the server, the source is the client's.
pub fn datagram(direction: Direction, [client_port, server_port]: [u16; 2], payload: &[u8]) -> Vec<u8> {
    let (ends, ports) = match direction {
        Direction::ToServer => (Ends::V4(CLIENT, SERVER), [client_port, server_port]),
        Direction::ToClient => (Ends::V4(SERVER, CLIENT), [server_port, client_port]),
    };
    ethernet(0x0800, &test_frames::ip(ends, 17, &test_frames::udp(ends, ports, payload)))
}

/// A UDP datagram of the client in fragments that hold `size` bytes each (a multiple of eight).
pub fn fragments(ports: [u16; 2], payload: &[u8], size: usize) -> Vec<Vec<u8>> {
    let ends = Ends::V4(CLIENT, SERVER);
    let whole = test_frames::udp(ends, ports, payload);
    let pieces = whole.chunks(size).enumerate();
    let count = whole.len().div_ceil(size);
    pieces
        .map(|(index, piece)| {
            let more = if index + 1 < count { 0x2000 } else { 0 };
            let offset = (index * size / 8) as u16;
            ethernet(0x0800, &test_frames::ipv4(ends, 17, &[], more | offset, piece))
        })
        .collect()
}
