//! The catalog as everything after it reads it: references checked, amounts parsed, defaults filled in.
//!
//! It mirrors the tables of `billing.toml` by their keys. An `Option` is what Stripe holds as null (or what
//! the file leaves to Stripe, where the field says so); whatever has a default has a value here.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_decimal::Decimal;

pub use super::file::{
    Aggregation, AllowedUpdate, CancelMode, CancelReason, CustomerUpdate, Duration, EventTimeWindow,
    FreeCredits, FreeCreditsExpiry, FreeCreditsPeriod, ProrationBehavior, Round, ScheduleCondition,
    TaxBehavior, TaxType, TiersMode, TransformQuantity,
};
use crate::billing::currency::Currency;
use crate::billing::money::{Money, Rate};

/// What should be in Stripe, and what plans allow.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalog {
    /// Marks in Stripe what is ours.
    pub project: String,
    pub meters: BTreeMap<String, Meter>,
    pub features: BTreeMap<String, Feature>,
    pub tax_rates: BTreeMap<String, TaxRate>,
    pub products: BTreeMap<String, Product>,
    pub coupons: BTreeMap<String, Coupon>,
    pub promotion_codes: BTreeMap<String, PromotionCode>,
    pub portals: BTreeMap<String, Portal>,
    pub webhook_endpoints: BTreeMap<String, WebhookEndpoint>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meter {
    /// An existing meter to adopt.
    pub stripe_id: Option<String>,
    pub event_name: String,
    pub display_name: String,
    pub aggregation: Aggregation,
    pub customer_key: String,
    pub value_key: String,
    pub event_time_window: Option<EventTimeWindow>,
    pub active: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// An existing feature to adopt.
    pub stripe_id: Option<String>,
    pub name: String,
    pub lookup_key: String,
    pub metadata: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxRate {
    /// An existing tax rate to adopt.
    pub stripe_id: Option<String>,
    pub display_name: String,
    /// In percent, without trailing zeros.
    pub percentage: Decimal,
    pub inclusive: bool,
    pub description: Option<String>,
    pub country: Option<String>,
    pub state: Option<String>,
    pub jurisdiction: Option<String>,
    pub tax_type: Option<TaxType>,
    pub active: bool,
    pub metadata: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// The id in Stripe: `stripe_id`, `id`, or `<project>_<key>`.
    pub id: String,
    /// An existing product to adopt: it must be there already.
    pub stripe_id: Option<String>,
    /// The file's name, or the key of a plan that lives only in the file.
    pub name: String,
    pub description: Option<String>,
    pub images: Vec<String>,
    pub unit_label: Option<String>,
    pub statement_descriptor: Option<String>,
    pub tax_code: Option<String>,
    pub url: Option<String>,
    pub marketing_features: Vec<String>,
    /// Null in Stripe until it is said.
    pub shippable: Option<bool>,
    pub package_dimensions: Option<PackageDimensions>,
    pub active: bool,
    pub metadata: BTreeMap<String, String>,
    /// The key of a price; left as it is in Stripe when absent.
    pub default_price: Option<String>,
    /// Keys of features, in the file's order.
    pub features: Vec<String>,
    pub prices: BTreeMap<String, Price>,
    pub default_plan: bool,
    /// Orders plans; 0 by default.
    pub rank: i64,
    pub limits: BTreeMap<String, Limit>,
    pub free_credits: Option<FreeCredits>,
    /// Money that one unit costs, by dimension.
    pub rates: BTreeMap<String, Rate>,
    /// The environment variable that gets the product's id.
    pub env: Option<String>,
}

impl Product {
    /// Whether it lives only in the file: the default plan without prices, which Stripe need not know.
    pub fn is_only_local(&self) -> bool {
        self.default_plan && self.prices.is_empty() && self.stripe_id.is_none()
    }
}

/// Inches and ounces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageDimensions {
    pub height: Decimal,
    pub length: Decimal,
    pub weight: Decimal,
    pub width: Decimal,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// An existing price to adopt.
    pub stripe_id: Option<String>,
    /// Unique in the catalog.
    pub lookup_key: String,
    pub currency: Currency,
    pub pricing: Pricing,
    /// `None` for a price that is paid once.
    pub recurring: Option<Recurring>,
    pub transform_quantity: Option<TransformQuantity>,
    /// Never holds the price's own currency.
    pub currency_options: BTreeMap<Currency, CurrencyOption>,
    /// `None` is Stripe's `unspecified`.
    pub tax_behavior: Option<TaxBehavior>,
    pub nickname: Option<String>,
    pub active: bool,
    pub metadata: BTreeMap<String, String>,
    /// The credits that paying it buys.
    pub credits: Option<i64>,
    /// How long they last, in seconds; only with `credits`.
    pub credits_expire_seconds: Option<i64>,
    /// The environment variable that gets the price's id.
    pub env: Option<String>,
}

