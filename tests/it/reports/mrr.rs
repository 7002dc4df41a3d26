//! Recurring revenue and its movements.

use std::collections::BTreeMap;

use fastrand::Rng;
use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::till::{NOW, Till, ended, event, item, subscription};

/// ada: 49.00 from August on, 99.00 from October on, told by an event.
/// bob: 49.00 from September to October; back with 99.00 in November.
/// cyd: on trial since the end of October, with 49.00 from November on.
/// dan: a year for 1,200.00, from September on.
fn till() -> Till {
    let mut till = Till::new();
    let ada = subscription("sub_ada", "cus_ada", "2026-08-01T00:00:00Z", "active", 9_900);
    let bob = subscription("sub_bob", "cus_bob", "2026-09-01T00:00:00Z", "active", 4_900);
    let mut cyd = subscription("sub_cyd", "cus_cyd", "2026-10-30T00:00:00Z", "active", 4_900);
    cyd["trial_start"] = cyd["start_date"].clone();
    cyd["trial_end"] = json!(super::second("2026-11-06T00:00:00Z"));
    let mut dan = subscription("sub_dan", "cus_dan", "2026-09-10T00:00:00Z", "active", 120_000);
    dan["items"]["data"][0]["price"]["recurring"]["interval"] = json!("year");
    till.fetch(&[
        ended(&bob, "2026-10-01T00:00:00Z"),
        subscription("sub_bob2", "cus_bob", "2026-11-03T00:00:00Z", "active", 9_900),
        cyd,
        dan,
    ]);
    let before = json!({"items": {"data": [item("sub_ada", 4_900)]}});
    till.receive(&[event("evt_1", "customer.subscription.updated", "2026-10-05T00:00:00Z", &ada, before)]);
    till
}

#[test]
fn a_report_says_what_came_in_a_month_and_what_moved_it() {
    let till = till();
    assert_snapshot!(till.shop.billctl("report mrr --from 2026-08-01 --to 2026-12-01"), @"
    Monthly recurring revenue
    2026-08-01 to 2026-12-01 (UTC)

    recurring a month       347.00 USD
    customers                        4
    a customer, on average   86.75 USD

    USD
    month           new  expansion  reactivation  contraction       churn  at the end
    2026-08   49.00 USD   0.00 USD      0.00 USD     0.00 USD    0.00 USD   49.00 USD
    2026-09  149.00 USD   0.00 USD      0.00 USD     0.00 USD    0.00 USD  198.00 USD
    2026-10    0.00 USD  50.00 USD      0.00 USD     0.00 USD  -49.00 USD  199.00 USD
    2026-11   49.00 USD   0.00 USD     99.00 USD     0.00 USD    0.00 USD  347.00 USD
    [exit 0]
    ");
    let document = till.report("mrr --from 2026-08-01 --to 2026-12-01");
    let told: Vec<[i64; 3]> = document["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            let end = line["end"]["amount"].as_i64().unwrap();
            [
                end,
                line["customers_end"].as_i64().unwrap(),
                line["average_per_customer"]["amount"].as_i64().unwrap(),
            ]
        })
        .collect();
    assert_eq!(told, [[4_900, 1, 4_900], [19_800, 3, 6_600], [19_900, 2, 9_950], [34_700, 4, 8_675]]);
}

#[test]
fn every_movement_is_named_with_its_customer_and_subscription() {
    let till = till();
    let document = till.report("mrr --from 2026-10-01 --to 2026-12-01 --explain");
    let told: Vec<(&str, &str, i64, &str)> = document["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let change = one["after"]["amount"].as_i64().unwrap() - one["before"]["amount"].as_i64().unwrap();
            let subscription = one["subscriptions"][0].as_str().unwrap();
            (one["movement"].as_str().unwrap(), one["customer"].as_str().unwrap(), change, subscription)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("churn", "cus_bob", -4_900, "sub_bob"),
            ("expansion", "cus_ada", 5_000, "sub_ada"),
            ("reactivation", "cus_bob", 9_900, "sub_bob2"),
            ("new", "cus_cyd", 4_900, "sub_cyd"),
        ]
    );
    let churn = till.report("churn --from 2026-10-01 --to 2026-12-01 --explain");
    assert_eq!(churn["objects"].as_array().unwrap().len(), 1);
}

