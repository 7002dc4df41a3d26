//! `/v1/plans`: recurring prices as they were called before there were prices. A plan and its price are one object.

use serde_json::{Map, Value, json};

use super::fields::{set, set_metadata};
use super::price_amounts::TIERS;
use super::{prices, products};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Failure, Outcome};
use crate::emulator::database::{Filter, Object, Row};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::event;
use crate::emulator::ids;
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{AMOUNT, COUNT, ID, PAGE, Param, TEXT, Type, emptyable, optional, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/plans",
        params: &[CREATE],
        answers: Answers::One(Kind::Plan),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/plans",
        params: &[LIST, PAGE],
        answers: Answers::Many(Kind::Plan),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/plans/{id}",
        params: &[],
        answers: Answers::One(Kind::Plan),
        handler: |call, _| fetch(call).map(|(_, plan)| Answer::Object(plan)),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/plans/{id}",
        params: &[UPDATE],
        answers: Answers::One(Kind::Plan),
        handler: update,
    },
    Endpoint {
        method: Method::Delete,
        route: "/v1/plans/{id}",
        params: &[],
        answers: Answers::Stub,
        handler: delete,
    },
];

const PRODUCT: &[Param] = &[
    required("name", TEXT),
    optional("active", Type::Flag),
    optional("id", ID),
    optional("metadata", Type::Metadata),
    optional("statement_descriptor", Type::Text { max: 22 }),
    optional("tax_code", TEXT),
    optional("unit_label", Type::Text { max: 12 }),
];

const TRIAL_DAYS: Type = Type::Integer { min: 1, max: 730 };

const CREATE: &[Param] = &[
    required("currency", Type::Currency),
    required("interval", prices::INTERVAL),
    optional("active", Type::Flag),
    optional("amount", AMOUNT),
    optional("amount_decimal", Type::Decimal),
    optional("billing_scheme", Type::Choice(&["per_unit", "tiered"])),
    optional("id", ID),
    optional("interval_count", COUNT),
    optional("metadata", Type::Metadata),
    optional("meter", ID),
    optional("nickname", TEXT),
    optional("product", Type::IdOr(PRODUCT)),
    optional("tiers", TIERS),
    optional("tiers_mode", Type::Choice(&["graduated", "volume"])),
    optional(
        "transform_usage",
        Type::Object(&[required("divide_by", COUNT), required("round", Type::Choice(&["down", "up"]))]),
    ),
    optional("trial_period_days", TRIAL_DAYS),
    optional("usage_type", Type::Choice(&["licensed", "metered"])),
];

const UPDATE: &[Param] = &[
    optional("active", Type::Flag),
    optional("metadata", Type::Metadata),
    emptyable("nickname", TEXT),
    optional("product", ID),
    optional("trial_period_days", TRIAL_DAYS),
];

const LIST: &[Param] =
    &[optional("active", Type::Flag), optional("created", Type::Range), optional("product", ID)];

/// What a plan calls its fields, and what its price calls them.
const NAMES: [(&str, &str); 3] = [
    ("amount", "unit_amount"),
    ("amount_decimal", "unit_amount_decimal"),
    ("transform_usage", "transform_quantity"),
];

/// The fields of a plan that a price has under `recurring`.
const RECURRING: [&str; 5] = ["interval", "interval_count", "meter", "trial_period_days", "usage_type"];

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let id = match args.text("id") {
        Some(id) if call.db.get(Kind::Price, id)?.is_some() => {
            let taken = Refusal::invalid("Plan already exists.").code("resource_already_exists");
            return Err(taken.param("id").into());
        }
        Some(id) => id.to_owned(),
        None => ids::dated("plan", call.now),
    };
    let product = match (args.text("product"), args.object("product")) {
        (Some(id), _) => call.refer(Kind::Product, id, "product")?.id,
        (None, Some(data)) => {
            // The plan is checked first, so that a refused one tells of no product.
            build(call, args, "")?;
            products::make(call, &Args(data.clone()))?.id
        }
        (None, None) => return Err(Refusal::missing("product").into()),
    };
    let mut price = build(call, args, &product)?;
    price.body["id"] = json!(id);
    price.id = id;
    let price = prices::store(call, price)?;
    answer(&price)
}

