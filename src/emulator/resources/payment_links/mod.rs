//! `/v1/payment_links`. What a link sells is fixed; quantities and everything around it can change.

mod lines;
pub mod open;
mod params;

use serde_json::{Map, Value, json};

use super::fields::{complete, set, set_lists, set_metadata};
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::check::merge_metadata;
use crate::emulator::database::{Filter, Object};
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::ids;
use crate::emulator::kind::Kind;
use crate::emulator::list;
use crate::emulator::pages;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{PAGE, Type, optional};

pub use lines::{Lines, line_items, make as make_lines, page as page_of_lines};
pub use params::{INVOICE_SETTINGS, NEW_LINE, SELLING, TRIAL_SETTINGS};

pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: Method::Post,
        route: "/v1/payment_links",
        params: &[params::CREATE, params::COMMON, params::SELLING],
        answers: Answers::One(Kind::PaymentLink),
        handler: create,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/payment_links",
        params: &[&[optional("active", Type::Flag)], PAGE],
        answers: Answers::Many(Kind::PaymentLink),
        handler: |call, args| {
            let filters: Vec<Filter> = list::flag(args, "active", "$.active").into_iter().collect();
            list::page(call, args, Kind::PaymentLink, &filters)
        },
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/payment_links/{id}",
        params: &[],
        answers: Answers::One(Kind::PaymentLink),
        handler: |call, _| call.fetch(Kind::PaymentLink).map(Answer::Object),
    },
    Endpoint {
        method: Method::Post,
        route: "/v1/payment_links/{id}",
        params: &[params::UPDATE, params::COMMON, params::SELLING],
        answers: Answers::One(Kind::PaymentLink),
        handler: update,
    },
    Endpoint {
        method: Method::Get,
        route: "/v1/payment_links/{id}/line_items",
        params: &[PAGE],
        answers: Answers::Other,
        handler: lines::list_all,
    },
];

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let lines = lines::make(call, args)?;
    let recurring = lines.recurring;
    check(args, recurring)?;
    let mut link = call.new_object(Kind::PaymentLink);
    link.hidden.insert("lines".to_owned(), Value::Array(lines.kept));
    let payment_only = |value: Value| if recurring { Value::Null } else { value };
    link.body = json!({
        "id": link.id,
        "object": "payment_link",
        "active": true,
        "after_completion": {"hosted_confirmation": {"custom_message": null}, "type": "hosted_confirmation"},
        "allow_promotion_codes": false,
        "application": null,
        "application_fee_amount": null,
        "application_fee_percent": null,
        "automatic_tax": {"enabled": false, "liability": null},
        "billing_address_collection": "auto",
        "consent_collection": null,
        "currency": lines.currency,
        "custom_fields": [],
        "custom_text": {
            "after_submit": null,
            "shipping_address": null,
            "submit": null,
            "terms_of_service_acceptance": null,
        },
        "customer_creation": "if_required",
        "inactive_message": null,
        "invoice_creation": payment_only(json!({"enabled": false, "invoice_data": invoice_data(&Value::Null)})),
        "livemode": false,
        "managed_payments": args.given("managed_payments").map(|given| {
            json!({"enabled": given["enabled"].as_bool().unwrap_or(false)})
        }),
        "metadata": args.new_metadata(),
        "on_behalf_of": null,
        "payment_intent_data": null,
        "payment_method_collection": "always",
        "payment_method_options": null,
        "payment_method_types": null,
        "phone_number_collection": {"enabled": false},
        "restrictions": null,
        "shipping_address_collection": null,
        "shipping_options": [],
        "submit_type": "auto",
        "subscription_data": if recurring { subscription_data() } else { Value::Null },
        "tax_id_collection": {"enabled": false, "required": "never"},
        "transfer_data": null,
        "url": pages::link_url(call.pages_at, &format!("test_{}", ids::random(18))),
    });
    apply(call, &mut link, args)?;
    call.create(link).map(Answer::Object)
}

fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::PaymentLink)?;
    check(args, !before.body["subscription_data"].is_null())?;
    let mut after = before.clone();
    set(&mut after.body, args, &["active"]);
    set_metadata(&mut after.body, args)?;
    if let Some(changes) = args.list("line_items") {
        lines::change(&mut after, changes)?;
    }
    apply(call, &mut after, args)?;
    call.update(&before, after).map(Answer::Object)
}

