//! What signatures remember: of flows, transactions, hosts and pairs of hosts.

use std::time::Duration;

use super::{Rig, Tcp, datagram};
use crate::counter::Counter;
use crate::flow::Direction::{ToClient, ToServer};

const PORTS: [u16; 2] = [4000, 90];

/// The alerts for datagrams with these payloads, all of one flow.
fn said(rules: &str, payloads: &[&str]) -> Vec<u32> {
    let mut rig = Rig::new(rules);
    rig.pass(payloads.iter().map(|payload| datagram(ToServer, PORTS, payload.as_bytes())));
    rig.sids()
}

#[test]
fn flowint_counts_in_a_flow() {
    let rules = r#"
        alert udp any any -> any any (content:"login"; flowint:logins,+,1; noalert; sid:1;)
        alert udp any any -> any any (content:"login"; flowint:logins,>,2; sid:2;)
        alert udp any any -> any any (content:"login"; flowint:logins,notset; sid:3;)"#;
    assert_eq!(said(rules, &["login", "login", "logout", "login", "login"]), [2, 2]);
}

#[test]
fn a_rule_may_ask_and_change_and_rules_build_on_each_other() {
    let rules = r#"
        alert udp any any -> any any (content:"word"; flowint:seen,isset; flowbits:set,later; sid:2;)
        alert udp any any -> any any (content:"word"; flowbits:isset,later; flowint:other,=,seen; sid:3;)
        alert udp any any -> any any (content:"word"; flowint:other,==,7; sid:4;)
        alert udp any any -> any any (content:"word"; flowint:seen,=,7; sid:1;)"#;
    assert_eq!(said(rules, &["word"]), [1, 2, 3, 4]);
}

#[test]
fn other_flows_have_other_counters() {
    let mut rig = Rig::new(
        r#"alert udp any any -> any any (content:"a"; flowint:n,+,1; noalert; sid:1;)
           alert udp any any -> any any (content:"a"; flowint:n,>,1; sid:2;)"#,
    );
    rig.pass([4000, 4001, 4002].map(|port| datagram(ToServer, [port, 90], b"a")));
    assert_eq!(rig.sids(), [0; 0]);
    rig.pass([datagram(ToServer, [4001, 90], b"a")]);
    assert_eq!(rig.sids(), [2]);
}

const XBITS: &str = r#"
    alert udp any any -> any any (content:"bad"; xbits:set,bad,track ip_src,expire 10; noalert; sid:1;)
    alert udp any any -> any 91 (xbits:isset,bad,track ip_src; sid:2;)
    alert udp any any -> any 92 (xbits:isnotset,bad,track ip_src; sid:3;)
    alert udp any any -> any 93 (content:"undo"; xbits:unset,bad,track ip_src; noalert; sid:4;)
    alert udp any 94 -> any any (content:"?"; xbits:isset,bad,track ip_dst; sid:5;)"#;

#[test]
fn xbits_are_of_hosts_whatever_the_flow() {
    let mut rig = Rig::new(XBITS);
    let to = |port, payload: &str| datagram(ToServer, [4000, port], payload.as_bytes());
    rig.pass([to(91, "x"), to(92, "x")]);
    assert_eq!(rig.sids(), [3]);
    rig.pass([to(90, "bad"), to(91, "x"), to(92, "x"), datagram(ToClient, [4000, 94], b"?")]);
    assert_eq!(rig.sids(), [2, 5]);
    rig.pass([to(93, "undo"), to(91, "x"), to(92, "x")]);
    assert_eq!(rig.sids(), [3]);
}

