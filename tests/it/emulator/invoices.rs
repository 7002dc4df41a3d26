//! Invoices by hand: drafts, what they charge, and how they end.

use serde_json::{Value, json};

use super::subscriptions::Billing;
use super::world::{START, ids, text};

const DAY: i64 = 24 * 60 * 60;

/// A draft of 20 dollars.
fn draft(shop: &Billing, more: &str) -> String {
    let customer = &shop.customer;
    shop.world
        .make("/v1/invoiceitems", &format!("customer={customer}&amount=2000&currency=usd&description=Work"));
    let form = format!("customer={customer}&pending_invoice_items_behavior=include&{more}");
    format!("/v1/invoices/{}", shop.world.make("/v1/invoices", &form))
}

#[test]
fn an_invoice_is_drafted_finalized_and_paid() {
    let shop = Billing::new();
    let path = draft(&shop, "");
    let invoice = shop.world.get(&path).ok();
    assert_eq!(
        (&invoice["status"], &invoice["amount_due"], &invoice["billing_reason"], &invoice["auto_advance"]),
        (&json!("draft"), &json!(2000), &json!("manual"), &json!(false))
    );
    let form = format!("customer={}&amount=500&currency=usd&invoice={}", shop.customer, text(&invoice["id"]));
    let item = shop.world.make("/v1/invoiceitems", &form);
    assert_eq!(shop.world.get(&path).ok()["total"], 2500);
    shop.world.post(&format!("/v1/invoiceitems/{item}"), "amount=600").ok();
    assert_eq!(shop.world.get(&path).ok()["total"], 2600);
    shop.world.delete(&format!("/v1/invoiceitems/{item}")).ok();
    let open = shop.world.post(&format!("{path}/finalize"), "").ok();
    assert_eq!((&open["status"], &open["amount_remaining"]), (&json!("open"), &json!(2000)));
    assert!(text(&open["number"]).ends_with("-0001"), "{}", open["number"]);
    let paid = shop.world.post(&format!("{path}/pay"), "expand[]=payments").ok();
    assert_eq!((&paid["status"], &paid["payments"]["data"][0]["status"]), (&json!("paid"), &json!("paid")));
    let message = shop.world.post(&format!("{path}/pay"), "").refused(400, None, None);
    assert_eq!(message, "Invoice is already paid");
    let lines = shop.world.get(&format!("{path}/lines?limit=1")).ok();
    assert_eq!((&lines["data"][0]["description"], &lines["has_more"]), (&json!("Work"), &json!(false)));
    shop.world.post(&path, "number=A-1").refused(400, Some("invoice_not_editable"), Some("number"));
}

#[test]
fn a_declined_payment_is_a_402_and_leaves_its_traces() {
    let shop = Billing::paying_with("pm_card_chargeCustomerFail", "");
    let path = draft(&shop, "");
    shop.world.post(&format!("{path}/pay"), "").refused(402, Some("card_declined"), None);
    let open = shop.world.get(&path).ok();
    assert_eq!((&open["status"], &open["attempt_count"]), (&json!("open"), &json!(1)));
    assert_eq!(shop.world.event("invoice.payment_failed")["data"]["object"]["id"], open["id"]);
    let paid = shop.world.post(&format!("{path}/pay"), "payment_method=pm_card_visa").ok();
    assert_eq!(paid["status"], "paid");
}

#[test]
fn an_open_invoice_can_be_voided_written_off_or_paid_elsewhere() {
    let shop = Billing::new();
    let open = |what: &str, more: &str| {
        let path = draft(&shop, "");
        shop.world.post(&format!("{path}/{what}"), "").refused(400, None, None);
        shop.world.post(&format!("{path}/finalize"), "").ok();
        shop.world.post(&format!("{path}/{what}"), more).ok()
    };
    let voided = open("void", "");
    assert_eq!(
        (&voided["status"], &voided["status_transitions"]["voided_at"]),
        (&json!("void"), &json!(START))
    );
    assert_eq!(shop.world.event("invoice.voided")["data"]["object"]["id"], voided["id"]);
    let written_off = open("mark_uncollectible", "");
    assert_eq!(written_off["status"], "uncollectible");
    let path = format!("/v1/invoices/{}", text(&written_off["id"]));
    let paid = shop.world.post(&format!("{path}/pay"), "paid_out_of_band=true").ok();
    assert_eq!((&paid["status"], &paid["amount_paid"]), (&json!("paid"), &json!(0)));
    let lists = shop.world.get("/v1/invoices?status=void").ok();
    assert_eq!(ids(&lists), [text(&voided["id"])]);
}

