//! Connections as they are, and as they should not be.

use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use super::frame::{flag, kind};
use super::test_frames::{GET, OK, POST, block, client, data, frame, headers};
use super::{Http2, Http2Config, Upgraded};
use crate::decode::http1::transcript::{Said, Transcript};
use crate::decode::recognise::AppProtocol;
use crate::decode::{Stage, Status, TransactionId};
use crate::flow::Direction::{self, ToClient, ToServer};

fn decode(turns: &[(Direction, Vec<u8>)]) -> (Http2, Transcript, Status) {
    let mut http = Http2::new(Http2Config::default());
    let mut transcript = Transcript::default();
    let mut status = Status::Ongoing;
    for (direction, bytes) in turns {
        status = http.push(*direction, bytes, &mut transcript);
    }
    (http, transcript, status)
}

/// The values of a field in one transaction.
fn of(transcript: &Transcript, transaction: u32, direction: Direction, field: FieldId) -> Vec<String> {
    let said = transcript.of(transaction, direction).into_iter();
    said.filter_map(|said| match said {
        Said::Field(found, value) | Said::Open(found, value) if found == field => Some(value),
        _ => None,
    })
    .collect()
}

fn events(client_frames: &[Vec<u8>]) -> Vec<&'static str> {
    decode(&[(ToServer, client(client_frames))]).1.events()
}

#[test]
fn a_request_and_its_response_fill_the_fields_of_http() {
    let request = [
        headers(
            1,
            0,
            &[POST, &[("user-agent", "u"), ("cookie", "a=1"), ("cookie", "b=2"), ("x-y", " z ")]].concat(),
        ),
        data(1, 0, b"{\"a\""),
        data(1, flag::END_STREAM, b":1}"),
    ];
    let response = [
        headers(1, 0, &[(":status", "103"), ("link", "x")]),
        headers(1, 0, OK),
        data(1, 0, b"hello"),
        headers(1, flag::END_STREAM, &[("grpc-status", "0")]),
    ];
    let (http, transcript, status) = decode(&[(ToServer, client(&request)), (ToClient, response.concat())]);
    assert_eq!((status, http.protocol()), (Status::Ongoing, AppProtocol::Http2));
    for (direction, field, expected) in [
        (ToServer, FieldId::HttpMethod, &["POST"][..]),
        (ToServer, FieldId::HttpUri, &["/upload"]),
        (ToServer, FieldId::HttpHost, &["a"]),
        (ToServer, FieldId::HttpProtocol, &["HTTP/2"]),
        (ToServer, FieldId::HttpUserAgent, &["u"]),
        (ToServer, FieldId::HttpContentType, &["application/json"]),
        (ToServer, FieldId::HttpCookie, &["a=1; b=2"]),
        (ToServer, FieldId::HttpRequestBody, &["{\"a\":1}"]),
        (ToServer, FieldId::FileData, &["{\"a\":1}"]),
        (ToServer, FieldId::FileName, &["/upload"]),
        (
            ToServer,
            FieldId::HttpHeader,
            &[
                ":method: POST\r\n:path: /upload\r\n:authority: a\r\ncontent-type: application/json\r\nuser-agent: u\r\nx-y: z\r\n",
            ],
        ),
        (
            ToServer,
            FieldId::HttpHeaderNames,
            &[
                "\r\n:method\r\n:path\r\n:authority\r\ncontent-type\r\nuser-agent\r\ncookie\r\ncookie\r\nx-y\r\n\r\n",
            ],
        ),
        (ToClient, FieldId::HttpStatusCode, &["103", "200"]),
        (ToClient, FieldId::HttpResponseBody, &["hello"]),
        (
            ToClient,
            FieldId::HttpResponseHeader,
            &[":status: 103", "link: x", ":status: 200", "content-type: text/plain", "grpc-status: 0"],
        ),
        (ToClient, FieldId::Http2HeaderName, &[":status", "link", ":status", "content-type", "grpc-status"]),
    ] {
        // The first transaction is that of the settings.
        assert_eq!(of(&transcript, 1, direction, field), expected, "{}", field.name());
    }
    let stages = |direction| {
        let said = transcript.of(1, direction).into_iter();
        said.filter_map(|said| if let Said::Stage(stage) = said { Some(stage) } else { None })
            .collect::<Vec<_>>()
    };
    assert_eq!(stages(ToServer), [Stage::Headers, Stage::Body, Stage::Complete]);
    assert_eq!(stages(ToClient), [Stage::Headers, Stage::Body, Stage::Complete]);
    assert!(transcript.events().is_empty());
}

