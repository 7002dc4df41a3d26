//! The parameters of payment methods, also where another object makes one.

use serde_json::Value;

use super::build::{self, Expiry};
use super::test_cards;
use super::using;
use crate::emulator::args::Args;
use crate::emulator::call::{Call, Outcome};
use crate::emulator::check::merge_metadata;
use crate::emulator::database::Object;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::fields::ADDRESS;
use crate::emulator::spec::{ID, Param, TEXT, Type, emptyable, optional, required};

/// `type` as far as the emulator has it: cards, and the bank debits of Europe.
pub const TYPES: &[&str] = &["card", "sepa_debit"];

pub const ALLOW_REDISPLAY: Type = Type::Choice(&["always", "limited", "unspecified"]);

pub const BILLING_DETAILS: Type = Type::Object(&[
    emptyable("address", Type::Object(ADDRESS)),
    emptyable("email", Type::Text { max: 512 }),
    emptyable("name", TEXT),
    emptyable("phone", TEXT),
    optional("tax_id", TEXT),
]);

const YEAR: Type = Type::Integer { min: 0, max: 2100 };
const MONTH: Type = Type::Integer { min: 1, max: 12 };

const CARD: Type = Type::Object(&[
    optional("cvc", TEXT),
    optional("exp_month", MONTH),
    optional("exp_year", YEAR),
    optional("networks", Type::Object(&[optional("preferred", TEXT)])),
    optional("number", TEXT),
    optional("token", ID),
]);

const SEPA_DEBIT: Type = Type::Object(&[required("iban", TEXT)]);

/// What a new payment method is made of, on its own.
pub const NEW: &[Param] = &[
    optional("allow_redisplay", ALLOW_REDISPLAY),
    optional("billing_details", BILLING_DETAILS),
    optional("card", CARD),
    optional("metadata", Type::Metadata),
    optional("sepa_debit", SEPA_DEBIT),
    optional("type", Type::Choice(TYPES)),
];

/// `payment_method_data` of an intent. Its `type` is the only way to say what it is.
pub const DATA: Type = Type::Object(&[
    optional("allow_redisplay", ALLOW_REDISPLAY),
    optional("billing_details", BILLING_DETAILS),
    optional("card", CARD),
    optional("metadata", Type::Metadata),
    optional("sepa_debit", SEPA_DEBIT),
    required("type", Type::Choice(TYPES)),
]);

/// Makes the payment method that parameters describe. `place` is where they are, such as `payment_method_data`.
///
/// # Errors
/// 400 for a missing or unknown part; 402 for a card number that is no test card's.
pub fn make(call: &mut Call<'_>, args: &Args, place: &str) -> Outcome<Object> {
    let inside = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}[{name}]") };
    let kind = args.text("type").ok_or_else(|| Refusal::missing(inside("type")))?;
    for other in TYPES.iter().filter(|other| **other != kind) {
        if args.has(other) {
            let message = format!("You supplied `{other}`, but `type` is `{kind}`.");
            return Err(Refusal::parameter(inside(other), message).into());
        }
    }
    let given = args.object(kind).cloned().map(Args);
    let given = given.ok_or_else(|| Refusal::missing(inside(kind)))?;
    let place = |name: &str| format!("{}[{name}]", inside(kind));
    let mut method = if kind == "card" {
        card(call, &given, place)?
    } else {
        let iban: String = given.text("iban").unwrap_or_default().split_whitespace().collect();
        if !is_iban(&iban) {
            let message = "The IBAN you entered is invalid.";
            return Err(Refusal::parameter(place("iban"), message).into());
        }
        let named = args.object("billing_details").is_some_and(|details| details.contains_key("name"));
        if !named {
            return Err(Refusal::missing("billing_details[name]").into());
        }
        build::of_account(call, &iban)
    };
    if let Some(details) = args.given("billing_details") {
        method.body["billing_details"] = build::billing_details(details);
    }
    if let Some(redisplay) = args.given("allow_redisplay") {
        method.body["allow_redisplay"] = redisplay.clone();
    }
    if let (Some(change), Some(metadata)) = (args.given("metadata"), method.body["metadata"].as_object_mut())
    {
        merge_metadata(metadata, change)?;
    }
    call.create(method)
}

fn card(call: &Call<'_>, given: &Args, place: impl Fn(&str) -> String) -> Outcome<Object> {
    let method = match (given.text("token"), given.text("number")) {
        (Some(_), Some(_)) => return Err(Refusal::exclusive(&place("token"), &place("number")).into()),
        (Some(token), None) => using::of_token(call, token, &place("token"))?,
        (None, Some(number)) => {
            let month = given.integer("exp_month").ok_or_else(|| Refusal::missing(place("exp_month")))?;
            let year = given.integer("exp_year").ok_or_else(|| Refusal::missing(place("exp_year")))?;
            let year = if year < 100 { 2000 + year } else { year };
            let expiry = Expiry { month, year };
            if build::is_over(call.now, expiry) {
                let message = "Your card's expiration year is invalid.";
                return Err(card_error("invalid_expiry_year", message, place("exp_year")).into());
            }
            let card = test_cards::numbered(number).ok_or_else(|| {
                card_error("incorrect_number", "Your card number is incorrect.", place("number"))
            })?;
            build::of_card(call, card, Some(expiry))
        }
        (None, None) => return Err(Refusal::missing(place("token")).into()),
    };
    Ok(method)
}

fn card_error(code: &'static str, message: &str, param: String) -> Refusal {
    Refusal { status: 402, kind: "card_error", ..Refusal::parameter(param, message) }.code(code)
}

/// The form of an IBAN, and its check digits (ISO 13616).
fn is_iban(iban: &str) -> bool {
    let long_enough = (15..=34).contains(&iban.len());
    let alphanumeric = iban.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if !long_enough || !alphanumeric {
        return false;
    }
    let (start, rest) = iban.split_at(4);
    let remainder = rest.chars().chain(start.chars()).fold(0_u32, |remainder, character| {
        let value = character.to_digit(36).unwrap_or(0);
        if value < 10 { (remainder * 10 + value) % 97 } else { (remainder * 100 + value) % 97 }
    });
    remainder == 1
}

/// A method's parameters of another object, as arguments of their own.
pub fn data(args: &Args) -> Option<Args> {
    args.object("payment_method_data").cloned().map(Args)
}

/// Whether a value of a card can be changed later.
pub const UPDATE_CARD: Type = Type::Object(&[
    optional("exp_month", MONTH),
    optional("exp_year", YEAR),
    optional("networks", Type::Object(&[emptyable("preferred", TEXT)])),
]);

/// Sets what was given of `billing_details`.
pub fn set_billing_details(body: &mut Value, args: &Args) {
    for (name, value) in args.object("billing_details").into_iter().flatten() {
        match (name.as_str(), value) {
            ("address", Value::Object(address)) => {
                for (line, text) in address {
                    body["billing_details"]["address"][line] = text.clone();
                }
            }
            ("address", _) => body["billing_details"] = build::billing_details(&without_address(body)),
            (name, value) => body["billing_details"][name] = value.clone(),
        }
    }
}

fn without_address(body: &Value) -> Value {
    let mut details = body["billing_details"].clone();
    details["address"] = Value::Null;
    details
}
