//! Subscriptions that are changed: what is prorated, when it is billed, and what a preview says of it.

use serde_json::{Value, json};

use super::subscriptions::Billing;
use super::world::{START, ids, text};

const DAY: i64 = 24 * 60 * 60;

/// A price of 20 dollars, at the same interval or another.
fn dearer(shop: &Billing, interval: &str) -> String {
    let form = format!("product=pro&currency=usd&unit_amount=2000&recurring[interval]={interval}");
    shop.world.make("/v1/prices", &form)
}

fn path(subscription: &Value) -> String {
    format!("/v1/subscriptions/{}", text(&subscription["id"]))
}

/// The parameters that move a subscription's item to a price.
fn to_price(subscription: &Value, price: &str, more: &str) -> String {
    let item = text(&subscription["items"]["data"][0]["id"]);
    format!("items[0][id]={item}&items[0][price]={price}&{more}")
}

fn amounts(invoice: &Value) -> Vec<i64> {
    let lines = invoice["lines"]["data"].as_array().unwrap();
    lines.iter().map(|line| line["amount"].as_i64().unwrap()).collect()
}

#[test]
fn an_upgrade_is_prorated_by_the_second_and_billed_with_the_next_period() {
    let shop = Billing::new();
    let subscription = shop.subscribe("");
    let dear = dearer(&shop, "month");
    // Half of the 31 days.
    shop.advance(31 * DAY / 2);
    let changed = shop.world.post(&path(&subscription), &to_price(&subscription, &dear, "")).ok();
    assert_eq!(changed["items"]["data"][0]["price"]["id"], dear.as_str());
    assert_eq!(changed["latest_invoice"], subscription["latest_invoice"]);
    let pending = shop.world.get(&format!("/v1/invoiceitems?pending=true&customer={}", shop.customer)).ok();
    let items = pending["data"].as_array().unwrap();
    let amounts_of: Vec<&Value> = items.iter().map(|item| &item["amount"]).collect();
    assert_eq!(amounts_of, [1000, -500]);
    assert_eq!(items[1]["description"], "Unused time on Pro after 30 Jan 2027");
    shop.advance(31 * DAY / 2);
    let renewed = shop.invoice(&shop.subscription(&subscription));
    assert_eq!(amounts(&renewed), [2000, -500, 1000]);
    assert_eq!(renewed["total"], 2500);
    let proration = &renewed["lines"]["data"][1]["parent"]["subscription_item_details"];
    assert_eq!(proration["proration"], true);
    assert!(ids(&shop.world.get("/v1/invoiceitems?pending=true").ok()).is_empty());
}

#[test]
fn prorations_are_billed_at_once_or_not_at_all_on_request() {
    let shop = Billing::new();
    let subscription = shop.subscribe("");
    let dear = dearer(&shop, "month");
    shop.advance(31 * DAY / 2);
    let form = to_price(&subscription, &dear, "proration_behavior=always_invoice");
    let changed = shop.world.post(&path(&subscription), &form).ok();
    let invoice = shop.invoice(&changed);
    assert_eq!((amounts(&invoice), &invoice["status"]), (vec![-500, 1000], &json!("paid")));
    assert_eq!(
        (&invoice["billing_reason"], &invoice["amount_paid"]),
        (&json!("subscription_update"), &json!(500))
    );
    let form = to_price(&subscription, &shop.monthly, "proration_behavior=none");
    let back = shop.world.post(&path(&subscription), &form).ok();
    assert_eq!(back["latest_invoice"], changed["latest_invoice"]);
    assert!(ids(&shop.world.get("/v1/invoiceitems?pending=true").ok()).is_empty());
}

