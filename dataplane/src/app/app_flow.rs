//! The application side of one flow: which protocol it speaks, the decoder, and the transactions.

use super::app_sink::AppSink;
use super::keeping::Keeping;
use super::observer::Observer;
use super::transaction::Transactions;
use crate::decode::dns::DnsTcp;
use crate::decode::http1::{Handover, Http1};
use crate::decode::http2::{Http2, Upgraded};
use crate::decode::nvme::Nvme;
use crate::decode::postgres::Postgres;
use crate::decode::recognise::{AppProtocol, LOOK_AHEAD, Recognition, recognise};
use crate::decode::redis::Redis;
use crate::decode::sip::SipTcp;
use crate::decode::tls::Tls;
use crate::decode::websocket::WebSocket;
use crate::decode::{AppEvent, Status};
use crate::detect::{FlowMemory, Scores};
use crate::flow::Direction;
use crate::semantics::{Meaning, Semantics};

/// What decodes a stream.
#[derive(Default)]
pub enum Decoder {
    /// Nothing yet: the first bytes of each direction are held until they tell.
    #[default]
    Recognising,
    /// HTTP/1.
    Http1(Box<Http1>),
    /// HTTP/2, and what is in it.
    Http2(Box<Http2>),
    /// WebSocket.
    WebSocket(Box<WebSocket>),
    /// TLS.
    Tls(Box<Tls>),
    /// DNS over TCP.
    Dns(Box<DnsTcp>),
    /// SIP over TCP.
    Sip(Box<SipTcp>),
    /// PostgreSQL.
    Postgres(Box<Postgres>),
    /// Redis.
    Redis(Box<Redis>),
    /// NVMe over TCP.
    Nvme(Box<Nvme>),
    /// Nothing: the protocol is not known, or not decoded.
    Undecoded,
}

/// The first bytes of one direction.
#[derive(Clone, Copy, Debug)]
struct Held {
    bytes: [u8; LOOK_AHEAD],
    len: usize,
}

impl Default for Held {
    fn default() -> Held {
        Held { bytes: [0; LOOK_AHEAD], len: 0 }
    }
}

impl Held {
    fn take(&mut self, bytes: &[u8]) {
        let room = self.bytes.get_mut(self.len..).unwrap_or_default();
        let len = room.len().min(bytes.len());
        if let (Some(room), Some(bytes)) = (room.get_mut(..len), bytes.get(..len)) {
            room.copy_from_slice(bytes);
        }
        self.len += len;
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// Whether what the second direction begins with was held against the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Agreement {
    /// The protocol is not known yet, or nobody asks.
    #[default]
    Unasked,
    /// The bytes of this direction are still to tell.
    Awaited(Direction),
}

const WRONG_DIRECTION: AppEvent = AppEvent("applayer_wrong_direction_first_data");
const MISMATCH: AppEvent = AppEvent("applayer_mismatch_protocol_both_directions");
const ONE_DIRECTION: AppEvent = AppEvent("applayer_detect_protocol_only_one_direction");

/// The names of the events about which protocol a flow has.
pub const DETECTION_EVENTS: [&str; 3] = [WRONG_DIRECTION.0, MISMATCH.0, ONE_DIRECTION.0];

/// One flow.
#[derive(Default)]
pub struct AppFlow {
    /// What it speaks, once that is known.
    pub protocol: Option<AppProtocol>,
    /// What decodes it.
    pub decoder: Decoder,
    /// What is said in it.
    pub transactions: Transactions,
    /// What signatures remember of the flow.
    pub memory: FlowMemory,
    /// What its matches weigh together.
    pub scores: Scores,
    held: [Held; 2],
    first: Option<Direction>,
    agreement: Agreement,
    semantics: Semantics,
    lost: bool,
    /// How often it went on in another protocol.
    switches: u8,
}

/// Times that a flow may go on in another protocol. A tunnel in a tunnel is more than anyone needs.
const MAX_SWITCHES: u8 = 4;

/// Where decoders come from: a pool, so that none is made for each flow.
pub trait Decoders {
    /// A decoder for a protocol; [`Decoder::Undecoded`] where there is none.
    fn take(&mut self, protocol: AppProtocol) -> Decoder;

    /// Takes one back that is not needed any more.
    fn give_back(&mut self, decoder: Decoder);
}

impl AppFlow {
    /// Begins anew, keeps the memory, and gives the decoder back.
    pub fn restart(&mut self, keeping: &mut Keeping) -> Decoder {
        self.clear_transactions(keeping);
        self.memory.clear();
        self.scores.clear();
        self.semantics.clear();
        self.protocol = None;
        self.held = Default::default();
        self.first = None;
        self.agreement = Agreement::Unasked;
        self.lost = false;
        self.switches = 0;
        std::mem::take(&mut self.decoder)
    }

    /// Ends the transactions that are live.
    fn clear_transactions(&mut self, keeping: &mut Keeping) {
        self.transactions.iter().for_each(|transaction| keeping.log.finish(transaction));
        self.transactions.clear();
    }

    /// Whether its bytes still need to be looked at.
    pub fn is_decoded(&self) -> bool {
        !self.lost && !matches!(self.decoder, Decoder::Undecoded)
    }

