//! `/v1/billing/credit_grants`: money that a customer has in advance for metered prices.
//!
//! A grant keeps what is left of it among its hidden fields; every change of that is a credit balance transaction. Wordings
//! of refusals are not verified.

use serde_json::{Value, json};

use super::credit_balance::{self, Debit};
use super::fields::{set, set_metadata};
use super::test_clocks;
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::due;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{ID, MAX_AMOUNT, PAGE, Param, Type, emptyable, optional, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/billing/credit_grants",
        params: &[CREATE],
        answers: Answers::One(Kind::CreditGrant),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/billing/credit_grants",
        params: &[LIST, PAGE],
        answers: Answers::Many(Kind::CreditGrant),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/billing/credit_grants/{id}",
        params: &[],
        answers: Answers::One(Kind::CreditGrant),
        handler: |call, _| call.fetch(Kind::CreditGrant).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/billing/credit_grants/{id}",
        params: &[UPDATE],
        answers: Answers::One(Kind::CreditGrant),
        handler: update,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/billing/credit_grants/{id}/expire",
        params: &[],
        answers: Answers::One(Kind::CreditGrant),
        handler: expire,
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/billing/credit_grants/{id}/void",
        params: &[],
        answers: Answers::One(Kind::CreditGrant),
        handler: void,
    },
];

/// Most grants of a customer with something left.
const MOST_UNUSED: usize = 100;

const CREATE: &[Param] = &[
    required(
        "amount",
        Type::Object(&[
            optional(
                "monetary",
                Type::Object(&[
                    required("currency", Type::Currency),
                    required("value", Type::Integer { min: 1, max: MAX_AMOUNT }),
                ]),
            ),
            required("type", Type::Choice(&["monetary"])),
        ]),
    ),
    required(
        "applicability_config",
        Type::Object(&[required(
            "scope",
            Type::Object(&[
                optional("price_type", Type::Choice(&["metered"])),
                optional("prices", Type::List { of: &Type::Object(&[required("id", ID)]), max: 20 }),
            ]),
        )]),
    ),
    optional("category", Type::Choice(&["paid", "promotional"])),
    optional("customer", ID),
    optional("customer_account", ID),
    optional("effective_at", Type::Time),
    optional("expires_at", Type::Time),
    optional("metadata", Type::Metadata),
    optional("name", Type::Text { max: 100 }),
    optional("priority", Type::Integer { min: 0, max: 100 }),
];
const UPDATE: &[Param] = &[emptyable("expires_at", Type::Time), optional("metadata", Type::Metadata)];
const LIST: &[Param] = &[optional("customer", ID), optional("customer_account", ID)];

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let Some(customer) = args.text("customer") else { return Err(Refusal::missing("customer").into()) };
    let customer = call.refer(Kind::Customer, customer, "customer")?;
    if customer.body["deleted"] == true {
        return Err(Refusal::no_such(Kind::Customer.label(), &customer.id, "customer").into());
    }
    let amount = args.or_null("amount");
    if !amount["monetary"].is_object() {
        return Err(Refusal::missing("amount[monetary]").into());
    }
    let config = args.or_null("applicability_config");
    check_scope(call, &config["scope"])?;
    let now = test_clocks::time_of(call, &customer.body)?;
    let effective_at = args.integer("effective_at").unwrap_or(now);
    check_expiry(args.integer("expires_at"), effective_at.max(now))?;
    let unused = call.db.with_key(Kind::CreditGrant, "customer", &customer.id)?;
    if unused.iter().filter(|grant| left(grant) > 0).count() >= MOST_UNUSED {
        let message = format!("A customer can have at most {MOST_UNUSED} unused credit grants.");
        return Err(Refusal::invalid(message).param("customer").into());
    }
    let mut grant = call.new_object(Kind::CreditGrant);
    grant.body = json!({
        "id": grant.id,
        "object": "billing.credit_grant",
        "amount": {"monetary": amount["monetary"], "type": "monetary"},
        "applicability_config": config,
        "category": args.or("category", "paid"),
        "created": now,
        "customer": customer.id,
        "customer_account": null,
        "effective_at": effective_at,
        "expires_at": args.or_null("expires_at"),
        "livemode": false,
        "metadata": args.new_metadata(),
        "name": args.or_null("name"),
        "priority": args.or("priority", 50),
        "test_clock": customer.body["test_clock"],
        "updated": now,
        "voided_at": null,
    });
    let value = amount["monetary"]["value"].as_i64().unwrap_or(0);
    grant.hidden.insert(LEFT.to_owned(), json!(value));
    due::set(&mut grant, args.integer("expires_at"));
    let grant = call.create(grant)?;
    credit_balance::credit(call, &grant, value, effective_at)?;
    Ok(Answer::Object(grant))
}

