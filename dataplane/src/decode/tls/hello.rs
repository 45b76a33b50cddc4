//! ClientHello and ServerHello (RFC 8446 §4.1).

use super::reader::{Reader, numbers};
use super::version::TlsVersion;

/// The random that makes a ServerHello a HelloRetryRequest: the SHA-256 of "HelloRetryRequest" (RFC 8446 §4.1.3).
const HELLO_RETRY_REQUEST: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2,
    0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// Extensions of a hello whose contents are looked at.
pub(super) mod extension {
    pub(in super::super) const SERVER_NAME: u16 = 0;
    pub(in super::super) const SUPPORTED_GROUPS: u16 = 10;
    pub(in super::super) const EC_POINT_FORMATS: u16 = 11;
    pub(in super::super) const SIGNATURE_ALGORITHMS: u16 = 13;
    pub(in super::super) const ALPN: u16 = 16;
    pub(in super::super) const SUPPORTED_VERSIONS: u16 = 43;
}

/// A list of extensions whose lengths add up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extensions<'a>(&'a [u8]);

impl<'a> Extensions<'a> {
    fn parse(reader: &mut Reader<'a>) -> Option<Extensions<'a>> {
        // Up to TLS 1.2 a hello may end before them (RFC 5246 §7.4.1.2).
        if reader.is_empty() {
            return Some(Extensions(&[]));
        }
        let list = reader.vector16()?;
        let mut ahead = Reader::new(list);
        while !ahead.is_empty() {
            ahead.u16()?;
            ahead.vector16()?;
        }
        Some(Extensions(list))
    }

    /// The types and bodies, in the order of the wire.
    pub(super) fn iter(self) -> impl Iterator<Item = (u16, &'a [u8])> + Clone {
        let mut reader = Reader::new(self.0);
        std::iter::from_fn(move || Some((reader.u16()?, reader.vector16()?)))
    }

    /// The body of the first extension of a type.
    pub(super) fn find(self, kind: u16) -> Option<&'a [u8]> {
        self.iter().find(|&(found, _)| found == kind).map(|(_, body)| body)
    }
}

/// A ClientHello.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClientHello<'a> {
    /// The version of the old field, at most TLS 1.2.
    pub(super) version: TlsVersion,
    pub(super) random: &'a [u8; 32],
    /// Two bytes each.
    pub(super) ciphers: &'a [u8],
    pub(super) extensions: Extensions<'a>,
}

impl<'a> ClientHello<'a> {
    /// `None` where lengths disagree.
    pub(super) fn parse(body: &'a [u8]) -> Option<ClientHello<'a>> {
        let mut reader = Reader::new(body);
        let version = TlsVersion(reader.u16()?);
        let random = reader.array()?;
        reader.vector8().filter(|session| session.len() <= 32)?;
        let ciphers = reader.vector16().filter(|ciphers| ciphers.len() % 2 == 0)?;
        reader.vector8()?;
        let extensions = Extensions::parse(&mut reader)?;
        reader.is_empty().then_some(ClientHello { version, random, ciphers, extensions })
    }

    /// The versions that supported_versions lists, if it is there.
    pub(super) fn supported_versions(&self) -> impl Iterator<Item = u16> {
        let list = self.extensions.find(extension::SUPPORTED_VERSIONS);
        numbers(list.and_then(|body| Reader::new(body).vector8()).unwrap_or(&[]))
    }
}

/// A ServerHello or HelloRetryRequest.
#[derive(Clone, Copy, Debug)]
pub(super) struct ServerHello<'a> {
    /// The version of the old field, at most TLS 1.2.
    pub(super) legacy_version: TlsVersion,
    pub(super) random: &'a [u8; 32],
    pub(super) cipher: u16,
    pub(super) extensions: Extensions<'a>,
}

impl<'a> ServerHello<'a> {
    /// `None` where lengths disagree.
    pub(super) fn parse(body: &'a [u8]) -> Option<ServerHello<'a>> {
        let mut reader = Reader::new(body);
        let legacy_version = TlsVersion(reader.u16()?);
        let random = reader.array()?;
        // Drafts of TLS 1.3 before 22 had neither session nor compression.
        let is_early_draft = legacy_version.0 >> 8 == 0x7f;
        if !is_early_draft {
            reader.vector8().filter(|session| session.len() <= 32)?;
        }
        let cipher = reader.u16()?;
        if !is_early_draft {
            reader.u8()?;
        }
        let extensions = Extensions::parse(&mut reader)?;
        reader.is_empty().then_some(ServerHello { legacy_version, random, cipher, extensions })
    }

    /// The version that the server chose.
    pub(super) fn version(&self) -> TlsVersion {
        self.extensions
            .find(extension::SUPPORTED_VERSIONS)
            .and_then(|body| Reader::new(body).u16())
            .map_or(self.legacy_version, TlsVersion)
    }

    /// Whether it asks for another ClientHello.
    pub(super) fn is_retry(&self) -> bool {
        self.random == &HELLO_RETRY_REQUEST
    }
}
