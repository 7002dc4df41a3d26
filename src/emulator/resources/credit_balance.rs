//! `/v1/billing/credit_balance_transactions` and `/v1/billing/credit_balance_summary`: what billing credits did, and what is
//! left of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::credit_grants::left;
use super::test_clocks;
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{ID, PAGE, Param, Type, optional, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Get,
        route: "/v1/billing/credit_balance_transactions",
        params: &[LIST, PAGE],
        answers: Answers::Many(Kind::CreditBalanceTransaction),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/billing/credit_balance_transactions/{id}",
        params: &[],
        answers: Answers::One(Kind::CreditBalanceTransaction),
        handler: |call, _| call.fetch(Kind::CreditBalanceTransaction).map(Answer::Object),
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/billing/credit_balance_summary",
        params: &[SUMMARY],
        answers: Answers::Other,
        handler: summary,
    },
];

const LIST: &[Param] =
    &[optional("credit_grant", ID), optional("customer", ID), optional("customer_account", ID)];

const SUMMARY: &[Param] = &[
    optional("customer", ID),
    optional("customer_account", ID),
    required(
        "filter",
        Type::Object(&[
            optional(
                "applicability_scope",
                Type::Object(&[
                    optional("price_type", Type::Choice(&["metered"])),
                    optional("prices", Type::List { of: &Type::Object(&[required("id", ID)]), max: 20 }),
                ]),
            ),
            optional("credit_grant", ID),
            required("type", Type::Choice(&["applicability_scope", "credit_grant"])),
        ]),
    ),
];

/// Why credits are gone.
#[derive(Debug, Clone, Copy)]
pub enum Debit {
    Expired,
    Voided,
}

/// Books what a grant gives.
///
/// # Errors
/// SQLite's.
pub fn credit(call: &mut Call<'_>, grant: &Object, value: i64, effective_at: i64) -> Outcome<()> {
    let credit = json!({
        "amount": amount(grant, value),
        "credits_application_invoice_voided": null,
        "type": "credits_granted",
    });
    book(call, grant, "credit", credit, effective_at).map(drop)
}

/// Books what is gone of a grant; nothing where nothing was left.
///
/// # Errors
/// SQLite's.
pub fn debit(call: &mut Call<'_>, grant: &Object, value: i64, why: Debit, at: i64) -> Outcome<()> {
    if value == 0 {
        return Ok(());
    }
    let why = match why {
        Debit::Expired => "credits_expired",
        Debit::Voided => "credits_voided",
    };
    let debit = json!({"amount": amount(grant, value), "credits_applied": null, "type": why});
    book(call, grant, "debit", debit, at).map(drop)
}

/// Books what a line of an invoice takes of a grant; the transaction's id.
///
/// # Errors
/// SQLite's.
pub fn apply(
    call: &mut Call<'_>,
    grant: &Object,
    value: i64,
    spent_on: (&str, &str),
    at: i64,
) -> Outcome<String> {
    let (invoice, line) = spent_on;
    let debit = json!({
        "amount": amount(grant, value),
        "credits_applied": {"invoice": invoice, "invoice_line_item": line},
        "type": "credits_applied",
    });
    book(call, grant, "debit", debit, at)
}

/// Books what comes back of an invoice that was voided.
///
/// # Errors
/// SQLite's.
pub fn give_back(
    call: &mut Call<'_>,
    grant: &Object,
    value: i64,
    spent_on: (&str, &str),
    at: i64,
) -> Outcome<()> {
    let (invoice, line) = spent_on;
    let credit = json!({
        "amount": amount(grant, value),
        "credits_application_invoice_voided": {"invoice": invoice, "invoice_line_item": line},
        "type": "credits_application_invoice_voided",
    });
    book(call, grant, "credit", credit, at).map(drop)
}

fn amount(grant: &Object, value: i64) -> Value {
    monetary(grant.body["amount"]["monetary"]["currency"].as_str().unwrap_or_default(), value)
}

