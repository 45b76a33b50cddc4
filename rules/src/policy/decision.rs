//! What the data plane asks, and what it is told.

use serde::Deserialize;

/// One end of a flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// The address; IPv4 as `::ffff:a.b.c.d` (RFC 4291 §2.5.5.2).
    pub address: [u8; 16],
    /// VLAN ids (IEEE 802.1Q), the outer one first; zero for none.
    pub vlan: [u16; 2],
    /// The virtual network of a tunnel (RFC 7348, RFC 8926); zero for none.
    pub vni: u32,
}

/// An identity, by its position in the policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityId(pub u32);

impl IdentityId {
    /// Whatever no identity matches. Rules call it `unknown`.
    pub const UNKNOWN: IdentityId = IdentityId(0);

    /// The position in tables.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A rule, by its position in the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyRuleId(pub u32);

/// What becomes of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is forwarded.
    Allow,
    /// It vanishes.
    Deny,
    /// It vanishes, and the ends are told.
    Reject,
    /// It is forwarded and reported.
    Alert,
}

impl Action {
    /// The word in a policy.
    pub const fn name(self) -> &'static str {
        match self {
            Action::Allow => "allow",
            Action::Deny => "deny",
            Action::Reject => "reject",
            Action::Alert => "alert",
        }
    }
}

/// Whether a rule takes effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It does.
    #[default]
    Enforce,
    /// What it would do is reported, and not done.
    Observe,
}

impl Mode {
    /// The word in a policy.
    pub const fn name(self) -> &'static str {
        match self {
            Mode::Enforce => "enforce",
            Mode::Observe => "observe",
        }
    }
}

/// What a policy says of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What becomes of it.
    pub action: Action,
    /// Whether that takes effect.
    pub mode: Mode,
    /// The rule that says so; `None` for the default.
    pub rule: Option<PolicyRuleId>,
}
