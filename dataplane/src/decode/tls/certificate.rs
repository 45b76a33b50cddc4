//! Certificate messages up to TLS 1.2 (RFC 5246 §7.4.2), and what of an X.509 certificate (RFC 5280 §4.1) is told.
//! Nothing is verified: an inspector in the middle can't know what a peer trusts.

use std::io::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

use sha1::{Digest, Sha1};
use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use super::anomaly::Anomaly;
use super::der::{Der, Element, tag};
use super::digits::{push_hex_with_colons, push_upper_hex_with_colons};
use super::distinguished_name;
use super::hello_fields::Scratch;
use super::reader::Reader;
use super::session::TlsCertificate;
use super::telling::Telling;
use super::text::Text;
use super::validity;
use crate::decode::Sink;

/// Tells the certificates of a chain, and of the first of them what it says.
pub(super) fn tell_chain<S: Sink>(
    body: &[u8],
    certificate: &mut TlsCertificate,
    scratch: &mut Scratch,
    telling: &mut Telling<'_, S>,
) {
    certificate.clear();
    let mut reader = Reader::new(body);
    let mut chain = match reader.vector24() {
        Some(list) if reader.is_empty() => Reader::new(list),
        _ => return telling.anomaly(Anomaly::HandshakeInvalidLength),
    };
    while !chain.is_empty() {
        let Some(der) = chain.vector24() else {
            return telling.anomaly(Anomaly::CertificateInvalidLength);
        };
        telling.field(FieldId::TlsCerts, der);
        if certificate.chain_length == 0 {
            tell_first(der, certificate, scratch, telling);
        }
        certificate.chain_length = certificate.chain_length.saturating_add(1);
    }
    telling.number(NumberId::TlsChainLength, certificate.chain_length.into());
}

fn tell_first<S: Sink>(
    der: &[u8],
    certificate: &mut TlsCertificate,
    scratch: &mut Scratch,
    telling: &mut Telling<'_, S>,
) {
    let text = &mut scratch.text;
    text.clear();
    push_hex_with_colons(text, &Sha1::digest(der));
    tell_text(FieldId::TlsCertFingerprint, text, &mut certificate.fingerprint, telling);
    let mut elements = Elements::default();
    if let Err(anomaly) = elements.read(der) {
        telling.anomaly(Anomaly::InvalidCertificate);
        telling.anomaly(anomaly);
    }
    if let Some(serial) = elements.serial {
        text.clear();
        push_upper_hex_with_colons(text, serial);
        tell_text(FieldId::TlsCertSerial, text, &mut certificate.serial, telling);
    }
    for (name, field, kept) in [
        (elements.issuer, FieldId::TlsCertIssuer, &mut certificate.issuer),
        (elements.subject, FieldId::TlsCertSubject, &mut certificate.subject),
    ] {
        let Some(name) = name else { continue };
        if let Err(anomaly) = distinguished_name::write(name, text) {
            telling.anomaly(anomaly);
        }
        tell_text(field, text, kept, telling);
    }
    certificate.not_before = elements.not_before.and_then(validity::seconds);
    certificate.not_after = elements.not_after.and_then(validity::seconds);
    for (number, seconds) in
        [(NumberId::TlsNotBefore, certificate.not_before), (NumberId::TlsNotAfter, certificate.not_after)]
    {
        // What is before 1970 is as good as 1970.
        if let Some(seconds) = seconds {
            telling.number(number, u64::try_from(seconds).unwrap_or(0));
        }
    }
    if let Some(names) = elements.alternative_names {
        tell_alternative_names(names, certificate, text, telling);
    }
}

fn tell_text<S: Sink>(field: FieldId, text: &[u8], kept: &mut Text, telling: &mut Telling<'_, S>) {
    kept.set(text);
    telling.field(field, text);
}

/// The elements of a certificate that are told, as far as it could be read.
#[derive(Debug, Default)]
struct Elements<'a> {
    serial: Option<&'a [u8]>,
    issuer: Option<&'a [u8]>,
    not_before: Option<Element<'a>>,
    not_after: Option<Element<'a>>,
    subject: Option<&'a [u8]>,
    alternative_names: Option<&'a [u8]>,
}

