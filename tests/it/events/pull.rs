//! `events pull`: none lost, none doubled.

use serde_json::json;

use super::{customers, ids, stored, with_customers};
use crate::support::Shop;

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
