//! What subscriptions come to in a month, as their objects, events and invoices tell it. `docs/money-reports.md` has the
//! rules; amounts are in minor units a month.

use rust_decimal::Decimal;
use serde_json::Value;

use super::chain::before;
use super::column::{Cell, Shape, first};
use crate::billing::event::Content;
use crate::billing::metrics::{Every, monthly};

/// What an event or an invoice says of what a subscription came to; see [`crate::billing::metrics::Step`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevenueStep {
    pub subscription: String,
    /// In seconds since 1970.
    pub at: i64,
    pub before: Option<i64>,
    pub after: i64,
}

/// Whether a subscription is recurring revenue as it stands. One that is past due is, for as long as Stripe tries; one whose
/// invoices are voided or written off brings nothing.
pub fn counts(status: &str, pause_behavior: Option<&str>) -> bool {
    matches!(status, "active" | "past_due")
        && !matches!(pause_behavior, Some("void") | Some("mark_uncollectible"))
}

/// What an item of a subscription comes to. None for one that is billed by what was used, or in tiers: its amount is not known
/// before.
pub(super) fn monthly_of_item(item: &Value) -> Option<i64> {
    let text = |places: &[&str]| text_at(item, places);
    let integer = |places: &[&str]| integer_at(item, places);
    if text(&["/price/recurring/usage_type", "/plan/usage_type"]).as_deref() == Some("metered") {
        return None;
    }
    let unit = unit_of(
        item,
        &["/price/unit_amount_decimal", "/plan/amount_decimal"],
        &["/price/unit_amount", "/plan/amount"],
    )?;
    let interval = text(&["/price/recurring/interval", "/plan/interval"])?;
    let count = integer(&["/price/recurring/interval_count", "/plan/interval_count"]).unwrap_or(1);
    let quantity = integer(&["/quantity"]).unwrap_or(1);
    let divide_by = integer(&["/price/transform_quantity/divide_by", "/plan/transform_usage/divide_by"]);
    let round = text(&["/price/transform_quantity/round", "/plan/transform_usage/round"]);
    let packages = match divide_by.filter(|divide_by| *divide_by > 0) {
        Some(divide_by) if round.as_deref() == Some("up") => {
            quantity.div_euclid(divide_by) + i64::from(quantity.rem_euclid(divide_by) > 0)
        }
        Some(divide_by) => quantity.div_euclid(divide_by),
        None => quantity,
    };
    monthly(unit, packages, Every::of(&interval, count)?)
}

/// What a subscription comes to as it stands; nothing where it does not count.
fn monthly_of(subscription: &Value) -> i64 {
    let text = |place: &str| text_at(subscription, &[place]);
    let status = text("/status").unwrap_or_default();
    if !counts(&status, text("/pause_collection/behavior").as_deref()) {
        return 0;
    }
    let items = subscription.pointer("/items/data").and_then(Value::as_array);
    items.into_iter().flatten().filter_map(monthly_of_item).fold(0, i64::saturating_add)
}

/// The step that an event of a subscription tells: how it began, or what it came to before and after a change. None for a
/// change that makes no difference.
pub fn of_change(event_type: &str, created: i64, content: &Content) -> Option<RevenueStep> {
    let after = monthly_of(&content.object);
    let before = match event_type {
        "customer.subscription.created" => None,
        "customer.subscription.updated" => Some(monthly_of(&before(content))),
        _ => return None,
    };
    if before == Some(after) {
        return None;
    }
    Some(RevenueStep { subscription: text_at(&content.object, &["/id"])?, at: created, before, after })
}

/// The step that an invoice of a subscription's period tells: what the period came to a month, from its beginning on.
///
/// Only lines of items that are paid in advance say that, and only where each is its price times its quantity (or nothing, in
/// a trial). Periods of a month, a quarter, half a year and a year are told by their length. None for an invoice that says
/// less: a draft, a void one, one with more lines than it shows, one of a change in mid-period.
pub fn of_invoice(invoice: &Value) -> Option<RevenueStep> {
    let text = |places: &[&str]| text_at(invoice, places);
    if !matches!(text(&["/status"])?.as_str(), "open" | "paid" | "uncollectible") {
        return None;
    }
    let reason = text(&["/billing_reason"])?;
    if !matches!(reason.as_str(), "subscription" | "subscription_create" | "subscription_cycle") {
        return None;
    }
    let subscription = invoiced_subscription(invoice)?;
    if invoice.pointer("/lines/has_more").and_then(Value::as_bool).unwrap_or_default() {
        return None;
    }
    let made = integer_at(invoice, &["/period_end"])?;
    let mut at = None;
    let mut after = 0_i64;
    for line in invoice.pointer("/lines/data")?.as_array()? {
        let Some(start) = in_advance(line, made) else { continue };
        if at.is_some_and(|at| at != start) {
            return None;
        }
        at = Some(start);
        after = after.checked_add(monthly_of_line(line, start)?)?;
    }
    Some(RevenueStep { subscription, at: at?, before: None, after })
}