fn monetary(currency: &str, value: i64) -> Value {
    json!({"monetary": {"currency": currency, "value": value}, "type": "monetary"})
}

fn book(call: &mut Call<'_>, grant: &Object, kind: &str, what: Value, effective_at: i64) -> Outcome<String> {
    let mut transaction = call.new_object(Kind::CreditBalanceTransaction);
    transaction.body = json!({
        "id": transaction.id,
        "object": "billing.credit_balance_transaction",
        "created": test_clocks::time_of(call, &grant.body)?,
        "credit": null,
        "credit_grant": grant.id,
        "debit": null,
        "effective_at": effective_at,
        "livemode": false,
        "test_clock": grant.body["test_clock"],
        "type": kind,
    });
    transaction.body[kind] = what;
    transaction.hidden.insert("customer".to_owned(), grant.body["customer"].clone());
    call.create(transaction).map(|booked| booked.id)
}

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    if !["customer", "customer_account", "credit_grant"].iter().any(|name| args.has(name)) {
        return Err(Refusal::missing("customer").into());
    }
    let filters: Vec<Filter> =
        [list::key(args, "customer", "customer"), list::key(args, "credit_grant", "credit_grant")]
            .into_iter()
            .flatten()
            .collect();
    list::page(call, args, Kind::CreditBalanceTransaction, &filters)
}

/// What a customer can spend of each currency, by a scope or a grant.
fn summary(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let Some(customer) = args.text("customer") else { return Err(Refusal::missing("customer").into()) };
    let customer = call.refer(Kind::Customer, customer, "customer")?;
    let now = test_clocks::time_of(call, &customer.body)?;
    let filter = args.or_null("filter");
    let mut grants = call.db.with_key(Kind::CreditGrant, "customer", &customer.id)?;
    match (filter["type"].as_str(), filter["credit_grant"].as_str(), &filter["applicability_scope"]) {
        (Some("credit_grant"), None, _) => return Err(Refusal::missing("filter[credit_grant]").into()),
        (Some("credit_grant"), Some(id), _) => {
            call.refer(Kind::CreditGrant, id, "filter[credit_grant]")?;
            grants.retain(|grant| grant.id == id);
        }
        (_, _, Value::Null) => return Err(Refusal::missing("filter[applicability_scope]").into()),
        (_, _, scope) => grants.retain(|grant| applies(&grant.body["applicability_config"]["scope"], scope)),
    }
    let mut balances: BTreeMap<String, i64> = BTreeMap::new();
    for grant in &grants {
        let currency = grant.body["amount"]["monetary"]["currency"].as_str().unwrap_or_default();
        let effective = grant.body["effective_at"].as_i64().is_none_or(|at| at <= now);
        *balances.entry(currency.to_owned()).or_default() += if effective { left(grant) } else { 0 };
    }
    // No invoice holds credits back while it is open, so what is booked can be spent.
    let balances: Vec<Value> = balances
        .into_iter()
        .map(|(currency, value)| {
            let balance = monetary(&currency, value);
            json!({"available_balance": balance, "ledger_balance": balance})
        })
        .collect();
    Ok(Answer::Plain(json!({
        "object": "billing.credit_balance_summary",
        "balances": balances,
        "customer": customer.id,
        "customer_account": null,
        "livemode": false,
    })))
}

/// Whether credits of a grant can be spent on a price.
pub fn covers(grant: &Object, price: &str) -> bool {
    match grant.body["applicability_config"]["scope"]["prices"].as_array() {
        None => true,
        Some(prices) => prices.iter().any(|known| known["id"] == price),
    }
}

/// Whether credits of one scope can be spent where another is asked for: on all metered prices, or on those that both name.
fn applies(own: &Value, asked: &Value) -> bool {
    match (own["prices"].as_array(), asked["prices"].as_array()) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(own), Some(asked)) => {
            asked.iter().all(|price| own.iter().any(|known| known["id"] == price["id"]))
        }
    }
}
