//! The parameters of subscription schedules.
//!
//! What the emulator does not do is not among them, so that it is refused by name: taxes, Connect, billing thresholds,
//! invoice settings, items billed once, and pauses that are planned ahead.

use crate::emulator::resources::discounts::DISCOUNTS;
use crate::emulator::resources::subscriptions::params::{MOST_ITEMS, PRICE_DATA, PRORATION};
use crate::emulator::spec::{COUNT, ID, MAX_AMOUNT, Param, Type, emptyable, optional, removed, required};

/// Most phases of a schedule that have not ended.
const MOST_PHASES: usize = 10;

const END_BEHAVIOR: Type = Type::Choice(&["cancel", "none", "release", "renew"]);
const COLLECTION: Type = Type::Choice(&["charge_automatically", "send_invoice"]);
const ANCHOR: Type = Type::Choice(&["automatic", "phase_start"]);

const DEFAULTS: Type = Type::Object(&[
    optional("billing_cycle_anchor", ANCHOR),
    optional("collection_method", COLLECTION),
    optional("default_payment_method", ID),
    emptyable("description", Type::Text { max: 500 }),
]);

const ITEM: Type = Type::Object(&[
    optional("metadata", Type::Metadata),
    optional("plan", ID),
    optional("price", ID),
    optional("price_data", PRICE_DATA),
    optional("quantity", Type::Integer { min: 0, max: MAX_AMOUNT }),
]);

const DURATION: Type = Type::Object(&[
    required("interval", Type::Choice(&["day", "month", "week", "year"])),
    optional("interval_count", COUNT),
]);

const NEW_PHASE: Type = Type::Object(&[
    optional("billing_cycle_anchor", ANCHOR),
    optional("collection_method", COLLECTION),
    optional("currency", Type::Currency),
    optional("default_payment_method", ID),
    emptyable("description", Type::Text { max: 500 }),
    emptyable("discounts", DISCOUNTS),
    optional("duration", DURATION),
    optional("end_date", Type::Time),
    required("items", Type::List { of: &ITEM, max: MOST_ITEMS }),
    removed("iterations", COUNT),
    optional("metadata", Type::Metadata),
    optional("proration_behavior", PRORATION),
    optional("trial", Type::Flag),
    optional("trial_end", Type::Time),
]);

const CHANGED_PHASE: Type = Type::Object(&[
    optional("billing_cycle_anchor", ANCHOR),
    optional("collection_method", COLLECTION),
    optional("currency", Type::Currency),
    optional("default_payment_method", ID),
    emptyable("description", Type::Text { max: 500 }),
    emptyable("discounts", DISCOUNTS),
    optional("duration", DURATION),
    optional("end_date", Type::TimeOr(&["now"])),
    required("items", Type::List { of: &ITEM, max: MOST_ITEMS }),
    removed("iterations", COUNT),
    optional("metadata", Type::Metadata),
    optional("proration_behavior", PRORATION),
    optional("start_date", Type::TimeOr(&["now"])),
    optional("trial", Type::Flag),
    optional("trial_end", Type::TimeOr(&["now"])),
]);

pub const CREATE: &[Param] = &[
    optional("customer", ID),
    optional("default_settings", DEFAULTS),
    optional("end_behavior", END_BEHAVIOR),
    optional("from_subscription", ID),
    optional("metadata", Type::Metadata),
    optional("phases", Type::List { of: &NEW_PHASE, max: MOST_PHASES }),
    optional("start_date", Type::TimeOr(&["now"])),
];

pub const UPDATE: &[Param] = &[
    optional("default_settings", DEFAULTS),
    optional("end_behavior", END_BEHAVIOR),
    optional("metadata", Type::Metadata),
    optional("phases", Type::List { of: &CHANGED_PHASE, max: MOST_PHASES }),
    optional("proration_behavior", PRORATION),
];

pub const CANCEL: &[Param] = &[optional("invoice_now", Type::Flag), optional("prorate", Type::Flag)];

pub const RELEASE: &[Param] = &[optional("preserve_cancel_date", Type::Flag)];

pub const LIST: &[Param] = &[
    optional("canceled_at", Type::Range),
    optional("completed_at", Type::Range),
    optional("created", Type::Range),
    optional("customer", ID),
    optional("customer_account", ID),
    optional("released_at", Type::Range),
    optional("scheduled", Type::Flag),
];
