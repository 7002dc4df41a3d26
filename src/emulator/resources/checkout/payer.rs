//! What a person fills in on a session's page.

use serde_json::{Value, json};

use crate::emulator::args::Args;
use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::payment_methods;
use crate::emulator::spec::{Param, TEXT, Type, optional};

/// The fields of the page's form; an empty one counts as left out.
pub const FIELDS: &[Param] = &[
    optional("city", TEXT),
    optional("country", TEXT),
    optional("custom", Type::Metadata),
    optional("cvc", TEXT),
    optional("email", Type::Text { max: 512 }),
    optional("expiry", TEXT),
    optional("line1", TEXT),
    optional("name", TEXT),
    optional("number", TEXT),
    optional("phone", TEXT),
    optional("postal_code", TEXT),
    optional("terms", Type::Flag),
];

/// The session with the answers to its own questions: its custom fields, and the terms of service.
///
/// # Errors
/// 400 naming the field that is missing or wrong.
pub fn answered(session: &Object, args: &Args) -> Result<Object, Refusal> {
    let mut session = session.clone();
    let given = Args(args.object("custom").cloned().unwrap_or_default());
    for field in session.body["custom_fields"].as_array_mut().into_iter().flatten() {
        let key = field["key"].as_str().unwrap_or_default().to_owned();
        let kind = field["type"].as_str().unwrap_or_default().to_owned();
        let value = given.text(&key);
        check_answer(field, &kind, value)
            .map_err(|message| Refusal::parameter(format!("custom[{key}]"), message))?;
        field[kind.as_str()]["value"] = json!(value);
    }
    if session.body["consent_collection"]["terms_of_service"] == "required" {
        if args.flag("terms") != Some(true) {
            let message = "Agree to the terms of service to go on.";
            return Err(Refusal::parameter("terms", message));
        }
        session.body["consent"] = json!({"promotions": null, "terms_of_service": "accepted"});
    }
    Ok(session)
}

fn check_answer(field: &Value, kind: &str, value: Option<&str>) -> Result<(), String> {
    let Some(value) = value else {
        return if field["optional"] == true { Ok(()) } else { Err("This field is required.".to_owned()) };
    };
    let detail = &field[kind];
    let length = i64::try_from(value.chars().count()).unwrap_or(i64::MAX);
    if detail["minimum_length"].as_i64().is_some_and(|least| length < least) {
        return Err(format!("Write at least {} characters.", detail["minimum_length"]));
    }
    if detail["maximum_length"].as_i64().is_some_and(|most| length > most) {
        return Err(format!("Write at most {} characters.", detail["maximum_length"]));
    }
    if kind == "numeric" && !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("Write digits only.".to_owned());
    }
    let options = detail["options"].as_array();
    if kind == "dropdown" && !options.is_some_and(|options| options.iter().any(|one| one["value"] == value)) {
        return Err("Choose one of these.".to_owned());
    }
    Ok(())
}

/// The parameters of the payment method that was filled in; `None` where none is needed and no card was given.
///
/// # Errors
/// 400 naming the field that is missing or wrong.
pub fn payment_method(
    call: &Call<'_>,
    session: &Object,
    args: &Args,
    needs_card: bool,
) -> Outcome<Option<Args>> {
    check_email(call, session, args)?;
    if !needs_card && !args.has("number") {
        return Ok(None);
    }
    let card = card(args)?;
    let missing = |name: &str, message: &str| Refusal::parameter(name, message);
    let name = args.text("name").ok_or_else(|| missing("name", "Enter the name on your card."))?;
    if session.body["phone_number_collection"]["enabled"] == true && !args.has("phone") {
        return Err(missing("phone", "Enter your phone number.").into());
    }
    let address = address(args, session.body["billing_address_collection"] == "required")?;
    let mut details = json!({"name": name, "address": address});
    for field in ["email", "phone"] {
        if let Some(text) = args.text(field) {
            details[field] = json!(text);
        }
    }
    let data = json!({"type": "card", "card": card, "billing_details": details});
    Ok(data.as_object().cloned().map(Args))
}

