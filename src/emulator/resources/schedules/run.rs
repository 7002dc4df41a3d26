//! Phases as time goes by: the first begins a subscription, each next one changes it, and the last lets it go or ends it.

use serde_json::{Map, Value, json};

use super::{from_subscription, phases};
use crate::emulator::args::Args;
use crate::emulator::call::{Call, Failure, Outcome};
use crate::emulator::database::Object;
use crate::emulator::due;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::{subscriptions, test_clocks};

const DAY: i64 = 24 * 60 * 60;
/// So long before a schedule ends, it is told of.
const NOTICE: i64 = 7 * DAY;
/// Hidden: its end has been told of.
const TOLD: &str = "expiring_told";

/// Has a schedule wait for the start or the end of a phase, and for the notice before its last end.
pub fn wait(schedule: &mut Object, moment: Option<i64>) {
    let last = schedule.body["phases"].as_array().and_then(|phases| phases.last());
    let notice = last.and_then(|phase| phase["end_date"].as_i64()).map(|end| end - NOTICE);
    let is_running = schedule.body["status"] == "active" && !schedule.hidden.contains_key(TOLD);
    let start = schedule.body["current_phase"]["start_date"].as_i64().unwrap_or_default();
    let notice = notice.filter(|notice| is_running && *notice > start);
    due::set(schedule, moment.into_iter().chain(notice.filter(|_| moment.is_some())).min());
}

/// Does what a schedule waited for until this moment.
///
/// # Errors
/// SQLite's.
pub fn run_due(call: &mut Call<'_>, schedule: &Object, moment: i64) -> Outcome<()> {
    let end = schedule.body["current_phase"]["end_date"].as_i64();
    match schedule.body["status"].as_str() {
        Some("not_started") => begin(call, schedule, moment).map(drop),
        Some("active") if end.is_some_and(|end| end <= moment) => go_on(call, schedule, moment),
        Some("active") => {
            let mut told = schedule.clone();
            told.hidden.insert(TOLD.to_owned(), json!(true));
            wait(&mut told, end);
            let told = call.store(schedule, told)?;
            call.tell("subscription_schedule.expiring", &told)
        }
        _ => Ok(()),
    }
}

/// Makes the subscription of a schedule whose time has come. One that can't be made any more aborts it.
///
/// # Errors
/// Where the caller waits for it, what refuses the subscription.
pub fn begin(call: &mut Call<'_>, before: &Object, now: i64) -> Outcome<Object> {
    let phase = before.body["phases"][0].clone();
    let mut params = settings(&phase, &before.body["default_settings"]);
    params.insert("customer".to_owned(), before.body["customer"].clone());
    params.insert("items".to_owned(), new_items(&phase));
    params.insert("metadata".to_owned(), phase["metadata"].clone());
    let subscription = match subscriptions::subscribe(call, &Args(params)) {
        Ok(subscription) => subscription,
        Err(Failure::Refused(_)) if call.request_id.is_none() => return abort(call, before, now),
        Err(other) => return Err(other),
    };
    attach(call, &subscription, Some(&before.id))?;
    let mut after = before.clone();
    after.body["current_phase"] = json!({"end_date": phase["end_date"], "start_date": phase["start_date"]});
    after.body["status"] = json!("active");
    after.body["subscription"] = json!(subscription.id);
    wait(&mut after, phase["end_date"].as_i64());
    call.update(before, after)
}

fn abort(call: &mut Call<'_>, before: &Object, now: i64) -> Outcome<Object> {
    let mut after = before.clone();
    after.body["canceled_at"] = json!(now);
    after.body["status"] = json!("canceled");
    wait(&mut after, None);
    let after = call.store(before, after)?;
    call.tell("subscription_schedule.aborted", &after)?;
    Ok(after)
}

/// The next phase begins, or the last has ended.
fn go_on(call: &mut Call<'_>, before: &Object, moment: i64) -> Outcome<()> {
    let phases = before.body["phases"].as_array().map(Vec::as_slice).unwrap_or_default();
    let next = phases.iter().find(|phase| phase["start_date"].as_i64() == Some(moment)).cloned();
    let id = before.body["subscription"].as_str().unwrap_or_default();
    let subscription = call.db.get(Kind::Subscription, id)?.ok_or_else(Refusal::internal)?;
    let Some(phase) = next else { return finish(call, before, &subscription, moment) };
    let mut after = before.clone();
    after.body["current_phase"] = json!({"end_date": phase["end_date"], "start_date": phase["start_date"]});
    wait(&mut after, phase["end_date"].as_i64());
    let after = call.update(before, after)?;
    enter(call, &after, &subscription, &phase, phase["proration_behavior"].as_str(), moment)
}

