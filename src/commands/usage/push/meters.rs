//! The meters that usage is told to: those of the catalog, as Stripe has them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::billing::catalog::model::Catalog;
use crate::error::{Kind, fail};
use crate::store::books::Adding;
use crate::stripe::Reader;

/// A meter in Stripe, and the metric that is told to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meter {
    pub metric: String,
    /// `mtr_…`
    pub id: String,
    pub event_name: String,
    pub adding: Adding,
    /// Where an event's payload names the customer.
    pub customer_key: String,
    /// Where it says how much.
    pub value_key: String,
}

/// Finds the active meters of the catalog in Stripe, by the names of their events; only `named` ones, if any are named.
///
/// # Errors
/// `Usage` for a name that is no meter, `Failed` for a meter that is not in Stripe; what Stripe says.
pub async fn find(catalog: &Catalog, named: &[String], reader: &Reader) -> anyhow::Result<Vec<Meter>> {
    for name in named {
        if !catalog.meters.contains_key(name) {
            let known: Vec<&str> = catalog.meters.keys().map(String::as_str).collect();
            return Err(fail(
                Kind::Usage,
                format!("The catalog has no meter `{name}`"),
                format!("It has {}", known.join(", ")),
            ));
        }
    }
    let wanted = catalog
        .meters
        .iter()
        .filter(|(name, meter)| meter.active && (named.is_empty() || named.contains(name)));
    let wanted: Vec<_> = wanted.collect();
    if wanted.is_empty() {
        return Err(fail(
            Kind::Usage,
            "The catalog has no active meter, so there is nothing that Stripe could be told",
            "Add one to billing.toml: `[meters.NAME]` with a display_name",
        ));
    }
    let listed = reader.list("/v1/billing/meters", &json!({"status": "active"})).await?;
    let by_event: BTreeMap<&str, &Value> =
        listed.iter().filter_map(|meter| Some((meter["event_name"].as_str()?, meter))).collect();
    let mut found = Vec::with_capacity(wanted.len());
    for (name, meter) in wanted {
        let Some(stripes) = by_event.get(meter.event_name.as_str()) else {
            return Err(fail(
                Kind::Failed,
                format!("Stripe has no active meter `{}`; nothing was sent", meter.event_name),
                "Make it with `billctl catalog sync`, and run this again",
            ));
        };
        let text = |pointer: &str, usual: &str| {
            stripes.pointer(pointer).and_then(Value::as_str).unwrap_or(usual).to_owned()
        };
        found.push(Meter {
            metric: name.clone(),
            id: text("/id", ""),
            event_name: meter.event_name.clone(),
            adding: match stripes["default_aggregation"]["formula"].as_str() {
                Some("count") => Adding::Count,
                Some("last") => Adding::Last,
                Some(_) | None => Adding::Sum,
            },
            customer_key: text("/customer_mapping/event_payload_key", "stripe_customer_id"),
            value_key: text("/value_settings/event_payload_key", "value"),
        });
    }
    Ok(found)
}
