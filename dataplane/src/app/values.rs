//! The values of one transaction's fields, as far as signatures want them: bounded, in one buffer.
//!
//! ```text
//!  values:  http.method │ http.uri │ http.request_body (open, still growing)
//!  bytes:   POST        │ /v1/chat │ {"model":…
//! ```
//!
//! A value lies in one piece. One that grows while another is at the end moves there. What does not fit is cut off, and
//! that is remembered: a value that was cut is looked at as far as it goes. Of a conversation, which may be as long as it
//! likes, the end is kept instead: what was looked at makes room.

use std::ops::Range;

use weir_rules::field::{Continuity, FieldId};

use crate::confirm::{Extent, Value as ConfirmValue};
use crate::decode::{Lane, Part};
use crate::flow::Direction;

/// How much of a transaction is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueLimits {
    /// Bytes of all values together.
    pub bytes: usize,
    /// Bytes of one streamed value (a body): what lies behind is not looked at.
    pub body: usize,
    /// Values.
    pub values: usize,
    /// Bytes of one value of which only the end is kept (what is said to a model, and by it).
    pub window: usize,
}

impl Default for ValueLimits {
    fn default() -> ValueLimits {
        ValueLimits { bytes: 256 << 10, body: 100 << 10, values: 512, window: 32 << 10 }
    }
}

/// Whether only the end of a long value of a field is kept.
fn slides(field: FieldId) -> bool {
    let is_body = matches!(field, FieldId::HttpRequestBody | FieldId::HttpResponseBody | FieldId::FileData);
    field.continuity() == Continuity::Streaming && !is_body
}

#[derive(Clone, Debug)]
struct Value {
    field: FieldId,
    direction: Direction,
    lane: Lane,
    place: Range<usize>,
    /// Bytes that were before, and are gone.
    skipped: usize,
    /// All bytes that there were, kept or not.
    total: u64,
    extent: Extent,
}

/// A value as signatures see it.
#[derive(Clone, Copy, Debug)]
pub struct ValueRef<'v> {
    /// Which field.
    pub field: FieldId,
    /// Which way it went.
    pub direction: Direction,
    /// Which of those that grow side by side.
    pub lane: Lane,
    /// The bytes that are there.
    pub bytes: &'v [u8],
    /// Bytes that were before, and are gone.
    pub skipped: usize,
    /// All bytes that there were, kept or not.
    pub total: u64,
    /// Whether that is all.
    pub extent: Extent,
}

impl<'v> ValueRef<'v> {
    /// As it is confirmed.
    pub const fn value(&self) -> ConfirmValue<'v> {
        ConfirmValue { bytes: self.bytes, skipped: self.skipped, extent: self.extent }
    }
}

/// What adding a chunk came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Added {
    /// Which value has grown, or is new.
    pub index: usize,
    /// Where the new bytes begin in it.
    pub from: usize,
}

/// The values of one transaction.
#[derive(Clone, Debug, Default)]
pub struct Values {
    list: Vec<Value>,
    bytes: Vec<u8>,
    /// The memory that bytes move to when others were let go.
    spare: Vec<u8>,
}

impl Values {
    /// Forgets everything, and keeps the memory.
    pub fn clear(&mut self) {
        self.list.clear();
        self.bytes.clear();
    }

    /// Gives memory back that is more than `kept` bytes.
    pub fn shrink(&mut self, kept: usize) {
        self.bytes.shrink_to(kept);
        self.spare = Vec::new();
    }

    /// Adds a chunk of a field; `None` where there is no room for another value.
    pub fn add(
        &mut self,
        limits: &ValueLimits,
        key: (Direction, FieldId, Lane),
        part: Part,
        chunk: &[u8],
    ) -> Option<Added> {
        let index = self.place_of(limits, key, part)?;
        if slides(key.1) {
            self.slide(index, limits, chunk.len());
        }
        let from = self.list.get(index)?.place.len();
        let limit = if part == Part::Whole { limits.bytes } else { limits.body };
        self.extend(index, limits.bytes, limit, chunk);
        let value = self.list.get_mut(index)?;
        value.total += chunk.len() as u64;
        if part.is_last() && value.extent == Extent::Open {
            value.extent = Extent::Whole;
        }
        Some(Added { index, from })
    }

