//! A capture in memory, as traffic without end.

use std::collections::HashSet;
use std::path::Path;

use super::readdress::{AddressPlaces, Addresses};
use super::traffic::{FlowLife, Traffic};
use crate::capture::{CaptureError, CaptureReader};
use crate::flow::{FlowKey, WireId};
use crate::packet::{IpProtocol, Parsed, ParserConfig, parse};

/// The most bytes of frames that a benchmark holds in memory, for all its workers together.
pub const MAX_CAPTURE_BYTES: usize = 2 << 30;

/// Successive masks are this far apart: an odd number, so that all of 16 bits come by before one comes again.
const MASK_STEP: u16 = 0x9e37;

/// Why a capture can't be measured with.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It can't be read.
    #[error(transparent)]
    Read(#[from] CaptureError),
    /// It is too large.
    #[error(
        "the capture has more than {limit} bytes of frames, which is what fits {workers} workers; cut it, \
         for example with `editcap -c`, or use fewer cores"
    )]
    TooLarge {
        /// What would fit.
        limit: usize,
        /// How many copies are needed.
        workers: usize,
    },
    /// There is nothing to measure with.
    #[error("the capture has no frames")]
    Empty,
}

/// One frame of the capture.
#[derive(Clone, Copy, Debug)]
struct Place {
    start: u32,
    len: u32,
    addresses: AddressPlaces,
}

/// A capture, one round after the other.
#[derive(Clone, Debug)]
pub struct CaptureTraffic {
    bytes: Vec<u8>,
    frames: Vec<Place>,
    next: usize,
    addresses: Addresses,
    /// What the addresses in `bytes` are changed by now.
    mask: u16,
    longest: usize,
    flows: usize,
    tcp_flows: usize,
}

impl CaptureTraffic {
    /// Reads a whole capture; `workers` copies of it will be needed.
    pub fn load(
        path: &Path,
        parser: &ParserConfig,
        addresses: Addresses,
        workers: usize,
    ) -> Result<CaptureTraffic, LoadError> {
        let limit = MAX_CAPTURE_BYTES / workers.max(1);
        let mut reader = CaptureReader::open(path)?;
        let mut traffic = CaptureTraffic::empty(addresses);
        let (mut flows, mut tcp_flows) = (HashSet::new(), 0);
        while let Some(captured) = reader.next()? {
            if traffic.bytes.len() + captured.frame.len() > limit {
                return Err(LoadError::TooLarge { limit, workers });
            }
            let mut addresses = AddressPlaces::default();
            if let Ok(Parsed::Ip(packet)) = parse(captured.frame, parser) {
                addresses = AddressPlaces::of(&packet);
                let (key, _) = FlowKey::of(&packet, WireId(0));
                if packet.fragment.is_none() && flows.insert(key) {
                    tcp_flows += usize::from(packet.protocol == IpProtocol::TCP);
                }
            }
            traffic.push(captured.frame, addresses);
        }
        if traffic.frames.is_empty() {
            return Err(LoadError::Empty);
        }
        (traffic.flows, traffic.tcp_flows) = (flows.len(), tcp_flows);
        Ok(traffic)
    }

    fn empty(addresses: Addresses) -> CaptureTraffic {
        CaptureTraffic {
            bytes: Vec::new(),
            frames: Vec::new(),
            next: 0,
            addresses,
            mask: 0,
            longest: 0,
            flows: 0,
            tcp_flows: 0,
        }
    }

    fn push(&mut self, frame: &[u8], addresses: AddressPlaces) {
        // Both fit: all frames together have at most `MAX_CAPTURE_BYTES`.
        self.frames.push(Place { start: self.bytes.len() as u32, len: frame.len() as u32, addresses });
        self.bytes.extend_from_slice(frame);
        self.longest = self.longest.max(frame.len());
    }

    /// Connections of TCP in a round.
    pub fn tcp_flows(&self) -> usize {
        self.tcp_flows
    }

    fn readdress(&mut self, mask: u16) {
        let change = self.mask ^ mask;
        for place in &self.frames {
            let start = place.start as usize;
            if let Some(frame) = self.bytes.get_mut(start..start + place.len as usize) {
                place.addresses.apply(frame, change);
            }
        }
        self.mask = mask;
    }
}

impl Traffic for CaptureTraffic {
    const FLOWS: FlowLife = FlowLife::Round;

    fn begin_round(&mut self) {
        self.next = 0;
        if self.addresses == Addresses::Fresh {
            self.readdress(self.mask.wrapping_add(MASK_STEP));
        }
    }

    #[inline]
    fn left(&self) -> usize {
        self.frames.len() - self.next
    }

    #[inline]
    fn next(&mut self) -> &[u8] {
        let Some(place) = self.frames.get(self.next) else { return &[] };
        self.next += 1;
        let start = place.start as usize;
        self.bytes.get(start..start + place.len as usize).unwrap_or_default()
    }

    fn longest(&self) -> usize {
        self.longest
    }

    fn flows(&self) -> usize {
        self.flows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::CaptureWriter;
    use crate::packet::test_frames::{V4, ethernet, ip, udp};
    use crate::time::Nanos;

    fn capture(frames: &[Vec<u8>]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut writer = CaptureWriter::create(file.path()).unwrap();
        frames.iter().for_each(|frame| writer.write(Nanos(0), frame).unwrap());
        writer.finish().unwrap();
        file
    }

    fn round(traffic: &mut CaptureTraffic) -> Vec<Vec<u8>> {
        traffic.begin_round();
        (0..traffic.left()).map(|_| traffic.next().to_vec()).collect()
    }

    #[test]
    fn rounds_differ_in_addresses_only_where_they_should() {
        let frames =
            [ethernet(0x0800, &ip(V4, 17, &udp(V4, [1000, 53], b"hello"))), ethernet(0x0806, &[0; 28])];
        let file = capture(&frames);
        let load =
            |addresses| CaptureTraffic::load(file.path(), &ParserConfig::default(), addresses, 1).unwrap();
        let mut kept = load(Addresses::Kept);
        assert_eq!(round(&mut kept), frames);
        assert_eq!(round(&mut kept), frames);
        let mut fresh = load(Addresses::Fresh);
        let (first, second) = (round(&mut fresh), round(&mut fresh));
        assert_ne!(first[0], second[0]);
        assert_eq!(first[1], frames[1], "what is not IP stays as it is");
        assert_eq!((fresh.flows(), fresh.tcp_flows(), fresh.longest()), (1, 0, frames[0].len()));
        assert_eq!(fresh.left(), 0);
        assert!(fresh.next().is_empty());
    }

    #[test]
    fn a_capture_without_frames_is_refused() {
        let file = capture(&[]);
        let loaded = CaptureTraffic::load(file.path(), &ParserConfig::default(), Addresses::Fresh, 1);
        assert!(matches!(loaded, Err(LoadError::Empty)));
    }
}
