//! `/v1/subscription_schedules`: phases of a subscription that are planned ahead.
//!
//! Where Stripe's words leave it open: a schedule whose last phase ends is `released` where its `end_behavior` is
//! `release`, and `completed`, with its subscription canceled, where that is `cancel`.

mod params;
mod phases;
mod run;

use serde_json::{Value, json};

use super::{subscriptions, test_clocks};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::fields::set_metadata;
use crate::emulator::spec::PAGE;

pub use run::{at_period_end, run_due, subscription_ended};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/subscription_schedules",
        params: &[params::CREATE],
        answers: Answers::One(Kind::SubscriptionSchedule),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/subscription_schedules",
        params: &[params::LIST, PAGE],
        answers: Answers::Many(Kind::SubscriptionSchedule),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/subscription_schedules/{id}",
        params: &[],
        answers: Answers::One(Kind::SubscriptionSchedule),
        handler: |call, _| call.fetch(Kind::SubscriptionSchedule).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/subscription_schedules/{id}",
        params: &[params::UPDATE],
        answers: Answers::One(Kind::SubscriptionSchedule),
        handler: update,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/subscription_schedules/{id}/cancel",
        params: &[params::CANCEL],
        answers: Answers::One(Kind::SubscriptionSchedule),
        handler: cancel,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/subscription_schedules/{id}/release",
        params: &[params::RELEASE],
        answers: Answers::One(Kind::SubscriptionSchedule),
        handler: |call, args| {
            let schedule = running(call, "release")?;
            let keeps = args.flag("preserve_cancel_date") == Some(true);
            run::release(call, &schedule, keeps).map(Answer::Object)
        },
    },
];

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    if let Some(id) = args.text("from_subscription") {
        if let Some((other, _)) = args
            .0
            .iter()
            .find(|(name, _)| !["from_subscription", "expand", "metadata"].contains(&name.as_str()))
        {
            let message = format!("You cannot set `{other}` if `from_subscription` is set.");
            return Err(Refusal::parameter(other, message).into());
        }
        let subscription = call.refer(Kind::Subscription, id, "from_subscription")?;
        return from_subscription(call, &subscription, args).map(Answer::Object);
    }
    let Some(customer) = args.text("customer") else { return Err(Refusal::missing("customer").into()) };
    let customer = call.refer(Kind::Customer, customer, "customer")?;
    let now = test_clocks::time_of(call, &customer.body)?;
    let start = match args.given("start_date") {
        None => return Err(Refusal::missing("start_date").into()),
        Some(Value::String(_)) => now,
        Some(moment) => moment.as_i64().unwrap_or(now),
    };
    if start < now {
        let message = "The emulator does not have schedules that start in the past.";
        return Err(Refusal::parameter("start_date", message).into());
    }
    let Some(given) = args.list("phases").filter(|phases| !phases.is_empty()) else {
        return Err(Refusal::missing("phases").into());
    };
    let mut schedule = blank(call, &customer, args, now);
    set_defaults(&mut schedule.body, args);
    schedule.body["phases"] = phases::build(call, given, start, &schedule.body["default_settings"])?;
    run::wait(&mut schedule, Some(start));
    let schedule = call.create(schedule)?;
    if start > now {
        return Ok(Answer::Object(schedule));
    }
    run::begin(call, &schedule, now).map(Answer::Object)
}

/// A schedule whose one phase is the current period of a subscription that runs already.
///
/// # Errors
/// 400 for a subscription that has ended or has a schedule already.
pub fn from_subscription(call: &mut Call<'_>, subscription: &Object, args: &Args) -> Outcome<Object> {
    let refuse = |message: String| Err(Refusal::invalid(message).param("from_subscription").into());
    if let Some(other) = subscription.body["schedule"].as_str() {
        return refuse(format!(
            "You cannot migrate a subscription that is already attached to a schedule: `{other}`."
        ));
    }
    if !matches!(subscription.body["status"].as_str(), Some("active" | "trialing" | "past_due")) {
        let status = subscription.body["status"].as_str().unwrap_or_default();
        return refuse(format!("You cannot migrate a subscription that is in the `{status}` state."));
    }
    let id = subscription.body["customer"].as_str().unwrap_or_default();
    let customer = call.refer(Kind::Customer, id, "customer")?;
    let now = test_clocks::time_of(call, &customer.body)?;
    let mut schedule = blank(call, &customer, args, now);
    let phase = phases::of_subscription(&subscription.body);
    schedule.body["billing_mode"] = subscription.body["billing_mode"].clone();
    schedule.body["current_phase"] =
        json!({"end_date": phase["end_date"], "start_date": phase["start_date"]});
    schedule.body["end_behavior"] =
        json!(if subscription.body["cancel_at"].is_null() { "release" } else { "cancel" });
    schedule.body["phases"] = json!([phase]);
    schedule.body["status"] = json!("active");
    schedule.body["subscription"] = json!(subscription.id);
    let end = phase["end_date"].as_i64();
    run::wait(&mut schedule, end);
    let schedule = call.create(schedule)?;
    run::attach(call, subscription, Some(&schedule.id))?;
    Ok(schedule)
}

