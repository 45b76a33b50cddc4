//! Any text as `weir.yaml`: it is accepted, and gives settings, or is refused with diagnostics that can be printed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use weir::config::{Source, load::parse};
use weir_rules::diagnostic;

fuzz_target!(|text: &str| {
    match parse(&diagnostic::Source::new("weir.yaml", text)) {
        Ok(config) => {
            let _ = config.engine_settings(Source::Live, 2);
            let _ = config.engine_sizes();
            let _ = config.parser_config();
        }
        Err(diagnostics) => {
            assert!(!diagnostics.is_empty(), "a refusal says why");
            for diagnostic in &diagnostics {
                let _ = diagnostic.render();
            }
        }
    }
});
