//! Syncing: everything once, whatever goes wrong on the way.

mod choices; // adopting, orphans, targets, policy
mod faults; // each fault on each write, and killed at each request
mod races; // two syncs at once
mod random; // random catalogs, one after the other
mod replace; // a changed price, and what hangs on it
mod reviewed; // plans that were kept
mod secrets; // signing secrets of new endpoints

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Emulator, Shop};

/// A catalog with every kind of resource: 30 of them.
pub const EVERYTHING: &str = r#"
[project]
name = "shop"

[meters.messages]
event_name = "message_sent"

[features.analytics]
name = "Analytics"
[features.export]
name = "Export"

[tax_rates.vat]
display_name = "VAT"
percentage = 20
country = "DE"

[products.starter]
name = "Starter"
features = ["export"]
default_price = "monthly"
prices.monthly = { amount = "49.00 usd", every = "month" }
prices.yearly = { amount = "490.00 usd", every = "year" }

[products.pro]
name = "Pro"
features = ["analytics", "export"]
default_price = "monthly"
prices.monthly = { amount = "99.00 usd", every = "month", currency_options = { eur = { amount = "95.00 eur" } } }
prices.yearly = { amount = "990.00 usd", every = "year" }
prices.messages = { amount = "0.002 usd", every = "month", meter = "messages" }

[products.seats]
name = "Seats"
unit_label = "seat"
[products.seats.prices.graduated]
every = "month"
tiers_mode = "graduated"
tiers = [{ up_to = 10, amount = "5.00 usd" }, { up_to = "inf", amount = "4.00 usd", flat = "1.00 usd" }]
[products.seats.prices.packages]
amount = "10.00 usd"
every = "month"
transform_quantity = { divide_by = 100, round = "up" }

[products.credits]
name = "Credits"
prices.small = { amount = "1.00 usd", credits = 1000 }
prices.large = { amount = "8.00 usd", credits = 10000 }

[products.donation]
name = "Donation"
prices.any = { custom_unit_amount = { currency = "usd", minimum = "1.00 usd" } }

[coupons.WELCOME]
percent_off = 10
[coupons.HALF]
percent_off = 50
duration = "forever"
[coupons.FIVE]
amount_off = "5.00 usd"
duration = "repeating"
duration_in_months = 3
applies_to = ["pro"]

[promotion_codes.HELLO]
coupon = "WELCOME"
[promotion_codes.FIVER]
coupon = "FIVE"

[portals.main]
headline = "Your plan"
invoice_history = true
payment_method_update = true
customer_update = ["email"]
subscription_cancel = { mode = "at_period_end" }
[portals.main.subscription_update]
allow = ["price"]
products = { starter = ["monthly", "yearly"], pro = ["monthly"] }

[webhook_endpoints.app]
url = "https://example.com/webhook"
enabled_events = ["invoice.paid", "customer.subscription.deleted"]
[webhook_endpoints.audit]
url = "https://example.com/audit"
enabled_events = ["*"]
active = false
"#;

/// How many resources [`EVERYTHING`] has.
pub const RESOURCES: u64 = 30;

/// The emulator's objects by what identifies them, each with how many there are.
pub fn inventory(emulator: &Emulator) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    let mut add = |kind: &str, name: &Value| {
        *count.entry(format!("{kind} {}", name.as_str().unwrap_or("?"))).or_insert(0) += 1;
    };
    for meter in emulator.list("/v1/billing/meters") {
        add("meter", &meter["event_name"]);
    }
    for feature in emulator.list("/v1/entitlements/features") {
        add("feature", &feature["lookup_key"]);
    }
    for product in emulator.list("/v1/products") {
        add("product", &product["id"]);
        for attached in emulator.list(&format!("/v1/products/{}/features", product["id"].as_str().unwrap())) {
            let name = format!("{} {}", product["name"], attached["entitlement_feature"]["lookup_key"]);
            add("attached", &Value::from(name));
        }
    }
    for active in [true, false] {
        for price in emulator.list(&format!("/v1/prices?active={active}")) {
            add("price", &price["metadata"]["billctl_key"]);
        }
    }
    for (kind, path) in [
        ("tax_rate", "/v1/tax_rates"),
        ("coupon", "/v1/coupons"),
        ("promotion_code", "/v1/promotion_codes"),
        ("portal", "/v1/billing_portal/configurations"),
        ("webhook_endpoint", "/v1/webhook_endpoints"),
    ] {
        for object in emulator.list(path) {
            add(kind, &object["metadata"]["billctl_key"]);
        }
    }
    count
}

/// Fails unless every resource of [`EVERYTHING`] is there, each once, and the plan is empty.
pub fn assert_everything_once(shop: &Shop, emulator: &Emulator, what: &str) {
    let plan = shop.billctl("catalog plan --exit-code -o json");
    assert_eq!(plan.code, Some(0), "{what}: the plan is not empty:\n{plan}");
    let inventory = inventory(emulator);
    let doubled: Vec<&String> =
        inventory.iter().filter(|(_, count)| **count > 1).map(|(name, _)| name).collect();
    assert!(doubled.is_empty(), "{what}: made more than once: {doubled:?}");
    assert_eq!(inventory.len() as u64, RESOURCES, "{what}: {inventory:#?}");
}

#[test]
fn a_first_sync_makes_everything_once_and_a_second_one_nothing() {
    let shop = Shop::new();
    shop.write("billing.toml", EVERYTHING);
    let emulator = shop.emulator();
    let first = shop.billctl("catalog sync --yes -o json");
    assert_eq!(first.code, Some(0), "{first}");
    let summary: Value = serde_json::from_str(&first.stdout).unwrap();
    assert_eq!(summary["summary"]["create"], RESOURCES, "{first}");
    assert_everything_once(&shop, &emulator, "after the first sync");
    let writes = emulator.requests().iter().filter(|request| request["method"] == "POST").count();
    let second = shop.billctl("catalog sync --yes -o json");
    assert_eq!(second.code, Some(0), "{second}");
    let again = emulator.requests().iter().filter(|request| request["method"] == "POST").count();
    assert_eq!(again, writes, "a second sync sends nothing");
}
