//! `events listen --poll`: Stripe's events read again and again, for a machine that no webhook can reach.
//!
//! What is read goes the way of what is posted: into the outbox where events are passed on, then into the books, and
//! after that into the mirror. How far everything was read is kept (see `catch_up`), so that a listener that was killed
//! goes on from there, and what the books have is neither passed on nor applied again.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use super::account::keep_to_account;
use super::catch_up::{CatchUp, CaughtUp, Taker, read_through};
use super::pull::{READ_AGAIN, gap_words};
use crate::billing::event::Event;
use crate::context::{Clock, Connection, Context};
use crate::listen::{Failed, Kept, Metrics, Notice, Posting, Taken, Wake};
use crate::store::books::{Books, NewEvent, Source};
use crate::store::mirror::Mirror;

/// The name under which the mirror keeps the second from which on events that are read are passed on: what happened
/// before that was asked for the first time is history.
const PASSED_ON_FROM: &str = "events passed on from";

/// The longest wait after readings that failed; each of them doubles it.
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);

/// Reads what Stripe lists, until stopped.
pub(super) struct Poll {
    connection: Connection,
    books: Books,
    mirror: Mirror,
    clock: Clock,
    every: Duration,
    metrics: Arc<Metrics>,
    failed: Failed,
    takes: Takes,
    /// The last reading failed, and that was told.
    in_trouble: bool,
    /// It was told that Stripe does not keep all that is missing.
    gap_told: bool,
}

/// Who hears of what is read.
pub(super) struct Hearers {
    pub metrics: Arc<Metrics>,
    pub notices: mpsc::Sender<Notice>,
    pub wake: Wake,
    pub posting: Option<Posting>,
    /// Is told, in words, of what somebody should look after.
    pub failed: Failed,
}

impl Poll {
    /// Opens Stripe and the stores; no event is read yet.
    ///
    /// # Errors
    /// As `Context::stripe`, and for stores that can't be opened.
    pub(super) async fn open(ctx: &Context, every: Duration, hearers: Hearers) -> anyhow::Result<Poll> {
        let connection = ctx.stripe().await?;
        let (books, mut mirror, clock) = (ctx.books()?, ctx.mirror()?, ctx.clock());
        keep_to_account(&connection, &mut mirror).await?;
        let Hearers { metrics, notices, wake, posting, failed } = hearers;
        let pass_on = match posting {
            Some(posting) => Some((posting, pass_on_from(&mut mirror, clock.now())?)),
            None => None,
        };
        let takes = Takes { pass_on, clock, metrics: Arc::clone(&metrics), notices, wake };
        Ok(Poll {
            connection,
            books,
            mirror,
            clock,
            every,
            metrics,
            failed,
            takes,
            in_trouble: false,
            gap_told: false,
        })
    }

    /// Reads until `stop` says so or is dropped. What is stored by then stays, and the next run begins a little before
    /// where this one ended.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let reader = self.connection.reader();
        let mut failures = 0;
        loop {
            let Poll { books, mirror, takes, clock, .. } = &mut self;
            let mut catch_up = CatchUp { books, mirror, clock: *clock, source: Source::Poll };
            let read = tokio::select! {
                () = asked(&mut stop) => return,
                read = catch_up.hand(&reader, takes) => read,
            };
            failures = if read.is_ok() { 0 } else { failures + 1 };
            self.note(read);
            tokio::select! {
                () = asked(&mut stop) => return,
                () = tokio::time::sleep(wait(self.every, failures)) => {}
            }
        }
    }

    fn note(&mut self, read: anyhow::Result<CaughtUp>) {
        match read {
            Ok(caught_up) => {
                self.in_trouble = false;
                self.metrics.polled(self.clock.now().as_second());
                if caught_up.is_again {
                    (self.failed)(READ_AGAIN.to_owned());
                }
                if let Some(gap) = caught_up.gap
                    && !std::mem::replace(&mut self.gap_told, true)
                {
                    let words = gap_words(gap);
                    (self.failed)(format!("{words}; `billctl mirror update` fetches what may have changed"));
                }
            }
            Err(error) => {
                let why = format!("events cannot be read from Stripe now: {error:#}");
                if std::mem::replace(&mut self.in_trouble, true) {
                    tracing::info!(why, "still not read");
                } else {
                    (self.failed)(format!("{why}; it is tried again"));
                }
                self.metrics.failed_to_poll(why);
            }
        }
    }
}

/// How long it is until the next reading, after so many in a row that failed.
fn wait(every: Duration, failures: u32) -> Duration {
    every.saturating_mul(2_u32.saturating_pow(failures)).min(LONGEST_WAIT.max(every))
}

/// The second from which on events are passed on: from where the readings had come to when that was first asked for, or
/// from then on.
fn pass_on_from(mirror: &mut Mirror, now: Timestamp) -> anyhow::Result<i64> {
    if let Some(from) = mirror.cursor(PASSED_ON_FROM)?.and_then(|text| text.parse().ok()) {
        return Ok(from);
    }
    let from = read_through(mirror)?.unwrap_or(now.as_second());
    mirror.set_cursor(PASSED_ON_FROM, Some(&from.to_string()), now.as_second())?;
    Ok(from)
}

/// Waits until told to stop, or until nobody is left who could tell.
async fn asked(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stopping| *stopping).await;
}

struct Takes {
    /// Where events are passed on, and from which second on.
    pass_on: Option<(Posting, i64)>,
    clock: Clock,
    metrics: Arc<Metrics>,
    notices: mpsc::Sender<Notice>,
    wake: Wake,
}

impl Taker for Takes {
    fn before(&mut self, books: &Books, events: &[NewEvent<'_>]) -> anyhow::Result<()> {
        let Some((posting, from)) = &mut self.pass_on else { return Ok(()) };
        let mut new: Vec<(&str, &[u8])> = Vec::new();
        for NewEvent { event, body, .. } in events {
            if event.created >= *from && books.event(&event.id)?.is_none() {
                new.push((&event.id, body));
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        posting.put(&new, self.clock.now())
    }

    fn after(&mut self, stored: &[&Event]) {
        if stored.is_empty() {
            return;
        }
        self.metrics.polled_new(stored.len());
        self.wake.wake();
        if let Some((posting, _)) = &self.pass_on {
            posting.wake();
        }
        for event in stored {
            let taken = Taken {
                id: event.id.clone(),
                event_type: event.event_type.clone(),
                object: event.about.as_ref().map(|about| about.id.clone()),
                created: event.created,
                kept: Kept::Stored,
            };
            // Full: events come faster than anybody could read.
            let _ = self.notices.try_send(Notice::Taken(taken));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_doubles_with_each_failure_up_to_five_minutes() {
        let seconds = |every, failures| wait(Duration::from_secs(every), failures).as_secs();
        assert_eq!([0, 1, 2, 3, 40].map(|failures| seconds(10, failures)), [10, 20, 40, 80, 300]);
        // Who reads once an hour is not sent more often.
        assert_eq!([0, 1].map(|failures| seconds(3_600, failures)), [3_600, 3_600]);
    }
}
