//! Customers as support meets them: whose plan holds, what they paid, and what was declined.

mod entitlements;
mod find;
mod making;
mod show;

use serde_json::Value;

use crate::support::{Emulator, Shop};

const DAY: i64 = 24 * 60 * 60;

/// The catalog of nexus, synced into an emulator that is served.
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
        "metadata[userId]={subject}&name=Ada+Lovelace&email={subject}@example.com&payment_method={card}\
         &invoice_settings[default_payment_method]={card}"
    );
    text(&emulator.post("/v1/customers", &form)["id"])
}

/// Subscribes a customer to a price of the catalog; the subscription's id.
fn subscribe(emulator: &Emulator, customer: &str, lookup_key: &str, more: &str) -> String {
    let price = text(&emulator.list(&format!("/v1/prices?lookup_keys[]={lookup_key}"))[0]["id"]);
    text(
        &emulator.post("/v1/subscriptions", &format!("customer={customer}&items[0][price]={price}&{more}"))["id"],
    )
}

fn advance(emulator: &Emulator, seconds: i64) {
    emulator.post("/_emulator/advance", &seconds.to_string());
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