/// The last phase has ended.
fn finish(call: &mut Call<'_>, before: &Object, subscription: &Object, moment: i64) -> Outcome<()> {
    if before.body["end_behavior"] != "cancel" {
        return release(call, before, false).map(drop);
    }
    let mut after = before.clone();
    after.body["completed_at"] = json!(moment);
    after.body["current_phase"] = Value::Null;
    after.body["status"] = json!("completed");
    wait(&mut after, None);
    let after = call.store(before, after)?;
    subscriptions::end(call, subscription, moment, None)?;
    call.tell("subscription_schedule.completed", &after)
}

/// Lets the subscription go on by itself.
///
/// # Errors
/// SQLite's.
pub fn release(call: &mut Call<'_>, before: &Object, keeps_cancel_date: bool) -> Outcome<Object> {
    let now = test_clocks::time_of(call, &before.body)?;
    let mut after = before.clone();
    after.body["current_phase"] = Value::Null;
    after.body["released_at"] = json!(now);
    after.body["released_subscription"] = before.body["subscription"].clone();
    after.body["status"] = json!("released");
    after.body["subscription"] = Value::Null;
    wait(&mut after, None);
    let after = call.store(before, after)?;
    if let Some(id) = before.body["subscription"].as_str()
        && let Some(subscription) = call.db.get(Kind::Subscription, id)?
    {
        let released = attach(call, &subscription, None)?;
        if keeps_cancel_date && before.body["end_behavior"] == "cancel" {
            let last = before.body["phases"].as_array().and_then(|phases| phases.last());
            let change = json!({"cancel_at": last.map(|phase| phase["end_date"].clone())});
            subscriptions::change(call, &released, &args(&change))?;
        }
    }
    call.tell("subscription_schedule.released", &after)?;
    Ok(after)
}

/// Notes on a subscription which schedule it has.
///
/// # Errors
/// SQLite's.
pub fn attach(call: &mut Call<'_>, subscription: &Object, schedule: Option<&str>) -> Outcome<Object> {
    let mut after = subscription.clone();
    after.body["schedule"] = json!(schedule);
    call.update(subscription, after)
}

/// A subscription that has ended takes its schedule along.
///
/// # Errors
/// SQLite's.
pub fn subscription_ended(call: &mut Call<'_>, subscription: &Object, moment: i64) -> Outcome<()> {
    let Some(id) = subscription.body["schedule"].as_str() else { return Ok(()) };
    let Some(before) = call.db.get(Kind::SubscriptionSchedule, id)? else { return Ok(()) };
    if before.body["status"] != "active" {
        return Ok(());
    }
    let mut after = before.clone();
    after.body["canceled_at"] = json!(moment);
    after.body["current_phase"] = Value::Null;
    after.body["status"] = json!("canceled");
    wait(&mut after, None);
    let after = call.store(&before, after)?;
    call.tell("subscription_schedule.canceled", &after)
}

/// Has the subscription follow a changed current phase.
///
/// # Errors
/// What refuses the change.
pub fn catch_up(call: &mut Call<'_>, before: &Object, after: &Object, how: &str) -> Outcome<()> {
    let (old, new) = (&before.body["phases"], &after.body["phases"][0]);
    let start = after.body["current_phase"]["start_date"].as_i64();
    let old = old.as_array().into_iter().flatten().find(|phase| phase["start_date"].as_i64() == start);
    let fields = ["items", "discounts", "metadata", "default_payment_method", "trial_end", "description"];
    let is_same = old.is_none_or(|old| fields.iter().all(|field| old[*field] == new[*field]));
    if start.is_none() || is_same {
        return Ok(());
    }
    let id = after.body["subscription"].as_str().unwrap_or_default();
    let subscription = call.db.get(Kind::Subscription, id)?.ok_or_else(Refusal::internal)?;
    let now = test_clocks::time_of(call, &after.body)?;
    enter(call, after, &subscription, new, Some(how), now)
}

