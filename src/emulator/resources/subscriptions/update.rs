//! Changing subscriptions.

use serde_json::{Value, json};

use super::billing::{self, period_lines};
use super::create::bill;
use super::settings::{self, apply_settings};
use super::{has_ended, items, lifecycle, proration, reload, save, trial};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::kind::Kind;
use crate::emulator::period::Every;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::discounts::{self, Holder};
use crate::emulator::resources::fields::set_metadata;
use crate::emulator::resources::{invoice_items, test_clocks};

/// `POST /v1/subscriptions/{id}`.
pub fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::Subscription)?;
    if let Some(schedule) = before.body["schedule"].as_str()
        && let Some(name) = ["cancel_at", "cancel_at_period_end"].into_iter().find(|name| args.has(name))
    {
        let message = format!(
            "The subscription is managed by the subscription schedule `{schedule}`, and updating any cancelation \
             behavior directly is not allowed. Please update the schedule instead."
        );
        return Err(Refusal::invalid(message).param(name).into());
    }
    change(call, &before, args).map(Answer::Object)
}

/// Changes a subscription, and bills what the change costs as its parameters say.
///
/// # Errors
/// 400 for what doesn't fit together or can't change any more; 402 where a declined payment is to be an error.
pub fn change(call: &mut Call<'_>, before: &Object, args: &Args) -> Outcome<Object> {
    check(before, args)?;
    let now = test_clocks::time_of(call, &before.body)?;
    let mut after = before.clone();
    apply_settings(call, &mut after, args, now)?;
    settings::set_cancellation_details(&mut after.body, args);
    set_metadata(&mut after.body, args)?;
    if let Some(pause) = args.given("pause_collection") {
        after.body["pause_collection"] = match pause {
            Value::Object(_) => json!({"behavior": pause["behavior"], "resumes_at": pause["resumes_at"]}),
            _ => Value::Null,
        };
    }
    let customer = before.body["customer"].as_str().unwrap_or_default();
    let holder = Holder {
        customer,
        subscription: Some(&before.id),
        subscription_item: None,
        invoice: None,
        invoice_item: None,
        now,
    };
    if let Some(given) = settings::given_discounts(args) {
        after.body["discounts"] = discounts::make(call, &given, "discounts", holder)?;
        discounts::end_others(call, &before.body["discounts"], &after.body["discounts"])?;
    }
    if args.has("add_invoice_items")
        && let Some(customer) = call.db.get(Kind::Customer, customer)?
    {
        invoice_items::add(call, args, &customer, Some(&before.id), now)?;
    }
    let mut chosen = match args.list("items") {
        Some(changes) => items::apply(call, before, changes, holder)?,
        None => items::of(&before.body),
    };
    let restart = restarts(before, args, &chosen);
    let moment = proration_date(before, args, now)?;
    let anchor = before.body["billing_cycle_anchor"].as_i64().unwrap_or(now);
    for item in chosen
        .iter_mut()
        .filter(|item| restart || items::of(&before.body).iter().all(|old| old["id"] != item["id"]))
    {
        let anchor = if restart { now } else { anchor };
        let end = match before.body["trial_end"].as_i64().filter(|end| !restart && *end > now) {
            Some(end) => end,
            None => Every::read(&item["price"]["recurring"]).end_after(anchor, now),
        };
        item["current_period_start"] = json!(now);
        item["current_period_end"] = json!(end);
    }
    after.body["items"]["data"] = json!(chosen);
    let behavior = args.text("proration_behavior").unwrap_or("create_prorations");
    let charges_time = before.body["status"] != "trialing" && behavior != "none";
    let old = items::of(&before.body);
    let mut prorations = Vec::new();
    if restart && charges_time {
        prorations = proration::lines(call, &before.body, &old, &[], moment)?;
    } else if charges_time {
        prorations = proration::lines(call, &after.body, &old, &chosen, moment)?;
    }
    if let Some(end) = args.integer("trial_end") {
        let end = settings::trial_end(end, now)?;
        if charges_time {
            prorations = proration::lines(call, &before.body, &old, &[], moment)?;
        }
        trial::move_end(&mut after.body, end, now);
        after.hidden.shift_remove(lifecycle::TRIAL_TOLD);
    }
    let bills = restart || (behavior == "always_invoice" && !prorations.is_empty());
    proration::keep(call, before, prorations, now)?;
    if !bills {
        return save(call, before, after);
    }
    let told = if args.text("trial_end") == Some("now") {
        end_trial(call, before, &mut after, now)?
    } else {
        before.clone()
    };
    if restart {
        after.body["billing_cycle_anchor"] = json!(now);
        if after.body["status"] == "trialing" {
            after.body["status"] = json!("active");
        }
    }
    let lines = if restart { period_lines(call, &after.body, &chosen, billing::period)? } else { Vec::new() };
    let draft = billing::invoice(call, &after, "subscription_update", lines, (now, now), now)?;
    let Some(draft) =
        draft.filter(|draft| draft.body["lines"]["data"].as_array().is_some_and(|lines| !lines.is_empty()))
    else {
        return save(call, &told, after);
    };
    if before.body["status"] == "trialing" && trial::ends_otherwise(call, &told, &draft, now)? {
        return reload(call, before);
    }
    after.body["latest_invoice"] = json!(draft.id);
    let after = save(call, &told, after)?;
    let payment = args.text("payment_behavior").unwrap_or("allow_incomplete");
    bill(call, draft, &after, payment, args.flag("off_session") == Some(true), now)?;
    reload(call, &after)
}

