//! Conditions as options of a rule: what explains a signature, and can be read again.

use std::fmt::{self, Write as _};

use super::condition::{Case, Condition, Pattern, Placement, Presence, RegexFlags};

impl fmt::Display for Condition {
    /// `content:!"a|0d 0a|b"; nocase; offset:4; depth:10;`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let negation = match self.presence {
            Presence::Required => "",
            Presence::Absent => "!",
        };
        match &self.pattern {
            Pattern::Literal { bytes, case } => {
                write!(f, "content:{negation}\"")?;
                write_bytes(f, bytes)?;
                f.write_str("\";")?;
                if *case == Case::Insensitive {
                    f.write_str(" nocase;")?;
                }
                write_placement(f, &self.placement)
            }
            Pattern::Regex { expression, flags } => {
                let (anchor, relative) = match self.placement {
                    Placement::Absolute { .. } => ("", ""),
                    Placement::Relative { within: Some(_), .. } => ("^", "R"),
                    Placement::Relative { within: None, .. } => ("", "R"),
                };
                let escaped = expression.replace(';', "\\;");
                write!(f, "pcre:{negation}\"/{anchor}{escaped}/{}{relative}\";", letters(*flags))
            }
        }
    }
}

fn write_bytes(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    let plain = |byte: u8| byte == b' ' || byte.is_ascii_graphic() && !b"\"\\;:|".contains(&byte);
    for run in bytes.chunk_by(|&a, &b| plain(a) == plain(b)) {
        if run.first().is_some_and(|&byte| plain(byte)) {
            run.iter().try_for_each(|&byte| f.write_char(char::from(byte)))?;
            continue;
        }
        for (position, byte) in run.iter().enumerate() {
            write!(f, "{}{byte:02x}", if position == 0 { "|" } else { " " })?;
        }
        f.write_char('|')?;
    }
    Ok(())
}

fn write_placement(f: &mut fmt::Formatter<'_>, placement: &Placement) -> fmt::Result {
    match *placement {
        Placement::Absolute { offset, depth } => {
            if offset != 0 {
                write!(f, " offset:{offset};")?;
            }
            depth.map_or(Ok(()), |depth| write!(f, " depth:{depth};"))
        }
        Placement::Relative { distance, within } => {
            write!(f, " distance:{distance};")?;
            within.map_or(Ok(()), |within| write!(f, " within:{within};"))
        }
    }
}

fn letters(flags: RegexFlags) -> String {
    let RegexFlags { caseless, dotall, multiline, extended } = flags;
    [(caseless, 'i'), (dotall, 's'), (multiline, 'm'), (extended, 'x')]
        .into_iter()
        .filter_map(|(set, letter)| set.then_some(letter))
        .collect()
}
