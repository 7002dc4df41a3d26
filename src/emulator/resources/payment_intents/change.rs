//! Making, changing and confirming payment intents.

use serde_json::{Value, json};

use super::attempt::{Attempt, attempt};
use super::{answered, build, is_off_session, linked, method_options, status, unexpected_state};
use crate::billing::currency::Currency;
use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::fields::{set, set_metadata, set_shipping};
use crate::emulator::resources::payment_methods::{self, types};
use crate::emulator::resources::test_clocks;

/// What may still be paid.
const OPEN: [&str; 3] = ["requires_payment_method", "requires_confirmation", "requires_action"];

pub fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let (amount, currency) =
        (args.integer("amount").unwrap_or(0), args.text("currency").unwrap_or_default().to_owned());
    check_amount(amount, &currency)?;
    let confirmed = args.flag("confirm") == Some(true);
    for param in ["error_on_requires_action", "mandate_data", "off_session", "return_url", "use_stripe_sdk"] {
        // `use_stripe_sdk` alone does no harm, and neither does a `return_url` that is kept for later.
        if !confirmed && args.has(param) && !matches!(param, "use_stripe_sdk" | "return_url") {
            let message = format!(
                "You can only set `{param}` when creating a PaymentIntent if you also set `confirm` to true."
            );
            return Err(Refusal::parameter(param, message).into());
        }
    }
    let mut intent = build::blank(call, amount, &currency);
    set(
        &mut intent.body,
        args,
        &["confirmation_method", "statement_descriptor", "statement_descriptor_suffix", "transfer_group"],
    );
    intent.body["automatic_payment_methods"] = automatic(call, args)?;
    intent.body["metadata"] = args.new_metadata();
    apply(call, &mut intent, args)?;
    intent.body["created"] = json!(test_clocks::time_of_customer(call, &intent.body)?);
    let method = method(call, args, &intent)?;
    if let Some(method) = &method {
        intent.body["payment_method"] = json!(method.id);
        intent.body["status"] = json!("requires_confirmation");
    }
    if !confirmed {
        return call.create(intent).map(Answer::Object);
    }
    let Some(method) = method else {
        let message = "You cannot confirm this PaymentIntent because it's missing a payment method. To confirm the \
                       PaymentIntent with a payment method, pass `payment_method` or `payment_method_data`.";
        return Err(Refusal::invalid(message).code("payment_intent_unexpected_state").into());
    };
    check_return_url(&intent, args)?;
    let intent = call.create(intent)?;
    try_to_pay(call, &intent, &method, args)
}

/// Without a word about it, the account's own settings say what is offered. Older callers say it themselves.
fn automatic(call: &Call<'_>, args: &Args) -> Result<Value, Refusal> {
    match args.object("automatic_payment_methods") {
        Some(_) if args.has("allowed_payment_method_types") => {
            Err(Refusal::exclusive("automatic_payment_methods", "allowed_payment_method_types"))
        }
        Some(given) if given.get("enabled") == Some(&json!(true)) => {
            let redirects = given.get("allow_redirects").and_then(Value::as_str).unwrap_or("always");
            Ok(json!({"allow_redirects": redirects, "enabled": true}))
        }
        Some(_) => Ok(Value::Null),
        None if call.lenient || args.has("allowed_payment_method_types") => Ok(Value::Null),
        None => Ok(json!({"allow_redirects": "always", "enabled": true})),
    }
}

/// Sets what can be set when an intent is made, changed and confirmed.
fn apply(call: &mut Call<'_>, intent: &mut Object, args: &Args) -> Outcome<()> {
    if args.has("allowed_payment_method_types") && args.has("excluded_payment_method_types") {
        return Err(
            Refusal::exclusive("allowed_payment_method_types", "excluded_payment_method_types").into()
        );
    }
    if let Some(customer) = args.text("customer") {
        call.refer(Kind::Customer, customer, "customer")?;
    }
    let body = &mut intent.body;
    set(body, args, &["capture_method", "customer", "description", "receipt_email", "setup_future_usage"]);
    set(body, args, &["allowed_payment_method_types", "excluded_payment_method_types"]);
    set_shipping(body, args);
    body["payment_method_options"] = method_options(args, &body["payment_method_options"]);
    let offers = ["allowed_payment_method_types", "excluded_payment_method_types", "payment_method_types"];
    if offers.iter().any(|param| args.has(param)) {
        let currency = body["currency"].as_str().unwrap_or_default().to_owned();
        body["payment_method_types"] = types::offered(args, body, &currency);
    }
    if let Some(url) = args.text("return_url") {
        intent.hidden.insert("return_url".to_owned(), json!(url));
    }
    Ok(())
}

/// The payment method that parameters name or describe, if it can be used for the intent.
fn method(call: &mut Call<'_>, args: &Args, intent: &Object) -> Outcome<Option<Object>> {
    let method = match (args.text("payment_method"), payment_methods::data(args)) {
        (Some(_), Some(_)) => {
            return Err(Refusal::exclusive("payment_method", "payment_method_data").into());
        }
        (Some(id), None) => payment_methods::named(call, id, "payment_method")?,
        (None, Some(data)) => payment_methods::make(call, &data, "payment_method_data")?,
        (None, None) => return Ok(None),
    };
    payment_methods::check_usable(&method, intent.body["customer"].as_str())?;
    let kind = &method.body["type"];
    let offered = intent.body["payment_method_types"].as_array();
    if !offered.is_some_and(|types| types.contains(kind)) {
        let kind = kind.as_str().unwrap_or_default();
        let message = format!(
            "The PaymentMethod provided ({kind}) is not allowed for this PaymentIntent. Please attach a \
             PaymentMethod of one of the following types: {}.",
            intent.body["payment_method_types"]
        );
        return Err(Refusal::invalid(message).code("payment_intent_incompatible_payment_method").into());
    }
    Ok(Some(method))
}

