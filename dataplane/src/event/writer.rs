//! Writes events to a file or to standard output, one line of JSON each.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use serde::Serialize;

use super::eve::EveLine;
use super::redact::Redaction;
use super::{Catalog, Event, EventKind};

/// Rule sets whose names are kept: events of flows that a reload found open still carry the numbers of the one before.
const CATALOGS: usize = 4;

/// Where events go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EveTarget {
    /// To standard output.
    Stdout,
    /// To this file, which is appended to.
    File(PathBuf),
    /// To this file, which is emptied first.
    NewFile(PathBuf),
}

impl EveTarget {
    /// Standard output for `-`, otherwise a file to append to.
    pub fn from_path(path: PathBuf) -> EveTarget {
        if path.as_os_str() == "-" { EveTarget::Stdout } else { EveTarget::File(path) }
    }
}

/// Why events can't be written.
#[derive(Debug, thiserror::Error)]
pub enum EveError {
    /// The file can't be opened.
    #[error("can't open {} for events: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line can't be written.
    #[error("can't write events: {0}")]
    Write(#[from] io::Error),
}

/// Writes events.
pub struct EveWriter {
    target: EveTarget,
    out: BufWriter<Box<dyn Write + Send>>,
    catalogs: VecDeque<Catalog>,
    redaction: Redaction,
    written: u64,
}

impl EveWriter {
    /// Opens the target.
    pub fn open(target: EveTarget) -> Result<EveWriter, EveError> {
        let out = open(&target)?;
        Ok(EveWriter {
            target,
            out,
            catalogs: VecDeque::with_capacity(CATALOGS),
            redaction: Redaction::default(),
            written: 0,
        })
    }

    /// Takes parts of contents out before they are written.
    pub fn set_redaction(&mut self, redaction: Redaction) {
        self.redaction = redaction;
    }

    /// Writes to anything that takes bytes.
    pub fn to_sink(sink: Box<dyn Write + Send>) -> EveWriter {
        let (target, out) = (EveTarget::Stdout, BufWriter::new(sink));
        EveWriter {
            target,
            out,
            catalogs: VecDeque::with_capacity(CATALOGS),
            redaction: Redaction::default(),
            written: 0,
        }
    }

    /// Makes the names of a rule set known, before its first event comes.
    pub fn learn(&mut self, catalog: Catalog) {
        if self.catalogs.len() == CATALOGS {
            self.catalogs.pop_back();
        }
        self.catalogs.push_front(catalog);
    }

    /// Writes an event.
    pub fn write(&mut self, event: &Event) -> Result<(), EveError> {
        let catalog = self.catalogs.iter().find(|catalog| catalog.generation == event.generation);
        let EventKind::Transaction(record) = &event.kind else {
            self.written += 1;
            return line(&mut self.out, &EveLine::new(event, catalog));
        };
        for said in EveLine::of_transaction(event, record, catalog, &self.redaction) {
            self.written += 1;
            line(&mut self.out, &said)?;
        }
        Ok(())
    }

    /// Writes any other line.
    pub fn write_line(&mut self, value: &impl Serialize) -> Result<(), EveError> {
        self.written += 1;
        line(&mut self.out, value)
    }

    /// Lines written since the start.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Hands what is buffered to the system.
    pub fn flush(&mut self) -> Result<(), EveError> {
        Ok(self.out.flush()?)
    }

    /// Opens the file anew, after it was renamed (log rotation). Where that fails the old one stays in use.
    pub fn reopen(&mut self) -> Result<(), EveError> {
        self.out.flush()?;
        if let EveTarget::NewFile(path) = &self.target {
            // Emptied once; from now on there may be lines in it that somebody wants.
            self.target = EveTarget::File(path.clone());
        }
        self.out = open(&self.target)?;
        Ok(())
    }
}

fn line(out: &mut impl Write, value: &impl Serialize) -> Result<(), EveError> {
    serde_json::to_writer(&mut *out, value).map_err(io::Error::from)?;
    Ok(out.write_all(b"\n")?)
}

fn open(target: &EveTarget) -> Result<BufWriter<Box<dyn Write + Send>>, EveError> {
    let file = |path: &PathBuf, options: &OpenOptions| -> Result<File, EveError> {
        options.open(path).map_err(|source| EveError::Open { path: path.clone(), source })
    };
    let mut options = OpenOptions::new();
    let sink: Box<dyn Write + Send> = match target {
        EveTarget::Stdout => Box::new(io::stdout()),
        EveTarget::File(path) => Box::new(file(path, options.create(true).append(true))?),
        EveTarget::NewFile(path) => Box::new(file(path, options.create(true).write(true).truncate(true))?),
    };
    Ok(BufWriter::with_capacity(1 << 16, sink))
}
