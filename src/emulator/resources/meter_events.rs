//! `/v1/billing/meter_events`: what a customer used, told to the meter of an event's name; and what a meter makes of it.
//!
//! Nothing of it is delayed here: a summary knows every event that was answered. Wordings of refusals that are not those of
//! a duplicate or of a time are not verified.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::test_clocks;
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Aggregate, Formula, MeterEvent, Object};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::ids;
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{ID, PAGE, Param, Type, optional, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/billing/meter_events",
        params: &[CREATE],
        answers: Answers::Other,
        handler: create,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/billing/meter_event_adjustments",
        params: &[ADJUST],
        answers: Answers::Other,
        handler: adjust,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/billing/meters/{id}/event_summaries",
        params: &[SUMMARIES, PAGE],
        answers: Answers::Many(Kind::MeterEventSummary),
        handler: summaries,
    },
];

/// An identifier is not taken twice within this time. Stripe says "at least 24 hours".
const UNIQUE_SECONDS: i64 = DAY;
/// An event can be canceled for so long.
const CANCELABLE_SECONDS: i64 = DAY;
/// Events are taken from so long ago.
const OLDEST_SECONDS: i64 = 35 * DAY;
/// Events are taken from so far ahead.
const AHEAD_SECONDS: i64 = 5 * MINUTE;
/// Most digits of a value. Stripe has a limit, and doesn't tell it.
const MOST_DIGITS: usize = 15;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

const IDENTIFIER: Type = Type::Text { max: 100 };

const CREATE: &[Param] = &[
    required("event_name", Type::Text { max: 100 }),
    required("payload", Type::Texts),
    optional("identifier", IDENTIFIER),
    optional("timestamp", Type::Time),
];

const ADJUST: &[Param] = &[
    required("event_name", Type::Text { max: 100 }),
    required("type", Type::Choice(&["cancel"])),
    optional("cancel", Type::Object(&[optional("identifier", IDENTIFIER)])),
];

const SUMMARIES: &[Param] = &[
    required("customer", ID),
    required("end_time", Type::Time),
    required("start_time", Type::Time),
    optional("value_grouping_window", Type::Choice(&["day", "hour"])),
];

/// Why an event is not taken. The codes are those of Stripe's error reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub code: &'static str,
    pub message: String,
    pub param: &'static str,
}

/// What becomes of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taking {
    Taken,
    /// An event with its identifier was taken before.
    Duplicate,
    Refused(Fault),
}

/// An event as it was told.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    pub event_name: &'a str,
    pub payload: &'a Value,
    pub identifier: &'a str,
    /// Now, if it was not said.
    pub timestamp: Option<i64>,
}

/// Takes an event for the meter that is active under its name.
///
/// # Errors
/// SQLite's.
pub fn take(call: &Call<'_>, told: Told<'_>) -> Outcome<Taking> {
    let Told { event_name, payload, identifier, timestamp } = told;
    let meter = match meter_named(call, event_name)? {
        Ok(meter) => meter.body,
        Err(fault) => return Ok(Taking::Refused(fault)),
    };
    let refused = |code, param, message: String| Ok(Taking::Refused(Fault { code, message, param }));
    let customer_key = meter["customer_mapping"]["event_payload_key"].as_str().unwrap_or_default();
    let Some(id) = payload[customer_key].as_str().filter(|id| !id.is_empty()) else {
        let message = format!("Customer mapping key {customer_key} not found in payload.");
        return refused("meter_event_no_customer_defined", "payload", message);
    };
    let known = call.db.get(Kind::Customer, id)?;
    let Some(customer) = known.filter(|customer| customer.body["deleted"] != true) else {
        let message = format!("No such customer: '{id}'");
        return refused("meter_event_customer_not_found", "payload", message);
    };
    let value_key = meter["value_settings"]["event_payload_key"].as_str().unwrap_or_default();
    let formula = Formula::read(meter["default_aggregation"]["formula"].as_str());
    let value = match (formula, payload[value_key].as_str()) {
        // A meter that counts looks at no value.
        (Formula::Count, _) => 1,
        (Formula::Sum | Formula::Last, given) => match whole(given.unwrap_or_default(), value_key) {
            Ok(value) => value,
            Err(fault) => return Ok(Taking::Refused(fault)),
        },
    };
    let now = test_clocks::time_of(call, &customer.body)?;
    let at = timestamp.unwrap_or(now);
    if at < now - OLDEST_SECONDS {
        let message = format!(
            "The event timestamp cannot be more than 35 days in past. Expected a timestamp greater than or equal to {}.",
            now - OLDEST_SECONDS
        );
        return refused("timestamp_too_far_in_past", "timestamp", message);
    }
    if at > now + AHEAD_SECONDS {
        let message = format!(
            "The event timestamp cannot be more than 5 minutes in the future. Expected a timestamp less than or equal to {}.",
            now + AHEAD_SECONDS
        );
        return refused("timestamp_in_future", "timestamp", message);
    }
    if call.db.meter_event(identifier, call.now - UNIQUE_SECONDS)?.is_some() {
        return Ok(Taking::Duplicate);
    }
    let meter = meter["id"].as_str().unwrap_or_default().to_owned();
    let (customer, identifier) = (customer.id, identifier.to_owned());
    call.db.add_meter_event(&MeterEvent { meter, customer, at, value, identifier, received: call.now })?;
    Ok(Taking::Taken)
}

