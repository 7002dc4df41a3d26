//! Making subscriptions: `POST /v1/subscriptions`, and what else sells one.

use serde_json::{Map, Value, json};

use super::billing::{self, period_lines, trial_lines};
use super::settings::{self, apply_settings};
use super::{items, store_new};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::kind::Kind;
use crate::emulator::period::Every;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::discounts::{self, Holder};
use crate::emulator::resources::invoices::{self, collect, states};
use crate::emulator::resources::{invoice_items, test_clocks};

const DAY: i64 = 24 * 60 * 60;
/// A trial lasts two years at most.
const LONGEST_TRIAL: i64 = 730 * DAY;

/// `POST /v1/subscriptions`.
pub fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    subscribe(call, args).map(Answer::Object)
}

/// Makes a subscription with its first invoice, and tries to have that paid, from the parameters of its creation.
///
/// # Errors
/// 400 for what doesn't fit together; 402 where a declined payment is to be an error.
pub fn subscribe(call: &mut Call<'_>, args: &Args) -> Outcome<Object> {
    let customer = call.refer(Kind::Customer, args.text("customer").unwrap_or_default(), "customer")?;
    let now = test_clocks::time_of(call, &customer.body)?;
    let behavior = args.text("payment_behavior").unwrap_or("allow_incomplete");
    if behavior == "pending_if_incomplete" {
        let message = "`pending_if_incomplete` can only be used when a subscription is updated.";
        return Err(Refusal::parameter("payment_behavior", message).into());
    }
    let mut subscription = call.new_object(Kind::Subscription);
    let id = subscription.id.clone();
    let holder = Holder {
        customer: &customer.id,
        subscription: Some(&id),
        subscription_item: None,
        invoice: None,
        invoice_item: None,
        now,
    };
    let mut chosen = Vec::new();
    for (index, item) in args.list("items").into_iter().flatten().enumerate() {
        let given = Args(item.as_object().cloned().unwrap_or_default());
        chosen.push(items::new(call, &given, &format!("items[{index}]"), holder)?.0);
    }
    let currency = currency(args, &customer, &chosen)?;
    items::check(&chosen, &currency)?;
    let trial_end = trial(args, &chosen, now)?;
    let anchor = anchor(args, &chosen, trial_end, now)?;
    for item in &mut chosen {
        let end =
            trial_end.unwrap_or_else(|| Every::read(&item["price"]["recurring"]).end_after(anchor, now));
        item["current_period_start"] = json!(now);
        item["current_period_end"] = json!(end);
    }
    subscription.body = blank(&id, &customer, &currency, anchor, now);
    subscription.body["start_date"] = json!(start_date(args, now)?);
    subscription.body["billing_mode"] = billing_mode(args);
    subscription.body["items"] = items::list(&id, chosen.clone());
    subscription.body["metadata"] = args.new_metadata();
    if let Some(end) = trial_end {
        subscription.body["trial_start"] = json!(now);
        subscription.body["trial_end"] = json!(end);
    }
    apply_settings(call, &mut subscription, args, now)?;
    if let Some(given) = settings::given_discounts(args) {
        subscription.body["discounts"] = discounts::make(call, &given, "discounts", holder)?;
    }
    invoice_items::add(call, args, &customer, Some(&id), now)?;
    start(call, subscription, args, behavior, now)
}

