//! What is remembered of one flow: three cache lines.
//!
//! ```text
//!  line 0, read for every packet       key, verdict, state, TCP flags, identities
//!  line 1, written for every packet    last seen, packets and bytes; rules and handles
//!  line 2, TCP under inspection only   where both streams stand
//! ```
//!
//! What is written for every packet is apart from what is only read, so that each packet makes one line dirty.

use weir_hw::{HugeSlice, MemoryError};

use super::key::{Direction, FlowKey, Side};
use super::state::{FlowPhase, FlowState};
use crate::packet::TcpFlags;
use crate::stream::Half;
use crate::time::Nanos;

/// What is decided about the packets of a flow, so that it need not be decided again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum CachedVerdict {
    /// Nothing yet: the segmentation policy has to be asked.
    #[default]
    Undecided,
    /// They pass and no signature needs to see them.
    Forward,
    /// They pass unless inspection objects.
    Inspect,
    /// They vanish. Why is told by [`FlowRecord::cut_rule`], or else by [`FlowRecord::policy_rule`].
    Drop,
    /// They vanish and the ends are told. Why is told as for [`CachedVerdict::Drop`].
    Reject,
}

bitflags::bitflags! {
    /// What happened to a flow, each at most once.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct FlowFlags: u8 {
        /// Its first packet seen was not the first of the conversation.
        const MIDSTREAM = 0x01;
        /// Something of it passed without inspection, because there was no room to inspect it.
        const UNINSPECTED = 0x02;
        /// Signatures without patterns were asked about its first packet to the server.
        const HEADER_TO_SERVER = 0x04;
        /// And about its first to the client.
        const HEADER_TO_CLIENT = 0x08;
        /// Those that want an established flow were asked about the direction to the server.
        const ESTABLISHED_TO_SERVER = 0x10;
        /// And about the one to the client.
        const ESTABLISHED_TO_CLIENT = 0x20;
        /// All that says which signatures without patterns were asked.
        const HEADERS = Self::HEADER_TO_SERVER.bits() | Self::HEADER_TO_CLIENT.bits()
            | Self::ESTABLISHED_TO_SERVER.bits() | Self::ESTABLISHED_TO_CLIENT.bits();
    }
}

/// One flow. Indexed by [`Direction::index`] where there are two of something.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct FlowRecord {
    pub(super) key: FlowKey,
    /// What becomes of its packets.
    pub verdict: CachedVerdict,
    /// `None` in a record that holds no flow.
    pub(super) state: Option<FlowState>,
    /// The endpoint that opened it.
    pub(super) initiator: Side,
    /// What happened to it.
    pub flags: FlowFlags,
    /// All TCP flags seen, for each direction.
    pub tcp_flags: [TcpFlags; 2],
    /// The generation of the policy that gave `verdict`, modulo 2^16.
    pub policy_generation: u16,
    /// Identity of the endpoint that opened it (the index of the policy's identity).
    pub from_identity: u32,
    /// Identity of the other endpoint.
    pub to_identity: u32,

    /// The time of the latest packet.
    pub last_seen: Nanos,
    /// Packets, for each direction.
    pub packets: [u64; 2],
    /// Bytes of frames, for each direction.
    pub bytes: [u64; 2],
    /// The time of the first packet.
    pub first_seen: Nanos,
    /// Handles of the inspector's streams, for each direction; [`FlowRecord::NONE`] where there is none.
    pub streams: [u32; 2],
    /// The policy rule that decided; [`FlowRecord::NONE`] for the policy's default.
    pub policy_rule: u32,
    /// The signature that cut it; [`FlowRecord::NONE`] while none has.
    pub cut_rule: u32,

    /// Where the stream of each direction stands.
    pub halves: [Half; 2],
    /// The part of the hash that its bucket holds.
    pub(super) tag: u32,
    /// What is decoded of it; [`FlowRecord::NONE`] where nothing is.
    pub app: u32,
}

const _: () = assert!(size_of::<FlowRecord>() == 192 && align_of::<FlowRecord>() == 64);
const _: () = assert!(std::mem::offset_of!(FlowRecord, last_seen) == 64);
const _: () = assert!(std::mem::offset_of!(FlowRecord, halves) == 128);

impl FlowRecord {
    /// No rule, no stream, no handle.
    pub const NONE: u32 = u32::MAX;

    pub(super) fn new(key: FlowKey, tag: u32, initiator: Side, now: Nanos) -> FlowRecord {
        FlowRecord {
            key,
            last_seen: now,
            verdict: CachedVerdict::Undecided,
            state: Some(FlowState::New),
            initiator,
            flags: FlowFlags::empty(),
            tcp_flags: [TcpFlags::empty(); 2],
            policy_generation: 0,
            packets: [0; 2],
            bytes: [0; 2],
            first_seen: now,
            streams: [FlowRecord::NONE; 2],
            from_identity: 0,
            to_identity: 0,
            policy_rule: FlowRecord::NONE,
            cut_rule: FlowRecord::NONE,
            halves: [Half::default(); 2],
            tag,
            app: FlowRecord::NONE,
        }
    }

    /// Memory for `count` records that hold no flow, written once so that its pages are there.
    pub(super) fn allocate(count: usize) -> Result<HugeSlice<FlowRecord>, MemoryError> {
        let vacant = FlowRecord::new(FlowKey::default(), 0, Side::Low, Nanos::ZERO);
        HugeSlice::filled(count, FlowRecord { state: None, ..vacant })
    }

    /// Both endpoints.
    pub const fn key(&self) -> &FlowKey {
        &self.key
    }

    /// The endpoint that opened it.
    pub const fn initiator(&self) -> Side {
        self.initiator
    }

    /// How far the conversation is.
    pub fn state(&self) -> FlowState {
        self.state.unwrap_or_default()
    }

    /// How far the conversation is, in the three steps that timeouts know.
    pub fn phase(&self) -> FlowPhase {
        self.state().phase()
    }

    /// The direction of a packet from `sender`.
    pub const fn direction(&self, sender: Side) -> Direction {
        Direction::of(sender, self.initiator)
    }

    /// Counts a packet whose frame has `bytes` bytes.
    pub fn count(&mut self, direction: Direction, bytes: u32, now: Nanos) {
        // A direction is an index below two.
        let at = direction.index();
        self.packets[at] = self.packets[at].wrapping_add(1);
        self.bytes[at] = self.bytes[at].wrapping_add(u64::from(bytes));
        self.last_seen = now;
    }

    /// Notes that a packet had these TCP flags.
    pub fn note_flags(&mut self, direction: Direction, flags: TcpFlags) {
        // A direction is an index below two.
        let seen = &mut self.tcp_flags[direction.index()];
        // Nearly always nothing is new, and then the line that holds them is not written.
        if !seen.contains(flags) {
            *seen |= flags;
        }
    }

    /// Whether no packet came the way `direction` so far.
    pub const fn is_silent(&self, direction: Direction) -> bool {
        self.packets[direction.index()] == 0
    }
}
