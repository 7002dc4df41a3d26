//! What was declined is tried again.

use std::process::Stdio;
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{DAY, advance, break_card, customer, pay, save, sent, subscribe, system, text};
use crate::support::{Emulator, Shop};

/// A subscription whose renewal was declined: shop, emulator, customer, subscription, invoice.
fn past_due() -> (Shop, Emulator, String, String, String) {
    let (shop, emulator) = system("nexus");
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    let subscription = subscribe(&emulator, &customer, "nexus_pro_monthly");
    break_card(&emulator, &customer);
    shop.billctl("events pull").exits(0);
    advance(&emulator, 30 * DAY + 2 * 60 * 60);
    shop.billctl("events pull").exits(0);
    let open = emulator.list("/v1/invoices?status=open");
    let invoice = text(&open[0]["id"]);
    (shop, emulator, customer, subscription, invoice)
}

#[test]
fn another_card_pays_the_invoice_and_the_subscription_goes_on() {
    let (shop, emulator, customer, subscription, invoice) = past_due();
    let declined = shop.billctl(&format!("payment retry {invoice} --quiet")).exits(1);
    assert_snapshot!(declined, @"
    Declined: 99.00 USD from u_1: the bank gives no reason (generic_decline): the customer has to ask their bank, or pay another way
    payment  pi_XXXXXXXXXXXXXXXXXXXXXXX1
    of       u_1 (cus_XXXXXXXXXXXXX1)
    for      Subscription update
    invoice  in_XXXXXXXXXXXXXXXXXXXXXXX1
    Try it with another: `billctl payment retry pi_XXXXXXXXXXXXXXXXXXXXXXX1 --payment-method pm_…`
    [exit 1]
    ");
    let good = save(&emulator, &customer, "pm_card_mastercard");
    let payment = shop.billctl(&format!("payment show {invoice} -o json")).exits(0).json()["id"].clone();
    assert_snapshot!(
        shop.billctl(&format!("payment retry {} --payment-method {good}", text(&payment))),
        @"
    Paid: 99.00 USD from u_1
    payment  pi_XXXXXXXXXXXXXXXXXXXXXXX1
    of       u_1 (cus_XXXXXXXXXXXXX1)
    for      Subscription update
    invoice  in_XXXXXXXXXXXXXXXXXXXXXXX1
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    "
    );
    assert_eq!(emulator.get(&format!("/v1/subscriptions/{subscription}"))["status"], "active");
    let shown = shop.billctl(&format!("payment show {invoice} -o json")).exits(0).json();
    assert_eq!((&shown["status"], &shown["invoice_status"]), (&json!("succeeded"), &json!("paid")));
    assert_eq!(shown["attempts"].as_array().unwrap().len(), 3);
    let again = shop.billctl(&format!("payment retry {invoice} --quiet")).exits(1);
    assert!(again.stderr.contains("is paid already; nothing was sent"), "{again}");
}

#[test]
fn many_that_try_at_once_pay_once() {
    let (shop, emulator, customer, _, invoice) = past_due();
    let good = save(&emulator, &customer, "pm_card_visa");
    let line = ["payment", "retry", &invoice, "--payment-method", &good, "-o", "json"];
    let started: Vec<_> = (0..5).map(|_| shop.spawn(&line, Stdio::null())).collect();
    let said: Vec<_> = started.into_iter().map(|child| shop.finish(child)).collect();
    assert!(said.iter().any(|one| one.code == Some(0)), "{said:?}");
    let paid = emulator.list("/v1/charges").into_iter().filter(|charge| charge["paid"] == true).count();
    // The first period, and this one.
    assert_eq!(paid, 2);
}

#[test]
fn an_answer_that_is_lost_pays_once() {
    let (shop, emulator, customer, _, invoice) = past_due();
    let good = save(&emulator, &customer, "pm_card_visa");
    emulator.fail_on("POST /v1/invoices/*:cut-after");
    let line = format!("payment retry {invoice} --payment-method {good} -o json");
    let lost = shop.billctl(&line);
    emulator.heal();
    // Either it was found to be paid by the same call, or by the next.
    if lost.code != Some(0) {
        let again = shop.billctl(&line).exits(1);
        assert!(again.stderr.contains("is paid already"), "{again}");
    }
    let paid = emulator.list("/v1/charges").into_iter().filter(|charge| charge["paid"] == true).count();
    assert_eq!(paid, 2);
}

#[test]
fn killed_in_the_middle_the_same_call_pays_once() {
    for fault in ["stall-before", "stall-after"] {
        let (shop, emulator, customer, _, invoice) = past_due();
        let good = save(&emulator, &customer, "pm_card_visa");
        emulator.fail_on(&format!("POST /v1/invoices/*:{fault}"));
        let line = ["payment", "retry", &invoice, "--payment-method", &good, "-o", "json"];
        let path = format!("/v1/invoices/{invoice}/pay");
        let mut child = shop.spawn(&line, Stdio::null());
        while sent(&emulator, "POST", &path) == 0 {
            assert!(child.try_wait().unwrap().is_none(), "it ended before it paid");
            std::thread::sleep(Duration::from_millis(3));
        }
        child.kill().unwrap();
        shop.finish(child);
        emulator.heal();
        let again = shop.run(&line, "");
        match fault {
            "stall-before" => assert_eq!(again.exits(0).json()["status"], "succeeded"),
            _ => assert!(again.exits(1).stderr.contains("is paid already; nothing was sent")),
        }
        let paid = emulator.list("/v1/charges").into_iter().filter(|charge| charge["paid"] == true).count();
        assert_eq!((paid, &emulator.get(&format!("/v1/invoices/{invoice}"))["status"]), (2, &json!("paid")));
    }
}

#[test]
fn each_call_is_an_attempt_of_its_own_and_leaves_stripes_schedule_as_it_is() {
    let (shop, emulator, _, _, invoice) = past_due();
    let before = emulator.get(&format!("/v1/invoices/{invoice}"));
    let declined = || {
        let all = emulator.list("/v1/charges").into_iter();
        all.filter(|charge| charge["status"] == "failed")
            .map(|charge| text(&charge["id"]))
            .collect::<Vec<_>>()
    };
    let oldest = declined().pop().unwrap();
    for id in [&invoice, &invoice, &oldest, &oldest] {
        let known = declined().len();
        shop.billctl(&format!("payment retry {id} --quiet")).exits(1);
        assert_eq!(declined().len(), known + 1, "{id}");
    }
    let after = emulator.get(&format!("/v1/invoices/{invoice}"));
    assert_eq!(before["attempt_count"], 1);
    for field in ["attempt_count", "next_payment_attempt"] {
        assert_eq!(after[field], before[field], "{field}");
    }
}

#[test]
fn who_had_nothing_to_pay_with_is_charged_once_there_is_a_card() {
    let (shop, emulator) = system("nexus");
    let customer = text(&emulator.post("/v1/customers", "metadata[userId]=u_1")["id"]);
    let invoice =
        text(&emulator.post("/v1/invoices", &format!("customer={customer}&auto_advance=false"))["id"]);
    let item = format!("customer={customer}&invoice={invoice}&amount=700&currency=usd");
    emulator.post("/v1/invoiceitems", &item);
    emulator.post(&format!("/v1/invoices/{invoice}/finalize"), "");
    shop.billctl(&format!("payment retry {invoice} --quiet")).exits(1);
    let card = save(&emulator, &customer, "pm_card_visa");
    let form = format!("invoice_settings[default_payment_method]={card}");
    emulator.post(&format!("/v1/customers/{customer}"), &form);
    // Stripe remembers the refusal under its key for a day.
    let paid = shop.billctl(&format!("payment retry {invoice} -o json")).exits(0).json();
    assert_eq!(paid["status"], "succeeded");
    assert_eq!(emulator.list("/v1/charges").len(), 1);
}

#[test]
fn a_payment_of_no_invoice_is_confirmed_again() {
    let (shop, emulator) = system("parentpilot");
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    let poor = "pm_card_visa_chargeDeclinedInsufficientFunds";
    let payment =
        pay(&emulator, &format!("amount=700&customer={customer}&payment_method={poor}&confirm=true"));
    let would = shop.billctl(&format!("payment retry {payment} --dry-run -o json")).exits(0).json();
    assert_eq!(would["request"]["path"], format!("/v1/payment_intents/{payment}/confirm"));
    let before = emulator.list("/v1/charges").len();
    let paid = shop.billctl(&format!("payment retry {payment} -o json")).exits(0).json();
    assert_eq!((&paid["status"], &paid["decline_code"]), (&json!("succeeded"), &Value::Null));
    assert_eq!(emulator.list("/v1/charges").len(), before + 1);
}

#[test]
fn a_card_whose_bank_wants_to_ask_is_declined_while_its_owner_is_away() {
    let (shop, emulator) = system("parentpilot");
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    let payment = pay(&emulator, &format!("amount=700&customer={customer}"));
    let asks = save(&emulator, &customer, "pm_card_authenticationRequired");
    let said =
        shop.billctl(&format!("payment retry {payment} --payment-method {asks} -o json")).exits(1).json();
    assert_eq!(
        (&said["decline_code"], &said["advice"]),
        (
            &json!("authentication_required"),
            &json!("the customer has to confirm the payment with their bank")
        )
    );
}

#[test]
fn what_can_not_be_tried_again_is_told_before_anything_is_sent() {
    let (shop, emulator) = system("parentpilot");
    let refused = |id: &str| shop.billctl(&format!("payment retry {id} --quiet")).exits(1).stderr;
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    let paid =
        pay(&emulator, &format!("amount=700&customer={customer}&payment_method=pm_card_visa&confirm=true"));
    assert!(refused(&paid).contains("is paid already; nothing was sent"));
    let canceled = pay(&emulator, &format!("amount=700&customer={customer}"));
    emulator.post(&format!("/v1/payment_intents/{canceled}/cancel"), "");
    assert!(refused(&canceled).contains("is canceled: it can't be paid any more; nothing was sent"));
    let held = pay(
        &emulator,
        &format!(
            "amount=700&customer={customer}&payment_method=pm_card_visa&confirm=true&capture_method=manual"
        ),
    );
    assert!(refused(&held).contains("is held by the bank already; nothing was sent"));
    let nobodys = pay(&emulator, "amount=700");
    assert!(refused(&nobodys).contains("is nobody's: there is no saved method to try; nothing was sent"));
    let draft =
        text(&emulator.post("/v1/invoices", &format!("customer={customer}&auto_advance=false"))["id"]);
    assert!(refused(&draft).contains("is a draft"));
    assert!(refused("pi_1QyHrZ2eZvKYlo2C").contains("Stripe has no payment pi_1QyHrZ2eZvKYlo2C"));
    shop.billctl("payment retry sub_1QyHrZ2eZvKYlo2C").exits(2);
    assert_eq!(sent(&emulator, "POST", &format!("/v1/payment_intents/{held}/confirm")), 0);
}
