//! `/v1/webhook_endpoints`. The secret is shown once, in the answer to the creation.

use serde_json::json;

use super::fields::{set, set_metadata};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::event_types::EVENT_TYPES;
use crate::emulator::ids;
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{PAGE, Param, TEXT, Type, emptyable, optional, required};
use crate::emulator::version;

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/webhook_endpoints",
        params: &[CREATE],
        answers: Answers::One(Kind::WebhookEndpoint),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/webhook_endpoints",
        params: &[PAGE],
        answers: Answers::Many(Kind::WebhookEndpoint),
        handler: |call, args| list::page(call, args, Kind::WebhookEndpoint, &[]),
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/webhook_endpoints/{id}",
        params: &[],
        answers: Answers::One(Kind::WebhookEndpoint),
        handler: |call, _| call.fetch(Kind::WebhookEndpoint).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/webhook_endpoints/{id}",
        params: &[UPDATE],
        answers: Answers::One(Kind::WebhookEndpoint),
        handler: update,
    },
    Endpoint {
        method: Method::Delete,
        route: "/v1/webhook_endpoints/{id}",
        params: &[],
        answers: Answers::Stub,
        handler: |call, _| {
            let endpoint = call.fetch(Kind::WebhookEndpoint)?;
            call.delete(&endpoint)
        },
    },
];

/// Most endpoints of an account in one mode. Not verified.
const MOST: usize = 16;
const EVENTS: Type = Type::List { of: &Type::Choice(EVENT_TYPES), max: 500 };

const CREATE: &[Param] = &[
    required("enabled_events", EVENTS),
    required("url", Type::Url),
    optional("api_version", TEXT),
    optional("connect", Type::Flag),
    emptyable("description", TEXT),
    optional("metadata", Type::Metadata),
];

const UPDATE: &[Param] = &[
    emptyable("description", TEXT),
    optional("disabled", Type::Flag),
    optional("enabled_events", EVENTS),
    optional("metadata", Type::Metadata),
    optional("url", Type::Url),
];

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    if let Some(name) = args.text("api_version") {
        version::read(Some(name)).map_err(|refusal| Refusal::parameter("api_version", refusal.message))?;
    }
    if call.db.all(Kind::WebhookEndpoint)?.len() >= MOST {
        let message = format!("You have reached the maximum of {MOST} test webhook endpoints.");
        return Err(Refusal::invalid(message).into());
    }
    let mut endpoint = call.new_object(Kind::WebhookEndpoint);
    let secret = format!("whsec_{}", ids::random(32));
    endpoint.hidden.insert("secret".to_owned(), json!(secret));
    endpoint.body = json!({
        "id": endpoint.id,
        "object": "webhook_endpoint",
        "api_version": args.or_null("api_version"),
        "application": null,
        "created": call.now,
        "description": args.or_null("description"),
        "enabled_events": args.or_null("enabled_events"),
        "livemode": false,
        "metadata": args.new_metadata(),
        "status": "enabled",
        "url": args.or_null("url"),
    });
    let mut shown = call.create(endpoint)?;
    shown.body["secret"] = json!(secret);
    Ok(Answer::Object(shown))
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::WebhookEndpoint)?;
    let mut after = before.clone();
    set(&mut after.body, args, &["description", "enabled_events", "url"]);
    set_metadata(&mut after.body, args)?;
    if let Some(disabled) = args.flag("disabled") {
        after.body["status"] = json!(if disabled { "disabled" } else { "enabled" });
    }
    call.update(&before, after).map(Answer::Object)
}