fn blank(call: &Call<'_>, customer: &Object, args: &Args, now: i64) -> Object {
    let mut schedule = call.new_object(Kind::SubscriptionSchedule);
    schedule.body = json!({
        "id": schedule.id,
        "object": "subscription_schedule",
        "application": null,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        "canceled_at": null,
        "completed_at": null,
        "created": now,
        "current_phase": null,
        "customer": customer.id,
        "customer_account": null,
        "default_settings": {
            "application_fee_percent": null,
            "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null},
            "billing_cycle_anchor": "automatic",
            "billing_thresholds": null,
            "collection_method": "charge_automatically",
            "default_payment_method": null,
            "description": null,
            "invoice_settings": {
                "account_tax_ids": null, "custom_fields": null, "days_until_due": null, "description": null,
                "footer": null, "issuer": {"type": "self"},
            },
            "on_behalf_of": null,
            "transfer_data": null,
        },
        "end_behavior": args.or("end_behavior", "release"),
        "livemode": false,
        "metadata": args.new_metadata(),
        "pause_schedules": [],
        "phases": [],
        "released_at": null,
        "released_subscription": null,
        "status": "not_started",
        "subscription": null,
        "test_clock": customer.body["test_clock"],
    });
    schedule
}

fn set_defaults(body: &mut Value, args: &Args) {
    for (name, value) in args.object("default_settings").into_iter().flatten() {
        body["default_settings"][name] = value.clone();
    }
}

/// The schedule of the path, while something can still be done with it.
fn running(call: &Call<'_>, verb: &str) -> Outcome<Object> {
    let schedule = call.fetch(Kind::SubscriptionSchedule)?;
    let status = schedule.body["status"].as_str().unwrap_or_default();
    if matches!(status, "not_started" | "active") {
        return Ok(schedule);
    }
    let message = format!(
        "You cannot {verb} a subscription schedule that is currently in the `{status}` status. It must be in the \
         `not_started` or `active` status."
    );
    Err(Refusal::invalid(message).into())
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = running(call, "update")?;
    let mut after = before.clone();
    set_metadata(&mut after.body, args)?;
    set_defaults(&mut after.body, args);
    if let Some(behavior) = args.given("end_behavior") {
        after.body["end_behavior"] = behavior.clone();
    }
    let Some(given) = args.list("phases") else { return call.update(&before, after).map(Answer::Object) };
    let now = test_clocks::time_of(call, &before.body)?;
    phases::replace(call, &mut after, given, now)?;
    let end =
        after.body["current_phase"]["end_date"].as_i64().or(after.body["phases"][0]["start_date"].as_i64());
    run::wait(&mut after, end);
    let after = call.update(&before, after)?;
    let how = args.text("proration_behavior").unwrap_or("create_prorations");
    run::catch_up(call, &before, &after, how)?;
    Ok(Answer::Object(after))
}

fn cancel(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = running(call, "cancel")?;
    let now = test_clocks::time_of(call, &before.body)?;
    let mut after = before.clone();
    after.body["canceled_at"] = json!(now);
    after.body["current_phase"] = Value::Null;
    after.body["status"] = json!("canceled");
    run::wait(&mut after, None);
    let after = call.store(&before, after)?;
    if let Some(id) = before.body["subscription"].as_str()
        && let Some(subscription) = call.db.get(Kind::Subscription, id)?
        && !subscriptions::has_ended(&subscription.body)
    {
        let how = json!({
            "invoice_now": args.flag("invoice_now").unwrap_or(true),
            "prorate": args.flag("prorate").unwrap_or(true),
        });
        subscriptions::cancel_now(call, &subscription, &Args(how.as_object().cloned().unwrap_or_default()))?;
    }
    call.tell("subscription_schedule.canceled", &after)?;
    Ok(Answer::Object(after))
}

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    if let Some(id) = args.text("customer") {
        call.refer(Kind::Customer, id, "customer")?;
    }
    let within = |name: &str, field: &'static str| {
        args.given(name).map(|value| {
            let (from, to) = list::bounds(value);
            Filter::Between { field, from, to }
        })
    };
    let scheduled = args.flag("scheduled").filter(|scheduled| *scheduled);
    let filters: Vec<Filter> = [
        within("canceled_at", "$.canceled_at"),
        within("completed_at", "$.completed_at"),
        list::created(args),
        list::key(args, "customer", "customer"),
        list::text(args, "customer_account", "$.customer_account"),
        within("released_at", "$.released_at"),
        scheduled.map(|_| Filter::Text { field: "$.status", value: "not_started".to_owned() }),
    ]
    .into_iter()
    .flatten()
    .collect();
    list::page(call, args, Kind::SubscriptionSchedule, &filters)
}
