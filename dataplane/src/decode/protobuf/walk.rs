//! Reads one message in pieces.

use super::super::Part;
use super::shape::{NodeId, Shape};

/// Messages within each other that are followed.
pub const MAX_DEPTH: usize = 24;

/// Why a message is not read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A number, a kind of field or a length that can't be.
    Malformed,
    /// Messages of interest are nested deeper than the limit.
    TooDeep,
    /// It ends within a field.
    Truncated,
}

/// Takes the marked fields of a message. Bytes are valid for the call only.
pub trait Visitor<M> {
    /// A marked message begins.
    fn enter(&mut self, _: M) {}

    /// A marked message ends.
    fn leave(&mut self, _: M) {}

    /// A piece of a marked string or of bytes.
    fn bytes(&mut self, mark: M, part: Part, bytes: &[u8]);

    /// A marked number.
    fn number(&mut self, _: M, _: u64) {}
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// The key of a field: its number and how it is written.
    Key,
    /// A number that is the value of a field.
    Number(Option<NodeId>),
    /// The length of a field.
    Length(Option<NodeId>),
    /// Bytes of a field that is told.
    Bytes(NodeId, u64),
    /// Bytes that are stepped over.
    Skip(u64),
    /// Nothing: it is not read on.
    Lost,
}

/// A message that is open.
#[derive(Clone, Copy, Debug)]
struct Level {
    node: NodeId,
    /// Bytes of it that are still to come; none of the outermost, whose end others know.
    left: Option<u64>,
}

/// A number that comes in pieces (base 128 varint).
#[derive(Clone, Copy, Debug, Default)]
struct Varint {
    value: u64,
    shift: u32,
}

/// Reads one message in pieces.
#[derive(Clone, Debug)]
pub struct Protobuf {
    next: Next,
    levels: [Level; MAX_DEPTH],
    depth: usize,
    varint: Varint,
    /// A piece of the present bytes was told.
    begun: bool,
}

impl Default for Protobuf {
    fn default() -> Protobuf {
        Protobuf {
            next: Next::Key,
            levels: [Level { node: NodeId::ROOT, left: None }; MAX_DEPTH],
            depth: 1,
            varint: Varint::default(),
            begun: false,
        }
    }
}

impl Protobuf {
    /// Ready for another message.
    pub fn clear(&mut self) {
        self.next = Next::Key;
        self.depth = 1;
        self.varint = Varint::default();
        self.begun = false;
    }

    /// Takes the next bytes.
    pub fn push<M: Copy>(
        &mut self,
        shape: &Shape<M>,
        bytes: &[u8],
        visitor: &mut impl Visitor<M>,
    ) -> Result<(), Trouble> {
        let mut rest = bytes;
        while !rest.is_empty() && self.next != Next::Lost {
            let before = rest.len();
            let outcome = match self.next {
                Next::Key | Next::Number(_) | Next::Length(_) => self.varint(shape, &mut rest, visitor),
                Next::Bytes(node, left) => {
                    self.bytes(shape, node, left, &mut rest, visitor);
                    Ok(())
                }
                Next::Skip(left) => {
                    let len = (left as usize).min(rest.len());
                    rest = rest.get(len..).unwrap_or_default();
                    self.next = if left > len as u64 { Next::Skip(left - len as u64) } else { Next::Key };
                    Ok(())
                }
                Next::Lost => Ok(()),
            };
            let outcome = outcome.and_then(|()| self.consume(shape, (before - rest.len()) as u64, visitor));
            if let Err(trouble) = outcome {
                self.lose(shape, visitor);
                return Err(trouble);
            }
        }
        Ok(())
    }

    /// The message has ended. Ready for another one afterwards.
    pub fn finish<M: Copy>(
        &mut self,
        shape: &Shape<M>,
        visitor: &mut impl Visitor<M>,
    ) -> Result<(), Trouble> {
        // Of what was lost before, that was said.
        let is_whole =
            self.next == Next::Lost || self.next == Next::Key && self.varint.shift == 0 && self.depth <= 1;
        self.lose(shape, visitor);
        self.clear();
        if is_whole { Ok(()) } else { Err(Trouble::Truncated) }
    }

    /// Ends what is open.
    fn lose<M: Copy>(&mut self, shape: &Shape<M>, visitor: &mut impl Visitor<M>) {
        if let Next::Bytes(node, _) = self.next {
            self.tell(shape, node, &[], true, visitor);
        }
        while self.depth > 1 {
            self.leave(shape, visitor);
        }
        self.next = Next::Lost;
    }

