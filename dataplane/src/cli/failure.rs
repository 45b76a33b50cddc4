//! How a command fails: its exit code, and what is said.

use std::process::ExitCode;

/// Why a command did not succeed.
#[derive(Debug)]
pub enum Failure {
    /// Wrong usage or configuration; exit code 2.
    Usage(anyhow::Error),
    /// The work failed; exit code 1.
    Work(anyhow::Error),
}

impl Failure {
    /// Wrong usage or configuration.
    pub fn usage(error: impl Into<anyhow::Error>) -> Failure {
        Failure::Usage(error.into())
    }

    /// The work failed.
    pub fn work(error: impl Into<anyhow::Error>) -> Failure {
        Failure::Work(error.into())
    }

    /// Says why on standard error, and gives the exit code.
    pub fn report(&self) -> ExitCode {
        let (error, code) = match self {
            Failure::Usage(error) => (error, 2),
            Failure::Work(error) => (error, 1),
        };
        let text = format!("{error:#}");
        // Rendered diagnostics bring their own "error:".
        if text.starts_with("error") {
            eprintln!("{text}")
        } else {
            eprintln!("weir: {text}")
        }
        ExitCode::from(code)
    }
}
