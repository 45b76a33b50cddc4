//! TCP and its options (RFC 9293 §3.1 and §3.2).

use super::DecodeEvent as E;
use super::ipv4::is_repeated;
use super::look::Look;
use crate::packet::cursor::Cursor;
use crate::packet::transport::TCP_HEADER_LEN;

impl Look<'_> {
    pub fn tcp(&mut self, cursor: Cursor<'_>) {
        let Some(header) = cursor.peek::<TCP_HEADER_LEN>() else { return self.raise(E::TcpPktTooSmall) };
        let len = usize::from(header[12] >> 4) * 4;
        if len < TCP_HEADER_LEN {
            return self.raise(E::TcpInvalidOptlen);
        }
        match cursor.rest().get(TCP_HEADER_LEN..len) {
            Some(options) => self.tcp_options(options),
            None => self.raise(E::TcpHlenTooSmall),
        }
    }

    fn tcp_options(&mut self, mut options: &[u8]) {
        let mut seen = [0; 4];
        loop {
            let (kind, len) = match *options {
                [] | [_] | [0, ..] => return,
                [1, ..] => {
                    options = options.get(1..).unwrap_or_default();
                    continue;
                }
                [kind, len, ..] => (kind, usize::from(len)),
            };
            let (true, Some((option, rest))) = (len >= 2, options.split_at_checked(len)) else {
                return self.raise(E::TcpOptInvalidLen);
            };
            options = rest;
            match has_length(kind, option) {
                None => {}
                Some(false) => self.raise(E::TcpOptInvalidLen),
                Some(true) if is_repeated(&mut seen, kind) => self.raise(E::TcpOptDuplicate),
                Some(true) => {}
            }
        }
    }
}

/// Whether an option has a length that its kind allows; none of a kind that is not known.
fn has_length(kind: u8, option: &[u8]) -> Option<bool> {
    let len = option.len();
    Some(match kind {
        // Maximum segment size.
        2 => len == 4,
        // Window scale (RFC 7323 §2.2).
        3 => len == 3,
        // SACK permitted, and SACK, which may hold no block at all (RFC 2018 §2 and §3).
        4 => len == 2,
        5 => len <= 34 && (len - 2).is_multiple_of(8),
        // Time stamps (RFC 7323 §3.2).
        8 => len == 10,
        // MD5 signature (RFC 2385 §3).
        19 => len == 18,
        // Authentication (RFC 5925 §2.2).
        29 => len >= 4,
        // Fast open: a request, or a cookie of an even length (RFC 7413 §4.1.1) …
        34 => is_cookie(len - 2),
        // … which was an experiment before (RFC 6994).
        253 | 254 if option.get(2..4) == Some(&[0xf9, 0x89]) => is_cookie(len - 4),
        _ => return None,
    })
}

fn is_cookie(len: usize) -> bool {
    len == 0 || (4..=16).contains(&len) && len.is_multiple_of(2)
}
