//! Comparing the mirror with Stripe.

use serde_json::{Value, json};

use super::{assert_mirrored, id, live};
use crate::support::{Emulator, Shop};

/// A mirror that lacks one customer, has one that is gone, and one whose name changed.
fn stale(shop: &Shop, emulator: &Emulator) -> [String; 3] {
    live(emulator, 120);
    shop.billctl("mirror backfill").exits(0);
    let page = emulator.get("/v1/customers?limit=100");
    let customers = page["data"].as_array().unwrap();
    let (changed, gone) = (id(&customers[5]), id(&customers[7]));
    emulator.post("/_emulator/advance", "60");
    emulator.post(&format!("/v1/customers/{changed}"), "name=Changed&metadata[vip]=yes");
    emulator.delete(&format!("/v1/customers/{gone}"));
    let new = id(&emulator.post("/v1/customers", "name=New"));
    emulator.post("/_emulator/advance", "60");
    [new, gone, changed]
}

fn told(verified: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let differences = verified["differences"].as_array().unwrap();
    let mut told: Vec<_> =
        differences.iter().map(|found| (text(&found["difference"]), text(&found["id"]))).collect();
    told.sort();
    told
}

#[test]
fn each_object_that_differs_is_told_and_can_be_repaired() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let [new, gone, changed] = stale(&shop, &emulator);
    let verified = shop.billctl("mirror verify -o json").exits(3).json();
    let name = |word: &str, id: &str| (word.to_owned(), id.to_owned());
    assert_eq!(told(&verified), [name("changed", &changed), name("gone", &gone), name("missing", &new)]);
    let differences = verified["differences"].as_array().unwrap();
    let fields = &differences.iter().find(|found| found["id"] == changed.as_str()).unwrap()["fields"];
    let paths: Vec<&str> =
        fields.as_array().unwrap().iter().map(|field| field["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["metadata.vip", "name"]);
    assert_eq!(fields[1]["stripe"], "Changed");

    let repaired = shop.billctl("mirror verify --repair -o json").exits(0).json();
    assert_eq!((&repaired["different"], &repaired["repaired"]), (&json!(3), &json!(3)));
    assert_mirrored(&shop, &emulator, "repaired");
    let verified = shop.billctl("mirror verify -o json").exits(0).json();
    assert_eq!(verified["differences"], json!([]));
}

#[test]
fn a_sample_finds_what_is_among_it() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let [_, gone, changed] = stale(&shop, &emulator);
    let before = emulator.requests().len();
    let verified = shop.billctl("mirror verify --sample 10 -o json").json();
    assert_eq!(verified["checked"], 10);
    // One for each, one for the account, and one more for each that seemed to differ.
    assert!(emulator.requests().len() - before <= 10 + 1 + 2);
    // All of it: what Stripe has and the mirror has not is in no sample.
    let verified = shop.billctl("mirror verify --sample 1000000 -o json").exits(3).json();
    let name = |word: &str, id: &str| (word.to_owned(), id.to_owned());
    assert_eq!(told(&verified), [name("changed", &changed), name("gone", &gone)]);
}

#[test]
fn what_is_listed_under_each_customer_is_compared_where_it_was_read() {
    let attached = |flags: &str| {
        let shop = Shop::new();
        let emulator = shop.emulator();
        let customer = id(&emulator.post("/v1/customers", "name=Ada"));
        emulator.post("/_emulator/advance", "60");
        shop.billctl(&format!("mirror backfill {flags}")).exits(0);
        let form = format!("customer={customer}");
        let method = id(&emulator.post("/v1/payment_methods/pm_card_visa/attach", &form));
        emulator.post("/_emulator/advance", "60");
        let verified = shop.billctl("mirror verify -o json").json();
        told(&verified).contains(&("missing".to_owned(), method))
    };
    assert!(attached("--per-customer"));
    assert!(!attached(""), "nobody asked for it");
}

#[test]
fn a_dry_run_repairs_nothing() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    stale(&shop, &emulator);
    shop.billctl("mirror verify --repair --dry-run").exits(3);
    shop.billctl("mirror verify").exits(3);
}
