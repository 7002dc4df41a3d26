//! `/v1/prices`. Amounts never change; what sells is moved by `lookup_key` and `active`.

use serde_json::{Map, Value, json};

use super::fields::{TAX_DETAILS, set, set_metadata};
use super::price_amounts::{
    Amounts, CURRENCY_OPTION, CUSTOM_UNIT_AMOUNT, Place, Scheme, TAX_BEHAVIOR, TIERS, read, scheme,
};
use super::products;
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::event;
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::search;
use crate::emulator::spec::{
    AMOUNT, COUNT, ID, PAGE, Param, SEARCH, TEXT, Type, emptyable, optional, removed, required,
};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Get,
        route: "/v1/prices/search",
        params: &[SEARCH],
        answers: Answers::Many(Kind::Price),
        handler: |call, args| search::page(call, args, Kind::Price, FIELDS),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/prices",
        params: &[CREATE],
        answers: Answers::One(Kind::Price),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/prices",
        params: &[LIST, PAGE],
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
        params: &[UPDATE],
        answers: Answers::One(Kind::Price),
        handler: update,
    },
];

pub const INTERVAL: Type = Type::Choice(&["day", "month", "week", "year"]);
const USAGE_TYPE: Type = Type::Choice(&["licensed", "metered"]);
const LOOKUP_KEY: Type = Type::Text { max: 200 };

const RECURRING: &[Param] = &[
    required("interval", INTERVAL),
    optional("interval_count", COUNT),
    optional("meter", ID),
    optional("trial_period_days", Type::Integer { min: 1, max: 730 }),
    optional("usage_type", USAGE_TYPE),
    removed("aggregate_usage", TEXT),
];

/// `default_price_data` of a product.
pub const DEFAULT_PRICE: &[Param] = &[
    required("currency", Type::Currency),
    optional("currency_options", Type::ByCurrency(CURRENCY_OPTION)),
    optional("custom_unit_amount", Type::Object(CUSTOM_UNIT_AMOUNT)),
    optional("metadata", Type::Metadata),
    optional("recurring", Type::Object(&[required("interval", INTERVAL), optional("interval_count", COUNT)])),
    optional("tax_behavior", TAX_BEHAVIOR),
    optional("unit_amount", AMOUNT),
    optional("unit_amount_decimal", Type::Decimal),
];

const PRODUCT_DATA: &[Param] = &[
    optional("active", Type::Flag),
    optional("id", ID),
    optional("metadata", Type::Metadata),
    required("name", TEXT),
    optional("statement_descriptor", Type::Text { max: 22 }),
    optional("tax_code", TEXT),
    optional("tax_details", Type::Object(TAX_DETAILS)),
    optional("unit_label", Type::Text { max: 12 }),
];

const CREATE: &[Param] = &[
    required("currency", Type::Currency),
    optional("active", Type::Flag),
    optional("billing_scheme", Type::Choice(&["per_unit", "tiered"])),
    optional("currency_options", Type::ByCurrency(CURRENCY_OPTION)),
    optional("custom_unit_amount", Type::Object(CUSTOM_UNIT_AMOUNT)),
    optional("lookup_key", LOOKUP_KEY),
    optional("metadata", Type::Metadata),
    optional("nickname", TEXT),
    optional("product", ID),
    optional("product_data", Type::Object(PRODUCT_DATA)),
    optional("recurring", Type::Object(RECURRING)),
    optional("tax_behavior", TAX_BEHAVIOR),
    optional("tiers", TIERS),
    optional("tiers_mode", Type::Choice(&["graduated", "volume"])),
    optional("transfer_lookup_key", Type::Flag),
    optional(
        "transform_quantity",
        Type::Object(&[required("divide_by", COUNT), required("round", Type::Choice(&["down", "up"]))]),
    ),
    optional("unit_amount", AMOUNT),
    optional("unit_amount_decimal", Type::Decimal),
];

const UPDATE: &[Param] = &[
    optional("active", Type::Flag),
    emptyable("currency_options", Type::ByCurrency(CURRENCY_OPTION)),
    // The SDKs type these two as plain text. That the empty text clears them is Stripe's habit with text of
    // no further meaning, and not verified.
    emptyable("lookup_key", LOOKUP_KEY),
    emptyable("nickname", TEXT),
    optional("metadata", Type::Metadata),
    optional("tax_behavior", TAX_BEHAVIOR),
    optional("transfer_lookup_key", Type::Flag),
];

