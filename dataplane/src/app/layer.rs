//! The application sides of a worker's flows, in a pool: made when first needed, used again, never more than a limit.

use super::app_flow::{AppFlow, Decoder, Decoders};
use super::app_sink::AppSink;
use super::keeping::Keeping;
use super::log::{LogConfig, TransactionLog};
use super::observer::Observer;
use super::transaction::Transactions;
use super::values::ValueLimits;
use crate::decode::dns::{Dns, DnsConfig, DnsTcp};
use crate::decode::http1::{Http1, Http1Config};
use crate::decode::http2::{Http2, Http2Config};
use crate::decode::nvme::{Nvme, NvmeConfig};
use crate::decode::postgres::{Postgres, PostgresConfig};
use crate::decode::rdma::{Rdma, RdmaConfig};
use crate::decode::recognise::{AppProtocol, Recognition, recognise_datagram};
use crate::decode::redis::{Redis, RedisConfig};
use crate::decode::sip::{Sip, SipTcp};
use crate::decode::tls::{Tls, TlsConfig};
use crate::decode::websocket::{WebSocket, WebSocketConfig};
use crate::flow::Direction;
use crate::time::Nanos;

/// How much is decoded at once.
#[derive(Clone, Debug)]
pub struct AppConfig {
    /// Flows that are decoded at once; others are inspected as streams only.
    pub flows: usize,
    /// How much of a transaction is kept.
    pub values: ValueLimits,
    /// What is written down of transactions.
    pub log: LogConfig,
    /// HTTP/1.
    pub http1: Http1Config,
    /// HTTP/2.
    pub http2: Http2Config,
    /// WebSocket.
    pub websocket: WebSocketConfig,
    /// TLS.
    pub tls: TlsConfig,
    /// DNS.
    pub dns: DnsConfig,
    /// RoCEv2.
    pub rdma: RdmaConfig,
    /// PostgreSQL.
    pub postgres: PostgresConfig,
    /// Redis.
    pub redis: RedisConfig,
    /// NVMe over TCP.
    pub nvme: NvmeConfig,
}

impl Default for AppConfig {
    fn default() -> AppConfig {
        AppConfig {
            flows: 65_536,
            values: ValueLimits::default(),
            log: LogConfig::default(),
            http1: Http1Config::default(),
            http2: Http2Config::default(),
            websocket: WebSocketConfig::default(),
            tls: TlsConfig::default(),
            dns: DnsConfig::default(),
            rdma: RdmaConfig::default(),
            postgres: PostgresConfig::default(),
            redis: RedisConfig::default(),
            nvme: NvmeConfig::default(),
        }
    }
}

/// What was decoded since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AppCounters {
    /// Flows that speak HTTP/1.
    pub http1: u64,
    /// Flows that speak HTTP/2.
    pub http2: u64,
    /// Flows that went on to speak WebSocket.
    pub websocket: u64,
    /// Flows that speak TLS.
    pub tls: u64,
    /// Flows that speak DNS over TCP.
    pub dns_tcp: u64,
    /// Flows that speak SIP over TCP.
    pub sip_tcp: u64,
    /// Flows that speak PostgreSQL's protocol.
    pub postgres: u64,
    /// Flows that speak Redis's protocol.
    pub redis: u64,
    /// Flows that speak NVMe over TCP.
    pub nvme: u64,
    /// Flows of protocols that are known and not decoded.
    pub undecoded: u64,
    /// Flows that were not decoded because `app.flows` were.
    pub full: u64,
}

/// Names the application side of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppHandle(pub u32);

impl AppHandle {
    /// None.
    pub const NONE: AppHandle = AppHandle(u32::MAX);

    /// Whether it names one.
    pub fn is_some(self) -> bool {
        self != AppHandle::NONE
    }
}

/// The application sides of a worker's flows.
pub struct AppLayer {
    config: AppConfig,
    flows: Vec<AppFlow>,
    free: Vec<u32>,
    pool: Pool,
    datagrams: Dns,
    sip: Sip,
    datagram: Transactions,
    keeping: Keeping,
}