/// Bills the first period and has the subscription begin as its payment allows.
fn start(
    call: &mut Call<'_>,
    mut subscription: Object,
    args: &Args,
    behavior: &str,
    now: i64,
) -> Outcome<Object> {
    let is_trial = !subscription.body["trial_end"].is_null();
    let anchor = subscription.body["billing_cycle_anchor"].as_i64().unwrap_or(now);
    let natural = |item: &Value| {
        let every = Every::read(&item["price"]["recurring"]);
        (every.start_before(anchor, now), every.end_after(anchor, now))
    };
    let chosen = items::of(&subscription.body);
    let starts_early = chosen.iter().any(|item| natural(item).0 != now);
    let lines = match (is_trial, args.text("proration_behavior")) {
        (true, _) => trial_lines(call, &subscription.body, &chosen)?,
        (false, Some("none")) if starts_early => Vec::new(),
        (false, _) => period_lines(call, &subscription.body, &chosen, natural)?,
    };
    let invoice = billing::invoice(call, &subscription, "subscription_create", lines, (now, now), now)?;
    let invoice =
        invoice.filter(|invoice| !invoice.body["lines"]["data"].as_array().is_none_or(Vec::is_empty));
    let sends = subscription.body["collection_method"] == "send_invoice";
    let owes = invoice.as_ref().is_some_and(|invoice| invoice.body["amount_due"] != 0);
    let pays_now = owes && !sends;
    subscription.body["status"] = json!(match (is_trial, pays_now) {
        (true, _) => "trialing",
        (false, true) => "incomplete",
        (false, false) => "active",
    });
    subscription.body["latest_invoice"] = json!(invoice.as_ref().map(|invoice| invoice.id.as_str()));
    if let Some(invoice) = invoice.as_ref().filter(|_| pays_now && behavior != "default_incomplete") {
        let mut priced = invoice.body.clone();
        priced["default_payment_method"] = subscription.body["default_payment_method"].clone();
        priced["default_source"] = subscription.body["default_source"].clone();
        if collect::method_of(call, &priced)?.is_none() {
            return Err(settings::no_payment_method().into());
        }
    }
    let subscription = store_new(call, subscription)?;
    if let Some(invoice) = invoice {
        bill(call, invoice, &subscription, behavior, args.flag("off_session") == Some(true), now)?;
    }
    super::reload(call, &subscription)
}

/// Stores an invoice that a change brings along, and has it paid as far as the payment behaviour says.
///
/// # Errors
/// 402 with `error_if_incomplete` where the payment fails.
pub fn bill(
    call: &mut Call<'_>,
    mut draft: Object,
    subscription: &Object,
    behavior: &str,
    off_session: bool,
    now: i64,
) -> Outcome<Object> {
    if subscription.body["collection_method"] == "send_invoice" && draft.body["amount_due"] != 0 {
        invoices::wait(&mut draft, now);
        return states::create(call, draft);
    }
    let draft = states::create(call, draft)?;
    let open = states::finalize(call, &draft)?;
    if open.body["status"] != "open" || behavior == "default_incomplete" {
        return Ok(open);
    }
    let tried = collect::attempt(call, &open, None, off_session)?;
    match tried.refusal.filter(|_| behavior == "error_if_incomplete") {
        Some(refusal) => Err(refusal.into()),
        None => Ok(tried.invoice),
    }
}

/// The one currency of a subscription: what is asked for, what its first price has, and no other than the customer's.
fn currency(args: &Args, customer: &Object, chosen: &[Value]) -> Result<String, Refusal> {
    let own = chosen.first().and_then(|item| item["price"]["currency"].as_str());
    let currency = args.text("currency").or(own).unwrap_or_default();
    match customer.body["currency"].as_str() {
        Some(other) if other != currency => Err(Refusal::invalid(format!(
            "You cannot combine currencies on a single customer. This customer has had a subscription, coupon, or \
             invoice item with currency {other}."
        ))),
        _ => Ok(currency.to_owned()),
    }
}

/// When the trial ends; `None` without one.
fn trial(args: &Args, chosen: &[Value], now: i64) -> Result<Option<i64>, Refusal> {
    if args.has("trial_period_days") && args.has("trial_end") {
        return Err(Refusal::exclusive("trial_end", "trial_period_days"));
    }
    if let Some(end) = args.integer("trial_end") {
        return settings::trial_end(end, now).map(Some);
    }
    let from_plan = chosen
        .iter()
        .filter(|_| args.flag("trial_from_plan") == Some(true))
        .filter_map(|item| item["price"]["recurring"]["trial_period_days"].as_i64())
        .max();
    let days = args.integer("trial_period_days").or(from_plan);
    Ok(days.filter(|days| *days > 0).map(|days| (now + days * DAY).min(now + LONGEST_TRIAL)))
}

