//! Texts in tensors of the open inference protocol (KServe v2, "Tensor Data"): elements of type BYTES, listed one by one or
//! raw, each behind its length in four bytes, little endian.

/// Tensors of one message that are told apart.
const MAX_TENSORS: usize = 32;

/// What is remembered of the tensors of a message.
#[derive(Debug, Default)]
pub struct Tensors {
    /// Whether each holds texts.
    is_text: [bool; MAX_TENSORS],
    count: usize,
    /// Raw contents so far: they come in the order of the tensors.
    raw: usize,
    /// Bytes of a length.
    length: [u8; 4],
    have: usize,
    /// Bytes of the present element that are to come.
    left: u32,
}

impl Tensors {
    /// Ready for another message.
    pub fn clear(&mut self) {
        *self = Tensors::default();
    }

    /// A tensor begins.
    pub fn begin(&mut self) {
        self.count = self.count.saturating_add(1);
    }

    /// It is of this type.
    pub fn datatype(&mut self, name: &[u8]) {
        if let Some(slot) = self.count.checked_sub(1).and_then(|at| self.is_text.get_mut(at)) {
            *slot = name == b"BYTES";
        }
    }

    /// The number of the last tensor that has begun.
    pub fn last(&self) -> u16 {
        self.count.saturating_sub(1).min(MAX_TENSORS) as u16
    }

    /// The raw contents of the next tensor begin.
    pub fn begin_raw(&mut self) {
        self.raw = self.raw.saturating_add(1);
        (self.have, self.left) = (0, 0);
    }

    /// The next piece of a text in raw contents, with the number of its tensor and whether the text ends with it.
    pub fn next_text<'b>(&mut self, rest: &mut &'b [u8]) -> Option<(u16, &'b [u8], bool)> {
        let tensor = self.raw.checked_sub(1)?;
        if !self.is_text.get(tensor).copied().unwrap_or(false) {
            return None;
        }
        while self.left == 0 {
            let (&byte, after) = rest.split_first()?;
            *rest = after;
            if let Some(slot) = self.length.get_mut(self.have) {
                *slot = byte;
            }
            self.have += 1;
            if self.have == self.length.len() {
                self.have = 0;
                self.left = u32::from_le_bytes(self.length);
            }
        }
        if rest.is_empty() {
            return None;
        }
        let len = (self.left as usize).min(rest.len());
        let (text, after) = rest.split_at_checked(len)?;
        *rest = after;
        self.left -= len as u32;
        Some((tensor as u16, text, self.left == 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_out_of_raw_contents_and_numbers_do_not() {
        let raw = [&[2, 0, 0, 0][..], b"hi", &[0, 0, 0, 0], &[5, 0, 0, 0], b"there"].concat();
        for size in 1..=raw.len() {
            let mut tensors = Tensors::default();
            for name in ["FP32", "BYTES"] {
                tensors.begin();
                tensors.datatype(name.as_bytes());
            }
            tensors.begin_raw();
            assert_eq!(tensors.next_text(&mut &[1, 2, 3, 4, 5][..]), None);
            tensors.begin_raw();
            let (mut texts, mut open) = (Vec::new(), Vec::new());
            for mut piece in raw.chunks(size) {
                while let Some((tensor, text, is_end)) = tensors.next_text(&mut piece) {
                    assert_eq!(tensor, 1);
                    open.extend_from_slice(text);
                    if is_end {
                        texts.push(std::mem::take(&mut open));
                    }
                }
            }
            assert_eq!(texts, [b"hi".to_vec(), b"there".to_vec()], "{size}");
        }
    }
}
