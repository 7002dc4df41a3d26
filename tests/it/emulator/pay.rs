//! `billctl emulator pay` and `advance`: a test customer and a test calendar for scripts.

use serde_json::{Value, json};

use super::receiver::Receiver;
use super::world::text;
use crate::support::{Emulator, Shop};

const URLS: &str = "success_url=http://localhost:3000/done?session_id={CHECKOUT_SESSION_ID}&cancel_url=http://localhost:3000/no";

/// A monthly plan on sale.
fn plan(emulator: &Emulator) -> String {
    emulator.post("/v1/products", "name=Pro&id=pro");
    let price =
        emulator.post("/v1/prices", "product=pro&currency=usd&unit_amount=9900&recurring[interval]=month");
    text(&price["id"])
}

fn session(emulator: &Emulator, price: &str, more: &str) -> Value {
    let form = format!(
        "mode=subscription&{URLS}&line_items[0][price]={price}&line_items[0][quantity]=1&metadata[userId]=u_1{more}"
    );
    emulator.post("/v1/checkout/sessions", &form)
}

#[test]
fn a_session_is_paid_by_its_id_and_the_months_that_follow_are_renewed() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let price = plan(&emulator);
    let id = text(&session(&emulator, &price, "")["id"]);
    let paid = shop
        .billctl(&format!(
            "emulator pay {id} --card 4242424242424242 --email ada@example.com --name Ada -o json"
        ))
        .exits(0)
        .json();
    assert_eq!(
        (&paid["paid"], &paid["status"], &paid["payment_status"], &paid["declined"]),
        (&json!(true), &json!("complete"), &json!("paid"), &Value::Null)
    );
    assert_eq!(paid["amount"], json!({"amount": 9900, "currency": "usd", "display": "99.00 USD"}));
    assert_eq!(paid["returns_to"], format!("http://localhost:3000/done?session_id={id}"));
    let types: Vec<&str> =
        paid["events"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert!(types.contains(&"checkout.session.completed") && types.contains(&"invoice.paid"), "{types:?}");
    let customer = emulator.get(&format!("/v1/customers/{}", text(&paid["customer"])));
    assert_eq!((&customer["email"], &customer["name"]), (&json!("ada@example.com"), &json!("Ada")));

    let moved = shop.billctl("emulator advance 32d -o json").exits(0).json();
    assert_eq!(moved["from"], "2026-11-01T00:00:00Z");
    assert_eq!(moved["now"], "2026-12-03T00:00:00Z");
    let renewed: Vec<(&str, &str)> = moved["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (event["created"].as_str().unwrap(), event["type"].as_str().unwrap()))
        .filter(|(_, name)| name.starts_with("invoice.") || name.starts_with("customer.subscription"))
        .collect();
    assert_eq!(
        renewed,
        [
            ("2026-11-24T00:00:00Z", "invoice.upcoming"),
            ("2026-12-01T00:00:00Z", "customer.subscription.updated"),
            ("2026-12-01T00:00:00Z", "invoice.created"),
            ("2026-12-01T01:00:00Z", "invoice.finalized"),
            ("2026-12-01T01:00:00Z", "invoice.updated"),
            ("2026-12-01T01:00:00Z", "invoice.paid"),
            ("2026-12-01T01:00:00Z", "invoice.payment_succeeded"),
        ]
    );
    let subscription = emulator.get(&format!("/v1/subscriptions/{}", text(&paid["subscription"])));
    assert_eq!(subscription["items"]["data"][0]["current_period_start"], 1_796_083_200);
}

#[test]
fn a_declined_card_is_told_with_its_code_and_another_one_pays() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let price = emulator.post("/v1/prices", "product_data[name]=Tea&currency=usd&unit_amount=1500");
    let form =
        format!("mode=payment&{URLS}&line_items[0][price]={}&line_items[0][quantity]=1", text(&price["id"]));
    let session = emulator.post("/v1/checkout/sessions", &form);
    let id = text(&session["id"]);
    for (card, code, decline_code) in [
        ("4000000000000002", "card_declined", json!("generic_decline")),
        ("'4000 0000 0000 9995'", "card_declined", json!("insufficient_funds")),
        ("4000000000000069", "expired_card", json!("expired_card")),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", json!("incorrect_cvc")),
        ("4000002760003184 --bank refuses", "payment_intent_authentication_failure", Value::Null),
    ] {
        let refused = shop.billctl(&format!("emulator pay {id} --card {card} -o json")).exits(1).json();
        assert_eq!((&refused["paid"], &refused["status"]), (&json!(false), &json!("open")), "{card}");
        assert_eq!(
            (&refused["declined"]["code"], &refused["declined"]["decline_code"]),
            (&json!(code), &decline_code),
            "{card}"
        );
        assert_eq!(refused["returns_to"], Value::Null);
    }
    let said = shop.billctl(&format!("emulator pay {id} --card 4000000000009995")).exits(1);
    assert!(
        said.stdout
            .starts_with("Declined 15.00 USD: Your card has insufficient funds. (insufficient_funds)\n"),
        "{said}"
    );
    assert!(said.stdout.contains("payment_intent.payment_failed"), "{said}");
    // A person may give the address that the browser would show, and the bank may ask.
    let address = format!("http://127.0.0.1:1/c/pay/{id}?prefilled=1#top");
    let said = shop.billctl(&format!("emulator pay {address} --card 4000002760003184")).exits(0);
    assert!(said.stdout.starts_with("Paid 15.00 USD\n"), "{said}");
    let again = shop.billctl(&format!("emulator pay {id}")).exits(1);
    assert!(again.stderr.contains("is complete already: nothing was paid"), "{again}");
}

