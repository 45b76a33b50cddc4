//! `entropy`: how even the bytes of a part of a value are.

use weir_rules::signature::{Edge, Entropy, Presence};

use super::place;
use super::value::Value;
use super::variables::Variables;

/// Whether the entropy of the part is as asked; none where there is no such part.
pub(super) fn holds(
    entropy: &Entropy,
    value: Value<'_>,
    previous: usize,
    variables: &Variables,
) -> Option<bool> {
    let base = place::origin(entropy.base, previous, value);
    let start = place::at(base, entropy.offset, value.len(), variables)?;
    let rest = value.bytes.get(start..)?;
    let part = match entropy.bytes {
        None => rest,
        Some(bytes) => match usize::try_from(variables.bits(bytes)?).ok()? {
            0 => rest,
            bytes => rest.get(..bytes)?,
        },
    };
    if part.is_empty() {
        return None;
    }
    let bits = shannon(part);
    let low =
        entropy.low.is_none_or(|low| bits > low.value || (low.edge == Edge::Included && bits == low.value));
    let high = entropy
        .high
        .is_none_or(|high| bits < high.value || (high.edge == Edge::Included && bits == high.value));
    Some((low && high) == (entropy.presence == Presence::Required))
}

/// Shannon's entropy, in bits for each byte: from 0 (all are equal) to 8.
fn shannon(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for &byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = bytes.len() as f64;
    counts
        .iter()
        .filter(|&&count| count != 0)
        .map(|&count| {
            let share = f64::from(count) / total;
            -share * share.log2()
        })
        .sum::<f64>()
        .abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_entropies() {
        let every: Vec<u8> = (0..=255).collect();
        let table: [(&[u8], f64); 4] = [(b"aaaa", 0.0), (b"abab", 1.0), (b"abcd", 2.0), (&every, 8.0)];
        for (bytes, expected) in table {
            assert!((shannon(bytes) - expected).abs() < 1e-12, "{}", bytes.escape_ascii());
        }
    }
}
