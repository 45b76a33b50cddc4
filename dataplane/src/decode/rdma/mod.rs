//! RoCEv2: what hosts read from and write to each other's memory (InfiniBand Architecture 1.4 vol. 1, annex A17).
//!
//! A UDP datagram to port 4791 carries a transport packet of InfiniBand:
//!
//! ```text
//!  BTH 12 │ extension headers, as the opcode says │ payload │ pad 0-3 │ ICRC 4
//!  opcode, P_Key, queue pair, PSN    RETH: address, R_Key, length    not looked at
//! ```
//!
//! Each packet stands for itself, and its headers are all that is looked at: a packet of 4 KiB costs what one of 64 bytes
//! does. The ICRC has to be there; it is not reckoned, as it takes the whole packet and the receiver does so. Packets of
//! the connection manager, which go to queue pair 1, are read further ([`management`]).

mod base_transport;
mod config;
mod datagram;
mod event;
mod extension;
mod management;
mod opcode;
#[cfg(test)]
mod rdma_tests;

pub use config::RdmaConfig;
pub use datagram::Rdma;
pub use event::RdmaEvent;