#[test]
fn a_card_that_declines_a_subscription_leaves_a_failed_charge_as_stripe_does() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let price = plan(&emulator);
    let id = text(&session(&emulator, &price, "")["id"]);
    for card in ["4000000000000002", "4000000000000341"] {
        let refused = shop.billctl(&format!("emulator pay {id} --card {card} -o json")).exits(1).json();
        assert_eq!(refused["status"], "open");
        let types: Vec<&str> = refused["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["type"].as_str().unwrap())
            .collect();
        assert!(types.contains(&"charge.failed"), "{types:?}");
        assert!(types.contains(&"payment_intent.payment_failed"), "{types:?}");
    }
    // Both are attempts at one payment.
    let charges = emulator.list("/v1/charges");
    assert_eq!(charges.len(), 2);
    assert_eq!(charges[0]["payment_intent"], charges[1]["payment_intent"]);
    assert_eq!((&charges[0]["status"], &charges[0]["amount"]), (&json!("failed"), &json!(9_900)));
    assert_eq!(emulator.list("/v1/subscriptions?status=all").len(), 0);
    shop.billctl(&format!("emulator pay {id}")).exits(0);
    let tried = emulator.get(&format!("/v1/payment_intents/{}", text(&charges[0]["payment_intent"])));
    assert_eq!(tried["status"], "canceled");
    assert_eq!(emulator.list("/v1/subscriptions").len(), 1);
    // So a report sees how many payments are declined.
    shop.billctl("events pull").exits(0);
    let told = shop.billctl("report payments -o json").exits(0).json();
    assert_eq!((&told["lines"][0]["succeeded"], &told["lines"][0]["failed"]), (&json!(1), &json!(2)));
    assert_eq!(told["declines"][0]["code"], "generic_decline");
}

