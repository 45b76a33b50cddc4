//! Who is evicted, and who is not.

use std::time::Duration;

use super::*;
use crate::packet::{Address, IpProtocol, TcpFlags};
use crate::time::Nanos;

const START: Nanos = Nanos(1_700_000_000_000_000_000);
const SYN: Segment = Segment::trusted(TcpFlags::SYN);

fn table(capacity: usize) -> FlowTable {
    FlowTable::new(FlowConfig { capacity, ..FlowConfig::default() }, HashSeed::fixed(1)).expect("memory")
}

fn key(number: u32, protocol: IpProtocol) -> FlowKey {
    FlowKey { low: Address::v4(number.to_be_bytes()), high_port: 443, protocol, ..FlowKey::default() }
}

fn after(millis: u64) -> Nanos {
    START + Duration::from_millis(millis)
}

fn add(table: &mut FlowTable, number: u32, now: Nanos) -> Option<FlowId> {
    let key = key(number, IpProtocol::TCP);
    let id = table.insert(&key, table.hash(&key), Side::Low, now).ok()?;
    table.track(id, Direction::ToServer, SYN, now);
    Some(id)
}

fn add_established(table: &mut FlowTable, number: u32, now: Nanos) -> FlowId {
    let id = add(table, number, now).expect("there is room");
    table.track(id, Direction::ToClient, Segment::trusted(TcpFlags::SYN | TcpFlags::ACK), now);
    table.track(id, Direction::ToServer, Segment::trusted(TcpFlags::ACK), now);
    id
}

/// As the engine adds a flow: where there is no room, somebody has to go.
fn add_or_evict(table: &mut FlowTable, number: u32, now: Nanos) -> Option<FlowId> {
    add(table, number, now).or_else(|| {
        let victim = table.victim(now)?;
        table.remove(victim);
        add(table, number, now)
    })
}

#[test]
fn a_flood_of_syns_evicts_itself_only() {
    const ESTABLISHED: u32 = 4000;
    let mut table = table(8192);
    let established: Vec<FlowId> = (0..ESTABLISHED).map(|n| add_established(&mut table, n, START)).collect();
    for number in 0..1_000_000_u32 {
        // 200 thousand a second: the established flows are silent for five seconds meanwhile.
        let now = START + Duration::from_micros(u64::from(number) * 5);
        assert!(add_or_evict(&mut table, 1_000_000 + number, now).is_some(), "SYN {number} found no room");
    }
    for (number, id) in (0..).zip(established) {
        assert_eq!(table.get(id).map(|record| *record.key()), Some(key(number, IpProtocol::TCP)));
    }
    assert_eq!(table.level(FlowPhase::New), 8192 / 2);
    assert_eq!(table.pressure(), Pressure::Normal);
    let [unanswered, rest @ ..] = table.counters().evicted;
    assert_eq!((unanswered, rest), (1_000_000 - 4096, [0, 0]));
}

#[test]
fn the_oldest_handshake_goes_first() {
    let mut table = table(100);
    let first = add(&mut table, 0, after(0));
    let second = add(&mut table, 1, after(1));
    (2..50).for_each(|number| assert!(add(&mut table, number, after(2)).is_some()));
    assert_eq!(add(&mut table, 50, after(3)), None, "handshakes have half of the table");
    assert_eq!(table.victim(after(3)), first);
    table.remove(first.expect("there was room"));
    assert_eq!(table.victim(after(3)), second);
}

#[test]
fn a_finished_handshake_is_no_candidate() {
    let mut table = table(100);
    add_established(&mut table, 0, after(0));
    let second = add(&mut table, 1, after(1));
    assert_eq!(table.victim(after(2000)), second);
}

#[test]
fn closed_flows_go_before_silent_and_young_ones() {
    let mut table = table(100);
    let silent: Vec<FlowId> = (0..97).map(|number| add_established(&mut table, number, after(0))).collect();
    let closed: Vec<FlowId> = (97..99).map(|number| add_established(&mut table, number, after(0))).collect();
    for id in &closed {
        table.track(*id, Direction::ToClient, Segment::trusted(TcpFlags::RST), after(10));
    }
    let now = after(60_000);
    let handshake = add(&mut table, 99, now);
    assert_eq!(table.len(), table.capacity());
    for id in closed {
        assert_eq!(table.victim(now), Some(id));
        table.remove(id);
    }
    assert!(table.victim(now).is_some_and(|id| silent.contains(&id)), "the handshake has just begun");
    assert_eq!(table.victim(now + Duration::from_secs(2)), handshake);
    assert_eq!(table.counters().evicted, [1, 1, 2]);
}

/// Evicting anything else would not make room for one more that is unanswered.
#[test]
fn the_share_of_unanswered_flows_is_kept_by_evicting_one_of_them() {
    let config = FlowConfig { capacity: 1000, unanswered_percent: 1, ..FlowConfig::default() };
    let mut table = FlowTable::new(config, HashSeed::fixed(1)).expect("memory");
    let closed = add_established(&mut table, 0, START);
    table.track(closed, Direction::ToServer, Segment::trusted(TcpFlags::RST), START);
    let oldest = add(&mut table, 1, START);
    (2..11).for_each(|number| assert!(add(&mut table, number, START).is_some()));
    assert_eq!(add(&mut table, 11, START), None);
    assert_eq!(table.victim(START), oldest);
    assert!(add_or_evict(&mut table, 11, START).is_some());
}

#[test]
fn active_flows_are_never_evicted() {
    let mut table = table(100);
    let ids: Vec<FlowId> = (0..100).map(|number| add_established(&mut table, number, after(0))).collect();
    for millis in (0..120_000).step_by(500) {
        for id in &ids {
            table.get_mut(*id).expect("not evicted").count(Direction::ToClient, 100, after(millis));
        }
        assert_eq!(table.victim(after(millis)), None);
        assert_eq!(add_or_evict(&mut table, 1000, after(millis)), None);
    }
    // When one falls silent it is found, though the search pauses between.
    let (quiet, busy) = ids.split_first().expect("a hundred");
    let found = (0..100).map(|step| after(200_000 + step * 1000)).find_map(|now| {
        for id in busy {
            table.get_mut(*id).expect("not evicted").last_seen = now;
        }
        (0..20).find_map(|_| table.victim(now))
    });
    assert_eq!(found, Some(*quiet));
}

#[test]
fn one_sided_flows_in_use_are_spared_for_idle_ones() {
    let mut table = table(16);
    let now = after(10_000);
    let ids: Vec<FlowId> = (0..8)
        .map(|number| {
            let key = key(number, IpProtocol::UDP);
            table.insert(&key, table.hash(&key), Side::Low, START).expect("there is room")
        })
        .collect();
    for id in &ids[..2] {
        for _ in 0..10 {
            table.get_mut(*id).expect("just added").count(Direction::ToServer, 1000, now);
        }
    }
    assert_eq!(table.victim(now), Some(ids[2]));
    // Sparing has an end: where all are in use, one of them goes.
    for id in &ids {
        for _ in 0..10 {
            table.get_mut(*id).expect("just added").count(Direction::ToServer, 1000, now);
        }
    }
    assert!(table.victim(now).is_some());
}

#[test]
fn an_empty_table_has_no_victim() {
    let mut table = table(4);
    assert_eq!(table.victim(START), None);
    assert_eq!(table.counters().evicted, [0; 3]);
}
