//! The values of one transaction's fields, as far as signatures want them: bounded, in one buffer.
//!
//! ```text
//!  values:  http.method │ http.uri │ http.request_body (open, still growing)
//!  bytes:   POST        │ /v1/chat │ {"model":…
//! ```
//!
//! A value lies in one piece. One that grows while another is at the end moves there. What does not fit is cut off, and
//! that is remembered: a value that was cut is looked at as far as it goes.

use std::ops::Range;

use weir_rules::field::FieldId;

use crate::confirm::{Extent, Value as ConfirmValue};
use crate::decode::Part;
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
}

impl Default for ValueLimits {
    fn default() -> ValueLimits {
        ValueLimits { bytes: 256 << 10, body: 100 << 10, values: 512 }
    }
}

#[derive(Clone, Debug)]
struct Value {
    field: FieldId,
    direction: Direction,
    place: Range<usize>,
    extent: Extent,
}

/// A value as signatures see it.
#[derive(Clone, Copy, Debug)]
pub struct ValueRef<'v> {
    /// Which field.
    pub field: FieldId,
    /// Which way it went.
    pub direction: Direction,
    /// The bytes that are there.
    pub bytes: &'v [u8],
    /// Whether that is all.
    pub extent: Extent,
}

impl<'v> ValueRef<'v> {
    /// As it is confirmed.
    pub const fn value(&self) -> ConfirmValue<'v> {
        ConfirmValue { bytes: self.bytes, extent: self.extent }
    }
}

/// What adding a chunk came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Added {
    /// Which value has grown, or is new.
    pub index: usize,
    /// How long it was before.
    pub from: usize,
}

/// The values of one transaction.
#[derive(Clone, Debug, Default)]
pub struct Values {
    list: Vec<Value>,
    bytes: Vec<u8>,
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
    }

    /// Adds a chunk of a field; `None` where there is no room for another value.
    pub fn add(
        &mut self,
        limits: &ValueLimits,
        direction: Direction,
        field: FieldId,
        part: Part,
        chunk: &[u8],
    ) -> Option<Added> {
        let open = match part {
            Part::Whole | Part::Start => None,
            Part::Continue | Part::End => self.open_value(direction, field),
        };
        let index = match open {
            Some(index) => index,
            None if self.list.len() >= limits.values => return None,
            None => {
                let end = self.bytes.len();
                self.list.push(Value { field, direction, place: end..end, extent: Extent::Open });
                self.list.len() - 1
            }
        };
        let from = self.list.get(index)?.place.len();
        let limit = if part == Part::Whole { limits.bytes } else { limits.body };
        self.extend(index, limits.bytes, limit, chunk);
        if let (Part::Whole | Part::End, Some(value)) = (part, self.list.get_mut(index))
            && value.extent == Extent::Open
        {
            value.extent = Extent::Whole;
        }
        Some(Added { index, from })
    }

    fn open_value(&self, direction: Direction, field: FieldId) -> Option<usize> {
        let is_meant = |value: &Value| value.field == field && value.direction == direction;
        let index = self.list.iter().rposition(is_meant)?;
        self.list.get(index).filter(|value| value.extent != Extent::Whole).map(|_| index)
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
            bytes: self.bytes.get(value.place.clone()).unwrap_or_default(),
            extent: value.extent,
        })
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
        values.add(&limits, TO_SERVER, FieldId::HttpRequestBody, Part::Start, b"ab");
        values.add(&limits, TO_SERVER, FieldId::HttpHeader, Part::Whole, b"X: y");
        let added = values.add(&limits, TO_SERVER, FieldId::HttpRequestBody, Part::Continue, b"cd");
        assert_eq!(added, Some(Added { index: 0, from: 2 }));
        values.add(&limits, TO_SERVER, FieldId::HttpRequestBody, Part::End, b"");
        let body = values.of(FieldId::HttpRequestBody).next().unwrap();
        assert_eq!((body.bytes, body.extent), (&b"abcd"[..], Extent::Whole));
        assert_eq!(values.of(FieldId::HttpHeader).next().unwrap().bytes, b"X: y");
    }

    #[test]
    fn what_does_not_fit_is_cut() {
        let limits = ValueLimits { bytes: 10, body: 4, values: 2 };
        let mut values = Values::default();
        values.add(&limits, TO_SERVER, FieldId::FileData, Part::Start, b"abcdef");
        values.add(&limits, TO_SERVER, FieldId::FileData, Part::Continue, b"gh");
        let body = values.get(0).unwrap();
        assert_eq!((body.bytes, body.extent), (&b"abcd"[..], Extent::Cut));
        values.add(&limits, TO_SERVER, FieldId::HttpUri, Part::Whole, b"123456789");
        assert_eq!(values.get(1).unwrap().extent, Extent::Cut);
        assert_eq!(values.add(&limits, TO_SERVER, FieldId::HttpUri, Part::Whole, b"x"), None);
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
                values.add(&limits, TO_SERVER, fields[*which], part, chunk);
                model[*which].get_or_insert_default().extend(chunk);
            }
            for (field, want) in fields.into_iter().zip(&model) {
                let got = values.of(field).next().map(|value| value.bytes.to_vec());
                prop_assert_eq!(got, want.clone());
            }
        }
    }
}
