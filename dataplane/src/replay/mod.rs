//! Replays captures through the worker that also runs live: offline, deterministic, with time from the capture.

mod findings;
mod replay_io;
mod run;

pub use findings::{Finding, Findings};
pub use replay_io::{REPLAY_ROOM, ReplayIo};
pub use run::{ReplayError, ReplayOptions, ReplayReport, replay};
