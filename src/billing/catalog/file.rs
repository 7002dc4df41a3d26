//! The types of `billing.toml`, as written by a person: text is kept as text, nothing is resolved.
//!
//! These types are the only description of the format: the JSON Schema that editors use is generated from
//! them, every structural problem of a file is found with that schema, and serde reads the file into them.
//! `x-expects` says in words what a value must look like, for messages.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A `billing.toml`: project, profiles, links, policy and the catalog.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BillingFile {
    /// Further files whose tables are merged into this one, relative to this file. They hold tables of the
    /// catalog and may include others; `project`, `profiles`, `links` and `policy` stand in the first file only.
    pub include: Vec<String>,
    pub project: Option<Project>,
    /// Stripe accounts this catalog is synced to, by a name of your own. `emulator` always exists.
    pub profiles: BTreeMap<String, Profile>,
    pub links: Option<Links>,
    pub policy: Option<Policy>,
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

/// Names the project. What billctl makes in Stripe is marked with it.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// Lowercase letters, digits, `-` and `_`; at most 40.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9_-]{0,39}$"), extend("x-expects" = "a short name of lowercase letters, digits, `-` and `_`"))]
    pub name: String,
    /// The profile used when neither a flag nor the environment names one.
    #[serde(default)]
    pub default_profile: Option<String>,
}

/// A Stripe account and how to reach it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// Where the secret key comes from. Without it: `STRIPE_SECRET_KEY`, then `STRIPE_API_KEY`.
    pub secret_key: Option<KeySource>,
    /// Use the key of this profile in the official Stripe CLI's own config file.
    pub use_stripe_cli_profile: Option<String>,
    /// The account's id, checked before the first write; required where `live` is set.
    #[schemars(regex(pattern = r"^acct_[A-Za-z0-9]+$"), extend("x-expects" = "an account id like \"acct_1Nexus\""))]
    pub account: Option<String>,
    /// This profile holds real money: a live key is refused without it.
    pub live: bool,
    /// Another address for Stripe's API, such as an emulator's. `http` only on loopback.
    pub base_url: Option<String>,
    /// Requests that Stripe allows this account. Without it: 25 in test mode, 100 in live mode, 25 an endpoint; on
    /// loopback, where no Stripe is, as many as are answered.
    pub rate_limits: Option<RateLimits>,
    /// How long one request may take, in seconds; 80 by default, as in Stripe's own libraries.
    #[schemars(range(min = 1, max = 600))]
    pub timeout_seconds: Option<u32>,
    /// Values that differ in this profile: the same tables as in the file itself, merged key by key. An empty
    /// text takes a key away, so that its default holds.
    #[schemars(with = "Option<Overrides>")]
    pub overrides: Option<serde_json::Value>,
}

/// What a profile can override: any table of the catalog, and the links.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Overrides {
    pub links: Option<serde_json::Map<String, serde_json::Value>>,
    pub policy: Option<serde_json::Map<String, serde_json::Value>>,
    pub meters: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
    pub features: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
    pub tax_rates: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
    pub products: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
    pub coupons: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
    pub promotion_codes: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
    pub portals: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
    pub webhook_endpoints: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
}

/// Where a secret key is read from. Exactly one of these.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schemars(extend("x-expects" = "one of { env = \"NAME\" }, { file = \"PATH\" }, { keyring = \"NAME\" } or { stripe_cli = \"PROFILE\" }"))]
pub enum KeySource {
    /// The environment variable of this name.
    Env(String),
    /// A file that only its owner can read (mode 0600), relative to this file.
    File(String),
    /// An entry of the operating system's keyring, service `billctl`.
    Keyring(String),
    /// A profile of the official Stripe CLI's config file.
    StripeCli(String),
}

/// Requests a second that Stripe allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimits {
    /// All requests of the account together.
    #[schemars(range(min = 1, max = 10_000))]
    pub per_second: u32,
    /// Requests to one endpoint, which is a method and a route.
    #[serde(default)]
    #[schemars(range(min = 1, max = 10_000))]
    pub per_endpoint: Option<u32>,
}

