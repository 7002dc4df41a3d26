//! What reading the mirror's objects from Stripe begins with and ends with, whoever asks for it.

use anyhow::Context as _;

use super::filling::{End, Filling};
use super::walk::Numbers;
use crate::billing::backfill::Count;
use crate::commands::events::account::keep_to;
use crate::commands::events::catch_up::{CatchUp, CaughtUp};
use crate::commands::events::pull::tell_if_again;
use crate::context::{Connection, Context};
use crate::error::{Kind, fail};
use crate::store::books::{Books, Source};
use crate::store::lock::Lock;
use crate::store::mirror::{Fill, Mirror};
use crate::stripe::events::KEPT_SECONDS;
use crate::stripe::key::Mode;

/// How long after it began reading can be gone on with, in seconds: what was read is brought up to date by the events
/// since then, and they are to be there at its end, too.
const GOES_ON_SECONDS: i64 = KEPT_SECONDS - 24 * 60 * 60;

/// The account and the files that a command works with.
#[derive(Debug)]
pub struct Opened {
    pub connection: Connection,
    pub books: Books,
    pub mirror: Mirror,
    /// The account's id.
    pub account: String,
    /// When the account began, in seconds, if Stripe tells.
    pub began_at: Option<i64>,
    /// Stripe's clock, in seconds.
    pub now: i64,
    /// One process at a time reads objects for a profile.
    _lock: Lock,
}

/// How to read.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// What the progress bar calls it.
    pub title: &'static str,
    /// The most requests under way at once.
    pub parallel: usize,
}

/// What reading came to.
#[derive(Debug)]
pub struct Read {
    pub fill: Fill,
    pub end: End,
    pub counts: Vec<Count>,
    /// What events told that came meanwhile; not asked for where it was stopped.
    pub events: Option<CaughtUp>,
    /// Objects that were asked for one by one, and those among them that are gone.
    pub looked_for: u64,
    pub gone: u64,
    /// Objects that the second look at long lists gave.
    pub rechecked: u64,
    /// Requests that were sent.
    pub requests: u64,
}

/// Opens Stripe, the books and the mirror, and says which account it is.
///
/// # Errors
/// `Refused` where the mirror is of another account; `Failed` where another process reads objects into it; else what
/// Stripe or the disk refuses.
pub async fn open(ctx: &Context) -> anyhow::Result<Opened> {
    let connection = ctx.stripe().await?;
    let account = connection.account().await?.clone();
    let lock = Lock::take(&ctx.state_dir()?.join("mirror.lock"))?.ok_or_else(|| {
        fail(
            Kind::Failed,
            "Another billctl is filling or checking this mirror",
            "Wait until it is done, or stop it; what it read is kept",
        )
    })?;
    let (books, mut mirror) = (ctx.books()?, ctx.mirror()?);
    keep_to(&account, &mut mirror)?;
    let now = account.answered_at.unwrap_or_else(|| ctx.clock().now()).as_second();
    let began_at = account.created;
    Ok(Opened { connection, books, mirror, account: account.id, began_at, now, _lock: lock })
}

impl Opened {
    pub fn is_live(&self) -> bool {
        self.connection.mode() == Mode::Live
    }

    /// Whether unfinished reading can be gone on with: the events since it began are still there.
    pub fn goes_on(&self, fill: &Fill) -> bool {
        !fill.is_finished && self.now.saturating_sub(fill.began_at) < GOES_ON_SECONDS
    }

    /// Reads the events since the last time, and from `since` on, and applies them, with a progress line.
    ///
    /// # Errors
    /// What Stripe or the disk refuses; what was stored until then stays.
    pub async fn catch_up(&mut self, ctx: &Context, since: Option<i64>) -> anyhow::Result<CaughtUp> {
        let progress = ctx.ui().open_progress("Reading events");
        let reader = self.connection.reader();
        let caught_up = self
            .events(ctx)
            .run(&reader, since, |so_far| {
                progress.say(&format!("{} received, {} new", so_far.received, so_far.new));
            })
            .await;
        progress.finish();
        let caught_up = caught_up?;
        tell_if_again(ctx, &caught_up);
        Ok(caught_up)
    }

    /// Looks which events there are, and stores nothing.
    ///
    /// # Errors
    /// What Stripe or the disk refuses.
    pub async fn look(&mut self, ctx: &Context) -> anyhow::Result<CaughtUp> {
        let reader = self.connection.reader();
        self.events(ctx).look(&reader, None).await
    }

    fn events(&mut self, ctx: &Context) -> CatchUp<'_> {
        let Opened { books, mirror, .. } = self;
        CatchUp { books, mirror, clock: ctx.clock(), source: Source::Pull }
    }

    /// Reads what a backfill has left to read, with a progress bar, and the events that came meanwhile.
    ///
    /// # Errors
    /// What Stripe or the disk refuses; what was read until then is kept.
    pub async fn read(&mut self, ctx: &Context, fill: Fill, reading: Reading) -> anyhow::Result<Read> {
        let sent = self.connection.stats().requests;
        let walks = self.mirror.fill_walks(&fill)?;
        let progress = ctx.ui().progress(walks.all, reading.title);
        progress.advance(walks.done);
        let mut filling = Filling {
            reader: self.connection.reader(),
            books: &self.books,
            mirror: &mut self.mirror,
            fill,
            floor: self.began_at,
            parallel: reading.parallel,
            stop: ctx.stop()?,
            progress: &progress,
            waits: self.connection.waits(),
            now: self.now,
            numbers: Numbers::after(walks.last),
            looked_for: 0,
            gone: 0,
            rechecked: 0,
        };
        let ended = filling.run().await;
        let Filling { mut fill, looked_for, gone, rechecked, .. } = filling;
        progress.finish();
        let end = ended.with_context(|| match self.mirror.fill_walks(&fill) {
            Ok(walks) => {
                format!("Stopped after {} objects; the same command goes on from there", walks.objects)
            }
            Err(_) => "Stopped".to_owned(),
        })?;
        let events = match end {
            End::Finished => Some(self.catch_up(ctx, Some(fill.began_at)).await?),
            End::Stopped => None,
        };
        // After the events: what came while it ran is there by them.
        let counts = self.mirror.fill_counts(&fill)?;
        // Last: one that dies before is gone on with.
        if end == End::Finished {
            self.mirror.finish_fill(&mut fill)?;
        }
        let requests = self.connection.stats().requests - sent;
        Ok(Read { fill, end, counts, events, looked_for, gone, rechecked, requests })
    }
}
