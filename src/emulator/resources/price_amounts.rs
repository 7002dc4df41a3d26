//! What a price costs: the amount, tiers and custom amount of a price and of each of its currency options.

use serde_json::{Map, Value, json};

use crate::emulator::database::Object;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{AMOUNT, Param, Type, optional, required};

/// What a customer may choose to pay.
pub const CUSTOM_UNIT_AMOUNT: &[Param] = &[
    required("enabled", Type::Flag),
    optional("maximum", AMOUNT),
    optional("minimum", AMOUNT),
    optional("preset", AMOUNT),
];

const TIER: &[Param] = &[
    optional("flat_amount", AMOUNT),
    optional("flat_amount_decimal", Type::Decimal),
    optional("unit_amount", AMOUNT),
    optional("unit_amount_decimal", Type::Decimal),
    required("up_to", Type::UpTo),
];

pub const TIERS: Type = Type::List { of: &Type::Object(TIER), max: 100 };

/// The price in one more currency.
pub const CURRENCY_OPTION: &[Param] = &[
    optional("custom_unit_amount", Type::Object(CUSTOM_UNIT_AMOUNT)),
    optional("tax_behavior", TAX_BEHAVIOR),
    optional("tiers", TIERS),
    optional("unit_amount", AMOUNT),
    optional("unit_amount_decimal", Type::Decimal),
];

pub const TAX_BEHAVIOR: Type = Type::Choice(&["exclusive", "inclusive", "unspecified"]);

/// How a price's amounts are given. All currencies of a price follow the same scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    PerUnit,
    Tiered,
    Custom,
}

/// The amounts of a price, or of one of its currency options.
#[derive(Debug, Clone, PartialEq)]
pub struct Amounts {
    pub custom_unit_amount: Value,
    /// `null` unless tiered.
    pub tiers: Value,
    pub unit_amount: Value,
    pub unit_amount_decimal: Value,
}

/// Where parameters stand, to name them in errors.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a>(pub &'a str);

impl Place<'_> {
    pub fn name(&self, name: &str) -> String {
        if self.0.is_empty() { name.to_owned() } else { format!("{}[{name}]", self.0) }
    }
}

/// Reads amounts from parameters.
///
/// # Errors
/// 400 where what the scheme needs is missing, or is mixed with another scheme's.
pub fn read(given: &Map<String, Value>, scheme: Scheme, place: Place<'_>) -> Result<Amounts, Refusal> {
    let refuse_others = |names: &[&str], why: &str| match names.iter().find(|name| given.contains_key(**name))
    {
        Some(name) => Err(Refusal::parameter(place.name(name), format!("`{}` {why}", place.name(name)))),
        None => Ok(()),
    };
    let (mut custom_unit_amount, mut tiers) = (Value::Null, Value::Null);
    let mut unit = (Value::Null, Value::Null);
    match scheme {
        Scheme::Tiered => {
            let why = "can't be used where `billing_scheme` is `tiered`; set the amounts of `tiers`";
            refuse_others(&["unit_amount", "unit_amount_decimal", "custom_unit_amount"], why)?;
            tiers = read_tiers(given, place)?;
        }
        Scheme::Custom => {
            refuse_others(
                &["unit_amount", "unit_amount_decimal"],
                "can't be used with `custom_unit_amount`",
            )?;
            refuse_others(&["tiers"], "can't be used with `custom_unit_amount`")?;
            custom_unit_amount = read_custom(given, place)?;
        }
        Scheme::PerUnit => {
            refuse_others(&["tiers"], "can only be used where `billing_scheme` is `tiered`")?;
            refuse_others(&["custom_unit_amount"], "can't be used with `unit_amount`")?;
            unit = amount(given, "unit_amount", place)?;
            if unit.1.is_null() {
                return Err(Refusal::missing(place.name("unit_amount")));
            }
        }
    }
    Ok(Amounts { custom_unit_amount, tiers, unit_amount: unit.0, unit_amount_decimal: unit.1 })
}

/// The scheme that parameters follow.
pub fn scheme(given: &Map<String, Value>, tiered: bool) -> Scheme {
    match (tiered, given.contains_key("custom_unit_amount")) {
        (true, _) => Scheme::Tiered,
        (false, true) => Scheme::Custom,
        (false, false) => Scheme::PerUnit,
    }
}

