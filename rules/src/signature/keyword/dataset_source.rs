//! The sets that `dataset` and `datarep` name.

use super::byte_options::named_argument;
use super::number::number;
use crate::signature::dataset::{DatasetFormat, DatasetKind, DatasetSource};
use crate::signature::fault::Fault;
use crate::signature::text::Piece;

/// The set of this name, of which nothing more is known.
pub(super) fn named(name: Piece<'_>) -> Result<DatasetSource, Fault> {
    if name.text.is_empty() || name.text.len() > 63 {
        return Err(Fault::error(name.span(), "a set has a name of 1 to 63 bytes"));
    }
    Ok(DatasetSource::named(name.text, None))
}

/// Takes one option in: `type string`, `load list.csv`.
pub(super) fn take(set: &mut DatasetSource, option: Piece<'_>) -> Result<(), Fault> {
    let (name, argument) = named_argument(option);
    let text = || Some(argument.text.into());
    match name {
        "type" => set.kind = Some(kind(argument)?),
        "load" => set.load = text(),
        "save" => set.save = text(),
        "state" => (set.load, set.save) = (text(), text()),
        "memcap" => set.memory = Some(size(argument)?),
        "hashsize" => set.buckets = Some(number(argument, 1..=1 << 28)?),
        "format" => set.format = format(argument)?,
        "array_key" => set.array_key = text(),
        "value_key" => set.value_key = text(),
        "remove_key" => set.remove_key = true,
        _ => {
            return Err(Fault::error(option.span(), format!("{:?} is not an option of a set", option.text))
                .with_help("options are type, load, save, state, memcap, hashsize, format, value_key, array_key, context_key"));
        }
    }
    Ok(())
}

fn kind(text: Piece<'_>) -> Result<DatasetKind, Fault> {
    Ok(match text.text {
        "string" => DatasetKind::String,
        "md5" => DatasetKind::Md5,
        "sha256" => DatasetKind::Sha256,
        "ipv4" => DatasetKind::Ipv4,
        "ip" | "ipv6" => DatasetKind::Ip,
        _ => {
            return Err(Fault::error(text.span(), format!("{:?} is not a kind of values", text.text))
                .with_help("kinds are string, md5, sha256, ipv4 and ip"));
        }
    })
}

fn format(text: Piece<'_>) -> Result<DatasetFormat, Fault> {
    match text.text {
        "csv" => Ok(DatasetFormat::Csv),
        "json" => Ok(DatasetFormat::Json),
        "ndjson" | "jsonline" => Ok(DatasetFormat::NdJson),
        _ => Err(Fault::error(text.span(), format!("{:?} is not a format of sets", text.text))
            .with_help("formats are csv, json and ndjson")),
    }
}

/// Bytes: `10000`, `100kb`, `10mb`, `1gb`.
fn size(text: Piece<'_>) -> Result<u64, Fault> {
    let lower = text.text.to_ascii_lowercase();
    let units = [("kb", 10), ("mb", 20), ("gb", 30)];
    let (digits, shift) = units
        .into_iter()
        .find_map(|(unit, shift)| lower.strip_suffix(unit).map(|digits| (digits.len(), shift)))
        .unwrap_or((lower.len(), 0));
    let digits = Piece { text: text.text.get(..digits).unwrap_or_default(), at: text.at }.trimmed();
    number(digits, 0..=u64::MAX >> shift).map(|bytes: u64| bytes << shift)
}
