//! What a plan allows, as JSON and in words.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::billing::catalog::model::{Limit, Window};

/// `{"posts": {"limit": 500, "per": "period"}}`; what is unlimited has a `limit` of null.
pub fn json(limits: &BTreeMap<&str, &Limit>) -> Value {
    let limits = limits.iter().map(|(metric, limit)| ((*metric).to_owned(), one(limit)));
    Value::Object(limits.collect::<Map<String, Value>>())
}

fn one(limit: &Limit) -> Value {
    match limit {
        Limit::Unlimited => json!({"limit": null, "unlimited": true}),
        Limit::Count { max, window } => with_window(json!(max), window),
        Limit::Money { max, window } => with_window(max.to_json(), window),
        Limit::Credits { kind, per_unit } => {
            json!({"limit": null, "unlimited": false, "credits": {"kind": kind, "per_unit": per_unit}})
        }
    }
}

fn with_window(max: Value, window: &Window) -> Value {
    let mut limit = json!({"limit": max, "unlimited": false, "per": per(window)});
    if let Window::Month { time_zone } = window {
        limit["time_zone"] = json!(time_zone);
    }
    limit
}

/// `500 a period`, `10.00 USD a month`, `50 in any 30 days`, `unlimited`, `prepaid credits, 1 each`.
pub fn words(limit: &Limit) -> String {
    let with_window = |max: String, window: &Window| match window {
        Window::Month { .. } | Window::Period => format!("{max} a {}", per(window)),
        Window::Rolling { .. } => format!("{max} in any {}", per(window)),
    };
    match limit {
        Limit::Unlimited => "unlimited".to_owned(),
        Limit::Count { max, window } => with_window(max.to_string(), window),
        Limit::Money { max, window } => with_window(max.to_string().to_uppercase(), window),
        Limit::Credits { kind, per_unit } => format!("prepaid {kind}, {per_unit} each"),
    }
}

/// As the billing file writes it: `month`, `period`, or a length in its largest whole unit.
fn per(window: &Window) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    match window {
        Window::Month { .. } => "month".to_owned(),
        Window::Period => "period".to_owned(),
        Window::Rolling { seconds } => {
            let (length, unit) =
                UNITS.into_iter().find(|(length, _)| seconds % length == 0).unwrap_or(UNITS[3]);
            let count = seconds / length;
            format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(limit: Limit, said: &str, document: Value) {
        assert_eq!((words(&limit).as_str(), one(&limit)), (said, document));
    }

    #[test]
    fn limits_are_told_with_their_window() {
        check(Limit::Unlimited, "unlimited", json!({"limit": null, "unlimited": true}));
        let month = Window::Month { time_zone: "UTC".to_owned() };
        check(
            Limit::Count { max: 10, window: month.clone() },
            "10 a month",
            json!({"limit": 10, "unlimited": false, "per": "month", "time_zone": "UTC"}),
        );
        check(
            Limit::Count { max: 50, window: Window::Rolling { seconds: 30 * 86_400 } },
            "50 in any 30 days",
            json!({"limit": 50, "unlimited": false, "per": "30 days"}),
        );
        check(
            Limit::Count { max: 5, window: Window::Rolling { seconds: 3_600 } },
            "5 in any 1 hour",
            json!({"limit": 5, "unlimited": false, "per": "1 hour"}),
        );
        check(
            Limit::Money { max: "10.00 usd".parse().unwrap(), window: Window::Period },
            "10.00 USD a period",
            json!({"limit": {"amount": 1000, "currency": "usd", "display": "10.00 USD"}, "unlimited": false,
                "per": "period"}),
        );
        check(
            Limit::Credits { kind: "minutes".to_owned(), per_unit: 2 },
            "prepaid minutes, 2 each",
            json!({"limit": null, "unlimited": false, "credits": {"kind": "minutes", "per_unit": 2}}),
        );
    }
}
