//! `events trigger`: the real requests, marked, and never with a live key.

use serde_json::{Value, json};

use super::stored;
use crate::support::{Shop, StandIn};

fn triggered(shop: &Shop, event_type: &str) -> Value {
    shop.billctl(&format!("events trigger {event_type} --json")).exits(0).json()
}

fn types(shop: &Shop) -> Vec<String> {
    let listed = shop.billctl("events trigger --list --json").exits(0).json();
    let types = listed.as_array().unwrap().iter().map(|row| row["type"].as_str().unwrap().to_owned());
    types.collect()
}

#[test]
fn every_type_of_the_list_happens_and_is_applied() {
    let shop = Shop::new();
    let _emulator = shop.emulator();
    let types = types(&shop);
    for event_type in &types {
        let said = triggered(&shop, event_type);
        assert_eq!(said["triggered"], true, "{event_type}: {said}");
    }
    let pulled = shop.billctl("events pull --json").exits(0).json();
    assert_eq!((&pulled["new"], &pulled["failed"]), (&pulled["applied"], &json!(0)));
    let stored = stored(&shop);
    for event_type in &types {
        assert!(
            stored.iter().any(|event| event["type"] == event_type.as_str()),
            "{event_type} is not stored"
        );
    }
}

#[test]
fn what_is_made_is_marked_and_told() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let said = triggered(&shop, "price.updated");
    let made = said["made"].as_array().unwrap();
    let paths = [("product", "products"), ("price", "prices")];
    assert_eq!(made.len(), paths.len());
    for (made, (kind, path)) in made.iter().zip(paths) {
        assert_eq!(made["kind"], kind);
        let object = emulator.get(&format!("/v1/{path}/{}", made["id"].as_str().unwrap()));
        assert_eq!(object["metadata"], json!({"billctl_trigger": "price.updated"}));
    }
    let events: Vec<&str> =
        said["events"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(events, ["product.created", "price.created", "plan.created", "price.updated", "plan.updated"]);
}

#[test]
fn a_run_tells_of_its_own_events_alone() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    emulator.post("/v1/customers", "name=Ada");
    triggered(&shop, "customer.created");
    assert_eq!(triggered(&shop, "customer.created")["events"].as_array().unwrap().len(), 1);
}

#[test]
fn a_person_sees_what_was_made_and_what_happened() {
    let shop = Shop::new();
    insta::assert_snapshot!(shop.billctl("events trigger product.updated"), @"
    made     id
    product  prod_XXXXXXXXXXXXX1

    event                         type
    evt_XXXXXXXXXXXXXXXXXXXXXXX1  product.created
    evt_XXXXXXXXXXXXXXXXXXXXXXX2  product.updated
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
}

#[test]
fn a_dry_run_shows_the_requests_and_sends_none() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    insta::assert_snapshot!(shop.billctl("events trigger product.updated --dry-run"), @r#"
    POST /v1/products
      name  Made by billctl events trigger
      metadata  {"billctl_trigger":"product.updated"}
    POST /v1/products/{product/id}
      name  Changed by billctl events trigger
    [exit 0]
    "#);
    assert_eq!(emulator.requests().len(), 0);
}

#[test]
fn a_live_key_triggers_nothing() {
    let stripe = StandIn::of_account("acct_1Nexus", "Nexus");
    let mut shop = Shop::new();
    shop.set_secret("KEY", "sk_live_billctl_0123456789abcdef");
    shop.write(
        "billing.toml",
        format!(
            "[project]\nname = \"nexus\"\n[profiles.live]\nlive = true\naccount = \"acct_1Nexus\"\nbase_url = \"{}\"\nsecret_key = {{ env = \"KEY\" }}\n",
            stripe.base_url
        ),
    );
    let said = shop.billctl("events trigger customer.created --profile live --live --yes").exits(5);
    assert!(said.stderr.contains("Events are not triggered with a live key"), "{said}");
    assert!(!stripe.was_written_to());
}

#[test]
fn a_run_that_fails_half_way_tells_what_it_made() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    emulator.fail_on("POST /v1/prices:retry=false:500-before");
    let said = shop.billctl("events trigger price.updated").exits(6);
    assert!(
        said.stderr.contains("price.updated did not happen: POST /v1/prices failed; made so far: prod_"),
        "{said}"
    );
}

#[test]
fn a_type_that_is_not_known_is_told_with_the_nearest() {
    let shop = Shop::new();
    let said = shop.billctl("events trigger invoice.payed").exits(2);
    assert!(said.stderr.contains("Did you mean `invoice.paid`?"), "{said}");
    shop.billctl("events trigger").exits(2);
}
