//! ZIP archives as they come, member by member.
//!
//! ```text
//! local header, name, extra ─► data ─► (data descriptor) ─► local header … ─► central directory ─► end
//! ```
//!
//! Who opens an archive reads its directory, which comes last; here the local headers must do. Sizes that are not there
//! are found by what follows; sizes that are wrong don't hide anything, as what follows a member must be a header: if it
//! is not, it is taken for more of the member. Members that the directory tells, and that were not met, are reported
//! when it comes.

use memchr::memmem;

use super::super::layer::{Layer, Progress};
use super::super::report::Report;
use super::super::told::Oddity;
use super::member::{Ended, Member, Size};
use super::zip_header::{Central, Local, describes, descriptor};

/// Sizes are behind the data (§4.4.4, bit 3).
const FLAG_DESCRIPTOR: u16 = 1 << 3;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// The signature of a data descriptor.
const DESCRIPTOR: &[u8] = b"PK\x07\x08";
/// The longest data descriptor.
const DESCRIPTOR_LEN: usize = 24;
/// The longest data descriptor, and the signature of what follows it.
const DESCRIPTOR_AND_NEXT: usize = 28;

/// Where a [`Zip`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Signature,
    Local,
    LocalNames(Local),
    /// In a stored member that has so many bytes more.
    Stored {
        left: u64,
    },
    /// In a stored member of unknown size, of which there were so many bytes.
    Open {
        given: u64,
    },
    /// In a deflated member, of which so many bytes are missing if it is known.
    Deflated {
        left: Option<u64>,
    },
    /// In what is of no interest.
    Skip {
        left: u64,
    },
    /// In the data descriptor of a deflated member.
    Descriptor,
    /// Where no header is: what comes before the next one is of the last member.
    Search,
    Central,
    CentralNames(Central),
    /// Nothing more is told.
    Done,
}

/// A ZIP archive.
pub(in super::super) struct Zip {
    state: State,
    /// Bytes of what is gathered.
    held: Vec<u8>,
    member: Member,
    /// Bytes of the archive that were taken.
    at: u64,
    /// Where the header of this member is.
    member_at: u64,
    /// What the format of the archive is if this member is a pickle.
    part_of: Option<&'static str>,
    /// Something was found in a member.
    found: bool,
    /// The sums of what stands for each member that was met, and for each that the directory tells.
    met: u64,
    listed: u64,
}

impl Layer for Zip {
    fn push(&mut self, bytes: &[u8], report: &mut Report<'_>) -> Progress {
        self.take(bytes, report);
        if self.state == State::Done { Progress::Done } else { Progress::More }
    }

    fn finish(&mut self, report: &mut Report<'_>) {
        let in_member = matches!(
            self.state,
            State::Stored { .. } | State::Open { .. } | State::Deflated { .. } | State::Search
        );
        if in_member {
            self.member.finish(report);
        }
        if self.found {
            report.trouble(Oddity::Truncated);
        }
    }

    fn is_sure(&self) -> bool {
        self.found
    }
}

impl Zip {
    /// An archive in so many others.
    pub fn new(nesting: u8) -> Zip {
        Zip {
            state: State::Signature,
            held: Vec::new(),
            member: Member::new(nesting),
            at: 0,
            member_at: 0,
            part_of: None,
            found: false,
            met: 0,
            listed: 0,
        }
    }