    /// Takes the next bytes of a direction.
    pub fn push(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        decoders: &mut impl Decoders,
        keeping: &mut Keeping,
        observer: &mut impl Observer,
    ) {
        if let Decoder::Recognising = self.decoder {
            self.recognise(direction, bytes, decoders, keeping, observer);
        } else {
            if self.agreement == Agreement::Awaited(direction) {
                self.agree(direction, bytes, observer);
            }
            self.decode(direction, bytes, decoders, keeping, observer);
        }
    }

    /// Bytes are missing.
    pub fn gap(
        &mut self,
        direction: Direction,
        missing: u64,
        keeping: &mut Keeping,
        observer: &mut impl Observer,
    ) {
        let mut sink = meaning(&mut self.semantics, &mut self.transactions, keeping, observer);
        let status = match &mut self.decoder {
            Decoder::Http1(http) => http.gap(direction, missing, &mut sink),
            Decoder::Http2(http) => http.gap(direction, missing, &mut sink),
            Decoder::WebSocket(socket) => socket.gap(direction, missing, &mut sink),
            Decoder::Tls(tls) => tls.gap(direction, missing, &mut sink),
            Decoder::Dns(dns) => dns.gap(direction),
            Decoder::Sip(sip) => sip.gap(direction, missing),
            Decoder::Postgres(postgres) => postgres.gap(direction, missing, &mut sink),
            Decoder::Redis(redis) => redis.gap(direction, missing, &mut sink),
            Decoder::Nvme(nvme) => nvme.gap(direction, missing),
            // What comes after a gap does not tell how a conversation began.
            Decoder::Recognising => Status::Lost,
            Decoder::Undecoded => Status::Ongoing,
        };
        self.follow_status(status);
    }

    /// A direction has ended.
    pub fn end(&mut self, direction: Direction, keeping: &mut Keeping, observer: &mut impl Observer) {
        let mut sink = meaning(&mut self.semantics, &mut self.transactions, keeping, observer);
        match &mut self.decoder {
            Decoder::Http1(http) => http.end(direction, &mut sink),
            Decoder::Http2(http) => http.end(direction, &mut sink),
            Decoder::WebSocket(socket) => socket.end(direction, &mut sink),
            Decoder::Tls(tls) => tls.end(direction, &mut sink),
            Decoder::Dns(dns) => dns.end(direction, &mut sink),
            Decoder::Sip(sip) => sip.end(direction, &mut sink),
            Decoder::Postgres(postgres) => postgres.end(direction, &mut sink),
            Decoder::Redis(redis) => redis.end(direction, &mut sink),
            Decoder::Nvme(nvme) => nvme.end(direction, &mut sink),
            Decoder::Recognising | Decoder::Undecoded => {}
        }
    }

    fn recognise(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        decoders: &mut impl Decoders,
        keeping: &mut Keeping,
        observer: &mut impl Observer,
    ) {
        self.first.get_or_insert(direction);
        let Some(held) = self.held.get_mut(direction.index()) else { return };
        let before = held.len;
        held.take(bytes);
        let taken = held.len - before;
        match recognise(direction, held.bytes()) {
            Recognition::NeedMore if held.len < LOOK_AHEAD => return,
            Recognition::NeedMore | Recognition::Unknown => self.decoder = Decoder::Undecoded,
            Recognition::Known(protocol) => {
                self.protocol = Some(protocol);
                self.decoder = decoders.take(protocol);
                if observer.wants_detection() {
                    self.check_detection(direction, protocol, observer);
                }
            }
        }
        for at in [direction, direction.reverse()] {
            let Some(held) = self.held.get(at.index()).copied() else { continue };
            if self.agreement != Agreement::Awaited(at) {
                self.forget_held(at);
            }
            self.decode(at, held.bytes(), decoders, keeping, observer);
        }
        self.decode(direction, bytes.get(taken..).unwrap_or_default(), decoders, keeping, observer);
    }

    fn forget_held(&mut self, direction: Direction) {
        if let Some(held) = self.held.get_mut(direction.index()) {
            *held = Held::default();
        }
    }

    /// A protocol was recognised in one direction: what about the other, and was it that one's turn?
    #[cold]
    fn check_detection(&mut self, direction: Direction, protocol: AppProtocol, observer: &mut impl Observer) {
        let client_begins = matches!(
            protocol,
            AppProtocol::Http1
                | AppProtocol::Http2
                | AppProtocol::Tls
                | AppProtocol::Dns
                | AppProtocol::Pgsql
        );
        if client_begins && self.first == Some(Direction::ToClient) {
            observer.detection(Direction::ToClient, WRONG_DIRECTION);
        }
        if matches!(protocol, AppProtocol::Pgsql | AppProtocol::Redis | AppProtocol::Nccl) {
            // What their servers begin with, a single byte or `+OK`, says nothing.
            return;
        }
        let other = direction.reverse();
        self.agreement = Agreement::Awaited(other);
        if self.held.get(other.index()).is_some_and(|held| held.len > 0) {
            self.agree(other, &[], observer);
        }
    }

