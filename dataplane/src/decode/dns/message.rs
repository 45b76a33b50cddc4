//! What a message holds, for keywords that compare numbers and for events.

use std::net::IpAddr;

use super::header::DnsHeader;

/// A section of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DnsSection {
    /// Records that answer the question.
    Answer,
    /// Records that name who knows.
    Authority,
    /// Records that help.
    Additional,
}

/// A question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DnsQuestion<'m> {
    /// The name that is asked for, as text; empty for the root.
    pub name: &'m [u8],
    /// The type of the records that are wanted.
    pub rrtype: u16,
    /// Their class; 1 is the Internet.
    pub class: u16,
}

/// A record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DnsRecord<'m> {
    /// Where it stands.
    pub section: DnsSection,
    /// The name that it is about, as text; empty for the root.
    pub name: &'m [u8],
    /// Its type.
    pub rrtype: u16,
    /// Its class; 1 is the Internet.
    pub class: u16,
    /// How long it may be remembered, in seconds.
    pub ttl: u32,
    /// Its data.
    pub data: DnsData<'m>,
}

/// The data of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsData<'m> {
    /// An address: A, AAAA.
    Address(IpAddr),
    /// A name, the first there is: CNAME, NS, PTR, DNAME, MX, SRV, SOA, SVCB, HTTPS.
    Name(&'m [u8]),
    /// Something else of so many bytes.
    Other(u16),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    start: u16,
    len: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeptData {
    Address(IpAddr),
    Name(Span),
    Other(u16),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct KeptRecord {
    section: DnsSection,
    name: Span,
    rrtype: u16,
    class: u16,
    ttl: u32,
    data: KeptData,
}

/// A message: its header, and the first [`DnsMessage::QUESTIONS`] questions and [`DnsMessage::RECORDS`] records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DnsMessage {
    /// Its header.
    pub header: DnsHeader,
    /// The upper eight bits of the response code (RFC 6891 §6.1.3); `None` without EDNS.
    pub extended_rcode: Option<u8>,
    questions: Vec<(Span, u16, u16)>,
    records: Vec<KeptRecord>,
    text: Vec<u8>,
    cut: bool,
}

impl DnsMessage {
    /// The most questions that are kept.
    pub const QUESTIONS: usize = 8;
    /// The most records that are kept.
    pub const RECORDS: usize = 64;

    /// The response code, of twelve bits with EDNS.
    pub fn rcode(&self) -> u16 {
        u16::from(self.extended_rcode.unwrap_or(0)) << 4 | u16::from(self.header.rcode())
    }

    /// The questions that are kept.
    pub fn questions(&self) -> impl Iterator<Item = DnsQuestion<'_>> {
        self.questions.iter().map(|&(name, rrtype, class)| DnsQuestion {
            name: self.text_of(name),
            rrtype,
            class,
        })
    }

    /// The records that are kept, in the order of the wire.
    pub fn records(&self) -> impl Iterator<Item = DnsRecord<'_>> {
        self.records.iter().map(|record| DnsRecord {
            section: record.section,
            name: self.text_of(record.name),
            rrtype: record.rrtype,
            class: record.class,
            ttl: record.ttl,
            data: match record.data {
                KeptData::Address(address) => DnsData::Address(address),
                KeptData::Name(name) => DnsData::Name(self.text_of(name)),
                KeptData::Other(len) => DnsData::Other(len),
            },
        })
    }

    /// Whether there were questions or records that are not kept.
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    pub(super) fn begin(&mut self, header: DnsHeader) {
        self.header = header;
        self.extended_rcode = None;
        self.questions.clear();
        self.records.clear();
        self.text.clear();
        self.cut = false;
    }

    pub(super) fn keep_question(&mut self, question: DnsQuestion<'_>) {
        if self.questions.len() >= DnsMessage::QUESTIONS {
            self.cut = true;
            return;
        }
        let name = self.keep_text(question.name);
        self.questions.push((name, question.rrtype, question.class));
    }

    pub(super) fn keep_record(&mut self, record: DnsRecord<'_>) {
        if self.records.len() >= DnsMessage::RECORDS {
            self.cut = true;
            return;
        }
        let DnsRecord { section, rrtype, class, ttl, .. } = record;
        let name = self.keep_text(record.name);
        let data = match record.data {
            DnsData::Address(address) => KeptData::Address(address),
            DnsData::Name(name) => KeptData::Name(self.keep_text(name)),
            DnsData::Other(len) => KeptData::Other(len),
        };
        self.records.push(KeptRecord { section, name, rrtype, class, ttl, data });
    }

    /// Names have 253 bytes at most, and all that are kept together less than 2^16.
    fn keep_text(&mut self, text: &[u8]) -> Span {
        let span = Span { start: self.text.len() as u16, len: text.len() as u8 };
        self.text.extend_from_slice(text);
        span
    }

    fn text_of(&self, span: Span) -> &[u8] {
        let start = usize::from(span.start);
        self.text.get(start..start + usize::from(span.len)).unwrap_or(&[])
    }
}
