//! Billing credits: granted, spent by nobody yet, voided, expired, and summed up.

use serde_json::{Value, json};

use super::world::{START, World, ids, text};

const DAY: i64 = 24 * 60 * 60;
const METERED: &str = "applicability_config[scope][price_type]=metered";

fn world() -> (World, String) {
    let world = World::new();
    let customer = world.make("/v1/customers", "name=Ada");
    (world, customer)
}

fn form(customer: &str, value: i64, more: &str) -> String {
    format!(
        "customer={customer}&amount[type]=monetary&amount[monetary][currency]=usd&amount[monetary][value]={value}&{METERED}{more}"
    )
}

fn grant(world: &World, customer: &str, value: i64, more: &str) -> Value {
    world.post("/v1/billing/credit_grants", &form(customer, value, more)).ok()
}

/// What the customer can spend of any metered price.
fn balances(world: &World, customer: &str) -> Value {
    let filter = "filter[type]=applicability_scope&filter[applicability_scope][price_type]=metered";
    world.get(&format!("/v1/billing/credit_balance_summary?customer={customer}&{filter}")).ok()["balances"]
        .clone()
}

fn usd(value: i64) -> Value {
    let amount = json!({"monetary": {"currency": "usd", "value": value}, "type": "monetary"});
    json!([{"available_balance": amount, "ledger_balance": amount}])
}

fn path(grant: &Value, verb: &str) -> String {
    format!("/v1/billing/credit_grants/{}{verb}", text(&grant["id"]))
}

#[test]
fn a_grant_is_what_was_asked_for() {
    let (world, customer) = world();
    let made = grant(&world, &customer, 5000, "&category=promotional&priority=10&name=Launch&metadata[a]=b");
    let id = text(&made["id"]);
    assert!(id.starts_with("credgr_test_"), "{id}");
    assert_eq!(
        made,
        json!({
            "id": id,
            "object": "billing.credit_grant",
            "amount": {"monetary": {"currency": "usd", "value": 5000}, "type": "monetary"},
            "applicability_config": {"scope": {"price_type": "metered"}},
            "category": "promotional",
            "created": START,
            "customer": customer,
            "customer_account": null,
            "effective_at": START,
            "expires_at": null,
            "livemode": false,
            "metadata": {"a": "b"},
            "name": "Launch",
            "priority": 10,
            "test_clock": null,
            "updated": START,
            "voided_at": null,
        })
    );
    assert_eq!(world.get(&path(&made, "")).ok(), made);
    assert_eq!(balances(&world, &customer), usd(5000));
    let booked = world.get(&format!("/v1/billing/credit_balance_transactions?customer={customer}")).ok();
    let booked = &booked["data"][0];
    assert_eq!(
        (&booked["type"], &booked["debit"], &booked["credit_grant"]),
        (&json!("credit"), &Value::Null, &made["id"])
    );
    assert_eq!(booked["credit"]["type"], "credits_granted");
    assert_eq!(booked["credit"]["amount"], made["amount"]);
    assert_eq!(
        world.events(),
        ["customer.created", "billing.credit_grant.created", "billing.credit_balance_transaction.created"]
    );
}

