//! The parameters of prices.

use crate::emulator::resources::fields::TAX_DETAILS;
use crate::emulator::resources::price_amounts::{CURRENCY_OPTION, CUSTOM_UNIT_AMOUNT, TAX_BEHAVIOR, TIERS};
use crate::emulator::search;
use crate::emulator::spec::{AMOUNT, COUNT, ID, Param, TEXT, Type, emptyable, optional, removed, required};

pub const INTERVAL: Type = Type::Choice(&["day", "month", "week", "year"]);
const USAGE_TYPE: Type = Type::Choice(&["licensed", "metered"]);
const LOOKUP_KEY: Type = Type::Text { max: 200 };

const RECURRING: &[Param] = &[
    required("interval", INTERVAL),
    optional("interval_count", COUNT),
    optional("meter", ID),
    optional("trial_period_days", Type::Integer { min: 1, max: 730 }),
    optional("usage_type", USAGE_TYPE),
    removed("aggregate_usage", TEXT),
];

/// `default_price_data` of a product.
pub const DEFAULT_PRICE: &[Param] = &[
    required("currency", Type::Currency),
    optional("currency_options", Type::ByCurrency(CURRENCY_OPTION)),
    optional("custom_unit_amount", Type::Object(CUSTOM_UNIT_AMOUNT)),
    optional("metadata", Type::Metadata),
    optional("recurring", Type::Object(&[required("interval", INTERVAL), optional("interval_count", COUNT)])),
    optional("tax_behavior", TAX_BEHAVIOR),
    optional("unit_amount", AMOUNT),
    optional("unit_amount_decimal", Type::Decimal),
];

const PRODUCT_DATA: &[Param] = &[
    optional("active", Type::Flag),
    optional("id", ID),
    optional("metadata", Type::Metadata),
    required("name", TEXT),
    optional("statement_descriptor", Type::Text { max: 22 }),
    optional("tax_code", TEXT),
    optional("tax_details", Type::Object(TAX_DETAILS)),
    optional("unit_label", Type::Text { max: 12 }),
];

pub const CREATE: &[Param] = &[
    required("currency", Type::Currency),
    optional("active", Type::Flag),
    optional("billing_scheme", Type::Choice(&["per_unit", "tiered"])),
    optional("currency_options", Type::ByCurrency(CURRENCY_OPTION)),
    optional("custom_unit_amount", Type::Object(CUSTOM_UNIT_AMOUNT)),
    optional("lookup_key", LOOKUP_KEY),
    optional("metadata", Type::Metadata),
    optional("nickname", TEXT),
    optional("product", ID),
    optional("product_data", Type::Object(PRODUCT_DATA)),
    optional("recurring", Type::Object(RECURRING)),
    optional("tax_behavior", TAX_BEHAVIOR),
    optional("tiers", TIERS),
    optional("tiers_mode", Type::Choice(&["graduated", "volume"])),
    optional("transfer_lookup_key", Type::Flag),
    optional(
        "transform_quantity",
        Type::Object(&[required("divide_by", COUNT), required("round", Type::Choice(&["down", "up"]))]),
    ),
    optional("unit_amount", AMOUNT),
    optional("unit_amount_decimal", Type::Decimal),
];

pub const UPDATE: &[Param] = &[
    optional("active", Type::Flag),
    emptyable("currency_options", Type::ByCurrency(CURRENCY_OPTION)),
    // The SDKs type these two as plain text. That the empty text clears them is Stripe's habit with text of
    // no further meaning, and not verified.
    emptyable("lookup_key", LOOKUP_KEY),
    emptyable("nickname", TEXT),
    optional("metadata", Type::Metadata),
    optional("tax_behavior", TAX_BEHAVIOR),
    optional("transfer_lookup_key", Type::Flag),
];

pub const LIST: &[Param] = &[
    optional("active", Type::Flag),
    optional("created", Type::Range),
    optional("currency", Type::Currency),
    optional("lookup_keys", Type::List { of: &LOOKUP_KEY, max: 10 }),
    optional("product", ID),
    optional(
        "recurring",
        Type::Object(&[
            optional("interval", INTERVAL),
            optional("meter", ID),
            optional("usage_type", USAGE_TYPE),
        ]),
    ),
    optional("type", Type::Choice(&["one_time", "recurring"])),
];

pub const FIELDS: &[(&str, search::Field)] = &[
    ("active", search::Field::Exact),
    ("currency", search::Field::Exact),
    ("lookup_key", search::Field::Exact),
    ("metadata", search::Field::Exact),
    ("product", search::Field::Exact),
    ("type", search::Field::Exact),
];