#[test]
fn targets_and_hosts_are_in_normal_form() {
    let (_, transcript, _) = decode(&[(ToServer, client(&[headers(1, flag::END_STREAM, GET)]))]);
    for (field, expected) in [
        (FieldId::HttpUri, "/v1/models?a=b"),
        (FieldId::HttpUriRaw, "/v1/%6dodels?a=b"),
        (FieldId::HttpHost, "api.example"),
        (FieldId::HttpHostRaw, "API.example:8080"),
    ] {
        assert_eq!(of(&transcript, 1, ToServer, field), [expected]);
    }
}

#[test]
fn streams_are_transactions_of_their_own_however_they_mix() {
    let request = [
        headers(1, 0, POST),
        headers(3, 0, POST),
        data(3, 0, b"three, "),
        data(1, 0, b"one, "),
        frame(kind::PUSH_PROMISE, flag::END_HEADERS, 1, &[&[0, 0, 0, 2][..], &block(GET)].concat()),
        data(3, flag::END_STREAM, b"three"),
        frame(kind::DATA, flag::PADDED | flag::END_STREAM, 1, b"\x05one....."),
    ];
    let (_, transcript, _) = decode(&[(ToServer, client(&request))]);
    assert_eq!(of(&transcript, 1, ToServer, FieldId::HttpRequestBody), ["one, one"]);
    assert_eq!(of(&transcript, 2, ToServer, FieldId::HttpRequestBody), ["three, three"]);
}

#[test]
fn a_block_in_many_frames_is_one() {
    let whole = block(GET);
    let (first, rest) = whole.split_at(11);
    let (second, third) = rest.split_at(1);
    let request = [
        frame(
            kind::HEADERS,
            flag::PADDED | flag::PRIORITY,
            1,
            &[&[2, 0, 0, 0, 0, 15][..], first, &[0; 2]].concat(),
        ),
        frame(kind::CONTINUATION, 0, 1, second),
        frame(kind::CONTINUATION, 0, 1, &[]),
        frame(kind::CONTINUATION, flag::END_HEADERS, 1, third),
    ];
    let (_, transcript, _) = decode(&[(ToServer, client(&request))]);
    assert_eq!(of(&transcript, 1, ToServer, FieldId::HttpMethod), ["GET"]);
    assert_eq!(transcript.numbers(NumberId::Http2Priority), [15]);
    assert_eq!(transcript.numbers(NumberId::Http2FrameType), [4, 1, 9, 9, 9]);
}

#[test]
fn bodies_are_decoded() {
    use std::io::Write;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(b"AKIAIOSFODNN7EXAMPLE").expect("memory");
    let packed = gzip.finish().expect("memory");
    let coded = [(":status", "200"), ("content-encoding", "gzip")];
    let mut response = headers(1, 0, &coded);
    response.extend(packed.chunks(3).flat_map(|piece| data(1, 0, piece)));
    response.extend(data(1, flag::END_STREAM, b""));
    response.extend(headers(3, 0, &coded));
    response.extend(data(3, flag::END_STREAM, b"no gzip"));
    let (_, transcript, _) = decode(&[(ToClient, response)]);
    assert_eq!(transcript.values(FieldId::HttpResponseBody), ["AKIAIOSFODNN7EXAMPLE", "no gzip"]);
    assert_eq!(transcript.events(), ["http2.failed_decompression"]);
}

