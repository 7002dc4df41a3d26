//! Subscriptions billed for what meters counted, and the credits that pay for it.

use serde_json::{Value, json};

use super::world::{START, World, text};

const DAY: i64 = 24 * 60 * 60;

struct Metered {
    world: World,
    customer: String,
    subscription: String,
}

/// A customer on a monthly metered price, billed by invoices that are sent.
fn metered(price: &str) -> Metered {
    let world = World::new();
    world.make("/v1/products", "name=Calls&id=calls");
    let form = "display_name=Calls&event_name=calls&default_aggregation[formula]=sum";
    let meter = world.make("/v1/billing/meters", form);
    let customer = world.make("/v1/customers", "name=Ada");
    let recurring =
        format!("recurring[interval]=month&recurring[usage_type]=metered&recurring[meter]={meter}");
    let price = world.make("/v1/prices", &format!("product=calls&currency=usd&{price}&{recurring}"));
    let form = format!(
        "customer={customer}&items[0][price]={price}&collection_method=send_invoice&days_until_due=7"
    );
    let subscription = world.make("/v1/subscriptions", &form);
    Metered { world, customer, subscription }
}

impl Metered {
    fn tell(&self, value: i64, at: i64) {
        let form = format!(
            "event_name=calls&payload[stripe_customer_id]={}&payload[value]={value}&timestamp={at}",
            self.customer
        );
        self.world.post("/v1/billing/meter_events", &form).ok();
    }

    fn advance(&self, seconds: i64) {
        self.world.control("POST", "/_emulator/advance", &seconds.to_string()).ok();
    }

    fn latest(&self) -> Value {
        let path = format!("/v1/invoices?subscription={}&limit=1", self.subscription);
        self.world.get(&path).ok()["data"][0].clone()
    }

    fn grant(&self, value: i64, more: &str) -> String {
        let form = format!(
            "customer={}&amount[type]=monetary&amount[monetary][currency]=usd&amount[monetary][value]={value}&applicability_config[scope][price_type]=metered{more}",
            self.customer
        );
        self.world.make("/v1/billing/credit_grants", &form)
    }

    fn balance(&self) -> i64 {
        let filter = "filter[type]=applicability_scope&filter[applicability_scope][price_type]=metered";
        let path = format!("/v1/billing/credit_balance_summary?customer={}&{filter}", self.customer);
        self.world.get(&path).ok()["balances"][0]["available_balance"]["monetary"]["value"].as_i64().unwrap()
    }
}

/// Quantity and amount of the lines.
fn lines(invoice: &Value) -> Vec<(i64, i64)> {
    let lines = invoice["lines"]["data"].as_array().unwrap();
    lines.iter().map(|line| (line["quantity"].as_i64().unwrap(), line["amount"].as_i64().unwrap())).collect()
}

#[test]
fn a_renewal_bills_what_was_used_in_the_period_that_ended() {
    let metered = metered("unit_amount_decimal=0.2");
    metered.tell(1_000, START);
    metered.tell(250, START + 60);
    metered.tell(-50, START + 120);
    metered.advance(31 * DAY);
    let invoice = metered.latest();
    assert_eq!(
        (&invoice["billing_reason"], lines(&invoice)),
        (&json!("subscription_cycle"), vec![(1_200, 240)])
    );
    let line = &invoice["lines"]["data"][0];
    assert_eq!((&line["period"]["start"], &invoice["amount_due"]), (&json!(START), &json!(240)));
    // The next period begins at nothing.
    metered.advance(28 * DAY);
    metered.advance(3 * DAY);
    assert_eq!(lines(&metered.latest()), [(0, 0)]);
}

#[test]
fn tiers_are_charged_by_what_was_used() {
    let tiers = "billing_scheme=tiered&tiers_mode=graduated&tiers[0][up_to]=10&tiers[0][unit_amount]=100&tiers[1][up_to]=inf&tiers[1][unit_amount]=50&tiers[1][flat_amount]=500";
    let metered = metered(tiers);
    metered.tell(12, START);
    metered.advance(31 * DAY);
    assert_eq!(lines(&metered.latest()), [(12, 1_600)]);
}

#[test]
fn usage_below_zero_counts_as_none_and_a_preview_shows_what_there_is() {
    let metered = metered("unit_amount=5");
    metered.tell(7, START);
    let preview = format!("customer={}&subscription={}", metered.customer, metered.subscription);
    let shown = metered.world.post("/v1/invoices/create_preview", &preview).ok();
    assert_eq!(lines(&shown), [(7, 35)]);
    metered.tell(-9, START);
    metered.advance(31 * DAY);
    assert_eq!(lines(&metered.latest()), [(0, 0)]);
}

#[test]
fn what_was_used_before_the_end_is_billed_at_the_end() {
    let metered = metered("unit_amount=5");
    metered.tell(7, START);
    metered
        .world
        .post(&format!("/v1/subscriptions/{}", metered.subscription), "cancel_at_period_end=true")
        .ok();
    metered.advance(31 * DAY);
    let subscription = metered.world.get(&format!("/v1/subscriptions/{}", metered.subscription)).ok();
    assert_eq!((&subscription["status"], lines(&metered.latest())), (&json!("canceled"), vec![(7, 35)]));
}

#[test]
fn credits_pay_before_the_customer_does_in_their_order() {
    let metered = metered("unit_amount=5");
    let late = metered.grant(100, "");
    let soon = metered.grant(60, &format!("&expires_at={}", START + 60 * DAY));
    let first = metered.grant(30, "&priority=1");
    metered.tell(50, START);
    metered.advance(31 * DAY);
    // Drafts have spent nothing yet.
    assert_eq!((metered.latest()["status"].clone(), metered.balance()), (json!("draft"), 190));
    metered.advance(60 * 60);
    let invoice = metered.latest();
    assert_eq!(
        [&invoice["status"], &invoice["subtotal"], &invoice["total"], &invoice["amount_due"]],
        [&json!("open"), &json!(250), &json!(60), &json!(60)]
    );
    let spent: Vec<i64> = invoice["total_pretax_credit_amounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|spent| spent["amount"].as_i64().unwrap())
        .collect();
    assert_eq!((spent, metered.balance()), (vec![30, 60, 100], 0));
    let line = &invoice["lines"]["data"][0];
    for (index, grant) in [first, soon, late].into_iter().enumerate() {
        let id = text(&line["pretax_credit_amounts"][index]["credit_balance_transaction"]);
        let booked = metered.world.get(&format!("/v1/billing/credit_balance_transactions/{id}")).ok();
        assert_eq!(
            (&booked["credit_grant"], &booked["debit"]["type"]),
            (&json!(grant), &json!("credits_applied"))
        );
        assert_eq!(
            booked["debit"]["credits_applied"],
            json!({"invoice": invoice["id"], "invoice_line_item": line["id"]})
        );
    }
    // Voided, it gives them back.
    metered.world.post(&format!("/v1/invoices/{}/void", text(&invoice["id"])), "").ok();
    assert_eq!(metered.balance(), 190);
}

#[test]
fn an_invoice_that_credits_pay_whole_is_paid_at_once() {
    let metered = metered("unit_amount=5");
    metered.grant(1_000, "");
    metered.tell(50, START);
    metered.advance(31 * DAY + 60 * 60);
    let invoice = metered.latest();
    assert_eq!(
        (&invoice["status"], &invoice["amount_due"], metered.balance()),
        (&json!("paid"), &json!(0), 750)
    );
}
