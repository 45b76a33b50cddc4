//! `permessage-deflate` (RFC 7692 §7.2): DEFLATE over a message, or over all messages of a direction.

use flate2::{Decompress, FlushDecompress, Status};

use super::super::content_coding::ChainLimits;

/// How much is inflated before it is handed on, and how often the limits are looked at.
const BUFFER: usize = 16 << 10;
/// What a sender leaves out at the end of a message (§7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    Corrupt,
    Bomb,
}

/// Inflates messages, one after the other. Holds a window of 32 KiB.
pub(super) struct Inflater {
    inflate: Decompress,
    buffer: Box<[u8]>,
    limits: ChainLimits,
    /// The rest of the message is not told.
    stopped: bool,
    /// Bytes of this message, taken and given.
    consumed: u64,
    produced: u64,
    /// The stream of the sender has ended; the next message begins another.
    ended: bool,
}

impl Inflater {
    pub fn new(limits: ChainLimits) -> Inflater {
        Inflater {
            inflate: Decompress::new(false),
            buffer: vec![0; BUFFER].into_boxed_slice(),
            limits,
            stopped: false,
            consumed: 0,
            produced: 0,
            ended: false,
        }
    }

    /// Makes it as new, keeping its memory.
    pub fn reset(&mut self) {
        self.inflate.reset(false);
        self.begin();
        self.ended = false;
    }

    /// Begins a message that may refer to those before.
    pub fn begin(&mut self) {
        if std::mem::take(&mut self.ended) {
            self.inflate.reset(false);
        }
        self.stopped = false;
        (self.consumed, self.produced) = (0, 0);
    }

    /// Takes a piece of a message, and gives what can be told of it.
    pub fn push(&mut self, piece: &[u8], tell: &mut impl FnMut(&[u8])) -> Result<(), Trouble> {
        if self.stopped || self.ended { Ok(()) } else { self.inflate(piece, tell) }
    }

    /// The message has ended.
    pub fn finish(&mut self, tell: &mut impl FnMut(&[u8])) -> Result<(), Trouble> {
        if self.stopped || self.ended { Ok(()) } else { self.inflate(&TAIL, tell) }
    }

    fn inflate(&mut self, mut input: &[u8], tell: &mut impl FnMut(&[u8])) -> Result<(), Trouble> {
        loop {
            let room = BUFFER - (self.produced % BUFFER as u64) as usize;
            let output = self.buffer.get_mut(..room).unwrap_or_default();
            let (before_in, before_out) = (self.inflate.total_in(), self.inflate.total_out());
            let status = self.inflate.decompress(input, output, FlushDecompress::Sync);
            // The totals are true after an error as well.
            let used = (self.inflate.total_in() - before_in) as usize;
            let given = (self.inflate.total_out() - before_out) as usize;
            input = input.get(used..).unwrap_or_default();
            (self.consumed, self.produced) = (self.consumed + used as u64, self.produced + given as u64);
            let bytes = self.buffer.get(..given).unwrap_or_default();
            if !bytes.is_empty() {
                tell(bytes);
            }
            match status {
                Ok(Status::StreamEnd) => {
                    // What follows a last block is no more of the message.
                    self.ended = true;
                    return Ok(());
                }
                Ok(Status::Ok | Status::BufError) => {}
                Err(_) => {
                    (self.stopped, self.ended) = (true, true);
                    return Err(Trouble::Corrupt);
                }
            }
            if self.is_bomb() {
                (self.stopped, self.ended) = (true, true);
                return Err(Trouble::Bomb);
            }
            if (input.is_empty() && given < room) || (used == 0 && given == 0) {
                return Ok(());
            }
        }
    }

    fn is_bomb(&self) -> bool {
        let ratio = self.consumed.saturating_mul(u64::from(self.limits.max_ratio));
        self.produced.is_multiple_of(BUFFER as u64)
            && (self.produced > self.limits.max_output || self.produced > ratio.max(self.limits.ratio_floor))
    }
}