#[test]
fn what_is_voided_or_expired_is_gone_and_told_once() {
    let (world, customer) = world();
    let (one, other) = (grant(&world, &customer, 5000, ""), grant(&world, &customer, 300, ""));
    let voided = world.post(&path(&one, "/void"), "").ok();
    assert_eq!(voided["voided_at"], START);
    assert_eq!(balances(&world, &customer), usd(300));
    world.post(&path(&one, "/void"), "").refused(400, None, None);
    world.post(&path(&one, "/expire"), "").refused(400, None, None);
    world.pass(60);
    let expired = world.post(&path(&other, "/expire"), "").ok();
    assert_eq!(expired["expires_at"], START + 60);
    assert_eq!(balances(&world, &customer), usd(0));
    world.post(&path(&other, "/void"), "").refused(400, None, None);
    let why: Vec<String> = world
        .get(&format!("/v1/billing/credit_balance_transactions?customer={customer}"))
        .ok()["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|booked| booked["type"] == "debit")
        .map(|booked| {
            format!("{} {}", text(&booked["debit"]["type"]), booked["debit"]["amount"]["monetary"]["value"])
        })
        .collect();
    assert_eq!(why, ["credits_expired 300", "credits_voided 5000"]);
    let of_one =
        world.get(&format!("/v1/billing/credit_balance_transactions?credit_grant={}", text(&one["id"]))).ok();
    assert_eq!(ids(&of_one).len(), 2);
}

#[test]
fn credits_expire_by_themselves_and_on_a_clock_with_it() {
    let (world, customer) = world();
    let made = grant(&world, &customer, 700, &format!("&expires_at={}", START + 2 * DAY));
    world.control("POST", "/_emulator/advance", &DAY.to_string()).ok();
    assert_eq!(balances(&world, &customer), usd(700));
    let later = world.post(&path(&made, ""), &format!("expires_at={}", START + 3 * DAY)).ok();
    assert_eq!(later["expires_at"], START + 3 * DAY);
    world.control("POST", "/_emulator/advance", &DAY.to_string()).ok();
    assert_eq!(balances(&world, &customer), usd(700));
    world.control("POST", "/_emulator/advance", &DAY.to_string()).ok();
    assert_eq!(balances(&world, &customer), usd(0));
    world.post(&path(&made, ""), "expires_at=").refused(400, None, None);

    let clock = world.make("/v1/test_helpers/test_clocks", "frozen_time=1600000000");
    let customer = world.make("/v1/customers", &format!("test_clock={clock}"));
    let made = grant(&world, &customer, 700, &format!("&expires_at={}", 1_600_000_000 + DAY));
    assert_eq!((&made["created"], &made["test_clock"]), (&json!(1_600_000_000), &json!(clock)));
    let advance = format!("/v1/test_helpers/test_clocks/{clock}/advance");
    world.post(&advance, &format!("frozen_time={}", 1_600_000_000 + 2 * DAY)).ok();
    world.get(&format!("/v1/test_helpers/test_clocks/{clock}")).ok();
    assert_eq!(balances(&world, &customer), usd(0));
}

#[test]
fn a_grant_for_some_prices_counts_for_those_alone_and_later_ones_not_yet() {
    let (world, customer) = world();
    world.make("/v1/products", "name=A&id=a");
    let meter =
        world.make("/v1/billing/meters", "display_name=M&event_name=m&default_aggregation[formula]=sum");
    let metered = |amount: i64| {
        world.make(
            "/v1/prices",
            &format!("product=a&currency=usd&unit_amount={amount}&recurring[interval]=month&recurring[usage_type]=metered&recurring[meter]={meter}"),
        )
    };
    let (one, other) = (metered(1), metered(2));
    let scope = "applicability_config[scope][prices][0][id]";
    let of_one = form(&customer, 900, "").replace(METERED, &format!("{scope}={one}"));
    world.post("/v1/billing/credit_grants", &of_one).ok();
    grant(&world, &customer, 50, &format!("&effective_at={}", START + DAY));
    let summary = |price: &str| {
        let filter = "filter[type]=applicability_scope&filter[applicability_scope][prices][0][id]";
        world.get(&format!("/v1/billing/credit_balance_summary?customer={customer}&{filter}={price}")).ok()["balances"].clone()
    };
    assert_eq!((summary(&one), summary(&other)), (usd(900), usd(0)));
    world.control("POST", "/_emulator/advance", &DAY.to_string()).ok();
    assert_eq!((summary(&one), summary(&other)), (usd(950), usd(50)));

    let licensed = world.make("/v1/prices", "product=a&currency=usd&unit_amount=5&recurring[interval]=month");
    let wrong = form(&customer, 900, "").replace(METERED, &format!("{scope}={licensed}"));
    world.post("/v1/billing/credit_grants", &wrong).refused(400, None, Some(scope));
    let both = form(&customer, 900, &format!("&{scope}={one}"));
    world.post("/v1/billing/credit_grants", &both).refused(
        400,
        Some("parameters_exclusive"),
        Some("applicability_config[scope][price_type]"),
    );
}

#[test]
fn grants_refuse() {
    let (world, customer) = world();
    let check = |form: &str, code: Option<&str>, param: &str| {
        world.post("/v1/billing/credit_grants", form).refused(400, code, Some(param));
    };
    let good = form(&customer, 100, "");
    check("", Some("parameter_missing"), "amount");
    check(&good.replace(&format!("customer={customer}&"), ""), Some("parameter_missing"), "customer");
    check(&good.replace(&customer, "cus_none"), Some("resource_missing"), "customer");
    check(&good.replace("value]=100", "value]=0"), None, "amount[monetary][value]");
    let of_nothing = good.replace(METERED, "applicability_config[scope][prices]=");
    check(&of_nothing, Some("parameter_invalid_empty"), "applicability_config[scope][prices]");
    check(&format!("{good}&priority=101"), None, "priority");
    check(&format!("{good}&category=gift"), None, "category");
    check(&format!("{good}&expires_at={START}"), None, "expires_at");
    let made = grant(&world, &customer, 100, "");
    world.post(&path(&made, ""), "priority=1").refused(400, Some("parameter_unknown"), Some("priority"));
    world.get("/v1/billing/credit_grants/credgr_none").refused(404, Some("resource_missing"), Some("id"));
    world.get(&format!("/v1/billing/credit_balance_summary?customer={customer}")).refused(
        400,
        Some("parameter_missing"),
        Some("filter"),
    );
    world.get("/v1/billing/credit_balance_transactions").refused(
        400,
        Some("parameter_missing"),
        Some("customer"),
    );
    assert_eq!(ids(&world.get(&format!("/v1/billing/credit_grants?customer={customer}")).ok()).len(), 1);
}
