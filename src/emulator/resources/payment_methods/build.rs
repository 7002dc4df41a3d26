//! The bodies of payment methods.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::test_cards::{self, Behaviour, TestCard};
use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::fields::{ADDRESS_FIELDS, complete};

/// A card's end, for the test cards that are given by name.
const YEARS_AHEAD: i16 = 4;

/// When a card ends.
#[derive(Debug, Clone, Copy)]
pub struct Expiry {
    pub month: i64,
    pub year: i64,
}

/// The payment method of a test card, which belongs to nobody yet and is not stored.
pub fn of_card(call: &Call<'_>, card: &TestCard, expiry: Option<Expiry>) -> Object {
    let Expiry { month, year } =
        expiry.unwrap_or(Expiry { month: 12, year: i64::from(date(call.now).year() + YEARS_AHEAD) });
    let mut method = bare(call, "card");
    method.hidden.insert("card".to_owned(), json!(card.name()));
    method.body["card"] = json!({
        "brand": card.brand,
        "checks": {
            "address_line1_check": null,
            "address_postal_code_check": null,
            "cvc_check": if expiry.is_some() { "unchecked" } else { "pass" },
        },
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": month,
        "exp_year": year,
        "fingerprint": fingerprint(call, card.number),
        "funding": card.funding,
        "generated_from": null,
        "last4": card.last4(),
        "networks": {"available": [card.brand], "preferred": null},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": true},
        "wallet": null,
    });
    method
}

/// The payment method of a bank account that is debited.
pub fn of_account(call: &Call<'_>, iban: &str) -> Object {
    let mut method = bare(call, "sepa_debit");
    method.hidden.insert("iban".to_owned(), json!(iban));
    method.body["sepa_debit"] = json!({
        "bank_code": iban.get(4..9),
        "branch_code": "",
        "country": iban.get(..2),
        "fingerprint": fingerprint(call, iban),
        "generated_from": {"charge": null, "setup_attempt": null},
        "last4": iban.get(iban.len().saturating_sub(4)..),
    });
    method
}

fn bare(call: &Call<'_>, kind: &str) -> Object {
    let mut method = call.new_object(Kind::PaymentMethod);
    method.body = json!({
        "id": method.id,
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": billing_details(&Value::Null),
        "created": call.now,
        "customer": null,
        "customer_account": null,
        "livemode": false,
        "metadata": {},
        "type": kind,
    });
    method
}

/// Whole `billing_details` of what was given of them.
pub fn billing_details(given: &Value) -> Value {
    let mut details = complete(given, &["address", "email", "name", "phone", "tax_id"]);
    details["address"] = complete(&given["address"], &ADDRESS_FIELDS);
    details
}

/// The same for the same card, and different in each account.
fn fingerprint(call: &Call<'_>, number: &str) -> String {
    let digest = Sha256::digest(format!("{} {number}", call.account.id));
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn date(now: i64) -> jiff::civil::Date {
    let instant = jiff::Timestamp::from_second(now).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    instant.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// Whether a card has ended: it is good to the end of its month.
pub fn is_over(now: i64, expiry: Expiry) -> bool {
    let today = date(now);
    (expiry.year, expiry.month) < (i64::from(today.year()), i64::from(today.month()))
}

/// What payments with a payment method do.
///
/// # Errors
/// A 500 where a stored method names a test card that is not known any more.
pub fn behaviour(method: &Object) -> Outcome<Behaviour> {
    let kept = |name: &str| method.hidden.get(name).and_then(Value::as_str);
    match (kept("card"), kept("iban")) {
        (Some(name), _) => {
            Ok(test_cards::named(name).map(|card| card.behaviour).ok_or_else(Refusal::internal)?)
        }
        (None, Some(iban)) => Ok(test_cards::account(iban)),
        (None, None) => Err(Refusal::internal().into()),
    }
}
