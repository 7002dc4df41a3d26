//! What Stripe found wrong with events of the stream, after it had taken them.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::commands::moment::time;
use crate::store::books::{Books, MeterReport};
use crate::stripe::{Reader, segment};

/// The events that tell of it.
const TYPES: [&str; 2] = ["v1.billing.meter.error_report_triggered", "v1.billing.meter.no_meter_found"];

/// Reports are read from so long before the newest that is known: they may come late.
const OVERLAP_SECONDS: i64 = 60 * 60;

/// How many events are wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Found {
    /// Which ones is known.
    pub named: i64,
    /// Stripe names some of each kind only.
    pub unnamed: i64,
}

/// Reads what was reported since the last time.
///
/// # Errors
/// What Stripe says, and if the books can't be written.
pub async fn read(reader: &Reader, books: &mut Books) -> anyhow::Result<Found> {
    let mut params = json!({"types": TYPES});
    if let Some(newest) = books.newest_meter_report()? {
        params["created"] = json!({"gte": time(newest - OVERLAP_SECONDS)});
    }
    let mut found = Found::default();
    for listed in reader.list("/v2/core/events", &params).await? {
        let event = match (listed["data"].is_object(), listed["id"].as_str()) {
            (false, Some(id)) => {
                reader.get(&format!("/v2/core/events/{}", segment(id)), &Value::Null).await?
            }
            _ => listed,
        };
        if let Some((named, unnamed)) = books.note_meter_report(&report(&event))? {
            found.named += named;
            found.unnamed += unnamed;
        }
    }
    Ok(found)
}

fn report(event: &Value) -> MeterReport {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let reason = &event["data"]["reason"];
    let mut named = Vec::new();
    for kind in reason["error_types"].as_array().into_iter().flatten() {
        for sample in kind["sample_errors"].as_array().into_iter().flatten() {
            named.push((
                text(&sample["request"]["identifier"]),
                text(&kind["code"]),
                text(&sample["error_message"]),
            ));
        }
    }
    let created = event["created"].as_str().and_then(|at| at.parse::<Timestamp>().ok());
    MeterReport {
        id: text(&event["id"]),
        created: created.map_or(0, Timestamp::as_second),
        errors: reason["error_count"].as_i64().unwrap_or_default(),
        named,
    }
}
