//! Events of transactions: one line for each kind of thing that was said (`http`, `llm`, `mcp`, …), with an object of that
//! name.
//!
//! A member is called as the keyword that asks for the same, without its first part (`llm.model` → `llm.model`). What there
//! may be several of is an array. Of what is said there are sizes (`prompt_bytes`), and the text itself where contents are
//! asked for. Names of HTTP and TLS are those of Suricata's schema.

use std::time::Duration;

use serde_json::{Map, Value, json};
use weir_rules::field::{Continuity, Count, FieldId};
use weir_rules::number::NumberId;

use super::redact::Redaction;
use crate::app::{Family, Told, TransactionRecord};
use crate::flow::Direction;

/// The objects of a transaction, by their kind.
pub(super) fn objects(
    record: &TransactionRecord,
    redaction: &Redaction,
) -> Vec<(Family, Map<String, Value>)> {
    let mut objects: Vec<(Family, Map<String, Value>)> = Vec::new();
    for told in record.values() {
        if let Some(family) = Family::of(told.field.name()) {
            add_value(object(&mut objects, family), told, redaction);
        }
    }
    for (number, direction, value) in record.numbers() {
        if let Some(family) = Family::of(number.name()) {
            add_number(object(&mut objects, family), number, direction, value);
        }
    }
    for (family, object) in &mut objects {
        if *family == Family::Llm {
            add_times(object, record);
        }
    }
    objects
}

fn object(objects: &mut Vec<(Family, Map<String, Value>)>, family: Family) -> &mut Map<String, Value> {
    let at = objects.iter().position(|(known, _)| *known == family).unwrap_or_else(|| {
        objects.push((family, Map::new()));
        objects.len() - 1
    });
    &mut objects[at].1
}

fn add_value(object: &mut Map<String, Value>, told: Told<'_>, redaction: &Redaction) {
    let name = suricata_name(told.field, told.direction).unwrap_or_else(|| without_family(told.field.name()));
    let is_said = told.field.continuity() == Continuity::Streaming;
    // What the model said before is sent along with the next question.
    let object = if told.direction == Direction::ToServer && is_of_model(told.field) {
        match object.entry("history").or_insert_with(|| json!({})) {
            Value::Object(history) => history,
            _ => return,
        }
    } else {
        object
    };
    if told.field == FieldId::HttpResponseBody {
        object.insert("length".into(), json!(told.total));
        return;
    }
    if is_said {
        let sizes = object.entry(format!("{name}_bytes")).or_insert(json!(0));
        *sizes = json!(sizes.as_u64().unwrap_or(0).saturating_add(told.total));
    }
    let Some(bytes) = told.bytes else { return };
    let text = if is_said { redaction.apply(bytes) } else { String::from_utf8_lossy(bytes).into_owned() };
    let value = match (name, text.parse::<u64>()) {
        ("status", Ok(status)) => json!(status),
        _ => json!(text),
    };
    if told.field.count() == Count::Each {
        match object.entry(name).or_insert_with(|| json!([])) {
            Value::Array(values) => values.push(value),
            other => *other = value,
        }
    } else {
        object.insert(name.into(), value);
    }
}

/// A keyword without its first part.
fn without_family(keyword: &'static str) -> &'static str {
    keyword.split_once('.').map_or(keyword, |(_, name)| name)
}

/// Whether a field is what a model says, which in a request is what it said before.
fn is_of_model(field: FieldId) -> bool {
    matches!(
        field,
        FieldId::LlmCompletion | FieldId::LlmReasoning | FieldId::LlmToolName | FieldId::LlmToolArguments
    )
}

fn add_number(object: &mut Map<String, Value>, number: NumberId, direction: Direction, value: u64) {
    let name = without_family(number.name());
    match number {
        NumberId::LlmStream => object.insert(name.into(), json!(value == 1)),
        NumberId::TlsVersion if direction == Direction::ToServer => None,
        NumberId::TlsVersion => object.insert(name.into(), json!(tls_version(value))),
        NumberId::LlmMediaSize => {
            let sizes = object.entry(name).or_insert_with(|| json!([]));
            if let Some(sizes) = sizes.as_array_mut() {
                sizes.push(json!(value));
            }
            None
        }
        _ => object.insert(name.into(), json!(value)),
    };
}

fn tls_version(value: u64) -> String {
    match value {
        0x0300 => "SSLv3".into(),
        0x0301..=0x0304 => format!("TLS 1.{}", value - 0x0301).replace("TLS 1.0", "TLSv1"),
        _ => format!("{value:#06x}"),
    }
}

/// Seconds from the end of the request to the first that was answered, and to the last.
fn add_times(object: &mut Map<String, Value>, record: &TransactionRecord) {
    let seconds = |time: Duration| json!(time.as_micros() as f64 / 1e6);
    if let Some((first, last)) = record.times.of_answer() {
        object.insert("time_to_first_token".into(), seconds(first));
        object.insert("time_to_last_token".into(), seconds(last));
    }
}

/// What Suricata's schema calls a field.
fn suricata_name(field: FieldId, direction: Direction) -> Option<&'static str> {
    Some(match field {
        FieldId::HttpHost => "hostname",
        FieldId::HttpUriRaw => "url",
        FieldId::HttpUserAgent => "http_user_agent",
        FieldId::HttpReferer => "http_refer",
        FieldId::HttpContentType if direction == Direction::ToClient => "http_content_type",
        FieldId::HttpContentType => "request_content_type",
        FieldId::HttpMethod => "http_method",
        FieldId::HttpProtocol => "protocol",
        FieldId::HttpStatusCode => "status",
        FieldId::HttpLocation => "redirect",
        FieldId::TlsCertSubject => "subject",
        FieldId::TlsCertIssuer => "issuerdn",
        FieldId::TlsCertSerial => "serial",
        FieldId::TlsCertFingerprint => "fingerprint",
        FieldId::TlsSubjectAltName => "subjectaltname",
        FieldId::Ja3Hash => "ja3_hash",
        FieldId::Ja3sHash => "ja3s_hash",
        FieldId::Ja4Hash => "ja4",
        _ => return None,
    })
}
