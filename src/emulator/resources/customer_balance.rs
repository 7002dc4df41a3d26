//! `/v1/customers/{id}/balance_transactions`: what a customer has to their credit, or owes, for coming invoices.

use serde_json::{Value, json};

use super::fields::set_metadata;
use super::test_clocks;
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Object};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{ID, MAX_AMOUNT, PAGE, Param, Type, emptyable, optional, required};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/customers/{id}/balance_transactions",
        params: &[CREATE, ABOUT],
        answers: Answers::One(Kind::CustomerBalanceTransaction),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/customers/{id}/balance_transactions",
        params: &[LIST, PAGE],
        answers: Answers::Many(Kind::CustomerBalanceTransaction),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/customers/{id}/balance_transactions/{id}",
        params: &[],
        answers: Answers::One(Kind::CustomerBalanceTransaction),
        handler: |call, _| fetch(call).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/customers/{id}/balance_transactions/{id}",
        params: &[ABOUT],
        answers: Answers::One(Kind::CustomerBalanceTransaction),
        handler: update,
    },
];

const CREATE: &[Param] = &[
    required("amount", Type::Integer { min: -MAX_AMOUNT, max: MAX_AMOUNT }),
    required("currency", Type::Currency),
];
const ABOUT: &[Param] =
    &[emptyable("description", Type::Text { max: 350 }), optional("metadata", Type::Metadata)];
const LIST: &[Param] = &[optional("created", Type::Range), optional("invoice", ID)];

/// A change of a customer's balance.
#[derive(Debug)]
pub struct Entry<'a> {
    /// In minor units; negative is to the customer's credit.
    pub amount: i64,
    pub currency: &'a str,
    /// `adjustment`, `applied_to_invoice`, …
    pub kind: &'static str,
    pub description: Value,
    pub metadata: Value,
    pub invoice: Option<&'a str>,
}

/// Books a change of a customer's balance and tells of the customer's update; both as they are then.
///
/// # Errors
/// 400 for another currency than the customer's.
pub fn book(call: &mut Call<'_>, customer: &Object, entry: &Entry<'_>) -> Outcome<(Object, Object)> {
    let Entry { amount, currency, kind, description, metadata, invoice } = entry;
    if let Some(own) = customer.body["currency"].as_str()
        && own != *currency
    {
        let message = format!("The customer's currency is {own}, so the transaction can't be in {currency}.");
        return Err(Refusal::invalid(message).param("currency").into());
    }
    let ending = customer.body["balance"].as_i64().unwrap_or(0) + amount;
    let mut after = customer.clone();
    after.body["balance"] = json!(ending);
    after.body["currency"] = json!(currency);
    let after = call.update(customer, after)?;
    let mut transaction = call.new_object(Kind::CustomerBalanceTransaction);
    transaction.body = json!({
        "id": transaction.id,
        "object": "customer_balance_transaction",
        "amount": amount,
        "checkout_session": null,
        "created": test_clocks::time_of(call, &customer.body)?,
        "credit_note": null,
        "currency": currency,
        "customer": customer.id,
        "customer_account": null,
        "description": description,
        "ending_balance": ending,
        "invoice": invoice,
        "livemode": false,
        "metadata": metadata,
        "type": kind,
    });
    Ok((call.create(transaction)?, after))
}

/// Brings a customer's balance to what a request says, as an adjustment in the customer's currency, or the account's.
///
/// # Errors
/// SQLite's.
pub fn adjust(call: &mut Call<'_>, customer: Object, args: &Args) -> Outcome<Object> {
    let Some(wanted) = args.integer("balance") else { return Ok(customer) };
    let difference = wanted - customer.body["balance"].as_i64().unwrap_or(0);
    if difference == 0 {
        return Ok(customer);
    }
    let currency = customer.body["currency"].as_str().unwrap_or("usd").to_owned();
    let entry = Entry {
        amount: difference,
        currency: &currency,
        kind: "adjustment",
        description: Value::Null,
        metadata: json!({}),
        invoice: None,
    };
    book(call, &customer, &entry).map(|(_, customer)| customer)
}

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let customer = call.fetch(Kind::Customer)?;
    let amount = args.integer("amount").unwrap_or(0);
    if amount == 0 {
        return Err(Refusal::parameter("amount", "The amount must not be zero.").into());
    }
    let entry = Entry {
        amount,
        currency: args.text("currency").unwrap_or_default(),
        kind: "adjustment",
        description: args.or_null("description"),
        metadata: args.new_metadata(),
        invoice: None,
    };
    book(call, &customer, &entry).map(|(transaction, _)| Answer::Object(transaction))
}

fn fetch(call: &Call<'_>) -> Outcome<Object> {
    let customer = call.fetch(Kind::Customer)?;
    let id = call.ids.get(1).map_or("", String::as_str);
    let transaction = call.db.get(Kind::CustomerBalanceTransaction, id)?;
    let own = transaction.filter(|transaction| transaction.body["customer"] == customer.id.as_str());
    Ok(own.ok_or_else(|| Refusal::not_found(Kind::CustomerBalanceTransaction.label(), id))?)
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = fetch(call)?;
    let mut after = before.clone();
    super::fields::set(&mut after.body, args, &["description"]);
    set_metadata(&mut after.body, args)?;
    call.store(&before, after).map(Answer::Object)
}

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let customer = call.fetch(Kind::Customer)?;
    let filters: Vec<Filter> = [
        Some(Filter::Key { name: "customer", values: vec![customer.id] }),
        list::created(args),
        list::text(args, "invoice", "$.invoice"),
    ]
    .into_iter()
    .flatten()
    .collect();
    list::page(call, args, Kind::CustomerBalanceTransaction, &filters)
}
