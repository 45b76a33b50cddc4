//! Arrays that joblib writes between the opcodes of a pickle: behind the BUILD of a `NumpyArrayWrapper` come a byte with
//! the length of a padding, the padding, and the items; or, if the items are objects, another pickle
//! (`joblib/numpy_pickle.py`: `NumpyArrayWrapper.read_array`).

use super::texts::Texts;
use super::value::Value;

/// What follows the BUILD of a wrapper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ArrayData {
    /// So many bytes, behind a padding or none.
    Items { bytes: u64, padding: Padding },
    /// A pickle of its own.
    Objects,
    /// Something, but how much can't be told.
    Unknown,
}

/// Whether a padding comes first: joblib writes one since 1.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Padding {
    #[default]
    None,
    Counted,
}

/// What was set of the wrapper that is being built.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Array {
    on: bool,
    shape: Option<u32>,
    /// Bytes of an item; objects have no size.
    dtype: Option<Option<u16>>,
    padding: Padding,
}

impl Array {
    /// A wrapper has been made, and will be built.
    pub fn begin(&mut self) {
        *self = Array { on: true, ..Array::default() };
    }

    /// Whether a wrapper is being built.
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// An item was put into a dictionary.
    pub fn item(&mut self, key: Value, value: Value, texts: &Texts) {
        let Value::Text(key) = key else { return };
        if !self.on {
            return;
        }
        match (texts.get(key), value) {
            (b"shape", Value::Shape(count)) => self.shape = Some(count),
            (b"dtype", Value::Dtype(size)) => self.dtype = Some(size),
            (b"numpy_array_alignment_bytes", Value::Int(_)) => self.padding = Padding::Counted,
            _ => {}
        }
    }

    /// The wrapper is built.
    pub fn take(&mut self) -> ArrayData {
        let array = std::mem::take(self);
        match (array.dtype, array.shape) {
            (Some(None), _) => ArrayData::Objects,
            (Some(Some(size)), Some(count)) => {
                ArrayData::Items { bytes: u64::from(size) * u64::from(count), padding: array.padding }
            }
            _ => ArrayData::Unknown,
        }
    }

    /// The size of the items of a data type (`f8`, `<i4`, `U12`, `O8`); `Some(None)` if they are objects.
    pub fn dtype(&self, code: &[u8]) -> Option<Option<u16>> {
        let code =
            code.strip_prefix(b"<").or(code.strip_prefix(b">")).or(code.strip_prefix(b"|")).unwrap_or(code);
        let (&kind, digits) = code.split_first()?;
        let size: u16 = std::str::from_utf8(digits).ok()?.parse().ok()?;
        match kind {
            b'O' => Some(None),
            b'U' => size.checked_mul(4).map(Some),
            b'b' | b'i' | b'u' | b'f' | b'c' | b'm' | b'M' | b'S' | b'V' => Some(Some(size)),
            _ => None,
        }
    }
}
