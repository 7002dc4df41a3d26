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
    /// Where Stripe sends the events; in live mode over https only.
    pub url: String,
    /// Event types, or `["*"]` for all that need no explicit choice.
    #[schemars(length(min = 1))]
    pub enabled_events: Vec<String>,
    /// A note for yourself.
    #[serde(default)]
    #[schemars(length(min = 1, max = 5000))]
    pub description: Option<String>,
    /// The API version of the events; billctl's own by default. A change makes a new endpoint, with a new secret.
    #[serde(default)]
    pub api_version: Option<String>,
    /// `false` disables it.
    #[serde(default)]
    pub active: Option<bool>,
    /// Your own notes on the object in Stripe. An empty value removes its key; keys that are not named are left alone.
    #[serde(default)]
    #[schemars(with = "Metadata")]
    pub metadata: BTreeMap<String, String>,
}
