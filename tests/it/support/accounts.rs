//! Accounts as Stripe would answer them after a catalog was synced, made without any server.

use std::collections::BTreeMap;

use billctl::billing::catalog::model::Catalog;
use billctl::billing::plan::account::Account;
use billctl::billing::plan::field::{Field, wire};
use billctl::billing::plan::kind::{Address, Kind};
use billctl::billing::plan::matching::product_of;
use billctl::billing::plan::wanted::{Resource, resources};
use serde_json::{Value, json};

/// The API version that endpoints get which name none.
pub const VERSION: &str = "2026-10-28.endive";

/// Whether billctl made the objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// With the project's marks, and ids of its choice.
    ByBillctl,
    /// By hand: no marks, and ids that Stripe gave.
    ByHand,
}

/// The account that holds exactly a catalog.
pub fn account(catalog: &Catalog, made: Made) -> Account {
    let wanted = resources(catalog, VERSION);
    let ids: BTreeMap<Address, String> =
        wanted.iter().enumerate().map(|(number, one)| (one.address.clone(), id(one, number, made))).collect();
    let mut account = Account::default();
    let mut lists: BTreeMap<Kind, Vec<Value>> = BTreeMap::new();
    for resource in &wanted {
        let json = object(resource, &ids, made);
        match resource.address.kind {
            Kind::ProductFeature => {
                account.add_features(&ids[&product_of(&resource.address)], vec![json]);
            }
            kind => lists.entry(kind).or_default().push(json),
        }
    }
    for (kind, objects) in lists {
        account.add(kind, objects);
    }
    account
}

fn id(resource: &Resource, number: usize, made: Made) -> String {
    let natural = || resource.natural_key.clone().unwrap();
    match (resource.address.kind, made) {
        (Kind::Product | Kind::Coupon, Made::ByBillctl) => natural(),
        (Kind::Coupon, Made::ByHand) => format!("aB{number:06}"),
        (Kind::Product, Made::ByHand) => format!("prod_{number:014}"),
        (Kind::Meter, _) => format!("mtr_{number:024}"),
        (Kind::Feature, _) => format!("feat_{number:024}"),
        (Kind::TaxRate, _) => format!("txr_{number:024}"),
        (Kind::Price, _) => format!("price_{number:024}"),
        (Kind::ProductFeature, _) => format!("prodft_{number:024}"),
        (Kind::PromotionCode, _) => format!("promo_{number:024}"),
        (Kind::Portal, _) => format!("bpc_{number:024}"),
        (Kind::WebhookEndpoint, _) => format!("we_{number:024}"),
    }
}

/// The parameters of a creation as the answer that they lead to.
fn object(resource: &Resource, ids: &BTreeMap<Address, String>, made: Made) -> Value {
    let kind = resource.address.kind;
    let mut fields = resource.fields.clone();
    if made == Made::ByHand {
        fields.retain(|path, _| !path.starts_with("metadata.billctl_"));
        if kind == Kind::Price && number_of(&ids[&resource.address]) % 2 == 0 {
            fields.remove("lookup_key");
        }
    }
    fields.retain(|_, field| *field != Field::Null);
    let mut json = wire(&fields, &|address| ids.get(address).cloned()).unwrap();
    json["id"] = json!(ids[&resource.address]);
    // A promotion code is younger than its coupon.
    let later = if kind == Kind::PromotionCode { 1_000_000 } else { 0 };
    json["created"] = json!(1_700_000_000 + later + number_of(&ids[&resource.address]));
    match kind {
        Kind::Price => {
            open_ended(&mut json);
            for option in
                json.get_mut("currency_options").and_then(Value::as_object_mut).into_iter().flatten()
            {
                open_ended(option.1);
            }
        }
        Kind::WebhookEndpoint => {
            json["status"] = json!(if json["disabled"] == true { "disabled" } else { "enabled" });
            let version = json.get("api_version").cloned();
            json["api_version"] = version.unwrap_or_else(|| json!(VERSION));
        }
        Kind::Coupon if json.get("percent_off").is_some() => {
            // Stripe answers a number where it takes a text.
            let percent: Value = serde_json::from_str(json["percent_off"].as_str().unwrap()).unwrap();
            json["percent_off"] = percent;
        }
        _ => {}
    }
    json
}

fn number_of(id: &str) -> i64 {
    let digits: String = id.chars().filter(char::is_ascii_digit).collect();
    digits.parse::<i64>().unwrap_or_default() % 1_000_000
}

/// The last tier ends nowhere, and both amounts of a tier are there.
fn open_ended(price: &mut Value) {
    for tier in price.get_mut("tiers").and_then(Value::as_array_mut).into_iter().flatten() {
        if tier["up_to"] == "inf" {
            tier["up_to"] = Value::Null;
        }
        if tier.get("flat_amount_decimal").is_none() {
            tier["flat_amount_decimal"] = json!("0");
        }
    }
}