/// An amount as integer and as decimal text, from `NAME` or `NAME_decimal`; the integer is `null` where the
/// decimal has a fraction, both where neither was given.
fn amount(given: &Map<String, Value>, name: &str, place: Place<'_>) -> Result<(Value, Value), Refusal> {
    let decimal_name = format!("{name}_decimal");
    match (given.get(name), given.get(&decimal_name)) {
        (Some(_), Some(_)) => Err(Refusal::exclusive(&place.name(name), &place.name(&decimal_name))),
        (Some(whole), None) => Ok((whole.clone(), json!(whole.to_string()))),
        (None, Some(decimal)) => {
            let whole = decimal.as_str().and_then(|text| text.parse::<i64>().ok());
            Ok((whole.map_or(Value::Null, Value::from), decimal.clone()))
        }
        (None, None) => Ok((Value::Null, Value::Null)),
    }
}

fn read_custom(given: &Map<String, Value>, place: Place<'_>) -> Result<Value, Refusal> {
    let name = place.name("custom_unit_amount");
    let Some(Value::Object(custom)) = given.get("custom_unit_amount") else {
        return Err(Refusal::missing(name));
    };
    if custom.get("enabled") != Some(&json!(true)) {
        let message = "Pass `true` to enable `custom_unit_amount`, or leave it out.";
        return Err(Refusal::parameter(format!("{name}[enabled]"), message));
    }
    let bound = |field: &str| custom.get(field).and_then(Value::as_i64);
    let (minimum, maximum, preset) = (bound("minimum"), bound("maximum"), bound("preset"));
    let ordered = |low: Option<i64>, high: Option<i64>| low.zip(high).is_none_or(|(low, high)| low <= high);
    if !ordered(minimum, maximum) {
        let message = "The maximum must not be less than the minimum.";
        return Err(Refusal::parameter(format!("{name}[maximum]"), message));
    }
    if !ordered(minimum, preset) || !ordered(preset, maximum) {
        let message = "The preset must be between the minimum and the maximum.";
        return Err(Refusal::parameter(format!("{name}[preset]"), message));
    }
    Ok(json!({"maximum": maximum, "minimum": minimum, "preset": preset}))
}

/// Tiers ascend, and the last one has no end.
fn read_tiers(given: &Map<String, Value>, place: Place<'_>) -> Result<Value, Refusal> {
    let Some(tiers) = given.get("tiers").and_then(Value::as_array) else {
        return Err(Refusal::missing(place.name("tiers")));
    };
    let mut shown = Vec::with_capacity(tiers.len());
    let mut previous_end = 0;
    for (index, tier) in tiers.iter().enumerate() {
        let name = format!("{}[{index}]", place.name("tiers"));
        let (tier, empty) = (tier.as_object(), Map::new());
        let tier = tier.unwrap_or(&empty);
        let end = tier.get("up_to").and_then(Value::as_i64);
        let is_last = index + 1 == tiers.len();
        match end {
            None if !is_last => {
                let message = "Only the last tier may have `up_to` set to `inf`.";
                return Err(Refusal::parameter(format!("{name}[up_to]"), message));
            }
            Some(_) if is_last => {
                let message = "The last tier must have `up_to` set to `inf`.";
                return Err(Refusal::parameter(place.name("tiers"), message));
            }
            Some(end) if end <= previous_end => {
                let message = "Each tier's `up_to` must be greater than that of the tier before.";
                return Err(Refusal::parameter(format!("{name}[up_to]"), message));
            }
            Some(end) => previous_end = end,
            None => {}
        }
        let inside = Place(&name);
        let flat = amount(tier, "flat_amount", inside)?;
        let unit = amount(tier, "unit_amount", inside)?;
        if flat.1.is_null() && unit.1.is_null() {
            let message = "Each tier must have a `unit_amount` or a `flat_amount`.";
            return Err(Refusal::parameter(&name, message).code("parameter_missing"));
        }
        shown.push(json!({
            "flat_amount": flat.0,
            "flat_amount_decimal": flat.1,
            "unit_amount": unit.0,
            "unit_amount_decimal": unit.1,
            "up_to": end,
        }));
    }
    Ok(Value::Array(shown))
}

