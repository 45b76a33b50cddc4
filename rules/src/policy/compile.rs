//! The compiled policy.

use std::sync::Arc;

use super::decision::{Decision, Endpoint, IdentityId, Mode, PolicyRuleId};
use super::identities::Identities;
use super::limits::PolicyLimits;
use super::matrix::Matrix;
use super::model::{DefaultAction, Identity, Model, PolicyRule};
use super::rows::TooLarge;
use super::{load, resolve};
use crate::diagnostic::{Diagnostic, Source};

/// A segmentation policy, compiled: immutable, and shared by all workers.
#[derive(Debug)]
pub struct Policy {
    default: DefaultAction,
    identities: Identities,
    matrix: Matrix,
    /// Action and mode of each rule, apart from their names so that they stay in cache.
    effects: Box<[Decision]>,
    names: Box<[Identity]>,
    rules: Box<[PolicyRule]>,
    matches: usize,
}

/// The size of a policy, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicySummary {
    /// Identities, without `unknown`.
    pub identities: usize,
    /// Matches of all identities.
    pub matches: usize,
    /// Tenants with matches of their own, and the network at large.
    pub scopes: usize,
    /// Rules.
    pub rules: usize,
    /// Bytes of all tables.
    pub table_bytes: usize,
}

impl Policy {
    /// Compiles policy files: their identities and rules one after the other. With any error there is no policy; what
    /// comes with a policy are warnings.
    pub fn load(sources: &[Arc<Source>]) -> Result<(Policy, Vec<Diagnostic>), Vec<Diagnostic>> {
        load::load(sources, &PolicyLimits::default())
    }

    /// As [`Policy::load`], with limits of one's own.
    pub fn load_with(
        sources: &[Arc<Source>],
        limits: &PolicyLimits,
    ) -> Result<(Policy, Vec<Diagnostic>), Vec<Diagnostic>> {
        load::load(sources, limits)
    }

    /// The policy where there is none: everybody is unknown and may talk to everybody.
    pub fn allow_all() -> Policy {
        let model = Model { default: DefaultAction::Allow, ..resolve::empty_model() };
        Policy::assemble(model, Identities::build(&[]), Matrix::empty())
    }

    pub(super) fn compile(model: Model, limits: &PolicyLimits) -> Result<(Policy, Shadows), TooLarge> {
        let identities = Identities::build(&model.matches);
        let matrix = Matrix::build(&model.rules, model.identities.len(), limits.table_bytes)?;
        let shadows = super::shadow::shadowed(&model, &matrix);
        Ok((Policy::assemble(model, identities, matrix), shadows))
    }

    fn assemble(model: Model, identities: Identities, matrix: Matrix) -> Policy {
        let matches = model.matches.len();
        let rules: Box<[PolicyRule]> = model.rules.into_iter().map(|model| model.rule).collect();
        let effects = rules
            .iter()
            .enumerate()
            .map(|(index, rule)| Decision {
                action: rule.action,
                mode: rule.mode,
                rule: Some(PolicyRuleId(index as u32)),
            })
            .collect();
        let names = model.identities.into();
        Policy { default: model.default, identities, matrix, effects, names, rules, matches }
    }

    /// Who an endpoint is: the longest prefix in the most specific scope, `vni` before `vlan` before neither.
    #[inline]
    pub fn identify(&self, endpoint: &Endpoint) -> IdentityId {
        self.identities.identify(endpoint)
    }

    /// What becomes of a flow from one identity to another, by IP protocol (IANA's number) and the port of the
    /// receiver (zero where the protocol has none): the first rule that matches, else the default.
    #[inline]
    pub fn decide(&self, from: IdentityId, to: IdentityId, protocol: u8, port: u16) -> Decision {
        let rule = self.matrix.decide(from, to, protocol, port);
        match rule.and_then(|rule| self.effects.get(rule.0 as usize)) {
            Some(decision) => *decision,
            None => Decision { action: self.default.action(), mode: Mode::Enforce, rule: None },
        }
    }

    /// What becomes of a flow that no rule matches.
    pub fn default_action(&self) -> DefaultAction {
        self.default
    }

    /// Whether nobody is named and everything is allowed, as where there is no policy.
    pub fn is_trivial(&self) -> bool {
        self.identities().len() <= 1
            && self.rules().is_empty()
            && self.default_action() == DefaultAction::Allow
    }

    /// The name of an identity; `unknown` for one that is not of this policy.
    pub fn identity_name(&self, id: IdentityId) -> &str {
        self.names.get(id.index()).map_or(resolve::UNKNOWN, |identity| &identity.name)
    }

    /// The identity that is called `name`.
    pub fn identity_named(&self, name: &str) -> Option<IdentityId> {
        self.names.iter().position(|identity| &*identity.name == name).map(|at| IdentityId(at as u32))
    }

    /// A rule.
    pub fn rule(&self, id: PolicyRuleId) -> Option<&PolicyRule> {
        self.rules.get(id.0 as usize)
    }

    /// The identities; the position is the [`IdentityId`], and the first is `unknown`.
    pub fn identities(&self) -> &[Identity] {
        &self.names
    }

    /// The rules in order; the position is the [`PolicyRuleId`].
    pub fn rules(&self) -> &[PolicyRule] {
        &self.rules
    }

    /// How large it is.
    pub fn summary(&self) -> PolicySummary {
        PolicySummary {
            identities: self.names.len().saturating_sub(1),
            matches: self.matches,
            scopes: self.identities.scopes(),
            rules: self.rules.len(),
            table_bytes: self.identities.bytes() + self.matrix.bytes(),
        }
    }
}

/// Rules that an earlier one covers.
pub(super) type Shadows = Vec<(PolicyRuleId, PolicyRuleId)>;
