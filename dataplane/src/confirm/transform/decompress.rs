//! `gunzip` and `zlib_deflate`: undo a compression. What is broken gives as much as came out of it.

use std::io::Read;

use flate2::bufread::{GzDecoder, ZlibDecoder};

use super::output::Output;

pub(super) fn gunzip(bytes: &[u8], max_size: u32, out: &mut Output<'_>) {
    read(GzDecoder::new(bytes), max_size, out);
}

pub(super) fn inflate(bytes: &[u8], max_size: u32, out: &mut Output<'_>) {
    read(ZlibDecoder::new(bytes), max_size, out);
}

fn read(mut decoder: impl Read, max_size: u32, out: &mut Output<'_>) {
    out.limit_to(max_size as usize);
    let mut piece = [0; 4096];
    while out.room() > 0 {
        let Ok(read @ 1..) = decoder.read(&mut piece) else { return };
        out.extend(piece.get(..read).unwrap_or_default());
    }
    // One byte more tells whether that was all.
    if matches!(decoder.read(&mut [0]), Ok(1..)) {
        out.set_cut();
    }
}
