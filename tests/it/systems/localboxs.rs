//! localboxs: tiers plus prepaid API credits.

use serde_json::json;

use super::{CARD_THAT_FAILS_LATER, GOOD_CARD, System, stands};

#[test]
fn a_top_up_is_a_transaction_once_though_its_events_are_read_again() {
    let localboxs = System::new("localboxs");
    localboxs.buy("--subject u_1 --pack credits_1000", GOOD_CARD);
    localboxs.shop.billctl("events pull --since 7d").exits(0);
    // Twice more, and not booked again.
    let session = localboxs.told("checkout list --subject u_1")[0]["id"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        localboxs.shop.billctl(&format!("events replay --object {session} --mirror")).exits(0);
    }
    // The free plan gives 100 more.
    assert_eq!(localboxs.told("credits balance u_1")["balance"], 1100);
    let booked = localboxs.told("transactions list --subject u_1");
    let told = |index: usize, name: &str| booked[index][name].clone();
    assert_eq!(booked.as_array().unwrap().len(), 1, "{booked:#}");
    assert_eq!(
        (told(0, "type"), told(0, "status"), told(0, "amount")["amount"].clone()),
        (json!("CREDIT_TOPUP"), json!("COMPLETED"), json!(100))
    );
    assert_eq!(localboxs.stands("u_1"), stands("free", "none"));
}

#[test]
fn support_sets_a_balance_right_with_a_reason_and_takes_that_back() {
    let localboxs = System::new("localboxs");
    localboxs.buy("--subject u_1 --pack credits_500", GOOD_CARD);
    localboxs.shop.billctl("credits adjust u_1 --add 50").exits(2);
    let added = localboxs.told("credits adjust u_1 --add 50 --reason 'an outage'");
    assert_eq!(added["balance"], 550);
    let back = localboxs.told(&format!("credits reverse {} --reason 'the wrong subject'", added["entry"]));
    assert_eq!(back["balance"], 500);
    // With the 100 that the free plan gives.
    localboxs.shop.billctl("credits deduct u_1 601 --reason call").exits(4);
    localboxs.shop.billctl("credits verify").exits(0);
}

#[test]
fn a_call_takes_a_credit_of_the_pack_and_without_one_it_is_refused() {
    let localboxs = System::new("localboxs");
    localboxs.buy("--subject u_1 --pack credits_1000", GOOD_CARD);
    let shop = &localboxs.shop;
    // The free plan gives 100 more.
    shop.billctl("usage check u_1 api_calls --quantity 1101").exits(4);
    shop.billctl("usage record u_1 api_calls --quantity 1099 --key calls-1 --enforce").exits(0);
    shop.billctl("usage record u_1 api_calls --key call-1100 --enforce").exits(0);
    shop.billctl("usage record u_1 api_calls --key call-1100 --enforce").exits(0);
    shop.billctl("usage record u_1 api_calls --key call-1101 --enforce").exits(4);
    assert_eq!(localboxs.told("credits balance u_1")["balance"], 0);
    let checked = shop.billctl("usage check u_1 api_calls -o json").exits(4).json();
    assert_eq!((&checked["used"], &checked["remaining"]), (&json!(1100), &json!(0)));
    shop.billctl("credits verify").exits(0);
}

#[test]
fn a_renewal_that_fails_goes_past_due_and_then_the_subject_is_on_free() {
    let localboxs = System::new("localboxs");
    localboxs.buy("--subject u_1 --plan pro --trial-days 1", CARD_THAT_FAILS_LATER);
    localboxs.wait("1d");
    localboxs.wait("2h");
    assert_eq!(localboxs.stands("u_1"), stands("pro", "past_due"));
    localboxs.wait("28d");
    assert_eq!(localboxs.stands("u_1"), stands("free", "canceled"));
    let types: Vec<String> = localboxs
        .told("transactions list --subject u_1 --oldest-first")
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["type"].as_str().unwrap(), one["status"].as_str().unwrap()))
        .collect();
    assert_eq!(types, ["SUBSCRIPTION_PAYMENT FAILED", "SUBSCRIPTION_CANCEL COMPLETED"]);
}

#[test]
fn an_upgrade_is_paid_at_once_and_a_cancellation_gives_back_what_is_left_and_ends_on_free() {
    let localboxs = System::new("localboxs");
    localboxs.buy("--subject u_1 --plan pro", GOOD_CARD);
    localboxs.wait("10d");
    let preview =
        localboxs.told("subscription change u_1 --plan pro_plus --proration always_invoice --dry-run");
    // 20 of 30 days are left: 19.00 gives 12.67 back, 49.00 costs 32.67.
    assert_eq!(preview["preview"]["now"]["amount"], 2000);
    localboxs.told("subscription change u_1 --plan pro_plus --proration always_invoice --yes");
    assert_eq!(localboxs.stands("u_1"), stands("pro_plus", "active"));
    localboxs.wait("10d");
    let canceled = localboxs.told("subscription cancel u_1 --now --refund prorated --feedback unused --yes");
    // 10 days are left of both: 6.33 of the first invoice, 10.00 of the second.
    assert_eq!(canceled["refund"]["amount"]["amount"], 633 + 1000);
    localboxs.shop.billctl("events pull").exits(0);
    assert_eq!(localboxs.stands("u_1"), stands("free", "canceled"));
    let booked = localboxs.told("transactions list --subject u_1 --oldest-first");
    let mut types: Vec<String> = booked
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["type"].as_str().unwrap(), one["amount"]["amount"]))
        .collect();
    types.sort();
    assert_eq!(
        types,
        [
            "REFUND 1000",
            "REFUND 633",
            "SUBSCRIPTION_CANCEL 0",
            "SUBSCRIPTION_PAYMENT 1900",
            "SUBSCRIPTION_PAYMENT 2000",
            "SUBSCRIPTION_UPGRADE 0",
        ]
    );
    let failed = localboxs.told("transactions list --subject u_1 --status failed");
    assert_eq!(failed, json!([]));
}
