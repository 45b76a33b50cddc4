//! The table against a map, and its timeouts.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::packet::{Address, IpProtocol, TcpFlags};
use crate::time::Nanos;

const START: Nanos = Nanos(1_700_000_000_000_000_000);
const SYN: Segment = Segment::trusted(TcpFlags::SYN);
const SYN_ACK: Segment = Segment::trusted(TcpFlags::SYN.union(TcpFlags::ACK));
const ACK: Segment = Segment::trusted(TcpFlags::ACK);
const RST: Segment = Segment::trusted(TcpFlags::RST);

fn key(number: u32, protocol: IpProtocol) -> FlowKey {
    FlowKey {
        low: Address::v4(number.to_be_bytes()),
        high: Address::v4([192, 0, 2, 1]),
        high_port: 443,
        protocol,
        ..FlowKey::default()
    }
}

fn table(config: FlowConfig) -> FlowTable {
    FlowTable::new(config, HashSeed::fixed(1)).expect("memory")
}

fn small(capacity: usize) -> FlowConfig {
    FlowConfig { capacity, unanswered_percent: 100, ..FlowConfig::default() }
}

fn add(table: &mut FlowTable, number: u32, protocol: IpProtocol, now: Nanos) -> FlowId {
    let key = key(number, protocol);
    table.insert(&key, table.hash(&key), Side::Low, now).expect("there is room")
}

fn add_established(table: &mut FlowTable, number: u32, now: Nanos) -> FlowId {
    let id = add(table, number, IpProtocol::TCP, now);
    table.track(id, Direction::ToServer, SYN, now);
    table.track(id, Direction::ToClient, SYN_ACK, now);
    table.track(id, Direction::ToServer, ACK, now);
    id
}

/// Removes all that is over, and tells which keys that were.
fn expire(table: &mut FlowTable, now: Nanos) -> Vec<FlowId> {
    let mut budget = usize::MAX;
    let mut expired = Vec::new();
    while let Some(id) = table.expired(now, &mut budget) {
        table.remove(id);
        expired.push(id);
    }
    expired
}

/// How keys are hashed in the test against a map.
#[derive(Clone, Copy, Debug)]
enum Hashing {
    Honest,
    /// All in one bucket, which is the last, so that searches wrap around.
    OneBucket,
    /// In few buckets beside each other.
    Neighbours,
}

proptest! {
    #[test]
    fn the_table_is_a_map(
        hashing in prop_oneof![Just(Hashing::Honest), Just(Hashing::OneBucket), Just(Hashing::Neighbours)],
        steps in prop::collection::vec((0..4_u8, 0..40_u32), 0..300),
    ) {
        let mut table = table(small(24));
        let mut model = BTreeMap::new();
        for (step, number) in steps {
            let key = key(number, IpProtocol::UDP);
            let hash = match hashing {
                Hashing::Honest => table.hash(&key),
                Hashing::OneBucket => FlowHash(u64::MAX),
                Hashing::Neighbours => FlowHash(u64::from(u32::MAX - number % 5)),
            };
            let found = table.find(&key, hash);
            prop_assert_eq!(found, model.get(&number).copied());
            match (step, found) {
                (0, Some(id)) => {
                    table.remove(id);
                    prop_assert!(table.get(id).is_none());
                    model.remove(&number);
                }
                (0, None) | (_, Some(_)) => {}
                (_, None) => match table.insert(&key, hash, Side::High, START) {
                    Ok(id) => {
                        prop_assert_eq!(table.get(id).map(|record| *record.key()), Some(key));
                        prop_assert_eq!(model.insert(number, id), None);
                    }
                    Err(TableFull) => prop_assert_eq!(model.len(), table.capacity()),
                },
            }
            prop_assert_eq!(table.len(), model.len());
            let mut listed: Vec<FlowId> = model.values().copied().collect();
            listed.sort();
            prop_assert!(table.iter_from(FlowId(0), usize::MAX).map(|(id, _)| id).eq(listed));
        }
    }
}

#[test]
fn listing_goes_on_where_it_stopped() {
    let mut table = table(small(10));
    let ids: Vec<FlowId> = (0..10).map(|number| add(&mut table, number, IpProtocol::UDP, START)).collect();
    table.remove(ids[3]);
    let part = |start, limit| table.iter_from(FlowId(start), limit).map(|(id, _)| id.0).collect::<Vec<_>>();
    assert_eq!(part(0, 4), [0, 1, 2]);
    assert_eq!(part(4, 4), [4, 5, 6, 7]);
    assert_eq!(part(8, 4), [8, 9]);
    assert!(part(12, 4).is_empty());
    assert!(part(u32::MAX, usize::MAX).is_empty());
}

#[test]
fn each_phase_has_its_timeout() {
    let mut table = table(small(10));
    let new = add(&mut table, 1, IpProtocol::TCP, START);
    let established = add_established(&mut table, 2, START);
    let closed = add_established(&mut table, 3, START);
    let after = |seconds| START + Duration::from_secs(seconds);
    assert_eq!(table.track(closed, Direction::ToClient, RST, after(1)), Transition::Moves(FlowState::Reset));
    assert_eq!([table.level(FlowPhase::New), table.level(FlowPhase::Established)], [1, 1]);

    assert!(expire(&mut table, after(59)).is_empty());
    assert_eq!(expire(&mut table, after(60)), [new]);
    assert_eq!(expire(&mut table, after(61)), [closed]);
    assert!(expire(&mut table, after(599)).is_empty());
    assert_eq!(expire(&mut table, after(600)), [established]);
    assert_eq!(table.counters().timed_out, [1, 1, 1]);
    assert!(table.is_empty());
}