/// What goes with one-time payments only, or with subscriptions only; and what names things that don't exist here.
fn check(args: &Args, recurring: bool) -> Result<(), Refusal> {
    let refuse = |param: &str, why: &str| Err(Refusal::parameter(param, format!("`{param}` {why}")));
    if recurring {
        for param in ["payment_intent_data", "invoice_creation", "application_fee_amount"] {
            if args.given(param).is_some_and(|value| !value.is_null()) {
                return refuse(param, "can't be used where a line item's price is recurring");
            }
        }
    } else {
        for param in ["subscription_data", "application_fee_percent"] {
            if args.given(param).is_some_and(|value| !value.is_null()) {
                return refuse(param, "can only be used where a line item's price is recurring");
            }
        }
    }
    if let Some(completion) = args.object("after_completion") {
        let redirects = completion.get("type") == Some(&json!("redirect"));
        if redirects != completion.contains_key("redirect") {
            return match redirects {
                true => Err(Refusal::missing("after_completion[redirect]")),
                false => refuse("after_completion[redirect]", "can only be used where `type` is `redirect`"),
            };
        }
    }
    let destination = args.object("transfer_data").and_then(|given| given.get("destination"));
    let references = [
        ("account", "on_behalf_of", args.text("on_behalf_of")),
        ("destination", "transfer_data[destination]", destination.and_then(Value::as_str)),
    ];
    for (what, param, id) in references {
        if let Some(id) = id {
            return Err(Refusal::no_such(what, id, param));
        }
    }
    let rates = args.list("shipping_options").into_iter().flatten().enumerate();
    for (index, option) in rates {
        if let Some(id) = option["shipping_rate"].as_str() {
            let param = format!("shipping_options[{index}][shipping_rate]");
            return Err(Refusal::no_such("shipping rate", id, param));
        }
    }
    Ok(())
}

/// Sets what was given, in creation and change alike.
fn apply(call: &Call<'_>, link: &mut Object, args: &Args) -> Outcome<()> {
    const PLAIN: &[&str] = &[
        "application_fee_amount",
        "application_fee_percent",
        "inactive_message",
        "payment_method_types",
        "shipping_address_collection",
    ];
    let body = &mut link.body;
    set(body, args, PLAIN);
    apply_selling(body, args);
    set_lists(body, args, &["shipping_options"]);
    for (field, value) in &args.0 {
        match field.as_str() {
            "after_completion" => body[field] = after_completion(value),
            "automatic_tax" => {
                let liability = value.get("liability").cloned();
                let own = if value["enabled"] == true { json!({"type": "self"}) } else { Value::Null };
                body[field] = json!({"enabled": value["enabled"], "liability": liability.unwrap_or(own)});
            }
            "optional_items" => body[field] = lines::optional_items(call, value)?,
            "payment_intent_data" => payment_intent_data(&mut body[field], value)?,
            "payment_method_options" => {
                body[field] = value.as_object().map_or(Value::Null, |_| complete(value, &["card"]));
            }
            "restrictions" => {
                let limit = value["completed_sessions"]["limit"].as_i64();
                body[field] = limit
                    .map_or(Value::Null, |limit| json!({"completed_sessions": {"count": 0, "limit": limit}}));
            }
            "subscription_data" => change_subscription_data(&mut body[field], value)?,
            _ => {}
        }
    }
    Ok(())
}

/// Sets what was given of what links and checkout sessions show alike.
pub fn apply_selling(body: &mut Value, args: &Args) {
    const PLAIN: &[&str] = &[
        "allow_promotion_codes",
        "billing_address_collection",
        "customer_creation",
        "payment_method_collection",
        "phone_number_collection",
        "submit_type",
    ];
    set(body, args, PLAIN);
    for (field, value) in &args.0 {
        match field.as_str() {
            "consent_collection" => {
                let names = ["payment_method_reuse_agreement", "promotions", "terms_of_service"];
                body[field] = complete(value, &names);
            }
            "custom_fields" => body[field] = custom_fields(value),
            "custom_text" => {
                for (place, text) in value.as_object().into_iter().flatten() {
                    body[field][place] = text.clone();
                }
            }
            "invoice_creation" => {
                let data = invoice_data(value.get("invoice_data").unwrap_or(&Value::Null));
                body[field] = json!({"enabled": value["enabled"], "invoice_data": data});
            }
            "name_collection" => name_collection(body, value),
            "tax_id_collection" => {
                let required = value.get("required").cloned().unwrap_or_else(|| json!("never"));
                body[field] = json!({"enabled": value["enabled"], "required": required});
            }
            _ => {}
        }
    }
}

