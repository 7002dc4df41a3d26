//! `/v1/products`.

use serde_json::{Value, json};

use super::fields::{TAX_DETAILS, check_tax_code, complete, set, set_lists, set_metadata};
use super::prices;
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::search;
use crate::emulator::spec::{ID, PAGE, Param, SEARCH, TEXT, Type, emptyable, optional, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Get,
        route: "/v1/products/search",
        params: &[SEARCH],
        answers: Answers::Many(Kind::Product),
        handler: |call, args| search::page(call, args, Kind::Product, FIELDS),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/products",
        params: &[CREATE],
        answers: Answers::One(Kind::Product),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/products",
        params: &[LIST, PAGE],
        answers: Answers::Many(Kind::Product),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/products/{id}",
        params: &[],
        answers: Answers::One(Kind::Product),
        handler: |call, _| call.fetch(Kind::Product).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/products/{id}",
        params: &[UPDATE],
        answers: Answers::One(Kind::Product),
        handler: update,
    },
    Endpoint {
        method: Method::Delete,
        route: "/v1/products/{id}",
        params: &[],
        answers: Answers::Stub,
        handler: delete,
    },
];

const PACKAGE: &[Param] = &[
    required("height", Type::Decimal),
    required("length", Type::Decimal),
    required("weight", Type::Decimal),
    required("width", Type::Decimal),
];

const MARKETING_FEATURE: Type = Type::Object(&[required("name", Type::Text { max: 80 })]);
const MARKETING_FEATURES: Type = Type::List { of: &MARKETING_FEATURE, max: 15 };
const IMAGES: Type = Type::List { of: &Type::Url, max: 8 };
const DESCRIPTION: Type = Type::Text { max: 40_000 };
const STATEMENT_DESCRIPTOR: Type = Type::Text { max: 22 };
const UNIT_LABEL: Type = Type::Text { max: 12 };
const KIND: Type = Type::Choice(&["good", "service"]);

const CREATE: &[Param] = &[
    required("name", TEXT),
    optional("active", Type::Flag),
    optional("default_price_data", Type::Object(prices::DEFAULT_PRICE)),
    optional("description", DESCRIPTION),
    optional("id", ID),
    optional("images", IMAGES),
    optional("marketing_features", MARKETING_FEATURES),
    optional("metadata", Type::Metadata),
    optional("package_dimensions", Type::Object(PACKAGE)),
    optional("shippable", Type::Flag),
    optional("statement_descriptor", STATEMENT_DESCRIPTOR),
    optional("tax_code", TEXT),
    optional("tax_details", Type::Object(TAX_DETAILS)),
    optional("type", KIND),
    optional("unit_label", UNIT_LABEL),
    optional("url", Type::Url),
];

const UPDATE: &[Param] = &[
    optional("active", Type::Flag),
    // The SDKs type it as plain text, but the empty text clears it.
    emptyable("default_price", ID),
    emptyable("description", DESCRIPTION),
    emptyable("images", IMAGES),
    emptyable("marketing_features", MARKETING_FEATURES),
    optional("metadata", Type::Metadata),
    optional("name", TEXT),
    emptyable("package_dimensions", Type::Object(PACKAGE)),
    optional("shippable", Type::Flag),
    optional("statement_descriptor", STATEMENT_DESCRIPTOR),
    emptyable("tax_code", TEXT),
    emptyable("tax_details", Type::Object(TAX_DETAILS)),
    emptyable("unit_label", UNIT_LABEL),
    emptyable("url", Type::Url),
];

const LIST: &[Param] = &[
    optional("active", Type::Flag),
    optional("created", Type::Range),
    optional("ids", Type::List { of: &ID, max: 100 }),
    optional("shippable", Type::Flag),
    optional("type", KIND),
    optional("url", TEXT),
];

const FIELDS: &[(&str, search::Field)] = &[
    ("active", search::Field::Exact),
    ("description", search::Field::Text),
    ("metadata", search::Field::Exact),
    ("name", search::Field::Text),
    ("shippable", search::Field::Exact),
    ("url", search::Field::Text),
];

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let product = make(call, args)?;
    let Some(price_data) = args.object("default_price_data") else { return Ok(Answer::Object(product)) };
    let price_args = Args(price_data.clone());
    let price = prices::build(call, &price_args, &product.id, "default_price_data")?;
    let price = prices::store(call, price)?;
    let mut with_default = product.clone();
    with_default.body["default_price"] = json!(price.id);
    call.update(&product, with_default).map(Answer::Object)
}

