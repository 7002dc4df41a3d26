//! Amounts, days and intervals as Stripe words them for a customer.

use serde_json::Value;

use crate::billing::currency::Currency;

/// `$49.00`, `€49.00`, `¥500`, `-$1.00`; other currencies by their code.
pub fn money(amount: i64, currency: &str) -> String {
    let exponent = currency.parse::<Currency>().map_or(2, |currency| currency.exponent());
    let unit = 10_u64.pow(exponent);
    let (sign, size) = (if amount < 0 { "-" } else { "" }, amount.unsigned_abs());
    let number = match exponent {
        0 => size.to_string(),
        _ => {
            let width = usize::try_from(exponent).unwrap_or(2);
            format!("{}.{:0width$}", size / unit, size % unit)
        }
    };
    match currency {
        "usd" => format!("{sign}${number}"),
        "eur" => format!("{sign}€{number}"),
        "gbp" => format!("{sign}£{number}"),
        "jpy" => format!("{sign}¥{number}"),
        other => format!("{sign}{} {number}", other.to_uppercase()),
    }
}

/// `21 Nov 2026`, in UTC.
pub fn day(moment: i64) -> String {
    jiff::Timestamp::from_second(moment)
        .map_or_else(|_| String::new(), |time| time.strftime("%-d %b %Y").to_string())
}

/// `month`, or `3 months`: the interval of a price's `recurring`; `None` for a one-time price.
pub fn interval(recurring: &Value) -> Option<String> {
    let interval = recurring["interval"].as_str()?;
    Some(match recurring["interval_count"].as_i64() {
        None | Some(1) => interval.to_owned(),
        Some(count) => format!("{count} {interval}s"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(amount: i64, currency: &str, text: &str) {
        assert_eq!(money(amount, currency), text);
    }

    #[test]
    fn amounts_have_their_currencys_sign_and_decimals() {
        check(4900, "usd", "$49.00");
        check(-5, "eur", "-€0.05");
        check(500, "jpy", "¥500");
        check(1005, "kwd", "KWD 1.005");
        check(0, "gbp", "£0.00");
    }

    #[test]
    fn intervals_are_counted_from_two_on() {
        assert_eq!(interval(&json!({"interval": "month", "interval_count": 1})).as_deref(), Some("month"));
        assert_eq!(interval(&json!({"interval": "week", "interval_count": 2})).as_deref(), Some("2 weeks"));
        assert_eq!(interval(&Value::Null), None);
    }
}
