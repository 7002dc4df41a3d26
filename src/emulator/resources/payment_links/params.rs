//! The parameters of payment links.

use crate::emulator::resources::fields::{ADJUSTABLE_QUANTITY, TAX_DETAILS};
use crate::emulator::resources::price_amounts::TAX_BEHAVIOR;
use crate::emulator::resources::prices::INTERVAL;
use crate::emulator::spec::{AMOUNT, COUNT, ID, Param, TEXT, Type, emptyable, optional, required};

const QUANTITY: Type = Type::Integer { min: 0, max: 999_999 };
const ENABLED: &[Param] = &[required("enabled", Type::Flag)];
const LIABILITY: &[Param] = &[optional("account", ID), required("type", Type::Choice(&["account", "self"]))];

const PRICE_DATA: &[Param] = &[
    required("currency", Type::Currency),
    optional("product", ID),
    optional(
        "product_data",
        Type::Object(&[
            optional("description", TEXT),
            optional("images", Type::List { of: &Type::Url, max: 8 }),
            optional("metadata", Type::Metadata),
            required("name", TEXT),
            optional("tax_code", TEXT),
            optional("tax_details", Type::Object(TAX_DETAILS)),
            optional("unit_label", Type::Text { max: 12 }),
        ]),
    ),
    optional("recurring", Type::Object(&[required("interval", INTERVAL), optional("interval_count", COUNT)])),
    optional("tax_behavior", TAX_BEHAVIOR),
    optional("unit_amount", AMOUNT),
    optional("unit_amount_decimal", Type::Decimal),
];

pub const NEW_LINE: Type = Type::Object(&[
    optional("adjustable_quantity", Type::Object(ADJUSTABLE_QUANTITY)),
    optional("price", ID),
    optional("price_data", Type::Object(PRICE_DATA)),
    // Required by the SDKs' types, and refused for metered prices.
    optional("quantity", QUANTITY),
]);

const CHANGED_LINE: Type = Type::Object(&[
    optional("adjustable_quantity", Type::Object(ADJUSTABLE_QUANTITY)),
    required("id", ID),
    optional("quantity", QUANTITY),
]);

const OPTIONAL_ITEM: Type = Type::Object(&[
    optional("adjustable_quantity", Type::Object(ADJUSTABLE_QUANTITY)),
    required("price", ID),
    required("quantity", QUANTITY),
]);

const OPTION: Type =
    Type::Object(&[required("label", Type::Text { max: 100 }), required("value", Type::Text { max: 100 })]);

const LENGTHS: &[Param] = &[
    optional("default_value", TEXT),
    optional("maximum_length", Type::Integer { min: 1, max: 255 }),
    optional("minimum_length", Type::Integer { min: 1, max: 255 }),
];

const CUSTOM_FIELD: Type = Type::Object(&[
    optional(
        "dropdown",
        Type::Object(&[
            optional("default_value", TEXT),
            required("options", Type::List { of: &OPTION, max: 200 }),
        ]),
    ),
    required("key", Type::Text { max: 200 }),
    required(
        "label",
        Type::Object(&[
            required("custom", Type::Text { max: 50 }),
            required("type", Type::Choice(&["custom"])),
        ]),
    ),
    optional("numeric", Type::Object(LENGTHS)),
    optional("optional", Type::Flag),
    optional("text", Type::Object(LENGTHS)),
    required("type", Type::Choice(&["dropdown", "numeric", "text"])),
]);

const MESSAGE: Type = Type::Object(&[required("message", Type::Text { max: 1200 })]);

const INVOICE_FIELD: Type =
    Type::Object(&[required("name", Type::Text { max: 40 }), required("value", Type::Text { max: 140 })]);

const INVOICE_DATA: &[Param] = &[
    emptyable("account_tax_ids", Type::List { of: &ID, max: 100 }),
    emptyable("custom_fields", Type::List { of: &INVOICE_FIELD, max: 4 }),
    optional("description", Type::Text { max: 1500 }),
    optional("footer", TEXT),
    optional("issuer", Type::Object(LIABILITY)),
    optional("metadata", Type::Metadata),
    emptyable(
        "rendering_options",
        Type::Object(&[
            emptyable("amount_tax_display", Type::Choice(&["exclude_tax", "include_inclusive_tax"])),
            optional("template", TEXT),
        ]),
    ),
];