/// Changes a subscription into what a phase says. At the end of its period nothing is prorated: the renewal, which comes
/// at the same moment, charges the phase's prices.
fn enter(
    call: &mut Call<'_>,
    schedule: &Object,
    subscription: &Object,
    phase: &Value,
    how: Option<&str>,
    moment: i64,
) -> Outcome<()> {
    let old = subscriptions::items::of(&subscription.body);
    let is_boundary = old.iter().all(|item| item["current_period_end"].as_i64() == Some(moment));
    let mut params = settings(phase, &schedule.body["default_settings"]);
    params.insert("items".to_owned(), changed_items(&old, phase));
    let how = if is_boundary { "none" } else { how.unwrap_or("create_prorations") };
    params.insert("proration_behavior".to_owned(), json!(how));
    if phase["metadata"].as_object().is_some_and(|metadata| !metadata.is_empty()) {
        params.insert("metadata".to_owned(), phase["metadata"].clone());
    }
    if phase["billing_cycle_anchor"] == "phase_start" {
        params.insert("billing_cycle_anchor".to_owned(), json!({"type": "now"}));
    }
    if !params.contains_key("discounts")
        && subscription.body["discounts"].as_array().is_some_and(|list| !list.is_empty())
    {
        params.insert("discounts".to_owned(), Value::Null);
    }
    let changed = subscriptions::change(call, subscription, &Args(params))?;
    if !is_boundary {
        return Ok(());
    }
    // What is new begins with the renewal.
    let mut after = changed.clone();
    for item in after.body["items"]["data"].as_array_mut().into_iter().flatten() {
        if !old.iter().any(|old| old["id"] == item["id"]) {
            item["current_period_end"] = json!(moment);
        }
    }
    subscriptions::put(call, &changed, after)
}

/// What a phase says of a subscription beside its items.
fn settings(phase: &Value, defaults: &Value) -> Map<String, Value> {
    let mut params = Map::new();
    for field in ["default_payment_method", "description"] {
        let value = if phase[field].is_null() { &defaults[field] } else { &phase[field] };
        if !value.is_null() {
            params.insert(field.to_owned(), value.clone());
        }
    }
    let end = phase["trial_end"].as_i64();
    if let Some(end) = end.filter(|end| phase["start_date"].as_i64().is_some_and(|start| *end > start)) {
        params.insert("trial_end".to_owned(), json!(end));
    }
    let discounts = phase["discounts"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !discounts.is_empty() {
        let named = discounts.iter().map(|one| {
            let fields = one.as_object().into_iter().flatten().filter(|(_, id)| !id.is_null());
            Value::Object(fields.map(|(name, id)| (name.clone(), id.clone())).collect())
        });
        params.insert("discounts".to_owned(), named.collect());
    }
    params
}

fn new_items(phase: &Value) -> Value {
    let items = phase["items"].as_array().into_iter().flatten();
    items.map(|item| item_params(None, item)).collect()
}

fn item_params(id: Option<&Value>, item: &Value) -> Value {
    let mut params = json!({"price": item["price"]});
    if let Some(id) = id {
        params["id"] = id.clone();
    }
    for field in ["quantity", "metadata"] {
        if item[field].is_object() || item[field].is_i64() {
            params[field] = item[field].clone();
        }
    }
    params
}

/// A phase's items as changes of those that there are: one of the same price stays what it is, another takes the place of
/// one that is not in the phase, and what is left over goes.
fn changed_items(old: &[Value], phase: &Value) -> Value {
    let mut left: Vec<&Value> = old.iter().collect();
    let mut changes = Vec::new();
    let mut others = Vec::new();
    for item in phase["items"].as_array().into_iter().flatten() {
        match left.iter().position(|old| old["price"]["id"] == item["price"]) {
            Some(place) => changes.push(item_params(Some(&left.remove(place)["id"]), item)),
            None => others.push(item),
        }
    }
    let mut left = left.into_iter();
    changes.extend(others.into_iter().map(|item| item_params(left.next().map(|old| &old["id"]), item)));
    changes.extend(left.map(|old| json!({"id": old["id"], "deleted": true})));
    Value::Array(changes)
}

/// Plans a change for the end of the current period, as the customer portal does.
///
/// # Errors
/// What refuses the schedule.
pub fn at_period_end(call: &mut Call<'_>, subscription: &Object, items: &[Value]) -> Outcome<Object> {
    let schedule = match subscription.body["schedule"].as_str() {
        Some(id) => call.db.get(Kind::SubscriptionSchedule, id)?.ok_or_else(Refusal::internal)?,
        None => from_subscription(call, subscription, &Args::default())?,
    };
    let current = phases::of_subscription(&subscription.body);
    let mut after = schedule.clone();
    let now = schedule.body["current_phase"]["start_date"].clone();
    let first = json!({
        "items": new_items(&current),
        "start_date": now,
        "end_date": current["end_date"],
        "proration_behavior": "none",
    });
    let next = json!({"items": items, "proration_behavior": "none"});
    let moment = test_clocks::time_of(call, &schedule.body)?;
    phases::replace(call, &mut after, &[first, next], moment)?;
    let end = after.body["current_phase"]["end_date"].as_i64();
    wait(&mut after, end);
    call.update(&schedule, after)
}

fn args(value: &Value) -> Args {
    Args(value.as_object().cloned().unwrap_or_default())
}
