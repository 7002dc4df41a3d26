//! Making a price: what its parameters have to be together.

use serde_json::{Value, json};

use super::options::new_options;
use crate::emulator::args::Args;
use crate::emulator::call::{Call, Outcome};
use crate::emulator::database::Object;
use crate::emulator::kind::Kind;
use crate::emulator::refusal::Refusal;
use crate::emulator::resources::price_amounts::{Amounts, Place, Scheme, read, scheme};

/// Makes a price of a product from the parameters of its creation, without storing it. `prefix` is where the
/// parameters stand in the request.
///
/// # Errors
/// 400 for amounts, intervals, meters and options that don't fit together.
pub fn build(call: &Call<'_>, args: &Args, product: &str, prefix: &str) -> Outcome<Object> {
    let place = Place(prefix);
    let tiered = args.text("billing_scheme") == Some("tiered");
    check_tier_params(args, tiered, place)?;
    let scheme = scheme(&args.0, tiered);
    let amounts = read(&args.0, scheme, place)?;
    let recurring = recurring(call, args, place)?;
    if scheme == Scheme::Custom && !recurring.is_null() {
        let message = "`custom_unit_amount` can't be used with `recurring`.";
        return Err(Refusal::parameter(place.name("custom_unit_amount"), message).into());
    }
    let currency = args.text("currency").unwrap_or_default();
    let options = new_options(args, currency, scheme, &amounts, place)?;
    let mut price = call.new_object(Kind::Price);
    let Amounts { custom_unit_amount, tiers, unit_amount, unit_amount_decimal } = amounts;
    if !tiers.is_null() {
        price.hidden.insert("tiers".to_owned(), tiers);
    }
    if !options.is_empty() {
        price.hidden.insert("currency_options".to_owned(), Value::Object(options));
    }
    price.body = json!({
        "id": price.id,
        "object": "price",
        "active": args.or("active", true),
        "billing_scheme": args.or("billing_scheme", "per_unit"),
        "created": call.now,
        "currency": currency,
        "custom_unit_amount": custom_unit_amount,
        "livemode": false,
        "lookup_key": args.or_null("lookup_key"),
        "metadata": args.new_metadata(),
        "nickname": args.or_null("nickname"),
        "product": product,
        "recurring": recurring,
        "tax_behavior": args.or("tax_behavior", "unspecified"),
        "tiers_mode": args.or_null("tiers_mode"),
        "transform_quantity": args.or_null("transform_quantity"),
        "type": if args.has("recurring") { "recurring" } else { "one_time" },
        "unit_amount": unit_amount,
        "unit_amount_decimal": unit_amount_decimal,
    });
    Ok(price)
}

fn check_tier_params(args: &Args, tiered: bool, place: Place<'_>) -> Result<(), Refusal> {
    if tiered && !args.has("tiers_mode") {
        return Err(Refusal::missing(place.name("tiers_mode")));
    }
    if tiered && args.has("transform_quantity") {
        let message = "`transform_quantity` can't be used where `billing_scheme` is `tiered`.";
        return Err(Refusal::parameter(place.name("tiers"), message));
    }
    if !tiered && args.has("tiers_mode") {
        let message = "`tiers_mode` can only be used where `billing_scheme` is `tiered`.";
        return Err(Refusal::parameter(place.name("tiers_mode"), message));
    }
    Ok(())
}

/// The longest period is three years, in any unit.
fn longest(interval: &str) -> i64 {
    match interval {
        "day" => 1095,
        "week" => 156,
        "month" => 36,
        _ => 3,
    }
}

fn recurring(call: &Call<'_>, args: &Args, place: Place<'_>) -> Outcome<Value> {
    let Some(given) = args.object("recurring") else { return Ok(Value::Null) };
    let given = Args(given.clone());
    let name = place.name("recurring");
    let interval = given.text("interval").unwrap_or_default();
    let count = given.integer("interval_count").unwrap_or(1);
    if count > longest(interval) {
        let message = format!(
            "Invalid interval count: {count} {interval}s is longer than three years, the longest billing period."
        );
        return Err(Refusal::parameter(format!("{name}[interval_count]"), message).into());
    }
    let metered = given.text("usage_type") == Some("metered");
    let meter = given.text("meter");
    let param = format!("{name}[meter]");
    match (metered, meter) {
        (true, None) => {
            let message = "Prices with `usage_type` `metered` must be backed by a meter: set \
                           `recurring[meter]`.";
            return Err(Refusal::parameter(param, message).into());
        }
        (false, Some(_)) => {
            let message = "`recurring[meter]` can only be set where `recurring[usage_type]` is `metered`.";
            return Err(Refusal::parameter(param, message).into());
        }
        (true, Some(id)) => {
            let meter = call.refer(Kind::Meter, id, &param)?;
            if meter.body["status"] != "active" {
                let message = format!("The meter `{id}` is inactive and can't be attached to a price.");
                return Err(Refusal::invalid(message).param(param).into());
            }
        }
        (false, None) => {}
    }
    Ok(json!({
        "interval": interval,
        "interval_count": count,
        "meter": meter,
        "trial_period_days": given.or_null("trial_period_days"),
        "usage_type": given.or("usage_type", "licensed"),
    }))
}
