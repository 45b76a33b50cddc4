//! Brotli (RFC 7932).

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};

use super::coding::{Outcome, Step};

/// Undoes Brotli. Its window grows as the stream needs it, up to the format's 16 MiB; the extension for larger ones is
/// refused.
pub(super) struct Brotli {
    state: BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>,
    total: usize,
}

impl Brotli {
    pub fn new() -> Brotli {
        let alloc = StandardAlloc::default;
        Brotli { state: BrotliState::new_strict(alloc(), alloc(), alloc()), total: 0 }
    }

    pub fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let (mut available_in, mut consumed) = (input.len(), 0);
        let (mut available_out, mut produced) = (output.len(), 0);
        let result = BrotliDecompressStream(
            &mut available_in,
            &mut consumed,
            input,
            &mut available_out,
            &mut produced,
            output,
            &mut self.total,
            &mut self.state,
        );
        let outcome = match result {
            BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => Outcome::Ongoing,
            BrotliResult::ResultSuccess => Outcome::Ended,
            BrotliResult::ResultFailure => Outcome::Corrupt,
        };
        Step { consumed, produced, outcome }
    }
}
