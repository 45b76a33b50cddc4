use super::*;
use crate::diagnostic::{Diagnostic, Source};
use crate::field::FieldId;

fn load_rule(header: &str, options: &str) -> Loaded {
    load(&[Source::new("t", format!("alert {header} ({options} sid:1;)"))], &Variables::default())
}

fn signature(header: &str, options: &str) -> Signature {
    let mut loaded = load_rule(header, options);
    let told: Vec<_> = loaded.diagnostics.iter().map(Diagnostic::to_string).collect();
    assert!(
        told.is_empty() && loaded.set.signatures.len() == 1,
        "{options}: {told:?} {:?}",
        loaded.undecoded
    );
    loaded.set.signatures.remove(0)
}

fn http(options: &str) -> Signature {
    signature("http any any -> any any", options)
}

fn shapes(signature: &Signature) -> Vec<(Buffer, usize)> {
    signature.buffers.iter().map(|buffer| (buffer.buffer, buffer.conditions.len())).collect()
}

fn field(field: FieldId) -> Buffer {
    Buffer::Field(field)
}

#[test]
fn every_buffer_can_be_asked_for_by_all_of_its_names() {
    let fields = FieldId::ALL.into_iter().map(|id| (Buffer::Field(id), id.aliases()));
    let others = Buffer::NAMED.into_iter().map(|(_, buffer)| (buffer, &[][..]));
    for (buffer, aliases) in fields.chain(others).filter(|&(buffer, _)| buffer != Buffer::Payload) {
        for name in aliases.iter().copied().chain([buffer.name()]) {
            let decode = if buffer == Buffer::Base64 { "base64_decode;" } else { "" };
            let rule = format!("{decode} {name}; bsize:59;");
            let found = signature("ip any any -> any any", &rule);
            assert_eq!(found.buffers.last().map(|last| last.buffer), Some(buffer), "{name}");
        }
    }
}

