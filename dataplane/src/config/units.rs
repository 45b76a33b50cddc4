//! Quantities as people write them: `30s`, `250ms`, `64 MiB`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer};

/// A span of time, with its unit: `90s`, `1h 30m`, `50us`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

impl Span {
    /// So many seconds.
    pub const fn seconds(seconds: u64) -> Span {
        Span(Duration::from_secs(seconds))
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        let text = String::deserialize(deserializer)?;
        humantime::parse_duration(&text).map(Span).map_err(|_| {
            D::Error::invalid_value(
                Unexpected::Str(&text),
                &"a time with its unit, like `30s`, `250ms` or `1h`",
            )
        })
    }
}

/// An amount of memory in bytes: a number, or one with a unit, like `64 MiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub u64);

impl Size {
    /// So many mebibytes.
    pub const fn mib(mib: u64) -> Size {
        Size(mib << 20)
    }

    /// In bytes, as an index.
    pub fn bytes(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Size, D::Error> {
        let text = String::deserialize(deserializer)?;
        bytesize::ByteSize::from_str(&text).map(|size| Size(size.as_u64())).map_err(|_| {
            D::Error::invalid_value(Unexpected::Str(&text), &"a size like `64 MiB`, or a number of bytes")
        })
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        bytesize::ByteSize(self.0).display().iec().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_have_units() {
        for (text, want) in
            [("30s", Some(30_000)), ("250ms", Some(250)), ("1h", Some(3_600_000)), ("30", None)]
        {
            let span: Result<Span, _> = serde_saphyr::from_str(text);
            assert_eq!(span.ok().map(|span| span.0.as_millis()), want, "{text}");
        }
        for (text, want) in
            [("64 MiB", Some(64 << 20)), ("4096", Some(4096)), ("1kB", Some(1000)), ("x", None)]
        {
            let size: Result<Size, _> = serde_saphyr::from_str(text);
            assert_eq!(size.ok().map(|size| size.0), want, "{text}");
        }
    }
}
