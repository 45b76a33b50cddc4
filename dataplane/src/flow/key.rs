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
        let (src, dst) = ((packet.src, packet.src_port), (packet.dst, packet.dst_port));
        let order = |(address, port): (Address, u16)| (u128::from_be_bytes(address.0), port);
        let (side, low, high) =
            if order(src) <= order(dst) { (Side::Low, src, dst) } else { (Side::High, dst, src) };
        let key = FlowKey {
            low: low.0,
            high: high.0,
            tenant,
            low_port: low.1,
            high_port: high.1,
            wire,
            protocol: packet.protocol,
            version: packet.version,
        };
        (key, side)
    }

    /// All of it in six words, equal exactly where the keys are. The last holds the ports, the wire, the protocol and the
    /// version, in the order that they lie in.
    #[inline(always)]
    pub(super) fn words(&self) -> [u64; 6] {
        let [a0, a1] = halves(self.low);
        let [b0, b1] = halves(self.high);
        let last = u64::from(self.low_port)
            | u64::from(self.high_port) << 16
            | u64::from(self.wire.0) << 32
            | u64::from(self.protocol.0) << 48
            | (self.version as u64) << 56;
        [a0, a1, b0, b1, self.tenant, last]
    }

    /// Whether `other` is the same key: what `==` says, without a branch for each part.
    #[inline(always)]
    pub(super) fn is_same(&self, other: &FlowKey) -> bool {
        let differing = self.words().into_iter().zip(other.words()).fold(0, |all, (a, b)| all | (a ^ b));
        differing == 0
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

/// The two words of an address.
const fn halves(address: Address) -> [u64; 2] {
    let whole = u128::from_le_bytes(address.0);
    [whole as u64, (whole >> 64) as u64]
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
            assert!(keys[i + 1..].iter().all(|b| a != b && !a.is_same(b)));
            assert!(a.is_same(a));
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
