//! Subscriptions and their items.

use serde_json::Value;

use super::{Part, Table};
use crate::billing::projection::column::{
    Cell, Shape, around_id, computed, first, flag, id, integer, integer_here_or_around, json, text,
};
use crate::billing::projection::recurring::monthly_of_item;

pub(super) const TABLES: &[&Table] = &[&SUBSCRIPTIONS];

static SUBSCRIPTIONS: Table = Table {
    name: "subscriptions",
    kind: "subscription",
    columns: &[
        text("id", &["/id"]),
        id("customer", &["/customer"]),
        text("status", &["/status"]),
        text("currency", &["/currency", "/plan/currency"]),
        text("collection_method", &["/collection_method", "/billing"]),
        computed("current_period_start", period_start),
        computed("current_period_end", period_end),
        flag("cancel_at_period_end", &["/cancel_at_period_end"]),
        integer("cancel_at", &["/cancel_at"]),
        integer("canceled_at", &["/canceled_at"]),
        text("cancellation_reason", &["/cancellation_details/reason"]),
        integer("ended_at", &["/ended_at"]),
        integer("trial_start", &["/trial_start"]),
        integer("trial_end", &["/trial_end"]),
        integer("start_date", &["/start_date", "/start"]),
        integer("billing_cycle_anchor", &["/billing_cycle_anchor"]),
        text("pause_behavior", &["/pause_collection/behavior"]),
        id("default_payment_method", &["/default_payment_method", "/default_source"]),
        id("latest_invoice", &["/latest_invoice"]),
        id("schedule", &["/schedule"]),
        id("test_clock", &["/test_clock"]),
        json("metadata", &["/metadata"]),
        integer("created", &["/created"]),
    ],
    parts: &[Part { pointer: "/items/data", table: &ITEMS, owner: "subscription" }],
};

static ITEMS: Table = Table {
    name: "subscription_items",
    kind: "subscription_item",
    columns: &[
        text("id", &["/id"]),
        around_id("subscription", &["/id"]),
        // Before prices there were plans, which are still shown beside them.
        id("price", &["/price", "/plan"]),
        id("product", &["/price/product", "/plan/product"]),
        integer("quantity", &["/quantity"]),
        text("currency", &["/price/currency", "/plan/currency"]),
        integer("unit_amount", &["/price/unit_amount", "/plan/amount"]),
        text("unit_amount_decimal", &["/price/unit_amount_decimal", "/plan/amount_decimal"]),
        text("interval", &["/price/recurring/interval", "/plan/interval"]),
        integer("interval_count", &["/price/recurring/interval_count", "/plan/interval_count"]),
        text("usage_type", &["/price/recurring/usage_type", "/plan/usage_type"]),
        integer_here_or_around("current_period_start", &["/current_period_start"]),
        integer_here_or_around("current_period_end", &["/current_period_end"]),
        integer("created", &["/created"]),
        computed("monthly", |item| monthly_of_item(item).map_or(Cell::Null, Cell::Integer)),
    ],
    parts: &[],
};

/// Since 2025-03-31 each item has its own period; before, the subscription had one. The earliest of the items is when
/// something is billed next.
fn period_end(subscription: &Value) -> Cell {
    earliest(subscription, "current_period_end")
}

fn period_start(subscription: &Value) -> Cell {
    earliest(subscription, "current_period_start")
}

fn earliest(subscription: &Value, name: &str) -> Cell {
    let items = subscription.pointer("/items/data").and_then(Value::as_array);
    items
        .into_iter()
        .flatten()
        .filter_map(|item| item.get(name).and_then(Value::as_i64))
        .min()
        .map_or_else(|| first(subscription, &[&format!("/{name}")], Shape::Integer), Cell::Integer)
}
