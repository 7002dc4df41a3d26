//! `/v1/subscriptions`, as far as they can be read.

use crate::emulator::args::Args;
use serde_json::Value;

use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Filter;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::resources::test_clocks;
use crate::emulator::search;
use crate::emulator::spec::{ID, PAGE, Param, SEARCH, Type, optional, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Get,
        route: "/v1/subscriptions/search",
        params: &[SEARCH],
        answers: Answers::Many(Kind::Subscription),
        handler: |call, args| search::page(call, args, Kind::Subscription, FIELDS),
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/subscriptions",
        params: &[LIST, PAGE],
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
];

const LIST: &[Param] = &[
    optional("automatic_tax", Type::Object(&[required("enabled", Type::Flag)])),
    optional("collection_method", Type::Choice(&["charge_automatically", "send_invoice"])),
    optional("created", Type::Range),
    optional("current_period_end", Type::Range),
    optional("current_period_start", Type::Range),
    optional("customer", ID),
    optional("customer_account", ID),
    optional("plan", ID),
    optional("price", ID),
    optional(
        "status",
        Type::Choice(&[
            "active",
            "all",
            "canceled",
            "ended",
            "incomplete",
            "incomplete_expired",
            "past_due",
            "paused",
            "trialing",
            "unpaid",
        ]),
    ),
    optional("test_clock", ID),
];

const FIELDS: &[(&str, search::Field)] = &[
    ("canceled_at", search::Field::Number),
    ("created", search::Field::Number),
    ("metadata", search::Field::Exact),
    ("status", search::Field::Exact),
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