/// A text, or the name of an environment variable that holds it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(extend("x-expects" = "a text, or { env = \"NAME\", default = \"text\" }"))]
pub enum TextOrEnv {
    Text(String),
    Env(EnvText),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvText {
    pub env: String,
    #[serde(default)]
    pub default: Option<String>,
}

/// Where checkout and portal send a customer. Templates take `{variables}`, and parts in `[ ]` that are left
/// out when a variable in them has no value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Links {
    /// What `{base_url}` stands for.
    pub base_url: Option<TextOrEnv>,
    /// Further variables, by name.
    pub variables: BTreeMap<String, TextOrEnv>,
    /// Variables that are given with each link, e.g. `checkout create --var plugin=chat`.
    pub parameters: Vec<String>,
    /// After a paid checkout.
    pub success: Option<String>,
    /// When a customer leaves the checkout.
    pub cancel: Option<String>,
    /// When a customer leaves the portal.
    pub portal_return: Option<String>,
    /// The metadata key under which Stripe objects carry the subject, e.g. `userId`.
    pub subject_metadata: Option<String>,
}

/// What is refused before anything is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Who may change anything: the names that `BILLCTL_ACTOR`, or else the login, may have.
    pub actors: Option<Vec<String>>,
    /// Every write must say why, with `--reason`.
    pub reason_required: bool,
    /// The most changes that one `catalog sync` makes.
    #[schemars(range(min = 1))]
    pub max_changes: Option<u32>,
}

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
    #[schemars(with = "Metadata")]
    pub metadata: BTreeMap<String, String>,
}

/// At most 50 keys of 40 characters with values of 500. An empty value removes the key from Stripe; keys that
/// are not named here are left as they are.
#[derive(JsonSchema)]
#[schemars(transparent, extend("maxProperties" = 48))]
#[expect(dead_code, reason = "gives the schema of a metadata table; the values are read as a plain map")]
struct Metadata(BTreeMap<String, MetadataValue>);

#[derive(JsonSchema)]
#[schemars(transparent)]
#[expect(dead_code, reason = "gives the schema of a metadata value")]
struct MetadataValue(#[schemars(length(max = 500))] String);

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
    #[serde(default)]
    pub description: Option<String>,
    /// Two-letter country code.
    #[serde(default)]
    #[schemars(regex(pattern = r"^[A-Z]{2}$"), extend("x-expects" = "a two-letter country code like \"DE\""))]
    pub country: Option<String>,
    #[serde(default)]
    pub state: Option<String>,
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub jurisdiction: Option<String>,
    #[serde(default)]
    pub tax_type: Option<TaxType>,
    #[serde(default)]
    pub active: Option<bool>,
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

/// A whole number of percent, or a decimal as text: never a float.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(extend("x-expects" = "a whole number like 20, or a decimal in quotes like \"8.875\""))]
pub enum Percent {
    Whole(i64),
    Decimal(String),
}

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
    #[schemars(length(min = 1, max = 40_000))]
    pub description: Option<String>,
    #[schemars(length(max = 8))]
    pub images: Vec<String>,
    /// Shown on invoices as the unit, e.g. `seat`.
    #[schemars(length(min = 1, max = 12))]
    pub unit_label: Option<String>,
    /// Shown on card statements.
    #[schemars(length(min = 1, max = 22))]
    pub statement_descriptor: Option<String>,
    /// Stripe's tax code, e.g. `txcd_10103001`.
    #[schemars(regex(pattern = r"^txcd_[0-9]+$"), extend("x-expects" = "a tax code like \"txcd_10103001\""))]
    pub tax_code: Option<String>,
    pub url: Option<String>,
    #[schemars(length(max = 15))]
    pub marketing_features: Vec<String>,
    pub shippable: Option<bool>,
    pub package_dimensions: Option<PackageDimensions>,
    /// `false` archives it.
    pub active: Option<bool>,
    #[schemars(with = "Metadata")]
    pub metadata: BTreeMap<String, String>,
    /// The key of the price that Stripe calls the product's default. Left alone when absent.
    pub default_price: Option<String>,
    /// Keys of entitlement features that it includes.
    pub features: Vec<String>,
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

/// The name of an environment variable.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(transparent)]
pub struct EnvName(
    #[schemars(regex(pattern = r"^[A-Za-z_][A-Za-z0-9_]*$"), extend("x-expects" = "a variable name like \"STRIPE_PRICE_PRO\""))]
    pub String,
);

/// Inches and ounces, as decimals in quotes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackageDimensions {
    pub height: String,
    pub length: String,
    pub weight: String,
    pub width: String,
}

