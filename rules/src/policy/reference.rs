//! The policy as its description reads, interpreted: what the compiled tables must agree with.

use super::cidr::Prefix;
use super::decision::{Decision, Endpoint, IdentityId, Mode, PolicyRuleId};
use super::model::{Model, Scope, Services};

fn width(prefix: Option<Prefix>) -> u128 {
    match prefix {
        Some(Prefix::V4 { first, last }) => u128::from(last - first),
        Some(Prefix::V6 { first, last }) => last - first,
        None => unreachable!("only asked of prefixes"),
    }
}

fn within(model: &Model, scope: Scope, address: &[u8; 16]) -> Option<IdentityId> {
    let of_scope = || model.matches.iter().filter(|found| found.scope == scope);
    of_scope()
        .filter(|found| found.prefix.is_some_and(|prefix| prefix.covers(address)))
        .min_by_key(|found| width(found.prefix))
        .or_else(|| of_scope().find(|found| found.prefix.is_none()))
        .map(|found| found.identity)
}

pub(super) fn identify(model: &Model, endpoint: &Endpoint) -> IdentityId {
    let [outer, inner] = endpoint.vlan;
    let mut scopes = Vec::new();
    if endpoint.vni != 0 {
        scopes.push(Scope::Vni(endpoint.vni));
    }
    scopes.extend([inner, outer].into_iter().filter(|&vlan| vlan != 0).map(Scope::Vlan));
    scopes.push(Scope::Everywhere);
    scopes
        .into_iter()
        .find_map(|scope| within(model, scope, &endpoint.address))
        .unwrap_or(IdentityId::UNKNOWN)
}

pub(super) fn decide(model: &Model, from: IdentityId, to: IdentityId, protocol: u8, port: u16) -> Decision {
    for (index, rule) in model.rules.iter().enumerate() {
        let about = match &rule.services {
            Services::Everything => true,
            Services::Of(list) => list.iter().any(|service| {
                service.protocol == protocol && (service.ports.0..=service.ports.1).contains(&port)
            }),
        };
        if rule.from.covers(from) && rule.to.covers(to) && about {
            let rule_id = Some(PolicyRuleId(index as u32));
            return Decision { action: rule.rule.action, mode: rule.rule.mode, rule: rule_id };
        }
    }
    Decision { action: model.default.action(), mode: Mode::Enforce, rule: None }
}
