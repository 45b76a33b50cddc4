//! A capture as a wire with one worker.
//!
//! The project's own reader feeds the mbufs, and not DPDK's pcap device: that one reads no pcapng, takes all frames for
//! Ethernet, and hands out no times to rely on. Everything behind the buffers is what runs live.

use std::time::Duration;

use weir_hw::{Burst, Mbuf, Mempool};

use crate::capture::{CaptureError, CaptureReader, CaptureWriteError, CaptureWriter};
use crate::time::Nanos;
use crate::worker::{Batch, FrameIo, Lane, Timing};

/// Bytes of a buffer: frames of an ordinary MTU fit one, longer ones take several.
pub const REPLAY_ROOM: u16 = 2048;

/// Frames taken at once.
const BURST: usize = 32;

/// Reads from a capture and writes to another.
pub struct ReplayIo {
    reader: CaptureReader,
    writer: Option<CaptureWriter>,
    pool: Mempool,
    now: Nanos,
    first: Option<Nanos>,
    failed: Option<ReplayIoError>,
    ended: bool,
    lost: u64,
}

/// What ended a replay early.
#[derive(Debug, thiserror::Error)]
pub enum ReplayIoError {
    /// The capture can't be read any further.
    #[error(transparent)]
    Read(#[from] CaptureError),
    /// What came out can't be written.
    #[error(transparent)]
    Write(#[from] CaptureWriteError),
    /// The buffers are used up, which a replay that frees what it takes can't do.
    #[error("no packet buffer is left")]
    NoBuffer,
}

impl ReplayIo {
    /// A replay of `reader`; what comes out goes to `writer`.
    pub fn new(reader: CaptureReader, writer: Option<CaptureWriter>, pool: Mempool) -> ReplayIo {
        ReplayIo { reader, writer, pool, now: Nanos::ZERO, first: None, failed: None, ended: false, lost: 0 }
    }

    /// Whether all frames were taken, or the replay has failed.
    pub fn is_ended(&self) -> bool {
        self.ended
    }

    /// From the first frame to the latest, by the capture's clock.
    pub fn span(&self) -> Duration {
        self.first.map_or(Duration::ZERO, |first| self.now.since(first))
    }

    /// The reader, for what it knows of the capture's end.
    pub fn reader(&self) -> &CaptureReader {
        &self.reader
    }

    /// Finishes the file that was written, and says what went wrong on the way.
    pub fn finish(&mut self) -> Result<(), ReplayIoError> {
        if let Some(writer) = self.writer.take() {
            writer.finish()?;
        }
        self.failed.take().map_or(Ok(()), Err)
    }

    /// The next frame with its time and number; `None` at the end.
    fn next(&mut self) -> Result<Option<(Mbuf, Nanos, u64)>, ReplayIoError> {
        let Some(captured) = self.reader.next()? else { return Ok(None) };
        let frame = self.pool.frame(captured.frame).ok_or(ReplayIoError::NoBuffer)?;
        Ok(Some((frame, captured.time, captured.number)))
    }
}

impl FrameIo for ReplayIo {
    const TIMING: Timing = Timing::Recorded;

    fn lanes(&self) -> usize {
        1
    }

    fn receive(&mut self, _: Lane, batch: &mut Batch) -> usize {
        batch.begin(self.now);
        // What is written out has the time of the burst it was received in: one frame at a time keeps it exact.
        let limit = if self.writer.is_some() { 1 } else { BURST };
        while !self.ended && batch.burst().len() < limit {
            match self.next() {
                Ok(Some((frame, time, number))) => {
                    self.now = time;
                    self.first.get_or_insert(time);
                    batch.push_stamped(frame, time, number);
                }
                Ok(None) => self.ended = true,
                Err(error) => {
                    self.failed = Some(error);
                    self.ended = true;
                }
            }
        }
        batch.burst().len()
    }

    fn transmit(&mut self, _: Lane, burst: &mut Burst) {
        if let Some(writer) = &mut self.writer {
            let mut bytes = Vec::new();
            for frame in burst.iter() {
                bytes.clear();
                frame.segments().for_each(|segment| bytes.extend_from_slice(segment));
                if let Err(error) = writer.write(self.now, &bytes) {
                    self.lost += 1;
                    self.failed.get_or_insert(error.into());
                    self.ended = true;
                }
            }
        }
        burst.clear();
    }

    fn buffer(&mut self) -> Option<Mbuf> {
        self.pool.alloc()
    }

    fn now(&mut self) -> Nanos {
        self.now
    }

    fn tx_failed(&self) -> u64 {
        self.lost
    }
}
