//! The `alert` object of EVE, in Suricata's schema.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::Serialize;
use weir_rules::signature::{BufferCondition, Signature, Target};

use super::Catalog;
use super::eve::{Ends, ends, signature};
use super::record::{AlertEvent, AlertOutcome, Event};

#[derive(Debug, Serialize)]
pub(super) struct Alert<'c> {
    action: &'static str,
    gid: u32,
    signature_id: u32,
    rev: u32,
    signature: &'c str,
    category: &'c str,
    severity: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    match_end: Option<u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<&'c str, Vec<&'c str>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    context: BTreeMap<&'c str, serde_json::Value>,
    #[serde(flatten)]
    target: Option<Targeted>,
}

/// Which end of a match is under attack (`target`).
#[derive(Debug, Serialize)]
struct Targeted {
    source: End,
    target: End,
}

#[derive(Debug, Serialize)]
struct End {
    ip: IpAddr,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
}

impl<'c> Alert<'c> {
    pub(super) fn new(event: &Event, alert: &AlertEvent, catalog: Option<&'c Catalog>) -> Alert<'c> {
        let signature = signature(catalog, alert.rule);
        let mut metadata: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (key, value) in signature.map(|s| &s.metadata[..]).unwrap_or_default() {
            metadata.entry(key).or_default().push(value);
        }
        Alert {
            action: match alert.outcome {
                AlertOutcome::Allowed => "allowed",
                AlertOutcome::Blocked => "blocked",
                AlertOutcome::WouldBlock => "would_block",
            },
            gid: signature.map_or(0, |s| s.id.gid),
            signature_id: signature.map_or(0, |s| s.id.sid),
            rev: signature.map_or(0, |s| s.rev),
            signature: signature.map_or("", |s| &s.msg),
            category: signature.map_or("", |s| s.category()),
            severity: signature.map_or(3, |s| s.priority),
            field: alert.field.map(|field| field.name()),
            match_end: alert.field.map(|_| alert.offset),
            metadata,
            context: catalog
                .zip(signature)
                .map(|(catalog, s)| context(alert, catalog, s))
                .unwrap_or_default(),
            target: signature.and_then(|s| s.target).map(|target| targeted(target, &ends(&event.endpoints))),
        }
    }
}

fn targeted(target: Target, ends: &Ends) -> Targeted {
    let sender = End { ip: ends.src_ip, port: ends.src_port };
    let receiver = End { ip: ends.dest_ip, port: ends.dest_port };
    match target {
        Target::Source => Targeted { source: receiver, target: sender },
        Target::Destination => Targeted { source: sender, target: receiver },
    }
}

/// What the files of sets say of the elements that an alert is about, by the `context_key`s of its signature.
fn context<'c>(
    alert: &AlertEvent,
    catalog: &Catalog,
    signature: &'c Signature,
) -> BTreeMap<&'c str, serde_json::Value> {
    let conditions = signature.buffers.iter().flat_map(|buffer| &buffer.conditions);
    let keys = conditions.filter_map(|condition| match condition {
        BufferCondition::Dataset(dataset) => Some((&*dataset.set.name, dataset.context_key.as_deref()?)),
        _ => None,
    });
    let said = |name: &str| {
        alert.elements.iter().flatten().find_map(|found| {
            let table = catalog.sets.table(found.set).filter(|table| table.name() == name)?;
            serde_json::from_str(table.context(found.element)?).ok()
        })
    };
    keys.filter_map(|(name, key)| Some((key, said(name)?))).collect()
}
