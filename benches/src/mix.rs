//! A mix of what an AI data centre carries: conversations, and small datagrams between them.

use crate::ai_chat::AiChat;
use crate::datagrams::udp64;
use crate::seeded::Seeded;

/// Of ten frames this many are datagrams.
const DATAGRAMS_OF_TEN: usize = 3;

/// About `packets` frames over `flows` flows, of which a tenth are conversations and the rest datagrams.
pub fn mix(flows: usize, packets: usize, concurrent: usize, seed: u64) -> impl Iterator<Item = Vec<u8>> {
    let conversations = (flows / 10).max(1);
    let datagrams = packets * DATAGRAMS_OF_TEN / 10;
    let mut chat = AiChat::new(conversations, packets - datagrams, concurrent, seed);
    let mut small = udp64((flows - conversations).max(1), datagrams, seed.wrapping_add(1));
    let mut random = Seeded::new(seed.wrapping_add(2));
    std::iter::from_fn(move || {
        if random.below(10) < DATAGRAMS_OF_TEN {
            small.next().or_else(|| chat.next())
        } else {
            chat.next().or_else(|| small.next())
        }
    })
}
