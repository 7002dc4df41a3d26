//! Single values that many tables have.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// At most 50 keys of 40 characters with values of 500. An empty value removes the key from Stripe; keys that
/// are not named here are left as they are.
#[derive(JsonSchema)]
#[schemars(transparent, extend("maxProperties" = 48))]
#[expect(dead_code, reason = "gives the schema of a metadata table; the values are read as a plain map")]
pub(super) struct Metadata(BTreeMap<String, MetadataValue>);

#[derive(JsonSchema)]
#[schemars(transparent)]
#[expect(dead_code, reason = "gives the schema of a metadata value")]
pub(super) struct MetadataValue(#[schemars(length(max = 500))] String);

/// A whole number of percent, or a decimal as text: never a float.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(extend("x-expects" = "a whole number like 20, or a decimal in quotes like \"8.875\""))]
pub enum Percent {
    Whole(i64),
    Decimal(String),
}

/// The name of an environment variable.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(transparent)]
pub struct EnvName(
    #[schemars(regex(pattern = r"^[A-Za-z_][A-Za-z0-9_]*$"), extend("x-expects" = "a variable name like \"STRIPE_PRICE_PRO\""))]
    pub String,
);

/// An amount of money in major units with its currency.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(transparent, extend("x-expects" = "an amount and its currency in quotes, like \"49.00 usd\""))]
pub struct Amount(pub String);

/// A moment with its offset from UTC, as a TOML date-time or as text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(transparent, extend("x-expects" = "a date and time with its offset, like 2027-01-01T00:00:00Z"))]
pub struct Moment(pub String);