const LIST: &[Param] = &[
    optional("active", Type::Flag),
    optional("created", Type::Range),
    optional("currency", Type::Currency),
    optional("lookup_keys", Type::List { of: &LOOKUP_KEY, max: 10 }),
    optional("product", ID),
    optional(
        "recurring",
        Type::Object(&[
            optional("interval", INTERVAL),
            optional("meter", ID),
            optional("usage_type", USAGE_TYPE),
        ]),
    ),
    optional("type", Type::Choice(&["one_time", "recurring"])),
];

const FIELDS: &[(&str, search::Field)] = &[
    ("active", search::Field::Exact),
    ("currency", search::Field::Exact),
    ("lookup_key", search::Field::Exact),
    ("metadata", search::Field::Exact),
    ("product", search::Field::Exact),
    ("type", search::Field::Exact),
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

/// Adds a built price and tells of it: of a recurring one as a plan, too, for those who know nothing of prices.
///
/// # Errors
/// SQLite's.
pub fn store(call: &mut Call<'_>, price: Object) -> Outcome<Object> {
    let price = call.create(price)?;
    if let Some(plan) = plan(&price.body) {
        event::emit(call, "plan.created", &plan, None)?;
    }
    Ok(price)
}

/// Stores a price's changes and tells of them.
fn store_changes(call: &mut Call<'_>, before: &Object, after: Object) -> Outcome<Object> {
    let after = call.update(before, after)?;
    if let (Some(old), Some(new)) = (plan(&before.body), plan(&after.body))
        && old != new
    {
        let previous = event::previous_attributes(&old, &new);
        event::emit(call, "plan.updated", &new, Some(previous))?;
    }
    Ok(after)
}

/// A recurring price as the plan that it also is.
fn plan(price: &Value) -> Option<Value> {
    let recurring = price["recurring"].as_object()?;
    Some(json!({
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": price["billing_scheme"],
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": false,
        "metadata": price["metadata"],
        "meter": recurring["meter"],
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": price["tiers_mode"],
        "transform_usage": price["transform_quantity"],
        "trial_period_days": recurring["trial_period_days"],
        "usage_type": recurring["usage_type"],
    }))
}

/// Makes a price of a product from the parameters of its creation, without storing it. `prefix` is where the
/// parameters stand in the request.
///
/// # Errors
/// 400 for amounts, intervals, meters and options that don't fit together.
pub fn build(call: &Call<'_>, args: &Args, product: &str, prefix: &str) -> Outcome<Object> {
    let place = Place(prefix);
    let tiered = args.text("billing_scheme") == Some("tiered");
    check_tier_params(args, tiered, place)?;
    let scheme = scheme(&args.0, tiered);
    let amounts = read(&args.0, scheme, place)?;
    let recurring = recurring(call, args, place)?;
    if scheme == Scheme::Custom && !recurring.is_null() {
        let message = "`custom_unit_amount` can't be used with `recurring`.";
        return Err(Refusal::parameter(place.name("custom_unit_amount"), message).into());
    }
    let currency = args.text("currency").unwrap_or_default();
    let options = new_options(args, currency, scheme, &amounts, place)?;
    let mut price = call.new_object(Kind::Price);
    let Amounts { custom_unit_amount, tiers, unit_amount, unit_amount_decimal } = amounts;
    if !tiers.is_null() {
        price.hidden.insert("tiers".to_owned(), tiers);
    }
    if !options.is_empty() {
        price.hidden.insert("currency_options".to_owned(), Value::Object(options));
    }
    price.body = json!({
        "id": price.id,
        "object": "price",
        "active": args.or("active", true),
        "billing_scheme": args.or("billing_scheme", "per_unit"),
        "created": call.now,
        "currency": currency,
        "custom_unit_amount": custom_unit_amount,
        "livemode": false,
        "lookup_key": args.or_null("lookup_key"),
        "metadata": args.new_metadata(),
        "nickname": args.or_null("nickname"),
        "product": product,
        "recurring": recurring,
        "tax_behavior": args.or("tax_behavior", "unspecified"),
        "tiers_mode": args.or_null("tiers_mode"),
        "transform_quantity": args.or_null("transform_quantity"),
        "type": if args.has("recurring") { "recurring" } else { "one_time" },
        "unit_amount": unit_amount,
        "unit_amount_decimal": unit_amount_decimal,
    });
    Ok(price)
}

fn check_tier_params(args: &Args, tiered: bool, place: Place<'_>) -> Result<(), Refusal> {
    if tiered && !args.has("tiers_mode") {
        return Err(Refusal::missing(place.name("tiers_mode")));
    }
    if tiered && args.has("transform_quantity") {
        let message = "`transform_quantity` can't be used where `billing_scheme` is `tiered`.";
        return Err(Refusal::parameter(place.name("tiers"), message));
    }
    if !tiered && args.has("tiers_mode") {
        let message = "`tiers_mode` can only be used where `billing_scheme` is `tiered`.";
        return Err(Refusal::parameter(place.name("tiers_mode"), message));
    }
    Ok(())
}

/// The longest period is three years, in any unit.
fn longest(interval: &str) -> i64 {
    match interval {
        "day" => 1095,
        "week" => 156,
        "month" => 36,
        _ => 3,
    }
}

fn recurring(call: &Call<'_>, args: &Args, place: Place<'_>) -> Outcome<Value> {
    let Some(given) = args.object("recurring") else { return Ok(Value::Null) };
    let given = Args(given.clone());
    let name = place.name("recurring");
    let interval = given.text("interval").unwrap_or_default();
    let count = given.integer("interval_count").unwrap_or(1);
    if count > longest(interval) {
        let message = format!(
            "Invalid interval count: {count} {interval}s is longer than three years, the longest billing period."
        );
        return Err(Refusal::parameter(format!("{name}[interval_count]"), message).into());
    }
    let metered = given.text("usage_type") == Some("metered");
    let meter = given.text("meter");
    let param = format!("{name}[meter]");
    match (metered, meter) {
        (true, None) => {
            let message = "Prices with `usage_type` `metered` must be backed by a meter: set \
                           `recurring[meter]`.";
            return Err(Refusal::parameter(param, message).into());
        }
        (false, Some(_)) => {
            let message = "`recurring[meter]` can only be set where `recurring[usage_type]` is `metered`.";
            return Err(Refusal::parameter(param, message).into());
        }
        (true, Some(id)) => {
            let meter = call.refer(Kind::Meter, id, &param)?;
            if meter.body["status"] != "active" {
                let message = format!("The meter `{id}` is inactive and can't be attached to a price.");
                return Err(Refusal::invalid(message).param(param).into());
            }
        }
        (false, None) => {}
    }
    Ok(json!({
        "interval": interval,
        "interval_count": count,
        "meter": meter,
        "trial_period_days": given.or_null("trial_period_days"),
        "usage_type": given.or("usage_type", "licensed"),
    }))
}

/// The currency options of a new price.
fn new_options(
    args: &Args,
    currency: &str,
    scheme: Scheme,
    amounts: &Amounts,
    place: Place<'_>,
) -> Result<Map<String, Value>, Refusal> {
    let mut options = Map::new();
    for (code, given) in args.object("currency_options").into_iter().flatten() {
        let option = new_option(code, given, currency, scheme, &amounts.tiers, place)?;
        options.insert(code.clone(), option);
    }
    Ok(options)
}

/// One currency option from its parameters. Its tiers must end where the price's own tiers end.
fn new_option(
    code: &str,
    given: &Value,
    currency: &str,
    scheme: Scheme,
    tiers: &Value,
    place: Place<'_>,
) -> Result<Value, Refusal> {
    let name = format!("{}[{code}]", place.name("currency_options"));
    if code == currency {
        return Err(own_currency(&name));
    }
    let given = Args(given.as_object().cloned().unwrap_or_default());
    let amounts = read(&given.0, scheme, Place(&name))?;
    let ends = |tiers: &Value| -> Vec<Value> {
        tiers.as_array().into_iter().flatten().map(|tier| tier["up_to"].clone()).collect()
    };
    if ends(&amounts.tiers) != ends(tiers) {
        let message = "The tiers of a currency option must have the same `up_to` as those of the price.";
        return Err(Refusal::parameter(format!("{name}[tiers]"), message));
    }
    Ok(option(&amounts, given.or("tax_behavior", "unspecified")))
}

fn option(amounts: &Amounts, tax_behavior: Value) -> Value {
    let Amounts { custom_unit_amount, tiers, unit_amount, unit_amount_decimal } = amounts;
    let mut option = json!({
        "custom_unit_amount": custom_unit_amount,
        "tax_behavior": tax_behavior,
        "unit_amount": unit_amount,
        "unit_amount_decimal": unit_amount_decimal,
    });
    if !tiers.is_null() {
        option["tiers"] = tiers.clone();
    }
    option
}

fn own_currency(name: &str) -> Refusal {
    Refusal::parameter(
        name,
        "You are specifying an update to a currency option that matches the top-level currency for this price. \
         Please remove this currency option and update the top-level params instead.",
    )
}

/// `currency_options` as shown when expanded: the price's own currency is among them.
pub fn currency_options(body: &Value, hidden: &Map<String, Value>) -> Value {
    let own = Amounts {
        custom_unit_amount: body["custom_unit_amount"].clone(),
        tiers: hidden.get("tiers").cloned().unwrap_or(Value::Null),
        unit_amount: body["unit_amount"].clone(),
        unit_amount_decimal: body["unit_amount_decimal"].clone(),
    };
    let code = body["currency"].as_str().unwrap_or_default().to_owned();
    let mut options = Map::from_iter([(code, option(&own, body["tax_behavior"].clone()))]);
    if let Some(Value::Object(others)) = hidden.get("currency_options") {
        options.extend(others.clone());
    }
    options.sort_keys();
    Value::Object(options)
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
    if args.flag("active") == Some(false) && is_default(call, &before)? {
        let message = "This price cannot be archived because it is the default price of its product.";
        return Err(Refusal::invalid(message).into());
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

fn is_default(call: &Call<'_>, price: &Object) -> Outcome<bool> {
    let product = call.db.get(Kind::Product, price.body["product"].as_str().unwrap_or_default())?;
    Ok(product.is_some_and(|product| product.body["default_price"] == price.body["id"]))
}

/// A tax behaviour can be set once.
fn check_tax_behavior(current: &str, wanted: &str, param: &str) -> Result<(), Refusal> {
    if current == "unspecified" || current == wanted {
        return Ok(());
    }
    let message = format!("Once specified as `{current}`, the tax behavior of a price can't be changed.");
    Err(Refusal::invalid(message).param(param))
}

/// Adds currency options and changes those that are there.
fn update_options(price: &mut Object, changes: &Map<String, Value>) -> Outcome<()> {
    let mut options = match price.hidden.get("currency_options") {
        Some(Value::Object(options)) => options.clone(),
        _ => Map::new(),
    };
    let body = &price.body;
    let scheme = match (body["billing_scheme"] == "tiered", body["custom_unit_amount"].is_null()) {
        (true, _) => Scheme::Tiered,
        (false, true) => Scheme::PerUnit,
        (false, false) => Scheme::Custom,
    };
    let tiers = price.hidden.get("tiers").cloned().unwrap_or(Value::Null);
    let currency = body["currency"].as_str().unwrap_or_default();
    for (code, change) in changes {
        let name = format!("currency_options[{code}]");
        let only_tax =
            change.as_object().is_some_and(|change| change.keys().all(|key| key == "tax_behavior"));
        let wanted = change["tax_behavior"].as_str();
        let current = options.get(code).and_then(|option| option["tax_behavior"].as_str().map(str::to_owned));
        if let (Some(current), Some(wanted)) = (&current, wanted) {
            check_tax_behavior(current, wanted, &format!("{name}[tax_behavior]"))?;
        }
        let mut option = match options.get(code) {
            Some(option) if only_tax && code != currency => option.clone(),
            _ => new_option(code, change, currency, scheme, &tiers, Place(""))?,
        };
        if let Some(behavior) = wanted.map(str::to_owned).or(current) {
            option["tax_behavior"] = json!(behavior);
        }
        options.insert(code.clone(), option);
    }
    price.hidden.insert("currency_options".to_owned(), Value::Object(options));
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