pub const INVOICE_SETTINGS: &[Param] = &[
    emptyable("account_tax_ids", Type::List { of: &ID, max: 100 }),
    emptyable("custom_fields", Type::List { of: &INVOICE_FIELD, max: 4 }),
    optional("description", Type::Text { max: 1500 }),
    optional("footer", TEXT),
    optional("issuer", Type::Object(LIABILITY)),
];

pub const TRIAL_SETTINGS: &[Param] = &[required(
    "end_behavior",
    Type::Object(&[required("missing_payment_method", Type::Choice(&["cancel", "create_invoice", "pause"]))]),
)];

const NAME: &[Param] = &[required("enabled", Type::Flag), optional("optional", Type::Flag)];

const BRAND: Type = Type::Choice(&["american_express", "discover_global_network", "mastercard", "visa"]);

const COUNTRY: Type = Type::Text { max: 2 };

/// What a checkout session takes too.
pub const SELLING: &[Param] = &[
    optional("allow_promotion_codes", Type::Flag),
    optional(
        "automatic_tax",
        Type::Object(&[required("enabled", Type::Flag), optional("liability", Type::Object(LIABILITY))]),
    ),
    optional("billing_address_collection", Type::Choice(&["auto", "required"])),
    optional(
        "consent_collection",
        Type::Object(&[
            optional(
                "payment_method_reuse_agreement",
                Type::Object(&[required("position", Type::Choice(&["auto", "hidden"]))]),
            ),
            optional("promotions", Type::Choice(&["auto", "none"])),
            optional("terms_of_service", Type::Choice(&["none", "required"])),
        ]),
    ),
    emptyable("custom_fields", Type::List { of: &CUSTOM_FIELD, max: 3 }),
    optional(
        "custom_text",
        Type::Object(&[
            emptyable("after_submit", MESSAGE),
            emptyable("shipping_address", MESSAGE),
            emptyable("submit", MESSAGE),
            emptyable("terms_of_service_acceptance", MESSAGE),
        ]),
    ),
    optional("customer_creation", Type::Choice(&["always", "if_required"])),
    optional(
        "invoice_creation",
        Type::Object(&[
            required("enabled", Type::Flag),
            optional("invoice_data", Type::Object(INVOICE_DATA)),
        ]),
    ),
    optional("metadata", Type::Metadata),
    emptyable(
        "name_collection",
        Type::Object(&[optional("business", Type::Object(NAME)), optional("individual", Type::Object(NAME))]),
    ),
    optional("payment_method_collection", Type::Choice(&["always", "if_required"])),
    optional("phone_number_collection", Type::Object(ENABLED)),
    optional("submit_type", Type::Choice(&["auto", "book", "donate", "pay", "subscribe"])),
    optional(
        "tax_id_collection",
        Type::Object(&[
            required("enabled", Type::Flag),
            optional("required", Type::Choice(&["if_supported", "never"])),
        ]),
    ),
];

/// What can be set at creation and changed later.
pub const COMMON: &[Param] = &[
    optional(
        "after_completion",
        Type::Object(&[
            optional(
                "hosted_confirmation",
                Type::Object(&[optional("custom_message", Type::Text { max: 500 })]),
            ),
            optional("redirect", Type::Object(&[required("url", Type::Url)])),
            required("type", Type::Choice(&["hosted_confirmation", "redirect"])),
        ]),
    ),
    emptyable("application_fee_amount", AMOUNT),
    emptyable("application_fee_percent", Type::Percent),
    emptyable("inactive_message", Type::Text { max: 500 }),
    emptyable("on_behalf_of", ID),
    emptyable("optional_items", Type::List { of: &OPTIONAL_ITEM, max: 10 }),
    emptyable(
        "payment_method_options",
        Type::Object(&[emptyable(
            "card",
            Type::Object(&[optional(
                "restrictions",
                Type::Object(&[optional("brands_blocked", Type::List { of: &BRAND, max: 4 })]),
            )]),
        )]),
    ),
    emptyable("payment_method_types", Type::List { of: &PAYMENT_METHOD_TYPE, max: 50 }),
    emptyable(
        "restrictions",
        Type::Object(&[required("completed_sessions", Type::Object(&[required("limit", COUNT)]))]),
    ),
    emptyable(
        "shipping_address_collection",
        Type::Object(&[required("allowed_countries", Type::List { of: &COUNTRY, max: 300 })]),
    ),
    emptyable(
        "shipping_options",
        Type::List { of: &Type::Object(&[optional("shipping_rate", ID)]), max: 10 },
    ),
    emptyable("transfer_data", Type::Object(&[emptyable("amount", AMOUNT), required("destination", ID)])),
];