/// What the billing periods are counted from.
fn anchor(args: &Args, chosen: &[Value], trial_end: Option<i64>, now: i64) -> Result<i64, Refusal> {
    let Some(anchor) = args.integer("billing_cycle_anchor") else { return Ok(trial_end.unwrap_or(now)) };
    let first_end = |item: &Value| Every::read(&item["price"]["recurring"]).end_after(now, now);
    let latest = chosen.iter().map(first_end).min().unwrap_or(now);
    if trial_end.is_some() {
        let message = "The emulator does not have a trial together with a `billing_cycle_anchor`.";
        return Err(Refusal::parameter("billing_cycle_anchor", message));
    }
    if anchor <= now {
        let message = "`billing_cycle_anchor` must be in the future.";
        return Err(Refusal::parameter("billing_cycle_anchor", message));
    }
    if anchor > latest {
        let message =
            "`billing_cycle_anchor` can't be later than the end of the first natural billing period.";
        return Err(Refusal::parameter("billing_cycle_anchor", message));
    }
    Ok(anchor)
}

/// When the subscription is said to have begun. Only what moves here from elsewhere is backdated: the time before now was
/// paid there.
fn start_date(args: &Args, now: i64) -> Result<i64, Refusal> {
    let Some(start) = args.integer("backdate_start_date") else { return Ok(now) };
    if start > now {
        let message = "`backdate_start_date` must be in the past.";
        return Err(Refusal::parameter("backdate_start_date", message));
    }
    if args.text("proration_behavior") != Some("none") {
        let message =
            "The emulator does not charge for the time before now: set `proration_behavior` to `none`.";
        return Err(Refusal::parameter("backdate_start_date", message));
    }
    Ok(start)
}

fn billing_mode(args: &Args) -> Value {
    let given = Args(args.object("billing_mode").cloned().unwrap_or_default());
    let flexible = Args(given.object("flexible").cloned().unwrap_or_default());
    match given.text("type") {
        Some("classic") => json!({"flexible": null, "type": "classic"}),
        _ => json!({
            "flexible": {"proration_discounts": flexible.or("proration_discounts", "included")},
            "type": "flexible",
        }),
    }
}

fn blank(id: &str, customer: &Object, currency: &str, anchor: i64, now: i64) -> Value {
    json!({
        "id": id,
        "object": "subscription",
        "application": null,
        "application_fee_percent": null,
        "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null},
        "billing_cycle_anchor": anchor,
        "billing_cycle_anchor_config": null,
        "billing_mode": null,
        "billing_schedules": [],
        "billing_thresholds": null,
        "cancel_at": null,
        "cancel_at_period_end": false,
        "canceled_at": null,
        "cancellation_details": {"comment": null, "feedback": null, "feedback_option": null, "reason": null},
        "collection_method": "charge_automatically",
        "created": now,
        "currency": currency,
        "customer": customer.id,
        "customer_account": null,
        "days_until_due": null,
        "default_payment_method": null,
        "default_source": null,
        "default_tax_rates": [],
        "description": null,
        "discounts": [],
        "ended_at": null,
        "invoice_settings": {
            "account_tax_ids": null, "custom_fields": null, "description": null, "footer": null,
            "issuer": {"type": "self"},
        },
        "items": items::list(id, Vec::new()),
        "latest_invoice": null,
        "livemode": false,
        "managed_payments": {"enabled": false},
        "metadata": Map::new(),
        "next_pending_invoice_item_invoice": null,
        "on_behalf_of": null,
        "pause_collection": null,
        "payment_settings": {
            "payment_method_options": null, "payment_method_types": null, "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": null,
        "pending_setup_intent": null,
        "pending_update": null,
        "schedule": null,
        "start_date": now,
        "status": "incomplete",
        "test_clock": customer.body["test_clock"],
        "transfer_data": null,
        "trial_end": null,
        "trial_settings": {
            "end_behavior": {"billing_cycle_anchor": null, "missing_payment_method": "create_invoice"},
        },
        "trial_start": null,
    })
}
