use proptest::prelude::*;

use super::names::SURICATA_KEYWORDS;
use super::*;
use crate::diagnostic::{Diagnostic, Source};
use crate::number::NumberId;

fn load_options(options: &str) -> Loaded {
    load(
        &[Source::new("t", format!("alert ip any any -> any any ({options} sid:1;)"))],
        &Variables::default(),
    )
}

fn signature(options: &str) -> Signature {
    let mut loaded = load_options(options);
    let told: Vec<_> = loaded.diagnostics.iter().map(Diagnostic::to_string).collect();
    assert!(
        told.is_empty() && loaded.set.signatures.len() == 1,
        "{options}: {told:?} {:?}",
        loaded.undecoded
    );
    loaded.set.signatures.remove(0)
}

/// The values within 0..=20, and the greatest, that the only number of a rule may have.
fn values(options: &str) -> (NumberId, Vec<u64>) {
    let found = signature(options);
    let condition = &found.numbers[0];
    let all = (0..=20).chain([condition.number.max()]);
    (condition.number, all.filter(|&number| condition.test.matches(number)).collect())
}

#[test]
fn numbers_come_to_sets() {
    let max = u64::from(u8::MAX);
    let table: [(&str, Vec<u64>); 16] = [
        ("7", vec![7]),
        ("=7", vec![7]),
        ("0x0a", vec![10]),
        ("\"7\"", vec![7]),
        ("<3", vec![0, 1, 2]),
        ("<=2", vec![0, 1, 2]),
        (">19", vec![20, max]),
        (">= 20", vec![20, max]),
        ("3<>6", vec![4, 5]),
        ("3-6", vec![4, 5]),
        ("!3-20", (0..=3).chain([20, max]).collect()),
        ("!0", (1..=20).chain([max]).collect()),
        (" != 0", (1..=20).chain([max]).collect()),
        ("!<20", vec![20, max]),
        ("&0x0e=0x02", vec![2, 3, 18, 19]),
        ("&0x01!=1", (0..=20).step_by(2).collect()),
    ];
    for (value, expected) in table {
        assert_eq!(values(&format!("ttl:{value};")), (NumberId::Ttl, expected), "{value}");
    }
}

#[test]
fn every_number_can_be_asked_for_by_all_of_its_names() {
    for number in NumberId::ALL {
        for name in number.aliases().iter().chain([&number.name()]) {
            assert_eq!(values(&format!("{name}:1;")), (number, vec![1]), "{name}");
        }
    }
    let table = [
        ("ip_proto:TCP;", NumberId::IpProtocol, 6),
        ("ip_proto:41;", NumberId::IpProtocol, 41),
        ("dns.rcode:NXDOMAIN;", NumberId::DnsRcode, 3),
        ("dns.rrtype:TXT;", NumberId::DnsRrType, 16),
        ("tls.version:1.2;", NumberId::TlsVersion, 0x0303),
        ("ssl_version:sslv3;", NumberId::TlsVersion, 0x0300),
        ("rdma.opcode:RDMA_WRITE_FIRST;", NumberId::RdmaOpcode, 6),
        ("rdma.opcode:ud_send_only;", NumberId::RdmaOpcode, 0x64),
        ("nvme.opcode:READ;", NumberId::NvmeOpcode, 2),
        ("nvme.opcode:GET_LOG_PAGE;", NumberId::NvmeOpcode, 0x102),
        ("nvme.fctype:CONNECT;", NumberId::NvmeFabricsType, 1),
        ("rdma.cm:REQ;", NumberId::RdmaCm, 0x10),
        ("filesize:10KB;", NumberId::FileSize, 10_240),
        ("flow.pkts:toserver,=10;", NumberId::FlowPacketsToServer, 10),
        ("flow.bytes:either,=10;", NumberId::FlowBytes, 10),
    ];
    for (options, number, value) in table {
        let found = signature(options);
        assert_eq!(found.numbers[0].number, number, "{options}");
        assert!(
            found.numbers[0].test.matches(value) && !found.numbers[0].test.matches(value + 1),
            "{options}"
        );
    }
    let versions = signature("ssl_version:tls1.0,tls1.2;");
    let within = |version| versions.numbers[0].test.matches(version);
    assert!(within(0x0301) && !within(0x0302) && within(0x0303));
    let which = |options: &str| signature(options).numbers[0].which;
    assert_eq!((which("vlan.id:5,1;"), which("vlan.id:5,-1;")), (Which::At(1), Which::At(-1)));
    assert_eq!((which("vlan.id:5,all;"), which("vlan.id:5,all1;")), (Which::All, Which::AllOfSome));
}

