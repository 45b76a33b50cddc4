//! Whom to ask when decoders tell of events and numbers.

use std::collections::HashMap;

use weir_rules::number::{Level, NumberId};
use weir_rules::signature::{Event, EventLayer, PacketCondition, RuleIndex, Signature};

use super::table::Asked;

/// The events and numbers that signatures ask for. With each go the signatures that it makes candidates: those that
/// name no field, by which they would be found.
#[derive(Debug)]
pub(super) struct Told {
    pub events: HashMap<Box<str>, Vec<RuleIndex>>,
    numbers: HashMap<NumberId, Vec<RuleIndex>>,
    /// By [`NumberId::index`]: asked for every piece of a file.
    wanted: [bool; NumberId::ALL.len()],
    pub any_detection: bool,
}

impl Default for Told {
    fn default() -> Told {
        Told {
            events: HashMap::new(),
            numbers: HashMap::new(),
            wanted: [false; NumberId::ALL.len()],
            any_detection: false,
        }
    }
}

impl Told {
    /// Whether a number is asked for.
    #[inline]
    pub fn wants_number(&self, number: NumberId) -> bool {
        self.wanted.get(number.index()).copied().unwrap_or(false)
    }

    /// Whether any event or number is asked for whose name begins so.
    pub fn names(&self, prefix: &str) -> bool {
        let mut numbers = NumberId::ALL.into_iter().filter(|&number| self.wants_number(number));
        self.events.keys().any(|name| name.starts_with(prefix))
            || numbers.any(|number| number.name().starts_with(prefix))
    }

    /// The signatures that a number makes candidates.
    pub fn on_number(&self, number: NumberId) -> &[RuleIndex] {
        self.numbers.get(&number).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether any is asked for.
    pub fn is_wanted(&self) -> bool {
        !self.events.is_empty() || self.wanted.contains(&true)
    }

    /// Notes what a signature asks for.
    pub fn want(&mut self, signature: &Signature) {
        for event in events(signature) {
            self.events.entry(event.name.clone()).or_default();
            self.any_detection |= event.is_of_detection();
        }
        let validity = has_validity(signature).then_some([NumberId::TlsNotBefore, NumberId::TlsNotAfter]);
        for number in numbers(signature).chain(validity.into_iter().flatten()) {
            self.wanted[number.index()] = true;
        }
    }

    /// Adds a signature that names no field; none where it is about no transaction either.
    pub fn add(&mut self, rule: RuleIndex, signature: &Signature) -> Option<Asked> {
        if let Some(event) = events(signature).next() {
            self.events.entry(event.name.clone()).or_default().push(rule);
            return Some(if event.is_of_detection() { Asked::Detection } else { Asked::Transaction });
        }
        let validity = has_validity(signature).then_some(NumberId::TlsNotAfter);
        let number = numbers(signature).next().or(validity)?;
        self.numbers.entry(number).or_default().push(rule);
        Some(Asked::Transaction)
    }
}

fn events(signature: &Signature) -> impl Iterator<Item = &Event> {
    signature.packet.iter().filter_map(|condition| match condition {
        PacketCondition::Event(event) if event.layer == EventLayer::Application => Some(event),
        _ => None,
    })
}

fn numbers(signature: &Signature) -> impl Iterator<Item = NumberId> {
    let all = signature.numbers.iter().map(|condition| condition.number);
    all.filter(|number| number.level() == Level::Transaction)
}

fn has_validity(signature: &Signature) -> bool {
    signature.packet.iter().any(|condition| matches!(condition, PacketCondition::CertificateValidity(_)))
}