    /// A byte of a number.
    fn varint<M: Copy>(
        &mut self,
        shape: &Shape<M>,
        rest: &mut &[u8],
        visitor: &mut impl Visitor<M>,
    ) -> Result<(), Trouble> {
        let Some((&byte, after)) = rest.split_first() else { return Ok(()) };
        *rest = after;
        if self.varint.shift > 63 {
            return Err(Trouble::Malformed);
        }
        self.varint.value |= u64::from(byte & 0x7f) << self.varint.shift;
        self.varint.shift += 7;
        if byte & 0x80 != 0 {
            return Ok(());
        }
        let value = std::mem::take(&mut self.varint).value;
        match self.next {
            Next::Key => self.key(shape, value),
            Next::Number(node) => {
                if let Some(mark) = node.and_then(|node| shape.mark(node)) {
                    visitor.number(mark, value);
                }
                self.next = Next::Key;
                Ok(())
            }
            Next::Length(node) => self.length(shape, node, value, visitor),
            _ => Ok(()),
        }
    }

    fn key<M: Copy>(&mut self, shape: &Shape<M>, key: u64) -> Result<(), Trouble> {
        let number = u32::try_from(key >> 3).ok().filter(|number| *number > 0).ok_or(Trouble::Malformed)?;
        let message = self.level().map_or(NodeId::ROOT, |level| level.node);
        let node = shape.field(message, number);
        self.next = match key & 7 {
            0 => Next::Number(node),
            1 => Next::Skip(8),
            2 => Next::Length(node),
            5 => Next::Skip(4),
            // Groups, which are deprecated and which no interface of interest has.
            _ => return Err(Trouble::Malformed),
        };
        Ok(())
    }

    fn length<M: Copy>(
        &mut self,
        shape: &Shape<M>,
        node: Option<NodeId>,
        length: u64,
        visitor: &mut impl Visitor<M>,
    ) -> Result<(), Trouble> {
        // What is within a message is no longer than what is left of it; the byte of the length itself is not taken off
        // yet.
        let left = self.level().and_then(|level| level.left);
        if left.is_some_and(|left| length >= left) || length > u64::from(u32::MAX) {
            return Err(Trouble::Malformed);
        }
        self.next = Next::Key;
        match node {
            Some(node) if shape.is_message(node) => {
                let Some(slot) = self.levels.get_mut(self.depth) else { return Err(Trouble::TooDeep) };
                // The byte that is taken off after this one is that of the length.
                *slot = Level { node, left: Some(length + 1) };
                self.depth += 1;
                if let Some(mark) = shape.mark(node) {
                    visitor.enter(mark);
                }
            }
            Some(node) if shape.mark(node).is_some() => {
                self.begun = false;
                if length == 0 {
                    self.tell(shape, node, &[], true, visitor);
                } else {
                    self.next = Next::Bytes(node, length);
                }
            }
            _ if length > 0 => self.next = Next::Skip(length),
            _ => {}
        }
        Ok(())
    }

    fn bytes<M: Copy>(
        &mut self,
        shape: &Shape<M>,
        node: NodeId,
        left: u64,
        rest: &mut &[u8],
        visitor: &mut impl Visitor<M>,
    ) {
        let len = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
        let (piece, after) = rest.split_at_checked(len).unwrap_or((rest, &[]));
        *rest = after;
        let left = left - piece.len() as u64;
        self.next = if left > 0 { Next::Bytes(node, left) } else { Next::Key };
        self.tell(shape, node, piece, left == 0, visitor);
    }

    fn tell<M: Copy>(
        &mut self,
        shape: &Shape<M>,
        node: NodeId,
        bytes: &[u8],
        is_last: bool,
        visitor: &mut impl Visitor<M>,
    ) {
        let part = Part::of(std::mem::replace(&mut self.begun, !is_last), is_last);
        if let Some(mark) = shape.mark(node) {
            visitor.bytes(mark, part, bytes);
        }
    }

    fn level(&self) -> Option<&Level> {
        self.depth.checked_sub(1).and_then(|top| self.levels.get(top))
    }

