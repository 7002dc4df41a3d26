//! The parameters of subscriptions and their items.
//!
//! What the emulator does not do is not among them, so that it is refused by name: taxes, Connect, billing thresholds and
//! schedules, trial offers, and payment methods' own options except those of cards.

use crate::emulator::resources::discounts::DISCOUNTS;
use crate::emulator::resources::price_amounts::TAX_BEHAVIOR;
use crate::emulator::search;
use crate::emulator::spec::{
    AMOUNT, COUNT, ID, MAX_AMOUNT, Param, TEXT, Type, emptyable, optional, removed, required,
};

/// Most items of a subscription.
pub const MOST_ITEMS: usize = 20;
/// Most invoice items that come with a subscription.
const MOST_INVOICE_ITEMS: usize = 20;

const QUANTITY: Type = Type::Integer { min: 0, max: MAX_AMOUNT };
pub const PRORATION: Type = Type::Choice(&["always_invoice", "create_prorations", "none"]);
const COLLECTION: Type = Type::Choice(&["charge_automatically", "send_invoice"]);
const PAYMENT_BEHAVIOR: Type =
    Type::Choice(&["allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"]);

/// A recurring price made for one item.
pub const PRICE_DATA: Type = Type::Object(&[
    required("currency", Type::Currency),
    required("product", ID),
    required(
        "recurring",
        Type::Object(&[
            required("interval", Type::Choice(&["day", "month", "week", "year"])),
            optional("interval_count", COUNT),
        ]),
    ),
    optional("tax_behavior", TAX_BEHAVIOR),
    optional("unit_amount", AMOUNT),
    optional("unit_amount_decimal", Type::Decimal),
]);

/// A price made for one invoice item.
pub const ONE_TIME_PRICE_DATA: Type = Type::Object(&[
    required("currency", Type::Currency),
    required("product", ID),
    optional("tax_behavior", TAX_BEHAVIOR),
    optional("unit_amount", Type::Integer { min: -MAX_AMOUNT, max: MAX_AMOUNT }),
    optional("unit_amount_decimal", Type::Decimal),
]);

const ITEM: &[Param] = &[
    emptyable("discounts", DISCOUNTS),
    optional("metadata", Type::Metadata),
    optional("plan", ID),
    optional("price", ID),
    optional("price_data", PRICE_DATA),
    optional("quantity", QUANTITY),
];

const CHANGED_ITEM: &[Param] = &[
    optional("clear_usage", Type::Flag),
    optional("deleted", Type::Flag),
    emptyable("discounts", DISCOUNTS),
    optional("id", ID),
    optional("metadata", Type::Metadata),
    optional("plan", ID),
    optional("price", ID),
    optional("price_data", PRICE_DATA),
    optional("quantity", QUANTITY),
];

/// The items of a subscription that is made, or that is tried out in a preview.
pub const CHANGED_ITEMS: Type = Type::List { of: &Type::Object(CHANGED_ITEM), max: MOST_ITEMS };

const INVOICE_ITEM: &[Param] = &[
    optional("discountable", Type::Flag),
    optional("discounts", DISCOUNTS),
    optional("metadata", Type::Metadata),
    optional("price", ID),
    optional("price_data", ONE_TIME_PRICE_DATA),
    optional("quantity", COUNT),
];

const CUSTOM_FIELD: Type =
    Type::Object(&[required("name", Type::Text { max: 40 }), required("value", Type::Text { max: 140 })]);

const INVOICE_SETTINGS: &[Param] = &[
    emptyable("custom_fields", Type::List { of: &CUSTOM_FIELD, max: 4 }),
    emptyable("description", TEXT),
    emptyable("footer", TEXT),
    optional("issuer", Type::Object(&[required("type", Type::Choice(&["self"]))])),
];

const MANDATE: &[Param] = &[
    optional("amount", AMOUNT),
    optional("amount_type", Type::Choice(&["fixed", "maximum"])),
    optional("description", Type::Text { max: 200 }),
];

const CARD: &[Param] = &[
    optional("mandate_options", Type::Object(MANDATE)),
    optional("network", TEXT),
    optional("request_three_d_secure", Type::Choice(&["any", "automatic", "challenge"])),
];

const PAYMENT_SETTINGS: &[Param] = &[
    optional("payment_method_options", Type::Object(&[emptyable("card", Type::Object(CARD))])),
    emptyable("payment_method_types", Type::List { of: &TEXT, max: 50 }),
    optional("save_default_payment_method", Type::Choice(&["off", "on_subscription"])),
];

const TRIAL_SETTINGS: Type = Type::Object(&[required(
    "end_behavior",
    Type::Object(&[
        optional("billing_cycle_anchor", Type::Choice(&["now", "unchanged"])),
        optional("missing_payment_method", Type::Choice(&["cancel", "create_invoice", "pause"])),
    ]),
)]);

pub const CANCELLATION_DETAILS: Type = Type::Object(&[
    emptyable("comment", TEXT),
    emptyable(
        "feedback",
        Type::Choice(&[
            "customer_service",
            "low_quality",
            "missing_features",
            "other",
            "switched_service",
            "too_complex",
            "too_expensive",
            "unused",
        ]),
    ),
]);

