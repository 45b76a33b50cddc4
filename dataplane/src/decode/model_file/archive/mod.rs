//! Files that hold files: ZIP (PyTorch, npz, Keras), tar (PyTorch before 0.1.10), gzip and zlib (joblib).
//!
//! Each member is looked at as a file of its own, by its contents, whatever its name is.

mod member;
mod packed;
mod tar;
#[cfg(test)]
mod tests;
mod zip;
mod zip_header;

pub(super) use packed::Packed;
pub(super) use tar::Tar;
pub(super) use zip::Zip;
