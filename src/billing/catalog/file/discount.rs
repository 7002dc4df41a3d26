//! Coupons and promotion codes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::values::{Amount, Metadata, Moment, Percent};

/// A coupon: a discount that can be given. Only name, metadata and other currencies can change; the rest
/// makes a new coupon under the same id.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Coupon {
    /// The coupon's id in Stripe; the table's key by default.
    #[schemars(length(min = 1, max = 200))]
    pub id: Option<String>,
    /// The id of a coupon that exists already in Stripe, to adopt it.
    pub stripe_id: Option<String>,
    /// Shown to customers. Changes in place; left alone when absent.
    #[schemars(length(min = 1, max = 40))]
    pub name: Option<String>,
    /// The part of the price that is taken off. This or `amount_off`.
    pub percent_off: Option<Percent>,
    /// The amount that is taken off. This or `percent_off`.
    pub amount_off: Option<Amount>,
    /// The same discount in other currencies, by code.
    pub currency_options: BTreeMap<String, Amount>,
    /// How long it goes on: `once` by default.
    pub duration: Option<Duration>,
    /// Needed with `duration = "repeating"`.
    #[schemars(range(min = 1))]
    pub duration_in_months: Option<i64>,
    /// How often it can be given in all.
    #[schemars(range(min = 1))]
    pub max_redemptions: Option<i64>,
    /// The last moment, e.g. `2027-01-01T00:00:00Z`.
    pub redeem_by: Option<Moment>,
    /// Keys of the products it applies to; all when absent.
    pub applies_to: Vec<String>,
    /// Your own notes on the object in Stripe. An empty value removes its key; keys that are not named are left alone.
    #[schemars(with = "Metadata")]
    pub metadata: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Duration {
    Once,
    Repeating,
    Forever,
}

/// A code that customers type to get a coupon.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromotionCode {
    /// The id of a promotion code that exists already in Stripe, to adopt it.
    #[serde(default)]
    pub stripe_id: Option<String>,
    /// What customers type; the table's key by default.
    #[serde(default)]
    #[schemars(regex(pattern = r"^[A-Za-z0-9-]{1,500}$"), extend("x-expects" = "letters, digits and `-`"))]
    pub code: Option<String>,
    /// The key of the coupon. A change makes a new code.
    pub coupon: String,
    /// The id of the only customer who may use it. A change makes a new code.
    #[serde(default)]
    pub customer: Option<String>,
    /// How often it can be used in all. A change makes a new code.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub max_redemptions: Option<i64>,
    /// The last moment, e.g. `2027-01-01T00:00:00Z`. A change makes a new code.
    #[serde(default)]
    pub expires_at: Option<Moment>,
    /// Only for a customer's first payment. A change makes a new code.
    #[serde(default)]
    pub first_time_transaction: bool,
    /// The least that has to be bought. A change makes a new code.
    #[serde(default)]
    pub minimum_amount: Option<Amount>,
    /// `false` deactivates it.
    #[serde(default)]
    pub active: Option<bool>,
    /// Your own notes on the object in Stripe. An empty value removes its key; keys that are not named are left alone.
    #[serde(default)]
    #[schemars(with = "Metadata")]
    pub metadata: BTreeMap<String, String>,
}
