//! Payments: looked up, explained, charged, tried again and given back, each once.

mod charging;
mod history;
mod refunding;
mod retrying;
mod secrets;

use serde_json::Value;

use crate::support::{Emulator, Shop};

const DAY: i64 = 24 * 60 * 60;

/// A system's catalog, synced into an emulator that is served.
fn system(name: &str) -> (Shop, Emulator) {
    let shop = Shop::new();
    let root = env!("CARGO_MANIFEST_DIR");
    shop.write("billing.toml", fs_err::read(format!("{root}/fixtures/systems/{name}/billing.toml")).unwrap());
    let emulator = shop.emulator();
    shop.billctl("catalog sync --yes").exits(0);
    (shop, emulator)
}

/// A customer of a subject, made by the application itself, whose default is a card; its id.
fn customer(emulator: &Emulator, subject: &str, card: &str) -> String {
    let form = format!(
        "metadata[userId]={subject}&payment_method={card}&invoice_settings[default_payment_method]={card}"
    );
    text(&emulator.post("/v1/customers", &form)["id"])
}

/// Saves a further card for a customer; the payment method's id.
fn save(emulator: &Emulator, customer: &str, card: &str) -> String {
    text(&emulator.post(&format!("/v1/payment_methods/{card}/attach"), &format!("customer={customer}"))["id"])
}

/// Subscribes a customer to a price of the catalog; the subscription's id.
fn subscribe(emulator: &Emulator, customer: &str, lookup_key: &str) -> String {
    let price = text(&emulator.list(&format!("/v1/prices?lookup_keys[]={lookup_key}"))[0]["id"]);
    text(&emulator.post("/v1/subscriptions", &format!("customer={customer}&items[0][price]={price}"))["id"])
}

/// Has the default card of a customer fail from now on; it can still be saved.
fn break_card(emulator: &Emulator, customer: &str) -> String {
    let method = save(emulator, customer, "pm_card_chargeCustomerFail");
    let form = format!("invoice_settings[default_payment_method]={method}");
    emulator.post(&format!("/v1/customers/{customer}"), &form);
    method
}

/// A payment that was made by the application: its id. A declined one is an error to the application.
fn pay(emulator: &Emulator, form: &str) -> String {
    let sent = crate::support::http::send(
        &emulator.base_url,
        "POST",
        "/v1/payment_intents",
        &emulator.api_key,
        &format!(
            "{form}&currency=usd&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never"
        ),
    );
    match sent {
        (200, intent) => text(&intent["id"]),
        (402, refused) => text(&refused["error"]["payment_intent"]["id"]),
        (status, body) => panic!("{status}: {body}"),
    }
}

fn advance(emulator: &Emulator, seconds: i64) {
    emulator.post("/_emulator/advance", &seconds.to_string());
}

/// How many requests of a kind were sent so far.
fn sent(emulator: &Emulator, method: &str, path: &str) -> usize {
    let is_one = |request: &&Value| request["method"] == method && request["path"] == path;
    emulator.requests().iter().filter(is_one).count()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
