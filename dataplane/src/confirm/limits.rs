//! How much an evaluation may do, and what it did.

/// The most that evaluations may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps for one value: conditions evaluated, and one for each [`BYTES_PER_STEP`] bytes that they search.
    pub steps: u32,
    /// PCRE's match limit for one run of an expression: how often its matching function may be entered.
    pub regex_matches: u32,
    /// PCRE's depth limit for one run: how far its backtracking may nest.
    pub regex_depth: u32,
    /// Kibibytes that PCRE's interpreter may take for one run.
    pub regex_heap: u32,
    /// Bytes that a transform or `base64_decode` may give; what is behind is cut.
    pub transformed: usize,
    /// Bytes of all groups of expressions that are kept for one signature.
    pub captured: usize,
}

/// Bytes that are searched in one step.
pub const BYTES_PER_STEP: usize = 256;

/// Conditions that one buffer of a signature may have. Evaluation nests as deep as a signature has conditions.
pub const MAX_CONDITIONS: usize = 256;

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            steps: 20_000,
            regex_matches: 3_500,
            regex_depth: 1_500,
            regex_heap: 1_024,
            transformed: 256 * 1024,
            captured: 4_096,
        }
    }
}

/// What evaluations did, since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Values that were asked about.
    pub evaluations: u64,
    /// Of them those that matched.
    pub matches: u64,
    /// Steps.
    pub steps: u64,
    /// Runs of expressions.
    pub regex_runs: u64,
    /// Runs that PCRE gave up for a limit or an error; they do not match.
    pub regex_limits: u64,
    /// Evaluations that took too many steps; they do not match.
    pub step_limits: u64,
    /// Transformed or decoded values that were cut.
    pub cut: u64,
    /// Groups of expressions that were not kept.
    pub captures_lost: u64,
    /// Values that a `dataset` would have been given, but it was full.
    pub datasets_full: u64,
}

/// What is left of the steps of an evaluation.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Budget {
    left: u32,
    exhausted: bool,
}

impl Budget {
    pub(super) const fn new(steps: u32) -> Budget {
        Budget { left: steps, exhausted: false }
    }

    /// Takes a step that looks at `bytes` bytes; none where nothing is left.
    #[inline]
    pub(super) fn spend(&mut self, bytes: usize) -> Option<()> {
        let steps = u32::try_from(bytes / BYTES_PER_STEP).unwrap_or(u32::MAX).saturating_add(1);
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                Some(())
            }
            None => {
                self.exhausted = true;
                None
            }
        }
    }

    /// Whether a step was refused.
    pub(super) const fn is_exhausted(self) -> bool {
        self.exhausted
    }

    /// Steps that are left.
    pub(super) const fn left(self) -> u32 {
        self.left
    }
}
