//! `/v1/coupons`.

use serde_json::{Map, Value, json};

use super::fields::{set, set_metadata};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Filter;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{COUNT, ID, MAX_AMOUNT, PAGE, Param, Type, emptyable, optional, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/coupons",
        params: &[CREATE],
        answers: Answers::One(Kind::Coupon),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/coupons",
        params: &[&[optional("created", Type::Range)], PAGE],
        answers: Answers::Many(Kind::Coupon),
        handler: |call, args| {
            let filters: Vec<Filter> = list::created(args).into_iter().collect();
            list::page(call, args, Kind::Coupon, &filters)
        },
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/coupons/{id}",
        params: &[],
        answers: Answers::One(Kind::Coupon),
        handler: |call, _| call.fetch(Kind::Coupon).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/coupons/{id}",
        params: &[UPDATE],
        answers: Answers::One(Kind::Coupon),
        handler: update,
    },
    Endpoint {
        method: Method::Delete,
        route: "/v1/coupons/{id}",
        params: &[],
        answers: Answers::Stub,
        handler: |call, _| {
            let coupon = call.fetch(Kind::Coupon)?;
            call.delete(&coupon)
        },
    },
];

const AMOUNT_OFF: Type = Type::Integer { min: 1, max: MAX_AMOUNT };
const OPTIONS: Type = Type::ByCurrency(&[required("amount_off", AMOUNT_OFF)]);
const NAME: Type = Type::Text { max: 40 };
/// A coupon can be redeemable for five years.
const LONGEST_REDEEMABLE: i64 = 5 * 366 * 24 * 60 * 60;

const CREATE: &[Param] = &[
    optional("amount_off", AMOUNT_OFF),
    optional("applies_to", Type::Object(&[optional("products", Type::List { of: &ID, max: 500 })])),
    optional("currency", Type::Currency),
    optional("currency_options", OPTIONS),
    optional("duration", Type::Choice(&["forever", "once", "repeating"])),
    optional("duration_in_months", COUNT),
    optional("id", ID),
    optional("max_redemptions", COUNT),
    optional("metadata", Type::Metadata),
    optional("name", NAME),
    optional("percent_off", Type::Percent),
    optional("redeem_by", Type::Time),
];

const UPDATE: &[Param] =
    &[optional("currency_options", OPTIONS), optional("metadata", Type::Metadata), emptyable("name", NAME)];

/// Whether a coupon can still be redeemed.
pub fn refresh(body: &mut Value, now: i64) {
    let left = body["max_redemptions"]
        .as_i64()
        .is_none_or(|most| body["times_redeemed"].as_i64().is_none_or(|times| times < most));
    let in_time = body["redeem_by"].as_i64().is_none_or(|last| now < last);
    body["valid"] = json!(left && in_time);
}

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    check(call.now, args)?;
    let mut coupon = call.new_object(Kind::Coupon);
    if let Some(id) = args.text("id") {
        if call.db.get(Kind::Coupon, id)?.is_some() {
            return Err(Refusal::invalid("Coupon already exists.")
                .code("resource_already_exists")
                .param("id")
                .into());
        }
        coupon.id = id.to_owned();
    }
    let applies_to = Args(args.object("applies_to").cloned().unwrap_or_default());
    let products = applies_to.texts("products");
    for (index, product) in products.iter().enumerate() {
        call.refer(Kind::Product, product, &format!("applies_to[products][{index}]"))?;
    }
    if !products.is_empty() {
        coupon.hidden.insert("applies_to".to_owned(), json!({"products": products}));
    }
    if let Some(options) = args.object("currency_options") {
        coupon.hidden.insert("currency_options".to_owned(), Value::Object(options.clone()));
    }
    coupon.body = json!({
        "id": coupon.id,
        "object": "coupon",
        "amount_off": args.or_null("amount_off"),
        "created": call.now,
        "currency": args.or_null("currency"),
        "duration": args.or("duration", "once"),
        "duration_in_months": args.or_null("duration_in_months"),
        "livemode": false,
        "max_redemptions": args.or_null("max_redemptions"),
        "metadata": args.new_metadata(),
        "name": args.or_null("name"),
        "percent_off": args.or_null("percent_off"),
        "redeem_by": args.or_null("redeem_by"),
        "times_redeemed": 0,
        "valid": true,
    });
    call.create(coupon).map(Answer::Object)
}

fn check(now: i64, args: &Args) -> Result<(), Refusal> {
    match (args.has("amount_off"), args.has("percent_off")) {
        (true, true) => return Err(Refusal::exclusive("percent_off", "amount_off")),
        (false, false) => {
            let message = "You must pass either `percent_off` or `amount_off` to create a coupon.";
            return Err(Refusal::parameter("percent_off", message).code("parameter_missing"));
        }
        (true, false) if !args.has("currency") => return Err(Refusal::missing("currency")),
        _ => {}
    }
    if args.given("percent_off").and_then(Value::as_f64).is_some_and(|percent| percent <= 0.0) {
        return Err(Refusal::parameter("percent_off", "Invalid decimal: must be greater than 0"));
    }
    if args.has("currency_options") && !args.has("amount_off") {
        let message = "`currency_options` can only be used with `amount_off`.";
        return Err(Refusal::parameter("currency_options", message));
    }
    if let Some(own) = args.text("currency") {
        check_options(args, own)?;
    }
    match (args.text("duration") == Some("repeating"), args.has("duration_in_months")) {
        (true, false) => return Err(Refusal::missing("duration_in_months")),
        (false, true) => {
            let message = "`duration_in_months` can only be used where `duration` is `repeating`.";
            return Err(Refusal::parameter("duration_in_months", message));
        }
        _ => {}
    }
    if let Some(last) = args.integer("redeem_by") {
        if last <= now {
            return Err(Refusal::parameter("redeem_by", "`redeem_by` must be in the future."));
        }
        if last - now > LONGEST_REDEEMABLE {
            return Err(Refusal::parameter("redeem_by", "`redeem_by` can be at most five years ahead."));
        }
    }
    Ok(())
}

fn check_options(args: &Args, own: &str) -> Result<(), Refusal> {
    match args.object("currency_options").is_some_and(|options| options.contains_key(own)) {
        true => Err(Refusal::parameter(
            format!("currency_options[{own}]"),
            "You are specifying a currency option that matches the top-level currency for this coupon. Please \
             remove this currency option and set `amount_off` instead.",
        )),
        false => Ok(()),
    }
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::Coupon)?;
    let mut after = before.clone();
    set(&mut after.body, args, &["name"]);
    set_metadata(&mut after.body, args)?;
    if let Some(changes) = args.object("currency_options") {
        if before.body["amount_off"].is_null() {
            let message = "`currency_options` can only be used on a coupon with `amount_off`.";
            return Err(Refusal::invalid(message).param("currency_options").into());
        }
        check_options(args, before.body["currency"].as_str().unwrap_or_default())?;
        let mut options = match after.hidden.get("currency_options") {
            Some(Value::Object(options)) => options.clone(),
            _ => Map::new(),
        };
        options.extend(changes.clone());
        after.hidden.insert("currency_options".to_owned(), Value::Object(options));
    }
    call.update(&before, after).map(Answer::Object)
}
