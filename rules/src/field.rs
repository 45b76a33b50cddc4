//! The fields: the one waist between decoders and rules.
//!
//! A decoder turns bytes from the wire into chunks of named fields; a rule asks for a field by its name (a *sticky
//! buffer*) and knows nothing of the protocol it came from. This table is all that the two sides share, so adding a
//! field is adding a line here.

/// How the chunks of a field hang together, and so how they are scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Continuity {
    /// Chunks of one flow and direction continue each other: a match may span any number of them.
    Streaming,
    /// Every chunk is complete in itself.
    Block,
}

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $continuity:ident;)*) => {
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
        }
    };
}

fields! {
    /// The bytes of one direction of a TCP connection, joined in sequence order (RFC 9293 §3.4).
    TcpStream = "tcp.stream", Streaming;
    /// The payload of one UDP datagram (RFC 768).
    UdpPayload = "udp.payload", Block;
    /// What follows the header of any other transport, or the whole IP payload where the transport is not
    /// decoded.
    PacketPayload = "packet.payload", Block;
    /// The method of a request (RFC 9110 §9).
    HttpMethod = "http.method", Block;
    /// The target of a request, percent-decoded and normalised.
    HttpUri = "http.uri", Block;
    /// The target of a request as it was sent.
    HttpUriRaw = "http.uri.raw", Block;
    /// The version in the first line of a request or response (`HTTP/1.1`).
    HttpProtocol = "http.protocol", Block;
    /// The first line of a request, without its end.
    HttpRequestLine = "http.request_line", Block;
    /// The host that a request is for, lower case, without port.
    HttpHost = "http.host", Block;
    /// The host that a request is for as it was sent.
    HttpHostRaw = "http.host.raw", Block;
    /// The value of `User-Agent`.
    HttpUserAgent = "http.user_agent", Block;
    /// The value of `Referer`.
    HttpReferer = "http.referer", Block;
    /// The value of `Accept`.
    HttpAccept = "http.accept", Block;
    /// The value of `Accept-Encoding`.
    HttpAcceptEncoding = "http.accept_enc", Block;
    /// The value of `Accept-Language`.
    HttpAcceptLanguage = "http.accept_lang", Block;
    /// The value of `Connection`.
    HttpConnection = "http.connection", Block;
    /// The value of `Content-Type`.
    HttpContentType = "http.content_type", Block;
    /// The value of `Content-Length`.
    HttpContentLength = "http.content_len", Block;
    /// The values of `Cookie` or `Set-Cookie`.
    HttpCookie = "http.cookie", Block;
    /// The value of `Server`.
    HttpServer = "http.server", Block;
    /// The value of `Location`.
    HttpLocation = "http.location", Block;
    /// First line and headers, as they were sent.
    HttpStart = "http.start", Block;
    /// Headers in normal form: `Name: value\r\n`, without cookies.
    HttpHeader = "http.header", Block;
    /// Headers as they were sent.
    HttpHeaderRaw = "http.header.raw", Block;
    /// Names of headers: `\r\nHost\r\nAccept\r\n\r\n`.
    HttpHeaderNames = "http.header_names", Block;
    /// One header of a request: `Name: value`.
    HttpRequestHeader = "http.request_header", Block;
    /// One header of a response: `Name: value`.
    HttpResponseHeader = "http.response_header", Block;
    /// The body of a request, with transfer and content codings undone.
    HttpRequestBody = "http.request_body", Streaming;
    /// The body of a response, with transfer and content codings undone.
    HttpResponseBody = "http.response_body", Streaming;
    /// The status code of a response (RFC 9110 §15).
    HttpStatusCode = "http.stat_code", Block;
    /// The reason phrase of a response.
    HttpStatusMessage = "http.stat_msg", Block;
    /// The first line of a response, without its end.
    HttpResponseLine = "http.response_line", Block;
    /// The contents of a file in transfer.
    FileData = "file.data", Streaming;
    /// The name of a file in transfer.
    FileName = "file.name", Block;
    /// What the first bytes of a file say that it is.
    FileMagic = "file.magic", Block;
    /// A name that is asked for (RFC 1035 §4.1.2).
    DnsQuery = "dns.query", Block;
    /// A name in the question section.
    DnsQueryName = "dns.query.name", Block;
    /// A name in the answer section.
    DnsAnswerName = "dns.answer.name", Block;
    /// A name in the authority section.
    DnsAuthorityName = "dns.authorities.name", Block;
    /// A name in the additional section.
    DnsAdditionalName = "dns.additionals.name", Block;
    /// A name in the data of an answer.
    DnsResponseData = "dns.response.rrname", Block;
    /// The server name of a TLS ClientHello (RFC 6066 §3).
    TlsSni = "tls.sni", Block;
    /// A protocol that ALPN offers (RFC 7301).
    TlsAlpn = "tls.alpn", Block;
    /// The 32 bytes of a hello's random (RFC 8446 §4.1.2).
    TlsRandom = "tls.random", Block;
    /// The first 4 bytes of a hello's random.
    TlsRandomTime = "tls.random_time", Block;
    /// The last 28 bytes of a hello's random.
    TlsRandomBytes = "tls.random_bytes", Block;
    /// A certificate of the chain, DER (RFC 5280).
    TlsCerts = "tls.certs", Block;
    /// The subject of the peer's certificate.
    TlsCertSubject = "tls.cert_subject", Block;
    /// The issuer of the peer's certificate.
    TlsCertIssuer = "tls.cert_issuer", Block;
    /// The serial number of the peer's certificate: `5C:19:B7`.
    TlsCertSerial = "tls.cert_serial", Block;
    /// The SHA-1 of the peer's certificate: `ab:cd:…`.
    TlsCertFingerprint = "tls.cert_fingerprint", Block;
    /// A name in the subject alternative names of the peer's certificate.
    TlsSubjectAltName = "tls.subjectaltname", Block;
    /// The MD5 of a ClientHello's JA3 string.
    Ja3Hash = "ja3.hash", Block;
    /// A ClientHello's JA3 string.
    Ja3String = "ja3.string", Block;
    /// The MD5 of a ServerHello's JA3S string.
    Ja3sHash = "ja3s.hash", Block;
    /// A ServerHello's JA3S string.
    Ja3sString = "ja3s.string", Block;
    /// A ClientHello's JA4 fingerprint (FoxIO).
    Ja4Hash = "ja4.hash", Block;
    /// Whose API a model is asked through.
    LlmProvider = "llm.provider", Block;
    /// The model that is asked.
    LlmModel = "llm.model", Block;
    /// Instructions of the system or the developer to a model.
    LlmSystem = "llm.system", Streaming;
    /// What a user says to a model.
    LlmPrompt = "llm.prompt", Streaming;
    /// What a model answers.
    LlmCompletion = "llm.completion", Streaming;
    /// What a model says to itself.
    LlmReasoning = "llm.reasoning", Streaming;
    /// A tool that a model calls.
    LlmToolName = "llm.tool_name", Block;
    /// What a model calls a tool with.
    LlmToolArguments = "llm.tool_args", Streaming;
    /// What a tool gave back, as a model is told.
    LlmToolResult = "llm.tool_result", Streaming;
    /// Documents that were retrieved for a prompt.
    LlmRetrieved = "llm.retrieved", Streaming;
    /// The method of a Model Context Protocol message.
    McpMethod = "mcp.method", Block;
    /// The tool that is called.
    McpTool = "mcp.tool", Block;
    /// What a server says of a tool.
    McpToolDescription = "mcp.tool_description", Streaming;
    /// What a tool is called with.
    McpArguments = "mcp.args", Streaming;
    /// What a tool gave back.
    McpResult = "mcp.result", Streaming;
    /// The resource that is read.
    McpResource = "mcp.resource", Block;
    /// The method of an Agent2Agent message.
    A2aMethod = "a2a.method", Block;
    /// A skill of an agent card.
    A2aSkill = "a2a.skill", Block;
    /// The text of a message between agents.
    A2aMessage = "a2a.message", Streaming;
    /// The service of a gRPC call.
    GrpcService = "grpc.service", Block;
    /// The method of a gRPC call.
    GrpcMethod = "grpc.method", Block;
    /// A message of a gRPC call, decompressed.
    GrpcMessage = "grpc.message", Streaming;
    /// The format of a model file, by its contents.
    ModelFileFormat = "model_file.format", Block;
    /// An opcode of a pickle.
    ModelFileOpcode = "model_file.opcode", Block;
    /// A global that a pickle imports: `module name`.
    ModelFileImport = "model_file.import", Block;
    /// The name of the identity that opened the flow.
    IdentitySource = "identity.src", Block;
    /// The name of the identity that the flow is to.
    IdentityDestination = "identity.dst", Block;
}

impl FieldId {
    /// The position of this field in tables that are indexed by field.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The field of this name.
    pub fn named(name: &str) -> Option<FieldId> {
        FieldId::ALL.into_iter().find(|field| field.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_is_the_position_in_all_and_names_are_unique() {
        for (position, field) in FieldId::ALL.into_iter().enumerate() {
            assert_eq!(field.index(), position, "{}", field.name());
            assert_eq!(FieldId::named(field.name()), Some(field));
        }
    }
}
