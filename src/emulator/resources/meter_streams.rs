//! Meter events under `/v2`: told one by one and looked at on the spot, or by the hundred on a stream, where what is wrong is
//! reported afterwards.
//!
//! Each request on the stream is looked at at once here, and has a report of its own; Stripe gathers for some seconds.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::core_events::REPORTS;
use super::meter_events::{Fault, Taking, Told, accept, cancel_event, take};
use crate::emulator::args::Args;
use crate::emulator::auth::{STREAM, stream_token};
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::ids;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{Param, TEXT, Type, optional, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v2/billing/meter_events",
        params: &[EVENT],
        answers: Answers::Other,
        handler: create,
    },
    Endpoint {
        method: Method::Post,
        route: "/v2/billing/meter_event_adjustments",
        params: &[ADJUST],
        answers: Answers::Other,
        handler: adjust,
    },
    Endpoint {
        method: Method::Post,
        route: "/v2/billing/meter_event_session",
        params: &[],
        answers: Answers::Other,
        handler: open_session,
    },
    Endpoint {
        method: Method::Post,
        route: STREAM,
        params: &[&[required("events", Type::List { of: &Type::Object(EVENT), max: 100 })]],
        answers: Answers::Other,
        handler: stream,
    },
];

const EVENT: &[Param] = &[
    required("event_name", Type::Text { max: 100 }),
    required("payload", Type::Texts),
    optional("identifier", Type::Text { max: 100 }),
    optional("timestamp", TEXT),
];

const ADJUST: &[Param] = &[
    required("cancel", Type::Object(&[required("identifier", Type::Text { max: 100 })])),
    required("event_name", Type::Text { max: 100 }),
    required("type", Type::Choice(&["cancel"])),
];

/// A session's token is valid for so long.
const SESSION_SECONDS: i64 = 15 * 60;

/// How many events of each error a report names. Stripe's number is not known.
const MOST_SAMPLES: usize = 5;

/// The events with an error of each code: their identifiers, and what is wrong.
type ByCode<'a> = BTreeMap<&'a str, Vec<(String, String)>>;

fn iso(second: i64) -> Option<String> {
    Timestamp::from_second(second).ok().map(|at| format!("{at:.3}"))
}

/// The time of an event, in seconds since 1970; `None` if nothing is said.
fn moment(event: &Value, param: &str) -> Result<Option<i64>, Refusal> {
    match event["timestamp"].as_str() {
        None => Ok(None),
        Some(text) => match text.parse::<Timestamp>() {
            Ok(at) => Ok(Some(at.as_second())),
            Err(_) => Err(Refusal::parameter(param, format!("Invalid timestamp: {text}"))),
        },
    }
}

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let event = Value::Object(args.0.clone());
    let timestamp = moment(&event, "timestamp")?;
    let made = ids::random(24);
    let identifier = args.text("identifier").unwrap_or(&made);
    let event_name = args.text("event_name").unwrap_or_default();
    let told = Told { event_name, payload: &event["payload"], identifier, timestamp };
    accept(take(call, told)?, identifier)?;
    Ok(Answer::Plain(json!({
        "object": "v2.billing.meter_event",
        "created": iso(call.now),
        "event_name": event_name,
        "identifier": identifier,
        "livemode": false,
        "payload": event["payload"],
        "timestamp": iso(timestamp.unwrap_or(call.now)),
    })))
}

fn adjust(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let cancel = args.or_null("cancel");
    let event_name = args.text("event_name").unwrap_or_default();
    cancel_event(call, event_name, cancel["identifier"].as_str().unwrap_or_default())?;
    Ok(Answer::Plain(json!({
        "id": ids::object("mtradj_test"),
        "object": "v2.billing.meter_event_adjustment",
        "cancel": cancel,
        "created": iso(call.now),
        "event_name": event_name,
        "livemode": false,
        "status": "pending",
        "type": "cancel",
    })))
}

fn open_session(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    let expires_at = call.now + SESSION_SECONDS;
    Ok(Answer::Plain(json!({
        "id": ids::object("mes_test"),
        "object": "v2.billing.meter_event_session",
        "authentication_token": stream_token(call.account, expires_at),
        "created": iso(call.now),
        "expires_at": iso(expires_at),
        "livemode": false,
    })))
}

/// Takes what can be taken, and reports the rest.
fn stream(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    // By meter, which may be none.
    let mut faults: BTreeMap<Option<String>, ByCode<'_>> = BTreeMap::new();
    for (index, event) in args.list("events").into_iter().flatten().enumerate() {
        let timestamp = moment(event, &format!("events[{index}][timestamp]"))?;
        let made = ids::random(24);
        let identifier = event["identifier"].as_str().unwrap_or(&made);
        let event_name = event["event_name"].as_str().unwrap_or_default();
        let told = Told { event_name, payload: &event["payload"], identifier, timestamp };
        match take(call, told)? {
            // What is there already is passed over without a word.
            Taking::Taken | Taking::Duplicate => {}
            Taking::Refused(Fault { code, message, param: _ }) => {
                let meters = call.db.with_key(Kind::Meter, "event_name", event_name)?;
                let meter = meters.into_iter().next().map(|meter| meter.id);
                let of_code = faults.entry(meter).or_default().entry(code).or_default();
                of_code.push((identifier.to_owned(), message));
            }
        }
    }
    for (meter, by_code) in faults {
        report(call, meter.as_deref(), &by_code)?;
    }
    Ok(Answer::Plain(json!({})))
}

/// Tells of the events that a meter did not take, or that there is no meter for.
fn report(call: &Call<'_>, meter: Option<&str>, by_code: &ByCode<'_>) -> Outcome<()> {
    let [of_meter, of_none] = REPORTS else { return Ok(()) };
    let error_types: Vec<Value> = by_code
        .iter()
        .map(|(code, errors)| {
            let samples: Vec<Value> = errors
                .iter()
                .take(MOST_SAMPLES)
                .map(|(identifier, message)| {
                    json!({"error_message": message, "request": {"identifier": identifier}})
                })
                .collect();
            json!({"code": code, "error_count": errors.len(), "sample_errors": samples})
        })
        .collect();
    let count: usize = by_code.values().map(Vec::len).sum();
    let summary = match count {
        1 => "There is 1 invalid event".to_owned(),
        count => format!("There are {count} invalid events"),
    };
    let related =
        meter.map(|id| json!({"id": id, "type": "billing.meter", "url": format!("/v1/billing/meters/{id}")}));
    let body = json!({
        "id": ids::object("evt_test"),
        "object": "v2.core.event",
        "type": if meter.is_some() { of_meter } else { of_none },
        "created": iso(call.now),
        "data": {
            "developer_message_summary": summary,
            "reason": {"error_count": count, "error_types": error_types},
            "validation_end": iso(call.now),
            "validation_start": iso(call.now - 10),
        },
        "livemode": false,
        "context": null,
        "reason": null,
        "related_object": related,
    });
    call.db.add_thin_event(&body, call.now)?;
    Ok(())
}
