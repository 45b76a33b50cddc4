//! Any sequence of frames into the table of fragments: it never holds more than it may, and what it puts together is
//! no longer than a datagram can be.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use weir::packet::{
    Conclusion, FragmentConfig, FragmentOutcome, FragmentTable, Parsed, ParserConfig, Realm, parse,
};
use weir::time::Nanos;

const MEMORY: usize = 256 << 10;

fuzz_target!(|input: &[u8]| {
    let config = FragmentConfig {
        datagrams: 8,
        memory: MEMORY,
        timeout: Duration::from_secs(1),
        ..FragmentConfig::default()
    };
    let mut table = FragmentTable::new(config);
    let mut rest = input;
    let mut now = Nanos(0);
    // Two bytes tell how long a frame is and how much time passes before it.
    while let Some((&[len, pause], after)) = rest.split_first_chunk() {
        let (frame, after) = after.split_at(usize::from(len).min(after.len()));
        rest = after;
        now = Nanos(now.0 + u64::from(pause) * 10_000_000);
        let Ok(Parsed::Ip(packet)) = parse(frame, &ParserConfig::default()) else { continue };
        if packet.fragment.is_none() {
            continue;
        }
        // Asked before it is pushed, as the engine does.
        let _ = table.decode_events(frame, &packet, Realm(0), now);
        if let FragmentOutcome::Complete(datagram) = table.push(frame, &packet, Realm(0), now) {
            assert!(datagram.len() <= frame.len() + (64 << 10));
            table.conclude(if pause % 2 == 0 { Conclusion::Forwarded } else { Conclusion::Refused });
        }
        table.expire(now, 4);
        assert!(table.datagrams() <= 8 && table.memory() <= MEMORY);
    }
});
