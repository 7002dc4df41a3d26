//! Finding, saving and removing payment methods, for whatever takes one.

use serde_json::{Value, json};

use super::build::{behaviour, of_card};
use super::test_cards;
use crate::emulator::call::{Call, Failure, Outcome};
use crate::emulator::database::Object;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;

/// The payment method that a parameter names. A test id such as `pm_card_visa` makes a new one each time.
///
/// # Errors
/// 400 `resource_missing` on that parameter if there is none.
pub fn named(call: &mut Call<'_>, id: &str, param: &str) -> Outcome<Object> {
    match id.strip_prefix("pm_card_").and_then(test_cards::named) {
        Some(card) => {
            let method = of_card(call, card, None);
            call.create(method)
        }
        None => call.refer(Kind::PaymentMethod, id, param),
    }
}

/// The payment method of a test token such as `tok_visa`, not stored.
///
/// # Errors
/// 400 `resource_missing` on that parameter for what is no test token.
pub fn of_token(call: &Call<'_>, token: &str, param: &str) -> Outcome<Object> {
    match token.strip_prefix("tok_").and_then(test_cards::named) {
        Some(card) => Ok(of_card(call, card, None)),
        None => Err(Refusal::no_such("token", token, param).into()),
    }
}

/// Checks that an intent of a customer (or of nobody) can be paid with a method.
///
/// # Errors
/// 400 if the method is another customer's, or is spent: it was used or detached without being saved.
pub fn check_usable(method: &Object, customer: Option<&str>) -> Result<(), Refusal> {
    let owner = method.body["customer"].as_str();
    if method.hidden.contains_key("spent") && owner.is_none() {
        return Err(spent());
    }
    match (owner, customer) {
        (Some(owner), Some(customer)) if owner != customer => Err(Refusal::invalid(format!(
            "The customer does not have a payment method with the ID {}. The payment method must be attached to \
             the customer.",
            method.id
        ))
        .param("payment_method")),
        (Some(owner), None) => Err(Refusal::invalid(format!(
            "The PaymentMethod {} belongs to the Customer {owner}. Please include the Customer in the `customer` \
             parameter.",
            method.id
        ))
        .param("payment_method")),
        _ => Ok(()),
    }
}

fn spent() -> Refusal {
    Refusal::invalid(
        "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared \
         with a connected account without Customer attachment, or was detached from a Customer. It may not be used \
         again. To use a PaymentMethod multiple times, you must attach it to a Customer first.",
    )
}

/// Saves a payment method for a customer and tells of it; does nothing if it is saved there already.
///
/// # Errors
/// 402 if the card declines that; 400 if the method is another customer's or is spent.
pub fn attach(call: &mut Call<'_>, method: Object, customer: &str) -> Outcome<Object> {
    if method.body["customer"].as_str() == Some(customer) {
        return Ok(method);
    }
    if method.body["customer"].is_string() {
        let message = "The payment method you provided has already been attached to a customer.";
        return Err(Refusal::invalid(message).into());
    }
    if method.hidden.contains_key("spent") {
        return Err(spent().into());
    }
    let behaviour = behaviour(&method)?;
    if let (Some(decline), false) = (behaviour.decline, behaviour.attaches) {
        return Err(Failure::Declined(Box::new(decline.plain_refusal())));
    }
    let mut attached = method.clone();
    attached.body["customer"] = json!(customer);
    let attached = call.store(&method, attached)?;
    call.tell("payment_method.attached", &attached)?;
    Ok(attached)
}

/// Takes a payment method from its customer, for whom it is then no default any more. It can't be used again.
///
/// # Errors
/// SQLite's.
pub fn detach(call: &mut Call<'_>, method: &Object) -> Outcome<Object> {
    let customer = method.body["customer"].as_str().unwrap_or_default().to_owned();
    let mut detached = method.clone();
    detached.body["customer"] = Value::Null;
    detached.hidden.insert("spent".to_owned(), json!(true));
    let detached = call.update_as(method, detached, Some("payment_method.detached"))?;
    if let Some(before) = call.db.get(Kind::Customer, &customer)? {
        let mut after = before.clone();
        for field in ["/invoice_settings/default_payment_method", "/default_source"] {
            if let Some(default) = after.body.pointer_mut(field)
                && default.as_str() == Some(method.id.as_str())
            {
                *default = Value::Null;
            }
        }
        call.update(&before, after)?;
    }
    Ok(detached)
}

/// What a customer's invoices are paid with, unless they name something else: the default payment method of the
/// customer's invoice settings, else the default source. `None` if there is neither.
///
/// # Errors
/// SQLite's.
pub fn default_of(call: &Call<'_>, customer: &Value) -> Outcome<Option<Object>> {
    let settings = &customer["invoice_settings"]["default_payment_method"];
    match settings.as_str().or_else(|| customer["default_source"].as_str()) {
        Some(id) => Ok(call.db.get(Kind::PaymentMethod, id)?),
        None => Ok(None),
    }
}

/// Marks a method as set up for payments without the customer.
///
/// # Errors
/// SQLite's.
pub fn set_up(call: &mut Call<'_>, method: Object) -> Outcome<Object> {
    mark(call, method, "set_up")
}

/// Marks a method that pays without being saved: it can't pay a second time.
///
/// # Errors
/// SQLite's.
pub fn spend(call: &mut Call<'_>, method: Object) -> Outcome<Object> {
    mark(call, method, "spent")
}

fn mark(call: &mut Call<'_>, method: Object, name: &str) -> Outcome<Object> {
    let mut marked = method.clone();
    marked.hidden.insert(name.to_owned(), json!(true));
    call.store(&method, marked)
}
