//! Why a frame can't be parsed.

/// What is wrong with a frame, or what limit it exceeds.
///
/// Malformed headers are those which a receiver refuses too. A [limit](ParseError::is_limit) is weir's own: a receiver
/// might well read on where the parser stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[repr(u8)]
pub enum ParseError {
    /// Shorter than an Ethernet header.
    #[error("the frame ends within its Ethernet header")]
    EthernetTruncated,
    /// IEEE 802.1Q §9.6.
    #[error("the frame ends within a VLAN tag")]
    VlanTruncated,
    /// More than [`MAX_VLAN_TAGS`](super::MAX_VLAN_TAGS).
    #[error("more than {} VLAN tags", super::MAX_VLAN_TAGS)]
    TooManyVlanTags,
    /// RFC 3032 §2.1.
    #[error("the frame ends within its MPLS label stack")]
    MplsTruncated,
    /// More than [`MAX_MPLS_LABELS`](super::MAX_MPLS_LABELS).
    #[error("more than {} MPLS labels", super::MAX_MPLS_LABELS)]
    TooManyMplsLabels,
    /// RFC 2516 §4.
    #[error("the length of the PPPoE header goes beyond the frame")]
    PppoeTruncated,
    /// Less than 20 bytes.
    #[error("the frame ends within the IPv4 header")]
    Ipv4Truncated,
    /// RFC 791 §3.1: at least 5 words, and no longer than the packet.
    #[error("the header length of IPv4 is less than 20 bytes or more than the packet")]
    Ipv4HeaderLength,
    /// RFC 791 §3.1.
    #[error("the total length of IPv4 goes beyond the frame")]
    Ipv4TotalLength,
    /// Less than 40 bytes.
    #[error("the frame ends within the IPv6 header")]
    Ipv6Truncated,
    /// RFC 8200 §3.
    #[error("the payload length of IPv6 goes beyond the frame")]
    Ipv6PayloadLength,
    /// RFC 2675.
    #[error("a jumbogram")]
    Jumbogram,
    /// The version field contradicts what carries the packet.
    #[error("the IP version contradicts the header before it")]
    IpVersion,
    /// RFC 8200 §4, RFC 4302 §2.
    #[error("the packet ends within an extension header")]
    ExtensionTruncated,
    /// More than [`MAX_EXTENSION_HEADERS`](super::MAX_EXTENSION_HEADERS).
    #[error("more than {} extension headers", super::MAX_EXTENSION_HEADERS)]
    TooManyExtensions,
    /// Less than 20 bytes.
    #[error("the packet ends within the TCP header")]
    TcpTruncated,
    /// RFC 9293 §3.1: at least 5 words, and no longer than the segment.
    #[error("the data offset of TCP is less than 20 bytes or more than the segment")]
    TcpDataOffset,
    /// Less than 8 bytes.
    #[error("the packet ends within the UDP header")]
    UdpTruncated,
    /// RFC 768: at least 8, and no longer than the packet.
    #[error("the length of UDP is less than 8 bytes or more than the packet")]
    UdpLength,
    /// RFC 792, RFC 4443 §2.1.
    #[error("the packet ends within the ICMP header")]
    IcmpTruncated,
    /// RFC 9260 §3.1.
    #[error("the packet ends within the SCTP common header")]
    SctpTruncated,
    /// RFC 7348 §5.
    #[error("the datagram ends within the VXLAN header")]
    VxlanTruncated,
    /// RFC 8926 §3.4.
    #[error("the datagram ends within the Geneve header or its options")]
    GeneveTruncated,
    /// RFC 2784 §2, RFC 2890 §2.
    #[error("the packet ends within the GRE header")]
    GreTruncated,
    /// The source routes of RFC 1701, which RFC 2784 §2.3 did away with.
    #[error("GRE with source routing")]
    GreRouting,
    /// 3GPP TS 29.281 §5.
    #[error("the datagram ends within the GTP-U header or its extensions")]
    GtpTruncated,
    /// More than [`MAX_GTP_EXTENSIONS`](super::MAX_GTP_EXTENSIONS).
    #[error("more than {} GTP-U extension headers", super::MAX_GTP_EXTENSIONS)]
    TooManyGtpExtensions,
    /// A header starts beyond the 64 KiB that a packet's offsets can name.
    #[error("a header starts more than 65535 bytes into the frame")]
    OffsetTooLarge,
}

impl ParseError {
    /// The name in events and statistics.
    pub const fn name(self) -> &'static str {
        match self {
            ParseError::EthernetTruncated => "ethernet-truncated",
            ParseError::VlanTruncated => "vlan-truncated",
            ParseError::TooManyVlanTags => "vlan-too-many-tags",
            ParseError::MplsTruncated => "mpls-truncated",
            ParseError::TooManyMplsLabels => "mpls-too-many-labels",
            ParseError::PppoeTruncated => "pppoe-truncated",
            ParseError::Ipv4Truncated => "ipv4-truncated",
            ParseError::Ipv4HeaderLength => "ipv4-header-length",
            ParseError::Ipv4TotalLength => "ipv4-total-length",
            ParseError::Ipv6Truncated => "ipv6-truncated",
            ParseError::Ipv6PayloadLength => "ipv6-payload-length",
            ParseError::Jumbogram => "ipv6-jumbogram",
            ParseError::IpVersion => "ip-version",
            ParseError::ExtensionTruncated => "extension-truncated",
            ParseError::TooManyExtensions => "extension-too-many",
            ParseError::TcpTruncated => "tcp-truncated",
            ParseError::TcpDataOffset => "tcp-data-offset",
            ParseError::UdpTruncated => "udp-truncated",
            ParseError::UdpLength => "udp-length",
            ParseError::IcmpTruncated => "icmp-truncated",
            ParseError::SctpTruncated => "sctp-truncated",
            ParseError::VxlanTruncated => "vxlan-truncated",
            ParseError::GeneveTruncated => "geneve-truncated",
            ParseError::GreTruncated => "gre-truncated",
            ParseError::GreRouting => "gre-routing",
            ParseError::GtpTruncated => "gtp-truncated",
            ParseError::TooManyGtpExtensions => "gtp-too-many-extensions",
            ParseError::OffsetTooLarge => "offset-too-large",
        }
    }

    /// Whether this is a limit of the parser's, and a receiver might read on.
    ///
    /// What exceeds a limit is never taken for harmless, however deep in tunnels it lies: see [`parse`](super::parse()).
    pub const fn is_limit(self) -> bool {
        matches!(
            self,
            ParseError::TooManyVlanTags
                | ParseError::TooManyMplsLabels
                | ParseError::TooManyExtensions
                | ParseError::GreRouting
                | ParseError::TooManyGtpExtensions
                | ParseError::OffsetTooLarge
        )
    }
}