#[test]
fn bytes_are_read_tested_and_calculated_with() {
    // Each in the form of its Debug, without what is the same in all of them.
    let table = [
        (
            "byte_test:2,>,10,4;",
            "ByteTest { field: ByteField { bytes: Number(2), offset: Number(4), base: Start, encoding: BigEndian, bitmask: None }, operator: Greater, presence: Required, value: Number(10) }",
        ),
        (
            "byte_test:2,!&,0x0F,-3,relative,little;",
            "bytes: Number(2), offset: Number(-3), base: Previous, encoding: LittleEndian, bitmask: None }, operator: And, presence: Absent, value: Number(15)",
        ),
        ("byte_test:10,<=,5,0,string,hex;", "encoding: Digits(16), bitmask: None }, operator: LessOrEqual"),
        (
            "byte_test:0,>,4000,0,string,dec;",
            "bytes: Number(0), offset: Number(0), base: Start, encoding: Digits(10)",
        ),
        ("byte_test:4,^,1,0,dce,bitmask 0xff00;", "encoding: Dce, bitmask: Some(65280) }, operator: Xor"),
        ("byte_test:1,!,1,0;", "operator: Equal, presence: Absent"),
        (
            "byte_jump:2,8,from_beginning,little,align,multiplier 4,post_offset -9;",
            "ByteJump { field: ByteField { bytes: Number(2), offset: Number(8), base: Start, encoding: LittleEndian, bitmask: None }, multiplier: 4, align: Four, from: Beginning, post_offset: Number(-9) }",
        ),
        (
            "byte_jump:0,0,relative,from_end,post_offset -3;",
            "bytes: Number(0), offset: Number(0), base: Previous, encoding: BigEndian, bitmask: None }, multiplier: 1, align: No, from: End, post_offset: Number(-3)",
        ),
        (
            "byte_extract:2,1,len,relative,multiplier 2,align 4;",
            "ByteExtract { field: ByteField { bytes: Number(2), offset: Number(1), base: Previous, encoding: BigEndian, bitmask: None }, multiplier: 2, align: Four, into: Variable(0) }",
        ),
        (
            "byte_math:bytes 4, offset 1, oper <<, rvalue 2, result r, endian little, bitmask 0x0f;",
            "ByteMath { field: ByteField { bytes: Number(4), offset: Number(1), base: Start, encoding: LittleEndian, bitmask: Some(15) }, operator: ShiftLeft, right: Number(2), into: Variable(0) }",
        ),
        (
            "byte_math:bytes 4, offset 1, oper /, rvalue 2, result r, string dec;",
            "encoding: Digits(10), bitmask: None }, operator: Divide",
        ),
        ("isdataat:10;", "DataAt { bytes: Number(10), base: Start, presence: Required }"),
        ("isdataat:!1, relative;", "DataAt { bytes: Number(1), base: Previous, presence: Absent }"),
        (
            "base64_decode: bytes 10, offset 1, relative;",
            "Base64Decode { bytes: Some(Number(10)), offset: Number(1), base: Previous }",
        ),
        ("http.uri; bsize:<10;", "Size(Within([(0, 9)]))"),
        ("urilen:5<>9;", "Size(Within([(6, 8)]))"),
        ("http.uri; absent;", "Absent(Only)"),
        ("http.uri; absent: or_else; content:\"a\";", "Absent(OrElse)"),
        (
            "file.data; entropy: value >= 7.5, bytes 100, offset 2;",
            "Entropy { bytes: Some(Number(100)), offset: Number(2), base: Start, low: Some(EntropyBound { value: 7.5, edge: Included }), high: None, presence: Required }",
        ),
        (
            "file.data; entropy: value !1-2.5;",
            "low: Some(EntropyBound { value: 1.0, edge: Excluded }), high: Some(EntropyBound { value: 2.5, edge: Excluded }), presence: Absent",
        ),
        (
            "http.uri; dataset:isset,names,type string,load a.csv,memcap 10mb,hashsize 8;",
            "Dataset { operation: IsSet, set: DatasetSource { name: \"names\", kind: Some(String), load: Some(\"a.csv\"), save: None, memory: Some(10485760), buckets: Some(8), format: Csv",
        ),
        (
            "ip.src; dataset:isnotset,names,type ip,state a.lst;",
            "operation: IsNotSet, set: DatasetSource { name: \"names\", kind: Some(Ip), load: Some(\"a.lst\"), save: Some(\"a.lst\")",
        ),
        ("http.uri; datarep:names,>,200,load a.rep,type sha256;", "relation: Greater, value: 200"),
    ];
    for (options, expected) in table {
        let shown = format!("{:?}", signature(options).buffers);
        assert!(shown.contains(expected), "{options}: {shown}");
    }
}

