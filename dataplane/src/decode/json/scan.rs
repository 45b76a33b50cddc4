//! One piece of a document, from its first byte to its last.

use memchr::memchr2;

use super::super::Part;
use super::parser::{Container, Level, MAX_DEPTH, Next, Target, Verbatim};
use super::word::is_strict;
use super::{Json, NodeId, Shape, Trouble, Undone, Visitor};

/// Pieces of a string shorter than this are put together before they are told.
const SHORT: usize = 64;

/// How much is put together at most.
const GATHERED: usize = 256;

pub(super) struct Scan<'s, M, V> {
    json: &'s mut Json,
    shape: &'s Shape<M>,
    /// The piece, as far as the present document may go.
    bytes: &'s [u8],
    /// All of it.
    all: &'s [u8],
    at: usize,
    /// Where the present document begins in the piece; zero where that was before it.
    begun_at: usize,
    /// Where the part of the piece begins that is still to be told as it stands.
    verbatim_from: usize,
    gathered: [u8; GATHERED],
    gathered_len: usize,
    visitor: &'s mut V,
}

impl<'s, M: Copy, V: Visitor<M>> Scan<'s, M, V> {
    pub fn new(json: &'s mut Json, shape: &'s Shape<M>, bytes: &'s [u8], visitor: &'s mut V) -> Self {
        let mut scan = Scan {
            json,
            shape,
            bytes,
            all: bytes,
            at: 0,
            begun_at: 0,
            verbatim_from: 0,
            gathered: [0; GATHERED],
            gathered_len: 0,
            visitor,
        };
        if scan.json.is_within() {
            scan.cut_at_limit();
        }
        scan
    }

    /// Lets the present document go as far as it may.
    fn cut_at_limit(&mut self) {
        let left = self.json.limits.document.saturating_sub(self.json.length);
        let end = self.begun_at.saturating_add(usize::try_from(left).unwrap_or(usize::MAX));
        self.bytes = self.all.get(..end).unwrap_or(self.all);
    }

    pub fn run(&mut self) {
        // Each step takes a byte, or changes what comes next so that the step after it takes one.
        while let Some(&byte) = self.bytes.get(self.at) {
            match self.json.next {
                Next::String(target) => self.string(target),
                Next::Word => self.word(),
                Next::Nothing => break,
                _ if matches!(byte, b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Next::Document => self.document(byte),
                Next::Value { may_end } => self.value(byte, may_end),
                Next::Key { may_end } => self.key(byte, may_end),
                Next::Colon => self.colon(byte),
                Next::Comma => self.comma(byte),
            }
        }
        if let Next::String(Target::Text) = self.json.next {
            self.flush();
        }
        self.tell_verbatim(self.bytes.len(), false);
        if !self.json.is_within() {
            return;
        }
        self.json.length += (self.bytes.len() - self.begun_at) as u64;
        if self.bytes.len() < self.all.len() {
            self.break_off();
        }
    }

    /// Ends what is open.
    pub fn finish(&mut self) {
        match self.json.next {
            Next::Document => return,
            Next::Word => self.end_of_word(),
            Next::String(Target::Text) => self.tell_text(&[], true),
            _ => {}
        }
        match self.json.next {
            Next::Document => return,
            Next::Nothing => {}
            _ => self.trouble(Trouble::Truncated),
        }
        self.tell_verbatim(0, true);
        self.json.beyond = 0;
        while self.json.depth > 0 {
            self.leave();
        }
        self.visitor.end_of_document();
    }

    /// A document that is too long is not followed any more.
    #[cold]
    fn break_off(&mut self) {
        self.trouble(Trouble::TooLong);
        self.bytes = &[];
        if let Next::String(Target::Text) = self.json.next {
            self.tell_text(&[], true);
        }
        self.tell_verbatim(0, true);
        self.json.next = Next::Nothing;
    }

    #[cold]
    fn trouble(&mut self, trouble: Trouble) {
        if self.json.tell_once(trouble) {
            self.visitor.trouble(trouble);
        }
    }

    fn level(&mut self) -> Option<&mut Level> {
        self.json.depth.checked_sub(1).and_then(|top| self.json.levels.get_mut(top))
    }

    /// What comes behind a value.
    fn after_value(&mut self) {
        if let Some(verbatim) = self.json.verbatim
            && verbatim.depth == self.json.depth
            && self.json.beyond == 0
        {
            self.tell_verbatim(self.at, true);
        }
        if self.json.depth == 0 && self.json.beyond == 0 {
            self.json.next = Next::Document;
            self.json.told = 0;
            self.json.length = 0;
            self.bytes = self.all;
            self.visitor.end_of_document();
        } else {
            self.json.next = Next::Comma;
        }
    }

    fn document(&mut self, byte: u8) {
        match byte {
            b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                self.json.node = Some(NodeId::ROOT);
                self.begun_at = self.at;
                self.cut_at_limit();
                self.begin(byte);
            }
            // A byte order mark before the first, a record separator (RFC 7464) or a comma between two.
            0xef | 0xbb | 0xbf | 0x1e => self.at += 1,
            b',' => {
                self.trouble(Trouble::NotStrict);
                self.at += 1;
            }
            _ => {
                self.trouble(Trouble::Malformed);
                self.at += 1;
            }
        }
    }

