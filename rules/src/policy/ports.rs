//! The entries of `ports`: a protocol, and a port or a range of ports where it has them.

use serde_saphyr::{Location, Spanned};

use super::document::{PortEntry, Scalar};
use super::model::Service;

/// What is wrong with an entry.
#[derive(Debug)]
pub(super) struct PortError {
    pub at: Location,
    pub message: String,
    pub help: String,
}

const TCP: u8 = 6;
const UDP: u8 = 17;
const SCTP: u8 = 132;

/// Names and numbers of protocols (IANA, "Protocol Numbers"). `icmp` is that of both IP versions.
const PROTOCOLS: [(&str, &[u8]); 5] =
    [("tcp", &[TCP]), ("udp", &[UDP]), ("sctp", &[SCTP]), ("icmp", &[1, 58]), ("icmpv6", &[58])];

/// What an entry means.
pub(super) fn services_of(entry: &PortEntry) -> Result<Vec<Service>, PortError> {
    let protocols = protocols_of(&entry.protocol)?;
    let ports = match &entry.port {
        None => (0, u16::MAX),
        Some(port) if protocols.iter().all(|protocol| [TCP, UDP, SCTP].contains(protocol)) => range_of(port)?,
        Some(port) => {
            return Err(PortError {
                at: port.referenced,
                message: format!("{} has no ports", entry.protocol.value.0),
                help: "leave `port` out; tcp, udp and sctp have ports".into(),
            });
        }
    };
    Ok(protocols.into_iter().map(|protocol| Service { protocol, ports }).collect())
}

fn protocols_of(protocol: &Spanned<Scalar>) -> Result<Vec<u8>, PortError> {
    let text = &protocol.value.0;
    if let Some((_, numbers)) = PROTOCOLS.iter().find(|(name, _)| name == text) {
        return Ok(numbers.to_vec());
    }
    // 255 is reserved (IANA).
    match text.parse() {
        Ok(number @ 0..=254) => Ok(vec![number]),
        _ => Err(PortError {
            at: protocol.referenced,
            message: format!("{text:?} is not a protocol"),
            help: "protocols are tcp, udp, sctp, icmp, icmpv6, or a number from 0 to 254".into(),
        }),
    }
}

fn range_of(port: &Spanned<Scalar>) -> Result<(u16, u16), PortError> {
    let text = &port.value.0;
    let error = |message: String, help: String| PortError { at: port.referenced, message, help };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.trim().parse::<u16>(), last.trim().parse::<u16>()) {
        (Ok(first), Ok(last)) if first <= last => Ok((first, last)),
        (Ok(first), Ok(last)) => {
            Err(error("a range that ends before it starts".into(), format!("do you mean {last}-{first}?")))
        }
        _ => Err(error(
            format!("{text:?} is not a port"),
            "it is a number from 0 to 65535, or a range such as 9000-9010".into(),
        )),
    }
}
