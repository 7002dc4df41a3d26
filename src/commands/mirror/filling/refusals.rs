//! Refusals of a list that a backfill can do without, and those that end it.

use crate::billing::backfill::{Task, Unread};
use crate::error::{Kind, fail};
use crate::stripe::StripeError;

/// Whether the object is gone behind which the page was to begin.
pub fn lost_its_place(error: &StripeError) -> bool {
    error.api().is_some_and(|api| api.status == 400 && api.param.as_deref() == Some("starting_after"))
}

/// Whether a list that Stripe refuses can be done without: `Some(None)` where what it hangs on is gone.
pub fn unread(task: &Task, error: &StripeError) -> Option<Option<Unread>> {
    let api = error.api()?;
    match (api.status, api.code.as_deref()) {
        (403, _) => Some(Some(Unread::Forbidden)),
        (404, Some("resource_missing")) if task.parent.is_some() => Some(None),
        (400, Some("resource_missing"))
            if task.params.iter().any(|(name, _)| api.param.as_deref() == Some(name)) =>
        {
            Some(None)
        }
        // No code: the route is not known.
        (404, None) => Some(Some(Unread::Unknown)),
        _ => None,
    }
}

/// The error that a page which can't be of its list is.
pub fn strange(task: &Task, why: &str) -> anyhow::Error {
    fail(
        Kind::Failed,
        format!("Stripe's list of {} can't be trusted: {why}", task.source.name),
        "Run the same command again; if it says this again, tell billctl's maintainers",
    )
}

pub(super) fn other_version() -> anyhow::Error {
    fail(
        Kind::Failed,
        "The unfinished backfill was begun by another version of billctl",
        "Begin anew with `billctl mirror backfill --restart`",
    )
}
