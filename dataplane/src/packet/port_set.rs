//! A few ports, asked for every datagram.

/// Some ports. Nearly every question is answered by one bit, without a look at the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortSet {
    ports: Vec<u16>,
    /// A bit for each port of the list, by its low six bits.
    mask: u64,
}

impl PortSet {
    /// Whether `port` is one of them.
    #[inline(always)]
    pub fn contains(&self, port: u16) -> bool {
        self.mask & bit(port) != 0 && self.lists(port)
    }

    #[inline(never)]
    fn lists(&self, port: u16) -> bool {
        self.ports.contains(&port)
    }
}

impl From<Vec<u16>> for PortSet {
    fn from(ports: Vec<u16>) -> PortSet {
        let mask = ports.iter().fold(0, |mask, &port| mask | bit(port));
        PortSet { ports, mask }
    }
}

const fn bit(port: u16) -> u64 {
    1 << (port & 63)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_what_it_was_made_of_and_nothing_else() {
        let ports = vec![0, 63, 64, 4789, 8472, u16::MAX];
        let set = PortSet::from(ports.clone());
        assert!((0..=u16::MAX).all(|port| set.contains(port) == ports.contains(&port)));
        assert!(!PortSet::default().contains(0));
    }
}
