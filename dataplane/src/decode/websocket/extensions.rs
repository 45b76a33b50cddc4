//! What a server's `Sec-WebSocket-Extensions` agrees to (RFC 7692 §7.1).

use super::super::http::octet::{elements, trim};
use crate::flow::Direction;

/// What was agreed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    deflate: Option<Deflate>,
}

/// `permessage-deflate`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Deflate {
    /// By direction: each message stands for itself, and refers to none before it.
    no_takeover: [bool; 2],
}

impl Extensions {
    /// Reads the value of the header.
    pub fn parse(value: &[u8]) -> Extensions {
        let deflate = elements(value).find_map(|extension| {
            let mut parts = extension.split(|&octet| octet == b';').map(trim);
            if !parts.next()?.eq_ignore_ascii_case(b"permessage-deflate") {
                return None;
            }
            let mut deflate = Deflate::default();
            for parameter in parts {
                if parameter.eq_ignore_ascii_case(b"client_no_context_takeover") {
                    deflate.no_takeover[0] = true;
                } else if parameter.eq_ignore_ascii_case(b"server_no_context_takeover") {
                    deflate.no_takeover[1] = true;
                }
            }
            Some(deflate)
        });
        Extensions { deflate }
    }

    /// Whether messages may be compressed.
    pub(super) fn has_deflate(self) -> bool {
        self.deflate.is_some()
    }

    /// Whether messages of a direction may refer to those before them.
    pub(super) fn has_takeover(self, direction: Direction) -> bool {
        let alone = |deflate: Deflate| deflate.no_takeover.get(direction.index()).copied().unwrap_or(true);
        self.deflate.is_some_and(|deflate| !alone(deflate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takeover_is_the_default_of_what_was_agreed_on() {
        for (value, expected) in [
            (&b""[..], [false, false]),
            (b"x-webkit-deflate-frame", [false, false]),
            (b"permessage-deflate", [true, true]),
            (
                b"foo, permessage-deflate; server_no_context_takeover; client_max_window_bits=12",
                [true, false],
            ),
            (b"Permessage-Deflate;client_no_context_takeover;server_no_context_takeover", [false, false]),
        ] {
            let extensions = Extensions::parse(value);
            assert_eq!(
                [Direction::ToServer, Direction::ToClient].map(|d| extensions.has_takeover(d)),
                expected
            );
        }
    }
}
