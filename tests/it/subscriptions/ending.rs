//! Subscriptions canceled, resumed and paused; and the money that goes back.

use std::process::Stdio;
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{DAY, advance, all, customer, nexus, subscribed, text, told};
use crate::support::{Emulator, Shop};

fn refunds(emulator: &Emulator) -> Vec<i64> {
    emulator.list("/v1/refunds").iter().map(|refund| refund["amount"].as_i64().unwrap()).collect()
}

#[test]
fn it_ends_with_its_period_and_goes_on_if_it_is_resumed() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    assert_snapshot!(shop.billctl("subscription cancel u_1 --at-period-end --feedback too_expensive --reason 'Too dear' --quiet"), @"
    sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro) ends at 2026-12-01T00:00:00Z
    `billctl subscription resume u_1` lets it go on
    [exit 0]
    ");
    let details = &all(&emulator)[0]["cancellation_details"];
    assert_eq!((&details["feedback"], &details["comment"]), (&json!("too_expensive"), &json!("Too dear")));
    let next = shop.billctl("customer show u_1 --fresh -o json").exits(0).json()["next"].clone();
    let next: Vec<&str> = next.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    // What is to end is changed by nobody before it goes on.
    assert!(next.contains(&"billctl subscription resume u_1"), "{next:?}");
    assert!(!next.iter().any(|step| step.contains("subscription change")), "{next:?}");
    let again = told(&shop, "cancel u_1 --at-period-end");
    assert_eq!((&again["done_before"], &again["cancel_at_period_end"]), (&json!(true), &json!(true)));
    assert_snapshot!(shop.billctl("subscription resume u_1 --quiet"), @"
    sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro) goes on: it does not end with its period
    [exit 0]
    ");
    assert_eq!(all(&emulator)[0]["cancel_at_period_end"], false);
    told(&shop, "cancel u_1 --at-period-end");
    advance(&emulator, 31 * DAY);
    shop.billctl("events pull").exits(0);
    let shown = shop.billctl("customer show u_1 -o json").exits(0).json();
    assert_eq!((&shown["plan"], &shown["status"]), (&json!("free"), &json!("canceled")));
}

#[test]
fn a_prorated_refund_is_the_share_of_the_time_that_is_left() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    // November has 30 days, and 10 of them are over: 99.00 × 20 ÷ 30 = 66.00.
    advance(&emulator, 10 * DAY);
    let would = told(&shop, "cancel u_1 --now --refund prorated --dry-run");
    assert_eq!((&would["refund"]["amount"]["amount"], &would["dry_run"]), (&json!(6600), &json!(true)));
    assert_eq!((refunds(&emulator), text(&all(&emulator)[0]["status"]).as_str()), (vec![], "active"));
    let filters = vec![(r"pi_\w+", "[PAYMENT]"), (r"re_\w+", "[REFUND]")];
    let done = shop.billctl("subscription cancel u_1 --now --refund prorated --yes --quiet");
    insta::with_settings!({filters => filters}, { assert_snapshot!(done, @"
    Canceled sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro)
    66.00 USD went back
    [PAYMENT]  [REFUND]
    [exit 0]
    ") });
    assert_eq!(refunds(&emulator), [6600]);
    // Much later, and again: it was done before, and is not done twice.
    advance(&emulator, 3 * DAY);
    let again = told(&shop, "cancel u_1 --now --refund prorated");
    assert_eq!((&again["done_before"], &again["refund"]["amount"]["amount"]), (&json!(true), &json!(6600)));
    assert_eq!(refunds(&emulator), [6600]);
    let booked =
        shop.billctl("transactions list --subject u_1 --type refund --fresh -o json").exits(0).json();
    assert_eq!((booked.as_array().unwrap().len(), &booked[0]["amount"]["amount"]), (1, &json!(6600)));
}

#[test]
fn seconds_count_and_half_a_cent_rounds_up() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    // 9900 × (2592000 − 123456) ÷ 2592000 = 9428.46…
    advance(&emulator, 123_456);
    told(&shop, "cancel u_1 --now --refund prorated");
    assert_eq!(refunds(&emulator), [9428]);
}

#[test]
fn after_an_upgrade_that_was_billed_both_invoices_count() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    advance(&emulator, 10 * DAY);
    // −66.00 and +119.33 for the 20 days that are left: 53.33 are paid at once.
    told(&shop, "change u_1 --plan business --proration always_invoice");
    advance(&emulator, 10 * DAY);
    // Of the first invoice 33.00 are for the last 10 days; of the second −33.00 and 59.67 (59.665 rounds up).
    told(&shop, "cancel u_1 --now --refund prorated");
    let mut given = refunds(&emulator);
    given.sort_unstable();
    assert_eq!(given, [2667, 3300]);
}

