//! `host:port` (RFC 3986 §3.2), from a target or from `Host`.

/// A host and a port as they were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decode) struct Authority<'a> {
    pub host: &'a [u8],
    /// None if there is no colon after the host.
    pub port: Option<&'a [u8]>,
}

impl<'a> Authority<'a> {
    /// Splits an authority. What is before an `@` (RFC 3986 §3.2.1) is left out.
    pub fn parse(authority: &'a [u8]) -> Authority<'a> {
        let start = authority.iter().rposition(|&octet| octet == b'@').map_or(0, |at| at + 1);
        let authority = authority.get(start..).unwrap_or_default();
        let literal = match authority.first() {
            Some(b'[') => authority.iter().position(|&octet| octet == b']').map_or(0, |end| end + 1),
            _ => 0,
        };
        let tail = authority.get(literal..).unwrap_or_default();
        let Some(colon) = tail.iter().position(|&octet| octet == b':') else {
            return Authority { host: authority, port: None };
        };
        Authority {
            host: authority.get(..literal + colon).unwrap_or_default(),
            port: Some(tail.get(colon + 1..).unwrap_or_default()),
        }
    }

    /// Whether the port, if there is one, is a number from 1 to 65535.
    pub fn has_valid_port(&self) -> bool {
        self.port.is_none_or(|port| {
            let number = port.iter().try_fold(0_u32, |number, &octet| {
                octet.is_ascii_digit().then(|| (number * 10 + u32::from(octet - b'0')).min(1 << 20))
            });
            number.is_some_and(|number| (1..=0xffff).contains(&number))
        })
    }

    /// Whether the host is a name of labels of up to 63 octets, or an address literal.
    pub fn has_valid_host(&self) -> bool {
        if let [b'[', address @ .., b']'] = self.host {
            let address = str::from_utf8(address).unwrap_or_default();
            return address.parse::<std::net::Ipv6Addr>().is_ok();
        }
        let name = self.host.strip_suffix(b".").unwrap_or(self.host);
        let label = |label: &[u8]| {
            (1..=63).contains(&label.len())
                && label.iter().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'))
        };
        name.len() <= 255 && name.split(|&octet| octet == b'.').all(label)
    }
}

/// Without dots at the end, which name the same host.
fn without_dots(host: &[u8]) -> &[u8] {
    let end = host.iter().rposition(|&octet| octet != b'.').map_or(0, |last| last + 1);
    host.get(..end).unwrap_or_default()
}

/// The host in normal form: lower case, without dots at the end.
pub(in crate::decode) fn normal<'a>(host: &'a [u8], scratch: &'a mut Vec<u8>) -> &'a [u8] {
    let host = without_dots(host);
    if !host.iter().any(u8::is_ascii_uppercase) {
        return host;
    }
    scratch.clear();
    scratch.extend_from_slice(host);
    scratch.make_ascii_lowercase();
    scratch
}

/// Whether two hosts have the same normal form.
pub(in crate::decode) fn is_same(a: &[u8], b: &[u8]) -> bool {
    without_dots(a).eq_ignore_ascii_case(without_dots(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_and_checks() {
        for (authority, host, port, valid) in [
            (&b"example.org"[..], &b"example.org"[..], None, true),
            (b"example.org:80", b"example.org", Some(&b"80"[..]), true),
            (b"u:p@example.org.:8080", b"example.org.", Some(b"8080"), true),
            (b"[2001:db8::1]:443", b"[2001:db8::1]", Some(b"443"), true),
            (b"[::1]", b"[::1]", None, true),
            (b"[::1", b"[", Some(b":1"), false),
            (b"a b", b"a b", None, false),
            (b"a..b", b"a..b", None, false),
            (b"", b"", None, false),
            (b"a:0", b"a", Some(b"0"), false),
            (b"a:65536", b"a", Some(b"65536"), false),
            (b"a:", b"a", Some(b""), false),
            (b"a:8 0", b"a", Some(b"8 0"), false),
            (b"a:99999999999999999999", b"a", Some(b"99999999999999999999"), false),
        ] {
            let parsed = Authority::parse(authority);
            assert_eq!(parsed, Authority { host, port });
            assert_eq!(parsed.has_valid_host() && parsed.has_valid_port(), valid, "{authority:?}");
        }
        let mut scratch = Vec::new();
        assert_eq!(normal(b"Example.ORG..", &mut scratch), b"example.org");
        assert!(is_same(b"a.", b"A") && !is_same(b"a", b"b"));
    }
}