#[test]
fn another_interval_starts_anew_and_is_billed_at_once() {
    let shop = Billing::new();
    let subscription = shop.subscribe("");
    let yearly = dearer(&shop, "year");
    shop.advance(31 * DAY / 2);
    let changed = shop.world.post(&path(&subscription), &to_price(&subscription, &yearly, "")).ok();
    let now = START + 31 * DAY / 2;
    assert_eq!(changed["billing_cycle_anchor"], now);
    assert_eq!(changed["items"]["data"][0]["current_period_start"], now);
    assert_eq!(amounts(&shop.invoice(&changed)), [2000, -500]);
}

#[test]
fn a_preview_says_what_the_change_then_costs_and_changes_nothing() {
    let shop = Billing::new();
    let subscription = shop.subscribe("");
    let dear = dearer(&shop, "month");
    shop.advance(31 * DAY / 3);
    let mark = shop.mark();
    let item = text(&subscription["items"]["data"][0]["id"]);
    let form = format!(
        "subscription={}&subscription_details[items][0][id]={item}&subscription_details[items][0][price]={dear}\
         &subscription_details[proration_behavior]=always_invoice",
        text(&subscription["id"])
    );
    let preview = shop.world.post("/v1/invoices/create_preview", &form).ok();
    assert!(text(&preview["id"]).starts_with("upcoming_in_"));
    assert_eq!((&preview["status"], amounts(&preview)), (&json!("draft"), vec![-667, 1333]));
    assert_eq!(shop.mark(), mark, "nothing happened");
    assert_eq!(shop.subscription(&subscription)["items"]["data"][0]["price"]["id"], shop.monthly.as_str());
    let change = to_price(&subscription, &dear, "proration_behavior=always_invoice");
    let changed = shop.world.post(&path(&subscription), &change).ok();
    assert_eq!(amounts(&shop.invoice(&changed)), [-667, 1333]);
    // Without a change, it is the next renewal.
    let next = format!("subscription={}", text(&subscription["id"]));
    let next = shop.world.post("/v1/invoices/create_preview", &next).ok();
    assert_eq!((amounts(&next), &next["billing_reason"]), (vec![2000], &json!("upcoming")));
    shop.world.post("/v1/invoices/create_preview", &format!("customer={}", shop.customer)).refused(
        400,
        Some("invoice_upcoming_none"),
        None,
    );
}

#[test]
fn items_can_be_added_changed_and_removed_one_by_one() {
    let shop = Billing::new();
    let subscription = shop.subscribe("");
    let id = text(&subscription["id"]);
    let extra = dearer(&shop, "month");
    let item = shop
        .world
        .post("/v1/subscription_items", &format!("subscription={id}&price={extra}&quantity=2"))
        .ok();
    assert_eq!((&item["quantity"], &item["subscription"]), (&json!(2), &json!(id)));
    let item_path = format!("/v1/subscription_items/{}", text(&item["id"]));
    assert_eq!(shop.world.post(&item_path, "quantity=3&metadata[a]=b").ok()["quantity"], 3);
    assert_eq!(shop.world.get(&item_path).ok()["metadata"], json!({"a": "b"}));
    let page =
        shop.world.get(&format!("/v1/subscription_items?subscription={id}&expand[]=data.price.product")).ok();
    assert_eq!(page["data"][1]["price"]["product"]["name"], "Pro");
    let double = format!("subscription={id}&price={extra}");
    shop.world.post("/v1/subscription_items", &double).refused(400, None, Some("items[2][price]"));
    assert_eq!(shop.world.delete(&item_path).ok()["deleted"], true);
    shop.world.get(&item_path).refused(404, Some("resource_missing"), Some("id"));
    let last = format!("/v1/subscription_items/{}", text(&subscription["items"]["data"][0]["id"]));
    shop.world.delete(&last).refused(400, None, Some("items"));
}