/// Somebody whose address is known already is not asked.
fn check_email(call: &Call<'_>, session: &Object, args: &Args) -> Outcome<()> {
    let customer = match session.body["customer"].as_str() {
        Some(id) => call.db.get(Kind::Customer, id)?,
        None => None,
    };
    let is_known = session.body["customer_email"].is_string()
        || customer.is_some_and(|customer| customer.body["email"].is_string());
    let refuse = |message: &str| Err(Refusal::parameter("email", message).into());
    match args.text("email") {
        None if is_known => Ok(()),
        None => refuse("Enter your email address."),
        Some(email) => match email.split_once('@') {
            Some((name, host)) if !name.is_empty() && host.contains('.') && !email.contains([' ', ',']) => {
                Ok(())
            }
            _ => refuse("This email address is not complete."),
        },
    }
}

fn address(args: &Args, required: bool) -> Result<Value, Refusal> {
    let mut address = json!({});
    for (field, message) in [
        ("line1", "Enter your street and number."),
        ("city", "Enter your city."),
        ("postal_code", "Enter your postal code."),
        ("country", "Enter your country's two letters, such as US."),
    ] {
        match args.text(field) {
            Some(text)
                if field == "country"
                    && !(text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())) =>
            {
                return Err(Refusal::parameter(field, message));
            }
            Some(text) if field == "country" => address[field] = json!(text.to_ascii_uppercase()),
            Some(text) => address[field] = json!(text),
            None if required => return Err(Refusal::parameter(field, message)),
            None => {}
        }
    }
    Ok(address)
}

/// The card that was filled in, as the parameters of a payment method have it.
///
/// # Errors
/// 400 naming the field that is missing or wrong.
pub fn card(args: &Args) -> Result<Value, Refusal> {
    let refuse = |field: &str, message: &str| Err(Refusal::parameter(field, message));
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let number = digits(args.text("number").unwrap_or_default());
    if number.is_empty() {
        return refuse("number", "Enter your card number.");
    }
    if !is_card_number(&number) {
        return refuse("number", "Your card number is invalid.");
    }
    if !payment_methods::is_test_card(&number) {
        return refuse("number", "This page takes Stripe's test cards only, such as 4242 4242 4242 4242.");
    }
    let expiry = digits(args.text("expiry").unwrap_or_default());
    let (month, year) = expiry.split_at_checked(2).unwrap_or_default();
    let month = month.parse::<i64>().ok().filter(|month| (1..=12).contains(month));
    let year = year.parse::<i64>().ok().filter(|_| matches!(year.len(), 2 | 4));
    let (Some(month), Some(year)) = (month, year) else {
        return refuse("expiry", "Enter your card's expiry date as month and year, such as 12 / 34.");
    };
    let cvc = digits(args.text("cvc").unwrap_or_default());
    if !matches!(cvc.len(), 3 | 4) {
        return refuse("cvc", "Enter the 3 or 4 digits of your card's security code.");
    }
    Ok(json!({"number": number, "exp_month": month, "exp_year": year, "cvc": cvc}))
}

/// The check digit of card numbers (ISO/IEC 7812, Luhn).
fn is_card_number(digits: &str) -> bool {
    let sum: u32 = digits
        .chars()
        .rev()
        .enumerate()
        .filter_map(|(place, digit)| Some(digit.to_digit(10)? * if place % 2 == 1 { 2 } else { 1 }))
        .map(|digit| digit / 10 + digit % 10)
        .sum();
    (12..=19).contains(&digits.len()) && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(number: &str, expiry: &str, cvc: &str, expected: Result<(i64, i64), &str>) {
        let given = json!({"number": number, "expiry": expiry, "cvc": cvc});
        let read = card(&Args(given.as_object().unwrap().clone()));
        let read = read
            .map(|card| (card["exp_month"].as_i64().unwrap(), card["exp_year"].as_i64().unwrap()))
            .map_err(|refusal| refusal.param.unwrap());
        assert_eq!(read, expected.map_err(str::to_owned));
    }

    #[test]
    fn a_card_is_read_as_people_type_it() {
        check("4242 4242 4242 4242", "12 / 34", "123", Ok((12, 34)));
        check("4242-4242-4242-4242", "0134", "123", Ok((1, 34)));
        check("378282246310005", "01/2034", "1234", Ok((1, 2034)));
    }

    #[test]
    fn the_field_that_is_wrong_is_named() {
        check("", "12/34", "123", Err("number"));
        check("4242424242424241", "12/34", "123", Err("number"));
        check("4012888888881881", "12/34", "123", Err("number"));
        check("4242424242424242", "13/34", "123", Err("expiry"));
        check("4242424242424242", "12", "123", Err("expiry"));
        check("4242424242424242", "12/034", "123", Err("expiry"));
        check("4242424242424242", "12/34", "12", Err("cvc"));
    }
}
