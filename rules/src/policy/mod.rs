//! Segmentation policy: identities, and who of them may talk to whom.
//!
//! ```yaml
//! default: deny             # allow | deny | reject; deny where it is not given
//! identities:
//!   - name: trainers
//!     match:                # any of these
//!       - cidr: 10.1.0.0/16
//!       - { vni: 5001, cidr: 10.0.0.0/8 }
//!       - { vlan: 12 }
//! rules:                    # the first one that matches decides
//!   - name: gateway-to-models
//!     from: [gateway]       # names of identities, `unknown`, or `any`
//!     to: [inference]
//!     ports: [ {protocol: tcp, port: 8000}, {protocol: tcp, port: 9000-9010}, {protocol: icmp} ]
//!     action: allow         # allow | deny | reject | alert (allow and report)
//!     mode: enforce         # enforce | observe (report what would be done)
//! ```
//!
//! The data plane asks twice for a flow: [`Policy::identify`] for each end, and [`Policy::decide`] for the pair.

mod cidr;
mod compile;
mod decision;
mod document;
mod identities;
mod limits;
mod load;
mod matrix;
mod model;
mod ports;
mod prefix_map;
mod resolve;
mod rows;
mod services;
mod shadow;

#[cfg(test)]
mod load_tests;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod reference_tests;
#[cfg(test)]
mod schema_tests;

pub use compile::{Policy, PolicySummary};
pub use decision::{Action, Decision, Endpoint, IdentityId, Mode, PolicyRuleId};
pub use limits::PolicyLimits;
pub use model::{DefaultAction, Identity, PolicyRule};
