//! Money: an integer of minor units plus a currency, and decimal amounts for rates below the minor unit.
//!
//! No float ever holds money. A person writes `"49.00 usd"`; Stripe's wire holds `4900` and `usd`, or a
//! decimal string of minor units (`"0.2"` for a fifth of a cent).

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use thiserror::Error;

use super::currency::{Currency, UnknownCurrency};

/// Stripe's largest amount, in minor units: eight digits for `unit_amount` in the API reference is the
/// card networks' limit; prices take up to twelve.
pub const MAX_MINOR: i64 = 999_999_999_999;

/// Stripe's limit on decimals of `unit_amount_decimal`, counted in minor units.
pub const MAX_DECIMALS: u32 = 12;

/// An amount in whole minor units of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

/// An amount in minor units, with up to twelve decimals below them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    /// In minor units, without trailing zeros.
    pub minor: Decimal,
    pub currency: Currency,
}

/// Why a text is no amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MoneyError {
    #[error("write the amount and its currency, like \"49.00 usd\"")]
    Shape,
    #[error("`{0}` is not a decimal number: write digits and a point, like \"49.00 usd\"")]
    Number(String),
    #[error(transparent)]
    Currency(#[from] UnknownCurrency),
    #[error("{currency} has {allowed} decimals, not {found}")]
    TooManyDecimals { currency: Currency, allowed: u32, found: u32 },
    #[error("the amount is larger than Stripe takes (at most {MAX_MINOR} minor units)")]
    TooLarge,
    #[error("the amount must not be negative")]
    Negative,
}

impl Rate {
    /// Makes a rate of decimal minor units.
    ///
    /// # Errors
    /// `Negative`, `TooLarge`, or `TooManyDecimals` past [`MAX_DECIMALS`].
    pub fn from_minor(minor: Decimal, currency: Currency) -> Result<Rate, MoneyError> {
        let minor = minor.normalize();
        if minor.is_sign_negative() && !minor.is_zero() {
            return Err(MoneyError::Negative);
        }
        if minor > Decimal::from(MAX_MINOR) {
            return Err(MoneyError::TooLarge);
        }
        if minor.scale() > MAX_DECIMALS {
            let allowed = currency.exponent() + MAX_DECIMALS;
            let found = currency.exponent() + minor.scale();
            return Err(MoneyError::TooManyDecimals { currency, allowed, found });
        }
        Ok(Rate { minor, currency })
    }

    /// The rate as whole minor units, if it is one.
    pub fn whole(&self) -> Option<Money> {
        if self.minor.scale() > 0 {
            return None;
        }
        i64::try_from(self.minor.mantissa()).ok().map(|minor| Money { minor, currency: self.currency })
    }

    /// The decimal string of minor units that Stripe's `*_decimal` parameters take.
    pub fn wire(&self) -> String {
        self.minor.to_string()
    }

    /// `{"amount": 4900, …}`, or `{"amount_decimal": "0.05", …}` below the minor unit.
    pub fn to_json(&self) -> Value {
        match self.whole() {
            Some(money) => money.to_json(),
            None => json!({
                "amount_decimal": self.wire(),
                "currency": self.currency,
                "display": self.to_string().to_uppercase(),
            }),
        }
    }
}

impl Money {
    /// `{"amount": 4900, "currency": "usd", "display": "49.00 USD"}`.
    pub fn to_json(&self) -> Value {
        json!({
            "amount": self.minor,
            "currency": self.currency,
            "display": self.to_string().to_uppercase(),
        })
    }
}

impl From<Money> for Rate {
    fn from(money: Money) -> Rate {
        Rate { minor: Decimal::from(money.minor).normalize(), currency: money.currency }
    }
}

/// Reads `"0.002 usd"`: major units, any number of decimals that Stripe takes.
impl FromStr for Rate {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Rate, MoneyError> {
        let mut words = text.split_whitespace();
        let (Some(number), Some(code), None) = (words.next(), words.next(), words.next()) else {
            return Err(MoneyError::Shape);
        };
        let currency: Currency = code.parse()?;
        let plain = !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
        if !plain || number.starts_with('.') || number.ends_with('.') {
            return Err(MoneyError::Number(number.to_owned()));
        }
        let integer_digits = number.trim_start_matches('-').split('.').next().unwrap_or_default().len();
        if integer_digits > 14 {
            return Err(MoneyError::TooLarge);
        }
        let major = Decimal::from_str_exact(number).map_err(|_| match number.split_once('.') {
            Some((_, decimals)) if decimals.len() > 14 => MoneyError::TooManyDecimals {
                currency,
                allowed: currency.exponent() + MAX_DECIMALS,
                found: u32::try_from(decimals.len()).unwrap_or(u32::MAX),
            },
            _ => MoneyError::Number(number.to_owned()),
        })?;
        let minor =
            major.checked_mul(Decimal::from(10_i64.pow(currency.exponent()))).ok_or(MoneyError::TooLarge)?;
        Rate::from_minor(minor, currency)
    }
}

