//! Opening a payment link in a browser: each visit gets a checkout session of its own.

use serde_json::{Map, Value, json};

use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::checkout;
use crate::emulator::spec::{TEXT, Type, optional};

use super::kept_lines;

/// What stands behind the link's address may fill in some fields.
pub static OPEN: Endpoint = Endpoint {
    method: Method::Post,
    route: "/b/{code}",
    params: &[&[
        optional("client_reference_id", Type::Text { max: 200 }),
        optional("prefilled_email", TEXT),
        optional("prefilled_promo_code", TEXT),
    ]],
    answers: Answers::Other,
    handler: |call, args| {
        let found = call.db.with_key(Kind::PaymentLink, "code", call.id())?.into_iter().next();
        let link = found.ok_or_else(|| Refusal::status(404, "There is no such page."))?;
        open(call, &link, args).map(|session| Answer::Plain(session.body))
    },
};

fn open(call: &mut Call<'_>, link: &Object, args: &Args) -> Outcome<Object> {
    let limit = &link.body["restrictions"]["completed_sessions"];
    let is_used_up =
        limit["limit"].as_i64().is_some_and(|limit_of| limit["count"].as_i64() >= Some(limit_of));
    if link.body["active"] != true || is_used_up {
        let message = link.body["inactive_message"].as_str().unwrap_or("This link is no longer active.");
        return Err(Refusal::status(410, message).into());
    }
    let mut session = checkout::start(call, &Args(asked(link)))?;
    let body = &mut session.body;
    let copied = [
        "allow_promotion_codes",
        "billing_address_collection",
        "consent_collection",
        "custom_fields",
        "custom_text",
        "metadata",
        "name_collection",
        "phone_number_collection",
        "submit_type",
        "tax_id_collection",
    ];
    for field in copied {
        if let Some(value) = link.body.get(field) {
            body[field] = value.clone();
        }
    }
    checkout::with_answers(&mut body["custom_fields"]);
    if link.body["subscription_data"].is_null() {
        for field in ["customer_creation", "invoice_creation"] {
            body[field] = link.body[field].clone();
        }
    } else {
        body["payment_method_collection"] = link.body["payment_method_collection"].clone();
    }
    body["payment_link"] = json!(link.id);
    // As at Stripe, one with other characters is left out.
    let is_plain = |id: &&str| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    body["client_reference_id"] = json!(args.text("client_reference_id").filter(is_plain));
    let after = &link.body["after_completion"];
    body["success_url"] = after["redirect"]["url"].clone();
    if let Some(message) = after["hosted_confirmation"]["custom_message"].as_str() {
        session.hidden.insert(checkout::CONFIRMATION.to_owned(), json!(message));
    }
    if let Some(email) = args.text("prefilled_email") {
        session.hidden.insert(checkout::PREFILLED_EMAIL.to_owned(), json!(email));
    }
    if let Some(code) = args.text("prefilled_promo_code") {
        // One that is no good is left out, too.
        session = checkout::with_code(call, &session, code)?.unwrap_or(session);
    }
    call.create(session)
}

/// What the link sells, as the parameters of a session.
fn asked(link: &Object) -> Map<String, Value> {
    let without_nulls = |value: &Value| {
        let fields = value.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        fields.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<String, Value>>()
    };
    let lines = kept_lines(&link.hidden);
    let lines: Vec<Value> = lines
        .iter()
        .map(|line| {
            let mut line = without_nulls(line);
            line.shift_remove("id");
            if let Some(bounds) = line.get_mut("adjustable_quantity") {
                *bounds = Value::Object(without_nulls(bounds));
            }
            Value::Object(line)
        })
        .collect();
    let recurs = !link.body["subscription_data"].is_null();
    let mut asked = Map::new();
    asked.insert("line_items".to_owned(), json!(lines));
    asked.insert("currency".to_owned(), link.body["currency"].clone());
    asked.insert("mode".to_owned(), json!(if recurs { "subscription" } else { "payment" }));
    asked.insert("automatic_tax".to_owned(), json!({"enabled": link.body["automatic_tax"]["enabled"]}));
    let (name, data) = match recurs {
        true => ("subscription_data", &link.body["subscription_data"]),
        false => ("payment_intent_data", &link.body["payment_intent_data"]),
    };
    if data.is_object() {
        let mut data = without_nulls(data);
        data.shift_remove("invoice_settings");
        asked.insert(name.to_owned(), Value::Object(data));
    }
    asked
}

/// Counts a completed session, where the link is limited to some.
///
/// # Errors
/// SQLite's.
pub fn count(call: &mut Call<'_>, session: &Object) -> Outcome<()> {
    let Some(id) = session.body["payment_link"].as_str() else { return Ok(()) };
    let Some(before) = call.db.get(Kind::PaymentLink, id)? else { return Ok(()) };
    let counted = before.body["restrictions"]["completed_sessions"]["count"].as_i64();
    let Some(counted) = counted else { return Ok(()) };
    let mut after = before.clone();
    after.body["restrictions"]["completed_sessions"]["count"] = json!(counted + 1);
    call.store(&before, after).map(drop)
}
