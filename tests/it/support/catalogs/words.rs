//! Texts, keys and amounts of random catalogs.

use std::collections::BTreeMap;

use billctl::billing::catalog::file::Amount;
use billctl::billing::currency::Currency;
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;

/// A table's key.
pub fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec!["pro", "team", "free", "messages", "main"]).prop_map(str::to_owned),
        "[a-z0-9_-]{1,8}"
    ]
}

/// A key of coupons and promotion codes.
pub fn code() -> impl Strategy<Value = String> {
    "[A-Z][A-Z0-9-]{2,8}"
}

/// A text of any letters but no space at its ends, which Stripe takes off.
pub fn free_text(least: usize, most: usize) -> impl Strategy<Value = String> {
    let letters = format!("[A-Za-z0-9 éß€漢\"'\\\\#&=+%;,.:()\\[\\]{{}}/-]{{{least},{most}}}");
    proptest::string::string_regex(&letters)
        .unwrap()
        .prop_map(|text| text.trim().to_owned())
        .prop_filter("a text of nothing", move |text| text.chars().count() >= least)
}

/// Some with tags, some with a tag that is to be taken away.
pub fn metadata() -> impl Strategy<Value = BTreeMap<String, String>> {
    let value = prop_oneof![4 => free_text(1, 20), 1 => Just(String::new())];
    let some = prop::collection::btree_map("[a-z][A-Za-z0-9_.-]{0,8}", value, 1..4);
    prop_oneof![3 => Just(BTreeMap::new()), 1 => some]
}

/// `active`, said or not.
pub fn mostly_true() -> impl Strategy<Value = Option<bool>> {
    prop_oneof![4 => Just(None), 1 => Just(Some(true)), 1 => Just(Some(false))]
}

pub fn web_address() -> impl Strategy<Value = String> {
    "https://example\\.com/[a-z]{1,8}(\\?a=[a-z0-9]{1,4})?"
}

pub fn currency() -> impl Strategy<Value = Currency> {
    select(vec!["usd", "eur", "gbp", "jpy", "kwd"]).prop_map(|code| code.parse().unwrap())
}

/// An amount before its currency is known, and how a person spells it.
#[derive(Debug, Clone)]
pub struct Sum {
    /// In hundredths of the minor unit.
    hundredths: i64,
    spelling: u8,
}

pub fn sum() -> impl Strategy<Value = Sum> {
    let hundredths = prop_oneof![
        1 => Just(0),
        4 => (1..100_000_i64).prop_map(|minor| minor * 100),
        2 => 1..10_000_i64,
        1 => (1..99_999_999_i64).prop_map(|minor| minor * 100),
    ];
    (hundredths, any::<u8>()).prop_map(|(hundredths, spelling)| Sum { hundredths, spelling })
}

impl Sum {
    /// As a rate, which may go below the minor unit.
    pub fn rate(&self, currency: Currency) -> Amount {
        // Amounts of three-decimal currencies end with a zero in Stripe.
        let hundredths =
            if currency.exponent() == 3 { self.hundredths / 1000 * 1000 } else { self.hundredths };
        self.spell(hundredths, currency)
    }

    /// In whole minor units, at least 1.
    pub fn whole(&self, currency: Currency) -> Amount {
        self.spell((self.hundredths / 1000 + 1) * 1000, currency)
    }

    /// Whole minor units, for putting several in order.
    pub fn minor(&self) -> i64 {
        (self.hundredths / 1000 + 1) * 10
    }

    fn spell(&self, hundredths: i64, currency: Currency) -> Amount {
        let major = Decimal::new(hundredths, 2 + currency.exponent());
        let code = currency.code();
        Amount(match self.spelling % 4 {
            0 => format!("{} {code}", major.normalize()),
            1 => format!("{major} {code}"),
            2 => format!("{} {}", major.normalize(), code.to_uppercase()),
            _ => format!(" {major}  {code} "),
        })
    }
}
