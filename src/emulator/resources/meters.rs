//! `/v1/billing/meters`.

use serde_json::json;

use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{PAGE, Param, Type, optional, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/billing/meters",
        params: &[CREATE],
        answers: Answers::One(Kind::Meter),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/billing/meters",
        params: &[LIST, PAGE],
        answers: Answers::Many(Kind::Meter),
        handler: |call, args| {
            let filters: Vec<_> = list::text(args, "status", "$.status").into_iter().collect();
            list::page(call, args, Kind::Meter, &filters)
        },
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/billing/meters/{id}",
        params: &[],
        answers: Answers::One(Kind::Meter),
        handler: |call, _| call.fetch(Kind::Meter).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/billing/meters/{id}",
        params: &[&[optional("display_name", DISPLAY_NAME)]],
        answers: Answers::One(Kind::Meter),
        handler: |call, args| {
            let before = call.fetch(Kind::Meter)?;
            let mut after = before.clone();
            super::fields::set(&mut after.body, args, &["display_name"]);
            call.update(&before, after).map(Answer::Object)
        },
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/billing/meters/{id}/deactivate",
        params: &[],
        answers: Answers::One(Kind::Meter),
        handler: deactivate,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/billing/meters/{id}/reactivate",
        params: &[],
        answers: Answers::One(Kind::Meter),
        handler: reactivate,
    },
];

const DISPLAY_NAME: Type = Type::Text { max: 250 };
const PAYLOAD_KEY: Type = Type::Text { max: 100 };

const CREATE: &[Param] = &[
    required(
        "default_aggregation",
        Type::Object(&[required("formula", Type::Choice(&["count", "last", "sum"]))]),
    ),
    required("display_name", DISPLAY_NAME),
    required("event_name", Type::Text { max: 100 }),
    optional(
        "customer_mapping",
        Type::Object(&[
            required("event_payload_key", PAYLOAD_KEY),
            required("type", Type::Choice(&["by_id"])),
        ]),
    ),
    optional("event_time_window", Type::Choice(&["day", "hour"])),
    optional("value_settings", Type::Object(&[required("event_payload_key", PAYLOAD_KEY)])),
];

const LIST: &[Param] = &[optional("status", Type::Choice(&["active", "inactive"]))];

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let event_name = args.text("event_name").unwrap_or_default();
    check_event_name(call, event_name)?;
    let mut meter = call.new_object(Kind::Meter);
    meter.body = json!({
        "id": meter.id,
        "object": "billing.meter",
        "created": call.now,
        "customer_mapping": args.or(
            "customer_mapping",
            json!({"event_payload_key": "stripe_customer_id", "type": "by_id"}),
        ),
        "default_aggregation": args.or_null("default_aggregation"),
        "display_name": args.or_null("display_name"),
        "event_name": event_name,
        "event_time_window": args.or_null("event_time_window"),
        "livemode": false,
        "status": "active",
        "status_transitions": {"deactivated_at": null},
        "updated": call.now,
        "value_settings": args.or("value_settings", json!({"event_payload_key": "value"})),
    });
    call.create(meter).map(Answer::Object)
}

/// Event names are unique among active meters. Which code Stripe's refusal carries is not verified.
fn check_event_name(call: &Call<'_>, event_name: &str) -> Outcome<()> {
    let holders = call.db.with_key(Kind::Meter, "event_name", event_name)?;
    match holders.iter().find(|meter| meter.body["status"] == "active") {
        Some(holder) => {
            let message = format!(
                "There is already an active meter (`{}`) with the event name `{event_name}`.",
                holder.id
            );
            Err(Refusal::invalid(message).code("resource_already_exists").param("event_name").into())
        }
        None => Ok(()),
    }
}

fn deactivate(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::Meter)?;
    if before.body["status"] == "inactive" {
        return Err(Refusal::invalid("This meter is already inactive.").into());
    }
    let mut after = before.clone();
    after.body["status"] = json!("inactive");
    after.body["status_transitions"]["deactivated_at"] = json!(call.now);
    told(call, &before, after, "billing.meter.deactivated")
}

fn reactivate(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::Meter)?;
    if before.body["status"] == "active" {
        return Err(Refusal::invalid("This meter is already active.").into());
    }
    check_event_name(call, before.body["event_name"].as_str().unwrap_or_default())?;
    let mut after = before.clone();
    after.body["status"] = json!("active");
    after.body["status_transitions"]["deactivated_at"] = json!(null);
    told(call, &before, after, "billing.meter.reactivated")
}

/// Stores a change of status. Only `updated` events tell previous attributes.
fn told(call: &mut Call<'_>, before: &Object, after: Object, event: &str) -> Outcome<Answer> {
    let after = call.update_as(before, after, None)?;
    crate::emulator::event::emit(call, event, &after.body, None)?;
    Ok(Answer::Object(after))
}
