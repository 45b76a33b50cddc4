//! The sets that rules name, put together from all that each rule says of them.

use weir_rules::origin::Origin;
use weir_rules::signature::{DatasetSource, RuleIndex, Signature};

use super::dataset::DatasetId;
use super::dataset_table::SetUse;

/// Sets that one rule set can name.
const MAX_SETS: usize = 1024;

/// A set, as far as rules tell of it.
#[derive(Clone, Debug)]
pub struct NamedSet {
    /// What they say.
    pub source: DatasetSource,
    /// What they do with it.
    pub usage: SetUse,
    /// The rule that tells where its values come from, or else the first that names it.
    pub origin: Origin,
}

/// All sets, and who names them.
#[derive(Clone, Debug, Default)]
pub(super) struct NamedSets {
    sets: Vec<NamedSet>,
    /// In the order of the rules.
    naming: Vec<(RuleIndex, DatasetId, SetUse)>,
}

impl NamedSets {
    /// The position of a set that a rule names. Equal names are one set, so rules must say the same of it, where they
    /// say anything.
    pub(super) fn name(
        &mut self,
        rule: RuleIndex,
        signature: &Signature,
        source: &DatasetSource,
        usage: SetUse,
    ) -> Result<DatasetId, String> {
        let at = match self.sets.iter().position(|known| known.source.name == source.name) {
            Some(at) => at,
            None if self.sets.len() >= MAX_SETS => {
                return Err(format!("there are more than {MAX_SETS} sets"));
            }
            None => {
                let origin = signature.origin.clone();
                self.sets.push(NamedSet { source: source.clone(), usage, origin });
                self.sets.len() - 1
            }
        };
        if let Some(known) = self.sets.get_mut(at) {
            known.tell(signature, source, usage)?;
        }
        let set = DatasetId(at as u32);
        self.naming.push((rule, set, usage));
        Ok(set)
    }

    pub(super) fn sets(&self) -> &[NamedSet] {
        &self.sets
    }

    pub(super) fn of(&self, rule: RuleIndex) -> impl Iterator<Item = (DatasetId, SetUse)> {
        let start = self.naming.partition_point(|&(of, ..)| of < rule);
        let behind = self.naming.get(start..).unwrap_or_default().iter();
        behind.take_while(move |&&(of, ..)| of == rule).map(|&(_, set, usage)| (set, usage))
    }
}

impl NamedSet {
    /// Takes in what another rule says of the set.
    fn tell(&mut self, signature: &Signature, more: &DatasetSource, usage: SetUse) -> Result<(), String> {
        let known = &mut self.source;
        let differ = |known: &Option<Box<str>>, more: &Option<Box<str>>| {
            known.is_some() && more.is_some() && known != more
        };
        let contradictions = [
            (known.kind.is_some() && more.kind.is_some() && known.kind != more.kind, "types"),
            (differ(&known.load, &more.load), "files to load"),
            (differ(&known.save, &more.save), "files to save to"),
            (differ(&known.value_key, &more.value_key), "keys of its values"),
            (differ(&known.array_key, &more.array_key), "arrays of its values"),
        ];
        if let Some((_, what)) = contradictions.into_iter().find(|&(contradicts, _)| contradicts) {
            return Err(format!("the dataset {} has two {what}; give one another name", more.name));
        }
        if known.load.is_none() && more.load.is_some() {
            self.origin = signature.origin.clone();
            known.format = more.format;
            known.remove_key = more.remove_key;
        }
        known.kind = known.kind.or(more.kind);
        for (known, more) in [
            (&mut known.load, &more.load),
            (&mut known.save, &more.save),
            (&mut known.value_key, &more.value_key),
            (&mut known.array_key, &more.array_key),
        ] {
            *known = known.take().or_else(|| more.clone());
        }
        known.memory = known.memory.or(more.memory);
        known.buckets = known.buckets.or(more.buckets);
        if usage == SetUse::Changed {
            self.usage = usage;
        }
        Ok(())
    }
}