#[test]
fn xbits_expire_and_outlive_a_reload() {
    let mut rig = Rig::new(XBITS);
    let to = |port, payload: &str| datagram(ToServer, [4000, port], payload.as_bytes());
    rig.pass([to(90, "bad")]);
    rig.now += Duration::from_secs(9);
    drop(rig.reload(
        &format!("alert udp any any -> any 99 (xbits:isset,new,track ip_pair; sid:9;)\n{XBITS}"),
        "",
    ));
    rig.pass([to(91, "x")]);
    assert_eq!(rig.sids(), [2]);
    rig.now += Duration::from_secs(1);
    rig.pass([to(91, "x")]);
    assert_eq!(rig.sids(), [0; 0]);
}

#[test]
fn flow_bits_mean_the_same_after_a_reload() {
    let ask = r#"alert udp any any -> any any (content:"ask"; flowbits:isset,seen; sid:2;)"#;
    let mut rig = Rig::new(&format!(
        "alert udp any any -> any any (content:\"set\"; flowbits:set,seen; noalert; sid:1;)\n{ask}"
    ));
    rig.pass([datagram(ToServer, PORTS, b"set")]);
    let other = r#"alert udp any any -> any any (content:"ask"; flowbits:isset,unseen; sid:3;)"#;
    drop(rig.reload(&format!("{other}\n{ask}"), ""));
    rig.pass([datagram(ToServer, PORTS, b"ask")]);
    assert_eq!(rig.sids(), [2]);
}

#[test]
fn a_pair_is_the_same_in_both_directions() {
    let mut rig = Rig::new(
        r#"alert udp any any -> any any (content:"bad"; xbits:set,p,track ip_pair; noalert; sid:1;)
           alert udp any 91 -> any any (content:"ok"; xbits:isset,p,track ip_pair; sid:2;)
           alert udp any 91 -> any any (content:"ok"; xbits:isset,p,track ip_src; sid:3;)"#,
    );
    rig.pass([datagram(ToServer, PORTS, b"bad"), datagram(ToClient, [4000, 91], b"ok")]);
    assert_eq!(rig.sids(), [2]);
}

#[test]
fn hostbits_are_set_toggled_and_asked_for() {
    let mut rig = Rig::new(
        r#"alert udp any any -> any any (content:"t"; hostbits:toggle,h,dst; noalert; sid:1;)
           alert udp any any -> any any (content:"a"; hostbits:isset,h,dst; sid:2;)
           alert udp any any -> any any (content:"a"; hostbits:isset,h; sid:3;)"#,
    );
    let mut send = |payload: &[u8]| {
        rig.pass([datagram(ToServer, PORTS, payload)]);
        rig.sids()
    };
    assert_eq!(send(b"t"), [0; 0]);
    assert_eq!(send(b"a"), [2]);
    assert_eq!(send(b"t"), [0; 0]);
    assert_eq!(send(b"a"), [0; 0]);
}

#[test]
fn bits_of_a_transaction_end_with_it() {
    let mut rig = Rig::new(
        r#"alert http any any -> any any (http.uri; content:"/b"; xbits:isset,post,track tx; sid:2;)
           alert http any any -> any any (http.method; content:"POST"; xbits:set,post,track tx; noalert; sid:1;)"#,
    );
    let tcp = Tcp::to_80(4000);
    rig.pass(tcp.handshake());
    let post = b"POST /b HTTP/1.1\r\nHost: m\r\nContent-Length: 0\r\n\r\n";
    rig.pass([tcp.request(0, post)]);
    assert_eq!(rig.sids(), [2]);
    rig.pass([tcp.request(post.len() as u32, b"GET /b HTTP/1.1\r\nHost: m\r\n\r\n")]);
    assert_eq!(rig.sids(), [0; 0]);
}

#[test]
fn what_a_flow_has_no_room_for_is_counted() {
    let rules: String = (1..=80)
        .map(|n| {
            format!("alert udp any any -> any any (content:\"a\"; flowbits:set,b{n}; noalert; sid:{n};)\n")
        })
        .collect();
    let mut rig = Rig::new(&rules);
    rig.pass([datagram(ToServer, PORTS, b"a")]);
    assert_eq!(rig.counters().get(Counter::StateFull), 80 - 64);
}
