//! A subject subscribes without a checkout.

use insta::assert_snapshot;
use serde_json::json;

use super::{BAD_CARD, DAY, GOOD_CARD, all, customer, nexus, price, text, told};

#[test]
fn a_subject_with_a_card_is_subscribed_and_charged() {
    let (shop, emulator) = nexus();
    customer(&emulator, "u_1", GOOD_CARD);
    assert_snapshot!(shop.billctl("subscription create u_1 --plan pro"), @"
    Made sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro)
    status       active: renews at 2026-12-01T00:00:00Z
    period ends  2026-12-01T00:00:00Z

    price              id                              how many     amount  every
    nexus_pro_monthly  price_XXXXXXXXXXXXXXXXXXXXXXX1         1  99.00 USD  month
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    let made = &all(&emulator)[0];
    let invoice = emulator.get(&format!("/v1/invoices/{}", text(&made["latest_invoice"])));
    assert_eq!(
        (
            &made["status"],
            &made["metadata"]["userId"],
            &made["metadata"]["billctl_project"],
            &invoice["amount_paid"]
        ),
        (&json!("active"), &json!("u_1"), &json!("nexus"), &json!(9900))
    );
    // The mirror knows it before any event has come.
    let shown = shop.billctl("customer show u_1 -o json").exits(0).json();
    assert_eq!((&shown["plan"], &shown["status"]), (&json!("pro"), &json!("active")));
}

#[test]
fn the_same_call_again_makes_nothing_and_says_so() {
    let (shop, emulator) = nexus();
    customer(&emulator, "u_1", GOOD_CARD);
    let first = told(&shop, "create u_1 --plan pro");
    let second = told(&shop, "create u_1 --plan pro");
    assert_eq!((&first["made_before"], &second["made_before"]), (&json!(false), &json!(true)));
    assert_eq!(first["id"], second["id"]);
    assert_eq!(all(&emulator).len(), 1);
}

