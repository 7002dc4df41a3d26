//! Checks a decoded form against an endpoint's declared parameters, and types its values.

use serde_json::{Map, Number, Value};

use super::form::{self, Form};
use super::refusal::Refusal;
use super::spec::{Param, Type};
use crate::billing::currency::Currency;

/// Most keys of one `metadata`, and the longest key and value.
const METADATA_KEYS: usize = 50;
const METADATA_KEY: usize = 40;
const METADATA_VALUE: usize = 500;

/// Checks and types the parameters of a request. `lenient` callers may use what newer versions removed.
///
/// In the result, flags are booleans, amounts and times integers, decimals texts in shortest form, lists
/// arrays; what was unset with an empty text is `null`.
///
/// # Errors
/// A 400 with Stripe's code and the parameter's name in bracket form. Unknown names come first, then types in
/// declared order, then what is missing.
pub fn check(specs: &[&[Param]], form: &Form, lenient: bool) -> Result<Map<String, Value>, Refusal> {
    object(specs, form, &Place { prefix: String::new(), lenient })
}

/// Where in the form a value is.
struct Place {
    prefix: String,
    lenient: bool,
}

impl Place {
    fn name(&self, key: &str) -> String {
        if self.prefix.is_empty() { key.to_owned() } else { format!("{}[{key}]", self.prefix) }
    }

    fn inside(&self, key: &str) -> Place {
        Place { prefix: self.name(key), lenient: self.lenient }
    }
}

fn object(specs: &[&[Param]], form: &Form, place: &Place) -> Result<Map<String, Value>, Refusal> {
    let params = || specs.iter().flat_map(|spec| spec.iter()).filter(|param| place.lenient || !param.removed);
    let unknown: Vec<&String> =
        form.keys().filter(|key| !params().any(|param| param.name == key.as_str())).collect();
    if let Some(first) = unknown.first() {
        if let Some(gone) = no_longer_supported(specs, first, place) {
            return Err(gone);
        }
        return Err(unknown_params(&unknown, first, params().map(|param| param.name), place));
    }
    let mut typed = Map::new();
    for param in params() {
        if let Some(value) = form.get(param.name) {
            typed.insert(param.name.to_owned(), given(param, value, &place.inside(param.name))?);
        }
    }
    match params().find(|param| param.required && !form.contains_key(param.name)) {
        Some(param) => Err(Refusal::missing(place.name(param.name))),
        None => Ok(typed),
    }
}

/// What Stripe's newest versions say of the one removed parameter that they have an error of its own for.
fn no_longer_supported(specs: &[&[Param]], name: &str, place: &Place) -> Option<Refusal> {
    let is_removed =
        specs.iter().flat_map(|spec| spec.iter()).any(|param| param.name == name && param.removed);
    if name != "payment_method_types" || !is_removed {
        return None;
    }
    let message = "The `payment_method_types` parameter is no longer supported. Use `allowed_payment_method_types` or \
                   `excluded_payment_method_types` instead, or manage payment methods in the Dashboard.";
    Some(Refusal::parameter(place.name(name), message).code("payment_method_types_no_longer_supported"))
}

fn unknown_params(
    unknown: &[&String],
    first: &str,
    known: impl Iterator<Item = &'static str>,
    place: &Place,
) -> Refusal {
    let names: Vec<String> = unknown.iter().map(|key| place.name(key)).collect();
    let plural = if names.len() > 1 { "s" } else { "" };
    let mut message = format!("Received unknown parameter{plural}: {}", names.join(", "));
    let near = known
        .map(|name| (strsim::damerau_levenshtein(first, name), name))
        .filter(|(distance, name)| *distance <= 2 && *distance < name.chars().count())
        .min_by_key(|(distance, _)| *distance);
    if let Some((_, name)) = near {
        message.push_str(&format!(". Did you mean {}?", place.name(name)));
    }
    Refusal::parameter(place.name(first), message).code("parameter_unknown")
}

fn given(param: &Param, value: &Value, place: &Place) -> Result<Value, Refusal> {
    if value.as_str() != Some("") {
        return typed(&param.kind, value, place);
    }
    if param.emptyable || matches!(param.kind, Type::Metadata) {
        return Ok(Value::Null);
    }
    let name = &place.prefix;
    let message = format!(
        "You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; \
         however '{name}' cannot be unset. You should remove '{name}' from your request or supply a \
         non-empty value."
    );
    Err(Refusal::parameter(name, message).code("parameter_invalid_empty"))
}