fn after_completion(given: &Value) -> Value {
    match given["type"].as_str() {
        Some("redirect") => json!({"redirect": {"url": given["redirect"]["url"]}, "type": "redirect"}),
        _ => json!({
            "hosted_confirmation": {"custom_message": given["hosted_confirmation"]["custom_message"]},
            "type": "hosted_confirmation",
        }),
    }
}

fn custom_fields(given: &Value) -> Value {
    let lengths = ["default_value", "maximum_length", "minimum_length"];
    given
        .as_array()
        .into_iter()
        .flatten()
        .map(|field| {
            let kind = field["type"].as_str().unwrap_or_default();
            let detail = match kind {
                "dropdown" => complete(&field[kind], &["default_value", "options"]),
                _ => complete(&field[kind], &lengths),
            };
            json!({
                "key": field["key"],
                "label": field["label"],
                "optional": field["optional"].as_bool().unwrap_or(false),
                "type": kind,
                kind: detail,
            })
        })
        .collect()
}

fn invoice_data(given: &Value) -> Value {
    let names = ["account_tax_ids", "custom_fields", "description", "footer", "issuer"];
    let mut data = complete(given, &names);
    data["metadata"] = given.get("metadata").cloned().unwrap_or_else(|| json!({}));
    data["rendering_options"] = match given.get("rendering_options") {
        Some(options @ Value::Object(_)) => complete(options, &["amount_tax_display", "template"]),
        _ => Value::Null,
    };
    data
}

/// Left out where it is not set.
fn name_collection(body: &mut Value, given: &Value) {
    let Some(fields) = body.as_object_mut() else { return };
    let Some(given) = given.as_object() else {
        fields.shift_remove("name_collection");
        return;
    };
    let shown = given.iter().map(|(who, name)| {
        let optional = name["optional"].as_bool().unwrap_or(false);
        (who.clone(), json!({"enabled": name["enabled"], "optional": optional}))
    });
    fields.insert("name_collection".to_owned(), Value::Object(shown.collect()));
}

fn payment_intent_data(current: &mut Value, given: &Value) -> Result<(), Refusal> {
    if current.is_null() {
        *current = json!({
            "capture_method": null,
            "description": null,
            "metadata": {},
            "setup_future_usage": null,
            "statement_descriptor": null,
            "statement_descriptor_suffix": null,
            "transfer_group": null,
        });
    }
    set_all(current, given)
}

fn subscription_data() -> Value {
    json!({
        "description": null,
        "invoice_settings": {
            "account_tax_ids": null,
            "custom_fields": null,
            "description": null,
            "footer": null,
            "issuer": {"type": "self"},
        },
        "metadata": {},
        "trial_period_days": null,
        "trial_settings": null,
    })
}

fn change_subscription_data(current: &mut Value, given: &Value) -> Result<(), Refusal> {
    let mut given = given.as_object().cloned().unwrap_or_default();
    if let Some(settings) = given.shift_remove("invoice_settings") {
        set_all(&mut current["invoice_settings"], &settings)?;
    }
    set_all(current, &Value::Object(given))
}

/// Sets every given field; metadata is merged.
fn set_all(current: &mut Value, given: &Value) -> Result<(), Refusal> {
    for (field, value) in given.as_object().into_iter().flatten() {
        match (field.as_str(), current[field].as_object_mut()) {
            ("metadata", Some(metadata)) => merge_metadata(metadata, value)?,
            _ => current[field] = value.clone(),
        }
    }
    Ok(())
}

/// The hidden lines of a link.
fn kept_lines(hidden: &Map<String, Value>) -> Vec<Value> {
    hidden.get("lines").and_then(Value::as_array).cloned().unwrap_or_default()
}
