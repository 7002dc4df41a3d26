//! Customers, their balance, ways to pay, and entitlements.

use super::{Part, Table};
use crate::billing::projection::column::{around_id, flag, id, integer, json, text};

pub(super) const TABLES: &[&Table] =
    &[&CUSTOMERS, &BALANCE_TRANSACTIONS, &PAYMENT_METHODS, &SETUP_INTENTS, &ENTITLEMENT_SUMMARIES];

static CUSTOMERS: Table = Table {
    name: "customers",
    kind: "customer",
    columns: &[
        text("id", &["/id"]),
        text("email", &["/email"]),
        text("name", &["/name"]),
        text("description", &["/description"]),
        text("currency", &["/currency"]),
        // `account_balance` until 2019-10-17.
        integer("balance", &["/balance", "/account_balance"]),
        flag("delinquent", &["/delinquent"]),
        id("default_payment_method", &["/invoice_settings/default_payment_method", "/default_source"]),
        id("test_clock", &["/test_clock"]),
        json("metadata", &["/metadata"]),
        integer("created", &["/created"]),
    ],
    parts: &[],
};

static BALANCE_TRANSACTIONS: Table = Table {
    name: "customer_balance_transactions",
    kind: "customer_balance_transaction",
    columns: &[
        text("id", &["/id"]),
        id("customer", &["/customer"]),
        text("type", &["/type"]),
        integer("amount", &["/amount"]),
        integer("ending_balance", &["/ending_balance"]),
        text("currency", &["/currency"]),
        id("invoice", &["/invoice"]),
        integer("created", &["/created"]),
    ],
    parts: &[],
};

static PAYMENT_METHODS: Table = Table {
    name: "payment_methods",
    kind: "payment_method",
    columns: &[
        text("id", &["/id"]),
        id("customer", &["/customer"]),
        text("type", &["/type"]),
        text("card_brand", &["/card/brand"]),
        integer("card_exp_month", &["/card/exp_month"]),
        integer("card_exp_year", &["/card/exp_year"]),
        integer("created", &["/created"]),
    ],
    parts: &[],
};

static SETUP_INTENTS: Table = Table {
    name: "setup_intents",
    kind: "setup_intent",
    columns: &[
        text("id", &["/id"]),
        id("customer", &["/customer"]),
        text("status", &["/status"]),
        text("usage", &["/usage"]),
        id("payment_method", &["/payment_method"]),
        text("failure_code", &["/last_setup_error/code"]),
        integer("created", &["/created"]),
    ],
    parts: &[],
};

static ENTITLEMENT_SUMMARIES: Table = Table {
    name: "entitlement_summaries",
    kind: "entitlements.active_entitlement_summary",
    columns: &[],
    parts: &[Part { pointer: "/entitlements/data", table: &ACTIVE_ENTITLEMENTS, owner: "customer" }],
};

static ACTIVE_ENTITLEMENTS: Table = Table {
    name: "active_entitlements",
    kind: "entitlements.active_entitlement",
    columns: &[
        text("id", &["/id"]),
        around_id("customer", &["/customer"]),
        id("feature", &["/feature"]),
        text("lookup_key", &["/lookup_key"]),
    ],
    parts: &[],
};
