//! No text panics the loader, and every problem has a place in its file.

use std::path::Path;

use proptest::prelude::*;

use super::{ROOT, assert_places, problems_of};

/// Pieces that a catalog is made of, right and wrong.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("[products.pro]\n".to_owned()),
        Just("[products.pro.prices.monthly]\n".to_owned()),
        Just("[profiles.live.overrides.products.pro]\n".to_owned()),
        Just("[[products.pro.prices.monthly.tiers]]\n".to_owned()),
        Just("[links]\n".to_owned()),
        Just("include = [\"billing.toml\", \"x\"]\n".to_owned()),
        "[a-z_]{1,12} = (\"[^\"\\\\\\n]{0,12}\"|[0-9.e+-]{1,9}|true|inf|\\{ [a-z]{1,4} = 1 \\}|\\[\\]|2027-01-01)\n",
        "\\PC{0,20}\n",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        assert_places(&problems_of(&bytes));
    }

    #[test]
    fn no_pieces_panic(pieces in prop::collection::vec(piece(), 0..30)) {
        assert_places(&problems_of(pieces.concat().as_bytes()));
    }

    #[test]
    fn no_damage_to_a_good_catalog_panics(
        from in 0..1000_usize,
        length in 0..40_usize,
        instead in prop_oneof![Just(String::new()), "\\PC{0,5}", "[0-9.\"'\\[\\]{}=\\n ]{0,4}"],
    ) {
        let path = Path::new(ROOT).join("fixtures/catalogs/good/everything/billing.toml");
        let mut text = fs_err::read_to_string(path).unwrap();
        let from = text.floor_char_boundary(text.len() * from / 1000);
        let to = text.ceil_char_boundary((from + length).min(text.len()));
        text.replace_range(from..to, &instead);
        assert_places(&problems_of(text.as_bytes()));
    }
}
