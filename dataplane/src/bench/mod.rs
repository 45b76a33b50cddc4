//! Measures the pipeline, and in the same run the two ceilings it is judged by.
//!
//! * The **null loop** receives and sends the same frames with no stage in between: the ceiling of forwarding.
//! * **Hyperscan alone** scans the same pieces in the same order with the same databases: the ceiling of inspection.
//!
//! All three take turns in short rounds, and medians of rounds are compared, so that whatever else the machine does
//! falls on all of them alike. A ratio of one run says more than the absolute numbers of two.

mod bench_io;
mod capture_traffic;
mod live_traffic;
mod machine;
mod null_loop;
mod readdress;
mod report;
mod rounds;
mod run;
mod scan_alone;
mod traffic;

pub use capture_traffic::{CaptureTraffic, LoadError, MAX_CAPTURE_BYTES};
pub use live_traffic::LiveTraffic;
pub use machine::Machine;
pub use readdress::Addresses;
pub use report::{BenchReport, WorkerReport};
pub use run::{BenchError, BenchOptions, bench};
pub use traffic::{FlowLife, Traffic};