#[test]
fn after_a_downgrade_what_stands_to_their_credit_does_not_go_back_again() {
    for proration in ["always_invoice", "create"] {
        let (shop, emulator) = nexus();
        subscribed(&shop, &emulator, "u_1", "business");
        advance(&emulator, 10 * DAY);
        // −119.33 and +32.67 for the 20 days that are left: 86.66 stand in the balance, or wait for the next invoice.
        told(&shop, &format!("change u_1 --plan starter --proration {proration}"));
        advance(&emulator, 10 * DAY);
        // Of the first invoice 59.67 are for the last 10 days, and 43.33 of the credit are for the same: 16.34 are left, which
        // is what the last 10 days of the plan starter cost.
        let done = told(&shop, "cancel u_1 --now --refund prorated");
        assert_eq!(refunds(&emulator), [1634], "{proration}");
        assert_eq!(done["refund"]["set_off"]["amount"], 4333, "{proration}");
        told(&shop, "cancel u_1 --now --refund prorated");
        assert_eq!(refunds(&emulator), [1634], "{proration}");
    }
}

#[test]
fn a_full_refund_after_a_downgrade_is_less_what_stands_to_their_credit() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "business");
    advance(&emulator, 10 * DAY);
    told(&shop, "change u_1 --plan starter --proration always_invoice");
    let done = told(&shop, "cancel u_1 --now --refund full");
    assert_eq!(done["refund"]["set_off"]["amount"], 8666);
    assert_eq!(refunds(&emulator), [17_900 - 8666]);
}

#[test]
fn a_full_refund_is_all_that_was_paid_and_nothing_that_went_back_before() {
    let (shop, emulator) = nexus();
    let made = subscribed(&shop, &emulator, "u_1", "pro");
    let payments = emulator.list(&format!("/v1/invoice_payments?invoice={}", text(&made["latest_invoice"])));
    let intent = text(&payments[0]["payment"]["payment_intent"]);
    emulator.post("/v1/refunds", &format!("payment_intent={intent}&amount=900"));
    let done = told(&shop, "cancel u_1 --now --refund full");
    assert_eq!(
        (&done["refund"]["amount"]["amount"], &done["refund"]["not_refundable"]["amount"]),
        (&json!(9000), &json!(900))
    );
    assert_eq!(refunds(&emulator).iter().sum::<i64>(), 9900);
}

#[test]
fn who_got_the_money_back_has_not_paid_for_the_time_that_was_left() {
    let (shop, emulator) = nexus();
    let file = shop.read("billing.toml");
    shop.write("billing.toml", format!("{file}\n[policy.entitlement]\nkeep_paid_time = true\n"));
    for (subject, refund, plan) in [("u_1", "none", "pro"), ("u_2", "prorated", "free")] {
        subscribed(&shop, &emulator, subject, "pro");
        told(&shop, &format!("cancel {subject} --now --refund {refund}"));
        let shown = shop.billctl(&format!("customer entitlements {subject} -o json")).exits(0).json();
        assert_eq!(shown["plan"], plan, "{subject}");
    }
}

#[test]
fn a_trial_has_nothing_to_give_back() {
    let (shop, emulator) = nexus();
    customer(&emulator, "u_1", super::GOOD_CARD);
    told(&shop, "create u_1 --plan pro --trial-days 7");
    let done = told(&shop, "cancel u_1 --now --refund full");
    assert_eq!((&done["status"], &done["refund"]["amount"]["amount"]), (&json!("canceled"), &json!(0)));
    assert_eq!(refunds(&emulator), Vec::<i64>::new());
}

/// Starts a command whose request to a route is never answered, and kills it when that was sent.
fn kill_at(shop: &Shop, emulator: &Emulator, line: &str, (method, route): (&str, &str), fault: &str) {
    let before = emulator.requests().len();
    emulator.fail_on(&format!("{method} {route}:{fault}"));
    let mut child = shop.spawn(&line.split(' ').collect::<Vec<_>>(), Stdio::null());
    let start = route.trim_end_matches('*');
    let is_it = |request: &Value| request["method"] == method && text(&request["path"]).starts_with(start);
    while !emulator.requests().split_off(before).iter().any(is_it) && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(3));
    }
    let _ = child.kill();
    shop.finish(child);
    emulator.heal();
}

