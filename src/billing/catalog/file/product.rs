//! Products, and what they allow and cost as plans.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::price::Price;
use super::values::{Amount, EnvName, Metadata};

/// A product: what is sold. With a recurring price it is a plan.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Product {
    /// The id it gets in Stripe; `<project>_<key>` by default.
    #[schemars(length(min = 1, max = 255))]
    pub id: Option<String>,
    /// The id of a product that exists already in Stripe, to adopt it.
    pub stripe_id: Option<String>,
    /// Shown to customers; required unless the product is only the default plan.
    #[schemars(length(min = 1, max = 250))]
    pub name: Option<String>,
    /// Shown to customers.
    #[schemars(length(min = 1, max = 40_000))]
    pub description: Option<String>,
    /// Web addresses of pictures, at most 8.
    #[schemars(length(max = 8))]
    pub images: Vec<String>,
    /// Shown on invoices as the unit, e.g. `seat`.
    #[schemars(length(min = 1, max = 12))]
    pub unit_label: Option<String>,
    /// Shown on card statements. Left alone when absent.
    #[schemars(length(min = 1, max = 22))]
    pub statement_descriptor: Option<String>,
    /// Stripe's tax code, e.g. `txcd_10103001`.
    #[schemars(regex(pattern = r"^txcd_[0-9]+$"), extend("x-expects" = "a tax code like \"txcd_10103001\""))]
    pub tax_code: Option<String>,
    /// A page about it.
    pub url: Option<String>,
    /// Lines for a pricing table, at most 15.
    #[schemars(length(max = 15))]
    pub marketing_features: Vec<String>,
    /// Whether it is shipped. Left alone when absent.
    pub shippable: Option<bool>,
    /// How large and heavy it is when shipped.
    pub package_dimensions: Option<PackageDimensions>,
    /// `false` archives it.
    pub active: Option<bool>,
    /// Your own notes on the object in Stripe. An empty value removes its key; keys that are not named are left alone.
    #[schemars(with = "Metadata")]
    pub metadata: BTreeMap<String, String>,
    /// The key of the price that Stripe calls the product's default. Left alone when absent.
    pub default_price: Option<String>,
    /// Keys of entitlement features that it includes.
    pub features: Vec<String>,
    /// Its prices, by key.
    pub prices: BTreeMap<String, Price>,
    /// The plan of a subject that has no other. Without prices it lives only in this file.
    pub default_plan: bool,
    /// Orders plans: a change to a higher rank is an upgrade.
    pub rank: Option<i64>,
    /// What the plan allows, by metric.
    pub limits: BTreeMap<String, Limit>,
    /// Credits that the plan gives at the start of each period.
    pub free_credits: Option<FreeCredits>,
    /// Money a unit of use costs, by dimension, e.g. `token = "0.001 usd"`, for cost formulas.
    pub rates: BTreeMap<String, Amount>,
    /// The environment variable that `catalog env` gives the product's id.
    pub env: Option<EnvName>,
}

/// Inches and ounces, as decimals in quotes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackageDimensions {
    /// In inches.
    pub height: String,
    /// In inches.
    pub length: String,
    /// In ounces.
    pub weight: String,
    /// In inches.
    pub width: String,
}

/// The most a plan allows of a metric, and per what time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(extend("x-expects" = "a table like { max = 100, per = \"month\" }"))]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// The most; a metric counted in money has an amount; `"credits"` is what the subject's prepaid credits pay for.
    pub max: LimitMax,
    /// Needed unless `max` is `"unlimited"` or `"credits"`: `"month"` (calendar), `"period"` (billing period), or a rolling window like `"30 days"` or `"12 hours"`.
    #[serde(default)]
    pub per: Option<String>,
    /// The IANA time zone of a calendar month; UTC by default.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// How many credits a unit takes, where `max` is `"credits"`; 1 by default.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub credits: Option<i64>,
    /// The kind of credits that pay, where `max` is `"credits"`; `credits` by default.
    #[serde(default)]
    #[schemars(length(min = 1, max = 255))]
    pub kind: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(extend("x-expects" = "a whole number, \"unlimited\", \"credits\", or an amount of money like \"10.00 usd\""))]
pub enum LimitMax {
    Count(i64),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(extend("x-expects" = "a table like { credits = 100, per = \"month\" }"))]
#[serde(deny_unknown_fields)]
pub struct FreeCredits {
    /// How many.
    #[schemars(range(min = 1))]
    pub credits: i64,
    /// `"month"` (calendar, in UTC) or `"period"` (billing period; a calendar month for who pays nothing).
    pub per: FreeCreditsPeriod,
    /// `"never"`, or `"period_end"`: what is not spent by then is gone.
    #[serde(default)]
    pub expires: FreeCreditsExpiry,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FreeCreditsExpiry {
    #[default]
    Never,
    PeriodEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FreeCreditsPeriod {
    Month,
    Period,
}
