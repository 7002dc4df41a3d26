//! Meters, features and tax rates.

use super::Checker;
use super::unique::{Namespace, Owner};
use crate::billing::catalog::file;
use crate::billing::catalog::model::{Aggregation, Feature, Meter, TaxRate};
use crate::billing::catalog::path::At;
use crate::billing::catalog::problem::Finding;

/// Stripe's decimals of a tax rate's percentage.
const TAX_DECIMALS: u32 = 4;

impl<'a> Checker<'a> {
    pub fn meter(&mut self, at: &At<'_>, key: &'a str, meter: &'a file::Meter) -> Option<Meter> {
        let event_name = meter.event_name.as_deref().unwrap_or(key);
        let active = meter.active.unwrap_or(true);
        // Stripe wants event names to be unique among active meters only.
        if active {
            self.claim(Namespace::EventName, event_name, Owner::new("meters", key, "event_name"));
        }
        self.adopt(at, "meters", key, meter.stripe_id.as_deref(), "mtr_");
        let customer_key = meter.customer_key.as_deref().unwrap_or("stripe_customer_id");
        let value_key = meter.value_key.as_deref().unwrap_or("value");
        if customer_key == value_key {
            self.report(
                Finding::at("conflict", at, format!("`{value_key}` holds both the customer and the value"))
                    .hint("Give customer_key and value_key different names"),
            );
        }
        Some(Meter {
            stripe_id: meter.stripe_id.clone(),
            event_name: event_name.to_owned(),
            display_name: meter.display_name.clone().unwrap_or_else(|| event_name.to_owned()),
            aggregation: meter.aggregation.unwrap_or(Aggregation::Sum),
            customer_key: customer_key.to_owned(),
            value_key: value_key.to_owned(),
            event_time_window: meter.event_time_window,
            active,
        })
    }

    pub fn feature(&mut self, at: &At<'_>, key: &'a str, feature: &'a file::Feature) -> Option<Feature> {
        let lookup_key = feature.lookup_key.as_deref().unwrap_or(key);
        self.claim(Namespace::FeatureKey, lookup_key, Owner::new("features", key, "lookup_key"));
        self.adopt(at, "features", key, feature.stripe_id.as_deref(), "feat_");
        self.metadata(at, &feature.metadata);
        if lookup_key.len() > 80 {
            self.report(
                Finding::at(
                    "too_long",
                    at,
                    "the feature's key is longer than the 80 characters Stripe takes",
                )
                .hint("Give it a shorter lookup_key"),
            );
        }
        Some(Feature {
            stripe_id: feature.stripe_id.clone(),
            name: feature.name.clone().unwrap_or_else(|| key.to_owned()),
            lookup_key: lookup_key.to_owned(),
            metadata: feature.metadata.clone(),
        })
    }

    pub fn tax_rate(&mut self, at: &At<'_>, key: &'a str, rate: &'a file::TaxRate) -> Option<TaxRate> {
        self.adopt(at, "tax_rates", key, rate.stripe_id.as_deref(), "txr_");
        self.metadata(at, &rate.metadata);
        let at_percentage = at.key("percentage");
        let percentage = self.percent(&at_percentage, &rate.percentage)?;
        if percentage.scale() > TAX_DECIMALS {
            self.report(
                Finding::at("too_many_decimals", &at_percentage, "Stripe keeps 4 decimals of a tax rate")
                    .hint("Round it to 4 decimals"),
            );
        }
        Some(TaxRate {
            stripe_id: rate.stripe_id.clone(),
            display_name: rate.display_name.clone(),
            percentage,
            inclusive: rate.inclusive,
            description: rate.description.clone(),
            country: rate.country.clone(),
            state: rate.state.clone(),
            jurisdiction: rate.jurisdiction.clone(),
            tax_type: rate.tax_type,
            active: rate.active.unwrap_or(true),
            metadata: rate.metadata.clone(),
        })
    }

    /// The id of a product or coupon, which users may choose, and the key that gives it: `stripe_id` where one
    /// is adopted, else `id`, else `default`.
    pub fn identity(
        &mut self,
        at: &At<'_>,
        stripe_id: Option<&str>,
        id: Option<&str>,
        default: String,
    ) -> (String, &'static str) {
        if stripe_id.is_some() && id.is_some() {
            self.report(
                Finding::at_key("conflict", &at.key("id"), "`id` and `stripe_id` exclude each other")
                    .hint("Keep stripe_id to adopt what exists, or id to choose the id of a new one"),
            );
        }
        match (stripe_id, id) {
            (Some(adopted), _) => {
                self.own_id(&at.key("stripe_id"), adopted);
                (adopted.to_owned(), "stripe_id")
            }
            (None, Some(id)) => {
                self.own_id(&at.key("id"), id);
                (id.to_owned(), "id")
            }
            (None, None) => (default, "id"),
        }
    }

    /// An id to adopt: of the right kind, and named by one resource only.
    pub fn adopt(
        &mut self,
        at: &At<'_>,
        table: &'static str,
        key: &'a str,
        id: Option<&'a str>,
        prefix: &str,
    ) {
        self.stripe_id(at, id, prefix);
        if let Some(id) = id {
            self.claim(Namespace::StripeId, id, Owner::new(table, key, "stripe_id"));
        }
    }
}
