//! Whether bytes are a pickle at all, and what is told once they are.
//!
//! Pickles of protocol 2 and up begin with two bytes that other things may begin with; older ones begin with any opcode,
//! and most opcodes are letters. So what comes is run as a pickle, strictly, and what it would tell is held until there
//! is evidence enough that it is one: what no text has in these places. The first thing that no pickler writes before
//! that proves that it is none, and nothing is told.
//!
//! The evidence always comes before anything is run: a call needs a tuple, and a tuple needs opcodes that are no
//! letters.

use super::super::report::Report;
use super::super::told::Oddity;
use super::name::is_dotted;

/// Imports that are held. A text with as many is a list of words that begin with `c`, if it is a text.
const MAX_HELD: usize = 64;
/// Points that make it sure.
const ENOUGH: u8 = 2;
/// Opcodes behind a PROTO that make it sure.
const ENOUGH_BEHIND_PROTO: u8 = 3;
/// Bytes that a pickle without imports must have to be told of. Shorter ones can't be told from texts.
const SHORTEST: u64 = 8;

/// Modules that pickles of models and of attackers import from. A first import from one of them is a point.
const WELL_KNOWN: [&[u8]; 45] = [
    b"__builtin__",
    b"__main__",
    b"_operator",
    b"_pickle",
    b"aiohttp",
    b"asyncio",
    b"bdb",
    b"builtins",
    b"cPickle",
    b"code",
    b"codecs",
    b"collections",
    b"commands",
    b"copy_reg",
    b"copyreg",
    b"ctypes",
    b"datetime",
    b"dill",
    b"functools",
    b"httplib",
    b"importlib",
    b"io",
    b"joblib",
    b"marshal",
    b"multiprocessing",
    b"nt",
    b"numpy",
    b"operator",
    b"os",
    b"pickle",
    b"pip",
    b"posix",
    b"pty",
    b"pydoc",
    b"requests",
    b"runpy",
    b"shutil",
    b"sklearn",
    b"socket",
    b"subprocess",
    b"sys",
    b"torch",
    b"types",
    b"urllib",
    b"webbrowser",
];

/// What an opcode says about whether this is a pickle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// Nothing: a text may have it there.
    None,
    /// A single character of ASCII that was possible there, and in few texts is.
    Weak,
    /// What texts don't have.
    Strong,
    /// What nothing else has.
    Proof,
}

/// Says things when it is sure that this is a pickle.
#[derive(Debug, Default)]
pub(super) struct Voice {
    sure: bool,
    /// There was a PROTO.
    headed: bool,
    opcodes_seen: u8,
    points: u8,
    points_since_import: u8,
    well_known: bool,
    /// Module and name, and the length of the module.
    imports: Vec<(Vec<u8>, usize)>,
    opcodes: Vec<&'static str>,
    format: Option<&'static str>,
    oddities: Vec<Oddity>,
}

impl Voice {
    pub fn clear(&mut self) {
        *self = Voice::default();
    }

    pub fn is_sure(&self) -> bool {
        self.sure
    }

    /// A PROTO has come first.
    pub fn header(&mut self) {
        self.headed = true;
    }

    /// Whether these can be names of an import, as long as it is not sure. Behind a PROTO anything may be that is text.
    pub fn takes(&self, module: &[u8], name: &[u8]) -> bool {
        let is_text = |name: &[u8]| {
            !name.is_empty()
                && name.iter().all(|octet| !octet.is_ascii_control())
                && std::str::from_utf8(name).is_ok()
        };
        let [module, name] =
            [module, name].map(|text| if self.headed { is_text(text) } else { is_dotted(text) });
        module && name
    }

    pub fn opcode(&mut self, name: &'static str, report: &mut Report<'_>) {
        if self.sure {
            report.opcode(name);
        } else if !self.opcodes.contains(&name) {
            self.opcodes.push(name);
        }
    }

    /// The pickle is of a kind of its own.
    pub fn format(&mut self, format: &'static str, report: &mut Report<'_>) {
        if self.sure {
            report.format(format);
        } else {
            self.format = Some(format);
        }
    }

    pub fn import(&mut self, module: &[u8], name: &[u8], report: &mut Report<'_>) {
        if self.sure {
            report.import(module, name);
            return;
        }
        if self.imports.is_empty() {
            let root = module.split(|&octet| octet == b'.').next().unwrap_or_default();
            self.well_known = WELL_KNOWN.contains(&root);
            self.points += u8::from(self.well_known);
            self.points_since_import = 0;
        }
        self.imports.push(([module, name].concat(), module.len()));
        if self.headed || self.imports.len() >= MAX_HELD {
            self.speak(report);
        }
    }

    /// Something is not as it should be.
    pub fn trouble(&mut self, oddity: Oddity, report: &mut Report<'_>) {
        if self.sure {
            report.trouble(oddity);
        } else if !self.oddities.contains(&oddity) {
            self.oddities.push(oddity);
        }
    }

    /// An opcode has been run, and was possible.
    pub fn weigh(&mut self, sign: Sign, report: &mut Report<'_>) {
        if self.sure {
            return;
        }
        let points = match sign {
            Sign::None => 0,
            Sign::Weak => 1,
            Sign::Strong => ENOUGH,
            Sign::Proof => return self.speak(report),
        };
        self.opcodes_seen = self.opcodes_seen.saturating_add(1);
        self.points = self.points.saturating_add(points);
        self.points_since_import = self.points_since_import.saturating_add(points);
        let imports = !self.imports.is_empty()
            && self.points >= ENOUGH
            && (self.well_known || self.points_since_import > 0);
        // The PROTO itself is one of them.
        if imports || self.headed && self.opcodes_seen > ENOUGH_BEHIND_PROTO {
            self.speak(report);
        }
    }

    /// A STOP has come at this height, after so many bytes.
    pub fn stop(&mut self, height: u64, bytes: u64, report: &mut Report<'_>) {
        let alone = height == 1 && bytes >= SHORTEST && self.points >= ENOUGH;
        if !self.sure && (self.headed || !self.imports.is_empty() || alone) {
            self.speak(report);
        }
    }

    /// The bytes have ended before a STOP.
    pub fn end(&mut self, report: &mut Report<'_>) {
        if !self.sure && self.well_known {
            self.speak(report);
        }
    }

    /// It is a pickle: tells all that was held.
    fn speak(&mut self, report: &mut Report<'_>) {
        self.sure = true;
        report.format("pickle");
        if let Some(format) = self.format.take() {
            report.format(format);
        }
        self.opcodes.drain(..).for_each(|name| report.opcode(name));
        for (import, module) in self.imports.drain(..) {
            let (module, name) = import.split_at_checked(module).unwrap_or_default();
            report.import(module, name);
        }
        self.oddities.drain(..).for_each(|oddity| report.trouble(oddity));
    }
}
