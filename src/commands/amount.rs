//! Amounts as the mirror keeps them, minor units beside a currency's code, shown like every other money.

use serde_json::{Value, json};

use crate::billing::currency::Currency;
use crate::billing::money::{Money, MoneyError};
use crate::error::{Kind, fail};

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

/// Reads an amount that a flag was given: `12.50 usd`, `12.50usd`, or `12.50` in a currency that is known otherwise.
///
/// # Errors
/// `Usage` with what is wrong: no amount, no currency, another currency, nothing at all.
pub fn typed(flag: &str, text: &str, currency: Option<Currency>) -> anyhow::Result<Money> {
    let usage = |message: String| {
        fail(Kind::Usage, format!("`{flag} {text}`: {message}"), "Write it like '12.50 usd'")
    };
    let number = text.trim().trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let code = text.trim().get(number.len()..).unwrap_or_default();
    let parsed: Result<Money, MoneyError> = match (code, currency) {
        ("", Some(currency)) => format!("{} {currency}", number.trim()).parse(),
        ("", None) => return Err(usage("it names no currency".to_owned())),
        (code, _) => format!("{} {code}", number.trim()).parse(),
    };
    let money = parsed.map_err(|why| usage(why.to_string()))?;
    if let Some(currency) = currency.filter(|currency| *currency != money.currency) {
        return Err(usage(format!("it is not in {currency}")));
    }
    if money.minor == 0 {
        return Err(usage("that is nothing".to_owned()));
    }
    Ok(money)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, currency: Option<&str>, expected: Result<&str, &str>) {
        let currency = currency.map(|code| code.parse().unwrap());
        let read = typed("--amount", text, currency).map(|money| money.to_string());
        assert_eq!(
            read.map_err(|error| error.to_string()),
            match expected {
                Ok(money) => Ok(money.to_owned()),
                Err(why) => Err(format!("`--amount {text}`: {why}")),
            }
        );
    }

    #[test]
    fn an_amount_is_typed_with_its_currency_or_beside_it() {
        check("12.50 usd", None, Ok("12.50 usd"));
        check("12.50usd", None, Ok("12.50 usd"));
        check("12.50", Some("usd"), Ok("12.50 usd"));
        check("1200", Some("jpy"), Ok("1200 jpy"));
        check("12.50 USD", Some("usd"), Ok("12.50 usd"));
    }

    #[test]
    fn what_is_no_amount_is_told() {
        check("12.50", None, Err("it names no currency"));
        check("12.50 eur", Some("usd"), Err("it is not in usd"));
        check("0 usd", None, Err("that is nothing"));
        check("12.505 usd", None, Err("usd has 2 decimals, not 3"));
        check("-5 usd", None, Err("the amount must not be negative"));
    }
}