#[test]
fn a_discount_holds_as_long_as_its_coupon_says() {
    let shop = Billing::new();
    shop.world.make("/v1/coupons", "id=half&percent_off=50&duration=once");
    let subscription = shop.subscribe("discounts[0][coupon]=half&expand[]=discounts");
    assert_eq!(subscription["discounts"][0]["source"]["coupon"], "half");
    let first = shop.invoice(&subscription);
    assert_eq!((&first["total"], &first["total_discount_amounts"][0]["amount"]), (&json!(500), &json!(500)));
    assert_eq!(shop.world.get("/v1/coupons/half").ok()["times_redeemed"], 1);
    shop.advance(31 * DAY);
    let renewed = shop.subscription(&subscription);
    assert_eq!((&renewed["discounts"], &shop.invoice(&renewed)["total"]), (&json!([]), &json!(1000)));
    shop.world.post("/v1/subscriptions", &shop.form("discounts[0][coupon]=none")).refused(
        400,
        Some("resource_missing"),
        Some("discounts[0][coupon]"),
    );
}

#[test]
fn collection_can_pause_while_the_subscription_goes_on() {
    for (behavior, status) in
        [("void", "void"), ("mark_uncollectible", "uncollectible"), ("keep_as_draft", "draft")]
    {
        let shop = Billing::new();
        let subscription = shop.subscribe("");
        let form = format!(
            "pause_collection[behavior]={behavior}&pause_collection[resumes_at]={}",
            START + 40 * DAY
        );
        shop.world.post(&path(&subscription), &form).ok();
        shop.advance(31 * DAY + 3600);
        let going_on = shop.subscription(&subscription);
        assert_eq!(going_on["status"], "active");
        assert_eq!(shop.invoice(&going_on)["status"], status);
        shop.advance(9 * DAY);
        assert_eq!(shop.subscription(&subscription)["pause_collection"], Value::Null);
    }
}

#[test]
fn a_trial_without_a_payment_method_can_pause_and_be_resumed() {
    let shop = Billing::paying_with("", "");
    let trial =
        shop.subscribe("trial_period_days=7&trial_settings[end_behavior][missing_payment_method]=pause");
    shop.advance(7 * DAY);
    let paused = shop.subscription(&trial);
    assert_eq!(paused["status"], "paused");
    assert_eq!(
        paused["status_details"]["paused"]["subscription"]["type"],
        "trial_end_without_payment_method"
    );
    assert_eq!(shop.world.event("customer.subscription.paused")["created"], START + 7 * DAY);
    let method =
        shop.world.make("/v1/payment_methods/pm_card_visa/attach", &format!("customer={}", shop.customer));
    shop.world.post(&path(&trial), &format!("default_payment_method={method}")).ok();
    let resumed = shop.world.post(&format!("{}/resume", path(&trial)), "").ok();
    assert_eq!(resumed["status"], "active");
    assert_eq!(shop.invoice(&resumed)["amount_paid"], 1000);
    assert_eq!(shop.world.event("customer.subscription.resumed")["data"]["object"]["status"], "active");
    let again = shop.world.post(&format!("{}/pause", path(&trial)), "").ok();
    assert_eq!(again["status"], "paused");
    shop.world.post(&format!("{}/pause", path(&trial)), "").refused(400, None, None);
}

#[test]
fn a_trial_that_is_ended_now_is_charged_now() {
    let shop = Billing::new();
    let trial = shop.subscribe("trial_period_days=30");
    let active = shop.world.post(&path(&trial), "trial_end=now").ok();
    assert_eq!((&active["status"], &active["trial_end"]), (&json!("active"), &json!(START)));
    assert_eq!(shop.invoice(&active)["amount_paid"], 1000);
    assert_eq!(shop.world.event("customer.subscription.trial_will_end")["created"], START);
}

#[test]
fn features_come_and_go_with_the_subscription() {
    let shop = Billing::new();
    let feature = shop.world.make("/v1/entitlements/features", "name=Reports&lookup_key=reports");
    shop.world.post("/v1/products/pro/features", &format!("entitlement_feature={feature}")).ok();
    let subscription = shop.subscribe("");
    let list = format!("/v1/entitlements/active_entitlements?customer={}", shop.customer);
    assert_eq!(shop.world.get(&list).ok()["data"][0]["lookup_key"], "reports");
    let told = shop.world.event("entitlements.active_entitlement_summary.updated");
    assert_eq!(told["data"]["object"]["entitlements"]["data"][0]["feature"], feature.as_str());
    shop.world.delete(&path(&subscription)).ok();
    assert!(ids(&shop.world.get(&list).ok()).is_empty());
}