/// How an amount comes about, in minor units of the price's (or option's) currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pricing {
    PerUnit(Rate),
    Tiered { mode: TiersMode, tiers: Vec<Tier> },
    Custom(CustomAmount),
}

/// A tier in minor units: never without both amounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// The last unit of the tier; `None` for the last tier.
    pub up_to: Option<i64>,
    pub unit: Option<Decimal>,
    pub flat: Option<Decimal>,
}

/// An amount that the customer names, within bounds in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CustomAmount {
    pub minimum: Option<i64>,
    pub maximum: Option<i64>,
    pub preset: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurring {
    pub interval: Interval,
    pub interval_count: u32,
    /// The key of the meter whose usage is billed; with it the price is metered.
    pub meter: Option<String>,
    pub trial_days: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interval {
    Day,
    Week,
    Month,
    Year,
}

impl Interval {
    /// Stripe's word: `day`, `week`, `month` or `year`.
    pub fn as_str(self) -> &'static str {
        match self {
            Interval::Day => "day",
            Interval::Week => "week",
            Interval::Month => "month",
            Interval::Year => "year",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrencyOption {
    pub pricing: Pricing,
    pub tax_behavior: Option<TaxBehavior>,
}

/// The most that a plan allows of a metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limit {
    Unlimited,
    Count {
        max: i64,
        window: Window,
    },
    Money {
        max: Money,
        window: Window,
    },
    /// As much as the subject's credits of a kind pay for, at so many for each unit.
    Credits {
        kind: String,
        per_unit: i64,
    },
}

/// The time a limit counts over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Window {
    /// A calendar month in an IANA time zone.
    Month { time_zone: String },
    /// The subscription's billing period.
    Period,
    /// The last so many seconds, at any moment.
    Rolling { seconds: i64 },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coupon {
    /// The id in Stripe: `stripe_id`, `id`, or the key.
    pub id: String,
    /// An existing coupon to adopt.
    pub stripe_id: Option<String>,
    pub name: Option<String>,
    pub discount: Discount,
    pub duration: Duration,
    /// Only with [`Duration::Repeating`].
    pub duration_in_months: Option<i64>,
    pub max_redemptions: Option<i64>,
    pub redeem_by: Option<Timestamp>,
    /// Keys of products; all products when empty.
    pub applies_to: Vec<String>,
    pub metadata: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Discount {
    /// In percent: above 0, at most 100, without trailing zeros.
    Percent(Decimal),
    Amount {
        amount: Money,
        /// The same discount in other currencies, in their minor units.
        currency_options: BTreeMap<Currency, i64>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromotionCode {
    /// An existing promotion code to adopt.
    pub stripe_id: Option<String>,
    /// What customers type; unique without regard to case.
    pub code: String,
    /// The key of a coupon.
    pub coupon: String,
    /// The id of the only customer who may use it.
    pub customer: Option<String>,
    pub max_redemptions: Option<i64>,
    pub expires_at: Option<Timestamp>,
    pub first_time_transaction: bool,
    pub minimum_amount: Option<Money>,
    pub active: bool,
    pub metadata: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portal {
    /// An existing configuration to adopt.
    pub stripe_id: Option<String>,
    pub name: Option<String>,
    pub headline: Option<String>,
    pub privacy_policy_url: Option<String>,
    pub terms_of_service_url: Option<String>,
    pub default_return_url: Option<String>,
    pub login_page: bool,
    /// Sorted, each once; nothing may be changed when empty.
    pub customer_update: Vec<CustomerUpdate>,
    pub invoice_history: bool,
    pub payment_method_update: bool,
    pub subscription_cancel: Option<SubscriptionCancel>,
    pub subscription_update: Option<SubscriptionUpdate>,
    pub active: bool,
    pub metadata: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionCancel {
    pub mode: CancelMode,
    pub proration_behavior: ProrationBehavior,
    /// Sorted, each once; customers are not asked why when empty.
    pub reasons: Vec<CancelReason>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionUpdate {
    /// Sorted, each once.
    pub allow: Vec<AllowedUpdate>,
    /// Product key → price keys, in the file's order.
    pub products: BTreeMap<String, Vec<String>>,
    pub proration_behavior: ProrationBehavior,
    /// Sorted, each once.
    pub schedule_at_period_end: Vec<ScheduleCondition>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// An existing endpoint to adopt.
    pub stripe_id: Option<String>,
    pub url: String,
    /// Sorted, each once.
    pub enabled_events: Vec<String>,
    pub description: Option<String>,
    /// billctl's own version when absent.
    pub api_version: Option<String>,
    pub active: bool,
    pub metadata: BTreeMap<String, String>,
}
