//! A policy after its names are resolved and before it is compiled. The tables are built from it, and the reference in
//! the tests interprets it as it stands.

use serde::Deserialize;

use super::cidr::Prefix;
use super::decision::{Action, IdentityId, Mode};
use crate::origin::Origin;

/// What becomes of a flow that no rule matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DefaultAction {
    /// It is forwarded.
    Allow,
    /// It vanishes.
    #[default]
    Deny,
    /// It vanishes, and the ends are told.
    Reject,
}

impl DefaultAction {
    pub(super) const fn action(self) -> Action {
        match self {
            DefaultAction::Allow => Action::Allow,
            DefaultAction::Deny => Action::Deny,
            DefaultAction::Reject => Action::Reject,
        }
    }
}

/// An identity.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Its name.
    pub name: Box<str>,
    /// Where it is defined; `None` for `unknown`.
    pub origin: Option<Origin>,
}

/// A rule, as far as people are concerned.
#[derive(Clone, Debug)]
pub struct PolicyRule {
    /// Its name.
    pub name: Box<str>,
    /// What it does.
    pub action: Action,
    /// Whether that takes effect.
    pub mode: Mode,
    /// Where it is written.
    pub origin: Origin,
}

/// In which part of the network an address is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Scope {
    Everywhere,
    Vlan(u16),
    Vni(u32),
}

/// What belongs to an identity.
#[derive(Clone, Debug)]
pub(super) struct Match {
    pub scope: Scope,
    /// `None` for the whole scope.
    pub prefix: Option<Prefix>,
    pub identity: IdentityId,
    pub origin: Origin,
}

/// Whom a side of a rule means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Selector {
    Any,
    Of(Vec<IdentityId>),
}

impl Selector {
    #[cfg(test)]
    pub fn covers(&self, identity: IdentityId) -> bool {
        match self {
            Selector::Any => true,
            Selector::Of(list) => list.contains(&identity),
        }
    }
}

/// Ports of a protocol; first and last are included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Service {
    pub protocol: u8,
    pub ports: (u16, u16),
}

/// What a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Services {
    Everything,
    Of(Vec<Service>),
}

#[derive(Clone, Debug)]
pub(super) struct RuleModel {
    pub from: Selector,
    pub to: Selector,
    pub services: Services,
    pub rule: PolicyRule,
}

/// A whole policy.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub default: DefaultAction,
    /// The first is `unknown`.
    pub identities: Vec<Identity>,
    pub matches: Vec<Match>,
    pub rules: Vec<RuleModel>,
}