    fn take(&mut self, bytes: &[u8], report: &mut Report<'_>) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let used = match self.state {
                State::Signature => self.gather(rest, 4, report, Zip::signature),
                State::Local => self.gather(rest, Local::LEN, report, Zip::local),
                State::LocalNames(local) => {
                    self.gather(rest, local.name + local.extra, report, |zip, report| {
                        zip.names(local, report)
                    })
                }
                State::Stored { left } => self.stored(rest, left, report),
                State::Open { given } => self.open(rest, given, report),
                State::Deflated { left } => self.deflated(rest, left, report),
                State::Skip { left } => {
                    let used = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                    self.at += used as u64;
                    self.state = skip(left - used as u64);
                    used
                }
                State::Descriptor => self.gather(rest, DESCRIPTOR_AND_NEXT, report, Zip::descriptor),
                State::Search => self.search(rest, report),
                State::Central => self.gather(rest, Central::LEN, report, Zip::central),
                State::CentralNames(central) => {
                    self.gather(rest, central.name + central.extra, report, |zip, report| {
                        zip.listed(central, report)
                    })
                }
                State::Done => return,
            };
            rest = rest.get(used..).unwrap_or_default();
        }
    }

    /// Gathers so many bytes, and goes on when they are there.
    fn gather(
        &mut self,
        bytes: &[u8],
        need: usize,
        report: &mut Report<'_>,
        go_on: impl FnOnce(&mut Zip, &mut Report<'_>),
    ) -> usize {
        let used = need.saturating_sub(self.held.len()).min(bytes.len());
        self.held.extend_from_slice(bytes.get(..used).unwrap_or_default());
        self.at += used as u64;
        if self.held.len() >= need {
            go_on(self, report);
        }
        used
    }

    fn signature(&mut self, report: &mut Report<'_>) {
        let state = match self.held.as_slice() {
            b"PK\x03\x04" => State::Local,
            b"PK\x01\x02" => State::Central,
            b"PK\x05\x06" | b"PK\x06\x06" | b"PK\x06\x07" | b"PK\x06\x08" => State::Done,
            DESCRIPTOR => {
                self.state = State::Descriptor;
                return;
            }
            _ => State::Search,
        };
        if state == State::Search {
            if self.found || self.member.content.is_sure() {
                report.trouble(Oddity::Malformed);
            }
            self.state = state;
            return self.put_back(0, report);
        }
        self.member.finish(report);
        if state == State::Done && self.met != self.listed {
            report.trouble(Oddity::ArchiveMismatch);
        }
        self.member_at = self.at - 4;
        self.held.clear();
        self.state = state;
    }

    /// What was gathered, from this byte on, is taken once more.
    fn put_back(&mut self, from: usize, report: &mut Report<'_>) {
        let held = std::mem::take(&mut self.held);
        let again = held.get(from..).unwrap_or_default();
        self.at -= again.len() as u64;
        self.take(again, report);
    }

    fn local(&mut self, report: &mut Report<'_>) {
        let local = Local::parse(&self.held);
        self.held.clear();
        self.state = State::LocalNames(local);
        if local.name + local.extra == 0 {
            self.names(local, report);
        }
    }

    /// Name and extra field are there: the data begin.
    fn names(&mut self, local: Local, report: &mut Report<'_>) {
        let (name, extra) = self.held.split_at_checked(local.name).unwrap_or_default();
        let local = local.with_extra(extra);
        self.met = self.met.wrapping_add(report.hash((self.member_at, name)));
        self.part_of = is_torch(name).then_some("pytorch");
        self.held.clear();
        let later = local.flags & FLAG_DESCRIPTOR != 0 && local.compressed == 0;
        if local.method == DEFLATED {
            // Nothing can't be deflated to nothing: then the size is not known.
            self.member.begin_deflated();
            self.state = State::Deflated { left: (local.compressed > 0).then_some(local.compressed) };
            return;
        }
        self.member.begin();
        if local.method != STORED {
            self.member.content.stop();
        }
        self.state = if later { State::Open { given: 0 } } else { State::Stored { left: local.compressed } };
        if self.state == (State::Stored { left: 0 }) {
            self.state = State::Signature;
        }
    }

    /// Gives bytes to the member.
    fn give(&mut self, bytes: &[u8], report: &mut Report<'_>) {
        report.part_of = self.part_of;
        self.member.stored(bytes, report);
        report.part_of = None;
        self.found |= self.member.content.is_sure();
    }

    fn stored(&mut self, bytes: &[u8], left: u64, report: &mut Report<'_>) -> usize {
        let used = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        self.give(bytes.get(..used).unwrap_or_default(), report);
        self.at += used as u64;
        self.state = match left - used as u64 {
            0 => State::Signature,
            left => State::Stored { left },
        };
        used
    }

    /// In a stored member that ends where a data descriptor says how long it was.
    fn open(&mut self, bytes: &[u8], given: u64, report: &mut Report<'_>) -> usize {
        if self.held.is_empty() {
            let found = memmem::find(bytes, DESCRIPTOR).unwrap_or_else(|| tail_of(bytes, &[DESCRIPTOR]));
            self.give(bytes.get(..found).unwrap_or_default(), report);
            self.at += found as u64;
            self.state = State::Open { given: given + found as u64 };
            let candidate = DESCRIPTOR_LEN.min(bytes.len() - found);
            self.held.extend_from_slice(bytes.get(found..found + candidate).unwrap_or_default());
            self.at += candidate as u64;
            self.candidate(given + found as u64, report);
            return found + candidate;
        }
        let used = (DESCRIPTOR_LEN - self.held.len().min(DESCRIPTOR_LEN)).min(bytes.len());
        self.held.extend_from_slice(bytes.get(..used).unwrap_or_default());
        self.at += used as u64;
        self.candidate(given, report);
        used
    }

    /// What is held may be a data descriptor.
    fn candidate(&mut self, given: u64, report: &mut Report<'_>) {
        let known = DESCRIPTOR.len().min(self.held.len());
        let differs = self.held.get(..known) != DESCRIPTOR.get(..known);
        if !differs && self.held.len() < DESCRIPTOR_LEN {
            return;
        }
        if let Some(len) = describes(&self.held, given).filter(|_| !differs) {
            self.member.finish(report);
            self.member.content.stop();
            self.state = State::Signature;
            return self.put_back(len, report);
        }
        let first = self.held.first().copied();
        self.give(first.as_slice(), report);
        self.state = State::Open { given: given + 1 };
        self.put_back(1, report);
    }

    fn deflated(&mut self, bytes: &[u8], left: Option<u64>, report: &mut Report<'_>) -> usize {
        if let Some(left) = left.filter(|_| !self.member.content.is_of_interest()) {
            self.state = skip(left);
            return 0;
        }
        let size = if left.is_some() { Size::Known } else { Size::Unknown };
        let most = left.and_then(|left| usize::try_from(left).ok()).unwrap_or(usize::MAX).min(bytes.len());
        report.part_of = self.part_of;
        let (used, ended) = self.member.deflated(bytes.get(..most).unwrap_or_default(), size, report);
        report.part_of = None;
        self.found |= self.member.content.is_sure();
        self.at += used as u64;
        let left = left.map(|left| left - used as u64);
        self.state = match (ended, left) {
            (Ended::No, Some(0)) if self.member.content.is_of_interest() => {
                // A size that is too small says nothing about what is to come.
                if self.found {
                    report.trouble(Oddity::BadHeader);
                }
                State::Deflated { left: None }
            }
            (Ended::No, Some(0)) => State::Signature,
            (Ended::No, left) => State::Deflated { left },
            (Ended::Yes, Some(left)) => skip(left),
            (Ended::Yes, None) => State::Descriptor,
            (Ended::Broken, left) => {
                if self.member.content.is_sure() && self.member.content.is_of_interest() {
                    report.trouble(Oddity::Malformed);
                }
                self.member.content.stop();
                left.map_or(State::Search, skip)
            }
        };
        if ended == Ended::Yes {
            self.member.finish(report);
            self.member.content.stop();
        }
        used
    }

    fn descriptor(&mut self, report: &mut Report<'_>) {
        self.state = State::Signature;
        match descriptor(&self.held) {
            Some(len) => self.put_back(len, report),
            None => {
                self.member.content.stop();
                self.state = State::Search;
                // Behind the signature, so that the same is not met again.
                let from = if self.held.starts_with(DESCRIPTOR) { DESCRIPTOR.len() } else { 0 };
                self.put_back(from, report);
            }
        }
    }

    /// Looks for the next header.
    fn search(&mut self, bytes: &[u8], report: &mut Report<'_>) -> usize {
        const HEADERS: [&[u8]; 3] = [b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"];
        if !self.held.is_empty() {
            let used = (4 - self.held.len().min(4)).min(bytes.len());
            self.held.extend_from_slice(bytes.get(..used).unwrap_or_default());
            self.at += used as u64;
            if HEADERS.iter().any(|header| *header == self.held) {
                self.state = State::Signature;
                self.signature(report);
            } else if !HEADERS.iter().any(|header| header.starts_with(&self.held)) {
                let first = self.held.first().copied();
                self.give(first.as_slice(), report);
                self.put_back(1, report);
            }
            return used;
        }
        let found = HEADERS.iter().filter_map(|header| memmem::find(bytes, header)).min();
        let at = found.unwrap_or_else(|| tail_of(bytes, &HEADERS));
        self.give(bytes.get(..at).unwrap_or_default(), report);
        self.at += at as u64;
        if found.is_some() {
            self.state = State::Signature;
            return at;
        }
        let tail = bytes.get(at..).unwrap_or_default();
        self.held.extend_from_slice(tail);
        self.at += tail.len() as u64;
        bytes.len()
    }

    fn central(&mut self, report: &mut Report<'_>) {
        let central = Central::parse(&self.held);
        self.held.clear();
        self.state = State::CentralNames(central);
        if central.name + central.extra == 0 {
            self.listed(central, report);
        }
    }

    /// Name and extra field of a member in the directory are there.
    fn listed(&mut self, central: Central, report: &mut Report<'_>) {
        let (name, extra) = self.held.split_at_checked(central.name).unwrap_or_default();
        self.listed = self.listed.wrapping_add(report.hash((central.offset(extra), name)));
        self.held.clear();
        self.state = skip(central.comment as u64);
    }
}

/// Skips so many bytes, up to a signature.
fn skip(left: u64) -> State {
    if left == 0 { State::Signature } else { State::Skip { left } }
}

/// Where the end of `bytes` begins that may be the beginning of one of the marks, none of which is in them.
fn tail_of(bytes: &[u8], marks: &[&[u8]]) -> usize {
    let from = bytes.len().saturating_sub(3);
    (from..bytes.len())
        .find(|&at| bytes.get(at..).is_some_and(|tail| marks.iter().any(|mark| mark.starts_with(tail))))
        .unwrap_or(bytes.len())
}

/// Whether `torch.save` calls the pickle in its archives so (`archive/data.pkl`; TorchScript has `constants.pkl`, too).
fn is_torch(name: &[u8]) -> bool {
    name.ends_with(b"/data.pkl") || name.ends_with(b"/constants.pkl")
}
