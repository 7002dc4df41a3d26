//! Proration: what is given back for time that is not used any more, and charged for time that is left.
//!
//! By the second, and rounded half away from zero to the minor unit, as docs.stripe.com/billing/subscriptions/prorations
//! has it. Both sides are of what is paid after discounts: what was paid is given back, and no more.

use serde_json::{Value, json};

use super::{billing, items};
use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::period::Every;
use crate::emulator::resources::invoices::{Line, counted, discounted, share};
use crate::emulator::resources::{discounts, invoice_items};
use crate::emulator::wording::day;

/// The lines that a change from some items to others at a moment brings. Items that stay as they are bring none.
///
/// # Errors
/// SQLite's.
pub fn lines(
    call: &Call<'_>,
    subscription: &Value,
    before: &[Value],
    after: &[Value],
    moment: i64,
) -> Outcome<Vec<Line>> {
    let same = |one: &Value, other: &Value| {
        one["id"] == other["id"]
            && one["price"]["id"] == other["price"]["id"]
            && one["quantity"] == other["quantity"]
    };
    let mut lines = Vec::new();
    let sides = [(Side::Unused, before, after), (Side::Remaining, after, before)];
    for (side, these, those) in sides {
        for (item, amount) in these.iter().zip(amounts(call, subscription, these, moment, side)?) {
            if !those.iter().any(|other| same(item, other)) {
                lines.extend(line(call, subscription, item, amount, (moment, side))?);
            }
        }
    }
    Ok(lines)
}

/// What items cost for a whole period, each after its own and the subscription's discounts. What a period was paid with
/// goes by the discounts that held when it began, one for a single invoice among them.
fn amounts(
    call: &Call<'_>,
    subscription: &Value,
    items: &[Value],
    moment: i64,
    side: Side,
) -> Outcome<Vec<i64>> {
    let currency = &subscription["currency"];
    let holding = |ids: &Value, start: i64| match side {
        Side::Unused => discounts::held(call, ids, start),
        Side::Remaining => discounts::still_on(call, ids, moment),
    };
    let mut lines = Vec::new();
    for item in items {
        let amount = items::amount(call, item, currency.as_str().unwrap_or_default())?;
        let own = holding(&item["discounts"], billing::period(item).0)?;
        lines.push(json!({"amount": amount, "discounts": own, "price": item["price"]}));
    }
    let start = items.iter().map(|item| billing::period(item).0).min().unwrap_or(moment);
    discounted(call, currency, &holding(&subscription["discounts"], start)?, lines)
}

/// Whether time is given back or charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Unused,
    Remaining,
}

fn line(
    call: &Call<'_>,
    subscription: &Value,
    item: &Value,
    amount: i64,
    (moment, side): (i64, Side),
) -> Outcome<Option<Line>> {
    let (_, end) = billing::period(item);
    if items::is_metered(item) || end <= moment {
        return Ok(None);
    }
    let anchor = subscription["billing_cycle_anchor"].as_i64().unwrap_or(moment);
    let every = Every::read(&item["price"]["recurring"]);
    let whole = every.end_after(anchor, moment) - every.start_before(anchor, moment);
    let part = share(amount, end - moment, whole.max(1));
    let name = counted(&items::product_name(call, &item["price"])?, item["quantity"].as_i64().unwrap_or(1));
    let (amount, description) = match side {
        Side::Unused => (-part, format!("Unused time on {name} after {}", day(moment))),
        Side::Remaining => (part, format!("Remaining time on {name} after {}", day(moment))),
    };
    Ok(Some(Line {
        amount,
        description,
        // Discounts are in the amount already.
        discountable: false,
        discounts: json!([]),
        metadata: json!({}),
        period: (moment, end),
        proration: true,
        ..billing::line(subscription, item)
    }))
}

/// Keeps lines for the next invoice, as invoice items.
///
/// # Errors
/// SQLite's.
pub fn keep(call: &mut Call<'_>, subscription: &Object, lines: Vec<Line>, now: i64) -> Outcome<()> {
    for line in lines {
        invoice_items::keep(call, &subscription.body, line, now)?;
    }
    Ok(())
}