#[test]
fn invoices_tell_what_it_was_before_any_event_came() {
    let mut till = Till::new();
    let invoice = |id: &str, from: &str, to: &str, unit: i64| {
        let (from, to) = (super::second(from), super::second(to));
        json!({"id": id, "object": "invoice", "status": "paid", "billing_reason": "subscription_cycle", "currency": "usd",
            "period_end": from, "created": from, "parent": {"subscription_details": {"subscription": "sub_1"}},
            "lines": {"has_more": false, "data": [{"id": format!("il_{id}"), "amount": unit, "quantity": 1,
                "pricing": {"unit_amount_decimal": unit.to_string()}, "period": {"start": from, "end": to},
                "parent": {"subscription_item_details": {"subscription_item": "si_sub_1", "proration": false}}}]}})
    };
    let now = subscription("sub_1", "cus_1", "2024-08-01T00:00:00Z", "active", 9_900);
    let invoices = [
        invoice("in_1", "2024-08-01T00:00:00Z", "2024-09-01T00:00:00Z", 1_900),
        invoice("in_2", "2024-09-01T00:00:00Z", "2024-10-01T00:00:00Z", 1_900),
        invoice("in_3", "2024-10-01T00:00:00Z", "2024-11-01T00:00:00Z", 9_900),
    ];
    till.fetch(&invoices);
    till.fetch(&[now]);
    let document = till.report("mrr --from 2024-08-01 --to 2024-11-01");
    let ends: Vec<i64> = document["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["end"]["amount"].as_i64().unwrap())
        .collect();
    assert_eq!(ends, [1_900, 1_900, 9_900]);
    // An invoice that turns out void says nothing any more.
    let mut void = invoices[0].clone();
    void["status"] = json!("void");
    let mut other = invoices[1].clone();
    other["status"] = json!("void");
    till.fetch(&[void, other]);
    let document = till.report("mrr --from 2024-08-01 --to 2024-11-01");
    assert_eq!(document["lines"][0]["end"]["amount"], 9_900);
}

#[test]
fn a_mirror_of_before_says_that_it_has_to_be_made_anew() {
    let till = till();
    let connection = rusqlite::Connection::open(till.mirror.path()).unwrap();
    connection.execute("DELETE FROM settings WHERE name = 'movements'", []).unwrap();
    let refused = till.shop.billctl("report mrr").exits(1);
    assert!(refused.stderr.contains("billctl mirror rebuild"), "{refused}");
    till.shop.billctl("mirror rebuild --yes").exits(0);
    till.shop.billctl("report mrr").exits(0);
}

const START: &str = "2023-11-01T00:00:00Z";

/// Random lives of subscriptions over three years: what events tell of them, in the order in which it happened.
fn lives(rng: &mut Rng, subscriptions: usize) -> Vec<Value> {
    let mut events = Vec::new();
    let text = |second: i64| jiff::Timestamp::from_second(second).unwrap().to_string();
    for number in 0..subscriptions {
        let id = format!("sub_{number}");
        let customer = format!("cus_{}", rng.usize(0..subscriptions));
        let mut at = super::second(START) + rng.i64(0..600 * 86_400);
        let mut amount = rng.i64(1..200) * 100;
        let mut status = *rng.choice(&["active", "trialing", "incomplete"]).unwrap();
        let from = text(at);
        let object = |status: &str, amount: i64| subscription(&id, &customer, &from, status, amount);
        let mut count = 0;
        let mut name = || {
            count += 1;
            format!("evt_{number}_{count}")
        };
        events.push(event(
            &name(),
            "customer.subscription.created",
            &from,
            &object(status, amount),
            Value::Null,
        ));
        for _ in 0..rng.usize(0..8) {
            at += rng.i64(1..90 * 86_400);
            let (mut previous, mut next) = (json!({}), object(status, amount));
            match rng.u8(0..3) {
                0 => {
                    previous["items"] = next["items"].clone();
                    amount = rng.i64(1..200) * 100;
                    next = object(status, amount);
                }
                1 => {
                    previous["status"] = json!(status);
                    status = *rng.choice(&["active", "past_due", "unpaid", "paused"]).unwrap();
                    next = object(status, amount);
                }
                // A renewal changes nothing that counts.
                _ => previous["latest_invoice"] = json!("in_0"),
            }
            events.push(event(&name(), "customer.subscription.updated", &text(at), &next, previous));
        }
        if rng.bool() {
            at += rng.i64(1..90 * 86_400);
            let over = ended(&object(status, amount), &text(at));
            events.push(event(&name(), "customer.subscription.deleted", &text(at), &over, Value::Null));
        }
    }
    events.sort_by_key(|event| event["created"].as_i64());
    events.retain(|event| event["created"].as_i64().unwrap() < super::second(NOW));
    events
}

/// What every subscription came to just before a second, by the last event of each in the books' raw JSON.
fn by_sql(till: &Till, before: i64) -> (i64, i64) {
    let sql = |what: &str| {
        format!(
            "SELECT {what} FROM (
                SELECT body ->> '$.data.object.customer' AS customer,
                    CASE WHEN body ->> '$.data.object.status' IN ('active', 'past_due')
                        THEN body ->> '$.data.object.items.data[0].price.unit_amount' ELSE 0 END AS amount,
                    row_number() OVER (PARTITION BY object_id ORDER BY created DESC) AS place
                FROM books.events WHERE created < {before}
             ) WHERE place = 1 AND amount > 0"
        )
    };
    (
        till.ask::<i64>(&sql("coalesce(sum(amount), 0)"))[0],
        till.ask::<i64>(&sql("count(DISTINCT customer)"))[0],
    )
}

