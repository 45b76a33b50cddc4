//! The `dns` object of an alert: what the header of its message says, in the words of Suricata's schema (version 3).

use std::borrow::Cow;

use serde::Serialize;
use weir_rules::number::NumberId;
use weir_rules::signature::number_name;

use crate::decode::dns::DnsHeader;

/// Set bits are named, others are not there.
fn is_unset(flag: &bool) -> bool {
    !flag
}

#[derive(Debug, Serialize)]
pub(super) struct DnsObject {
    version: u8,
    #[serde(rename = "type")]
    kind: &'static str,
    id: u16,
    flags: String,
    #[serde(skip_serializing_if = "is_unset")]
    qr: bool,
    #[serde(skip_serializing_if = "is_unset")]
    aa: bool,
    #[serde(skip_serializing_if = "is_unset")]
    tc: bool,
    #[serde(skip_serializing_if = "is_unset")]
    rd: bool,
    #[serde(skip_serializing_if = "is_unset")]
    ra: bool,
    #[serde(skip_serializing_if = "is_unset")]
    z: bool,
    opcode: u8,
    rcode: Cow<'static, str>,
}

impl DnsObject {
    pub(super) fn new(header: DnsHeader) -> DnsObject {
        let is_set = |bit: u16| header.flags & bit != 0;
        let rcode = header.rcode();
        DnsObject {
            version: 3,
            kind: if header.is_response() { "response" } else { "request" },
            id: header.id,
            flags: format!("{:x}", header.flags),
            qr: is_set(0x8000),
            aa: is_set(0x0400),
            tc: is_set(0x0200),
            rd: is_set(0x0100),
            ra: is_set(0x0080),
            z: header.has_z(),
            opcode: header.opcode(),
            rcode: match number_name(NumberId::DnsRcode, rcode.into()) {
                Some(name) => name.into(),
                None => rcode.to_string().into(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_said_in_words() {
        let header = DnsHeader { id: 33429, flags: 0x8183, counts: [1, 0, 1, 1] };
        let said = serde_json::to_value(DnsObject::new(header)).expect("no map keys");
        let expected = serde_json::json!({
            "version": 3, "type": "response", "id": 33429, "flags": "8183",
            "qr": true, "rd": true, "ra": true, "opcode": 0, "rcode": "NXDOMAIN",
        });
        assert_eq!(said, expected);
    }
}
