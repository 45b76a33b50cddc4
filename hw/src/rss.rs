//! Receive-side scaling: how a NIC spreads flows over queues so that both directions of one meet in the same queue.
//!
//! The Toeplitz hash of an address pair does not change when the two are swapped if the key repeats every 16 bits (Woo
//! and Park, "Scalable TCP Session Monitoring with Symmetric Receive-side Scaling", 2012); 0x6d5a spreads well.

use crate::errno::Errno;
use crate::port_config::{RssFields, RssMode};
use crate::port_info::PortId;

/// The 16 bits that the key repeats.
const SYMMETRIC: [u8; 2] = [0x6d, 0x5a];

/// The length of a key where the device does not state its own, bytes.
const USUAL_KEY: usize = 40;

/// The longest key that a device may have, bytes.
const LONGEST_KEY: usize = 255;

/// How flows are spread over the receive queues of a started port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RssOutcome {
    /// Both directions of a flow arrive in the same queue.
    Symmetric,
    /// The device spreads frames in a way of its own, or not at all: nothing is known of which queue a flow arrives in.
    /// With one queue that does not matter.
    None,
}

/// A hash configuration, with the key's storage beside it.
pub(crate) struct RssKey {
    bytes: [u8; LONGEST_KEY],
    len: u8,
    functions: u64,
}

impl RssKey {
    /// The symmetric key for a device, or none where the device hashes nothing of what is wanted.
    pub(crate) fn symmetric(mode: RssMode, info: &dpdk_sys::rte_eth_dev_info) -> Option<RssKey> {
        let RssMode::Symmetric(fields) = mode else { return None };
        let wanted = match fields {
            RssFields::Addresses => dpdk_sys::DPDK_SHIM_RSS_ADDRESSES,
            RssFields::AddressesAndPorts => dpdk_sys::DPDK_SHIM_RSS_ADDRESSES | dpdk_sys::DPDK_SHIM_RSS_PORTS,
        };
        let functions = info.flow_type_rss_offloads & wanted;
        let len = if info.hash_key_size == 0 { USUAL_KEY as u8 } else { info.hash_key_size };
        (functions != 0).then(|| RssKey { bytes: symmetric_bytes(), len, functions })
    }

    /// DPDK's form, which points into `self`.
    #[allow(clippy::needless_update, reason = "DPDK 23.11 added a field, whose default is right")]
    pub(crate) fn as_raw(&mut self) -> dpdk_sys::rte_eth_rss_conf {
        dpdk_sys::rte_eth_rss_conf {
            rss_key: self.bytes.as_mut_ptr(),
            rss_key_len: self.len,
            rss_hf: self.functions,
            ..Default::default()
        }
    }

    /// Finds out whether the started device obeys: some accept a key and ignore it, some want to be told again.
    ///
    /// The caller holds the control lock and the port.
    pub(crate) fn settle(&mut self, port: PortId) -> RssOutcome {
        if self.is_used(port) {
            return RssOutcome::Symmetric;
        }
        let mut raw = self.as_raw();
        // SAFETY: `raw` points into `self`, and both outlive the call, during which DPDK copies the key.
        let updated = Errno::check(unsafe { dpdk_sys::rte_eth_dev_rss_hash_update(port.0, &raw mut raw) });
        if updated.is_ok() && self.is_used(port) { RssOutcome::Symmetric } else { RssOutcome::None }
    }

    /// Whether the device hashes with this key.
    fn is_used(&self, port: PortId) -> bool {
        let mut found = RssKey { bytes: [0; LONGEST_KEY], len: self.len, functions: 0 };
        let mut raw = found.as_raw();
        // SAFETY: `raw` points into `found`, whose array is longer than any `rss_key_len`, and both outlive the call.
        let result = Errno::check(unsafe { dpdk_sys::rte_eth_dev_rss_hash_conf_get(port.0, &raw mut raw) });
        let hashes = raw.rss_hf != 0;
        let same = found.bytes.iter().zip(&self.bytes).take(usize::from(self.len)).all(|(a, b)| a == b);
        result.is_ok() && hashes && same
    }
}

fn symmetric_bytes() -> [u8; LONGEST_KEY] {
    let mut bytes = [0; LONGEST_KEY];
    for (byte, &value) in bytes.iter_mut().zip(SYMMETRIC.iter().cycle()) {
        *byte = value;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hash as the specification of RSS defines it.
    fn toeplitz(key: &[u8], input: &[u8]) -> u32 {
        let bit = |bytes: &[u8], index: usize| u32::from(bytes[index / 8] >> (7 - index % 8) & 1);
        (0..input.len() * 8).filter(|&index| bit(input, index) == 1).fold(0, |hash, index| {
            hash ^ (0..32).fold(0, |window, offset| window << 1 | bit(key, index + offset))
        })
    }

    proptest::proptest! {
        #[test]
        fn swapping_the_ends_does_not_change_the_hash(ends: [u32; 2], ports: [u16; 2], swap in 0..2_usize) {
            let tuple = |a: usize, b: usize| {
                let mut bytes = Vec::new();
                bytes.extend(ends[a].to_be_bytes());
                bytes.extend(ends[b].to_be_bytes());
                bytes.extend(ports[a].to_be_bytes());
                bytes.extend(ports[b].to_be_bytes());
                bytes
            };
            let key = &symmetric_bytes()[..USUAL_KEY];
            proptest::prop_assert_eq!(toeplitz(key, &tuple(swap, 1 - swap)), toeplitz(key, &tuple(1 - swap, swap)));
        }
    }

    #[test]
    fn flows_are_spread() {
        let key = &symmetric_bytes()[..USUAL_KEY];
        let mut queues = [0_u32; 4];
        for host in 0..4096_u32 {
            let mut bytes = vec![10, 0, 0, 1, 10, 1];
            bytes.extend((host as u16).to_be_bytes());
            bytes.extend([0x01, 0xbb]);
            bytes.extend((host.wrapping_mul(2_654_435_761) >> 16).to_be_bytes()[2..].iter());
            queues[toeplitz(key, &bytes) as usize % 4] += 1;
        }
        assert!(queues.iter().all(|&count| count > 700), "{queues:?}");
    }
}