#[test]
fn a_dry_run_pays_nothing_and_moves_nothing() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let price = plan(&emulator);
    let id = text(&session(&emulator, &price, "")["id"]);
    let seen = emulator.get("/_emulator/status")["objects"].clone();
    let said = shop.billctl(&format!("emulator pay {id} --dry-run")).exits(0);
    assert!(said.stdout.starts_with("Would pay 99.00 USD\n"), "{said}");
    insta::assert_snapshot!(shop.billctl("emulator advance 1d --dry-run --quiet"), @r"
    It would be 2026-11-02T00:00:00Z  (was 2026-11-01T00:00:00Z)
    [exit 0]
    ");
    let now = emulator.get("/_emulator/status");
    assert_eq!((&now["objects"], &now["now"]), (&seen, &json!(1_793_491_200)));
}

#[test]
fn what_is_no_session_no_card_or_no_length_is_told() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let price = plan(&emulator);
    let id = text(&session(&emulator, &price, "")["id"]);
    insta::assert_snapshot!(shop.billctl("emulator pay sub_1 --quiet"), @r"
    [stderr]
    error: `sub_1` names no checkout session
    hint: Give its id (cs_…) or its address, as `billctl emulator pay cs_test_… --card 4242424242424242`
    [exit 2]
    ");
    insta::assert_snapshot!(shop.billctl(&format!("emulator pay {id} --card 4111111111111111 --quiet")), @r"
    [stderr]
    error: `4111111111111111` is no test card of the emulator
    hint: Take 4242424242424242, which pays, or another that `billctl emulator pay --help` lists
    [exit 2]
    ");
    let gone = shop.billctl("emulator pay cs_test_none --quiet").exits(1);
    assert!(gone.stderr.contains("No such checkout.session: 'cs_test_none'"), "{gone}");
    insta::assert_snapshot!(shop.billctl("emulator advance 1mo"), @r"
    [stderr]
    error: invalid value '1mo' for '<DURATION>': `1mo` is no whole number of days: months and years differ in length; write 30d, 31d or 365d

    For more information, try '--help'.
    [exit 2]
    ");
    emulator.post(&format!("/v1/checkout/sessions/{id}/expire"), "");
    let expired = shop.billctl(&format!("emulator pay {id}")).exits(1);
    assert!(expired.stderr.contains("has expired: nothing was paid"), "{expired}");
}

#[test]
fn only_an_emulator_is_paid_in_and_moved() {
    let shop = Shop::new();
    shop.write(
        "billing.toml",
        "[project]\nname = \"shop\"\n[profiles.test]\nsecret_key = { env = \"STRIPE_SECRET_KEY\" }\n",
    );
    insta::assert_snapshot!(shop.billctl("emulator advance 1d --profile test"), @r"
    [stderr]
    error: `billctl emulator advance` is for the emulator, and the profile `test` is an account at Stripe
    hint: Add `--profile emulator`; in Stripe's test mode a person pays on the session's page, and test clocks move time
    [exit 2]
    ");
    shop.billctl("emulator pay cs_test_1 --profile test").exits(2);
}

#[test]
fn what_happens_on_the_way_is_delivered_before_the_command_ends() {
    let receiver = Receiver::new();
    let shop = Shop::new();
    let emulator = shop.emulator_with(&["--forward-to", &receiver.url]);
    let price = plan(&emulator);
    let id = text(&session(&emulator, &price, "&subscription_data[trial_period_days]=7")["id"]);
    let paid = shop.billctl(&format!("emulator pay {id} -o json")).exits(0).json();
    assert_eq!(paid["payment_status"], "no_payment_required");
    let moved = shop.billctl("emulator advance 8d -o json").exits(0).json();
    assert_eq!(moved["deliveries"]["waiting"], 0, "{moved}");
    assert_eq!(moved["deliveries"]["delivered"], moved["events"].as_array().unwrap().len());
    let of_type = |name: &str| {
        moved["events"].as_array().unwrap().iter().find(|event| event["type"] == name).unwrap()["created"]
            .clone()
    };
    assert_eq!(of_type("customer.subscription.trial_will_end"), "2026-11-05T00:00:00Z");
    assert_eq!(of_type("charge.succeeded"), "2026-11-08T01:00:00Z");
}
