//! Ethernet, its VLAN tags, and what their EtherTypes lead to.
//!
//! ```text
//!  0             6             12    14
//! ┌─────────────┬─────────────┬─────┬─────────────
//! │ destination │ source      │ type│ payload           IEEE 802.3 §3.1
//! └─────────────┴─────────────┴─────┴─────────────
//!               ┌─────┬───┬─┬───────┬─────┐
//!  … 8100/88a8 ─┘     │pcp│d│ vlan  │ type│ payload      IEEE 802.1Q §9.6; up to three
//!                     └───┴─┴───────┴─────┘
//! ```
//!
//! A type below 1536 is a length, and IEEE 802.2 follows, which carries no IP that hosts of today listen to.

use super::cursor::Cursor;
use super::{IpVersion, ParseError, Tenant, mpls, pppoe};

/// VLAN tags that an Ethernet header may have: an outer and an inner one (IEEE 802.1ad), and one more that providers
/// put around both.
pub const MAX_VLAN_TAGS: usize = 3;

pub(super) const HEADER_LEN: usize = 14;
pub(super) const IPV4: u16 = 0x0800;
pub(super) const IPV6: u16 = 0x86dd;
pub(super) const VLAN: u16 = 0x8100;
pub(super) const VLAN_SERVICE: u16 = 0x88a8;
/// Service tags before IEEE 802.1ad assigned a type of its own.
pub(super) const VLAN_OLD_SERVICE: u16 = 0x9100;
pub(super) const MPLS: u16 = 0x8847;
pub(super) const PPPOE_SESSION: u16 = 0x8864;

/// What lies behind the headers below IP.
#[derive(Clone, Copy, Debug)]
pub(super) enum Network {
    /// IP starts at the cursor.
    Ip(IpVersion, Certainty),
    /// Something else, of this EtherType.
    Other(u16),
}

/// How it is known that IP follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// A header said so.
    Named,
    /// By the look of its first bits; there is another payload that looks the same.
    Guessed(u16),
}

/// What the headers below IP hold besides, for those who write such headers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Below {
    /// Offset of the PPPoE header, or zero.
    pub pppoe: usize,
    /// How many MPLS labels there are.
    pub labels: usize,
}

/// Reads an Ethernet header and what follows it up to IP.
#[inline]
pub(super) fn read(
    cursor: &mut Cursor<'_>,
    tenant: &mut Tenant,
    below: &mut Below,
) -> Result<Network, ParseError> {
    let &[.., high, low] = cursor.peek::<HEADER_LEN>().ok_or(ParseError::EthernetTruncated)?;
    cursor.skip(HEADER_LEN).ok_or(ParseError::EthernetTruncated)?;
    match u16::from_be_bytes([high, low]) {
        // The usual cases, kept apart so that they inline.
        IPV4 => Ok(Network::named(IpVersion::V4)),
        IPV6 => Ok(Network::named(IpVersion::V6)),
        ethertype => network(ethertype, cursor, tenant, below),
    }
}

/// Reads what an EtherType announces, up to IP.
pub(super) fn network(
    mut ethertype: u16,
    cursor: &mut Cursor<'_>,
    tenant: &mut Tenant,
    below: &mut Below,
) -> Result<Network, ParseError> {
    let mut tags = 0;
    loop {
        match ethertype {
            IPV4 => return Ok(Network::named(IpVersion::V4)),
            IPV6 => return Ok(Network::named(IpVersion::V6)),
            VLAN | VLAN_SERVICE | VLAN_OLD_SERVICE => {
                tags += 1;
                if tags > MAX_VLAN_TAGS {
                    return Err(ParseError::TooManyVlanTags);
                }
                let &[high, low, next @ ..] = cursor.peek::<4>().ok_or(ParseError::VlanTruncated)?;
                tenant.enter_vlan(u16::from_be_bytes([high, low]) & 0x0fff);
                cursor.skip(4).ok_or(ParseError::VlanTruncated)?;
                ethertype = u16::from_be_bytes(next);
            }
            MPLS => return mpls::read(cursor, below),
            PPPOE_SESSION => return pppoe::read(cursor, below),
            other => return Ok(Network::Other(other)),
        }
    }
}

impl Network {
    pub(super) const fn named(version: IpVersion) -> Network {
        Network::Ip(version, Certainty::Named)
    }
}
