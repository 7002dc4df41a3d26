//! The events of fixtures/events, each through what an event goes through: verified, stored, projected.

use std::collections::{BTreeMap, BTreeSet};

use billctl::billing::event::Event;
use billctl::billing::signature;
use billctl::store::books::{Added, Books, NewEvent, Source};
use billctl::store::mirror::{Mirror, Outcome};
use jiff::Timestamp;
use rusqlite::Connection;
use rusqlite::types::Value as Sql;

use super::fixture;

/// The events that the five systems live by, as the pinned version tells them.
const OF_THE_SYSTEMS: [&str; 10] = [
    "checkout.session.completed",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.trial_will_end",
    "customer.subscription.updated",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.payment_succeeded",
    "payment_intent.payment_failed",
    "payment_intent.succeeded",
];

/// A fixture, what became of it, and the row that it made: a query of one row, with its cells side by side.
type Case = (&'static str, Outcome, &'static str, &'static str);

const SUBSCRIPTION: &str =
    "SELECT subscriptions.id, customer, status, subscriptions.current_period_end, trial_end, price
     FROM subscriptions JOIN subscription_items ON subscription = subscriptions.id";
const INVOICE: &str =
    "SELECT id, customer, subscription, status, total, amount_paid, attempt_count FROM invoices";
const INTENT: &str =
    "SELECT id, status, amount, amount_received, failure_code, decline_code FROM payment_intents";
const CUSTOMER: &str = "SELECT id, name, email FROM customers";
const OBJECT: &str = "SELECT id, kind, deleted FROM objects";
const NONE: &str = "SELECT count(*) FROM objects";

const CASES: [Case; 19] = [
    (
        "checkout.session.completed",
        Outcome::Applied,
        "SELECT id, mode, status, payment_status, amount_total, payment_intent FROM checkout_sessions",
        "cs_test_wWxddtWqrDXtlFEabxT5upBI9lcEMLIZfPa0C2fxudHxKeZCEKDGUVA4So payment complete paid 3000 pi_t6VEguNLRSLfaVsfgWNh4JG0",
    ),
    ("customer.deleted", Outcome::Applied, OBJECT, "cus_TfixtureUnicode customer 1"),
    (
        "customer.subscription.created",
        Outcome::Applied,
        SUBSCRIPTION,
        "sub_1gdG7ry2Tg0DKYyHwm97nRw3 cus_2jUnOhBZPYACDI trialing 1795452307 1795452307 price_ZDAooxT3R8A8aBvfVP35b53L",
    ),
    (
        "customer.subscription.deleted",
        Outcome::Applied,
        SUBSCRIPTION,
        "sub_255FvZXayLiyI75sYp7vVmSe cus_QXB51cEx8ewcQU canceled 1797871507 - price_3qUEBpma73FMFErXZFx3lWaG",
    ),
    (
        "customer.subscription.trial_will_end",
        Outcome::Applied,
        SUBSCRIPTION,
        "sub_1gdG7ry2Tg0DKYyHwm97nRw3 cus_2jUnOhBZPYACDI trialing 1795452307 1795452307 price_ZDAooxT3R8A8aBvfVP35b53L",
    ),
    (
        "customer.subscription.updated",
        Outcome::Applied,
        SUBSCRIPTION,
        "sub_255FvZXayLiyI75sYp7vVmSe cus_QXB51cEx8ewcQU active 1797871507 - price_3qUEBpma73FMFErXZFx3lWaG",
    ),
    (
        "customer.subscription.updated-2024-06-20",
        Outcome::Applied,
        SUBSCRIPTION,
        "sub_1PqoldShapeAAAAAAAAAAAA cus_QoldShapeAAAAA active 1796083200 - price_1PqoldShapeAAAAAAAAAAAA",
    ),
    (
        "customer.updated-unicode",
        Outcome::Applied,
        CUSTOMER,
        "cus_TfixtureUnicode Zoë Ångström grüße@example.com",
    ),
    (
        "invoice.paid",
        Outcome::Applied,
        INVOICE,
        "in_N2guc7mWlNaTcszUAtpZxIjl cus_QXB51cEx8ewcQU sub_255FvZXayLiyI75sYp7vVmSe paid 1500 1500 1",
    ),
    (
        "invoice.paid-2024-06-20",
        Outcome::Applied,
        INVOICE,
        "in_1PqoldShapeBBBBBBBBBBBB cus_QoldShapeAAAAA sub_1PqoldShapeAAAAAAAAAAAA paid 9900 9900 1",
    ),
    (
        "invoice.payment_failed",
        Outcome::Applied,
        INVOICE,
        "in_b1qySUGTJgsdoLkek7QU6XVO cus_X2LcoPTo6z7hYZ sub_h5qOnvK4U1AeX1ePaWjjD2Wb open 1500 0 1",
    ),
    (
        "invoice.payment_succeeded",
        Outcome::Applied,
        INVOICE,
        "in_N2guc7mWlNaTcszUAtpZxIjl cus_QXB51cEx8ewcQU sub_255FvZXayLiyI75sYp7vVmSe paid 1500 1500 1",
    ),
    ("invoice.upcoming-without-id", Outcome::Kept, NONE, "0"),
    (
        "payment_intent.payment_failed",
        Outcome::Applied,
        INTENT,
        "pi_i2XuV9KfBfHAUYK3pWUyIhg9 requires_payment_method 2000 0 card_declined generic_decline",
    ),
    (
        "payment_intent.succeeded",
        Outcome::Applied,
        INTENT,
        "pi_l5HFGRWn2FUQswbTInkIC0ST succeeded 2000 2000 - -",
    ),
    ("pretty-printed", Outcome::Applied, CUSTOMER, "cus_TfixturePretty0 Zoë Ångström grüße@example.com"),
    ("thin-customer.updated", Outcome::Kept, NONE, "0"),
    ("thin-meter-error", Outcome::Kept, NONE, "0"),
    ("unknown-type", Outcome::Applied, OBJECT, "moon_1TfixtureUnknown moon.landing 0"),
];

/// The names of all fixtures.
fn names() -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/events");
    fs_err::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.strip_suffix(".json").unwrap().to_owned())
        .collect()
}

