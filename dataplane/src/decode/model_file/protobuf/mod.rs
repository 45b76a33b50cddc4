//! Models in protobuf: ONNX's ModelProto, and TensorFlow's SavedModel.
//!
//! Protobuf has no signature. What comes is walked as one of the two, by the fields that their messages have, and nothing
//! is told until what is in it could be in nothing else; what does not fit before that is of neither.

mod decoder;
mod message;
mod path;
#[cfg(test)]
mod tests;

pub(super) use decoder::Protobuf;