#[test]
fn packets_and_flows_are_asked() {
    let table = [
        ("tcp.flags:S,12;", "TcpFlags(FlagTest { mode: Exactly, flags: 2, ignored: 192 })"),
        ("flags:+SA;", "TcpFlags(FlagTest { mode: All, flags: 18, ignored: 0 })"),
        ("flags:UP*;", "TcpFlags(FlagTest { mode: Any, flags: 40, ignored: 0 })"),
        ("fragbits:!DM;", "FragmentBits(FlagTest { mode: Not, flags: 3, ignored: 0 })"),
        ("ipopts:lsrr;", "IpOption(Type(131))"),
        ("sameip;", "SameAddress"),
        ("l3_proto:ipv6;", "IpVersion(6)"),
        ("tcpv4-csum:invalid;", "Checksum(TcpV4, Invalid)"),
        ("icmpv6-csum:valid;", "Checksum(IcmpV6, Valid)"),
        ("decode-event:ppp.pkt_too_small;", "Event(Event { layer: Decode, name: \"ppp.pkt_too_small\" })"),
        ("engine-event:a.b;", "layer: Decode"),
        ("stream-event:a;", "layer: Stream"),
        ("app-layer-event:http.request_field_too_long;", "layer: Application"),
        ("stream_size:client,>,1000;", "StreamSize { side: Client, relation: Greater, bytes: 1000 }"),
        (
            "app-layer-protocol:!tls,to_server;",
            "AppProtocol { protocol: Known(Tls), side: ToServer, presence: Absent }",
        ),
        ("app-layer-protocol:failed;", "protocol: Failed"),
        (
            "iprep:src,BadHosts,>,30;",
            "AddressReputation { end: Source, category: \"BadHosts\", bound: Compare(Greater, 30) }",
        ),
        ("iprep:any,BadHosts,isset;", "bound: IsSet"),
        ("tls_cert_expired;", "CertificateValidity(Expired)"),
        ("tls_cert_valid;", "CertificateValidity(Valid)"),
    ];
    for (options, expected) in table {
        let shown = format!("{:?}", signature(options).packet);
        assert!(shown.contains(expected), "{options}: {shown}");
    }
    let flags = |mode, flags, ignored| FlagTest { mode, flags, ignored };
    assert!(flags(FlagMode::Exactly, 2, 0xc0).matches(0xc2) && !flags(FlagMode::Exactly, 2, 0).matches(0xc2));
    assert!(flags(FlagMode::All, 2, 0).matches(0x12) && !flags(FlagMode::All, 0x12, 0).matches(2));
    assert!(flags(FlagMode::Any, 0x12, 0).matches(2) && !flags(FlagMode::Any, 0x12, 0).matches(4));
    assert!(flags(FlagMode::Not, 0x12, 0).matches(2) && !flags(FlagMode::Not, 2, 0).matches(0x12));
}

