//! The protocols that the header of a rule can name: of packets, and of applications.

/// Which packets a signature looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleProtocol {
    /// All of IP.
    Ip,
    /// IPv4 only (`ipv4`, `ip4`).
    Ip4,
    /// IPv6 only (`ipv6`, `ip6`).
    Ip6,
    /// TCP; both packets and streams.
    Tcp,
    /// TCP packets only (`tcp-pkt`).
    TcpPacket,
    /// TCP streams only (`tcp-stream`).
    TcpStream,
    /// UDP.
    Udp,
    /// ICMP and ICMPv6.
    Icmp,
    /// ICMP only (`icmpv4`).
    Icmp4,
    /// ICMPv6 only (`icmpv6`).
    Icmp6,
    /// SCTP.
    Sctp,
    /// GRE.
    Gre,
    /// The Encapsulating Security Payload.
    Esp,
    /// The Authentication Header.
    Ah,
    /// IGMP.
    Igmp,
    /// Whatever a packet's headers are, those that could not be parsed too (`pkthdr`).
    PacketHeader,
    /// ARP.
    Arp,
    /// Ethernet frames (`ether`).
    Ethernet,
}

impl RuleProtocol {
    /// All of them.
    pub const ALL: [RuleProtocol; 18] = [
        RuleProtocol::Ip,
        RuleProtocol::Ip4,
        RuleProtocol::Ip6,
        RuleProtocol::Tcp,
        RuleProtocol::TcpPacket,
        RuleProtocol::TcpStream,
        RuleProtocol::Udp,
        RuleProtocol::Icmp,
        RuleProtocol::Icmp4,
        RuleProtocol::Icmp6,
        RuleProtocol::Sctp,
        RuleProtocol::Gre,
        RuleProtocol::Esp,
        RuleProtocol::Ah,
        RuleProtocol::Igmp,
        RuleProtocol::PacketHeader,
        RuleProtocol::Arp,
        RuleProtocol::Ethernet,
    ];

    /// The word in a rule.
    pub const fn name(self) -> &'static str {
        match self {
            RuleProtocol::Ip => "ip",
            RuleProtocol::Ip4 => "ipv4",
            RuleProtocol::Ip6 => "ipv6",
            RuleProtocol::Tcp => "tcp",
            RuleProtocol::TcpPacket => "tcp-pkt",
            RuleProtocol::TcpStream => "tcp-stream",
            RuleProtocol::Udp => "udp",
            RuleProtocol::Icmp => "icmp",
            RuleProtocol::Icmp4 => "icmpv4",
            RuleProtocol::Icmp6 => "icmpv6",
            RuleProtocol::Sctp => "sctp",
            RuleProtocol::Gre => "gre",
            RuleProtocol::Esp => "esp",
            RuleProtocol::Ah => "ah",
            RuleProtocol::Igmp => "igmp",
            RuleProtocol::PacketHeader => "pkthdr",
            RuleProtocol::Arp => "arp",
            RuleProtocol::Ethernet => "ether",
        }
    }

    /// The protocol of this name.
    pub fn named(name: &str) -> Option<RuleProtocol> {
        match name {
            "ip4" => Some(RuleProtocol::Ip4),
            "ip6" => Some(RuleProtocol::Ip6),
            _ => RuleProtocol::ALL.into_iter().find(|protocol| protocol.name() == name),
        }
    }

    /// Whether packets of an IP protocol (IANA's number) are looked at. The IP version is not looked at.
    #[inline]
    pub const fn covers(self, ip_protocol: u8) -> bool {
        match self {
            RuleProtocol::Ip | RuleProtocol::Ip4 | RuleProtocol::Ip6 => true,
            RuleProtocol::PacketHeader | RuleProtocol::Ethernet => true,
            RuleProtocol::Tcp | RuleProtocol::TcpPacket | RuleProtocol::TcpStream => ip_protocol == 6,
            RuleProtocol::Udp => ip_protocol == 17,
            RuleProtocol::Icmp => matches!(ip_protocol, 1 | 58),
            RuleProtocol::Icmp4 => ip_protocol == 1,
            RuleProtocol::Icmp6 => ip_protocol == 58,
            RuleProtocol::Sctp => ip_protocol == 132,
            RuleProtocol::Gre => ip_protocol == 47,
            RuleProtocol::Esp => ip_protocol == 50,
            RuleProtocol::Ah => ip_protocol == 51,
            RuleProtocol::Igmp => ip_protocol == 2,
            RuleProtocol::Arp => false,
        }
    }
}

/// Whether weir has a decoder for a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decoded {
    /// It has.
    Yes,
    /// Suricata has; rules about it are understood, and left out.
    No,
}

