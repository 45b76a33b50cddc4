//! Flags of headers: `S`, `+SA`, `*UP`, `!R`, each perhaps with flags that do not count: `S,12`.

use crate::signature::fault::Fault;
use crate::signature::packet::{FlagMode, FlagTest};
use crate::signature::text::Piece;

/// Reads a test; `bit` knows the letters.
pub(super) fn flag_test(value: Piece<'_>, bit: fn(char) -> Option<u8>) -> Result<FlagTest, Fault> {
    let (flags, ignored) = value.text.split_once(',').unwrap_or((value.text, ""));
    let flags = flags.trim();
    let mode = if flags.contains('+') {
        FlagMode::All
    } else if flags.contains('*') {
        FlagMode::Any
    } else if flags.contains('!') {
        FlagMode::Not
    } else {
        FlagMode::Exactly
    };
    let read = |text: &str| {
        text.chars().filter(|flag| !matches!(flag, '+' | '*' | '!' | ' ')).try_fold(0, |bits, flag| {
            bit(flag.to_ascii_uppercase()).map(|bit| bits | bit).ok_or_else(|| {
                Fault::error(value.span(), format!("there is no flag {flag:?}"))
                    .with_help("behind `+` (these and others), `*` (one of these) or `!` (not just these) stand letters of flags")
            })
        })
    };
    let ignored = read(ignored)?;
    Ok(FlagTest { mode, flags: read(flags)? & !ignored, ignored })
}
