//! Project, profiles, links and policy: where a catalog goes, rather than what is in it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::values::Amount;

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
    /// The account's id: a key that opens another account is refused. Required where `live` is set.
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
    /// What this account's webhooks are signed with: the secret of each endpoint that `events listen` serves, and both
    /// while one is rolled.
    pub webhook_secrets: Vec<SecretSource>,
    /// Values that differ in this profile: the same tables as in the file itself, merged key by key. An empty
    /// text takes a key away, so that its default holds.
    #[schemars(with = "Option<Overrides>")]
    pub overrides: Option<serde_json::Value>,
}

/// What a profile can override: any table of the catalog, and the links.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Overrides {
    /// The keys of `[links]` that differ.
    pub links: Option<serde_json::Map<String, serde_json::Value>>,
    /// The keys of `[policy]` that differ.
    pub policy: Option<serde_json::Map<String, serde_json::Value>>,
    /// The keys of each that differ, or whole ones that only this profile has.
    pub meters: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
    /// The keys of each that differ, or whole ones that only this profile has.
    pub features: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
    /// The keys of each that differ, or whole ones that only this profile has.
    pub tax_rates: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
    /// The keys of each that differ, or whole ones that only this profile has.
    pub products: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
    /// The keys of each that differ, or whole ones that only this profile has.
    pub coupons: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
    /// The keys of each that differ, or whole ones that only this profile has.
    pub promotion_codes: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
    /// The keys of each that differ, or whole ones that only this profile has.
    pub portals: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
    /// The keys of each that differ, or whole ones that only this profile has.
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

/// Where a webhook signing secret is read from. Exactly one of these.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schemars(extend("x-expects" = "one of { env = \"NAME\" }, { file = \"PATH\" } or { keyring = \"NAME\" }"))]
pub enum SecretSource {
    /// The environment variable of this name.
    Env(String),
    /// A file with one secret a line, relative to this file.
    File(String),
    /// An entry of the operating system's keyring, service `billctl`.
    Keyring(String),
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
    /// Meter events, where they have a limit of their own beside all other requests, as in live mode.
    #[serde(default)]
    #[schemars(range(min = 1, max = 10_000))]
    pub meter_events: Option<u32>,
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
    /// The environment variable of this name.
    pub env: String,
    /// What holds where the variable is not set; without it that is an error.
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
    /// The metadata key under which Stripe objects carry the subject, e.g. `userId`; `billctl_subject` by default.
    pub subject_metadata: Option<String>,
}

/// What is kept of what Stripe has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Mirror {
    /// Whether names, addresses and the like are kept in the mirror; `true` by default. The raw events in the books
    /// stay as they came.
    pub keep_personal_data: bool,
}

impl Default for Mirror {
    fn default() -> Mirror {
        Mirror { keep_personal_data: true }
    }
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
    /// The most checkouts that one subject may start in a minute, from all processes together.
    #[schemars(range(min = 1))]
    pub checkouts_per_minute: Option<u32>,
    /// What one person may book by hand in the credit ledger.
    pub credits: Option<CreditPolicy>,
    /// When a subscription gives its plan.
    pub entitlement: Option<EntitlementPolicy>,
    /// What `usage check` answers in an emergency.
    pub usage: Option<UsagePolicy>,
}