/// Reads `"49.00 usd"`: major units, no more decimals than the currency has.
impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Money, MoneyError> {
        let rate: Rate = text.parse()?;
        rate.whole().ok_or_else(|| MoneyError::TooManyDecimals {
            currency: rate.currency,
            allowed: rate.currency.exponent(),
            found: rate.currency.exponent() + rate.minor.scale(),
        })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let major = Decimal::from_i128_with_scale(i128::from(self.minor), self.currency.exponent());
        write!(f, "{major} {}", self.currency)
    }
}

/// Major units with at least the currency's own decimals: `0.002 usd`, `49.00 usd`, `500 jpy`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = self.minor.scale() + self.currency.exponent();
        let major = Decimal::from_i128_with_scale(self.minor.mantissa(), scale);
        write!(f, "{major} {}", self.currency)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, minor: i64, shown: &str) {
        let money: Money = text.parse().unwrap();
        assert_eq!((money.minor, money.to_string().as_str()), (minor, shown), "{text}");
    }

    fn check_rate(text: &str, wire: &str, shown: &str) {
        let rate: Rate = text.parse().unwrap();
        assert_eq!((rate.wire().as_str(), rate.to_string().as_str()), (wire, shown), "{text}");
    }

    fn check_bad(text: &str, message: &str) {
        assert_eq!(text.parse::<Money>().unwrap_err().to_string(), message, "{text}");
    }

    #[test]
    fn amounts_are_read_in_major_units() {
        check("49.00 usd", 4900, "49.00 usd");
        check("49 usd", 4900, "49.00 usd");
        check("49.5 USD", 4950, "49.50 usd");
        check("500 jpy", 500, "500 jpy");
        check("1.234 kwd", 1234, "1.234 kwd");
        check("0 usd", 0, "0.00 usd");
        check("49.000 usd", 4900, "49.00 usd");
    }

    #[test]
    fn rates_go_below_the_minor_unit() {
        check_rate("0.002 usd", "0.2", "0.002 usd");
        check_rate("49 usd", "4900", "49.00 usd");
        check_rate("0.00000000000001 usd", "0.000000000001", "0.00000000000001 usd");
        check_rate("0.5 jpy", "0.5", "0.5 jpy");
    }

    #[test]
    fn bad_amounts_say_what_to_write() {
        check_bad("49.00", "write the amount and its currency, like \"49.00 usd\"");
        check_bad("1e3 usd", "`1e3` is not a decimal number: write digits and a point, like \"49.00 usd\"");
        check_bad(
            "1,000 usd",
            "`1,000` is not a decimal number: write digits and a point, like \"49.00 usd\"",
        );
        check_bad("49.001 usd", "usd has 2 decimals, not 3");
        check_bad("1.5 jpy", "jpy has 0 decimals, not 1");
        check_bad("-1 usd", "the amount must not be negative");
        check_bad(
            "99999999999999 usd",
            "the amount is larger than Stripe takes (at most 999999999999 minor units)",
        );
        check_bad("5 xyz", "`xyz` is not a currency: write an ISO 4217 code such as usd, eur or jpy");
        check_bad(
            "9999999999999999999999999999999999 usd",
            "the amount is larger than Stripe takes (at most 999999999999 minor units)",
        );
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(minor in 0..MAX_MINOR, code in prop::sample::select(vec!["usd", "jpy", "kwd"])) {
            let money = Money { minor, currency: code.parse().unwrap() };
            prop_assert_eq!(money.to_string().parse::<Money>().unwrap(), money);
        }

        #[test]
        fn a_rate_shown_reads_back(mantissa in 0..MAX_MINOR, scale in 0..=12_u32) {
            let rate = Rate::from_minor(Decimal::new(mantissa, scale), Currency::USD).unwrap();
            prop_assert_eq!(rate.to_string().parse::<Rate>().unwrap(), rate);
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = text.parse::<Rate>();
        }
    }
}
