//! One file, alone or in an archive: what it is, and the decoder that reads it.

use std::fmt;

use super::super::content_coding::Coding;
use super::archive::{Packed, Tar, Zip};
use super::gguf::Gguf;
use super::keras::{Hdf5, KerasConfig};
use super::layer::{Layer, Progress};
use super::numpy::Numpy;
use super::pickle::Pickle;
use super::protobuf::Protobuf;
use super::recognise::{Extent, Guess, Kind, Place, recognise};
use super::report::Report;
use super::safetensors::Safetensors;
use super::told::Oddity;

/// Where a [`Content`] is.
#[derive(Default)]
enum State {
    /// In the first bytes, which are held if they came in pieces.
    #[default]
    Start,
    /// In a file of a known format, or one that is thought to be.
    Inside(Box<dyn Layer>),
    /// It is of no interest, or no longer.
    Done,
}

/// One file that comes in pieces.
#[derive(Default)]
pub(super) struct Content {
    state: State,
    held: Vec<u8>,
    /// Files that this one is in.
    nesting: u8,
    /// A decoder has said that the file is of its format.
    sure: bool,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Start => "Start",
            State::Inside(_) => "Inside",
            State::Done => "Done",
        };
        f.debug_struct("Content").field("state", &state).field("sure", &self.sure).finish_non_exhaustive()
    }
}

impl Content {
    /// A file in so many others.
    pub fn new(nesting: u8) -> Content {
        Content { nesting, ..Content::default() }
    }

    /// Makes it ready for another file.
    pub fn clear(&mut self) {
        self.state = State::Start;
        self.held.clear();
        self.sure = false;
    }

    /// Whether what is to come may matter.
    pub fn is_of_interest(&self) -> bool {
        !matches!(self.state, State::Done)
    }

    /// Whether a decoder has said that the file is of its format.
    pub fn is_sure(&self) -> bool {
        self.sure
    }

    /// Nothing of this file is of interest.
    pub fn stop(&mut self) {
        self.state = State::Done;
        self.held.clear();
    }

    pub fn push(&mut self, bytes: &[u8], report: &mut Report<'_>) {
        if matches!(self.state, State::Start) {
            self.start(bytes, Extent::Part, report);
        } else {
            self.feed(bytes, report);
        }
    }

    /// The file has ended.
    pub fn finish(&mut self, report: &mut Report<'_>) {
        if matches!(self.state, State::Start) {
            self.start(&[], Extent::Whole, report);
        }
        if let State::Inside(layer) = &mut self.state {
            layer.finish(report);
        }
        self.stop();
    }

    /// Bytes are missing before those to come.
    pub fn lose(&mut self, report: &mut Report<'_>) {
        if self.sure && self.is_of_interest() {
            report.trouble(Oddity::Gap);
        }
        self.stop();
    }

    fn start(&mut self, bytes: &[u8], extent: Extent, report: &mut Report<'_>) {
        let place = if self.nesting == 0 { Place::Alone } else { Place::Archive };
        if self.held.is_empty() {
            return self.decide(bytes, recognise(bytes, place, extent), report);
        }
        let mut held = std::mem::take(&mut self.held);
        held.extend_from_slice(bytes);
        let guess = recognise(&held, place, extent);
        if guess == Guess::More {
            self.held = held;
            return;
        }
        self.decide(&held, guess, report);
        held.clear();
        self.held = held;
    }

    fn decide(&mut self, bytes: &[u8], guess: Guess, report: &mut Report<'_>) {
        match guess {
            Guess::More => self.held.extend_from_slice(bytes),
            Guess::No => self.state = State::Done,
            Guess::Is(kind) => {
                self.state = layer(kind, self.nesting, report).map_or(State::Done, State::Inside);
                self.feed(bytes, report);
            }
        }
    }

    fn feed(&mut self, bytes: &[u8], report: &mut Report<'_>) {
        let State::Inside(layer) = &mut self.state else { return };
        let progress = layer.push(bytes, report);
        self.sure |= layer.is_sure();
        if progress == Progress::Done {
            self.state = State::Done;
        }
    }
}

/// A decoder of this format; `None` where files in files go too deep.
fn layer(kind: Kind, nesting: u8, report: &mut Report<'_>) -> Option<Box<dyn Layer>> {
    let is_archive = matches!(kind, Kind::Zip | Kind::Tar | Kind::Gzip | Kind::Zlib);
    if is_archive && nesting >= report.limits.max_nesting {
        report.trouble(Oddity::Limit);
        return None;
    }
    let inner = nesting.saturating_add(1);
    Some(match kind {
        Kind::Pickle => Box::new(Pickle::default()),
        Kind::Zip => Box::new(Zip::new(inner)),
        Kind::Tar => Box::new(Tar::new(inner)),
        Kind::Gzip => Box::new(Packed::new(Coding::Gzip, inner, report)),
        Kind::Zlib => Box::new(Packed::new(Coding::Deflate, inner, report)),
        Kind::Safetensors => Box::new(Safetensors::default()),
        Kind::Gguf => Box::new(Gguf::default()),
        Kind::Numpy => Box::new(Numpy::default()),
        Kind::Hdf5 => Box::new(Hdf5::default()),
        Kind::Protobuf => Box::new(Protobuf::default()),
        Kind::Json => Box::new(KerasConfig::default()),
    })
}
