//! Whether this machine has AF_XDP at all.

use std::sync::OnceLock;

use weir_tests::requirement::skipped;
use weir_tests::{Driver, Lab, Setup, Weir};

/// Tries it once for each process, and says why it is passed over.
pub fn works() -> bool {
    static ANSWER: OnceLock<Result<(), String>> = OnceLock::new();
    match ANSWER.get_or_init(attempt) {
        Ok(()) => true,
        Err(why) => {
            skipped(why);
            false
        }
    }
}

fn attempt() -> Result<(), String> {
    let Some(lab) = Lab::new() else { return Err("no lab".into()) };
    let setup = Setup::new(Driver::AfXdp);
    setup.write(&lab);
    match Weir::run(&lab.middle, lab.folder()) {
        Ok(_) => Ok(()),
        Err(ended) => {
            Err(format!("AF_XDP does not work here: {}", ended.stderr.lines().last().unwrap_or_default()))
        }
    }
}
