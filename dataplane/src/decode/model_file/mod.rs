//! Model files in flight: pickles (alone, in PyTorch's and numpy's archives, of joblib), safetensors, GGUF, ONNX, HDF5,
//! Keras and SavedModel, told apart by what is in them and not by their names.
//!
//! A file comes in pieces of any size, as `file.data` or a body. What is told is told as soon as the bytes are there: a
//! dangerous import when its name has come, long before the file is whole. Nothing of the file is loaded, run or looked
//! up, and what is kept of it is bounded ([`ModelFileLimits`]).
//!
//! ```text
//! ModelFile ─► Content ─► recognise ─► a Layer for each format ─► Report ─► Told
//!                 ▲                          │
//!                 └── a member of an archive ┘
//! ```

mod archive;
mod content;
mod file;
mod gguf;
mod keras;
mod layer;
mod limits;
mod numpy;
mod pickle;
#[cfg(test)]
mod pickle_tests;
mod protobuf;
mod recognise;
mod report;
mod safetensors;
#[cfg(test)]
mod samples_tests;
#[cfg(test)]
mod test_run;
mod tokens;
mod told;

pub use file::ModelFile;
pub use limits::ModelFileLimits;
pub use told::{Oddity, Told};
