//! Subscription schedules: phases that come by themselves.

use serde_json::{Value, json};

use super::world::{START, World, ids, text};

const DAY: i64 = 24 * 60 * 60;

struct Shop {
    world: World,
    customer: String,
    small: String,
    large: String,
}

fn shop() -> Shop {
    let world = World::new();
    world.make("/v1/products", "name=Plan&id=plan");
    let price = |amount: i64| {
        let form = format!("product=plan&currency=usd&unit_amount={amount}&recurring[interval]=month");
        world.make("/v1/prices", &form)
    };
    let (small, large) = (price(1000), price(3000));
    let customer = world.make(
        "/v1/customers",
        "email=a@a.example&payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa",
    );
    Shop { world, customer, small, large }
}

impl Shop {
    fn subscription(&self) -> Value {
        let form = format!("customer={}&items[0][price]={}", self.customer, self.small);
        self.world.post("/v1/subscriptions", &form).ok()
    }

    fn get(&self, path: &str, id: &Value) -> Value {
        self.world.get(&format!("/v1/{path}/{}", text(id))).ok()
    }

    fn advance(&self, days: i64) {
        self.world.control("POST", "/_emulator/advance", &(days * DAY).to_string()).ok();
    }

    /// Totals and reasons of a subscription's invoices, newest first.
    fn billed(&self, subscription: &Value) -> Vec<(i64, String)> {
        let list = self.world.get(&format!("/v1/invoices?subscription={}", text(subscription))).ok();
        let invoices = list["data"].as_array().unwrap().iter();
        invoices.map(|one| (one["total"].as_i64().unwrap(), text(&one["billing_reason"]))).collect()
    }

    /// What schedules were told of in the last thirty days, oldest first.
    fn told(&self) -> Vec<String> {
        let list = self.world.get("/v1/events?limit=100&type=subscription_schedule.*").ok();
        list["data"].as_array().unwrap().iter().rev().map(|event| text(&event["type"])).collect()
    }
}

#[test]
fn a_running_subscription_changes_its_price_with_its_next_period() {
    let shop = shop();
    let subscription = shop.subscription();
    let id = text(&subscription["id"]);
    let schedule = shop.world.post("/v1/subscription_schedules", &format!("from_subscription={id}")).ok();
    assert_eq!((&schedule["status"], &schedule["subscription"]), (&json!("active"), &json!(id)));
    assert_eq!(schedule["phases"][0]["items"][0]["price"], *shop.small);
    assert_eq!(shop.get("subscriptions", &subscription["id"])["schedule"], schedule["id"]);
    let path = format!("/v1/subscription_schedules/{}", text(&schedule["id"]));
    let (start, end) = (&schedule["current_phase"]["start_date"], &schedule["current_phase"]["end_date"]);
    let phases = format!(
        "phases[0][items][0][price]={}&phases[0][start_date]={start}&phases[0][end_date]={end}\
         &phases[1][items][0][price]={}&phases[1][duration][interval]=month",
        shop.small, shop.large
    );
    let planned = shop.world.post(&path, &phases).ok();
    assert_eq!(planned["phases"].as_array().unwrap().len(), 2);
    assert_eq!(planned["phases"][1]["start_date"], *end);
    assert_eq!(
        shop.billed(&subscription["id"]),
        [(1000, "subscription_create".to_owned())],
        "nothing changed yet"
    );
    shop.advance(32);
    let changed = shop.get("subscriptions", &subscription["id"]);
    assert_eq!(changed["items"]["data"].as_array().unwrap().len(), 1);
    assert_eq!(changed["items"]["data"][0]["price"]["id"], *shop.large);
    assert_eq!(changed["items"]["data"][0]["id"], subscription["items"]["data"][0]["id"]);
    assert_eq!(
        shop.billed(&subscription["id"]),
        [(3000, "subscription_cycle".to_owned()), (1000, "subscription_create".to_owned())]
    );
    assert_eq!(shop.told(), ["subscription_schedule.updated"]);
    shop.advance(31);
    let over = shop.get("subscription_schedules", &schedule["id"]);
    assert_eq!(
        (&over["status"], &over["released_subscription"], &over["subscription"]),
        (&json!("released"), &json!(id), &Value::Null)
    );
    let alone = shop.get("subscriptions", &subscription["id"]);
    assert_eq!((&alone["schedule"], &alone["status"]), (&Value::Null, &json!("active")));
    assert_eq!(shop.told(), ["subscription_schedule.expiring", "subscription_schedule.released"]);
}

#[test]
fn a_planned_subscription_begins_changes_and_ends() {
    let shop = shop();
    let start = START + 10 * DAY;
    let form = format!(
        "customer={}&start_date={start}&end_behavior=cancel&phases[0][items][0][price]={}&phases[0][items][0][quantity]=2\
         &phases[0][metadata][a]=1&phases[1][items][0][price]={}&phases[1][end_date]={}",
        shop.customer,
        shop.small,
        shop.large,
        start + 100 * DAY
    );
    let schedule = shop.world.post("/v1/subscription_schedules", &form).ok();
    assert_eq!((&schedule["status"], &schedule["subscription"]), (&json!("not_started"), &Value::Null));
    let planned = shop.world.get("/v1/subscription_schedules?scheduled=true").ok();
    assert_eq!(ids(&planned), [text(&schedule["id"])]);
    shop.advance(10);
    let begun = shop.get("subscription_schedules", &schedule["id"]);
    assert_eq!(begun["status"], "active");
    let subscription = shop.get("subscriptions", &begun["subscription"]);
    assert_eq!((&subscription["status"], &subscription["metadata"]), (&json!("active"), &json!({"a": "1"})));
    assert_eq!(shop.billed(&subscription["id"]), [(2000, "subscription_create".to_owned())]);
    shop.advance(33);
    assert_eq!(shop.billed(&subscription["id"])[0], (3000, "subscription_cycle".to_owned()));
    shop.advance(80);
    assert_eq!(shop.get("subscription_schedules", &schedule["id"])["status"], "completed");
    assert_eq!(shop.get("subscriptions", &subscription["id"])["status"], "canceled");
    assert!(shop.world.events().contains(&"subscription_schedule.completed".to_owned()));
}

