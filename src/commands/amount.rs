//! Amounts as the mirror keeps them, minor units beside a currency's code, shown like every other money.

use serde_json::{Value, json};

use crate::billing::money::Money;

/// `49.00 USD`; of a currency that nobody knows the minor units with its code.
pub fn words(minor: i64, currency: &str) -> String {
    match currency.parse() {
        Ok(currency) => Money { minor, currency }.to_string().to_uppercase(),
        Err(_) => format!("{minor} {}", currency.to_uppercase()).trim_end().to_owned(),
    }
}

/// `{"amount": 4900, "currency": "usd", "display": "49.00 USD"}`
pub fn json(minor: i64, currency: &str) -> Value {
    match currency.parse() {
        Ok(currency) => Money { minor, currency }.to_json(),
        Err(_) => json!({"amount": minor, "currency": currency, "display": words(minor, currency)}),
    }
}