#[test]
fn what_is_remembered_and_how_often() {
    let table = [
        ("flowbits:set,a;", "Bits(BitsCondition { scope: Flow, operation: Set, names: [\"a\"], expire: 0 })"),
        ("flowbits:isset,a|b;", "operation: IsSet, names: [\"a\", \"b\"]"),
        ("flowbits: isnotset, a;", "operation: IsNotSet"),
        ("flowbits:toggle,a;", "operation: Toggle"),
        ("flowbits:unset,a;", "operation: Unset"),
        (
            "xbits:set,a,track ip_dst, expire 10;",
            "scope: Destination, operation: Set, names: [\"a\"], expire: 10",
        ),
        ("xbits:isset,a,track ip_pair;", "scope: Pair"),
        ("hostbits:isset,a,dst;", "scope: Destination, operation: IsSet"),
        ("flowint:n,+,1;", "Counter { name: \"n\", operation: Add, value: Number(1) }"),
        ("flowint:n,>,m;", "operation: Compare(Greater), value: Counter(\"m\")"),
        ("flowint:n,notset;", "operation: IsNotSet"),
    ];
    for (options, expected) in table {
        let shown = format!("{:?}", signature(options).state);
        assert!(shown.contains(expected), "{options}: {shown}");
    }
    assert_eq!(signature("flowbits:noalert;").report, ReportAs::Nothing);
    let limit = Threshold { kind: ThresholdKind::Limit, track: Track::BySource, count: 1, seconds: 60 };
    assert_eq!(signature("threshold: type limit, track by_src, count 1, seconds 60;").threshold, Some(limit));
    let backoff = Threshold {
        kind: ThresholdKind::Backoff { multiplier: 10 },
        track: Track::ByFlow,
        count: 2,
        seconds: 0,
    };
    assert_eq!(
        signature("threshold: type backoff, track by_flow, count 2, multiplier 10;").threshold,
        Some(backoff)
    );
    let filter = DetectionFilter { track: Track::ByRule, count: 4, seconds: 20, unique_on: None };
    assert_eq!(
        signature("detection_filter:track by_rule, count 4, seconds 20;").detection_filter,
        Some(filter)
    );
    let tag = |scope, count, metric| Some(Tag { scope, count, metric });
    assert_eq!(signature("tag:session,10,packets;").tag, tag(TagScope::Session, 10, TagMetric::Packets));
    assert_eq!(signature("tag:host,60,seconds,src;").tag, tag(TagScope::SourceHost, 60, TagMetric::Seconds));
    assert_eq!((signature("score:-5;").score, signature("prefilter;").score), (Some(-5), None));
    assert_eq!(signature("flow:only_frag;").flow.fragments, Some(FragmentOption::Only));
}

#[test]
fn rules_for_other_engines_are_left_out_without_a_word() {
    let table = [
        ("version >= 7.0.3", 0),
        ("version >= 9.0.0", 1),
        ("version >= 7 < 8", 1),
        ("version < 7 | >= 8.0.0", 0),
        ("keyword dns.query, version > 6", 0),
        ("keyword no.such.keyword", 1),
        ("feature geoip", 1),
        ("wholly_new thing", 1),
    ];
    for (requirement, unmet) in table {
        let unknown = if unmet == 1 { "a_keyword_of_the_future:1;" } else { "" };
        let loaded = load_options(&format!("requires: {requirement}; {unknown}"));
        assert_eq!((loaded.unmet, loaded.failed, loaded.diagnostics.len()), (unmet, 0, 0), "{requirement}");
    }
}

