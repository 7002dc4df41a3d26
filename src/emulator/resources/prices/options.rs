//! A price in other currencies.

use serde_json::{Map, Value, json};

use crate::emulator::args::Args;
use crate::emulator::call::Outcome;
use crate::emulator::database::Object;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::price_amounts::{Amounts, Place, Scheme, read};

/// The currency options of a new price.
pub fn new_options(
    args: &Args,
    currency: &str,
    scheme: Scheme,
    amounts: &Amounts,
    place: Place<'_>,
) -> Result<Map<String, Value>, Refusal> {
    let mut options = Map::new();
    for (code, given) in args.object("currency_options").into_iter().flatten() {
        let option = new_option(code, given, currency, scheme, &amounts.tiers, place)?;
        options.insert(code.clone(), option);
    }
    Ok(options)
}

/// One currency option from its parameters. Its tiers must end where the price's own tiers end.
fn new_option(
    code: &str,
    given: &Value,
    currency: &str,
    scheme: Scheme,
    tiers: &Value,
    place: Place<'_>,
) -> Result<Value, Refusal> {
    let name = format!("{}[{code}]", place.name("currency_options"));
    if code == currency {
        return Err(own_currency(&name));
    }
    let given = Args(given.as_object().cloned().unwrap_or_default());
    let amounts = read(&given.0, scheme, Place(&name))?;
    let ends = |tiers: &Value| -> Vec<Value> {
        tiers.as_array().into_iter().flatten().map(|tier| tier["up_to"].clone()).collect()
    };
    if ends(&amounts.tiers) != ends(tiers) {
        let message = "The tiers of a currency option must have the same `up_to` as those of the price.";
        return Err(Refusal::parameter(format!("{name}[tiers]"), message));
    }
    Ok(option(&amounts, given.or("tax_behavior", "unspecified")))
}

fn option(amounts: &Amounts, tax_behavior: Value) -> Value {
    let Amounts { custom_unit_amount, tiers, unit_amount, unit_amount_decimal } = amounts;
    let mut option = json!({
        "custom_unit_amount": custom_unit_amount,
        "tax_behavior": tax_behavior,
        "unit_amount": unit_amount,
        "unit_amount_decimal": unit_amount_decimal,
    });
    if !tiers.is_null() {
        option["tiers"] = tiers.clone();
    }
    option
}

fn own_currency(name: &str) -> Refusal {
    Refusal::parameter(
        name,
        "You are specifying an update to a currency option that matches the top-level currency for this price. \
         Please remove this currency option and update the top-level params instead.",
    )
}

/// `currency_options` as shown when expanded: the price's own currency is among them.
pub fn currency_options(body: &Value, hidden: &Map<String, Value>) -> Value {
    let own = Amounts {
        custom_unit_amount: body["custom_unit_amount"].clone(),
        tiers: hidden.get("tiers").cloned().unwrap_or(Value::Null),
        unit_amount: body["unit_amount"].clone(),
        unit_amount_decimal: body["unit_amount_decimal"].clone(),
    };
    let code = body["currency"].as_str().unwrap_or_default().to_owned();
    let mut options = Map::from_iter([(code, option(&own, body["tax_behavior"].clone()))]);
    if let Some(Value::Object(others)) = hidden.get("currency_options") {
        options.extend(others.clone());
    }
    options.sort_keys();
    Value::Object(options)
}

/// A tax behaviour can be set once.
pub fn check_tax_behavior(current: &str, wanted: &str, param: &str) -> Result<(), Refusal> {
    if current == "unspecified" || current == wanted {
        return Ok(());
    }
    let message = format!("Once specified as `{current}`, the tax behavior of a price can't be changed.");
    Err(Refusal::invalid(message).param(param))
}

/// Adds currency options and changes those that are there.
pub fn update_options(price: &mut Object, changes: &Map<String, Value>) -> Outcome<()> {
    let mut options = match price.hidden.get("currency_options") {
        Some(Value::Object(options)) => options.clone(),
        _ => Map::new(),
    };
    let body = &price.body;
    let scheme = match (body["billing_scheme"] == "tiered", body["custom_unit_amount"].is_null()) {
        (true, _) => Scheme::Tiered,
        (false, true) => Scheme::PerUnit,
        (false, false) => Scheme::Custom,
    };
    let tiers = price.hidden.get("tiers").cloned().unwrap_or(Value::Null);
    let currency = body["currency"].as_str().unwrap_or_default();
    for (code, change) in changes {
        let name = format!("currency_options[{code}]");
        let only_tax =
            change.as_object().is_some_and(|change| change.keys().all(|key| key == "tax_behavior"));
        let wanted = change["tax_behavior"].as_str();
        let current = options.get(code).and_then(|option| option["tax_behavior"].as_str().map(str::to_owned));
        if let (Some(current), Some(wanted)) = (&current, wanted) {
            check_tax_behavior(current, wanted, &format!("{name}[tax_behavior]"))?;
        }
        let mut option = match options.get(code) {
            Some(option) if only_tax && code != currency => option.clone(),
            _ => new_option(code, change, currency, scheme, &tiers, Place(""))?,
        };
        if let Some(behavior) = wanted.map(str::to_owned).or(current) {
            option["tax_behavior"] = json!(behavior);
        }
        options.insert(code.clone(), option);
    }
    price.hidden.insert("currency_options".to_owned(), Value::Object(options));
    Ok(())
}
