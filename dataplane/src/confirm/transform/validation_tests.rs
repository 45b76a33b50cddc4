//! Transforms that find numbers with check digits.

use hyperscan::{BlockDatabase, Builder, Matching};
use proptest::prelude::*;

use super::output::Output;
use super::{card_numbers, ibans};

type Find = fn(&[u8], &mut Output<'_>);

/// The lines that a transform gives.
fn found(find: Find, text: &str) -> Vec<String> {
    let mut bytes = Vec::new();
    find(text.as_bytes(), &mut Output::new(&mut bytes, 4096));
    String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn card_numbers_have_an_issuer_a_length_and_a_check_digit() {
    for (text, numbers) in [
        ("4012888888881881 4012-8888-8888-1881", vec!["4012888888881881", "4012888888881881"]),
        ("pay with 4012 8888 8888 1881, please", vec!["4012888888881881"]),
        ("{\"card\":\"371449635398431\"}", vec!["371449635398431"]),
        ("5555555555554444.", vec!["5555555555554444"]),
        ("4222222222222", vec!["4222222222222"]),
        // A wrong check digit, a wrong issuer, a wrong length.
        ("4012888888881882", vec![]),
        ("9012888888881889", vec![]),
        ("40128888888818810000000", vec![]),
        // Within words, and with more than a separator between.
        ("x4012888888881881", vec![]),
        ("4012888888881881x", vec![]),
        ("4012  8888  8888  1881", vec![]),
        ("0.4012888888881881", vec![]),
        ("v.4012888888881881", vec!["4012888888881881"]),
        ("4 0 1 2 8 8 8 8 8 8 8 8 1 8 8 1", vec![]),
        ("40 12 88 88 88 88 18 81", vec!["4012888888881881"]),
        ("401288888888188 1", vec![]),
        // A number before and behind it.
        ("12 4012 8888 8888 1881 99", vec!["4012888888881881"]),
        ("", vec![]),
    ] {
        assert_eq!(found(card_numbers::apply, text), numbers, "{text}");
    }
}

#[test]
fn ibans_have_a_country_a_length_and_check_digits() {
    for (text, numbers) in [
        ("DE89370400440532013000", vec!["DE89370400440532013000"]),
        ("to DE89 3704 0044 0532 0130 00, thanks", vec!["DE89370400440532013000"]),
        ("GB29NWBK60161331926819 and NO9386011117947", vec!["GB29NWBK60161331926819", "NO9386011117947"]),
        // A wrong check digit, an unknown country, blanks where none belong, part of a word.
        ("DE88370400440532013000", vec![]),
        ("XX89370400440532013000", vec![]),
        ("DE893 7040044 0532013000", vec![]),
        ("XDE89370400440532013000", vec![]),
        ("DE893704004405320130001", vec![]),
        ("DE8937040044053201300", vec![]),
        ("de89370400440532013000", vec![]),
    ] {
        assert_eq!(found(ibans::apply, text), numbers, "{text}");
    }
}

/// Whether the shape that stands for a transform is in a text.
fn has_shape((expression, longest): (&str, usize), text: &str) -> bool {
    let database: BlockDatabase =
        format!("/{expression}/").parse::<hyperscan::Pattern>().unwrap().build().unwrap();
    let (scratch, mut ends) = (database.alloc_scratch().unwrap(), Vec::new());
    let note = |_: u32, _: u64, to: u64, _: u32| {
        ends.push(to as usize);
        Matching::Continue
    };
    database.scan(text, &scratch, note).unwrap();
    ends.iter().all(|&end| end <= text.len()) && !ends.is_empty() && longest >= 13
}

#[test]
fn the_shapes_are_in_all_that_is_found() {
    for text in ["4222222222222", "4-2-2-2-2-2-2-2-2-2-2-2-2", "4012 8888 8888 1881"] {
        assert!(has_shape(card_numbers::SHAPE, text), "{text}");
    }
    for text in ["NO9386011117947", "NO93 8601 1117 947", "GB29 NWBK 6016 1331 9268 19"] {
        assert!(has_shape(ibans::SHAPE, text), "{text}");
    }
}

proptest! {
    #[test]
    fn groups_do_not_matter_and_no_text_does_harm(
        cuts in prop::collection::vec(0..3usize, 7),
        text in "[0-9A-Z \\-]{0,80}",
    ) {
        let mut number = String::new();
        for (at, digit) in "4012888888881881".chars().enumerate() {
            number.push(digit);
            let cut = if at % 2 == 1 { cuts.get(at / 2).copied().unwrap_or(0) } else { 0 };
            number.push_str(["", " ", "-"][cut]);
        }
        prop_assert_eq!(found(card_numbers::apply, &number), ["4012888888881881"]);
        let _ = (found(card_numbers::apply, &text), found(ibans::apply, &text));
    }
}