/// What a quantity of a price costs, in minor units, rounded half up. A price whose customer chooses the amount counts
/// with its preset.
///
/// Graduated tiers charge each unit by its own tier, volume tiers all units by the tier that the quantity reaches.
pub fn total(price: &Value, tiers: &Value, quantity: i64) -> i64 {
    let quantity = match price["transform_quantity"]["divide_by"].as_i64() {
        Some(size) if price["transform_quantity"]["round"] == "up" => (quantity + size - 1) / size,
        Some(size) => quantity / size,
        None => quantity,
    };
    let scaled = match price["billing_scheme"].as_str() {
        Some("tiered") if price["tiers_mode"] == "volume" => volume(tiers, quantity),
        Some("tiered") => graduated(tiers, quantity),
        _ => match price["custom_unit_amount"]["preset"].as_i64() {
            Some(preset) => i128::from(preset) * SCALE * i128::from(quantity),
            None => scaled(&price["unit_amount_decimal"]) * i128::from(quantity),
        },
    };
    i64::try_from((scaled + SCALE / 2).div_euclid(SCALE)).unwrap_or(i64::MAX)
}

/// Like [`total`], in the price's own currency or in that of one of its currency options.
pub fn total_in(price: &Object, currency: &str, quantity: i64) -> i64 {
    let tiers = price.hidden.get("tiers").unwrap_or(&Value::Null);
    let option = price.hidden.get("currency_options").and_then(|options| options.get(currency));
    let Some(option) = option.filter(|_| price.body["currency"] != currency) else {
        return total(&price.body, tiers, quantity);
    };
    let mut body = price.body.clone();
    for field in ["custom_unit_amount", "unit_amount", "unit_amount_decimal"] {
        body[field] = option[field].clone();
    }
    total(&body, &option["tiers"], quantity)
}

/// Amounts are computed in units of 10⁻¹² of the minor unit, the most decimals that Stripe takes.
const SCALE: i128 = 1_000_000_000_000;

fn scaled(decimal: &Value) -> i128 {
    let (whole, fraction) =
        decimal.as_str().unwrap_or("0").split_once('.').unwrap_or((decimal.as_str().unwrap_or("0"), ""));
    let digits = format!("{whole}{fraction:0<12}");
    digits.parse().unwrap_or(0)
}

fn volume(tiers: &Value, quantity: i64) -> i128 {
    let reached = tiers
        .as_array()
        .into_iter()
        .flatten()
        .find(|tier| tier["up_to"].as_i64().is_none_or(|end| quantity <= end));
    reached.map_or(0, |tier| {
        scaled(&tier["flat_amount_decimal"]) + scaled(&tier["unit_amount_decimal"]) * i128::from(quantity)
    })
}

fn graduated(tiers: &Value, quantity: i64) -> i128 {
    let (mut sum, mut start) = (0, 0);
    for tier in tiers.as_array().into_iter().flatten() {
        if quantity <= start {
            break;
        }
        let end = tier["up_to"].as_i64().unwrap_or(i64::MAX).min(quantity);
        sum += scaled(&tier["flat_amount_decimal"])
            + scaled(&tier["unit_amount_decimal"]) * i128::from(end - start);
        start = end;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn per_unit(decimal: &str) -> Value {
        json!({"billing_scheme": "per_unit", "unit_amount_decimal": decimal})
    }

    fn tier(up_to: Option<i64>, unit: &str, flat: Option<&str>) -> Value {
        json!({"up_to": up_to, "unit_amount_decimal": unit, "flat_amount_decimal": flat})
    }

    #[test]
    fn half_a_minor_unit_rounds_up() {
        assert_eq!(total(&per_unit("100"), &Value::Null, 3), 300);
        assert_eq!(total(&per_unit("0.5"), &Value::Null, 1), 1);
        assert_eq!(total(&per_unit("0.5"), &Value::Null, 3), 2);
        assert_eq!(total(&per_unit("0.000000000001"), &Value::Null, 1), 0);
    }

    #[test]
    fn tiers_charge_by_their_mode() {
        let tiers = json!([tier(Some(10), "100", None), tier(None, "50", Some("500"))]);
        let mode = |mode: &str| json!({"billing_scheme": "tiered", "tiers_mode": mode});
        assert_eq!(total(&mode("graduated"), &tiers, 10), 1000);
        assert_eq!(total(&mode("graduated"), &tiers, 12), 1000 + 500 + 100);
        assert_eq!(total(&mode("volume"), &tiers, 10), 1000);
        assert_eq!(total(&mode("volume"), &tiers, 12), 500 + 600);
    }

    #[test]
    fn packages_round_as_they_are_told() {
        let package = |round: &str| {
            json!({
                "billing_scheme": "per_unit",
                "unit_amount_decimal": "1000",
                "transform_quantity": {"divide_by": 10, "round": round},
            })
        };
        assert_eq!(total(&package("up"), &Value::Null, 11), 2000);
        assert_eq!(total(&package("down"), &Value::Null, 11), 1000);
    }
}
