//! What a benchmark's frames are, apart from how they get into buffers.

/// Whether the flows of a round go on in the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowLife {
    /// A round ends all flows that it began; ending them is part of its time.
    Round,
    /// Flows go on.
    Lasting,
}

/// Frames without end, in rounds that are alike.
pub trait Traffic: Send {
    /// Whether flows outlive a round.
    const FLOWS: FlowLife;

    /// Gets ready for the next round. Not a part of what is measured.
    fn begin_round(&mut self);

    /// Frames that are left of this round.
    fn left(&self) -> usize;

    /// The next frame of this round; empty when none is left.
    fn next(&mut self) -> &[u8];

    /// The longest frame, in bytes.
    fn longest(&self) -> usize;

    /// Different flows of a round.
    fn flows(&self) -> usize;

    /// Frames to send once, before anything is measured; most traffic needs none.
    fn warm_up(&mut self) {
        self.begin_round();
    }
}
