//! `/v1/invoices`: drafts, what they charge for, and how they are paid.

pub mod collect;
mod credits;
mod draft;
mod edit;
mod line;
mod params;
pub mod preview;
pub mod states;
mod totals;

use serde_json::{Value, json};

use super::{subscriptions, test_clocks};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Failure, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::due;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::event;
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::payment_methods;
use crate::emulator::search;
use crate::emulator::spec::{PAGE, SEARCH, Type, optional};

pub use draft::{Bill, FINALIZES_AFTER, discounted, draft, wait};
pub use edit::{add_item, remove_item, require_editable};
pub use line::{Line, Origin, counted, describe, pricing};
pub use totals::share;

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Get,
        route: "/v1/invoices/search",
        params: &[SEARCH],
        answers: Answers::Many(Kind::Invoice),
        handler: |call, args| search::page(call, args, Kind::Invoice, params::FIELDS),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/invoices/create_preview",
        params: &[params::PREVIEW],
        answers: Answers::One(Kind::Invoice),
        handler: preview::preview,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/invoices",
        params: &[params::COMMON, params::CREATE],
        answers: Answers::One(Kind::Invoice),
        handler: edit::create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/invoices",
        params: &[params::LIST, PAGE],
        answers: Answers::Many(Kind::Invoice),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/invoices/{id}",
        params: &[],
        answers: Answers::One(Kind::Invoice),
        handler: |call, _| call.fetch(Kind::Invoice).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/invoices/{id}",
        params: &[params::COMMON],
        answers: Answers::One(Kind::Invoice),
        handler: edit::update,
    },
    Endpoint {
        method: Method::Delete,
        route: "/v1/invoices/{id}",
        params: &[],
        answers: Answers::Stub,
        handler: edit::delete,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/invoices/{id}/lines",
        params: &[PAGE],
        answers: Answers::Many(Kind::LineItem),
        handler: |call, args| {
            let invoice = call.fetch(Kind::Invoice)?;
            let lines = invoice.body["lines"]["data"].as_array().cloned().unwrap_or_default();
            list::slice(call, args, Kind::LineItem, lines)
        },
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/invoices/{id}/finalize",
        params: &[&[optional("auto_advance", Type::Flag)]],
        answers: Answers::One(Kind::Invoice),
        handler: finalize,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/invoices/{id}/pay",
        params: &[params::PAY],
        answers: Answers::One(Kind::Invoice),
        handler: pay,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/invoices/{id}/send",
        params: &[],
        answers: Answers::One(Kind::Invoice),
        handler: send,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/invoices/{id}/void",
        params: &[],
        answers: Answers::One(Kind::Invoice),
        handler: |call, _| {
            let invoice = call.fetch(Kind::Invoice)?;
            states::require(&invoice, &["open", "uncollectible"], "void")?;
            states::void(call, &invoice).map(Answer::Object)
        },
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/invoices/{id}/mark_uncollectible",
        params: &[],
        answers: Answers::One(Kind::Invoice),
        handler: |call, _| {
            let invoice = call.fetch(Kind::Invoice)?;
            states::require(&invoice, &["open"], "mark as uncollectible")?;
            states::mark_uncollectible(call, &invoice, "user_forgiven").map(Answer::Object)
        },
    },
];

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    for (param, kind) in [("customer", Kind::Customer), ("subscription", Kind::Subscription)] {
        if let Some(id) = args.text(param) {
            call.refer(kind, id, param)?;
        }
    }
    let due_date = args.given("due_date").map(|value| {
        let (from, to) = list::bounds(value);
        Filter::Between { field: "$.due_date", from, to }
    });
    let filters: Vec<Filter> = [
        list::key(args, "status", "status"),
        list::text(args, "collection_method", "$.collection_method"),
        list::created(args),
        due_date,
        list::key(args, "customer", "customer"),
        list::text(args, "customer_account", "$.customer_account"),
        list::key(args, "subscription", "subscription"),
    ]
    .into_iter()
    .flatten()
    .collect();
    list::page(call, args, Kind::Invoice, &filters)
}

/// Finalizes a draft. One that advances by itself is collected in an hour, as in Stripe.
fn finalize(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::Invoice)?;
    states::require(&before, &["draft"], "finalize")?;
    let mut chosen = before.clone();
    if let Some(advances) = args.flag("auto_advance") {
        chosen.body["auto_advance"] = json!(advances);
    }
    let draft = call.update_as(&before, chosen, None)?;
    let open = states::finalize(call, &draft)?;
    let is_charged = open.body["collection_method"] == "charge_automatically";
    if open.body["status"] != "open" || open.body["auto_advance"] != true || !is_charged {
        return Ok(Answer::Object(open));
    }
    let mut waiting = open.clone();
    let attempt = test_clocks::time_of(call, &open.body)? + FINALIZES_AFTER;
    waiting.body["next_payment_attempt"] = json!(attempt);
    due::set(&mut waiting, Some(attempt));
    call.update_as(&open, waiting, None).map(Answer::Object)
}

