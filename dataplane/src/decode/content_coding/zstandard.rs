//! Zstandard (RFC 8878).

use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

use super::coding::{Outcome, Step};

/// The largest window of the content coding: 8 MiB (RFC 9659 §3).
const WINDOW_LOG_MAX: u32 = 23;

/// Undoes zstd, of any number of frames.
pub(super) struct Zstandard {
    /// None if there was no memory for one; everything is corrupt then.
    decoder: Option<Decoder<'static>>,
}

impl Zstandard {
    pub fn new() -> Zstandard {
        let mut decoder = Decoder::new().ok();
        if let Some(fresh) = &mut decoder
            && fresh.set_parameter(DParameter::WindowLogMax(WINDOW_LOG_MAX)).is_err()
        {
            decoder = None;
        }
        Zstandard { decoder }
    }

    pub fn reset(&mut self) {
        if self.decoder.as_mut().is_none_or(|decoder| decoder.reinit().is_err()) {
            *self = Zstandard::new();
        }
    }

    pub fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let Some(decoder) = &mut self.decoder else {
            return Step { consumed: 0, produced: 0, outcome: Outcome::Corrupt };
        };
        let mut source = InBuffer::around(input);
        let mut target = OutBuffer::around(output);
        // The end of a frame is not the end of the coding: the next call starts the next frame.
        let result = decoder.run(&mut source, &mut target);
        let outcome = if result.is_ok() { Outcome::Ongoing } else { Outcome::Corrupt };
        Step { consumed: source.pos(), produced: target.pos(), outcome }
    }
}
