//! `/v1/promotion_codes`.

use serde_json::{Value, json};

use super::coupons;
use super::fields::{set, set_metadata};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::ids;
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{AMOUNT, COUNT, ID, PAGE, Param, Type, optional, removed, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/promotion_codes",
        params: &[CREATE],
        answers: Answers::One(Kind::PromotionCode),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/promotion_codes",
        params: &[LIST, PAGE],
        answers: Answers::Many(Kind::PromotionCode),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/promotion_codes/{id}",
        params: &[],
        answers: Answers::One(Kind::PromotionCode),
        handler: |call, _| call.fetch(Kind::PromotionCode).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/promotion_codes/{id}",
        params: &[UPDATE],
        answers: Answers::One(Kind::PromotionCode),
        handler: update,
    },
];

const CODE: Type = Type::Text { max: 500 };
const OPTIONS: Type = Type::ByCurrency(&[optional("minimum_amount", AMOUNT)]);

const CREATE: &[Param] = &[
    // Older versions name the coupon directly; `make` takes either.
    optional(
        "promotion",
        Type::Object(&[optional("coupon", ID), required("type", Type::Choice(&["coupon"]))]),
    ),
    removed("coupon", ID),
    optional("active", Type::Flag),
    optional("code", CODE),
    optional("customer", ID),
    optional("customer_account", ID),
    optional("expires_at", Type::Time),
    optional("max_redemptions", COUNT),
    optional("metadata", Type::Metadata),
    optional(
        "restrictions",
        Type::Object(&[
            optional("currency_options", OPTIONS),
            optional("first_time_transaction", Type::Flag),
            optional("minimum_amount", AMOUNT),
            optional("minimum_amount_currency", Type::Currency),
        ]),
    ),
];

const UPDATE: &[Param] = &[
    optional("active", Type::Flag),
    optional("metadata", Type::Metadata),
    optional("restrictions", Type::Object(&[optional("currency_options", OPTIONS)])),
];

const LIST: &[Param] = &[
    optional("active", Type::Flag),
    optional("code", CODE),
    optional("coupon", ID),
    optional("created", Type::Range),
    optional("customer", ID),
    optional("customer_account", ID),
];

/// A code that has expired, or was redeemed as often as it can be, is not active.
pub fn refresh(body: &mut Value, now: i64) {
    let has_expired = body["expires_at"].as_i64().is_some_and(|end| end <= now);
    let redeemed = body["times_redeemed"].as_i64().unwrap_or_default();
    let is_used_up = body["max_redemptions"].as_i64().is_some_and(|most| redeemed >= most);
    if has_expired || is_used_up {
        body["active"] = json!(false);
    }
}

/// The code that a customer typed, with its coupon; or why it can't be used for what costs `subtotal`.
///
/// # Errors
/// SQLite's.
pub fn typed(
    call: &Call<'_>,
    code: &str,
    customer: Option<&str>,
    subtotal: i64,
    currency: &str,
) -> Outcome<Result<(Object, Object), &'static str>> {
    let mut usable = None;
    for mut found in call.db.with_key(Kind::PromotionCode, "code", &code.to_lowercase())? {
        refresh(&mut found.body, call.now);
        let is_theirs = found.body["customer"].is_null() || found.body["customer"].as_str() == customer;
        if found.body["active"] == true && is_theirs {
            usable = Some(found);
        }
    }
    let Some(code) = usable else { return Ok(Err("This code is invalid.")) };
    let id = code.body["promotion"]["coupon"].as_str().unwrap_or_default();
    let Some(coupon) = call.db.get(Kind::Coupon, id)? else { return Ok(Err("This code is invalid.")) };
    let mut shown = coupon.body.clone();
    coupons::refresh(&mut shown, call.now);
    if shown["valid"] != true {
        return Ok(Err("This code has expired."));
    }
    let restrictions = &code.body["restrictions"];
    let least = match code.hidden.get("currency_options").and_then(|options| options.get(currency)) {
        Some(option) => option["minimum_amount"].as_i64(),
        None if restrictions["minimum_amount_currency"] == currency => {
            restrictions["minimum_amount"].as_i64()
        }
        None => restrictions["minimum_amount"].as_i64().map(|_| i64::MAX),
    };
    if least.is_some_and(|least| subtotal < least) {
        return Ok(Err("This code is for larger orders."));
    }
    if restrictions["first_time_transaction"] == true
        && let Some(customer) = customer
        && call
            .db
            .with_key(Kind::Charge, "customer", customer)?
            .iter()
            .any(|charge| charge.body["paid"] == true)
    {
        return Ok(Err("This code is for a first order only."));
    }
    Ok(Ok((code, coupon)))
}

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let coupon = coupon(call, args)?;
    let code = args.text("code").map_or_else(|| ids::random_code(8), str::to_owned);
    check_code(call, &code, args)?;
    check_limits(call.now, args, &coupon)?;
    if let Some(customer) = args.text("customer") {
        call.refer(Kind::Customer, customer, "customer")?;
    }
    let restrictions = Args(args.object("restrictions").cloned().unwrap_or_default());
    match (restrictions.has("minimum_amount"), restrictions.has("minimum_amount_currency")) {
        (true, false) => return Err(Refusal::missing("restrictions[minimum_amount_currency]").into()),
        (false, true) => return Err(Refusal::missing("restrictions[minimum_amount]").into()),
        _ => {}
    }
    let mut promotion = call.new_object(Kind::PromotionCode);
    if let Some(options) = restrictions.given("currency_options") {
        promotion.hidden.insert("currency_options".to_owned(), options.clone());
    }
    promotion.body = json!({
        "id": promotion.id,
        "object": "promotion_code",
        "active": args.or("active", true),
        "code": code,
        "created": call.now,
        "customer": args.or_null("customer"),
        "customer_account": args.or_null("customer_account"),
        "expires_at": args.or_null("expires_at"),
        "livemode": false,
        "max_redemptions": args.or_null("max_redemptions"),
        "metadata": args.new_metadata(),
        "promotion": {"coupon": coupon.id, "type": "coupon"},
        "restrictions": {
            "first_time_transaction": restrictions.or("first_time_transaction", false),
            "minimum_amount": restrictions.or_null("minimum_amount"),
            "minimum_amount_currency": restrictions.or_null("minimum_amount_currency"),
        },
        "times_redeemed": 0,
    });
    call.create(promotion).map(Answer::Object)
}

