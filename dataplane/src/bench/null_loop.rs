//! The same receiving and sending with no stage in between: the ceiling of forwarding.

use super::bench_io::BenchIo;
use super::traffic::Traffic;
use crate::worker::{Batch, FrameIo, Lane};

/// Moves one round of frames from one end of the wire to the other.
pub fn null_round<T: Traffic>(io: &mut BenchIo<T>, batch: &mut Batch) {
    while !io.is_done() {
        io.receive(Lane(0), batch);
        io.transmit(Lane(1), batch.burst_mut());
    }
}
