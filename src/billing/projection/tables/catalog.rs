//! What is sold: products, prices, meters, features, discounts, and the billing credits that are granted.

use super::Table;
use crate::billing::projection::column::{flag, id, integer, json, text};

pub(super) const TABLES: &[&Table] = &[
    &PRODUCTS,
    &PRICES,
    &METERS,
    &FEATURES,
    &COUPONS,
    &PROMOTION_CODES,
    &CREDIT_GRANTS,
    &CREDIT_BALANCE_TRANSACTIONS,
];

static PRODUCTS: Table = Table {
    name: "products",
    kind: "product",
    columns: &[
        text("id", &["/id"]),
        text("name", &["/name"]),
        flag("active", &["/active"]),
        text("description", &["/description"]),
        id("default_price", &["/default_price"]),
        text("unit_label", &["/unit_label"]),
        json("metadata", &["/metadata"]),
        integer("created", &["/created"]),
        integer("updated", &["/updated"]),
    ],
    parts: &[],
};

static PRICES: Table = Table {
    name: "prices",
    kind: "price",
    columns: &[
        text("id", &["/id"]),
        id("product", &["/product"]),
        text("lookup_key", &["/lookup_key"]),
        flag("active", &["/active"]),
        text("type", &["/type"]),
        text("currency", &["/currency"]),
        integer("unit_amount", &["/unit_amount"]),
        text("unit_amount_decimal", &["/unit_amount_decimal"]),
        text("billing_scheme", &["/billing_scheme"]),
        text("tiers_mode", &["/tiers_mode"]),
        text("interval", &["/recurring/interval"]),
        integer("interval_count", &["/recurring/interval_count"]),
        text("usage_type", &["/recurring/usage_type"]),
        id("meter", &["/recurring/meter"]),
        text("nickname", &["/nickname"]),
        json("metadata", &["/metadata"]),
        integer("created", &["/created"]),
    ],
    parts: &[],
};

static METERS: Table = Table {
    name: "meters",
    kind: "billing.meter",
    columns: &[
        text("id", &["/id"]),
        text("event_name", &["/event_name"]),
        text("display_name", &["/display_name"]),
        text("status", &["/status"]),
        text("formula", &["/default_aggregation/formula"]),
        text("customer_key", &["/customer_mapping/event_payload_key"]),
        text("value_key", &["/value_settings/event_payload_key"]),
        integer("created", &["/created"]),
        integer("updated", &["/updated"]),
    ],
    parts: &[],
};

static FEATURES: Table = Table {
    name: "features",
    kind: "entitlements.feature",
    columns: &[
        text("id", &["/id"]),
        text("lookup_key", &["/lookup_key"]),
        text("name", &["/name"]),
        flag("active", &["/active"]),
        json("metadata", &["/metadata"]),
    ],
    parts: &[],
};

static COUPONS: Table = Table {
    name: "coupons",
    kind: "coupon",
    columns: &[
        text("id", &["/id"]),
        text("name", &["/name"]),
        text("percent_off", &["/percent_off"]),
        integer("amount_off", &["/amount_off"]),
        text("currency", &["/currency"]),
        text("duration", &["/duration"]),
        integer("duration_in_months", &["/duration_in_months"]),
        integer("max_redemptions", &["/max_redemptions"]),
        integer("times_redeemed", &["/times_redeemed"]),
        integer("redeem_by", &["/redeem_by"]),
        flag("valid", &["/valid"]),
        json("metadata", &["/metadata"]),
        integer("created", &["/created"]),
    ],
    parts: &[],
};

static PROMOTION_CODES: Table = Table {
    name: "promotion_codes",
    kind: "promotion_code",
    columns: &[
        text("id", &["/id"]),
        text("code", &["/code"]),
        id("coupon", &["/promotion/coupon", "/coupon"]),
        flag("active", &["/active"]),
        id("customer", &["/customer"]),
        integer("max_redemptions", &["/max_redemptions"]),
        integer("times_redeemed", &["/times_redeemed"]),
        integer("expires_at", &["/expires_at"]),
        json("metadata", &["/metadata"]),
        integer("created", &["/created"]),
    ],
    parts: &[],
};

static CREDIT_GRANTS: Table = Table {
    name: "credit_grants",
    kind: "billing.credit_grant",
    columns: &[
        text("id", &["/id"]),
        id("customer", &["/customer"]),
        text("name", &["/name"]),
        text("category", &["/category"]),
        integer("amount", &["/amount/monetary/value"]),
        text("currency", &["/amount/monetary/currency"]),
        integer("priority", &["/priority"]),
        integer("effective_at", &["/effective_at"]),
        integer("expires_at", &["/expires_at"]),
        integer("voided_at", &["/voided_at"]),
        json("metadata", &["/metadata"]),
        integer("created", &["/created"]),
        integer("updated", &["/updated"]),
    ],
    parts: &[],
};

static CREDIT_BALANCE_TRANSACTIONS: Table = Table {
    name: "credit_balance_transactions",
    kind: "billing.credit_balance_transaction",
    columns: &[
        text("id", &["/id"]),
        id("credit_grant", &["/credit_grant"]),
        text("type", &["/type"]),
        text("reason", &["/credit/type", "/debit/type"]),
        integer("amount", &["/credit/amount/monetary/value", "/debit/amount/monetary/value"]),
        text("currency", &["/credit/amount/monetary/currency", "/debit/amount/monetary/currency"]),
        id(
            "invoice",
            &["/debit/credits_applied/invoice", "/credit/credits_application_invoice_voided/invoice"],
        ),
        integer("effective_at", &["/effective_at"]),
        integer("created", &["/created"]),
    ],
    parts: &[],
};
