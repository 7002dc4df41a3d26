//! Rules for single texts: keys, ids, addresses, metadata, moments, amounts.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_decimal::Decimal;
use url::{Host, Url};

use super::Checker;
use crate::billing::catalog::file::{Amount, Moment, Percent};
use crate::billing::catalog::path::At;
use crate::billing::catalog::problem::Finding;
use crate::billing::currency::Currency;
use crate::billing::money::{Money, MoneyError, Rate};

/// Metadata keys that billctl marks its resources with start so.
const RESERVED: &str = "billctl_";

impl Checker<'_> {
    /// A table's key: it becomes part of ids and lookup keys.
    pub fn key(&mut self, at: &At<'_>, table: &str, key: &str) {
        let upper = matches!(table, "coupons" | "promotion_codes");
        let allowed = |byte: u8| {
            byte.is_ascii_lowercase()
                || byte.is_ascii_digit()
                || byte == b'_'
                || byte == b'-'
                || (upper && byte.is_ascii_uppercase())
        };
        if key.is_empty() || key.len() > 100 || !key.bytes().all(allowed) {
            let letters = if upper { "letters" } else { "lowercase letters" };
            self.report(
                Finding::at_key("bad_key", at, format!("`{key}` can't be a key of {table}")).hint(format!(
                    "Use {letters}, digits, `-` and `_`, at most 100: keys become parts of ids"
                )),
            );
        }
    }

    /// An id that Stripe gave.
    pub fn stripe_id(&mut self, at: &At<'_>, id: Option<&str>, prefix: &str) {
        let Some(id) = id else { return };
        let rest = id.strip_prefix(prefix).unwrap_or_default();
        if rest.is_empty() || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            self.report(
                Finding::at("bad_id", &at.key("stripe_id"), format!("`{id}` is not an id that Stripe gave"))
                    .hint(format!("Copy it from Stripe: it starts with `{prefix}`")),
            );
        }
    }

    /// An id of the user's own choice, for a product or a coupon. Which characters Stripe takes is not
    /// documented; these are safe in a URL.
    pub fn own_id(&mut self, at: &At<'_>, id: &str) {
        if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)) {
            self.report(
                Finding::at("bad_id", at, format!("`{id}` can't be an id"))
                    .hint("Use letters, digits, `-`, `_` and `.`"),
            );
        }
    }

    /// An address that a browser opens.
    pub fn web_address(&mut self, at: &At<'_>, text: &str) -> Option<Url> {
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
                if url.username().is_empty() && url.password().is_none() {
                    return Some(url);
                }
                self.report(
                    Finding::at("bad_url", at, "an address must not hold a user name or a password")
                        .hint("Leave out what stands before the `@`"),
                );
                None
            }
            Ok(_) | Err(_) => {
                self.report(
                    Finding::at("bad_url", at, format!("`{text}` is not a web address"))
                        .hint("Write it with its scheme, like \"https://example.com/pricing\""),
                );
                None
            }
        }
    }

    /// Metadata: sizes of values and their number are in the schema, the rules of keys are here.
    pub fn metadata(&mut self, at: &At<'_>, metadata: &BTreeMap<String, String>) {
        let table = at.key("metadata");
        for key in metadata.keys() {
            let at = table.key(key);
            let length = key.chars().count();
            if length > 40 {
                self.report(
                    Finding::at_key("too_long", &at, format!("the metadata key has {length} characters"))
                        .hint("Stripe takes at most 40"),
                );
            }
            if key.is_empty() || key.contains(['[', ']']) {
                self.report(
                    Finding::at_key("bad_key", &at, format!("`{key}` can't be a metadata key"))
                        .hint("Stripe takes no square brackets and no empty keys"),
                );
            }
            if key.starts_with(RESERVED) {
                self.report(
                    Finding::at_key(
                        "reserved_key",
                        &at,
                        format!("metadata keys with `{RESERVED}` are billctl's own"),
                    )
                    .hint("Give it another name"),
                );
            }
        }
    }

    /// A moment in whole seconds, which is what Stripe keeps.
    pub fn moment(&mut self, at: &At<'_>, moment: &Moment) -> Option<Timestamp> {
        match moment.0.parse::<Timestamp>() {
            Ok(moment) if moment.subsec_nanosecond() == 0 => Some(moment),
            Ok(_) => {
                self.report(
                    Finding::at("bad_time", at, "Stripe keeps whole seconds").hint("Leave out the fraction"),
                );
                None
            }
            Err(_) => {
                self.report(
                    Finding::at("bad_time", at, format!("`{}` is not a moment in time", moment.0))
                        .hint("Write date, time and offset, like 2027-01-01T00:00:00Z"),
                );
                None
            }
        }
    }

    /// An amount in whole minor units.
    pub fn money(&mut self, at: &At<'_>, text: &str) -> Option<Money> {
        match text.parse::<Money>() {
            Ok(money) => Some(money),
            Err(error) => {
                self.bad_money(at, text, &error);
                None
            }
        }
    }

    /// Stripe charges currencies with three decimals in tens of the minor unit:
    /// <https://docs.stripe.com/currencies#three-decimal>.
    pub fn chargeable(&mut self, at: &At<'_>, rate: &Rate) {
        let Some(money) = rate.whole() else { return };
        if money.currency.exponent() == 3 && money.minor % 10 != 0 {
            let rounded = Money { minor: money.minor - money.minor % 10, currency: money.currency };
            self.report(
                Finding::at(
                    "uneven_amount",
                    at,
                    format!("{money} can't be charged: its last digit must be 0"),
                )
                .hint(format!("Write \"{rounded}\", unless it is a part of a larger sum"))
                .as_warning(),
            );
        }
    }

    /// An amount that may go below the minor unit.
    pub fn rate(&mut self, at: &At<'_>, text: &str) -> Option<Rate> {
        match text.parse::<Rate>() {
            Ok(rate) => Some(rate),
            Err(error) => {
                self.bad_money(at, text, &error);
                None
            }
        }
    }

    fn bad_money(&mut self, at: &At<'_>, text: &str, error: &MoneyError) {
        let (code, hint) = match error {
            MoneyError::Shape => ("bad_amount", "Write it like \"49.00 usd\"".to_owned()),
            MoneyError::Number(_) => ("bad_amount", "Write digits, and a point before decimals".to_owned()),
            MoneyError::Currency(_) => ("unknown_currency", currency_hint(text)),
            MoneyError::TooManyDecimals { allowed: 0, .. } => {
                ("too_many_decimals", "Write whole units, without a point".to_owned())
            }
            MoneyError::TooManyDecimals { allowed, .. } => {
                ("too_many_decimals", format!("Write at most {allowed} digits after the point"))
            }
            MoneyError::TooLarge => ("amount_too_large", "Check the amount: it is in major units".to_owned()),
            MoneyError::Negative => ("negative_amount", "Prices and discounts are never negative".to_owned()),
        };
        let message = match error {
            MoneyError::Shape => format!("`{text}` is not an amount and its currency"),
            MoneyError::Number(number) => format!("`{number}` is not a decimal number"),
            MoneyError::Currency(unknown) => format!("`{}` is not a currency", unknown.0),
            MoneyError::TooManyDecimals { .. } | MoneyError::TooLarge | MoneyError::Negative => {
                error.to_string()
            }
        };
        self.report(Finding::at(code, at, message).hint(hint));
    }

    /// A currency's code.
    pub fn currency(&mut self, at: &At<'_>, code: &str) -> Option<Currency> {
        match code.parse::<Currency>() {
            Ok(currency) => Some(currency),
            Err(unknown) => {
                self.report(
                    Finding::at_key("unknown_currency", at, format!("`{}` is not a currency", unknown.0))
                        .hint(currency_hint(code)),
                );
                None
            }
        }
    }

    /// A percentage in a range, without trailing zeros.
    pub fn percent(&mut self, at: &At<'_>, percent: &Percent) -> Option<Decimal> {
        let decimal = match percent {
            Percent::Whole(whole) => Some(Decimal::from(*whole)),
            Percent::Decimal(text) => Decimal::from_str_exact(text).ok(),
        };
        let Some(decimal) = decimal else {
            self.report(
                Finding::at("bad_percent", at, "this is not a percentage")
                    .hint("Write a whole number like 20, or a decimal in quotes like \"8.875\""),
            );
            return None;
        };
        if decimal.is_sign_negative() || decimal > Decimal::ONE_HUNDRED {
            self.report(
                Finding::at("bad_percent", at, format!("{decimal} percent is out of range"))
                    .hint("Write a percentage from 0 to 100"),
            );
            return None;
        }
        Some(decimal.normalize())
    }

    /// The amount of an [`Amount`], in whole minor units.
    pub fn amount(&mut self, at: &At<'_>, amount: &Amount) -> Option<Money> {
        self.money(at, &amount.0)
    }
}

/// Codes that people mistake for another, and what to write.
fn currency_hint(text: &str) -> String {
    let code = text.split_whitespace().last().unwrap_or_default().to_lowercase();
    let meant = match code.as_str() {
        "us" | "dollar" | "dollars" | "$" | "usd." => "usd",
        "euro" | "euros" | "€" | "er" => "eur",
        "pound" | "pounds" | "£" | "uk" => "gbp",
        "yen" | "¥" => "jpy",
        _ => return "Write an ISO 4217 code such as usd, eur or jpy".to_owned(),
    };
    format!("Did you mean `{meant}`?")
}

/// Whether an address is this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
