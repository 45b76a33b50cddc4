//! The numbers that rules ask for: of packets, flows, transactions and files. What [`field`](crate::field) is for bytes,
//! this table is for integers, so adding a number is adding a line here.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a number belongs to, and so when it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// A packet: its headers say it.
    Packet,
    /// A flow, up to and with the packet.
    Flow,
    /// A transaction of an application protocol, or a file in it.
    Transaction,
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $variant:ident = $name:literal [$($alias:literal),*], $level:ident, $max:expr;)*) => {
        /// A number that a rule can ask for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum NumberId {
            $($(#[$doc])* $variant,)*
        }

        impl NumberId {
            /// Every number, in the order of its index.
            pub const ALL: [NumberId; [$($name),*].len()] = [$(NumberId::$variant,)*];

            /// The name by which rules and diagnostics call it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(NumberId::$variant => $name,)*
                }
            }

            /// Other names by which rules call it.
            pub const fn aliases(self) -> &'static [&'static str] {
                match self {
                    $(NumberId::$variant => &[$($alias),*],)*
                }
            }

            /// What it belongs to.
            pub const fn level(self) -> Level {
                match self {
                    $(NumberId::$variant => Level::$level,)*
                }
            }

            /// The greatest value it can have.
            pub const fn max(self) -> u64 {
                match self {
                    $(NumberId::$variant => $max as u64,)*
                }
            }
        }
    };
}

