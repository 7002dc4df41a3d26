//! `/v1/setup_intents`: saving a payment method for later, without a payment.

mod params;
mod set_up;

use serde_json::{Value, json};

use super::fields::{set, set_metadata};
use super::payment_intents::method_options;
use super::payment_methods::{self, types};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Failure, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::ids;
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::PAGE;

pub use set_up::{SetUp, set_up};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/setup_intents",
        params: &[params::CREATE, params::ABOUT, params::METHOD, params::CONFIRM, params::OLDER],
        answers: Answers::One(Kind::SetupIntent),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/setup_intents",
        params: &[params::LIST, PAGE],
        answers: Answers::Many(Kind::SetupIntent),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/setup_intents/{id}",
        params: &[params::RETRIEVE],
        answers: Answers::One(Kind::SetupIntent),
        handler: retrieve,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/setup_intents/{id}",
        params: &[params::ABOUT, params::METHOD, params::OLDER],
        answers: Answers::One(Kind::SetupIntent),
        handler: update,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/setup_intents/{id}/confirm",
        params: &[params::METHOD, params::CONFIRM, params::OLDER],
        answers: Answers::One(Kind::SetupIntent),
        handler: confirm,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/setup_intents/{id}/cancel",
        params: &[params::CANCEL],
        answers: Answers::One(Kind::SetupIntent),
        handler: cancel,
    },
];

/// What is not at an end yet.
const OPEN: [&str; 3] = ["requires_payment_method", "requires_confirmation", "requires_action"];

/// A new intent that nothing is known of; not stored.
fn blank(call: &Call<'_>) -> Object {
    let mut intent = call.new_object(Kind::SetupIntent);
    intent.body = json!({
        "id": intent.id,
        "object": "setup_intent",
        "allowed_payment_method_types": null,
        "application": null,
        "automatic_payment_methods": null,
        "cancellation_reason": null,
        "client_secret": format!("{}_secret_{}", intent.id, ids::random(32)),
        "created": call.now,
        "customer": null,
        "customer_account": null,
        "description": null,
        "excluded_payment_method_types": null,
        "flow_directions": null,
        "last_setup_error": null,
        "latest_attempt": null,
        "livemode": false,
        "mandate": null,
        "metadata": {},
        "next_action": null,
        "on_behalf_of": null,
        "payment_method": null,
        "payment_method_configuration_details": null,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "single_use_mandate": null,
        "status": "requires_payment_method",
        "usage": "off_session",
    });
    intent
}

/// Makes the intent of a checkout session, which the page confirms.
///
/// # Errors
/// SQLite's.
pub fn start(call: &mut Call<'_>, session: &Args) -> Outcome<Object> {
    let data = Args(session.object("setup_intent_data").cloned().unwrap_or_default());
    let mut intent = blank(call);
    intent.body["customer"] = session.or_null("customer");
    intent.body["description"] = data.or_null("description");
    intent.body["metadata"] = data.new_metadata();
    call.create(intent)
}

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let confirmed = args.flag("confirm") == Some(true);
    if !confirmed && args.has("mandate_data") {
        let message =
            "You can only set `mandate_data` when creating a SetupIntent if you also set `confirm` to true.";
        return Err(Refusal::parameter("mandate_data", message).into());
    }
    let mut intent = blank(call);
    intent.body["metadata"] = args.new_metadata();
    intent.body["usage"] = args.or("usage", "off_session");
    intent.body["automatic_payment_methods"] = automatic(call, args)?;
    apply(call, &mut intent, args)?;
    let method = method(call, args, &intent)?;
    if let Some(method) = &method {
        intent.body["payment_method"] = json!(method.id);
        intent.body["status"] = json!("requires_confirmation");
    }
    if !confirmed {
        return call.create(intent).map(Answer::Object);
    }
    let Some(method) = method else { return Err(without_method().into()) };
    check_return_url(&intent, args)?;
    let intent = call.create(intent)?;
    try_to_set_up(call, &intent, &method)
}

fn without_method() -> Refusal {
    Refusal::invalid(
        "You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with a \
         payment method and then confirm it again.",
    )
    .code("setup_intent_unexpected_state")
}

fn automatic(call: &Call<'_>, args: &Args) -> Result<Value, Refusal> {
    match args.object("automatic_payment_methods") {
        Some(_) if args.has("allowed_payment_method_types") => {
            Err(Refusal::exclusive("automatic_payment_methods", "allowed_payment_method_types"))
        }
        Some(given) if given.get("enabled") == Some(&json!(true)) => {
            let redirects = given.get("allow_redirects").and_then(Value::as_str).unwrap_or("always");
            Ok(json!({"allow_redirects": redirects, "enabled": true}))
        }
        Some(_) => Ok(Value::Null),
        None if call.lenient || args.has("allowed_payment_method_types") => Ok(Value::Null),
        None => Ok(json!({"allow_redirects": "always", "enabled": true})),
    }
}