    fn value(&mut self, byte: u8, may_end: bool) {
        match byte {
            b']' | b'}' => {
                if self.json.beyond == 0 && (!may_end || byte == b'}') {
                    self.trouble(Trouble::NotStrict);
                }
                self.close(byte);
            }
            b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => self.begin(byte),
            b',' => {
                self.trouble(Trouble::NotStrict);
                self.json.next = Next::Comma;
            }
            _ => {
                self.trouble(Trouble::Malformed);
                self.at += 1;
            }
        }
    }

    /// The first byte of a value, of which it is known what it is.
    fn begin(&mut self, byte: u8) {
        let node = self.json.node;
        if self.json.verbatim.is_none()
            && let Some(node) = node.filter(|_| self.shape.is_verbatim(node))
        {
            self.json.verbatim = Some(Verbatim { node, depth: self.json.depth, begun: false });
            self.verbatim_from = self.at;
        }
        match byte {
            b'{' => self.open(Container::Object),
            b'[' => self.open(Container::Array),
            b'"' => {
                let is_told = self.json.verbatim.is_none() && self.shape.mark(node).is_some();
                self.begin_string(if is_told { Target::Text } else { Target::Skip });
            }
            _ => {
                self.json.word.clear();
                self.json.next = Next::Word;
            }
        }
    }

    fn open(&mut self, container: Container) {
        self.at += 1;
        let is_told = self.json.verbatim.is_none();
        let node = self.json.node.take().filter(|_| is_told);
        self.json.next = match container {
            Container::Object => Next::Key { may_end: true },
            Container::Array => Next::Value { may_end: true },
        };
        if self.json.beyond > 0 || self.json.depth >= self.json.limits.depth.min(MAX_DEPTH) {
            // It is not known any more what closes: brackets are counted.
            self.json.beyond = self.json.beyond.saturating_add(1);
            self.json.next = Next::Value { may_end: true };
            self.trouble(Trouble::TooDeep);
            return;
        }
        if let Some(level) = self.json.levels.get_mut(self.json.depth) {
            *level = Level { container, node, seen: 0 };
        }
        self.json.depth += 1;
        if let Some(mark) = self.shape.mark(node) {
            self.visitor.enter(mark);
        }
        if container == Container::Array {
            self.json.node = self.shape.element(node);
        }
    }

    /// A bracket that closes.
    fn close(&mut self, byte: u8) {
        self.at += 1;
        if self.json.beyond > 0 {
            self.json.beyond -= 1;
            self.after_value();
            return;
        }
        let container = if byte == b'}' { Container::Object } else { Container::Array };
        if self.level().is_none_or(|level| level.container != container) {
            self.trouble(Trouble::Malformed);
        }
        self.leave();
        self.after_value();
    }

    /// The innermost container ends.
    fn leave(&mut self) {
        let Some(&mut Level { node, .. }) = self.level() else { return };
        self.json.depth -= 1;
        if let Some(mark) = self.shape.mark(node) {
            self.visitor.leave(mark);
        }
    }

    fn key(&mut self, byte: u8, may_end: bool) {
        match byte {
            b'"' => {
                let node = self.level().and_then(|level| level.node);
                self.json.key.clear();
                self.begin_string(if self.shape.has_keys(node) { Target::Key } else { Target::SkipKey });
                self.json.node = None;
            }
            b'}' | b']' => {
                if !may_end {
                    self.trouble(Trouble::NotStrict);
                }
                self.close(byte);
            }
            b',' => {
                self.trouble(Trouble::NotStrict);
                self.at += 1;
            }
            _ => {
                self.trouble(Trouble::Malformed);
                self.at += 1;
            }
        }
    }

    fn colon(&mut self, byte: u8) {
        self.json.next = Next::Value { may_end: false };
        if byte == b':' {
            self.at += 1;
        } else {
            self.trouble(Trouble::Malformed);
        }
    }

    fn comma(&mut self, byte: u8) {
        match byte {
            b']' | b'}' => return self.close(byte),
            b',' => self.at += 1,
            // Beyond the levels that are followed, a string may have been a key.
            b':' if self.json.beyond > 0 => self.at += 1,
            _ => {
                self.trouble(Trouble::Malformed);
                if byte == b':' {
                    self.at += 1;
                }
            }
        }
        self.json.next = Next::Value { may_end: false };
        if self.json.beyond > 0 {
            self.json.next = Next::Value { may_end: true };
            self.json.node = None;
            return;
        }
        let Some(&mut Level { container, node, .. }) = self.level() else { return };
        match container {
            Container::Object => self.json.next = Next::Key { may_end: false },
            Container::Array => self.json.node = self.shape.element(node),
        }
    }

