//! Making checkout sessions.

use serde_json::{Value, json};

use super::amounts;
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::due;
use crate::emulator::ids;
use crate::emulator::kind::Kind;
use crate::emulator::pages;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::fields::set;
use crate::emulator::resources::payment_links::{Lines, apply_selling, make_lines};
use crate::emulator::resources::payment_methods::types;
use crate::emulator::resources::setup_intents;

const HOUR: i64 = 60 * 60;
/// A session lives half an hour to a day.
const SHORTEST: i64 = HOUR / 2;
const LONGEST: i64 = 24 * HOUR;
/// Most recurring lines of a subscription.
const MOST_RECURRING: usize = 20;
/// A trial's end is at least two days ahead.
const SHORTEST_TRIAL: i64 = 48 * HOUR;

pub fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    check_urls(args)?;
    let session = start(call, args)?;
    call.create(session).map(Answer::Object)
}

/// A session that is not stored yet, from the parameters of its creation.
///
/// # Errors
/// 400 for what doesn't fit together.
pub fn start(call: &mut Call<'_>, args: &Args) -> Outcome<Object> {
    let mode = args.text("mode").unwrap_or_default().to_owned();
    check(call, args, &mode)?;
    let lines = match mode.as_str() {
        "setup" => Lines { kept: Vec::new(), currency: setup_currency(args)?, recurring: false },
        _ => make_lines(call, args)?,
    };
    check_lines(call, args, &mode, &lines)?;
    let expires_at = args.integer("expires_at").unwrap_or(call.now + LONGEST);
    if !(call.now + SHORTEST..=call.now + LONGEST).contains(&expires_at) {
        let message = "The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from Checkout \
                       Session creation.";
        return Err(Refusal::parameter("expires_at", message).into());
    }
    let mut session = call.new_object(Kind::CheckoutSession);
    keep(call, &mut session, args, &lines)?;
    session.body = blank(call, &session.id, args, &mode, expires_at);
    session.body["currency"] = if lines.currency.is_empty() { Value::Null } else { json!(lines.currency) };
    apply_selling(&mut session.body, args);
    with_answers(&mut session.body["custom_fields"]);
    apply(&mut session.body, args);
    session.body["payment_method_types"] = types::offered(args, &session.body, &lines.currency);
    if mode == "setup" {
        session.body["setup_intent"] = json!(setup_intents::start(call, args)?.id);
    } else {
        price(call, &mut session)?;
    }
    if let Some((shown, _)) = amounts::named_discount(call, args)? {
        session.body["discounts"] = json!([shown]);
    }
    due::set(&mut session, Some(expires_at));
    Ok(session)
}

/// What a session keeps for its completion.
fn keep(call: &Call<'_>, session: &mut Object, args: &Args, lines: &Lines) -> Outcome<()> {
    let hidden = &mut session.hidden;
    hidden.insert("lines".to_owned(), json!(lines.kept));
    hidden.insert("currency".to_owned(), json!(lines.currency));
    for name in ["payment_intent_data", "subscription_data"] {
        if let Some(data) = args.given(name) {
            hidden.insert(name.to_owned(), data.clone());
        }
    }
    let data = args.object("subscription_data");
    let trial =
        data.is_some_and(|data| data.contains_key("trial_period_days") || data.contains_key("trial_end"));
    hidden.insert("trial".to_owned(), json!(trial));
    if let Some((_, coupon)) = amounts::named_discount(call, args)? {
        hidden.insert("coupon".to_owned(), json!(coupon));
    }
    Ok(())
}

/// Sets a session's amounts, and whether anything is to be paid.
///
/// # Errors
/// SQLite's.
pub fn price(call: &Call<'_>, session: &mut Object) -> Outcome<()> {
    let total = amounts::total(call, &session.hidden)?;
    let due = total.subtotal - total.discount;
    let body = &mut session.body;
    body["amount_subtotal"] = json!(total.subtotal);
    body["amount_total"] = json!(due);
    body["total_details"] = json!({"amount_discount": total.discount, "amount_shipping": 0, "amount_tax": 0});
    body["payment_status"] = json!(if due == 0 { "no_payment_required" } else { "unpaid" });
    Ok(())
}

