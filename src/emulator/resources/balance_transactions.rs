//! `/v1/balance_transactions` and `/v1/balance`: what moves the account's money.

use serde_json::{Value, json};

use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::{Filter, Held, Object};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::spec::{ID, PAGE, Param, TEXT, Type, optional};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Get,
        route: "/v1/balance",
        params: &[],
        answers: Answers::Other,
        handler: |call, _| Ok(Answer::Plain(balance(call)?)),
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/balance_transactions",
        params: &[LIST, PAGE],
        answers: Answers::Many(Kind::BalanceTransaction),
        handler: list_all,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/balance_transactions/{id}",
        params: &[],
        answers: Answers::One(Kind::BalanceTransaction),
        handler: |call, _| call.fetch(Kind::BalanceTransaction).map(Answer::Object),
    },
];

const LIST: &[Param] = &[
    optional("created", Type::Range),
    optional("currency", Type::Currency),
    optional("payout", ID),
    optional("source", ID),
    optional("type", TEXT),
];

const DAY: i64 = 24 * 60 * 60;
/// Money of card payments is available after two days.
const WAITING_DAYS: i64 = 2;
/// Stripe's fee on card payments in the United States: 2.9 %, in tenths of a percent, and 30 minor units.
const FEE_PER_MILLE: i64 = 29;
const FEE_FIXED: i64 = 30;

/// A movement of money that a charge or a refund causes. Amounts are in minor units, negative for refunds.
#[derive(Debug)]
pub struct Movement<'a> {
    pub amount: i64,
    pub currency: &'a str,
    pub description: &'a Value,
    /// The charge or refund.
    pub source: &'a str,
    /// `charge`, `refund` or `refund_failure`.
    pub kind: &'static str,
    pub at_once: bool,
    /// The time of the customer, in seconds since 1970.
    pub now: i64,
}

/// Books a movement. The account holds a balance in every currency: nothing is exchanged.
///
/// # Errors
/// SQLite's.
pub fn book(call: &mut Call<'_>, movement: &Movement<'_>) -> Outcome<Object> {
    let Movement { amount, currency, description, source, kind, at_once, now } = movement;
    let fee = if *kind == "charge" { fee(*amount) } else { 0 };
    let fee_details = match fee {
        0 => json!([]),
        fee => json!([{
            "amount": fee, "application": null, "currency": currency,
            "description": "Stripe processing fees", "type": "stripe_fee",
        }]),
    };
    let mut transaction = call.new_object(Kind::BalanceTransaction);
    transaction.body = json!({
        "id": transaction.id,
        "object": "balance_transaction",
        "amount": amount,
        "available_on": if *at_once { *now } else { (now / DAY + WAITING_DAYS) * DAY },
        "balance_type": "payments",
        "created": now,
        "currency": currency,
        "description": description,
        "exchange_rate": null,
        "fee": fee,
        "fee_details": fee_details,
        "net": amount - fee,
        "reporting_category": kind,
        "source": source,
        "status": if *at_once { "available" } else { "pending" },
        "type": kind,
    });
    call.create(transaction)
}

/// In minor units, half a unit rounded up; never more than the amount.
fn fee(amount: i64) -> i64 {
    ((amount * FEE_PER_MILLE + 500) / 1000 + FEE_FIXED).min(amount)
}

/// Pending becomes available as time goes by.
pub fn refresh(body: &mut Value, now: i64) {
    let available = body["available_on"].as_i64().is_some_and(|from| from <= now);
    body["status"] = json!(if available { "available" } else { "pending" });
}

fn list_all(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let filters: Vec<Filter> = [
        list::created(args),
        list::text(args, "currency", "$.currency"),
        list::text(args, "type", "$.type"),
        list::key(args, "source", "source"),
        // Nothing is ever paid out, so no transaction is part of a payout.
        list::key(args, "payout", "payout"),
    ]
    .into_iter()
    .flatten()
    .collect();
    list::page(call, args, Kind::BalanceTransaction, &filters)
}

/// What there is in each currency. The account's own is always shown.
fn balance(call: &Call<'_>) -> Outcome<Value> {
    let amounts = call.db.balance(call.now)?;
    let side = |available: bool| {
        let mut side: Vec<Value> = amounts
            .iter()
            .filter(|held| held.available == available)
            .map(|Held { currency, amount, .. }| {
                json!({"amount": amount, "currency": currency, "source_types": {"card": amount}})
            })
            .collect();
        if !side.iter().any(|entry| entry["currency"] == "usd") {
            side.push(json!({"amount": 0, "currency": "usd", "source_types": {"card": 0}}));
        }
        side
    };
    Ok(json!({"object": "balance", "available": side(true), "livemode": false, "pending": side(false)}))
}
