//! Events pulled, listed, shown and replayed, as a person does it.

mod fixtures;
mod list;
mod pull;
pub mod receiver;
mod replay;
mod show;
mod trigger;

use serde_json::{Value, json};

use crate::support::{Emulator, Shop};

/// A shop whose emulator is served and has told of so many new customers.
fn with_customers(count: usize) -> (Shop, Emulator) {
    let shop = Shop::new();
    let emulator = shop.emulator();
    customers(&emulator, count);
    (shop, emulator)
}

fn customers(emulator: &Emulator, count: usize) -> Vec<String> {
    let make = |number| {
        let customer = emulator.post("/v1/customers", &format!("name=Customer+{number}"));
        customer["id"].as_str().unwrap().to_owned()
    };
    (0..count).map(make).collect()
}

/// The stored events, oldest first.
fn stored(shop: &Shop) -> Vec<Value> {
    let listed = shop.billctl("events list --oldest-first --limit 100000 --json").exits(0).json();
    listed.as_array().unwrap().clone()
}

fn ids(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["id"].as_str().unwrap()).collect()
}

/// A file of fixtures/events, with the fields that it has.
fn fixture(name: &str) -> Value {
    let path = format!("{}/fixtures/events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&fs_err::read_to_string(path).unwrap()).unwrap()
}

/// Stores the events of fixtures and applies them.
fn keep_fixtures(shop: &Shop, names: &[&str]) {
    let lines: Vec<String> = names
        .iter()
        .map(|name| {
            let body = fixture(name)["body"].as_str().unwrap().to_owned();
            serde_json::from_str::<Value>(&body).unwrap().to_string()
        })
        .collect();
    shop.write("fixtures.jsonl", lines.join("\n"));
    shop.billctl("events replay --file fixtures.jsonl --mirror").exits(0);
}

#[test]
fn nothing_is_stored_before_the_first_pull() {
    let shop = Shop::new();
    assert_eq!(shop.billctl("events list --json").exits(0).json(), json!([]));
    insta::assert_snapshot!(shop.billctl("events list"), @"
    No event is stored yet: `billctl events pull` reads what Stripe has
    [exit 0]
    ");
}
