//! Which ways to pay there are, and which of them an object offers.

use serde_json::{Value, json};

use crate::emulator::args::Args;

/// What `allowed_payment_method_types` may name, from the SDK's types.
pub const ALLOWED: &[&str] = &[
    "acss_debit",
    "affirm",
    "afterpay_clearpay",
    "alipay",
    "alma",
    "amazon_pay",
    "au_becs_debit",
    "bacs_debit",
    "bancontact",
    "billie",
    "bizum",
    "blik",
    "boleto",
    "card",
    "card_present",
    "cashapp",
    "crypto",
    "customer_balance",
    "eps",
    "fpx",
    "giropay",
    "grabpay",
    "ideal",
    "interac_present",
    "kakao_pay",
    "klarna",
    "konbini",
    "kr_card",
    "link",
    "mb_way",
    "mobilepay",
    "multibanco",
    "naver_pay",
    "nz_bank_account",
    "oxxo",
    "p24",
    "pay_by_bank",
    "payco",
    "paynow",
    "paypal",
    "paypay",
    "payto",
    "pix",
    "promptpay",
    "revolut_pay",
    "samsung_pay",
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
];

/// What `excluded_payment_method_types` may name, from the SDK's types.
pub const EXCLUDED: &[&str] = &[
    "acss_debit",
    "affirm",
    "afterpay_clearpay",
    "alipay",
    "alma",
    "amazon_pay",
    "au_becs_debit",
    "bacs_debit",
    "bancontact",
    "billie",
    "bizum",
    "blik",
    "boleto",
    "card",
    "cashapp",
    "crypto",
    "customer_balance",
    "eps",
    "fpx",
    "giropay",
    "grabpay",
    "ideal",
    "kakao_pay",
    "klarna",
    "konbini",
    "kr_card",
    "mb_way",
    "mobilepay",
    "multibanco",
    "naver_pay",
    "nz_bank_account",
    "oxxo",
    "p24",
    "pay_by_bank",
    "payco",
    "paynow",
    "paypal",
    "paypay",
    "payto",
    "pix",
    "promptpay",
    "revolut_pay",
    "samsung_pay",
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
];

/// What the account takes in a currency.
pub fn enabled(currency: &str) -> &'static [&'static str] {
    if currency == "eur" { &["card", "sepa_debit"] } else { &["card"] }
}

/// The `payment_method_types` of an object in a currency: what the account takes, as far as the object allows it and
/// doesn't exclude it. Callers of older versions say themselves what they want.
pub fn offered(args: &Args, body: &Value, currency: &str) -> Value {
    if args.has("payment_method_types") {
        return json!(args.texts("payment_method_types"));
    }
    let listed = |field: &str, name: &str| {
        body[field].as_array().is_some_and(|names| names.iter().any(|other| other == name))
    };
    let allows_all = body["allowed_payment_method_types"].as_array().is_none_or(Vec::is_empty);
    let offered = enabled(currency).iter().filter(|name| {
        (allows_all || listed("allowed_payment_method_types", name))
            && !listed("excluded_payment_method_types", name)
    });
    offered.copied().collect()
}
