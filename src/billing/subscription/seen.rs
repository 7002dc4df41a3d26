//! A subscription object, read field by field, whatever else is in it.

use serde_json::Value;

use crate::billing::entitlement::{Item, Subscription};

/// A subscription as Stripe sent it. Times are seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a>(pub &'a Value);

/// Nothing is collected for a while, and what becomes of invoices meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause<'a> {
    /// Stripe's word: `keep_as_draft`, `mark_uncollectible`, `void`.
    pub behavior: &'a str,
    pub resumes_at: Option<i64>,
}

/// What a subscription charges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenItem<'a> {
    pub id: &'a str,
    pub price: &'a str,
    pub product: Option<&'a str>,
    pub lookup_key: Option<&'a str>,
    /// None where usage decides.
    pub quantity: Option<i64>,
    pub metered: bool,
    /// For one, in minor units; none where tiers or decimals decide.
    pub unit_amount: Option<i64>,
    pub currency: &'a str,
    /// `month`, `year`, …; none for an object of another shape.
    pub interval: Option<&'a str>,
    pub interval_count: i64,
    pub period_start: Option<i64>,
    pub period_end: Option<i64>,
}

impl<'a> Seen<'a> {
    fn text(&self, place: &str) -> Option<&'a str> {
        self.0.pointer(place).and_then(Value::as_str)
    }

    fn second(&self, place: &str) -> Option<i64> {
        self.0.pointer(place).and_then(Value::as_i64)
    }

    pub fn id(&self) -> &'a str {
        self.text("/id").unwrap_or_default()
    }

    /// The customer's id, also where it was expanded.
    pub fn customer(&self) -> &'a str {
        self.text("/customer").or(self.text("/customer/id")).unwrap_or_default()
    }

    pub fn status(&self) -> &'a str {
        self.text("/status").unwrap_or_default()
    }

    pub fn currency(&self) -> &'a str {
        self.text("/currency").unwrap_or_default()
    }

    pub fn created(&self) -> i64 {
        self.second("/created").unwrap_or_default()
    }

    pub fn items(&self) -> Vec<SeenItem<'a>> {
        let items = self.0.pointer("/items/data").and_then(Value::as_array);
        items.into_iter().flatten().map(SeenItem::read).collect()
    }

    /// The start of the current period; of several, the earliest.
    pub fn period_start(&self) -> Option<i64> {
        let starts = self.items().into_iter().filter_map(|item| item.period_start);
        starts.min().or(self.second("/current_period_start"))
    }

    /// The end of the current period; of several, the earliest. Versions before items had periods keep it on the
    /// subscription.
    pub fn period_end(&self) -> Option<i64> {
        let ends = self.items().into_iter().filter_map(|item| item.period_end);
        ends.min().or(self.second("/current_period_end"))
    }

    pub fn cancels_at_period_end(&self) -> bool {
        self.0.get("cancel_at_period_end") == Some(&Value::Bool(true))
    }

    pub fn cancel_at(&self) -> Option<i64> {
        self.second("/cancel_at")
    }

    /// When it ends, as far as that was decided.
    pub fn ends_at(&self) -> Option<i64> {
        self.cancel_at().or_else(|| self.period_end().filter(|_| self.cancels_at_period_end()))
    }

    pub fn canceled_at(&self) -> Option<i64> {
        self.second("/canceled_at")
    }

    pub fn ended_at(&self) -> Option<i64> {
        self.second("/ended_at")
    }

    pub fn trial_end(&self) -> Option<i64> {
        self.second("/trial_end")
    }

    pub fn pause(&self) -> Option<Pause<'a>> {
        let behavior = self.text("/pause_collection/behavior")?;
        Some(Pause { behavior, resumes_at: self.second("/pause_collection/resumes_at") })
    }

    /// The id of the schedule that changes it, if one does.
    pub fn schedule(&self) -> Option<&'a str> {
        self.text("/schedule").or(self.text("/schedule/id"))
    }

    pub fn test_clock(&self) -> Option<&'a str> {
        self.text("/test_clock").or(self.text("/test_clock/id"))
    }

    /// A note that programs left on it.
    pub fn note(&self, key: &str) -> Option<&'a str> {
        self.0.get("metadata")?.get(key)?.as_str()
    }

    /// Whether it is over for good.
    pub fn is_over(&self) -> bool {
        matches!(self.status(), "canceled" | "incomplete_expired")
    }

    /// What it is for, as far as plans are recognised by it.
    pub fn as_bought(&self) -> Subscription {
        let items = self.items().into_iter().map(|item| Item {
            price: Some(item.price.to_owned()),
            product: item.product.map(str::to_owned),
            lookup_key: item.lookup_key.map(str::to_owned),
            product_mark: None,
        });
        Subscription {
            id: self.id().to_owned(),
            status: self.status().to_owned(),
            items: items.collect(),
            ..Subscription::default()
        }
    }
}