#[test]
fn a_clock_renews_the_subscriptions_of_its_customers_alone() {
    let shop = Billing::new();
    let other = shop.subscribe("");
    let clock = shop.world.make("/v1/test_helpers/test_clocks", "frozen_time=1600000000");
    let customer =
        shop.world.make("/v1/customers", &format!("test_clock={clock}&payment_method=pm_card_visa"));
    let method = shop.world.make("/v1/payment_methods/pm_card_visa/attach", &format!("customer={customer}"));
    let form =
        format!("customer={customer}&items[0][price]={}&default_payment_method={method}", shop.monthly);
    let subscription = shop.world.post("/v1/subscriptions", &form).ok();
    assert_eq!(
        (&subscription["created"], &subscription["test_clock"]),
        (&json!(1_600_000_000), &json!(clock))
    );
    let advance = format!("/v1/test_helpers/test_clocks/{clock}/advance");
    shop.world.post(&advance, &format!("frozen_time={}", 1_600_000_000 + 31 * DAY)).ok();
    let renewed = shop.subscription(&subscription);
    let invoice = shop.invoice(&renewed);
    let period_start = 1_600_000_000 + 30 * DAY;
    assert_eq!((&invoice["status"], &invoice["created"]), (&json!("paid"), &json!(period_start)));
    assert_eq!(invoice["status_transitions"]["paid_at"], period_start + 3600);
    assert_eq!(shop.world.event("invoice.paid")["created"], START, "events have the emulator's own time");
    assert_eq!(shop.subscription(&other), other);
    assert_eq!(
        ids(&shop.world.get(&format!("/v1/subscriptions?test_clock={clock}")).ok()),
        [text(&subscription["id"])]
    );
    let too_far = 1_600_000_000 + 200 * DAY;
    shop.world.post(&advance, &format!("frozen_time={too_far}")).refused(400, None, Some("frozen_time"));
    shop.world.delete(&format!("/v1/test_helpers/test_clocks/{clock}")).ok();
    assert_eq!(shop.subscription(&subscription)["status"], "canceled");
}

#[test]
fn prorations_are_of_what_is_paid_after_discounts() {
    let shop = Billing::new();
    shop.world.post("/v1/coupons", "id=HALF&percent_off=50&duration=forever").ok();
    let subscription = shop.subscribe("discounts[0][coupon]=HALF");
    assert_eq!(shop.invoice(&subscription)["total"], 500);
    let dear = dearer(&shop, "month");
    shop.advance(31 * DAY / 2);
    let form = to_price(&subscription, &dear, "proration_behavior=always_invoice");
    let changed = shop.world.post(&path(&subscription), &form).ok();
    let invoice = shop.invoice(&changed);
    assert_eq!((amounts(&invoice), &invoice["total"]), (vec![-250, 500], &json!(250)));
}

#[test]
fn what_a_discount_made_later_did_not_take_off_is_given_back() {
    let shop = Billing::new();
    let subscription = shop.subscribe("");
    let dear = dearer(&shop, "month");
    shop.advance(31 * DAY / 2);
    shop.world.post("/v1/coupons", "id=HALF&percent_off=50&duration=forever").ok();
    shop.world.post(&path(&subscription), "discounts[0][coupon]=HALF").ok();
    let form = to_price(&subscription, &dear, "proration_behavior=always_invoice");
    let changed = shop.world.post(&path(&subscription), &form).ok();
    assert_eq!(amounts(&shop.invoice(&changed)), vec![-500, 500]);
}
