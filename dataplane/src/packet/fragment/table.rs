//! The table of datagrams in the making.
//!
//! Fragments are forwarded as they come, all but the one that completes a datagram: without it the receiver has
//! nothing. With it the datagram can be inspected, and the verdict on the datagram is that fragment's. So the table
//! has to complete a datagram whenever a receiver would, and with the same bytes:
//!
//! * Bytes that disagree with others are refused, so there are no two ways to put a datagram together.
//! * Nothing is evicted to make room. A datagram that is forgotten could be completed at the receiver, unseen.
//! * A datagram that was refused, or for which there was no room, is remembered until its time is over, and all its
//!   fragments are refused. Else its last fragment could just be sent again.

use super::blocks::{Agreement, Blocks};
use super::compose::compose;
use super::datagram::{Datagram, Key, MAX_HEAD_LEN, Realm, State};
use super::slots::{SlotId, Slots};
use super::{FragmentConfig, FragmentCounters, FragmentError};
use crate::packet::cursor::Cursor;
use crate::packet::{
    DecodeEvent, DecodeEvents, FragmentInfo, IpProtocol, IpVersion, Packet, extension, ipv4, ipv6, transport,
};
use crate::time::Nanos;

/// The longest IPv4 packet, and the longest payload of an IPv6 packet.
const MAX_PACKET_LEN: usize = 65_535;
/// The longest frame that a datagram is put into.
const MAX_FRAME_LEN: usize = MAX_HEAD_LEN + MAX_PACKET_LEN;

/// What is to be done with a fragment.
#[derive(Debug, PartialEq, Eq)]
pub enum FragmentOutcome<'t> {
    /// Others are missing: it may pass.
    Held,
    /// It completes its datagram, which is lent as a frame: the headers are those of the first fragment. What is
    /// decided about the datagram goes for this fragment, and is to be told by [`FragmentTable::conclude`].
    Complete(&'t [u8]),
    /// It must not pass.
    Drop(FragmentError),
}

/// What was decided about a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// The fragment that completed it was forwarded.
    Forwarded,
    /// The fragment that completed it was not.
    Refused,
}

/// Datagrams in the making. The default has room for none.
#[derive(Debug, Default)]
pub struct FragmentTable {
    slots: Slots,
    blocks: Blocks,
    /// Where completed datagrams are written.
    frame: Box<[u8]>,
    /// The one that was completed last, until it is concluded.
    completed: Option<SlotId>,
    config: Limits,
    counters: FragmentCounters,
}

/// What of the configuration is needed later.
#[derive(Clone, Copy, Debug, Default)]
struct Limits {
    timeout: std::time::Duration,
    max_fragments: u16,
}

impl FragmentTable {
    /// Takes all the memory there will be.
    pub fn new(config: FragmentConfig) -> FragmentTable {
        FragmentTable {
            slots: Slots::new(config.datagrams),
            blocks: Blocks::new(config.memory),
            frame: vec![0; MAX_FRAME_LEN].into_boxed_slice(),
            completed: None,
            config: Limits { timeout: config.timeout, max_fragments: config.max_fragments },
            counters: FragmentCounters::default(),
        }
    }