/// What is set at creation.
pub const CREATE: &[Param] = &[
    required("line_items", Type::List { of: &NEW_LINE, max: 20 }),
    optional("currency", Type::Currency),
    optional("managed_payments", Type::Object(&[optional("enabled", Type::Flag)])),
    optional(
        "payment_intent_data",
        Type::Object(&[
            optional("capture_method", Type::Choice(&["automatic", "automatic_async", "manual"])),
            optional("description", Type::Text { max: 1000 }),
            optional("metadata", Type::Metadata),
            optional("setup_future_usage", Type::Choice(&["off_session", "on_session"])),
            optional("statement_descriptor", Type::Text { max: 22 }),
            optional("statement_descriptor_suffix", Type::Text { max: 22 }),
            optional("transfer_group", TEXT),
        ]),
    ),
    optional(
        "subscription_data",
        Type::Object(&[
            optional("description", Type::Text { max: 500 }),
            optional("invoice_settings", Type::Object(INVOICE_SETTINGS)),
            optional("metadata", Type::Metadata),
            optional("trial_period_days", Type::Integer { min: 1, max: 730 }),
            optional("trial_settings", Type::Object(TRIAL_SETTINGS)),
        ]),
    ),
];

/// What is changed later. A link's prices are not among it: its lines take `id`, quantities and nothing else.
pub const UPDATE: &[Param] = &[
    optional("active", Type::Flag),
    optional("line_items", Type::List { of: &CHANGED_LINE, max: 20 }),
    optional(
        "payment_intent_data",
        Type::Object(&[
            emptyable("description", Type::Text { max: 1000 }),
            optional("metadata", Type::Metadata),
            emptyable("setup_future_usage", Type::Choice(&["off_session", "on_session"])),
            emptyable("statement_descriptor", Type::Text { max: 22 }),
            emptyable("statement_descriptor_suffix", Type::Text { max: 22 }),
            emptyable("transfer_group", TEXT),
        ]),
    ),
    optional(
        "subscription_data",
        Type::Object(&[
            optional("invoice_settings", Type::Object(INVOICE_SETTINGS)),
            optional("metadata", Type::Metadata),
            emptyable("trial_period_days", Type::Integer { min: 1, max: 730 }),
            emptyable("trial_settings", Type::Object(TRIAL_SETTINGS)),
        ]),
    ),
];

const PAYMENT_METHOD_TYPE: Type = Type::Choice(&[
    "affirm",
    "afterpay_clearpay",
    "alipay",
    "alma",
    "au_becs_debit",
    "bacs_debit",
    "bancontact",
    "billie",
    "bizum",
    "blik",
    "boleto",
    "card",
    "cashapp",
    "eps",
    "fpx",
    "giropay",
    "grabpay",
    "ideal",
    "klarna",
    "konbini",
    "link",
    "mb_way",
    "mobilepay",
    "multibanco",
    "oxxo",
    "p24",
    "pay_by_bank",
    "paynow",
    "paypal",
    "paypay",
    "payto",
    "pix",
    "promptpay",
    "satispay",
    "scalapay",
    "sepa_debit",
    "sequra",
    "sofort",
    "sunbit",
    "swish",
    "twint",
    "upi",
    "us_bank_account",
    "wechat_pay",
    "zip",
]);
