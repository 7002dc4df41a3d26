//! Free credits of a subject's plan, booked when they are first looked for.

use super::booking::now;
use crate::billing::catalog::model::Catalog;
use crate::billing::credits::allowance::{allowances, are_given};
use crate::billing::credits::{Limits, Request};
use crate::context::Context;
use crate::store::books::Books;

/// The catalog, where a plan of it gives credits: asked first, for most have none and a deduction is to be quick.
fn giving(ctx: &Context) -> anyhow::Result<Option<&Catalog>> {
    if ctx.settings().config.is_none() {
        return Ok(None);
    }
    let catalog = &ctx.catalog()?.catalog;
    Ok(are_given(catalog).then_some(catalog))
}

/// What the plan of a subject gives it in this period and is not booked yet.
///
/// # Errors
/// `Usage` where the billing file can't be used; what books and mirror say.
pub fn due(ctx: &Context, books: &Books, subject: &str) -> anyhow::Result<Vec<Request>> {
    let Some(catalog) = giving(ctx)? else { return Ok(Vec::new()) };
    let held = ctx.mirror()?.held(&books.customers_of(subject)?)?;
    let now = now(ctx);
    let mut due = Vec::new();
    for request in allowances(catalog, subject, &held, now) {
        if request.check(now).is_ok()
            && let Some(key) = books.key_to_give(subject, &request.key)?
        {
            due.push(Request { key, ..request });
        }
    }
    Ok(due)
}

/// Books it; somebody else may have done so meanwhile.
///
/// # Errors
/// What [`due`] says, and if the file can't be written.
pub fn book_due(ctx: &Context, subject: &str) -> anyhow::Result<()> {
    if giving(ctx)?.is_none() {
        return Ok(());
    }
    let mut books = ctx.books()?;
    for request in due(ctx, &books, subject)? {
        // Whatever is booked under the key by now is what the plan gave: that stands.
        books.post_credits(&request, &Limits::default(), now(ctx))?;
    }
    Ok(())
}
