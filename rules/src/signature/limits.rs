//! How much of everything a rule file may hold. Rule files come from feeds; a broken or hostile one must not take the
//! machine down.

/// Limits of loading. The defaults are far above what the rule sets in the wild need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one rule, its continuation lines included.
    pub rule_bytes: usize,
    /// Rules of all files together.
    pub rules: usize,
    /// Options of one rule.
    pub options: usize,
    /// `content`, `pcre` and the like of one rule.
    pub conditions: usize,
    /// Brackets within brackets, and variables within variables, of addresses and ports.
    pub nesting: usize,
    /// Bytes of one `pcre`.
    pub regex_bytes: usize,
    /// Mistakes of one rule after which the rest of it is not read.
    pub mistakes: usize,
    /// Findings that are reported for one load; further ones are counted as failed rules only.
    pub diagnostics: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            rule_bytes: 64 * 1024,
            rules: 1_000_000,
            options: 512,
            conditions: 256,
            nesting: 16,
            regex_bytes: 8 * 1024,
            mistakes: 16,
            diagnostics: 100_000,
        }
    }
}
