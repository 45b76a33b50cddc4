//! The running data plane: ports, workers, control.
//!
//! ```text
//!  ports ──▶ worker threads, one a core ──▶ event rings ──▶ writer thread
//!                 ▲ mailboxes
//!  signals ──▶ instance ◀── control socket
//! ```

mod control;
mod control_socket;
mod idle;
mod instance;
mod live_io;
mod ports;
mod reload;
mod report;
mod request;
mod spread;
mod worker_thread;

pub use control_socket::{ControlError, ask};
pub use instance::{Instance, StartError};
pub use ports::{PortsError, eal_config, start_eal};
pub use report::{PortReport, StatsReport, WorkerReport, nested};
pub use request::{Request, Response};