/// Pays an invoice now. A draft is finalized first.
fn pay(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let mut invoice = call.fetch(Kind::Invoice)?;
    states::require(&invoice, &["draft", "open", "uncollectible"], "pay")?;
    if invoice.body["status"] == "draft" {
        invoice = states::finalize(call, &invoice)?;
        if invoice.body["status"] == "paid" {
            return Ok(Answer::Object(invoice));
        }
    }
    if args.flag("paid_out_of_band") == Some(true) {
        collect::cancel_payment(call, &invoice)?;
        let paid = states::Paid { amount: 0, tell_update: true };
        return states::pay(call, &invoice, paid).map(Answer::Object);
    }
    let method = match args
        .text("payment_method")
        .map(|id| ("payment_method", id))
        .or(args.text("source").map(|id| ("source", id)))
    {
        Some((param, id)) => {
            let method = payment_methods::named(call, id, param)?;
            payment_methods::check_usable(&method, invoice.body["customer"].as_str())?;
            Some(method)
        }
        None => None,
    };
    if method.is_none() && collect::method_of(call, &invoice.body)?.is_none() {
        return Err(subscriptions::no_payment_method().into());
    }
    let tried = collect::attempt(call, &invoice, method.as_ref(), args.flag("off_session").unwrap_or(true))?;
    match tried.refusal {
        None => Ok(Answer::Object(tried.invoice)),
        // What was tried stays: the failed charge, and its events.
        Some(refusal) => Err(Failure::Declined(Box::new(refusal))),
    }
}

/// Sends an invoice to its customer; a draft is finalized first. No mail leaves the emulator.
fn send(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    let mut invoice = call.fetch(Kind::Invoice)?;
    states::require(&invoice, &["draft", "open"], "send")?;
    if invoice.body["collection_method"] != "send_invoice" {
        let message = "You can only manually send an invoice if its `collection_method` is `send_invoice`.";
        return Err(Refusal::invalid(message).into());
    }
    if invoice.body["status"] == "draft" {
        invoice = states::finalize(call, &invoice)?;
    }
    event::emit(call, "invoice.sent", &invoice.body, None)?;
    Ok(Answer::Object(invoice))
}

/// Turns a draft into the preview of an invoice that would be made.
pub fn as_upcoming(invoice: &mut Object, attempt: i64) {
    let id = format!("upcoming_{}", invoice.id);
    for line in invoice.body["lines"]["data"].as_array_mut().into_iter().flatten() {
        line["invoice"] = json!(id);
    }
    invoice.body["id"] = json!(id);
    invoice.body["lines"]["url"] = json!(format!("/v1/invoices/{id}/lines"));
    invoice.body["next_payment_attempt"] = match invoice.body["collection_method"].as_str() {
        Some("charge_automatically") => json!(attempt),
        _ => Value::Null,
    };
    invoice.id = id;
}

/// Turns a preview into what `invoice.upcoming` tells: there is no invoice yet, and so no id of one.
pub fn as_announced(preview: &mut Value) {
    if let Some(body) = preview.as_object_mut() {
        body.shift_remove("id");
    }
    for line in preview["lines"]["data"].as_array_mut().into_iter().flatten() {
        line["invoice"] = Value::Null;
    }
    preview["lines"]["url"] = json!("/v1/invoices/upcoming/lines");
}

/// What an invoice shows of its payments when expanded.
///
/// # Errors
/// SQLite's.
pub fn reveal(call: &Call<'_>, id: &str, body: &mut Value, field: &str) -> Outcome<()> {
    if field == "payments" {
        let payments = call.db.with_key(Kind::InvoicePayment, "invoice", id)?;
        let data: Vec<Value> = payments.into_iter().map(|payment| payment.body).collect();
        body["payments"] = json!({
            "object": "list", "data": data, "has_more": false, "url": "/v1/invoice_payments",
        });
        return Ok(());
    }
    body["confirmation_secret"] = match collect::open_payment(call, id)? {
        Some((_, intent)) => {
            json!({"client_secret": intent.body["client_secret"], "type": "payment_intent"})
        }
        None => Value::Null,
    };
    Ok(())
}
