//! Tells the fields of hellos.

use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use super::anomaly::Anomaly;
use super::config::Fingerprints;
use super::hello::{ClientHello, Extensions, ServerHello, extension};
use super::reader::{Reader, is_grease};
use super::session::TlsSession;
use super::telling::Telling;
use super::version::TlsVersion;
use super::{ja3, ja4};
use crate::decode::Sink;

/// The longest name that DNS has, as text (RFC 1035 §2.3.4).
const MAX_HOST_NAME: usize = 255;

/// Buffers in which values are put together.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) text: Vec<u8>,
    pub(super) more: Vec<u8>,
    pub(super) numbers: Vec<u16>,
}

impl Scratch {
    pub(super) fn shrink(&mut self, keep: usize) {
        self.text.shrink_to(keep);
        self.more.shrink_to(keep);
        self.numbers.shrink_to(keep / 2);
    }
}

/// Tells what a ClientHello says.
pub(super) fn tell_client<S: Sink>(
    hello: &ClientHello<'_>,
    fingerprints: Fingerprints,
    session: &mut TlsSession,
    scratch: &mut Scratch,
    telling: &mut Telling<'_, S>,
) {
    let offered = hello.supported_versions().filter(|&version| !is_grease(version)).max();
    session.version = Some(offered.map_or(hello.version, TlsVersion));
    // A client names first what it likes best.
    let preferred = hello.supported_versions().find(|&version| !is_grease(version));
    telling.number(NumberId::TlsVersion, preferred.map_or(hello.version, TlsVersion).in_rules());
    tell_random(hello.random, telling);
    tell_server_names(hello.extensions, session, telling);
    session.alpn_offered.clear();
    for protocol in protocols(hello.extensions) {
        session.alpn_offered.push(protocol);
        telling.field(FieldId::TlsAlpn, protocol);
    }
    if fingerprints == Fingerprints::Compute {
        tell_client_fingerprints(hello, session, scratch, telling);
    }
}

fn tell_client_fingerprints<S: Sink>(
    hello: &ClientHello<'_>,
    session: &mut TlsSession,
    scratch: &mut Scratch,
    telling: &mut Telling<'_, S>,
) {
    // A second hello, after a HelloRetryRequest, has other extensions; the first is what a client is known by.
    let first = session.ja4.is_empty();
    ja3::write_client(hello, &mut scratch.text);
    ja3::write_hash(&scratch.text, &mut scratch.more);
    telling.field(FieldId::Ja3String, &scratch.text);
    telling.field(FieldId::Ja3Hash, &scratch.more);
    if first {
        session.ja3_string.set(&scratch.text);
        session.ja3.set(&scratch.more);
    }
    ja4::write(hello, protocols(hello.extensions).next(), scratch);
    telling.field(FieldId::Ja4Hash, &scratch.more);
    if first {
        session.ja4.set(&scratch.more);
    }
}

/// Tells what a ServerHello or HelloRetryRequest says.
pub(super) fn tell_server<S: Sink>(
    hello: &ServerHello<'_>,
    fingerprints: Fingerprints,
    session: &mut TlsSession,
    scratch: &mut Scratch,
    telling: &mut Telling<'_, S>,
) {
    session.version = Some(hello.version());
    session.cipher = Some(hello.cipher);
    telling.number(NumberId::TlsVersion, hello.version().in_rules());
    tell_random(hello.random, telling);
    for protocol in protocols(hello.extensions) {
        session.alpn.set(protocol);
        telling.field(FieldId::TlsAlpn, protocol);
    }
    if fingerprints == Fingerprints::LeaveOut {
        return;
    }
    ja3::write_server(hello, &mut scratch.text);
    ja3::write_hash(&scratch.text, &mut scratch.more);
    telling.field(FieldId::Ja3sString, &scratch.text);
    telling.field(FieldId::Ja3sHash, &scratch.more);
    session.ja3s_string.set(&scratch.text);
    session.ja3s.set(&scratch.more);
}

fn tell_random<S: Sink>(random: &[u8; 32], telling: &mut Telling<'_, S>) {
    telling.field(FieldId::TlsRandom, random);
    if let Some((time, bytes)) = random.split_first_chunk::<4>() {
        telling.field(FieldId::TlsRandomTime, time);
        telling.field(FieldId::TlsRandomBytes, bytes);
    }
}

/// Tells every name there is, even where there may be one only: which of them a server heeds is not known here.
fn tell_server_names<S: Sink>(
    extensions: Extensions<'_>,
    session: &mut TlsSession,
    telling: &mut Telling<'_, S>,
) {
    const HOST_NAME: u8 = 0;
    let mut names = 0u32;
    session.sni.clear();
    for (_, body) in extensions.iter().filter(|&(kind, _)| kind == extension::SERVER_NAME) {
        let mut reader = Reader::new(body);
        let mut list = match reader.vector16() {
            Some(list) if reader.is_empty() && !list.is_empty() => Reader::new(list),
            _ => {
                telling.anomaly(Anomaly::InvalidSniLength);
                continue;
            }
        };
        while !list.is_empty() {
            let Some((kind, name)) = list.u8().and_then(|kind| Some((kind, list.vector16()?))) else {
                telling.anomaly(Anomaly::InvalidSniLength);
                break;
            };
            names = names.saturating_add(1);
            if kind != HOST_NAME {
                telling.anomaly(Anomaly::InvalidSniType);
                continue;
            }
            if name.is_empty() || name.len() > MAX_HOST_NAME {
                telling.anomaly(Anomaly::InvalidSniLength);
            }
            if session.sni.is_empty() {
                session.sni.set(name);
            }
            telling.field(FieldId::TlsSni, name);
        }
    }
    if names > 1 {
        telling.anomaly(Anomaly::MultipleSniExtensions);
    }
}

/// The names in the ALPN extension (RFC 7301 §3.1).
fn protocols(extensions: Extensions<'_>) -> impl Iterator<Item = &[u8]> {
    let list = extensions.find(extension::ALPN).and_then(|body| Reader::new(body).vector16());
    let mut reader = Reader::new(list.unwrap_or(&[]));
    std::iter::from_fn(move || reader.vector8())
}
