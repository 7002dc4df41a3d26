//! communities: one paid plan, billed per community.

use std::fmt::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use super::{GOOD_CARD, System, stands};

#[test]
fn two_checkouts_that_start_together_give_one_customer_who_is_on_the_plan_once_paid() {
    let communities = System::new("communities");
    let start = |plugin: &[&str]| {
        let line = ["checkout", "create", "--subject", "c_7", "--plan", "pro", "-o", "json"];
        communities.shop.spawn(&[&line, plugin].concat(), Stdio::null())
    };
    let started = [start(&[]), start(&["--var", "plugin=chat"])];
    let made: Vec<Value> =
        started.into_iter().map(|child| communities.shop.finish(child).exits(0).json()).collect();
    assert_eq!(made[0]["customer"], made[1]["customer"]);
    assert_eq!(
        [&made[0]["success_url"], &made[1]["success_url"]],
        [
            "http://localhost:3000/c/c_7/?stripe_status=success&session_id={CHECKOUT_SESSION_ID}",
            "http://localhost:3000/c/c_7/plugin/chat/?stripe_status=success&session_id={CHECKOUT_SESSION_ID}"
        ]
    );
    let session = made[1]["id"].as_str().unwrap();
    communities.shop.billctl(&format!("emulator pay {session} --card {GOOD_CARD}")).exits(0);
    communities.shop.billctl("events pull").exits(0);
    assert_eq!(communities.stands("c_7"), stands("pro", "active"));
    let shown = communities.told("customer show c_7");
    assert_eq!(
        (&shown["limits"]["ai_chat_message"], &shown["portal"], &shown["features"]),
        (&json!({"limit": 10_000, "unlimited": false, "per": "30 days"}), &json!(true), &json!(["ai_chat"]))
    );
    assert_eq!(
        communities.told("portal create --subject c_7")["return_url"],
        "http://localhost:3000/c/c_7/?stripe_status=portal_return"
    );
}

#[test]
fn ten_thousand_messages_are_allowed_and_free_up_one_by_one_thirty_days_later() {
    let mut communities = System::new("communities");
    // On free the 51st is refused, with a link to the plan that allows it.
    communities.told("usage record c_7 ai_chat_message --quantity 50 --at 2026-10-01T12:00:00Z --key free");
    communities.told("usage record c_7 ai_chat_message --quantity 50 --key trial");
    let refused =
        communities.shop.billctl("usage check c_7 ai_chat_message --checkout --var plugin=chat -o json");
    let refused = refused.exits(4).json();
    assert_eq!((&refused["link"]["kind"], &refused["link"]["product"]), (&json!("checkout"), &json!("pro")));
    let again =
        communities.shop.billctl("usage check c_7 ai_chat_message --checkout --var plugin=chat -o json");
    assert_eq!(again.exits(4).json()["link"], refused["link"]);
    let session = communities.told("checkout list --subject c_7")[0].clone();
    assert_eq!(session["cancel_url"], "http://localhost:3000/c/c_7/plugin/chat/?stripe_status=cancel");
    communities
        .shop
        .billctl(&format!("emulator pay {} --card {GOOD_CARD}", session["id"].as_str().unwrap()))
        .exits(0);
    communities.shop.billctl("events pull").exits(0);
    assert_eq!(communities.stands("c_7"), stands("pro", "active"));
    // Three single messages, an hour apart, then the rest at once.
    let at = |shop: &mut crate::support::Shop, time: &str| shop.set("BILLCTL_NOW", time);
    for hour in 1..=3 {
        at(&mut communities.shop, &format!("2026-11-02T0{hour}:00:00Z"));
        communities.told(&format!("usage record c_7 ai_chat_message --key single-{hour} --enforce"));
    }
    at(&mut communities.shop, "2026-11-03T00:00:00Z");
    communities.told("usage record c_7 ai_chat_message --quantity 9947 --key rest --enforce");
    let full = communities.shop.billctl("usage check c_7 ai_chat_message -o json").exits(4).json();
    assert_eq!(
        (&full["used"], &full["limit"], &full["resets_at"]),
        (&json!(10_000), &json!(10_000), &json!("2026-12-01T00:00:00Z"))
    );
    let refused = communities.shop.billctl("usage record c_7 ai_chat_message --key over --enforce").exits(4);
    assert!(refused.stdout.contains("nothing was recorded"), "{refused}");
    // No plan allows more: the check says so, and has no link.
    let none = communities.shop.billctl("usage check c_7 ai_chat_message --checkout -o json").exits(4);
    assert!(none.stderr.contains("No plan of the billing file allows more"), "{none}");
    assert_eq!(none.json()["link"], Value::Null);
    // Thirty days after each of the single ones, one more is free.
    let left = |communities: &System| communities.told("usage show c_7")["usage"][0]["remaining"].clone();
    at(&mut communities.shop, "2026-12-01T00:00:00Z");
    assert_eq!(left(&communities), 50);
    for hour in 1..=3 {
        at(&mut communities.shop, &format!("2026-12-02T0{}:59:59Z", hour - 1));
        assert_eq!(left(&communities), 49 + hour);
        at(&mut communities.shop, &format!("2026-12-02T0{hour}:00:00Z"));
        assert_eq!(left(&communities), 50 + hour);
    }
}

#[test]
fn messages_reach_the_meter_once_and_it_counts_what_was_recorded() {
    let mut communities = System::new("communities");
    communities.buy("--subject c_7 --plan pro", GOOD_CARD);
    communities.wait("2h");
    communities.shop.set("BILLCTL_NOW", "2026-11-01T02:00:00Z");
    let mut rows = "subject,metric,quantity,at,key\n".to_owned();
    for minute in 0..100 {
        let at = format!("2026-11-01T{:02}:{:02}:00Z", minute / 60, minute % 60);
        writeln!(rows, "c_7,ai_chat_message,{},{at},hour-{minute}", if minute == 0 { 99 } else { 100 })
            .unwrap();
    }
    communities.shop.write("messages.csv", rows);
    communities.shop.billctl("usage import messages.csv").exits(0);
    communities.shop.billctl("usage record c_7 ai_chat_message --key last --enforce").exits(0);
    communities.shop.billctl("usage record c_7 ai_chat_message --key more --enforce").exits(4);
    let checked = communities.shop.billctl("usage check c_7 ai_chat_message -o json").exits(4).json();
    assert_eq!((&checked["used"], &checked["resets_at"]), (&json!(10_000), &json!("2026-12-01T00:00:00Z")));

    assert_eq!(communities.told("usage push")["sent"], 101);
    assert_eq!(communities.told("usage push")["sent"], 0);
    let meter = communities._emulator.list("/v1/billing/meters")[0]["id"].as_str().unwrap().to_owned();
    let customer = communities.told("customer show c_7")["customer"].as_str().unwrap().to_owned();
    let path = format!(
        "/v1/billing/meters/{meter}/event_summaries?customer={customer}&start_time=1793491200&end_time=1793577600"
    );
    assert_eq!(communities._emulator.list(&path)[0]["aggregated_value"], checked["used"]);
    communities.told("usage reconcile --from 2026-11-01 --to 2026-11-02");
}
