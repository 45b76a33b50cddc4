//! A body on its way out: codings undone, told as a body and as a file or files.

use weir_rules::field::FieldId;

use super::super::content_coding::{Chain, ChainLimits, Coding, Output, Trouble};
use super::super::multipart::{self, Multipart, MultipartLimits, parameter};
use super::super::{Part, Sink, Stage};
use super::octet::{elements, starts_with_nocase};
use super::oddity::{Oddity, Place, Told};
use crate::flow::Direction;

/// What a body may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decode) struct BodyLimits {
    /// Content codings, one in the other.
    pub max_codings: usize,
    /// Bytes of a file's name.
    pub max_file_name: usize,
    /// What a body may grow to when its codings are undone.
    pub decoding: ChainLimits,
    /// Limits of `multipart/form-data`.
    pub multipart: MultipartLimits,
}

/// What the headers announce of a body. Empty where they say nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::decode) struct Announced<'h> {
    pub content_type: &'h [u8],
    pub transfer_encoding: &'h [u8],
    pub content_encoding: &'h [u8],
}

/// Whether more of a body follows a piece of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decode) enum Last {
    No,
    Yes,
}

/// What of a body is a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decode) enum Files {
    /// Nothing.
    None,
    /// All of it.
    Whole,
    /// Each part of a form.
    Parts,
}

/// A value that is told in chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decode) struct Stream {
    field: FieldId,
    begun: bool,
}

impl Stream {
    pub fn new(field: FieldId) -> Stream {
        Stream { field, begun: false }
    }

    /// Makes it ready for another value.
    pub fn clear(&mut self) {
        self.begun = false;
    }

    pub fn tell(&mut self, bytes: &[u8], last: Last, place: Place, sink: &mut impl Sink) {
        let part = Part::of(self.begun, last == Last::Yes);
        // An empty value is not told, nor an empty chunk that is not the last.
        if bytes.is_empty() && part != Part::End {
            return;
        }
        self.begun = last == Last::No;
        sink.field(place.transaction, place.direction, self.field, part, bytes);
    }
}

/// The body of a message.
pub(in crate::decode) struct Body {
    chain: Chain,
    outlet: Outlet,
    max_codings: usize,
}

/// Where a body goes when its codings are undone.
struct Outlet {
    body: Stream,
    file: Stream,
    files: Files,
    multipart: Multipart,
    max_file_name: usize,
    /// A chunk was told.
    reached: bool,
}

impl Body {
    pub fn new(limits: &BodyLimits, direction: Direction) -> Body {
        let field = match direction {
            Direction::ToServer => FieldId::HttpRequestBody,
            Direction::ToClient => FieldId::HttpResponseBody,
        };
        Body {
            chain: Chain::new(limits.decoding),
            outlet: Outlet {
                body: Stream::new(field),
                file: Stream::new(FieldId::FileData),
                files: Files::None,
                multipart: Multipart::new(limits.multipart),
                max_file_name: limits.max_file_name,
                reached: false,
            },
            max_codings: limits.max_codings,
        }
    }

    /// Makes ready for a body of which nothing is known.
    pub fn clear(&mut self, files: Files) {
        self.chain.clear();
        self.outlet.multipart.clear();
        self.outlet.body.clear();
        self.outlet.file.clear();
        self.outlet.reached = false;
        self.outlet.files = files;
    }

    /// Makes ready for the body that the headers announce. What is a file is split into parts, if it is a form.
    pub fn start(&mut self, announced: Announced<'_>, files: Files, odd: &mut impl FnMut(Oddity)) {
        self.clear(files);
        let content_type = announced.content_type;
        if starts_with_nocase(content_type, b"multipart/byteranges") {
            odd(Oddity::MultipartByteranges);
        }
        if files == Files::Whole && starts_with_nocase(content_type, b"multipart/form-data") {
            if let Some(boundary) = parameter(content_type, b"boundary") {
                self.outlet.multipart.start(&boundary);
            }
            if self.outlet.multipart.is_on() {
                self.outlet.files = Files::Parts;
            } else {
                odd(Oddity::MultipartError);
            }
        }
        self.add_codings(announced, odd);
    }

    /// What of the body is a file.
    pub fn files(&self) -> Files {
        self.outlet.files
    }

    /// Transfer codings were applied last and are undone first; so it is within each list (RFC 9110 §8.4).
    fn add_codings(&mut self, announced: Announced<'_>, odd: &mut impl FnMut(Oddity)) {
        for coding in elements(announced.transfer_encoding).rev().filter_map(Coding::named) {
            self.chain.add_up_to(self.max_codings, coding, odd);
        }
        let content = elements(announced.content_encoding).rev();
        for name in content.filter(|name| !name.eq_ignore_ascii_case(b"identity")) {
            let Some(coding) = Coding::named(name) else {
                odd(Oddity::AbnormalContentEncoding);
                break;
            };
            self.chain.add_up_to(self.max_codings, coding, odd);
        }
    }

