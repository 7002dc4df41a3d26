//! `/v1/payment_intents`.

mod attempt;
mod build;
mod change;
mod finish;
mod params;

use serde_json::{Value, json};

use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Failure, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::search;
use crate::emulator::spec::{PAGE, SEARCH};

pub use attempt::{Attempt, Paid, Paying, attempt, finish_processing, linked, next_action};
pub use build::{Payment, start, start_with};
pub use finish::void;
pub use params::{AUTOMATIC, FUTURE_USAGE, MANDATE_DATA, METHOD_OPTIONS};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Get,
        route: "/v1/payment_intents/search",
        params: &[SEARCH],
        answers: Answers::Many(Kind::PaymentIntent),
        handler: |call, args| search::page(call, args, Kind::PaymentIntent, FIELDS),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/payment_intents",
        params: &[params::CREATE, params::ABOUT, params::METHOD, params::CONFIRM, params::OLDER],
        answers: Answers::One(Kind::PaymentIntent),
        handler: change::create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/payment_intents",
        params: &[params::LIST, PAGE],
        answers: Answers::Many(Kind::PaymentIntent),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/payment_intents/{id}",
        params: &[params::RETRIEVE],
        answers: Answers::One(Kind::PaymentIntent),
        handler: retrieve,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/payment_intents/{id}",
        params: &[params::CHANGE, params::ABOUT, params::METHOD, params::OLDER],
        answers: Answers::One(Kind::PaymentIntent),
        handler: change::update,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/payment_intents/{id}/confirm",
        params: &[params::METHOD, params::CONFIRM, params::OLDER],
        answers: Answers::One(Kind::PaymentIntent),
        handler: change::confirm,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/payment_intents/{id}/capture",
        params: &[params::CAPTURING],
        answers: Answers::One(Kind::PaymentIntent),
        handler: finish::capture,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/payment_intents/{id}/cancel",
        params: &[params::CANCEL],
        answers: Answers::One(Kind::PaymentIntent),
        handler: finish::cancel,
    },
];

const FIELDS: &[(&str, search::Field)] = &[
    ("amount", search::Field::Number),
    ("created", search::Field::Number),
    ("currency", search::Field::Exact),
    ("customer", search::Field::Exact),
    ("metadata", search::Field::Exact),
    ("status", search::Field::Exact),
];

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    if let Some(customer) = args.text("customer") {
        call.refer(Kind::Customer, customer, "customer")?;
    }
    let filters: Vec<Filter> = [
        list::created(args),
        list::key(args, "customer", "customer"),
        list::text(args, "customer_account", "$.customer_account"),
    ]
    .into_iter()
    .flatten()
    .collect();
    list::page(call, args, Kind::PaymentIntent, &filters)
}

fn retrieve(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let intent = call.fetch(Kind::PaymentIntent)?;
    match args.text("client_secret") {
        Some(secret) if intent.body["client_secret"] != secret => {
            let message =
                "The client_secret provided does not match any associated PaymentIntent on this account.";
            Err(Refusal::invalid(message).param("client_secret").into())
        }
        _ => Ok(Answer::Object(intent)),
    }
}

/// Where an intent is in its life.
fn status(intent: &Object) -> &str {
    intent.body["status"].as_str().unwrap_or_default()
}

/// The 400 for what an intent's status doesn't allow, with the intent as it is.
fn unexpected_state(intent: &Object, message: String) -> Refusal {
    Refusal::invalid(message)
        .code("payment_intent_unexpected_state")
        .with("payment_intent", intent.body.clone())
}

/// What the API's caller gets after a try to pay: the intent, or the 402 of a decline.
fn answered(paid: Paid) -> Outcome<Answer> {
    let Paid { intent, paying } = paid;
    match paying {
        Paying::Declined(decline) => {
            let error: &Value = &intent.body["last_payment_error"];
            let refusal = decline.refusal("payment_intent", &intent.body, error);
            Err(Failure::Declined(Box::new(refusal)))
        }
        Paying::Succeeded | Paying::RequiresCapture | Paying::RequiresAction | Paying::Processing => {
            Ok(Answer::Object(intent))
        }
    }
}

/// Whether a customer is away while paying: what `off_session` says.
fn is_off_session(args: &Args) -> bool {
    matches!(args.text("off_session"), Some("true" | "one_off" | "recurring"))
}

/// The `payment_method_options` of an intent.
pub fn method_options(args: &Args, before: &Value) -> Value {
    let given = args.given("payment_method_options").and_then(|options| options.get("card"));
    let Some(card) = given else { return before.clone() };
    let wanted = card.get("request_three_d_secure").and_then(Value::as_str).unwrap_or("automatic");
    json!({
        "card": {
            "installments": null, "mandate_options": null, "network": null, "request_three_d_secure": wanted,
        },
    })
}
