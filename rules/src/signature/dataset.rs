//! Sets of values that live beside the rules: `dataset` and `datarep`.

use super::packet::Relation;

/// A condition on whether a buffer's bytes are in a set, or a change of the set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// What is asked or done.
    pub operation: DatasetOperation,
    /// The set.
    pub set: DatasetSource,
    /// Where the set is JSON: the name under which the element goes into an alert (`context_key`).
    pub context_key: Option<Box<str>>,
}

/// What is asked of, or done to, a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DatasetOperation {
    /// The value is in it.
    IsSet,
    /// It is not.
    IsNotSet,
    /// It is put in.
    Set,
    /// It is taken out.
    Unset,
}

/// A set of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetSource {
    /// Its name; equal names are one set.
    pub name: Box<str>,
    /// What its values are.
    pub kind: Option<DatasetKind>,
    /// The file it is loaded from at the start (`load`, and `state`).
    pub load: Option<Box<str>>,
    /// The file it is written to at the end (`save`, and `state`).
    pub save: Option<Box<str>>,
    /// The most bytes it may take.
    pub memory: Option<u64>,
    /// The buckets of its table.
    pub buckets: Option<u32>,
    /// How its file is written.
    pub format: DatasetFormat,
    /// Where it is JSON: the array of values (`array_key`).
    pub array_key: Option<Box<str>>,
    /// Where it is JSON: the value in each element (`value_key`).
    pub value_key: Option<Box<str>>,
    /// Where it is JSON: whether the value is left out of what goes into an alert (`remove_key`).
    pub remove_key: bool,
}

impl DatasetSource {
    /// A set of which no more than name and type are known.
    pub fn named(name: &str, kind: impl Into<Option<DatasetKind>>) -> DatasetSource {
        DatasetSource {
            name: name.into(),
            kind: kind.into(),
            load: None,
            save: None,
            memory: None,
            buckets: None,
            format: DatasetFormat::Csv,
            array_key: None,
            value_key: None,
            remove_key: false,
        }
    }
}

/// What the values of a set are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DatasetKind {
    /// Any bytes; in files in Base64.
    String,
    /// An MD5 digest.
    Md5,
    /// A SHA-256 digest.
    Sha256,
    /// An IPv4 address.
    Ipv4,
    /// An address of either version.
    Ip,
}

/// How the file of a set is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DatasetFormat {
    /// A value a line.
    #[default]
    Csv,
    /// One JSON document.
    Json,
    /// A JSON document a line.
    NdJson,
}

/// A condition on the reputation of a buffer's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataReputation {
    /// Values with their reputations.
    pub set: DatasetSource,
    /// How the reputation is compared.
    pub relation: Relation,
    /// To what.
    pub value: u16,
}
