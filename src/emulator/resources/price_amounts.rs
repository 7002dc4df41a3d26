//! What a price costs: the amount, tiers and custom amount of a price and of each of its currency options.

use serde_json::{Map, Value, json};

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