    /// So many bytes were taken, of all messages that are open.
    fn consume<M: Copy>(
        &mut self,
        shape: &Shape<M>,
        count: u64,
        visitor: &mut impl Visitor<M>,
    ) -> Result<(), Trouble> {
        for level in self.levels.get_mut(1..self.depth).unwrap_or_default() {
            if let Some(left) = &mut level.left {
                *left = left.checked_sub(count).ok_or(Trouble::Malformed)?;
            }
        }
        while self.level().is_some_and(|level| level.left == Some(0)) {
            // A message that ends does so between two of its fields.
            if self.next != Next::Key || self.varint.shift > 0 {
                return Err(Trouble::Malformed);
            }
            self.leave(shape, visitor);
        }
        Ok(())
    }

    fn leave<M: Copy>(&mut self, shape: &Shape<M>, visitor: &mut impl Visitor<M>) {
        let node = self.level().map(|level| level.node);
        self.depth = self.depth.saturating_sub(1).max(1);
        if let Some(mark) = node.and_then(|node| shape.mark(node)) {
            visitor.leave(mark);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Default, Debug, PartialEq, Eq, Clone)]
    struct Told(Vec<String>, Vec<u8>);

    impl Visitor<char> for Told {
        fn enter(&mut self, mark: char) {
            self.0.push(format!("enter {mark}"));
        }
        fn leave(&mut self, mark: char) {
            self.0.push(format!("leave {mark}"));
        }
        fn bytes(&mut self, mark: char, part: Part, bytes: &[u8]) {
            self.1.extend_from_slice(bytes);
            if part.is_last() {
                let text = String::from_utf8_lossy(&std::mem::take(&mut self.1)).into_owned();
                self.0.push(format!("{mark} {text}"));
            }
        }
        fn number(&mut self, mark: char, value: u64) {
            self.0.push(format!("{mark} {value}"));
        }
    }

    fn shape() -> Shape<char> {
        Shape::of(&[(&[1], 'a'), (&[5], 'm'), (&[5, 2], 'b'), (&[5, 3, 1], 'c'), (&[9], 'n')])
    }

    fn read<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> (Told, Vec<Trouble>) {
        let (shape, mut protobuf, mut told) = (shape(), Protobuf::default(), Told::default());
        let mut troubles = Vec::new();
        for piece in pieces {
            troubles.extend(protobuf.push(&shape, piece, &mut told).err());
        }
        troubles.extend(protobuf.finish(&shape, &mut told).err());
        (told, troubles)
    }

    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        assert!(bytes.len() < 128);
        [&[number << 3 | 2, bytes.len() as u8][..], bytes].concat()
    }

    #[test]
    fn fields_of_interest_come_out_however_the_message_is_cut() {
        let inner =
            [field(2, b"two"), field(7, b"skipped"), field(3, &field(1, b"deep")), field(2, b"")].concat();
        let message = [
            field(1, b"one"),
            vec![9 << 3, 0x96, 0x01],
            vec![2 << 3 | 1, 1, 2, 3, 4, 5, 6, 7, 8],
            field(5, &inner),
            vec![4 << 3 | 5, 1, 2, 3, 4],
            field(5, b""),
            field(6, &[0xff; 100]),
            field(1, b"last"),
        ]
        .concat();
        let expected =
            ["a one", "n 150", "enter m", "b two", "c deep", "b ", "leave m", "enter m", "leave m", "a last"];
        for size in 1..=message.len() {
            let (told, troubles) = read(message.chunks(size));
            assert_eq!((told.0, troubles), (expected.map(String::from).to_vec(), vec![]), "{size}");
        }
    }

    #[test]
    fn what_can_not_be_ends_the_reading() {
        for (message, trouble) in [
            (&[0x0b][..], Trouble::Malformed),
            (&[0x00], Trouble::Malformed),
            (&[0x80; 11], Trouble::Malformed),
            (&[5 << 3 | 2, 3, 2 << 3 | 2, 5, 1], Trouble::Malformed),
            (&[5 << 3 | 2, 1, 0x80], Trouble::Malformed),
            (&[1 << 3 | 2, 5, b'x'], Trouble::Truncated),
            (&[0x80], Trouble::Truncated),
        ] {
            assert_eq!(read([message]).1, [trouble], "{message:02x?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_the_same_however_they_are_cut(
            bytes in prop::collection::vec(prop::sample::select(vec![0x0a, 0x2a, 0x12, 0x1a, 0x48, 0, 1, 2, 3, 4, 9, 0x80, 0xff]), 0..80),
            size in 1..7_usize,
        ) {
            prop_assert_eq!(read(bytes.chunks(size)), read([&bytes[..]]));
        }
    }
}