fn typed(kind: &Type, value: &Value, place: &Place) -> Result<Value, Refusal> {
    match kind {
        Type::List { of, max } => list(of, *max, value, place),
        Type::Object(params) => typed_object(params, value, place),
        Type::IdOr(params) if value.is_object() => typed_object(params, value, place),
        Type::ByCurrency(params) => by_currency(params, value, place),
        Type::Metadata => metadata(value, place),
        Type::Texts => texts(value, place),
        Type::Range if value.is_object() => range(value, place),
        scalar_kind => match value.as_str() {
            Some(text) => scalar(scalar_kind, text, place),
            None => {
                Err(Refusal::parameter(&place.prefix, format!("Invalid string: {}", form::as_json(value))))
            }
        },
    }
}

fn scalar(kind: &Type, text: &str, place: &Place) -> Result<Value, Refusal> {
    let refuse = |message: String| Err(Refusal::parameter(&place.prefix, message));
    match kind {
        Type::Flag => match text {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => refuse(format!("Invalid boolean: {text}")),
        },
        Type::Integer { min, max } => integer(text, *min, *max, place),
        Type::Time | Type::Range => integer(text, 0, i64::from(u32::MAX), place),
        Type::TimeOr(words) if words.contains(&text) => Ok(Value::String(text.to_owned())),
        Type::TimeOr(_) => integer(text, 0, i64::from(u32::MAX), place),
        Type::Text { max } => within(text, *max, place),
        Type::IdOr(_) => within(text, 5000, place),
        Type::Url => url(text, place),
        Type::Decimal => match shortest_decimal(text) {
            Some(decimal) => Ok(Value::String(decimal)),
            None => refuse(format!("Invalid decimal: {text}; must be a number of at most 12 decimal places")),
        },
        Type::Percent => percent(text, place),
        Type::Choice(words) => match words.contains(&text) {
            true => Ok(Value::String(text.to_owned())),
            false => refuse(format!("Invalid {}: must be one of {}", last(&place.prefix), one_of(words))),
        },
        Type::Currency => match text.parse::<Currency>() {
            Ok(currency) => Ok(Value::String(currency.code().to_owned())),
            Err(_) => refuse(format!("Invalid currency: {}", text.to_lowercase())),
        },
        Type::UpTo if text == "inf" => Ok(Value::String("inf".to_owned())),
        Type::UpTo => integer(text, 1, i64::MAX, place),
        Type::List { .. } | Type::Object(_) | Type::ByCurrency(_) | Type::Metadata | Type::Texts => {
            refuse("Invalid object".to_owned())
        }
    }
}

fn integer(text: &str, min: i64, max: i64, place: &Place) -> Result<Value, Refusal> {
    let name = &place.prefix;
    let Ok(number) = text.parse::<i64>() else {
        return Err(
            Refusal::parameter(name, format!("Invalid integer: {text}")).code("parameter_invalid_integer")
        );
    };
    if number < min {
        return Err(Refusal::parameter(name, format!("This value must be greater than or equal to {min}.")));
    }
    if number > max {
        return Err(Refusal::parameter(name, format!("This value must be less than or equal to {max}.")));
    }
    Ok(Value::from(number))
}

fn within(text: &str, max: usize, place: &Place) -> Result<Value, Refusal> {
    let length = text.chars().count();
    if length <= max {
        return Ok(Value::String(text.to_owned()));
    }
    let start: String = text.chars().take(20).collect();
    Err(Refusal::parameter(
        &place.prefix,
        format!("Invalid string: {start}...; must be at most {max} characters"),
    ))
}

fn url(text: &str, place: &Place) -> Result<Value, Refusal> {
    let scheme = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    if scheme.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !rest.contains(' ')) {
        return within(text, 5000, place);
    }
    Err(Refusal::parameter(&place.prefix, "Not a valid URL").code("url_invalid"))
}

fn percent(text: &str, place: &Place) -> Result<Value, Refusal> {
    let refusal = || {
        Refusal::parameter(
            &place.prefix,
            format!(
                "Invalid decimal: {text}; must be a number between 0 and 100 of at most 4 decimal places"
            ),
        )
    };
    let decimal = shortest_decimal(text).ok_or_else(refusal)?;
    let places = decimal.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let number: Number = serde_json::from_str(&decimal).map_err(|_| refusal())?;
    if places > 4 || number.as_f64().is_none_or(|number| number > 100.0) {
        return Err(refusal());
    }
    Ok(Value::Number(number))
}

