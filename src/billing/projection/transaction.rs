//! Transactions: what was paid, refunded, changed and ended, each booked under the Stripe id that it is about, and so
//! once, however often it is told.

use serde_json::Value;

use super::Row;
use super::column::{Cell, Shape, computed, first, id, integer, json, text};
use super::tables::Table;
use crate::billing::event::Content;

pub(super) const TABLES: &[&Table] = &[&TRANSACTIONS];

/// The columns that Stripe's objects share go by the same places; what differs is filled in by [`booking`].
static TRANSACTIONS: Table = Table {
    name: "transactions",
    kind: "transaction",
    columns: &[
        text("id", &["/id"]),
        computed("type", |_| Cell::Null),
        computed("status", |_| Cell::Null),
        id("customer", &["/customer"]),
        id("subscription", &["/subscription", "/parent/subscription_details/subscription"]),
        id("invoice", &["/invoice"]),
        id("payment_intent", &["/payment_intent", "/payments/data/0/payment/payment_intent"]),
        id("charge", &["/charge"]),
        id("checkout_session", &["/checkout_session"]),
        text("price", &["/price"]),
        text("previous_price", &["/previous_price"]),
        computed("amount", |_| Cell::Null),
        text("currency", &["/currency"]),
        text("description", &["/description"]),
        json("metadata", &["/metadata"]),
        integer("at", &["/created"]),
        id(
            "product",
            &[
                "/lines/data/0/pricing/price_details/product",
                "/lines/data/0/price/product",
                "/lines/data/0/plan/product",
                "/items/data/0/price/product",
                "/items/data/0/plan/product",
            ],
        ),
        computed("credits", |_| Cell::Null),
    ],
    parts: &[],
};

/// The transaction that an object is, if it is one. Amounts are in minor units.
///
/// | object | type | status |
/// |---|---|---|
/// | invoice of a subscription, finalized, not for nothing | `SUBSCRIPTION_PAYMENT` | paid: `COMPLETED`; tried or given up: `FAILED`; voided: `CANCELLED`; else `PENDING` |
/// | completed checkout in payment mode | `CREDIT_TOPUP`, or `PAYMENT` if known to buy no credits | paid: `COMPLETED`, else `PENDING` |
/// | refund | `REFUND` | succeeded: `COMPLETED`; failed: `FAILED`; canceled: `CANCELLED`; else `PENDING` |
/// | canceled subscription | `SUBSCRIPTION_CANCEL` | `COMPLETED` |
pub fn transaction(kind: &str, object: &Value) -> Option<Row> {
    let status = object.get("status").and_then(Value::as_str).unwrap_or_default();
    let number = |places: &[&str]| first(object, places, Shape::Integer);
    let own = || first(object, &["/id"], Shape::Text);
    match kind {
        "invoice" => {
            let of_subscription =
                first(object, &["/parent/subscription_details/subscription", "/subscription"], Shape::Id);
            let total = number(&["/total", "/amount_due"]);
            if of_subscription == Cell::Null || matches!(total, Cell::Integer(0) | Cell::Null) {
                return None;
            }
            let tried = matches!(number(&["/attempt_count"]), Cell::Integer(1..));
            let status = match status {
                "paid" => "COMPLETED",
                "open" if tried => "FAILED",
                "open" => "PENDING",
                "uncollectible" => "FAILED",
                "void" => "CANCELLED",
                _ => return None,
            };
            let at = number(&["/status_transitions/paid_at", "/status_transitions/finalized_at", "/created"]);
            let booked =
                [("amount", total), ("invoice", own()), ("subscription", of_subscription), ("at", at)];
            Some(booking(object, "SUBSCRIPTION_PAYMENT", status, booked))
        }
        "checkout.session" if object.get("mode").and_then(Value::as_str) == Some("payment") => {
            if status != "complete" {
                return None;
            }
            let paid = object.get("payment_status").and_then(Value::as_str) != Some("unpaid");
            let status = if paid { "COMPLETED" } else { "PENDING" };
            let amount = number(&["/amount_total"]);
            Some(booking(object, "CREDIT_TOPUP", status, [("amount", amount), ("checkout_session", own())]))
        }
        "refund" => {
            let status = match status {
                "succeeded" => "COMPLETED",
                "failed" => "FAILED",
                "canceled" => "CANCELLED",
                _ => "PENDING",
            };
            Some(booking(object, "REFUND", status, [("amount", number(&["/amount"]))]))
        }
        "subscription" if status == "canceled" => {
            let at = number(&["/ended_at", "/canceled_at", "/created"]);
            let price = first(object, &["/items/data/0/price", "/items/data/0/plan", "/plan"], Shape::Id);
            let booked =
                [("amount", Cell::Integer(0)), ("subscription", own()), ("price", price), ("at", at)];
            Some(booking(object, "SUBSCRIPTION_CANCEL", "COMPLETED", booked))
        }
        _ => None,
    }
}

