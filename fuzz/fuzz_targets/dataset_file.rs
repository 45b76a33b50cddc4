//! Files of sets, in each format and of each type: nothing panics, and what is wrong is placed within the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use weir::dataset::read;
use weir_rules::signature::{DatasetFormat, DatasetKind, DatasetSource};

const FORMATS: [DatasetFormat; 3] = [DatasetFormat::Csv, DatasetFormat::Json, DatasetFormat::NdJson];
const KINDS: [DatasetKind; 5] =
    [DatasetKind::String, DatasetKind::Md5, DatasetKind::Sha256, DatasetKind::Ipv4, DatasetKind::Ip];

fuzz_target!(|text: &str| {
    for format in FORMATS {
        for kind in KINDS {
            let source = DatasetSource {
                format,
                array_key: Some("a".into()),
                value_key: Some("b.c".into()),
                remove_key: true,
                ..DatasetSource::named("set", kind)
            };
            if let Err(fault) = read(&source, text, &mut |_| {}) {
                assert!(fault.span.start <= fault.span.end && fault.span.end <= text.len());
            }
        }
    }
});
