//! Protocol Buffers (the wire format of protobuf.dev/programming-guides/encoding) as they arrive: no message is built, and
//! what is of no interest is stepped over.
//!
//! Which fields are of interest is written as paths of field numbers ([`Shape`]): the wire does not say names, and not
//! even whether bytes are a text or another message.
//!
//! ```text
//!  5.2     field 2 of the message in field 5        5.8[]   as 5.8, of which there may be several: paths don't tell them
//!                                                           apart, so this is written 5.8, too
//! ```

mod shape;
mod walk;

pub use shape::{NodeId, Shape};
pub use walk::{MAX_DEPTH, Protobuf, Trouble, Visitor};
