//! Webhook endpoints.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::values::Metadata;

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