/// The active meter of an event's name.
fn meter_named(call: &Call<'_>, event_name: &str) -> Outcome<Result<Object, Fault>> {
    let mut meters = call.db.with_key(Kind::Meter, "event_name", event_name)?;
    let code = if meters.is_empty() { "no_meter" } else { "archived_meter" };
    meters.retain(|meter| meter.body["status"] == "active");
    Ok(meters.into_iter().next().ok_or_else(|| Fault {
        code,
        message: format!("No active meter found for event name {event_name}."),
        param: "event_name",
    }))
}

/// Stripe takes whole numbers, below zero too.
fn whole(text: &str, key: &str) -> Result<i64, Fault> {
    let fault = |code, message| Err(Fault { code, message, param: "payload" });
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = format!("Invalid value for key {key}: it must be a whole number, but is '{text}'.");
        return fault("meter_event_invalid_value", message);
    }
    match text.parse() {
        Ok(value) if digits.len() <= MOST_DIGITS => Ok(value),
        _ => {
            let message = format!("The value for key {key} has more than {MOST_DIGITS} digits.");
            fault("meter_event_value_too_many_digits", message)
        }
    }
}

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let payload = args.or_null("payload");
    let made = format!("billctl_{}", ids::random(24));
    let identifier = args.text("identifier").unwrap_or(&made);
    let event_name = args.text("event_name").unwrap_or_default();
    let timestamp = args.integer("timestamp");
    accept(take(call, Told { event_name, payload: &payload, identifier, timestamp })?, identifier)?;
    Ok(Answer::Plain(json!({
        "object": "billing.meter_event",
        "created": call.now,
        "event_name": event_name,
        "identifier": identifier,
        "livemode": false,
        "payload": payload,
        "timestamp": timestamp.unwrap_or(call.now),
    })))
}

/// Refuses at once what was not taken.
///
/// # Errors
/// 400 for a duplicate and for what is wrong.
pub fn accept(taking: Taking, identifier: &str) -> Result<(), Refusal> {
    match taking {
        Taking::Taken => Ok(()),
        Taking::Duplicate => {
            Err(Refusal::invalid(format!("An event already exists with identifier {identifier}.")))
        }
        Taking::Refused(Fault { code: "meter_event_customer_not_found", message, param }) => {
            Err(Refusal::invalid(message).code("resource_missing").param(param))
        }
        Taking::Refused(Fault { code: _, message, param }) => Err(Refusal::invalid(message).param(param)),
    }
}

fn adjust(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let cancel = args.or_null("cancel");
    let Some(identifier) = cancel["identifier"].as_str() else {
        return Err(Refusal::missing("cancel[identifier]").into());
    };
    let event_name = args.text("event_name").unwrap_or_default();
    cancel_event(call, event_name, identifier)?;
    Ok(Answer::Plain(json!({
        "object": "billing.meter_event_adjustment",
        "cancel": {"identifier": identifier},
        "event_name": event_name,
        "livemode": false,
        "status": "pending",
        "type": "cancel",
    })))
}

