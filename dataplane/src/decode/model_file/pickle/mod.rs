//! Pickles (Python's `pickle`, protocols 0 to 5): what they import and run, told as it comes.
//!
//! ```text
//! bytes ─► decoder ─► opcode with its argument ─► machine (stack, memo) ─► voice ─► report
//! ```
//!
//! A pickle is a program for a small stack machine. `decoder` cuts it into opcodes, whatever pieces it comes in;
//! `machine` runs them for the names of what is imported only; `voice` holds what there is to say until it is sure that
//! this is a pickle. A pickle behind another (as in the files of old versions of `torch.save`) is one of its own.

mod array;
mod decoder;
pub(super) mod escape;
mod machine;
mod memo;
mod name;
mod opcode;
mod sign;
mod stack;
mod texts;
mod value;
mod voice;

pub(super) use decoder::Pickle;
pub(super) use opcode::can_begin;