/// Amounts below Stripe's minimum are refused, where the currency's is documented
/// (docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).
pub fn check_amount(amount: i64, currency: &str) -> Result<(), Refusal> {
    let least = match currency {
        "aed" => 200,
        "bgn" => 100,
        "czk" => 1500,
        "dkk" => 250,
        "gbp" => 30,
        "hkd" => 400,
        "huf" => 17500,
        "jpy" => 50,
        "mxn" => 1000,
        "myr" | "pln" | "ron" => 200,
        "nok" | "sek" => 300,
        "thb" => 1000,
        "aud" | "brl" | "cad" | "chf" | "eur" | "inr" | "nzd" | "sgd" | "usd" => 50,
        _ => 1,
    };
    if amount >= least {
        return Ok(());
    }
    let exponent = currency.parse::<Currency>().map_or(2, |currency| currency.exponent());
    let digits = usize::try_from(exponent).unwrap_or(2);
    let padded = format!("{least:0width$}", width = digits + 1);
    let (whole, fraction) = padded.split_at(padded.len() - digits);
    let point = if fraction.is_empty() { "" } else { "." };
    let message = format!("Amount must be at least {whole}{point}{fraction} {currency}");
    Err(Refusal::parameter("amount", message).code("amount_too_small"))
}

/// Ways to pay that lead to another page need one to come back to.
fn check_return_url(intent: &Object, args: &Args) -> Result<(), Refusal> {
    let redirects = intent.body["automatic_payment_methods"]["allow_redirects"] == "always";
    let known = intent.hidden.contains_key("return_url") || args.flag("use_stripe_sdk") == Some(true);
    if !redirects || known || is_off_session(args) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of \
         these payment methods might redirect your customer off of your page, you must provide a `return_url`. If \
         you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to \
         `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and \
         Payment Intents.",
    ))
}

fn try_to_pay(call: &mut Call<'_>, intent: &Object, method: &Object, args: &Args) -> Outcome<Answer> {
    let return_url = intent.hidden.get("return_url").and_then(Value::as_str);
    let paid = attempt(
        call,
        intent,
        &Attempt {
            method,
            off_session: is_off_session(args),
            decline_authentication: args.flag("error_on_requires_action") == Some(true),
            authenticated: false,
            return_url,
        },
    )?;
    answered(paid)
}

pub fn update(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::PaymentIntent)?;
    let open = OPEN.contains(&status(&before));
    let frozen = [
        "amount",
        "capture_method",
        "currency",
        "customer",
        "payment_method",
        "payment_method_data",
        "setup_future_usage",
        "allowed_payment_method_types",
        "excluded_payment_method_types",
    ];
    if let (false, Some(param)) = (open, frozen.iter().find(|param| args.has(param))) {
        let message = format!(
            "This PaymentIntent's {param} could not be updated because it has a status of {}. You may only update \
             the {param} of a PaymentIntent with one of the following statuses: {}.",
            status(&before),
            OPEN.join(", ")
        );
        return Err(unexpected_state(&before, message).into());
    }
    let mut after = before.clone();
    set(
        &mut after.body,
        args,
        &["amount", "currency", "statement_descriptor", "statement_descriptor_suffix", "transfer_group"],
    );
    if args.has("amount") || args.has("currency") {
        let currency = after.body["currency"].as_str().unwrap_or_default().to_owned();
        check_amount(after.body["amount"].as_i64().unwrap_or(0), &currency)?;
        after.body["payment_method_types"] = types::offered(args, &after.body, &currency);
    }
    apply(call, &mut after, args)?;
    set_metadata(&mut after.body, args)?;
    if let Some(method) = method(call, args, &after)? {
        after.body["payment_method"] = json!(method.id);
        after.body["next_action"] = Value::Null;
        after.body["status"] = json!("requires_confirmation");
    }
    call.store(&before, after).map(Answer::Object)
}

pub fn confirm(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    let before = call.fetch(Kind::PaymentIntent)?;
    match status(&before) {
        status if OPEN.contains(&status) => {}
        "succeeded" => {
            let message = "You cannot confirm this PaymentIntent because it has already succeeded after being \
                           previously confirmed.";
            return Err(unexpected_state(&before, message.to_owned()).into());
        }
        status => {
            let message = format!(
                "You cannot confirm this PaymentIntent because it has a status of {status}. Only a PaymentIntent \
                 with one of the following statuses may be confirmed: {}.",
                OPEN.join(", ")
            );
            return Err(unexpected_state(&before, message).into());
        }
    }
    let mut intent = before.clone();
    apply(call, &mut intent, args)?;
    let method = match method(call, args, &intent)? {
        Some(method) => method,
        None if intent.body["payment_method"].is_string() => {
            let method = linked(call, &intent, "payment_method", Kind::PaymentMethod)?;
            payment_methods::check_usable(&method, intent.body["customer"].as_str())?;
            method
        }
        None => {
            let message = "You cannot confirm this PaymentIntent because it's missing a payment method. You can \
                           either update the PaymentIntent with a payment method and then confirm it again, or \
                           confirm it again directly with a payment method or ConfirmationToken.";
            return Err(unexpected_state(&before, message.to_owned()).into());
        }
    };
    check_return_url(&intent, args)?;
    let intent = call.store(&before, intent)?;
    try_to_pay(call, &intent, &method, args)
}