numbers! {
    /// The IP header's time to live, or hop limit (RFC 791 §3.1, RFC 8200 §3).
    Ttl = "ttl" [], Packet, u8::MAX;
    /// The identification of an IPv4 header (RFC 791 §3.1).
    IpId = "id" [], Packet, u16::MAX;
    /// The type of service, or traffic class, of an IP header (RFC 2474).
    TypeOfService = "tos" [], Packet, u8::MAX;
    /// IANA's number of the protocol in an IP packet.
    IpProtocol = "ip_proto" [], Packet, u8::MAX;
    /// The offset of a fragment, in units of 8 bytes (RFC 791 §3.1).
    FragmentOffset = "fragoffset" [], Packet, 0x1fff;
    /// Bytes of the payload of a packet.
    PayloadSize = "dsize" [], Packet, u16::MAX;
    /// The TCP sequence number (RFC 9293 §3.1).
    TcpSequence = "tcp.seq" ["seq"], Packet, u32::MAX;
    /// The TCP acknowledgment number (RFC 9293 §3.1).
    TcpAcknowledgment = "tcp.ack" ["ack"], Packet, u32::MAX;
    /// The TCP window as it is sent (RFC 9293 §3.1).
    TcpWindow = "tcp.window" ["window"], Packet, u16::MAX;
    /// The TCP maximum segment size option (RFC 9293 §3.7.1).
    TcpMss = "tcp.mss" [], Packet, u16::MAX;
    /// The TCP window scale option (RFC 7323 §2).
    TcpWindowScale = "tcp.wscale" [], Packet, u8::MAX;
    /// The type of an ICMP message.
    IcmpType = "itype" [], Packet, u8::MAX;
    /// The code of an ICMP message.
    IcmpCode = "icode" [], Packet, u8::MAX;
    /// The identifier of an ICMP echo.
    IcmpId = "icmp_id" [], Packet, u16::MAX;
    /// The sequence number of an ICMP echo.
    IcmpSequence = "icmp_seq" [], Packet, u16::MAX;
    /// The MTU of an ICMPv6 Packet Too Big message (RFC 4443 §3.2).
    Icmp6Mtu = "icmpv6.mtu" [], Packet, u32::MAX;
    /// The type of an IGMP message.
    IgmpType = "igmp.type" [], Packet, u8::MAX;
    /// The number of a VLAN tag (IEEE 802.1Q).
    VlanId = "vlan.id" [], Packet, 4095;
    /// How many VLAN tags a packet has.
    VlanLayers = "vlan.layers" [], Packet, u8::MAX;
    /// Seconds since the flow began.
    FlowAge = "flow.age" [], Flow, u32::MAX;
    /// Packets from the client.
    FlowPacketsToServer = "flow.pkts_toserver" [], Flow, u32::MAX;
    /// Packets from the server.
    FlowPacketsToClient = "flow.pkts_toclient" [], Flow, u32::MAX;
    /// Packets from either end: it is enough that one of the two numbers is right.
    FlowPackets = "flow.pkts" [], Flow, u32::MAX;
    /// Bytes from the client.
    FlowBytesToServer = "flow.bytes_toserver" [], Flow, u64::MAX;
    /// Bytes from the server.
    FlowBytesToClient = "flow.bytes_toclient" [], Flow, u64::MAX;
    /// Bytes from either end: it is enough that one of the two numbers is right.
    FlowBytes = "flow.bytes" [], Flow, u64::MAX;
    /// The operation of a DNS message (RFC 1035 §4.1.1).
    DnsOpcode = "dns.opcode" [], Transaction, 15;
    /// The response code of a DNS message (RFC 1035 §4.1.1).
    DnsRcode = "dns.rcode" [], Transaction, u16::MAX;
    /// The type of a question or record (RFC 1035 §3.2.2).
    DnsRrType = "dns.rrtype" [], Transaction, u16::MAX;
    /// The type of a frame (RFC 9113 §6).
    Http2FrameType = "http2.frametype" [], Transaction, u8::MAX;
    /// Why a stream or a connection ends (RFC 9113 §7).
    Http2ErrorCode = "http2.errorcode" [], Transaction, u32::MAX;
    /// The weight of a stream, less one (RFC 9113 §5.3).
    Http2Priority = "http2.priority" [], Transaction, u8::MAX;
    /// What is added to a window (RFC 9113 §6.9).
    Http2Window = "http2.window" [], Transaction, 0x7fff_ffff;
    /// The new size of the table of headers (RFC 7541 §6.3).
    Http2SizeUpdate = "http2.size_update" [], Transaction, u64::MAX;
    /// A setting (RFC 9113 §6.5): its identifier above the 32 bits of its value.
    Http2Settings = "http2.setting" [], Transaction, 0xffff_ffff_ffff_u64;
    /// The FIN and RSV bits of a WebSocket frame (RFC 6455 §5.2), where they stand: FIN is 0x80.
    WebsocketFlags = "websocket.flag_bits" [], Transaction, u8::MAX;
    /// The key that a WebSocket frame is masked with (RFC 6455 §5.3).
    WebsocketMask = "websocket.mask" [], Transaction, u32::MAX;
    /// What a WebSocket frame is (RFC 6455 §5.2).
    WebsocketOpcode = "websocket.opcode" [], Transaction, 15;
    /// The version of TLS: 0x0303 is TLS 1.2 (RFC 8446 §4.1.2).
    TlsVersion = "tls.version" [], Transaction, u16::MAX;
    /// How many certificates the peer sent.
    TlsChainLength = "tls.cert_chain_len" [], Transaction, u32::MAX;
    /// The type of a handshake message that was sent in the clear: 1 is a ClientHello (RFC 8446 §4).
    TlsHandshakeType = "tls.handshake_type" [], Transaction, u8::MAX;
    /// From when on the peer's certificate is valid, in seconds since 1970 (RFC 5280 §4.1.2.5).
    TlsNotBefore = "tls.cert_not_before" [], Transaction, u64::MAX;
    /// Until when the peer's certificate is valid, in seconds since 1970 (RFC 5280 §4.1.2.5).
    TlsNotAfter = "tls.cert_not_after" [], Transaction, u64::MAX;
    /// The opcode of a RoCEv2 packet, with the transport class in its highest three bits (InfiniBand Architecture 1.4
    /// vol. 1 §9.2).
    RdmaOpcode = "rdma.opcode" [], Transaction, u8::MAX;
    /// Flags of a RoCEv2 packet: solicited event 0x80, migration 0x40, FECN 0x20, BECN 0x10, ack request 0x08.
    RdmaFlags = "rdma.flags" [], Transaction, u8::MAX;
    /// The partition key of a RoCEv2 packet.
    RdmaPartitionKey = "rdma.pkey" [], Transaction, u16::MAX;
    /// The queue pair that a RoCEv2 packet is for.
    RdmaQueuePair = "rdma.qp" [], Transaction, 0xff_ffff;
    /// The sequence number of a RoCEv2 packet.
    RdmaSequence = "rdma.psn" [], Transaction, 0xff_ffff;
    /// The queue pair that a datagram of RoCEv2 is from (§9.3.2).
    RdmaSourceQueuePair = "rdma.src_qp" [], Transaction, 0xff_ffff;
    /// The queue key of a datagram of RoCEv2 (§9.3.2).
    RdmaQueueKey = "rdma.qkey" [], Transaction, u32::MAX;
    /// The address that an RDMA or atomic operation begins at (§9.3.3).
    RdmaVirtualAddress = "rdma.va" [], Transaction, u64::MAX;
    /// The key of the memory that an RDMA or atomic operation is about, or that is to be invalid from now on.
    RdmaRemoteKey = "rdma.rkey" [], Transaction, u32::MAX;
    /// How many bytes an RDMA operation reads or writes (§9.3.3).
    RdmaLength = "rdma.length" [], Transaction, u32::MAX;
    /// What an acknowledgment says: 0x00-0x1f yes, 0x20-0x3f not ready, 0x60-0x7f no, and why (§9.7.5.2.1).
    RdmaSyndrome = "rdma.syndrome" [], Transaction, u8::MAX;
    /// Immediate data (§9.3.6).
    RdmaImmediate = "rdma.imm" [], Transaction, u32::MAX;
    /// What a message of RDMA's connection manager is (§12.6).
    RdmaCm = "rdma.cm" [], Transaction, u16::MAX;
    /// The service that a connection is asked for. Of RDMA CM, the lowest 16 bits are the port (annex A11.2).
    RdmaCmService = "rdma.cm.service_id" [], Transaction, u64::MAX;
    /// The channel adapter that asks for a connection, or accepts one.
    RdmaCmGuid = "rdma.cm.guid" [], Transaction, u64::MAX;
    /// The queue pair that a connection is asked for from, is accepted with, or that is to be disconnected.
    RdmaCmQueuePair = "rdma.cm.qpn" [], Transaction, 0xff_ffff;
    /// Why a connection is rejected (§12.6.7.2).
    RdmaCmReason = "rdma.cm.reason" [], Transaction, u16::MAX;
    /// The opcode of an NVMe command (NVM Express Base 2.0 §5, §6; NVM Command Set 1.0 §3); of one to the admin queue, 0x100
    /// more.
    NvmeOpcode = "nvme.opcode" [], Transaction, 0x1ff;
    /// The type of a fabrics command of NVMe (NVMe over Fabrics 1.1 §3).
    NvmeFabricsType = "nvme.fctype" [], Transaction, u8::MAX;
    /// The queue that an NVMe command is to: 0 is the admin queue.
    NvmeQueue = "nvme.qid" [], Transaction, u16::MAX;
    /// The namespace that an NVMe command is about.
    NvmeNamespace = "nvme.nsid" [], Transaction, u32::MAX;
    /// The controller that is connected to; 0xffff leaves it to the subsystem.
    NvmeController = "nvme.cntlid" [], Transaction, u16::MAX;
    /// How an NVMe command ended: the type of the status above 8 bits of code (NVM Express Base 2.0 §3.3.3.2.1).
    NvmeStatus = "nvme.status" [], Transaction, 0x7ff;
    /// Why a connection of NVMe/TCP ends (TCP Transport 1.0 §3.6.2.4).
    NvmeFatalError = "nvme.fes" [], Transaction, u16::MAX;
    /// Bytes of a file in transfer so far.
    FileSize = "filesize" ["file.size"], Transaction, u64::MAX;
    /// Tokens that a model was given, as its server counts.
    LlmTokensIn = "llm.tokens_in" [], Transaction, u64::MAX;
    /// Tokens that a model gave, as its server counts.
    LlmTokensOut = "llm.tokens_out" [], Transaction, u64::MAX;
    /// Whether an answer is asked for as a stream: 1, or 0.
    LlmStream = "llm.stream" [], Transaction, u8::MAX;
    /// Bytes of an image, audio or document within a conversation.
    LlmMediaSize = "llm.media_size" [], Transaction, u64::MAX;
}

impl NumberId {
    /// The number of this name or alias.
    pub fn named(name: &str) -> Option<NumberId> {
        static NAMES: LazyLock<HashMap<&'static str, NumberId>> = LazyLock::new(|| {
            NumberId::ALL
                .into_iter()
                .flat_map(|id| id.aliases().iter().copied().chain([id.name()]).map(move |name| (name, id)))
                .collect()
        });
        NAMES.get(name).copied()
    }

    /// The position of this number in tables that are indexed by number.
    pub const fn index(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_no_field_has_one_of_them() {
        for (position, id) in NumberId::ALL.into_iter().enumerate() {
            assert_eq!(id.index(), position);
            for name in id.aliases().iter().chain([&id.name()]) {
                assert_eq!(NumberId::named(name), Some(id), "{name}");
                assert_eq!(crate::field::FieldId::named(name), None, "{name}");
            }
        }
    }
}
