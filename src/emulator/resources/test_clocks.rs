//! `/v1/test_helpers/test_clocks`: time that stands still for some customers until it is moved.
//!
//! What belongs to a customer of a clock is made and renewed at the clock's time. Events, payments and charges carry the
//! emulator's own, as in Stripe.

use serde_json::{Value, json};

use super::{customers, subscriptions};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::due;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::event;
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::period::Every;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{ID, PAGE, Param, Type, optional, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/test_helpers/test_clocks",
        params: &[CREATE],
        answers: Answers::One(Kind::TestClock),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/test_helpers/test_clocks",
        params: &[PAGE],
        answers: Answers::Many(Kind::TestClock),
        handler: |call, args| list::page(call, args, Kind::TestClock, &[]),
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/test_helpers/test_clocks/{id}",
        params: &[],
        answers: Answers::One(Kind::TestClock),
        handler: |call, _| call.fetch(Kind::TestClock).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/test_helpers/test_clocks/{id}/advance",
        params: &[&[required("frozen_time", Type::Time)]],
        answers: Answers::One(Kind::TestClock),
        handler: advance,
    },
    Endpoint {
        method: Method::Delete,
        route: "/v1/test_helpers/test_clocks/{id}",
        params: &[],
        answers: Answers::Stub,
        handler: delete,
    },
];

const CREATE: &[Param] = &[
    required("frozen_time", Type::Time),
    optional("customer", ID),
    optional("name", Type::Text { max: 300 }),
];

const DAY: i64 = 24 * 60 * 60;
/// A clock is deleted so long after it was made.
const KEPT: i64 = 30 * DAY;
/// How far a clock without subscriptions can be advanced at a time.
const FARTHEST: i64 = 2 * 366 * DAY;
/// Most customers of a clock.
const MOST_CUSTOMERS: usize = 3;

/// The time that an object lives in: its clock's, while it has one, or the emulator's.
///
/// # Errors
/// SQLite's.
pub fn time_of(call: &Call<'_>, object: &Value) -> Outcome<i64> {
    let Some(id) = object["test_clock"].as_str() else { return Ok(call.now) };
    if let Some((advancing, moment)) = &call.clock
        && advancing == id
    {
        return Ok(*moment);
    }
    let clock = call.db.get(Kind::TestClock, id)?;
    Ok(clock.and_then(|clock| clock.body["frozen_time"].as_i64()).unwrap_or(call.now))
}

/// The time that the customer of an object lives in; the emulator's if it has none.
///
/// # Errors
/// SQLite's.
pub fn time_of_customer(call: &Call<'_>, object: &Value) -> Outcome<i64> {
    let customer = match object["customer"].as_str() {
        Some(id) => call.db.get(Kind::Customer, id)?,
        None => None,
    };
    customer.map_or(Ok(call.now), |customer| time_of(call, &customer.body))
}

/// The clock that a parameter names, with room for one more customer.
///
/// # Errors
/// 400 for an unknown clock, one that advances, or one with as many customers as it can have.
pub fn with_room(call: &Call<'_>, id: &str, param: &str) -> Outcome<Object> {
    let clock = call.refer(Kind::TestClock, id, param)?;
    ready(&clock)?;
    if call.db.with_key(Kind::Customer, "test_clock", id)?.len() >= MOST_CUSTOMERS {
        let message = format!("A test clock can have at most {MOST_CUSTOMERS} customers.");
        return Err(Refusal::invalid(message).param(param).into());
    }
    Ok(clock)
}

/// What a list shows: what belongs to the clock that was asked for, or what belongs to none.
///
/// # Errors
/// 400 for an unknown clock.
pub fn filter(call: &Call<'_>, args: &Args) -> Outcome<Filter> {
    match args.text("test_clock") {
        Some(id) => {
            call.refer(Kind::TestClock, id, "test_clock")?;
            Ok(Filter::Key { name: "test_clock", values: vec![id.to_owned()] })
        }
        None => Ok(Filter::Without { name: "test_clock" }),
    }
}

