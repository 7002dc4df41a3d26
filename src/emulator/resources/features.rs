//! `/v1/entitlements/features`.

use serde_json::json;

use super::fields::{set, set_metadata};
use super::product_features;
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Filter;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{PAGE, Param, Type, optional, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/entitlements/features",
        params: &[CREATE],
        answers: Answers::One(Kind::Feature),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/entitlements/features",
        params: &[LIST, PAGE],
        answers: Answers::Many(Kind::Feature),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/entitlements/features/{id}",
        params: &[],
        answers: Answers::One(Kind::Feature),
        handler: |call, _| call.fetch(Kind::Feature).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/entitlements/features/{id}",
        params: &[UPDATE],
        answers: Answers::One(Kind::Feature),
        handler: update,
    },
];

const LOOKUP_KEY: Type = Type::Text { max: 80 };
const NAME: Type = Type::Text { max: 80 };

const CREATE: &[Param] =
    &[required("lookup_key", LOOKUP_KEY), required("name", NAME), optional("metadata", Type::Metadata)];

const UPDATE: &[Param] =
    &[optional("active", Type::Flag), optional("metadata", Type::Metadata), optional("name", NAME)];

const LIST: &[Param] = &[optional("archived", Type::Flag), optional("lookup_key", LOOKUP_KEY)];

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let lookup_key = args.text("lookup_key").unwrap_or_default();
    if call.db.has_key(Kind::Feature, "lookup_key", lookup_key)? {
        let message = format!("A feature with the lookup key `{lookup_key}` already exists.");
        return Err(Refusal::invalid(message).param("lookup_key").into());
    }
    let mut feature = call.new_object(Kind::Feature);
    feature.body = json!({
        "id": feature.id,
        "object": "entitlements.feature",
        "active": true,
        "livemode": false,
        "lookup_key": lookup_key,
        "metadata": args.new_metadata(),
        "name": args.or_null("name"),
    });
    call.create(feature).map(Answer::Object)
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::Feature)?;
    if before.body["active"] == false && args.flag("active") == Some(true) {
        let message = "An archived feature can't be made active again.";
        return Err(Refusal::invalid(message).param("active").into());
    }
    let mut after = before.clone();
    set(&mut after.body, args, &["active", "name"]);
    set_metadata(&mut after.body, args)?;
    let after = call.update(&before, after)?;
    product_features::refresh_attachments(call, &after)?;
    Ok(Answer::Object(after))
}

/// Lists features; archived ones only if asked for.
fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let active = args.flag("archived") != Some(true);
    let filters: Vec<Filter> = [
        Some(Filter::Flag { field: "$.active", value: active }),
        list::key(args, "lookup_key", "lookup_key"),
    ]
    .into_iter()
    .flatten()
    .collect();
    list::page(call, args, Kind::Feature, &filters)
}
