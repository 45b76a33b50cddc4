//! Ports in headers: alone, or as a range that may be open at one end.

use super::expression::Domain;
use super::fault::Complaint;

/// The domain of ports.
pub(super) struct Ports;

impl Domain for Ports {
    type Number = u16;
    const NOUN: &'static str = "port";

    fn atom(text: &str) -> Result<(u16, u16), Complaint> {
        let Some((first, last)) = text.split_once(':') else {
            return parse(text).map(|port| (port, port));
        };
        let (first, last) = match (first.trim(), last.trim()) {
            ("", "") => {
                return Err(Complaint::new("a range without ports").with_help("write any for all ports"));
            }
            ("", last) => (0, parse(last)?),
            (first, "") => (parse(first)?, u16::MAX),
            (first, last) => (parse(first)?, parse(last)?),
        };
        if first > last {
            return Err(Complaint::new("a range that ends before it starts")
                .with_help(format!("{last}:{first} is the other way round")));
        }
        Ok((first, last))
    }
}

fn parse(text: &str) -> Result<u16, Complaint> {
    text.parse().map_err(|_| {
        Complaint::new(format!("{text:?} is not a port"))
            .with_help("write any, 80, 8000:8080, 1024:, :1023, [80,443,!8080] or $VARIABLE, from 0 to 65535")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_ports_and_ranges() {
        for (text, range) in
            [("80", (80, 80)), ("1:9", (1, 9)), (":1023", (0, 1023)), ("1024:", (1024, 65535)), ("0", (0, 0))]
        {
            assert_eq!(Ports::atom(text).unwrap(), range, "{text}");
        }
        for text in ["65536", "-1", "9:1", ":", "http", "", "1:2:3"] {
            assert!(Ports::atom(text).is_err(), "{text}");
        }
    }
}
