//! What is remembered of a document between two pieces of it.

use super::escape::Unescape;
use super::scan::Scan;
use super::{NodeId, Shape, Trouble, Visitor};

/// Levels that are followed; a limit beyond is not possible.
pub const MAX_DEPTH: usize = 64;

/// Bytes of a key. A longer one is of no interest.
const MAX_KEY: usize = 64;

/// Bytes of a number or a word.
const MAX_WORD: usize = 40;

/// What a document may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonLimits {
    /// Levels of objects and arrays, at most [`MAX_DEPTH`].
    pub depth: usize,
    /// Bytes of one document.
    pub document: u64,
}

impl Default for JsonLimits {
    fn default() -> JsonLimits {
        JsonLimits { depth: MAX_DEPTH, document: 256 << 20 }
    }
}

/// An object or an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    Object,
    Array,
}

/// A container that is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    pub container: Container,
    pub node: Option<NodeId>,
    /// Which keys of interest it had, by their positions below 64.
    pub seen: u64,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A document, or nothing any more.
    Document,
    /// A value; or the end of an array, where `may_end`.
    Value { may_end: bool },
    /// A key; or the end of an object, where `may_end`.
    Key { may_end: bool },
    /// The colon behind a key.
    Colon,
    /// A comma, or the end of the container.
    Comma,
    /// More of a string.
    String(Target),
    /// More of a number or word.
    Word,
    /// The rest of the document is stepped over: it is too long.
    Nothing,
}

/// What a string is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A key.
    Key,
    /// A key of an object of which no key is of interest.
    SkipKey,
    /// A value that is told.
    Text,
    /// A value that is not.
    Skip,
}

/// A few bytes that come in pieces.
#[derive(Clone, Copy, Debug)]
pub(super) struct Short<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Default for Short<N> {
    fn default() -> Short<N> {
        Short { bytes: [0; N], len: 0 }
    }
}

impl<const N: usize> Short<N> {
    pub fn clear(&mut self) {
        self.len = 0;
    }

    pub fn add(&mut self, more: &[u8]) {
        if let Some(room) = self.bytes.get_mut(self.len..self.len + more.len()) {
            room.copy_from_slice(more);
            self.len += more.len();
        } else {
            self.len = N + 1;
        }
    }

    /// The bytes; none where there were too many.
    pub fn get(&self) -> Option<&[u8]> {
        self.bytes.get(..self.len)
    }
}

/// A value that is told as it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verbatim {
    pub node: NodeId,
    /// The number of levels that were open before it.
    pub depth: usize,
    /// A piece of it was told.
    pub begun: bool,
}

/// Reads documents in pieces.
#[derive(Clone, Debug)]
pub struct Json {
    pub(super) limits: JsonLimits,
    pub(super) next: Next,
    pub(super) levels: [Level; MAX_DEPTH],
    pub(super) depth: usize,
    /// Levels beyond those that are followed.
    pub(super) beyond: usize,
    /// What the value that comes next, or that is being read, is.
    pub(super) node: Option<NodeId>,
    pub(super) key: Short<MAX_KEY>,
    pub(super) word: Short<MAX_WORD>,
    pub(super) escape: Unescape,
    /// A piece of the present string was told.
    pub(super) begun: bool,
    pub(super) verbatim: Option<Verbatim>,
    /// Bytes of the present document before the present piece.
    pub(super) length: u64,
    pub(super) told: u16,
}

impl Json {
    /// Ready for a document.
    pub fn new(limits: JsonLimits) -> Json {
        let limits = JsonLimits { depth: limits.depth.min(MAX_DEPTH), ..limits };
        Json {
            limits,
            next: Next::Document,
            levels: [Level { container: Container::Object, node: None, seen: 0 }; MAX_DEPTH],
            depth: 0,
            beyond: 0,
            node: None,
            key: Short::default(),
            word: Short::default(),
            escape: Unescape::default(),
            begun: false,
            verbatim: None,
            length: 0,
            told: 0,
        }
    }

    /// Ready for another document, whatever became of the one before.
    pub fn clear(&mut self) {
        self.next = Next::Document;
        self.depth = 0;
        self.beyond = 0;
        self.node = None;
        self.escape = Unescape::default();
        self.begun = false;
        self.verbatim = None;
        self.length = 0;
        self.told = 0;
    }

    /// Takes the next bytes.
    pub fn push<M: Copy>(&mut self, shape: &Shape<M>, bytes: &[u8], visitor: &mut impl Visitor<M>) {
        Scan::new(self, shape, bytes, visitor).run();
    }

    /// There are no more bytes: what is open ends. Ready for another document afterwards.
    pub fn finish<M: Copy>(&mut self, shape: &Shape<M>, visitor: &mut impl Visitor<M>) {
        Scan::new(self, shape, &[], visitor).finish();
        self.clear();
    }

    /// Whether a document has begun and not ended.
    pub fn is_within(&self) -> bool {
        self.next != Next::Document
    }

    pub(super) fn tell_once(&mut self, trouble: Trouble) -> bool {
        let bit = 1 << trouble as u8;
        let first = self.told & bit == 0;
        self.told |= bit;
        first
    }
}
