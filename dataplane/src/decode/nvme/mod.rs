//! NVMe over TCP (NVM Express TCP Transport 1.0; NVM Express over Fabrics 1.1): who reads and writes which remote disk.
//!
//! ```text
//!  type 1 │ flags 1 │ header length 1 │ data offset 1 │ length 4   │ rest of the header │ digest │ pad │ data │ digest
//!  ICReq ICResp                  a connection begins
//!  CapsuleCmd                    a command of 64 bytes; Connect says in 1024 bytes of data who wants what
//!  CapsuleResp                   how it ended, 16 bytes
//!  H2CData C2HData R2T           passed over
//!  H2CTermReq C2HTermReq         a connection ends, and why
//! ```
//!
//! Numbers are little-endian. Each command and each response is a transaction of its own: thousands can be under way, and
//! nothing is to be kept for them. Data are passed over by their length, and digests are not reckoned.

mod command;
mod config;
mod connect;
mod decoder;
mod event;
#[cfg(test)]
mod nvme_tests;
mod pdu;
mod recognise;

pub use config::NvmeConfig;
pub use decoder::Nvme;
pub use event::NvmeEvent;
pub(super) use recognise::{first_of_controller, first_of_host};