#[test]
fn conditions_go_to_the_buffer_before_them() {
    let table = [
        (
            r#"content:"a"; http.uri; content:"b"; content:"c";"#,
            vec![(Buffer::Payload, 1), (field(FieldId::HttpUri), 2)],
        ),
        (
            r#"http.uri; content:"b"; pkt_data; content:"c";"#,
            vec![(field(FieldId::HttpUri), 1), (Buffer::Payload, 1)],
        ),
        // One value: what is asked of it twice is asked of the same.
        (
            r#"http.uri; content:"a"; http.method; content:"b"; http.uri; content:"c";"#,
            vec![(field(FieldId::HttpUri), 2), (field(FieldId::HttpMethod), 1)],
        ),
        // Several values: each time it may be another one.
        (
            r#"http.request_header; content:"a"; http.request_header; content:"c"; content:"d";"#,
            vec![(field(FieldId::HttpRequestHeader), 1), (field(FieldId::HttpRequestHeader), 2)],
        ),
        // Other transforms make another buffer.
        (
            r#"http.uri; content:"a"; http.uri; to_md5; content:"b"; strip_whitespace; content:"c";"#,
            vec![(field(FieldId::HttpUri), 1); 3],
        ),
        (
            r#"content:"a"; http_uri; content:"b"; http_header; content:"c"; http_uri;"#,
            vec![(field(FieldId::HttpUri), 2), (field(FieldId::HttpHeader), 1)],
        ),
        (r#"urilen:5,raw; content:"x"; http_raw_uri;"#, vec![(field(FieldId::HttpUriRaw), 2)]),
        (
            r#"pcre:"/a/Ui"; pcre:"/b/H";"#,
            vec![(field(FieldId::HttpUri), 1), (field(FieldId::HttpHeader), 1)],
        ),
        (r#"http.uri; pcre:"/a/U";"#, vec![(field(FieldId::HttpUri), 1)]),
        (r#"http.uri; pcre:"/a/U"; content:"b";"#, vec![(field(FieldId::HttpUri), 2)]),
        (
            r#"uricontent:"/a"; fileext:"exe"; filename:!"b"; filemagic:"PE32";"#,
            vec![
                (field(FieldId::HttpUri), 1),
                (field(FieldId::FileName), 1),
                (field(FieldId::FileName), 1),
                (field(FieldId::FileMagic), 1),
            ],
        ),
    ];
    for (options, expected) in table {
        assert_eq!(shapes(&http(options)), expected, "{options}");
    }
}

#[test]
fn every_old_modifier_moves_the_content_before_it() {
    let table = [
        ("http_client_body", FieldId::HttpRequestBody),
        ("http_cookie", FieldId::HttpCookie),
        ("http_header", FieldId::HttpHeader),
        ("http_host", FieldId::HttpHost),
        ("http_method", FieldId::HttpMethod),
        ("http_raw_header", FieldId::HttpHeaderRaw),
        ("http_raw_host", FieldId::HttpHostRaw),
        ("http_raw_uri", FieldId::HttpUriRaw),
        ("http_server_body", FieldId::HttpResponseBody),
        ("http_stat_code", FieldId::HttpStatusCode),
        ("http_stat_msg", FieldId::HttpStatusMessage),
        ("http_uri", FieldId::HttpUri),
        ("http_user_agent", FieldId::HttpUserAgent),
    ];
    for (modifier, expected) in table {
        let found = http(&format!(r#"content:"a"; {modifier};"#));
        assert_eq!(shapes(&found), [(field(expected), 1)], "{modifier}");
    }
}

#[test]
fn flags_of_pcre_choose_buffer_and_meaning() {
    let buffers = [
        ('U', FieldId::HttpUri),
        ('I', FieldId::HttpUriRaw),
        ('P', FieldId::HttpRequestBody),
        ('Q', FieldId::FileData),
        ('H', FieldId::HttpHeader),
        ('D', FieldId::HttpHeaderRaw),
        ('M', FieldId::HttpMethod),
        ('C', FieldId::HttpCookie),
        ('S', FieldId::HttpStatusCode),
        ('Y', FieldId::HttpStatusMessage),
        ('V', FieldId::HttpUserAgent),
        ('W', FieldId::HttpHost),
        ('Z', FieldId::HttpHostRaw),
    ];
    for (flag, expected) in buffers {
        assert_eq!(shapes(&http(&format!(r#"pcre:"/a/{flag}";"#))), [(field(expected), 1)], "{flag}");
    }
    let found = http(r#"content:"x"; pcre:!"/a\;b/ismxRAEGOB,flow:one, pkt:two";"#);
    let BufferCondition::Regex(regex) = &found.buffers[0].conditions[1] else { panic!("{found:?}") };
    let flags = RegexFlags { caseless: true, dotall: true, multiline: true, extended: true };
    assert_eq!((&*regex.expression, regex.flags, regex.presence), ("a;b", flags, Presence::Absent));
    assert_eq!((regex.base, regex.start), (Base::Previous, RegexStart::Anchored));
    assert_eq!((regex.dollar, regex.greed), (Dollar::EndOnly, Greed::Lazy));
    let captures: Vec<_> = regex.captures.iter().map(|capture| (capture.scope, &*capture.name)).collect();
    assert_eq!(captures, [(CaptureScope::Flow, "one"), (CaptureScope::Packet, "two")]);
}

#[test]
fn transforms_stand_before_the_conditions_they_are_for() {
    let table = [
        ("to_lowercase;", Transform::ToLowercase),
        ("to_uppercase;", Transform::ToUppercase),
        ("strip_whitespace;", Transform::StripWhitespace),
        ("compress_whitespace;", Transform::CompressWhitespace),
        ("to_md5;", Transform::ToMd5),
        ("to_sha1;", Transform::ToSha1),
        ("to_sha256;", Transform::ToSha256),
        ("url_decode;", Transform::UrlDecode),
        ("dotprefix;", Transform::DotPrefix),
        ("header_lowercase;", Transform::HeaderLowercase),
        ("strip_pseudo_headers;", Transform::StripPseudoHeaders),
        ("domain;", Transform::Domain),
        ("tld;", Transform::TopLevelDomain),
        ("llm.normalize;", Transform::LlmNormalize),
        ("card_numbers;", Transform::CardNumbers),
        ("ibans;", Transform::Ibans),
        (r#"xor:"0d0Aff";"#, Transform::Xor([0x0d, 0x0a, 0xff].into())),
        (r#"pcrexform:"a(\d+)\;";"#, Transform::Regex(r"a(\d+);".into())),
        (
            "from_base64;",
            Transform::FromBase64(FromBase64 { offset: 0, bytes: None, mode: Base64Mode::Rfc4648 }),
        ),
        (
            "from_base64: bytes 8, offset 6, mode rfc2045;",
            Transform::FromBase64(FromBase64 { offset: 6, bytes: Some(8), mode: Base64Mode::Rfc2045 }),
        ),
        ("subslice:-4;", Transform::Subslice { offset: -4, bytes: None, truncate: Truncate::No }),
        (
            "subslice:2,9,truncate;",
            Transform::Subslice { offset: 2, bytes: Some(9), truncate: Truncate::Yes },
        ),
        ("gunzip;", Transform::Gunzip { max_size: 1024 }),
        ("gunzip: max-size 8;", Transform::Gunzip { max_size: 8 }),
        ("zlib_deflate: max-size 9;", Transform::Inflate { max_size: 9 }),
    ];
    for (transform, expected) in table {
        let found = http(&format!(r#"http.uri; {transform} content:"a";"#));
        assert_eq!(*found.buffers[0].transforms, [expected], "{transform}");
        let message = &load_rule("http any any -> any any", transform).diagnostics[0].message;
        assert!(message.contains("there is no buffer before it"), "{transform}: {message}");
    }
    let found = http(
        r#"dns.query; dotprefix; to_lowercase; content:"a";"#.replace("dns.query", "http.host").as_str(),
    );
    assert_eq!(*found.buffers[0].transforms, [Transform::DotPrefix, Transform::ToLowercase]);
}

#[test]
fn places_of_contents_follow_from_modifiers() {
    let number = Operand::Number;
    let variable = |at| Operand::Variable(Variable(at));
    let table = [
        ("", Base::Start, number(0), None, End::Anywhere),
        ("offset:3; depth:9;", Base::Start, number(3), Some(number(9)), End::Anywhere),
        ("startswith;", Base::Start, number(0), Some(number(2)), End::Anywhere),
        ("endswith;", Base::Start, number(0), None, End::OfBuffer),
        ("startswith; endswith;", Base::Start, number(0), Some(number(2)), End::OfBuffer),
        ("distance:-1; within:5;", Base::Previous, number(-1), Some(number(5)), End::Anywhere),
        ("within:5;", Base::Previous, number(0), Some(number(5)), End::Anywhere),
        ("offset:one; depth:two;", Base::Start, variable(0), Some(variable(1)), End::Anywhere),
        ("distance:two; within:one;", Base::Previous, variable(1), Some(variable(0)), End::Anywhere),
    ];
    for (modifiers, base, from, room, end) in table {
        let options = format!(
            r#"byte_extract:1,0,one; byte_math:bytes 1, offset 1, oper +, rvalue one, result two; content:"ab"; {modifiers}"#
        );
        let found = signature("tcp any any -> any any", &options);
        let BufferCondition::Content(content) = &found.buffers[0].conditions[2] else { panic!("{found:?}") };
        assert_eq!(
            (content.base, content.from, content.room, content.end),
            (base, from, room, end),
            "{modifiers}"
        );
        assert_eq!(found.variables.iter().map(|name| &**name).collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(found.plain_conditions(), None);
    }
}

#[test]
fn protocols_follow_from_header_and_buffers() {
    let table = [
        ("ip", r#"dns.query; content:"a";"#, RuleProtocol::Ip, Some(AppProtocol::Dns)),
        ("ip", r#"tls.sni; content:"a";"#, RuleProtocol::Tcp, Some(AppProtocol::Tls)),
        ("tcp", r#"http.uri; content:"a";"#, RuleProtocol::Tcp, Some(AppProtocol::Http)),
        ("http2", r#"http.uri; content:"a";"#, RuleProtocol::Tcp, Some(AppProtocol::Http2)),
        ("http", r#"llm.prompt; content:"a";"#, RuleProtocol::Tcp, Some(AppProtocol::Http)),
        ("llm", r#"llm.prompt; content:"a";"#, RuleProtocol::Tcp, Some(AppProtocol::Llm)),
        ("tcp", r#"file.data; content:"a";"#, RuleProtocol::Tcp, None),
        ("tcp-pkt", r#"content:"a";"#, RuleProtocol::TcpPacket, None),
        ("ipv6", "ttl:1;", RuleProtocol::Ip6, None),
        ("icmpv6", "itype:128;", RuleProtocol::Icmp6, None),
        ("pkthdr", "decode-event:ipv4.pkt_too_small;", RuleProtocol::PacketHeader, None),
    ];
    for (protocol, options, transport, app) in table {
        let found = signature(&format!("{protocol} any any -> any any"), options);
        assert_eq!((found.protocol, found.app), (transport, app), "{protocol} {options}");
        assert_eq!(found.plain_conditions(), None, "{protocol} {options}");
        assert!(found.need().is_some());
    }
    let found = signature("http1:request_complete any any -> any any", r#"http.uri; content:"a";"#);
    assert_eq!(found.hook.as_deref(), Some("request_complete"));
}

#[test]
fn what_has_no_decoder_is_counted_and_not_misjudged() {
    let table = [
        ("smtp", r#"content:"a";"#, "smtp"),
        ("tcp", r#"smb.share; content:"a"; bsize:3; to_lowercase; pcre:"/a/";"#, "smb.share"),
        ("tcp", r#"frame:http2.hdr; bsize:3; ssh.proto; content:"b";"#, "frame"),
        ("ip", "dcerpc.opnum:15;", "dcerpc.opnum"),
        ("tcp", "app-layer-event:smb.file_overlap;", "smb"),
    ];
    for (protocol, options, what) in table {
        let loaded = load_rule(&format!("{protocol} any any -> any any"), options);
        assert_eq!(
            (loaded.failed, loaded.set.signatures.len()),
            (0, 0),
            "{options} {:?}",
            loaded.diagnostics
        );
        assert_eq!(loaded.undecoded.get(what), Some(&1), "{options}");
        assert!(loaded.diagnostics[0].message.contains("is not decoded by weir"));
    }
    // A mistake is one all the same.
    let loaded = load_rule("tcp any any -> any any", r#"smb.share; content:"a|0";"#);
    assert_eq!((loaded.failed, loaded.undecoded.len()), (1, 0));
}
