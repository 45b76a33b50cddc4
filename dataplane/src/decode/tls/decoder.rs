//! The decoder: leads each direction's bytes through records and messages, and notices where encryption begins.

use weir_rules::number::NumberId;

use super::anomaly::{Anomaly, Told};
use super::certificate;
use super::config::{AfterEncryption, TlsConfig};
use super::content::{Content, HeartbeatInFlight};
use super::handshake::{MessageType, Messages, Step};
use super::hello::{ClientHello, ServerHello};
use super::hello_fields::{self, Scratch};
use super::negotiation::Negotiation;
use super::record::{Piece, RecordHeader, RecordType, Records};
use super::session::TlsSession;
use super::sslv2;
use super::telling::Telling;
use super::version::TlsVersion;
use crate::decode::{Sink, Stage, Status};
use crate::flow::Direction;

/// What is made of the bytes of a direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Look {
    /// Records and what is in them.
    #[default]
    Inside,
    /// Headers of records: the rest is encrypted.
    Records,
    /// Nothing: all that can be known is.
    Nowhere,
    /// Nothing: where records begin is not known, or they are none.
    Lost,
}

/// A direction.
#[derive(Debug, Default)]
struct Half {
    look: Look,
    records: Records,
    record: Option<RecordType>,
    messages: Messages,
    content: Content,
    stage: Option<Stage>,
}

impl Half {
    /// Tells a stage, once.
    fn reach<S: Sink>(&mut self, stage: Stage, telling: &mut Telling<'_, S>) {
        if self.stage < Some(stage) {
            self.stage = Some(stage);
            telling.stage(stage);
        }
    }

    const fn is_encrypted(&self) -> bool {
        matches!(self.look, Look::Records | Look::Nowhere)
    }
}

/// Decodes one TLS connection.
///
/// Costs, besides what a hello and a chain of certificates take while they come in, some 1,100 bytes. Nothing of
/// encrypted records is kept, and a message is copied only where it does not lie in one piece.
#[derive(Debug)]
pub struct Tls {
    config: TlsConfig,
    to_server: Half,
    to_client: Half,
    negotiation: Negotiation,
    heartbeat: HeartbeatInFlight,
    told: Told,
    session: TlsSession,
    scratch: Scratch,
}

impl Tls {
    /// A decoder for a new connection.
    pub fn new(config: TlsConfig) -> Tls {
        Tls {
            config,
            to_server: Half::default(),
            to_client: Half::default(),
            negotiation: Negotiation::default(),
            heartbeat: HeartbeatInFlight::default(),
            told: Told::default(),
            session: TlsSession::default(),
            scratch: Scratch::default(),
        }
    }

    /// Makes it as new, for another connection, and keeps its buffers as far as the configuration allows.
    pub fn reset(&mut self) {
        for half in [&mut self.to_server, &mut self.to_client] {
            let mut messages = std::mem::take(&mut half.messages);
            messages.clear(self.config.keep_buffer);
            *half = Half { messages, ..Half::default() };
        }
        self.negotiation = Negotiation::default();
        self.heartbeat = HeartbeatInFlight::default();
        self.told = Told::default();
        self.session.clear();
        self.scratch.shrink(self.config.keep_buffer);
    }

    /// What the handshake has told so far.
    pub fn session(&self) -> &TlsSession {
        &self.session
    }

    /// Whether both directions are encrypted, so that no byte that still comes can tell anything more.
    pub const fn encrypted(&self) -> bool {
        self.to_server.is_encrypted() && self.to_client.is_encrypted()
    }

    /// Takes the next bytes of a direction.
    pub fn push<S: Sink>(&mut self, direction: Direction, bytes: &[u8], sink: &mut S) -> Status {
        let mut rest = bytes;
        loop {
            let half = self.half(direction);
            match half.look {
                Look::Lost => return Status::Lost,
                Look::Nowhere => return Status::Ongoing,
                Look::Inside | Look::Records => {}
            }
            let handled = match half.records.next(&mut rest) {
                None => return Status::Ongoing,
                Some(Ok(Piece::Header(header))) => self.begin_record(direction, header, sink),
                Some(Ok(Piece::Fragment(fragment))) => self.take_fragment(direction, fragment, sink),
                Some(Err(anomaly)) => Err(anomaly),
            };
            if let Err(anomaly) = handled {
                self.lose(direction, anomaly, sink);
            }
        }
    }

    /// Tells that `len` bytes of a direction will never come. What is encrypted can miss them.
    pub fn gap<S: Sink>(&mut self, direction: Direction, len: u64, sink: &mut S) -> Status {
        let half = self.half(direction);
        match half.look {
            Look::Lost => return Status::Lost,
            Look::Nowhere => return Status::Ongoing,
            Look::Records => {
                if !half.records.skip(len) {
                    half.look = Look::Nowhere;
                }
                return Status::Ongoing;
            }
            Look::Inside => {}
        }
        if half.record == Some(RecordType::ApplicationData) && half.records.skip(len) {
            return Status::Ongoing;
        }
        half.look = Look::Lost;
        self.end(direction, sink);
        Status::Lost
    }