/// The hidden field that holds what is left, in minor units.
pub const LEFT: &str = "left";

/// What is left of a grant, in minor units, spendable at this moment or not.
pub fn left(grant: &Object) -> i64 {
    grant.hidden.get(LEFT).and_then(Value::as_i64).unwrap_or(0)
}

/// Metered prices of all kinds, or these; Stripe has credits for no others.
fn check_scope(call: &Call<'_>, scope: &Value) -> Outcome<()> {
    const PRICES: &str = "applicability_config[scope][prices]";
    let prices = scope["prices"].as_array();
    if prices.is_some() && !scope["price_type"].is_null() {
        return Err(Refusal::exclusive("applicability_config[scope][price_type]", PRICES).into());
    }
    match prices {
        None if scope["price_type"].is_null() => {
            Err(Refusal::missing("applicability_config[scope][price_type]").into())
        }
        None => Ok(()),
        Some(prices) => {
            for (index, price) in prices.iter().enumerate() {
                let param = format!("{PRICES}[{index}][id]");
                let price = call.refer(Kind::Price, price["id"].as_str().unwrap_or_default(), &param)?;
                if price.body["recurring"]["meter"].is_null() {
                    let message = "Credit grants apply to prices that are backed by a billing meter only.";
                    return Err(Refusal::invalid(message).param(param).into());
                }
            }
            Ok(())
        }
    }
}

fn check_expiry(expires_at: Option<i64>, after: i64) -> Result<(), Refusal> {
    match expires_at {
        Some(at) if at <= after => {
            let message = "`expires_at` has to be after `effective_at`, and in the future.";
            Err(Refusal::parameter("expires_at", message))
        }
        Some(_) | None => Ok(()),
    }
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::CreditGrant)?;
    let mut after = before.clone();
    if args.has("expires_at") {
        let now = open(call, &before)?;
        let effective_at = before.body["effective_at"].as_i64().unwrap_or(0);
        check_expiry(args.integer("expires_at"), effective_at.max(now))?;
        set(&mut after.body, args, &["expires_at"]);
        due::set(&mut after, args.integer("expires_at"));
    }
    set_metadata(&mut after.body, args)?;
    call.update(&before, after).map(Answer::Object)
}

/// The customer's time, if the grant is neither voided nor expired.
fn open(call: &Call<'_>, grant: &Object) -> Outcome<i64> {
    let now = test_clocks::time_of(call, &grant.body)?;
    let is = |state: &str| Refusal::invalid(format!("This credit grant is already {state}."));
    if !grant.body["voided_at"].is_null() {
        return Err(is("voided").into());
    }
    if grant.body["expires_at"].as_i64().is_some_and(|at| at <= now) {
        return Err(is("expired").into());
    }
    Ok(now)
}

fn expire(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::CreditGrant)?;
    let now = open(call, &before)?;
    let mut after = before.clone();
    after.body["expires_at"] = json!(now);
    end(call, &before, after, Debit::Expired, now).map(Answer::Object)
}

fn void(call: &mut Call<'_>, _: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::CreditGrant)?;
    let now = open(call, &before)?;
    if before.body["amount"]["monetary"]["value"] != left(&before) {
        let message = "This credit grant can't be voided: credits of it were applied to an invoice.";
        return Err(Refusal::invalid(message).into());
    }
    let mut after = before.clone();
    after.body["voided_at"] = json!(now);
    end(call, &before, after, Debit::Voided, now).map(Answer::Object)
}

/// Ends a grant whose time is over.
///
/// # Errors
/// SQLite's.
pub fn lapse(call: &mut Call<'_>, grant: &Object, moment: i64) -> Outcome<()> {
    let mut after = grant.clone();
    after.hidden.insert(LEFT.to_owned(), json!(0));
    due::set(&mut after, None);
    let rest = left(grant);
    // `expires_at` says it already: nothing changes that would be told.
    let after = call.store(grant, after)?;
    credit_balance::debit(call, &after, rest, Debit::Expired, moment)
}

fn end(call: &mut Call<'_>, before: &Object, mut after: Object, debit: Debit, now: i64) -> Outcome<Object> {
    let rest = left(before);
    after.hidden.insert(LEFT.to_owned(), json!(0));
    due::set(&mut after, None);
    let after = call.update(before, after)?;
    credit_balance::debit(call, &after, rest, debit, now)?;
    Ok(after)
}

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let filters: Vec<Filter> =
        [list::key(args, "customer", "customer"), list::text(args, "customer_account", "$.customer_account")]
            .into_iter()
            .flatten()
            .collect();
    list::page(call, args, Kind::CreditGrant, &filters)
}
