//! Subscriptions with their invoices: made, renewed, dunned, changed and ended.

use serde_json::{Value, json};

use super::world::{START, World, ids, text};

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

/// A world with a product, a monthly price of 10 dollars, and a customer who pays by a card.
pub struct Billing {
    pub world: World,
    pub monthly: String,
    pub customer: String,
}

impl Billing {
    pub fn new() -> Billing {
        Billing::paying_with("pm_card_visa", "")
    }

    /// The customer's card, and more parameters of the customer.
    pub fn paying_with(card: &str, more: &str) -> Billing {
        let world = World::new();
        world.make("/v1/products", "name=Pro&id=pro");
        let monthly =
            world.make("/v1/prices", "product=pro&currency=usd&unit_amount=1000&recurring[interval]=month");
        let customer = world.make("/v1/customers", &format!("email=a@example.com&{more}"));
        if !card.is_empty() {
            let method =
                world.make(&format!("/v1/payment_methods/{card}/attach"), &format!("customer={customer}"));
            let settings = format!("invoice_settings[default_payment_method]={method}");
            world.post(&format!("/v1/customers/{customer}"), &settings).ok();
        }
        Billing { world, monthly, customer }
    }

    /// The parameters of a monthly subscription.
    pub fn form(&self, more: &str) -> String {
        format!("customer={}&items[0][price]={}&{more}", self.customer, self.monthly)
    }

    pub fn subscribe(&self, more: &str) -> Value {
        self.world.post("/v1/subscriptions", &self.form(more)).ok()
    }

    pub fn subscription(&self, subscription: &Value) -> Value {
        self.world.get(&format!("/v1/subscriptions/{}", text(&subscription["id"]))).ok()
    }

    pub fn invoice(&self, subscription: &Value) -> Value {
        self.world.get(&format!("/v1/invoices/{}", text(&subscription["latest_invoice"]))).ok()
    }

    /// Moves the whole emulator's time.
    pub fn advance(&self, seconds: i64) {
        self.world.control("POST", "/_emulator/advance", &seconds.to_string()).ok();
    }

    /// The newest event's id.
    pub fn mark(&self) -> String {
        text(&self.world.get("/v1/events?limit=1").ok()["data"][0]["id"])
    }

    /// The names of the events after one, without those of charges and payments.
    pub fn events_since(&self, mark: &str) -> Vec<String> {
        let mut names = self.all_events_since(mark);
        names.retain(|name| !name.starts_with("charge.") && !name.starts_with("payment_"));
        names
    }

    /// The names of the events after one.
    pub fn all_events_since(&self, mark: &str) -> Vec<String> {
        let page = self.world.get(&format!("/v1/events?limit=100&ending_before={mark}")).ok();
        page["data"].as_array().unwrap().iter().rev().map(|event| text(&event["type"])).collect()
    }
}

fn period(subscription: &Value) -> (i64, i64) {
    let item = &subscription["items"]["data"][0];
    (item["current_period_start"].as_i64().unwrap(), item["current_period_end"].as_i64().unwrap())
}

#[test]
fn a_subscription_that_moves_here_keeps_its_start_and_pays_from_its_anchor_on() {
    let billing = Billing::new();
    let start = START - 45 * DAY;
    let backdated = format!("backdate_start_date={start}&billing_cycle_anchor={}", START + 10 * DAY);
    let moved = billing.subscribe(&format!("{backdated}&proration_behavior=none"));
    assert_eq!((&moved["start_date"], &moved["created"]), (&json!(start), &json!(START)));
    assert_eq!((&moved["status"], &moved["latest_invoice"]), (&json!("active"), &Value::Null));
    assert_eq!(period(&moved), (START, START + 10 * DAY));
    let refused = |more: &str| {
        let asked = billing.world.post("/v1/subscriptions", &billing.form(more));
        asked.refused(400, None, Some("backdate_start_date"));
    };
    refused(&backdated);
    refused(&format!("backdate_start_date={}&proration_behavior=none", START + 1));
}

