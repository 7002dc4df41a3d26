//! `/v1/checkout/sessions`, and `/v1/payment_pages`, by which the hosted page completes them.

mod amounts;
mod complete;
mod create;
pub mod page;
mod params;
pub mod payer;
mod subscribe;

use serde_json::{Map, Value, json};

use super::fields::set_metadata;
use super::payment_intents;
use super::payment_links::{self, page_of_lines};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::due;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::PAGE;

pub use complete::{follow, follow_set_up};
pub use create::{start, with_answers};
pub use page::{CONFIRMATION, PREFILLED_EMAIL, with_code};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/checkout/sessions",
        params: &[params::CREATE, payment_links::SELLING, params::OLDER],
        answers: Answers::One(Kind::CheckoutSession),
        handler: create::create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/checkout/sessions",
        params: &[params::LIST, PAGE],
        answers: Answers::Many(Kind::CheckoutSession),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/checkout/sessions/{id}",
        params: &[],
        answers: Answers::One(Kind::CheckoutSession),
        handler: |call, _| call.fetch(Kind::CheckoutSession).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/checkout/sessions/{id}",
        params: &[params::UPDATE],
        answers: Answers::One(Kind::CheckoutSession),
        handler: update,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/checkout/sessions/{id}/expire",
        params: &[],
        answers: Answers::One(Kind::CheckoutSession),
        handler: expire,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/checkout/sessions/{id}/line_items",
        params: &[PAGE],
        answers: Answers::Other,
        handler: list_lines,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/payment_pages/{id}",
        params: &[],
        answers: Answers::One(Kind::CheckoutSession),
        handler: |call, _| call.fetch(Kind::CheckoutSession).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/payment_pages/{id}/confirm",
        params: &[params::CONFIRM],
        answers: Answers::One(Kind::CheckoutSession),
        handler: complete::confirm,
    },
];

/// The lines of a session, as it shows them when expanded.
///
/// # Errors
/// SQLite's.
pub fn line_items(call: &Call<'_>, id: &str, hidden: &Map<String, Value>) -> Outcome<Value> {
    Ok(json!({
        "object": "list",
        "data": amounts::shown(call, hidden)?,
        "has_more": false,
        "url": format!("/v1/checkout/sessions/{id}/line_items"),
    }))
}

fn list_lines(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let session = call.fetch(Kind::CheckoutSession)?;
    let lines = amounts::shown(call, &session.hidden)?;
    page_of_lines(call, args, &lines)
}

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let details = Args(args.object("customer_details").cloned().unwrap_or_default());
    let filters: Vec<Filter> = [
        list::created(args),
        list::key(args, "customer", "customer"),
        list::key(&details, "email", "email"),
        list::key(args, "payment_intent", "payment_intent"),
        list::key(args, "status", "status"),
        list::key(args, "subscription", "subscription"),
        list::text(args, "customer_account", "$.customer_account"),
        list::text(args, "payment_link", "$.payment_link"),
    ]
    .into_iter()
    .flatten()
    .collect();
    list::page(call, args, Kind::CheckoutSession, &filters)
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::CheckoutSession)?;
    let mut after = before.clone();
    set_metadata(&mut after.body, args)?;
    call.store(&before, after).map(Answer::Object)
}

fn expire(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    let session = call.fetch(Kind::CheckoutSession)?;
    if session.body["status"] != "open" {
        let message = "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a \
                       status of ";
        let status = session.body["status"].as_str().unwrap_or_default();
        return Err(Refusal::invalid(format!("{message}{status}.")).into());
    }
    end(call, &session).map(Answer::Object)
}

/// Ends a session that nobody completed, when its time has come or before.
///
/// # Errors
/// SQLite's.
pub fn end(call: &mut Call<'_>, session: &Object) -> Outcome<Object> {
    if let Some(id) = session.body["payment_intent"].as_str()
        && let Some(intent) = call.db.get(Kind::PaymentIntent, id)?
    {
        payment_intents::void(call, &intent, "automatic")?;
    }
    let mut after = session.clone();
    due::set(&mut after, None);
    after.body["status"] = json!("expired");
    after.body["url"] = Value::Null;
    let after = call.store(session, after)?;
    call.tell("checkout.session.expired", &after)?;
    Ok(after)
}
