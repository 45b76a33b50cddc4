//! Which worker a packet goes to where no NIC has decided it: the same for both directions of a flow.
//!
//! This stands in for the NIC's receive-side scaling with a symmetric key. Like that key it is no secret: whoever knows
//! it can load one worker, and that worker's flow table has a secret hash of its own.

use super::hash::fold;
use crate::packet::{Address, Packet};

/// What keeps packets together on one worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SpreadBy {
    /// The pair of addresses: fragments, which carry no ports, come to the worker of their flow.
    #[default]
    Addresses,
    /// Addresses and ports: even where few hosts talk much, but fragments go elsewhere.
    Ports,
}

const ADDRESS: [u64; 2] = [0x2d35_8dcc_aa6c_78a5, 0x8bb8_4b93_962e_acc9];
const FINAL: u64 = 0x4b33_a62e_d433_d4a3;

/// The worker for `packet`, less than `workers`; zero where there is none to choose.
pub fn spread(packet: &Packet, by: SpreadBy, workers: usize) -> usize {
    let ports = match by {
        SpreadBy::Addresses => [0, 0],
        SpreadBy::Ports => [packet.src_port, packet.dst_port],
    };
    let [src, dst] = [(packet.src, ports[0]), (packet.dst, ports[1])].map(endpoint);
    // Addition and multiplication forget the order of the two ends.
    let hash = fold(src.wrapping_add(dst) ^ FINAL, (src | 1).wrapping_mul(dst | 1));
    ((u128::from(hash) * workers as u128) >> 64) as usize
}

fn endpoint((address, port): (Address, u16)) -> u64 {
    let whole = u128::from_le_bytes(address.0);
    fold(whole as u64 ^ ADDRESS[0] ^ u64::from(port) << 24, (whole >> 64) as u64 ^ ADDRESS[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(number: u32) -> Packet {
        let [a, b, c, d] = number.to_be_bytes();
        Packet {
            src: Address::v4([10, b, c, d]),
            dst: Address::v4([10, 200, 0, 1 + a]),
            src_port: 30_000 + number as u16 % 1000,
            dst_port: 443,
            ..Packet::default()
        }
    }

    fn reversed(packet: Packet) -> Packet {
        let (src, dst) = (packet.dst, packet.src);
        Packet { src, dst, src_port: packet.dst_port, dst_port: packet.src_port, ..packet }
    }

    #[test]
    fn both_directions_go_to_one_worker() {
        for by in [SpreadBy::Addresses, SpreadBy::Ports] {
            for number in 0..1000 {
                let packet = packet(number);
                assert_eq!(spread(&packet, by, 7), spread(&reversed(packet), by, 7));
            }
        }
    }

    #[test]
    fn ports_matter_only_where_asked() {
        let workers = |by: SpreadBy| -> Vec<usize> {
            (1..200_u16).map(|src_port| spread(&Packet { src_port, ..packet(1) }, by, 16)).collect()
        };
        let [together, apart] = [SpreadBy::Addresses, SpreadBy::Ports].map(workers);
        assert!(together.iter().all(|worker| *worker == together[0]));
        assert!((0..16).all(|worker| apart.contains(&worker)));
    }

    #[test]
    fn workers_get_even_shares() {
        for workers in [2, 3, 8, 13] {
            let mut shares = vec![0_usize; workers];
            for number in 0..20_000 {
                shares[spread(&packet(number), SpreadBy::Addresses, workers)] += 1;
            }
            let fair = 20_000 / workers;
            assert!(shares.iter().all(|share| share.abs_diff(fair) < fair / 5), "{shares:?}");
        }
    }

    #[test]
    fn no_workers_is_no_panic() {
        assert_eq!(spread(&packet(1), SpreadBy::Ports, 0), 0);
        assert_eq!(spread(&packet(1), SpreadBy::Ports, 1), 0);
    }
}
