//! How a payment makes a charge.

use serde_json::{Value, json};

use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::ids;
use crate::emulator::kind::Kind;
use crate::emulator::resources::balance_transactions::{self, Movement};
use crate::emulator::resources::payment_methods::{Decline, behaviour};
use crate::emulator::resources::test_clocks;

/// What became of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Result {
    Captured,
    /// The bank holds the money until it is captured or released.
    Authorized,
    /// The money comes, or not, in some days.
    Pending,
    Failed(&'static Decline),
}

/// An authorization that isn't captured expires after seven days.
const CAPTURE_SECONDS: i64 = 7 * 24 * 60 * 60;

/// Makes the charge of a payment intent with a payment method, with no money moved and nothing told yet.
///
/// # Errors
/// SQLite's.
pub fn record(call: &mut Call<'_>, intent: &Value, method: &Object, result: Result) -> Outcome<Object> {
    let now = test_clocks::time_of_customer(call, intent)?;
    let mut charge = call.new_object(Kind::Charge);
    if method.body["type"] != "card" {
        charge.id = ids::dated("py", call.now);
    }
    let amount = &intent["amount"];
    let captured = matches!(result, Result::Captured | Result::Pending);
    let decline = match result {
        Result::Failed(decline) => Some(decline),
        Result::Captured | Result::Authorized | Result::Pending => None,
    };
    let receipt = matches!(result, Result::Captured)
        .then(|| format!("https://pay.stripe.com/receipts/payment/{}", ids::random(40)));
    let status = match result {
        Result::Captured | Result::Authorized => "succeeded",
        Result::Pending => "pending",
        Result::Failed(_) => "failed",
    };
    charge.body = json!({
        "id": charge.id,
        "object": "charge",
        "amount": amount,
        "amount_captured": if matches!(result, Result::Captured) { amount.clone() } else { json!(0) },
        "amount_refunded": 0,
        "application": null,
        "application_fee": null,
        "application_fee_amount": null,
        "balance_transaction": null,
        "billing_details": method.body["billing_details"],
        "calculated_statement_descriptor": statement(intent),
        "captured": captured,
        "created": now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": false,
        "failure_balance_transaction": null,
        "failure_code": decline.map(|decline| decline.code),
        "failure_message": decline.map(|decline| decline.message),
        "fraud_details": {},
        "livemode": false,
        "metadata": intent["metadata"],
        "on_behalf_of": null,
        "outcome": decline.map_or_else(|| approved(method), Decline::outcome),
        "paid": matches!(result, Result::Captured | Result::Authorized),
        "payment_intent": intent["id"],
        "payment_method": method.id,
        "payment_method_details": details(now, intent, method, result),
        "receipt_email": intent["receipt_email"],
        "receipt_number": null,
        "receipt_url": receipt,
        "refunded": false,
        "review": null,
        "shipping": intent["shipping"],
        "source": null,
        "source_transfer": null,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": status,
        "transfer_data": null,
        "transfer_group": intent["transfer_group"],
    });
    call.create(charge)
}

/// What the customer's bank shows.
fn statement(intent: &Value) -> String {
    let own = intent["statement_descriptor"].as_str().unwrap_or("BILLCTL EMULATOR");
    match intent["statement_descriptor_suffix"].as_str() {
        Some(suffix) => format!("{own}* {suffix}"),
        None => own.to_owned(),
    }
}

fn approved(method: &Object) -> Value {
    let mut outcome = json!({
        "advice_code": null,
        "network_advice_code": null,
        "network_decline_code": null,
        "network_status": "approved_by_network",
        "reason": null,
        "seller_message": "Payment complete.",
        "type": "authorized",
    });
    if method.body["type"] == "card" {
        outcome["risk_level"] = json!("normal");
        outcome["risk_score"] = json!(20);
    }
    outcome
}

fn details(now: i64, intent: &Value, method: &Object, result: Result) -> Value {
    if method.body["type"] != "card" {
        let debit = &method.body["sepa_debit"];
        return json!({
            "sepa_debit": {
                "bank_code": debit["bank_code"],
                "branch_code": debit["branch_code"],
                "country": debit["country"],
                "fingerprint": debit["fingerprint"],
                "last4": debit["last4"],
                "mandate": null,
            },
            "type": "sepa_debit",
        });
    }
    let card = &method.body["card"];
    let approved = matches!(result, Result::Captured | Result::Authorized);
    let mut details = json!({
        "amount_authorized": if approved { intent["amount"].clone() } else { Value::Null },
        "authorization_code": if approved { json!(ids::random_code(6)) } else { Value::Null },
        "brand": card["brand"],
        "checks": card["checks"],
        "country": card["country"],
        "electronic_commerce_indicator": null,
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "extended_authorization": {"status": "disabled"},
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "incremental_authorization": {"status": "unavailable"},
        "installments": null,
        "last4": card["last4"],
        "mandate": null,
        "multicapture": {"status": "unavailable"},
        "network": card["brand"],
        "network_token": {"used": false},
        "network_transaction_id": null,
        "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
        "regulated_status": card["regulated_status"],
        "three_d_secure": null,
        "transaction_link_id": null,
        "wallet": null,
    });
    if result == Result::Authorized {
        details["capture_before"] = json!(now + CAPTURE_SECONDS);
    }
    json!({"card": details, "type": "card"})
}

/// Books a charge's money: what was captured of it.
///
/// # Errors
/// SQLite's.
pub fn book(call: &mut Call<'_>, charge: &Object, method: &Object) -> Outcome<Object> {
    let transaction = balance_transactions::book(
        call,
        &Movement {
            amount: charge.body["amount_captured"].as_i64().unwrap_or(0),
            currency: charge.body["currency"].as_str().unwrap_or_default(),
            description: &charge.body["description"],
            source: &charge.id,
            kind: "charge",
            at_once: behaviour(method)?.at_once,
            now: test_clocks::time_of_customer(call, &charge.body)?,
        },
    )?;
    let mut booked = charge.clone();
    booked.body["balance_transaction"] = json!(transaction.id);
    call.store(charge, booked)
}
