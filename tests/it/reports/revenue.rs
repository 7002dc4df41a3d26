//! What came in and went back.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::till::{NOW, Till, charge, product, refund};

/// October: 99.00 and 49.00 in dollars, of which 49.00 went back in November, and 10.00 in euros.
/// November: 179.00 in dollars, and a dispute over 99.00 that was lost. What failed, or was never taken, is no revenue.
fn till() -> Till {
    let mut till = Till::new();
    let mut on_hold = charge("ch_hold", "2026-11-04T00:00:00Z", 70_000, "usd");
    on_hold["captured"] = json!(false);
    on_hold["amount_captured"] = json!(0);
    let invoice = |id: &str, charge: &str, lines: Value| {
        json!({"id": id, "object": "invoice", "status": "paid", "currency": "usd", "payment_intent": format!("pi_{charge}"),
            "lines": {"data": lines}})
    };
    let line = |id: &str, product: &str, amount: i64| json!({"id": id, "amount": amount, "pricing": {"price_details": {"product": product, "price": "price_1"}}});
    till.fetch(&[
        charge("ch_1", "2026-10-05T10:00:00Z", 9_900, "usd"),
        charge("ch_2", "2026-10-31T23:30:00Z", 4_900, "usd"),
        charge("ch_3", "2026-10-10T10:00:00Z", 1_000, "eur"),
        charge("ch_4", "2026-11-03T10:00:00Z", 17_900, "usd"),
        super::till::failed("ch_5", "2026-11-03T11:00:00Z", "expired_card"),
        on_hold,
        refund("re_1", "ch_2", "2026-11-02T00:00:00Z", 4_900, "usd", "succeeded"),
        refund("re_2", "ch_1", "2026-11-02T00:00:00Z", 500, "usd", "failed"),
        json!({"id": "dp_1", "object": "dispute", "charge": "ch_1", "status": "lost", "amount": 9_900, "currency": "usd",
            "created": super::second("2026-11-05T00:00:00Z")}),
        json!({"id": "dp_2", "object": "dispute", "charge": "ch_4", "status": "won", "amount": 17_900, "currency": "usd",
            "created": super::second("2026-11-06T00:00:00Z")}),
        product("prod_pro", Some("pro")),
        product("prod_biz", None),
        invoice("in_1", "ch_1", json!([line("il_1", "prod_pro", 9_900)])),
        // What is left of one plan is taken off the other.
        invoice("in_4", "ch_4", json!([line("il_2", "prod_pro", -4_000), line("il_3", "prod_biz", 21_900)])),
    ]);
    till
}

const TIME: &str = "--from 2026-10-01 --to 2026-12-01";

#[test]
fn a_report_says_what_came_in_and_what_went_back() {
    let till = till();
    assert_snapshot!(till.shop.billctl(&format!("report revenue {TIME}")), @"
    Revenue
    2026-10-01 to 2026-12-01 (UTC)

    gross           10.00 EUR
    refunds          0.00 EUR
    net             10.00 EUR
    gross          327.00 USD
    refunds        -49.00 USD
    lost disputes  -99.00 USD
    net            179.00 USD

    EUR
    month    payments      gross   refunds  disputes        net
    2026-10         1  10.00 EUR  0.00 EUR  0.00 EUR  10.00 EUR  ███████████████████
    2026-11         0   0.00 EUR  0.00 EUR  0.00 EUR   0.00 EUR

    USD
    month    payments       gross     refunds    disputes         net
    2026-10         2  148.00 USD    0.00 USD    0.00 USD  148.00 USD  █████████████
    2026-11         1  179.00 USD  -49.00 USD  -99.00 USD   31.00 USD  ██▊
    [exit 0]
    ");
    let document = till.report(&format!("revenue {TIME}"));
    let net: Vec<(&str, i64, i64)> = document["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            let minor = |name: &str| line[name]["amount"].as_i64().unwrap();
            (line["currency"].as_str().unwrap(), minor("gross"), minor("net"))
        })
        .collect();
    assert_eq!(net, [("eur", 1_000, 1_000), ("usd", 14_800, 14_800), ("eur", 0, 0), ("usd", 17_900, 3_100)]);
}

#[test]
fn a_plan_is_the_product_that_most_of_an_invoice_is_for() {
    let document = till().report(&format!("revenue {TIME} --by plan"));
    let told: Vec<(&str, i64, i64)> = document["lines"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["currency"] == "usd")
        .map(|line| {
            let minor = |name: &str| line[name]["amount"].as_i64().unwrap();
            (line["plan"].as_str().unwrap(), minor("gross"), minor("net"))
        })
        .collect();
    assert_eq!(told, [("PROD_BIZ", 17_900, 17_900), ("pro", 9_900, 0), ("other", 4_900, 0)]);
}

