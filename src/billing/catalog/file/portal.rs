//! Customer-portal configurations.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::values::Metadata;

/// What customers can do for themselves in Stripe's portal.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Portal {
    /// The id of a configuration that exists already in Stripe, to adopt it.
    pub stripe_id: Option<String>,
    /// A name for yourself; customers don't see it.
    pub name: Option<String>,
    /// Shown at the top of the portal.
    #[schemars(length(min = 1, max = 60))]
    pub headline: Option<String>,
    /// A page that the portal links to. Left alone when absent.
    pub privacy_policy_url: Option<String>,
    /// A page that the portal links to. Left alone when absent.
    pub terms_of_service_url: Option<String>,
    /// Where customers go back to, unless a session says otherwise.
    pub default_return_url: Option<String>,
    /// Gives customers a page of their own to log in at.
    pub login_page: bool,
    /// What customers may change about themselves; nothing when absent.
    pub customer_update: Vec<CustomerUpdate>,
    /// Customers see their invoices.
    pub invoice_history: bool,
    /// Customers change how they pay.
    pub payment_method_update: bool,
    /// Customers cancel; they can't when absent.
    pub subscription_cancel: Option<SubscriptionCancel>,
    /// Customers change their plan; they can't when absent.
    pub subscription_update: Option<SubscriptionUpdate>,
    /// `false` archives it.
    pub active: Option<bool>,
    /// Your own notes on the object in Stripe. An empty value removes its key; keys that are not named are left alone.
    #[schemars(with = "Metadata")]
    pub metadata: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CustomerUpdate {
    Address,
    Email,
    Name,
    Phone,
    Shipping,
    TaxId,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SubscriptionCancel {
    /// `at_period_end` by default.
    pub mode: Option<CancelMode>,
    /// `none` by default.
    pub proration_behavior: Option<ProrationBehavior>,
    /// Asks why, with these choices.
    pub reasons: Vec<CancelReason>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelMode {
    AtPeriodEnd,
    Immediately,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProrationBehavior {
    None,
    CreateProrations,
    AlwaysInvoice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    CustomerService,
    LowQuality,
    MissingFeatures,
    Other,
    SwitchedService,
    TooComplex,
    TooExpensive,
    Unused,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SubscriptionUpdate {
    /// What may be changed: `price`, `quantity`, `promotion_code`.
    #[schemars(length(min = 1))]
    pub allow: Vec<AllowedUpdate>,
    /// The prices to choose from: product key → price keys.
    pub products: BTreeMap<String, Vec<String>>,
    /// `none` by default.
    pub proration_behavior: Option<ProrationBehavior>,
    /// When a change waits for the period's end instead of happening now.
    pub schedule_at_period_end: Vec<ScheduleCondition>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AllowedUpdate {
    Price,
    PromotionCode,
    Quantity,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleCondition {
    DecreasingItemAmount,
    ShorteningInterval,
}