#[test]
fn the_end_of_a_connection_is_not_noticed_late() {
    let mut table = table(small(10));
    let id = add_established(&mut table, 1, START);
    let after = |seconds| START + Duration::from_secs(seconds);
    // By now it waits for the timeout of established flows.
    assert!(expire(&mut table, after(90)).is_empty());
    table.track(id, Direction::ToClient, RST, after(100));
    assert!(expire(&mut table, after(159)).is_empty());
    assert_eq!(expire(&mut table, after(160)), [id]);
}

#[test]
fn packets_postpone_the_end() {
    let mut table = table(small(10));
    let id = add(&mut table, 1, IpProtocol::UDP, START);
    for seconds in (20..200).step_by(20) {
        let now = START + Duration::from_secs(seconds);
        assert!(expire(&mut table, now).is_empty());
        table.get_mut(id).expect("still there").count(Direction::ToServer, 100, now);
    }
    let record = table.get(id).expect("still there");
    assert_eq!((record.packets, record.bytes), ([9, 0], [900, 0]));
    let last = record.last_seen;
    assert!(expire(&mut table, last + Duration::from_secs(29)).is_empty());
    assert_eq!(expire(&mut table, last + Duration::from_secs(30)), [id]);
}

#[test]
fn a_gap_of_days_ends_everything_within_the_budget_of_each_call() {
    let mut table = table(small(1000));
    for number in 0..1000 {
        add(&mut table, number, IpProtocol::UDP, START);
    }
    let now = START + Duration::from_secs(10 * 86_400);
    let late =
        table.find(&key(7, IpProtocol::UDP), table.hash(&key(7, IpProtocol::UDP))).expect("not removed yet");
    assert!(table.timed_out(late, now));
    table.remove(late);
    for call in 0..11 {
        let mut budget = 100;
        while let Some(id) = table.expired(now, &mut budget) {
            table.remove(id);
        }
        assert_eq!(table.len(), 999_usize.saturating_sub((call + 1) * 100));
    }
    assert_eq!(table.counters().timed_out, [1000, 0, 0]);
}

#[test]
fn a_clock_set_back_starts_the_timeout_again() {
    let mut table = table(small(10));
    let id = add(&mut table, 1, IpProtocol::UDP, START);
    assert!(expire(&mut table, START).is_empty());
    let earlier = Nanos(START.0 - 86_400_000_000_000);
    assert!(expire(&mut table, earlier).is_empty());
    // Its slot comes up within a revolution, and its timeout counts from then.
    let ended =
        (0..2000).find(|&seconds| !expire(&mut table, earlier + Duration::from_secs(seconds)).is_empty());
    assert!(ended.is_some_and(|seconds| seconds <= 1024 + 30), "{ended:?}");
    assert!(table.get(id).is_none());
}

#[test]
fn what_is_over_and_not_removed_comes_up_again() {
    let mut table = table(small(10));
    let id = add(&mut table, 1, IpProtocol::UDP, START);
    let now = START + Duration::from_secs(30);
    let mut budget = 10;
    assert_eq!(table.expired(now, &mut budget), Some(id));
    assert_eq!(table.expired(now, &mut budget), None);
    assert_eq!(table.expired(now + Duration::from_secs(1), &mut budget), Some(id));
}

#[test]
fn an_emergency_ends_silent_flows_sooner_until_there_is_room() {
    let mut table = table(small(100));
    let after = |seconds| START + Duration::from_secs(seconds);
    for number in 0..90 {
        add_established(&mut table, number, after(u64::from(number)));
        let emergency = number >= 89;
        assert_eq!(table.pressure() == Pressure::Emergency, emergency);
    }
    let mut ended = 0;
    for _ in 0..100 {
        ended += expire(&mut table, after(150)).len();
    }
    // Eleven are enough for the emergency to be over; 51 were silent for long enough.
    assert_eq!((ended, table.pressure()), (11, Pressure::Normal));
    assert_eq!(table.counters().emergencies, 1);
}

#[test]
fn reuse_and_anomalies_leave_the_record_alone() {
    let mut table = table(small(10));
    let id = add_established(&mut table, 1, START);
    let later = START + Duration::from_secs(1);
    let anomaly = table.track(id, Direction::ToServer, SYN, later);
    assert_eq!(anomaly, Transition::Anomaly(TcpAnomaly::Syn));
    table.track(id, Direction::ToClient, RST, START);
    assert_eq!(table.track(id, Direction::ToServer, SYN, later), Transition::Reused);
    let record = table.get(id).expect("still there");
    assert_eq!((record.state(), record.last_seen), (FlowState::Reset, START));
    assert_eq!(record.tcp_flags, [SYN.flags | ACK.flags, SYN_ACK.flags | RST.flags]);
}

#[test]
fn picked_up_in_the_middle_is_noted() {
    let mut table = table(small(10));
    let cases = [(SYN, false), (SYN_ACK, true), (ACK, true), (RST, true)];
    for (number, (first, is_midstream)) in (0..).zip(cases) {
        let id = add(&mut table, number, IpProtocol::TCP, START);
        let direction = if first == SYN_ACK { Direction::ToClient } else { Direction::ToServer };
        table.track(id, direction, first, START);
        let flags = table.get(id).expect("just added").flags;
        assert_eq!(flags.contains(FlowFlags::MIDSTREAM), is_midstream, "{first:?}");
    }
}
