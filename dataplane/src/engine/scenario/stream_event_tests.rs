//! What is odd about segments, told to signatures by name.

use super::{Rig, Setup, Tcp};
use crate::engine::{FailSafe, WireSettings};
use crate::flow::Direction::{self, ToClient, ToServer};
use crate::flow::StreamEvent;
use crate::packet::TcpFlags;

const SYN: TcpFlags = TcpFlags::SYN;
const ACK: TcpFlags = TcpFlags::ACK;
const FIN: TcpFlags = TcpFlags::FIN;
const RST: TcpFlags = TcpFlags::RST;
const WINDOW: u32 = 1 << 20;

/// A connection, and a rule set that asks for every event there is.
struct Watch {
    rig: Rig,
    tcp: Tcp,
}

impl Watch {
    fn new() -> Watch {
        let rules: Vec<String> = (0..StreamEvent::ALL.len())
            .map(|at| {
                let name = StreamEvent::ALL[at].name();
                format!("alert tcp any any -> any any (stream-event:{name}; sid:{};)", at + 1)
            })
            .collect();
        let mut setup = Setup::default();
        setup.settings.window = WINDOW;
        setup.settings.wires = vec![WireSettings { on_overload: FailSafe::Closed, ..Default::default() }];
        Watch { rig: setup.rig(&rules.join("\n"), ""), tcp: Tcp::to_80(40_000) }
    }

    fn established() -> Watch {
        let mut watch = Watch::new();
        for frame in watch.tcp.handshake() {
            watch.rig.send(&frame);
        }
        assert_eq!(watch.events(), [""; 0]);
        watch
    }

    fn events(&mut self) -> Vec<&'static str> {
        self.rig.sids().into_iter().map(|sid| StreamEvent::ALL[sid as usize - 1].name()).collect()
    }

    /// The events of a frame, passed or not.
    fn of(&mut self, frame: &[u8]) -> Vec<&'static str> {
        self.rig.send(frame);
        self.events()
    }

    /// A segment by its offsets behind both SYNs.
    fn raw(&self, direction: Direction, flags: TcpFlags, offset: i64, acked: i64, payload: &[u8]) -> Vec<u8> {
        let of = |direction: Direction, offset: i64| {
            self.tcp.isn[direction.index()].wrapping_add(1).wrapping_add(offset as u32)
        };
        let ack = if flags.contains(ACK) { of(direction.reverse(), acked) } else { 0 };
        self.tcp.frame(direction, flags, [of(direction, offset), ack], payload)
    }

    #[track_caller]
    fn assert(&mut self, direction: Direction, flags: TcpFlags, at: [i64; 2], expected: &[&str]) {
        let frame = self.raw(direction, flags, at[0], at[1], b"");
        assert_eq!(self.of(&frame), expected);
    }
}

#[test]
fn a_conversation_as_it_should_be_has_no_event() {
    let mut watch = Watch::established();
    let tcp = watch.tcp;
    for frame in [
        tcp.request(0, b"one"),
        tcp.segment(ToClient, 0, 3, b"two"),
        tcp.segment(ToServer, 3, 3, b""),
        // A probe, and an answer to it.
        tcp.segment(ToServer, 2, 3, b"\0"),
        tcp.segment(ToClient, 3, 3, b""),
        tcp.fin(ToServer, 3, 3),
        tcp.segment(ToClient, 3, 4, b"three"),
        tcp.fin(ToClient, 8, 4),
        tcp.segment(ToServer, 4, 9, b""),
    ] {
        assert_eq!(watch.of(&frame), [""; 0]);
    }
}

#[test]
fn handshakes() {
    let mut watch = Watch::new();
    let broken = watch.tcp.frame(ToServer, SYN, [watch.tcp.isn[0], 9], b"");
    assert_eq!(watch.of(&broken), ["pkt_broken_ack"]);
    watch.assert(ToServer, SYN | ACK, [-1, 0], &["3whs_synack_in_wrong_direction"]);
    watch.assert(ToClient, SYN | ACK, [-1, 7], &["3whs_synack_with_wrong_ack"]);
    let mut watch = Watch::new();
    for frame in [watch.tcp.syn(), watch.tcp.syn_ack()] {
        assert_eq!(watch.of(&frame), [""; 0]);
    }
    watch.assert(ToClient, SYN | ACK, [-1, 0], &[]);
    watch.assert(ToClient, SYN | ACK, [-1, 5], &["3whs_synack_resend_with_diff_ack"]);
    watch.assert(ToClient, SYN | ACK, [50, 0], &["3whs_synack_resend_with_diff_seq"]);
    watch.assert(ToServer, SYN | ACK, [-1, 0], &["3whs_synack_toserver_on_syn_recv"]);
    let mut watch = Watch::new();
    for frame in [watch.tcp.syn(), watch.tcp.syn_ack()] {
        watch.of(&frame);
    }
    watch.assert(ToClient, SYN, [-1, 0], &["3whs_syn_toclient_on_syn_recv"]);
    watch.assert(ToClient, ACK, [0, 0], &["3whs_ack_in_wrong_dir"]);
    let inject = watch.raw(ToClient, ACK, 0, 0, b"early");
    assert_eq!(watch.of(&inject), ["3whs_ack_data_inject"]);
    watch.assert(ToServer, ACK, [0, 9000], &["3whs_right_seq_wrong_ack_evasion"]);
    watch.assert(ToServer, ACK, [77, 9000], &["3whs_wrong_seq_wrong_ack"]);
    watch.assert(ToServer, SYN, [500, 0], &["3whs_syn_resend_diff_seq_on_syn_recv"]);
}

