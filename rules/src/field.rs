//! The fields: the one waist between decoders and rules.
//!
//! A decoder turns bytes from the wire into chunks of named fields; a rule asks for a field by its name (a *sticky
//! buffer*) and knows nothing of the protocol it came from. This table is all that the two sides share, so adding a
//! field is adding a line here: its names, whether it is a stream, which way it is sent, and whether a transaction has
//! several of it.

use std::collections::HashMap;
use std::sync::LazyLock;

/// How the chunks of a field hang together, and so how they are scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Continuity {
    /// Chunks of one flow and direction continue each other: a match may span any number of them.
    Streaming,
    /// Every chunk is complete in itself.
    Block,
}

/// Which half of an exchange carries a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Only what the client sends.
    Request,
    /// Only what the server sends.
    Response,
    /// Both.
    Either,
}

/// How many values of a field one transaction has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Count {
    /// One at most: all that a rule says of the field is about the same value.
    One,
    /// Any number; each time a rule names the field it may be about another value.
    Each,
}

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $name:literal [$($alias:literal),*], $continuity:ident, $side:ident,
        $count:ident;)*) => {
        /// A place in the traffic that a rule can look at.
        ///
        /// The discriminant is dense and starts at zero, so tables are arrays indexed by [`FieldId::index`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum FieldId {
            $($(#[$doc])* $variant,)*
        }

        impl FieldId {
            /// Every field, in the order of its index.
            pub const ALL: [FieldId; [$($name),*].len()] = [$(FieldId::$variant,)*];

            /// The name by which rules, events and diagnostics call this field.
            pub const fn name(self) -> &'static str {
                match self {
                    $(FieldId::$variant => $name,)*
                }
            }

            /// Whether a match in this field may span chunks.
            pub const fn continuity(self) -> Continuity {
                match self {
                    $(FieldId::$variant => Continuity::$continuity,)*
                }
            }

            /// Other names by which rules call it, most of them those of older rules.
            pub const fn aliases(self) -> &'static [&'static str] {
                match self {
                    $(FieldId::$variant => &[$($alias),*],)*
                }
            }

            /// Which way it is sent.
            pub const fn side(self) -> Side {
                match self {
                    $(FieldId::$variant => Side::$side,)*
                }
            }

            /// How many values of it there are.
            pub const fn count(self) -> Count {
                match self {
                    $(FieldId::$variant => Count::$count,)*
                }
            }
        }
    };
}

