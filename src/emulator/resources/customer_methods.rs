//! What a customer pays with: the methods that are given when a customer is made or changed, and old sources.

use serde_json::{Value, json};

use super::payment_methods;
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::ids;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{ID, Param, Type, optional, required};

pub const ENDPOINTS: &[Endpoint] = &[Endpoint {
    method: Method::Post,
    route: "/v1/customers/{id}/sources",
    params: &[SOURCE],
    answers: Answers::Other,
    handler: add_source,
}];

const SOURCE: &[Param] = &[required("source", ID), optional("metadata", Type::Metadata)];

/// Saves what a request gives a stored customer to pay with, and sets the defaults that it names.
///
/// # Errors
/// 400 for a method that isn't there or isn't this customer's; 402 for a card that can't be saved.
pub fn apply(call: &mut Call<'_>, customer: Object, args: &Args) -> Outcome<Object> {
    let mut after = customer.clone();
    let given = args.text("payment_method");
    let mut attached = None;
    if let Some(id) = given {
        let method = payment_methods::named(call, id, "payment_method")?;
        attached = Some(payment_methods::attach(call, method, &customer.id)?);
    }
    if let Some(token) = args.text("source") {
        let source = source(call, token, &customer.id, &json!({}))?;
        after.body["default_source"] = json!(source.id);
    }
    if let Some(id) = args.text("default_source") {
        let source = call.refer(Kind::PaymentMethod, id, "default_source")?;
        if source.body["customer"] != customer.id.as_str() {
            return Err(Refusal::no_such("source", id, "default_source").into());
        }
        after.body["default_source"] = json!(id);
    }
    let settings = args.object("invoice_settings");
    match settings.and_then(|settings| settings.get("default_payment_method")) {
        Some(Value::String(id)) if given == Some(id.as_str()) => {
            after.body["invoice_settings"]["default_payment_method"] =
                json!(attached.map(|method| method.id));
        }
        Some(Value::String(id)) => {
            check_own(call, id, &customer.id)?;
            after.body["invoice_settings"]["default_payment_method"] = json!(id);
        }
        Some(_) => after.body["invoice_settings"]["default_payment_method"] = Value::Null,
        None => {}
    }
    call.update(&customer, after)
}

fn check_own(call: &Call<'_>, id: &str, customer: &str) -> Outcome<()> {
    const PARAM: &str = "invoice_settings[default_payment_method]";
    let method = call.refer(Kind::PaymentMethod, id, PARAM)?;
    if method.body["customer"] == customer {
        return Ok(());
    }
    let message = format!(
        "The customer does not have a payment method with the ID {id}. The payment method must be attached to the \
         customer."
    );
    Err(Refusal::invalid(message).code("resource_missing").param(PARAM).into())
}

/// A card from a token, as older versions have it: a source `card_…`, which is a payment method too.
fn source(call: &mut Call<'_>, token: &str, customer: &str, metadata: &Value) -> Outcome<Object> {
    let mut method = payment_methods::of_token(call, token, "source")?;
    method.id = ids::dated("card", call.now);
    method.body["id"] = json!(method.id);
    method.body["metadata"] = metadata.clone();
    let method = call.create(method)?;
    let method = payment_methods::attach(call, method, customer)?;
    let card = Object { body: card(&method.body), ..method.clone() };
    call.tell("customer.source.created", &card)?;
    Ok(method)
}

/// A source's own shape.
fn card(method: &Value) -> Value {
    let (card, details) = (&method["card"], &method["billing_details"]);
    let brand = match card["brand"].as_str().unwrap_or_default() {
        "amex" => "American Express",
        "diners" => "Diners Club",
        "discover" => "Discover",
        "jcb" => "JCB",
        "mastercard" => "MasterCard",
        "unionpay" => "UnionPay",
        _ => "Visa",
    };
    let address = &details["address"];
    json!({
        "id": method["id"],
        "object": "card",
        "address_city": address["city"],
        "address_country": address["country"],
        "address_line1": address["line1"],
        "address_line1_check": null,
        "address_line2": address["line2"],
        "address_state": address["state"],
        "address_zip": address["postal_code"],
        "address_zip_check": null,
        "brand": brand,
        "country": card["country"],
        "customer": method["customer"],
        "cvc_check": card["checks"]["cvc_check"],
        "dynamic_last4": null,
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "last4": card["last4"],
        "metadata": method["metadata"],
        "name": details["name"],
        "regulated_status": card["regulated_status"],
        "tokenization_method": null,
    })
}

/// The first source is the default.
fn add_source(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let customer = call.fetch(Kind::Customer)?;
    let token = args.text("source").unwrap_or_default();
    let source = source(call, token, &customer.id, &args.new_metadata())?;
    if customer.body["default_source"].is_null() {
        let mut after = customer.clone();
        after.body["default_source"] = json!(source.id);
        call.update(&customer, after)?;
    }
    Ok(Answer::Plain(card(&source.body)))
}