fn cells(connection: &Connection, query: &str) -> String {
    let mut statement = connection.prepare(query).unwrap();
    let columns = statement.column_count();
    let row: Vec<String> = statement
        .query_row([], |row| {
            Ok((0..columns)
                .map(|index| match row.get(index).unwrap() {
                    Sql::Null => "-".to_owned(),
                    Sql::Integer(number) => number.to_string(),
                    Sql::Text(text) => text,
                    Sql::Real(_) | Sql::Blob(_) => panic!("no column holds that"),
                })
                .collect())
        })
        .unwrap();
    row.join(" ")
}

#[test]
fn every_event_that_a_system_lives_by_is_a_fixture_of_the_pinned_version() {
    for event_type in OF_THE_SYSTEMS {
        let body = fixture(event_type)["body"].as_str().unwrap().to_owned();
        let event: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(event["type"], event_type);
        assert_eq!(event["api_version"], "2026-10-28.endive");
    }
}

#[test]
fn every_fixture_is_verified_stored_and_projected() {
    let cases: BTreeMap<&str, Case> = CASES.into_iter().map(|case| (case.0, case)).collect();
    assert_eq!(names(), cases.keys().map(|name| (*name).to_owned()).collect());
    for (name, (_, outcome, query, row)) in cases {
        let fixture = fixture(name);
        let field = |name: &str| fixture[name].as_str().unwrap();
        let body = field("body").as_bytes();
        let now = fixture["time"].as_i64().unwrap();
        let held = signature::verify(&[field("secret")], field("signature"), body, now, 0);
        assert!(held.is_ok(), "{name}: {held:?}");
        let other = signature::verify(&["whsec_test_other"], field("signature"), body, now, 0);
        assert!(other.is_err(), "{name}");

        let folder = tempfile::tempdir().unwrap();
        let mut books = Books::open(&folder.path().join("books.db")).unwrap();
        let mut mirror = Mirror::open(&folder.path().join("mirror.db"), true).unwrap();
        let event = Event::read(body).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!event.livemode, "{name}");
        let received_at = Timestamp::from_second(now).unwrap();
        let new = NewEvent { event: &event, body, received_at, source: Source::Webhook };
        assert!(matches!(books.add_events(&[new]).unwrap().as_slice(), [Added::Stored { .. }]), "{name}");
        assert_eq!(books.body(1).unwrap().as_deref(), Some(body), "{name}");

        mirror.apply_pending(&books, 10, received_at).unwrap();
        assert_eq!(mirror.outcome(1).unwrap().unwrap().outcome, outcome, "{name}");
        let connection = Connection::open(mirror.path()).unwrap();
        assert_eq!(cells(&connection, query), row, "{name}");
    }
}
