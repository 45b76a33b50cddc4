//! From protocol and port to the row of the rules that are about them.
//!
//! The ports of all rules for a protocol cut the 65,536 ports into ranges within which every port has the same row.

use super::model::{RuleModel, Services};
use super::rows::{Bits, RowId, RowsBuilder, TooLarge};
use crate::ranges::RangeSet;

/// The ranges of one protocol.
#[derive(Debug)]
struct ProtocolTable {
    /// Where ranges start; the first is zero.
    starts: Box<[u16]>,
    rows: Box<[RowId]>,
}

/// Rows by protocol and port.
#[derive(Debug)]
pub(super) struct ServiceTable {
    /// For each protocol its table; the first table is for protocols that no rule names.
    by_protocol: Box<[u8; 256]>,
    tables: Box<[ProtocolTable]>,
}

impl ServiceTable {
    pub fn build(rules: &[RuleModel], rows: &mut RowsBuilder) -> Result<ServiceTable, TooLarge> {
        let mut everything = Bits::zeroed(rules.len());
        let mut ranges: Vec<Vec<(usize, (u16, u16))>> = vec![Vec::new(); 256];
        for (index, rule) in rules.iter().enumerate() {
            match &rule.services {
                Services::Everything => everything.insert(index),
                Services::Of(list) => {
                    for service in list {
                        ranges[usize::from(service.protocol)].push((index, service.ports));
                    }
                }
            }
        }
        let rest = ProtocolTable { starts: [0].into(), rows: [rows.intern(&everything)?].into() };
        let mut by_protocol = Box::new([0; 256]);
        let mut tables = vec![rest];
        for (protocol, ranges) in ranges.iter().enumerate().filter(|(_, ranges)| !ranges.is_empty()) {
            // All 256 protocols and the rest are one more than a byte holds; protocol 255 is reserved and never named.
            by_protocol[protocol] = tables.len() as u8;
            tables.push(ProtocolTable::build(ranges, everything.clone(), rows)?);
        }
        Ok(ServiceTable { by_protocol, tables: tables.into() })
    }

    /// Without rules.
    pub fn empty() -> ServiceTable {
        ServiceTable { by_protocol: Box::new([0; 256]), tables: Box::new([]) }
    }

    /// The row of a protocol and port.
    #[inline]
    pub fn row(&self, protocol: u8, port: u16) -> RowId {
        let table =
            self.by_protocol.get(usize::from(protocol)).and_then(|&at| self.tables.get(usize::from(at)));
        table.map_or_else(RowId::default, |table| table.row(port))
    }

    /// The row of protocols that no rule names: the rules about everything.
    pub fn everything(&self) -> RowId {
        self.tables.first().map_or_else(RowId::default, |table| table.row(0))
    }

    /// The rows of a range of ports.
    pub fn rows(&self, protocol: u8, (first, last): (u16, u16)) -> &[RowId] {
        let Some(table) = self.tables.get(usize::from(self.by_protocol[usize::from(protocol)])) else {
            return &[];
        };
        let from = table.starts.partition_point(|&start| start <= first).saturating_sub(1);
        let to = table.starts.partition_point(|&start| start <= last);
        table.rows.get(from..to).unwrap_or_default()
    }

    pub fn bytes(&self) -> usize {
        self.tables.iter().map(|table| size_of_val(&*table.starts) + size_of_val(&*table.rows)).sum()
    }
}

impl ProtocolTable {
    /// Sweeps over the ports, with the bits of the rules that are about the port at hand.
    fn build(
        ranges: &[(usize, (u16, u16))],
        mut bits: Bits,
        rows: &mut RowsBuilder,
    ) -> Result<ProtocolTable, TooLarge> {
        let mut changes: Vec<(u16, usize, Change)> = Vec::new();
        for of_rule in ranges.chunk_by(|a, b| a.0 == b.0) {
            let Some(&(rule, _)) = of_rule.first() else { continue };
            for &(first, last) in RangeSet::of(of_rule.iter().map(|&(_, ports)| ports)).ranges() {
                changes.push((first, rule, Change::Begins));
                changes.extend(last.checked_add(1).map(|next| (next, rule, Change::Ends)));
            }
        }
        changes.sort_unstable();
        let (mut starts, mut row_ids) = (Vec::new(), Vec::new());
        if changes.first().is_none_or(|&(port, ..)| port != 0) {
            starts.push(0);
            row_ids.push(rows.intern(&bits)?);
        }
        for at_port in changes.chunk_by(|a, b| a.0 == b.0) {
            for &(port, rule, change) in at_port {
                match change {
                    Change::Begins => bits.insert(rule),
                    Change::Ends => bits.remove(rule),
                }
                if starts.last() != Some(&port) {
                    starts.push(port);
                }
            }
            row_ids.push(rows.intern(&bits)?);
        }
        Ok(ProtocolTable { starts: starts.into(), rows: row_ids.into() })
    }

    #[inline]
    fn row(&self, port: u16) -> RowId {
        let after = self.starts.partition_point(|&start| start <= port);
        self.rows.get(after.wrapping_sub(1)).copied().unwrap_or_default()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Begins,
    Ends,
}
