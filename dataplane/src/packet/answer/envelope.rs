//! The headers around an answer: link, tunnels, IP.
//!
//! ```text
//!  frame:   Ethernet ─ VLAN ─ IP ─ UDP ─ VXLAN ─ Ethernet ─┬─ IP ─ TCP ─ payload
//!  answer:  └───────── copied, turned about if it ─────────┴─ IP ─ TCP ─ (padding)
//!                      goes back, sealed                      new
//! ```

use crate::packet::seal::{below, put, seal_around, seal_ip};
use crate::packet::{Address, IpProtocol, IpVersion, Packet, TunnelKind, ipv4, ipv6};

/// The shortest frame of Ethernet without its check sequence (IEEE 802.3 §3.2.8); not every driver pads.
const MIN_FRAME_LEN: usize = 60;
/// TTL of what starts here.
const TTL: u8 = 64;
const GROUP_ADDRESS: u8 = 0x01;

/// Which way an answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heading {
    /// On, to where the packet went.
    On,
    /// Back, to where the packet came from.
    Back,
}

/// An answer in the making: all up to its IP header is there.
pub(super) struct Envelope<'a> {
    out: &'a mut [u8],
    packet: &'a Packet,
    heading: Heading,
    protocol: IpProtocol,
}

impl<'a> Envelope<'a> {
    /// Writes everything around the innermost IP header. `None` where there is no way back that could be known: MPLS
    /// labels and the TEIDs of GTP-U differ by direction; or where a frame went to a group of stations.
    pub(super) fn new(
        frame: &[u8],
        packet: &'a Packet,
        heading: Heading,
        protocol: IpProtocol,
        out: &'a mut [u8],
    ) -> Option<Envelope<'a>> {
        let around = frame.get(..usize::from(packet.ip_offset))?;
        out.get_mut(..around.len())?.copy_from_slice(around);
        let envelope = Envelope { out, packet, heading, protocol };
        match heading {
            Heading::On => Some(envelope),
            Heading::Back => envelope.turn_about(),
        }
    }

    fn turn_about(self) -> Option<Envelope<'a>> {
        turn_ethernet(self.out, 0)?;
        for layer in self.packet.outer_layers() {
            let at = usize::from(layer.ip_offset);
            match layer.version {
                IpVersion::V4 => {
                    swap::<4>(self.out, at + 12)?;
                    put(self.out, at + 8, [TTL])?;
                }
                IpVersion::V6 => {
                    swap::<16>(self.out, at + 8)?;
                    put(self.out, at + 7, [TTL])?;
                }
            }
            // The ports stay: the destination's names the tunnel, the source's only spreads flows over paths.
            if layer.tunnel == TunnelKind::GtpU {
                return None;
            }
            if let Some(offset) = layer.ethernet_offset {
                turn_ethernet(self.out, usize::from(offset.get()))?;
            }
        }
        Some(self)
    }

    /// Source and destination of the answer.
    pub(super) const fn addresses(&self) -> [Address; 2] {
        match self.heading {
            Heading::On => [self.packet.src, self.packet.dst],
            Heading::Back => [self.packet.dst, self.packet.src],
        }
    }

    fn ip_len(&self) -> usize {
        match self.packet.version {
            IpVersion::V4 => ipv4::HEADER_LEN,
            IpVersion::V6 => ipv6::HEADER_LEN,
        }
    }

    /// Where the transport header goes, for `len` bytes.
    pub(super) fn body(&mut self, len: usize) -> Option<&mut [u8]> {
        let start = usize::from(self.packet.ip_offset) + self.ip_len();
        self.out.get_mut(start..start + len)
    }

    /// Writes the IP header, seals everything for a body of `len` bytes, and says how long the frame is.
    pub(super) fn finish(self, len: usize) -> Option<usize> {
        let ip = usize::from(self.packet.ip_offset);
        let end = ip + self.ip_len() + len;
        let [src, dst] = self.addresses();
        let ttl = if self.heading == Heading::On { self.packet.ttl } else { TTL };
        let whole = self.out.get_mut(..end)?;
        match self.packet.version {
            IpVersion::V4 => {
                let mut header = [0; ipv4::HEADER_LEN];
                header[0] = 0x45;
                header[6..8].copy_from_slice(&ipv4::DONT_FRAGMENT.to_be_bytes());
                (header[8], header[9]) = (ttl, self.protocol.0);
                header[12..16].copy_from_slice(&src.v4_octets());
                header[16..].copy_from_slice(&dst.v4_octets());
                put(whole, ip, header)?;
            }
            IpVersion::V6 => {
                let mut header = [0; ipv6::HEADER_LEN];
                header[0] = 0x60;
                (header[6], header[7]) = (self.protocol.0, ttl);
                header[8..24].copy_from_slice(&src.0);
                header[24..].copy_from_slice(&dst.0);
                put(whole, ip, header)?;
            }
        }
        seal_ip(whole, ip, self.packet.version)?;
        seal_around(whole, self.packet.outer_layers())?;
        if let Some(padding) = self.out.get_mut(end..MIN_FRAME_LEN.max(end)) {
            padding.fill(0);
            return Some(MIN_FRAME_LEN.max(end));
        }
        None
    }
}

/// Swaps the addresses of an Ethernet header.
fn turn_ethernet(frame: &mut [u8], at: usize) -> Option<()> {
    if frame.get(at)? & GROUP_ADDRESS != 0 || below(frame, at)?.labels != 0 {
        return None;
    }
    swap::<6>(frame, at)
}

/// Swaps two neighbouring fields of `N` bytes.
fn swap<const N: usize>(frame: &mut [u8], at: usize) -> Option<()> {
    let (first, rest) = frame.get_mut(at..)?.split_first_chunk_mut::<N>()?;
    std::mem::swap(first, rest.first_chunk_mut()?);
    Some(())
}
