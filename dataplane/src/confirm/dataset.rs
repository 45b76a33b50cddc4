//! `dataset` and `datarep`: values that live beside the rules.

use weir_rules::signature::{DatasetKind, DatasetOperation, Relation};

use super::dataset_changes::{Change, Changes, FoundElement};
use super::limits::Counters;
use super::value::Value;

/// The position of a set among those of a [`Confirmer`](super::Confirmer).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatasetId(pub u32);

/// A value that is in a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its reputation; 0 in sets that have none.
    pub reputation: u16,
    /// What the set's file says of it, where it says anything.
    pub element: Option<u32>,
}

/// The sets that rules ask for, shared by all workers. What they do must not block.
pub trait Datasets: Send + Sync {
    /// A value, where it is in the set.
    fn find(&self, set: DatasetId, value: &[u8]) -> Option<Member>;

    /// Puts a value in; one that is there stays.
    ///
    /// # Errors
    ///
    /// The set has no room for it.
    fn insert(&self, set: DatasetId, value: &[u8]) -> Result<(), super::DatasetFull>;

    /// Takes a value out. Gives whether it was in.
    fn remove(&self, set: DatasetId, value: &[u8]) -> bool;
}

/// A `dataset` or `datarep`, prepared.
#[derive(Clone, Copy, Debug)]
pub(super) struct PreparedDataset {
    pub set: DatasetId,
    pub kind: Option<DatasetKind>,
    pub question: Question,
}

/// What is asked of a set, or done to it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Question {
    /// `dataset`
    Operation(DatasetOperation),
    /// `datarep`
    Reputation(Relation, u16),
}

impl PreparedDataset {
    /// Whether a value is, or will be, as asked. What is to be done is only planned.
    pub(super) fn holds(
        &self,
        value: Value<'_>,
        datasets: &dyn Datasets,
        changes: &mut Changes,
        counters: &mut Counters,
    ) -> bool {
        // A part of a value is another value.
        if !value.extent.is_whole() || value.skipped > 0 {
            return false;
        }
        let mut mapped = [0; 16];
        let Some(bytes) = canonical(self.kind, value.bytes, &mut mapped) else {
            return matches!(self.question, Question::Operation(DatasetOperation::IsNotSet));
        };
        match self.question {
            Question::Operation(DatasetOperation::IsSet) => {
                let found = datasets.find(self.set, bytes);
                if let Some(Member { element: Some(element), .. }) = found {
                    changes.find(FoundElement { set: self.set, element });
                }
                found.is_some()
            }
            Question::Operation(DatasetOperation::IsNotSet) => datasets.find(self.set, bytes).is_none(),
            Question::Operation(DatasetOperation::Set) => {
                if datasets.find(self.set, bytes).is_some() {
                    return false;
                }
                let planned = changes.plan(self.set, Change::Insert, bytes);
                counters.datasets_full += u64::from(!planned);
                planned
            }
            Question::Operation(DatasetOperation::Unset) => {
                datasets.find(self.set, bytes).is_some() && changes.plan(self.set, Change::Remove, bytes)
            }
            Question::Reputation(relation, reputation) => datasets
                .find(self.set, bytes)
                .is_some_and(|member| relation.holds(member.reputation, reputation)),
        }
    }
}

/// The form in which a value of a kind is in a set; none where it is not of the kind. Addresses of both versions have
/// 16 bytes, those of IPv4 mapped (RFC 4291 §2.5.5.2).
pub(super) fn canonical<'v>(
    kind: Option<DatasetKind>,
    value: &'v [u8],
    mapped: &'v mut [u8; 16],
) -> Option<&'v [u8]> {
    match (kind, value.len()) {
        (None | Some(DatasetKind::String), _)
        | (Some(DatasetKind::Md5), 16)
        | (Some(DatasetKind::Sha256), 32)
        | (Some(DatasetKind::Ipv4), 4)
        | (Some(DatasetKind::Ip), 16) => Some(value),
        (Some(DatasetKind::Ip), 4) => {
            *mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0];
            mapped.last_chunk_mut::<4>()?.copy_from_slice(value);
            Some(mapped)
        }
        _ => None,
    }
}
