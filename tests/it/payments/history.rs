//! What was paid, what was not, and why.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{DAY, advance, customer, pay, save, subscribe, system, text};
use crate::support::Shop;

fn listed(shop: &Shop, line: &str) -> Vec<Value> {
    shop.billctl(&format!("payment list {line} -o json")).exits(0).json().as_array().unwrap().clone()
}

fn ids(payments: &[Value]) -> Vec<String> {
    payments.iter().map(|payment| text(&payment["id"])).collect()
}

#[test]
fn the_history_says_what_was_paid_and_why_not() {
    let (shop, emulator) = system("parentpilot");
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    pay(&emulator, &format!("amount=1250&customer={customer}&payment_method=pm_card_visa&confirm=true"));
    advance(&emulator, DAY);
    let poor = "pm_card_visa_chargeDeclinedInsufficientFunds";
    pay(&emulator, &format!("amount=700&customer={customer}&payment_method={poor}&confirm=true"));
    advance(&emulator, DAY);
    pay(&emulator, &format!("amount=99&customer={customer}"));
    assert_snapshot!(shop.billctl("payment list --subject u_1 --fresh"), @"
    created                  amount  status     subject  payment                      what happened
    2026-11-03T00:00:00Z   0.99 USD  pending    u_1      pi_XXXXXXXXXXXXXXXXXXXXXXX1  nobody has paid yet
    2026-11-02T00:00:00Z   7.00 USD  failed     u_1      pi_XXXXXXXXXXXXXXXXXXXXXXX2  there is not enough
                                                                                      money on the card
                                                                                      (insufficient_funds):
                                                                                      the customer has to
                                                                                      pay another way
    2026-11-01T00:00:00Z  12.50 USD  succeeded  u_1      pi_XXXXXXXXXXXXXXXXXXXXXXX3
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
}

#[test]
fn payments_are_chosen_by_subject_status_time_and_number() {
    let (shop, emulator) = system("parentpilot");
    let first = customer(&emulator, "u_1", "pm_card_visa");
    let second = customer(&emulator, "u_2", "pm_card_visa");
    let paid =
        pay(&emulator, &format!("amount=100&customer={first}&payment_method=pm_card_visa&confirm=true"));
    advance(&emulator, DAY);
    let failed = pay(
        &emulator,
        &format!("amount=200&customer={second}&payment_method=pm_card_chargeDeclined&confirm=true"),
    );
    advance(&emulator, DAY);
    let open = pay(&emulator, &format!("amount=300&customer={first}"));
    let canceled = pay(&emulator, &format!("amount=400&customer={first}"));
    emulator.post(&format!("/v1/payment_intents/{canceled}/cancel"), "");
    shop.billctl("events pull").exits(0);
    assert_eq!(ids(&listed(&shop, "--status succeeded")), [paid.as_str()]);
    assert_eq!(ids(&listed(&shop, "--status failed")), [failed.as_str()]);
    assert_eq!(ids(&listed(&shop, "--status pending")), [open.as_str()]);
    assert_eq!(ids(&listed(&shop, "--status canceled")), [canceled.as_str()]);
    assert_eq!(ids(&listed(&shop, "--status succeeded --status failed")), [failed.as_str(), paid.as_str()]);
    assert_eq!(ids(&listed(&shop, "--subject u_2")), [failed.as_str()]);
    assert_eq!(ids(&listed(&shop, &format!("--subject {second}"))), [failed.as_str()]);
    assert_eq!(ids(&listed(&shop, "--since 2026-11-02 --until 2026-11-03")), [failed.as_str()]);
    assert_eq!(ids(&listed(&shop, "--oldest-first -n 2")), [paid.as_str(), failed.as_str()]);
    assert_eq!(listed(&shop, "").len(), 4);
    let some = shop.billctl("payment list -n 2").exits(0);
    assert!(some.stderr.contains("There are more than these 2"), "{some}");
    assert_eq!(
        listed(&shop, "--status failed")[0],
        json!({
            "id": failed, "subject": "u_2", "customer": second, "status": "failed",
            "stripe_status": "requires_payment_method",
            "amount": {"amount": 200, "currency": "usd", "display": "2.00 USD"},
            "refunded": {"amount": 0, "currency": "usd", "display": "0.00 USD"},
            "decline_code": "generic_decline", "reason": "the bank gives no reason",
            "advice": "the customer has to ask their bank, or pay another way",
            "invoice": null, "charge": listed(&shop, "--status failed")[0]["charge"], "description": null,
            "created": "2026-11-02T00:00:00Z", "updated": "2026-11-02T00:00:00Z",
        })
    );
}

#[test]
fn what_an_invoice_took_is_found_by_the_invoice() {
    let (shop, emulator) = system("nexus");
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    subscribe(&emulator, &customer, "nexus_pro_monthly");
    pay(&emulator, &format!("amount=100&customer={customer}&payment_method=pm_card_visa&confirm=true"));
    shop.billctl("events pull").exits(0);
    let invoice = text(&emulator.list("/v1/invoices")[0]["id"]);
    let paid = listed(&shop, &format!("--invoice {invoice}"));
    assert_eq!(
        (paid.len(), &paid[0]["amount"]["amount"], &paid[0]["invoice"]),
        (1, &json!(9900), &json!(invoice))
    );
    let shown = shop.billctl(&format!("payment show {invoice} -o json")).exits(0).json();
    assert_eq!((&shown["id"], &shown["invoice_status"]), (&paid[0]["id"], &json!("paid")));
    let by_charge =
        shop.billctl(&format!("payment show {} -o json", text(&paid[0]["charge"]))).exits(0).json();
    assert_eq!(by_charge["id"], paid[0]["id"]);
}

#[test]
fn every_attempt_is_shown_with_its_card_and_its_reason() {
    let (shop, emulator) = system("parentpilot");
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    let payment = pay(
        &emulator,
        &format!(
            "amount=1250&customer={customer}&payment_method=pm_card_visa_chargeDeclinedLostCard&confirm=true\
             &description=Overage+of+task+7"
        ),
    );
    shop.billctl("events pull").exits(0);
    assert_snapshot!(shop.billctl(&format!("payment show {payment}")), @"
    payment  pi_XXXXXXXXXXXXXXXXXXXXXXX1
    of       u_1 (cus_XXXXXXXXXXXXX1)
    status   failed: the bank gives no reason (lost_card): the customer has to ask their bank, or pay another way
    amount   12.50 USD
    for      Overage of task 7
    created  2026-11-01T00:00:00Z

    attempts              with       status  what happened
    2026-11-01T00:00:00Z  visa 9987  failed  the bank gives no reason (lost_card):
                                             the customer has to ask their bank, or
                                             pay another way; the bank says not to
                                             try this card again

    next
    billctl portal create --subject u_1 --flow payment-method                for another
                                                                             card
    billctl payment retry pi_XXXXXXXXXXXXXXXXXXXXXXX1                        try it again
    billctl payment retry pi_XXXXXXXXXXXXXXXXXXXXXXX1 --payment-method pm_…  with another
                                                                             card
    billctl events list --object pi_XXXXXXXXXXXXXXXXXXXXXXX1                 all that
                                                                             happened
    [exit 0]
    ");
    let method = save(&emulator, &customer, "pm_card_mastercard");
    emulator.post(
        &format!("/v1/payment_intents/{payment}/confirm"),
        &format!("payment_method={method}&off_session=true"),
    );
    emulator
        .post("/v1/refunds", &format!("payment_intent={payment}&amount=250&reason=requested_by_customer"));
    assert_snapshot!(shop.billctl(&format!("payment show {payment} --fresh")), @"
    payment  pi_XXXXXXXXXXXXXXXXXXXXXXX1
    of       u_1 (cus_XXXXXXXXXXXXX1)
    status   succeeded: 2.50 USD of it refunded
    amount   12.50 USD
    for      Overage of task 7
    created  2026-11-01T00:00:00Z

    attempts              with             status     what happened
    2026-11-01T00:00:00Z  visa 9987        failed     the bank gives no reason
                                                      (lost_card): the customer has
                                                      to ask their bank, or pay
                                                      another way; the bank says not
                                                      to try this card again
    2026-11-01T00:00:00Z  mastercard 4444  succeeded

    refunds                 amount  status     id                           why
    2026-11-01T00:00:00Z  2.50 USD  succeeded  re_XXXXXXXXXXXXXXXXXXXXXXX1  requested_by_customer

    next
    billctl payment refund pi_XXXXXXXXXXXXXXXXXXXXXXX1 --reason TEXT  give it back
    billctl events list --object pi_XXXXXXXXXXXXXXXXXXXXXXX1          all that
                                                                      happened
    [stderr]
    profile emulator · acct_XXXXXXXXXXXXXXX1 · test mode
    [exit 0]
    ");
}

#[test]
fn a_charge_of_an_older_integration_is_a_payment_of_its_own() {
    let (shop, _emulator) = system("parentpilot");
    let charge = json!({"id": "ch_1QyHrZ2eZvKYlo2C", "object": "charge", "amount": 500, "amount_captured": 0,
        "amount_refunded": 0, "currency": "usd", "status": "failed", "paid": false, "failure_code": "card_declined",
        "outcome": {"reason": "expired_card"}, "created": 1_793_491_200});
    let event = json!({"id": "evt_1QyHrZ2eZvKYlo2C", "object": "event", "type": "charge.failed", "created": 1_793_491_200,
        "livemode": false, "data": {"object": charge}});
    shop.write("older.json", event.to_string());
    shop.billctl("events replay --file older.json --mirror").exits(0);
    let all = listed(&shop, "--status failed");
    assert_eq!(
        (all.len(), &all[0]["id"], &all[0]["reason"]),
        (1, &json!("ch_1QyHrZ2eZvKYlo2C"), &json!("the card has expired"))
    );
}

#[test]
fn the_usual_mistakes_are_answered_with_what_to_do() {
    let (shop, emulator) = system("parentpilot");
    customer(&emulator, "u_1", "pm_card_visa");
    shop.billctl("events pull").exits(0);
    assert_snapshot!(shop.billctl("payment show cus_1"), @"
    [stderr]
    error: `cus_1` is no payment's id
    hint: It begins with pi_ or ch_, or in_ for an invoice's; `billctl payment list --subject SUBJECT` shows them
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("payment show pi_1QyHrZ2eZvKYlo2C"), @"
    [stderr]
    error: The mirror knows of no payment pi_XXXXXXXXXXXXXXX1
    hint: `--fresh` reads what is new in Stripe; `billctl mirror backfill` reads what is older than thirty days
    [exit 1]
    ");
    assert_snapshot!(shop.billctl("payment list --subject u_11"), @"
    [stderr]
    error: Nobody knows a subject or customer `u_11`
    hint: Did you mean `u_1`?
    [exit 1]
    ");
    assert_snapshot!(shop.billctl("payment list --invoice sub_1"), @"
    [stderr]
    error: `sub_1` is no invoice's id
    hint: It begins with in_; `billctl customer find NUMBER` leads from an invoice's number to its customer
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("payment list --status paid"), @"
    [stderr]
    error: invalid value 'paid' for '--status <STATUS>'
      [possible values: pending, succeeded, failed, canceled]

      tip: a similar value exists: 'failed'

    For more information, try '--help'.
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("payment list --subject u_1"), @"
    No payment fits
    [exit 0]
    ");
}

#[test]
fn what_is_listed_asks_stripe_nothing() {
    let (shop, emulator) = system("parentpilot");
    let customer = customer(&emulator, "u_1", "pm_card_visa");
    let payment = pay(&emulator, &format!("amount=100&customer={customer}"));
    shop.billctl("events pull").exits(0);
    let before = emulator.requests().len();
    listed(&shop, "--subject u_1");
    shop.billctl(&format!("payment show {payment}")).exits(0);
    assert_eq!(emulator.requests().len(), before);
}