/// What creating and updating a subscription have in common.
pub const COMMON: &[Param] = &[
    optional("add_invoice_items", Type::List { of: &Type::Object(INVOICE_ITEM), max: MOST_INVOICE_ITEMS }),
    optional("automatic_tax", Type::Object(&[required("enabled", Type::Flag)])),
    optional("cancel_at_period_end", Type::Flag),
    optional("collection_method", COLLECTION),
    optional("days_until_due", Type::Integer { min: 0, max: 730 }),
    optional("default_payment_method", ID),
    emptyable("default_source", ID),
    emptyable("description", Type::Text { max: 500 }),
    emptyable("discounts", DISCOUNTS),
    optional("invoice_settings", Type::Object(INVOICE_SETTINGS)),
    optional("metadata", Type::Metadata),
    optional("off_session", Type::Flag),
    optional("payment_behavior", PAYMENT_BEHAVIOR),
    optional("payment_settings", Type::Object(PAYMENT_SETTINGS)),
    optional("proration_behavior", PRORATION),
    optional("trial_end", Type::TimeOr(&["now"])),
    optional("trial_from_plan", Type::Flag),
    optional("trial_settings", TRIAL_SETTINGS),
    removed("coupon", ID),
    removed("promotion_code", ID),
];

pub const CREATE: &[Param] = &[
    optional("backdate_start_date", Type::Time),
    optional("billing_cycle_anchor", Type::Time),
    optional(
        "billing_mode",
        Type::Object(&[
            optional(
                "flexible",
                Type::Object(&[optional("proration_discounts", Type::Choice(&["included", "itemized"]))]),
            ),
            required("type", Type::Choice(&["classic", "flexible"])),
        ]),
    ),
    optional("cancel_at", Type::TimeOr(&["max_period_end", "min_period_end"])),
    optional("currency", Type::Currency),
    required("customer", ID),
    required("items", Type::List { of: &Type::Object(ITEM), max: MOST_ITEMS }),
    optional("trial_period_days", Type::Integer { min: 0, max: 730 }),
];

pub const UPDATE: &[Param] = &[
    optional("billing_cycle_anchor", Type::Object(&[required("type", Type::Choice(&["now", "unchanged"]))])),
    emptyable("cancel_at", Type::TimeOr(&["max_period_end", "min_period_end"])),
    optional("cancellation_details", CANCELLATION_DETAILS),
    optional("items", CHANGED_ITEMS),
    emptyable(
        "pause_collection",
        Type::Object(&[
            required("behavior", Type::Choice(&["keep_as_draft", "mark_uncollectible", "void"])),
            optional("resumes_at", Type::Time),
        ]),
    ),
    optional("proration_date", Type::Time),
];

pub const CANCEL: &[Param] = &[
    optional("cancellation_details", CANCELLATION_DETAILS),
    optional("invoice_now", Type::Flag),
    optional("prorate", Type::Flag),
];

pub const RESUME: &[Param] = &[
    optional("billing_cycle_anchor", Type::Object(&[required("type", Type::Choice(&["now", "unchanged"]))])),
    optional("payment_behavior", Type::Choice(&["resume_on_payment_attempt", "resume_on_payment_success"])),
    optional("proration_behavior", PRORATION),
];

pub const LIST: &[Param] = &[
    optional("automatic_tax", Type::Object(&[required("enabled", Type::Flag)])),
    optional("collection_method", COLLECTION),
    optional("created", Type::Range),
    optional("current_period_end", Type::Range),
    optional("current_period_start", Type::Range),
    optional("customer", ID),
    optional("customer_account", ID),
    optional("plan", ID),
    optional("price", ID),
    optional(
        "status",
        Type::Choice(&[
            "active",
            "all",
            "canceled",
            "ended",
            "incomplete",
            "incomplete_expired",
            "past_due",
            "paused",
            "trialing",
            "unpaid",
        ]),
    ),
    optional("test_clock", ID),
];

pub const FIELDS: &[(&str, search::Field)] = &[
    ("canceled_at", search::Field::Number),
    ("created", search::Field::Number),
    ("metadata", search::Field::Exact),
    ("status", search::Field::Exact),
];

/// One item of `/v1/subscription_items`.
pub const OWN_ITEM: &[Param] = &[
    emptyable("discounts", DISCOUNTS),
    optional("metadata", Type::Metadata),
    optional("payment_behavior", PAYMENT_BEHAVIOR),
    optional("plan", ID),
    optional("price", ID),
    optional("price_data", PRICE_DATA),
    optional("proration_behavior", PRORATION),
    optional("proration_date", Type::Time),
    optional("quantity", QUANTITY),
];

/// What comes with the removal of an item.
pub const REMOVE_ITEM: &[Param] = &[
    optional("clear_usage", Type::Flag),
    optional("payment_behavior", PAYMENT_BEHAVIOR),
    optional("proration_behavior", PRORATION),
    optional("proration_date", Type::Time),
];
