//! `multipart/form-data` (RFC 7578, RFC 2046 §5.1): the parts of a body, as its bytes come, and the names of files.
//!
//! Nothing of a part is held or copied but its headers. It knows no protocol.

mod disposition;
mod parts;
#[cfg(test)]
mod parts_tests;

pub use disposition::{file_names, parameter};
pub use parts::{Multipart, MultipartLimits, Told, Trouble};