fields! {
    /// The bytes of one direction of a TCP connection, joined in sequence order (RFC 9293 §3.4).
    TcpStream = "tcp.stream" [], Streaming, Either, One;
    /// The payload of one UDP datagram (RFC 768).
    UdpPayload = "udp.payload" [], Block, Either, One;
    /// What follows the header of any other transport, or the whole IP payload where the transport is not
    /// decoded.
    PacketPayload = "packet.payload" [], Block, Either, One;
    /// The method of a request (RFC 9110 §9).
    HttpMethod = "http.method" [], Block, Request, One;
    /// The target of a request, percent-decoded and normalised.
    HttpUri = "http.uri" [], Block, Request, One;
    /// The target of a request as it was sent.
    HttpUriRaw = "http.uri.raw" [], Block, Request, One;
    /// The version in the first line of a request or response (`HTTP/1.1`).
    HttpProtocol = "http.protocol" ["http_protocol"], Block, Either, One;
    /// The first line of a request, without its end.
    HttpRequestLine = "http.request_line" ["http_request_line"], Block, Request, One;
    /// The host that a request is for, lower case, without port.
    HttpHost = "http.host" [], Block, Request, One;
    /// The host that a request is for as it was sent.
    HttpHostRaw = "http.host.raw" [], Block, Request, One;
    /// The value of `User-Agent`.
    HttpUserAgent = "http.user_agent" [], Block, Request, One;
    /// The value of `Referer`.
    HttpReferer = "http.referer" ["http_referer"], Block, Request, One;
    /// The value of `Accept`.
    HttpAccept = "http.accept" ["http_accept"], Block, Request, One;
    /// The value of `Accept-Encoding`.
    HttpAcceptEncoding = "http.accept_enc" ["http_accept_enc"], Block, Request, One;
    /// The value of `Accept-Language`.
    HttpAcceptLanguage = "http.accept_lang" ["http_accept_lang"], Block, Request, One;
    /// The value of `Connection`.
    HttpConnection = "http.connection" ["http_connection"], Block, Either, One;
    /// The value of `Content-Type`.
    HttpContentType = "http.content_type" ["http_content_type"], Block, Either, One;
    /// The value of `Content-Length`.
    HttpContentLength = "http.content_len" ["http_content_len"], Block, Either, One;
    /// The values of `Cookie` or `Set-Cookie`.
    HttpCookie = "http.cookie" [], Block, Either, One;
    /// The value of `Server`.
    HttpServer = "http.server" [], Block, Response, One;
    /// The value of `Location`.
    HttpLocation = "http.location" [], Block, Response, One;
    /// First line and headers, as they were sent.
    HttpStart = "http.start" ["http_start"], Block, Either, One;
    /// Headers in normal form: `Name: value\r\n`, without cookies.
    HttpHeader = "http.header" [], Block, Either, One;
    /// Headers as they were sent.
    HttpHeaderRaw = "http.header.raw" [], Block, Either, One;
    /// Names of headers: `\r\nHost\r\nAccept\r\n\r\n`.
    HttpHeaderNames = "http.header_names" ["http_header_names"], Block, Either, One;
    /// One header of a request: `Name: value`.
    HttpRequestHeader = "http.request_header" ["http_request_header"], Block, Request, Each;
    /// One header of a response: `Name: value`.
    HttpResponseHeader = "http.response_header" ["http_response_header"], Block, Response, Each;
    /// The body of a request, with transfer and content codings undone.
    HttpRequestBody = "http.request_body" [], Streaming, Request, One;
    /// The body of a response, with transfer and content codings undone.
    HttpResponseBody = "http.response_body" ["http.server_body"], Streaming, Response, One;
    /// The status code of a response (RFC 9110 §15).
    HttpStatusCode = "http.stat_code" [], Block, Response, One;
    /// The reason phrase of a response.
    HttpStatusMessage = "http.stat_msg" [], Block, Response, One;
    /// The first line of a response, without its end.
    HttpResponseLine = "http.response_line" ["http_response_line"], Block, Response, One;
    /// One header of HTTP/2: `name: value`.
    Http2Header = "http2.header" [], Block, Either, Each;
    /// The name of a header of HTTP/2.
    Http2HeaderName = "http2.header_name" [], Block, Either, Each;
    /// The payload of a WebSocket frame, or of a message in several of them; unmasked and inflated.
    WebsocketPayload = "websocket.payload" [], Streaming, Either, Each;
    /// The method of a SIP request (RFC 3261 §7.1).
    SipMethod = "sip.method" [], Block, Request, One;
    /// Whom a SIP request is for.
    SipUri = "sip.uri" [], Block, Request, One;
    /// The first line of a SIP request, without its end.
    SipRequestLine = "sip.request_line" [], Block, Request, One;
    /// The version in the first line of a SIP message.
    SipProtocol = "sip.protocol" [], Block, Either, One;
    /// The status code of a SIP response (RFC 3261 §7.2).
    SipStatusCode = "sip.stat_code" [], Block, Response, One;
    /// The reason phrase of a SIP response.
    SipStatusMessage = "sip.stat_msg" [], Block, Response, One;
    /// The first line of a SIP response, without its end.
    SipResponseLine = "sip.response_line" [], Block, Response, One;
    /// Who a SIP message is from.
    SipFrom = "sip.from" [], Block, Either, Each;
    /// Who a SIP message is for.
    SipTo = "sip.to" [], Block, Either, Each;
    /// The way that a SIP message took.
    SipVia = "sip.via" [], Block, Either, Each;
    /// What made a SIP message.
    SipUserAgent = "sip.user_agent" ["sip.ua"], Block, Either, Each;
    /// What the body of a SIP message is.
    SipContentType = "sip.content_type" [], Block, Either, Each;
    /// How long the body of a SIP message is.
    SipContentLength = "sip.content_length" [], Block, Either, Each;
    /// What the body of a SIP message is for.
    SipContentDisposition = "sip.content_disposition" [], Block, Either, Each;
    /// The methods that the sender of a SIP message knows.
    SipAllow = "sip.allow" [], Block, Either, Each;
    /// The contents of a file in transfer.
    FileData = "file.data" ["file_data"], Streaming, Either, One;
    /// The name of a file in transfer.
    FileName = "file.name" [], Block, Either, Each;
    /// What the first bytes of a file say that it is.
    FileMagic = "file.magic" [], Block, Either, Each;
    /// A name that is asked for (RFC 1035 §4.1.2).
    DnsQuery = "dns.query" ["dns_query"], Block, Request, Each;
    /// A name in the question section.
    DnsQueryName = "dns.query.name" ["dns.queries.rrname"], Block, Either, Each;
    /// A name in the answer section.
    DnsAnswerName = "dns.answer.name" ["dns.answers.rrname"], Block, Either, Each;
    /// A name in the authority section.
    DnsAuthorityName = "dns.authorities.name" ["dns.authorities.rrname"], Block, Either, Each;
    /// A name in the additional section.
    DnsAdditionalName = "dns.additionals.name" ["dns.additionals.rrname"], Block, Either, Each;
    /// A name in the data of an answer.
    DnsResponseData = "dns.response.rrname" [], Block, Either, Each;
    /// The server name of a TLS ClientHello (RFC 6066 §3).
    TlsSni = "tls.sni" ["tls_sni"], Block, Request, One;
    /// A protocol that ALPN offers (RFC 7301).
    TlsAlpn = "tls.alpn" [], Block, Either, Each;
    /// The 32 bytes of a hello's random (RFC 8446 §4.1.2).
    TlsRandom = "tls.random" [], Block, Either, One;
    /// The first 4 bytes of a hello's random.
    TlsRandomTime = "tls.random_time" [], Block, Either, One;
    /// The last 28 bytes of a hello's random.
    TlsRandomBytes = "tls.random_bytes" [], Block, Either, One;
    /// A certificate of the chain, DER (RFC 5280).
    TlsCerts = "tls.certs" [], Block, Either, Each;
    /// The subject of the peer's certificate.
    TlsCertSubject = "tls.cert_subject" ["tls_cert_subject"], Block, Either, One;
    /// The issuer of the peer's certificate.
    TlsCertIssuer = "tls.cert_issuer" ["tls_cert_issuer"], Block, Either, One;
    /// The serial number of the peer's certificate: `5C:19:B7`.
    TlsCertSerial = "tls.cert_serial" ["tls_cert_serial"], Block, Either, One;
    /// The SHA-1 of the peer's certificate: `ab:cd:…`.
    TlsCertFingerprint = "tls.cert_fingerprint" ["tls_cert_fingerprint"], Block, Either, One;
    /// A name in the subject alternative names of the peer's certificate.
    TlsSubjectAltName = "tls.subjectaltname" [], Block, Either, Each;
    /// The MD5 of a ClientHello's JA3 string.
    Ja3Hash = "ja3.hash" ["ja3_hash"], Block, Request, One;
    /// A ClientHello's JA3 string.
    Ja3String = "ja3.string" ["ja3_string"], Block, Request, One;
    /// The MD5 of a ServerHello's JA3S string.
    Ja3sHash = "ja3s.hash" [], Block, Response, One;
    /// A ServerHello's JA3S string.
    Ja3sString = "ja3s.string" [], Block, Response, One;
    /// A ClientHello's JA4 fingerprint (FoxIO).
    Ja4Hash = "ja4.hash" ["ja4_hash"], Block, Request, One;
    /// Whose API a model is asked through.
    LlmProvider = "llm.provider" [], Block, Either, One;
    /// The model that is asked.
    LlmModel = "llm.model" [], Block, Either, One;
    /// What a model is asked for, as its API calls it (`chat.completions`).
    LlmOperation = "llm.operation" [], Block, Either, One;
    /// Who says something in a conversation, as its API calls him (`user`).
    LlmRole = "llm.role" [], Block, Either, Each;
    /// Instructions of the system or the developer to a model.
    LlmSystem = "llm.system" [], Streaming, Either, Each;
    /// What a user says to a model, one message each.
    LlmPrompt = "llm.prompt" [], Streaming, Either, Each;
    /// What a model answers, one choice or message each.
    LlmCompletion = "llm.completion" [], Streaming, Either, Each;
    /// What a model says to itself.
    LlmReasoning = "llm.reasoning" [], Streaming, Either, Each;
    /// Why a model ends its answer (`stop`).
    LlmFinishReason = "llm.finish_reason" [], Block, Either, Each;
    /// A tool that a model may call.
    LlmToolOffered = "llm.tool_offered" [], Block, Either, Each;
    /// What a tool is said to do.
    LlmToolDescription = "llm.tool_description" [], Streaming, Either, Each;
    /// A tool that a model calls.
    LlmToolName = "llm.tool_name" [], Block, Either, Each;
    /// What a model calls a tool with, JSON with its escapes undone.
    LlmToolArguments = "llm.tool_args" [], Streaming, Either, Each;
    /// What a tool gave back, as a model is told.
    LlmToolResult = "llm.tool_result" [], Streaming, Either, Each;
    /// Documents that were retrieved for a prompt.
    LlmRetrieved = "llm.retrieved" [], Streaming, Either, Each;
    /// What is written into a store of vectors, to be retrieved later.
    LlmStored = "llm.stored" [], Streaming, Either, Each;
    /// The method of a Model Context Protocol message.
    McpMethod = "mcp.method" [], Block, Either, Each;
    /// Who calls a server, as it calls itself.
    McpClient = "mcp.client" [], Block, Either, Each;
    /// Which server answers, as it calls itself.
    McpServer = "mcp.server" [], Block, Either, Each;
    /// What a server tells the model about itself.
    McpInstructions = "mcp.instructions" [], Streaming, Either, Each;
    /// A tool that is offered.
    McpToolOffered = "mcp.tool_offered" [], Block, Either, Each;
    /// What a server says of a tool and of its parameters, of a prompt or of a resource.
    McpToolDescription = "mcp.tool_description" [], Streaming, Either, Each;
    /// The tool that is called.
    McpTool = "mcp.tool" [], Block, Either, Each;
    /// The prompt that is asked for.
    McpPrompt = "mcp.prompt" [], Block, Either, Each;
    /// What a tool or prompt is asked for with, JSON with its escapes undone.
    McpArguments = "mcp.args" [], Streaming, Either, Each;
    /// What a request gave back: of a tool, a prompt or a resource, of the client's model or user.
    McpResult = "mcp.result" [], Streaming, Either, Each;
    /// A resource that is read, listed or linked, or a root.
    McpResource = "mcp.resource" [], Block, Either, Each;
    /// What a server wants put to the client's model.
    McpSampling = "mcp.sampling" [], Streaming, Either, Each;
    /// What a server asks the client's user.
    McpElicitation = "mcp.elicitation" [], Streaming, Either, Each;
    /// What a server says went wrong.
    McpError = "mcp.error" [], Streaming, Either, Each;
    /// The method of an Agent2Agent message.
    A2aMethod = "a2a.method" [], Block, Either, Each;
    /// The name of an agent, by its card.
    A2aAgent = "a2a.agent" [], Block, Either, Each;
    /// Where an agent is reached, by its card.
    A2aUrl = "a2a.url" [], Block, Either, Each;
    /// What an agent card says of the agent and of its skills.
    A2aDescription = "a2a.description" [], Streaming, Either, Each;
    /// A skill of an agent card, by id and by name.
    A2aSkill = "a2a.skill" [], Block, Either, Each;
    /// The text of a message between agents.
    A2aMessage = "a2a.message" [], Streaming, Either, Each;
    /// What an agent hands over, one artifact each.
    A2aArtifact = "a2a.artifact" [], Streaming, Either, Each;
    /// How far a task is.
    A2aTaskState = "a2a.task_state" [], Block, Either, Each;
    /// Where news of a task are sent.
    A2aPushUrl = "a2a.push_url" [], Block, Either, Each;
    /// The service of a gRPC call.
    GrpcService = "grpc.service" [], Block, Either, One;
    /// The method of a gRPC call.
    GrpcMethod = "grpc.method" [], Block, Either, One;
    /// A message of a gRPC call, decompressed.
    GrpcMessage = "grpc.message" [], Streaming, Either, Each;
    /// A format of a model file, by its contents: that of the archive, and those of what is in it.
    ModelFileFormat = "model_file.format" [], Block, Either, Each;
    /// An opcode of a pickle.
    ModelFileOpcode = "model_file.opcode" [], Block, Either, Each;
    /// A global that a pickle imports: `module name`.
    ModelFileImport = "model_file.import" [], Block, Either, Each;
    /// Something of the metadata of a model file: `key value`.
    ModelFileMetadata = "model_file.metadata" [], Block, Either, Each;
    /// The text of a statement that PostgreSQL is asked (documentation, "Message Formats": Query and Parse).
    PostgresQuery = "postgres.query" ["pgsql.query"], Streaming, Request, Each;
    /// Who asks PostgreSQL.
    PostgresUser = "postgres.user" [], Block, Request, One;
    /// The database of PostgreSQL that is asked.
    PostgresDatabase = "postgres.database" [], Block, Request, One;
    /// The code of an error of PostgreSQL (`42P01`; documentation, appendix "Error Codes").
    PostgresSqlState = "postgres.sqlstate" [], Block, Response, Each;
    /// The command that Redis is given, as it was sent.
    RedisCommand = "redis.command" [], Block, Request, One;
    /// A word behind the command that Redis is given.
    RedisArguments = "redis.args" [], Streaming, Request, Each;
    /// The qualified name of the NVMe subsystem that is connected to (NVMe over Fabrics 1.1 §3.3).
    NvmeSubsystem = "nvme.subnqn" [], Block, Request, One;
    /// The qualified name of the host that connects to an NVMe subsystem.
    NvmeHost = "nvme.hostnqn" [], Block, Request, One;
    /// The identifier of the host that connects to an NVMe subsystem, 16 bytes.
    NvmeHostId = "nvme.hostid" [], Block, Request, One;
    /// What applications tell each other when an RDMA connection is made or ends (InfiniBand Architecture §12.6).
    RdmaCmPrivateData = "rdma.cm.private_data" [], Block, Either, One;
    /// The name of the identity that opened the flow.
    IdentitySource = "identity.src" [], Block, Either, One;
    /// The name of the identity that the flow is to.
    IdentityDestination = "identity.dst" [], Block, Either, One;
}

impl FieldId {
    /// The position of this field in tables that are indexed by field.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The field of this name or alias.
    pub fn named(name: &str) -> Option<FieldId> {
        static NAMES: LazyLock<HashMap<&'static str, FieldId>> = LazyLock::new(|| {
            FieldId::ALL
                .into_iter()
                .flat_map(|field| {
                    field.aliases().iter().copied().chain([field.name()]).map(move |n| (n, field))
                })
                .collect()
        });
        NAMES.get(name).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_is_the_position_in_all_and_names_are_unique() {
        for (position, field) in FieldId::ALL.into_iter().enumerate() {
            assert_eq!(field.index(), position, "{}", field.name());
            for name in field.aliases().iter().chain([&field.name()]) {
                assert_eq!(FieldId::named(name), Some(field), "{name}");
            }
        }
    }
}