#[test]
fn nobody_is_given_a_second_subscription_unless_that_is_said() {
    let (shop, emulator) = nexus();
    customer(&emulator, "u_1", GOOD_CARD);
    told(&shop, "create u_1 --plan pro");
    assert_snapshot!(shop.billctl("subscription create u_1 --plan business --quiet"), @"
    [stderr]
    error: `u_1` has a subscription already: sub_XXXXXXXXXXXXXXXXXXXXXXX1 of u_1 (pro), active; nothing was sent
    hint: Change it with `billctl subscription change u_1 --plan KEY`; or have two, with `--another --key KEY`
    [exit 1]
    ");
    assert_eq!(all(&emulator).len(), 1);
    let line = "create u_1 --plan business --another --key order-7";
    let (other, again) = (told(&shop, line), told(&shop, line));
    assert_eq!((&other["plan"], &other["id"]), (&json!("business"), &again["id"]));
    assert_eq!(all(&emulator).len(), 2);
}

#[test]
fn what_was_canceled_can_be_taken_out_again_on_the_same_day() {
    let (shop, emulator) = nexus();
    customer(&emulator, "u_1", GOOD_CARD);
    let first = told(&shop, "create u_1 --plan pro");
    told(&shop, "cancel u_1 --now");
    let second = told(&shop, "create u_1 --plan pro");
    assert_ne!(first["id"], second["id"]);
    assert_eq!(second["made_before"], false);
}

#[test]
fn a_declined_card_makes_nothing_and_another_card_is_not_held_against_it() {
    let (shop, emulator) = nexus();
    let id = customer(&emulator, "u_1", BAD_CARD);
    assert_snapshot!(shop.billctl("subscription create u_1 --plan pro --quiet"), @"
    [stderr]
    error: The first payment of `u_1` failed; no subscription was made
      caused by: The card was declined at POST /v1/subscriptions: Your card was declined. (HTTP 402, card_declined, decline code generic_decline, request req_XXXXXXXXXXXXX1)
    hint: Let them pay by themselves: `billctl checkout create --subject u_1 --plan KEY`
    [exit 1]
    ");
    assert_eq!(all(&emulator).len(), 0);
    let form = format!("customer={id}");
    let card = text(&emulator.post(&format!("/v1/payment_methods/{GOOD_CARD}/attach"), &form)["id"]);
    emulator
        .post(&format!("/v1/customers/{id}"), &format!("invoice_settings[default_payment_method]={card}"));
    let made = told(&shop, "create u_1 --plan pro");
    assert_eq!((&made["status"], all(&emulator).len()), (&json!("active"), 1));
}

#[test]
fn the_flags_go_into_the_request() {
    let (shop, emulator) = nexus();
    let id = customer(&emulator, "u_1", GOOD_CARD);
    let line = "create u_1 --plan pro --quantity 3 --trial-days 5 --metadata team=red --backdate 2026-10-01 --dry-run";
    let would = told(&shop, line);
    let params = &would["request"]["params"];
    assert_eq!(
        (&params["customer"], &params["items"], &params["trial_period_days"]),
        (&json!(id), &json!([{"price": price(&emulator, "nexus_pro_monthly"), "quantity": 3}]), &json!(5))
    );
    assert_eq!(
        (&params["metadata"]["team"], &params["backdate_start_date"], &params["proration_behavior"]),
        (&json!("red"), &json!(1_790_812_800), &json!("none"))
    );
    assert_eq!(all(&emulator).len(), 0);
    let made = told(&shop, &line.replace(" --dry-run", ""));
    assert_eq!((&made["status"], &made["items"][0]["quantity"]), (&json!("trialing"), &json!(3)));
    assert_eq!(all(&emulator)[0]["start_date"], 1_790_812_800);
}

#[test]
fn a_coupon_a_code_and_an_own_card_are_taken() {
    let (shop, emulator) = nexus();
    let id = customer(&emulator, "u_1", BAD_CARD);
    let card = emulator.post(&format!("/v1/payment_methods/{GOOD_CARD}/attach"), &format!("customer={id}"));
    let card = text(&card["id"]);
    emulator.post("/v1/coupons", "id=half&percent_off=50&duration=once");
    emulator.post("/v1/promotion_codes", "promotion[type]=coupon&promotion[coupon]=half&code=HALF");
    let made = told(&shop, &format!("create u_1 --plan pro --promotion-code HALF --payment-method {card}"));
    let invoice = emulator.get(&format!("/v1/invoices/{}", text(&made["latest_invoice"])));
    assert_eq!((&made["default_payment_method"], &invoice["amount_paid"]), (&json!(card), &json!(4950)));
    let other = customer(&emulator, "u_2", GOOD_CARD);
    let made = told(&shop, &format!("create {other} --plan pro --coupon half"));
    let invoice = emulator.get(&format!("/v1/invoices/{}", text(&made["latest_invoice"])));
    assert_eq!((&made["subject"], &invoice["amount_paid"]), (&json!("u_2"), &json!(4950)));
}

#[test]
fn a_subject_that_stripe_has_never_heard_of_gets_a_customer_and_an_invoice() {
    let (shop, emulator) = nexus();
    let made = told(&shop, "create u_9 --plan business --send-invoice 30");
    assert_eq!((&made["status"], &made["subject"]), (&json!("active"), &json!("u_9")));
    let subscription = &all(&emulator)[0];
    assert_eq!(
        (&subscription["collection_method"], &subscription["days_until_due"]),
        (&json!("send_invoice"), &json!(30))
    );
    assert_eq!(emulator.list("/v1/customers").len(), 1);
}

#[test]
fn the_days_to_try_it_are_those_of_the_plan() {
    let (shop, emulator) = nexus();
    let catalog = shop.read("billing.toml");
    let tried = catalog.replace("amount = \"99.00 usd\"", "amount = \"99.00 usd\"\ntrial_days = 7");
    shop.write("billing.toml", tried);
    shop.billctl("catalog sync --yes").exits(0);
    customer(&emulator, "u_1", GOOD_CARD);
    let made = told(&shop, "create u_1 --plan pro");
    assert_eq!((&made["status"], &made["trial_end"]), (&json!("trialing"), &json!("2026-11-08T00:00:00Z")));
    super::advance(&emulator, 8 * DAY);
    assert_eq!(all(&emulator)[0]["status"], "active");
}