/// The subscription that an invoice is of.
pub fn invoiced_subscription(invoice: &Value) -> Option<String> {
    let places = ["/parent/subscription_details/subscription", "/subscription"];
    match first(invoice, &places, Shape::Id) {
        Cell::Text(id) => Some(id),
        Cell::Integer(_) | Cell::Null => None,
    }
}

/// When the period begins that a line is paid in advance for; none for other lines.
fn in_advance(line: &Value, made: i64) -> Option<i64> {
    let flag = |places: &[&str]| matches!(first(line, places, Shape::Flag), Cell::Integer(1));
    if flag(&["/parent/subscription_item_details/proration", "/proration"]) {
        return None;
    }
    text_at(line, &["/parent/subscription_item_details/subscription_item", "/subscription_item"])?;
    integer_at(line, &["/period/start"]).filter(|start| *start >= made)
}

fn monthly_of_line(line: &Value, start: i64) -> Option<i64> {
    let unit = unit_of(
        line,
        &["/pricing/unit_amount_decimal", "/price/unit_amount_decimal", "/plan/amount_decimal"],
        &["/price/unit_amount", "/plan/amount"],
    )?;
    let quantity = integer_at(line, &["/quantity"])?;
    let amount = integer_at(line, &["/amount"])?;
    let whole = unit.checked_mul(Decimal::from(quantity))?;
    let rounded = whole.round_dp_with_strategy(0, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    if amount != 0 && Decimal::from(amount) != rounded {
        return None;
    }
    let days = (integer_at(line, &["/period/end"])? - start + 43_200).div_euclid(86_400);
    let every = match days {
        28..=31 => Every::Month(1),
        89..=92 => Every::Month(3),
        181..=184 => Every::Month(6),
        365..=366 => Every::Year(1),
        _ => return None,
    };
    monthly(unit, quantity, every)
}

/// A decimal of minor units, or a whole number of them.
fn unit_of(value: &Value, decimals: &[&str], integers: &[&str]) -> Option<Decimal> {
    let exact = text_at(value, decimals).and_then(|text| Decimal::from_str_exact(&text).ok());
    exact.or_else(|| integer_at(value, integers).map(Decimal::from))
}

fn text_at(value: &Value, places: &[&str]) -> Option<String> {
    match first(value, places, Shape::Text) {
        Cell::Text(text) => Some(text),
        Cell::Integer(_) | Cell::Null => None,
    }
}

fn integer_at(value: &Value, places: &[&str]) -> Option<i64> {
    match first(value, places, Shape::Integer) {
        Cell::Integer(number) => Some(number),
        Cell::Text(_) | Cell::Null => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn item(unit: Value, quantity: i64, interval: &str) -> Value {
        json!({"id": "si_1", "quantity": quantity, "price": {"id": "price_1", "unit_amount": unit,
            "recurring": {"interval": interval, "interval_count": 1, "usage_type": "licensed"}}})
    }

    #[test]
    fn an_item_comes_to_its_price_times_its_quantity() {
        assert_eq!(monthly_of_item(&item(json!(4_900), 2, "month")), Some(9_800));
        assert_eq!(monthly_of_item(&item(json!(12_000), 1, "year")), Some(1_000));
        assert_eq!(monthly_of_item(&item(Value::Null, 1, "month")), None);
        let mut metered = item(json!(5), 1, "month");
        metered["price"]["recurring"]["usage_type"] = json!("metered");
        assert_eq!(monthly_of_item(&metered), None);
        let mut below = item(Value::Null, 1_000, "month");
        below["price"]["unit_amount_decimal"] = json!("0.05");
        assert_eq!(monthly_of_item(&below), Some(50));
        let mut packages = item(json!(1_000), 25, "month");
        packages["price"]["transform_quantity"] = json!({"divide_by": 10, "round": "up"});
        assert_eq!(monthly_of_item(&packages), Some(3_000));
        packages["price"]["transform_quantity"]["round"] = json!("down");
        assert_eq!(monthly_of_item(&packages), Some(2_000));
        let older = json!({"id": "si_1", "quantity": 1, "plan": {"id": "gold", "amount": 2_000, "interval": "month"}});
        assert_eq!(monthly_of_item(&older), Some(2_000));
    }

    fn subscription(status: &str, unit: i64) -> Value {
        json!({"id": "sub_1", "status": status, "pause_collection": null, "items": {"data": [item(json!(unit), 1, "month")]}})
    }

    #[track_caller]
    fn check_change(event_type: &str, object: Value, previous: Value, expected: Option<(Option<i64>, i64)>) {
        let previous_attributes = previous.as_object().cloned().unwrap_or_default();
        let step = of_change(event_type, 10, &Content { object, previous_attributes });
        assert_eq!(step.map(|step| (step.before, step.after)), expected);
    }

    #[test]
    fn an_event_says_what_it_came_to_before_and_after() {
        let updated = "customer.subscription.updated";
        let created = "customer.subscription.created";
        check_change(created, subscription("active", 4_900), Value::Null, Some((None, 4_900)));
        check_change(created, subscription("trialing", 4_900), Value::Null, Some((None, 0)));
        check_change(
            updated,
            subscription("active", 4_900),
            json!({"status": "trialing"}),
            Some((Some(0), 4_900)),
        );
        check_change(
            updated,
            subscription("unpaid", 4_900),
            json!({"status": "past_due"}),
            Some((Some(4_900), 0)),
        );
        check_change(updated, subscription("past_due", 4_900), json!({"status": "active"}), None);
        let items = json!({"items": {"data": [item(json!(4_900), 1, "month")]}});
        check_change(updated, subscription("active", 9_900), items, Some((Some(4_900), 9_900)));
        let mut paused = subscription("active", 4_900);
        paused["pause_collection"] = json!({"behavior": "void"});
        check_change(updated, paused, json!({"pause_collection": null}), Some((Some(4_900), 0)));
        check_change("customer.subscription.deleted", subscription("canceled", 4_900), Value::Null, None);
    }

    /// An invoice of 1 November 2026 for the month after.
    fn invoice(lines: Value) -> Value {
        json!({"id": "in_1", "status": "paid", "billing_reason": "subscription_cycle", "period_end": 1_793_491_200,
            "parent": {"subscription_details": {"subscription": "sub_1"}}, "lines": {"has_more": false, "data": lines}})
    }

    fn line(amount: i64, unit: &str, quantity: i64, days: (i64, i64)) -> Value {
        let second = |day: i64| 1_793_491_200 + day * 86_400;
        json!({"id": "il_1", "amount": amount, "quantity": quantity, "pricing": {"unit_amount_decimal": unit},
            "parent": {"subscription_item_details": {"subscription_item": "si_1", "proration": false}},
            "period": {"start": second(days.0), "end": second(days.1)}})
    }

    #[track_caller]
    fn check_invoice(invoice: Value, expected: Option<i64>) {
        assert_eq!(of_invoice(&invoice).map(|step| step.after), expected, "{invoice}");
    }

    #[test]
    fn an_invoice_says_what_its_period_comes_to() {
        check_invoice(invoice(json!([line(9_800, "4900", 2, (0, 30))])), Some(9_800));
        check_invoice(invoice(json!([line(12_000, "12000", 1, (0, 365))])), Some(1_000));
        check_invoice(invoice(json!([line(9_000, "9000", 1, (0, 92))])), Some(3_000));
        // A trial is billed with nothing.
        check_invoice(invoice(json!([line(0, "4900", 1, (0, 30))])), Some(4_900));
        // What was used in the month before is no part of it, nor what a change left.
        let mut proration = line(2_000, "4900", 1, (0, 15));
        proration["parent"]["subscription_item_details"]["proration"] = json!(true);
        let lines = json!([line(700, "1", 700, (-31, 0)), proration, line(4_900, "4900", 1, (0, 30))]);
        check_invoice(invoice(lines), Some(4_900));
    }

    #[test]
    fn an_invoice_that_says_less_says_nothing() {
        check_invoice(invoice(json!([])), None);
        check_invoice(invoice(json!([line(1_000, "100", 25, (0, 30))])), None);
        check_invoice(invoice(json!([line(4_900, "4900", 1, (0, 10))])), None);
        let mut void = invoice(json!([line(4_900, "4900", 1, (0, 30))]));
        void["status"] = json!("void");
        check_invoice(void, None);
        let mut change = invoice(json!([line(4_900, "4900", 1, (0, 30))]));
        change["billing_reason"] = json!("subscription_update");
        check_invoice(change, None);
        let mut long = invoice(json!([line(4_900, "4900", 1, (0, 30))]));
        long["lines"]["has_more"] = json!(true);
        check_invoice(long, None);
    }
}
