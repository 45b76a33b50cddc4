//! What clients of Redis begin with.

use crate::decode::recognise::{AppProtocol, Fit};

/// An array of strings (RESP), or the line of a command that nothing else has. Others, in one line, may be anything.
pub(in crate::decode) fn fit(bytes: &[u8]) -> Fit {
    const LINES: [&[u8]; 9] = [
        b"PING\r\n",
        b"INFO\r\n",
        b"FLUSHALL\r\n",
        b"CONFIG GET ",
        b"CONFIG SET ",
        b"REPLICAOF ",
        b"SLAVEOF ",
        b"MODULE LOAD ",
        b"EVAL \"",
    ];
    const MOST_DIGITS: usize = 7;
    const STRING: &[u8] = b"\r\n$";
    let Some(count) = bytes.strip_prefix(b"*") else {
        let starts = |longer: &[u8], shorter: &[u8]| {
            longer.get(..shorter.len()).is_some_and(|start| start.eq_ignore_ascii_case(shorter))
        };
        return match LINES {
            lines if lines.iter().any(|line| starts(bytes, line)) => Fit::Is(AppProtocol::Redis),
            lines if lines.iter().any(|line| starts(line, bytes)) => Fit::MayBecome,
            _ => Fit::IsNot,
        };
    };
    let digits = count.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (_, rest) = count.split_at_checked(digits).unwrap_or((count, &[]));
    if digits > MOST_DIGITS || count.first() == Some(&b'0') || digits == 0 && !rest.is_empty() {
        return Fit::IsNot;
    }
    match rest.strip_prefix(STRING).map(<[u8]>::first) {
        Some(Some(length)) if length.is_ascii_digit() => Fit::Is(AppProtocol::Redis),
        Some(Some(_)) => Fit::IsNot,
        Some(None) => Fit::MayBecome,
        None if STRING.starts_with(rest) => Fit::MayBecome,
        None => Fit::IsNot,
    }
}
