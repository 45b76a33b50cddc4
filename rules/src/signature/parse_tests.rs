use super::*;
use crate::diagnostic::{Severity, Source};

fn load_text(text: &str) -> Loaded {
    load(&[Source::new("test.rules", text)], &Variables::default())
}

#[test]
fn placeholder_compiles() {
    assert_eq!(load_text("").failed, 0);
    let _ = Severity::Error;
}
