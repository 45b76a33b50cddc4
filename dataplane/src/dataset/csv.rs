//! A value a line, with its reputation behind a comma where it has one. Empty lines and those that begin with `#` say
//! nothing.

use weir_rules::signature::DatasetKind;

use super::element::{Element, Fault, lines, value};

pub(super) fn read(
    kind: Option<DatasetKind>,
    text: &str,
    each: &mut dyn FnMut(Element),
) -> Result<(), Fault> {
    for (start, line) in lines(text) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (written, reputation) = line.split_once(',').map_or((line, None), |(v, r)| (v, Some(r)));
        let value = value(kind, written.trim()).map_err(|help| Fault {
            span: start..start + written.len(),
            message: format!("{:?} is not a value of this set", shortened(written)),
            help,
        })?;
        let reputation = match reputation {
            None => 0,
            Some(text) => text.trim().parse().map_err(|_| Fault {
                span: start + written.len() + 1..start + line.len(),
                message: format!("{:?} is not a reputation", shortened(text)),
                help: "write a number from 0 to 65535",
            })?,
        };
        each(Element { value, reputation, context: None });
    }
    Ok(())
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(kind: DatasetKind, text: &str) -> Result<Vec<(Vec<u8>, u16)>, Fault> {
        let mut elements = Vec::new();
        read(Some(kind), text, &mut |e| elements.push((e.value, e.reputation))).map(|()| elements)
    }

    #[test]
    fn lines_have_a_value_and_maybe_a_reputation() {
        let text = "# agents\r\nTW96aWxsYQ==\r\n\nY3VybA==,250\n";
        let expected = vec![(b"Mozilla".to_vec(), 0), (b"curl".to_vec(), 250)];
        assert_eq!(read_all(DatasetKind::String, text), Ok(expected));
    }

    #[test]
    fn faults_are_placed() {
        for (text, span) in [("10.0.0.1\n10.0.0\n", 9..15), ("10.0.0.1,x", 9..10), ("10.0.0.1,70000", 9..14)]
        {
            let fault = read_all(DatasetKind::Ipv4, text).expect_err(text);
            assert_eq!(fault.span, span, "{text} {fault:?}");
        }
    }
}
