//! Packet captures as files: reading them for offline replay, and writing what came out.

mod input;
pub mod linktype;
mod pcap;
mod pcapng;
pub mod reader;
pub mod writer;

pub use linktype::LinkType;
pub use reader::{CaptureEnd, CaptureError, CaptureReader, CapturedFrame};
pub use writer::{CaptureWriteError, CaptureWriter};
