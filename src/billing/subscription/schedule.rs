//! A subscription's schedule: what is yet to come, and the phases that make a change come later.

use serde_json::{Map, Value, json};

/// A phase that has not begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coming {
    /// In seconds since 1970.
    pub at: i64,
    /// Ids of prices, each with its quantity; none where usage decides.
    pub items: Vec<(String, Option<i64>)>,
}

/// How a change comes later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Later<'a> {
    /// In seconds since 1970; none for the end of the current phase.
    pub at: Option<i64>,
    /// What is charged from then on, as [`super::change::phase_items`] has it.
    pub items: Value,
    /// How long a period of the new price is: `month` and 3 for three months.
    pub interval: &'a str,
    pub interval_count: i64,
    /// Stripe's word for what becomes of time that was paid for.
    pub proration: &'a str,
}

/// The phases of a schedule that have not begun, in their order.
pub fn coming(schedule: &Value) -> Vec<Coming> {
    let after = schedule.pointer("/current_phase/end_date").and_then(Value::as_i64);
    let phases = schedule.get("phases").and_then(Value::as_array).into_iter().flatten();
    phases
        .filter_map(|phase| {
            let at = phase.get("start_date").and_then(Value::as_i64)?;
            let items = phase.get("items").and_then(Value::as_array).into_iter().flatten();
            let items = items.map(|item| (id(item, "price"), item.get("quantity").and_then(Value::as_i64)));
            after.is_none_or(|after| at >= after).then(|| Coming { at, items: items.collect() })
        })
        .collect()
}

/// The phases of an update that lets a change come later: the current one as it is, up to then, and the one that follows.
/// None where the schedule has no current phase. A trial has ended by then.
pub fn phases(schedule: &Value, later: &Later<'_>) -> Option<Value> {
    let start = schedule.pointer("/current_phase/start_date")?.as_i64()?;
    let all = schedule.get("phases")?.as_array()?;
    let current = all.iter().find(|phase| phase.get("start_date").and_then(Value::as_i64) == Some(start))?;
    let end = later.at.or_else(|| schedule.pointer("/current_phase/end_date")?.as_i64())?;
    let discounts = discounts(current);
    let mut now = json!({
        "start_date": start,
        "end_date": end,
        "items": current.get("items")?.as_array()?.iter().map(line).collect::<Vec<_>>(),
        "proration_behavior": "none",
    });
    // What the current phase says of a trial it goes on to say: else the trial would end with this update.
    if let Some(trial_end) = current.get("trial_end").and_then(Value::as_i64).filter(|trial| *trial > start) {
        now["trial_end"] = json!(trial_end);
    }
    let mut next = json!({
        "items": later.items,
        "duration": {"interval": later.interval, "interval_count": later.interval_count},
        "proration_behavior": later.proration,
    });
    // What is not said again is taken off.
    if !discounts.is_empty() {
        now["discounts"] = json!(discounts);
        next["discounts"] = json!(discounts);
    }
    Some(json!([now, next]))
}

fn line(item: &Value) -> Value {
    match item.get("quantity").and_then(Value::as_i64) {
        Some(quantity) => json!({"price": id(item, "price"), "quantity": quantity}),
        None => json!({"price": id(item, "price")}),
    }
}

/// A phase's discounts, as an update takes them.
fn discounts(phase: &Value) -> Vec<Value> {
    let all = phase.get("discounts").and_then(Value::as_array).into_iter().flatten();
    all.map(|one| {
        let named = ["coupon", "discount", "promotion_code"].into_iter().filter(|name| !one[*name].is_null());
        Value::Object(named.map(|name| (name.to_owned(), json!(id(one, name)))).collect::<Map<_, _>>())
    })
    .collect()
}

/// The id at a field that holds one, or the object in its place.
fn id(value: &Value, name: &str) -> String {
    let found = value.get(name);
    let text = found.and_then(Value::as_str).or_else(|| found?.get("id")?.as_str());
    text.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule() -> Value {
        json!({
            "current_phase": {"start_date": 100, "end_date": 200},
            "phases": [
                {"start_date": 50, "end_date": 100, "items": [{"price": "old"}]},
                {
                    "start_date": 100,
                    "end_date": 200,
                    "items": [{"price": "a", "quantity": 2}, {"price": "m"}],
                    "discounts": [{"coupon": null, "discount": "di_1", "promotion_code": null}],
                    "trial_end": 150,
                },
                {"start_date": 200, "end_date": 300, "items": [{"price": {"id": "b"}, "quantity": 1}]},
            ],
        })
    }

    #[test]
    fn what_is_to_come_has_not_begun() {
        let items = vec![("b".to_owned(), Some(1))];
        assert_eq!(coming(&schedule()), [Coming { at: 200, items }]);
        assert_eq!(coming(&json!({"phases": []})), []);
    }

    #[test]
    fn a_change_that_comes_later_leaves_the_current_phase_as_it_is() {
        let later = |at| Later {
            at,
            items: json!([{"price": "c", "quantity": 2}]),
            interval: "year",
            interval_count: 1,
            proration: "none",
        };
        let next = json!({
            "items": [{"price": "c", "quantity": 2}],
            "duration": {"interval": "year", "interval_count": 1},
            "proration_behavior": "none",
            "discounts": [{"discount": "di_1"}],
        });
        let now = |end: i64| {
            json!({
                "start_date": 100,
                "end_date": end,
                "items": [{"price": "a", "quantity": 2}, {"price": "m"}],
                "proration_behavior": "none",
                "trial_end": 150,
                "discounts": [{"discount": "di_1"}],
            })
        };
        assert_eq!(phases(&schedule(), &later(None)), Some(json!([now(200), next])));
        assert_eq!(phases(&schedule(), &later(Some(180))), Some(json!([now(180), next])));
        assert_eq!(phases(&json!({"phases": []}), &later(None)), None);
    }
}