#[test]
fn only_drafts_made_by_hand_can_be_deleted_and_their_items_wait_again() {
    let shop = Billing::new();
    let path = draft(&shop, "");
    assert_eq!(shop.world.delete(&path).ok()["deleted"], true);
    assert_eq!(ids(&shop.world.get("/v1/invoiceitems?pending=true").ok()).len(), 1);
    let path = draft(&shop, "");
    assert_eq!(shop.world.get(&path).ok()["amount_due"], 4000);
    shop.world.post(&format!("{path}/finalize"), "").ok();
    shop.world.delete(&path).refused(400, Some("invoice_not_editable"), None);
}

#[test]
fn an_invoice_that_is_sent_is_overdue_after_its_day() {
    let shop = Billing::paying_with("", "");
    let path = draft(&shop, "collection_method=send_invoice&days_until_due=7&auto_advance=true");
    let sent = shop.world.post(&format!("{path}/send"), "").ok();
    assert_eq!((&sent["status"], &sent["due_date"]), (&json!("open"), &json!(START + 7 * DAY)));
    assert_eq!(shop.world.event("invoice.sent")["data"]["object"]["id"], sent["id"]);
    shop.advance(8 * DAY);
    assert_eq!(shop.world.event("invoice.overdue")["created"], START + 7 * DAY);
    shop.world
        .post("/v1/invoices", &format!("customer={}&collection_method=send_invoice", shop.customer))
        .refused(400, Some("parameter_missing"), Some("days_until_due"));
}

#[test]
fn a_subscription_can_be_invoiced_by_mail() {
    let shop = Billing::paying_with("", "");
    let subscription = shop.subscribe("collection_method=send_invoice&days_until_due=14");
    assert_eq!(subscription["status"], "active");
    assert_eq!(shop.invoice(&subscription)["status"], "draft");
    shop.advance(3600);
    let open = shop.invoice(&subscription);
    assert_eq!((&open["status"], &open["due_date"]), (&json!("open"), &json!(START + 3600 + 14 * DAY)));
    shop.advance(14 * DAY);
    assert_eq!(shop.subscription(&subscription)["status"], "past_due");
}

#[test]
fn a_balance_pays_what_it_covers() {
    let shop = Billing::new();
    shop.world.post(&format!("/v1/customers/{}", shop.customer), "balance=-1500").ok();
    let path = draft(&shop, "");
    assert_eq!(shop.world.get(&path).ok()["amount_due"], 500);
    let paid = shop.world.post(&format!("{path}/pay"), "").ok();
    assert_eq!(
        (&paid["starting_balance"], &paid["ending_balance"], &paid["amount_paid"]),
        (&json!(-1500), &json!(0), &json!(500))
    );
    assert_eq!(shop.world.get(&format!("/v1/customers/{}", shop.customer)).ok()["balance"], 0);
}

#[test]
fn what_is_unknown_or_not_done_is_refused_by_name() {
    let shop = Billing::new();
    let refuse = |form: &str, code: Option<&str>, param: &str| {
        shop.world.post("/v1/subscriptions", &shop.form(form)).refused(400, code, Some(param));
    };
    refuse("coupon=half", Some("parameter_unknown"), "coupon");
    refuse("automatic_tax[enabled]=true", None, "automatic_tax[enabled]");
    refuse("trial_end=5", None, "trial_end");
    refuse("trial_end=now&trial_period_days=3", Some("parameters_exclusive"), "trial_end");
    refuse("collection_method=send_invoice", Some("parameter_missing"), "days_until_due");
    refuse("days_until_due=3", None, "days_until_due");
    refuse("payment_behavior=pending_if_incomplete", None, "payment_behavior");
    refuse("items[0][quantity]=-1", None, "items[0][quantity]");
    let subscription = shop.subscribe("");
    let path = format!("/v1/subscriptions/{}", text(&subscription["id"]));
    shop.world.post(&path, "billing_cycle_anchor=now").refused(400, None, Some("billing_cycle_anchor"));
    shop.world.post(&path, "customer=cus_x").refused(400, Some("parameter_unknown"), Some("customer"));
    assert_eq!(shop.subscription(&subscription)["metadata"], Value::Object(serde_json::Map::new()));
}
