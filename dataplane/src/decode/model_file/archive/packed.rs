//! Files compressed as a whole, with gzip or zlib, as joblib does.

use super::super::super::content_coding::{Chain, Coding, Output, Trouble};
use super::super::content::Content;
use super::super::layer::{Layer, Progress};
use super::super::report::Report;
use super::super::told::Oddity;

/// A compressed file.
pub(in super::super) struct Packed {
    chain: Chain,
    content: Content,
    /// It is not, or no longer, what it seemed to be.
    broken: bool,
}

impl Packed {
    pub fn new(coding: Coding, nesting: u8, report: &Report<'_>) -> Packed {
        let mut chain = Chain::new(report.limits.inflate);
        chain.add(coding);
        Packed { chain, content: Content::new(nesting), broken: false }
    }
}

impl Layer for Packed {
    fn push(&mut self, bytes: &[u8], report: &mut Report<'_>) -> Progress {
        let Packed { chain, content, broken } = self;
        chain.push(bytes, &mut |output| match output {
            Output::Bytes(bytes) if content.is_of_interest() && !*broken => content.push(bytes, report),
            Output::Bytes(_) => {}
            Output::Trouble(trouble) => {
                if content.is_sure() && content.is_of_interest() && !*broken {
                    report.trouble(match trouble {
                        Trouble::Bomb => Oddity::DecompressionBomb,
                        Trouble::Corrupt(_) => Oddity::Malformed,
                    });
                }
                *broken = true;
            }
        });
        if *broken || !content.is_of_interest() { Progress::Done } else { Progress::More }
    }

    fn finish(&mut self, report: &mut Report<'_>) {
        self.content.finish(report);
    }

    fn is_sure(&self) -> bool {
        self.content.is_sure()
    }
}