    /// Tells that a direction has ended.
    pub fn end<S: Sink>(&mut self, direction: Direction, sink: &mut S) {
        let (half, mut telling) = self.telling(direction, sink);
        half.reach(Stage::Complete, &mut telling);
    }

    fn half(&mut self, direction: Direction) -> &mut Half {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn telling<'t, S: Sink>(
        &'t mut self,
        direction: Direction,
        sink: &'t mut S,
    ) -> (&'t mut Half, Telling<'t, S>) {
        let telling = Telling::new(sink, &mut self.told, direction);
        match direction {
            Direction::ToServer => (&mut self.to_server, telling),
            Direction::ToClient => (&mut self.to_client, telling),
        }
    }

    #[cold]
    fn lose<S: Sink>(&mut self, direction: Direction, anomaly: Anomaly, sink: &mut S) {
        let (half, mut telling) = self.telling(direction, sink);
        half.look = Look::Lost;
        telling.anomaly(anomaly);
        half.reach(Stage::Complete, &mut telling);
    }

    fn begin_record<S: Sink>(
        &mut self,
        direction: Direction,
        header: RecordHeader,
        sink: &mut S,
    ) -> Result<(), Anomaly> {
        let heeds_change = self.negotiation.heeds_change();
        let max_hello = self.config.max_hello;
        let (half, mut telling) = self.telling(direction, sink);
        half.record = Some(header.kind);
        if half.look == Look::Records {
            if header.kind == RecordType::Heartbeat {
                self.see_encrypted_heartbeat(direction, header.length, sink);
            }
            return Ok(());
        }
        if header.kind != RecordType::Handshake && !half.messages.is_between() {
            // RFC 8446 §5.1: handshake messages MUST NOT be interleaved with other record types.
            telling.anomaly(Anomaly::InvalidSslRecord);
        }
        match header.kind {
            RecordType::Handshake => {}
            RecordType::ChangeCipherSpec | RecordType::ApplicationData if heeds_change => {
                half.look = Look::Records;
                self.settle(sink);
            }
            RecordType::ChangeCipherSpec | RecordType::ApplicationData => {}
            RecordType::Alert => {
                half.content.begin(header.length);
                if header.length != 2 {
                    telling.anomaly(Anomaly::InvalidAlertMessage);
                }
            }
            RecordType::Heartbeat => {
                half.content.begin(header.length);
                telling.anomaly(Anomaly::HeartbeatMessage);
                if header.length < 3 {
                    telling.anomaly(Anomaly::InvalidHeartbeatMessage);
                }
            }
            RecordType::Sslv2Hello(_) if u32::from(header.length) > max_hello => {
                return Err(Anomaly::InvalidSslv2Header);
            }
            RecordType::Sslv2Hello(_) => {
                half.messages.expect(MessageType::CLIENT_HELLO, header.length.into())
            }
        }
        Ok(())
    }

    #[cold]
    fn see_encrypted_heartbeat<S: Sink>(&mut self, direction: Direction, length: u16, sink: &mut S) {
        let seen = self.heartbeat.see(direction, length);
        let (_, mut telling) = self.telling(direction, sink);
        telling.anomaly(Anomaly::HeartbeatMessage);
        if let Some(anomaly) = seen {
            telling.anomaly(anomaly);
        }
    }

    fn take_fragment<S: Sink>(
        &mut self,
        direction: Direction,
        fragment: &[u8],
        sink: &mut S,
    ) -> Result<(), Anomaly> {
        let (half, mut telling) = self.telling(direction, sink);
        if half.look != Look::Inside {
            return Ok(());
        }
        let seen = match half.record {
            Some(RecordType::Handshake) => return self.take_handshake(direction, fragment, sink),
            Some(RecordType::Sslv2Hello(header)) => {
                return self.take_sslv2(direction, header, fragment, sink);
            }
            Some(RecordType::Alert) => half.content.alert(fragment),
            Some(RecordType::Heartbeat) => half.content.heartbeat(fragment),
            _ => None,
        };
        if let Some(anomaly) = seen {
            telling.anomaly(anomaly);
        }
        Ok(())
    }

    fn take_handshake<S: Sink>(
        &mut self,
        direction: Direction,
        fragment: &[u8],
        sink: &mut S,
    ) -> Result<(), Anomaly> {
        let config = self.config;
        let mut rest = fragment;
        while self.half(direction).look == Look::Inside {
            let (half, mut telling) = self.telling(direction, sink);
            match half.messages.next(&mut rest, &config) {
                None => break,
                Some(Step::Whole(kind, body)) => self.take_message(direction, kind, body, sink)?,
                Some(Step::Gathered(kind)) => {
                    let buffer = half.messages.lend();
                    let taken = self.take_message(direction, kind, &buffer, sink);
                    self.half(direction).messages.give_back(buffer);
                    taken?;
                }
                Some(Step::PassedOver(kind)) => telling.number(NumberId::TlsHandshakeType, kind.0.into()),
                Some(Step::TooLong) => telling.anomaly(Anomaly::HandshakeInvalidLength),
                Some(Step::Unknown) => return Err(Anomaly::InvalidHandshakeMessage),
            }
        }
        Ok(())
    }

