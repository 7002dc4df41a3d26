//! How parameters become fields of an object.

use serde_json::{Map, Value};

use crate::emulator::args::Args;
use crate::emulator::check::merge_metadata;
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{Param, TEXT, Type, emptyable, optional, required};

/// Sets the fields that were given; what was unset becomes `null`.
pub fn set(body: &mut Value, args: &Args, names: &[&str]) {
    for name in names {
        if let Some(value) = args.given(name) {
            body[*name] = value.clone();
        }
    }
}

/// Sets the lists that were given; what was unset becomes empty.
pub fn set_lists(body: &mut Value, args: &Args, names: &[&str]) {
    for name in names {
        match args.given(name) {
            Some(Value::Null) => body[*name] = Value::Array(Vec::new()),
            Some(value) => body[*name] = value.clone(),
            None => {}
        }
    }
}

/// Merges given metadata into the object's.
///
/// # Errors
/// 400 for more keys than Stripe allows.
pub fn set_metadata(body: &mut Value, args: &Args) -> Result<(), Refusal> {
    let Some(change) = args.given("metadata") else { return Ok(()) };
    if !body["metadata"].is_object() {
        body["metadata"] = Value::Object(Map::new());
    }
    match body["metadata"].as_object_mut() {
        Some(current) => merge_metadata(current, change),
        None => Ok(()),
    }
}

/// The object `given` with every one of `names`, `null` where it wasn't given.
pub fn complete(given: &Value, names: &[&str]) -> Value {
    let fields =
        names.iter().map(|name| ((*name).to_owned(), given.get(name).cloned().unwrap_or(Value::Null)));
    Value::Object(fields.collect())
}

/// `address` parameters.
pub const ADDRESS: &[Param] = &[
    emptyable("city", Type::Text { max: 5000 }),
    emptyable("country", Type::Text { max: 5000 }),
    emptyable("line1", Type::Text { max: 5000 }),
    emptyable("line2", Type::Text { max: 5000 }),
    emptyable("postal_code", Type::Text { max: 5000 }),
    emptyable("state", Type::Text { max: 5000 }),
];

/// The names of an address.
pub const ADDRESS_FIELDS: [&str; 6] = ["city", "country", "line1", "line2", "postal_code", "state"];

/// `shipping` of a payment.
pub const SHIPPING: Type = Type::Object(&[
    required("address", Type::Object(ADDRESS)),
    optional("carrier", TEXT),
    required("name", TEXT),
    optional("phone", TEXT),
    optional("tracking_number", TEXT),
]);

/// Sets a payment's `shipping`, if it was given.
pub fn set_shipping(body: &mut Value, args: &Args) {
    if let Some(given) = args.given("shipping") {
        body["shipping"] = shipping(given);
    }
}

/// A payment's whole `shipping`.
pub fn shipping(given: &Value) -> Value {
    if !given.is_object() {
        return Value::Null;
    }
    let mut shipping = complete(given, &["address", "carrier", "name", "phone", "tracking_number"]);
    shipping["address"] = complete(&given["address"], &ADDRESS_FIELDS);
    shipping
}

/// `tax_details` parameters of a product.
pub const TAX_DETAILS: &[Param] = &[
    optional("performance_location", Type::Text { max: 5000 }),
    emptyable("tax_code", Type::Text { max: 5000 }),
];

/// `adjustable_quantity` parameters of something that is sold.
pub const ADJUSTABLE_QUANTITY: &[Param] = &[
    required("enabled", Type::Flag),
    optional("maximum", Type::Integer { min: 1, max: 999_999 }),
    optional("minimum", Type::Integer { min: 0, max: 999_999 }),
];

/// A tax code's form.
///
/// # Errors
/// 400 `resource_missing` for what can be no tax code of Stripe's.
pub fn check_tax_code(code: Option<&str>, param: &str) -> Result<(), Refusal> {
    let digits = |code: &str| code.strip_prefix("txcd_").map(|digits| digits.to_owned());
    match code {
        Some(code)
            if !digits(code).is_some_and(|digits| {
                digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit())
            }) =>
        {
            Err(Refusal::no_such("tax code", code, param))
        }
        _ => Ok(()),
    }
}
