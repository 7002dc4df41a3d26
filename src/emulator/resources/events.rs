//! `/v1/events`, thirty days back.

use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Object, PENDING_KEY};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::event::READABLE_SECONDS;
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{PAGE, Param, TEXT, Type, optional};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Get,
        route: "/v1/events",
        params: &[LIST, PAGE],
        answers: Answers::Many(Kind::Event),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/events/{id}",
        params: &[],
        answers: Answers::One(Kind::Event),
        handler: |call, _| readable(call).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/events/{id}/retry",
        params: &[RETRY],
        answers: Answers::One(Kind::Event),
        handler: retry,
    },
];

const LIST: &[Param] = &[
    optional("created", Type::Range),
    optional("delivery_success", Type::Flag),
    optional("type", TEXT),
    optional("types", Type::List { of: &TEXT, max: 20 }),
];

const RETRY: &[Param] =
    &[optional("account", TEXT), optional("for_stripecli", Type::Flag), optional("webhook_endpoint", TEXT)];

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    if args.has("type") && args.has("types") {
        return Err(Refusal::exclusive("type", "types").into());
    }
    let mut filters = vec![Filter::Created { from: call.now - READABLE_SECONDS, to: i64::MAX }];
    filters.extend(list::created(args));
    match args.text("type").map(|name| (name, name.strip_suffix('*'))) {
        Some((_, Some(start))) => {
            filters.push(Filter::KeyPrefix { name: "type", prefix: start.to_owned() });
        }
        Some((name, None)) => filters.push(Filter::Key { name: "type", values: vec![name.to_owned()] }),
        None => {}
    }
    if args.has("types") {
        filters.push(Filter::Key { name: "type", values: args.texts("types") });
    }
    filters.extend(args.flag("delivery_success").map(|delivered| {
        let values = vec!["true".to_owned()];
        match delivered {
            true => Filter::NotKey { name: PENDING_KEY, values },
            false => Filter::Key { name: PENDING_KEY, values },
        }
    }));
    list::page(call, args, Kind::Event, &filters)
}

/// The event in the path, unless it is too old.
fn readable(call: &Call<'_>) -> Outcome<Object> {
    let event = call.fetch(Kind::Event)?;
    let created = event.body["created"].as_i64().unwrap_or_default();
    if created < call.now - READABLE_SECONDS {
        return Err(Refusal::not_found(Kind::Event.label(), &event.id).into());
    }
    Ok(event)
}

/// Sends an event once more: to one webhook endpoint, or to those that listen without one. This is what `stripe events
/// resend` asks for; Stripe does not document it.
fn retry(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let event = readable(call)?;
    let event_type = event.body["type"].as_str().unwrap_or_default();
    match (args.text("webhook_endpoint"), args.flag("for_stripecli")) {
        (Some(id), _) => {
            let endpoint = call.refer(Kind::WebhookEndpoint, id, "webhook_endpoint")?;
            if endpoint.body["status"] != "enabled" {
                let message = format!("The webhook endpoint {id} is disabled.");
                return Err(Refusal::invalid(message).param("webhook_endpoint").into());
            }
            call.outbox.resend(call.db, &event.id, event_type, &endpoint)?;
        }
        (None, Some(true)) => call.outbox.relay(call.db, &event.id, event_type)?,
        (None, Some(false) | None) => return Err(Refusal::missing("webhook_endpoint").into()),
    }
    Ok(Answer::Object(event))
}
