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
    // What the rule itself asks for is all that there is for it: what `endswith` counts from is its end.
    let is_asked_for = max_size as usize <= out.limit();
    out.limit_to(max_size as usize);
    let mut piece = [0; 4096];
    while out.room() > 0 {
        let most = out.room().min(piece.len());
        let Ok(read @ 1..) = decoder.read(piece.get_mut(..most).unwrap_or_default()) else { return };
        out.extend(piece.get(..read).unwrap_or_default());
    }
    // One byte more tells whether that was all.
    if !is_asked_for && matches!(decoder.read(&mut [0]), Ok(1..)) {
        out.set_cut();
    }
}