#[test]
fn what_can_not_be_meant_is_refused() {
    let table = [
        ("lua:a.lua;", "weir does not run scripts"),
        ("geoip:src,US;", "no map of countries"),
        ("content:\"a\"; replace:\"b\";", "does not rewrite"),
        ("bsize:3;", "there is no buffer before it"),
        ("dataset:isset,a;", "there is no buffer before it"),
        ("http.uri; sid:2;", "nothing is asked of http.uri"),
        ("base64_data; content:\"a\";", "base64_data without base64_decode"),
        ("http.host; content:\"A\";", "http.host is lower case"),
        ("http.host; content:\"a\"; nocase;", "nocase has no meaning"),
        ("http.method; content:\"GET \";", "a method has no blanks"),
        ("ja3.hash; content:\"abc\";", "32 hexadecimal digits"),
        ("tls.cert_fingerprint; content:\"abc\";", "20 bytes in hexadecimal"),
        ("http.uri; content:\"a\"; http.stat_code; content:\"200\";", "never in one direction"),
        ("flow:to_client; http.uri; content:\"a\";", "which flow leaves out"),
        ("http.uri; content:\"a\"; dns.query; content:\"b\";", "never in a flow of http"),
        ("content:\"a\"; distance:len;", "there is no variable \"len\""),
        ("byte_test:9,>,1,0;", "can't be read"),
        ("byte_test:1,>,1;", "this is not a byte_test"),
        ("byte_test:1,hex,1,0;", "is not an operator"),
        ("byte_extract:4,0,1x;", "is not a name for a variable"),
        ("byte_math:bytes 4, offset 0, oper /, rvalue 0, result r;", "division by zero"),
        ("content:\"abc\"; fast_pattern:2,2;", "behind the end of the content"),
        ("content:\"abc\"; fast_pattern; content:\"def\"; fast_pattern;", "given twice"),
        ("ttl:256;", "out of bounds"),
        ("ttl:3<>4;", "no number is meant"),
        ("ttl:&0x01=2;", "never that"),
        ("flags:SX;", "there is no flag 'X'"),
        ("flowbits:set,a|b;", "one bit at a time"),
        ("flowbits:frobnicate,a;", "is not done to bits"),
        ("xbits:set,a;", "this is not a form of it"),
        ("threshold:type limit, track by_src;", "without track, count or seconds"),
        ("http.uri; content:\"a\"; http_header;", "the content before it is about http.uri already"),
        ("http.uri; pcre:\"/a/H\";", "the buffer before it at another"),
        ("pcre:\"/a/UH\";", "two flags that look at different buffers"),
        ("http.uri:5;", "takes no value but a direction"),
        ("xor:\"0\";", "this is not a key"),
        ("requires: version 7;", "not a requirement of a version"),
        ("dns.rrtypo:A;", "is not a keyword"),
    ];
    for (options, expected) in table {
        let options = options.replace("http.uri; sid:2;", "http.uri;");
        let loaded = load_options(&options);
        let told: Vec<_> = loaded.diagnostics.iter().map(Diagnostic::to_string).collect();
        assert!(told.iter().any(|said| said.contains(expected)), "{options}: {told:?}");
        assert_eq!((loaded.failed, loaded.set.signatures.len()), (1, 0), "{options}");
    }
}

#[test]
fn digests_are_lower_case_as_their_values_are() {
    let found = signature("ja3.hash; content:\"E7D705A3286E19EA42F587B344EE6865\";");
    let BufferCondition::Content(content) = &found.buffers[0].conditions[0] else { panic!("{found:?}") };
    assert_eq!(&*content.bytes, b"e7d705a3286e19ea42f587b344ee6865");
}

