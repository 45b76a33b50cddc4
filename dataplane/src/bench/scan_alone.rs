//! Hyperscan alone on what the pipeline scanned: the ceiling of inspection.
//!
//! The pieces are those that a [`ScanTap`] recorded in a round of the pipeline: the same bytes, cut at the same
//! places, in the same order, over as many streams. A stream is reset where the pipeline began a new one.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use hyperscan::{Matching, Scratch, Stream};
use weir_rules::field::FieldId;

use crate::flow::Direction;
use crate::inspect::{Database, Databases, ScanPiece, ScanTap};

/// Why there is nothing to compare with.
#[derive(Debug, thiserror::Error)]
#[error("Hyperscan can't scan alone: {0}")]
pub struct ScanAloneError(#[from] hyperscan::Error);

/// Where a piece is scanned.
#[derive(Clone, Copy, Debug)]
enum Target {
    /// In this stream, which begins with this piece.
    Begin(usize),
    /// In this stream.
    Continue(usize),
    /// On its own.
    Block(FieldId, Direction),
}

/// The pieces of a round, and what it takes to scan them.
pub struct ScanAlone {
    databases: Arc<Databases>,
    scratch: Option<Scratch>,
    streams: Vec<Stream>,
    work: Vec<(Target, Range<usize>)>,
    bytes: Vec<u8>,
}

impl ScanAlone {
    /// Opens the streams that the pieces need.
    pub fn new(databases: Arc<Databases>, tap: ScanTap) -> Result<ScanAlone, ScanAloneError> {
        let scratch = scratch_for(&databases)?;
        let mut alone =
            ScanAlone { databases, scratch, streams: Vec::new(), work: Vec::new(), bytes: tap.bytes };
        let mut known = HashMap::new();
        for piece in &tap.pieces {
            let Some(target) = alone.target(piece, &mut known)? else { continue };
            alone.work.push((target, piece.start..piece.start + piece.length));
        }
        Ok(alone)
    }

    fn target(
        &mut self,
        piece: &ScanPiece,
        known: &mut HashMap<(FieldId, Direction, u32), usize>,
    ) -> Result<Option<Target>, ScanAloneError> {
        let Some(group) = self.databases.group(piece.field, piece.direction) else { return Ok(None) };
        let Database::Streaming(database) = &group.database else {
            return Ok(Some(Target::Block(piece.field, piece.direction)));
        };
        let key = (piece.field, piece.direction, piece.slot);
        let stream = match known.get(&key) {
            Some(&stream) => stream,
            None => {
                self.streams.push(database.open_stream()?);
                known.insert(key, self.streams.len() - 1);
                self.streams.len() - 1
            }
        };
        Ok(Some(if piece.first { Target::Begin(stream) } else { Target::Continue(stream) }))
    }

    /// Bytes of a round.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Pieces of a round.
    pub fn pieces(&self) -> usize {
        self.work.len()
    }

    /// Scans everything once.
    pub fn round(&self) -> Result<(), ScanAloneError> {
        let Some(scratch) = &self.scratch else { return Ok(()) };
        let ignore = |_: u32, _: u64, _: u64, _: u32| Matching::Continue;
        for (target, range) in &self.work {
            let piece = self.bytes.get(range.clone()).unwrap_or_default();
            match *target {
                Target::Begin(stream) | Target::Continue(stream) => {
                    let Some(stream) = self.streams.get(stream) else { continue };
                    if let Target::Begin(_) = target {
                        stream.reset(scratch, ())?;
                    }
                    stream.scan(piece, scratch, ignore)?;
                }
                Target::Block(field, direction) => {
                    let group = self.databases.group(field, direction);
                    if let Some(Database::Block(database)) = group.map(|group| &group.database) {
                        database.scan(piece, scratch, ignore)?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn scratch_for(databases: &Databases) -> Result<Option<Scratch>, ScanAloneError> {
    let mut scratch: Option<Scratch> = None;
    for (_, _, group) in databases.groups() {
        match (&mut scratch, &group.database) {
            (Some(scratch), Database::Streaming(database)) => drop(database.realloc_scratch(scratch)?),
            (Some(scratch), Database::Block(database)) => drop(database.realloc_scratch(scratch)?),
            (none, Database::Streaming(database)) => *none = Some(database.alloc_scratch()?),
            (none, Database::Block(database)) => *none = Some(database.alloc_scratch()?),
        }
    }
    Ok(scratch)
}

impl Drop for ScanAlone {
    fn drop(&mut self) {
        if let Some(scratch) = &self.scratch {
            for stream in self.streams.drain(..) {
                // Hyperscan's streams are not freed by dropping them; one that is open can be closed.
                let _ = stream.close(scratch, ());
            }
        }
    }
}
