//! `url_decode`: undoes `%41` and `+`. A percent sign without two hexadecimal digits behind it stays.

use super::output::Output;

pub(super) fn apply(mut bytes: &[u8], out: &mut Output<'_>) {
    while let Some((&first, rest)) = bytes.split_first() {
        bytes = rest;
        match (first, rest) {
            (b'+', _) => out.push(b' '),
            (b'%', [high, low, behind @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    bytes = behind;
                }
                _ => out.push(b'%'),
            },
            _ => out.push(first),
        }
    }
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