    /// Counts a chunk of a field, and keeps nothing of it.
    pub fn count(&mut self, limits: &ValueLimits, key: (Direction, FieldId, Lane), part: Part, chunk: &[u8]) {
        let index = self.place_of(limits, key, part);
        let Some(value) = index.and_then(|index| self.list.get_mut(index)) else { return };
        value.total += chunk.len() as u64;
        value.extent = if part.is_last() { Extent::Whole } else { Extent::Cut };
    }

    /// The value that a chunk belongs to, begun where it is new; `None` where there is no room for another.
    fn place_of(
        &mut self,
        limits: &ValueLimits,
        (direction, field, lane): (Direction, FieldId, Lane),
        part: Part,
    ) -> Option<usize> {
        let is_meant =
            |value: &Value| value.field == field && value.direction == direction && value.lane == lane;
        if !part.is_first()
            && let Some(index) = self.list.iter().rposition(is_meant)
            && self.list.get(index).is_some_and(|value| value.extent != Extent::Whole)
        {
            return Some(index);
        }
        if self.list.len() >= limits.values {
            self.forget_said();
        }
        if self.list.len() >= limits.values {
            return None;
        }
        let end = self.bytes.len();
        let (place, extent) = (end..end, Extent::Open);
        self.list.push(Value { field, direction, lane, place, skipped: 0, total: 0, extent });
        Some(self.list.len() - 1)
    }

    /// Makes room for more of a value of which only the end is kept.
    fn slide(&mut self, index: usize, limits: &ValueLimits, more: usize) {
        // A value that moves to the end leaves its bytes behind, so as much again may be needed.
        if self.bytes.len() + limits.window + more > limits.bytes {
            self.forget_bytes();
        }
        let Some(value) = self.list.get_mut(index) else { return };
        if value.place.len() + more <= limits.window {
            return;
        }
        let kept = value.place.len().min(limits.window / 2);
        let dropped = value.place.len() - kept;
        value.skipped += dropped;
        value.place.start += dropped;
    }

    /// Lets go of what was said and looked at: values of conversations that are whole.
    fn forget_said(&mut self) {
        self.list.retain(|value| !(slides(value.field) && value.extent == Extent::Whole));
    }

    /// Lets go of their bytes, and of all that no value refers to any more.
    fn forget_bytes(&mut self) {
        let mut bytes = std::mem::take(&mut self.spare);
        bytes.clear();
        for value in &mut self.list {
            if slides(value.field) && value.extent == Extent::Whole {
                value.skipped += value.place.len();
                value.place = 0..0;
                continue;
            }
            let from = bytes.len();
            bytes.extend_from_slice(self.bytes.get(value.place.clone()).unwrap_or_default());
            value.place = from..bytes.len();
        }
        self.spare = std::mem::replace(&mut self.bytes, bytes);
    }

    fn extend(&mut self, index: usize, total: usize, limit: usize, chunk: &[u8]) {
        let end = self.bytes.len();
        let Some(value) = self.list.get_mut(index) else { return };
        if value.extent == Extent::Cut {
            return;
        }
        let len = value.place.len();
        let moves = value.place.end != end && len > 0;
        let needed = if moves { len } else { 0 };
        let room = limit.saturating_sub(len).min(total.saturating_sub(end + needed));
        let taken = chunk.get(..room).unwrap_or(chunk);
        if taken.len() < chunk.len() {
            value.extent = Extent::Cut;
        }
        if taken.is_empty() {
            return;
        }
        if moves {
            self.bytes.extend_from_within(value.place.clone());
            value.place = end..end + len;
        } else if len == 0 {
            value.place = end..end;
        }
        self.bytes.extend_from_slice(taken);
        value.place.end += taken.len();
    }

