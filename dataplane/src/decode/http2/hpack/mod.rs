//! HPACK (RFC 7541): the compression of header fields, undone.
//!
//! ```text
//!  1xxxxxxx  an indexed field (§6.1)
//!  01xxxxxx  a literal that enters the dynamic table (§6.2.1)
//!  001xxxxx  a new size of the dynamic table (§6.3)
//!  000?xxxx  a literal that does not enter it (§6.2.2, §6.2.3)
//! ```
//!
//! A [`Hpack`] holds the dynamic table of one direction of a connection. It takes header blocks in pieces and gives a
//! list of fields, both within limits. What is wrong with one field does not stop it; where it can't know any more where
//! fields begin, it says so.

mod decoder;
#[cfg(test)]
mod decoder_tests;
mod huffman;
mod integer;
mod list;
mod static_table;
mod table;

pub(super) use decoder::{Hpack, HpackLimits, Note};
pub(super) use list::HeaderList;
