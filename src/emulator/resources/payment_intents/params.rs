//! The parameters of payment intents.

use crate::emulator::resources::fields::SHIPPING;
use crate::emulator::resources::payment_methods::{DATA, types};
use crate::emulator::spec::{ID, Param, TEXT, Type, emptyable, optional, removed, required};

/// An amount that is charged: at least one minor unit; the currency's own minimum comes on top.
const CHARGED: Type = Type::Integer { min: 1, max: 99_999_999 };
const CAPTURE: Type = Type::Choice(&["automatic", "automatic_async", "manual"]);
pub const FUTURE_USAGE: Type = Type::Choice(&["off_session", "on_session"]);
const ALLOWED: Type = Type::List { of: &Type::Choice(types::ALLOWED), max: 100 };
const EXCLUDED: Type = Type::List { of: &Type::Choice(types::EXCLUDED), max: 100 };
const EMAIL: Type = Type::Text { max: 800 };

/// `mandate_data`: how the customer agreed to debits.
pub const MANDATE_DATA: Type = Type::Object(&[required(
    "customer_acceptance",
    Type::Object(&[
        optional("accepted_at", Type::Time),
        optional("offline", Type::Object(&[])),
        optional("online", Type::Object(&[optional("ip_address", TEXT), optional("user_agent", TEXT)])),
        required("type", Type::Choice(&["offline", "online"])),
    ]),
)]);

pub const METHOD_OPTIONS: Type = Type::Object(&[optional(
    "card",
    Type::Object(&[optional("request_three_d_secure", Type::Choice(&["any", "automatic", "challenge"]))]),
)]);

pub const AUTOMATIC: Type = Type::Object(&[
    optional("allow_redirects", Type::Choice(&["always", "never"])),
    required("enabled", Type::Flag),
]);

/// What an older caller says itself.
pub const OLDER: &[Param] =
    &[removed("payment_method_types", Type::List { of: &Type::Choice(types::ALLOWED), max: 100 })];

/// What is taken when an intent is made, changed and confirmed.
pub const METHOD: &[Param] = &[
    optional("allowed_payment_method_types", ALLOWED),
    optional("capture_method", CAPTURE),
    emptyable("excluded_payment_method_types", EXCLUDED),
    optional("payment_method", ID),
    optional("payment_method_data", DATA),
    optional("payment_method_options", METHOD_OPTIONS),
    emptyable("receipt_email", EMAIL),
    emptyable("setup_future_usage", FUTURE_USAGE),
    emptyable("shipping", SHIPPING),
];

/// What describes an intent, when it is made and changed.
pub const ABOUT: &[Param] = &[
    optional("customer", ID),
    emptyable("description", Type::Text { max: 1000 }),
    optional("metadata", Type::Metadata),
    optional("statement_descriptor", Type::Text { max: 22 }),
    optional("statement_descriptor_suffix", Type::Text { max: 22 }),
    optional("transfer_group", TEXT),
];

pub const CREATE: &[Param] = &[
    required("amount", CHARGED),
    optional("automatic_payment_methods", AUTOMATIC),
    optional("confirm", Type::Flag),
    optional("confirmation_method", Type::Choice(&["automatic", "manual"])),
    required("currency", Type::Currency),
];

pub const CHANGE: &[Param] = &[optional("amount", CHARGED), optional("currency", Type::Currency)];

/// How an intent is confirmed.
pub const CONFIRM: &[Param] = &[
    optional("error_on_requires_action", Type::Flag),
    emptyable("mandate_data", MANDATE_DATA),
    optional("off_session", Type::Choice(&["false", "one_off", "recurring", "true"])),
    optional("return_url", Type::Url),
    optional("use_stripe_sdk", Type::Flag),
];

pub const CAPTURING: &[Param] = &[
    optional("amount_to_capture", CHARGED),
    optional("metadata", Type::Metadata),
    optional("statement_descriptor", Type::Text { max: 22 }),
    optional("statement_descriptor_suffix", Type::Text { max: 22 }),
];

pub const CANCEL: &[Param] = &[optional(
    "cancellation_reason",
    Type::Choice(&["abandoned", "duplicate", "fraudulent", "requested_by_customer"]),
)];

pub const LIST: &[Param] =
    &[optional("created", Type::Range), optional("customer", ID), optional("customer_account", ID)];

pub const RETRIEVE: &[Param] = &[optional("client_secret", TEXT)];
