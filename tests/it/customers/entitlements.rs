//! Which plan holds, from what events told.

use insta::assert_snapshot;
use serde_json::json;

use super::{DAY, advance, customer, nexus, subscribe};
use crate::support::Shop;

#[test]
fn somebody_who_never_paid_has_the_default_plan() {
    let (shop, _emulator) = nexus();
    assert_snapshot!(shop.billctl("customer entitlements u_1"), @"
    plan      free
    why       there is no subscription
    customer  none
    limit     posts: 10 a month
    [stderr]
    hint: Nobody knows a subject `u_1` yet. The default plan is for whoever has no other
    [exit 0]
    ");
    let told = shop.billctl("customer entitlements u_1 -o json").exits(0).json();
    assert_eq!(
        (&told["plan"], &told["status"], &told["customer"], &told["limits"]["posts"]["limit"]),
        (&json!("free"), &json!(null), &json!(null), &json!(10))
    );
}

#[test]
fn a_plan_holds_from_its_payment_to_the_end_of_its_period() {
    let (shop, emulator) = nexus();
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    let subscription = subscribe(&emulator, &customer, "nexus_pro_monthly", "");
    assert_snapshot!(shop.billctl("customer entitlements u_1 --fresh"), @"
    plan      pro (Pro)
    why       sub_XXXXXXXXXXXXXXXXXXXXXXX1: active
    then      free
    customer  cus_XXXXXXXXXXXXX1
    limit     posts: 500 a period
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    let told = shop.billctl("customer entitlements u_1 -o json").exits(0).json();
    assert_eq!(told["plan"], "pro");
    assert_eq!(told["limits"], json!({"posts": {"limit": 500, "unlimited": false, "per": "period"}}));
    assert_eq!(told["current_period_end"], "2026-12-01T00:00:00Z");
    emulator.post(&format!("/v1/subscriptions/{subscription}"), "cancel_at_period_end=true");
    let told = shop.billctl("customer entitlements u_1 --fresh -o json").exits(0).json();
    assert_eq!(
        (&told["plan"], &told["reason"], &told["until"], &told["falls_back_to"]),
        (&json!("pro"), &json!("ending"), &json!("2026-12-01T00:00:00Z"), &json!("free"))
    );
    advance(&emulator, 31 * DAY);
    let told = shop.billctl("customer entitlements u_1 --fresh -o json").exits(0).json();
    assert_eq!((&told["plan"], &told["status"]), (&json!("free"), &json!("canceled")));
}

/// The grace that the policy gives, for a renewal that fails.
#[track_caller]
fn after_a_failed_renewal(shop: &mut Shop, days: i64) -> (String, String) {
    shop.set("BILLCTL_NOW", &format!("2026-12-{:02}T12:00:00Z", 1 + days));
    let told = shop.billctl("customer entitlements u_1 -o json").exits(0).json();
    (told["plan"].as_str().unwrap().to_owned(), told["reason"].as_str().unwrap().to_owned())
}

#[test]
fn a_renewal_that_fails_leaves_the_plan_for_the_days_of_grace() {
    let (mut shop, emulator) = nexus();
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    subscribe(&emulator, &customer, "nexus_pro_monthly", "");
    let broken = emulator
        .post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", &format!("customer={customer}"));
    let method = broken["id"].as_str().unwrap();
    emulator.post(
        &format!("/v1/customers/{customer}"),
        &format!("invoice_settings[default_payment_method]={method}"),
    );
    advance(&emulator, 30 * DAY + 2 * 60 * 60);
    let told = shop.billctl("customer entitlements u_1 --fresh -o json").exits(0).json();
    assert_eq!((&told["status"], &told["plan"]), (&json!("past_due"), &json!("pro")));
    // Without a number the plan stays for as long as Stripe tries again.
    assert_eq!(after_a_failed_renewal(&mut shop, 20), ("pro".to_owned(), "grace".to_owned()));
    let file = shop.read("billing.toml");
    shop.write("billing.toml", format!("{file}\n[policy.entitlement]\npast_due_days = 7\n"));
    assert_eq!(after_a_failed_renewal(&mut shop, 6), ("pro".to_owned(), "grace".to_owned()));
    assert_eq!(after_a_failed_renewal(&mut shop, 8), ("free".to_owned(), "grace_over".to_owned()));
}

#[test]
fn who_bought_at_a_price_that_was_replaced_keeps_the_plan() {
    let (shop, emulator) = nexus();
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    subscribe(&emulator, &customer, "nexus_pro_monthly", "");
    let file = shop.read("billing.toml");
    shop.write("billing.toml", file.replace("99.00 usd", "109.00 usd"));
    shop.billctl("catalog sync --yes").exits(0);
    let told = shop.billctl("customer entitlements u_1 --fresh -o json").exits(0).json();
    assert_eq!(told["plan"], "pro");
}

#[test]
fn a_customer_with_a_test_clock_lives_by_that_clock() {
    let (shop, emulator) = nexus();
    let clock = emulator.post("/v1/test_helpers/test_clocks", "frozen_time=1793491200");
    let clock = clock["id"].as_str().unwrap();
    let form = format!(
        "metadata[userId]=u_1&test_clock={clock}&payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa"
    );
    let customer = emulator.post("/v1/customers", &form);
    let subscription = subscribe(&emulator, customer["id"].as_str().unwrap(), "nexus_pro_monthly", "");
    emulator.post(&format!("/v1/subscriptions/{subscription}"), "cancel_at_period_end=true");
    emulator.post(&format!("/v1/test_helpers/test_clocks/{clock}/advance"), "frozen_time=1793577600");
    // A clock advances by itself after the answer, as Stripe's do.
    while emulator.get(&format!("/v1/test_helpers/test_clocks/{clock}"))["status"] != "ready" {
        std::thread::yield_now();
    }
    let told = shop.billctl("customer entitlements u_1 --fresh -o json").exits(0).json();
    assert_eq!((&told["plan"], &told["at"]), (&json!("pro"), &json!("2026-11-02T00:00:00Z")));
}