/// The coupon that a new code is for.
fn coupon(call: &Call<'_>, args: &Args) -> Outcome<Object> {
    if let Some(id) = args.text("coupon") {
        return call.refer(Kind::Coupon, id, "coupon");
    }
    let Some(promotion) = args.object("promotion") else { return Err(Refusal::missing("promotion").into()) };
    match promotion.get("coupon").and_then(Value::as_str) {
        Some(id) => call.refer(Kind::Coupon, id, "promotion[coupon]"),
        None => Err(Refusal::missing("promotion[coupon]").into()),
    }
}

/// A code is unique, whatever its case, among the active ones of its customer, or of all customers.
fn check_code(call: &Call<'_>, code: &str, args: &Args) -> Outcome<()> {
    if !code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        let message = "Promotion codes can only contain the letters A-Z and a-z, digits and dashes.";
        return Err(Refusal::parameter("code", message).into());
    }
    if args.flag("active") == Some(false) {
        return Ok(());
    }
    unique(call, code, args.text("customer"), None)
}

fn unique(call: &Call<'_>, code: &str, customer: Option<&str>, own: Option<&str>) -> Outcome<()> {
    for mut other in call.db.with_key(Kind::PromotionCode, "code", &code.to_lowercase())? {
        refresh(&mut other.body, call.now);
        let scope = other.body["customer"].as_str();
        let clashes = scope.is_none() || customer.is_none() || scope == customer;
        if other.body["active"] == true && clashes && Some(other.id.as_str()) != own {
            let message = format!("An active promotion code with `code: {code}` already exists.");
            return Err(Refusal::invalid(message).param("code").into());
        }
    }
    Ok(())
}

/// A code lasts no longer, and is redeemed no oftener, than its coupon.
fn check_limits(now: i64, args: &Args, coupon: &Object) -> Outcome<()> {
    let refuse = |param: &str, message: &str| Err(Refusal::invalid(message).param(param).into());
    if let Some(end) = args.integer("expires_at") {
        if end <= now {
            return refuse("expires_at", "The expiration time must be in the future.");
        }
        if coupon.body["redeem_by"].as_i64().is_some_and(|last| end > last) {
            return refuse("expires_at", "The expiration time must not be after the coupon's `redeem_by`.");
        }
    }
    if let Some(most) = args.integer("max_redemptions")
        && coupon.body["max_redemptions"].as_i64().is_some_and(|coupon_most| most > coupon_most)
    {
        return refuse("max_redemptions", "A promotion code can't be redeemed more often than its coupon.");
    }
    Ok(())
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::PromotionCode)?;
    if args.flag("active") == Some(true) && before.body["active"] == false {
        check_reactivation(call, &before)?;
    }
    let mut after = before.clone();
    set(&mut after.body, args, &["active"]);
    set_metadata(&mut after.body, args)?;
    if let Some(options) = args.object("restrictions").and_then(|given| given.get("currency_options")) {
        after.hidden.insert("currency_options".to_owned(), options.clone());
    }
    call.update(&before, after).map(Answer::Object)
}

/// A code becomes active again only while its coupon is valid and nobody else took it.
fn check_reactivation(call: &Call<'_>, promotion: &Object) -> Outcome<()> {
    let body = &promotion.body;
    let coupon = body["promotion"]["coupon"].as_str().unwrap_or_default();
    let valid = call.db.get(Kind::Coupon, coupon)?.is_some_and(|mut coupon| {
        coupons::refresh(&mut coupon.body, call.now);
        coupon.body["valid"] == true
    });
    if !valid || body["expires_at"].as_i64().is_some_and(|end| end <= call.now) {
        let message = "This promotion code can't be made active: it has expired, or its coupon is not valid.";
        return Err(Refusal::invalid(message).param("active").into());
    }
    unique(call, body["code"].as_str().unwrap_or_default(), body["customer"].as_str(), Some(&promotion.id))
}

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let code = args.text("code").map(str::to_lowercase);
    let filters: Vec<Filter> = [
        list::flag(args, "active", "$.active"),
        code.map(|code| Filter::Key { name: "code", values: vec![code] }),
        list::key(args, "coupon", "coupon"),
        list::created(args),
        list::key(args, "customer", "customer"),
        list::text(args, "customer_account", "$.customer_account"),
    ]
    .into_iter()
    .flatten()
    .collect();
    list::page(call, args, Kind::PromotionCode, &filters)
}