/// The change to another price that an update of a subscription tells of; booked under the event's id, for an object
/// remembers only how it is now. What costs more a month is an upgrade.
pub fn change_of_plan(event_id: &str, created: i64, content: &Content) -> Option<Row> {
    let now = item(&content.object)?;
    let before = content.previous_attributes.get("items").and_then(|items| items.pointer("/data/0"))?;
    let id = |item: &Value| match first(item, &["/price", "/plan"], Shape::Id) {
        Cell::Text(id) => Some(id),
        _ => None,
    };
    let (price, previous) = (id(now)?, id(before)?);
    if price == previous {
        return None;
    }
    let kind = match (in_a_century(now), in_a_century(before)) {
        (Some(now), Some(before)) if now < before => "SUBSCRIPTION_DOWNGRADE",
        _ => "SUBSCRIPTION_UPGRADE",
    };
    let own = first(&content.object, &["/id"], Shape::Text);
    let booked = [
        ("id", Cell::Text(event_id.to_owned())),
        ("amount", Cell::Integer(0)),
        ("subscription", own),
        ("price", Cell::Text(price)),
        ("previous_price", Cell::Text(previous)),
        ("at", Cell::Integer(created)),
    ];
    Some(booking(&content.object, kind, "COMPLETED", booked))
}

/// What is known of a payment beside its own object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paid {
    /// The credits that it bought; none while that can't be told.
    pub credits: Option<i64>,
    /// All of its money has gone back.
    pub refunded: bool,
}

/// The transaction of a checkout session or an invoice that is paid, with what is known beside it. An invoice of no
/// subscription is one only where it sold credits.
pub fn paid_transaction(kind: &str, object: &Value, paid: Paid) -> Option<Row> {
    let mut row = match transaction(kind, object) {
        Some(row) => row,
        None if kind == "invoice" && paid.credits.is_some_and(|credits| credits > 0) => {
            let number = |places: &[&str]| first(object, places, Shape::Integer);
            let booked = [
                ("amount", number(&["/total", "/amount_paid"])),
                ("invoice", first(object, &["/id"], Shape::Text)),
                ("at", number(&["/status_transitions/paid_at", "/created"])),
            ];
            booking(object, "CREDIT_TOPUP", "COMPLETED", booked)
        }
        None => return None,
    };
    let columns = row.table.columns;
    let mut set = |name: &str, cell: Cell| {
        if let Some(place) =
            columns.iter().position(|column| column.name == name).and_then(|at| row.cells.get_mut(at))
        {
            *place = cell;
        }
    };
    match paid.credits {
        Some(credits @ 1..) => set("credits", Cell::Integer(credits)),
        Some(_) if kind == "checkout.session" => set("type", Cell::Text("PAYMENT".to_owned())),
        Some(_) | None => {}
    }
    if paid.refunded {
        set("status", Cell::Text("REFUNDED".to_owned()));
    }
    Some(row)
}

fn item(subscription: &Value) -> Option<&Value> {
    subscription.pointer("/items/data/0")
}

/// What an item costs in a century, in minor units: a whole number for every interval, to compare by.
fn in_a_century(item: &Value) -> Option<i128> {
    let number = |places: &[&str]| match first(item, places, Shape::Integer) {
        Cell::Integer(number) => Some(i128::from(number)),
        _ => None,
    };
    let amount = number(&["/price/unit_amount", "/plan/amount"])?;
    let quantity = number(&["/quantity"]).unwrap_or(1);
    let count = number(&["/price/recurring/interval_count", "/plan/interval_count"]).unwrap_or(1).max(1);
    let Cell::Text(interval) = first(item, &["/price/recurring/interval", "/plan/interval"], Shape::Text)
    else {
        return None;
    };
    let times = match interval.as_str() {
        "day" => 36_525,
        "week" => 5_218,
        "month" => 1_200,
        "year" => 100,
        _ => return None,
    };
    Some(amount * quantity * times / count)
}

