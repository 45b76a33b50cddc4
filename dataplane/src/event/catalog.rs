//! The names behind the numbers of an event.

use std::sync::Arc;

use weir_rules::policy::Policy;
use weir_rules::signature::SignatureSet;

use crate::confirm::Sets;

/// Numbers the rule sets that were in force, from 1; it wraps after four billion reloads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub u32);

impl Generation {
    /// The one after this.
    #[must_use]
    pub const fn next(self) -> Generation {
        Generation(self.0.wrapping_add(1))
    }

    /// What a flow record keeps of it.
    pub const fn tag(self) -> u16 {
        self.0 as u16
    }

    /// The latest generation, not after this one, with a tag.
    #[must_use]
    pub const fn latest_with(self, tag: u16) -> Generation {
        Generation(self.0.wrapping_sub(self.tag().wrapping_sub(tag) as u32))
    }
}

/// What the writer needs to name the rules, identities and wires of one generation.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// Which one.
    pub generation: Generation,
    /// The signatures.
    pub signatures: Arc<SignatureSet>,
    /// The segmentation policy.
    pub policy: Arc<Policy>,
    /// The sets that signatures ask for.
    pub sets: Arc<Sets>,
    /// Names of the wires, by their id.
    pub wires: Arc<[String]>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_names_the_latest_generation_that_has_it() {
        for (now, then) in [(7, 7), (7, 5), (0x1_0003, 0xffff), (0x1_0003, 0x1_0003)] {
            assert_eq!(Generation(now).latest_with(Generation(then).tag()), Generation(then));
        }
    }
}
