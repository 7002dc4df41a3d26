//! `/v2/core/events/{id}`: the thin twin of each event, as Stripe makes it of what happens under `/v1`.
//!
//! It is made when it is asked for: nothing of it is kept, and it is delivered to nobody.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::endpoints;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::event::READABLE_SECONDS;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;

pub const ENDPOINTS: &[Endpoint] = &[Endpoint {
    method: Method::Get,
    route: "/v2/core/events/{id}",
    params: &[],
    answers: Answers::Other,
    handler: |call, _| fetch(call).map(Answer::Plain),
}];

/// What the id of a twin begins with; the rest is that of its event's id.
const TWIN: &str = "evt_test_";

fn fetch(call: &Call<'_>) -> Outcome<Value> {
    let id = call.id();
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
