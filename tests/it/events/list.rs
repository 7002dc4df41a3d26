//! `events list`: filters, order, and what is said of the mirror.

use serde_json::{Value, json};

use super::{customers, ids, keep_fixtures, stored, with_customers};
use crate::support::Shop;

/// A shop with a few events of several kinds, by fixtures.
fn shop() -> Shop {
    let shop = Shop::new();
    keep_fixtures(
        &shop,
        &[
            "customer.updated-unicode",
            "customer.deleted",
            "customer.subscription.updated-2024-06-20",
            "invoice.paid-2024-06-20",
            "unknown-type",
            "thin-customer.updated",
        ],
    );
    shop
}

fn listed(shop: &Shop, filters: &str) -> Vec<String> {
    let said = shop.billctl(&format!("events list --json {filters}")).exits(0).json();
    let events = said.as_array().unwrap();
    events.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_program_finds_the_fields_it_counts_on() {
    let (shop, emulator) = with_customers(0);
    let customer = &customers(&emulator, 1)[0];
    shop.billctl("events pull").exits(0);
    let event = &emulator.list("/v1/events")[0];
    assert_eq!(
        shop.billctl("events list --limit 50 -o json").exits(0).json(),
        json!([{
            "id": event["id"],
            "type": "customer.created",
            "created": "2026-11-01T00:00:00Z",
            "object": customer,
            "kind": "customer",
            "customer": customer,
            "status": "applied",
            "error": null,
            "source": "pull",
            "received_at": "2026-11-01T00:00:00Z",
            "repeats": 0,
        }])
    );
}

#[test]
fn a_person_reads_the_newest_first() {
    let shop = shop();
    insta::assert_snapshot!(shop.billctl("events list -n 3"), @"
    created               event                             type                    object                 status
    2026-11-01T00:00:01Z  evt_XXXXXXXXXXXXXXXXXXXXXX1       customer.deleted        cus_XXXXXXXXXXXXXX1    applied
    2026-11-01T00:00:00Z  evt_test_65TthinAAAAAAAAAAAAAAAA  v1.customer.updated     cus_XXXXXXXXXXXXXX1    kept
    2026-11-01T00:00:00Z  evt_XXXXXXXXXXXXXXXXXXXXXX2       moon.landing.confirmed  moon_1TfixtureUnknown  applied
    [stderr]
    hint: There are more than these 3; `--limit N` shows more
    [exit 0]
    ");
}

#[test]
fn filters_fit_together() {
    let shop = shop();
    assert_eq!(listed(&shop, "--type invoice.paid"), ["invoice.paid"]);
    assert_eq!(listed(&shop, "--type 'customer.*'").len(), 3);
    assert_eq!(listed(&shop, "--type 'customer.*' --type invoice.paid").len(), 4);
    assert_eq!(listed(&shop, "--type '*.deleted'"), ["customer.deleted"]);
    assert_eq!(listed(&shop, "--type nothing.*"), [""; 0]);
    assert_eq!(listed(&shop, "--object in_1PqoldShapeBBBBBBBBBBBB"), ["invoice.paid"]);
    assert_eq!(listed(&shop, "--customer cus_QoldShapeAAAAA").len(), 2);
    assert_eq!(listed(&shop, "--customer cus_QoldShapeAAAAA --type 'invoice.*'"), ["invoice.paid"]);
    assert_eq!(listed(&shop, "--since 2026-11-01T00:00:01Z"), ["customer.deleted"]);
    assert_eq!(listed(&shop, "--until 2026-11-01T00:00:01Z").len(), 5);
    assert_eq!(listed(&shop, "--until 2026-11-01"), [""; 0]);
    assert_eq!(listed(&shop, "--since 1h").len(), 6);
    assert_eq!(listed(&shop, "--status kept"), ["v1.customer.updated"]);
    assert_eq!(listed(&shop, "--status applied --type moon.*"), ["moon.landing.confirmed"]);
    assert_eq!(listed(&shop, "--failed"), [""; 0]);
}

#[test]
fn each_status_lists_the_same_events_as_all_of_them_do() {
    let shop = Shop::new();
    let event = |number: i64, created: i64, event_type: &str| {
        json!({"id": format!("evt_{number}"), "object": "event", "type": event_type, "livemode": false,
            "created": 1_793_491_200 + created,
            "data": {"object": {"id": format!("cus_{}", number % 7), "object": "customer", "name": number}}})
    };
    // Many of a second, and every third one older than what is known of its customer by then.
    let lines: Vec<String> = (0..200)
        .map(|number| event(number, if number % 3 == 0 { 0 } else { 1 + number / 50 }, "customer.updated"))
        .map(|event| event.to_string())
        .collect();
    for (batch, lines) in lines.chunks(40).enumerate() {
        shop.write(&format!("{batch}.jsonl"), lines.join("\n"));
        shop.billctl(&format!("events replay --file {batch}.jsonl --mirror")).exits(0);
    }
    shop.write("thin.jsonl", thin("evt_thin"));
    shop.billctl("events replay --file thin.jsonl --mirror").exits(0);
    // Stored, and nothing applied it yet.
    let mut books = crate::listen::world::books(&shop);
    for (number, created) in [(300, 2), (301, 0), (302, 900)] {
        let body = event(number, created, "customer.created").to_string();
        let event = billctl::billing::event::Event::read(body.as_bytes()).unwrap();
        let (body, received_at) = (body.as_bytes(), jiff::Timestamp::UNIX_EPOCH);
        let source = billctl::store::books::Source::File;
        books
            .add_events(&[billctl::store::books::NewEvent { event: &event, body, received_at, source }])
            .unwrap();
    }
    let all = stored(&shop);
    assert_eq!(all.len(), 204);
    let mut counts = Vec::new();
    for status in ["applied", "older", "kept", "failed", "waiting"] {
        let expected: Vec<&Value> = all.iter().filter(|event| event["status"] == status).collect();
        let check = |flags: &str, fits: &dyn Fn(&Value) -> bool| {
            let expected: Vec<&str> = expected
                .iter()
                .filter(|event| fits(event))
                .map(|event| event["id"].as_str().unwrap())
                .collect();
            let newest: Vec<&str> = expected.iter().rev().copied().collect();
            for (order, expected) in [("--oldest-first", &expected), ("", &newest)] {
                let line = format!("events list --json -n 1000 --status {status} {flags} {order}");
                let listed = shop.billctl(&line).exits(0).json();
                assert_eq!(&ids(listed.as_array().unwrap()), expected, "{line}");
            }
        };
        check("", &|_| true);
        check("--customer cus_3", &|event| event["customer"] == "cus_3");
        check("--type customer.created", &|event| event["type"] == "customer.created");
        check("--since 2026-11-01T00:00:02Z --until 2026-11-01T00:00:04Z", &|event| {
            ("2026-11-01T00:00:02Z".."2026-11-01T00:00:04Z").contains(&event["created"].as_str().unwrap())
        });
        counts.push(expected.len());
    }
    assert!(counts[0] > 32 && counts[1] > 32, "more than a page each: {counts:?}");
    assert_eq!(counts[2..], [1, 0, 3]);
}

fn thin(id: &str) -> String {
    json!({"id": id, "object": "v2.core.event", "type": "v1.customer.updated", "livemode": false,
        "created": "2026-11-01T00:00:02.000Z",
        "related_object": {"id": "cus_1", "type": "customer", "url": "/v1/customers/cus_1"}})
    .to_string()
}

#[test]
fn a_subject_is_found_by_its_metadata() {
    let shop = Shop::new();
    shop.write("billing.toml", "[project]\nname = \"x\"\n[links]\nsubject_metadata = \"userId\"\n");
    keep_fixtures(
        &shop,
        &["customer.updated-unicode", "invoice.paid-2024-06-20", "customer.subscription.updated-2024-06-20"],
    );
    assert_eq!(listed(&shop, "--subject u_ünï"), ["customer.updated"]);
    // The subscription's metadata names it, and so all of its customer's events are meant.
    assert_eq!(listed(&shop, "--subject u_1").len(), 2);
    let refused = shop.billctl("events list --subject u_2").exits(1);
    assert!(refused.stderr.contains("No customer is known to belong to the subject `u_2`"), "{refused}");
}

#[test]
fn both_orders_agree_and_a_limit_cuts_either() {
    let (shop, _emulator) = with_customers(12);
    shop.billctl("events pull").exits(0);
    let oldest = stored(&shop);
    let newest: Vec<Value> = oldest.iter().rev().cloned().collect();
    let list = |flags: &str| {
        shop.billctl(&format!("events list --json {flags}")).exits(0).json().as_array().unwrap().clone()
    };
    assert_eq!(ids(&list("--limit 100")), ids(&newest));
    assert_eq!(ids(&list("--limit 5")), ids(&newest[..5]));
    assert_eq!(ids(&list("--limit 5 --oldest-first")), ids(&oldest[..5]));
    assert!(shop.billctl("events list -n 5").stderr.contains("There are more"));
    assert!(!shop.billctl("events list -n 12").stderr.contains("There are more"));
}

#[test]
fn what_is_old_says_so_and_fresh_fetches_first() {
    let (mut shop, emulator) = with_customers(1);
    shop.billctl("events pull").exits(0);
    let said = shop.billctl("events list");
    assert!(!said.stderr.contains("hint"), "{said}");
    let requests = emulator.requests().len();
    shop.set("BILLCTL_NOW", "2026-11-04T00:00:00Z");
    let said = shop.billctl("events list");
    assert!(said.stderr.contains("The last news from Stripe is 3 days old"), "{said}");
    // Nothing was asked of Stripe for this.
    assert_eq!(emulator.requests().len(), requests);
    customers(&emulator, 1);
    let fresh = shop.billctl("events list --fresh --json").exits(0);
    assert_eq!(fresh.json().as_array().unwrap().len(), 2);
}

#[test]
fn filters_that_nothing_can_fit_are_a_mistake() {
    let shop = Shop::new();
    let check = |flags: &str, part: &str| {
        let said = shop.billctl(&format!("events list {flags}")).exits(2);
        assert!(said.stderr.contains(part), "{said}");
    };
    check("--since 2026-11-02 --until 2026-11-01", "No event is from 2026-11-02T00:00:00Z on and before");
    check("--type 'invoice paid'", "`invoice paid` is no event type");
    check("--status lost", "applied, older, kept, failed, waiting");
    check("--failed --status applied", "cannot be used with");
    check("-n 0", "write a number from 1 on");
    check("--subject u_1 --customer cus_1", "cannot be used with");
}

#[test]
fn what_cannot_be_applied_is_kept_with_its_error_and_tried_again() {
    let (shop, _emulator) = with_customers(2);
    shop.billctl("events pull").exits(0);
    // A number that no program can hold.
    let event = r#"{"id":"evt_odd","object":"event","type":"customer.updated","created":1793491200,"livemode":false,"data":{"object":{"id":"cus_odd","object":"customer","balance":1e999}}}"#;
    shop.write("odd.json", event);
    let said = shop.billctl("events replay --mirror --file odd.json --json").exits(1).json();
    assert_eq!((&said["accepted"], &said["refused"]), (&json!(0), &json!(1)));

    let failed = shop.billctl("events list --failed --json").exits(0).json();
    assert_eq!((failed.as_array().unwrap().len(), &failed[0]["id"]), (1, &json!("evt_odd")));
    assert!(failed[0]["error"].as_str().unwrap().contains("number out of range"), "{failed}");
    assert_eq!(listed(&shop, "--failed --type 'invoice.*'"), [""; 0]);
    assert_eq!(listed(&shop, "--failed --customer cus_odd --until 2026-11-02"), ["customer.updated"]);
    let shown = shop.billctl("events list --failed").exits(0);
    assert!(shown.stdout.contains("evt_odd: "), "{shown}");

    let pulled = shop.billctl("events pull --json").exits(1).json();
    assert_eq!((&pulled["new"], &pulled["failed"]), (&json!(0), &json!(1)));
    let attempts = shop.billctl("events show evt_odd --json").exits(0).json()["mirror"]["attempts"].clone();
    assert_eq!(attempts, 2);
    assert_eq!(shop.billctl("events show evt_odd --raw").stdout, event);
}
