//! The newest objects of a list of Stripe's, as many as were asked for.

use serde_json::{Value, json};

use crate::commands::Outcome;
use crate::context::Context;
use crate::render::Present;

/// Reads and shows them; a hint tells where there are more.
///
/// # Errors
/// What Stripe says.
pub async fn show_newest<P: Present>(
    ctx: &Context,
    path: &str,
    mut params: Value,
    limit: usize,
    listed: impl FnOnce(Vec<Value>) -> P,
) -> anyhow::Result<Outcome> {
    params["limit"] = json!(limit.clamp(1, 100));
    let connection = ctx.stripe().await?;
    let mut pages = connection.reader().pages(path, &params);
    let mut objects = Vec::new();
    while objects.len() <= limit
        && let Some(page) = pages.next().await?
    {
        objects.extend(page);
    }
    let is_all = objects.len() <= limit && pages.is_at_end();
    objects.truncate(limit);
    ctx.show(&listed(objects))?;
    if !is_all {
        ctx.ui().hint(&format!("There are more than these {limit}; `--limit N` shows more"));
    }
    Ok(Outcome::Done)
}