/// What goes together, whatever is sold.
fn check(call: &Call<'_>, args: &Args, mode: &str) -> Outcome<()> {
    let refuse = |param: &str, message: String| Err(Refusal::parameter(param, message).into());
    for (data, of) in [
        ("payment_intent_data", "payment"),
        ("setup_intent_data", "setup"),
        ("subscription_data", "subscription"),
    ] {
        if args.has(data) && mode != of {
            return refuse(data, format!("You can not pass `{data}` in `{mode}` mode."));
        }
    }
    let of_payment: &[&str] = &["invoice_creation", "submit_type"];
    if let Some(param) = of_payment.iter().find(|param| args.has(param) && mode != "payment") {
        return refuse(param, format!("You can not pass `{param}` in `{mode}` mode."));
    }
    if mode != "subscription" && args.has("payment_method_collection") {
        let message = "`payment_method_collection` can only be set if there are recurring prices.";
        return refuse("payment_method_collection", message.to_owned());
    }
    if mode == "subscription" && args.has("customer_creation") {
        let message = "`customer_creation` can only be used in `payment` and `setup` mode.";
        return refuse("customer_creation", message.to_owned());
    }
    for (first, second) in [
        ("customer", "customer_email"),
        ("customer", "customer_creation"),
        ("allow_promotion_codes", "discounts"),
        ("allowed_payment_method_types", "excluded_payment_method_types"),
    ] {
        if args.has(first) && args.has(second) {
            return Err(Refusal::exclusive(first, second).into());
        }
    }
    if args.has("customer_update") && !args.has("customer") {
        return refuse("customer_update", "`customer_update` can only be used with `customer`.".to_owned());
    }
    if let Some(customer) = args.text("customer") {
        call.refer(Kind::Customer, customer, "customer")?;
    }
    check_trial(call, args)
}

fn check_trial(call: &Call<'_>, args: &Args) -> Outcome<()> {
    let data = Args(args.object("subscription_data").cloned().unwrap_or_default());
    let name = |param: &str| format!("subscription_data[{param}]");
    if data.has("trial_end") && data.has("trial_period_days") {
        return Err(Refusal::exclusive(&name("trial_end"), &name("trial_period_days")).into());
    }
    if data.integer("trial_end").is_some_and(|end| end < call.now + SHORTEST_TRIAL) {
        let message = "The `trial_end` date has to be at least 2 days in the future.";
        return Err(Refusal::parameter(name("trial_end"), message).into());
    }
    Ok(())
}

/// A hosted page leads to `success_url`; what is embedded has a `return_url`.
fn check_urls(args: &Args) -> Outcome<()> {
    let ui_mode = args.text("ui_mode").unwrap_or("hosted_page");
    let hosted = ui_mode == "hosted_page";
    let foreign: &[&str] =
        if hosted { &["return_url", "redirect_on_completion"] } else { &["success_url", "cancel_url"] };
    if let Some(param) = foreign.iter().find(|param| args.has(param)) {
        let message = format!("`{param}` can not be used with `ui_mode` `{ui_mode}`.");
        return Err(Refusal::parameter(*param, message).into());
    }
    let stays = args.text("redirect_on_completion") == Some("never");
    match (hosted, args.has("success_url"), args.has("return_url")) {
        (true, false, _) => Err(Refusal::missing("success_url").into()),
        (false, _, false) if !stays && ui_mode == "embedded_page" => {
            Err(Refusal::missing("return_url").into())
        }
        _ => Ok(()),
    }
}

fn setup_currency(args: &Args) -> Result<String, Refusal> {
    if args.has("line_items") {
        let message = "You can not pass `line_items` in `setup` mode.";
        return Err(Refusal::parameter("line_items", message));
    }
    let types = args.has("allowed_payment_method_types") || args.has("payment_method_types");
    match args.text("currency") {
        Some(currency) => Ok(currency.to_owned()),
        None if types => Ok(String::new()),
        None => Err(Refusal::missing("currency")),
    }
}

fn check_lines(call: &Call<'_>, args: &Args, mode: &str, lines: &Lines) -> Outcome<()> {
    if mode == "setup" {
        return Ok(());
    }
    if !args.has("line_items") {
        return Err(Refusal::missing("line_items").into());
    }
    match (mode, lines.recurring) {
        ("payment", true) => {
            let message = "You specified `payment` mode but passed a recurring price. Either switch to \
                           `subscription` mode or use only one-time prices.";
            return Err(Refusal::invalid(message).param("mode").into());
        }
        ("subscription", false) => {
            let message =
                "You must provide at least one recurring price in `subscription` mode when using prices.";
            return Err(Refusal::invalid(message).param("line_items").into());
        }
        _ => {}
    }
    let mut recurring = 0;
    for line in &lines.kept {
        let price = call.db.get(Kind::Price, line["price"].as_str().unwrap_or_default())?;
        recurring += usize::from(price.is_some_and(|price| price.body["type"] == "recurring"));
    }
    if recurring > MOST_RECURRING || lines.kept.len() - recurring > MOST_RECURRING && mode == "subscription" {
        let message = format!(
            "A subscription takes at most {MOST_RECURRING} recurring and {MOST_RECURRING} one-time prices."
        );
        return Err(Refusal::invalid(message).param("line_items").into());
    }
    Ok(())
}

