//! The time by which something in Stripe lives: its test clock's, or Stripe's own. Not this machine's, which may be wrong.

use serde_json::Value;

use crate::context::Context;
use crate::stripe::Reader;
use crate::stripe::lists::Found;

/// The time in seconds since 1970; `path` is where anything can be read, for its answer tells Stripe's time.
///
/// # Errors
/// What Stripe says.
pub async fn time_by(
    ctx: &Context,
    reader: &Reader,
    test_clock: Option<&str>,
    path: &str,
) -> anyhow::Result<i64> {
    if let Some(clock) = test_clock {
        let found = reader.find("/v1/test_helpers/test_clocks/{}", clock).await?;
        if let Found::Object(clock) = found.value
            && let Some(frozen) = clock.get("frozen_time").and_then(Value::as_i64)
        {
            return Ok(frozen);
        }
    }
    Ok(reader.now(path).await?.unwrap_or_else(|| ctx.clock().now()).as_second())
}
