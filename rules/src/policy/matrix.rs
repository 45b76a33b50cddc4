//! From a pair of identities and a service to the rule that decides.
//!
//! Every identity has a row of the rules it may send by and one of those it may receive by; every service has a row of
//! the rules about it. The first bit that all three share is the first rule that matches. Time and memory are bounded
//! by the number of rules, whatever they say: a table of all pairs is not, where groups of thousands meet.

use super::decision::{IdentityId, PolicyRuleId};
use super::model::{RuleModel, Selector, Services};
use super::rows::{Bits, RowId, Rows, RowsBuilder, TooLarge};
use super::services::ServiceTable;

/// The rows of all identities for one side of the rules.
#[derive(Debug)]
struct Side {
    rows: Box<[RowId]>,
    /// The rules that mean anybody.
    any: RowId,
}

impl Side {
    fn build<'r>(
        selectors: impl Iterator<Item = &'r Selector> + Clone,
        rules: usize,
        identities: usize,
        rows: &mut RowsBuilder,
    ) -> Result<Side, TooLarge> {
        let mut any = Bits::zeroed(rules);
        let mut named: Vec<Vec<u32>> = vec![Vec::new(); identities];
        for (index, selector) in selectors.enumerate() {
            match selector {
                Selector::Any => any.insert(index),
                Selector::Of(list) => {
                    for identity in list {
                        if let Some(rules) = named.get_mut(identity.index()) {
                            rules.push(index as u32);
                        }
                    }
                }
            }
        }
        let any_row = rows.intern(&any)?;
        let mut bits = any.clone();
        let mut of_identity = Vec::with_capacity(identities);
        for rules in &named {
            if rules.is_empty() {
                of_identity.push(any_row);
                continue;
            }
            rules.iter().for_each(|&rule| bits.insert(rule as usize));
            of_identity.push(rows.intern(&bits)?);
            // A rule either means anybody or names some, so taking these off leaves the former as they were.
            rules.iter().for_each(|&rule| bits.remove(rule as usize));
        }
        Ok(Side { rows: of_identity.into(), any: any_row })
    }

    #[inline]
    fn row(&self, identity: IdentityId) -> RowId {
        self.rows.get(identity.index()).copied().unwrap_or(self.any)
    }

    fn rows_of<'a>(&'a self, selector: &'a Selector) -> Box<dyn Iterator<Item = RowId> + 'a> {
        match selector {
            Selector::Any => Box::new(std::iter::once(self.any)),
            Selector::Of(list) => Box::new(list.iter().map(|&identity| self.row(identity))),
        }
    }
}

/// All rules, compiled.
#[derive(Debug)]
pub(super) struct Matrix {
    from: Side,
    to: Side,
    services: ServiceTable,
    rows: Rows,
}

impl Matrix {
    /// Compiles rules for so many identities into at most `limit` bytes of rows.
    pub fn build(rules: &[RuleModel], identities: usize, limit: usize) -> Result<Matrix, TooLarge> {
        let mut rows = RowsBuilder::new(rules.len(), limit);
        let services = ServiceTable::build(rules, &mut rows)?;
        let from = Side::build(rules.iter().map(|rule| &rule.from), rules.len(), identities, &mut rows)?;
        let to = Side::build(rules.iter().map(|rule| &rule.to), rules.len(), identities, &mut rows)?;
        Ok(Matrix { from, to, services, rows: rows.finish() })
    }

    /// Without rules.
    pub fn empty() -> Matrix {
        let side = || Side { rows: Box::new([]), any: RowId::default() };
        let rows = RowsBuilder::new(0, 0).finish();
        Matrix { from: side(), to: side(), services: ServiceTable::empty(), rows }
    }

    /// The first rule that matches.
    #[inline]
    pub fn decide(&self, from: IdentityId, to: IdentityId, protocol: u8, port: u16) -> Option<PolicyRuleId> {
        self.rows.first_common(self.from.row(from), self.to.row(to), self.services.row(protocol, port))
    }

    /// The rows that a rule's whole reach is in: a rule whose bit is set in all of them matches whatever it does.
    pub fn rows_of_rule<'a>(&'a self, rule: &'a RuleModel) -> impl Iterator<Item = RowId> + 'a {
        let services: Box<dyn Iterator<Item = RowId>> = match &rule.services {
            Services::Everything => Box::new(std::iter::once(self.services.everything())),
            Services::Of(list) => {
                Box::new(list.iter().flat_map(|s| self.services.rows(s.protocol, s.ports).iter().copied()))
            }
        };
        self.from.rows_of(&rule.from).chain(self.to.rows_of(&rule.to)).chain(services)
    }

    pub fn bits(&self, row: RowId) -> &[u64] {
        self.rows.bits(row)
    }

    pub fn bytes(&self) -> usize {
        size_of_val(&*self.from.rows)
            + size_of_val(&*self.to.rows)
            + self.services.bytes()
            + self.rows.bytes()
    }
}
