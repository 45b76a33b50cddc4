//! A datagram in the making.

use super::FragmentError;
use super::blocks::BlockList;
use super::claimed::Claimed;
use crate::packet::{Address, IpProtocol, IpVersion, Packet, Tenant};
use crate::time::Nanos;

/// What keeps fragments apart besides their headers: the number of the wire that they came in on. Fragments of
/// different realms never meet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Realm(pub u16);

/// Bytes that are kept of what is before the payload of a first fragment: link, tunnels, IP header.
pub(super) const MAX_HEAD_LEN: usize = 256;

/// What the fragments of a datagram have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Key {
    src: Address,
    dst: Address,
    tenant: Tenant,
    id: u32,
    realm: Realm,
    version: IpVersion,
    protocol: IpProtocol,
}

impl Key {
    /// The key of a fragment (RFC 791 §3.2, RFC 8200 §4.5): in IPv6 the protocol has no part in it, as what
    /// fragments other than the first say is not looked at by receivers.
    pub(super) fn of(packet: &Packet, id: u32, realm: Realm) -> Key {
        let protocol = match packet.version {
            IpVersion::V4 => packet.protocol,
            IpVersion::V6 => IpProtocol::default(),
        };
        let Packet { src, dst, tenant, version, .. } = *packet;
        Key { src, dst, tenant, id, realm, version, protocol }
    }
}

/// What is to become of the fragments of a datagram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// They are kept until all are there.
    #[default]
    Gathering,
    /// They are refused.
    Refused(FragmentError),
}

/// What is before the payload of the first fragment, and where the headers in it are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub packet: Packet,
    bytes: [u8; MAX_HEAD_LEN],
}

impl Default for Head {
    fn default() -> Head {
        Head { packet: Packet::default(), bytes: [0; MAX_HEAD_LEN] }
    }
}

impl Head {
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.packet.transport_offset)).unwrap_or_default()
    }

    /// Keeps the head of a first fragment.
    pub(super) fn keep(&mut self, frame: &[u8], packet: &Packet) -> Result<(), FragmentError> {
        let head = frame.get(..usize::from(packet.transport_offset)).unwrap_or_default();
        let target = self.bytes.get_mut(..head.len()).ok_or(FragmentError::HeadersTooLong)?;
        target.copy_from_slice(head);
        self.packet = *packet;
        Ok(())
    }
}

/// What is known of a datagram. All offsets and lengths are of its payload.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Datagram {
    pub key: Key,
    pub first_seen: Nanos,
    pub state: State,
    /// Fragments that came.
    pub fragments: u16,
    /// Bytes that are there.
    pub present: usize,
    /// Behind the furthest byte that is there.
    pub reach: usize,
    /// The length, once the last fragment is there.
    pub len: Option<usize>,
    pub blocks: BlockList,
    /// What its fragments were sent for, refused ones included.
    pub claimed: Claimed,
    pub head: Head,
}

impl Datagram {
    /// Starts anew in the place of another, whose blocks were released.
    pub(super) fn start(&mut self, key: Key, now: Nanos) {
        self.key = key;
        self.first_seen = now;
        self.state = State::Gathering;
        self.fragments = 0;
        (self.present, self.reach) = (0, 0);
        self.len = None;
        self.claimed = Claimed::default();
    }

    pub(super) const fn is_complete(&self) -> bool {
        matches!(self.len, Some(len) if len == self.present)
    }

    /// Notes where a fragment ends, which has to fit with what is known of the end.
    pub(super) fn note_end(&mut self, end: usize, more: bool) -> Result<(), FragmentError> {
        let fits = match (self.len, more) {
            (Some(len), true) => end <= len,
            (Some(len), false) => end == len,
            (None, true) => true,
            (None, false) => self.reach <= end,
        };
        if !fits {
            return Err(FragmentError::EndConflict);
        }
        if !more {
            self.len = Some(end);
        }
        self.reach = self.reach.max(end);
        Ok(())
    }
}
