//! Reputations of addresses (`iprep`), from files in Suricata's form.
//!
//! ```text
//! categories   1,BadHosts,Known bad hosts          number, name, description
//! reputations  10.16.1.0/24,1,70                   address or prefix, category, reputation from 0 to 127
//! ```
//!
//! For each category the longest prefix counts. Prefixes nest or are apart, so they cut the line of addresses into ranges
//! with one answer each, of which a binary search finds the one for an address; what shorter prefixes say of other
//! categories is copied into it when the table is made.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use weir_rules::diagnostic::{Diagnostic, Source};

use crate::packet::Address;

/// The greatest number of a category.
const MAX_CATEGORY: u8 = 60;

/// The greatest reputation.
const MAX_REPUTATION: u8 = 127;

/// What a range says: categories with their reputations, sorted.
type Row = Box<[(u8, u8)]>;

/// The reputations of addresses.
#[derive(Debug, Default)]
pub struct Reputations {
    categories: HashMap<Box<str>, u8>,
    /// Where ranges start, IPv4 being mapped (RFC 4291 §2.5.5.2). The last ends with the line.
    starts: Box<[u128]>,
    rows: Box<[Row]>,
}

/// A prefix: its first and last address.
type Prefix = (u128, u128);

impl Reputations {
    /// Reads the texts of the categories and of the reputations. Lines that can't be read are reported, and left out.
    pub fn read(categories: &[Arc<Source>], reputations: &[Arc<Source>]) -> (Reputations, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let mut names = HashMap::default();
        for source in categories {
            for_lines(source, &mut diagnostics, |line| {
                let (number, name) = category(line)?;
                names.insert(name.into(), number);
                Ok(())
            });
        }
        // Shorter prefixes come before those within them.
        let mut prefixes: BTreeMap<(u128, std::cmp::Reverse<u128>), BTreeMap<u8, u8>> = BTreeMap::new();
        for source in reputations {
            for_lines(source, &mut diagnostics, |line| {
                let ((first, last), number, reputation) = entry(line)?;
                prefixes.entry((first, std::cmp::Reverse(last))).or_default().insert(number, reputation);
                Ok(())
            });
        }
        let (starts, rows) = flatten(prefixes.into_iter().map(|((first, last), row)| ((first, last.0), row)));
        let table = Reputations { categories: names, starts: starts.into(), rows: rows.into() };
        (table, diagnostics)
    }

    /// Whether there is a category.
    pub fn has_category(&self, name: &str) -> bool {
        self.categories.contains_key(name)
    }

    /// The reputation of an address in a category; none where it has none.
    pub fn of(&self, address: IpAddr, category: &str) -> Option<u8> {
        let category = *self.categories.get(category)?;
        let at = u128::from_be_bytes(Address::from(address).0);
        let range = self.starts.partition_point(|&start| start <= at).checked_sub(1)?;
        let row = self.rows.get(range)?;
        let place = row.binary_search_by_key(&category, |&(of, _)| of).ok()?;
        row.get(place).map(|&(_, reputation)| reputation)
    }
}

/// Cuts the line into ranges. The prefixes come in order, those that hold others before them.
fn flatten(prefixes: impl Iterator<Item = (Prefix, BTreeMap<u8, u8>)>) -> (Vec<u128>, Vec<Row>) {
    let (mut starts, mut rows): (Vec<u128>, Vec<Row>) = (Vec::new(), Vec::new());
    let mut begin = |at: u128, row: &BTreeMap<u8, u8>| {
        let row: Row = row.iter().map(|(&category, &reputation)| (category, reputation)).collect();
        // What begins where something else does has nothing of it left.
        if starts.last() == Some(&at) {
            rows.pop();
            starts.pop();
        }
        starts.push(at);
        rows.push(row);
    };
    let mut open: Vec<(u128, BTreeMap<u8, u8>)> = Vec::new();
    let close = |open: &mut Vec<(u128, BTreeMap<u8, u8>)>,
                 until: Option<u128>,
                 begin: &mut dyn FnMut(u128, &BTreeMap<u8, u8>)| {
        while let Some(&(last, _)) = open.last() {
            if until.is_some_and(|until| last >= until) {
                return;
            }
            open.pop();
            let behind = open.last().map(|(_, row)| row.clone()).unwrap_or_default();
            if let Some(next) = last.checked_add(1) {
                begin(next, &behind);
            }
        }
    };
    for ((first, last), row) in prefixes {
        close(&mut open, Some(first), &mut begin);
        let mut inherited = open.last().map(|(_, row)| row.clone()).unwrap_or_default();
        inherited.extend(row);
        begin(first, &inherited);
        open.push((last, inherited));
    }
    close(&mut open, None, &mut begin);
    (starts, rows)
}

/// Reads lines; empty ones and those that begin with `#` say nothing.
fn for_lines(
    source: &Arc<Source>,
    diagnostics: &mut Vec<Diagnostic>,
    mut read: impl FnMut(&str) -> Result<(), &'static str>,
) {
    let mut at = 0;
    for line in source.text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Err(help) = read(line) {
            let span = start..start + line.len();
            diagnostics.push(Diagnostic::error(source, span, "this line can't be read").with_help(help));
        }
    }
}

