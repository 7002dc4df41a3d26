//! Many subscriptions from one price to another: which of them can move, and what that does to what is billed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Seen;

/// A subscription's item that charges a price which is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub subscription: String,
    pub item: String,
    pub customer: String,
    /// None where usage decides.
    pub quantity: Option<i64>,
    pub currency: String,
    /// Its invoices are charged by themselves, and not sent.
    pub is_charged: bool,
}

/// What is to become of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    Move(Row),
    /// It stays, and why.
    Stay {
        row: Row,
        why: String,
    },
}

/// What a move does to what is billed in a currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    pub currency: String,
    pub subscriptions: i64,
    /// For a whole period of the old price, in minor units; none where tiers, usage or decimals decide.
    pub before: Option<i64>,
    /// For a whole period of the new one.
    pub after: Option<i64>,
}

/// Says whether a subscription can move from one price to another; none where it does not charge the old one.
pub fn judge(object: &Value, from: &str, to: &Value) -> Option<Judged> {
    let seen = Seen(object);
    let items = seen.items();
    let item = items.iter().find(|item| item.price == from)?;
    let row = Row {
        subscription: seen.id().to_owned(),
        item: item.id.to_owned(),
        customer: seen.customer().to_owned(),
        quantity: item.quantity,
        currency: seen.currency().to_owned(),
        is_charged: is_charged(object),
    };
    let new = to.get("id").and_then(Value::as_str).unwrap_or_default();
    let why = if seen.is_over() {
        Some("it is over".to_owned())
    } else if seen.status() == "incomplete" {
        Some("its first payment never came".to_owned())
    } else if let Some(schedule) = seen.schedule() {
        Some(format!("a change is scheduled ({schedule})"))
    } else if items.iter().any(|other| other.price == new) {
        Some("it charges the new price already, beside the old one".to_owned())
    } else if has_currency(to, seen.currency()) {
        None
    } else {
        Some(format!("the new price has no amount in {}", seen.currency()))
    };
    Some(match why {
        Some(why) => Judged::Stay { row, why },
        None => Judged::Move(row),
    })
}

/// Whether the invoices of a subscription are charged by themselves.
pub fn is_charged(object: &Value) -> bool {
    object.get("collection_method").and_then(Value::as_str) != Some("send_invoice")
}

/// Whether a price has an amount in a currency: its own, or an option.
pub fn has_currency(price: &Value, currency: &str) -> bool {
    price.get("currency").and_then(Value::as_str) == Some(currency)
        || price.get("currency_options").is_some_and(|options| options.get(currency).is_some())
}

/// What one of a price costs in a currency, in minor units; none where tiers, usage or decimals decide.
fn each(price: &Value, currency: &str) -> Option<i64> {
    let own = price.get("currency").and_then(Value::as_str) == Some(currency);
    let amounts = if own { Some(price) } else { price.pointer(&format!("/currency_options/{currency}")) };
    amounts?.get("unit_amount").and_then(Value::as_i64)
}

/// What moving these does to what is billed, a line a currency, sorted.
pub fn effects(rows: &[&Row], from: &Value, to: &Value) -> Vec<Effect> {
    let mut effects: BTreeMap<&str, Effect> = BTreeMap::new();
    for row in rows {
        let effect = effects.entry(&row.currency).or_insert_with(|| Effect {
            currency: row.currency.clone(),
            subscriptions: 0,
            before: Some(0),
            after: Some(0),
        });
        effect.subscriptions += 1;
        let add = |sum: Option<i64>, price: &Value| {
            let amount = each(price, &row.currency)?.checked_mul(row.quantity?)?;
            sum?.checked_add(amount)
        };
        effect.before = add(effect.before, from);
        effect.after = add(effect.after, to);
    }
    effects.into_values().collect()
}

/// `month`, `3 months`
pub fn every(price: &Value) -> String {
    let interval = price.pointer("/recurring/interval").and_then(Value::as_str).unwrap_or("period");
    match price.pointer("/recurring/interval_count").and_then(Value::as_i64) {
        None | Some(1) => interval.to_owned(),
        Some(count) => format!("{count} {interval}s"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn subscription(fields: Value) -> Value {
        let mut object = json!({
            "id": "sub_1",
            "customer": "cus_1",
            "status": "active",
            "currency": "usd",
            "items": {"data": [{"id": "si_1", "price": {"id": "old"}, "quantity": 2}]},
        });
        for (name, value) in fields.as_object().unwrap() {
            object[name] = value.clone();
        }
        object
    }

    fn new_price() -> Value {
        json!({
            "id": "new",
            "currency": "usd",
            "unit_amount": 900,
            "currency_options": {"eur": {"unit_amount": 800}, "jpy": {"unit_amount": null}},
        })
    }

    #[track_caller]
    fn check(fields: Value, why: Option<&str>) {
        let found = judge(&subscription(fields), "old", &new_price()).unwrap();
        let told = match &found {
            Judged::Move(_) => None,
            Judged::Stay { why, .. } => Some(why.as_str()),
        };
        assert_eq!(told, why);
    }

    #[test]
    fn what_goes_on_and_can_be_charged_moves() {
        check(json!({}), None);
        check(json!({"status": "past_due"}), None);
        check(json!({"currency": "eur"}), None);
        check(json!({"currency": "gbp"}), Some("the new price has no amount in gbp"));
        check(json!({"status": "incomplete"}), Some("its first payment never came"));
        check(json!({"status": "canceled"}), Some("it is over"));
        check(json!({"schedule": "sub_sched_1"}), Some("a change is scheduled (sub_sched_1)"));
        let both =
            [json!({"id": "si_1", "price": {"id": "old"}}), json!({"id": "si_2", "price": {"id": "new"}})];
        check(json!({"items": {"data": both}}), Some("it charges the new price already, beside the old one"));
        assert_eq!(judge(&subscription(json!({})), "other", &new_price()), None);
    }

    #[test]
    fn money_adds_up_by_currency_and_not_where_it_can_not_be_told() {
        let row = |currency: &str, quantity: Option<i64>| Row {
            subscription: "sub_1".to_owned(),
            item: "si_1".to_owned(),
            customer: "cus_1".to_owned(),
            quantity,
            currency: currency.to_owned(),
            is_charged: true,
        };
        let rows = [row("usd", Some(1)), row("eur", Some(2)), row("usd", Some(3)), row("jpy", Some(1))];
        let from =
            json!({"currency": "usd", "unit_amount": 500, "currency_options": {"eur": {"unit_amount": 400}}});
        let found = effects(&rows.iter().collect::<Vec<_>>(), &from, &new_price());
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.currency.as_str(), one.subscriptions, one.before, one.after))
            .collect();
        assert_eq!(
            told,
            [("eur", 1, Some(800), Some(1600)), ("jpy", 1, None, None), ("usd", 2, Some(2000), Some(3600)),]
        );
    }
}
