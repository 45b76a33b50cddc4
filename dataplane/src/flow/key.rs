//! The key of a flow: both endpoints in a canonical order, with everything that keeps equal addresses apart.

use crate::packet::{Address, IpProtocol, IpVersion, Packet, Tenant, TunnelKind};

/// Which wire (pair of ports) a packet came in on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WireId(pub u16);

/// Which of the two endpoints of a [`FlowKey`] sent a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Side {
    /// The endpoint that orders first.
    Low = 0,
    /// The endpoint that orders last.
    High = 1,
}

impl Side {
    /// The other endpoint.
    pub const fn other(self) -> Side {
        match self {
            Side::Low => Side::High,
            Side::High => Side::Low,
        }
    }
}

/// A direction relative to the endpoint that opened the flow (Suricata's `to_server`, `to_client`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Direction {
    /// From the endpoint that opened the flow.
    ToServer = 0,
    /// Towards the endpoint that opened the flow.
    ToClient = 1,
}

impl Direction {
    /// The direction of a packet sent by `sender` in a flow opened by `initiator`.
    pub const fn of(sender: Side, initiator: Side) -> Direction {
        if sender as u8 == initiator as u8 { Direction::ToServer } else { Direction::ToClient }
    }

    /// The way back.
    pub const fn reverse(self) -> Direction {
        match self {
            Direction::ToServer => Direction::ToClient,
            Direction::ToClient => Direction::ToServer,
        }
    }

    /// The position of this direction in tables with one entry for each.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// The key of a flow, the same for both directions: 48 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct FlowKey {
    /// The address of the endpoint that orders first (by address, then port).
    pub low: Address,
    /// The address of the other endpoint.
    pub high: Address,
    /// Outer VLAN (12 bits), inner VLAN (12), tunnel kind (4) and VNI (32).
    pub tenant: u64,
    /// Port of the low endpoint.
    pub low_port: u16,
    /// Port of the high endpoint.
    pub high_port: u16,
    /// The wire.
    pub wire: WireId,
    /// Transport.
    pub protocol: IpProtocol,
    /// IP version.
    pub version: IpVersion,
}

const _: () = assert!(size_of::<FlowKey>() == 48);

impl FlowKey {
    /// The key of the flow that `packet` belongs to, and the side that sent it.
    pub fn of(packet: &Packet, wire: WireId) -> (FlowKey, Side) {
        let tenant = packet.tenant;
        let tenant = u64::from(tenant.vlan[0] & 0xfff) << 48
            | u64::from(tenant.vlan[1] & 0xfff) << 36
            | u64::from(tenant.tunnel as u8 & 0xf) << 32
            | u64::from(tenant.vni);
        let key = FlowKey {
            low: packet.src,
            high: packet.dst,
            tenant,
            low_port: packet.src_port,
            high_port: packet.dst_port,
            wire,
            protocol: packet.protocol,
            version: packet.version,
        };
        if (packet.src, packet.src_port) <= (packet.dst, packet.dst_port) {
            (key, Side::Low)
        } else {
            let swapped = FlowKey {
                low: key.high,
                high: key.low,
                low_port: key.high_port,
                high_port: key.low_port,
                ..key
            };
            (swapped, Side::High)
        }
    }

    /// Address and port of one endpoint.
    pub const fn endpoint(&self, side: Side) -> (Address, u16) {
        match side {
            Side::Low => (self.low, self.low_port),
            Side::High => (self.high, self.high_port),
        }
    }

    /// The VLANs and the tunnel that [`FlowKey::of`] packed.
    pub const fn tenant_of(&self) -> Tenant {
        let (outer, inner, vni) = self.tenant_parts();
        let tunnel = match (self.tenant >> 32 & 0xf) as u8 {
            1 => TunnelKind::Vxlan,
            2 => TunnelKind::Geneve,
            3 => TunnelKind::Gre,
            4 => TunnelKind::IpIp,
            5 => TunnelKind::GtpU,
            _ => TunnelKind::None,
        };
        Tenant { vlan: [outer, inner], tunnel, vni }
    }

    /// The outer VLAN, the inner VLAN and the VNI that [`FlowKey::of`] packed.
    pub const fn tenant_parts(&self) -> (u16, u16, u32) {
        ((self.tenant >> 48 & 0xfff) as u16, (self.tenant >> 36 & 0xfff) as u16, self.tenant as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(src: [u8; 4], src_port: u16, dst: [u8; 4], dst_port: u16) -> Packet {
        let (src, dst) = (Address::v4(src), Address::v4(dst));
        Packet { src, dst, src_port, dst_port, protocol: IpProtocol::TCP, ..Packet::default() }
    }

    #[test]
    fn both_directions_have_one_key() {
        let (there, from) = FlowKey::of(&packet([10, 0, 0, 1], 4000, [10, 0, 0, 2], 80), WireId(0));
        let (back, to) = FlowKey::of(&packet([10, 0, 0, 2], 80, [10, 0, 0, 1], 4000), WireId(0));
        assert_eq!(there, back);
        assert_eq!(from, to.other());
        assert_eq!(there.endpoint(from), (Address::v4([10, 0, 0, 1]), 4000));
    }

    #[test]
    fn tenants_and_wires_do_not_mix() {
        let plain = packet([10, 0, 0, 1], 4000, [10, 0, 0, 2], 80);
        let vni = Packet { tenant: Tenant { vni: 7, ..Tenant::default() }, ..plain };
        let vlan = Packet { tenant: Tenant { vlan: [7, 0], ..Tenant::default() }, ..plain };
        let keys = [
            FlowKey::of(&plain, WireId(0)).0,
            FlowKey::of(&vni, WireId(0)).0,
            FlowKey::of(&vlan, WireId(0)).0,
            FlowKey::of(&plain, WireId(1)).0,
        ];
        for (i, a) in keys.iter().enumerate() {
            assert!(keys[i + 1..].iter().all(|b| a != b));
        }
        assert_eq!(keys[1].tenant_parts(), (0, 0, 7));
        assert_eq!(keys[2].tenant_parts(), (7, 0, 0));
        for tunnel in
            [TunnelKind::None, TunnelKind::Vxlan, TunnelKind::Geneve, TunnelKind::Gre, TunnelKind::GtpU]
        {
            let tenant = Tenant { vlan: [5, 9], tunnel, vni: 77 };
            assert_eq!(FlowKey::of(&Packet { tenant, ..plain }, WireId(0)).0.tenant_of(), tenant);
        }
    }
}