#[expect(clippy::vec_box, reason = "decoders are large, and move between the pool and flows")]
struct Pool {
    config: AppConfig,
    http1: Vec<Box<Http1>>,
    http2: Vec<Box<Http2>>,
    websocket: Vec<Box<WebSocket>>,
    tls: Vec<Box<Tls>>,
    dns: Vec<Box<DnsTcp>>,
    sip: Vec<Box<SipTcp>>,
    postgres: Vec<Box<Postgres>>,
    redis: Vec<Box<Redis>>,
    nvme: Vec<Box<Nvme>>,
    counters: AppCounters,
}

impl AppLayer {
    /// An empty pool.
    pub fn new(config: AppConfig) -> AppLayer {
        let pool = Pool {
            config: config.clone(),
            http1: Vec::new(),
            http2: Vec::new(),
            websocket: Vec::new(),
            tls: Vec::new(),
            dns: Vec::new(),
            sip: Vec::new(),
            postgres: Vec::new(),
            redis: Vec::new(),
            nvme: Vec::new(),
            counters: AppCounters::default(),
        };
        let datagrams = Dns::new(config.dns);
        let keeping =
            Keeping { limits: config.values, log: TransactionLog::new(config.log.clone()), now: Nanos::ZERO };
        AppLayer {
            config,
            flows: Vec::new(),
            free: Vec::new(),
            pool,
            datagrams,
            sip: Sip::default(),
            datagram: Transactions::default(),
            keeping,
        }
    }

    /// What was decoded since the start.
    pub fn counters(&self) -> AppCounters {
        self.pool.counters
    }

    /// Tells the time.
    pub fn set_time(&mut self, now: Nanos) {
        self.keeping.now = now;
    }

    /// What is written down of transactions.
    pub fn log(&mut self) -> &mut TransactionLog {
        &mut self.keeping.log
    }

    /// Whether a transaction has ended that is to be written down.
    #[inline]
    pub fn has_finished(&self) -> bool {
        self.keeping.log.has_finished()
    }

    /// Whether anything of transactions is written down, so that streams are decoded for that alone.
    pub fn is_logging(&self) -> bool {
        self.keeping.log.is_on()
    }

    /// A place for a flow; none where all are taken.
    pub fn open(&mut self) -> Option<AppHandle> {
        if let Some(index) = self.free.pop() {
            return Some(AppHandle(index));
        }
        if self.flows.len() >= self.config.flows {
            self.pool.counters.full += 1;
            return None;
        }
        self.flows.push(AppFlow::default());
        Some(AppHandle(self.flows.len() as u32 - 1))
    }

    /// Gives a place back.
    pub fn close(&mut self, handle: AppHandle) {
        let Some(flow) = self.flows.get_mut(handle.0 as usize) else { return };
        let ended = flow.restart(&mut self.keeping);
        self.pool.give_back(ended);
        self.free.push(handle.0);
    }

    /// What a flow speaks, where that is known.
    pub fn protocol(&self, handle: AppHandle) -> Option<AppProtocol> {
        self.flows.get(handle.0 as usize)?.protocol
    }

    /// The application side of a flow.
    pub fn flow(&mut self, handle: AppHandle) -> Option<&mut AppFlow> {
        self.flows.get_mut(handle.0 as usize)
    }

    /// Takes the next bytes of a direction of a flow.
    pub fn push(
        &mut self,
        handle: AppHandle,
        direction: Direction,
        bytes: &[u8],
        observer: &mut impl Observer,
    ) {
        if let Some(flow) = self.flows.get_mut(handle.0 as usize) {
            flow.push(direction, bytes, &mut self.pool, &mut self.keeping, observer);
        }
    }

    /// Takes a datagram of UDP, sent to a port; returns what it speaks, where it is known.
    pub fn datagram(
        &mut self,
        direction: Direction,
        port: u16,
        bytes: &[u8],
        observer: &mut impl Observer,
    ) -> Option<AppProtocol> {
        let protocol = match recognise_datagram(direction, bytes) {
            Recognition::Known(protocol) => protocol,
            _ if port == self.config.rdma.port => AppProtocol::Rdma,
            _ => return None,
        };
        if !observer.wants_protocol(protocol) {
            return Some(protocol);
        }
        self.datagram.clear();
        let mut sink = AppSink { transactions: &mut self.datagram, keeping: &mut self.keeping, observer };
        // A datagram stands for itself: there is nothing to go on with.
        match protocol {
            AppProtocol::Dns => {
                self.datagrams.reset();
                let _ = self.datagrams.push_datagram(direction, bytes, &mut sink);
            }
            AppProtocol::Sip => {
                self.sip.reset();
                self.sip.push_datagram(direction, bytes, &mut sink);
            }
            AppProtocol::Rdma => Rdma.push_datagram(direction, bytes, &mut sink),
            _ => {}
        }
        self.datagram.iter().for_each(|transaction| self.keeping.log.finish(transaction));
        Some(protocol)
    }

