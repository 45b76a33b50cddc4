use super::*;
use crate::diagnostic::{Diagnostic, Source};

fn end(address: &str, port: u16) -> Endpoint {
    let address = match address.parse().unwrap() {
        std::net::IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        std::net::IpAddr::V6(v6) => v6.octets(),
    };
    Endpoint { address, port }
}

fn header(text: &str, variables: &[(&str, &str)]) -> Result<Header, String> {
    let settings: Vec<_> = variables.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
    let source = Source::new("t", format!("alert tcp {text} (sid:1;)"));
    let mut loaded = load(&[source], &Variables::with(&settings));
    match loaded.set.signatures.pop() {
        Some(signature) => Ok(signature.header),
        None => Err(loaded.diagnostics.iter().map(Diagnostic::to_string).collect()),
    }
}

#[test]
fn tells_who_is_meant() {
    let table = [
        ("any any -> any any", "1.1.1.1", 1, "::1", 2, true),
        ("$HOME_NET any -> $EXTERNAL_NET 80", "10.0.0.1", 1, "8.8.8.8", 80, true),
        ("$HOME_NET any -> $EXTERNAL_NET 80", "8.8.8.8", 80, "10.0.0.1", 1, false),
        ("$HOME_NET any <> $EXTERNAL_NET 80", "8.8.8.8", 80, "10.0.0.1", 1, true),
        ("$HOME_NET any -> $EXTERNAL_NET 80", "fd00::1", 1, "2001:db8::1", 80, true),
        ("$HOME_NET any -> $EXTERNAL_NET 80", "10.0.0.1", 1, "192.168.0.1", 80, false),
        ("[10.0.0.0/8,!10.1.0.0/16] any -> any any", "10.2.0.1", 1, "1.1.1.1", 1, true),
        ("[10.0.0.0/8,!10.1.0.0/16] any -> any any", "10.1.0.1", 1, "1.1.1.1", 1, false),
        ("[10.0.0.0/8, [!10.1.0.0/16, 10.1.9.0/24]] any -> any any", "10.1.9.1", 1, "1.1.1.1", 1, true),
        ("![10.0.0.1,!10.0.0.1/8] any -> any any", "10.0.0.1", 1, "1.1.1.1", 1, true),
        ("any [!80,!81] -> any :1023", "1.1.1.1", 82, "1.1.1.2", 1023, true),
        ("any [!80,!81] -> any :1023", "1.1.1.1", 81, "1.1.1.2", 1023, false),
        ("any any -> any [1:9,!5]", "1.1.1.1", 1, "1.1.1.2", 5, false),
        ("any any -> any $FILE_DATA_PORTS", "1.1.1.1", 1, "1.1.1.2", 143, true),
    ];
    for (text, source, source_port, destination, destination_port, expected) in table {
        let header = header(text, &[]).unwrap();
        let matches = header.matches(&end(source, source_port), &end(destination, destination_port));
        assert_eq!(matches, expected, "{text}: {source}:{source_port} -> {destination}:{destination_port}");
    }
}

#[test]
fn a_variable_is_wrong_where_it_is_used() {
    let table: [(&[(&str, &str)], &str); 4] = [
        (&[("HOME_NET", "10.0.0.0/40")], "$HOME_NET is \"10.0.0.0/40\": \"40\" is not the length"),
        (&[("HOME_NET", "[$A]"), ("A", "$HOME_NET")], "contains itself"),
        (&[("HOME_NET", "any"), ("X", "")], "this leaves no address at all"),
        (&[("HOME_NET", "")], "an address is missing here"),
    ];
    for (variables, expected) in table {
        let error = header("$HOME_NET any -> $EXTERNAL_NET any", variables).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
}

/// Each variable names the one before fifty times: written out, the last would have 50^15 elements.
#[test]
fn variables_that_double_each_time_cost_nothing() {
    let mut variables = vec![("V0".to_owned(), "10.0.0.0/8".to_owned())];
    variables.extend(
        (1..=15).map(|n| (format!("V{n}"), format!("[{}]", vec![format!("$V{}", n - 1); 50].join(",")))),
    );
    let source = Source::new("t", "alert tcp $V15 any -> any any (sid:1;)");
    assert_eq!(load(&[source], &Variables::with(&variables)).failed, 0);
}
