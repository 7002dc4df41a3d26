//! Stripe's currencies and their exponents.
//!
//! Names come from ISO 4217. Exponents are Stripe's, which differ from ISO's for a few currencies: see
//! <https://docs.stripe.com/currencies> (zero-decimal and three-decimal currencies, and the special cases
//! of ISK and UGX, which the API takes with two decimals although they have none).

use std::fmt;
use std::str::FromStr;

use iso_currency::Flag;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// Currencies whose minor unit is the unit itself.
const ZERO_DECIMAL: [&str; 15] =
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"];

/// Currencies with a thousand minor units.
const THREE_DECIMAL: [&str; 5] = ["bhd", "jod", "kwd", "omr", "tnd"];

/// A currency by its lowercase ISO 4217 code, as Stripe spells it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// The text is no currency code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a currency: write an ISO 4217 code such as usd, eur or jpy")]
pub struct UnknownCurrency(pub String);

impl Currency {
    pub const USD: Currency = Currency(*b"usd");

    /// The lowercase code, e.g. `usd`.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// How many decimals the minor unit has: 0 (JPY), 2 (USD) or 3 (KWD).
    pub fn exponent(&self) -> u32 {
        if ZERO_DECIMAL.contains(&self.code()) {
            0
        } else if THREE_DECIMAL.contains(&self.code()) {
            3
        } else {
            2
        }
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Self, UnknownCurrency> {
        let unknown = || UnknownCurrency(text.to_owned());
        let known = iso_currency::Currency::from_code(&text.to_ascii_uppercase()).ok_or_else(unknown)?;
        // Gold, units of account and the codes for tests are in ISO 4217, but nobody can be charged in them.
        if known.has_flag(Flag::Special) || known.has_flag(Flag::Fund) {
            return Err(unknown());
        }
        let code: [u8; 3] = text.to_ascii_lowercase().as_bytes().try_into().map_err(|_| unknown())?;
        Ok(Currency(code))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: &str, exponent: u32) {
        assert_eq!(code.parse::<Currency>().unwrap().exponent(), exponent, "{code}");
    }

    #[test]
    fn exponents_are_those_of_stripe() {
        check("usd", 2);
        check("EUR", 2);
        check("jpy", 0);
        check("mga", 0);
        check("kwd", 3);
        check("isk", 2);
        check("ugx", 2);
    }

    #[test]
    fn every_listed_currency_exists() {
        for code in ZERO_DECIMAL.iter().chain(&THREE_DECIMAL) {
            assert!(code.parse::<Currency>().is_ok(), "{code}");
        }
    }

    #[test]
    fn unknown_codes_are_refused() {
        for text in ["", "us", "usdd", "zzz", "ééé", "xau", "XTS", "xxx", "clf"] {
            assert_eq!(text.parse::<Currency>(), Err(UnknownCurrency(text.to_owned())));
        }
    }
}
