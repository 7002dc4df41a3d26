//! Billing credits on invoices: spent on metered lines when an invoice is finalized, and given back when it is voided.

use std::cmp::Reverse;

use serde_json::{Value, json};

use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::kind::Kind;
use crate::emulator::resources::credit_balance;
use crate::emulator::resources::credit_grants::{LEFT, left};

/// Spends the customer's credits on the metered lines of an invoice, after discounts: by priority, then those that expire
/// soonest, promotional ones before paid ones, and the older first (docs.stripe.com/billing/subscriptions/usage-based/billing-credits).
///
/// # Errors
/// SQLite's.
pub fn spend(call: &mut Call<'_>, invoice: &mut Object, now: i64) -> Outcome<()> {
    let customer = invoice.body["customer"].as_str().unwrap_or_default();
    let grants = spendable(call, customer, &invoice.body["currency"], now)?;
    if grants.is_empty() {
        return Ok(());
    }
    let mut lines = invoice.body["lines"]["data"].as_array().cloned().unwrap_or_default();
    let mut rest: Vec<i64> = Vec::with_capacity(lines.len());
    for line in &lines {
        rest.push(if is_metered(call, line)? { due(line) } else { 0 });
    }
    let mut spent = Vec::new();
    for before in grants {
        let mut purse = left(&before);
        for (line, rest) in lines.iter_mut().zip(&mut rest) {
            let price = line["pricing"]["price_details"]["price"].as_str().unwrap_or_default();
            let value = purse.min(*rest);
            if value <= 0 || !credit_balance::covers(&before, price) {
                continue;
            }
            (purse, *rest) = (purse - value, *rest - value);
            let on = (invoice.id.as_str(), line["id"].as_str().unwrap_or_default());
            let transaction = credit_balance::apply(call, &before, value, on, now)?;
            let taken = json!({
                "amount": value,
                "credit_balance_transaction": transaction,
                "type": "credit_balance_transaction",
            });
            push(&mut line["pretax_credit_amounts"], taken.clone());
            spent.push(taken);
        }
        set_left(call, &before, purse)?;
    }
    let sum: i64 = spent.iter().filter_map(|taken| taken["amount"].as_i64()).sum();
    invoice.body["lines"]["data"] = Value::Array(lines);
    for taken in spent {
        push(&mut invoice.body["total_pretax_credit_amounts"], taken);
    }
    for total in ["total", "total_excluding_tax"] {
        invoice.body[total] = json!(invoice.body[total].as_i64().unwrap_or_default() - sum);
    }
    Ok(())
}

/// Gives back what a voided invoice has spent; what has expired since stays expired.
///
/// # Errors
/// SQLite's.
pub fn give_back(call: &mut Call<'_>, invoice: &Object, now: i64) -> Outcome<()> {
    for line in invoice.body["lines"]["data"].as_array().into_iter().flatten() {
        for taken in line["pretax_credit_amounts"].as_array().into_iter().flatten() {
            let id = taken["credit_balance_transaction"].as_str().unwrap_or_default();
            let Some(transaction) = call.db.get(Kind::CreditBalanceTransaction, id)? else { continue };
            let grant = transaction.body["credit_grant"].as_str().unwrap_or_default();
            let Some(grant) = call.db.get(Kind::CreditGrant, grant)? else { continue };
            let value = taken["amount"].as_i64().unwrap_or_default();
            let is_over = grant.body["expires_at"].as_i64().is_some_and(|at| at <= now);
            if is_over || !grant.body["voided_at"].is_null() {
                continue;
            }
            set_left(call, &grant, left(&grant) + value)?;
            let on = (invoice.id.as_str(), line["id"].as_str().unwrap_or_default());
            credit_balance::give_back(call, &grant, value, on, now)?;
        }
    }
    Ok(())
}

/// The grants of a currency that can be spent now, in the order in which they are.
fn spendable(call: &Call<'_>, customer: &str, currency: &Value, now: i64) -> Outcome<Vec<Object>> {
    let mut grants = call.db.with_key(Kind::CreditGrant, "customer", customer)?;
    grants.retain(|grant| {
        let is_effective = grant.body["effective_at"].as_i64().is_none_or(|at| at <= now);
        left(grant) > 0 && is_effective && grant.body["amount"]["monetary"]["currency"] == *currency
    });
    // The database gives the newest first.
    grants.reverse();
    grants.sort_by_key(|grant| {
        let number = |field: &str| grant.body[field].as_i64();
        (
            number("priority").unwrap_or(50),
            number("expires_at").unwrap_or(i64::MAX),
            Reverse(grant.body["category"] == "promotional"),
            number("effective_at"),
            number("created"),
        )
    });
    Ok(grants)
}

fn is_metered(call: &Call<'_>, line: &Value) -> Outcome<bool> {
    let price = line["pricing"]["price_details"]["price"].as_str().unwrap_or_default();
    let price = call.db.get(Kind::Price, price)?;
    Ok(price.is_some_and(|price| !price.body["recurring"]["meter"].is_null()))
}

/// What a line costs after discounts.
fn due(line: &Value) -> i64 {
    let off = line["discount_amounts"].as_array().into_iter().flatten();
    let off: i64 = off.filter_map(|off| off["amount"].as_i64()).sum();
    line["amount"].as_i64().unwrap_or_default() - off
}

fn set_left(call: &Call<'_>, before: &Object, value: i64) -> Outcome<()> {
    let mut after = before.clone();
    after.hidden.insert(LEFT.to_owned(), json!(value));
    call.db.update(before, &after)?;
    Ok(())
}

fn push(list: &mut Value, value: Value) {
    if let Some(list) = list.as_array_mut() {
        list.push(value);
    }
}
