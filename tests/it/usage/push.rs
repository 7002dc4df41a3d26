//! Usage told to Stripe: each record once, whatever dies on the way.

use std::process::Stdio;
use std::time::Duration;

use insta::assert_snapshot;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Emulator, Shop};

pub const PLANS: &str = r#"
[project]
name = "blog"

[meters.calls]
display_name = "API calls"

[meters.seats]
display_name = "Seats"
aggregation = "last"

[products.free]
default_plan = true
limits.calls = { max = 1000, per = "month" }
"#;

/// A minute of 31 October 2026 in UTC.
const AT: &str = "2026-10-31T10:00:00Z";

pub struct Pushing {
    pub shop: Shop,
    pub emulator: Emulator,
}

impl Pushing {
    /// A synced catalog; `u_1` and `u_2` are customers.
    pub fn new() -> Pushing {
        let shop = Shop::new();
        shop.write("billing.toml", PLANS);
        let emulator = shop.emulator();
        shop.billctl("catalog sync --yes").exits(0);
        for subject in ["u_1", "u_2"] {
            shop.billctl(&format!("customer create {subject}")).exits(0);
        }
        Pushing { shop, emulator }
    }

    pub fn record(&self, subject: &str, quantity: i64, key: &str) {
        self.shop
            .billctl(&format!("usage record {subject} calls --quantity {quantity} --at {AT} --key {key}"))
            .exits(0);
    }

    pub fn push(&self) -> Value {
        self.shop.billctl("usage push -o json").exits(0).json()
    }

    /// What the meter of a metric counted for a subject in October.
    pub fn counted(&self, subject: &str, event_name: &str) -> i64 {
        let meters = self.emulator.list("/v1/billing/meters");
        let meter = meters.iter().find(|meter| meter["event_name"] == event_name).unwrap();
        let customer = self.shop.billctl(&format!("customer show {subject} -o json")).exits(0).json();
        let (from, until) = (1_790_812_800, 1_793_491_200);
        let path = format!(
            "/v1/billing/meters/{}/event_summaries?customer={}&start_time={from}&end_time={until}",
            meter["id"].as_str().unwrap(),
            customer["customer"].as_str().unwrap()
        );
        self.emulator.list(&path)[0]["aggregated_value"].as_i64().unwrap()
    }

    /// How often meter events were posted.
    fn posted(&self) -> usize {
        let is_event = |request: &&Value| request["path"] == "/v1/billing/meter_events";
        self.emulator.requests().iter().filter(is_event).count()
    }
}

