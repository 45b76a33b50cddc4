//! Any bytes as a frame.

#![no_main]

use libfuzzer_sys::fuzz_target;
use weir::packet::{Parsed, ParserConfig, parse};

fuzz_target!(|frame: &[u8]| {
    for tunnel_depth in [0, 2] {
        let config = ParserConfig { tunnel_depth, ..ParserConfig::default() };
        if let Ok(Parsed::Ip(packet)) = parse(frame, &config) {
            let payload = packet.payload(frame);
            assert!(payload.len() <= frame.len(), "a payload lies within its frame");
        }
    }
});
