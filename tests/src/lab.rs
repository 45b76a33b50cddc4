//! Three namespaces in a row, for weir in the middle.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::namespace::Namespace;
use crate::requirement;

/// The address of the client, on the left.
pub const LEFT: &str = "10.9.0.1";
/// The address of the server, on the right.
pub const RIGHT: &str = "10.9.0.2";
/// An address on the left that no kernel answers for, for those who write frames by hand.
pub const FORGED: &str = "10.9.0.77";

/// A client and a server that reach each other only through what runs between them.
#[derive(Debug)]
pub struct Lab {
    /// Has `a0` with the address [`LEFT`].
    pub left: Namespace,
    /// Has `w0` and `w1`, without addresses.
    pub middle: Namespace,
    /// Has `b0` with the address [`RIGHT`].
    pub right: Namespace,
    folder: TempDir,
}

impl Lab {
    /// Makes one; `None` where the machine can't, which is said.
    ///
    /// # Panics
    ///
    /// When the machine should be able to and fails.
    pub fn new() -> Option<Lab> {
        if !requirement::labs_can_be_made() {
            return None;
        }
        Some(Lab::make().expect("a lab"))
    }

    fn make() -> Result<Lab, String> {
        let folder =
            tempfile::Builder::new().prefix("weir-test").tempdir().map_err(|error| error.to_string())?;
        let (left, middle, right) =
            (Namespace::new("left")?, Namespace::new("middle")?, Namespace::new("right")?);
        left.join("a0", &middle, "w0")?;
        right.join("b0", &middle, "w1")?;
        left.ip(&["addr", "add", &format!("{LEFT}/24"), "dev", "a0"])?;
        right.ip(&["addr", "add", &format!("{RIGHT}/24"), "dev", "b0"])?;
        right.ip(&["neigh", "replace", FORGED, "lladdr", &left.mac("a0"), "dev", "b0"])?;
        Ok(Lab { left, middle, right, folder })
    }

    /// The folder for its files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A path in its folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into its folder.
    ///
    /// # Panics
    ///
    /// When it can't be written.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).expect("a file in a temporary folder");
        path
    }
}
