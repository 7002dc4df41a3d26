//! Collecting what an invoice asks for: its payment intent, tries to pay it, and the retries after a failure.

use serde_json::{Value, json};

use super::states::{self, Paid};
use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::due;
use crate::emulator::event;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::payment_intents::{self, Attempt, Paying, Payment};
use crate::emulator::resources::{payment_methods, subscriptions, test_clocks};

const DAY: i64 = 24 * 60 * 60;
/// How long after each failed payment the next is tried. Stripe's own schedule is set, or learnt, account by account.
const RETRIES: [i64; 3] = [3 * DAY, 5 * DAY, 7 * DAY];

/// Makes the payment intent of an open invoice, and the link between the two.
///
/// # Errors
/// SQLite's.
pub fn request_payment(call: &mut Call<'_>, invoice: &Object) -> Outcome<()> {
    let (amount, currency) = (invoice.body["amount_due"].clone(), invoice.body["currency"].clone());
    let of_subscription = subscription_of(&invoice.body).is_some();
    let payment = Payment {
        amount: amount.as_i64().unwrap_or_default(),
        currency: currency.as_str().unwrap_or_default(),
        customer: invoice.body["customer"].as_str(),
        description: match of_subscription {
            true if invoice.body["billing_reason"] == "subscription_create" => json!("Subscription creation"),
            true => json!("Subscription update"),
            false => {
                json!(format!("Payment for Invoice {}", invoice.body["number"].as_str().unwrap_or_default()))
            }
        },
        metadata: json!({}),
        setup_future_usage: of_subscription.then_some("off_session"),
    };
    let intent = payment_intents::start(call, &payment)?;
    let mut link = call.new_object(Kind::InvoicePayment);
    link.body = json!({
        "id": link.id,
        "object": "invoice_payment",
        "amount_paid": null,
        "amount_requested": amount,
        "created": test_clocks::time_of(call, &invoice.body)?,
        "currency": currency,
        "invoice": invoice.id,
        "is_default": true,
        "livemode": false,
        "payment": {"payment_intent": intent.id, "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": null, "paid_at": null},
    });
    call.create(link)?;
    Ok(())
}

/// The open payment of an invoice and its intent.
///
/// # Errors
/// SQLite's.
pub fn open_payment(call: &Call<'_>, invoice: &str) -> Outcome<Option<(Object, Object)>> {
    let links = call.db.with_key(Kind::InvoicePayment, "invoice", invoice)?;
    let Some(link) = links.into_iter().find(|link| link.body["status"] == "open") else { return Ok(None) };
    let id = link.body["payment"]["payment_intent"].as_str().unwrap_or_default();
    Ok(call.db.get(Kind::PaymentIntent, id)?.map(|intent| (link, intent)))
}

/// Cancels what an invoice still asks for.
///
/// # Errors
/// SQLite's.
pub fn cancel_payment(call: &mut Call<'_>, invoice: &Object) -> Outcome<()> {
    let Some((link, intent)) = open_payment(call, &invoice.id)? else { return Ok(()) };
    let now = test_clocks::time_of(call, &invoice.body)?;
    payment_intents::void(call, &intent, "void_invoice")?;
    let mut after = link.clone();
    after.body["status"] = json!("canceled");
    after.body["status_transitions"]["canceled_at"] = json!(now);
    call.update_as(&link, after, None)?;
    Ok(())
}

/// What an invoice is paid with: its own default, its subscription's, its customer's.
///
/// # Errors
/// SQLite's.
pub fn method_of(call: &Call<'_>, invoice: &Value) -> Outcome<Option<Object>> {
    let subscription = match subscription_of(invoice) {
        Some(id) => call.db.get(Kind::Subscription, id)?,
        None => None,
    };
    let customer = call.db.get(Kind::Customer, invoice["customer"].as_str().unwrap_or_default())?;
    let own = std::iter::once(invoice).chain(subscription.as_ref().map(|subscription| &subscription.body));
    let own = own.flat_map(|body| [&body["default_payment_method"], &body["default_source"]]);
    for id in own.filter_map(Value::as_str) {
        if let Some(method) =
            call.db.get(Kind::PaymentMethod, id)?.filter(|method| method.body["customer"].is_string())
        {
            return Ok(Some(method));
        }
    }
    match customer {
        Some(customer) => payment_methods::default_of(call, &customer.body),
        None => Ok(None),
    }
}

/// The subscription that an invoice is for.
pub fn subscription_of(invoice: &Value) -> Option<&str> {
    invoice["parent"]["subscription_details"]["subscription"].as_str()
}

/// An invoice after a try to pay it.
#[derive(Debug)]
pub struct Tried {
    pub invoice: Object,
    /// Why it is not paid, for a caller that asked for the payment.
    pub refusal: Option<Refusal>,
}

/// Tries to pay an open invoice, with a method or with what it is paid with by default.
///
/// # Errors
/// SQLite's. A decline is a result.
pub fn attempt(
    call: &mut Call<'_>,
    invoice: &Object,
    method: Option<&Object>,
    off_session: bool,
) -> Outcome<Tried> {
    let default = match method {
        Some(_) => None,
        None => method_of(call, &invoice.body)?,
    };
    let payment = open_payment(call, &invoice.id)?;
    let refusal = match (method.or(default.as_ref()), payment) {
        (Some(method), Some((_, intent))) => {
            let tried = payment_intents::attempt(call, &intent, &Attempt::new(method, off_session))?;
            refusal(&tried)
        }
        _ => {
            failed(call, invoice)?;
            Some(subscriptions::no_payment_method())
        }
    };
    let invoice = call.db.get(Kind::Invoice, &invoice.id)?.unwrap_or_else(|| invoice.clone());
    Ok(Tried { invoice, refusal })
}