    /// Takes in a fragment: `packet` as it was parsed from `frame`, with [`Packet::fragment`] set.
    pub fn push(&mut self, frame: &[u8], packet: &Packet, realm: Realm, now: Nanos) -> FragmentOutcome<'_> {
        self.conclude(Conclusion::Forwarded);
        let Some(info) = packet.fragment else { return FragmentOutcome::Held };
        self.counters.fragments += 1;
        match self.take(frame, packet, info, realm, now) {
            Ok(None) => FragmentOutcome::Held,
            Ok(Some(len)) => {
                self.counters.completed += 1;
                FragmentOutcome::Complete(self.frame.get(..len).unwrap_or_default())
            }
            Err(error) => {
                if let Some(count) = self.counters.refused.get_mut(error.index()) {
                    *count += 1;
                }
                FragmentOutcome::Drop(error)
            }
        }
    }

    /// What signatures would call odd about a fragment that is to be [pushed](FragmentTable::push): that it repeats
    /// bytes which are there, equal or not, or reaches too far.
    pub fn decode_events(&self, frame: &[u8], packet: &Packet, realm: Realm, now: Nanos) -> DecodeEvents {
        let mut events = DecodeEvents::NONE;
        let Some(info) = packet.fragment else { return events };
        let (offset, payload) = (info.offset as usize, packet.payload(frame));
        let (header, too_large, overlaps) = match packet.version {
            IpVersion::V4 => {
                (ipv4::HEADER_LEN, DecodeEvent::Ipv4FragPktTooLarge, DecodeEvent::Ipv4FragOverlap)
            }
            IpVersion::V6 => (0, DecodeEvent::Ipv6FragPktTooLarge, DecodeEvent::Ipv6FragOverlap),
        };
        if header + offset + payload.len() > MAX_PACKET_LEN {
            events.raise(too_large);
            return events;
        }
        let known = self.slots.find(&Key::of(packet, info.id, realm)).and_then(|id| self.slots.get(id));
        if let Some(datagram) = known.filter(|datagram| now.since(datagram.first_seen) <= self.config.timeout)
            && (datagram.claimed.overlaps(offset, offset + payload.len())
                || self.blocks.compare(&datagram.blocks, offset, payload).present > 0)
        {
            events.raise(overlaps);
        }
        events
    }

    /// Tells what was decided about the datagram that was completed last. Until then, and where it is not told before
    /// the next fragment comes, it counts as forwarded.
    pub fn conclude(&mut self, conclusion: Conclusion) {
        let Some(id) = self.completed.take() else { return };
        match conclusion {
            Conclusion::Forwarded => self.slots.remove(id),
            Conclusion::Refused => self.refuse(id, FragmentError::DatagramRefused),
        }
    }

    /// Gives up datagrams whose time is over, at most `budget` of them, and says how many.
    pub fn expire(&mut self, now: Nanos, budget: usize) -> usize {
        for done in 0..budget {
            match self.slots.oldest() {
                Some((id, datagram)) if now.since(datagram.first_seen) > self.config.timeout => {
                    self.give_up(id);
                }
                _ => return done,
            }
        }
        budget
    }

    /// How many datagrams are in the making or remembered as refused.
    pub fn datagrams(&self) -> usize {
        self.slots.in_use()
    }

    /// Memory that payloads take at the moment, in bytes.
    pub fn memory(&self) -> usize {
        self.blocks.in_use() * super::blocks::BLOCK_LEN
    }

    /// What happened so far.
    pub fn counters(&self) -> &FragmentCounters {
        &self.counters
    }

    /// The length of the frame, where the fragment completes its datagram.
    fn take(
        &mut self,
        frame: &[u8],
        packet: &Packet,
        info: FragmentInfo,
        realm: Realm,
        now: Nanos,
    ) -> Result<Option<usize>, FragmentError> {
        check(frame, packet, info)?;
        let id = self.slot_of(Key::of(packet, info.id, realm), now)?;
        let Some(datagram) = self.slots.get_mut(id) else { return Err(FragmentError::TableFull) };
        let start = info.offset as usize;
        datagram.claimed.add(start, start + usize::from(packet.payload_len));
        if let State::Refused(error) = datagram.state {
            return Err(error);
        }
        datagram.fragments = datagram.fragments.saturating_add(1);
        let kept = if datagram.fragments > self.config.max_fragments {
            Err(FragmentError::TooManyFragments)
        } else {
            keep(datagram, &mut self.blocks, frame, packet, info)
        };
        let composed = kept.and_then(|()| match datagram.is_complete() {
            false => Ok(None),
            true => compose(datagram, &self.blocks, &mut self.frame).map(Some).ok_or(FragmentError::TooLong),
        });
        match composed {
            Ok(None) => {}
            Ok(Some(_)) => {
                self.blocks.release(&mut datagram.blocks);
                self.completed = Some(id);
            }
            Err(error) => self.refuse(id, error),
        }
        composed
    }

    /// The slot of a datagram, a new one where there is none.
    fn slot_of(&mut self, key: Key, now: Nanos) -> Result<SlotId, FragmentError> {
        if let Some(id) = self.slots.find(&key) {
            let timeout = self.config.timeout;
            let expired = self.slots.get_mut(id).is_some_and(|found| now.since(found.first_seen) > timeout);
            if !expired {
                return Ok(id);
            }
            self.give_up(id);
        }
        self.slots.insert(key, now).ok_or(FragmentError::TableFull)
    }

    /// Refuses all further fragments of a datagram until its time is over.
    #[cold]
    fn refuse(&mut self, id: SlotId, error: FragmentError) {
        if let Some(datagram) = self.slots.get_mut(id) {
            self.blocks.release(&mut datagram.blocks);
            datagram.state = State::Refused(error);
        }
    }

    /// Forgets a datagram whose time is over.
    fn give_up(&mut self, id: SlotId) {
        if self.completed == Some(id) {
            self.completed = None;
        }
        if let Some(datagram) = self.slots.get_mut(id) {
            self.blocks.release(&mut datagram.blocks);
            self.counters.timed_out += u64::from(datagram.state == State::Gathering);
        }
        self.slots.remove(id);
    }
}

