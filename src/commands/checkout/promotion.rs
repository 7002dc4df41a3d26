//! Promotion codes: from what a person types to what Stripe takes.

use serde_json::{Value, json};

use crate::error::{Kind, fail};
use crate::stripe::Reader;

/// The id of an active promotion code.
///
/// # Errors
/// `Failed` where Stripe has none of that name; else what Stripe says.
pub async fn id_of(reader: &Reader, code: &str) -> anyhow::Result<String> {
    let found = reader.list("/v1/promotion_codes", &json!({"code": code, "active": true})).await?;
    let id = found.first().and_then(|found| found.get("id")).and_then(Value::as_str);
    id.map(str::to_owned).ok_or_else(|| {
        fail(
            Kind::Failed,
            format!("Stripe has no active promotion code `{code}`; nothing was sent"),
            "Check its spelling, or see with `billctl catalog plan` whether it is in Stripe",
        )
    })
}
