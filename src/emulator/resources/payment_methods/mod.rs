//! `/v1/payment_methods` and what customers have of them.

mod build;
mod declines;
mod params;
mod test_cards;
pub mod types;
mod using;

use serde_json::Value;

use super::fields::set_metadata;
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Filter;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{ID, PAGE, Param, Type, optional, required};

pub use build::behaviour;
pub use declines::{AUTHENTICATION_REQUIRED, Decline};
pub use params::{DATA, data, make};
pub use test_cards::is_test_card;
pub use using::{attach, check_usable, default_of, detach, named, of_token, set_up, spend};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/payment_methods",
        params: &[params::NEW, CREATE],
        answers: Answers::One(Kind::PaymentMethod),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/payment_methods",
        params: &[LIST, OF_CUSTOMER, PAGE],
        answers: Answers::Many(Kind::PaymentMethod),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/payment_methods/{id}",
        params: &[],
        answers: Answers::One(Kind::PaymentMethod),
        handler: retrieve,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/payment_methods/{id}",
        params: &[UPDATE],
        answers: Answers::One(Kind::PaymentMethod),
        handler: update,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/payment_methods/{id}/attach",
        params: &[ATTACH],
        answers: Answers::One(Kind::PaymentMethod),
        handler: attach_to,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/payment_methods/{id}/detach",
        params: &[],
        answers: Answers::One(Kind::PaymentMethod),
        handler: detach_from,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/customers/{id}/payment_methods",
        params: &[OF_CUSTOMER, PAGE],
        answers: Answers::Many(Kind::PaymentMethod),
        handler: list_of_customer,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/customers/{id}/payment_methods/{id}",
        params: &[],
        answers: Answers::One(Kind::PaymentMethod),
        handler: retrieve_of_customer,
    },
];

const CREATE: &[Param] = &[optional("customer", ID), optional("payment_method", ID)];
const ATTACH: &[Param] = &[required("customer", ID)];
const LIST: &[Param] = &[optional("customer", ID), optional("customer_account", ID)];
const OF_CUSTOMER: &[Param] =
    &[optional("allow_redisplay", params::ALLOW_REDISPLAY), optional("type", Type::Choice(params::TYPES))];
const UPDATE: &[Param] = &[
    optional("allow_redisplay", params::ALLOW_REDISPLAY),
    optional("billing_details", params::BILLING_DETAILS),
    optional("card", params::UPDATE_CARD),
    optional("metadata", Type::Metadata),
];

/// `customer` and `payment_method` share methods between accounts, of which there is one here.
fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    for param in ["customer", "payment_method"] {
        if args.has(param) {
            let message =
                format!("The parameter {param} is for connected accounts, of which there are none.");
            return Err(Refusal::parameter(param, message).into());
        }
    }
    make(call, args, "").map(Answer::Object)
}

/// A test id reads as a method that is not stored.
fn retrieve(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    match call.id().strip_prefix("pm_card_").and_then(test_cards::named) {
        Some(card) => Ok(Answer::Object(build::of_card(call, card, None))),
        None => call.fetch(Kind::PaymentMethod).map(Answer::Object),
    }
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::PaymentMethod)?;
    if before.body["customer"].is_null() {
        let message = "You must save this PaymentMethod to a customer before you can update it.";
        return Err(Refusal::invalid(message).into());
    }
    let mut after = before.clone();
    super::fields::set(&mut after.body, args, &["allow_redisplay"]);
    params::set_billing_details(&mut after.body, args);
    set_metadata(&mut after.body, args)?;
    if let Some(card) = args.object("card") {
        if before.body["type"] != "card" {
            let message = "You can only update `card` on a PaymentMethod of type `card`.";
            return Err(Refusal::invalid(message).param("card").into());
        }
        for (name, value) in card {
            match (name.as_str(), value) {
                ("networks", Value::Object(networks)) => {
                    for preferred in networks.values() {
                        after.body["card"]["networks"]["preferred"] = preferred.clone();
                    }
                }
                (name, value) => after.body["card"][name] = value.clone(),
            }
        }
    }
    call.update_as(&before, after, Some("payment_method.updated")).map(Answer::Object)
}

fn attach_to(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let customer = args.text("customer").unwrap_or_default();
    call.refer(Kind::Customer, customer, "customer")?;
    let id = call.id().to_owned();
    let method = match id.strip_prefix("pm_card_").and_then(test_cards::named) {
        Some(_) => named(call, &id, "id")?,
        None => call.fetch(Kind::PaymentMethod)?,
    };
    attach(call, method, customer).map(Answer::Object)
}

fn detach_from(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    let method = call.fetch(Kind::PaymentMethod)?;
    if method.body["customer"].is_null() {
        let message =
            "The payment method you provided is not attached to a customer so detachment is impossible.";
        return Err(Refusal::invalid(message).into());
    }
    detach(call, &method).map(Answer::Object)
}

fn filters(args: &Args) -> Vec<Filter> {
    [
        list::text(args, "allow_redisplay", "$.allow_redisplay"),
        list::text(args, "type", "$.type"),
        list::text(args, "customer_account", "$.customer_account"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of_customer(id: &str) -> Filter {
    Filter::Key { name: "customer", values: vec![id.to_owned()] }
}

/// Of one customer, or of all: what belongs to nobody is not listed.
fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let mut filters = filters(args);
    match args.text("customer") {
        Some(customer) => {
            call.refer(Kind::Customer, customer, "customer")?;
            filters.push(of_customer(customer));
        }
        None => filters.push(Filter::KeyPrefix { name: "customer", prefix: String::new() }),
    }
    list::page(call, args, Kind::PaymentMethod, &filters)
}

fn list_of_customer(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let customer = call.fetch(Kind::Customer)?;
    let mut filters = filters(args);
    filters.push(of_customer(&customer.id));
    list::page(call, args, Kind::PaymentMethod, &filters)
}

fn retrieve_of_customer(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    let customer = call.fetch(Kind::Customer)?;
    let id = call.ids.get(1).map_or("", String::as_str);
    let method = call.db.get(Kind::PaymentMethod, id)?;
    let method = method.filter(|method| method.body["customer"] == customer.id.as_str());
    Ok(Answer::Object(method.ok_or_else(|| Refusal::not_found(Kind::PaymentMethod.label(), id))?))
}
