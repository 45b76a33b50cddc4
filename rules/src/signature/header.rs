//! The header of a rule: action, protocol, and between whom.
//!
//! ```text
//! alert tcp $HOME_NET any -> [1.2.3.4,5.6.7.0/24] 80:443
//! action protocol source ports direction destination ports
//! ```

use std::sync::Arc;

use super::address::Addresses;
use super::expression::Evaluator;
use super::fault::Fault;
use super::port::Ports;
use super::protocol::{AppProtocol, RuleProtocol};
use super::rule::{RejectTo, RuleAction};
use super::text::Piece;
use crate::names::nearest;
use crate::ranges::RangeSet;

/// One end of a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// The address; IPv4 as `::ffff:a.b.c.d`.
    pub address: [u8; 16],
    /// The port; zero where the protocol has none.
    pub port: u16,
}

/// Which packets between two ends are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HeaderDirection {
    /// From the left to the right (`->`).
    Forward,
    /// Both ways (`<>`).
    Both,
    /// Both ways of a transaction (`=>`).
    Transaction,
}

/// Between whom packets are looked at. Equal sets of different rules share their memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    source: Arc<RangeSet<u128>>,
    source_ports: Arc<RangeSet<u16>>,
    direction: HeaderDirection,
    destination: Arc<RangeSet<u128>>,
    destination_ports: Arc<RangeSet<u16>>,
}

impl Header {
    /// Whether a packet from `source` to `destination` is meant.
    #[inline]
    pub fn matches(&self, source: &Endpoint, destination: &Endpoint) -> bool {
        self.matches_forward(source, destination)
            || self.direction != HeaderDirection::Forward && self.matches_forward(destination, source)
    }

    #[inline]
    fn matches_forward(&self, source: &Endpoint, destination: &Endpoint) -> bool {
        // Ports are cheaper to test and more often decide.
        self.destination_ports.contains(destination.port)
            && self.source_ports.contains(source.port)
            && self.destination.contains(u128::from_be_bytes(destination.address))
            && self.source.contains(u128::from_be_bytes(source.address))
    }

    /// Whether every packet is meant, so that nothing has to be tested.
    #[inline]
    pub fn is_any(&self) -> bool {
        self.source.is_full()
            && self.destination.is_full()
            && self.source_ports.is_full()
            && self.destination_ports.is_full()
    }

    /// Which way.
    pub fn direction(&self) -> HeaderDirection {
        self.direction
    }

    /// The addresses on the left.
    pub fn source(&self) -> &RangeSet<u128> {
        &self.source
    }

    /// The ports on the left.
    pub fn source_ports(&self) -> &RangeSet<u16> {
        &self.source_ports
    }

    /// The addresses on the right.
    pub fn destination(&self) -> &RangeSet<u128> {
        &self.destination
    }

    /// The ports on the right.
    pub fn destination_ports(&self) -> &RangeSet<u16> {
        &self.destination_ports
    }
}

/// Evaluates the addresses and ports of headers.
pub(super) struct HeaderReader<'v> {
    pub addresses: Evaluator<'v, Addresses>,
    pub ports: Evaluator<'v, Ports>,
}

/// What the second word of a header says.
pub(super) struct ParsedProtocol {
    pub transport: RuleProtocol,
    pub app: Option<AppProtocol>,
    pub hook: Option<Box<str>>,
}

/// What a header says.
pub(super) struct ParsedHeader {
    pub action: RuleAction,
    pub protocol: ParsedProtocol,
    pub header: Header,
}

