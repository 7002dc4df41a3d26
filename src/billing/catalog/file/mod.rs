//! The types of `billing.toml`, as written by a person: text is kept as text, nothing is resolved.
//!
//! These types are the only description of the format: the JSON Schema that editors use is generated from
//! them, every structural problem of a file is found with that schema, and serde reads the file into them.
//! `x-expects` says in words what a value must look like, for messages.

mod basics;
mod discount;
mod portal;
mod price;
mod product;
mod settings;
mod values;
mod webhook;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use basics::{Aggregation, EventTimeWindow, Feature, Meter, TaxRate, TaxType};
pub use discount::{Coupon, Duration, PromotionCode};
pub use portal::{
    AllowedUpdate, CancelMode, CancelReason, CustomerUpdate, Portal, ProrationBehavior, ScheduleCondition,
    SubscriptionCancel, SubscriptionUpdate,
};
pub use price::{
    CurrencyOption, CustomUnitAmount, Price, Round, TaxBehavior, Tier, TiersMode, TransformQuantity, UpTo,
};
pub use product::{
    FreeCredits, FreeCreditsExpiry, FreeCreditsPeriod, Limit, LimitMax, PackageDimensions, Product,
};
pub use settings::{
    Alert, Alerts, CreditPolicy, EntitlementPolicy, EnvText, IfUnreadable, KeySource, Links, Mirror,
    Overrides, Policy, Profile, Project, RateLimits, RefundedCredits, Reports, SecretSource, TextOrEnv,
    UsagePolicy,
};
pub use values::{Amount, EnvName, Moment, Percent};
pub use webhook::WebhookEndpoint;

/// A `billing.toml`: project, profiles, links, policy and the catalog.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BillingFile {
    /// Further files whose tables are merged into this one, relative to this file. They hold tables of the
    /// catalog and may include others; `project`, `profiles`, `links`, `policy`,
    /// `mirror`, `alerts` and `reports` stand in the first file only.
    pub include: Vec<String>,
    /// Who this catalog is.
    pub project: Option<Project>,
    /// Stripe accounts this catalog is synced to, by a name of your own. `emulator` always exists.
    pub profiles: BTreeMap<String, Profile>,
    /// Where checkout and portal send a customer.
    pub links: Option<Links>,
    /// What is refused before anything is sent.
    pub policy: Option<Policy>,
    /// What is kept of what Stripe has.
    pub mirror: Option<Mirror>,
    /// Thresholds that `billctl alerts check` looks at, and who is told.
    pub alerts: Alerts,
    /// How reports count time.
    pub reports: Option<Reports>,
    /// Billing meters, by key.
    pub meters: BTreeMap<String, Meter>,
    /// Entitlement features, by key.
    pub features: BTreeMap<String, Feature>,
    /// Tax rates, by key.
    pub tax_rates: BTreeMap<String, TaxRate>,
    /// Products with their prices, plan limits and credits, by key.
    pub products: BTreeMap<String, Product>,
    /// Coupons, by key, which is also the coupon's id unless `id` says otherwise.
    pub coupons: BTreeMap<String, Coupon>,
    /// Promotion codes, by key, which is also the code unless `code` says otherwise.
    pub promotion_codes: BTreeMap<String, PromotionCode>,
    /// Customer-portal configurations, by key.
    pub portals: BTreeMap<String, Portal>,
    /// Webhook endpoints, by key.
    pub webhook_endpoints: BTreeMap<String, WebhookEndpoint>,
}