/// Adds a fragment to its datagram.
fn keep(
    datagram: &mut Datagram,
    blocks: &mut Blocks,
    frame: &[u8],
    packet: &Packet,
    info: FragmentInfo,
) -> Result<(), FragmentError> {
    let (payload, offset) = (packet.payload(frame), info.offset as usize);
    datagram.note_end(offset + payload.len(), info.more)?;
    let overlap = blocks.compare(&datagram.blocks, offset, payload);
    if overlap.agreement == Agreement::Different {
        return Err(FragmentError::OverlapConflict);
    }
    if overlap.present == payload.len() {
        return Ok(());
    }
    // One that brings nothing new is a duplicate, and not an overlap (RFC 8200 §4.5).
    if overlap.present != 0 && packet.version == IpVersion::V6 {
        return Err(FragmentError::OverlapIpv6);
    }
    if offset == 0 {
        datagram.head.keep(frame, packet)?;
    }
    blocks.keep(&mut datagram.blocks, offset, payload).map_err(|_| FragmentError::MemoryFull)?;
    datagram.present += payload.len() - overlap.present;
    Ok(())
}

/// What can be said of a fragment without the others.
fn check(frame: &[u8], packet: &Packet, info: FragmentInfo) -> Result<(), FragmentError> {
    let (offset, len) = (info.offset as usize, usize::from(packet.payload_len));
    if len == 0 {
        return Err(FragmentError::Empty);
    }
    if info.more && len % 8 != 0 {
        return Err(FragmentError::Misaligned);
    }
    let headers = usize::from(packet.transport_offset.saturating_sub(packet.ip_offset));
    let counted = match packet.version {
        IpVersion::V4 => headers,
        IpVersion::V6 => headers.saturating_sub(ipv6::HEADER_LEN + extension::FRAGMENT_HEADER_LEN),
    };
    if counted + offset + len > MAX_PACKET_LEN {
        return Err(FragmentError::TooLong);
    }
    let (protocol, rest) = match (packet.version, offset) {
        // The first fragment has all headers (RFC 7112 §5).
        (IpVersion::V6, 0) => {
            let mut cursor = Cursor::new(packet.payload(frame));
            let chain = extension::read(packet.protocol, 0, &mut cursor);
            (chain.map_err(|_| FragmentError::CutHeaders)?.protocol, cursor.rest().len())
        }
        (_, 0) => (packet.protocol, len),
        // Within the headers of the first fragment there is no place for another one.
        (_, _) => (packet.protocol, usize::MAX),
    };
    let header = match protocol {
        IpProtocol::TCP => transport::TCP_HEADER_LEN,
        IpProtocol::UDP => transport::UDP_HEADER_LEN,
        IpProtocol::ICMP | IpProtocol::ICMPV6 => transport::ICMP_HEADER_LEN,
        _ => 0,
    };
    if rest < header || (1..header).contains(&offset) {
        return Err(FragmentError::CutHeaders);
    }
    Ok(())
}