#[test]
fn a_subscription_is_active_once_its_first_invoice_is_paid() {
    let shop = Billing::new();
    let mark = shop.mark();
    let subscription = shop.subscribe("metadata[user]=u_1");
    assert_eq!(subscription["status"], "active");
    assert_eq!(period(&subscription), (START, 1_802_678_400), "15 January to 15 February 2027");
    assert_eq!(subscription["billing_cycle_anchor"], START);
    let invoice = shop.invoice(&subscription);
    assert_eq!(
        (
            &invoice["status"],
            &invoice["amount_paid"],
            &invoice["amount_remaining"],
            &invoice["billing_reason"]
        ),
        (&json!("paid"), &json!(1000), &json!(0), &json!("subscription_create"))
    );
    assert_eq!(invoice["parent"]["subscription_details"]["metadata"], json!({"user": "u_1"}));
    let line = &invoice["lines"]["data"][0];
    assert_eq!(line["description"], "1 × Pro (at $10.00 / month)");
    assert_eq!(line["period"], json!({"start": START, "end": 1_802_678_400}));
    assert_eq!(
        shop.all_events_since(&mark),
        [
            "customer.subscription.created",
            "invoice.created",
            "customer.updated",
            "invoice.finalized",
            "payment_intent.created",
            "charge.succeeded",
            "payment_intent.succeeded",
            "charge.updated",
            "invoice_payment.paid",
            "invoice.updated",
            "invoice.paid",
            "invoice.payment_succeeded",
            "customer.subscription.updated",
        ]
    );
    assert_eq!(shop.world.event("customer.subscription.created")["data"]["object"]["status"], "incomplete");
    let updated = shop.world.event("customer.subscription.updated");
    assert_eq!(updated["data"]["previous_attributes"], json!({"status": "incomplete"}));
    // From the payment to the invoice.
    let payments = shop.world.get(&format!("/v1/invoice_payments?invoice={}", text(&invoice["id"]))).ok();
    let intent = text(&payments["data"][0]["payment"]["payment_intent"]);
    let found = shop
        .world
        .get(&format!("/v1/invoice_payments?payment[type]=payment_intent&payment[payment_intent]={intent}"))
        .ok();
    assert_eq!(found["data"][0]["invoice"], invoice["id"]);
    assert_eq!(found["data"][0]["status"], "paid");
}

#[test]
fn a_subscription_renews_an_hour_into_its_next_period() {
    let shop = Billing::new();
    let first = shop.subscribe("");
    let (_, end) = period(&first);
    shop.advance(end - START);
    let renewed = shop.subscription(&first);
    assert_eq!((&renewed["status"], period(&renewed)), (&json!("active"), (end, 1_805_097_600)));
    let draft = shop.invoice(&renewed);
    assert_eq!(
        (&draft["status"], &draft["automatically_finalizes_at"], &draft["billing_reason"]),
        (&json!("draft"), &json!(end + HOUR), &json!("subscription_cycle"))
    );
    assert_eq!((&draft["period_start"], &draft["period_end"]), (&json!(START), &json!(end)));
    assert_eq!(draft["lines"]["data"][0]["period"], json!({"start": end, "end": 1_805_097_600}));
    let mark = shop.mark();
    shop.advance(HOUR);
    assert_eq!(shop.invoice(&renewed)["status"], "paid");
    assert_eq!(
        shop.events_since(&mark),
        [
            "customer.updated",
            "invoice.finalized",
            "invoice_payment.paid",
            "invoice.updated",
            "invoice.paid",
            "invoice.payment_succeeded"
        ]
    );
    let upcoming = shop.world.event("invoice.upcoming");
    assert_eq!(upcoming["created"], end - 7 * DAY);
    // It is no invoice yet.
    let announced = &upcoming["data"]["object"];
    assert_eq!((announced.get("id"), &announced["lines"]["data"][0]["invoice"]), (None, &Value::Null));
    assert_eq!(announced["billing_reason"], "upcoming");
    assert_eq!(shop.world.event("invoice.paid")["created"], end + HOUR, "things happen at their own time");
    assert_eq!(shop.world.event("customer.subscription.updated")["created"], end);
}

