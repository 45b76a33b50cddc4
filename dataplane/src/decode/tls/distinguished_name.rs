//! Writes distinguished names (RFC 5280 §4.1.2.4) in the form that rules for Suricata expect:
//! `C=US, O=Google Inc, CN=*.google.com`, and ` + ` between the attributes of one part.

use super::anomaly::Anomaly;
use super::der::{Der, tag};
use super::digits::{push_decimal, push_upper_hex};

/// Short names of attribute types, by the contents of their object identifiers.
const ATTRIBUTES: &[(&[u8], &str)] = &[
    (&[0x55, 4, 3], "CN"),
    (&[0x55, 4, 4], "surname"),
    (&[0x55, 4, 5], "serialNumber"),
    (&[0x55, 4, 6], "C"),
    (&[0x55, 4, 7], "L"),
    (&[0x55, 4, 8], "ST"),
    (&[0x55, 4, 9], "streetAddress"),
    (&[0x55, 4, 10], "O"),
    (&[0x55, 4, 11], "OU"),
    (&[0x55, 4, 12], "title"),
    (&[0x55, 4, 13], "description"),
    (&[0x55, 4, 15], "businessCategory"),
    (&[0x55, 4, 16], "postalAddress"),
    (&[0x55, 4, 17], "postalCode"),
    (&[0x55, 4, 41], "name"),
    (&[0x55, 4, 42], "givenName"),
    (&[0x55, 4, 43], "initials"),
    (&[0x55, 4, 44], "generationQualifier"),
    (&[0x55, 4, 46], "dnQualifier"),
    (&[0x55, 4, 65], "pseudonym"),
    (&[0x55, 4, 97], "organizationIdentifier"),
    (&[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1], "userId"),
    (&[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25], "DC"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1], "Email"),
    (&[0x2b, 6, 1, 4, 1, 0x82, 0x37, 60, 2, 1, 1], "jurisdictionLocalityName"),
    (&[0x2b, 6, 1, 4, 1, 0x82, 0x37, 60, 2, 1, 2], "jurisdictionStateOrProvinceName"),
    (&[0x2b, 6, 1, 4, 1, 0x82, 0x37, 60, 2, 1, 3], "jurisdictionCountryName"),
];

/// Writes the name whose RDNSequence has these contents to `text`, in place of what is there. Bytes that a string type
/// does not have are written all the same, since a rule may look for just them (a zero byte in a name); the first such
/// string is told as an anomaly when all is written. A broken name is written as far as it goes.
pub(super) fn write(sequence: &[u8], text: &mut Vec<u8>) -> Result<(), Anomaly> {
    text.clear();
    let mut result = Ok(());
    let mut parts = Der::new(sequence);
    while !parts.is_empty() {
        let mut attributes = Der::new(parts.expect(tag::SET)?);
        let mut separator: &[u8] = if text.is_empty() { b"" } else { b", " };
        while !attributes.is_empty() {
            let mut attribute = Der::new(attributes.expect(tag::SEQUENCE)?);
            let kind = attribute.expect(tag::OBJECT_IDENTIFIER)?;
            let value = attribute.next()?;
            text.extend_from_slice(separator);
            separator = b" + ";
            push_type(text, kind);
            text.push(b'=');
            result = result.and(push_value(text, value.tag, value.contents));
        }
    }
    result
}

fn push_type(text: &mut Vec<u8>, identifier: &[u8]) {
    match ATTRIBUTES.iter().find(|(known, _)| *known == identifier) {
        Some((_, name)) => text.extend_from_slice(name.as_bytes()),
        None => push_identifier(text, identifier),
    }
}

/// `OID(1.2.840.113549)`: the first number holds two arcs (X.690 §8.19).
fn push_identifier(text: &mut Vec<u8>, identifier: &[u8]) {
    text.extend_from_slice(b"OID(");
    let mut number = 0u64;
    let mut first = true;
    for &byte in identifier {
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            continue;
        }
        if first {
            let root = (number / 40).min(2);
            push_decimal(text, root);
            number -= root * 40;
            first = false;
        }
        text.push(b'.');
        push_decimal(text, number);
        number = 0;
    }
    text.push(b')');
}

fn push_value(text: &mut Vec<u8>, tag: u8, contents: &[u8]) -> Result<(), Anomaly> {
    const BMP_STRING: u8 = 0x1e;
    match tag {
        // UTF8, Numeric, Printable, T61, Videotex, IA5, Graphic, Visible, General, ObjectDescriptor.
        0x0c | 0x12 | 0x13 | 0x14 | 0x15 | 0x16 | 0x19 | 0x1a | 0x1b | 0x07 => {
            text.extend_from_slice(contents);
            std::str::from_utf8(contents).map(drop).map_err(|_| Anomaly::CertificateInvalidString)
        }
        BMP_STRING => {
            let units = contents.as_chunks::<2>();
            let mut valid = units.1.is_empty();
            for character in char::decode_utf16(units.0.iter().map(|&unit| u16::from_be_bytes(unit))) {
                valid &= character.is_ok();
                let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
                text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            if valid { Ok(()) } else { Err(Anomaly::CertificateInvalidString) }
        }
        _ => {
            push_upper_hex(text, contents);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An RDN of attributes, each with its tag and value.
    fn part(attributes: &[(&[u8], u8, &[u8])]) -> Vec<u8> {
        let element = |tag: u8, contents: &[u8]| [&[tag, contents.len() as u8], contents].concat();
        let attribute = |&(kind, tag, value): &(&[u8], u8, &[u8])| {
            element(0x30, &[element(0x06, kind), element(tag, value)].concat())
        };
        element(0x31, &attributes.iter().flat_map(attribute).collect::<Vec<_>>())
    }

    #[test]
    fn names_are_written_as_suricata_does() {
        let sequence = [
            part(&[(&[0x55, 4, 6], 0x13, b"US")]),
            part(&[(&[0x55, 4, 10], 0x0c, b"A + B"), (&[0x55, 4, 11], 0x1e, &[0x26, 0x3a, 0x00, 0x41])]),
            part(&[(&[0x2a, 0x86, 0x48, 0x05], 0x03, &[0x00, 0xfe])]),
            part(&[(&[0x55, 4, 3], 0x13, b"a\0b")]),
        ]
        .concat();
        let mut text = b"old".to_vec();
        assert_eq!(write(&sequence, &mut text), Ok(()));
        assert_eq!(text, "C=US, O=A + B + OU=☺A, OID(1.2.840.5)=00FE, CN=a\0b".as_bytes());
    }

    #[test]
    fn what_is_wrong_with_a_name_is_told_and_the_rest_is_written() {
        let mut text = Vec::new();
        let bad = [part(&[(&[0x55, 4, 3], 0x0c, b"\xff")]), part(&[(&[0x55, 4, 6], 0x13, b"DE")])].concat();
        assert_eq!(write(&bad, &mut text), Err(Anomaly::CertificateInvalidString));
        assert_eq!(text, b"CN=\xff, C=DE");
        let cut = part(&[(&[0x55, 4, 3], 0x0c, b"x")]);
        assert_eq!(write(&cut[..cut.len() - 1], &mut text), Err(Anomaly::CertificateInvalidLength));
    }
}
