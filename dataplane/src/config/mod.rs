//! The configuration file: parsed once into types, checked, and handed down.

pub mod events;
pub mod file;
pub mod load;
pub mod settings;
pub mod units;

pub use file::Config;
pub use load::{ConfigError, load};
pub use settings::Source;