/// Tells of a trial's end that comes at once, if it has not been told of. The subscription as it is stored then.
fn end_trial(call: &mut Call<'_>, before: &Object, after: &mut Object, now: i64) -> Outcome<Object> {
    if before.body["status"] != "trialing" {
        return Ok(before.clone());
    }
    after.body["trial_end"] = json!(now);
    after.hidden.insert(lifecycle::TRIAL_TOLD.to_owned(), json!(true));
    if !before.hidden.contains_key(lifecycle::TRIAL_TOLD) {
        lifecycle::tell_trial_end(call, before)?;
    }
    reload(call, before)
}

fn check(before: &Object, args: &Args) -> Result<(), Refusal> {
    let editable = ["metadata", "cancellation_details", "expand"];
    if has_ended(&before.body)
        && let Some((name, _)) = args.0.iter().find(|(name, _)| !editable.contains(&name.as_str()))
    {
        let message = "A canceled subscription can only update its cancellation_details and metadata.";
        return Err(Refusal::invalid(message).code("invalid_canceled_subscription_fields").param(name));
    }
    if args.text("payment_behavior") == Some("pending_if_incomplete") {
        let message = "The emulator does not have pending updates: use another `payment_behavior`.";
        return Err(Refusal::parameter("payment_behavior", message));
    }
    Ok(())
}

/// Whether billing periods start anew: on request, at the end of a trial, or where an interval changes.
fn restarts(before: &Object, args: &Args, chosen: &[Value]) -> bool {
    let on_request =
        args.object("billing_cycle_anchor").is_some_and(|anchor| anchor.get("type") == Some(&json!("now")));
    let ends_trial = args.text("trial_end") == Some("now") && before.body["status"] == "trialing";
    let every = |item: &Value| Every::read(&item["price"]["recurring"]);
    let changes = items::of(&before.body)
        .iter()
        .any(|old| chosen.iter().any(|new| new["id"] == old["id"] && every(new) != every(old)));
    on_request || ends_trial || (changes && before.body["status"] != "trialing")
}

fn proration_date(before: &Object, args: &Args, now: i64) -> Result<i64, Refusal> {
    let Some(moment) = args.integer("proration_date") else { return Ok(now) };
    let within = items::of(&before.body).iter().all(|item| {
        let (start, end) = billing::period(item);
        (start..=end).contains(&moment)
    });
    if within {
        return Ok(moment);
    }
    let message = "`proration_date` must be within the current period of the subscription's items.";
    Err(Refusal::parameter("proration_date", message))
}
