//! The parameters of invoices. What the emulator does not do is not among them: taxes, shipping, Connect, revisions, and
//! previews of what recurs alone.

use crate::emulator::resources::discounts::DISCOUNTS;
use crate::emulator::resources::subscriptions::params::{CHANGED_ITEMS, PRORATION};
use crate::emulator::search;
use crate::emulator::spec::{ID, Param, TEXT, Type, emptyable, optional, required};

const COLLECTION: Type = Type::Choice(&["charge_automatically", "send_invoice"]);
const CUSTOM_FIELD: Type =
    Type::Object(&[required("name", Type::Text { max: 40 }), required("value", Type::Text { max: 140 })]);

/// What creating and updating an invoice have in common.
pub const COMMON: &[Param] = &[
    optional("auto_advance", Type::Flag),
    optional("automatically_finalizes_at", Type::Time),
    optional("collection_method", COLLECTION),
    emptyable("custom_fields", Type::List { of: &CUSTOM_FIELD, max: 4 }),
    optional("days_until_due", Type::Integer { min: 0, max: 730 }),
    optional("default_payment_method", ID),
    optional("description", Type::Text { max: 1500 }),
    emptyable("discounts", DISCOUNTS),
    optional("due_date", Type::Time),
    emptyable("effective_at", Type::Time),
    optional("footer", TEXT),
    optional("metadata", Type::Metadata),
    emptyable("number", Type::Text { max: 26 }),
    optional("statement_descriptor", Type::Text { max: 22 }),
];

pub const CREATE: &[Param] = &[
    optional("currency", Type::Currency),
    required("customer", ID),
    optional("pending_invoice_items_behavior", Type::Choice(&["exclude", "include"])),
    optional("subscription", ID),
];

pub const LIST: &[Param] = &[
    optional("collection_method", COLLECTION),
    optional("created", Type::Range),
    optional("customer", ID),
    optional("customer_account", ID),
    optional("due_date", Type::Range),
    optional("status", Type::Choice(&["draft", "open", "paid", "uncollectible", "void"])),
    optional("subscription", ID),
];

pub const PAY: &[Param] = &[
    optional("forgive", Type::Flag),
    optional("off_session", Type::Flag),
    optional("paid_out_of_band", Type::Flag),
    optional("payment_method", ID),
    optional("source", ID),
];

const PREVIEWED: &[Param] = &[
    optional("billing_cycle_anchor", Type::Object(&[required("type", Type::Choice(&["now", "unchanged"]))])),
    emptyable("cancel_at", Type::TimeOr(&["max_period_end", "min_period_end"])),
    optional("cancel_at_period_end", Type::Flag),
    optional("cancel_now", Type::Flag),
    optional("items", CHANGED_ITEMS),
    optional("metadata", Type::Metadata),
    optional("proration_behavior", PRORATION),
    optional("proration_date", Type::Time),
    optional("trial_end", Type::TimeOr(&["now"])),
];

pub const PREVIEW: &[Param] = &[
    optional("currency", Type::Currency),
    optional("customer", ID),
    emptyable("discounts", DISCOUNTS),
    optional("preview_mode", Type::Choice(&["next"])),
    optional("subscription", ID),
    optional("subscription_details", Type::Object(PREVIEWED)),
];

pub const FIELDS: &[(&str, search::Field)] = &[
    ("created", search::Field::Number),
    ("currency", search::Field::Exact),
    ("customer", search::Field::Exact),
    ("metadata", search::Field::Exact),
    ("number", search::Field::Exact),
    ("receipt_number", search::Field::Exact),
    ("status", search::Field::Exact),
    ("total", search::Field::Number),
];
