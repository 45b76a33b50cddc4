//! Addresses in headers: IPv4 and IPv6, alone, as a network, or as a range.
//!
//! Both are kept as 128-bit numbers, IPv4 mapped into IPv6 (RFC 4291 §2.5.5.2).

use std::net::{IpAddr, Ipv4Addr};

use super::expression::Domain;
use super::fault::Complaint;

/// The domain of addresses.
pub(super) struct Addresses;

impl Domain for Addresses {
    type Number = u128;
    const NOUN: &'static str = "address";

    fn atom(text: &str) -> Result<(u128, u128), Complaint> {
        if let Some((address, prefix)) = text.split_once('/') {
            return network(parse(address)?, prefix);
        }
        if let Some((first, last)) = text.split_once('-') {
            let (first, last) = (parse(first.trim())?, parse(last.trim())?);
            if first.is_ipv4() != last.is_ipv4() {
                return Err(Complaint::new("a range from one IP version to the other"));
            }
            if number(first) > number(last) {
                return Err(Complaint::new("a range that ends before it starts")
                    .with_help(format!("{last}-{first} is the other way round")));
            }
            return Ok((number(first), number(last)));
        }
        parse(text).map(|address| (number(address), number(address)))
    }
}

fn parse(text: &str) -> Result<IpAddr, Complaint> {
    text.parse().map_err(|_| {
        Complaint::new(format!("{text:?} is not an address"))
            .with_help("write any, 10.0.0.1, 10.0.0.0/8, 10.0.0.1-10.0.0.9, fd00::/8, [a,b,!c] or $VARIABLE")
    })
}

fn network(address: IpAddr, prefix: &str) -> Result<(u128, u128), Complaint> {
    let (longest, shift) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
    let length = prefix.parse::<u32>().ok().or_else(|| netmask(address, prefix)).filter(|&l| l <= longest);
    let Some(length) = length else {
        return Err(Complaint::new(format!("{prefix:?} is not the length of a prefix"))
            .with_help(format!("it is a number from 0 to {longest}")));
    };
    let host = u128::MAX.checked_shr(length + shift).unwrap_or(0);
    let number = number(address);
    Ok((number & !host, number | host))
}

/// The length that a mask such as 255.255.0.0 stands for.
fn netmask(address: IpAddr, text: &str) -> Option<u32> {
    let mask = u32::from(text.parse::<Ipv4Addr>().ok().filter(|_| address.is_ipv4())?);
    (mask.leading_ones() + mask.trailing_zeros() >= 32).then(|| mask.leading_ones())
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(v4.to_ipv6_mapped()),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v4(text: &str) -> u128 {
        number(text.parse().unwrap())
    }

    #[test]
    fn reads_what_suricata_reads() {
        let table = [
            ("10.1.2.3", "10.1.2.3", "10.1.2.3"),
            ("10.1.2.3/8", "10.0.0.0", "10.255.255.255"),
            ("10.0.0.0/255.255.0.0", "10.0.0.0", "10.0.255.255"),
            ("0.0.0.0/0", "0.0.0.0", "255.255.255.255"),
            ("1.1.1.1-1.1.2.1", "1.1.1.1", "1.1.2.1"),
            ("2001:db8::/126", "2001:db8::", "2001:db8::3"),
            ("::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ];
        for (text, first, last) in table {
            assert_eq!(Addresses::atom(text).unwrap(), (v4(first), v4(last)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_address() {
        for text in [
            "10.0.0",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/255.0.255.0",
            "2.2.2.2-1.1.1.1",
            "1.1.1.1-::1",
            "x",
            "",
        ] {
            assert!(Addresses::atom(text).is_err(), "{text}");
        }
    }
}