#[test]
fn numbers_of_http2_and_websocket_have_names() {
    let test = |options: &str, number: u64| signature(options).numbers[0].test.matches(number);
    for (options, number, meant) in [
        ("http2.frametype:GOAWAY;", 7, true),
        ("http2.errorcode:!NO_ERROR;", 0, false),
        ("http2.errorcode:ENHANCE_YOUR_CALM;", 11, true),
        ("http2.priority:>100;", 101, true),
        ("http2.settings:SETTINGS_ENABLE_PUSH;", 2 << 32 | 7, true),
        ("http2.settings:SETTINGS_ENABLE_PUSH;", 3 << 32 | 7, false),
        ("http2.settings: SETTINGS_MAX_CONCURRENT_STREAMS<100;", 3 << 32 | 99, true),
        ("http2.settings: SETTINGS_MAX_CONCURRENT_STREAMS<100;", 3 << 32 | 100, false),
        ("http2.settings:SETTINGS_ENABLE_PUSH=1;", 2 << 32 | 1, true),
        ("websocket.opcode:text;", 1, true),
        ("websocket.flags:fin,!comp;", 0x80, true),
        ("websocket.flags:fin,!comp;", 0xc0, false),
        ("websocket.flags:&0x40=0x40;", 0xc0, true),
        ("websocket.mask:0x01020304;", 0x0102_0304, true),
    ] {
        assert_eq!(test(options, number), meant, "{options} {number:x}");
    }
}

#[test]
fn no_keyword_of_suricata_is_taken_for_a_misspelling() {
    for name in SURICATA_KEYWORDS {
        for options in [format!("{name};"), format!("{name}:1;")] {
            let loaded = load_options(&options);
            assert!(loaded.diagnostics.iter().all(|d| !d.message.contains("is not a keyword")), "{name}");
        }
    }
}

/// Rules of all kinds of conditions, to be mutated.
const SEEDS: [&str; 4] = [
    r#"http.uri; to_lowercase; xor:"0a0b"; content:"ab|20|"; fast_pattern:1,2; pcre:"/a(b)/RsE,flow:x"; bsize:3<>900; urilen:>5,raw;"#,
    "byte_extract:2,0,len,relative,little; byte_math:bytes 1, offset len, oper +, rvalue len, result r; byte_jump:1,r,post_offset len; content:\"a\"; within:r; isdataat:!len,relative;",
    "flags:!SA,12; ttl:!1-9; stream_size:both,<,5; iprep:src,x,>,3; threshold:type both, track by_src, count 1, seconds 9; xbits:set,a,track ip_src,expire 3; flowint:a,+,b;",
    "requires: version >= 7.0.0 | < 3; file.data; entropy:value !1-2.5, bytes 9; dataset:isset,a,type md5,load b,memcap 9mb; base64_decode:bytes 3, relative; base64_data; content:\"b\";",
];

proptest! {
    #[test]
    fn mutated_options_are_survived(
        seed in 0..SEEDS.len(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..12usize, "[!,:;|<>=&.\"\\\\/a-z0-9é -]{0,6}"), 1..6),
    ) {
        let mut text: Vec<char> = SEEDS[seed].chars().collect();
        for (at, removed, inserted) in cuts {
            let at = at.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, inserted.chars());
        }
        let text: String = text.into_iter().collect();
        for diagnostic in load_options(&text).diagnostics {
            prop_assert!(diagnostic.span.start <= diagnostic.span.end && !diagnostic.render().is_empty());
        }
    }

    #[test]
    fn any_value_of_any_keyword_is_survived(name in prop::sample::select(SURICATA_KEYWORDS), value in "\\PC{0,40}|[!<>=&0-9a-z,|. -]{0,40}") {
        for diagnostic in load_options(&format!("content:\"a\"; {name}:{value};")).diagnostics {
            prop_assert!(!diagnostic.render().is_empty());
        }
    }

    #[test]
    fn sets_of_numbers_agree_with_comparisons(low in 0..30u64, high in 0..30u64, number in 0..32u64) {
        let test = |value: &str| load_options(&format!("ttl:{value};")).set.signatures.pop().map(|s| s.numbers[0].test.matches(number));
        prop_assert_eq!(test(&format!("<={low}")), Some(number <= low));
        prop_assert_eq!(test(&format!("!{low}")), Some(number != low));
        if high > low + 1 {
            prop_assert_eq!(test(&format!("{low}<>{high}")), Some(low < number && number < high));
            prop_assert_eq!(test(&format!("!{low}-{high}")), Some(number <= low || high <= number));
        }
    }
}

#[test]
fn all_seeds_are_right_before_they_are_mutated() {
    for seed in SEEDS {
        assert!(!signature(seed).id.to_string().is_empty());
    }
}
