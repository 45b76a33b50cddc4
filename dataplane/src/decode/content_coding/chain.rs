//! Several codings, one in the other, with limits on what comes out.

use super::coding::{Coding, Decoder, Outcome};

/// How much of a layer's output is gathered before it is handed on, and how often the limits are looked at.
const BUFFER: usize = 16 << 10;

/// What a body may grow to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainLimits {
    /// Bytes that any layer may give for one body.
    pub max_output: u64,
    /// Bytes that any layer may give for each byte that was sent, once there are more than `ratio_floor`.
    pub max_ratio: u32,
    /// Bytes that may be given at whatever ratio.
    pub ratio_floor: u64,
}

impl Default for ChainLimits {
    fn default() -> ChainLimits {
        ChainLimits { max_output: 1 << 30, max_ratio: 256, ratio_floor: 1 << 20 }
    }
}

/// What is wrong with a coded body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It is not of this coding, or no longer; from here on it comes as it was sent.
    Corrupt(Coding),
    /// It grows beyond the limits; nothing more comes.
    Bomb,
}

/// One coding of a [`Chain`].
struct Layer {
    decoder: Decoder,
    buffer: Box<[u8]>,
    /// Bytes that were taken and given.
    consumed: u64,
    produced: u64,
    /// What comes is handed on as it is.
    passing: bool,
}

impl Layer {
    fn new(coding: Coding) -> Layer {
        Layer {
            decoder: Decoder::new(coding),
            buffer: vec![0; BUFFER].into_boxed_slice(),
            consumed: 0,
            produced: 0,
            passing: false,
        }
    }

    fn restart(&mut self, coding: Coding) {
        if self.decoder.coding() == coding {
            self.decoder.reset();
        } else {
            self.decoder = Decoder::new(coding);
        }
        (self.consumed, self.produced, self.passing) = (0, 0, false);
    }

    /// Bytes up to the next place at which the limits are looked at, so that the place does not depend on how the
    /// input was cut.
    fn room(&self) -> usize {
        BUFFER - (self.produced % BUFFER as u64) as usize
    }

    fn is_bomb(&self, sent: u64, limits: &ChainLimits) -> bool {
        let ratio = sent.saturating_mul(u64::from(limits.max_ratio));
        self.produced.is_multiple_of(BUFFER as u64)
            && (self.produced > limits.max_output || self.produced > ratio.max(limits.ratio_floor))
    }
}

/// Undoes the codings of a body. Layers, once made, are kept for the bodies to come.
#[derive(Default)]
pub struct Chain {
    layers: Vec<Layer>,
    /// How many of the layers are of this body.
    active: usize,
    limits: ChainLimits,
    stopped: bool,
}

/// What a [`Chain`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output<'a> {
    /// Bytes of the body.
    Bytes(&'a [u8]),
    /// Something is wrong.
    Trouble(Trouble),
}

impl Chain {
    /// A chain of no coding.
    pub fn new(limits: ChainLimits) -> Chain {
        Chain { limits, ..Chain::default() }
    }

    /// Makes it ready for a body without coding.
    pub fn clear(&mut self) {
        self.active = 0;
        self.stopped = false;
    }

    /// Adds a coding that was applied before those that were added already, and so is undone after them.
    pub fn add(&mut self, coding: Coding) {
        match self.layers.get_mut(self.active) {
            Some(layer) => layer.restart(coding),
            None => self.layers.push(Layer::new(coding)),
        }
        self.active += 1;
    }

    /// How many codings there are.
    pub fn len(&self) -> usize {
        self.active
    }

    /// Whether what comes in is what goes out.
    pub fn is_empty(&self) -> bool {
        self.active == 0
    }

    /// Bytes are missing before the next ones: what follows can't be decoded.
    pub fn lose(&mut self, tell: &mut impl FnMut(Output<'_>)) {
        for layer in self.layers.iter_mut().take(self.active).filter(|layer| !layer.passing) {
            layer.passing = true;
            tell(Output::Trouble(Trouble::Corrupt(layer.decoder.coding())));
        }
    }

    /// Takes bytes as they were sent, and gives all that can be decoded from them.
    pub fn push(&mut self, input: &[u8], tell: &mut impl FnMut(Output<'_>)) {
        if self.stopped {
            return;
        }
        let layers = self.layers.get_mut(..self.active).unwrap_or_default();
        if feed(layers, input, None, &self.limits, tell) == Fed::Bomb {
            self.stopped = true;
            tell(Output::Trouble(Trouble::Bomb));
        }
    }

    /// The body has ended. Gives what was held back to find out whether it is coded.
    pub fn finish(&mut self, tell: &mut impl FnMut(Output<'_>)) {
        let mut layers = self.layers.get_mut(..self.active).unwrap_or_default();
        while let Some((layer, inner)) = layers.split_first_mut() {
            if !self.stopped && !layer.passing {
                feed(inner, layer.decoder.held(), Some(layer.consumed), &self.limits, tell);
            }
            layers = inner;
        }
    }
}

/// Whether a chain can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fed {
    All,
    Bomb,
}

/// Feeds the first layer, and what comes of it to the next. `sent` counts what the first layer of all has taken; it
/// is unknown to that one only.
fn feed<F: FnMut(Output<'_>)>(
    layers: &mut [Layer],
    mut input: &[u8],
    sent: Option<u64>,
    limits: &ChainLimits,
    tell: &mut F,
) -> Fed {
    let Some((layer, inner)) = layers.split_first_mut() else {
        if !input.is_empty() {
            tell(Output::Bytes(input));
        }
        return Fed::All;
    };
    let mut more = !input.is_empty();
    while more && !layer.passing {
        let room = layer.room();
        let output = layer.buffer.get_mut(..room).unwrap_or_default();
        let step = layer.decoder.step(input, output);
        input = input.get(step.consumed..).unwrap_or_default();
        layer.consumed += step.consumed as u64;
        layer.produced += step.produced as u64;
        let sent = sent.unwrap_or(layer.consumed);
        let decoded = layer.buffer.get(..step.produced).unwrap_or_default();
        if feed(inner, decoded, Some(sent), limits, tell) == Fed::Bomb || layer.is_bomb(sent, limits) {
            return Fed::Bomb;
        }
        let stuck = step.consumed == 0 && step.produced == 0 && !input.is_empty();
        let over = step.outcome == Outcome::Ended && !input.is_empty();
        if stuck || over || step.outcome == Outcome::Corrupt {
            layer.passing = true;
            tell(Output::Trouble(Trouble::Corrupt(layer.decoder.coding())));
            if feed(inner, layer.decoder.held(), Some(sent), limits, tell) == Fed::Bomb {
                return Fed::Bomb;
            }
        }
        more = !input.is_empty() || step.produced == room;
    }
    if layer.passing {
        return feed(inner, input, Some(sent.unwrap_or(layer.consumed)), limits, tell);
    }
    Fed::All
}
