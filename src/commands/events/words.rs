//! Values of Stripe's objects in words: money with its currency, seconds as times.

use serde_json::Value;

use crate::billing::currency::Currency;
use crate::billing::money::Money;
use crate::commands::moment::time;

/// Longer texts are cut, in characters: an event may carry whole objects.
const LONGEST: usize = 160;

/// The words for a value at `path` of an object in `currency`.
pub fn words(path: &str, value: &Value, currency: Option<Currency>) -> String {
    let name = path.rsplit('.').find(|part| part.parse::<usize>().is_err()).unwrap_or(path);
    match value {
        Value::Null => "(none)".to_owned(),
        Value::String(text) if text.is_empty() => "(empty)".to_owned(),
        Value::String(text) => cut(text),
        Value::Number(number) => match (number.as_i64(), currency) {
            (Some(minor), Some(currency)) if is_money(name) => {
                Money { minor, currency }.to_string().to_uppercase()
            }
            (Some(second), _) if is_time(name) => time(second),
            _ => number.to_string(),
        },
        Value::Bool(flag) => flag.to_string(),
        Value::Array(items) if items.is_empty() => "(none)".to_owned(),
        Value::Object(fields) if fields.is_empty() => "(none)".to_owned(),
        // Of a whole object its id says most.
        Value::Object(fields) if fields.contains_key("object") && fields.contains_key("id") => {
            words("id", &fields["id"], None)
        }
        Value::Array(_) | Value::Object(_) => cut(&value.to_string()),
    }
}

/// The currency that an object's amounts are in.
pub fn currency_of(object: &Value) -> Option<Currency> {
    object.get("currency")?.as_str()?.parse().ok()
}

fn is_money(name: &str) -> bool {
    const EXACT: [&str; 14] = [
        "amount",
        "balance",
        "starting_balance",
        "ending_balance",
        "subtotal",
        "subtotal_excluding_tax",
        "total",
        "total_excluding_tax",
        "unit_amount",
        "tax",
        "fee",
        "net",
        "pre_payment_credit_notes_amount",
        "post_payment_credit_notes_amount",
    ];
    name.starts_with("amount_") || EXACT.contains(&name)
}

fn is_time(name: &str) -> bool {
    const EXACT: [&str; 10] = [
        "created",
        "updated",
        "due_date",
        "start_date",
        "period_start",
        "period_end",
        "trial_start",
        "trial_end",
        "billing_cycle_anchor",
        "next_payment_attempt",
    ];
    const ENDS: [&str; 3] = ["_at", "_period_start", "_period_end"];
    EXACT.contains(&name) || ENDS.iter().any(|end| name.ends_with(end))
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(path: &str, value: Value, currency: &str, expected: &str) {
        assert_eq!(words(path, &value, currency.parse().ok()), expected);
    }

    #[test]
    fn money_has_its_currency_and_its_decimals() {
        check("amount_due", json!(9900), "usd", "99.00 USD");
        check("lines.data.0.amount", json!(500), "jpy", "500 JPY");
        check("balance", json!(-1), "kwd", "-0.001 KWD");
        check("amount_due", json!(9900), "", "9900");
        check("quantity", json!(3), "usd", "3");
    }

    #[test]
    fn seconds_are_times_where_the_name_says_so() {
        check("items.data.0.current_period_end", json!(1_793_491_200), "usd", "2026-11-01T00:00:00Z");
        check("canceled_at", json!(1_793_491_200), "", "2026-11-01T00:00:00Z");
        check("attempt_count", json!(1), "", "1");
    }

    #[test]
    fn what_is_long_is_cut_and_what_is_not_there_is_told() {
        check("x", Value::Null, "", "(none)");
        check("x", json!(""), "", "(empty)");
        check("x", json!([]), "", "(none)");
        check("x", json!({"id": "sub_1", "object": "subscription"}), "", "sub_1");
        assert_eq!(words("x", &json!("é".repeat(500)), None).chars().count(), LONGEST);
    }
}
