//! Tunnels: GRE, and those over UDP.

use super::DecodeEvent as E;
use super::look::Look;
use crate::packet::cursor::Cursor;
use crate::packet::ethernet;

const CHECKSUM: u16 = 0x8000;
const ROUTING: u16 = 0x4000;
const KEY: u16 = 0x2000;
const SEQUENCE: u16 = 0x1000;
const STRICT_ROUTE: u16 = 0x0800;
const RECURSION: u16 = 0x0700;
const ACKNOWLEDGMENT: u16 = 0x0080;
const FLAGS: u16 = 0x0078;
const VERSION: u16 = 0x0007;
/// Transparent Ethernet bridging.
const BRIDGING: u16 = 0x6558;
const PPP: u16 = 0x880b;
const ERSPAN: u16 = 0x88be;
const ARP: u16 = 0x0806;

impl Look<'_> {
    /// RFC 2784 §2 with what RFC 1701 had before it, and version 1 of RFC 2637 §4.1.
    pub fn gre(&mut self, mut cursor: Cursor<'_>) {
        let Some(&[high, low, kind @ ..]) = cursor.peek::<4>() else { return self.raise(E::GrePktTooSmall) };
        let (flags, protocol) = (u16::from_be_bytes([high, low]), u16::from_be_bytes(kind));
        cursor.skip(4);
        let read = match flags & VERSION {
            0 => skip_version0(flags, &mut cursor),
            1 => skip_version1(flags, protocol, &mut cursor),
            _ => Err(E::GreWrongVersion),
        };
        if let Err(event) = read {
            return self.raise(event);
        }
        if !self.enter_tunnel() {
            return;
        }
        match protocol {
            BRIDGING => self.ethernet(cursor),
            PPP if !cursor.rest().is_empty() => self.ppp(cursor),
            ERSPAN => self.erspan(flags & SEQUENCE != 0, cursor),
            ethernet::IPV4 | ethernet::IPV6 | ethernet::VLAN | ARP => self.network(protocol, cursor),
            _ => {}
        }
    }

    /// draft-foschiano-erspan §4: type II has a header, whose version is 1; type I has none, and no sequence number in
    /// GRE either.
    fn erspan(&mut self, is_second: bool, mut cursor: Cursor<'_>) {
        if is_second {
            let Some(header) = cursor.peek::<8>() else { return self.raise(E::ErspanHeaderTooSmall) };
            if header[0] >> 4 != 1 {
                return self.raise(E::ErspanUnsupportedVersion);
            }
            cursor.skip(8);
        }
        self.ethernet(cursor);
    }

    pub fn udp_tunnel(&mut self, port: u16, cursor: Cursor<'_>) {
        let config = self.config;
        if config.vxlan_ports.contains(port) {
            self.vxlan(cursor);
        } else if config.geneve_ports.contains(port) {
            self.geneve(cursor);
        }
    }

    /// RFC 7348 §5. Without a VNI it is something else that uses the port.
    fn vxlan(&mut self, mut cursor: Cursor<'_>) {
        let Some(&[flags, ..]) = cursor.peek::<8>() else { return };
        if flags & 0x08 == 0 {
            return;
        }
        cursor.skip(8);
        self.ethernet_inside(E::VxlanUnknownPayloadType, cursor);
    }

    /// RFC 8926 §3.4.
    fn geneve(&mut self, mut cursor: Cursor<'_>) {
        let Some(&[first, _, high, low, ..]) = cursor.peek::<8>() else { return };
        if first >> 6 != 0 || cursor.skip(8 + usize::from(first & 0x3f) * 4).is_none() {
            return;
        }
        match u16::from_be_bytes([high, low]) {
            BRIDGING => self.ethernet_inside(E::GeneveUnknownPayloadType, cursor),
            protocol @ (ethernet::IPV4 | ethernet::IPV6 | ARP) => {
                if self.enter_tunnel() {
                    self.network(protocol, cursor);
                }
            }
            _ => self.raise(E::GeneveUnknownPayloadType),
        }
    }

    fn ethernet_inside(&mut self, unknown: E, cursor: Cursor<'_>) {
        if let Some(&[.., high, low]) = cursor.peek::<{ ethernet::HEADER_LEN }>()
            && !is_known(u16::from_be_bytes([high, low]))
        {
            self.raise(unknown);
        } else if self.enter_tunnel() {
            self.ethernet(cursor);
        }
    }
}

fn is_known(ethertype: u16) -> bool {
    matches!(
        ethertype,
        ethernet::IPV4
            | ethernet::IPV6
            | ethernet::VLAN
            | ethernet::VLAN_SERVICE
            | ethernet::VLAN_OLD_SERVICE
            | ethernet::MPLS
            | ARP
    )
}

fn skip_version0(flags: u16, cursor: &mut Cursor<'_>) -> Result<(), E> {
    if flags & RECURSION != 0 {
        return Err(E::GreVersion0Recur);
    }
    if flags & (ACKNOWLEDGMENT | FLAGS) != 0 {
        return Err(E::GreVersion0Flags);
    }
    let fields = [CHECKSUM | ROUTING, KEY, SEQUENCE];
    let len = fields.into_iter().filter(|field| flags & field != 0).count() * 4;
    cursor.skip(len).ok_or(E::GreVersion0HdrTooBig)?;
    if flags & ROUTING != 0 { skip_routes(cursor) } else { Ok(()) }
}

/// Source routes: address family, offset, length, address … up to one of family and length 0 (RFC 1701).
fn skip_routes(cursor: &mut Cursor<'_>) -> Result<(), E> {
    loop {
        let &[family @ .., _, len] = cursor.peek::<4>().ok_or(E::GreVersion0MalformedSreHdr)?;
        cursor.skip(4 + usize::from(len)).ok_or(E::GreVersion0MalformedSreHdr)?;
        if len == 0 && family == [0, 0] {
            return Ok(());
        }
    }
}

fn skip_version1(flags: u16, protocol: u16, cursor: &mut Cursor<'_>) -> Result<(), E> {
    for (field, event) in [
        (CHECKSUM, E::GreVersion1Chksum),
        (ROUTING, E::GreVersion1Route),
        (STRICT_ROUTE, E::GreVersion1Ssr),
        (RECURSION, E::GreVersion1Recur),
        (FLAGS, E::GreVersion1Flags),
    ] {
        if flags & field != 0 {
            return Err(event);
        }
    }
    if protocol != PPP {
        return Err(E::GreVersion1WrongProtocol);
    }
    if flags & KEY == 0 {
        return Err(E::GreVersion1NoKey);
    }
    let len = [KEY, SEQUENCE, ACKNOWLEDGMENT].into_iter().filter(|field| flags & field != 0).count() * 4;
    cursor.skip(len).ok_or(E::GreVersion1HdrTooBig)
}
