//! Events into the mirror: stored if they are not yet, then applied once more.

use std::time::Instant;

use super::chosen::{Choice, Chosen};
use super::outcome::{Row, Verdict};
use super::send::Then;
use crate::billing::event::Event;
use crate::commands::events::select::Status;
use crate::context::{Context, Stop};
use crate::store::books::{Added, Books, NewEvent, Source};

/// How many events share a transaction.
const BATCH: usize = 500;

/// Applies events in their order, batch by batch, and tells each one's result; stops between two batches when asked to.
///
/// # Errors
/// If the books or the mirror can't be read or written, or what `tell` says.
pub fn apply(
    ctx: &Context,
    choice: &mut Choice,
    stop: &Stop,
    mut tell: impl FnMut(Row) -> anyhow::Result<Then>,
) -> anyhow::Result<()> {
    let (mut books, mut mirror) = (ctx.books()?, ctx.mirror()?);
    while !stop.is_asked() {
        let mut batch = Vec::new();
        while batch.len() < BATCH
            && let Some(chosen) = choice.next()?
        {
            batch.push(chosen);
        }
        if batch.is_empty() {
            return Ok(());
        }
        let begun = Instant::now();
        let stored = store(ctx, &mut books, &batch)?;
        while mirror.apply_pending(&books, BATCH, ctx.clock().now())?.more {}
        // What had been stored before has had its turn, and gets another.
        let again: Vec<i64> = stored.iter().filter(|event| !event.is_new).map(|event| event.seq).collect();
        mirror.apply_again(&books, &again, ctx.clock().now())?;
        let took = begun.elapsed();
        for (Chosen { id, event_type, .. }, event) in batch.into_iter().zip(stored) {
            let outcome = mirror.outcome(event.seq)?;
            let status = Status::of(outcome.as_ref());
            let error = outcome.as_ref().and_then(|outcome| outcome.error.clone());
            let verdict = Verdict::Mirrored { status, error };
            tell(Row { id, event_type, verdict, attempts: 1, took })?;
        }
    }
    Ok(())
}

/// An event's number in the books, and whether it was stored just now.
struct Stored {
    seq: i64,
    is_new: bool,
}

/// Stores what is not there yet; for each event where it is.
fn store(ctx: &Context, books: &mut Books, batch: &[Chosen]) -> anyhow::Result<Vec<Stored>> {
    let received_at = ctx.clock().now();
    let events = batch
        .iter()
        .filter(|chosen| chosen.seq.is_none())
        .map(|chosen| Ok((Event::read(&chosen.body)?, chosen.body.as_slice())))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let new: Vec<NewEvent<'_>> = events
        .iter()
        .map(|(event, body)| NewEvent { event, body, received_at, source: Source::File })
        .collect();
    let mut added = books.add_events(&new)?.into_iter().map(|added| match added {
        Added::Stored { seq } => Stored { seq, is_new: true },
        Added::Duplicate { seq } => Stored { seq, is_new: false },
    });
    let known = |seq| Stored { seq, is_new: false };
    Ok(batch.iter().filter_map(|chosen| chosen.seq.map(known).or_else(|| added.next())).collect())
}