/// The price that a plan's parameters make. What is wrong with it is said in the plan's own words.
fn build(call: &Call<'_>, args: &Args, product: &str) -> Outcome<Object> {
    let is_tiered = args.text("billing_scheme") == Some("tiered");
    if !is_tiered && !args.has("amount") && !args.has("amount_decimal") {
        return Err(Refusal::missing("amount").into());
    }
    let mut given = Map::new();
    let mut recurring = Map::new();
    for (name, value) in &args.0 {
        let renamed = NAMES.iter().find(|(own, _)| own == name).map(|(_, of_price)| *of_price);
        if RECURRING.contains(&name.as_str()) {
            recurring.insert(name.clone(), value.clone());
        } else if !["id", "product"].contains(&name.as_str()) {
            given.insert(renamed.unwrap_or(name).to_owned(), value.clone());
        }
    }
    given.insert("recurring".to_owned(), Value::Object(recurring));
    prices::build(call, &Args(given), product, "").map_err(|failure| match failure {
        Failure::Refused(refusal) => Failure::Refused(of_plan(refusal)),
        other => other,
    })
}

/// A refusal of a price, as one of a plan.
fn of_plan(mut refusal: Refusal) -> Refusal {
    let Some(param) = &refusal.param else { return refusal };
    let in_recurring = param.strip_prefix("recurring[").and_then(|rest| rest.strip_suffix(']'));
    let renamed = NAMES.iter().find(|(_, of_price)| of_price == param).map(|(own, _)| *own);
    if let Some(own) = in_recurring.or(renamed).map(str::to_owned) {
        refusal.message = refusal.message.replace(param.as_str(), &own);
        refusal.param = Some(own);
    }
    refusal
}

/// The price that the path names, and the plan that it is.
fn fetch(call: &Call<'_>) -> Outcome<(Object, Object)> {
    let not_found = || Refusal::not_found(Kind::Plan.label(), call.id());
    let price = call.db.get(Kind::Price, call.id())?.ok_or_else(not_found)?;
    let plan = as_plan(&price).ok_or_else(not_found)?;
    Ok((price, plan))
}

fn as_plan(price: &Object) -> Option<Object> {
    let body = prices::plan(&price.body)?;
    let tiers = price.hidden.get("tiers").map(|tiers| ("tiers".to_owned(), tiers.clone()));
    Some(Object { kind: Kind::Plan, id: price.id.clone(), body, hidden: tiers.into_iter().collect() })
}

fn answer(price: &Object) -> Outcome<Answer> {
    let plan = as_plan(price).ok_or_else(|| Refusal::not_found(Kind::Plan.label(), &price.id))?;
    Ok(Answer::Object(plan))
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let (before, _) = fetch(call)?;
    let mut after = before.clone();
    if args.flag("active") == Some(false) {
        prices::refuse_if_default(call, &before)?;
    }
    if let Some(product) = args.text("product") {
        call.refer(Kind::Product, product, "product")?;
    }
    set(&mut after.body, args, &["active", "nickname", "product"]);
    if let Some(days) = args.integer("trial_period_days") {
        after.body["recurring"]["trial_period_days"] = json!(days);
    }
    set_metadata(&mut after.body, args)?;
    let after = prices::store_changes(call, &before, after)?;
    answer(&after)
}

/// Deletes a plan, and so its price. Who subscribed to it stays.
fn delete(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    let (price, plan) = fetch(call)?;
    prices::refuse_if_default(call, &price)?;
    call.delete(&price)?;
    event::emit(call, "plan.deleted", &plan.body, None)?;
    Ok(Answer::Plain(json!({"id": plan.id, "object": "plan", "deleted": true})))
}

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let filters: Vec<Filter> = [
        Some(Filter::Text { field: "$.type", value: "recurring".to_owned() }),
        list::flag(args, "active", "$.active"),
        list::created(args),
        list::key(args, "product", "product"),
        // Prices made inside another object are not listed.
        Some(Filter::NotKey { name: "inline", values: vec!["true".to_owned()] }),
    ]
    .into_iter()
    .flatten()
    .collect();
    let Answer::Page(mut page) = list::page(call, args, Kind::Price, &filters)? else {
        return Err(Refusal::internal().into());
    };
    let mut rows = Vec::with_capacity(page.rows.len());
    for row in page.rows {
        let plan = as_plan(&row.read(Kind::Price)?);
        rows.extend(plan.map(|plan| Row {
            id: plan.id,
            body: plan.body.to_string(),
            hidden: (!plan.hidden.is_empty()).then(|| Value::Object(plan.hidden).to_string()),
        }));
    }
    page.kind = Kind::Plan;
    page.rows = rows;
    Ok(Answer::Page(page))
}