#[test]
fn connections_that_stand() {
    let mut watch = Watch::established();
    watch.assert(ToServer, SYN | ACK, [-1, 0], &["est_synack_toserver"]);
    watch.assert(ToClient, SYN | ACK, [-1, 0], &["est_synack_resend"]);
    watch.assert(ToClient, SYN | ACK, [60, 0], &["est_synack_resend_with_diff_seq"]);
    watch.assert(ToClient, SYN | ACK, [-1, 8], &["est_synack_resend_with_diff_ack"]);
    watch.assert(ToClient, SYN, [-1, 0], &["est_syn_toclient"]);
    watch.assert(ToServer, SYN, [-1, 0], &["est_syn_resend"]);
    watch.assert(ToServer, SYN, [90, 0], &["est_syn_resend_diff_seq"]);
    let far = i64::from(WINDOW) * 3;
    watch.assert(ToServer, ACK, [0, far], &["est_invalid_ack", "pkt_invalid_ack"]);
    watch.assert(ToServer, ACK, [far, 0], &["est_packet_out_of_window"]);
    watch.assert(ToServer, FIN | ACK, [far, 0], &["fin_out_of_window"]);
    watch.assert(
        ToServer,
        FIN | ACK,
        [far, far],
        &["fin_invalid_ack", "fin_out_of_window", "pkt_invalid_ack"],
    );
    watch.assert(ToServer, RST | ACK, [0, far], &["rst_invalid_ack"]);
}

#[test]
fn connections_that_end() {
    let far = i64::from(WINDOW) * 3;
    let mut watch = Watch::established();
    let fin = watch.tcp.fin(ToServer, 0, 0);
    assert_eq!(watch.of(&fin), [""; 0]);
    watch.assert(ToServer, SYN, [-1, 0], &["shutdown_syn_resend"]);
    watch.assert(ToClient, ACK, [far, 1], &["closewait_ack_out_of_window"]);
    watch.assert(ToClient, FIN | ACK, [far, 1], &["closewait_fin_out_of_window"]);
    watch.assert(ToClient, ACK, [0, far], &["closewait_invalid_ack", "pkt_invalid_ack"]);
    watch.assert(ToClient, FIN | ACK, [0, 1], &[]);
    watch.assert(ToServer, ACK, [far, 1], &["lastack_ack_wrong_seq"]);
    let mut watch = Watch::established();
    let fin = watch.tcp.fin(ToClient, 0, 0);
    assert_eq!(watch.of(&fin), [""; 0]);
    watch.assert(ToServer, ACK, [0, 1], &[]);
    watch.assert(ToServer, ACK, [far, 1], &["fin2_ack_wrong_seq"]);
    watch.assert(ToServer, FIN | ACK, [far, 1], &["fin2_fin_wrong_seq"]);
    watch.assert(ToServer, FIN | ACK, [0, 1], &[]);
    watch.assert(ToClient, ACK, [far, 1], &["timewait_ack_wrong_seq"]);
}

#[test]
fn resets_and_what_has_no_session() {
    let mut watch = Watch::new();
    watch.assert(ToServer, RST, [0, 0], &["rst_but_no_session"]);
    let mut watch = Watch::new();
    watch.assert(ToServer, FIN | ACK, [0, 0], &["fin_but_no_session"]);
    let mut watch = Watch::established();
    let reset = watch.tcp.reset(ToClient, 0);
    assert_eq!(watch.of(&reset), [""; 0]);
    watch.assert(ToServer, ACK, [0, 0], &[]);
    watch.assert(ToClient, ACK, [0, 0], &["suspected_rst_inject"]);
}

#[test]
fn repetitions_and_contradictions() {
    let mut watch = Watch::established();
    let tcp = watch.tcp;
    watch.of(&tcp.request(0, b"hello"));
    assert_eq!(watch.of(&tcp.request(0, b"hello")), ["pkt_retransmission"]);
    assert_eq!(
        watch.of(&tcp.request(0, b"jello")),
        ["pkt_retransmission", "reassembly_overlap_different_data"]
    );
    watch.of(&tcp.segment(ToClient, 0, 5, b""));
    let acknowledged = [
        "est_pkt_before_last_ack",
        "pkt_retransmission",
        "pkt_spurious_retransmission",
        "reassembly_segment_before_base_seq",
    ];
    assert_eq!(watch.of(&tcp.request(0, b"hello")), acknowledged);
}

#[test]
fn streams_have_a_size() {
    let mut rig = Rig::new(
        "alert tcp any any -> any any (stream_size:client,>,4; stream_size:server,=,1; sid:1;)
         alert tcp any any -> any any (stream_size:both,>=,4; sid:2;)
         alert tcp any any -> any any (stream_size:either,>,1000; sid:3;)",
    );
    let tcp = Tcp::to_80(40_000);
    rig.pass(tcp.handshake());
    rig.pass([tcp.request(0, b"abc")]);
    assert_eq!(rig.sids(), [0; 0]);
    rig.pass([tcp.request(3, b"d")]);
    assert_eq!(rig.sids(), [1]);
    rig.pass([tcp.response(0, b"abc")]);
    assert_eq!(rig.sids(), [2]);
}

#[test]
fn what_a_reset_carries_reaches_no_stream() {
    let mut rig = Rig::new(
        "alert tcp-pkt any any -> any any (tcp.flags:R+; content:\"denied\"; sid:1;)
         alert tcp any any -> any any (flow:only_stream; content:\"denied\"; sid:2;)",
    );
    let tcp = Tcp::to_80(40_000);
    rig.pass(tcp.handshake());
    let [seq, ack] = [tcp.isn[1].wrapping_add(1), tcp.isn[0].wrapping_add(1)];
    rig.pass([tcp.frame(ToClient, RST | ACK, [seq, ack], b"denied")]);
    assert_eq!(rig.sids(), [1]);
}