    /// Takes bytes of the body, transfer coding undone.
    pub fn write(&mut self, bytes: &[u8], last: Last, told: &mut Told, place: Place, sink: &mut impl Sink) {
        let outlet = &mut self.outlet;
        if self.chain.is_empty() {
            outlet.tell(bytes, last, told, place, sink);
            return;
        }
        let mut tell = |output: Output<'_>| match output {
            Output::Bytes(bytes) => outlet.tell(bytes, Last::No, told, place, sink),
            Output::Trouble(trouble) => told.tell(oddity_of(trouble), place, sink),
        };
        self.chain.push(bytes, &mut tell);
        if last == Last::Yes {
            self.chain.finish(&mut tell);
            self.outlet.tell(&[], Last::Yes, told, place, sink);
        }
    }

    /// Bytes are missing before what comes next: what was told so far ends, and something new begins.
    pub fn lose(&mut self, told: &mut Told, place: Place, sink: &mut impl Sink) {
        self.chain.lose(&mut |output| {
            if let Output::Trouble(trouble) = output {
                told.tell(oddity_of(trouble), place, sink);
            }
        });
        self.outlet.tell(&[], Last::Yes, told, place, sink);
        if self.outlet.files == Files::Parts {
            self.outlet.files = Files::Whole;
        }
    }

    /// Tells the name of the file that the body is, or that a part of it is.
    pub fn tell_name(&self, name: &[u8], told: &mut Told, place: Place, sink: &mut impl Sink) {
        tell_name(name, self.outlet.max_file_name, told, place, sink);
    }
}

fn tell_name(name: &[u8], max: usize, told: &mut Told, place: Place, sink: &mut impl Sink) {
    if name.len() > max {
        told.tell(Oddity::FileNameTooLong, place, sink);
    }
    let name = name.get(..max).unwrap_or(name);
    if !name.is_empty() {
        sink.field(place.transaction, place.direction, FieldId::FileName, Part::Whole, name);
    }
}

impl Outlet {
    fn tell(&mut self, bytes: &[u8], last: Last, told: &mut Told, place: Place, sink: &mut impl Sink) {
        // Told before the first chunk, for what is odd about the chunk depends on how long it is.
        if !self.reached && !bytes.is_empty() {
            self.reached = true;
            sink.stage(place.transaction, place.direction, Stage::Body);
        }
        self.body.tell(bytes, last, place, sink);
        match self.files {
            Files::None => {}
            Files::Whole => self.file.tell(bytes, last, place, sink),
            Files::Parts => self.tell_parts(bytes, last, told, place, sink),
        }
    }

    fn tell_parts(&mut self, bytes: &[u8], last: Last, told: &mut Told, place: Place, sink: &mut impl Sink) {
        let Outlet { file, multipart, max_file_name, .. } = self;
        let mut tell = |part: multipart::Told<'_>| match part {
            multipart::Told::FileName(name) => tell_name(name, *max_file_name, told, place, sink),
            multipart::Told::Data(data) => file.tell(data, Last::No, place, sink),
            multipart::Told::End => file.tell(&[], Last::Yes, place, sink),
            multipart::Told::Trouble(trouble) => {
                let oddity = match trouble {
                    multipart::Trouble::Malformed => Oddity::MultipartError,
                    multipart::Trouble::InvalidHeader => Oddity::MultipartInvalidHeader,
                    multipart::Trouble::NoFileData => Oddity::MultipartNoFileData,
                };
                told.tell(oddity, place, sink);
            }
        };
        multipart.push(bytes, &mut tell);
        if last == Last::Yes {
            multipart.finish(&mut tell);
        }
    }
}

impl Chain {
    fn add_up_to(&mut self, max: usize, coding: Coding, odd: &mut impl FnMut(Oddity)) {
        if self.len() < max {
            self.add(coding);
        } else {
            odd(Oddity::TooManyEncodingLayers);
        }
    }
}

fn oddity_of(trouble: Trouble) -> Oddity {
    match trouble {
        Trouble::Corrupt(Coding::Gzip | Coding::Deflate) => Oddity::GzipFailed,
        Trouble::Corrupt(Coding::Brotli) => Oddity::BrotliFailed,
        Trouble::Corrupt(Coding::Zstd) => Oddity::ZstdFailed,
        Trouble::Bomb => Oddity::CompressionBomb,
    }
}
