//! Invoices, their lines, what was paid on them, and credit notes.

use serde_json::Value;

use super::{Part, Table};
use crate::billing::projection::column::{
    Cell, Shape, around_id, computed, first, flag, id, integer, json, text,
};

pub(super) const TABLES: &[&Table] = &[&INVOICES, &INVOICE_PAYMENTS, &CREDIT_NOTES];

static INVOICES: Table = Table {
    name: "invoices",
    kind: "invoice",
    columns: &[
        text("id", &["/id"]),
        text("number", &["/number"]),
        id("customer", &["/customer"]),
        id("subscription", &["/parent/subscription_details/subscription", "/subscription"]),
        computed("status", status),
        text("billing_reason", &["/billing_reason"]),
        text("collection_method", &["/collection_method", "/billing"]),
        text("currency", &["/currency"]),
        integer("subtotal", &["/subtotal"]),
        computed("tax", tax),
        integer("total", &["/total"]),
        integer("amount_due", &["/amount_due"]),
        integer("amount_paid", &["/amount_paid"]),
        integer("amount_remaining", &["/amount_remaining"]),
        id("payment_intent", &["/payments/data/0/payment/payment_intent", "/payment_intent"]),
        integer("attempt_count", &["/attempt_count"]),
        integer("next_payment_attempt", &["/next_payment_attempt"]),
        integer("period_start", &["/period_start"]),
        integer("period_end", &["/period_end"]),
        integer("due_date", &["/due_date"]),
        integer("finalized_at", &["/status_transitions/finalized_at", "/finalized_at"]),
        integer("paid_at", &["/status_transitions/paid_at"]),
        integer("voided_at", &["/status_transitions/voided_at"]),
        text("hosted_invoice_url", &["/hosted_invoice_url"]),
        id("test_clock", &["/test_clock"]),
        json("metadata", &["/metadata"]),
        integer("created", &["/created", "/date"]),
    ],
    parts: &[Part { pointer: "/lines/data", table: &LINES, owner: "invoice" }],
};

static LINES: Table = Table {
    name: "invoice_lines",
    kind: "line_item",
    columns: &[
        text("id", &["/id"]),
        around_id("invoice", &["/id"]),
        id(
            "subscription",
            &[
                "/parent/subscription_item_details/subscription",
                "/parent/invoice_item_details/subscription",
                "/subscription",
            ],
        ),
        id(
            "subscription_item",
            &["/parent/subscription_item_details/subscription_item", "/subscription_item"],
        ),
        id("price", &["/pricing/price_details/price", "/price", "/plan"]),
        id("product", &["/pricing/price_details/product", "/price/product", "/plan/product"]),
        text("description", &["/description"]),
        text("currency", &["/currency"]),
        integer("amount", &["/amount"]),
        integer("quantity", &["/quantity"]),
        flag(
            "proration",
            &[
                "/parent/subscription_item_details/proration",
                "/parent/invoice_item_details/proration",
                "/proration",
            ],
        ),
        integer("period_start", &["/period/start"]),
        integer("period_end", &["/period/end"]),
    ],
    parts: &[],
};

static INVOICE_PAYMENTS: Table = Table {
    name: "invoice_payments",
    kind: "invoice_payment",
    columns: &[
        text("id", &["/id"]),
        id("invoice", &["/invoice"]),
        text("status", &["/status"]),
        id("payment_intent", &["/payment/payment_intent"]),
        id("charge", &["/payment/charge"]),
        integer("amount_requested", &["/amount_requested"]),
        integer("amount_paid", &["/amount_paid"]),
        text("currency", &["/currency"]),
        integer("paid_at", &["/status_transitions/paid_at"]),
        integer("created", &["/created"]),
    ],
    parts: &[],
};

static CREDIT_NOTES: Table = Table {
    name: "credit_notes",
    kind: "credit_note",
    columns: &[
        text("id", &["/id"]),
        id("invoice", &["/invoice"]),
        id("customer", &["/customer"]),
        text("status", &["/status"]),
        text("reason", &["/reason"]),
        integer("total", &["/total"]),
        text("currency", &["/currency"]),
        integer("created", &["/created"]),
    ],
    parts: &[],
};

/// `status` came in 2018; before, there were flags.
fn status(invoice: &Value) -> Cell {
    let told = first(invoice, &["/status"], Shape::Text);
    let flag = |name: &str| invoice.get(name).and_then(Value::as_bool);
    let older = || match (flag("paid"), flag("forgiven"), flag("closed")) {
        (Some(true), _, _) => Some("paid"),
        (_, Some(true), _) => Some("uncollectible"),
        (_, _, Some(true)) => Some("void"),
        (Some(false), _, Some(false)) => Some("open"),
        _ => None,
    };
    match told {
        Cell::Null => older().map_or(Cell::Null, |status| Cell::Text(status.to_owned())),
        told => told,
    }
}

/// The sum of `total_taxes`, which took the place of `tax` in 2025-03-31; minor units.
fn tax(invoice: &Value) -> Cell {
    match invoice.get("total_taxes").and_then(Value::as_array) {
        Some(taxes) => {
            let amounts = taxes.iter().filter_map(|tax| tax.get("amount").and_then(Value::as_i64));
            Cell::Integer(amounts.fold(0, i64::saturating_add))
        }
        None => first(invoice, &["/tax"], Shape::Integer),
    }
}
