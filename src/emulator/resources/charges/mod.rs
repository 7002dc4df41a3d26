//! `/v1/charges`, which payment intents make.

mod build;

use serde_json::{Value, json};

use super::fields::{self, SHIPPING, set, set_metadata};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::search;
use crate::emulator::spec::{ID, PAGE, Param, SEARCH, TEXT, Type, optional};

pub use build::{Result, book, record};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Get,
        route: "/v1/charges/search",
        params: &[SEARCH],
        answers: Answers::Many(Kind::Charge),
        handler: |call, args| search::page(call, args, Kind::Charge, FIELDS),
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/charges",
        params: &[LIST, PAGE],
        answers: Answers::Many(Kind::Charge),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/charges/{id}",
        params: &[],
        answers: Answers::One(Kind::Charge),
        handler: |call, _| call.fetch(Kind::Charge).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/charges/{id}",
        params: &[UPDATE],
        answers: Answers::One(Kind::Charge),
        handler: update,
    },
];

const LIST: &[Param] = &[
    optional("created", Type::Range),
    optional("customer", ID),
    optional("payment_intent", ID),
    optional("transfer_group", TEXT),
];

const UPDATE: &[Param] = &[
    optional("customer", ID),
    optional("description", Type::Text { max: 40_000 }),
    optional(
        "fraud_details",
        Type::Object(&[optional("user_report", Type::Choice(&["fraudulent", "safe"]))]),
    ),
    optional("metadata", Type::Metadata),
    optional("receipt_email", Type::Text { max: 512 }),
    optional("shipping", SHIPPING),
    optional("transfer_group", TEXT),
];

const FIELDS: &[(&str, search::Field)] = &[
    ("amount", search::Field::Number),
    ("created", search::Field::Number),
    ("currency", search::Field::Exact),
    ("customer", search::Field::Exact),
    ("disputed", search::Field::Exact),
    ("metadata", search::Field::Exact),
    ("refunded", search::Field::Exact),
    ("status", search::Field::Exact),
];

/// Books a charge's money some time after it succeeded, and tells of it.
///
/// # Errors
/// SQLite's.
pub fn book_and_tell(call: &mut Call<'_>, charge: &Object, method: &Object) -> Outcome<Object> {
    let booked = book(call, charge, method)?;
    let previous = crate::emulator::event::previous_attributes(&charge.body, &booked.body);
    crate::emulator::event::emit(call, "charge.updated", &booked.body, Some(previous))?;
    Ok(booked)
}

/// A charge's refunds, newest first, as it shows them when expanded.
///
/// # Errors
/// SQLite's.
pub fn refunds(call: &Call<'_>, id: &str) -> Outcome<Value> {
    let refunds = call.db.with_key(Kind::Refund, "charge", id)?;
    let data: Vec<Value> = refunds.into_iter().map(|refund| refund.body).collect();
    Ok(json!({
        "object": "list", "data": data, "has_more": false, "url": format!("/v1/charges/{id}/refunds"),
    }))
}

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    for (param, kind) in [("customer", Kind::Customer), ("payment_intent", Kind::PaymentIntent)] {
        if let Some(id) = args.text(param) {
            call.refer(kind, id, param)?;
        }
    }
    let filters: Vec<Filter> = [
        list::created(args),
        list::key(args, "customer", "customer"),
        list::key(args, "payment_intent", "payment_intent"),
        list::text(args, "transfer_group", "$.transfer_group"),
    ]
    .into_iter()
    .flatten()
    .collect();
    list::page(call, args, Kind::Charge, &filters)
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::Charge)?;
    let mut after = before.clone();
    if let Some(customer) = args.text("customer") {
        if before.body["customer"].is_string() {
            let message = "You can only set a customer on a charge that has none.";
            return Err(Refusal::invalid(message).param("customer").into());
        }
        call.refer(Kind::Customer, customer, "customer")?;
    }
    set(
        &mut after.body,
        args,
        &["customer", "description", "fraud_details", "receipt_email", "transfer_group"],
    );
    fields::set_shipping(&mut after.body, args);
    set_metadata(&mut after.body, args)?;
    call.update_as(&before, after, Some("charge.updated")).map(Answer::Object)
}
