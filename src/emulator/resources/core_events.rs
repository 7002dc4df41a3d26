//! `/v2/core/events`: what only thin events tell, which are the reports of meters, and the thin twin of each other event, as
//! Stripe makes it of what happens under `/v1`.
//!
//! A twin is made when it is asked for by its id: nothing of it is kept, lists don't have it, and no thin event is delivered.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::endpoints;
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Object, ThinEvent, ThinFilter};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::event::READABLE_SECONDS;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{ID, Param, TEXT, Type, optional, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Get,
        route: "/v2/core/events",
        params: &[LIST],
        answers: Answers::Other,
        handler: |call, args| list(call, args).map(Answer::Plain),
    },
    Endpoint {
        method: Method::Get,
        route: "/v2/core/events/{id}",
        params: &[],
        answers: Answers::Other,
        handler: |call, _| fetch(call).map(Answer::Plain),
    },
];

const LIST: &[Param] = &[
    required("types", Type::List { of: &Type::Choice(REPORTS), max: 20 }),
    optional("created", Type::Object(&[optional("gte", TEXT)])),
    optional("limit", Type::Integer { min: 1, max: 100 }),
    optional("object_id", ID),
    optional("page", ID),
];

/// The types that there are lists of.
pub const REPORTS: &[&str] = &["v1.billing.meter.error_report_triggered", "v1.billing.meter.no_meter_found"];

/// How many events a page has if nothing is said.
const PAGE: i64 = 20;

/// What the id of a twin begins with; the rest is that of its event's id.
const TWIN: &str = "evt_test_";

/// A page of reports, the newest first.
fn list(call: &Call<'_>, args: &Args) -> Outcome<Value> {
    let since = match args.or_null("created")["gte"].as_str() {
        None => 0,
        Some(text) => text
            .parse::<Timestamp>()
            .map_err(|_| Refusal::parameter("created[gte]", format!("Invalid timestamp: {text}")))?
            .as_second(),
    };
    let limit = args.integer("limit").unwrap_or(PAGE);
    let page = args.text("page").and_then(|page| page.parse().ok()).unwrap_or(i64::MAX);
    let types = args.texts("types");
    let wanted = ThinFilter {
        types: &types,
        object: args.text("object_id"),
        since: since.max(call.now - READABLE_SECONDS),
        before: page,
    };
    let found = call.db.thin_events(wanted, limit + 1)?;
    let has_more = i64::try_from(found.len()).is_ok_and(|length| length > limit);
    let shown: Vec<&ThinEvent> = found.iter().take(usize::try_from(limit).unwrap_or(1)).collect();
    let next = shown.last().filter(|_| has_more).map(|last| {
        let mut url = format!("/v2/core/events?page={}&limit={limit}", last.seq);
        for (index, name) in types.iter().enumerate() {
            url.push_str(&format!("&types[{index}]={name}"));
        }
        for (name, value) in
            [("object_id", args.text("object_id")), ("created[gte]", args.or_null("created")["gte"].as_str())]
        {
            if let Some(value) = value {
                url.push_str(&format!("&{name}={value}"));
            }
        }
        url
    });
    let data: Vec<Value> = shown.into_iter().map(|event| event.body.clone()).collect();
    Ok(json!({"data": data, "next_page_url": next, "previous_page_url": null}))
}

fn fetch(call: &Call<'_>) -> Outcome<Value> {
    let id = call.id();
    if let Some(report) = call.db.thin_event(id)? {
        return Ok(report.body);
    }
    let unknown = || Refusal::not_found(Kind::Event.label(), id);
    let snapshot = id.strip_prefix(TWIN).map(|rest| format!("evt_{rest}")).ok_or_else(unknown)?;
    let event = call.db.get(Kind::Event, &snapshot)?.ok_or_else(unknown)?;
    let created = event.body["created"].as_i64().unwrap_or_default();
    if created < call.now - READABLE_SECONDS {
        return Err(unknown().into());
    }
    Ok(thin(id, &event, created))
}

fn thin(id: &str, event: &Object, created: i64) -> Value {
    let Object { id: snapshot, body, .. } = event;
    let object = &body["data"]["object"];
    let mut twin = json!({
        "id": id,
        "object": "v2.core.event",
        "type": format!("v1.{}", body["type"].as_str().unwrap_or_default()),
        "created": Timestamp::from_second(created).ok().map(|at| format!("{at:.3}")),
        "livemode": false,
        "context": null,
        "related_object": related(object),
        "reason": reason(&body["request"]),
        "snapshot_event": snapshot,
    });
    if let Some(before) = body["data"]["previous_attributes"].as_object() {
        let after: Map<String, Value> =
            before.keys().map(|name| (name.clone(), object.get(name).cloned().unwrap_or_default())).collect();
        twin["changes"] = json!({"before": before, "after": after});
    }
    twin
}

/// What an event is about and where that is to be had; null where it is to be had nowhere.
fn related(object: &Value) -> Value {
    let (Some(kind), Some(id)) = (object["object"].as_str(), object["id"].as_str()) else {
        return Value::Null;
    };
    let gives = |endpoint: &&Endpoint| {
        endpoint.method == Method::Get
            && matches!(endpoint.answers, Answers::One(given) if given.name() == kind)
            && endpoint.route.ends_with("/{id}")
            && endpoint.route.matches('{').count() == 1
    };
    let Some(endpoint) = endpoints().find(gives) else { return Value::Null };
    json!({"id": id, "type": kind, "url": endpoint.route.replace("{id}", id)})
}

fn reason(request: &Value) -> Value {
    match &request["id"] {
        Value::Null => Value::Null,
        _ => json!({"type": "request", "request": request}),
    }
}