#[test]
fn killed_at_any_step_the_same_command_ends_and_refunds_once() {
    let line = "subscription cancel u_1 --now --refund prorated --yes";
    let steps = [("POST", "/v1/subscriptions/*"), ("DELETE", "/v1/subscriptions/*"), ("POST", "/v1/refunds")];
    for step in steps {
        for fault in ["stall-before", "stall-after"] {
            let (shop, emulator) = nexus();
            subscribed(&shop, &emulator, "u_1", "pro");
            advance(&emulator, 10 * DAY);
            kill_at(&shop, &emulator, line, step, fault);
            let done = told(&shop, "cancel u_1 --now --refund prorated");
            assert_eq!(done["refund"]["amount"]["amount"], 6600, "{step:?} {fault}");
            assert_eq!(refunds(&emulator), [6600], "{step:?} {fault}");
            assert_eq!(all(&emulator)[0]["status"], "canceled", "{step:?} {fault}");
        }
    }
}

#[test]
fn a_refund_that_fails_ends_with_7_and_is_made_later_for_the_moment_of_the_end() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    advance(&emulator, 10 * DAY);
    emulator.fail_on("POST /v1/refunds:500-kept");
    let stopped = shop.billctl("subscription cancel u_1 --now --refund prorated --yes -o json").exits(7);
    let message = text(&stopped.json_error()["message"]);
    assert!(message.contains("is canceled, but not all of the money went back"), "{message}");
    emulator.heal();
    advance(&emulator, DAY);
    // Stripe remembers the failures under their keys for a day.
    let mut codes = Vec::new();
    while refunds(&emulator).is_empty() && codes.len() < 2 {
        codes.push(shop.billctl("subscription cancel u_1 --now --refund prorated --yes").code);
        advance(&emulator, DAY);
    }
    assert_eq!(refunds(&emulator), [6600], "{codes:?}");
}

#[test]
fn an_answer_that_is_lost_ends_it_all_the_same() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    emulator.fail_on("DELETE /v1/subscriptions/*:nth=1:cut-after");
    let done = told(&shop, "cancel u_1 --now");
    assert_eq!(done["status"], "canceled");
}

#[test]
fn a_pause_holds_collection_and_ends_by_itself_or_by_resuming() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    assert_snapshot!(shop.billctl("subscription pause u_1 --behavior void --until 45d --quiet"), @"
    Nothing of sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro) is collected until 2026-12-16T00:00:00Z: its invoices are void, and the service is withheld
    `billctl subscription resume u_1` lets it go on
    [exit 0]
    ");
    let pause = |emulator: &Emulator| -> Value { all(emulator)[0]["pause_collection"].clone() };
    assert_eq!(pause(&emulator), json!({"behavior": "void", "resumes_at": 1_797_379_200}));
    let shown = told(&shop, "show u_1");
    assert_eq!(shown["pause"], json!({"behavior": "void", "resumes_at": "2026-12-16T00:00:00Z"}));
    let entitled = shop.billctl("customer entitlements u_1 -o json").exits(0).json();
    assert_eq!(entitled["reason"], "collection_void");
    assert_snapshot!(shop.billctl("subscription resume u_1 --quiet"), @"
    sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro) goes on: its invoices are collected again
    [exit 0]
    ");
    assert_eq!(pause(&emulator), Value::Null);
    told(&shop, "pause u_1 --behavior keep_as_draft --until 2026-12-10");
    advance(&emulator, 40 * DAY);
    assert_eq!(pause(&emulator), Value::Null);
}

#[test]
fn what_is_paused_and_about_to_end_is_lifted_by_name() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    told(&shop, "pause u_1 --behavior void");
    told(&shop, "cancel u_1 --at-period-end");
    let asked = shop.billctl("subscription resume u_1 --quiet").exits(2);
    assert!(asked.stderr.contains("--what pause"), "{asked}");
    let resumed = told(&shop, "resume u_1 --what pause");
    assert_eq!((&resumed["pause"], &resumed["cancel_at_period_end"]), (&Value::Null, &json!(true)));
    let resumed = told(&shop, "resume u_1");
    assert_eq!(resumed["cancel_at_period_end"], false);
}

#[test]
fn a_subscription_that_was_stopped_is_billed_again() {
    let (shop, emulator) = nexus();
    let id = text(&subscribed(&shop, &emulator, "u_1", "pro")["id"]);
    emulator.post(&format!("/v1/subscriptions/{id}/pause"), "");
    assert_eq!(told(&shop, "resume u_1")["status"], "active");
}
