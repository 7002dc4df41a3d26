//! `/v1/subscriptions`: made, changed, renewed, ended, each with the invoices that go with it.

mod billing;
mod cancel;
mod create;
pub mod items;
mod lifecycle;
pub mod params;
mod pause;
mod proration;
mod settings;
mod trial;
mod update;

use serde_json::Value;

use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::{entitlements, test_clocks};
use crate::emulator::search;
use crate::emulator::spec::{PAGE, SEARCH};

pub use cancel::{cancel_all, cancel_now, end};
pub use create::subscribe;
pub use lifecycle::{
    collection_pause, invoice_failed, invoice_given_up, invoice_paid, is_incomplete, run_due, upcoming,
};
pub use pause::{go_on, hold};
pub use settings::no_payment_method;
pub use update::change;

use lifecycle::{TRIAL_NOTICE, schedule, tell_trial_end};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Get,
        route: "/v1/subscriptions/search",
        params: &[SEARCH],
        answers: Answers::Many(Kind::Subscription),
        handler: |call, args| search::page(call, args, Kind::Subscription, params::FIELDS),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/subscriptions",
        params: &[params::COMMON, params::CREATE],
        answers: Answers::One(Kind::Subscription),
        handler: create::create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/subscriptions",
        params: &[params::LIST, PAGE],
        answers: Answers::Many(Kind::Subscription),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/subscriptions/{id}",
        params: &[],
        answers: Answers::One(Kind::Subscription),
        handler: |call, _| call.fetch(Kind::Subscription).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/subscriptions/{id}",
        params: &[params::COMMON, params::UPDATE],
        answers: Answers::One(Kind::Subscription),
        handler: update::update,
    },
    Endpoint {
        method: Method::Delete,
        route: "/v1/subscriptions/{id}",
        params: &[params::CANCEL],
        answers: Answers::One(Kind::Subscription),
        handler: cancel::cancel,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/subscriptions/{id}/pause",
        params: &[],
        answers: Answers::One(Kind::Subscription),
        handler: pause::pause_now,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/subscriptions/{id}/resume",
        params: &[params::RESUME],
        answers: Answers::One(Kind::Subscription),
        handler: pause::resume,
    },
];

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    for (param, kind) in [("customer", Kind::Customer), ("price", Kind::Price), ("plan", Kind::Price)] {
        if let Some(id) = args.text(param) {
            call.refer(kind, id, param)?;
        }
    }
    // A customer's own list shows what is on a clock, too.
    let clock = match (args.has("customer"), args.has("test_clock")) {
        (true, false) => None,
        _ => Some(test_clocks::filter(call, args)?),
    };
    let automatic_tax = Args(args.object("automatic_tax").cloned().unwrap_or_default());
    let period = |name: &str, field: &'static str| {
        args.given(name).map(|value| {
            let (from, to) = list::bounds(value);
            Filter::Between { field, from, to }
        })
    };
    let filters: Vec<Filter> = [
        status(args.text("status")),
        list::flag(&automatic_tax, "enabled", "$.automatic_tax.enabled"),
        list::text(args, "collection_method", "$.collection_method"),
        list::created(args),
        period("current_period_end", "$.items.data[0].current_period_end"),
        period("current_period_start", "$.items.data[0].current_period_start"),
        list::key(args, "customer", "customer"),
        list::text(args, "customer_account", "$.customer_account"),
        list::key(args, "plan", "price"),
        list::key(args, "price", "price"),
        clock,
    ]
    .into_iter()
    .flatten()
    .collect();
    list::page(call, args, Kind::Subscription, &filters)
}

/// Canceled subscriptions are listed only if asked for.
fn status(wanted: Option<&str>) -> Option<Filter> {
    let with = |statuses: &[&str]| {
        Some(Filter::Key { name: "status", values: statuses.iter().map(|&name| name.to_owned()).collect() })
    };
    match wanted {
        None => Some(Filter::NotKey { name: "status", values: vec!["canceled".to_owned()] }),
        Some("all") => None,
        Some("ended") => with(&["canceled", "incomplete_expired"]),
        Some(status) => with(&[status]),
    }
}

/// Stores a new subscription and tells of it. A trial shorter than three days is about to end.
fn store_new(call: &mut Call<'_>, mut subscription: Object) -> Outcome<Object> {
    schedule(&mut subscription);
    let mut subscription = call.create(subscription)?;
    let length = subscription.body["trial_end"].as_i64().zip(subscription.body["trial_start"].as_i64());
    if length.is_some_and(|(end, start)| end - start <= TRIAL_NOTICE) {
        tell_trial_end(call, &subscription)?;
        subscription = reload(call, &subscription)?;
    }
    entitle(call, &subscription)?;
    Ok(subscription)
}

/// Stores a subscription's changes, tells of those that show, and has it wait for what comes next.
fn save(call: &mut Call<'_>, before: &Object, after: Object) -> Outcome<Object> {
    let shows = before.body != after.body;
    let after = save_as(call, before, after, shows.then_some("customer.subscription.updated"))?;
    if shows {
        entitle(call, &after)?;
    }
    Ok(after)
}

/// Stores a subscription that was moved into another phase, and tells of it.
///
/// # Errors
/// SQLite's.
pub fn put(call: &mut Call<'_>, before: &Object, after: Object) -> Outcome<()> {
    save(call, before, after).map(drop)
}

/// Like [`save`], under another event name or none.
fn save_as(call: &mut Call<'_>, before: &Object, mut after: Object, event: Option<&str>) -> Outcome<Object> {
    schedule(&mut after);
    call.update_as(before, after, event)
}

/// A subscription as it is stored by now.
fn reload(call: &Call<'_>, subscription: &Object) -> Outcome<Object> {
    Ok(call.db.get(Kind::Subscription, &subscription.id)?.ok_or_else(Refusal::internal)?)
}

/// Has the features of a customer follow what it subscribes to.
fn entitle(call: &mut Call<'_>, subscription: &Object) -> Outcome<()> {
    entitlements::refresh(call, subscription.body["customer"].as_str().unwrap_or_default())
}

/// Whether a customer has a subscription, whatever its status.
///
/// # Errors
/// SQLite's.
pub fn has_any(call: &Call<'_>, customer: &str) -> Outcome<bool> {
    Ok(call.db.has_key(Kind::Subscription, "customer", customer)?)
}

/// Whether a subscription is over for good.
pub fn has_ended(subscription: &Value) -> bool {
    matches!(subscription["status"].as_str(), Some("canceled" | "incomplete_expired"))
}

/// The subscription that has an item.
///
/// # Errors
/// SQLite's.
pub fn with_item(call: &Call<'_>, item: &str) -> Outcome<Option<(Object, Value)>> {
    let holder = call.db.with_key(Kind::Subscription, "item", item)?.into_iter().next();
    let Some(subscription) = holder else { return Ok(None) };
    let found = items::of(&subscription.body).into_iter().find(|other| other["id"] == item);
    Ok(found.map(|found| (subscription, found)))
}

/// Brings the copies of a price in subscriptions up to date.
///
/// # Errors
/// SQLite's.
pub fn refresh_price(call: &Call<'_>, price: &Object) -> Outcome<()> {
    for before in call.db.with_key(Kind::Subscription, "price", &price.id)? {
        let mut after = before.clone();
        for item in after.body["items"]["data"].as_array_mut().into_iter().flatten() {
            if item["price"]["id"] == price.id.as_str() {
                item["price"] = price.body.clone();
            }
        }
        call.db.update(&before, &after)?;
    }
    Ok(())
}
