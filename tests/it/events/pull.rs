//! `events pull`: none lost, none doubled.

use billctl::store::books::Books;
use billctl::store::mirror::Mirror;
use serde_json::{Value, json};

use super::{customers, ids, stored, with_customers};
use crate::support::{Shop, StandIn};

fn pulled(shop: &Shop, arguments: &str) -> serde_json::Value {
    shop.billctl(&format!("events pull --json {arguments}")).exits(0).json()
}

fn counts(received: u64, new: u64) -> serde_json::Value {
    json!({"received": received, "new": new, "applied": new, "failed": 0, "gap": null})
}

#[test]
fn each_event_is_stored_and_applied_once() {
    let (shop, emulator) = with_customers(3);
    assert_eq!(pulled(&shop, ""), counts(3, 3));
    // All of this happens in one second, which every pull reads again.
    assert_eq!(pulled(&shop, ""), counts(3, 0));
    customers(&emulator, 2);
    assert_eq!(pulled(&shop, ""), counts(5, 2));
    assert_eq!(stored(&shop).len(), 5);
    assert!(stored(&shop).iter().all(|event| event["status"] == "applied" && event["source"] == "pull"));
}

#[test]
fn a_person_reads_what_came() {
    let (shop, _emulator) = with_customers(2);
    insta::assert_snapshot!(shop.billctl("events pull"), @"
    2 events received, 2 new, 2 applied
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
}

#[test]
fn more_than_a_page_is_read_to_its_end() {
    let (shop, emulator) = with_customers(250);
    assert_eq!(pulled(&shop, ""), counts(250, 250));
    let mut told: Vec<String> = Vec::new();
    let mut after = String::new();
    loop {
        let page = emulator.get(&format!("/v1/events?limit=100{after}"));
        let events = page["data"].as_array().unwrap().clone();
        told.extend(ids(&events).into_iter().map(str::to_owned));
        after = format!("&starting_after={}", told.last().unwrap());
        if page["has_more"] == false {
            break;
        }
    }
    told.sort();
    let stored = stored(&shop);
    let mut kept = ids(&stored);
    kept.sort_unstable();
    assert_eq!(kept, told);
}

#[test]
fn a_pull_that_was_cut_off_is_finished_by_the_next() {
    let (shop, emulator) = with_customers(150);
    emulator.post("/_emulator/advance", &(15 * 86_400).to_string());
    customers(&emulator, 100);
    let mut parts = Vec::new();
    // Each pull comes one request further than the one before, until one comes to the end.
    for request in 1..50 {
        emulator.heal();
        emulator.fail_on(&format!("GET /v1/events:nth={request}:retry=false:500-before"));
        let pull = shop.billctl("events pull");
        parts.push(stored(&shop).len());
        if pull.code == Some(0) {
            break;
        }
        assert_eq!(pull.code, Some(6), "{pull}");
    }
    // What had come is kept, and nothing was taken for read that was not.
    assert!(parts.is_sorted() && parts.contains(&150), "{parts:?}");
    assert_eq!(parts.last(), Some(&250));
    assert_eq!(pulled(&shop, ""), counts(100, 0));
}

#[test]
fn later_pulls_read_only_what_is_new() {
    let mut shop = Shop::new();
    shop.billctl("events pull").exits(0);
    shop.write("billing.toml", "[project]\nname = \"x\"\n[products.pro]\nname = \"Pro\"\n");
    shop.set("BILLCTL_NOW", "2026-11-02T00:00:00Z");
    shop.billctl("catalog sync --yes").exits(0);
    assert_eq!(pulled(&shop, ""), counts(1, 1));
    shop.set("BILLCTL_NOW", "2026-11-03T00:00:00Z");
    assert_eq!(pulled(&shop, ""), counts(1, 0));
    shop.set("BILLCTL_NOW", "2026-11-04T00:00:00Z");
    assert_eq!(pulled(&shop, ""), counts(0, 0));
    assert_eq!(pulled(&shop, "--since 3d"), counts(1, 0));
}

#[test]
fn what_stripe_keeps_no_longer_is_told_until_it_is_seen_to() {
    let mut shop = Shop::new();
    shop.billctl("events pull").exits(0);
    shop.set("BILLCTL_NOW", "2026-12-03T00:00:00Z");
    insta::assert_snapshot!(shop.billctl("events pull"), @"
    0 events received, 0 new, 0 applied
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    warning: events from 2026-11-01T00:00:01Z to 2026-11-03T00:00:00Z were never read, and Stripe keeps them for thirty days only
    hint: Run `billctl mirror update`: it fetches the objects that may have changed in that time
    [exit 0]
    ");
    // The next pull has read everything since, but what is lost stays lost.
    shop.set("BILLCTL_NOW", "2026-12-04T00:00:00Z");
    assert_eq!(
        pulled(&shop, "")["gap"],
        json!({"from": "2026-11-01T00:00:01Z", "to": "2026-11-03T00:00:00Z"})
    );
}

#[test]
fn a_dry_run_stores_nothing() {
    let (shop, _emulator) = with_customers(2);
    let looked = pulled(&shop, "--dry-run");
    assert_eq!((&looked["received"], &looked["new"], &looked["applied"]), (&json!(2), &json!(2), &json!(0)));
    assert_eq!(stored(&shop).len(), 0);
    assert_eq!(pulled(&shop, ""), counts(2, 2));
}

#[test]
fn a_time_that_is_none_is_told_with_what_is() {
    let shop = Shop::new();
    let refused = shop.billctl("events pull --since yesterday").exits(2);
    assert!(refused.stderr.contains("`yesterday` is no point in time: write 2026-11-01"), "{refused}");
}

#[test]
fn after_older_books_were_put_back_a_pull_reads_again_what_they_lack() {
    let (shop, emulator) = with_customers(2);
    assert_eq!(pulled(&shop, ""), counts(2, 2));
    shop.billctl("mirror backup copy").exits(0);
    emulator.post("/_emulator/advance", "86400");
    let lost = customers(&emulator, 3);
    assert_eq!(pulled(&shop, "")["new"], 3);
    emulator.post("/_emulator/advance", "86400");
    assert_eq!(pulled(&shop, "")["new"], 0);

    let folder = shop.folder().join(".billctl/emulator");
    for suffix in ["-wal", "-shm"] {
        let _ = fs_err::remove_file(folder.join(format!("books.db{suffix}")));
    }
    fs_err::copy(shop.folder().join("copy/books.db"), folder.join("books.db")).unwrap();
    customers(&emulator, 4);
    assert_eq!(pulled(&shop, "--dry-run")["new"], 7);
    let pull = shop.billctl("events pull --json").exits(0);
    assert_eq!(pull.json()["new"], 7, "three were read before the copy was put back");
    assert!(pull.stderr.contains("the books are not those"), "{pull}");
    let kept = stored(&shop);
    assert_eq!(kept.len(), 9);
    assert!(lost.iter().all(|id| kept.iter().any(|event| event["object"] == json!(id))), "{kept:?}");
    assert!(kept.iter().all(|event| event["status"] == "applied"), "{kept:?}");
    assert_eq!(pulled(&shop, "")["received"], 4, "and then no more");
}

#[test]
fn what_went_back_and_forth_in_one_second_is_fetched_again() {
    let (shop, emulator) = with_customers(1);
    let made = emulator.list("/v1/customers")[0].clone();
    let renamed = |id: &str, to: &str, from: &str| {
        let mut object = made.clone();
        object["name"] = json!(to);
        let created = made["created"].as_i64().unwrap() + 5;
        json!({"id": id, "object": "event", "api_version": "2026-10-28.endive", "created": created,
            "data": {"object": object, "previous_attributes": {"name": from}}, "livemode": false,
            "pending_webhooks": 0, "request": {"id": null, "idempotency_key": null}, "type": "customer.updated"})
        .to_string()
    };
    // Neither follows on the customer that was made.
    let lines = [renamed("evt_1", "Ann", "Bea"), renamed("evt_2", "Bea", "Ann")];
    shop.write("two.jsonl", lines.join("\n"));
    shop.billctl("events replay --file two.jsonl --mirror").exits(0);
    emulator.post("/_emulator/advance", "60");
    let name = || {
        let found = shop.run(&["mirror", "query", "--json", "SELECT name FROM customers"], "");
        found.exits(0).json()[0]["name"].clone()
    };
    assert_eq!(name(), "Bea", "a guess");
    pulled(&shop, "");
    assert_eq!(name(), made["name"]);
    let path = format!("/v1/customers/{}", made["id"].as_str().unwrap());
    let asked = || emulator.requests().iter().filter(|request| request.to_string().contains(&path)).count();
    assert_eq!(asked(), 1);
    pulled(&shop, "");
    assert_eq!(asked(), 1, "it is no guess any more");
}

/// One event, as Stripe lists it.
fn listed(target: &str) -> Option<Value> {
    let event = json!({"id": "evt_1", "object": "event", "created": 1_793_491_200, "type": "customer.created",
        "data": {"object": {"id": "cus_1", "object": "customer", "name": "Zoë"}}});
    let list = json!({"object": "list", "data": [event], "has_more": false, "url": "/v1/events"});
    target.starts_with("/v1/events?").then_some(list)
}

#[test]
fn the_bytes_of_an_event_are_those_of_stripes_list() {
    let stripe = StandIn::listing("acct_1Shop", listed);
    let mut shop = Shop::new();
    shop.set_secret("STRIPE_SECRET_KEY", "sk_test_billctl_0123456789abcdef");
    let profile = format!("[project]\nname = \"x\"\n[profiles.test]\nbase_url = \"{}\"\n", stripe.base_url);
    shop.write("billing.toml", profile);
    shop.billctl("events pull --profile test").exits(0);
    let books = Books::open(&shop.folder().join(".billctl/test/books.db")).unwrap();
    let body = String::from_utf8(books.body(1).unwrap().unwrap()).unwrap();
    let list = listed("/v1/events?").unwrap();
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), list["data"][0]);
    // With the line breaks and the indentation that it has there.
    assert!(serde_json::to_string_pretty(&list).unwrap().contains(&body), "{body}");
    assert!(body.starts_with("{\n      \"id\": \"evt_1\""), "{body}");
}

#[test]
fn a_key_of_another_account_is_refused() {
    let stripe = StandIn::of_account("acct_1Shop", "Ada's shop");
    let mut shop = Shop::new();
    shop.set_secret("STRIPE_SECRET_KEY", "sk_test_billctl_0123456789abcdef");
    let profile = format!("[project]\nname = \"x\"\n[profiles.test]\nbase_url = \"{}\"\n", stripe.base_url);
    shop.write("billing.toml", profile);
    let path = shop.folder().join(".billctl/test/mirror.db");
    Mirror::open(&path, true).unwrap().set_account("acct_1Other").unwrap();
    for line in ["events pull", "mirror update", "mirror backfill"] {
        let refused = shop.billctl(&format!("{line} --profile test")).exits(5);
        let said = "The mirror is a copy of acct_1Other, and the key opens acct_1Shop";
        assert!(refused.stderr.contains(said), "{refused}");
    }
}