#[test]
fn periods_keep_the_anchor_through_short_months() {
    // 31 January 2027, 12:00.
    let start = 1_801_396_800;
    let shop = Billing::new();
    shop.advance(start - START);
    let subscription = shop.subscribe("");
    let mut ends = vec![period(&subscription).1];
    for _ in 0..2 {
        shop.advance(31 * DAY);
        ends.push(period(&shop.subscription(&subscription)).1);
    }
    let day = |end: &i64| jiff::Timestamp::from_second(*end).unwrap().strftime("%m-%dT%H").to_string();
    assert_eq!(ends.iter().map(day).collect::<Vec<_>>(), ["02-28T12", "03-31T12", "04-30T12"]);
}

#[test]
fn a_trial_charges_nothing_until_it_ends() {
    let shop = Billing::new();
    let mark = shop.mark();
    let trial = shop.subscribe("trial_period_days=7");
    assert_eq!((&trial["status"], &trial["trial_end"]), (&json!("trialing"), &json!(START + 7 * DAY)));
    assert_eq!(period(&trial), (START, START + 7 * DAY));
    let invoice = shop.invoice(&trial);
    assert_eq!((&invoice["status"], &invoice["amount_due"]), (&json!("paid"), &json!(0)));
    assert_eq!(invoice["lines"]["data"][0]["description"], "Trial period for Pro");
    assert_eq!(
        shop.events_since(&mark),
        [
            "customer.subscription.created",
            "invoice.created",
            "customer.updated",
            "invoice.finalized",
            "invoice.paid",
            "invoice.payment_succeeded"
        ]
    );
    shop.advance(4 * DAY);
    let notice = shop.world.event("customer.subscription.trial_will_end");
    assert_eq!(notice["created"], START + 4 * DAY);
    shop.advance(3 * DAY + HOUR);
    let active = shop.subscription(&trial);
    assert_eq!(active["status"], "active");
    assert_eq!(period(&active).0, START + 7 * DAY);
    assert_eq!(active["billing_cycle_anchor"], START + 7 * DAY);
    assert_eq!(shop.invoice(&active)["amount_paid"], 1000);
    assert_eq!(
        shop.world.get("/v1/events?type=customer.subscription.trial_will_end").ok()["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn a_short_trial_is_about_to_end_at_once() {
    let shop = Billing::paying_with("", "");
    shop.subscribe("trial_period_days=1");
    assert_eq!(shop.world.event("customer.subscription.trial_will_end")["created"], START);
}

#[test]
fn a_declined_renewal_is_tried_again_and_then_ends_the_subscription() {
    for (after_retries, status) in [("canceled", "canceled"), ("unpaid", "unpaid"), ("past_due", "past_due")]
    {
        let shop = Billing::new();
        shop.world.control("POST", "/_emulator/after-retries", after_retries).ok();
        let subscription = shop.subscribe("");
        let end = period(&subscription).1;
        let bad = shop.world.make(
            "/v1/payment_methods/pm_card_chargeCustomerFail/attach",
            &format!("customer={}", shop.customer),
        );
        let settings = format!("invoice_settings[default_payment_method]={bad}");
        shop.world.post(&format!("/v1/customers/{}", shop.customer), &settings).ok();
        let mark = shop.mark();
        shop.advance(end - START + HOUR);
        let late = shop.subscription(&subscription);
        assert_eq!(late["status"], "past_due");
        let invoice = shop.invoice(&late);
        let tried = end + HOUR;
        assert_eq!(
            (&invoice["status"], &invoice["attempt_count"], &invoice["next_payment_attempt"]),
            (&json!("open"), &json!(1), &json!(tried + 3 * DAY))
        );
        assert_eq!(
            shop.events_since(&mark)[4..],
            [
                "invoice.finalized",
                "invoice.updated",
                "invoice.payment_failed",
                "customer.updated",
                "customer.subscription.updated"
            ]
        );
        shop.advance(8 * DAY);
        assert_eq!(shop.invoice(&late)["attempt_count"], 3);
        assert_eq!(shop.subscription(&subscription)["status"], "past_due");
        shop.advance(7 * DAY);
        let ended = shop.subscription(&subscription);
        assert_eq!(ended["status"], status);
        let invoice = shop.invoice(&ended);
        assert_eq!((&invoice["attempt_count"], &invoice["next_payment_attempt"]), (&json!(4), &Value::Null));
        if status == "canceled" {
            assert_eq!(ended["cancellation_details"]["reason"], "payment_failed");
            assert_eq!(ended["ended_at"], tried + 15 * DAY);
            assert_eq!(shop.world.event("customer.subscription.deleted")["created"], tried + 15 * DAY);
        }
    }
}

#[test]
fn a_paid_retry_makes_a_subscription_active_again() {
    let shop = Billing::new();
    let subscription = shop.subscribe("");
    let attach = |card: &str| {
        let path = format!("/v1/payment_methods/{card}/attach");
        let method = shop.world.make(&path, &format!("customer={}", shop.customer));
        let settings = format!("invoice_settings[default_payment_method]={method}");
        shop.world.post(&format!("/v1/customers/{}", shop.customer), &settings).ok();
    };
    attach("pm_card_chargeCustomerFail");
    shop.advance(31 * DAY + HOUR);
    let late = shop.subscription(&subscription);
    assert_eq!(late["status"], "past_due");
    assert_eq!(shop.world.get(&format!("/v1/customers/{}", shop.customer)).ok()["delinquent"], true);
    attach("pm_card_visa");
    shop.advance(3 * DAY);
    assert_eq!(shop.subscription(&subscription)["status"], "active");
    let invoice = shop.invoice(&late);
    assert_eq!((&invoice["status"], &invoice["attempt_count"]), (&json!("paid"), &json!(2)));
    assert_eq!(shop.world.get(&format!("/v1/customers/{}", shop.customer)).ok()["delinquent"], false);
}

#[test]
fn who_cannot_be_charged_is_told_so_before_anything_is_made() {
    let shop = Billing::paying_with("", "");
    let mark = shop.mark();
    let message =
        shop.world.post("/v1/subscriptions", &shop.form("")).refused(400, Some("resource_missing"), None);
    assert!(message.starts_with("This customer has no attached payment source"), "{message}");
    assert!(ids(&shop.world.get("/v1/subscriptions?status=all").ok()).is_empty());
    assert_eq!(shop.mark(), mark);
}

#[test]
fn a_first_payment_that_fails_leaves_the_subscription_incomplete_for_23_hours() {
    let shop = Billing::paying_with("pm_card_chargeCustomerFail", "");
    let subscription = shop.subscribe("");
    assert_eq!(subscription["status"], "incomplete");
    let invoice = shop.invoice(&subscription);
    assert_eq!(
        (&invoice["status"], &invoice["attempt_count"], &invoice["next_payment_attempt"]),
        (&json!("open"), &json!(1), &Value::Null)
    );
    shop.advance(23 * HOUR);
    assert_eq!(shop.subscription(&subscription)["status"], "incomplete_expired");
    assert_eq!(shop.invoice(&subscription)["status"], "void");
    assert_eq!(
        shop.world.event("payment_intent.canceled")["data"]["object"]["cancellation_reason"],
        "void_invoice"
    );
    // As an error, nothing is left of it.
    let form = shop.form("payment_behavior=error_if_incomplete");
    shop.world.post("/v1/subscriptions", &form).refused(402, Some("card_declined"), None);
    assert_eq!(ids(&shop.world.get("/v1/subscriptions?status=all").ok()).len(), 1);
}

#[test]
fn a_customer_can_pay_the_first_invoice_by_its_payment_intent() {
    let shop = Billing::paying_with("", "");
    let subscription = shop
        .world
        .post(
            "/v1/subscriptions",
            &shop.form(
                "payment_behavior=default_incomplete&payment_settings[save_default_payment_method]=on_subscription\
                 &expand[]=latest_invoice.confirmation_secret&expand[]=latest_invoice.payments",
            ),
        )
        .ok();
    assert_eq!(subscription["status"], "incomplete");
    let invoice = &subscription["latest_invoice"];
    let intent = text(&invoice["payments"]["data"][0]["payment"]["payment_intent"]);
    let secret = text(&invoice["confirmation_secret"]["client_secret"]);
    assert!(secret.starts_with(&intent), "{secret}");
    shop.world.post(&format!("/v1/payment_intents/{intent}/confirm"), "payment_method=pm_card_visa").ok();
    let active = shop.subscription(&subscription);
    assert_eq!(active["status"], "active");
    assert!(text(&active["default_payment_method"]).starts_with("pm_"));
}

#[test]
fn a_subscription_ends_with_its_period_or_at_once() {
    let shop = Billing::new();
    let subscription = shop.subscribe("");
    let path = format!("/v1/subscriptions/{}", text(&subscription["id"]));
    let end = period(&subscription).1;
    let canceled =
        shop.world.post(&path, "cancel_at_period_end=true&cancellation_details[feedback]=unused").ok();
    assert_eq!(
        (&canceled["status"], &canceled["cancel_at"], &canceled["canceled_at"]),
        (&json!("active"), &json!(end), &json!(START))
    );
    assert_eq!(canceled["cancellation_details"]["reason"], "cancellation_requested");
    let kept = shop.world.post(&path, "cancel_at_period_end=false").ok();
    assert_eq!((&kept["cancel_at"], &kept["canceled_at"]), (&Value::Null, &Value::Null));
    shop.world.post(&path, "cancel_at_period_end=true").ok();
    shop.advance(end - START);
    let ended = shop.subscription(&subscription);
    assert_eq!((&ended["status"], &ended["ended_at"]), (&json!("canceled"), &json!(end)));
    assert_eq!(shop.world.event("customer.subscription.deleted")["request"]["id"], Value::Null);
    assert_eq!(ids(&shop.world.get("/v1/invoices").ok()).len(), 1, "no further period is billed");
    shop.world.delete(&path).refused(404, Some("resource_missing"), Some("id"));
    shop.world.post(&path, "cancel_at_period_end=true").refused(
        400,
        Some("invalid_canceled_subscription_fields"),
        Some("cancel_at_period_end"),
    );
    shop.world.post(&path, "metadata[a]=b").ok();
    let second = shop.subscribe("");
    let now = shop.world.delete(&format!("/v1/subscriptions/{}", text(&second["id"]))).ok();
    assert_eq!((&now["status"], &now["ended_at"]), (&json!("canceled"), &json!(end)));
}

#[test]
fn a_subscription_follows_its_latest_invoice_whatever_older_ones_are_open() {
    for written_off in [false, true] {
        let shop = Billing::new();
        shop.world.control("POST", "/_emulator/after-retries", "past_due").ok();
        let subscription = shop.subscribe("");
        let attach = |card: &str| {
            let path = format!("/v1/payment_methods/{card}/attach");
            shop.world.make(&path, &format!("customer={}", shop.customer))
        };
        let good = attach("pm_card_visa");
        let bad = attach("pm_card_chargeCustomerFail");
        let settings = format!("invoice_settings[default_payment_method]={bad}");
        shop.world.post(&format!("/v1/customers/{}", shop.customer), &settings).ok();
        shop.advance(31 * DAY + HOUR);
        let first = text(&shop.subscription(&subscription)["latest_invoice"]);
        shop.advance(28 * DAY);
        let late = shop.subscription(&subscription);
        let latest = text(&late["latest_invoice"]);
        assert_eq!(late["status"], "past_due");
        assert_ne!(first, latest);
        if written_off {
            shop.world.post(&format!("/v1/invoices/{latest}/mark_uncollectible"), "").ok();
        } else {
            shop.world.post(&format!("/v1/invoices/{latest}/pay"), &format!("payment_method={good}")).ok();
        }
        assert_eq!(shop.subscription(&subscription)["status"], "active");
        assert_eq!(shop.world.get(&format!("/v1/invoices/{first}")).ok()["status"], "open");
    }
}