/// Sets what is the session's own.
fn apply(body: &mut Value, args: &Args) {
    const PLAIN: &[&str] = &[
        "allowed_payment_method_types",
        "cancel_url",
        "client_reference_id",
        "customer",
        "customer_email",
        "locale",
        "success_url",
        "ui_mode",
    ];
    set(body, args, PLAIN);
    for name in ["excluded_payment_method_types", "redirect_on_completion", "return_url"] {
        if let Some(value) = args.given(name) {
            body[name] = value.clone();
        }
    }
    if let Some(tax) = args.given("automatic_tax") {
        let enabled = tax["enabled"] == true;
        let liability = tax.get("liability").cloned();
        let own = if enabled { json!({"type": "self"}) } else { Value::Null };
        body["automatic_tax"] = json!({
            "enabled": enabled,
            "liability": liability.unwrap_or(own),
            "provider": enabled.then_some("stripe"),
            "status": enabled.then_some("requires_location_inputs"),
        });
    }
    if let Some(email) = args.given("customer_email") {
        body["customer_details"] = json!({
            "address": null, "business_name": null, "email": email, "individual_name": null, "name": null,
            "phone": null, "tax_exempt": "none", "tax_ids": null,
        });
    }
}

/// Custom fields of a session have room for the customer's answers.
pub fn with_answers(fields: &mut Value) {
    for field in fields.as_array_mut().into_iter().flatten() {
        let kind = field["type"].as_str().unwrap_or_default().to_owned();
        field[kind.as_str()]["value"] = Value::Null;
    }
}

fn blank(call: &Call<'_>, id: &str, args: &Args, mode: &str, expires_at: i64) -> Value {
    let hosted = matches!(args.text("ui_mode"), None | Some("hosted_page"));
    let secret = format!("{id}_secret_{}", ids::random(40));
    let payment_only = |value: Value| if mode == "payment" { value } else { Value::Null };
    json!({
        "id": id,
        "object": "checkout.session",
        "adaptive_pricing": payment_only(json!({"enabled": false})),
        "after_expiration": null,
        "allow_promotion_codes": null,
        "allowed_payment_method_types": null,
        "amount_subtotal": null,
        "amount_total": null,
        "automatic_tax": {"enabled": false, "liability": null, "provider": null, "status": null},
        "billing_address_collection": null,
        "cancel_url": null,
        "client_reference_id": null,
        "client_secret": if hosted { Value::Null } else { json!(secret) },
        "collected_information": null,
        "consent": null,
        "consent_collection": null,
        "created": call.now,
        "currency": null,
        "currency_conversion": null,
        "custom_fields": [],
        "custom_text": {
            "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null,
        },
        "customer": null,
        "customer_account": null,
        "customer_creation": match (args.has("customer"), mode) {
            (true, _) => Value::Null,
            (false, "subscription") => json!("always"),
            (false, _) => json!("if_required"),
        },
        "customer_details": null,
        "customer_email": null,
        "discounts": if mode == "setup" { Value::Null } else { json!([]) },
        "expires_at": expires_at,
        "integration_identifier": null,
        "invoice": null,
        "invoice_creation": payment_only(json!({
            "enabled": false,
            "invoice_data": {
                "account_tax_ids": null, "custom_fields": null, "description": null, "footer": null, "issuer": null,
                "metadata": {}, "rendering_options": null,
            },
        })),
        "livemode": false,
        "locale": null,
        "managed_payments": null,
        "metadata": args.new_metadata(),
        "mode": mode,
        "origin_context": null,
        "payment_intent": null,
        "payment_link": null,
        "payment_method_collection": if mode == "payment" { "if_required" } else { "always" },
        "payment_method_configuration_details": null,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": [],
        "payment_status": "no_payment_required",
        "permissions": null,
        "phone_number_collection": {"enabled": false},
        "recovered_from": null,
        "saved_payment_method_options": null,
        "setup_intent": null,
        "shipping_address_collection": null,
        "shipping_cost": null,
        "shipping_options": [],
        "status": "open",
        "submit_type": null,
        "subscription": null,
        "success_url": null,
        "total_details": null,
        "ui_mode": "hosted_page",
        "url": if hosted { json!(pages::checkout_url(call.pages_at, id)) } else { Value::Null },
        "wallet_options": null,
    })
}
