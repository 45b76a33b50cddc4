//! Which signatures the evaluator can ask, and why it can't ask the others.

use weir_rules::field::FieldId;
use weir_rules::number::Level;
use weir_rules::signature::{
    AppProtocol, BitScope, Buffer, BufferMatch, Event, EventLayer, PacketCondition, RuleProtocol, Signature,
    StateCondition,
};

use super::raised::Raised;
use crate::app::DETECTION_EVENTS;
use crate::decode::http1::Oddity;
use crate::decode::http2::Http2Event;
use crate::decode::nvme::NvmeEvent;
use crate::decode::postgres::PostgresEvent;
use crate::decode::rdma::RdmaEvent;
use crate::decode::redis::RedisEvent;
use crate::decode::sip::SipEvent;
use crate::decode::websocket::WebSocketEvent;
use crate::decode::{dns, tls};

/// Why a signature can't be asked; `None` where it can.
pub fn unsupported(signature: &Signature) -> Option<String> {
    protocol(signature)
        .or_else(|| signature.buffers.iter().find_map(|b| buffer(b.buffer)))
        .or_else(|| mixed(signature))
        .or_else(|| signature.packet.iter().find_map(packet))
        .or_else(|| state(signature))
}

fn protocol(signature: &Signature) -> Option<String> {
    match (signature.app, signature.protocol) {
        (
            Some(
                AppProtocol::Http
                | AppProtocol::Http1
                | AppProtocol::Http2
                | AppProtocol::Grpc
                | AppProtocol::Websocket
                | AppProtocol::Doh2
                | AppProtocol::Sip
                | AppProtocol::Rdma
                | AppProtocol::Pgsql
                | AppProtocol::Redis
                | AppProtocol::Nvme
                | AppProtocol::Nccl
                | AppProtocol::Tls
                | AppProtocol::Dns,
            )
            | None,
            protocol,
        ) => match protocol {
            RuleProtocol::Arp | RuleProtocol::Ethernet if asks_for_payload(signature) => {
                Some(format!("{} has no payload", protocol.name()))
            }
            _ => None,
        },
        // It is spoken within other protocols, so it is the field that tells.
        (Some(app), _) if is_spoken_within(app) => (!names_field_of(signature, app))
            .then(|| format!("a signature of {} names one of its fields or numbers", app.name())),
        (Some(app), _) => Some(format!("{} is not decoded yet", app.name())),
    }
}

/// Whether a protocol is one that others carry as their bodies, so that a flow is never said to speak it.
pub fn is_spoken_within(app: AppProtocol) -> bool {
    matches!(app, AppProtocol::Llm | AppProtocol::Mcp | AppProtocol::A2a)
}

fn names_field_of(signature: &Signature, app: AppProtocol) -> bool {
    let fields = signature.buffers.iter().filter_map(|matched| match matched.buffer {
        Buffer::Field(field) => Some(field.name()),
        _ => None,
    });
    let mut names = fields.chain(signature.numbers.iter().map(|condition| condition.number.name()));
    names.any(|name| name.strip_prefix(app.name()).is_some_and(|rest| rest.starts_with('.')))
}

/// Headers are those of a packet, and what a protocol says may take many.
fn mixed(signature: &Signature) -> Option<String> {
    let has = |wanted: fn(&Buffer) -> bool| signature.buffers.iter().any(|b| wanted(&b.buffer));
    let both = has(|b| matches!(b, Buffer::Field(_))) && has(|b| matches!(b, Buffer::Header(_)));
    both.then(|| "headers are not looked at together with fields of a protocol".to_owned())
}

fn asks_for_payload(signature: &Signature) -> bool {
    signature.buffers.iter().any(|b| !matches!(b.buffer, Buffer::Header(_)))
}

/// Whether a decoder fills a field.
pub fn is_decoded(field: FieldId) -> bool {
    const FAMILIES: [&str; 17] = [
        "http.",
        "http2.",
        "grpc.",
        "websocket.",
        "sip.",
        "rdma.",
        "postgres.",
        "redis.",
        "nvme.",
        "tls.",
        "ja3",
        "ja4",
        "dns.",
        "llm.",
        "mcp.",
        "a2a.",
        "model_file.",
    ];
    let name = field.name();
    FAMILIES.iter().any(|prefix| name.starts_with(prefix))
        || matches!(field, FieldId::FileData | FieldId::FileName)
}

