//! What a subscription's invoices charge for: its items' periods, and what waits to be billed with them.

use serde_json::{Value, json};

use super::items;
use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::kind::Kind;
use crate::emulator::resources::invoices::{self, Bill, Line, Origin, describe};
use crate::emulator::resources::{discounts, invoice_items, meter_events};

/// The lines of items for their current periods. Where a period is shorter than the item's interval, `natural` gives the
/// whole one, and the line charges its share.
///
/// # Errors
/// SQLite's.
pub fn period_lines(
    call: &Call<'_>,
    subscription: &Value,
    items: &[Value],
    natural: impl Fn(&Value) -> (i64, i64),
) -> Outcome<Vec<Line>> {
    let currency = subscription["currency"].as_str().unwrap_or_default();
    let mut lines = Vec::new();
    for item in items.iter().filter(|item| !items::is_metered(item)) {
        let (start, end) = period(item);
        let (from, to) = natural(item);
        let whole = items::amount(call, item, currency)?;
        let name = items::product_name(call, &item["price"])?;
        let quantity = item["quantity"].as_i64().unwrap_or(1);
        lines.push(Line {
            amount: invoices::share(whole, end - start, (to - from).max(1)),
            description: describe(&name, &item["price"], quantity),
            ..line(subscription, item)
        });
    }
    Ok(lines)
}

/// The lines of metered items whose period ends by a moment: what was used in it, as their meters tell. A period in which
/// less than nothing was used counts as nothing.
///
/// # Errors
/// SQLite's.
pub fn usage_lines(call: &Call<'_>, subscription: &Value, until: i64) -> Outcome<Vec<Line>> {
    let currency = subscription["currency"].as_str().unwrap_or_default();
    let mut lines = Vec::new();
    for item in items::of(subscription) {
        let (from, end) = period(&item);
        if !items::is_metered(&item) || end > until {
            continue;
        }
        let meter = item["price"]["recurring"]["meter"].as_str().unwrap_or_default();
        let customer = subscription["customer"].as_str().unwrap_or_default();
        let quantity = meter_events::used(call, meter, customer, from, end)?.max(0);
        let name = items::product_name(call, &item["price"])?;
        lines.push(Line {
            amount: items::amount_of(call, &item, currency, quantity)?,
            description: describe(&name, &item["price"], quantity),
            quantity,
            ..line(subscription, &item)
        });
    }
    Ok(lines)
}

/// The lines of a trial: nothing is charged.
///
/// # Errors
/// SQLite's.
pub fn trial_lines(call: &Call<'_>, subscription: &Value, items: &[Value]) -> Outcome<Vec<Line>> {
    let mut lines = Vec::new();
    for item in items {
        let name = items::product_name(call, &item["price"])?;
        lines.push(Line { description: format!("Trial period for {name}"), ..line(subscription, item) });
    }
    Ok(lines)
}

/// A line of nothing for an item's current period.
pub fn line(subscription: &Value, item: &Value) -> Line {
    Line {
        amount: 0,
        description: String::new(),
        discountable: true,
        discounts: item["discounts"].clone(),
        metadata: item["metadata"].clone(),
        origin: Origin::SubscriptionItem(item["id"].as_str().unwrap_or_default().to_owned()),
        period: period(item),
        price: Some(item["price"].clone()),
        proration: false,
        quantity: item["quantity"].as_i64().unwrap_or(if items::is_metered(item) { 0 } else { 1 }),
        subscription: subscription["id"].as_str().map(str::to_owned),
    }
}

/// An item's current period: start and end.
pub fn period(item: &Value) -> (i64, i64) {
    let moment = |field: &str| item[field].as_i64().unwrap_or_default();
    (moment("current_period_start"), moment("current_period_end"))
}

/// The next invoice of a subscription, not stored: these lines, then what waits to be billed with them.
///
/// # Errors
/// SQLite's.
pub fn invoice(
    call: &Call<'_>,
    subscription: &Object,
    reason: &str,
    lines: Vec<Line>,
    period: (i64, i64),
    now: i64,
) -> Outcome<Option<Object>> {
    let Some(customer) =
        call.db.get(Kind::Customer, subscription.body["customer"].as_str().unwrap_or_default())?
    else {
        return Ok(None);
    };
    let currency = subscription.body["currency"].as_str().unwrap_or_default();
    let mut lines = lines;
    lines.extend(invoice_items::pending_lines(call, &customer.id, Some(&subscription.id), currency)?);
    let discounts = discounts::still_on(call, &subscription.body["discounts"], now)?;
    for line in &mut lines {
        line.discounts = discounts::still_on(call, &line.discounts, now)?;
    }
    let bill = Bill {
        customer: &customer,
        subscription: Some(subscription),
        reason,
        currency,
        lines,
        discounts,
        period,
        now,
    };
    invoices::draft(call, bill).map(Some)
}

/// Drops the discounts that hold no longer, and tells of their end.
///
/// # Errors
/// SQLite's.
pub fn drop_old_discounts(call: &mut Call<'_>, subscription: &mut Object, now: i64) -> Outcome<()> {
    let before = subscription.body["discounts"].clone();
    let after = discounts::still_on(call, &before, now)?;
    discounts::end_others(call, &before, &after)?;
    subscription.body["discounts"] = after;
    let mut items = items::of(&subscription.body);
    for item in &mut items {
        item["discounts"] = discounts::still_on(call, &item["discounts"], now)?;
    }
    subscription.body["items"]["data"] = json!(items);
    Ok(())
}
