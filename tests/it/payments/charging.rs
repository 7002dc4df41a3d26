//! An overage is charged once, whatever is lost and however many ask.

use std::process::Stdio;
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{customer, pay, save, sent, system, text};
use crate::support::{Emulator, Shop};

const OVERAGE: &str = "payment charge u_1 --amount 12.50 --currency usd --description 'Overage of task 7'";

fn charged(shop: &Shop, more: &str) -> Value {
    shop.billctl(&format!("{OVERAGE} {more} -o json")).exits(0).json()
}

fn payments(emulator: &Emulator) -> Vec<Value> {
    emulator.list("/v1/payment_intents")
}

#[test]
fn a_charge_waits_for_the_customer_who_pays_it_in_a_browser() {
    let (shop, emulator) = system("parentpilot");
    assert_snapshot!(shop.billctl(OVERAGE), @"
    Waiting for 12.50 USD from u_1: nobody has paid yet
    payment  pi_XXXXXXXXXXXXXXXXXXXXXXX1
    of       u_1 (cus_XXXXXXXXXXXXX1)
    for      Overage of task 7
    key      content:ec0b5d29c0a06d8223d3917f
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    let intent = &payments(&emulator)[0];
    assert_eq!(
        (&intent["amount"], &intent["status"], &intent["description"], &intent["metadata"]["userId"]),
        (&json!(1250), &json!("requires_payment_method"), &json!("Overage of task 7"), &json!("u_1"))
    );
    // It shows before its event was read.
    let listed = shop.billctl("payment list --subject u_1 -o json").exits(0).json();
    assert_eq!((&listed[0]["id"], &listed[0]["status"]), (&intent["id"], &json!("pending")));
}

#[test]
fn an_absent_customer_is_charged_by_the_method_that_is_saved() {
    let (shop, emulator) = system("parentpilot");
    customer(&emulator, "u_1", "pm_card_visa");
    assert_snapshot!(shop.billctl(&format!("{OVERAGE} --off-session")), @"
    Paid: 12.50 USD from u_1
    payment  pi_XXXXXXXXXXXXXXXXXXXXXXX1
    of       u_1 (cus_XXXXXXXXXXXXX1)
    for      Overage of task 7
    key      content:ec0b5d29c0a06d8223d3917f
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    assert_snapshot!(shop.billctl(&format!("{OVERAGE} --off-session")), @"
    Charged before, and not again: 12.50 USD from u_1
    payment  pi_XXXXXXXXXXXXXXXXXXXXXXX1
    of       u_1 (cus_XXXXXXXXXXXXX1)
    for      Overage of task 7
    key      content:ec0b5d29c0a06d8223d3917f
    Another charge of the same amount for the same thing has a key of its own: `--key TEXT`
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
    assert_eq!(payments(&emulator).len(), 1);
    let again = charged(&shop, "--off-session --key task-7b");
    assert_eq!((&again["status"], &again["charged_before"]), (&json!("succeeded"), &json!(false)));
    assert_eq!(payments(&emulator).len(), 2);
}

#[test]
fn a_decline_is_told_in_plain_words_and_another_card_pays() {
    let (shop, emulator) = system("parentpilot");
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    let broken = save(&emulator, &customer, "pm_card_chargeCustomerFail");
    let line = format!("{OVERAGE} --payment-method {broken} --off-session");
    assert_snapshot!(shop.billctl(&line), @"
    Declined: 12.50 USD from u_1: the bank gives no reason (generic_decline): the customer has to ask their bank, or pay another way
    payment  pi_XXXXXXXXXXXXXXXXXXXXXXX1
    of       u_1 (cus_XXXXXXXXXXXXX1)
    for      Overage of task 7
    key      content:ec0b5d29c0a06d8223d3917f
    Try it with another: `billctl payment retry pi_XXXXXXXXXXXXXXXXXXXXXXX1 --payment-method pm_…`
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 1]
    ");
    // The same call is the same charge, and tries nothing again.
    let again = shop.billctl(&format!("{line} -o json")).exits(1).json();
    assert_eq!(
        (&again["status"], &again["decline_code"], &again["charged_before"]),
        (&json!("failed"), &json!("generic_decline"), &json!(true))
    );
    assert_eq!(emulator.list("/v1/charges").len(), 1);
    let paid = shop.billctl(&format!("payment retry {} -o json", text(&again["id"]))).exits(0).json();
    assert_eq!((&paid["id"], &paid["status"]), (&again["id"], &json!("succeeded")));
    assert_eq!(payments(&emulator).len(), 1);
}

#[test]
fn many_that_charge_at_once_charge_once() {
    let (shop, emulator) = system("parentpilot");
    customer(&emulator, "u_1", "pm_card_visa");
    let line = [
        "payment",
        "charge",
        "u_1",
        "--amount",
        "5 usd",
        "--description",
        "x",
        "--off-session",
        "-o",
        "json",
    ];
    let started: Vec<_> = (0..6).map(|_| shop.spawn(&line, Stdio::null())).collect();
    let told: Vec<Value> = started.into_iter().map(|child| shop.finish(child).exits(0).json()).collect();
    assert_eq!(payments(&emulator).len(), 1);
    assert!(told.iter().all(|one| one["id"] == told[0]["id"]), "{told:?}");
    assert_eq!(emulator.list("/v1/charges").len(), 1);
}

#[test]
fn an_answer_that_is_lost_is_found_again() {
    for fault in ["cut-after", "500-after", "500-kept", "cut-before"] {
        let (shop, emulator) = system("parentpilot");
        customer(&emulator, "u_1", "pm_card_visa");
        emulator.fail_on(&format!("POST /v1/payment_intents:{fault}"));
        let lost = shop.billctl(&format!("{OVERAGE} --off-session -o json"));
        emulator.heal();
        let charged = charged(&shop, "--off-session");
        assert_eq!(charged["status"], "succeeded", "{fault}: {lost}");
        assert_eq!(
            (payments(&emulator).len(), emulator.list("/v1/charges").len()),
            (1, 1),
            "{fault}: {lost}"
        );
    }
}

#[test]
fn killed_in_the_middle_the_same_call_charges_once() {
    for fault in ["stall-before", "stall-after"] {
        let (shop, emulator) = system("parentpilot");
        customer(&emulator, "u_1", "pm_card_visa");
        emulator.fail_on(&format!("POST /v1/payment_intents:{fault}"));
        let line = [
            "payment",
            "charge",
            "u_1",
            "--amount",
            "5 usd",
            "--description",
            "x",
            "--off-session",
            "-o",
            "json",
        ];
        let mut child = shop.spawn(&line, Stdio::null());
        while sent(&emulator, "POST", "/v1/payment_intents") == 0 {
            assert!(child.try_wait().unwrap().is_none(), "it ended before it charged");
            std::thread::sleep(Duration::from_millis(3));
        }
        child.kill().unwrap();
        shop.finish(child);
        emulator.heal();
        let told = shop.run(&line, "").exits(0).json();
        assert_eq!(told["status"], "succeeded");
        assert_eq!((payments(&emulator).len(), emulator.list("/v1/charges").len()), (1, 1), "{fault}");
    }
}

#[test]
fn a_dry_run_shows_the_request_and_sends_nothing() {
    let (shop, emulator) = system("parentpilot");
    customer(&emulator, "u_1", "pm_card_visa");
    let would = charged(&shop, "--off-session --dry-run");
    assert_eq!(
        (
            &would["request"]["path"],
            &would["request"]["params"]["amount"],
            &would["request"]["params"]["confirm"]
        ),
        (&json!("/v1/payment_intents"), &json!(1250), &json!(true))
    );
    assert_eq!(payments(&emulator).len(), 0);
}

#[test]
fn the_usual_mistakes_are_told_before_anything_is_sent() {
    let (shop, emulator) = system("parentpilot");
    let refused = |line: &str| {
        let said = shop.billctl(&format!("payment charge --quiet {line}"));
        assert_ne!(said.code, Some(0), "{said}");
        said.to_string()
    };
    assert_snapshot!(refused("u_1 --amount 12.50 --description x"), @"
    [stderr]
    error: `--amount 12.50`: it names no currency
    hint: Write it like '12.50 usd'
    [exit 2]
    ");
    assert_snapshot!(refused("u_1 --amount '12.505 usd' --description x"), @"
    [stderr]
    error: `--amount 12.505 usd`: usd has 2 decimals, not 3
    hint: Write it like '12.50 usd'
    [exit 2]
    ");
    assert_snapshot!(refused("u_1 --amount '0 usd' --description x"), @"
    [stderr]
    error: `--amount 0 usd`: that is nothing
    hint: Write it like '12.50 usd'
    [exit 2]
    ");
    assert_snapshot!(refused("u_1 --amount '5 usd'"), @"
    [stderr]
    error: A charge says what it is for; nothing was sent
    hint: Say it to the customer with `--description TEXT`, or to colleagues alone with `--reason TEXT`
    [exit 2]
    ");
    assert_snapshot!(refused("u_1 --amount '5 usd' --currency eur --description x"), @"
    [stderr]
    error: `--amount 5 usd`: it is not in eur
    hint: Write it like '12.50 usd'
    [exit 2]
    ");
    assert_snapshot!(refused("cus_QyHrZ2eZvKYlo2 --amount '5 usd' --description x"), @"
    [stderr]
    error: Nobody knows a subject or customer `cus_XXXXXXXXXXXXX1`
    hint: Find them with `billctl customer find TEXT`; `billctl events pull` reads what is new in Stripe
    [exit 1]
    ");
    let none = text(&emulator.post("/v1/customers", "metadata[userId]=u_2")["id"]);
    shop.billctl("events pull").exits(0);
    assert_snapshot!(refused("u_2 --amount '5 usd' --description x --off-session"), @"
    [stderr]
    error: cus_XXXXXXXXXXXXX1 has saved no way to pay; nothing was sent
    hint: Have the customer save one: `billctl portal create --subject SUBJECT --flow payment-method`
    [exit 1]
    ");
    assert_snapshot!(refused("u_2 --amount '5 usd' --description x --payment-method visa"), @"
    [stderr]
    error: `visa` is no payment method's id; nothing was sent
    hint: It begins with pm_; `billctl customer show SUBJECT -o json` lists them in `payment_methods`
    [exit 2]
    ");
    assert_snapshot!(refused("u_2 --amount '5 usd' --description x --payment-method pm_1QyHrZ2eZvKYlo2C"), @"
    [stderr]
    error: Stripe has no payment method pm_XXXXXXXXXXXXXXX1 in this account and mode; nothing was sent
    hint: `billctl customer show SUBJECT -o json` lists them in `payment_methods`
    [exit 1]
    ");
    let (one, two) = (save(&emulator, &none, "pm_card_visa"), save(&emulator, &none, "pm_card_mastercard"));
    let said =
        shop.billctl("payment charge u_2 --amount '5 usd' --description x --off-session").exits(1).stderr;
    assert!(
        said.contains("has 2 ways to pay and no default") && said.contains(&one) && said.contains(&two),
        "{said}"
    );
    let other = customer(&emulator, "u_3", "pm_card_visa");
    let others = save(&emulator, &other, "pm_card_visa");
    let line = format!("payment charge u_2 --amount '5 usd' --description x --payment-method {others}");
    let said = shop.billctl(&line).exits(1).stderr;
    assert!(said.contains(&format!("is a payment method of {other}, and not of {none}")), "{said}");
    assert_eq!(sent(&emulator, "POST", "/v1/payment_intents"), 0);
}

#[test]
fn a_key_stands_for_one_charge() {
    let (shop, emulator) = system("parentpilot");
    let line = |amount: &str| format!("payment charge u_1 --amount '{amount}' --description x --key task-7");
    shop.billctl(&line("5 usd")).exits(0);
    assert_snapshot!(shop.billctl(&line("6 usd")), @"
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    error: The key `task-7` was used before, for a charge of 5.00 USD (pi_XXXXXXXXXXXXXXXXXXXXXXX1); nothing was sent
    hint: Use a key of its own for each charge; only a repetition of the same one has the same key
    [exit 2]
    ");
    assert_eq!(payments(&emulator).len(), 1);
}

#[test]
fn what_stripe_refuses_is_told_and_nothing_is_left_behind() {
    let (shop, emulator) = system("parentpilot");
    let said = shop.billctl("payment charge u_1 --amount '0.10 usd' --description x").exits(1);
    assert!(said.stderr.contains("Amount must be at least 0.50 usd"), "{said}");
    assert_eq!(payments(&emulator).len(), 0);
    let customer = customer(&emulator, "u_2", "pm_card_visa");
    shop.billctl("events pull").exits(0);
    emulator.delete(&format!("/v1/customers/{customer}"));
    let said = shop.billctl("payment charge u_2 --amount '5 usd' --description x").exits(1);
    assert!(said.stderr.contains("Stripe has no longer the customer of `u_2`"), "{said}");
}

#[test]
fn payments_of_the_application_itself_are_no_charges_of_this_command() {
    let (shop, emulator) = system("parentpilot");
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    pay(&emulator, &format!("amount=1250&customer={customer}&payment_method=pm_card_visa&confirm=true"));
    assert_eq!(charged(&shop, "--off-session")["charged_before"], false);
    assert_eq!(payments(&emulator).len(), 2);
}
