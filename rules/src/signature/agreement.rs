//! Whether what a rule says of protocols and directions agrees, and what follows from it.

use super::buffer::{Buffer, BufferMatch};
use super::fault::Complaint;
use super::flow::{FlowDirection, FlowOptions};
use super::header::{Header, HeaderDirection, ParsedProtocol};
use super::protocol::{AppProtocol, RuleProtocol};
use crate::field::{FieldId, Side};

/// The protocols of a rule.
pub(super) struct Agreed {
    pub transport: RuleProtocol,
    pub app: Option<AppProtocol>,
}

/// Checks that all buffers can be in one flow and direction. A buffer tells the protocol where the header does not.
pub(super) fn agree(
    protocol: &ParsedProtocol,
    header: &Header,
    flow: FlowOptions,
    buffers: &[BufferMatch],
) -> Result<Agreed, Complaint> {
    let mut app = protocol.app;
    let mut sides: [Option<FieldId>; 2] = [None, None];
    for field in buffers.iter().filter_map(|buffer| match buffer.buffer {
        Buffer::Field(field) => Some(field),
        _ => None,
    }) {
        match (app, family(field)) {
            (Some(app), Some(family)) if !carries(app, family) => {
                return Err(Complaint::new(format!("{} is never in a flow of {}", field.name(), app.name()))
                    .with_help(format!("let the rule be about {}, or take the buffer out", family.name())));
            }
            (None, Some(family)) => app = Some(family),
            _ => {}
        }
        match field.side() {
            Side::Request => sides[0] = Some(field),
            Side::Response => sides[1] = Some(field),
            Side::Either => {}
        }
    }
    if let [Some(request), Some(response)] = sides
        && header.direction() != HeaderDirection::Transaction
    {
        return Err(Complaint::new(format!(
            "{} is sent by the client and {} by the server, so they are never in one direction",
            request.name(),
            response.name()
        ))
        .with_help("write `=>` in the header for a rule about both sides of a transaction"));
    }
    match (flow.direction, sides) {
        (Some(FlowDirection::ToServer), [_, Some(field)])
            if header.direction() != HeaderDirection::Transaction =>
        {
            Err(against(field, "server", "to_client"))
        }
        (Some(FlowDirection::ToClient), [Some(field), _])
            if header.direction() != HeaderDirection::Transaction =>
        {
            Err(against(field, "client", "to_server"))
        }
        _ => Ok(Agreed { transport: transport(protocol, app), app }),
    }
}

/// A buffer of an application protocol narrows `ip` and no more: who writes `tcp` and `dns.query` means DNS over TCP.
fn transport(protocol: &ParsedProtocol, app: Option<AppProtocol>) -> RuleProtocol {
    match (protocol.transport, app) {
        (RuleProtocol::Ip, Some(app)) => app.transport(),
        (transport, _) => transport,
    }
}

fn against(field: FieldId, sender: &str, right: &str) -> Complaint {
    Complaint::new(format!("{} is sent by the {sender}, which flow leaves out", field.name()))
        .with_help(format!("write flow:{right}, or take the buffer out"))
}

/// The protocol that a buffer belongs to; none of files, identities and the like, which are in several.
fn family(field: FieldId) -> Option<AppProtocol> {
    let (family, _) = field.name().split_once('.')?;
    match family {
        "ja3" | "ja3s" | "ja4" => Some(AppProtocol::Tls),
        family => AppProtocol::named(family),
    }
}

/// Whether a flow of `app` can have the fields of `family`.
fn carries(app: AppProtocol, family: AppProtocol) -> bool {
    use AppProtocol::{A2a, Doh2, Grpc, Http, Http1, Http2, Llm, Mcp, Pgsql, Quic, Redis, Tls};
    let http = matches!(app, Http | Http1 | Http2 | Doh2 | Llm | Mcp | A2a | Grpc);
    match family {
        // Documents for a prompt come from databases, too.
        Llm => http || matches!(app, Pgsql | Redis),
        Http | Mcp | A2a | Grpc => http,
        AppProtocol::Dns => matches!(app, AppProtocol::Dns | Doh2),
        Tls => matches!(app, Tls | Quic),
        family => family == app,
    }
}
