//! `/v1/subscription_items`: the items of subscriptions, one by one.

use serde_json::{Value, json};

use super::subscriptions::{self, items, params};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{ID, PAGE, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/subscription_items",
        params: &[&[required("subscription", ID)], params::OWN_ITEM],
        answers: Answers::One(Kind::SubscriptionItem),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/subscription_items",
        params: &[&[required("subscription", ID)], PAGE],
        answers: Answers::Many(Kind::SubscriptionItem),
        handler: |call, args| {
            let id = args.text("subscription").unwrap_or_default();
            let subscription = call.refer(Kind::Subscription, id, "subscription")?;
            list::slice(call, args, Kind::SubscriptionItem, items::of(&subscription.body))
        },
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/subscription_items/{id}",
        params: &[],
        answers: Answers::One(Kind::SubscriptionItem),
        handler: |call, _| fetch(call).map(|(_, item)| Answer::Object(items::object(item))),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/subscription_items/{id}",
        params: &[params::OWN_ITEM],
        answers: Answers::One(Kind::SubscriptionItem),
        handler: update,
    },
    Endpoint {
        method: Method::Delete,
        route: "/v1/subscription_items/{id}",
        params: &[params::REMOVE_ITEM],
        answers: Answers::Stub,
        handler: delete,
    },
];

/// What an item's own endpoints share with those of subscriptions; all else describes the item.
const OF_SUBSCRIPTION: [&str; 3] = ["payment_behavior", "proration_behavior", "proration_date"];

fn fetch(call: &Call<'_>) -> Outcome<(Object, Value)> {
    let found = subscriptions::with_item(call, call.id())?;
    Ok(found.ok_or_else(|| Refusal::not_found("subscription item", call.id()))?)
}

/// Changes a subscription by one element of its `items`.
fn change(call: &mut Call<'_>, subscription: &Object, args: &Args, mut item: Value) -> Outcome<Object> {
    let mut given = serde_json::Map::new();
    for (name, value) in &args.0 {
        if OF_SUBSCRIPTION.contains(&name.as_str()) {
            given.insert(name.clone(), value.clone());
        } else if !matches!(name.as_str(), "subscription" | "expand") {
            item[name] = value.clone();
        }
    }
    given.insert("items".to_owned(), json!([item]));
    subscriptions::change(call, subscription, &Args(given))
}

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let id = args.text("subscription").unwrap_or_default();
    let before = call.refer(Kind::Subscription, id, "subscription")?;
    let after = change(call, &before, args, json!({}))?;
    let known = items::of(&before.body);
    let new = items::of(&after.body).into_iter().find(|item| known.iter().all(|old| old["id"] != item["id"]));
    Ok(Answer::Object(items::object(new.ok_or_else(Refusal::internal)?)))
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let (before, item) = fetch(call)?;
    let after = change(call, &before, args, json!({"id": item["id"]}))?;
    let changed = items::of(&after.body).into_iter().find(|other| other["id"] == item["id"]);
    Ok(Answer::Object(items::object(changed.ok_or_else(Refusal::internal)?)))
}

fn delete(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let (before, item) = fetch(call)?;
    change(call, &before, args, json!({"id": item["id"], "deleted": true}))?;
    Ok(Answer::Plain(json!({"id": item["id"], "object": "subscription_item", "deleted": true})))
}