fn category(line: &str) -> Result<(u8, &str), &'static str> {
    let help = "write a number from 1 to 60, a name and a description, with commas between them";
    let mut parts = line.splitn(3, ',').map(str::trim);
    let number = parts.next().and_then(|text| text.parse().ok()).filter(|n| (1..=MAX_CATEGORY).contains(n));
    let name = parts.next().filter(|name| !name.is_empty());
    number.zip(name).ok_or(help)
}

fn entry(line: &str) -> Result<(Prefix, u8, u8), &'static str> {
    let help = "write an address or prefix, the number of a category and a reputation from 0 to 127";
    let parts: Vec<&str> = line.split(',').map(str::trim).collect();
    let [prefix, category, reputation] = parts[..] else { return Err(help) };
    let category = category.parse().ok().filter(|number| (1..=MAX_CATEGORY).contains(number)).ok_or(help)?;
    let reputation = reputation.parse().ok().filter(|&number: &u8| number <= MAX_REPUTATION).ok_or(help)?;
    Ok((self::prefix(prefix).ok_or(help)?, category, reputation))
}

fn prefix(text: &str) -> Option<Prefix> {
    let (address, length) =
        text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    let address: IpAddr = address.parse().ok()?;
    let bits = if address.is_ipv4() { 32 } else { 128 };
    let length: u32 =
        length.map_or(Some(bits), |length| length.parse().ok()).filter(|&length| length <= bits)?;
    let host = bits - length;
    let mask = if host == 128 { u128::MAX } else { (1_u128 << host) - 1 };
    let first = u128::from_be_bytes(Address::from(address).0) & !mask;
    Some((first, first | mask))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CATEGORIES: &str =
        "# number, name, description\n1,Bad,bad hosts\n2,Good,good, very good\n60,Last,last\n";

    fn table(text: &str) -> (Reputations, Vec<Diagnostic>) {
        Reputations::read(&[Source::new("categories", CATEGORIES)], &[Source::new("reputations", text)])
    }

    #[test]
    fn the_longest_prefix_counts_in_each_category() {
        let (table, diagnostics) = table(
            "10.0.0.0/8,1,10\n10.1.0.0/16,2,20\n10.1.2.3,1,30\n2001:db8::/32,60,127\n0.0.0.0/0,60,1\n10.1.0.0/16,2,21\n",
        );
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        for (address, category, expected) in [
            ("10.0.0.0", "Bad", Some(10)),
            ("10.1.2.2", "Bad", Some(10)),
            ("10.1.2.3", "Bad", Some(30)),
            ("10.1.2.3", "Good", Some(21)),
            ("10.1.2.4", "Bad", Some(10)),
            ("10.2.0.0", "Good", None),
            ("10.255.255.255", "Bad", Some(10)),
            ("11.0.0.0", "Bad", None),
            ("11.0.0.0", "Last", Some(1)),
            ("2001:db8::1", "Last", Some(127)),
            ("2001:db9::1", "Last", None),
            ("10.1.2.3", "Unknown", None),
        ] {
            assert_eq!(table.of(address.parse().unwrap(), category), expected, "{address} {category}");
        }
    }

    #[test]
    fn lines_that_can_t_be_read_are_placed() {
        let (table, diagnostics) =
            table("10.0.0.1,1,1\n10.0.0.300,1,1\n10.0.0.2,61,1\n10.0.0.3,1,128\n::/129,1,1\n");
        assert_eq!(diagnostics.len(), 4);
        assert!(diagnostics[0].to_string().starts_with("reputations:2:1: error"), "{}", diagnostics[0]);
        assert_eq!(table.of("10.0.0.1".parse().unwrap(), "Bad"), Some(1));
    }

    proptest! {
        #[test]
        fn agrees_with_a_search_of_all(
            entries in prop::collection::vec((0..16_u8, 24..=32_u32, 1..=2_u8, 0..=127_u8), 0..40),
        ) {
            let written: Vec<((u128, u128), u8, u8)> = entries
                .iter()
                .map(|&(host, length, category, reputation)| {
                    (prefix(&format!("10.0.0.{}/{length}", host * 16)).unwrap(), category, reputation)
                })
                .collect();
            let text: String = entries
                .iter()
                .map(|(host, length, category, reputation)| {
                    format!("10.0.0.{}/{length},{category},{reputation}\n", host * 16)
                })
                .collect();
            let (table, _) = table(&text);
            for host in 0..=255_u8 {
                let address = IpAddr::from([10, 0, 0, host]);
                let at = u128::from_be_bytes(Address::from(address).0);
                for (name, number) in [("Bad", 1), ("Good", 2)] {
                    // Of those that hold it the last of the longest.
                    let held = written.iter().enumerate().filter(|(_, ((first, last), of, _))| {
                        *of == number && (*first..=*last).contains(&at)
                    });
                    let longest = held.min_by_key(|(index, ((first, last), ..))| {
                        (last - first, std::cmp::Reverse(*index))
                    });
                    prop_assert_eq!(table.of(address, name), longest.map(|(_, (_, _, found))| *found));
                }
            }
        }

        #[test]
        fn any_text_ends(text in "(\\PC|[,/.:0-9\n]){0,200}") {
            let source = Source::new("any", text);
            let _ = Reputations::read(std::slice::from_ref(&source), std::slice::from_ref(&source));
        }
    }
}