#[test]
fn a_schedule_is_released_or_canceled_with_its_subscription() {
    let shop = shop();
    let planned = |more: &str| {
        let form = format!(
            "customer={}&start_date=now&phases[0][items][0][price]={}&phases[0][duration][interval]=year{more}",
            shop.customer, shop.small
        );
        shop.world.post("/v1/subscription_schedules", &form).ok()
    };
    let schedule = planned("&end_behavior=cancel");
    let id = text(&schedule["subscription"]);
    shop.world.post(&format!("/v1/subscriptions/{id}"), "cancel_at_period_end=true").refused(
        400,
        None,
        Some("cancel_at_period_end"),
    );
    let path = format!("/v1/subscription_schedules/{}", text(&schedule["id"]));
    let released = shop.world.post(&format!("{path}/release"), "preserve_cancel_date=true").ok();
    assert_eq!((&released["status"], &released["released_subscription"]), (&json!("released"), &json!(id)));
    let subscription = shop.get("subscriptions", &json!(id));
    assert_eq!(
        (&subscription["schedule"], &subscription["cancel_at"]),
        (&Value::Null, &schedule["phases"][0]["end_date"])
    );
    let message = shop.world.post(&format!("{path}/cancel"), "").refused(400, None, None);
    assert!(message.contains("`released`"), "{message}");
    let other = planned("");
    let path = format!("/v1/subscription_schedules/{}", text(&other["id"]));
    let canceled = shop.world.post(&format!("{path}/cancel"), "").ok();
    assert_eq!(canceled["status"], "canceled");
    assert_eq!(shop.get("subscriptions", &other["subscription"])["status"], "canceled");
    let third = planned("");
    shop.world.delete(&format!("/v1/subscriptions/{}", text(&third["subscription"]))).ok();
    assert_eq!(shop.get("subscription_schedules", &third["id"])["status"], "canceled");
}

#[test]
fn what_makes_no_schedule_is_refused() {
    let shop = shop();
    let refused = |form: &str, code: Option<&str>, param: &str| {
        shop.world.post("/v1/subscription_schedules", form).refused(400, code, Some(param));
    };
    let (customer, small) = (&shop.customer, &shop.small);
    refused("", Some("parameter_missing"), "customer");
    refused(&format!("customer={customer}"), Some("parameter_missing"), "start_date");
    refused(&format!("customer={customer}&start_date=now"), Some("parameter_missing"), "phases");
    refused(&format!("customer={customer}&start_date={}", START - 1), None, "start_date");
    let phase = format!("customer={customer}&start_date=now&phases[0][items][0][price]");
    refused(&format!("{phase}=price_none"), Some("resource_missing"), "phases[0][items][0][price]");
    refused(
        &format!("{phase}={small}&phases[0][duration][interval]=month&phases[0][end_date]={}", START + 1),
        Some("parameters_exclusive"),
        "phases[0][end_date]",
    );
    refused(&format!("{phase}={small}&phases[0][end_date]={}", START - 1), None, "phases[0][end_date]");
    refused(
        &format!("{phase}={small}&phases[0][iterations]=2"),
        Some("parameter_unknown"),
        "phases[0][iterations]",
    );
    let subscription = text(&shop.subscription()["id"]);
    let from = format!("from_subscription={subscription}");
    refused(&format!("{from}&end_behavior=cancel"), None, "end_behavior");
    let schedule = text(&shop.world.post("/v1/subscription_schedules", &from).ok()["id"]);
    refused(&from, None, "from_subscription");
    let path = format!("/v1/subscription_schedules/{schedule}");
    let moved = format!("phases[0][items][0][price]={small}&phases[0][start_date]={}", START + 5);
    shop.world.post(&path, &moved).refused(400, None, Some("phases[0][start_date]"));
}

#[test]
fn a_phase_that_changes_now_is_prorated_as_asked() {
    let shop = shop();
    let subscription = shop.subscription();
    let from = format!("from_subscription={}", text(&subscription["id"]));
    let schedule = shop.world.post("/v1/subscription_schedules", &from).ok();
    shop.world.pass(10 * DAY);
    let path = format!("/v1/subscription_schedules/{}", text(&schedule["id"]));
    let (start, end) = (&schedule["current_phase"]["start_date"], &schedule["current_phase"]["end_date"]);
    let phases = format!(
        "proration_behavior=always_invoice&phases[0][items][0][price]={}&phases[0][start_date]={start}&phases[0][end_date]={end}",
        shop.large
    );
    shop.world.post(&path, &phases).ok();
    let changed = shop.get("subscriptions", &subscription["id"]);
    assert_eq!(changed["items"]["data"][0]["price"]["id"], *shop.large);
    // 21 of 31 days are left: 1000 × 21 ÷ 31 = 677.4 is given back, 3000 × 21 ÷ 31 = 2032.3 charged.
    assert_eq!(shop.billed(&subscription["id"])[0], (2032 - 677, "subscription_update".to_owned()));
}
