//! From an endpoint to its identity.
//!
//! What is more specific about the tenant goes first, and within one tenant the longest prefix:
//!
//! 1. `vni` with `cidr`, 2. `vni` alone, 3. `vlan` with `cidr`, 4. `vlan` alone, 5. `cidr` alone.
//!
//! A frame with two VLAN tags is looked up by the inner one before the outer one, because the inner one is the
//! tenant's. IPv4 and IPv6 are apart: `::/0` does not cover IPv4.

use super::cidr::{Prefix, v4_of};
use super::decision::{Endpoint, IdentityId};
use super::model::{Match, Scope};
use super::prefix_map::PrefixMap;

/// The identities of one scope.
#[derive(Debug)]
struct ScopeTable {
    v4: PrefixMap<u32>,
    v6: PrefixMap<u128>,
    /// Whoever no prefix of the scope covers.
    rest: IdentityId,
}

impl ScopeTable {
    fn build(matches: &[&Match]) -> ScopeTable {
        let (mut v4, mut v6, mut rest) = (Vec::new(), Vec::new(), IdentityId::UNKNOWN);
        for found in matches {
            match found.prefix {
                Some(Prefix::V4 { first, last }) => v4.push((first, last, found.identity)),
                Some(Prefix::V6 { first, last }) => v6.push((first, last, found.identity)),
                None => rest = found.identity,
            }
        }
        ScopeTable { v4: PrefixMap::build(v4), v6: PrefixMap::build(v6), rest }
    }

    #[inline]
    fn get(&self, address: &[u8; 16]) -> IdentityId {
        let found = match v4_of(address) {
            Some(v4) => self.v4.get(v4),
            None => self.v6.get(u128::from_be_bytes(*address)),
        };
        if found == IdentityId::UNKNOWN { self.rest } else { found }
    }

    fn bytes(&self) -> usize {
        self.v4.bytes() + self.v6.bytes()
    }
}

/// All scopes.
#[derive(Debug)]
pub(super) struct Identities {
    everywhere: ScopeTable,
    /// Sorted by VLAN and VNI.
    vlans: Box<[(u16, ScopeTable)]>,
    vnis: Box<[(u32, ScopeTable)]>,
}

impl Identities {
    pub fn build(matches: &[Match]) -> Identities {
        let mut sorted: Vec<&Match> = matches.iter().collect();
        sorted.sort_by_key(|found| found.scope);
        let mut identities =
            Identities { everywhere: ScopeTable::build(&[]), vlans: Box::new([]), vnis: Box::new([]) };
        let (mut vlans, mut vnis) = (Vec::new(), Vec::new());
        for group in sorted.chunk_by(|a, b| a.scope == b.scope) {
            let table = ScopeTable::build(group);
            match group.first().map(|found| found.scope) {
                Some(Scope::Vlan(vlan)) => vlans.push((vlan, table)),
                Some(Scope::Vni(vni)) => vnis.push((vni, table)),
                Some(Scope::Everywhere) | None => identities.everywhere = table,
            }
        }
        identities.vlans = vlans.into_boxed_slice();
        identities.vnis = vnis.into_boxed_slice();
        identities
    }

    #[inline]
    pub fn identify(&self, endpoint: &Endpoint) -> IdentityId {
        let Endpoint { address, vlan: [outer, inner], vni } = endpoint;
        if *vni != 0
            && let Some(found) = in_scope(&self.vnis, *vni, address)
        {
            return found;
        }
        for vlan in [*inner, *outer] {
            if vlan != 0
                && let Some(found) = in_scope(&self.vlans, vlan, address)
            {
                return found;
            }
        }
        self.everywhere.get(address)
    }

    /// How many scopes have a table.
    pub fn scopes(&self) -> usize {
        1 + self.vlans.len() + self.vnis.len()
    }

    pub fn bytes(&self) -> usize {
        let tables =
            self.vlans.iter().map(|(_, table)| table).chain(self.vnis.iter().map(|(_, table)| table));
        self.everywhere.bytes()
            + tables.map(|table| table.bytes() + size_of::<(u32, ScopeTable)>()).sum::<usize>()
    }
}

#[inline]
fn in_scope<K: Ord + Copy>(tables: &[(K, ScopeTable)], key: K, address: &[u8; 16]) -> Option<IdentityId> {
    let at = tables.binary_search_by_key(&key, |&(key, _)| key).ok()?;
    let found = tables.get(at)?.1.get(address);
    (found != IdentityId::UNKNOWN).then_some(found)
}
