//! Which flows are over by time.
//!
//! The wheel brings up each flow about when its deadline has come, and the record tells the deadline. In an emergency,
//! when established flows fill nearly all of the table, deadlines are earlier than the wheel knows; then established
//! flows are also searched one after another, a few in each call.

use super::record::FlowRecord;
use super::settings::FlowConfig;
use super::state::FlowPhase;
use super::table::{FlowId, FlowTable};
use super::timeouts::Pressure;
use crate::time::Nanos;

/// Established flows looked at in one call in an emergency.
const SWEEP: usize = 8;

impl FlowTable {
    /// Names a flow that is over by time; `budget` is how many may be looked at, and is counted down.
    ///
    /// To be called until it gives `None`, each time removing the flow that it named.
    pub fn expired(&mut self, now: Nanos, budget: &mut usize) -> Option<FlowId> {
        self.wheel_expired(now, budget).or_else(|| self.swept(now, budget))
    }

    /// Whether a flow is over by time though it was not removed yet, because the clock has jumped or the budget was
    /// short. A packet that finds such a flow begins a new one.
    pub fn timed_out(&mut self, id: FlowId, now: Nanos) -> bool {
        let over = self.is_over(id, now);
        if over {
            self.count_timeout(id);
        }
        over
    }

    /// When a flow is over if nothing more is seen of it.
    pub(super) fn deadline(&self, record: &FlowRecord) -> Nanos {
        record.last_seen + self.config.timeouts.of(record.key.protocol, record.phase(), self.pressure)
    }

    /// Whether that time has come.
    fn is_over(&self, id: FlowId, now: Nanos) -> bool {
        self.get(id).is_some_and(|record| self.deadline(record) <= now)
    }

    /// A flow that is over among those whose turn the wheel says it is.
    fn wheel_expired(&mut self, now: Nanos, budget: &mut usize) -> Option<FlowId> {
        while let Some(left) = budget.checked_sub(1) {
            let index = self.wheel.pop_due(now)?;
            *budget = left;
            let id = FlowId(index);
            let Some(record) = self.get_mut(id) else { continue };
            // By a clock that was set back, what was seen in the future was seen now.
            record.last_seen = record.last_seen.min(now);
            let deadline = self.get(id).map_or(now, |record| self.deadline(record));
            if deadline > now {
                self.wheel.arm(index, deadline);
                continue;
            }
            // Comes up again if it is not removed.
            self.wheel.arm(index, now + self.config.granularity);
            self.count_timeout(id);
            return Some(id);
        }
        None
    }

    /// In an emergency: a flow that the wheel will not come to soon, but which the emergency timeouts end.
    fn swept(&mut self, now: Nanos, budget: &mut usize) -> Option<FlowId> {
        if self.pressure == Pressure::Normal {
            return None;
        }
        // Those that wait for an answer or are over come in order of time; the others have to be searched.
        let oldest = [FlowPhase::New, FlowPhase::Closed].map(|phase| self.phases.first(phase.index() as u32));
        *budget = budget.checked_sub(1)?;
        let mut found = oldest.into_iter().flatten().map(FlowId).find(|&id| self.is_over(id, now));
        for _ in 0..SWEEP.min(*budget) {
            if found.is_some() {
                break;
            }
            *budget -= 1;
            let next = FlowId(self.rotate(FlowPhase::Established)?);
            found = Some(next).filter(|&id| self.is_over(id, now));
        }
        found.inspect(|&id| self.count_timeout(id))
    }

    /// Sees whether the emergency begins or is over.
    pub(super) fn update_pressure(&mut self) {
        // In hundredths of flows, so that nothing is divided.
        let established = self.level(FlowPhase::Established) * 100;
        let begins = usize::from(self.config.emergency_percent) * self.capacity();
        let relief = usize::from(FlowConfig::RELIEF_PERCENT) * self.capacity();
        if established >= begins && self.pressure == Pressure::Normal {
            self.pressure = Pressure::Emergency;
            self.counters.emergencies += 1;
        } else if established + relief < begins {
            self.pressure = Pressure::Normal;
        }
    }

    #[cold]
    fn count_timeout(&mut self, id: FlowId) {
        let phase = self.get(id).map(FlowRecord::phase).unwrap_or_default();
        if let Some(count) = self.counters.timed_out.get_mut(phase.index()) {
            *count += 1;
        }
    }
}
