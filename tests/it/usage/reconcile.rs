//! What was recorded against what Stripe counted.

use insta::assert_snapshot;
use serde_json::json;

use super::push::Pushing;

const OCTOBER: &str = "usage reconcile --from 2026-10-01 --to 2026-11-01";

#[test]
fn both_sides_are_the_same_once_all_is_pushed() {
    let pushing = Pushing::new();
    pushing.record("u_1", 5, "a");
    pushing.record("u_2", 7, "b");
    pushing.record("u_3", 7, "c");
    pushing.push();
    assert_snapshot!(pushing.shop.billctl(OCTOBER), @"
    Stripe counted what was recorded: 3 records of 2 customers, from 2026-10-01T00:00:00Z to 2026-11-01T00:00:00Z
    1 record of subjects that are no customers were not compared
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    let told = pushing.shop.billctl(&format!("{OCTOBER} --by day -o json")).exits(0).json();
    assert_eq!(
        told,
        json!({"from": "2026-10-01T00:00:00Z", "to": "2026-11-01T00:00:00Z", "customers": 2, "records": 3,
               "without_customer": 1, "differences": []})
    );
}

#[test]
fn a_difference_says_which_records_explain_it() {
    let pushing = Pushing::new();
    pushing.record("u_1", 5, "a");
    pushing.shop.billctl("usage record u_1 calls --at 2026-09-01 --key old").exits(0);
    pushing.shop.billctl("usage push").exits(7);
    pushing.record("u_1", 2, "b");
    assert_snapshot!(pushing.shop.billctl("usage reconcile --from 2026-09-01 --to 2026-11-01"), @"
    Stripe counted otherwise: 3 records of 1 customer were compared, from 2026-09-01T00:00:00Z to 2026-11-01T00:00:00Z

    metric  subject  from                  recorded  Stripe  why                        records
    calls   u_1      2026-09-01T00:00:00Z         8       5  2 not pushed (1 record);   old b
                                                             1
                                                             timestamp_too_far_in_past
                                                             (1 record)
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 3]
    ");
    let told = pushing.shop.billctl(&format!("{OCTOBER} --by hour -o json")).exits(3).json();
    let difference = &told["differences"][0];
    assert_eq!(
        [&difference["from"], &difference["recorded"], &difference["stripe"], &difference["difference"]],
        [&json!("2026-10-31T10:00:00Z"), &json!(7), &json!(5), &json!(-2)]
    );
    assert_eq!(
        difference["missing"],
        json!([{"key": "b", "quantity": 2, "state": "not pushed", "error": null}])
    );
    assert_eq!(difference["unexplained"], 0);
}

#[test]
fn what_somebody_else_told_the_meter_is_seen() {
    let pushing = Pushing::new();
    pushing.record("u_1", 5, "a");
    pushing.push();
    let customer = pushing.shop.billctl("customer show u_1 -o json").exits(0).json()["customer"].clone();
    let form = format!(
        "event_name=calls&payload[stripe_customer_id]={}&payload[value]=3&timestamp=1793440800",
        customer.as_str().unwrap()
    );
    pushing.emulator.post("/v1/billing/meter_events", &form);
    let told = pushing.shop.billctl(&format!("{OCTOBER} -o json")).exits(3).json();
    let difference = &told["differences"][0];
    assert_eq!([&difference["stripe"], &difference["unexplained"]], [&json!(8), &json!(3)]);
    assert_snapshot!(pushing.shop.billctl("usage reconcile --from 2026-11-01 --to 2026-10-01"), @"
    [stderr]
    error: The time to compare ends before it begins
    hint: Give `--to` a later time than `--from`
    [exit 2]
    ");
}

#[test]
fn a_customer_that_is_gone_in_stripe_stops_no_comparison_of_the_others() {
    let pushing = Pushing::new();
    pushing.record("u_1", 5, "a");
    pushing.record("u_2", 3, "b");
    pushing.push();
    let books = rusqlite::Connection::open(pushing.shop.folder().join(".billctl/emulator/books.db")).unwrap();
    let changed = books
        .execute(
            "UPDATE meter_targets SET customer = 'cus_gone'
             WHERE series = (SELECT series FROM usage_records WHERE key = 'b')",
            [],
        )
        .unwrap();
    assert_eq!(changed, 1);
    drop(books);
    let told =
        pushing.shop.billctl("usage reconcile --from 2026-10-01 --to 2026-11-01 -o json").exits(3).json();
    let differences = told["differences"].as_array().unwrap();
    assert_eq!((differences.len(), &differences[0]["customer"]), (1, &serde_json::json!("cus_gone")));
    assert_eq!(
        (&told["customers"], &differences[0]["recorded"]),
        (&serde_json::json!(2), &serde_json::json!(3))
    );
}
