//! `/v1/events`, thirty days back.

use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Filter;
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
        handler: retrieve,
    },
];

const LIST: &[Param] = &[
    optional("created", Type::Range),
    optional("delivery_success", Type::Flag),
    optional("type", TEXT),
    optional("types", Type::List { of: &TEXT, max: 20 }),
];

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
        let (from, to) = if delivered { (0, 0) } else { (1, i64::MAX) };
        Filter::Between { field: "$.pending_webhooks", from, to }
    }));
    list::page(call, args, Kind::Event, &filters)
}

fn retrieve(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    let event = call.fetch(Kind::Event)?;
    let created = event.body["created"].as_i64().unwrap_or_default();
    if created < call.now - READABLE_SECONDS {
        return Err(Refusal::not_found(Kind::Event.label(), &event.id).into());
    }
    Ok(Answer::Object(event))
}
