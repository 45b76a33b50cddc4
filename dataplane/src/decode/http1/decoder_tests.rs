//! Conversations, and what is said of them.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use weir_rules::field::FieldId;

use super::super::{Stage, Status};
use super::transcript::{Said, Transcript, Turns, decode};
use super::{Http1, Http1Config};
use crate::flow::Direction::{ToClient, ToServer};

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

fn said(turns: Turns<'_>) -> Transcript {
    decode(Http1Config::default(), turns, usize::MAX).0
}

fn response_to(request: &[u8], response: &[u8]) -> Transcript {
    said(&[(ToServer, request), (ToClient, response)])
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn all_of_a_request_is_told_in_order() {
    let transcript = said(&[(
        ToServer,
        b"POST http://API.Example.org.:8080/v1//chat%2Fx?a=b HTTP/1.1\r\nhost: api.example.org\r\n\
          Authorization: Bearer k\r\nContent-Length: 2\r\n\r\n{}",
    )]);
    let field = |field, value: &str| Said::Field(field, value.to_owned());
    let raw = "host: api.example.org\r\nAuthorization: Bearer k\r\nContent-Length: 2\r\n\r\n";
    let line = "POST http://API.Example.org.:8080/v1//chat%2Fx?a=b HTTP/1.1";
    assert_eq!(
        transcript.of(0, ToServer),
        [
            field(FieldId::HttpRequestLine, line),
            field(FieldId::HttpMethod, "POST"),
            field(FieldId::HttpUriRaw, "http://API.Example.org.:8080/v1//chat%2Fx?a=b"),
            field(FieldId::HttpUri, "/v1/chat/x?a=b"),
            field(FieldId::HttpProtocol, "HTTP/1.1"),
            Said::Stage(Stage::Line),
            field(FieldId::HttpHost, "api.example.org"),
            field(FieldId::HttpHostRaw, "API.Example.org."),
            field(FieldId::HttpRequestHeader, "host: api.example.org"),
            field(FieldId::HttpRequestHeader, "Authorization: Bearer k"),
            field(FieldId::HttpRequestHeader, "Content-Length: 2"),
            field(FieldId::HttpContentLength, "2"),
            field(FieldId::HttpHeader, raw.strip_suffix("\r\n").unwrap_or(raw)),
            field(FieldId::HttpHeaderNames, "\r\nhost\r\nAuthorization\r\nContent-Length\r\n\r\n"),
            field(FieldId::HttpHeaderRaw, raw),
            field(FieldId::HttpStart, &format!("{line}\r\n{raw}")),
            Said::Stage(Stage::Headers),
            field(FieldId::FileName, "/v1/chat/x"),
            Said::Stage(Stage::Body),
            field(FieldId::HttpRequestBody, "{}"),
            field(FieldId::FileData, "{}"),
            Said::Stage(Stage::Complete),
        ]
    );
}

#[test]
fn bodies_end_where_they_end() {
    let next = b"HTTP/1.1 201 Next\r\nContent-Length: 0\r\n\r\n";
    for (request, response, body) in [
        (GET, &b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"[..], &["abc"][..]),
        (GET, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", &["abc"]),
        (GET, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n", &[]),
        (GET, b"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n", &[]),
        (GET, b"HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n", &[]),
        (b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", &[]),
        (GET, b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", &["x"]),
    ] {
        let requests = [request, GET].concat();
        let responses = [response, next].concat();
        let transcript = response_to(&requests, &responses);
        let name = response.escape_ascii();
        assert_eq!(transcript.values(FieldId::HttpResponseBody), body, "{name}");
        assert_eq!(transcript.values(FieldId::HttpStatusMessage).last(), Some(&"Next"), "{name}");
        assert_eq!(transcript.of(1, ToClient).last(), Some(&Said::Stage(Stage::Complete)), "{name}");
        assert_eq!(transcript.events(), [""; 0], "{name}");
    }
    let transcript = response_to(GET, b"HTTP/1.0 200 OK\r\n\r\nto the end");
    assert_eq!(transcript.values(FieldId::HttpResponseBody), ["to the end"]);
    assert_eq!(transcript.values(FieldId::FileData), ["to the end"]);
    assert_eq!(transcript.values(FieldId::FileName), ["/"]);
}

#[test]
fn odd_requests_have_events() {
    for (request, events) in [
        (&b"GET / HTTP/1.1\r\n\r\n"[..], &["http.missing_host_header"][..]),
        (b"GET / HTTP/1.0\r\n\r\n", &[]),
        (b"GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", &["http.host_header_ambiguous"]),
        (b"GET http://a/ HTTP/1.1\r\nHost: A.\r\n\r\n", &[]),
        (
            b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
            &["http.host_header_ambiguous", "http.request_header_host_invalid"],
        ),
        (
            b"GET http://a:x/ HTTP/1.1\r\nHost: a:99999\r\n\r\n",
            &["http.invalid_server_port_in_request", "http.invalid_authority_port"],
        ),
        (b"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: AWS4 x\r\n\r\n", &["http.request_auth_unrecognized"]),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            &["http.request_content_length_with_transfer_encoding"],
        ),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
            &["http.duplicate_content_length_field_in_request"],
        ),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
            &["http.invalid_request_chunk_len"],
        ),
        (
            b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            &["http.request_chunked_old_proto"],
        ),
        (b"GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", &["http.request_nul_byte", "http.uri_delim_non_compliant"]),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nshort", &["http.request_incomplete"]),
        (b"GET / HTTP/1.1\r\nHost: a\r\n", &["http.request_incomplete"]),
        (
            b"GET / HTT",
            &[
                "http.request_incomplete",
                "http.request_line_incomplete",
                "http.uri_delim_non_compliant",
                "http.request_line_missing_protocol",
            ],
        ),
        (b"GE", &["http.request_line_incomplete"]),
        (b"\x00\x01", &["http.request_line_invalid"]),
    ] {
        let (transcript, _) = decode(Http1Config::default(), &[(ToServer, request)], usize::MAX);
        assert_eq!(transcript.events(), events, "{}", request.escape_ascii());
    }
}

#[test]
fn odd_responses_have_events() {
    for (response, events) in [
        (
            &b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"[..],
            &["http.unable_to_match_response_to_request"][..],
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\njunk", &["http.response_body_unexpected"]),
        (b"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 100 C\r\n\r\n", &["http.100_continue_already_seen"]),
        (b"HTTP/1.1 101 S\r\n\r\n", &["http.switch_not_requested"]),
        (b"no status line", &["http.response_invalid_protocol"]),
        (b"HTTP/1.1 2OO OK\r\nContent-Length: 0\r\n\r\n", &["http.response_invalid_status"]),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz", &["http.invalid_response_chunk_len"]),
        (
            b"HTTP/1.1 200 OK\r\nContent-Type: multipart/byteranges\r\n\r\n",
            &["http.response_multipart_byteranges"],
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: foo\r\n\r\n", &["http.abnormal_ce_header"]),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: br, gzip, br, br\r\n\r\n",
            &["http.too_many_encoding_layers"],
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n\xff\xff\xff",
            &["http.brotli_decompression_failed"],
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\nnot zstd", &["http.zstd_decompression_failed"]),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nplain", &["http.gzip_decompression_failed"]),
    ] {
        assert_eq!(response_to(GET, response).events(), events, "{}", response.escape_ascii());
    }
    let transcript = response_to(GET, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nxyz");
    assert_eq!(transcript.values(FieldId::HttpResponseBody), ["axyz"]);
}

#[test]
fn a_connection_may_switch() {
    let upgrade = b"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n";
    let connect = b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n";
    for (request, response) in [
        (&upgrade[..], &b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x01x"[..]),
        (connect, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n\x16\x03\x01"),
    ] {
        let mut decoder = Http1::new(Http1Config::default());
        let mut transcript = Transcript::default();
        assert_eq!(decoder.push(ToServer, request, &mut transcript), Status::Ongoing);
        assert_eq!(decoder.push(ToClient, response, &mut transcript), Status::Switched);
        assert_eq!(decoder.untaken(), 3);
        assert_eq!(decoder.push(ToServer, b"abcd", &mut transcript), Status::Switched);
        assert_eq!(decoder.untaken(), 4);
        assert_eq!(transcript.events(), [""; 0]);
    }
    // A refused tunnel is no tunnel.
    let transcript = response_to(
        &[connect, GET].concat(),
        b"HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx",
    );
    assert_eq!(transcript.values(FieldId::HttpMethod), ["CONNECT", "GET"]);
    assert_eq!(transcript.values(FieldId::HttpResponseBody), ["x"]);
}

#[test]
fn what_is_no_request_is_a_body_of_its_own() {
    let request = [GET, b"login=foo\r\nmore", b"\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"].concat();
    let transcript = said(&[(ToServer, &request)]);
    assert_eq!(transcript.values(FieldId::HttpRequestBody), ["login=foo\r\nmore\r\n"]);
    assert_eq!(transcript.values(FieldId::HttpUri), ["/", "/2"]);
    assert_eq!(transcript.events(), ["http.request_body_unexpected"]);
}

#[test]
fn the_oldest_http() {
    let transcript = said(&[(ToServer, b"GET /old\r\n"), (ToClient, b"\r\n<html>")]);
    assert_eq!(transcript.events(), ["http.request_line_missing_protocol"]);
    assert_eq!(transcript.values(FieldId::HttpResponseBody), ["\r\n<html>"]);
    // A version may only be missing.
    let transcript =
        said(&[(ToServer, b"GET /old\r\nUser-Agent: x\r\n\r\n"), (ToClient, b"HTTP/1.0 200 OK\r\n\r\nx")]);
    assert_eq!(transcript.values(FieldId::HttpUserAgent), ["x"]);
    assert_eq!(transcript.values(FieldId::HttpResponseBody), ["x"]);
}

#[test]
fn forms_are_files() {
    let form = "--B\r\nContent-Disposition: form-data; name=f; filename=\"a.pkl\"\r\n\r\n\u{80}\x04\r\n\
                --B\r\nContent-Disposition: form-data; name=g\r\n\r\nfield\r\n--B--\r\n";
    let request = format!(
        "POST /up HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    let transcript = said(&[(ToServer, request.as_bytes())]);
    assert_eq!(transcript.values(FieldId::FileName), ["a.pkl"]);
    assert_eq!(transcript.values(FieldId::FileData), ["\u{c2}\u{80}\x04", "field"]);
    assert_eq!(transcript.values(FieldId::HttpRequestBody).len(), 1);
    assert_eq!(transcript.events(), [""; 0]);
}

#[test]
fn codings_are_undone_in_both_directions() {
    let packed = gzip(b"the body");
    let request = [
        format!(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: x-gzip\r\nContent-Length: {}\r\n\r\n",
            packed.len()
        )
        .as_bytes(),
        &packed,
    ]
    .concat();
    let twice = gzip(&packed);
    let response = [
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: gzip, chunked\r\n\r\n".to_vec(),
        {
            let mut chunked = format!("{:x}\r\n", twice.len()).into_bytes();
            chunked.extend_from_slice(&twice);
            chunked.extend_from_slice(b"\r\n0\r\n\r\n");
            chunked
        },
    ]
    .concat();
    let transcript = response_to(&request, &response);
    assert_eq!(transcript.values(FieldId::HttpRequestBody), ["the body"]);
    assert_eq!(transcript.values(FieldId::HttpResponseBody), ["the body"]);
    assert_eq!(transcript.values(FieldId::FileData), ["the body", "the body"]);
    assert_eq!(transcript.events(), ["http.response_abnormal_transfer_encoding"]);
}

#[test]
fn limits_end_what_is_decoded() {
    let config = Http1Config { max_line: 64, max_pending: 2, max_file_name: 4, ..Http1Config::default() };
    let long = format!("GET /x HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(100));
    let (transcript, status) = decode(config, &[(ToServer, long.as_bytes())], usize::MAX);
    assert_eq!(transcript.events(), ["http.request_field_too_long"]);
    assert_eq!(transcript.values(FieldId::HttpUri), ["/x"]);
    assert_eq!(status[0], Status::Lost);

    let (transcript, status) = decode(config, &[(ToServer, &GET.repeat(3))], usize::MAX);
    assert_eq!(transcript.events(), ["http.too_many_pipelined_requests"]);
    assert_eq!(status[0], Status::Lost);

    let upload = b"PUT /long-name HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx";
    let (transcript, _) = decode(config, &[(ToServer, upload)], usize::MAX);
    assert_eq!(transcript.values(FieldId::FileName), ["/lon"]);
    assert_eq!(transcript.events(), ["http.file_name_too_long"]);
}

#[test]
fn a_gap_in_a_body_ends_a_value_and_one_in_a_head_the_decoding() {
    let mut decoder = Http1::new(Http1Config::default());
    let mut transcript = Transcript::default();
    decoder.push(ToServer, GET, &mut transcript);
    decoder.push(ToClient, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", &mut transcript);
    assert_eq!(decoder.gap(ToClient, 4, &mut transcript), Status::Ongoing);
    decoder.push(ToClient, b"hi", &mut transcript);
    assert_eq!(transcript.values(FieldId::HttpResponseBody), ["abc", "hi"]);
    assert_eq!(transcript.of(0, ToClient).last(), Some(&Said::Stage(Stage::Complete)));
    decoder.push(ToServer, b"GET / HT", &mut transcript);
    assert_eq!(decoder.gap(ToServer, 1, &mut transcript), Status::Lost);
}
