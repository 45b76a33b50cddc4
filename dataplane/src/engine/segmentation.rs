//! The stage that decides who may talk to whom, once for a flow and again when the policy changes.

use weir_rules::field::FieldId;
use weir_rules::policy::{Action, Endpoint, IdentityId, Mode as RuleMode, Policy, PolicyRuleId};

use super::rules::WorkerRules;
use crate::detect::has_ports;
use crate::flow::{CachedVerdict, Direction, FlowKey, Side};
use crate::packet::{Address, IpProtocol};

/// What policy says of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segmented {
    pub from: IdentityId,
    pub to: IdentityId,
    pub rule: Option<PolicyRuleId>,
    pub ruling: Ruling,
}

/// In which form a flow's packets are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ruling {
    /// Allowed.
    Allow,
    /// Allowed and reported.
    AllowAndAlert,
    /// Would be denied or rejected, by a rule that only observes.
    WouldDeny(Denial),
    /// Denied or rejected.
    Deny(Denial),
}

/// How a denial shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denial {
    Silent,
    Reject,
}

/// Looks up both identities and the rule for them.
pub(super) fn segment(policy: &Policy, key: &FlowKey, initiator: Side) -> Segmented {
    let (outer, inner, vni) = key.tenant_parts();
    let identify =
        |address: Address| policy.identify(&Endpoint { address: address.0, vlan: [outer, inner], vni });
    let (client, _) = key.endpoint(initiator);
    let (server, port) = key.endpoint(initiator.other());
    let (from, to) = (identify(client), identify(server));
    let port = if has_ports(key.protocol) { port } else { 0 };
    let decision = policy.decide(from, to, key.protocol.0, port);
    let ruling = match (decision.action, decision.mode) {
        (Action::Allow, _) => Ruling::Allow,
        (Action::Alert, _) => Ruling::AllowAndAlert,
        (Action::Deny, RuleMode::Enforce) => Ruling::Deny(Denial::Silent),
        (Action::Reject, RuleMode::Enforce) => Ruling::Deny(Denial::Reject),
        (Action::Deny, RuleMode::Observe) => Ruling::WouldDeny(Denial::Silent),
        (Action::Reject, RuleMode::Observe) => Ruling::WouldDeny(Denial::Reject),
    };
    Segmented { from, to, rule: decision.rule, ruling }
}

/// Whether what is said in flows is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Logged {
    Yes,
    No,
}

/// What becomes of the packets of an allowed flow: a flow that no signature looks at need not be looked at.
pub(super) fn allowed(rules: &WorkerRules, protocol: IpProtocol, logged: Logged) -> CachedVerdict {
    let field = field_of(protocol);
    let wanted = logged == Logged::Yes
        || !rules.ruleset.databases.header_only().is_empty()
        || rules.ruleset.detect.is_wanted()
        || [Direction::ToServer, Direction::ToClient].into_iter().any(|d| rules.inspector.wants(field, d));
    if wanted { CachedVerdict::Inspect } else { CachedVerdict::Forward }
}

/// The field that a transport's payload is.
pub(super) fn field_of(protocol: IpProtocol) -> FieldId {
    match protocol {
        IpProtocol::TCP => FieldId::TcpStream,
        IpProtocol::UDP => FieldId::UdpPayload,
        _ => FieldId::PacketPayload,
    }
}