    /// Bytes of a direction are missing.
    pub fn gap(
        &mut self,
        handle: AppHandle,
        direction: Direction,
        missing: u64,
        observer: &mut impl Observer,
    ) {
        if let Some(flow) = self.flows.get_mut(handle.0 as usize) {
            flow.gap(direction, missing, &mut self.keeping, observer);
        }
    }

    /// A direction has ended.
    pub fn end(&mut self, handle: AppHandle, direction: Direction, observer: &mut impl Observer) {
        if let Some(flow) = self.flows.get_mut(handle.0 as usize) {
            flow.end(direction, &mut self.keeping, observer);
        }
    }
}

impl Decoders for Pool {
    fn take(&mut self, protocol: AppProtocol) -> Decoder {
        match protocol {
            AppProtocol::Http1 => {
                self.counters.http1 += 1;
                let fresh = || Box::new(Http1::new(self.config.http1));
                Decoder::Http1(self.http1.pop().unwrap_or_else(fresh))
            }
            AppProtocol::Http2 => {
                self.counters.http2 += 1;
                let fresh = || Box::new(Http2::new(self.config.http2));
                Decoder::Http2(self.http2.pop().unwrap_or_else(fresh))
            }
            AppProtocol::Websocket => {
                self.counters.websocket += 1;
                let fresh = || Box::new(WebSocket::new(self.config.websocket));
                Decoder::WebSocket(self.websocket.pop().unwrap_or_else(fresh))
            }
            AppProtocol::Tls => {
                self.counters.tls += 1;
                let fresh = || Box::new(Tls::new(self.config.tls));
                Decoder::Tls(self.tls.pop().unwrap_or_else(fresh))
            }
            AppProtocol::Dns => {
                self.counters.dns_tcp += 1;
                let fresh = || Box::new(DnsTcp::new(self.config.dns));
                Decoder::Dns(self.dns.pop().unwrap_or_else(fresh))
            }
            AppProtocol::Sip => {
                self.counters.sip_tcp += 1;
                Decoder::Sip(self.sip.pop().unwrap_or_default())
            }
            AppProtocol::Pgsql => {
                self.counters.postgres += 1;
                let fresh = || Box::new(Postgres::new(self.config.postgres));
                Decoder::Postgres(self.postgres.pop().unwrap_or_else(fresh))
            }
            AppProtocol::Redis => {
                self.counters.redis += 1;
                let fresh = || Box::new(Redis::new(self.config.redis));
                Decoder::Redis(self.redis.pop().unwrap_or_else(fresh))
            }
            AppProtocol::Nvme => {
                self.counters.nvme += 1;
                let fresh = || Box::new(Nvme::new(self.config.nvme));
                Decoder::Nvme(self.nvme.pop().unwrap_or_else(fresh))
            }
            _ => {
                self.counters.undecoded += 1;
                Decoder::Undecoded
            }
        }
    }

    fn give_back(&mut self, decoder: Decoder) {
        match decoder {
            Decoder::Http1(mut http) => {
                http.reset();
                self.http1.push(http);
            }
            Decoder::Http2(mut http) => {
                http.reset();
                self.http2.push(http);
            }
            Decoder::WebSocket(mut socket) => {
                socket.reset();
                self.websocket.push(socket);
            }
            Decoder::Tls(mut tls) => {
                tls.reset();
                self.tls.push(tls);
            }
            Decoder::Dns(mut dns) => {
                dns.reset();
                self.dns.push(dns);
            }
            Decoder::Sip(mut sip) => {
                sip.reset();
                self.sip.push(sip);
            }
            Decoder::Postgres(mut postgres) => {
                postgres.reset();
                self.postgres.push(postgres);
            }
            Decoder::Redis(mut redis) => {
                redis.reset();
                self.redis.push(redis);
            }
            Decoder::Nvme(mut nvme) => {
                nvme.reset();
                self.nvme.push(nvme);
            }
            Decoder::Recognising | Decoder::Undecoded => {}
        }
    }
}
