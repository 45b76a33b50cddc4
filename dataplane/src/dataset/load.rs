//! Makes the sets that rules name, with what their files hold.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use weir_rules::diagnostic::{Diagnostic, Source};

use super::element::{self, Element};
use super::place::SetFiles;
use crate::confirm::{DatasetId, DatasetTable, NamedSet, SetUse, Sets};

/// The largest file of a set.
const MAX_FILE: u64 = 1 << 30;

/// The sets of a rule set.
#[derive(Debug, Default)]
pub struct LoadedSets {
    /// All of them; those that failed are empty.
    pub sets: Sets,
    /// Those that can't be had; signatures that name them can't be in force.
    pub failed: Vec<DatasetId>,
    /// What is wrong, at its place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Makes all sets. One that was there before and means the same is taken over with all that workers put in.
pub fn load_sets(named: &[NamedSet], files: &SetFiles, previous: Option<&Sets>) -> LoadedSets {
    let mut loaded = LoadedSets::default();
    let mut tables = Vec::with_capacity(named.len());
    for (index, set) in named.iter().enumerate() {
        let made = make(set, files, previous, &mut loaded.diagnostics);
        tables.push(made.unwrap_or_else(|diagnostic| {
            loaded.diagnostics.push(diagnostic);
            loaded.failed.push(DatasetId(index as u32));
            Arc::new(DatasetTable::new(&set.source, SetUse::Asked, 0))
        }));
    }
    loaded.sets = Sets { tables: tables.into() };
    loaded
}

fn make(
    set: &NamedSet,
    files: &SetFiles,
    previous: Option<&Sets>,
    notes: &mut Vec<Diagnostic>,
) -> Result<Arc<DatasetTable>, Diagnostic> {
    let source = &set.source;
    if source.kind.is_none() {
        let message = format!("nothing says what the values of the dataset {} are", source.name);
        return Err(at_rule(set, message).with_help("add `type string`, or md5, sha256, ipv4 or ip"));
    }
    let save = match &source.save {
        Some(path) => files.to_write(path).map_err(|error| at_rule(set, error.to_string()))?,
        None => None,
    };
    if source.save.is_some() && save.is_none() && matches!(files, SetFiles::Disk { .. }) {
        let message = format!("the dataset {} is kept in memory only", source.name);
        let help = "name a folder where sets may be written: `datasets.directory` in weir.yaml";
        notes.push(Diagnostic::warning(&set.origin.source, set.origin.span.clone(), message).with_help(help));
    }
    let before = previous
        .and_then(|sets| sets.named(&source.name))
        .filter(|table| table.means(source) && table.saved_to() == save.as_deref());
    let elements = match (&source.load, before) {
        // What such a set was loaded from is what it was saved to since.
        (Some(_), Some(before)) if source.save == source.load => return Ok(Arc::clone(before)),
        (Some(path), _) => read_elements(set, files, path)?,
        (None, _) => Vec::new(),
    };
    if let Some(before) = before.filter(|before| before.is_changed()) {
        // What else the file says of its values is numbered anew with each reading, so only the values are taken.
        let values = elements.into_iter().map(|element| Element { context: None, ..element }).collect();
        fill(before, set, values)?;
        return Ok(Arc::clone(before));
    }
    let mut table = DatasetTable::new(source, set.usage, elements.len());
    table.save_to(save);
    table.explain(elements.iter().filter_map(|element| element.context.clone()).collect());
    fill(&table, set, elements)?;
    Ok(Arc::new(table))
}

/// Puts elements in. Their contexts are numbered as they come.
fn fill(table: &DatasetTable, set: &NamedSet, elements: Vec<Element>) -> Result<(), Diagnostic> {
    let mut explained = 0;
    for element in elements {
        let number = element.context.is_some().then_some(explained);
        explained += u32::from(number.is_some());
        table.insert_element(&element.value, element.reputation, number).map_err(|error| {
            at_rule(set, format!("the dataset {}: {error}", set.source.name))
                .with_help("give it a greater memcap")
        })?;
    }
    Ok(())
}

fn read_elements(set: &NamedSet, files: &SetFiles, path: &str) -> Result<Vec<Element>, Diagnostic> {
    let rules = Path::new(&set.origin.source.name);
    let place = files.to_read(rules, path).map_err(|error| at_rule(set, error.to_string()))?;
    let text = match read_text(&place) {
        Ok(text) => text,
        // A set that is saved there may not have been, yet.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && set.source.save == set.source.load => {
            return Ok(Vec::new());
        }
        Err(error) => {
            let message =
                format!("can't read {} of the dataset {}: {error}", place.display(), set.source.name);
            return Err(at_rule(set, message));
        }
    };
    let mut elements = Vec::new();
    element::read(&set.source, &text, &mut |element| elements.push(element)).map_err(|fault| {
        let source = Source::new(place.display().to_string(), text);
        Diagnostic::error(&source, fault.span, fault.message).with_help(fault.help)
    })?;
    Ok(elements)
}

fn read_text(path: &PathBuf) -> std::io::Result<String> {
    if std::fs::metadata(path)?.len() > MAX_FILE {
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, "it has more than 1 GiB"));
    }
    Ok(String::from_utf8_lossy(&std::fs::read(path)?).into_owned())
}

fn at_rule(set: &NamedSet, message: String) -> Diagnostic {
    Diagnostic::error(&set.origin.source, set.origin.span.clone(), message)
}