/// Makes a product from the parameters of its creation or of a price's `product_data`.
pub fn make(call: &mut Call<'_>, args: &Args) -> Outcome<Object> {
    check(args)?;
    let mut product = call.new_object(Kind::Product);
    if let Some(id) = args.text("id") {
        if call.db.get(Kind::Product, id)?.is_some() {
            return Err(Refusal::invalid("Product already exists.")
                .code("resource_already_exists")
                .param("id")
                .into());
        }
        product.id = id.to_owned();
    }
    product.body = json!({
        "id": product.id,
        "object": "product",
        "active": args.or("active", true),
        "created": call.now,
        "default_price": null,
        "description": args.or_null("description"),
        "images": args.or("images", json!([])),
        "livemode": false,
        "marketing_features": args.or("marketing_features", json!([])),
        "metadata": args.new_metadata(),
        "name": args.or_null("name"),
        "package_dimensions": package(args.given("package_dimensions")),
        "shippable": args.or_null("shippable"),
        "statement_descriptor": args.or_null("statement_descriptor"),
        "tax_code": args.or_null("tax_code"),
        "tax_details": tax_details(args.given("tax_details")),
        "type": args.or("type", "service"),
        "unit_label": args.or_null("unit_label"),
        "updated": call.now,
        "url": args.or_null("url"),
    });
    call.create(product)
}

/// What can be said of a product's parameters without the state.
fn check(args: &Args) -> Outcome<()> {
    if let Some(descriptor) = args.text("statement_descriptor") {
        let forbidden = descriptor.contains(['<', '>', '\\', '"', '\'']);
        if forbidden || !descriptor.chars().any(char::is_alphabetic) {
            let message = "The statement descriptor must contain at least one letter, and none of the \
                           characters < > \\ ' \"";
            return Err(Refusal::parameter("statement_descriptor", message).into());
        }
    }
    check_tax_code(args.text("tax_code"), "tax_code")?;
    let details = args.object("tax_details").and_then(|details| details.get("tax_code"));
    check_tax_code(details.and_then(Value::as_str), "tax_details[tax_code]")?;
    Ok(())
}

fn tax_details(given: Option<&Value>) -> Value {
    match given {
        Some(details @ Value::Object(_)) => complete(details, &["performance_location", "tax_code"]),
        _ => Value::Null,
    }
}

/// Dimensions are numbers in answers.
fn package(given: Option<&Value>) -> Value {
    let Some(Value::Object(sizes)) = given else { return Value::Null };
    let number =
        |size: &Value| size.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null);
    Value::Object(sizes.iter().map(|(name, size)| (name.clone(), number(size))).collect())
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    check(args)?;
    let before = call.fetch(Kind::Product)?;
    if let Some(id) = args.text("default_price") {
        check_default_price(call, &before.id, id)?;
    }
    let mut after = before.clone();
    set(
        &mut after.body,
        args,
        &[
            "active",
            "default_price",
            "description",
            "name",
            "shippable",
            "statement_descriptor",
            "tax_code",
            "unit_label",
            "url",
        ],
    );
    set_lists(&mut after.body, args, &["images", "marketing_features"]);
    if args.has("package_dimensions") {
        after.body["package_dimensions"] = package(args.given("package_dimensions"));
    }
    if args.has("tax_details") {
        after.body["tax_details"] = tax_details(args.given("tax_details"));
    }
    set_metadata(&mut after.body, args)?;
    call.update(&before, after).map(Answer::Object)
}

/// A default price must be an active price of the product.
fn check_default_price(call: &Call<'_>, product: &str, id: &str) -> Outcome<()> {
    let price = call.refer(Kind::Price, id, "default_price")?;
    if price.body["product"] != product {
        let message = format!("The price `{id}` does not belong to the product `{product}`.");
        return Err(Refusal::invalid(message).param("default_price").into());
    }
    if price.body["active"] != true {
        let message = "The price specified is inactive. This field only accepts active prices.";
        return Err(Refusal::invalid(message).param("default_price").into());
    }
    Ok(())
}

fn delete(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    let product = call.fetch(Kind::Product)?;
    if call.db.has_key(Kind::Price, "product", &product.id)? {
        let message = "This product cannot be deleted because it has one or more user-created prices.";
        return Err(Refusal::invalid(message).into());
    }
    for attachment in call.db.with_key(Kind::ProductFeature, "product", &product.id)? {
        call.delete(&attachment)?;
    }
    call.delete(&product)
}

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let mut filters: Vec<Filter> = [
        list::flag(args, "active", "$.active"),
        list::created(args),
        list::flag(args, "shippable", "$.shippable"),
        list::text(args, "type", "$.type"),
        list::text(args, "url", "$.url"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if args.has("ids") {
        if args.has("starting_after") || args.has("ending_before") {
            return Err(Refusal::exclusive("ids", "starting_after").into());
        }
        filters.push(Filter::Ids(args.texts("ids")));
    }
    list::page(call, args, Kind::Product, &filters)
}