/// What `usage check` answers where it cannot look up anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("x-expects" = "a table like { if_unreadable = \"allow\" }"))]
pub struct UsagePolicy {
    /// The answer of `usage check` where its files cannot be read; without it, that is an error with exit code 1.
    pub if_unreadable: Option<IfUnreadable>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IfUnreadable {
    Allow,
    Refuse,
}

/// When a subscription gives the plan that it is for. One that is active does; one that is unpaid, incomplete or paused
/// does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("x-expects" = "a table like { past_due_days = 7 }"))]
pub struct EntitlementPolicy {
    /// Whether a trial gives the plan; `true` by default.
    pub trials: bool,
    /// For how many days after a payment was due and failed the plan is kept, 0 for none. Without it, for as long as
    /// Stripe tries again.
    #[schemars(range(min = 0, max = 365))]
    pub past_due_days: Option<u32>,
    /// Whether a subscription that is canceled at once gives its plan to the end of the period that was paid; `false` by
    /// default. One that is canceled at its period's end always does.
    pub keep_paid_time: bool,
}

impl Default for EntitlementPolicy {
    fn default() -> EntitlementPolicy {
        EntitlementPolicy { trials: true, past_due_days: None, keep_paid_time: false }
    }
}

/// Limits on credits that are granted or adjusted by hand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("x-expects" = "a table like { max_change = 1000, max_per_day = 5000 }"))]
pub struct CreditPolicy {
    /// The most credits that one booking adds or takes.
    #[schemars(range(min = 0))]
    pub max_change: Option<i64>,
    /// The most credits that one person adds and takes in a day (UTC), together.
    #[schemars(range(min = 0))]
    pub max_per_day: Option<i64>,
    /// The most money that one grant gives in Stripe, an amount for each currency; money of another currency may not be given
    /// then.
    pub max_money: Option<Vec<Amount>>,
    /// The most money that one person gives in Stripe in a day (UTC), together, an amount for each currency.
    pub max_money_per_day: Option<Vec<Amount>>,
    /// The most credits that one person adds to and takes from one subject in 24 hours, together, with nobody's approval.
    /// What is more waits until a second person approves it.
    #[schemars(range(min = 0))]
    pub approval_above: Option<i64>,
    /// For how many days a booking waits for approval; 7 by default.
    #[schemars(range(min = 1, max = 365))]
    pub approval_days: Option<u32>,
    /// Who may approve what others ask for; without it, everybody in `policy.actors`. Nobody approves what they asked
    /// for.
    pub approvers: Option<Vec<String>>,
    /// What happens to bought credits when the money for them goes back.
    pub refunds: RefundedCredits,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundedCredits {
    /// Those that are not spent are taken back, in the proportion of what was refunded.
    #[default]
    TakeUnspent,
    /// They stay.
    Keep,
}

/// Thresholds, each by a name of your own, and who is told where one is crossed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Alerts {
    /// The address that each crossing is posted to once, as JSON: `https`, or `http` on this machine.
    pub webhook: Option<TextOrEnv>,
    /// What posts are signed with, as Stripe signs its webhooks; both secrets while one is rolled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub webhook_secrets: Vec<SecretSource>,
    /// A program and its arguments: it is given each crossing once, as JSON on its standard input.
    #[schemars(extend("x-expects" = "a list like [\"notify\", \"--urgent\"]"))]
    pub command: Option<Vec<String>>,
    #[serde(flatten)]
    pub named: BTreeMap<String, Alert>,
}

/// A threshold, and what it is held against. Exactly one of `low_balance`, `failed_payments`, `cancellations`,
/// `revenue_drop_percent`, `budget_percent` and `webhook_failures`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("x-expects" = "a table like { low_balance = 100 }"))]
pub struct Alert {
    /// Subjects that can spend less than so many credits cross it.
    #[schemars(range(min = 1))]
    pub low_balance: Option<i64>,
    /// With `low_balance`: the kind of credits; `credits` by default.
    pub kind: Option<String>,
    /// With `low_balance`: only subjects for whom something was booked in so many days; without it, all that ever had any.
    #[schemars(range(min = 1))]
    pub active_days: Option<u32>,
    /// So many attempts to charge somebody that failed in a row, the last of all attempts among them.
    #[schemars(range(min = 1, max = 1_000))]
    pub failed_payments: Option<u32>,
    /// So many subscriptions that ended within `days`.
    #[schemars(range(min = 1))]
    pub cancellations: Option<u32>,
    /// With `cancellations`: within so many days; 1 by default.
    #[schemars(range(min = 1, max = 366))]
    pub days: Option<u32>,
    /// What came in on the last whole day (UTC) is less than on the day before by more than so many percent.
    #[schemars(range(min = 1, max = 100))]
    pub revenue_drop_percent: Option<u32>,
    /// Subjects that have used so many percent of a limit of their plan, or more.
    #[schemars(range(min = 1, max = 1_000))]
    pub budget_percent: Option<u32>,
    /// With `budget_percent`: only of this metric.
    pub metric: Option<String>,
    /// So many events that came and could not be applied.
    #[schemars(range(min = 1))]
    pub webhook_failures: Option<u32>,
}

/// How reports count time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Reports {
    /// The IANA time zone that the days, weeks and months of reports are of; UTC by default.
    pub time_zone: Option<String>,
}