    /// The value of an index.
    pub fn get(&self, index: usize) -> Option<ValueRef<'_>> {
        let value = self.list.get(index)?;
        Some(ValueRef {
            field: value.field,
            direction: value.direction,
            lane: value.lane,
            bytes: self.bytes.get(value.place.clone()).unwrap_or_default(),
            skipped: value.skipped,
            total: value.total,
            extent: value.extent,
        })
    }

    /// All values, in the order in which they began.
    pub fn iter(&self) -> impl Iterator<Item = ValueRef<'_>> {
        (0..self.list.len()).filter_map(|index| self.get(index))
    }

    /// All values of a field, in the order in which they came.
    pub fn of(&self, field: FieldId) -> impl Iterator<Item = ValueRef<'_>> {
        (0..self.list.len()).filter_map(|index| self.get(index)).filter(move |value| value.field == field)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TO_SERVER: Direction = Direction::ToServer;

    #[test]
    fn values_lie_in_one_piece_though_others_come_between() {
        let (mut values, limits) = (Values::default(), ValueLimits::default());
        values.add(&limits, (TO_SERVER, FieldId::HttpRequestBody, Lane(0)), Part::Start, b"ab");
        values.add(&limits, (TO_SERVER, FieldId::HttpHeader, Lane(0)), Part::Whole, b"X: y");
        let added =
            values.add(&limits, (TO_SERVER, FieldId::HttpRequestBody, Lane(0)), Part::Continue, b"cd");
        assert_eq!(added, Some(Added { index: 0, from: 2 }));
        values.add(&limits, (TO_SERVER, FieldId::HttpRequestBody, Lane(0)), Part::End, b"");
        let body = values.of(FieldId::HttpRequestBody).next().unwrap();
        assert_eq!((body.bytes, body.extent), (&b"abcd"[..], Extent::Whole));
        assert_eq!(values.of(FieldId::HttpHeader).next().unwrap().bytes, b"X: y");
    }

    #[test]
    fn what_does_not_fit_is_cut() {
        let limits = ValueLimits { bytes: 10, body: 4, values: 2, window: 4 };
        let mut values = Values::default();
        values.add(&limits, (TO_SERVER, FieldId::FileData, Lane(0)), Part::Start, b"abcdef");
        values.add(&limits, (TO_SERVER, FieldId::FileData, Lane(0)), Part::Continue, b"gh");
        let body = values.get(0).unwrap();
        assert_eq!((body.bytes, body.extent), (&b"abcd"[..], Extent::Cut));
        values.add(&limits, (TO_SERVER, FieldId::HttpUri, Lane(0)), Part::Whole, b"123456789");
        assert_eq!(values.get(1).unwrap().extent, Extent::Cut);
        assert_eq!(values.add(&limits, (TO_SERVER, FieldId::HttpUri, Lane(0)), Part::Whole, b"x"), None);
    }

    /// However long it is, its end is there, with all that lies within half a window before it.
    #[test]
    fn of_what_is_said_the_end_is_kept() {
        let limits = ValueLimits { bytes: 64, window: 16, ..ValueLimits::default() };
        let (mut values, mut all) = (Values::default(), Vec::new());
        let said = |lane| (TO_SERVER, FieldId::LlmPrompt, Lane(lane));
        for (round, chunk) in b"what a user says, and says, and says again to the model".chunks(5).enumerate()
        {
            let part = if round == 0 { Part::Start } else { Part::Continue };
            values.add(&limits, said(1), part, b"other");
            values.add(&limits, said(0), part, chunk);
            all.extend_from_slice(chunk);
            let value = values.of(FieldId::LlmPrompt).find(|value| value.lane == Lane(0)).unwrap();
            assert_eq!(value.bytes, &all[value.skipped..]);
            assert!(value.bytes.len() <= 16 && value.bytes.len() >= all.len().min(8));
            assert_eq!((value.total, value.extent), (all.len() as u64, Extent::Open));
            assert!(values.bytes.len() <= 64);
        }
        for _ in 0..600 {
            assert!(values.add(&limits, said(2), Part::Whole, b"a message").is_some());
        }
    }

    proptest! {
        #[test]
        fn any_interleaving_keeps_every_value(
            chunks in prop::collection::vec((0_usize..3, prop::collection::vec(any::<u8>(), 0..20)), 0..40)
        ) {
            let fields = [FieldId::HttpRequestBody, FieldId::HttpResponseBody, FieldId::FileData];
            let limits = ValueLimits { bytes: 1 << 20, ..ValueLimits::default() };
            let mut values = Values::default();
            let mut model: [Option<Vec<u8>>; 3] = [None, None, None];
            for (which, chunk) in &chunks {
                let part = if model[*which].is_none() { Part::Start } else { Part::Continue };
                values.add(&limits, (TO_SERVER, fields[*which], Lane(0)), part, chunk);
                model[*which].get_or_insert_default().extend(chunk);
            }
            for (field, want) in fields.into_iter().zip(&model) {
                let got = values.of(field).next().map(|value| value.bytes.to_vec());
                prop_assert_eq!(got, want.clone());
            }
        }
    }
}
