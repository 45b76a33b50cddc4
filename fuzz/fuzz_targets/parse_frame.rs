//! Any bytes as a frame.

#![no_main]

use libfuzzer_sys::fuzz_target;
use weir::packet::{Parsed, ParserConfig, decode_events, is_ordinary, parse};

fuzz_target!(|frame: &[u8]| {
    for tunnel_depth in [0, 2] {
        let config = ParserConfig { tunnel_depth, ..ParserConfig::default() };
        let events = decode_events(frame, &config);
        if let Ok(Parsed::Ip(packet)) = parse(frame, &config) {
            let payload = packet.payload(frame);
            assert!(payload.len() <= frame.len(), "a payload lies within its frame");
            if is_ordinary(frame, &packet, &config) {
                assert!(events.is_empty(), "an ordinary frame has no events: {events:?}");
            }
        }
    }
});
