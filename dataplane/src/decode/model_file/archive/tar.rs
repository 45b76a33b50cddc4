//! Tar archives, which PyTorch wrote before it wrote ZIP: `sys_info`, `pickle`, `tensors`, `storages`
//! (POSIX.1-2017, pax, "ustar Interchange Format").

use super::super::content::Content;
use super::super::layer::{Layer, Progress};
use super::super::report::Report;
use super::super::told::Oddity;

/// Bytes of a block: a header, or a piece of a file.
const BLOCK: usize = 512;
/// Where the size of a file is in its header, in octal, and how long it is.
const SIZE: std::ops::Range<usize> = 124..136;
/// Where the kind of a file is.
const KIND: usize = 156;

/// A tar archive.
pub(in super::super) struct Tar {
    header: Vec<u8>,
    content: Content,
    /// Bytes of the file, and of the padding behind it, that are to come.
    left: u64,
    padding: u64,
    part_of: Option<&'static str>,
    found: bool,
}

impl Tar {
    /// An archive in so many others.
    pub fn new(nesting: u8) -> Tar {
        Tar {
            header: Vec::new(),
            content: Content::new(nesting),
            left: 0,
            padding: 0,
            part_of: None,
            found: false,
        }
    }

    /// A header is there; `None` if it is none, or the archive ends.
    fn begin(&mut self) -> Option<()> {
        let octal = |octet: &u8| char::from(*octet).to_digit(8);
        let size = self.header.get(SIZE)?;
        let size = match size.split_first_chunk::<4>() {
            // Sizes of 8 GiB and more are in binary (GNU).
            Some((&[0x80, ..], low)) => u64::from_be_bytes(*low.first_chunk()?),
            _ => size.iter().filter_map(octal).fold(0, |size: u64, digit| size << 3 | u64::from(digit)),
        };
        if self.header.iter().all(|&octet| octet == 0) {
            return None;
        }
        let is_file = matches!(self.header.get(KIND), Some(b'0' | b'7' | 0));
        let is_pickle = self.header.starts_with(b"pickle\0");
        self.part_of = is_pickle.then_some("pytorch");
        self.header.clear();
        self.content.clear();
        if !is_file {
            self.content.stop();
        }
        self.left = size;
        self.padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
        Some(())
    }

    fn data(&mut self, bytes: &[u8], report: &mut Report<'_>) -> usize {
        let used = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
        if self.content.is_of_interest() {
            report.part_of = self.part_of;
            self.content.push(bytes.get(..used).unwrap_or_default(), report);
            report.part_of = None;
            self.found |= self.content.is_sure();
        }
        self.left -= used as u64;
        if self.left == 0 && self.content.is_of_interest() {
            self.content.finish(report);
        }
        used
    }
}

impl Layer for Tar {
    fn push(&mut self, bytes: &[u8], report: &mut Report<'_>) -> Progress {
        let mut rest = bytes;
        while !rest.is_empty() {
            let used = if self.left > 0 {
                self.data(rest, report)
            } else if self.padding > 0 {
                let used = (self.padding as usize).min(rest.len());
                self.padding -= used as u64;
                used
            } else {
                let used = (BLOCK - self.header.len()).min(rest.len());
                self.header.extend_from_slice(rest.get(..used).unwrap_or_default());
                if self.header.len() == BLOCK && self.begin().is_none() {
                    return Progress::Done;
                }
                used
            };
            rest = rest.get(used..).unwrap_or_default();
        }
        Progress::More
    }

    fn finish(&mut self, report: &mut Report<'_>) {
        if self.left > 0 && self.content.is_of_interest() {
            self.content.finish(report);
        }
        if self.found && self.left > 0 {
            report.trouble(Oddity::Truncated);
        }
    }

    fn is_sure(&self) -> bool {
        self.found
    }
}
