//! `events show`: what an event is about, what it changed, and what became of it.

use serde_json::json;

use super::{customers, fixture, keep_fixtures, with_customers};
use crate::support::Shop;

#[test]
fn a_change_is_shown_as_old_and_new() {
    let shop = Shop::new();
    keep_fixtures(&shop, &["customer.subscription.updated-2024-06-20"]);
    insta::assert_snapshot!(shop.billctl("events show evt_1PqoldShapeCCCCCCCCCCCC"), @r#"
    event      evt_XXXXXXXXXXXXXXXXXXXXXX1
    type       customer.subscription.updated
    created    2026-11-01T00:00:00Z
    object     subscription sub_XXXXXXXXXXXXXXXXXXXXXX1
    customer   cus_XXXXXXXXXXXXX1
    version    2024-06-20
    mode       test
    request    none: Stripe itself
    received   2026-11-01T00:00:00Z by file
    mirror     applied, 2026-11-01T00:00:00Z
    in it now  the object as told here

    subscription
    status                active
    price                 price_XXXXXXXXXXXXXXXXXXXXXX1
    product               nexus_pro
    invoice               in_XXXXXXXXXXXXXXXXXXXXXX1
    current_period_start  2026-11-01T00:00:00Z
    current_period_end    2026-12-01T00:00:00Z
    metadata              {"userId":"u_1"}

    changed               before                      after
    current_period_end    2026-11-01T00:00:00Z        → 2026-12-01T00:00:00Z
    current_period_start  2026-10-02T00:00:00Z        → 2026-11-01T00:00:00Z
    latest_invoice        in_XXXXXXXXXXXXXXXXXXXXXX2  → in_XXXXXXXXXXXXXXXXXXXXXX1
    [exit 0]
    "#);
}

#[test]
fn a_program_gets_the_event_and_the_mirrors_word() {
    let (shop, emulator) = with_customers(0);
    let customer = &customers(&emulator, 1)[0];
    emulator.post(&format!("/v1/customers/{customer}"), "name=Ada&metadata[a]=1");
    shop.billctl("events pull").exits(0);
    let told = &emulator.list("/v1/events?type=customer.updated")[0];
    let id = told["id"].as_str().unwrap();
    let shown = shop.billctl(&format!("events show {id} --json")).exits(0).json();
    assert_eq!(shown["event"], *told);
    assert_eq!(
        shown["changes"],
        json!([
            {"path": "metadata.a", "before": null, "after": "1"},
            {"path": "name", "before": "Customer 0", "after": "Ada"},
        ])
    );
    assert_eq!(shown["request_id"], told["request"]["id"]);
    assert_eq!(shown["mirror"]["status"], "applied");
    assert_eq!(
        shown["mirror"]["holds"],
        json!({"event": id, "at": "2026-11-01T00:00:00Z", "deleted": false})
    );
}

#[test]
fn raw_prints_the_very_bytes() {
    let shop = Shop::new();
    for name in ["customer.updated-unicode", "pretty-printed"] {
        let fixture = fixture(name);
        let body = fixture["body"].as_str().unwrap();
        shop.write("event.json", body);
        shop.billctl("events replay --file event.json --mirror").exits(0);
        let event: serde_json::Value = serde_json::from_str(body).unwrap();
        let raw = shop.billctl(&format!("events show --raw {}", event["id"].as_str().unwrap())).exits(0);
        assert_eq!(raw.stdout, body);
        assert_eq!(raw.stderr, "");
    }
}

#[test]
fn an_event_that_is_not_stored_says_what_to_do() {
    let shop = Shop::new();
    let said = shop.billctl("events show evt_1QyHrZ2eZvKYlo2C").exits(1);
    insta::assert_snapshot!(said, @"
    [stderr]
    error: No event `evt_XXXXXXXXXXXXXXX1` is stored
    hint: Look at the ids with `billctl events list`; `billctl events pull` reads what Stripe has
    [exit 1]
    ");
    assert!(shop.billctl("events show in_1").exits(1).stderr.contains("events list --object ID"));
}

/// A thin event about a customer of the emulator, and the snapshot event that it names.
fn thin(shop: &Shop, customer: &str, snapshot: &str) {
    let event = json!({
        "id": "evt_test_65TthinAAAAAAAAAAAAAAAA",
        "object": "v2.core.event",
        "type": "v1.customer.created",
        "created": "2026-11-01T00:00:00.123Z",
        "livemode": false,
        "related_object": {"id": customer, "type": "customer", "url": format!("/v1/customers/{customer}")},
        "reason": null,
        "snapshot_event": snapshot,
    });
    shop.write("thin.json", event.to_string());
    shop.billctl("events replay --file thin.json --mirror").exits(0);
}

#[test]
fn a_thin_event_is_stored_shown_and_resolved() {
    let (shop, emulator) = with_customers(0);
    let customer = &customers(&emulator, 1)[0];
    let snapshot = emulator.list("/v1/events")[0]["id"].as_str().unwrap().to_owned();
    thin(&shop, customer, &snapshot);
    let shown = shop.billctl("events show evt_test_65TthinAAAAAAAAAAAAAAAA").exits(0);
    assert!(shown.stdout.contains("kept: there is nothing in it to apply"), "{shown}");
    assert!(shown.stdout.contains("`--resolve` fetches that"), "{shown}");

    let resolved =
        shop.billctl("events show evt_test_65TthinAAAAAAAAAAAAAAAA --resolve --json").exits(0).json();
    assert_eq!(resolved["resolved"]["object"]["name"], "Customer 0");
    assert_eq!(resolved["resolved"]["snapshot_event"], json!(snapshot));
    assert_eq!(resolved["mirror"]["holds"]["deleted"], false);
    shop.billctl(&format!("events show {snapshot}")).exits(0);

    // What is gone by then is told, not taken for an error.
    let (status, _) = crate::support::http::send(
        &emulator.base_url,
        "DELETE",
        &format!("/v1/customers/{customer}"),
        &emulator.api_key,
        "",
    );
    assert_eq!(status, 200);
    let resolved =
        shop.billctl("events show evt_test_65TthinAAAAAAAAAAAAAAAA --resolve --json").exits(0).json();
    assert_eq!(resolved["resolved"]["object"]["deleted"], true);
    assert_eq!(resolved["mirror"]["holds"]["deleted"], true);
}

#[test]
fn a_thin_event_is_resolved_with_what_it_was_sent_without() {
    let (shop, emulator) = with_customers(0);
    let customer = &customers(&emulator, 1)[0];
    emulator.post(&format!("/v1/customers/{customer}"), "name=Ada");
    let snapshot = emulator.list("/v1/events")[0]["id"].as_str().unwrap().to_owned();
    let id = snapshot.replace("evt_", "evt_test_");
    let mut sent = emulator.get(&format!("/v2/core/events/{id}"));
    assert_eq!(sent.as_object_mut().unwrap().remove("changes").unwrap()["before"]["name"], "Customer 0");
    shop.write("thin.json", sent.to_string());
    shop.billctl("events replay --file thin.json --mirror").exits(0);
    let shown = shop.billctl(&format!("events show {id} --resolve")).exits(0);
    assert!(shown.stdout.contains("name     Customer 0  → Ada"), "{shown}");
    assert!(shown.stdout.contains("The object was fetched, and the mirror has it"), "{shown}");
    let shown = shop.billctl(&format!("events show {id} --resolve --json")).exits(0).json();
    assert_eq!(shown["resolved"]["event"]["changes"]["after"]["name"], "Ada");
    assert_eq!(shown["resolved"]["snapshot_event"], json!(snapshot));
}

#[test]
fn a_thin_event_that_names_nothing_is_resolved_as_far_as_it_goes() {
    let (shop, _emulator) = with_customers(0);
    let event = json!({
        "id": "evt_test_65TthinCCCCCCCCCCCCCCCC", "object": "v2.core.event", "livemode": false,
        "type": "v1.customer.discount.source_changed", "created": "2026-11-01T00:00:00.123Z",
    });
    shop.write("thin.json", event.to_string());
    shop.billctl("events replay --file thin.json --mirror").exits(0);
    let shown = shop.billctl("events show evt_test_65TthinCCCCCCCCCCCCCCCC --resolve").exits(0);
    assert!(shown.stdout.contains("Stripe no longer has the event, which names no object"), "{shown}");
}

#[test]
fn an_event_that_is_whole_is_not_resolved() {
    let shop = Shop::new();
    keep_fixtures(&shop, &["customer.deleted"]);
    let said = shop.billctl("events show evt_1TfixtureDeletedAAAAAAA --resolve").exits(2);
    assert!(said.stderr.contains("holds its object already"), "{said}");
}

#[test]
fn a_fetched_object_is_as_old_as_the_request_for_it() {
    let (shop, emulator) = with_customers(0);
    let customer = &customers(&emulator, 1)[0];
    thin(&shop, customer, "evt_1QyHrZ2eZvKYlo2CGoneGone");
    let resolved =
        shop.billctl("events show evt_test_65TthinAAAAAAAAAAAAAAAA --resolve --json").exits(0).json();
    // It may have changed between Stripe's looking and its answer, in the second that the answer is of.
    let at = resolved["mirror"]["holds"]["at"].as_str().unwrap();
    assert!(at < "2026-11-01T00:00:00Z", "{resolved}");
}

#[test]
fn a_client_secret_is_in_the_very_bytes_alone() {
    let shop = Shop::new();
    let intent = json!({"id": "pi_1", "object": "payment_intent", "client_secret": "pi_1_secret_hunter2"});
    let event = json!({"id": "evt_1", "object": "event", "type": "payment_intent.created", "created": 1_793_491_200,
        "livemode": false, "data": {"object": intent}});
    shop.write("one.json", event.to_string());
    shop.billctl("events replay --file one.json --mirror").exits(0);
    for line in ["", "-o json"] {
        let shown = shop.billctl(&format!("events show evt_1 {line}")).exits(0);
        assert!(!format!("{}{}", shown.stdout, shown.stderr).contains("hunter2"), "{line}: {shown}");
    }
    assert!(shop.billctl("events show evt_1 --raw").exits(0).stdout.contains("pi_1_secret_hunter2"));
}
