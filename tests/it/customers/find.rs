//! From what a person has at hand to the customer.

use insta::assert_snapshot;
use serde_json::Value;

use super::{advance, customer, nexus, subscribe, text};
use crate::support::Shop;

#[track_caller]
fn check(shop: &Shop, what: &str, by: &str, customer: &str) {
    let found = shop.billctl(&format!("customer find {what} -o json")).exits(0).json();
    let found: Vec<(&str, &str)> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["by"].as_str().unwrap(), one["customer"].as_str().unwrap()))
        .collect();
    assert!(found.contains(&(by, customer)), "{what}: {found:?}");
    assert!(found.iter().all(|(_, found)| *found == customer), "{what}: {found:?}");
}

#[test]
fn a_customer_is_found_by_whatever_is_at_hand() {
    let (shop, emulator) = nexus();
    let ada = customer(&emulator, "u_1", "pm_card_visa");
    let bob = customer(&emulator, "u_2", "pm_card_mastercard");
    let subscription = subscribe(&emulator, &ada, "nexus_pro_monthly", "");
    subscribe(&emulator, &bob, "nexus_starter_monthly", "");
    shop.billctl("events pull").exits(0);
    let invoice = &emulator.list(&format!("/v1/invoices?customer={ada}"))[0];
    let charge = &emulator.list(&format!("/v1/charges?customer={ada}"))[0];
    let refund = emulator.post("/v1/refunds", &format!("charge={}", text(&charge["id"])));
    shop.billctl("events pull").exits(0);
    check(&shop, &ada, "customer", &ada);
    check(&shop, "u_1", "subject", &ada);
    check(&shop, "U_1@example.com", "email", &ada);
    check(&shop, &subscription, "subscription", &ada);
    check(&shop, &text(&invoice["id"]), "invoice", &ada);
    check(&shop, &text(&invoice["number"]).to_lowercase(), "invoice number", &ada);
    check(&shop, &text(&charge["payment_intent"]), "payment_intent", &ada);
    check(&shop, &text(&refund["id"]), "refund", &ada);
    check(&shop, "4242", "card", &ada);
    check(&shop, "4444", "card", &bob);
    // The card is on a payment, too.
    let by_card = shop.billctl("customer find 4242 -o json").exits(0).json();
    assert_eq!(by_card.as_array().unwrap().len(), 1, "{by_card:#}");
    let events = shop.billctl(&format!("events list --customer {bob} -n 1 -o json")).json();
    check(&shop, events[0]["id"].as_str().unwrap(), "event", &bob);
}

#[test]
fn nothing_found_is_said_and_ends_with_1() {
    let (shop, emulator) = nexus();
    customer(&emulator, "user_ada", "pm_card_visa");
    shop.billctl("events pull").exits(0);
    assert_snapshot!(shop.billctl("customer find user_eda"), @"
    Nothing that is known leads to a customer from there
    [stderr]
    hint: Did you mean `user_ada`?
    [exit 1]
    ");
    let found = shop.billctl("customer find nobody@example.com -o json").exits(1);
    assert_eq!(found.json(), Value::Array(Vec::new()));
}

#[test]
fn customers_are_listed_by_plan_and_by_status() {
    let (shop, emulator) = nexus();
    let ada = customer(&emulator, "u_1", "pm_card_visa");
    // The newest comes first, to the second.
    advance(&emulator, 1);
    customer(&emulator, "u_2", "pm_card_visa");
    subscribe(&emulator, &ada, "nexus_pro_monthly", "");
    assert_snapshot!(shop.billctl("customer list --fresh"), @"
    customer            subject  plan  status  email
    cus_XXXXXXXXXXXXX1  u_2      free  -       u_2@example.com
    cus_XXXXXXXXXXXXX2  u_1      pro   active  u_1@example.com
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    let ids = |line: &str| -> Vec<String> {
        let listed = shop.billctl(line).exits(0).json();
        listed.as_array().unwrap().iter().map(|one| text(&one["subject"])).collect()
    };
    assert_eq!(ids("customer list --plan pro -o json"), ["u_1"]);
    assert_eq!(ids("customer list --plan free -o json"), ["u_2"]);
    assert_eq!(ids("customer list --status none -o json"), ["u_2"]);
    assert_eq!(ids("customer list --status past_due -o json"), Vec::<String>::new());
    assert_eq!(ids("customer list -n 1 -o json").len(), 1);
    assert_snapshot!(shop.billctl("customer list --plan por"), @"
    [stderr]
    error: The billing file has no plan `por`
    hint: Did you mean `pro`?
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("customer list --status overdue"), @"
    [stderr]
    error: No subscription has the status `overdue`
    hint: Known statuses: `active`, `canceled`, `incomplete`, `incomplete_expired`, `none`, `past_due`, `paused`, `trialing`, `unpaid`
    [exit 2]
    ");
}
