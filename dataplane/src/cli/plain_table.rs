//! Tables without lines, for terminals.

use comfy_table::{Table, presets};

/// An empty table.
pub fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
}