    fn take_message<S: Sink>(
        &mut self,
        direction: Direction,
        kind: MessageType,
        body: &[u8],
        sink: &mut S,
    ) -> Result<(), Anomaly> {
        let mut telling = Telling::new(sink, &mut self.told, direction);
        telling.number(NumberId::TlsHandshakeType, kind.0.into());
        match (kind, direction) {
            (MessageType::CLIENT_HELLO, Direction::ToServer) => {
                let Some(hello) = ClientHello::parse(body) else {
                    telling.anomaly(Anomaly::HandshakeInvalidLength);
                    return Ok(());
                };
                let fingerprints = self.config.fingerprints;
                hello_fields::tell_client(
                    &hello,
                    fingerprints,
                    &mut self.session,
                    &mut self.scratch,
                    &mut telling,
                );
                self.to_server.reach(Stage::Line, &mut telling);
            }
            (MessageType::SERVER_HELLO, Direction::ToClient) => {
                let Some(hello) = ServerHello::parse(body) else {
                    telling.anomaly(Anomaly::HandshakeInvalidLength);
                    return Ok(());
                };
                let fingerprints = self.config.fingerprints;
                hello_fields::tell_server(
                    &hello,
                    fingerprints,
                    &mut self.session,
                    &mut self.scratch,
                    &mut telling,
                );
                self.to_client.reach(Stage::Line, &mut telling);
                self.agree(&hello, sink);
            }
            (MessageType::CERTIFICATE, _) => {
                let certificate = match direction {
                    Direction::ToServer => &mut self.session.client_certificate,
                    Direction::ToClient => &mut self.session.server_certificate,
                };
                certificate::tell_chain(body, certificate, &mut self.scratch, &mut telling);
                match direction {
                    Direction::ToServer => &mut self.to_server,
                    Direction::ToClient => &mut self.to_client,
                }
                .reach(Stage::Headers, &mut telling);
            }
            _ => return Err(Anomaly::InvalidHandshakeMessage),
        }
        Ok(())
    }

    /// Heeds what a ServerHello means for encryption.
    fn agree<S: Sink>(&mut self, hello: &ServerHello<'_>, sink: &mut S) {
        if hello.is_retry() {
            self.negotiation = Negotiation::Retried;
            if self.to_server.look == Look::Records {
                // Early data, which the server has not taken; another ClientHello follows (RFC 8446 §4.2.10).
                self.to_server.look = Look::Inside;
            }
            return;
        }
        let version = hello.version();
        self.negotiation = Negotiation::Settled(version);
        if version.hides_certificates() {
            for half in [&mut self.to_server, &mut self.to_client] {
                if half.look == Look::Inside {
                    half.look = Look::Records;
                }
            }
        }
        self.settle(sink);
    }

    /// Completes directions that are encrypted for good. Without a ServerHello, what a client sends may be early data.
    fn settle<S: Sink>(&mut self, sink: &mut S) {
        let for_good = matches!(self.negotiation, Negotiation::Settled(_)) || self.encrypted();
        if !for_good {
            return;
        }
        for direction in [Direction::ToServer, Direction::ToClient] {
            let (half, mut telling) = self.telling(direction, sink);
            if half.is_encrypted() {
                half.reach(Stage::Complete, &mut telling);
            }
        }
        if self.encrypted() && self.config.after_encryption == AfterEncryption::Stop {
            self.to_server.look = Look::Nowhere;
            self.to_client.look = Look::Nowhere;
        }
    }

    fn take_sslv2<S: Sink>(
        &mut self,
        direction: Direction,
        header: sslv2::Header,
        fragment: &[u8],
        sink: &mut S,
    ) -> Result<(), Anomaly> {
        let config = self.config;
        let (half, mut telling) = self.telling(direction, sink);
        let mut rest = fragment;
        let valid = match half.messages.next(&mut rest, &config) {
            Some(Step::Whole(_, body)) => sslv2::is_client_hello(body),
            Some(Step::Gathered(_)) => {
                let buffer = half.messages.lend();
                let valid = sslv2::is_client_hello(&buffer);
                half.messages.give_back(buffer);
                valid
            }
            _ => return Ok(()),
        };
        telling.anomaly(Anomaly::Sslv2Hello);
        telling.number(NumberId::TlsHandshakeType, MessageType::CLIENT_HELLO.0.into());
        telling.number(NumberId::TlsVersion, header.version.in_rules());
        half.reach(Stage::Line, &mut telling);
        if direction == Direction::ToServer && !valid {
            return Err(Anomaly::InvalidSslv2Header);
        }
        self.session.version = Some(header.version);
        if header.version == TlsVersion::SSL2 { Err(Anomaly::Sslv2Hello) } else { Ok(()) }
    }
}
