//! The wheel against a list of deadlines.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::wheel::Wheel;
use crate::time::Nanos;

const MEMBERS: u32 = 12;
const TICK: u64 = 1000;
/// A little more than two revolutions.
const FAR: u64 = TICK * 9000;

#[derive(Clone, Debug)]
enum Step {
    Arm {
        member: u32,
        after: u64,
    },
    /// The deadline moves on, and the wheel is not told.
    Postpone {
        member: u32,
        by: u64,
    },
    Disarm {
        member: u32,
    },
    Advance {
        by: u64,
    },
    SetBack {
        by: u64,
    },
}

/// Short, long and very long spans of time.
fn span() -> impl Strategy<Value = u64> {
    prop_oneof![0..TICK * 3, 0..FAR, Just(FAR * 1000)]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..MEMBERS, span()).prop_map(|(member, after)| Step::Arm { member, after }),
        2 => (0..MEMBERS, span()).prop_map(|(member, by)| Step::Postpone { member, by }),
        1 => (0..MEMBERS).prop_map(|member| Step::Disarm { member }),
        3 => span().prop_map(|by| Step::Advance { by }),
    ]
}

fn step_back() -> impl Strategy<Value = Step> {
    prop_oneof![4 => step(), 1 => span().prop_map(|by| Step::SetBack { by })]
}

/// The wheel as its table uses it, and the deadlines it is to keep.
struct Watched {
    wheel: Wheel,
    deadlines: BTreeMap<u32, u64>,
    now: u64,
}

impl Watched {
    fn new() -> Watched {
        let wheel = Wheel::new(MEMBERS, Duration::from_nanos(TICK));
        Watched { wheel, deadlines: BTreeMap::new(), now: FAR * 5 }
    }

    fn apply(&mut self, step: &Step) {
        match *step {
            Step::Arm { member, after } => {
                self.deadlines.insert(member, self.now + after);
                self.wheel.arm(member, Nanos(self.now + after));
            }
            Step::Postpone { member, by } => {
                self.deadlines.entry(member).and_modify(|deadline| *deadline += by);
            }
            Step::Disarm { member } => {
                self.deadlines.remove(&member);
                self.wheel.disarm(member);
            }
            Step::Advance { by } => self.now += by,
            Step::SetBack { by } => self.now = self.now.saturating_sub(by),
        }
    }

    /// Takes out what is over; returns how many members were looked at.
    fn drain(&mut self) -> Result<usize, TestCaseError> {
        let mut visits = 0;
        while let Some(member) = self.wheel.pop_due(Nanos(self.now)) {
            visits += 1;
            let deadline = self.deadlines.get(&member).copied();
            prop_assert!(deadline.is_some(), "{} is not in the wheel", member);
            let deadline = deadline.unwrap_or_default();
            if deadline <= self.now {
                self.deadlines.remove(&member);
            } else {
                self.wheel.arm(member, Nanos(deadline));
            }
        }
        Ok(visits)
    }
}

proptest! {
    /// While time goes on, whether by steps or by leaps, nothing comes early and nothing is late by a tick.
    #[test]
    fn deadlines_are_kept(steps in prop::collection::vec(step(), 0..80)) {
        let mut watched = Watched::new();
        for step in &steps {
            watched.apply(step);
            let visits = watched.drain()?;
            prop_assert!(visits <= 2 * MEMBERS as usize, "{} visits", visits);
            let late = watched.deadlines.values().find(|&&deadline| deadline + TICK <= watched.now);
            prop_assert!(late.is_none(), "{:?} is late at {}", late, watched.now);
        }
    }

    /// Whatever the clock did, one revolution of steady time brings up all that is over.
    #[test]
    fn nothing_is_lost_when_the_clock_is_set_back(steps in prop::collection::vec(step_back(), 0..80)) {
        let mut watched = Watched::new();
        for step in &steps {
            watched.apply(step);
            watched.drain()?;
        }
        let due: Vec<u32> =
            watched.deadlines.iter().filter(|(_, deadline)| **deadline <= watched.now).map(|(member, _)| *member).collect();
        for _ in 0..4096 {
            watched.now += TICK;
            watched.drain()?;
        }
        for member in due {
            prop_assert!(!watched.deadlines.contains_key(&member), "{} was lost", member);
        }
    }
}

#[test]
fn a_granularity_of_zero_is_taken_for_a_nanosecond() {
    let mut wheel = Wheel::new(1, Duration::ZERO);
    wheel.arm(0, Nanos(u64::MAX));
    assert_eq!(wheel.pop_due(Nanos(5)), None);
    assert_eq!(wheel.pop_due(Nanos(u64::MAX)), Some(0));
    assert_eq!(wheel.pop_due(Nanos(u64::MAX)), None);
}
