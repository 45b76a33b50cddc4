//! Any text as a policy: it compiles or is refused with diagnostics that can be printed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use weir_rules::diagnostic::Source;
use weir_rules::policy::Policy;

fuzz_target!(|text: &str| {
    let diagnostics = match Policy::load(&[Source::new("policy.yaml", text)]) {
        Ok((_, warnings)) => warnings,
        Err(errors) => {
            assert!(!errors.is_empty(), "a refusal says why");
            errors
        }
    };
    for diagnostic in &diagnostics {
        let _ = diagnostic.render();
    }
});
