//! Goes through a message once and tells what it finds.

use std::net::IpAddr;

use weir_rules::field::FieldId;
use weir_rules::number::NumberId;

use super::anomaly;
use super::config::DnsConfig;
use super::header::DnsHeader;
use super::message::{DnsData, DnsMessage, DnsQuestion, DnsRecord, DnsSection};
use super::name::{Extent, Name, NameFault};
use super::record_data::{names_in, rrtype};
use crate::decode::{AppEvent, Part, Sink, TransactionId};
use crate::flow::Direction;

/// A message, and whom to tell of it.
pub(super) struct Walk<'w, S> {
    pub(super) bytes: &'w [u8],
    pub(super) message: &'w mut DnsMessage,
    pub(super) sink: &'w mut S,
    pub(super) transaction: TransactionId,
    pub(super) direction: Direction,
}

impl<S: Sink> Walk<'_, S> {
    /// Tells all that follows the header. What stands before a fault is told, then the fault.
    pub(super) fn run(mut self, config: &DnsConfig) {
        if let Err(event) = self.sections(config.max_records) {
            self.event(event);
        }
    }

    fn sections(&mut self, max_records: u16) -> Result<(), AppEvent> {
        let [questions, answers, authorities, additionals] = self.message.header.counts;
        let mut left = max_records;
        let mut spend = || {
            left = left.checked_sub(1).ok_or(anomaly::TOO_MANY_RECORDS)?;
            Ok(())
        };
        let mut name = Name::new();
        let mut at = DnsHeader::LEN;
        for _ in 0..questions {
            spend()?;
            at = self.question(at, &mut name)?;
        }
        for (section, count) in [
            (DnsSection::Answer, answers),
            (DnsSection::Authority, authorities),
            (DnsSection::Additional, additionals),
        ] {
            for _ in 0..count {
                spend()?;
                at = self.record(section, at, &mut name)?;
            }
        }
        Ok(())
    }

    /// Tells the question at `at`, and gives where it ends.
    fn question(&mut self, at: usize, name: &mut Name) -> Result<usize, AppEvent> {
        let at = self.name(at, name)?;
        let (&[a, b, c, d], at) = self.array(at)?;
        if self.direction == Direction::ToServer {
            self.field(FieldId::DnsQuery, name.as_bytes());
        }
        self.field(FieldId::DnsQueryName, name.as_bytes());
        let (rrtype, class) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        if !self.message.header.is_response() {
            self.number(NumberId::DnsRrType, rrtype);
        }
        self.message.keep_question(DnsQuestion { name: name.as_bytes(), rrtype, class });
        Ok(at)
    }

    /// Tells the record at `at`, and gives where it ends.
    fn record(&mut self, section: DnsSection, at: usize, name: &mut Name) -> Result<usize, AppEvent> {
        let at = self.name(at, name)?;
        let (&[a, b, c, d, e, f, g, h, i, j], at) = self.array(at)?;
        let kind = u16::from_be_bytes([a, b]);
        let class = u16::from_be_bytes([c, d]);
        let ttl = u32::from_be_bytes([e, f, g, h]);
        let len = u16::from_be_bytes([i, j]);
        let end = at + usize::from(len);
        let data = self.bytes.get(at..end).ok_or(anomaly::MALFORMED_DATA)?;
        if kind == rrtype::OPT {
            // RFC 6891 §6.1.3: where others have a TTL.
            self.message.extended_rcode = Some(e);
            return Ok(end);
        }
        let field = match section {
            DnsSection::Answer => FieldId::DnsAnswerName,
            DnsSection::Authority => FieldId::DnsAuthorityName,
            DnsSection::Additional => FieldId::DnsAdditionalName,
        };
        self.field(field, name.as_bytes());
        let is_response = self.message.header.is_response();
        if is_response {
            self.field(FieldId::DnsResponseData, name.as_bytes());
        }
        if is_response && section == DnsSection::Answer {
            self.number(NumberId::DnsRrType, kind);
        }
        let record =
            DnsRecord { section, name: name.as_bytes(), rrtype: kind, class, ttl, data: DnsData::Other(len) };
        match names_in(kind) {
            // An update may delete records by naming their type without data (RFC 2136 §2.5.2).
            Some(_) if len == 0 => self.message.keep_record(record),
            Some((before, count)) => self.names_in_data(record, at + before, end, count)?,
            None => {
                let data = address(kind, data).map_or(record.data, DnsData::Address);
                self.message.keep_record(DnsRecord { data, ..record });
            }
        }
        Ok(end)
    }

    /// Tells the names in a record's data.
    fn names_in_data(
        &mut self,
        record: DnsRecord<'_>,
        start: usize,
        end: usize,
        count: usize,
    ) -> Result<(), AppEvent> {
        let is_response = self.message.header.is_response();
        let mut inner = Name::new();
        let mut at = start;
        for position in 0..count {
            if at >= end {
                return Err(anomaly::MALFORMED_DATA);
            }
            at = self.name(at, &mut inner)?;
            if at > end {
                return Err(anomaly::MALFORMED_DATA);
            }
            if is_response {
                self.field(FieldId::DnsResponseData, inner.as_bytes());
            }
            if position == 0 {
                self.message.keep_record(DnsRecord { data: DnsData::Name(inner.as_bytes()), ..record });
            }
        }
        Ok(())
    }

    fn name(&mut self, at: usize, name: &mut Name) -> Result<usize, AppEvent> {
        match name.read(self.bytes, at) {
            Ok((end, extent)) => {
                if extent == Extent::Cut {
                    self.event(anomaly::NAME_TOO_LONG);
                }
                Ok(end)
            }
            Err(NameFault::Malformed) => Err(anomaly::MALFORMED_DATA),
            Err(NameFault::Loop) => Err(anomaly::INFINITE_LOOP),
        }
    }

    fn array<const N: usize>(&self, at: usize) -> Result<(&[u8; N], usize), AppEvent> {
        let array = self.bytes.get(at..).and_then(|rest| rest.first_chunk());
        array.map(|array| (array, at + N)).ok_or(anomaly::MALFORMED_DATA)
    }

    fn field(&mut self, field: FieldId, value: &[u8]) {
        self.sink.field(self.transaction, self.direction, field, Part::Whole, value);
    }

    fn number(&mut self, number: NumberId, value: u16) {
        self.sink.number(self.transaction, self.direction, number, value.into());
    }

    #[cold]
    fn event(&mut self, event: AppEvent) {
        self.sink.event(self.transaction, self.direction, event);
    }
}

/// The address in a record's data.
fn address(kind: u16, data: &[u8]) -> Option<IpAddr> {
    match kind {
        rrtype::A => <[u8; 4]>::try_from(data).ok().map(IpAddr::from),
        rrtype::AAAA => <[u8; 16]>::try_from(data).ok().map(IpAddr::from),
        _ => None,
    }
}