#[test]
fn numbers_of_frames_are_told() {
    let request = [
        frame(kind::WINDOW_UPDATE, 0, 0, &[0, 0, 3, 0xe8]),
        frame(kind::PRIORITY, 0, 5, &[0, 0, 0, 0, 200]),
        frame(kind::SETTINGS, 0, 0, &[0, 4, 0, 0, 0xff, 0xff, 0, 2, 0, 0, 0, 0]),
        frame(kind::GOAWAY, 0, 0, b"\0\0\0\x07\0\0\0\x0benough"),
        headers(1, 0, GET),
        frame(kind::RST_STREAM, 0, 1, &[0, 0, 0, 8]),
        frame(kind::HEADERS, flag::END_HEADERS, 3, &[0x3f, 0xe1, 0x1f, 0x82]),
    ];
    let (_, transcript, _) = decode(&[(ToServer, client(&request))]);
    for (number, expected) in [
        (NumberId::Http2Window, &[1000][..]),
        (NumberId::Http2Priority, &[200]),
        (NumberId::Http2Settings, &[3 << 32 | 100, 4 << 32 | 0xffff, 2 << 32]),
        (NumberId::Http2ErrorCode, &[11, 8]),
        (NumberId::Http2SizeUpdate, &[4096]),
    ] {
        assert_eq!(transcript.numbers(number), expected, "{}", number.name());
    }
    assert!(transcript.events().is_empty());
}

