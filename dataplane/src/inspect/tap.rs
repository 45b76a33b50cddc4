//! A record of what was scanned, for measuring Hyperscan alone on the same pieces in the same order.

use weir_rules::field::FieldId;

use crate::flow::Direction;

/// One call of the scanner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanPiece {
    /// The field.
    pub field: FieldId,
    /// The direction.
    pub direction: Direction,
    /// The stream, where the field is one.
    pub slot: u32,
    /// Whether the stream starts with this piece.
    pub first: bool,
    /// Where the bytes are in [`ScanTap::bytes`].
    pub start: usize,
    /// How many.
    pub length: usize,
}

/// All pieces that were scanned while the tap was in place.
#[derive(Debug, Default)]
pub struct ScanTap {
    /// In order.
    pub pieces: Vec<ScanPiece>,
    /// Their bytes, one after the other.
    pub bytes: Vec<u8>,
}

impl ScanTap {
    pub(super) fn record(&mut self, mut piece: ScanPiece, bytes: &[u8]) {
        piece.start = self.bytes.len();
        piece.length = bytes.len();
        self.bytes.extend_from_slice(bytes);
        self.pieces.push(piece);
    }
}