fn refusal(tried: &payment_intents::Paid) -> Option<Refusal> {
    match tried.paying {
        Paying::Declined(decline) => Some(decline.refusal(
            "payment_intent",
            &tried.intent.body,
            &tried.intent.body["last_payment_error"],
        )),
        Paying::RequiresAction => {
            let message = "Payment for this invoice requires additional user action before it can be completed \
                           successfully. Payment can be completed using the PaymentIntent associated with the \
                           invoice.";
            let refusal = Refusal { status: 402, kind: "card_error", ..Refusal::invalid(message) };
            Some(refusal.code("invoice_payment_intent_requires_action"))
        }
        Paying::Succeeded | Paying::RequiresCapture | Paying::Processing => None,
    }
}

/// The payment method that an invoice was paid with.
///
/// # Errors
/// SQLite's.
pub fn paid_with(call: &Call<'_>, invoice: &str) -> Outcome<Option<String>> {
    let links = call.db.with_key(Kind::InvoicePayment, "invoice", invoice)?;
    let Some(link) = links.into_iter().find(|link| link.body["status"] == "paid") else { return Ok(None) };
    let id = link.body["payment"]["payment_intent"].as_str().unwrap_or_default();
    let intent = call.db.get(Kind::PaymentIntent, id)?;
    Ok(intent.and_then(|intent| intent.body["payment_method"].as_str().map(str::to_owned)))
}

/// Has an invoice follow what became of its payment intent, whoever confirmed that.
///
/// # Errors
/// SQLite's.
pub fn follow(call: &mut Call<'_>, intent: &Object, paying: Paying) -> Outcome<()> {
    let links = call.db.with_key(Kind::InvoicePayment, "payment_intent", &intent.id)?;
    let Some(link) = links.into_iter().find(|link| link.body["status"] == "open") else { return Ok(()) };
    let Some(invoice) = call.db.get(Kind::Invoice, link.body["invoice"].as_str().unwrap_or_default())? else {
        return Ok(());
    };
    let now = test_clocks::time_of(call, &invoice.body)?;
    match paying {
        Paying::Succeeded => {
            let amount = intent.body["amount_received"].as_i64().unwrap_or_default();
            let mut paid = link.clone();
            paid.body["amount_paid"] = json!(amount);
            paid.body["status"] = json!("paid");
            paid.body["status_transitions"]["paid_at"] = json!(now);
            let paid = call.update_as(&link, paid, None)?;
            event::emit(call, "invoice_payment.paid", &paid.body, None)?;
            let tried = with_attempt(&invoice, now);
            states::pay_as(call, &invoice, tried, Paid { amount, tell_update: true }).map(drop)
        }
        Paying::Declined(decline) => {
            if decline.code == "authentication_required" {
                event::emit(call, "invoice.payment_action_required", &invoice.body, None)?;
            }
            failed(call, &invoice)
        }
        Paying::RequiresAction => {
            let tried = call.update(&invoice, with_attempt(&invoice, now))?;
            event::emit(call, "invoice.payment_action_required", &tried.body, None)
        }
        Paying::RequiresCapture | Paying::Processing => Ok(()),
    }
}

/// Whether an attempt is one of the schedule of retries: the first of all, or one whose time has come. Attempts by hand
/// leave that schedule, and its `attempt_count`, as they are (docs.stripe.com/api/invoices/object, `attempt_count`).
fn is_scheduled(invoice: &Object, now: i64) -> bool {
    let next = invoice.body["next_payment_attempt"].as_i64();
    invoice.body["attempted"] != true || next.is_some_and(|next| next <= now)
}

fn with_attempt(invoice: &Object, now: i64) -> Object {
    let mut tried = invoice.clone();
    let counted = i64::from(is_scheduled(invoice, now));
    tried.body["attempted"] = json!(true);
    tried.body["attempt_count"] = json!(invoice.body["attempt_count"].as_i64().unwrap_or_default() + counted);
    tried
}

/// Notes a failed payment; one of the schedule plans the next, if there is to be one.
fn failed(call: &mut Call<'_>, invoice: &Object) -> Outcome<()> {
    let now = test_clocks::time_of(call, &invoice.body)?;
    let mut tried = with_attempt(invoice, now);
    let is_scheduled = is_scheduled(invoice, now);
    let failures = tried.body["attempt_count"].as_i64().unwrap_or_default();
    let is_retried =
        is_scheduled && invoice.body["auto_advance"] == true && !subscriptions::is_incomplete(call, invoice)?;
    let next = usize::try_from(failures - 1).ok().and_then(|past| RETRIES.get(past)).filter(|_| is_retried);
    let next = next.map(|wait| now + wait);
    if is_scheduled {
        tried.body["next_payment_attempt"] = json!(next);
        due::set(&mut tried, next);
    }
    let tried = call.update(invoice, tried)?;
    event::emit(call, "invoice.payment_failed", &tried.body, None)?;
    subscriptions::invoice_failed(call, &tried, is_retried && next.is_none())
}
