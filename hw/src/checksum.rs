//! Checksums that the NIC verifies and computes.

use crate::mbuf::Mbuf;

/// What the NIC says of a received checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChecksumState {
    /// It did not look, or could not tell.
    Unknown,
    /// It is right.
    Good,
    /// It is wrong.
    Bad,
}

impl ChecksumState {
    pub(crate) fn of_ip(flags: u64) -> ChecksumState {
        let found = flags & dpdk_sys::DPDK_SHIM_RX_IP_CKSUM_MASK;
        Self::from_bits(found, dpdk_sys::DPDK_SHIM_RX_IP_CKSUM_GOOD, dpdk_sys::DPDK_SHIM_RX_IP_CKSUM_BAD)
    }

    pub(crate) fn of_l4(flags: u64) -> ChecksumState {
        let found = flags & dpdk_sys::DPDK_SHIM_RX_L4_CKSUM_MASK;
        Self::from_bits(found, dpdk_sys::DPDK_SHIM_RX_L4_CKSUM_GOOD, dpdk_sys::DPDK_SHIM_RX_L4_CKSUM_BAD)
    }

    /// Both bits together mean that the checksum is not there and the data is right: that of a frame which never left
    /// the machine. It is nothing that was verified.
    fn from_bits(found: u64, good: u64, bad: u64) -> ChecksumState {
        match found {
            found if found == good => ChecksumState::Good,
            found if found == bad => ChecksumState::Bad,
            _ => ChecksumState::Unknown,
        }
    }
}

bitflags::bitflags! {
    /// Checksums that a NIC can compute for frames that it sends.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct TxChecksums: u8 {
        /// The header checksum of IPv4.
        const IPV4 = 0x01;
        /// That of TCP, over either IP.
        const TCP = 0x02;
        /// That of UDP, over either IP.
        const UDP = 0x04;
    }
}

const OFFERED: [(TxChecksums, u64); 3] = [
    (TxChecksums::IPV4, dpdk_sys::DPDK_SHIM_TX_OFFLOAD_IPV4_CKSUM),
    (TxChecksums::TCP, dpdk_sys::DPDK_SHIM_TX_OFFLOAD_TCP_CKSUM),
    (TxChecksums::UDP, dpdk_sys::DPDK_SHIM_TX_OFFLOAD_UDP_CKSUM),
];

impl TxChecksums {
    /// Those among a device's transmit offloads.
    pub(crate) fn of_offloads(offloads: u64) -> TxChecksums {
        OFFERED.into_iter().filter(|(_, bit)| offloads & bit != 0).map(|(checksum, _)| checksum).collect()
    }

    /// The offloads that compute these.
    pub(crate) fn offloads(self) -> u64 {
        OFFERED.into_iter().filter(|&(one, _)| self.contains(one)).fold(0, |all, (_, bit)| all | bit)
    }
}

/// The IP version of a frame whose checksums the NIC shall compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IpVersion {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// A TCP header without options, bytes: what has to lie in the first segment. That of UDP has 8.
const L4_HEADER: usize = 20;

/// The shortest IPv4 and IPv6 headers, bytes.
const IP_HEADERS: [(IpVersion, usize); 2] = [(IpVersion::V4, 20), (IpVersion::V6, 40)];

impl Mbuf {
    /// Asks the NIC to compute checksums when it sends the frame, whose IP header starts at `l2_len` and is `l3_len` bytes
    /// long. Ask only for what the port's [`tx_checksums`](crate::PortInfo::tx_checksums) offers.
    ///
    /// None, with the frame unchanged, when the headers are not in the first segment or more than one of TCP and UDP is
    /// asked for.
    #[must_use = "the headers may not be where they have to be"]
    pub fn request_checksums(
        &mut self,
        which: TxChecksums,
        ip: IpVersion,
        l2_len: u8,
        l3_len: u16,
    ) -> Option<()> {
        let shortest = IP_HEADERS.into_iter().find(|&(version, _)| version == ip).map_or(40, |(_, len)| len);
        let l4_needs = if which.contains(TxChecksums::UDP) { 8 } else { L4_HEADER };
        let needed = usize::from(l2_len) + usize::from(l3_len) + l4_needs;
        let both = which.contains(TxChecksums::TCP | TxChecksums::UDP);
        // Both lengths are bit fields: 7 bits and 9 bits.
        if both
            || usize::from(l3_len) < shortest
            || l3_len > 511
            || l2_len > 127
            || self.data().len() < needed
        {
            return None;
        }
        let mut flags = match ip {
            IpVersion::V4 => dpdk_sys::DPDK_SHIM_TX_IPV4,
            IpVersion::V6 => dpdk_sys::DPDK_SHIM_TX_IPV6,
        };
        if which.contains(TxChecksums::IPV4) && ip == IpVersion::V4 {
            flags |= dpdk_sys::DPDK_SHIM_TX_IP_CKSUM;
        }
        if which.contains(TxChecksums::TCP) {
            flags |= dpdk_sys::DPDK_SHIM_TX_TCP_CKSUM;
        } else if which.contains(TxChecksums::UDP) {
            flags |= dpdk_sys::DPDK_SHIM_TX_UDP_CKSUM;
        }
        // SAFETY: `self` owns the frame and is borrowed exclusively, and its first segment holds the whole headers, which
        // is all that the function reads and writes.
        let result =
            unsafe { dpdk_sys::dpdk_shim_request_checksums(self.as_ptr().as_ptr(), flags, l2_len, l3_len) };
        (result == 0).then_some(())
    }
}