    /// Holds what a direction begins with against the protocol that the other was found to speak.
    #[cold]
    fn agree(&mut self, direction: Direction, bytes: &[u8], observer: &mut impl Observer) {
        let (Some(held), Some(protocol)) = (self.held.get_mut(direction.index()), self.protocol) else {
            return;
        };
        held.take(bytes);
        let event = match recognise(direction, held.bytes()) {
            Recognition::NeedMore if held.len < LOOK_AHEAD => return,
            Recognition::Known(same) if same == protocol => None,
            Recognition::Known(_) => Some(MISMATCH),
            Recognition::NeedMore | Recognition::Unknown => Some(ONE_DIRECTION),
        };
        self.agreement = Agreement::Unasked;
        if let Some(event) = event {
            observer.detection(direction, event);
        }
    }

    fn decode(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        decoders: &mut impl Decoders,
        keeping: &mut Keeping,
        observer: &mut impl Observer,
    ) {
        if bytes.is_empty() || self.lost {
            return;
        }
        let mut sink = meaning(&mut self.semantics, &mut self.transactions, keeping, observer);
        let status = match &mut self.decoder {
            Decoder::Http1(http) => http.push(direction, bytes, &mut sink),
            Decoder::Http2(http) => {
                let status = http.push(direction, bytes, &mut sink);
                self.protocol = Some(http.protocol());
                status
            }
            Decoder::WebSocket(socket) => socket.push(direction, bytes, &mut sink),
            Decoder::Tls(tls) => tls.push(direction, bytes, &mut sink),
            Decoder::Dns(dns) => dns.push(direction, bytes, &mut sink),
            Decoder::Sip(sip) => sip.push(direction, bytes, &mut sink),
            Decoder::Postgres(postgres) => postgres.push(direction, bytes, &mut sink),
            Decoder::Redis(redis) => redis.push(direction, bytes, &mut sink),
            Decoder::Nvme(nvme) => nvme.push(direction, bytes, &mut sink),
            Decoder::Recognising | Decoder::Undecoded => Status::Ongoing,
        };
        let untaken = match &self.decoder {
            Decoder::Http1(http) if http.handover().is_some() => Some(http.untaken()),
            Decoder::Postgres(postgres) => Some(postgres.untaken()),
            _ => None,
        };
        match (status, untaken) {
            (Status::Switched, Some(untaken)) if self.switches < MAX_SWITCHES => {
                let rest = bytes.len() - untaken;
                self.switches += 1;
                self.hand_over(decoders, keeping, observer);
                // Each switch takes some of the bytes, and there are few of them.
                self.push(direction, bytes.get(rest..).unwrap_or_default(), decoders, keeping, observer);
            }
            _ => self.follow_status(status),
        }
    }

    /// Goes on with what both ends agreed on.
    fn hand_over(
        &mut self,
        decoders: &mut impl Decoders,
        keeping: &mut Keeping,
        observer: &mut impl Observer,
    ) {
        let before = std::mem::take(&mut self.decoder);
        // What is recognised anew counts its transactions anew; those of HTTP/1 are complete.
        self.clear_transactions(keeping);
        self.held = Default::default();
        self.agreement = Agreement::Unasked;
        if let Decoder::Http1(http) = &before {
            let next = http.next_transaction();
            let protocol = match http.handover() {
                Some(Handover::Http2) => Some(AppProtocol::Http2),
                Some(Handover::Websocket(_)) => Some(AppProtocol::Websocket),
                Some(Handover::Other | Handover::Tunnel) | None => None,
            };
            self.decoder = protocol.map_or(Decoder::Recognising, |protocol| decoders.take(protocol));
            self.protocol = protocol.or(self.protocol);
            match (&mut self.decoder, http.handover()) {
                (Decoder::Http2(http2), _) => {
                    let offer = http.offer();
                    let upgraded = Upgraded {
                        method: &offer.method,
                        target: &offer.target,
                        host: &offer.host,
                        settings: &offer.settings,
                        next,
                    };
                    let mut sink = meaning(&mut self.semantics, &mut self.transactions, keeping, observer);
                    http2.upgrade(&upgraded, &mut sink);
                }
                (Decoder::WebSocket(socket), Some(Handover::Websocket(extensions))) => {
                    socket.begin(*extensions, next);
                }
                _ => {}
            }
        }
        decoders.give_back(before);
    }

    fn follow_status(&mut self, status: Status) {
        match status {
            Status::Ongoing => {}
            // The decoder goes back to the pool when the flow ends; until then it is not asked any more.
            Status::Lost | Status::Switched => self.lost = true,
        }
    }
}

/// Takes what a decoder finds, and adds what is meant by it where anybody asks for that.
fn meaning<'m, O: Observer>(
    semantics: &'m mut Semantics,
    transactions: &'m mut Transactions,
    keeping: &'m mut Keeping,
    observer: &'m mut O,
) -> Meaning<'m, AppSink<'m, O>> {
    let wanted = observer.wants_meaning() || keeping.log.wants_meaning();
    Meaning { semantics: wanted.then_some(semantics), next: AppSink { transactions, keeping, observer } }
}