impl<'a> SeenItem<'a> {
    fn read(item: &'a Value) -> SeenItem<'a> {
        let text = |place: &str| item.pointer(place).and_then(Value::as_str);
        let number = |place: &str| item.pointer(place).and_then(Value::as_i64);
        SeenItem {
            id: text("/id").unwrap_or_default(),
            price: text("/price/id").unwrap_or_default(),
            product: text("/price/product").or(text("/price/product/id")),
            lookup_key: text("/price/lookup_key"),
            quantity: number("/quantity"),
            metered: text("/price/recurring/usage_type") == Some("metered"),
            unit_amount: number("/price/unit_amount"),
            currency: text("/price/currency").unwrap_or_default(),
            interval: text("/price/recurring/interval"),
            interval_count: number("/price/recurring/interval_count").unwrap_or(1),
            period_start: number("/current_period_start"),
            period_end: number("/current_period_end"),
        }
    }

    /// What all of it costs for a whole period, in minor units; none where that follows from tiers or from usage.
    pub fn amount(&self) -> Option<i64> {
        let each = self.unit_amount.filter(|_| !self.metered)?;
        each.checked_mul(self.quantity.unwrap_or(1))
    }

    /// `month`, `3 months`
    pub fn every(&self) -> Option<String> {
        let interval = self.interval?;
        Some(match self.interval_count {
            1 => interval.to_owned(),
            count => format!("{count} {interval}s"),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_subscription_ends_when_that_was_decided() {
        let item = |end: i64| json!({"id": "si_1", "current_period_end": end, "price": {"id": "price_1"}});
        let check = |fields: Value, expected: Option<i64>| {
            let mut object = json!({"items": {"data": [item(200), item(100)]}});
            for (name, value) in fields.as_object().unwrap() {
                object[name] = value.clone();
            }
            assert_eq!(Seen(&object).ends_at(), expected, "{object}");
        };
        check(json!({}), None);
        check(json!({"cancel_at_period_end": true}), Some(100));
        check(json!({"cancel_at_period_end": false, "cancel_at": 150}), Some(150));
    }

    #[test]
    fn an_item_costs_what_its_quantity_costs_unless_usage_or_tiers_decide() {
        let check = |item: Value, amount: Option<i64>, every: &str| {
            let object = json!({"items": {"data": [item]}});
            let items = Seen(&object).items();
            assert_eq!((items[0].amount(), items[0].every().as_deref()), (amount, Some(every)), "{object}");
        };
        let price = |more: Value| {
            let mut price =
                json!({"unit_amount": 500, "recurring": {"interval": "month", "interval_count": 1}});
            for (name, value) in more.as_object().unwrap() {
                price[name] = value.clone();
            }
            price
        };
        check(json!({"quantity": 3, "price": price(json!({}))}), Some(1500), "month");
        check(json!({"quantity": 3, "price": price(json!({"unit_amount": null}))}), None, "month");
        let metered =
            json!({"recurring": {"interval": "month", "interval_count": 3, "usage_type": "metered"}});
        check(json!({"price": price(metered)}), None, "3 months");
    }
}
