//! `/v1/entitlements/active_entitlements`: the features that come with what a customer subscribes to.

use serde_json::{Map, Value, json};

use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::event;
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::spec::{ID, PAGE, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Get,
        route: "/v1/entitlements/active_entitlements",
        params: &[&[required("customer", ID)], PAGE],
        answers: Answers::Many(Kind::ActiveEntitlement),
        handler: |call, args| {
            let customer = args.text("customer").unwrap_or_default();
            call.refer(Kind::Customer, customer, "customer")?;
            let filter = Filter::Key { name: "customer", values: vec![customer.to_owned()] };
            list::page(call, args, Kind::ActiveEntitlement, &[filter])
        },
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/entitlements/active_entitlements/{id}",
        params: &[],
        answers: Answers::One(Kind::ActiveEntitlement),
        handler: |call, _| call.fetch(Kind::ActiveEntitlement).map(Answer::Object),
    },
];

/// How many entitlements a summary shows.
const SHOWN: usize = 10;

/// Has a customer's entitlements follow what it subscribes to, and tells of a change.
///
/// # Errors
/// SQLite's.
pub fn refresh(call: &mut Call<'_>, customer: &str) -> Outcome<()> {
    let wanted = features(call, customer)?;
    let before = call.db.with_key(Kind::ActiveEntitlement, "customer", customer)?;
    let gone: Vec<&Object> =
        before.iter().filter(|old| wanted.iter().all(|new| old.body["feature"] != new.id.as_str())).collect();
    let new: Vec<&Object> =
        wanted.iter().filter(|new| before.iter().all(|old| old.body["feature"] != new.id.as_str())).collect();
    if gone.is_empty() && new.is_empty() {
        return Ok(());
    }
    for entitlement in gone {
        let stub =
            json!({"id": entitlement.id, "object": "entitlements.active_entitlement", "deleted": true});
        call.db.delete(Kind::ActiveEntitlement, &entitlement.id, &stub)?;
    }
    for feature in new {
        let mut entitlement = call.new_object(Kind::ActiveEntitlement);
        entitlement.hidden.insert("customer".to_owned(), json!(customer));
        entitlement.body = json!({
            "id": entitlement.id,
            "object": "entitlements.active_entitlement",
            "feature": feature.id,
            "livemode": false,
            "lookup_key": feature.body["lookup_key"],
        });
        call.create(entitlement)?;
    }
    let after = call.db.with_key(Kind::ActiveEntitlement, "customer", customer)?;
    let summary = json!({
        "object": "entitlements.active_entitlement_summary",
        "customer": customer,
        "entitlements": shown(customer, &after),
        "livemode": false,
    });
    let previous = Map::from_iter([("entitlements".to_owned(), shown(customer, &before))]);
    event::emit(call, "entitlements.active_entitlement_summary.updated", &summary, Some(previous))
}

fn shown(customer: &str, entitlements: &[Object]) -> Value {
    let data: Vec<&Value> = entitlements.iter().take(SHOWN).map(|entitlement| &entitlement.body).collect();
    json!({
        "object": "list",
        "data": data,
        "has_more": entitlements.len() > SHOWN,
        "url": format!("/v1/customer/{customer}/entitlements"),
    })
}

/// The features of the products of all items that a customer has a running subscription to, each once.
fn features(call: &Call<'_>, customer: &str) -> Outcome<Vec<Object>> {
    let mut features: Vec<Object> = Vec::new();
    for subscription in call.db.with_key(Kind::Subscription, "customer", customer)? {
        if !matches!(subscription.body["status"].as_str(), Some("active" | "trialing" | "past_due")) {
            continue;
        }
        for item in subscription.body["items"]["data"].as_array().into_iter().flatten() {
            let product = item["price"]["product"].as_str().unwrap_or_default();
            for attachment in call.db.with_key(Kind::ProductFeature, "product", product)? {
                let id = attachment.body["entitlement_feature"]["id"].as_str().unwrap_or_default();
                if features.iter().any(|known| known.id == id) {
                    continue;
                }
                features.extend(call.db.get(Kind::Feature, id)?);
            }
        }
    }
    Ok(features)
}
