//! Tunnels: what an IP packet carries, when that is a packet again.

mod geneve;
pub(super) mod gre;
pub(super) mod gtp;
mod ipip;
mod open;
mod vxlan;

pub use gtp::MAX_GTP_EXTENSIONS;
pub(super) use open::{Content, Opened, open};
