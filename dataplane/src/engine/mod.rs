//! The engine: frames in, decisions out. It knows bytes and times, and neither DPDK nor clocks nor files, so the
//! worker, the tests and the fuzzers all drive the same code.

mod enforcement;
mod fragments;
mod frame;
mod inspection;
mod judgement;
mod lifecycle;
mod pipeline;
mod report;
mod reporting;
mod rules;
#[cfg(test)]
mod scenario;
mod scoring;
mod segmentation;
mod settings;
mod settled;
mod settlement;
mod stray;
mod transactions;
mod transport;

pub use frame::{Checksum, Decision, Frame};
pub use pipeline::{BURST_CAPACITY, Engine, EngineSizes};
pub use rules::WorkerRules;
pub use settings::{EngineSettings, FailSafe, FlowEvents, Midstream, Mode, Spread, UnseenAcks, WireSettings};
