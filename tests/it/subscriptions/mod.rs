//! Subscriptions from the command line: made once, changed with a look at what it costs, ended with the money that is due.

mod changing;
mod ending;
mod making;
mod migrating;
mod mistakes;
mod races;
mod showing;

use serde_json::Value;

use crate::support::{Emulator, Shop};

const DAY: i64 = 24 * 60 * 60;

/// It can be saved, and is charged.
const GOOD_CARD: &str = "pm_card_visa";
/// It can be saved, and fails when it is charged.
const BAD_CARD: &str = "pm_card_chargeCustomerFail";

/// The catalog of nexus, synced into an emulator that is served: starter 49.00, pro 99.00, business 179.00 USD a month.
fn nexus() -> (Shop, Emulator) {
    let shop = Shop::new();
    let root = env!("CARGO_MANIFEST_DIR");
    shop.write("billing.toml", fs_err::read(format!("{root}/fixtures/systems/nexus/billing.toml")).unwrap());
    let emulator = shop.emulator();
    shop.billctl("catalog sync --yes").exits(0);
    (shop, emulator)
}

/// A customer of a subject, made by the application itself, with a card; its id.
fn customer(emulator: &Emulator, subject: &str, card: &str) -> String {
    let form = format!(
        "metadata[userId]={subject}&payment_method={card}&invoice_settings[default_payment_method]={card}"
    );
    text(&emulator.post("/v1/customers", &form)["id"])
}

/// Subscribes a subject with a good card to a plan, from the command line; the subscription as programs are told.
fn subscribed(shop: &Shop, emulator: &Emulator, subject: &str, plan: &str) -> Value {
    customer(emulator, subject, GOOD_CARD);
    told(shop, &format!("create {subject} --plan {plan}"))
}

/// What a command tells programs.
#[track_caller]
fn told(shop: &Shop, line: &str) -> Value {
    shop.billctl(&format!("subscription {line} --yes -o json")).exits(0).json()
}

/// All subscriptions in Stripe.
fn all(emulator: &Emulator) -> Vec<Value> {
    emulator.list("/v1/subscriptions?status=all")
}

/// The id of a price in Stripe.
fn price(emulator: &Emulator, lookup_key: &str) -> String {
    text(&emulator.list(&format!("/v1/prices?lookup_keys[]={lookup_key}"))[0]["id"])
}

fn advance(emulator: &Emulator, seconds: i64) {
    emulator.post("/_emulator/advance", &seconds.to_string());
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
