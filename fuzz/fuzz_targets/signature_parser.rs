//! Any text as a signature file: it loads, and diagnostics can be printed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use weir_rules::diagnostic::Source;
use weir_rules::signature::{Variables, load};

fuzz_target!(|text: &str| {
    let loaded = load(&[Source::new("fuzz.rules", text)], &Variables::default());
    for diagnostic in &loaded.diagnostics {
        let _ = diagnostic.render();
        let _ = diagnostic.to_string();
    }
});
