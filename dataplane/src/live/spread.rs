//! Spreads flows over workers in software, where the devices can't do it symmetrically.
//!
//! The worker that owns a receive queue looks at the headers of each frame and hands those of other workers over, by a
//! lock-free ring for each lane and pair of workers. Both directions of a flow, whichever port they come in on, meet at
//! one worker.

use weir_hw::{BURST_CAPACITY, Burst, Mbuf, MbufConsumer, MbufProducer};

use crate::flow::{SpreadBy, spread};
use crate::packet::{Parsed, ParserConfig, parse};

/// Headers are looked for in this many bytes of a frame that lies in pieces.
const HEADERS: usize = 2048;

/// One worker's part in spreading.
pub struct Spreader {
    parser: ParserConfig,
    by: SpreadBy,
    /// Which worker this is.
    me: usize,
    /// Rings to the other workers, by lane and worker; `None` to itself.
    to: Vec<Vec<Option<MbufProducer>>>,
    /// Rings from the other workers, by lane.
    from: Vec<Vec<MbufConsumer>>,
    /// Frames on their way to each worker.
    outgoing: Vec<Burst>,
    scratch: Box<[u8; HEADERS]>,
    handed_over: u64,
    full: u64,
}

impl Spreader {
    /// The part of worker `me`.
    pub fn new(
        parser: ParserConfig,
        by: SpreadBy,
        me: usize,
        to: Vec<Vec<Option<MbufProducer>>>,
        from: Vec<Vec<MbufConsumer>>,
    ) -> Spreader {
        let workers = to.first().map_or(1, Vec::len);
        let outgoing = (0..workers).map(|_| Burst::new()).collect();
        Spreader {
            parser,
            by,
            me,
            to,
            from,
            outgoing,
            scratch: Box::new([0; HEADERS]),
            handed_over: 0,
            full: 0,
        }
    }

    /// Adds what other workers handed over for a lane.
    pub fn collect(&mut self, lane: usize, into: &mut Burst) {
        for ring in self.from.get_mut(lane).into_iter().flatten() {
            ring.dequeue(into);
        }
    }

    /// Keeps this worker's frames in the burst, and hands the others over.
    pub fn distribute(&mut self, lane: usize, burst: &mut Burst) {
        let mut received = burst.take();
        for frame in received.drain() {
            let target = self.target(&frame);
            let place = if target == self.me { Some(&mut *burst) } else { self.outgoing.get_mut(target) };
            if let Some(place) = place {
                // A burst has room for all that one burst held.
                let _ = place.push(frame);
            }
        }
        let rings = self.to.get_mut(lane).map(Vec::as_mut_slice).unwrap_or_default();
        for (ring, frames) in rings.iter_mut().zip(&mut self.outgoing) {
            let Some(ring) = ring.as_mut().filter(|_| !frames.is_empty()) else { continue };
            self.handed_over += ring.enqueue(frames) as u64;
            self.full += frames.len() as u64;
            frames.clear();
        }
    }

    /// Frames handed over, and frames lost because the ring was full.
    pub fn counts(&self) -> (u64, u64) {
        (self.handed_over, self.full)
    }

    fn target(&mut self, frame: &Mbuf) -> usize {
        let bytes = if frame.is_contiguous() {
            frame.data()
        } else {
            // The headers of a frame in pieces lie in the first, but a parser that sees no more would call it cut short.
            let scratch = self.scratch.as_mut_slice();
            match frame.copy_to(scratch) {
                Some(len) => scratch.get(..len).unwrap_or_default(),
                None => frame.data(),
            }
        };
        match parse(bytes, &self.parser) {
            Ok(Parsed::Ip(packet)) => {
                let by = if packet.fragment.is_some() { SpreadBy::Addresses } else { self.by };
                spread(&packet, by, self.outgoing.len())
            }
            Ok(Parsed::NotIp(_)) | Err(_) => self.me,
        }
    }
}

const _: () = assert!(BURST_CAPACITY <= 64);