impl<'a> Elements<'a> {
    fn read(&mut self, der: &'a [u8]) -> Result<(), Anomaly> {
        const VERSION: u8 = tag::constructed(0);
        const ISSUER_ID: u8 = tag::primitive(1);
        const SUBJECT_ID: u8 = tag::primitive(2);
        const EXTENSIONS: u8 = tag::constructed(3);
        let mut signed = Der::new(Der::new(der).expect(tag::SEQUENCE)?);
        let mut fields = Der::new(signed.expect(tag::SEQUENCE)?);
        fields.optional(VERSION)?;
        self.serial = Some(fields.expect(tag::INTEGER)?);
        fields.expect(tag::SEQUENCE)?; // the algorithm of the signature
        self.issuer = Some(fields.expect(tag::SEQUENCE)?);
        let mut validity = Der::new(fields.expect(tag::SEQUENCE)?);
        self.not_before = Some(validity.next()?);
        self.not_after = Some(validity.next()?);
        self.subject = Some(fields.expect(tag::SEQUENCE)?);
        fields.expect(tag::SEQUENCE)?; // the public key
        fields.optional(ISSUER_ID)?;
        fields.optional(SUBJECT_ID)?;
        if let Some(extensions) = fields.optional(EXTENSIONS)? {
            self.read_extensions(Der::new(extensions).expect(tag::SEQUENCE)?)?;
        }
        Ok(())
    }

    fn read_extensions(&mut self, extensions: &'a [u8]) -> Result<(), Anomaly> {
        const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];
        let mut extensions = Der::new(extensions);
        while !extensions.is_empty() {
            let mut extension = Der::new(extensions.expect(tag::SEQUENCE)?);
            let kind = extension.expect(tag::OBJECT_IDENTIFIER)?;
            extension.optional(tag::BOOLEAN)?;
            let value = extension.expect(tag::OCTET_STRING)?;
            if kind == SUBJECT_ALT_NAME {
                self.alternative_names = Some(Der::new(value).expect(tag::SEQUENCE)?);
            }
        }
        Ok(())
    }
}

/// Tells the subject alternative names that are text, and addresses as text (RFC 5280 §4.2.1.6).
fn tell_alternative_names<S: Sink>(
    names: &[u8],
    certificate: &mut TlsCertificate,
    text: &mut Vec<u8>,
    telling: &mut Telling<'_, S>,
) {
    const MAIL: u8 = tag::primitive(1);
    const DNS: u8 = tag::primitive(2);
    const URI: u8 = tag::primitive(6);
    const ADDRESS: u8 = tag::primitive(7);
    let mut names = Der::new(names);
    while !names.is_empty() {
        let name = match names.next() {
            Ok(name) => name,
            Err(anomaly) => return telling.anomaly(anomaly),
        };
        let value = match name.tag {
            MAIL | DNS | URI => name.contents,
            ADDRESS => {
                if !write_address(name.contents, text) {
                    telling.anomaly(Anomaly::CertificateInvalidLength);
                    continue;
                }
                text.as_slice()
            }
            _ => continue,
        };
        // The scheme of a URI has no case (RFC 3986 §3.1).
        let scheme = value.first_chunk::<9>();
        if name.tag == URI && scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"spiffe://")) {
            certificate.spiffe_ids.push(value);
        }
        certificate.alternative_names.push(value);
        telling.field(FieldId::TlsSubjectAltName, value);
    }
}

/// Writes an address of 4 or 16 bytes; false for what is none.
fn write_address(bytes: &[u8], text: &mut Vec<u8>) -> bool {
    text.clear();
    let written = if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        write!(text, "{}", Ipv4Addr::from(bytes))
    } else if let Ok(bytes) = <[u8; 16]>::try_from(bytes) {
        write!(text, "{}", Ipv6Addr::from(bytes))
    } else {
        return false;
    };
    written.is_ok()
}
