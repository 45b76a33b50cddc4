//! Every decoder of applications, fed in pieces: nothing panics, and each value lies within what came.
//!
//! The first byte chooses the decoder; then pieces follow, each behind a byte whose lowest bit is the direction and whose
//! other bits are its length.

#![no_main]

use libfuzzer_sys::fuzz_target;
use weir::decode::dns::{Dns, DnsConfig, DnsTcp};
use weir::decode::http1::{Http1, Http1Config};
use weir::decode::http2::{Http2, Http2Config, Upgraded};
use weir::decode::model_file::{ModelFile, ModelFileLimits, Told};
use weir::decode::nvme::{Nvme, NvmeConfig};
use weir::decode::postgres::{Postgres, PostgresConfig};
use weir::decode::rdma::Rdma;
use weir::decode::recognise::{recognise, recognise_datagram};
use weir::decode::redis::{Redis, RedisConfig};
use weir::decode::sip::{Sip, SipTcp};
use weir::decode::tls::{Tls, TlsConfig};
use weir::decode::websocket::{Extensions, WebSocket, WebSocketConfig};
use weir::decode::{AppEvent, Part, Sink, Stage, TransactionId};
use weir::flow::Direction;
use weir::semantics::{Meaning, Semantics};
use weir_rules::field::FieldId;

/// Counts what it is told.
#[derive(Default)]
struct Count {
    bytes: usize,
}

impl Sink for Count {
    fn field(&mut self, _: TransactionId, _: Direction, _: FieldId, _: Part, bytes: &[u8]) {
        self.bytes = self.bytes.wrapping_add(bytes.len());
    }

    fn stage(&mut self, _: TransactionId, _: Direction, _: Stage) {}

    fn event(&mut self, _: TransactionId, _: Direction, _: AppEvent) {}
}

fn pieces(mut input: &[u8]) -> impl Iterator<Item = (Direction, &[u8])> {
    std::iter::from_fn(move || {
        let (&head, rest) = input.split_first()?;
        let direction = if head & 1 == 0 { Direction::ToServer } else { Direction::ToClient };
        let (piece, rest) = rest.split_at(usize::from(head >> 1).min(rest.len()));
        input = rest;
        Some((direction, piece))
    })
}

fuzz_target!(|input: &[u8]| {
    let Some((&which, input)) = input.split_first() else { return };
    let mut sink = Count::default();
    match which % 13 {
        0 => {
            let (mut http, mut semantics) = (Http1::new(Http1Config::default()), Semantics::default());
            let mut sink = Meaning { semantics: Some(&mut semantics), next: sink };
            for (direction, piece) in pieces(input) {
                let _ = http.push(direction, piece, &mut sink);
            }
            http.end(Direction::ToServer, &mut sink);
            http.end(Direction::ToClient, &mut sink);
        }
        1 => {
            let mut tls = Tls::new(TlsConfig::default());
            for (direction, piece) in pieces(input) {
                let _ = tls.push(direction, piece, &mut sink);
            }
            tls.end(Direction::ToServer, &mut sink);
        }
        2 => {
            let (mut stream, mut datagrams) =
                (DnsTcp::new(DnsConfig::default()), Dns::new(DnsConfig::default()));
            for (direction, piece) in pieces(input) {
                let _ = stream.push(direction, piece, &mut sink);
                let _ = datagrams.push_datagram(direction, piece, &mut sink);
            }
        }
        3 => {
            // Most of what is behind the preface would never be reached if it had to be found.
            let mut http = Http2::new(Http2Config::default());
            let _ = http.push(Direction::ToServer, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &mut sink);
            for (direction, piece) in pieces(input) {
                let _ = http.push(direction, piece, &mut sink);
            }
            http.end(Direction::ToServer, &mut sink);
            http.end(Direction::ToClient, &mut sink);
        }
        4 => {
            let mut http = Http2::new(Http2Config::default());
            let (settings, input) = input.split_at(input.len().min(24));
            http.upgrade(&Upgraded { settings, ..Upgraded::default() }, &mut sink);
            for (direction, piece) in pieces(input) {
                let _ = http.push(direction, piece, &mut sink);
                let _ = http.gap(direction, u64::from(which / 8), &mut sink);
            }
            http.end(Direction::ToClient, &mut sink);
        }
        5 => {
            let mut socket = WebSocket::new(WebSocketConfig::default());
            socket.begin(Extensions::parse(b"permessage-deflate"), TransactionId(1));
            for (direction, piece) in pieces(input) {
                let _ = socket.push(direction, piece, &mut sink);
                let _ = socket.gap(direction, u64::from(which / 64), &mut sink);
            }
            socket.end(Direction::ToServer, &mut sink);
            socket.end(Direction::ToClient, &mut sink);
        }
        6 => {
            let (mut stream, mut datagrams) = (SipTcp::default(), Sip::default());
            for (direction, piece) in pieces(input) {
                let _ = stream.push(direction, piece, &mut sink);
                datagrams.push_datagram(direction, piece, &mut sink);
            }
            stream.end(Direction::ToServer, &mut sink);
            stream.end(Direction::ToClient, &mut sink);
        }
        7 => {
            let mut file = ModelFile::new(ModelFileLimits::default());
            let mut tell = |told: Told<'_>| {
                if let Told::Import { module, name } = told {
                    sink.bytes = sink.bytes.wrapping_add(module.len() + name.len());
                }
            };
            for (_, piece) in pieces(input) {
                file.push(piece, &mut tell);
            }
            file.finish(&mut tell);
        }
        8 => {
            for (direction, piece) in pieces(input) {
                Rdma.push_datagram(direction, piece, &mut sink);
            }
        }
        9 => {
            let mut postgres = Postgres::new(PostgresConfig::default());
            for (direction, piece) in pieces(input) {
                let _ = postgres.push(direction, piece, &mut sink);
                let _ = postgres.gap(direction, u64::from(which / 64), &mut sink);
            }
            postgres.end(Direction::ToServer, &mut sink);
            postgres.end(Direction::ToClient, &mut sink);
        }
        10 => {
            let mut redis = Redis::new(RedisConfig::default());
            for (direction, piece) in pieces(input) {
                let _ = redis.push(direction, piece, &mut sink);
                let _ = redis.gap(direction, u64::from(which / 64), &mut sink);
            }
            redis.end(Direction::ToServer, &mut sink);
            redis.end(Direction::ToClient, &mut sink);
        }
        11 => {
            let mut nvme = Nvme::new(NvmeConfig::default());
            for (direction, piece) in pieces(input) {
                let _ = nvme.push(direction, piece, &mut sink);
                let _ = nvme.gap(direction, u64::from(which / 64));
            }
            nvme.end(Direction::ToServer, &mut sink);
            nvme.end(Direction::ToClient, &mut sink);
        }
        _ => {
            for (direction, piece) in pieces(input) {
                let _ = (recognise(direction, piece), recognise_datagram(direction, piece));
            }
        }
    }
});
