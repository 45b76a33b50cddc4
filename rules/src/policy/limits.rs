//! How large a policy may be.

/// Limits of compiling a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyLimits {
    /// Rules of all files together.
    pub rules: usize,
    /// Identities of all files together.
    pub identities: usize,
    /// Matches of all identities together.
    pub matches: usize,
    /// Bytes of the tables that rules compile to.
    pub table_bytes: usize,
    /// Nodes of one YAML file, aliases expanded.
    pub yaml_nodes: usize,
}

impl Default for PolicyLimits {
    fn default() -> PolicyLimits {
        PolicyLimits {
            rules: 65_536,
            identities: 1_000_000,
            matches: 4_000_000,
            table_bytes: 512 << 20,
            yaml_nodes: 16_000_000,
        }
    }
}
