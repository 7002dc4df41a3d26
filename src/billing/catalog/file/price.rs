//! Prices.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::values::{Amount, EnvName, Metadata};

/// A price of a product. What Stripe can't change plans as a replacement.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Price {
    /// The id of a price that exists already in Stripe, to adopt it.
    pub stripe_id: Option<String>,
    /// How applications and billctl find it; `<project>_<product>_<price>` by default. Changes in place.
    #[schemars(length(min = 1, max = 200))]
    pub lookup_key: Option<String>,
    /// An amount per unit with its currency, e.g. `"49.00 usd"`. Not together with `tiers`.
    pub amount: Option<Amount>,
    /// `"day"`, `"week"`, `"month"`, `"year"`, or several, like `"3 months"`. Without it the price is paid once.
    pub every: Option<String>,
    /// The key of the meter whose usage is billed.
    pub meter: Option<String>,
    /// With `graduated` each unit costs what its own tier says, with `volume` all units cost what the last one's says.
    pub tiers_mode: Option<TiersMode>,
    /// Amounts by how many units are bought, from the smallest number up; the last tier ends at `"inf"`.
    #[schemars(length(min = 1))]
    pub tiers: Option<Vec<Tier>>,
    /// Bills packages: `{ divide_by = 100, round = "up" }`.
    pub transform_quantity: Option<TransformQuantity>,
    /// The customer names the amount.
    pub custom_unit_amount: Option<CustomUnitAmount>,
    /// Other currencies of this price, by code. Added and changed in place; a removed one makes a new price.
    pub currency_options: BTreeMap<String, CurrencyOption>,
    /// Whether amounts include tax. It can be said later, once; another change makes a new price.
    pub tax_behavior: Option<TaxBehavior>,
    /// A note for yourself; customers don't see it. Changes in place; left alone when absent.
    #[schemars(length(min = 1, max = 5000))]
    pub nickname: Option<String>,
    /// Free days at the beginning of a subscription.
    #[schemars(range(min = 1, max = 730))]
    pub trial_days: Option<u32>,
    /// `false` archives it.
    pub active: Option<bool>,
    /// Your own notes on the object in Stripe. An empty value removes its key; keys that are not named are left alone.
    #[schemars(with = "Metadata")]
    pub metadata: BTreeMap<String, String>,
    /// The credits that paying this price buys.
    #[schemars(range(min = 1))]
    pub credits: Option<i64>,
    /// How long those credits last, counted from when they are booked: `"365 days"`, `"12 hours"`. Without it they don't expire.
    pub credits_expire: Option<String>,
    /// The environment variable that `catalog env` gives the price's id.
    pub env: Option<EnvName>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TiersMode {
    Graduated,
    Volume,
}

/// A tier: from the tier before up to `up_to` units.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(extend("x-expects" = "a table like { up_to = 100, amount = \"0.10 usd\" }"))]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// The last unit of this tier.
    pub up_to: UpTo,
    /// A unit's price in this tier.
    #[serde(default)]
    pub amount: Option<Amount>,
    /// Charged once when the tier is reached.
    #[serde(default)]
    pub flat: Option<Amount>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(extend("x-expects" = "a whole number, or \"inf\" for the last tier"))]
pub enum UpTo {
    Units(i64),
    Text(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(extend("x-expects" = "a table like { divide_by = 100, round = \"up\" }"))]
#[serde(deny_unknown_fields)]
pub struct TransformQuantity {
    /// How many units are in a package.
    #[schemars(range(min = 1))]
    pub divide_by: i64,
    /// What happens to a package that is not full.
    pub round: Round,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Round {
    Up,
    Down,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomUnitAmount {
    /// The price's currency; needed where no amount below names it.
    #[serde(default)]
    pub currency: Option<String>,
    /// The least that a customer may name.
    #[serde(default)]
    pub minimum: Option<Amount>,
    /// The most that a customer may name.
    #[serde(default)]
    pub maximum: Option<Amount>,
    /// What is proposed.
    #[serde(default)]
    pub preset: Option<Amount>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(extend("x-expects" = "a table like { amount = \"45.00 eur\" }"))]
#[serde(deny_unknown_fields, default)]
pub struct CurrencyOption {
    /// An amount per unit in this currency.
    pub amount: Option<Amount>,
    /// Tiers in this currency, which have the same bounds as the price's own.
    pub tiers: Option<Vec<Tier>>,
    /// The customer names the amount in this currency.
    pub custom_unit_amount: Option<CustomUnitAmount>,
    /// Whether amounts in this currency include tax.
    pub tax_behavior: Option<TaxBehavior>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaxBehavior {
    Inclusive,
    Exclusive,
}
