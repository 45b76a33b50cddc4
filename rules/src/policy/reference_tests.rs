use proptest::prelude::*;

use super::cidr::Prefix;
use super::compile::Policy;
use super::decision::{Action, Endpoint, IdentityId, Mode};
use super::limits::PolicyLimits;
use super::model::{
    DefaultAction, Identity, Match, Model, PolicyRule, RuleModel, Scope, Selector, Service, Services,
};
use super::reference;
use crate::diagnostic::Source;
use crate::origin::Origin;

/// Few identities, tenants, networks and ports, so that they meet.
const IDENTITIES: u32 = 8;

fn nowhere() -> Origin {
    Origin { source: Source::new("model", ""), span: 0..0, line: 1 }
}

fn any_address() -> impl Strategy<Value = [u8; 16]> {
    prop_oneof![
        (0..4u8, any::<u8>())
            .prop_map(|(c, d)| std::net::Ipv4Addr::new(10, 1, c, d).to_ipv6_mapped().octets()),
        (0..4u16, any::<u16>())
            .prop_map(|(g, h)| std::net::Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, g, h).octets()),
    ]
}

fn any_prefix() -> impl Strategy<Value = Prefix> {
    (any_address(), 0..=24u32).prop_map(|(address, host_bits)| match super::cidr::v4_of(&address) {
        Some(v4) => {
            let host = (1u32 << host_bits) - 1;
            Prefix::V4 { first: v4 & !host, last: v4 | host }
        }
        None => {
            let (number, host) = (u128::from_be_bytes(address), (1u128 << host_bits) - 1);
            Prefix::V6 { first: number & !host, last: number | host }
        }
    })
}

fn any_scope() -> impl Strategy<Value = Scope> {
    prop_oneof![
        2 => Just(Scope::Everywhere),
        1 => (1..4u16).prop_map(Scope::Vlan),
        1 => (1..4u32).prop_map(Scope::Vni),
    ]
}

fn any_matches() -> impl Strategy<Value = Vec<Match>> {
    prop::collection::vec((any_scope(), prop::option::weighted(0.9, any_prefix()), 1..IDENTITIES), 0..60)
        .prop_map(|list| {
            let mut matches: Vec<Match> = list
                .into_iter()
                .filter(|(scope, prefix, _)| *scope != Scope::Everywhere || prefix.is_some())
                .map(|(scope, prefix, id)| Match {
                    scope,
                    prefix,
                    identity: IdentityId(id),
                    origin: nowhere(),
                })
                .collect();
            // A network of a tenant has one identity; loading sees to it.
            matches.sort_by_key(|found| (found.scope, found.prefix));
            matches.dedup_by_key(|found| (found.scope, found.prefix));
            matches
        })
}

fn any_selector() -> impl Strategy<Value = Selector> {
    prop_oneof![
        1 => Just(Selector::Any),
        3 => prop::collection::vec((0..IDENTITIES).prop_map(IdentityId), 1..4).prop_map(Selector::Of),
    ]
}

fn any_service() -> impl Strategy<Value = Service> {
    let port = || prop_oneof![Just(0u16), Just(u16::MAX), 0..12u16];
    (prop::sample::select(vec![6u8, 17, 0, 254]), port(), port())
        .prop_map(|(protocol, a, b)| Service { protocol, ports: (a.min(b), a.max(b)) })
}

fn any_rule() -> impl Strategy<Value = RuleModel> {
    let services = prop_oneof![
        1 => Just(Services::Everything),
        3 => prop::collection::vec(any_service(), 1..4).prop_map(Services::Of),
    ];
    let action = prop::sample::select(vec![Action::Allow, Action::Deny, Action::Reject, Action::Alert]);
    let mode = prop::sample::select(vec![Mode::Enforce, Mode::Observe]);
    (any_selector(), any_selector(), services, action, mode).prop_map(|(from, to, services, action, mode)| {
        let rule = PolicyRule { name: "rule".into(), action, mode, origin: nowhere() };
        RuleModel { from, to, services, rule }
    })
}

