//! Meters, features and tax rates.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::values::{Metadata, Percent};

/// A billing meter: counts usage events of one name.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Meter {
    /// The id of a meter that exists already in Stripe, to adopt it.
    pub stripe_id: Option<String>,
    /// The name of the events it counts; the table's key by default. Can't change.
    #[schemars(length(min = 1, max = 100))]
    pub event_name: Option<String>,
    /// Shown to people; the event name by default.
    #[schemars(length(min = 1, max = 250))]
    pub display_name: Option<String>,
    /// How events add up; `sum` by default. Can't change.
    pub aggregation: Option<Aggregation>,
    /// The payload key that holds the customer; `stripe_customer_id` by default. Can't change.
    #[schemars(length(min = 1, max = 100))]
    pub customer_key: Option<String>,
    /// The payload key that holds the number; `value` by default. Can't change.
    #[schemars(length(min = 1, max = 100))]
    pub value_key: Option<String>,
    /// Pre-aggregates events in windows. Can't change.
    pub event_time_window: Option<EventTimeWindow>,
    /// `false` deactivates it.
    pub active: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    Sum,
    Count,
    Last,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventTimeWindow {
    Hour,
    Day,
}

/// An entitlement feature, which products can include.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Feature {
    /// The id of a feature that exists already in Stripe, to adopt it.
    pub stripe_id: Option<String>,
    /// Shown to people; the table's key by default.
    #[schemars(length(min = 1, max = 80))]
    pub name: Option<String>,
    /// What applications ask for; the table's key by default. Can't change.
    #[schemars(length(min = 1, max = 80))]
    pub lookup_key: Option<String>,
    /// Your own notes on the object in Stripe. An empty value removes its key; keys that are not named are left alone.
    #[schemars(with = "Metadata")]
    pub metadata: BTreeMap<String, String>,
}

/// A tax rate.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxRate {
    /// The id of a tax rate that exists already in Stripe, to adopt it.
    #[serde(default)]
    pub stripe_id: Option<String>,
    /// Shown on invoices, e.g. `VAT`.
    #[schemars(length(min = 1, max = 50))]
    pub display_name: String,
    /// Percent, e.g. `20` or `"8.875"`. A changed percentage makes a new rate.
    pub percentage: Percent,
    /// Whether amounts include the tax already. A change makes a new rate.
    #[serde(default)]
    pub inclusive: bool,
    /// For yourself; customers don't see it. Left alone when absent.
    #[serde(default)]
    pub description: Option<String>,
    /// Two-letter country code. Left alone when absent.
    #[serde(default)]
    #[schemars(regex(pattern = r"^[A-Z]{2}$"), extend("x-expects" = "a two-letter country code like \"DE\""))]
    pub country: Option<String>,
    /// State, province or county, without the country's code in front: `CA`. Left alone when absent.
    #[serde(default)]
    pub state: Option<String>,
    /// Shown on invoices as whose tax it is. Left alone when absent.
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub jurisdiction: Option<String>,
    /// The kind of tax. Left alone when absent.
    #[serde(default)]
    pub tax_type: Option<TaxType>,
    /// `false` archives it.
    #[serde(default)]
    pub active: Option<bool>,
    /// Your own notes on the object in Stripe. An empty value removes its key; keys that are not named are left alone.
    #[serde(default)]
    #[schemars(with = "Metadata")]
    pub metadata: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaxType {
    AmusementTax,
    CommunicationsTax,
    Gst,
    Hst,
    Igst,
    Jct,
    LeaseTax,
    Pst,
    Qst,
    RetailDeliveryFee,
    Rst,
    SalesTax,
    ServiceTax,
    Vat,
}
