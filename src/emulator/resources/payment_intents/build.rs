//! Making payment intents.

use serde_json::{Value, json};

use crate::emulator::args::Args;
use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::ids;
use crate::emulator::kind::Kind;
use crate::emulator::resources::fields::{set, set_shipping};
use crate::emulator::resources::payment_methods::types;
use crate::emulator::resources::test_clocks;

/// A payment that somebody else than the API's caller starts, such as an invoice's.
#[derive(Debug)]
pub struct Payment<'a> {
    /// In minor units.
    pub amount: i64,
    pub currency: &'a str,
    pub customer: Option<&'a str>,
    pub description: Value,
    pub metadata: Value,
    /// `off_session` saves the method for payments without the customer.
    pub setup_future_usage: Option<&'a str>,
}

/// A new intent that nothing is known of but what is to be paid; not stored.
pub fn blank(call: &Call<'_>, amount: i64, currency: &str) -> Object {
    let mut intent = call.new_object(Kind::PaymentIntent);
    intent.body = json!({
        "id": intent.id,
        "object": "payment_intent",
        "allowed_payment_method_types": null,
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": null,
        "application_fee_amount": null,
        "automatic_payment_methods": null,
        "canceled_at": null,
        "cancellation_reason": null,
        "capture_method": "automatic_async",
        "client_secret": format!("{}_secret_{}", intent.id, ids::random(25)),
        "confirmation_method": "automatic",
        "created": call.now,
        "currency": currency,
        "customer": null,
        "customer_account": null,
        "description": null,
        "excluded_payment_method_types": null,
        "last_payment_error": null,
        "latest_charge": null,
        "livemode": false,
        "managed_payments": null,
        "metadata": {},
        "next_action": null,
        "on_behalf_of": null,
        "payment_method": null,
        "payment_method_configuration_details": null,
        "payment_method_options": {},
        "payment_method_types": types::enabled(currency),
        "payment_record": null,
        "processing": null,
        "receipt_email": null,
        "review": null,
        "setup_future_usage": null,
        "shipping": null,
        "source": null,
        "statement_descriptor": null,
        "statement_descriptor_suffix": null,
        "status": "requires_payment_method",
        "transfer_data": null,
        "transfer_group": null,
    });
    intent
}

/// Makes the intent of a payment and tells of it. It waits for a method to be confirmed with.
///
/// # Errors
/// SQLite's.
pub fn start(call: &mut Call<'_>, payment: &Payment<'_>) -> Outcome<Object> {
    start_with(call, payment, &Args::default())
}

/// Like [`start`], with further fields of the intent.
///
/// # Errors
/// SQLite's.
pub fn start_with(call: &mut Call<'_>, payment: &Payment<'_>, more: &Args) -> Outcome<Object> {
    const MORE: &[&str] = &[
        "capture_method",
        "receipt_email",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "transfer_group",
    ];
    let Payment { amount, currency, customer, description, metadata, setup_future_usage } = payment;
    let mut intent = blank(call, *amount, currency);
    intent.body["customer"] = json!(customer);
    intent.body["description"] = description.clone();
    intent.body["metadata"] = metadata.clone();
    intent.body["setup_future_usage"] = json!(setup_future_usage);
    set(&mut intent.body, more, MORE);
    set_shipping(&mut intent.body, more);
    intent.body["created"] = json!(test_clocks::time_of_customer(call, &intent.body)?);
    call.create(intent)
}
