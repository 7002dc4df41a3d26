//! Payment intents, charges, refunds, disputes, and the checkouts that lead to them.

use super::Table;
use crate::billing::projection::column::{flag, id, integer, json, text};

pub(super) const TABLES: &[&Table] = &[&PAYMENT_INTENTS, &CHARGES, &REFUNDS, &DISPUTES, &CHECKOUT_SESSIONS];

static PAYMENT_INTENTS: Table = Table {
    name: "payment_intents",
    kind: "payment_intent",
    columns: &[
        text("id", &["/id"]),
        id("customer", &["/customer"]),
        text("status", &["/status"]),
        integer("amount", &["/amount"]),
        integer("amount_received", &["/amount_received"]),
        text("currency", &["/currency"]),
        id("payment_method", &["/payment_method"]),
        id("latest_charge", &["/latest_charge", "/charges/data/0"]),
        id("invoice", &["/invoice"]),
        text("failure_code", &["/last_payment_error/code"]),
        text("decline_code", &["/last_payment_error/decline_code"]),
        integer("canceled_at", &["/canceled_at"]),
        text("cancellation_reason", &["/cancellation_reason"]),
        text("description", &["/description"]),
        json("metadata", &["/metadata"]),
        integer("created", &["/created"]),
    ],
    parts: &[],
};

static CHARGES: Table = Table {
    name: "charges",
    kind: "charge",
    columns: &[
        text("id", &["/id"]),
        id("customer", &["/customer"]),
        id("payment_intent", &["/payment_intent"]),
        id("invoice", &["/invoice"]),
        text("status", &["/status"]),
        integer("amount", &["/amount"]),
        integer("amount_captured", &["/amount_captured"]),
        integer("amount_refunded", &["/amount_refunded"]),
        text("currency", &["/currency"]),
        flag("paid", &["/paid"]),
        flag("captured", &["/captured"]),
        flag("refunded", &["/refunded"]),
        flag("disputed", &["/disputed"]),
        id("payment_method", &["/payment_method", "/source"]),
        text("failure_code", &["/failure_code"]),
        text("decline_code", &["/outcome/reason"]),
        json("metadata", &["/metadata"]),
        integer("created", &["/created"]),
    ],
    parts: &[],
};

static REFUNDS: Table = Table {
    name: "refunds",
    kind: "refund",
    columns: &[
        text("id", &["/id"]),
        id("charge", &["/charge"]),
        id("payment_intent", &["/payment_intent"]),
        text("status", &["/status"]),
        text("reason", &["/reason"]),
        text("failure_reason", &["/failure_reason"]),
        integer("amount", &["/amount"]),
        text("currency", &["/currency"]),
        json("metadata", &["/metadata"]),
        integer("created", &["/created"]),
    ],
    parts: &[],
};

static DISPUTES: Table = Table {
    name: "disputes",
    kind: "dispute",
    columns: &[
        text("id", &["/id"]),
        id("charge", &["/charge"]),
        id("payment_intent", &["/payment_intent"]),
        text("status", &["/status"]),
        text("reason", &["/reason"]),
        integer("amount", &["/amount"]),
        text("currency", &["/currency"]),
        integer("created", &["/created"]),
    ],
    parts: &[],
};

static CHECKOUT_SESSIONS: Table = Table {
    name: "checkout_sessions",
    kind: "checkout.session",
    columns: &[
        text("id", &["/id"]),
        text("mode", &["/mode"]),
        text("status", &["/status"]),
        text("payment_status", &["/payment_status"]),
        text("client_reference_id", &["/client_reference_id"]),
        id("customer", &["/customer"]),
        id("subscription", &["/subscription"]),
        id("payment_intent", &["/payment_intent"]),
        id("setup_intent", &["/setup_intent"]),
        id("invoice", &["/invoice"]),
        id("payment_link", &["/payment_link"]),
        integer("amount_subtotal", &["/amount_subtotal"]),
        integer("amount_total", &["/amount_total"]),
        text("currency", &["/currency"]),
        integer("expires_at", &["/expires_at"]),
        json("metadata", &["/metadata"]),
        integer("created", &["/created"]),
    ],
    parts: &[],
};