impl HeaderReader<'_> {
    /// Reads a header; reports all that is wrong with it.
    pub fn read(&mut self, text: Piece<'_>, faults: &mut Vec<Fault>) -> Option<ParsedHeader> {
        let words = words(text);
        let [action, protocol, source, source_ports, arrow, destination, destination_ports] = words[..]
        else {
            let fault = Fault::error(text.trimmed().span(), format!("a header of {} words", words.len()));
            faults.push(fault.with_help(
                "it has seven: action protocol source port direction destination port; lists have no blanks outside of their brackets",
            ));
            return None;
        };
        let mut keep = |fault| faults.push(fault);
        let action = action_of(action).map_err(&mut keep).ok();
        let protocol = protocol_of(protocol).map_err(&mut keep).ok();
        let direction = direction_of(arrow).map_err(&mut keep).ok();
        let source = self.addresses.evaluate(source).map_err(&mut keep).ok();
        let source_ports = self.ports.evaluate(source_ports).map_err(&mut keep).ok();
        let destination = self.addresses.evaluate(destination).map_err(&mut keep).ok();
        let destination_ports = self.ports.evaluate(destination_ports).map_err(&mut keep).ok();
        Some(ParsedHeader {
            action: action?,
            protocol: protocol?,
            header: Header {
                source: source?,
                source_ports: source_ports?,
                direction: direction?,
                destination: destination?,
                destination_ports: destination_ports?,
            },
        })
    }
}

/// The words of a header; blanks within brackets do not part them.
fn words(text: Piece<'_>) -> Vec<Piece<'_>> {
    let mut words = Vec::with_capacity(7);
    let (mut depth, mut start) = (0usize, None);
    for (at, character) in text.text.char_indices() {
        match character {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if character.is_whitespace() && depth == 0 {
            if let Some(start) = start.take() {
                words.push(Piece { text: text.text.get(start..at).unwrap_or_default(), at: text.at + start });
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    words.extend(start.map(|start| text.skip(start)));
    words
}

const ACTIONS: [(&str, RuleAction); 7] = [
    ("alert", RuleAction::Alert),
    ("pass", RuleAction::Pass),
    ("drop", RuleAction::Drop),
    ("reject", RuleAction::Reject(RejectTo::Sender)),
    ("rejectsrc", RuleAction::Reject(RejectTo::Sender)),
    ("rejectdst", RuleAction::Reject(RejectTo::Receiver)),
    ("rejectboth", RuleAction::Reject(RejectTo::Both)),
];

fn action_of(word: Piece<'_>) -> Result<RuleAction, Fault> {
    ACTIONS.iter().find(|(name, _)| *name == word.text).map(|&(_, action)| action).ok_or_else(|| {
        let fault = Fault::error(word.span(), format!("{:?} is not an action", word.text));
        match nearest(word.text, ACTIONS.iter().map(|&(name, _)| name)) {
            Some(name) => fault.with_help(format!("do you mean {name}?")),
            None => {
                fault.with_help("actions are alert, pass, drop, reject, rejectsrc, rejectdst, rejectboth")
            }
        }
    })
}

/// `tcp`, `http`, or, with the state of the protocol, `http1:request_complete`.
fn protocol_of(word: Piece<'_>) -> Result<ParsedProtocol, Fault> {
    let (name, hook) = word.text.split_once(':').map_or((word.text, None), |(name, hook)| (name, Some(hook)));
    let name = name.to_ascii_lowercase();
    let hook = hook.map(Into::into);
    if let Some(transport) = RuleProtocol::named(&name) {
        return Ok(ParsedProtocol { transport, app: None, hook });
    }
    if let Some(app) = AppProtocol::named(&name) {
        return Ok(ParsedProtocol { transport: app.transport(), app: Some(app), hook });
    }
    let fault = Fault::error(word.span(), format!("{:?} is not a protocol", word.text));
    let transports = RuleProtocol::ALL.into_iter().map(RuleProtocol::name);
    Err(match nearest(&name, transports.chain(AppProtocol::ALL.into_iter().map(AppProtocol::name))) {
        Some(name) => fault.with_help(format!("do you mean {name}?")),
        None => fault
            .with_help("write ip, tcp, udp, icmp, or an application protocol such as http, tls, dns or llm"),
    })
}

fn direction_of(word: Piece<'_>) -> Result<HeaderDirection, Fault> {
    match word.text {
        "->" => Ok(HeaderDirection::Forward),
        "<>" => Ok(HeaderDirection::Both),
        "=>" => Ok(HeaderDirection::Transaction),
        "<-" => Err(Fault::error(word.span(), "there is no direction `<-`")
            .with_help("exchange source and destination and write `->`")),
        other => Err(Fault::error(word.span(), format!("{other:?} is not a direction"))
            .with_help("directions are `->` and `<>`")),
    }
}
