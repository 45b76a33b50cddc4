//! Small UDP packets over many flows, the hardest traffic to forward.

use crate::frames::{End, udp};
use crate::seeded::Seeded;

/// Payload with which a frame has 64 bytes on the wire.
const PAYLOAD: usize = 18;

/// `packets` frames of 64 bytes (60 without their check sequence) over `flows` flows, in random order.
pub fn udp64(flows: usize, packets: usize, seed: u64) -> impl Iterator<Item = Vec<u8>> {
    let mut random = Seeded::new(seed);
    (0..packets).map(move |packet| {
        // Every flow comes once before any order sets in.
        let flow = if packet < flows { packet } else { random.below(flows) };
        let [_, high, middle, low] = (flow as u32).to_be_bytes();
        let from = End { address: [10, high, middle, low], port: 1024 + (flow % 60_000) as u16 };
        let to = End { address: [10, 220, 0, (flow % 250) as u8 + 1], port: 4000 };
        let mut payload = [0; PAYLOAD];
        payload[..8].copy_from_slice(&random.next().to_be_bytes());
        udp(from, to, &payload)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_flow_is_there_and_every_frame_is_small() {
        let frames: Vec<_> = udp64(1000, 3000, 1).collect();
        assert_eq!(frames.len(), 3000);
        assert!(frames.iter().all(|frame| frame.len() == 60));
        let sources: HashSet<_> = frames.iter().map(|frame| frame[26..38].to_vec()).collect();
        assert_eq!(sources.len(), 1000);
    }
}