macro_rules! app_protocols {
    ($($variant:ident = $name:literal [$($alias:literal),*], $transport:ident, $decoded:ident;)*) => {
        /// A protocol of applications.
        #[allow(missing_docs)] // the names say it
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum AppProtocol {
            $($variant,)*
        }

        impl AppProtocol {
            /// All of them.
            pub const ALL: [AppProtocol; [$($name),*].len()] = [$(AppProtocol::$variant,)*];

            /// The word in a rule.
            pub const fn name(self) -> &'static str {
                match self {
                    $(AppProtocol::$variant => $name,)*
                }
            }

            /// The protocol of this name.
            pub fn named(name: &str) -> Option<AppProtocol> {
                match name {
                    $($name $(| $alias)* => Some(AppProtocol::$variant),)*
                    _ => None,
                }
            }

            /// What it runs over: TCP, UDP, or either (`Ip`).
            pub const fn transport(self) -> RuleProtocol {
                match self {
                    $(AppProtocol::$variant => RuleProtocol::$transport,)*
                }
            }

            /// Whether weir has a decoder for it.
            pub const fn decoded(self) -> Decoded {
                match self {
                    $(AppProtocol::$variant => Decoded::$decoded,)*
                }
            }
        }
    };
}

app_protocols! {
    Http = "http" [], Tcp, Yes;
    Http1 = "http1" [], Tcp, Yes;
    Http2 = "http2" [], Tcp, Yes;
    Tls = "tls" ["ssl"], Tcp, Yes;
    Dns = "dns" [], Ip, Yes;
    Llm = "llm" [], Tcp, Yes;
    Mcp = "mcp" [], Tcp, Yes;
    A2a = "a2a" [], Tcp, Yes;
    Grpc = "grpc" [], Tcp, Yes;
    Rdma = "rdma" [], Udp, Yes;
    Doh2 = "doh2" [], Tcp, Yes;
    Bittorrent = "bittorrent-dht" ["bittorrent"], Udp, No;
    Dcerpc = "dcerpc" [], Ip, No;
    Dhcp = "dhcp" [], Udp, No;
    Dnp3 = "dnp3" [], Tcp, No;
    Enip = "enip" [], Ip, No;
    Ftp = "ftp" [], Tcp, No;
    FtpData = "ftp-data" [], Tcp, No;
    Ike = "ike" ["ikev2"], Udp, No;
    Imap = "imap" [], Tcp, No;
    Irc = "irc" [], Tcp, No;
    Jabber = "jabber" [], Tcp, No;
    Krb5 = "krb5" [], Ip, No;
    Ldap = "ldap" [], Ip, No;
    Llmnr = "llmnr" [], Udp, No;
    Mdns = "mdns" [], Udp, No;
    Modbus = "modbus" [], Tcp, No;
    Mqtt = "mqtt" [], Tcp, No;
    Msn = "msn" [], Tcp, No;
    Nfs = "nfs" [], Ip, No;
    Nccl = "nccl" [], Tcp, Yes;
    Ntp = "ntp" [], Udp, No;
    Nvme = "nvme" ["nvme-tcp"], Tcp, Yes;
    Pgsql = "pgsql" ["postgres", "postgresql"], Tcp, Yes;
    Pop3 = "pop3" [], Tcp, No;
    Quic = "quic" [], Udp, No;
    Rdp = "rdp" [], Tcp, No;
    Redis = "redis" [], Tcp, Yes;
    Rfb = "rfb" [], Tcp, No;
    Rpc = "rpc" [], Ip, No;
    Sip = "sip" [], Ip, Yes;
    Smb = "smb" [], Tcp, No;
    Smtp = "smtp" [], Tcp, No;
    Snmp = "snmp" [], Udp, No;
    Ssh = "ssh" [], Tcp, No;
    Stun = "stun" [], Udp, No;
    Telnet = "telnet" [], Tcp, No;
    Tftp = "tftp" [], Udp, No;
    Websocket = "websocket" [], Tcp, Yes;
}

impl AppProtocol {
    /// Whether a flow that was found to be `found` is meant by a rule about this: `http` means both of its versions,
    /// and what is carried in HTTP/2 is HTTP/2 as well; DNS is DNS, whatever it is carried in.
    pub const fn covers(self, found: AppProtocol) -> bool {
        use AppProtocol::{Dns, Doh2, Grpc, Http, Http1, Http2};
        matches!((self, found), (Http, Http1 | Http2 | Grpc | Doh2) | (Http2, Grpc | Doh2) | (Dns, Doh2))
            || self as u8 == found as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_that_of_one_protocol() {
        for protocol in RuleProtocol::ALL {
            assert_eq!(RuleProtocol::named(protocol.name()), Some(protocol));
            assert_eq!(AppProtocol::named(protocol.name()), None);
        }
        for protocol in AppProtocol::ALL {
            assert_eq!(AppProtocol::named(protocol.name()), Some(protocol));
        }
        assert!(
            AppProtocol::Http.covers(AppProtocol::Http2) && !AppProtocol::Http1.covers(AppProtocol::Http2)
        );
    }
}