/// The most a plan allows of a metric, and per what time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(extend("x-expects" = "a table like { max = 100, per = \"month\" }"))]
#[serde(deny_unknown_fields)]
pub struct Limit {
    pub max: LimitMax,
    /// `"month"` (calendar), `"period"` (billing period), or a rolling window like `"30 days"` or `"12 hours"`.
    #[serde(default)]
    pub per: Option<String>,
    /// The IANA time zone of a calendar month; UTC by default.
    #[serde(default)]
    pub time_zone: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(extend("x-expects" = "a whole number, \"unlimited\", or an amount of money like \"10.00 usd\""))]
pub enum LimitMax {
    Count(i64),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(extend("x-expects" = "a table like { credits = 100, per = \"month\" }"))]
#[serde(deny_unknown_fields)]
pub struct FreeCredits {
    #[schemars(range(min = 1))]
    pub credits: i64,
    /// `"month"` (calendar) or `"period"` (billing period).
    pub per: FreeCreditsPeriod,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FreeCreditsPeriod {
    Month,
    Period,
}

/// A price of a product. What Stripe can't change plans as a replacement.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Price {
    /// The id of a price that exists already in Stripe, to adopt it.
    pub stripe_id: Option<String>,
    /// How applications and billctl find it; `<project>_<product>_<price>` by default.
    #[schemars(length(min = 1, max = 200))]
    pub lookup_key: Option<String>,
    /// An amount per unit with its currency, e.g. `"49.00 usd"`. Not together with `tiers`.
    pub amount: Option<Amount>,
    /// `"day"`, `"week"`, `"month"`, `"year"`, or several, like `"3 months"`. Without it the price is paid once.
    pub every: Option<String>,
    /// The key of the meter whose usage is billed.
    pub meter: Option<String>,
    pub tiers_mode: Option<TiersMode>,
    #[schemars(length(min = 1))]
    pub tiers: Option<Vec<Tier>>,
    /// Bills packages: `{ divide_by = 100, round = "up" }`.
    pub transform_quantity: Option<TransformQuantity>,
    /// The customer names the amount.
    pub custom_unit_amount: Option<CustomUnitAmount>,
    /// Other currencies of this price, by code.
    pub currency_options: BTreeMap<String, CurrencyOption>,
    pub tax_behavior: Option<TaxBehavior>,
    #[schemars(length(min = 1, max = 5000))]
    pub nickname: Option<String>,
    #[schemars(range(min = 1, max = 730))]
    pub trial_days: Option<u32>,
    /// `false` archives it.
    pub active: Option<bool>,
    #[schemars(with = "Metadata")]
    pub metadata: BTreeMap<String, String>,
    /// The credits that paying this price buys.
    #[schemars(range(min = 1))]
    pub credits: Option<i64>,
    /// The environment variable that `catalog env` gives the price's id.
    pub env: Option<EnvName>,
}

/// An amount of money in major units with its currency.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(transparent, extend("x-expects" = "an amount and its currency in quotes, like \"49.00 usd\""))]
pub struct Amount(pub String);

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
    #[schemars(range(min = 1))]
    pub divide_by: i64,
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
    #[serde(default)]
    pub minimum: Option<Amount>,
    #[serde(default)]
    pub maximum: Option<Amount>,
    #[serde(default)]
    pub preset: Option<Amount>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[schemars(extend("x-expects" = "a table like { amount = \"45.00 eur\" }"))]
