//! DEFLATE (RFC 1951), the stream inside of gzip and zlib.

use flate2::{Decompress, FlushDecompress, Status};

use super::coding::{Outcome, Step};

/// Undoes DEFLATE, without any envelope. Holds a window of 32 KiB.
pub(in super::super) struct Inflate(Decompress);

impl Inflate {
    pub fn new() -> Inflate {
        Inflate(Decompress::new(false))
    }

    pub fn reset(&mut self) {
        self.0.reset(false);
    }

    pub fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let (before_in, before_out) = (self.0.total_in(), self.0.total_out());
        let status = self.0.decompress(input, output, FlushDecompress::None);
        // The totals are true after an error as well.
        let consumed = usize::try_from(self.0.total_in() - before_in).unwrap_or(input.len());
        let produced = usize::try_from(self.0.total_out() - before_out).unwrap_or(output.len());
        let outcome = match status {
            Ok(Status::Ok | Status::BufError) => Outcome::Ongoing,
            Ok(Status::StreamEnd) => Outcome::Ended,
            Err(_) => Outcome::Corrupt,
        };
        Step { consumed, produced, outcome }
    }
}
