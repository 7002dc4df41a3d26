//! Events pulled, listed, shown and replayed, as a person does it.

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
fn every_fixture_is_an_event_with_a_signature_that_holds() {
    use billctl::billing::event::Event;
    use billctl::billing::signature;

    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/events");
    let mut seen = 0;
    for entry in fs_err::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let fixture = fixture(name.strip_suffix(".json").unwrap());
        let field = |name: &str| fixture[name].as_str().unwrap();
        let body = field("body").as_bytes();
        let event = Event::read(body).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!event.livemode, "{name}");
        let now = fixture["time"].as_i64().unwrap();
        let held = signature::verify(&[field("secret")], field("signature"), body, now, 0);
        assert!(held.is_ok(), "{name}: {held:?}");
        assert!(
            signature::verify(&["whsec_test_other"], field("signature"), body, now, 0).is_err(),
            "{name}"
        );
        seen += 1;
    }
    assert!(seen > 8, "only {seen} fixtures were found");
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
