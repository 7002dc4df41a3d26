//! `/v1/prices`. Amounts never change; what sells is moved by `lookup_key` and `active`.

mod build;
mod options;
mod params;
mod plan;

use serde_json::Value;

use super::fields::{set, set_metadata};
use super::products;
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::search;
use crate::emulator::spec::{PAGE, SEARCH};

pub use build::build;
pub use options::currency_options;
pub use params::{DEFAULT_PRICE, INTERVAL};
pub use plan::{plan, store, store_changes};

use options::{check_tax_behavior, update_options};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Get,
        route: "/v1/prices/search",
        params: &[SEARCH],
        answers: Answers::Many(Kind::Price),
        handler: |call, args| search::page(call, args, Kind::Price, params::FIELDS),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/prices",
        params: &[params::CREATE],
        answers: Answers::One(Kind::Price),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/prices",
        params: &[params::LIST, PAGE],
        answers: Answers::Many(Kind::Price),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/prices/{id}",
        params: &[],
        answers: Answers::One(Kind::Price),
        handler: |call, _| call.fetch(Kind::Price).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/prices/{id}",
        params: &[params::UPDATE],
        answers: Answers::One(Kind::Price),
        handler: update,
    },
];

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let product = match (args.text("product"), args.object("product_data")) {
        (Some(_), Some(_)) => return Err(Refusal::exclusive("product", "product_data").into()),
        (None, None) => return Err(Refusal::missing("product").into()),
        (Some(id), None) => call.refer(Kind::Product, id, "product")?.id,
        (None, Some(data)) => {
            // The price is checked first, so that a refused one tells of no product.
            build(call, args, "", "")?;
            products::make(call, &Args(data.clone()))?.id
        }
    };
    let price = build(call, args, &product, "")?;
    if let Some(key) = args.text("lookup_key") {
        take_lookup_key(call, key, None, args.flag("transfer_lookup_key") == Some(true))?;
    }
    store(call, price).map(Answer::Object)
}

/// Frees a lookup key for a price: nobody may hold it, unless it is to be transferred.
fn take_lookup_key(call: &mut Call<'_>, key: &str, taker: Option<&str>, transfer: bool) -> Outcome<()> {
    for holder in call.db.with_key(Kind::Price, "lookup_key", key)? {
        if Some(holder.id.as_str()) == taker {
            continue;
        }
        if !transfer {
            let message = format!("A price (`{}`) already uses that lookup key.", holder.id);
            return Err(Refusal::invalid(message).param("lookup_key").into());
        }
        let mut without = holder.clone();
        without.body["lookup_key"] = Value::Null;
        call.update(&holder, without)?;
    }
    Ok(())
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::Price)?;
    let mut after = before.clone();
    if args.flag("active") == Some(false) {
        refuse_if_default(call, &before)?;
    }
    if let Some(behavior) = args.text("tax_behavior") {
        let current = before.body["tax_behavior"].as_str().unwrap_or_default();
        check_tax_behavior(current, behavior, "tax_behavior")?;
    }
    if let Some(key) = args.text("lookup_key") {
        take_lookup_key(call, key, Some(&before.id), args.flag("transfer_lookup_key") == Some(true))?;
    }
    set(&mut after.body, args, &["active", "lookup_key", "nickname", "tax_behavior"]);
    set_metadata(&mut after.body, args)?;
    match args.given("currency_options") {
        Some(Value::Object(changes)) => update_options(&mut after, changes)?,
        Some(_) => drop(after.hidden.shift_remove("currency_options")),
        None => {}
    }
    store_changes(call, &before, after).map(Answer::Object)
}

/// Refuses to take a price away that its product names.
///
/// # Errors
/// 400 if it is its product's default price.
pub fn refuse_if_default(call: &Call<'_>, price: &Object) -> Outcome<()> {
    let product = call.db.get(Kind::Product, price.body["product"].as_str().unwrap_or_default())?;
    if product.is_some_and(|product| product.body["default_price"] == price.body["id"]) {
        let message = "This price cannot be archived because it is the default price of its product.";
        return Err(Refusal::invalid(message).into());
    }
    Ok(())
}

/// Lists prices. Without `active`, only active ones: that is what Stripe's reference says ("Returns a list of your
/// active prices"), and the stricter reading for a client that forgets to ask. Not verified against Stripe.
fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let recurring = Args(args.object("recurring").cloned().unwrap_or_default());
    let mut filters: Vec<Filter> = [
        Some(Filter::Flag { field: "$.active", value: args.flag("active").unwrap_or(true) }),
        list::created(args),
        args.text("currency").map(|code| Filter::Currency(code.to_owned())),
        list::key(args, "product", "product"),
        list::text(args, "type", "$.type"),
        list::text(&recurring, "interval", "$.recurring.interval"),
        list::key(&recurring, "meter", "meter"),
        list::text(&recurring, "usage_type", "$.recurring.usage_type"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if args.has("lookup_keys") {
        filters.push(Filter::Key { name: "lookup_key", values: args.texts("lookup_keys") });
    }
    // Prices made inside another object are not listed.
    filters.push(Filter::NotKey { name: "inline", values: vec!["true".to_owned()] });
    list::page(call, args, Kind::Price, &filters)
}
