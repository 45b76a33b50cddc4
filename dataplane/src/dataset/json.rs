//! Sets written as JSON: an array of objects, or an object a line. The object goes into the alert that its value raised.

use serde_json::Value;
use weir_rules::signature::{DatasetKind, DatasetSource};

use super::element::{Element, Fault, lines, plain};

/// One document, in which `array_key` names the array; the document itself is the array where there is none.
pub(super) fn read_document(
    source: &DatasetSource,
    text: &str,
    each: &mut dyn FnMut(Element),
) -> Result<(), Fault> {
    let mut document: Value = parse(text, 0)?;
    let array = match &source.array_key {
        Some(key) => path(&mut document, key),
        None => Some(&mut document),
    };
    let Some(Value::Array(elements)) = array else {
        let help = "the array of values is the document, or what array_key names";
        return Err(fault(text, 0, "there is no array of values here", help));
    };
    elements.drain(..).try_for_each(|value| {
        each(element(source, value).map_err(|(message, help)| fault(text, 0, &message, help))?);
        Ok(())
    })
}

/// A document a line.
pub(super) fn read_lines(
    source: &DatasetSource,
    text: &str,
    each: &mut dyn FnMut(Element),
) -> Result<(), Fault> {
    for (start, line) in lines(text) {
        if !line.is_empty() {
            let value = parse(line, start)?;
            each(element(source, value).map_err(|(message, help)| fault(line, start, &message, help))?);
        }
    }
    Ok(())
}

fn parse(text: &str, start: usize) -> Result<Value, Fault> {
    serde_json::from_str(text).map_err(|error| {
        let line =
            text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
        let at = (line + error.column().saturating_sub(1)).min(text.len());
        Fault { span: start + at..start + at, message: error.to_string(), help: "write JSON (RFC 8259)" }
    })
}

/// A fault of the whole of `text`, which lies at `start`; of a long one its beginning is pointed at.
fn fault(text: &str, start: usize, message: &str, help: &'static str) -> Fault {
    Fault {
        span: start..start + text.lines().next().unwrap_or_default().len(),
        message: message.to_owned(),
        help,
    }
}

fn element(source: &DatasetSource, mut value: Value) -> Result<Element, (String, &'static str)> {
    let Some(key) = &source.value_key else {
        return Err(("which part of an element is the value?".to_owned(), "name it with value_key"));
    };
    let found = path(&mut value, key).and_then(|value| value.as_str().map(str::to_owned));
    let Some(text) = found else {
        return Err((
            format!("an element has no string {key:?}"),
            "every element has its value under value_key",
        ));
    };
    let bytes = plain(source.kind.unwrap_or(DatasetKind::String), &text)
        .map_err(|help| (format!("{text:?} is not a value of this set"), help))?;
    if source.remove_key {
        remove(&mut value, key);
    }
    Ok(Element { value: bytes, reputation: 0, context: Some(value.to_string().into()) })
}

/// What a key names, with dots between the levels.
fn path<'v>(value: &'v mut Value, key: &str) -> Option<&'v mut Value> {
    key.split('.').try_fold(value, |value, key| value.get_mut(key))
}

fn remove(value: &mut Value, key: &str) {
    let (holder, last) = match key.rsplit_once('.') {
        Some((holder, last)) => (path(value, holder), last),
        None => (Some(value), key),
    };
    if let Some(Value::Object(holder)) = holder {
        holder.remove(last);
    }
}

#[cfg(test)]
mod tests {
    use weir_rules::signature::DatasetFormat;

    use super::super::element::read;
    use super::*;

    fn source(format: DatasetFormat, kind: DatasetKind, array: Option<&str>, key: &str) -> DatasetSource {
        DatasetSource {
            format,
            array_key: array.map(Into::into),
            value_key: Some(key.into()),
            ..DatasetSource::named("set", kind)
        }
    }

    fn contexts(source: &DatasetSource, text: &str) -> Result<Vec<(Vec<u8>, String)>, Fault> {
        let mut found = Vec::new();
        read(source, text, &mut |e| found.push((e.value, e.context.unwrap_or_default().into())))
            .map(|()| found)
    }

    #[test]
    fn elements_are_found_where_the_keys_say() {
        let string = DatasetKind::String;
        let document = r#"{"a": {"list": [{"who": {"host": "www"}, "year": 2005}]}}"#;
        let nested = source(DatasetFormat::Json, string, Some("a.list"), "who.host");
        let whole = r#"{"who":{"host":"www"},"year":2005}"#.to_owned();
        assert_eq!(contexts(&nested, document), Ok(vec![(b"www".to_vec(), whole)]));
        let lines = "{\"host\":\"a\",\"n\":1}\n\n{\"host\":\"b\"}\n";
        let mut flat = source(DatasetFormat::NdJson, string, None, "host");
        flat.remove_key = true;
        let expected = vec![(b"a".to_vec(), "{\"n\":1}".to_owned()), (b"b".to_vec(), "{}".to_owned())];
        assert_eq!(contexts(&flat, lines), Ok(expected));
    }

    #[test]
    fn faults_are_placed() {
        let ip = source(DatasetFormat::NdJson, DatasetKind::Ip, None, "ip");
        for (text, start, message) in [
            ("{\"ip\":\"10.0.0.1\"}\n{\"ip\":\"ten\"}\n", 18, "is not a value of this set"),
            ("{\"ip\":\"10.0.0.1\"}\n{\"ip\":7}\n", 18, "no string \"ip\""),
            ("{\"ip\":\"10.0.0.1\"}\n{\"ip\"}\n", 23, "expected"),
        ] {
            let fault = contexts(&ip, text).expect_err(text);
            assert!(fault.span.start >= start && fault.message.contains(message), "{fault:?}");
        }
        let array = source(DatasetFormat::Json, DatasetKind::Ip, None, "ip");
        assert!(contexts(&array, "{}").is_err());
    }
}