/// Whether a decoder raises an event.
fn is_raised(event: &Event) -> bool {
    let http2 = Http2Event::ALL.into_iter().map(Http2Event::name);
    let websocket = WebSocketEvent::ALL.into_iter().map(WebSocketEvent::name);
    let postgres = PostgresEvent::ALL.into_iter().map(PostgresEvent::name);
    let redis = RedisEvent::ALL.into_iter().map(RedisEvent::name);
    let nvme = NvmeEvent::ALL.into_iter().map(NvmeEvent::name);
    let rdma = RdmaEvent::ALL.into_iter().map(RdmaEvent::name);
    let sip = SipEvent::ALL.into_iter().map(SipEvent::name);
    let http = Oddity::all_names().chain(http2).chain(websocket);
    let http = http.chain(crate::semantics::event_names());
    let mut names = http
        .chain(sip)
        .chain(rdma)
        .chain(postgres)
        .chain(redis)
        .chain(nvme)
        .chain(dns::event_names())
        .chain(tls::event_names());
    event.layer == EventLayer::Application
        && (names.any(|name| name == &*event.name) || DETECTION_EVENTS.contains(&&*event.name))
}

fn buffer(buffer: Buffer) -> Option<String> {
    match buffer {
        Buffer::Field(field) if !is_decoded(field) => Some(format!("{} is not decoded yet", field.name())),
        Buffer::Undecoded => Some(format!("{} is not looked at yet", buffer.name())),
        Buffer::Field(_) | Buffer::Payload | Buffer::Base64 | Buffer::Address(_) | Buffer::Header(_) => None,
    }
}

fn packet(condition: &PacketCondition) -> Option<String> {
    match condition {
        PacketCondition::Event(event) if Raised::named(event).is_some() || is_raised(event) => None,
        PacketCondition::Event(event) => Some(format!("the event {} is not raised yet", event.name)),
        _ => None,
    }
}

fn state(signature: &Signature) -> Option<String> {
    let in_transaction = |state: &StateCondition| matches!(state, StateCondition::Bits(bits) if bits.scope == BitScope::Transaction);
    let of_transaction = |buffer: &BufferMatch| matches!(buffer.buffer, Buffer::Field(_));
    let without = signature.state.iter().any(in_transaction)
        && !signature.buffers.iter().any(of_transaction)
        && !signature.packet.iter().any(PacketCondition::is_of_transaction)
        && !signature.numbers.iter().any(|condition| condition.number.level() == Level::Transaction);
    without.then(|| "bits of a transaction need a field of it".to_owned())
}

#[cfg(test)]
mod tests {
    use weir_rules::diagnostic::Source;
    use weir_rules::signature::{Variables, load};

    use super::*;

    #[test]
    fn what_could_never_match_is_left_out() {
        for (options, left_out) in [
            ("app-layer-event:http.request_body_unexpected;", false),
            ("app-layer-event:http.no_such_event;", true),
            ("app-layer-event:applayer_mismatch_protocol_both_directions;", false),
            ("app-layer-event:applayer_unexpected_protocol;", true),
            ("dns.rcode:3;", false),
            ("llm.tokens_in:>5;", false),
            ("decode-event:ipv4.trunc_pkt;", false),
            ("decode-event:ltnull.pkt_too_small;", true),
            ("tcpv4-csum:invalid;", false),
            ("tcp.hdr; content:\"x\";", false),
            ("tcp.hdr; content:\"x\"; http.uri; content:\"x\";", true),
            ("stream_size:client,>,5;", false),
            ("stream-event:est_syn_resend;", false),
            ("stream-event:wrong_thread;", true),
            ("llm.prompt; content:\"x\";", false),
            ("mcp.tool; content:\"x\";", false),
            ("a2a.artifact; content:\"x\";", false),
            ("xbits:set,a,track ip_src;", false),
            ("hostbits:isset,a,dst;", false),
            ("flowint:a,+,1;", false),
            ("xbits:set,a,track tx;", true),
            ("http.uri; content:\"x\"; xbits:set,a,track tx;", false),
            ("http.uri; content:\"x\";", false),
            ("ttl:<5;", false),
            ("flowbits:set,a;", false),
        ] {
            let rule = format!("alert tcp any any -> any any ({options} sid:1;)");
            let loaded = load(&[Source::new("t.rules", rule)], &Variables::default());
            let signature = loaded.set.signatures.first().unwrap_or_else(|| panic!("{options} loads"));
            assert_eq!(unsupported(signature).is_some(), left_out, "{options}");
        }
    }
}
