//! `/v1/billing_portal/sessions`: addresses at which a customer looks after its own subscriptions for a while.

pub mod acts;
mod flow;
pub mod page;

use serde_json::{Value, json};

use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::ids;
use crate::emulator::kind::Kind;
use crate::emulator::pages;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{ID, Param, Type, optional};

pub const ENDPOINTS: &[Endpoint] = &[Endpoint {
    method: Method::Post,
    route: "/v1/billing_portal/sessions",
    params: &[CREATE],
    answers: Answers::One(Kind::PortalSession),
    handler: create,
}];

const LOCALE: Type = Type::Choice(&[
    "auto", "bg", "cs", "da", "de", "el", "en", "en-AU", "en-CA", "en-GB", "en-IE", "en-IN", "en-NZ",
    "en-SG", "es", "es-419", "et", "fi", "fil", "fr", "fr-CA", "hr", "hu", "id", "it", "ja", "ko", "lt",
    "lv", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru", "sk", "sl", "sv", "th", "tr", "vi", "zh",
    "zh-HK", "zh-TW",
]);

const CREATE: &[Param] = &[
    optional("configuration", ID),
    optional("customer", ID),
    optional("customer_account", ID),
    optional("flow_data", Type::Object(flow::FLOW)),
    optional("locale", LOCALE),
    optional("on_behalf_of", ID),
    optional("return_url", Type::Url),
];

/// Hidden: the end of the address, which can't be guessed.
const SECRET: &str = "secret";

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    if let Some(account) = args.text("on_behalf_of") {
        return Err(Refusal::no_such("account", account, "on_behalf_of").into());
    }
    if let Some(account) = args.text("customer_account") {
        return Err(Refusal::no_such("account", account, "customer_account").into());
    }
    let Some(customer) = args.text("customer") else { return Err(Refusal::missing("customer").into()) };
    let customer = call.refer(Kind::Customer, customer, "customer")?;
    let configuration = configuration(call, args.text("configuration"))?;
    let flow = match args.object("flow_data") {
        Some(given) => flow::check(call, &Args(given.clone()), &customer, &configuration)?,
        None => Value::Null,
    };
    let secret = format!("test_{}", ids::random(40));
    let mut session = call.new_object(Kind::PortalSession);
    session.hidden.insert(SECRET.to_owned(), json!(secret));
    session.body = json!({
        "id": session.id,
        "object": "billing_portal.session",
        "configuration": configuration.id,
        "created": call.now,
        "customer": customer.id,
        "customer_account": null,
        "flow": flow,
        "livemode": false,
        "locale": args.or_null("locale"),
        "on_behalf_of": null,
        "return_url": args.or("return_url", configuration.body["default_return_url"].clone()),
        "url": pages::portal_url(call.pages_at, &secret),
    });
    call.create(session).map(Answer::Object)
}

/// The configuration that is named. There is no default one: at Stripe it is made by saving the dashboard's settings.
fn configuration(call: &Call<'_>, named: Option<&str>) -> Outcome<Object> {
    let Some(id) = named else {
        let message = "No configuration provided and your test mode default configuration has not been created. Provide \
                       a configuration or create your default by saving your customer portal settings in test mode at \
                       https://dashboard.stripe.com/test/settings/billing/portal.";
        return Err(Refusal::invalid(message).into());
    };
    let configuration = call.refer(Kind::PortalConfiguration, id, "configuration")?;
    if configuration.body["active"] == true {
        return Ok(configuration);
    }
    let message = format!("The configuration `{id}` is inactive and can't be used for new sessions.");
    Err(Refusal::invalid(message).param("configuration").into())
}
