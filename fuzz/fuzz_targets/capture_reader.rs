//! Any bytes as a capture file: the reader ends, and every frame it gives is within its limits.

#![no_main]

use libfuzzer_sys::fuzz_target;
use weir::capture::CaptureReader;

fuzz_target!(|file: &[u8]| {
    let Ok(mut reader) = CaptureReader::from_source(file) else { return };
    let mut number = 0;
    while let Ok(Some(frame)) = reader.next() {
        assert!(frame.number > number, "numbers rise");
        number = frame.number;
    }
});
