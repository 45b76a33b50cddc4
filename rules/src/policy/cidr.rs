//! Networks in CIDR notation (RFC 4632, RFC 4291 §2.3).

use std::net::IpAddr;

/// A network. IPv4 and IPv6 are apart: `::/0` does not cover IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Prefix {
    V4 { first: u32, last: u32 },
    V6 { first: u128, last: u128 },
}

/// What is wrong with a CIDR, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CidrError {
    pub message: String,
    pub help: String,
}

impl Prefix {
    /// Reads `10.1.0.0/16`, `fd00::/8`, or an address alone.
    pub fn parse(text: &str) -> Result<Prefix, CidrError> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let Ok(parsed) = address.parse::<IpAddr>() else {
            return Err(CidrError {
                message: format!("{address:?} is not an address"),
                help: "write a network such as 10.1.0.0/16 or fd00:1::/32".into(),
            });
        };
        let longest = if parsed.is_ipv4() { 32 } else { 128 };
        let Some(length) = length.map_or(Some(longest), |text| text.parse().ok().filter(|&l| l <= longest))
        else {
            return Err(CidrError {
                message: format!("{:?} is not the length of a prefix", length.unwrap_or_default()),
                help: format!("it is a number from 0 to {longest}"),
            });
        };
        match parsed {
            IpAddr::V4(v4) => {
                let (number, host) = (u32::from(v4), u32::MAX.checked_shr(length).unwrap_or(0));
                if number & host != 0 {
                    return Err(host_bits(text, IpAddr::V4((number & !host).into()), length));
                }
                Ok(Prefix::V4 { first: number, last: number | host })
            }
            IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some() => Err(CidrError {
                message: format!("{text} is an IPv4 address mapped into IPv6"),
                help: "write it as IPv4".into(),
            }),
            IpAddr::V6(v6) => {
                let (number, host) = (u128::from(v6), u128::MAX.checked_shr(length).unwrap_or(0));
                if number & host != 0 {
                    return Err(host_bits(text, IpAddr::V6((number & !host).into()), length));
                }
                Ok(Prefix::V6 { first: number, last: number | host })
            }
        }
    }

    #[cfg(test)]
    pub fn covers(&self, address: &[u8; 16]) -> bool {
        let number = u128::from_be_bytes(*address);
        match (*self, v4_of(address)) {
            (Prefix::V4 { first, last }, Some(v4)) => (first..=last).contains(&v4),
            (Prefix::V6 { first, last }, None) => (first..=last).contains(&number),
            _ => false,
        }
    }
}

/// The IPv4 address that is mapped into an IPv6 one.
#[inline]
pub(super) fn v4_of(address: &[u8; 16]) -> Option<u32> {
    let number = u128::from_be_bytes(*address);
    (number >> 32 == 0xffff).then_some(number as u32)
}

fn host_bits(text: &str, network: IpAddr, length: u32) -> CidrError {
    CidrError {
        message: format!("{text} has bits set behind its prefix"),
        help: format!("do you mean {network}/{length}, or the address alone?"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_networks_and_addresses() {
        let v4 = |first: [u8; 4], last: [u8; 4]| Prefix::V4 {
            first: u32::from_be_bytes(first),
            last: u32::from_be_bytes(last),
        };
        assert_eq!(Prefix::parse("10.1.0.0/16"), Ok(v4([10, 1, 0, 0], [10, 1, 255, 255])));
        assert_eq!(Prefix::parse("10.1.2.3"), Ok(v4([10, 1, 2, 3], [10, 1, 2, 3])));
        assert_eq!(Prefix::parse("0.0.0.0/0"), Ok(v4([0; 4], [255; 4])));
        assert_eq!(Prefix::parse("::/0"), Ok(Prefix::V6 { first: 0, last: u128::MAX }));
    }

    #[test]
    fn says_what_would_be_right() {
        let table = [
            ("10.1.2.3/16", "10.1.0.0/16"),
            ("fd00::1/64", "fd00::/64"),
            ("10.0.0.0/33", "0 to 32"),
            ("fd00::/129", "0 to 128"),
            ("::ffff:10.0.0.0/104", "as IPv4"),
            ("trainers", "10.1.0.0/16"),
        ];
        for (text, help) in table {
            let error = Prefix::parse(text).unwrap_err();
            assert!(error.help.contains(help), "{text}: {error:?}");
        }
    }
}
