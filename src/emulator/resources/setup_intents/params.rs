//! The parameters of setup intents.

use crate::emulator::resources::payment_intents::{AUTOMATIC, FUTURE_USAGE, MANDATE_DATA, METHOD_OPTIONS};
use crate::emulator::resources::payment_methods::{DATA, types};
use crate::emulator::spec::{ID, Param, TEXT, Type, emptyable, optional, removed};

pub const CREATE: &[Param] = &[
    optional("automatic_payment_methods", AUTOMATIC),
    optional("confirm", Type::Flag),
    optional("usage", FUTURE_USAGE),
];

/// What an older caller says itself.
pub const OLDER: &[Param] =
    &[removed("payment_method_types", Type::List { of: &Type::Choice(types::ALLOWED), max: 100 })];

/// What describes an intent, when it is made and changed.
pub const ABOUT: &[Param] = &[
    optional("customer", ID),
    emptyable("description", Type::Text { max: 1000 }),
    emptyable("excluded_payment_method_types", Type::List { of: &Type::Choice(types::EXCLUDED), max: 100 }),
    optional("metadata", Type::Metadata),
];

/// What is taken when an intent is made, changed and confirmed.
pub const METHOD: &[Param] = &[
    emptyable("allowed_payment_method_types", Type::List { of: &Type::Choice(types::ALLOWED), max: 100 }),
    optional("payment_method", ID),
    optional("payment_method_data", DATA),
    optional("payment_method_options", METHOD_OPTIONS),
];

/// How an intent is confirmed.
pub const CONFIRM: &[Param] = &[
    emptyable("mandate_data", MANDATE_DATA),
    optional("return_url", Type::Url),
    optional("use_stripe_sdk", Type::Flag),
];

pub const CANCEL: &[Param] =
    &[optional("cancellation_reason", Type::Choice(&["abandoned", "duplicate", "requested_by_customer"]))];

pub const LIST: &[Param] =
    &[optional("created", Type::Range), optional("customer", ID), optional("payment_method", ID)];

pub const RETRIEVE: &[Param] = &[optional("client_secret", TEXT)];