/// A decimal ≥ 0 without leading or trailing zeros: `0100.50` is `100.5`. `None` where it is no such number,
/// has more than 12 places, or more than 12 digits before them.
pub fn shortest_decimal(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    if whole.len() > 12 || fraction.len() > 12 {
        return None;
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") })
}

fn list(of: &Type, max: usize, value: &Value, place: &Place) -> Result<Value, Refusal> {
    let elements = value
        .as_object()
        .and_then(form::elements)
        .ok_or_else(|| Refusal::parameter(&place.prefix, "Invalid array"))?;
    if elements.len() > max {
        return Err(Refusal::parameter(
            &place.prefix,
            format!("Array too long: must have at most {max} elements"),
        ));
    }
    let mut typed_elements = Vec::with_capacity(elements.len());
    for (index, element) in elements.into_iter().enumerate() {
        let param = Param { name: "", kind: *of, required: true, emptyable: false, removed: false };
        typed_elements.push(given(&param, element, &place.inside(&index.to_string()))?);
    }
    Ok(Value::Array(typed_elements))
}

fn by_currency(params: &[Param], value: &Value, place: &Place) -> Result<Value, Refusal> {
    let Value::Object(map) = value else {
        return Err(Refusal::parameter(&place.prefix, "Invalid object"));
    };
    let mut options = Map::new();
    for (code, option) in map {
        let inside = place.inside(code);
        let Ok(currency) = code.parse::<Currency>() else {
            return Err(Refusal::parameter(&inside.prefix, format!("Invalid currency: {code}")));
        };
        let typed_option = typed_object(params, option, &inside)?;
        options.insert(currency.code().to_owned(), typed_option);
    }
    Ok(Value::Object(options))
}

fn typed_object(params: &[Param], value: &Value, place: &Place) -> Result<Value, Refusal> {
    match value {
        Value::Object(map) => object(&[params], map, place).map(Value::Object),
        _ => Err(Refusal::parameter(&place.prefix, "Invalid object")),
    }
}

fn range(value: &Value, place: &Place) -> Result<Value, Refusal> {
    const BOUNDS: &[Param] = &[
        super::spec::optional("gt", Type::Time),
        super::spec::optional("gte", Type::Time),
        super::spec::optional("lt", Type::Time),
        super::spec::optional("lte", Type::Time),
    ];
    typed_object(BOUNDS, value, place)
}

/// Text by text, as it was given.
fn texts(value: &Value, place: &Place) -> Result<Value, Refusal> {
    let Value::Object(map) = value else {
        return Err(Refusal::parameter(&place.prefix, "Invalid object"));
    };
    match map.iter().find(|(_, value)| !value.is_string()) {
        Some((key, value)) => {
            let message = format!("Invalid string: {}", form::as_json(value));
            Err(Refusal::parameter(place.name(key), message))
        }
        None => Ok(value.clone()),
    }
}

fn metadata(value: &Value, place: &Place) -> Result<Value, Refusal> {
    let Value::Object(map) = value else {
        return Err(Refusal::parameter(&place.prefix, "Invalid object"));
    };
    if map.len() > METADATA_KEYS {
        return Err(too_many_keys(&place.prefix));
    }
    let mut pairs = Map::new();
    for (key, value) in map {
        let name = place.name(key);
        let Some(text) = value.as_str() else {
            return Err(Refusal::parameter(
                name,
                "Metadata values must be strings, but you passed in a hash",
            ));
        };
        if key.is_empty() || key.chars().count() > METADATA_KEY {
            let message =
                format!("Metadata keys can't be longer than {METADATA_KEY} characters. Invalid key: {key}");
            return Err(Refusal::parameter(name, message));
        }
        if text.chars().count() > METADATA_VALUE {
            let message = format!(
                "Metadata values can have up to {METADATA_VALUE} characters, but you passed in a value that \
                 is {} characters. Invalid value for: {key}",
                text.chars().count()
            );
            return Err(Refusal::parameter(name, message));
        }
        let value = if text.is_empty() { Value::Null } else { Value::String(text.to_owned()) };
        pairs.insert(key.clone(), value);
    }
    Ok(Value::Object(pairs))
}

/// Merges given metadata into what an object has: `null` unsets a key, `null` alone all of them.
///
/// # Errors
/// A 400 where the object would have more keys than Stripe allows.
pub fn merge_metadata(current: &mut Map<String, Value>, change: &Value) -> Result<(), Refusal> {
    match change {
        Value::Object(pairs) => {
            for (key, value) in pairs {
                if value.is_null() {
                    current.shift_remove(key);
                } else {
                    current.insert(key.clone(), value.clone());
                }
            }
        }
        _ => current.clear(),
    }
    if current.len() > METADATA_KEYS { Err(too_many_keys("metadata")) } else { Ok(()) }
}

fn too_many_keys(param: &str) -> Refusal {
    Refusal::parameter(param, format!("You can only have up to {METADATA_KEYS} metadata keys."))
}

/// `a, b, or c`, as in Stripe's messages.
fn one_of(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first, second] => format!("{first} or {second}"),
        [start @ .., last] => format!("{}, or {last}", start.join(", ")),
    }
}

/// The innermost name of a bracketed one: `interval` of `recurring[interval]`.
fn last(name: &str) -> &str {
    name.trim_end_matches(']').rsplit('[').next().unwrap_or(name)
}