fn apply(call: &mut Call<'_>, intent: &mut Object, args: &Args) -> Outcome<()> {
    if let Some(customer) = args.text("customer") {
        call.refer(Kind::Customer, customer, "customer")?;
    }
    set(&mut intent.body, args, &["customer", "description"]);
    let offers = ["allowed_payment_method_types", "excluded_payment_method_types", "payment_method_types"];
    set(&mut intent.body, args, &offers[..2]);
    if offers.iter().any(|param| args.has(param)) {
        intent.body["payment_method_types"] = types::offered(args, &intent.body, "usd");
    }
    intent.body["payment_method_options"] = method_options(args, &intent.body["payment_method_options"]);
    if let Some(url) = args.text("return_url") {
        intent.hidden.insert("return_url".to_owned(), json!(url));
    }
    Ok(())
}

fn method(call: &mut Call<'_>, args: &Args, intent: &Object) -> Outcome<Option<Object>> {
    let method = match (args.text("payment_method"), payment_methods::data(args)) {
        (Some(_), Some(_)) => {
            return Err(Refusal::exclusive("payment_method", "payment_method_data").into());
        }
        (Some(id), None) => payment_methods::named(call, id, "payment_method")?,
        (None, Some(data)) => payment_methods::make(call, &data, "payment_method_data")?,
        (None, None) => return Ok(None),
    };
    payment_methods::check_usable(&method, intent.body["customer"].as_str())?;
    Ok(Some(method))
}

fn check_return_url(intent: &Object, args: &Args) -> Result<(), Refusal> {
    let redirects = intent.body["automatic_payment_methods"]["allow_redirects"] == "always";
    if !redirects || intent.hidden.contains_key("return_url") || args.flag("use_stripe_sdk") == Some(true) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "This SetupIntent is configured to accept payment methods enabled in your Dashboard. Because some of these \
         payment methods might redirect your customer off of your page, you must provide a `return_url`. If you \
         don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` \
         and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment \
         Intents.",
    ))
}

fn try_to_set_up(call: &mut Call<'_>, intent: &Object, method: &Object) -> Outcome<Answer> {
    let (intent, outcome) = set_up(call, intent, method, false)?;
    match outcome {
        SetUp::Declined(decline) => {
            let refusal = decline.refusal("setup_intent", &intent.body, &intent.body["last_setup_error"]);
            Err(Failure::Declined(Box::new(refusal)))
        }
        SetUp::Succeeded | SetUp::RequiresAction => Ok(Answer::Object(intent)),
    }
}

fn status(intent: &Object) -> &str {
    intent.body["status"].as_str().unwrap_or_default()
}

fn check_open(intent: &Object, done: &str) -> Result<(), Refusal> {
    if OPEN.contains(&status(intent)) {
        return Ok(());
    }
    let message = format!(
        "You cannot {done} this SetupIntent because it has a status of {}. Only a SetupIntent with one of the \
         following statuses may be {done}ed: {}.",
        status(intent),
        OPEN.join(", ")
    );
    Err(Refusal::invalid(message)
        .code("setup_intent_unexpected_state")
        .with("setup_intent", intent.body.clone()))
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::SetupIntent)?;
    if args.has("customer") || args.has("payment_method") || args.has("payment_method_data") {
        check_open(&before, "update")?;
    }
    let mut after = before.clone();
    apply(call, &mut after, args)?;
    set_metadata(&mut after.body, args)?;
    if let Some(method) = method(call, args, &after)? {
        after.body["payment_method"] = json!(method.id);
        after.body["next_action"] = Value::Null;
        after.body["status"] = json!("requires_confirmation");
    }
    call.store(&before, after).map(Answer::Object)
}

fn confirm(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::SetupIntent)?;
    check_open(&before, "confirm")?;
    let mut intent = before.clone();
    apply(call, &mut intent, args)?;
    let method = match (method(call, args, &intent)?, intent.body["payment_method"].as_str()) {
        (Some(method), _) => method,
        (None, Some(id)) => call.refer(Kind::PaymentMethod, id, "payment_method")?,
        (None, None) => return Err(without_method().into()),
    };
    check_return_url(&intent, args)?;
    let intent = call.store(&before, intent)?;
    try_to_set_up(call, &intent, &method)
}

fn cancel(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::SetupIntent)?;
    check_open(&before, "cancel")?;
    let mut after = before.clone();
    after.body["cancellation_reason"] = args.or_null("cancellation_reason");
    after.body["next_action"] = Value::Null;
    after.body["status"] = json!("canceled");
    let after = call.store(&before, after)?;
    call.tell("setup_intent.canceled", &after)?;
    Ok(Answer::Object(after))
}

fn retrieve(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let intent = call.fetch(Kind::SetupIntent)?;
    match args.text("client_secret") {
        Some(secret) if intent.body["client_secret"] != secret => {
            let message =
                "The client_secret provided does not match any associated SetupIntent on this account.";
            Err(Refusal::invalid(message).param("client_secret").into())
        }
        _ => Ok(Answer::Object(intent)),
    }
}

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    for (param, kind) in [("customer", Kind::Customer), ("payment_method", Kind::PaymentMethod)] {
        if let Some(id) = args.text(param) {
            call.refer(kind, id, param)?;
        }
    }
    let filters: Vec<Filter> = [
        list::created(args),
        list::key(args, "customer", "customer"),
        list::key(args, "payment_method", "payment_method"),
    ]
    .into_iter()
    .flatten()
    .collect();
    list::page(call, args, Kind::SetupIntent, &filters)
}
