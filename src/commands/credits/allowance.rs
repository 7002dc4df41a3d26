//! Free credits of a subject's plan, booked when they are first looked for.

use super::booking::now;
use crate::billing::catalog::model::Catalog;
use crate::billing::credits::allowance::{allowances, are_given};
use crate::billing::credits::{DEFAULT_KIND, Limits, Request, Wanted};
use crate::context::Context;
use crate::store::books::{Books, LowBalance, LowBalanceQuery};
use crate::store::mirror::Mirror;

/// What plans give, and who has which.
struct Plans<'a> {
    catalog: &'a Catalog,
    mirror: Mirror,
    now: i64,
}

impl Plans<'_> {
    /// `None` where no plan gives credits: asked first, for most have none and a deduction is to be quick.
    fn open(ctx: &Context) -> anyhow::Result<Option<Plans<'_>>> {
        if ctx.settings().config.is_none() {
            return Ok(None);
        }
        let catalog = &ctx.catalog()?.catalog;
        if !are_given(catalog) {
            return Ok(None);
        }
        Ok(Some(Plans { catalog, mirror: ctx.mirror()?, now: now(ctx) }))
    }

    fn due(&self, books: &Books, subject: &str) -> anyhow::Result<Vec<Request>> {
        let held = self.mirror.held(&books.customers_of(subject)?)?;
        let mut due = Vec::new();
        for request in allowances(self.catalog, subject, &held, self.now) {
            if request.check(self.now).is_ok()
                && let Some(key) = books.key_to_give(subject, &request.key)?
            {
                due.push(Request { key, ..request });
            }
        }
        Ok(due)
    }
}

/// What the plan of a subject gives it in this period of a kind of credits and is not booked yet.
///
/// # Errors
/// `Usage` where the billing file can't be used; what books and mirror say.
pub fn due(ctx: &Context, books: &Books, subject: &str, kind: &str) -> anyhow::Result<Vec<Request>> {
    let Some(plans) = Plans::open(ctx)? else { return Ok(Vec::new()) };
    let mut due = plans.due(books, subject)?;
    due.retain(|request| request.kind == kind);
    Ok(due)
}

/// The credits of bookings that are due, together.
pub fn credits_of(due: &[Request]) -> i64 {
    let amounts = due.iter().map(|request| match request.wanted {
        Wanted::Add { amount, .. } => amount,
        Wanted::Take { .. } | Wanted::Set { .. } => 0,
    });
    amounts.fold(0, i64::saturating_add)
}

/// Books what is due to a subject; somebody else may have done so meanwhile.
///
/// # Errors
/// What [`due`] says, and if the file can't be written.
pub fn book_due(ctx: &Context, subject: &str) -> anyhow::Result<()> {
    let Some(plans) = Plans::open(ctx)? else { return Ok(()) };
    let mut books = ctx.books()?;
    for request in plans.due(&books, subject)? {
        // Whatever is booked under the key by now is what the plan gave: that stands.
        books.post_credits(&request, &Limits::default(), plans.now)?;
    }
    Ok(())
}

/// How many subjects have less than a threshold, and those with the least: with what is due to them, as their balance is told
/// everywhere.
///
/// # Errors
/// As [`due`].
pub fn low_balances(
    ctx: &Context,
    books: &Books,
    query: &LowBalanceQuery<'_>,
) -> anyhow::Result<(i64, Vec<LowBalance>)> {
    let plans = if query.kind == DEFAULT_KIND { Plans::open(ctx)? } else { None };
    let Some(plans) = plans else { return books.low_credit_balances(query) };
    let (_, mut low) = books.low_credit_balances(&LowBalanceQuery { limit: usize::MAX, ..query.clone() })?;
    for LowBalance { subject, balance } in &mut low {
        *balance = balance.saturating_add(credits_of(&plans.due(books, subject)?));
    }
    low.retain(|low| low.balance < query.below);
    low.sort_by(|one, other| (one.balance, &one.subject).cmp(&(other.balance, &other.subject)));
    let count = i64::try_from(low.len()).unwrap_or(i64::MAX);
    low.truncate(query.limit);
    Ok((count, low))
}
