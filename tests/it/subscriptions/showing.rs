//! Subscriptions as support sees them, from the mirror.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{nexus, subscribed, text, told};
use crate::support::Shop;

fn ids(shop: &Shop, line: &str) -> Vec<String> {
    let listed = told(shop, &format!("list {line}"));
    let mut ids: Vec<String> = listed.as_array().unwrap().iter().map(|one| text(&one["id"])).collect();
    ids.sort();
    ids
}

#[test]
fn a_subscription_is_shown_with_what_comes_next() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    told(&shop, "change u_1 --plan starter --at-period-end");
    shop.billctl("events pull").exits(0);
    let filters = vec![(r"[A-Z0-9]{8}-0001", "[NUMBER]")];
    let shown = shop.billctl("subscription show u_1");
    insta::with_settings!({filters => filters}, { assert_snapshot!(shown, @"
    subscription  sub_XXXXXXXXXXXXXXXXXXXXXXX1
    subject       u_1
    customer      cus_XXXXXXXXXXXXX1
    plan          pro
    status        active: renews at 2026-12-01T00:00:00Z
    period        2026-11-01T00:00:00Z to 2026-12-01T00:00:00Z
    scheduled     nexus_starter_monthly from 2026-12-01T00:00:00Z

    price              id                              how many     amount  every
    nexus_pro_monthly  price_XXXXXXXXXXXXXXXXXXXXXXX1         1  99.00 USD  month

    last invoices         number             total  status  because of
    2026-11-01T00:00:00Z  [NUMBER]  99.00 USD  paid    subscription_create

    next
    billctl subscription schedule u_1 --drop  drop what is scheduled
    [exit 0]
    ") });
    let shown = told(&shop, "show u_1");
    assert_eq!(
        (&shown["plan"], &shown["scheduled"]),
        (&json!("pro"), &json!([{"at": "2026-12-01T00:00:00Z", "prices": ["nexus_starter_monthly"]}]))
    );
    assert_eq!(shown["invoices"][0]["total"]["amount"], 9900);
    let same = told(&shop, &format!("show {}", text(&shown["id"])));
    assert_eq!(same["id"], shown["id"]);
}

#[test]
fn lists_are_filtered_by_who_what_and_how() {
    let (shop, emulator) = nexus();
    let id = |made: &Value| text(&made["id"]);
    let one = id(&subscribed(&shop, &emulator, "u_1", "pro"));
    let two = id(&subscribed(&shop, &emulator, "u_2", "pro"));
    let three = id(&subscribed(&shop, &emulator, "u_3", "starter"));
    told(&shop, "cancel u_2 --now");
    let sorted = |ids: &[&String]| {
        let mut ids: Vec<String> = ids.iter().map(|id| (*id).clone()).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&shop, ""), sorted(&[&one, &two, &three]));
    assert_eq!(ids(&shop, "--plan pro"), sorted(&[&one, &two]));
    assert_eq!(ids(&shop, "--plan pro --status active"), [one.as_str()]);
    assert_eq!(ids(&shop, "--status canceled --status past_due"), [two.as_str()]);
    assert_eq!(ids(&shop, "--price starter.monthly"), [three.as_str()]);
    assert_eq!(ids(&shop, "--price nexus_starter_monthly"), [three.as_str()]);
    assert_eq!(ids(&shop, "--subject u_1"), [one.as_str()]);
    assert_eq!(ids(&shop, "-n 2").len(), 2);
    let hint = shop.billctl("subscription list -n 2");
    assert!(hint.stderr.contains("There are more than these 2"), "{hint}");
}

#[test]
fn an_ended_subscription_is_shown_where_nothing_goes_on() {
    let (shop, emulator) = nexus();
    let first = subscribed(&shop, &emulator, "u_1", "pro");
    told(&shop, "cancel u_1 --now");
    assert_eq!(told(&shop, "show u_1")["id"], first["id"]);
    let second = told(&shop, "create u_1 --plan starter");
    let shown = told(&shop, "show u_1");
    assert_eq!(
        (&shown["id"], &shown["plan"], &shown["others"]),
        (&second["id"], &json!("starter"), &json!([]))
    );
}