fn ready(clock: &Object) -> Result<(), Refusal> {
    if clock.body["status"] == "ready" {
        return Ok(());
    }
    let message = "This test clock is currently advancing. Wait until its status is `ready`.";
    Err(Refusal::status(429, message).code("rate_limit"))
}

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let mut clock = call.new_object(Kind::TestClock);
    clock.body = json!({
        "id": clock.id,
        "object": "test_helpers.test_clock",
        "created": call.now,
        "deletes_after": call.now + KEPT,
        "frozen_time": args.or_null("frozen_time"),
        "livemode": false,
        "name": args.or_null("name"),
        "status": "ready",
        "status_details": {},
    });
    due::set(&mut clock, Some(call.now + KEPT));
    let customer = match args.text("customer") {
        Some(id) => Some(call.refer(Kind::Customer, id, "customer")?),
        None => None,
    };
    let clock = call.create(clock)?;
    if let Some(before) = customer {
        attach(call, &clock, before)?;
    }
    Ok(Answer::Object(clock))
}

/// Binds a customer that exists to a clock, for good.
fn attach(call: &mut Call<'_>, clock: &Object, before: Object) -> Outcome<()> {
    if !before.body["test_clock"].is_null() || subscriptions::has_any(call, &before.id)? {
        let message =
            "Only a customer without a test clock and without subscriptions can be attached to one.";
        return Err(Refusal::invalid(message).param("customer").into());
    }
    let mut after = before.clone();
    after.body["test_clock"] = json!(clock.id);
    call.update(&before, after)?;
    Ok(())
}

/// Starts to advance a clock. The answer says `advancing`; what falls due is done after it, and then the clock is `ready`.
fn advance(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::TestClock)?;
    ready(&before)?;
    let now = before.body["frozen_time"].as_i64().unwrap_or_default();
    let target = args.integer("frozen_time").unwrap_or_default();
    if target <= now {
        let message = "A test clock can only be advanced: `frozen_time` must be later than the clock's own.";
        return Err(Refusal::invalid(message).param("frozen_time").into());
    }
    if target > farthest(call, &before.id, now)? {
        let message = "A test clock can be advanced by at most two intervals of the shortest subscription of its \
                       customers, or by two years if they have none.";
        return Err(Refusal::invalid(message).param("frozen_time").into());
    }
    let mut after = before.clone();
    after.body["status"] = json!("advancing");
    after.body["status_details"] = json!({"advancing": {"target_frozen_time": target}});
    due::set(&mut after, Some(call.now));
    let after = call.update_as(&before, after, None)?;
    event::emit(call, "test_helpers.test_clock.advancing", &after.body, None)?;
    Ok(Answer::Object(after))
}

/// How far a clock can be advanced: two intervals of the shortest subscription.
fn farthest(call: &Call<'_>, clock: &str, now: i64) -> Outcome<i64> {
    let mut farthest = now + FARTHEST;
    for subscription in call.db.with_key(Kind::Subscription, "test_clock", clock)? {
        if subscriptions::has_ended(&subscription.body) {
            continue;
        }
        for item in subscription.body["items"]["data"].as_array().into_iter().flatten() {
            farthest = farthest.min(Every::read(&item["price"]["recurring"]).counted_from(now, 2));
        }
    }
    Ok(farthest)
}

/// A clock waits for its advance, or else for its end.
///
/// # Errors
/// SQLite's.
pub fn run_due(call: &mut Call<'_>, before: Object) -> Outcome<()> {
    let Some(target) = before.body["status_details"]["advancing"]["target_frozen_time"].as_i64() else {
        return remove(call, &before).map(drop);
    };
    due::run(call, Some(&before.id), target)?;
    call.clock = None;
    let mut after = before.clone();
    after.body["frozen_time"] = json!(target);
    after.body["status"] = json!("ready");
    after.body["status_details"] = json!({});
    due::set(&mut after, before.body["deletes_after"].as_i64());
    let after = call.update_as(&before, after, None)?;
    event::emit(call, "test_helpers.test_clock.ready", &after.body, None)
}

fn delete(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    let clock = call.fetch(Kind::TestClock)?;
    remove(call, &clock)
}

/// Deletes a clock with its customers.
fn remove(call: &mut Call<'_>, clock: &Object) -> Outcome<Answer> {
    for customer in call.db.with_key(Kind::Customer, "test_clock", &clock.id)? {
        customers::remove(call, &customer)?;
    }
    call.delete(clock)
}