#[test]
fn each_record_is_sent_once_and_the_second_push_sends_nothing() {
    let pushing = Pushing::new();
    pushing.record("u_1", 5, "a");
    pushing.record("u_1", 7, "b");
    pushing.record("u_2", 1, "c");
    let shop = &pushing.shop;
    assert_snapshot!(shop.billctl("usage push --dry-run"), @"
    Would send up to 3 records
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    assert_eq!(pushing.posted(), 0);
    assert_snapshot!(shop.billctl("usage push"), @"
    Sent 3 records
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    assert_snapshot!(shop.billctl("usage push"), @"
    Nothing was to be sent
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    assert_eq!(pushing.posted(), 3);
    assert_eq!([pushing.counted("u_1", "calls"), pushing.counted("u_2", "calls")], [12, 1]);
    pushing.record("u_1", 1, "d");
    shop.billctl("usage record u_1 calls --corrects b --quantity 2 --key e").exits(0);
    assert_eq!(pushing.push()["sent"], 2);
    assert_eq!(pushing.counted("u_1", "calls"), 11);
    assert_snapshot!(shop.billctl("usage push --status"), @"
    metric  state  records  why
    calls   sent         5
    [exit 0]
    ");
}

#[test]
fn what_belongs_to_no_customer_waits_until_it_does() {
    let pushing = Pushing::new();
    pushing.record("u_3", 4, "a");
    assert_snapshot!(pushing.shop.billctl("usage push"), @"
    Nothing was to be sent
    1 record belongs to subjects that are no customers yet
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    assert_eq!(pushing.posted(), 0);
    pushing.shop.billctl("customer create u_3").exits(0);
    assert_eq!(pushing.push()["sent"], 1);
    assert_eq!(pushing.counted("u_3", "calls"), 4);
}

#[test]
fn what_stripe_refuses_is_kept_with_why_and_sent_again_when_asked() {
    let pushing = Pushing::new();
    let shop = &pushing.shop;
    pushing.record("u_1", 5, "a");
    shop.billctl("usage record u_1 calls --at 2026-09-01 --key old").exits(0);
    let customer = shop.billctl("customer show u_2 -o json").exits(0).json()["customer"].clone();
    pushing.record("u_2", 3, "gone");
    // Deleted in Stripe, which billctl was not told of.
    pushing.emulator.delete(&format!("/v1/customers/{}", customer.as_str().unwrap()));
    assert_snapshot!(shop.billctl("usage push"), @"
    Sent 1 record
    2 records refused now: `billctl usage push --rejected` says why
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 7]
    ");
    shop.billctl("usage push -o json").exits(0);
    assert_eq!(pushing.counted("u_1", "calls"), 5);
    let rejected = shop.billctl("usage push --rejected -o json").exits(0).json();
    let told: Vec<(&str, &str)> = rejected
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["key"].as_str().unwrap(), row["code"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [("old", "timestamp_too_far_in_past"), ("gone", "meter_event_customer_not_found")]);
    // The subject is another customer now.
    shop.billctl("events pull").exits(0);
    shop.billctl("customer create u_2").exits(0);
    let retried = shop.billctl("usage push --retry -o json").exits(7).json();
    assert_eq!((&retried["sent"], &retried["rejected"]), (&json!(1), &json!(1)));
    assert_eq!(pushing.counted("u_2", "calls"), 3);
}

#[test]
fn a_meter_that_keeps_the_last_is_corrected_by_canceling() {
    let pushing = Pushing::new();
    let shop = &pushing.shop;
    let record = |quantity: i64, minute: i64, key: &str| {
        shop.billctl(&format!(
            "usage record u_1 seats --quantity {quantity} --at 2026-10-31T10:0{minute}:00Z --key {key}"
        ))
        .exits(0);
    };
    record(5, 0, "a");
    record(9, 1, "b");
    assert_eq!(pushing.push()["sent"], 2);
    assert_eq!(pushing.counted("u_1", "seats"), 9);
    shop.billctl("usage record u_1 seats --corrects b --key c").exits(0);
    assert_eq!(pushing.push()["canceled"], 1);
    assert_eq!(pushing.counted("u_1", "seats"), 5);
    shop.billctl("usage reconcile --from 2026-10-01 --to 2026-11-01").exits(0);
    // What was never sent needs no canceling.
    record(7, 2, "d");
    shop.billctl("usage record u_1 seats --corrects d --key e").exits(0);
    pushing.push();
    assert_eq!(pushing.counted("u_1", "seats"), 5);
    assert_eq!(shop.billctl("usage push --rejected -o json").exits(0).json(), json!([]));
}

#[test]
fn killed_at_any_request_nothing_is_lost_and_nothing_counts_twice() {
    let pushing = Pushing::new();
    let mut expected = 0;
    for round in 0_usize..8 {
        for record in 0..4 {
            pushing.record("u_1", 1, &format!("r{round}-{record}"));
            expected += 1;
        }
        let before = pushing.posted();
        let nth = round % 4 + 1;
        let fault = if round < 4 { "stall-after" } else { "stall-before" };
        pushing.emulator.fail_on(&format!("POST /v1/billing/meter_events:nth={nth}:{fault}"));
        let mut child = pushing.shop.spawn(&["usage", "push"], Stdio::null());
        while pushing.posted() < before + nth && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(3));
        }
        let _ = child.kill();
        pushing.shop.finish(child);
        pushing.emulator.heal();
    }
    pushing.push();
    assert_eq!(pushing.counted("u_1", "calls"), expected);
    assert_eq!(pushing.push()["sent"], 0);
    pushing.shop.billctl("usage reconcile --from 2026-10-01 --to 2026-11-01").exits(0);
}

/// Has some records be as a push leaves them that dies before it hears of them.
fn forget_the_end(pushing: &Pushing, keys: &[&str]) {
    let books = Connection::open(pushing.shop.folder().join(".billctl/emulator/books.db")).unwrap();
    for key in keys {
        let changed = books
            .execute(
                "UPDATE meter_events SET state = 'sending'
                 WHERE record = (SELECT seq FROM usage_records WHERE key = ?1)",
                [key],
            )
            .unwrap();
        assert_eq!(changed, 1, "{key}");
    }
}

/// Makes the identifier of a record longer than Stripe takes them.
fn make_too_long(pushing: &Pushing, key: &str) {
    let books = Connection::open(pushing.shop.folder().join(".billctl/emulator/books.db")).unwrap();
    let made = books.execute(
        "UPDATE meter_events SET identifier = identifier || ?1
         WHERE record = (SELECT seq FROM usage_records WHERE key = ?2)",
        ("x".repeat(100), key),
    );
    assert_eq!(made.unwrap(), 1);
}

fn state_of(pushing: &Pushing, key: &str) -> (String, i64) {
    let books = Connection::open(pushing.shop.folder().join(".billctl/emulator/books.db")).unwrap();
    let sql = "SELECT state, begun_at FROM meter_events JOIN usage_records ON seq = record WHERE key = ?1";
    books.query_row(sql, [key], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
}

#[test]
fn a_failure_that_stripe_keeps_for_a_request_stops_no_push_but_that_one() {
    let pushing = Pushing::new();
    for key in ["a", "b", "c"] {
        pushing.record("u_1", 1, key);
    }
    pushing.emulator.fail_on("POST /v1/billing/meter_events:nth=1:500-kept");
    pushing.shop.billctl("usage push").exits(6);
    // The request's key brings the same answer for a day; the next push asks under another one.
    assert_eq!(pushing.push()["sent"], 3);
    assert_eq!(pushing.counted("u_1", "calls"), 3);
}

#[test]
fn a_failure_that_stripe_keeps_for_a_cancellation_holds_up_no_other() {
    let pushing = Pushing::new();
    let shop = &pushing.shop;
    let record = |quantity: i64, minute: i64, key: &str| {
        let at = format!("2026-10-31T10:0{minute}:00Z");
        shop.billctl(&format!("usage record u_1 seats --quantity {quantity} --at {at} --key {key}")).exits(0);
    };
    record(5, 0, "a");
    record(9, 1, "b");
    assert_eq!(pushing.push()["sent"], 2);
    shop.billctl("usage record u_1 seats --corrects b --key c").exits(0);
    pushing.record("u_2", 4, "d");
    record(6, 2, "e");
    pushing.emulator.fail_on("POST /v1/billing/meter_event_adjustments:nth=1:500-kept");
    let told = shop.billctl("usage push -o json").exits(7).json();
    assert_eq!((&told["sent"], &told["open"]), (&json!(2), &json!(1)));
    assert_eq!((pushing.counted("u_2", "calls"), pushing.counted("u_1", "seats")), (4, 6));
    // For a day it is answered the same, and is asked for once a push.
    record(7, 3, "f");
    let told = shop.billctl("usage push").exits(7);
    assert!(
        told.stdout
            .contains("Stripe gave no clear answer for 1 record: run `billctl usage push` again later"),
        "{told}"
    );
    assert_eq!(pushing.counted("u_1", "seats"), 7);
    let is_cancellation = |request: &&Value| request["path"] == "/v1/billing/meter_event_adjustments";
    let keys: Vec<Value> = pushing
        .emulator
        .requests()
        .iter()
        .filter(is_cancellation)
        .map(|request| request["idempotency_key"].clone())
        .collect();
    assert!(keys.len() >= 2 && keys.iter().all(|key| *key == keys[0]), "{keys:?}");
}

#[test]
fn what_a_push_leaves_undone_is_begun_since_it_was_first_sent() {
    let mut pushing = Pushing::new();
    pushing.record("u_1", 5, "a");
    pushing.record("u_1", 7, "b");
    pushing.push();
    forget_the_end(&pushing, &["a", "b"]);
    let begun = state_of(&pushing, "b");
    pushing.shop.set("BILLCTL_NOW", "2026-11-01T20:00:00Z");
    // It does not come to the second.
    pushing.emulator.fail_on("POST /v1/billing/meter_events:500-before");
    pushing.shop.billctl("usage push").exits(6);
    pushing.emulator.heal();
    assert_eq!(state_of(&pushing, "b"), begun);
    // Stripe may have forgotten both by now.
    pushing.shop.set("BILLCTL_NOW", "2026-11-02T01:00:00Z");
    let told = pushing.shop.billctl("usage push -o json").exits(0).json();
    assert_eq!((&told["sent"], &told["unsure"]), (&json!(0), &json!(2)));
}

#[test]
fn a_push_of_one_meter_leaves_alone_what_was_begun_of_another() {
    let pushing = Pushing::new();
    pushing.record("u_1", 5, "a");
    pushing.push();
    pushing.shop.billctl(&format!("usage record u_1 seats --quantity 3 --at {AT} --key s")).exits(0);
    for stream in ["", " --stream"] {
        forget_the_end(&pushing, &["a"]);
        pushing.shop.billctl(&format!("usage push --metric seats{stream}")).exits(0);
        assert_eq!(state_of(&pushing, "a").0, "sending");
        assert_eq!(state_of(&pushing, "s").0, "sent");
        pushing.push();
        assert_eq!((state_of(&pushing, "a").0.as_str(), pushing.counted("u_1", "calls")), ("sent", 5));
    }
}

#[test]
fn an_event_of_the_stream_that_stripe_cannot_read_holds_up_no_other() {
    let pushing = Pushing::new();
    for key in ["a", "b", "c"] {
        pushing.record("u_1", 1, key);
    }
    pushing.emulator.fail_on("POST /v1/billing/meter_events:500-before");
    pushing.shop.billctl("usage push").exits(6);
    pushing.emulator.heal();
    forget_the_end(&pushing, &["b"]);
    // Then Stripe takes nothing of the whole request.
    make_too_long(&pushing, "b");
    let told = pushing.shop.billctl("usage push --stream -o json").exits(7).json();
    assert_eq!((&told["sent"], &told["rejected"]), (&json!(2), &json!(1)));
    assert_eq!(pushing.counted("u_1", "calls"), 2);
    pushing.shop.billctl("usage push --stream").exits(0);
}

#[test]
fn what_stripe_refused_is_not_taken_off_what_it_has() {
    let pushing = Pushing::new();
    let shop = &pushing.shop;
    let customer = shop.billctl("customer show u_2 -o json").exits(0).json()["customer"].clone();
    pushing.emulator.delete(&format!("/v1/customers/{}", customer.as_str().unwrap()));
    pushing.record("u_2", 5, "gone");
    shop.billctl("usage push").exits(7);
    shop.billctl("events pull").exits(0);
    shop.billctl("customer create u_2").exits(0);
    pushing.record("u_2", 3, "there");
    shop.billctl("usage record u_2 calls --corrects gone --key back").exits(0);
    let told = pushing.push();
    assert_eq!((&told["sent"], &told["canceled"]), (&json!(1), &json!(1)));
    assert_eq!(pushing.counted("u_2", "calls"), 3);
    shop.billctl("usage reconcile --from 2026-10-01 --to 2026-11-01").exits(0);
}

#[test]
fn what_takes_back_a_record_that_is_refused_in_the_same_push_is_not_sent_either() {
    // Begun together, begun one after the other, and begun together on the stream.
    for (begun, stream) in [(&["a", "b", "back"][..], ""), (&["a"], ""), (&["a", "b", "back"], " --stream")] {
        let pushing = Pushing::new();
        let shop = &pushing.shop;
        pushing.record("u_1", 5, "a");
        pushing.record("u_1", 3, "b");
        shop.billctl("usage record u_1 calls --corrects a --key back").exits(0);
        pushing.emulator.fail_on("POST /v1/billing/meter_events:500-before");
        shop.billctl("usage push").exits(6);
        pushing.emulator.heal();
        forget_the_end(&pushing, begun);
        make_too_long(&pushing, "a");
        let told = shop.billctl(&format!("usage push -o json{stream}")).exits(0).json();
        assert_eq!((&told["sent"], &told["canceled"], &told["rejected"]), (&json!(1), &json!(1), &json!(0)));
        assert_eq!(pushing.counted("u_1", "calls"), 3);
        assert_eq!(shop.billctl("usage push --retry -o json").exits(0).json()["sent"], 0);
    }
}

#[test]
fn what_takes_back_a_record_that_was_refused_before_the_push_died_is_not_sent_again() {
    let pushing = Pushing::new();
    pushing.record("u_1", 5, "a");
    pushing.shop.billctl("usage record u_1 calls --corrects a --key back").exits(0);
    assert_eq!(pushing.push()["sent"], 2);
    forget_the_end(&pushing, &["back"]);
    let books = Connection::open(pushing.shop.folder().join(".billctl/emulator/books.db")).unwrap();
    let refused = "UPDATE meter_events SET state = 'rejected', error_code = 'refused', error = 'no'
                   WHERE record = (SELECT seq FROM usage_records WHERE key = 'a')";
    assert_eq!(books.execute(refused, []).unwrap(), 1);
    drop(books);
    let posted = pushing.posted();
    assert_eq!(pushing.push()["canceled"], 1);
    assert_eq!(pushing.posted(), posted);
    assert_eq!(
        (state_of(&pushing, "a").0, state_of(&pushing, "back").0),
        ("canceled".into(), "canceled".into())
    );
}

#[test]
fn what_takes_back_an_unsure_record_waits_until_somebody_says_whether_stripe_has_it() {
    let pushing = Pushing::new();
    let shop = &pushing.shop;
    shop.billctl("usage record u_1 seats --quantity 5 --at 2026-10-31T10:00:00Z --key a").exits(0);
    pushing.push();
    let books = Connection::open(shop.folder().join(".billctl/emulator/books.db")).unwrap();
    let begun_long_ago = "UPDATE meter_events SET state = 'sending', begun_at = begun_at - 90000";
    assert_eq!(books.execute(begun_long_ago, []).unwrap(), 1);
    drop(books);
    shop.billctl("usage record u_1 seats --corrects a --key back").exits(0);
    let told = pushing.push();
    assert_eq!((&told["unsure"], &told["waiting"], &told["rejected"]), (&json!(1), &json!(1), &json!(0)));
    let told = shop.billctl("usage push --unsure lost -o json").exits(0).json();
    assert_eq!((&told["unsure"], &told["waiting"], &told["canceled"]), (&json!(0), &json!(0), &json!(1)));
    assert_eq!(
        (state_of(&pushing, "a").0, state_of(&pushing, "back").0),
        ("canceled".into(), "canceled".into())
    );
}

#[test]
fn what_was_begun_long_ago_is_not_sent_again_by_itself() {
    let mut pushing = Pushing::new();
    pushing.record("u_1", 5, "a");
    pushing.emulator.fail_on("POST /v1/billing/meter_events:nth=1:stall-after");
    let mut child = pushing.shop.spawn(&["usage", "push"], Stdio::null());
    while pushing.posted() == 0 {
        std::thread::sleep(Duration::from_millis(3));
    }
    child.kill().unwrap();
    pushing.shop.finish(child);
    pushing.emulator.heal();
    pushing.shop.set("BILLCTL_NOW", "2026-11-02T00:00:00Z");
    assert_snapshot!(pushing.shop.billctl("usage push"), @"
    Nothing was to be sent
    Of 1 record nobody knows whether Stripe has them: compare with `billctl usage reconcile`, then say `--unsure lost` or `--unsure sent`
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    // Stripe has it, as the comparison tells.
    assert_snapshot!(pushing.shop.billctl("usage reconcile --from 2026-10-01 --to 2026-11-01"), @"
    Stripe counted what was recorded: 1 record of 1 customer, from 2026-10-01T00:00:00Z to 2026-11-01T00:00:00Z
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    assert_eq!(pushing.posted(), 1);
    pushing.shop.billctl("usage push --unsure sent").exits(0);
    assert_eq!((pushing.posted(), pushing.counted("u_1", "calls")), (1, 5));
    pushing.shop.billctl("usage reconcile --from 2026-10-01 --to 2026-11-01").exits(0);
}

#[test]
fn a_key_without_a_meter_in_stripe_sends_nothing() {
    let shop = Shop::new();
    shop.write("billing.toml", PLANS);
    let _emulator = shop.emulator();
    shop.billctl("usage record u_1 calls --key a").exits(0);
    assert_snapshot!(shop.billctl("usage push"), @"
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    error: Stripe has no active meter `calls`; nothing was sent
    hint: Make it with `billctl catalog sync`, and run this again
    [exit 1]
    ");
    assert_snapshot!(shop.billctl("usage push --metric call"), @"
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    error: The catalog has no meter `call`
    hint: It has calls, seats
    [exit 2]
    ");
}

#[test]
fn the_stream_sends_by_the_hundred_and_what_it_reports_is_kept() {
    let pushing = Pushing::new();
    let shop = &pushing.shop;
    let mut rows = "subject,metric,quantity,at,key\n".to_owned();
    for row in 0..250 {
        rows.push_str(&format!("u_{},calls,1,{AT},k{row}\n", row % 2 + 1));
    }
    shop.write("a.csv", rows);
    shop.billctl("usage import a.csv").exits(0);
    let sent = shop.billctl("usage push --stream -o json").exits(0).json();
    assert_eq!((&sent["sent"], pushing.posted()), (&json!(250), 0));
    let is_stream = |request: &&Value| request["path"] == "/v2/billing/meter_event_stream";
    assert_eq!(pushing.emulator.requests().iter().filter(is_stream).count(), 3);
    assert_eq!([pushing.counted("u_1", "calls"), pushing.counted("u_2", "calls")], [125, 125]);
    assert_eq!(shop.billctl("usage push --stream -o json").exits(0).json()["sent"], 0);
    // A customer that Stripe has no more: it says so afterwards, and names five.
    let customer = shop.billctl("customer show u_2 -o json").exits(0).json()["customer"].clone();
    pushing.emulator.delete(&format!("/v1/customers/{}", customer.as_str().unwrap()));
    for key in 0..7 {
        pushing.record("u_2", 1, &format!("gone-{key}"));
    }
    let told = shop.billctl("usage push --stream -o json").exits(7).json();
    assert_eq!(
        (&told["sent"], &told["rejected"], &told["rejected_unnamed"]),
        (&json!(2), &json!(5), &json!(2))
    );
    assert_eq!(shop.billctl("usage push --rejected -o json").exits(0).json().as_array().unwrap().len(), 5);
    // Told of once.
    shop.billctl("usage push").exits(0);
}

#[test]
fn killed_at_any_request_of_the_stream_nothing_counts_twice() {
    let pushing = Pushing::new();
    let mut expected = 0;
    for round in 0..4 {
        let mut rows = "subject,metric,quantity,at,key\n".to_owned();
        for row in 0..150 {
            rows.push_str(&format!("u_1,calls,1,{AT},r{round}-{row}\n"));
            expected += 1;
        }
        pushing.shop.write("a.csv", rows);
        pushing.shop.billctl("usage import a.csv").exits(0);
        let is_stream = |request: &&Value| request["path"] == "/v2/billing/meter_event_stream";
        let before = pushing.emulator.requests().iter().filter(is_stream).count();
        let fault = if round % 2 == 0 { "stall-after" } else { "stall-before" };
        pushing
            .emulator
            .fail_on(&format!("POST /v2/billing/meter_event_stream:nth={}:{fault}", round / 2 + 1));
        let mut child = pushing.shop.spawn(&["usage", "push", "--stream"], Stdio::null());
        while pushing.emulator.requests().iter().filter(is_stream).count() < before + 2
            && child.try_wait().unwrap().is_none()
        {
            std::thread::sleep(Duration::from_millis(3));
        }
        let _ = child.kill();
        pushing.shop.finish(child);
        pushing.emulator.heal();
    }
    pushing.shop.billctl("usage push --stream").exits(0);
    assert_eq!(pushing.counted("u_1", "calls"), expected);
}