fn booking<const N: usize>(object: &Value, kind: &str, status: &str, booked: [(&str, Cell); N]) -> Row {
    let cell = |name: &str| match name {
        "type" => Some(Cell::Text(kind.to_owned())),
        "status" => Some(Cell::Text(status.to_owned())),
        _ => booked.iter().find(|(column, _)| *column == name).map(|(_, cell)| cell.clone()),
    };
    let columns = TRANSACTIONS.columns.iter();
    let cells =
        columns.map(|column| cell(column.name).unwrap_or_else(|| column.read(object, object))).collect();
    Row { table: &TRANSACTIONS, cells }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(kind: &str, object: Value, expected: Option<[&str; 3]>) {
        let booked = transaction(kind, &object).map(|row| told(&row));
        assert_eq!(booked, expected.map(|expected| expected.map(str::to_owned)), "{object}");
    }

    /// Type, status and amount.
    fn told(row: &Row) -> [String; 3] {
        ["type", "status", "amount"].map(|name| {
            let at = TRANSACTIONS.columns.iter().position(|column| column.name == name).unwrap();
            match &row.cells[at] {
                Cell::Text(text) => text.clone(),
                Cell::Integer(number) => number.to_string(),
                Cell::Null => String::new(),
            }
        })
    }

    #[test]
    fn an_invoice_of_a_subscription_is_a_payment() {
        let invoice = |status: &str, attempts: i64, total: i64| {
            json!({"id": "in_1", "status": status, "attempt_count": attempts, "total": total,
                "parent": {"subscription_details": {"subscription": "sub_1"}}})
        };
        check("invoice", invoice("draft", 0, 500), None);
        check("invoice", invoice("open", 0, 500), Some(["SUBSCRIPTION_PAYMENT", "PENDING", "500"]));
        check("invoice", invoice("open", 1, 500), Some(["SUBSCRIPTION_PAYMENT", "FAILED", "500"]));
        check("invoice", invoice("paid", 2, 500), Some(["SUBSCRIPTION_PAYMENT", "COMPLETED", "500"]));
        check("invoice", invoice("void", 2, 500), Some(["SUBSCRIPTION_PAYMENT", "CANCELLED", "500"]));
        check("invoice", invoice("paid", 0, 0), None);
        check("invoice", json!({"id": "in_1", "status": "paid", "total": 500}), None);
        let older = json!({"id": "in_1", "status": "paid", "total": 500, "subscription": "sub_1"});
        check("invoice", older, Some(["SUBSCRIPTION_PAYMENT", "COMPLETED", "500"]));
    }

    #[test]
    fn checkouts_refunds_and_cancellations_are_booked() {
        let session = |mode: &str, paid: &str| json!({"id": "cs_1", "mode": mode, "status": "complete", "payment_status": paid, "amount_total": 100});
        check("checkout.session", session("payment", "paid"), Some(["CREDIT_TOPUP", "COMPLETED", "100"]));
        check("checkout.session", session("payment", "unpaid"), Some(["CREDIT_TOPUP", "PENDING", "100"]));
        check("checkout.session", session("subscription", "paid"), None);
        check(
            "refund",
            json!({"id": "re_1", "status": "succeeded", "amount": 50}),
            Some(["REFUND", "COMPLETED", "50"]),
        );
        check(
            "subscription",
            json!({"id": "sub_1", "status": "canceled"}),
            Some(["SUBSCRIPTION_CANCEL", "COMPLETED", "0"]),
        );
        check("subscription", json!({"id": "sub_1", "status": "active"}), None);
    }

    #[test]
    fn what_is_known_beside_a_payment_is_told_with_it() {
        let session = json!({"id": "cs_1", "mode": "payment", "status": "complete", "payment_status": "paid", "amount_total": 100});
        let check = |kind: &str, object: &Value, paid: Paid, expected: Option<[&str; 3]>| {
            let booked = paid_transaction(kind, object, paid).map(|row| told(&row));
            assert_eq!(booked, expected.map(|expected| expected.map(str::to_owned)), "{paid:?}");
        };
        let of = |credits, refunded| Paid { credits, refunded };
        let topup = |status| Some(["CREDIT_TOPUP", status, "100"]);
        check("checkout.session", &session, of(Some(1000), false), topup("COMPLETED"));
        check("checkout.session", &session, of(Some(1000), true), topup("REFUNDED"));
        check("checkout.session", &session, of(None, false), topup("COMPLETED"));
        check("checkout.session", &session, of(Some(0), false), Some(["PAYMENT", "COMPLETED", "100"]));
        let invoice = json!({"id": "in_1", "status": "paid", "total": 500});
        check("invoice", &invoice, of(Some(0), false), None);
        check("invoice", &invoice, of(Some(10), false), Some(["CREDIT_TOPUP", "COMPLETED", "500"]));
    }

    #[test]
    fn another_price_is_an_upgrade_or_a_downgrade() {
        let check = |now: (i64, &str), before: (i64, &str), expected: Option<&str>| {
            let item = |(amount, interval): (i64, &str)| {
                json!({"data": [{"quantity": 1, "price": {"id": format!("price_{amount}_{interval}"), "unit_amount": amount,
                    "recurring": {"interval": interval, "interval_count": 1}}}]})
            };
            let previous_attributes = json!({"items": item(before)}).as_object().cloned().unwrap();
            let content = Content { object: json!({"id": "sub_1", "items": item(now)}), previous_attributes };
            let booked = change_of_plan("evt_1", 10, &content).map(|row| told(&row)[0].clone());
            assert_eq!(booked.as_deref(), expected, "{now:?} {before:?}");
        };
        check((9_900, "month"), (4_900, "month"), Some("SUBSCRIPTION_UPGRADE"));
        check((4_900, "month"), (9_900, "month"), Some("SUBSCRIPTION_DOWNGRADE"));
        check((50_000, "year"), (4_900, "month"), Some("SUBSCRIPTION_DOWNGRADE"));
        check((4_900, "month"), (4_900, "month"), None);
    }
}
