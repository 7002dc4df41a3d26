//! The parameters of checkout sessions.

use crate::emulator::resources::fields::SHIPPING;
use crate::emulator::resources::payment_intents::FUTURE_USAGE;
use crate::emulator::resources::payment_links::{INVOICE_SETTINGS, NEW_LINE, TRIAL_SETTINGS};
use crate::emulator::resources::payment_methods::types;
use crate::emulator::spec::{AMOUNT, ID, Param, TEXT, Type, optional, removed, required};

const AUTO_NEVER: Type = Type::Choice(&["auto", "never"]);

const PAYMENT_INTENT_DATA: &[Param] = &[
    optional("capture_method", Type::Choice(&["automatic", "automatic_async", "manual"])),
    optional("description", Type::Text { max: 1000 }),
    optional("metadata", Type::Metadata),
    optional("receipt_email", Type::Text { max: 800 }),
    optional("setup_future_usage", FUTURE_USAGE),
    optional("shipping", SHIPPING),
    optional("statement_descriptor", Type::Text { max: 22 }),
    optional("statement_descriptor_suffix", Type::Text { max: 22 }),
    optional("transfer_group", TEXT),
];

const SUBSCRIPTION_DATA: &[Param] = &[
    optional("billing_cycle_anchor", Type::Time),
    optional("default_tax_rates", Type::List { of: &ID, max: 20 }),
    optional("description", Type::Text { max: 500 }),
    optional("invoice_settings", Type::Object(INVOICE_SETTINGS)),
    optional("metadata", Type::Metadata),
    optional("proration_behavior", Type::Choice(&["create_prorations", "none"])),
    optional("trial_end", Type::Time),
    optional("trial_period_days", Type::Integer { min: 1, max: 730 }),
    optional("trial_settings", Type::Object(TRIAL_SETTINGS)),
];

const SETUP_INTENT_DATA: &[Param] =
    &[optional("description", Type::Text { max: 1000 }), optional("metadata", Type::Metadata)];

const DISCOUNT: Type = Type::Object(&[optional("coupon", ID), optional("promotion_code", ID)]);

const LOCALE: Type = Type::Choice(&[
    "auto", "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr", "fr-CA",
    "hi-IN", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR",
    "ro", "ru", "sk", "sl", "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW",
]);

pub const CREATE: &[Param] = &[
    optional("allowed_payment_method_types", Type::List { of: &Type::Choice(types::ALLOWED), max: 100 }),
    optional("cancel_url", Type::Url),
    optional("client_reference_id", Type::Text { max: 200 }),
    optional("currency", Type::Currency),
    optional("customer", ID),
    optional("customer_email", Type::Text { max: 800 }),
    optional(
        "customer_update",
        Type::Object(&[
            optional("address", AUTO_NEVER),
            optional("name", AUTO_NEVER),
            optional("shipping", AUTO_NEVER),
        ]),
    ),
    optional("discounts", Type::List { of: &DISCOUNT, max: 1 }),
    optional("excluded_payment_method_types", Type::List { of: &Type::Choice(types::EXCLUDED), max: 100 }),
    optional("expires_at", Type::Time),
    optional("line_items", Type::List { of: &NEW_LINE, max: 100 }),
    optional("locale", LOCALE),
    required("mode", Type::Choice(&["payment", "setup", "subscription"])),
    optional("payment_intent_data", Type::Object(PAYMENT_INTENT_DATA)),
    optional("redirect_on_completion", Type::Choice(&["always", "if_required", "never"])),
    optional("return_url", Type::Url),
    optional("setup_intent_data", Type::Object(SETUP_INTENT_DATA)),
    optional("subscription_data", Type::Object(SUBSCRIPTION_DATA)),
    optional("success_url", Type::Url),
    optional("ui_mode", Type::Choice(&["elements", "embedded_page", "form", "hosted_page"])),
];

/// What an older caller says itself.
pub const OLDER: &[Param] =
    &[removed("payment_method_types", Type::List { of: &Type::Choice(types::ALLOWED), max: 100 })];

pub const UPDATE: &[Param] = &[optional("metadata", Type::Metadata)];

pub const LIST: &[Param] = &[
    optional("created", Type::Range),
    optional("customer", ID),
    optional("customer_account", ID),
    optional("customer_details", Type::Object(&[required("email", TEXT)])),
    optional("payment_intent", ID),
    optional("payment_link", ID),
    optional("status", Type::Choice(&["complete", "expired", "open"])),
    optional("subscription", ID),
];

/// How the hosted page completes a session.
pub const CONFIRM: &[Param] = &[
    optional("email", Type::Text { max: 800 }),
    optional("expected_amount", AMOUNT),
    optional("payment_method", ID),
];
