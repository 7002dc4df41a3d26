//! What counts when a subject changes its plan in the middle of a period.

use serde_json::json;

use crate::support::{Emulator, Shop};

/// Used, and the limit, as the plan that holds counts it.
#[track_caller]
fn check(shop: &Shop, plan: &str, used: i64, limit: i64, resets_at: &str) {
    shop.billctl("events pull").exits(0);
    let told = shop.billctl("usage check u_1 posts -o json").exits(0).json();
    assert_eq!(
        (&told["plan"], &told["used"], &told["limit"], &told["resets_at"]),
        (&json!(plan), &json!(used), &json!(limit), &json!(resets_at))
    );
}

fn price(emulator: &Emulator, lookup_key: &str) -> String {
    let found = emulator.list(&format!("/v1/prices?lookup_keys[]={lookup_key}"));
    found[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_change_keeps_the_count_where_the_period_goes_on_and_a_new_period_begins_at_zero() {
    let mut shop = Shop::new();
    let root = env!("CARGO_MANIFEST_DIR");
    shop.write("billing.toml", fs_err::read(format!("{root}/fixtures/systems/nexus/billing.toml")).unwrap());
    let emulator = shop.emulator();
    shop.billctl("catalog sync --yes").exits(0);
    let customer = emulator.post(
        "/v1/customers",
        "metadata[userId]=u_1&payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa",
    );
    shop.billctl("usage record u_1 posts --quantity 4 --key free").exits(0);
    check(&shop, "free", 4, 10, "2026-12-01T00:00:00Z");

    emulator.post("/_emulator/advance", &(10 * 24 * 60 * 60).to_string());
    shop.set("BILLCTL_NOW", "2026-11-11T00:00:00Z");
    let starter = price(&emulator, "nexus_starter_monthly");
    let form = format!("customer={}&items[0][price]={starter}", customer["id"].as_str().unwrap());
    let subscription = emulator.post("/v1/subscriptions", &form);
    // The period begins now: what the free plan used is not of it.
    check(&shop, "starter", 0, 100, "2026-12-11T00:00:00Z");
    shop.billctl("usage record u_1 posts --quantity 3 --key starter").exits(0);

    let route = format!("/v1/subscriptions/{}", subscription["id"].as_str().unwrap());
    let item = subscription["items"]["data"][0]["id"].as_str().unwrap();
    let pro = price(&emulator, "nexus_pro_monthly");
    emulator.post(&route, &format!("items[0][id]={item}&items[0][price]={pro}"));
    // The same period with more in it, and back again.
    check(&shop, "pro", 3, 500, "2026-12-11T00:00:00Z");
    emulator.post(&route, &format!("items[0][id]={item}&items[0][price]={starter}"));
    check(&shop, "starter", 3, 100, "2026-12-11T00:00:00Z");

    emulator.delete(&route);
    // The calendar month has all that was used in it.
    check(&shop, "free", 7, 10, "2026-12-01T00:00:00Z");
}

#[test]
fn a_period_whose_renewal_is_not_known_yet_goes_on_and_its_limit_holds() {
    let mut shop = Shop::new();
    let root = env!("CARGO_MANIFEST_DIR");
    shop.write("billing.toml", fs_err::read(format!("{root}/fixtures/systems/nexus/billing.toml")).unwrap());
    let emulator = shop.emulator();
    shop.billctl("catalog sync --yes").exits(0);
    let customer = emulator.post(
        "/v1/customers",
        "metadata[userId]=u_1&payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa",
    );
    let starter = price(&emulator, "nexus_starter_monthly");
    let form = format!("customer={}&items[0][price]={starter}", customer["id"].as_str().unwrap());
    emulator.post("/v1/subscriptions", &form);
    check(&shop, "starter", 0, 100, "2026-12-01T00:00:00Z");
    shop.billctl("usage record u_1 posts --quantity 99 --key before --enforce").exits(0);

    // The period is over, and nobody has read Stripe's events.
    shop.set("BILLCTL_NOW", "2026-12-01T00:10:00Z");
    shop.billctl("usage record u_1 posts --key after --enforce").exits(0);
    shop.billctl("usage record u_1 posts --key too-many --enforce").exits(4);
    let told = shop.billctl("usage check u_1 posts -o json").exits(4).json();
    assert_eq!((&told["used"], &told["resets_at"]), (&json!(100), &json!(null)));

    // It was renewed, and what was used since then is of the new period.
    emulator.post("/_emulator/advance", &(30 * 24 * 60 * 60 + 2 * 60 * 60).to_string());
    shop.set("BILLCTL_NOW", "2026-12-01T02:00:00Z");
    check(&shop, "starter", 1, 100, "2027-01-01T00:00:00Z");
}

#[test]
fn what_was_recorded_for_a_customer_counts_for_the_subject_that_it_turns_out_to_be() {
    let shop = Shop::new();
    let root = env!("CARGO_MANIFEST_DIR");
    shop.write("billing.toml", fs_err::read(format!("{root}/fixtures/systems/nexus/billing.toml")).unwrap());
    let emulator = shop.emulator();
    let customer = emulator.post("/v1/customers", "email=ada@example.com");
    let customer = customer["id"].as_str().unwrap();
    shop.billctl("events pull").exits(0);
    shop.billctl(&format!("usage record {customer} posts --quantity 6 --key before --enforce")).exits(0);
    shop.billctl(&format!("customer link u_1 {customer}")).exits(0);
    check(&shop, "free", 6, 10, "2026-12-01T00:00:00Z");
    shop.billctl("usage record u_1 posts --quantity 5 --key over --enforce").exits(4);
    shop.billctl("usage record u_1 posts --quantity 4 --key after --enforce").exits(0);
    // Whichever name is used.
    let told = shop.billctl(&format!("usage check {customer} posts -o json")).exits(4).json();
    assert_eq!((&told["subject"], &told["used"]), (&json!("u_1"), &json!(10)));
}