#[test]
fn what_breaks_the_protocol_has_a_name() {
    let get = |stream| headers(stream, flag::END_STREAM, GET);
    let value = "y".repeat(100);
    let long = block(&[("x", value.as_str()); 1100]);
    let pieces: Vec<Vec<u8>> =
        long.chunks(16_000).map(|piece| frame(kind::CONTINUATION, 0, 1, piece)).collect();
    for (frames, expected) in [
        (vec![data(0, 0, b"x")], &["http2.data_stream_zero"][..]),
        (vec![frame(kind::HEADERS, 0, 0, b"")], &["http2.invalid_frame_header"]),
        (vec![frame(kind::SETTINGS, 0, 1, &[0; 6])], &["http2.invalid_frame_header"]),
        (vec![frame(kind::CONTINUATION, 0, 1, b"")], &["http2.invalid_frame_header"]),
        (
            vec![frame(kind::HEADERS, 0, 1, b""), frame(kind::PING, 0, 0, &[0; 8])],
            &["http2.invalid_frame_header"],
        ),
        (vec![frame(kind::PING, 0, 0, b"x")], &["http2.invalid_frame_length"]),
        (vec![frame(kind::SETTINGS, flag::ACK, 0, b"AAAABB")], &["http2.invalid_frame_length"]),
        (vec![frame(kind::DATA, flag::PADDED, 1, b"")], &["http2.invalid_frame_length"]),
        (vec![frame(kind::DATA, flag::PADDED, 1, b"\x08x")], &["http2.invalid_frame_data"]),
        (vec![frame(kind::WINDOW_UPDATE, 0, 0, &[0; 4])], &["http2.invalid_frame_data"]),
        (vec![frame(kind::WINDOW_UPDATE, 0, 0, &[0x7f, 0xff, 0xff, 0xff])], &["http2.flow_control_error"]),
        (vec![frame(kind::HEADERS, flag::END_HEADERS, 1, &[0xff, 0x01])], &["http2.invalid_header"]),
        (vec![frame(kind::HEADERS, flag::END_HEADERS, 1, &[0x82, 0x00])], &["http2.extra_header_data"]),
        (vec![get(3), get(1)], &["http2.stream_id_reuse"]),
        (
            vec![headers(1, 0, &[GET, &[("host", "other.example")]].concat())],
            &["http2.authority_host_mismatch"],
        ),
        (vec![headers(1, 0, &[(":authority", "u@h"), ("host", "h")])], &["http2.userinfo_in_uri"]),
        (vec![headers(1, 0, &[(":authority", "H:80"), ("host", "h")])], &[]),
        (
            vec![frame(kind::HEADERS, flag::END_HEADERS, 1, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
            &["http2.header_integer_overflow"],
        ),
        (vec![frame(kind::SETTINGS, 0, 0, &[0, 1, 0x7f, 0, 0, 0])], &["http2.header_table_too_large"]),
        (
            [
                vec![frame(kind::HEADERS, 0, 1, b"")],
                pieces,
                vec![frame(kind::CONTINUATION, flag::END_HEADERS, 1, b"")],
            ]
            .concat(),
            &["http2.reassembly_limit_reached"],
        ),
        (vec![data(1, 0, &[0; 16_000]); 5], &["http2.flow_control_error"]),
    ] {
        assert_eq!(events(&frames), expected);
    }
    let (_, transcript, status) = decode(&[(ToServer, b"PRI * HTTP/2.1".to_vec())]);
    assert_eq!((transcript.events(), status), (vec!["http2.invalid_client_magic"], Status::Lost));
}

#[test]
fn floods_are_told_of_and_bounded() {
    let mut frames = vec![frame(kind::HEADERS, 0, 1, b"")];
    frames.extend(vec![frame(kind::CONTINUATION, 0, 1, b""); 1000]);
    assert_eq!(events(&frames), ["http2.continuation_flood"]);

    let streams = |last: u32| (0..last).map(|number| 2 * number + 1);
    let reset =
        |id| [headers(id, flag::END_STREAM, GET), frame(kind::RST_STREAM, 0, id, &[0, 0, 0, 8])].concat();
    let resets: Vec<Vec<u8>> = streams(250).map(reset).collect();
    assert_eq!(events(&resets), ["http2.rapid_reset"; 2]);

    let config = Http2Config::default();
    let (mut http, transcript, _) =
        decode(&[(ToServer, client(&streams(1000).map(|id| headers(id, 0, POST)).collect::<Vec<_>>()))]);
    assert_eq!(transcript.events().len(), 1000 - config.max_streams);
    assert_eq!(http.streams.iter_mut().count(), config.max_streams);
    // Those that made room are closed, and what comes on them is told of.
    let mut transcript = Transcript::default();
    http.push(ToServer, &data(1, 0, b"late"), &mut transcript);
    assert_eq!(transcript.events(), ["http2.stream_id_reuse"]);
}

#[test]
fn grpc_is_told_by_its_type() {
    let call = [(":path", "/pkg.Chat/Talk"), ("content-type", "application/grpc+proto")];
    let request =
        [headers(1, 0, &call), data(1, 0, b"\0\0\0\0\x03h"), data(1, flag::END_STREAM, b"ey\0\0\0\0\x01!")];
    let (http, transcript, _) = decode(&[(ToServer, client(&request))]);
    assert_eq!(http.protocol(), AppProtocol::Grpc);
    assert_eq!(of(&transcript, 1, ToServer, FieldId::GrpcService), ["pkg.Chat"]);
    assert_eq!(of(&transcript, 1, ToServer, FieldId::GrpcMethod), ["Talk"]);
    assert_eq!(of(&transcript, 1, ToServer, FieldId::GrpcMessage), ["hey", "!"]);
}

#[test]
fn dns_over_http_is_dns() {
    const QUERY: &[u8] = b"\0\0\x01\0\0\x01\0\0\0\0\0\0\x03www\x07example\x03com\0\0\x01\0\x01";
    let get = [
        (":method", "GET"),
        (":path", "/dns-query?x=1&dns=AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAAQAB"),
        ("accept", "application/dns-message"),
    ];
    let post = [(":method", "POST"), (":path", "/dns-query"), ("content-type", "application/dns-message")];
    let (start, rest) = QUERY.split_at(20);
    for frames in [
        vec![headers(1, flag::END_STREAM, &get)],
        vec![headers(1, 0, &post), data(1, 0, start), data(1, flag::END_STREAM, rest)],
    ] {
        let (http, transcript, _) = decode(&[(ToServer, client(&frames))]);
        assert_eq!(http.protocol(), AppProtocol::Doh2);
        assert_eq!(of(&transcript, 1, ToServer, FieldId::DnsQuery), ["www.example.com"]);
    }
}

#[test]
fn a_connection_goes_on_from_http_1() {
    let upgraded = Upgraded {
        method: b"GET",
        target: b"/x",
        host: b"h",
        settings: b"AAMAAABkAARAAAAAAAIAAAAA",
        next: TransactionId(4),
    };
    let mut http = Http2::new(Http2Config::default());
    let mut transcript = Transcript::default();
    http.upgrade(&upgraded, &mut transcript);
    http.push(ToServer, &client(&[]), &mut transcript);
    http.push(ToClient, &[headers(1, 0, OK), data(1, flag::END_STREAM, b"hi")].concat(), &mut transcript);
    assert_eq!(of(&transcript, 4, ToServer, FieldId::HttpUri), ["/x"]);
    assert_eq!(of(&transcript, 4, ToClient, FieldId::HttpResponseBody), ["hi"]);
    assert!(transcript.events().is_empty());

    let mut transcript = Transcript::default();
    http.reset();
    http.upgrade(&Upgraded { settings: b"AAM", ..upgraded }, &mut transcript);
    assert_eq!(transcript.events(), ["http2.invalid_http1_settings"]);
}

#[test]
fn data_may_be_missing_and_nothing_else() {
    let (mut http, mut transcript, _) = decode(&[(ToServer, client(&[headers(1, 0, POST)]))]);
    let body = data(1, flag::END_STREAM, b"0123456789");
    http.push(ToServer, &body[..11], &mut transcript);
    assert_eq!(http.gap(ToServer, 4, &mut transcript), Status::Ongoing);
    http.push(ToServer, &body[15..], &mut transcript);
    assert_eq!(of(&transcript, 1, ToServer, FieldId::HttpRequestBody), ["01", "6789"]);
    assert_eq!(http.gap(ToServer, 1, &mut transcript), Status::Lost);
}

#[test]
fn frames_of_other_implementations_are_read_and_refused_as_they_are() {
    let Some(folder) = crate::decode::test_data("http2/frames") else { return };
    let mut seen = 0;
    for folder in std::fs::read_dir(folder).expect("frames").flatten() {
        for case in std::fs::read_dir(folder.path()).expect("cases").flatten() {
            let text = std::fs::read_to_string(case.path()).expect("a case");
            let story: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            let wire = story["wire"].as_str().expect("wire");
            let wire: Vec<u8> = (0..wire.len() / 2)
                .map(|at| u8::from_str_radix(&wire[2 * at..2 * at + 2], 16).expect("hex"))
                .collect();
            let (_, transcript, _) = decode(&[(ToServer, client(&[wire]))]);
            let framing: Vec<_> = transcript
                .events()
                .into_iter()
                .filter(|event| {
                    event.starts_with("http2.invalid_frame") || *event == "http2.data_stream_zero"
                })
                .collect();
            let name = case.path().display().to_string();
            // A frame that is longer than 16 KiB is one that the receiver may have allowed; a promise may be of any
            // stream that is not known yet; and a continuation needs what it continues.
            let unclear = ["data-frame-size", "promised_stream", "continuation/"];
            if !unclear.iter().any(|part| name.contains(part)) {
                assert_eq!(framing.is_empty(), story["error"].is_null(), "{name}: {:?}", transcript.events());
            }
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen}");
}