#[serde(deny_unknown_fields, default)]
pub struct CurrencyOption {
    pub amount: Option<Amount>,
    pub tiers: Option<Vec<Tier>>,
    pub custom_unit_amount: Option<CustomUnitAmount>,
    pub tax_behavior: Option<TaxBehavior>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaxBehavior {
    Inclusive,
    Exclusive,
}

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
    #[schemars(length(min = 1, max = 40))]
    pub name: Option<String>,
    pub percent_off: Option<Percent>,
    pub amount_off: Option<Amount>,
    /// The same discount in other currencies, by code.
    pub currency_options: BTreeMap<String, Amount>,
    /// `once` by default.
    pub duration: Option<Duration>,
    /// Needed with `duration = "repeating"`.
    #[schemars(range(min = 1))]
    pub duration_in_months: Option<i64>,
    #[schemars(range(min = 1))]
    pub max_redemptions: Option<i64>,
    /// The last moment, e.g. `2027-01-01T00:00:00Z`.
    pub redeem_by: Option<Moment>,
    /// Keys of the products it applies to; all when absent.
    pub applies_to: Vec<String>,
    #[schemars(with = "Metadata")]
    pub metadata: BTreeMap<String, String>,
}

/// A moment with its offset from UTC, as a TOML date-time or as text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(transparent, extend("x-expects" = "a date and time with its offset, like 2027-01-01T00:00:00Z"))]
pub struct Moment(pub String);

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
    /// The key of the coupon.
    pub coupon: String,
    /// The only customer who may use it.
    #[serde(default)]
    pub customer: Option<String>,
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub max_redemptions: Option<i64>,
    #[serde(default)]
    pub expires_at: Option<Moment>,
    /// Only for a customer's first payment.
    #[serde(default)]
    pub first_time_transaction: bool,
    #[serde(default)]
    pub minimum_amount: Option<Amount>,
    #[serde(default)]
    pub active: Option<bool>,
    #[serde(default)]
    #[schemars(with = "Metadata")]
    pub metadata: BTreeMap<String, String>,
}

/// What customers can do for themselves in Stripe's portal.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Portal {
    /// The id of a configuration that exists already in Stripe, to adopt it.
    pub stripe_id: Option<String>,
    pub name: Option<String>,
    #[schemars(length(min = 1, max = 60))]
    pub headline: Option<String>,
    pub privacy_policy_url: Option<String>,
    pub terms_of_service_url: Option<String>,
    pub default_return_url: Option<String>,
    /// Gives customers a page of their own to log in at.
    pub login_page: bool,
    /// What customers may change about themselves; nothing when absent.
    pub customer_update: Vec<CustomerUpdate>,
    pub invoice_history: bool,
    pub payment_method_update: bool,
    pub subscription_cancel: Option<SubscriptionCancel>,
    pub subscription_update: Option<SubscriptionUpdate>,
    pub active: Option<bool>,
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

/// An address that Stripe sends events to.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookEndpoint {
    /// The id of an endpoint that exists already in Stripe, to adopt it.
    #[serde(default)]
    pub stripe_id: Option<String>,
    pub url: String,
    /// Event types, or `["*"]` for all that need no explicit choice.
    #[schemars(length(min = 1))]
    pub enabled_events: Vec<String>,
    #[serde(default)]
    #[schemars(length(min = 1, max = 5000))]
    pub description: Option<String>,
    /// The API version of the events; billctl's own by default. Can't change.
    #[serde(default)]
    pub api_version: Option<String>,
    /// `false` disables it.
    #[serde(default)]
    pub active: Option<bool>,
    #[serde(default)]
    #[schemars(with = "Metadata")]
    pub metadata: BTreeMap<String, String>,
}
