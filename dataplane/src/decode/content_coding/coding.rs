//! The codings by name, and what a decoder of each has in common.

use super::brotli::Brotli;
use super::gzip::Gzip;
use super::zlib::Zlib;
use super::zstandard::Zstandard;

/// A way in which a body may be packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coding {
    /// `gzip` and `x-gzip` (RFC 1952).
    Gzip,
    /// `deflate` (RFC 1950); without its envelope (RFC 1951) as well, as much software sends it.
    Deflate,
    /// `br` (RFC 7932).
    Brotli,
    /// `zstd` (RFC 8878), windows of up to 8 MiB (RFC 9659).
    Zstd,
}

impl Coding {
    /// The coding that a header calls `name`, in any case; `None` if there is none of this name, or it does nothing
    /// (`identity`).
    pub fn named(name: &[u8]) -> Option<Coding> {
        const NAMES: [(&[u8], Coding); 5] = [
            (b"gzip", Coding::Gzip),
            (b"x-gzip", Coding::Gzip),
            (b"deflate", Coding::Deflate),
            (b"br", Coding::Brotli),
            (b"zstd", Coding::Zstd),
        ];
        NAMES.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, coding)| coding)
    }
}

/// What one step of a decoder did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Step {
    /// Bytes of input that were used up.
    pub consumed: usize,
    /// Bytes of output that were written.
    pub produced: usize,
    /// How it went.
    pub outcome: Outcome,
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Outcome {
    /// There is more to come, once there is input or room for output.
    Ongoing,
    /// The coded bytes have ended; what follows is not of this coding.
    Ended,
    /// The input can't be decoded.
    Corrupt,
}

/// A decoder of one coding.
pub(super) enum Decoder {
    Gzip(Gzip),
    Deflate(Zlib),
    Brotli(Box<Brotli>),
    Zstd(Box<Zstandard>),
}

impl Decoder {
    /// A decoder at the start of a body.
    pub fn new(coding: Coding) -> Decoder {
        match coding {
            Coding::Gzip => Decoder::Gzip(Gzip::new()),
            Coding::Deflate => Decoder::Deflate(Zlib::new()),
            Coding::Brotli => Decoder::Brotli(Box::new(Brotli::new())),
            Coding::Zstd => Decoder::Zstd(Box::new(Zstandard::new())),
        }
    }

    /// The coding that it undoes.
    pub fn coding(&self) -> Coding {
        match self {
            Decoder::Gzip(_) => Coding::Gzip,
            Decoder::Deflate(_) => Coding::Deflate,
            Decoder::Brotli(_) => Coding::Brotli,
            Decoder::Zstd(_) => Coding::Zstd,
        }
    }

    /// Makes it as new, keeping its memory.
    pub fn reset(&mut self) {
        match self {
            Decoder::Gzip(gzip) => gzip.reset(),
            Decoder::Deflate(zlib) => zlib.reset(),
            Decoder::Brotli(brotli) => **brotli = Brotli::new(),
            Decoder::Zstd(zstd) => zstd.reset(),
        }
    }

    /// Takes what it can of `input`, and writes what it can to `output`.
    pub fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        match self {
            Decoder::Gzip(gzip) => gzip.step(input, output),
            Decoder::Deflate(zlib) => zlib.step(input, output),
            Decoder::Brotli(brotli) => brotli.step(input, output),
            Decoder::Zstd(zstd) => zstd.step(input, output),
        }
    }

    /// Bytes that were consumed to find out that the input is not of this coding, and are part of what was sent.
    pub fn held(&self) -> &[u8] {
        match self {
            Decoder::Gzip(gzip) => gzip.held(),
            Decoder::Deflate(zlib) => zlib.held(),
            Decoder::Brotli(_) | Decoder::Zstd(_) => &[],
        }
    }
}
