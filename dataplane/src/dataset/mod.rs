//! Sets of values in files (`dataset`, `datarep`): read when rules are compiled, written when weir stops or reloads.
//!
//! All of it happens off the data path. Workers only know the tables in memory
//! ([`DatasetTable`](crate::confirm::DatasetTable)).
//!
//! ```text
//!  file ─ text ─▶ elements ─▶ table ◀─ workers
//!   ▲                           │
//!   └── renamed over it ◀── values (of sets that are saved)
//! ```

mod csv;
mod element;
mod json;
mod load;
mod place;
mod save;

pub use element::{Element, read};
pub use load::{LoadedSets, load_sets};
pub use place::{Outside, SetFiles};
pub use save::{SaveError, save_sets};