    fn word(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let len = rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len());
        self.json.word.add(rest.get(..len).unwrap_or_default());
        self.at += len;
        if len < rest.len() {
            self.end_of_word();
        }
    }

    fn end_of_word(&mut self) {
        let word = self.json.word;
        // Of a number with more digits than anyone reads, nothing is said.
        let word = word.get().unwrap_or_default();
        if !word.is_empty() && !is_strict(word) {
            self.trouble(Trouble::NotStrict);
        }
        if self.json.verbatim.is_none()
            && let Some(mark) = self.shape.mark(self.json.node)
        {
            self.visitor.word(mark, word);
        }
        self.after_value();
    }

    fn begin_string(&mut self, target: Target) {
        self.at += 1;
        self.json.begun = false;
        self.json.next = Next::String(target);
    }

    fn string(&mut self, target: Target) {
        while let Some(&byte) = self.bytes.get(self.at) {
            if !self.json.escape.is_idle() {
                let undone = self.json.escape.take(byte);
                self.at += usize::from(!undone.again);
                self.put_undone(target, undone);
                continue;
            }
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let len = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
            let (run, rest) = rest.split_at_checked(len).unwrap_or((rest, &[]));
            if (!run.is_empty() || rest.first() == Some(&b'"')) && self.json.escape.is_waiting() {
                let lone = self.json.escape.interrupt();
                self.put_undone(target, lone);
            }
            self.at += len;
            if target == Target::Text && has_control(run) {
                self.trouble(Trouble::ControlCharacter);
            }
            match rest.first() {
                None => return self.put(target, run),
                Some(b'"') => {
                    self.at += 1;
                    return self.end_of_string(target, run);
                }
                Some(_) => {
                    self.put(target, run);
                    self.json.escape.begin();
                    self.at += 1;
                }
            }
        }
    }

    fn put_undone(&mut self, target: Target, undone: Undone) {
        if let Some(trouble) = undone.trouble {
            self.trouble(trouble);
        }
        self.put(target, undone.bytes());
    }

    fn put(&mut self, target: Target, bytes: &[u8]) {
        match target {
            Target::Skip | Target::SkipKey => {}
            Target::Key => self.json.key.add(bytes),
            Target::Text if bytes.len() >= SHORT => {
                self.flush();
                self.tell_text(bytes, false);
            }
            Target::Text => {
                if self.gathered_len + bytes.len() > GATHERED {
                    self.flush();
                }
                let room = self.gathered.get_mut(self.gathered_len..self.gathered_len + bytes.len());
                if let Some(room) = room {
                    room.copy_from_slice(bytes);
                    self.gathered_len += bytes.len();
                }
            }
        }
    }

    fn end_of_string(&mut self, target: Target, run: &[u8]) {
        match target {
            Target::Key => {
                self.json.key.add(run);
                return self.end_of_key();
            }
            Target::Text if self.gathered_len == 0 => self.tell_text(run, true),
            Target::Text => {
                self.put(Target::Text, run);
                let gathered = self.gathered;
                let len = std::mem::take(&mut self.gathered_len);
                self.tell_text(gathered.get(..len).unwrap_or_default(), true);
            }
            Target::SkipKey => {
                self.json.next = Next::Colon;
                return;
            }
            Target::Skip => {}
        }
        self.after_value();
    }

    fn end_of_key(&mut self) {
        self.json.next = Next::Colon;
        let node = self.level().and_then(|level| level.node);
        let key = self.json.key;
        let found = key.get().and_then(|key| self.shape.key(node, key));
        self.json.node = found.map(|(node, _)| node);
        if let Some((_, Some(position @ 0..64))) = found
            && let Some(level) = self.level()
        {
            let bit = 1 << position;
            let is_new = level.seen & bit == 0;
            level.seen |= bit;
            if !is_new {
                self.trouble(Trouble::DuplicateKey);
            }
        }
    }

    fn flush(&mut self) {
        let len = std::mem::take(&mut self.gathered_len);
        if len > 0 {
            let gathered = self.gathered;
            self.tell_text(gathered.get(..len).unwrap_or_default(), false);
        }
    }

    fn tell_text(&mut self, bytes: &[u8], is_last: bool) {
        let Some(mark) = self.shape.mark(self.json.node) else { return };
        let part = Part::of(self.json.begun, is_last);
        self.json.begun = !is_last;
        if !bytes.is_empty() || is_last {
            self.visitor.text(mark, part, bytes);
        }
    }

    fn tell_verbatim(&mut self, until: usize, is_last: bool) {
        let Some(verbatim) = &mut self.json.verbatim else { return };
        let bytes = self.bytes.get(self.verbatim_from..until).unwrap_or_default();
        let part = Part::of(verbatim.begun, is_last);
        verbatim.begun = true;
        let node = verbatim.node;
        if is_last {
            self.json.verbatim = None;
        }
        if let Some(mark) = self.shape.mark(Some(node))
            && (!bytes.is_empty() || is_last)
        {
            self.visitor.verbatim(mark, part, bytes);
        }
    }
}

/// Whether there is a control character, without a branch for each byte.
fn has_control(bytes: &[u8]) -> bool {
    bytes.iter().fold(false, |any, byte| any | (*byte < 0x20))
}