/// Has an event count no more.
///
/// # Errors
/// 400 for one that is not there, is another meter's, was canceled, or came too long ago.
pub fn cancel_event(call: &Call<'_>, event_name: &str, identifier: &str) -> Outcome<()> {
    let meter = match meter_named(call, event_name)? {
        Ok(meter) => meter,
        Err(Fault { message, param, .. }) => return Err(Refusal::invalid(message).param(param).into()),
    };
    let refuse = |message: String| Err(Refusal::invalid(message).param("cancel[identifier]").into());
    match call.db.meter_event(identifier, i64::MIN)? {
        Some((_, event, _)) if event.received <= call.now - CANCELABLE_SECONDS => {
            refuse("You can only cancel events within 24 hours of Stripe receiving them.".to_owned())
        }
        Some((_, _, true)) => refuse(format!("The event with identifier {identifier} was already canceled.")),
        Some((seq, event, false)) if event.meter == meter.id => Ok(call.db.cancel_meter_event(seq)?),
        Some(_) | None => refuse(format!("No event exists with identifier {identifier}.")),
    }
}

/// What a meter makes of a customer's events from one second up to another.
///
/// # Errors
/// SQLite's.
pub fn used(call: &Call<'_>, meter: &str, customer: &str, from: i64, until: i64) -> Outcome<i64> {
    let Some(known) = call.db.get(Kind::Meter, meter)? else { return Ok(0) };
    let formula = Formula::read(known.body["default_aggregation"]["formula"].as_str());
    let asked = Aggregate { meter, customer, formula, from, until };
    let found = call.db.metered(asked, (until - from).max(1))?;
    Ok(found.first().map_or(0, |(_, value)| *value))
}

fn summaries(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let meter = call.fetch(Kind::Meter)?;
    let customer = call.refer(Kind::Customer, args.text("customer").unwrap_or_default(), "customer")?;
    let moment = |name: &str| args.integer(name).unwrap_or_default();
    let (from, until) = (moment("start_time"), moment("end_time"));
    if until <= from {
        return Err(Refusal::parameter("end_time", "`end_time` must be after `start_time`.").into());
    }
    let (stretch, boundary) = match args.text("value_grouping_window") {
        Some("hour") => (Some(HOUR), "hour"),
        Some(_) => (Some(DAY), "UTC day"),
        None => (None, "minute"),
    };
    for (name, at) in [("start_time", from), ("end_time", until)] {
        if at % stretch.unwrap_or(MINUTE) != 0 {
            let message = format!("`{name}` must be aligned with {boundary} boundaries.");
            return Err(Refusal::parameter(name, message).into());
        }
    }
    let formula = Formula::read(meter.body["default_aggregation"]["formula"].as_str());
    let asked = Aggregate { meter: &meter.id, customer: &customer.id, formula, from, until };
    let mut found = call.db.metered(asked, stretch.unwrap_or(until - from))?;
    if stretch.is_none() && found.is_empty() {
        found.push((from, 0));
    }
    let summary = |(start, value): (i64, i64)| {
        let end = start + stretch.unwrap_or(until - from);
        let digest = Sha256::digest(format!("{} {} {start} {end}", meter.id, customer.id));
        json!({
            "id": format!("mtrusg_test_{}", hex::encode(digest.get(..12).unwrap_or_default())),
            "object": "billing.meter_event_summary",
            "aggregated_value": value,
            "end_time": end,
            "livemode": false,
            "meter": meter.id,
            "start_time": start,
        })
    };
    // The newest first, as in all lists.
    list::slice(call, args, Kind::MeterEventSummary, found.into_iter().rev().map(summary).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<i64, &str>) {
        assert_eq!(whole(text, "value").map_err(|fault| fault.code), expected, "{text}");
    }

    #[test]
    fn values_are_whole_numbers_of_so_many_digits() {
        check("0", Ok(0));
        check("-25", Ok(-25));
        check("999999999999999", Ok(999_999_999_999_999));
        for text in ["", "-", "1.5", "1e3", "+1", "x", " 1"] {
            check(text, Err("meter_event_invalid_value"));
        }
        check("1000000000000000", Err("meter_event_value_too_many_digits"));
    }
}