fn model(default: DefaultAction, matches: Vec<Match>, rules: Vec<RuleModel>) -> Model {
    let identities = (0..IDENTITIES).map(|n| Identity { name: n.to_string().into(), origin: None }).collect();
    Model { default, identities, matches, rules }
}

fn compile(model: &Model) -> (Policy, Vec<(u32, u32)>) {
    let (policy, shadows) = Policy::compile(model.clone(), &PolicyLimits::default()).expect("it is small");
    (policy, shadows.into_iter().map(|(later, earlier)| (later.0, earlier.0)).collect())
}

proptest! {
    #[test]
    fn identities_agree_with_the_reference(
        matches in any_matches(),
        endpoints in prop::collection::vec((any_address(), [0..4u16, 0..4u16], 0..4u32), 1..60),
    ) {
        let model = model(DefaultAction::Deny, matches, Vec::new());
        let (policy, _) = compile(&model);
        for (address, vlan, vni) in endpoints {
            let endpoint = Endpoint { address, vlan, vni };
            prop_assert_eq!(policy.identify(&endpoint), reference::identify(&model, &endpoint), "{:?}", endpoint);
        }
    }

    /// Over 64 rules and over 4,096 there is more than one word and more than one word of summary.
    #[test]
    fn decisions_agree_with_the_reference(
        rules in prop_oneof![
            3 => prop::collection::vec(any_rule(), 0..10),
            1 => prop::collection::vec(any_rule(), 60..140),
        ],
        padding in prop::sample::select(vec![0usize, 64, 4100]),
        default in prop::sample::select(vec![DefaultAction::Allow, DefaultAction::Deny, DefaultAction::Reject]),
    ) {
        // Rules that no packet below matches.
        let never = Services::Of(vec![Service { protocol: 99, ports: (1, 1) }]);
        let mut all: Vec<RuleModel> = rules.first().cloned().into_iter().cycle().take(padding).collect();
        all.iter_mut().for_each(|rule| rule.services = never.clone());
        all.extend(rules);
        let model = model(default, Vec::new(), all);
        let (policy, shadows) = compile(&model);
        for from in (0..IDENTITIES).map(IdentityId) {
            for to in (0..IDENTITIES).map(IdentityId) {
                for protocol in [6, 17, 0, 254, 1] {
                    for port in [0, 1, 5, 11, 12, u16::MAX] {
                        let expected = reference::decide(&model, from, to, protocol, port);
                        prop_assert_eq!(policy.decide(from, to, protocol, port), expected);
                        let shadowed = expected.rule.and_then(|rule| shadows.iter().find(|(later, _)| *later == rule.0));
                        prop_assert_eq!(shadowed, None, "a shadowed rule decided");
                    }
                }
            }
        }
    }
}

#[test]
fn an_identity_of_another_generation_is_treated_as_anybody() {
    let rule = |from, to| RuleModel {
        from,
        to,
        services: Services::Everything,
        rule: PolicyRule { name: "r".into(), action: Action::Reject, mode: Mode::Enforce, origin: nowhere() },
    };
    let named = Selector::Of(vec![IdentityId(1)]);
    let model = model(
        DefaultAction::Allow,
        Vec::new(),
        vec![rule(named.clone(), named), rule(Selector::Any, Selector::Any)],
    );
    let (policy, _) = compile(&model);
    let decision = policy.decide(IdentityId(1000), IdentityId(1), 6, 80);
    assert_eq!(decision.rule.map(|rule| rule.0), Some(1));
    assert_eq!(policy.identity_name(IdentityId(1000)), "unknown");
}

#[test]
fn without_a_policy_everything_is_allowed() {
    let policy = Policy::allow_all();
    let endpoint = Endpoint { address: [7; 16], vlan: [1, 2], vni: 3 };
    assert_eq!(policy.identify(&endpoint), IdentityId::UNKNOWN);
    let decision = policy.decide(IdentityId::UNKNOWN, IdentityId::UNKNOWN, 6, 80);
    assert_eq!((decision.action, decision.rule), (Action::Allow, None));
    assert_eq!(policy.identity_name(IdentityId::UNKNOWN), "unknown");
    assert_eq!(policy.summary().identities, 0);
}
