//! Meters, features, tax rates and webhook endpoints.

use super::read::{Read, table};
use super::{Table, Unsayable};
use crate::billing::catalog::file::{Aggregation, Feature, Meter, TaxRate, WebhookEndpoint};

/// A meter is found by its event name: it needs no id.
pub fn meter(read: &Read<'_>) -> Result<Table, Unsayable> {
    let event_name = read.text("event_name").unwrap_or_default();
    let aggregation = read.word("default_aggregation.formula")?;
    table(Meter {
        stripe_id: read.source.identity.stripe_id.clone(),
        display_name: read.text_unless("display_name", &event_name),
        event_name: Some(event_name).filter(|name| *name != read.source.address.key),
        aggregation: aggregation.filter(|aggregation| *aggregation != Aggregation::Sum),
        customer_key: read.text_unless("customer_mapping.event_payload_key", "stripe_customer_id"),
        value_key: read.text_unless("value_settings.event_payload_key", "value"),
        event_time_window: read.word("event_time_window")?,
        active: (read.text("status").as_deref() != Some("active")).then_some(false),
    })
}

pub fn feature(read: &Read<'_>) -> Result<Table, Unsayable> {
    let key = &read.source.address.key;
    if !read.source.object.active {
        return Err(Unsayable("an archived feature can't be in a catalog".to_owned()));
    }
    table(Feature {
        stripe_id: read.source.identity.stripe_id.clone(),
        name: read.text_unless("name", key),
        lookup_key: read.text_unless("lookup_key", key),
        metadata: read.metadata(),
    })
}

pub fn tax_rate(read: &Read<'_>) -> Result<Table, Unsayable> {
    let tax_type = match read.word("tax_type") {
        Ok(tax_type) => tax_type,
        Err(Unsayable(why)) => {
            read.leave_unsaid(why);
            None
        }
    };
    let rate_type = read.raw("rate_type").as_str().unwrap_or("percentage");
    if rate_type != "percentage" {
        return Err(Unsayable(format!("it is a {rate_type}, not a percentage")));
    }
    let percentage =
        read.percent("percentage").ok_or_else(|| Unsayable("it has no percentage".to_owned()))?;
    table(TaxRate {
        stripe_id: read.source.identity.stripe_id.clone(),
        display_name: read.text("display_name").unwrap_or_default(),
        percentage,
        inclusive: read.flag("inclusive"),
        description: read.text("description"),
        country: read.text("country"),
        state: read.text("state"),
        jurisdiction: read.text("jurisdiction"),
        tax_type,
        active: read.off("active"),
        metadata: read.metadata(),
    })
}

pub fn webhook_endpoint(read: &Read<'_>) -> Result<Table, Unsayable> {
    table(WebhookEndpoint {
        stripe_id: read.source.identity.stripe_id.clone(),
        url: read.text("url").unwrap_or_default(),
        enabled_events: read.texts("enabled_events"),
        description: read.text("description"),
        api_version: read.text_unless("api_version", read.source.api_version),
        active: read.flag("disabled").then_some(false),
        metadata: read.metadata(),
    })
}