#[test]
fn every_figure_is_the_sum_of_the_objects_behind_it() {
    let till = till();
    let document = till.report(&format!("revenue {TIME} --explain"));
    let mut sums: BTreeMap<(String, String), i64> = BTreeMap::new();
    for object in document["objects"].as_array().unwrap() {
        let key = (
            object["object"].as_str().unwrap().to_owned(),
            object["amount"]["currency"].as_str().unwrap().to_owned(),
        );
        *sums.entry(key).or_default() += object["amount"]["amount"].as_i64().unwrap();
    }
    for total in document["totals"].as_array().unwrap() {
        let currency = total["currency"].as_str().unwrap().to_owned();
        let sum = |kind: &str| sums.get(&(kind.to_owned(), currency.clone())).copied().unwrap_or(0);
        assert_eq!(total["gross"]["amount"], sum("charge"));
        assert_eq!(total["refunded"]["amount"], sum("refund"));
        assert_eq!(total["disputed"]["amount"], sum("dispute"));
    }
    let rows = till.shop.billctl(&format!("report revenue {TIME} --explain -o csv")).exits(0).stdout;
    assert_eq!(rows.lines().count(), 7, "{rows}");
}

#[test]
fn days_are_those_of_the_time_zone() {
    let document =
        till().report("revenue --from 2026-11-01 --to 2026-11-02 --by day --timezone Europe/Berlin");
    assert_eq!(document["lines"][0]["gross"]["amount"], 4_900);
}

#[test]
fn what_a_subject_spent_is_its_own() {
    let mut till = till();
    let mut other = charge("ch_9", "2026-11-07T00:00:00Z", 777, "usd");
    other["customer"] = json!("cus_2");
    till.fetch(&[
        other,
        json!({"id": "cus_2", "object": "customer", "metadata": {"billctl_subject": "u_2"}, "created": 1}),
    ]);
    till.shop.billctl("customer link u_2 cus_2 --yes");
    let document = till.report(&format!("revenue {TIME} --subject cus_2"));
    assert_eq!(document["totals"][0]["gross"]["amount"], 777);
    till.shop.billctl("report revenue --subject nobody").exits(1);
}

#[test]
fn nothing_is_said_to_be_nothing() {
    assert_snapshot!(Till::new().shop.billctl("report revenue"), @"
    Revenue
    2026-11-01 to 2026-12-01 (UTC)

    No money came in or went back
    [exit 0]
    ");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn the_figures_are_those_of_sql_over_the_raw_json(
        charges in prop::collection::vec((0_i64..90, 0..86_400_i64, 1..100_000_i64, 0..3_usize, prop::bool::ANY), 1..40),
        refunds in prop::collection::vec((0_i64..90, 0..40_usize, 1..5_000_i64, 0..3_usize), 0..20),
    ) {
        let start = super::second("2026-09-01T00:00:00Z");
        let mut till = Till::new();
        let currencies = ["usd", "eur", "jpy"];
        let mut objects: Vec<Value> = Vec::new();
        for (index, (day, second, amount, currency, good)) in charges.iter().enumerate() {
            let mut object = charge(&format!("ch_{index}"), NOW, *amount, currencies[*currency]);
            object["created"] = json!(start + day * 86_400 + second);
            if !good {
                object["status"] = json!("failed");
            }
            objects.push(object);
        }
        for (index, (day, of, amount, status)) in refunds.iter().enumerate() {
            let of = of % charges.len();
            let status = ["succeeded", "pending", "failed"][*status];
            let mut object = refund(&format!("re_{index}"), &format!("ch_{of}"), NOW, *amount, currencies[charges[of].3], status);
            object["created"] = json!(start + day * 86_400);
            objects.push(object);
        }
        till.fetch(&objects);
        let document = till.report("revenue --from 2026-09-01 --to 2026-12-01");
        for line in document["lines"].as_array().unwrap() {
            let bounds = ["from", "to"].map(|name| super::second(line[name].as_str().unwrap()));
            let currency = line["currency"].as_str().unwrap();
            let raw = |kind: &str, amount: &str, condition: &str| -> i64 {
                till.ask(&format!(
                    "SELECT coalesce(sum(body ->> '$.{amount}'), 0) FROM objects WHERE kind = '{kind}' AND {condition}
                     AND body ->> '$.currency' = '{currency}'
                     AND body ->> '$.created' >= {} AND body ->> '$.created' < {}",
                    bounds[0], bounds[1]
                ))[0]
            };
            let gross = raw("charge", "amount_captured", "body ->> '$.status' = 'succeeded'");
            let back = raw("refund", "amount", "body ->> '$.status' <> 'failed'");
            prop_assert_eq!(line["gross"]["amount"].as_i64(), Some(gross));
            prop_assert_eq!(line["net"]["amount"].as_i64(), Some(gross - back));
        }
    }
}