fn check(seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let mut events = lives(&mut rng, 25);
    let mut till = Till::new();
    rng.shuffle(&mut events);
    till.receive(&events);
    let document = till.report("mrr --from 2023-11-01 --to 2026-12-01");
    let mut stands = (0, 0);
    for line in document["lines"].as_array().unwrap() {
        let to = super::second(line["to"].as_str().unwrap());
        let minor = |value: &Value| value["amount"].as_i64().unwrap();
        let told = (minor(&line["end"]), line["customers_end"].as_i64().unwrap());
        assert_eq!(told, by_sql(&till, to), "seed {seed}: {line}");
        // It begins as the one before it ended, and its movements lead to its end.
        assert_eq!((minor(&line["start"]), line["customers_start"].as_i64().unwrap()), stands, "seed {seed}");
        let moved = |name: &str| minor(&line[name]["amount"]);
        let up = moved("new") + moved("expansion") + moved("reactivation");
        assert_eq!(minor(&line["end"]), minor(&line["start"]) + up - moved("contraction") - moved("churn"));
        stands = told;
    }
    // Days, and the movements themselves, come to the same as months.
    let explained = till.report("mrr --from 2023-11-01 --to 2026-12-01 --explain");
    let mut of_kinds: BTreeMap<&str, i64> = BTreeMap::new();
    for one in explained["objects"].as_array().unwrap() {
        let change = one["after"]["amount"].as_i64().unwrap() - one["before"]["amount"].as_i64().unwrap();
        *of_kinds.entry(one["movement"].as_str().unwrap()).or_default() += change.abs();
    }
    for kind in ["new", "expansion", "reactivation", "contraction", "churn"] {
        let lines = document["lines"].as_array().unwrap();
        let sum: i64 = lines.iter().map(|line| line[kind]["amount"]["amount"].as_i64().unwrap()).sum();
        assert_eq!(sum, of_kinds.get(kind).copied().unwrap_or(0), "seed {seed}: {kind}");
    }
    // In another time zone each movement is read.
    let berlin = till.report("mrr --from 2023-11-01 --to 2026-12-01 --timezone Europe/Berlin");
    let last = |document: &Value| document["lines"].as_array().unwrap().last().unwrap()["end"].clone();
    assert_eq!(last(&berlin), last(&document), "seed {seed}");
    till.shop.billctl("mirror rebuild --yes").exits(0);
    assert_eq!(till.report("mrr --from 2023-11-01 --to 2026-12-01"), document, "seed {seed}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn recurring_revenue_is_that_of_sql_over_the_raw_events(seed: u64) {
        check(seed);
    }
}
