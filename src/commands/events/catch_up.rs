//! Reading what happened in Stripe since the last time, into the books and the mirror.
//!
//! How far everything has been read is one second, kept in the mirror under [`EVENTS_READ`]. It moves on only when all that
//! lies before it is durable in the books, and each reading begins [`OVERLAP_SECONDS`] before it: events of one second,
//! and those that Stripe lists late, come again and are known by their ids.

use super::unread::read_unread;
use crate::billing::event::Event;
use crate::context::Clock;
use crate::store::books::{Added, Books, NewEvent, Source};
use crate::store::mirror::{Applied, EVENTS_AGAIN, EVENTS_READ, Mirror};
use crate::stripe::Reader;
use crate::stripe::events::{EventWalk, KEPT_SECONDS, Step};

/// The name under which it keeps the time that Stripe's events no longer reach, `FROM..TO` in seconds, until a backfill
/// has seen to it.
pub const GAP: &str = "events gap";

/// The name under which it keeps the kinds that alone are left to be read for that time, with spaces between them: those
/// that the key may not read. Without it all are.
const GAP_KINDS: &str = "events gap kinds";

/// How far a reading goes back behind the last one.
pub const OVERLAP_SECONDS: i64 = 300;

/// How many events are applied in one transaction.
const BATCH: usize = 1_000;

/// A time whose events are lost: Stripe keeps them for thirty days, and nobody read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// In seconds, inclusive.
    pub from: i64,
    /// In seconds, exclusive.
    pub to: i64,
}

impl Gap {
    /// The gap that is known and that no backfill has closed.
    ///
    /// # Errors
    /// If the mirror can't be read.
    pub fn open(mirror: &Mirror) -> anyhow::Result<Option<Gap>> {
        let text = mirror.cursor(GAP)?;
        let bounds = text.as_deref().and_then(|text| text.split_once(".."));
        Ok(bounds.and_then(|(from, to)| Some(Gap { from: from.parse().ok()?, to: to.parse().ok()? })))
    }

    /// The kinds that alone are left to be read for the gap that is known; all if there are none.
    ///
    /// # Errors
    /// If the mirror can't be read.
    pub fn kinds_left(mirror: &Mirror) -> anyhow::Result<Vec<String>> {
        let text = mirror.cursor(GAP_KINDS)?.unwrap_or_default();
        Ok(text.split_whitespace().map(str::to_owned).collect())
    }

    /// Notes which kinds alone are left to be read for the gap; without any it is closed. `now` is in seconds.
    ///
    /// # Errors
    /// If the mirror can't be written.
    pub fn close_but_for(mirror: &mut Mirror, kinds: &[&str], now: i64) -> anyhow::Result<()> {
        if kinds.is_empty() {
            mirror.set_cursor(GAP, None, now)?;
            return mirror.set_cursor(GAP_KINDS, None, now);
        }
        mirror.set_cursor(GAP_KINDS, Some(&kinds.join(" ")), now)
    }
}

/// What a reading brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CaughtUp {
    /// Events that Stripe listed.
    pub received: u64,
    /// Those among them that the books did not have.
    pub new: u64,
    /// Events that the mirror has taken in now, those that had waited or failed before among them.
    pub applied: u64,
    /// Events that could not be applied, those that failed again among them.
    pub failed: u64,
    /// What can't be read any more; told at each reading until a backfill closes it.
    pub gap: Option<Gap>,
    /// Nothing was read before this.
    pub is_first: bool,
    /// All that Stripe lists is read again: other books were put in the place of those that it had been read into.
    pub is_again: bool,
}

impl CaughtUp {
    fn add(&mut self, batch: Applied) {
        let Applied { applied, older, kept, failed, through: _, more: _, started_over: _ } = batch;
        self.applied += applied + older + kept;
        self.failed += failed;
    }

    /// Counts events that had failed once more, after what they lacked was read.
    fn settle(&mut self, again: Applied) {
        let Applied { applied, older, kept, failed: _, through: _, more: _, started_over: _ } = again;
        let done = applied + older + kept;
        self.applied += done;
        self.failed = self.failed.saturating_sub(done);
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// The second up to which all events were read; none before the first reading.
///
/// # Errors
/// If the mirror can't be read.
pub fn read_through(mirror: &Mirror) -> anyhow::Result<Option<i64>> {
    Ok(mirror.cursor(EVENTS_READ)?.and_then(|text| text.parse().ok()))
}

/// Notes that all events up to a second are in the books; it never goes back. `now` is in seconds.
///
/// # Errors
/// If the mirror can't be written.
pub fn note_through(mirror: &mut Mirror, second: i64, now: i64) -> anyhow::Result<()> {
    if read_through(mirror)?.is_none_or(|before| before < second) {
        mirror.set_cursor(EVENTS_READ, Some(&second.to_string()), now)?;
    }
    Ok(())
}

/// Where a reading begins: a little before where the last one ended, or at `since` if that is further back. None, and
/// so as far back as Stripe keeps events, at the first one: how far everything was read is one second, so nothing may
/// be left out below it.
pub fn begin_at(read_through: Option<i64>, since: Option<i64>) -> Option<i64> {
    let second = read_through?.saturating_sub(OVERLAP_SECONDS);
    Some(since.map_or(second, |since| since.min(second)))
}

/// Whether Stripe's clock is behind what was read, as an emulator's is that was reset: then nothing that was noted about
/// how far it was read is true any more.
fn is_set_back(read_through: Option<i64>, now: Option<i64>) -> bool {
    // Stripe's servers need not agree to the second.
    read_through.zip(now).is_some_and(|(second, now)| now.saturating_add(OVERLAP_SECONDS) < second)
}

/// The time between the last reading and what Stripe still keeps, if there is any. `now` is Stripe's, in seconds.
pub fn gap(read_through: Option<i64>, now: i64) -> Option<Gap> {
    let to = now.saturating_sub(KEPT_SECONDS);
    read_through.map(|second| second.saturating_add(1)).filter(|from| *from < to).map(|from| Gap { from, to })
}

/// Who is told of events while they are read.
pub trait Taker: Send {
    /// Hears of events before they are stored; the books may have some of them.
    ///
    /// # Errors
    /// Why they are not stored: then they come again.
    fn before(&mut self, books: &Books, events: &[NewEvent<'_>]) -> anyhow::Result<()>;

    /// Hears of those that were new, once they are durable.
    fn after(&mut self, stored: &[&Event]);
}

/// For readings that nobody else is told of.
struct Nobody;

impl Taker for Nobody {
    fn before(&mut self, _books: &Books, _events: &[NewEvent<'_>]) -> anyhow::Result<()> {
        Ok(())
    }

    fn after(&mut self, _stored: &[&Event]) {}
}

struct UnderWay {
    reader: Reader,
    walk: EventWalk,
    /// Up to which second everything had been read.
    before: Option<i64>,
    caught_up: CaughtUp,
}

/// What a reading needs.
#[derive(Debug)]
pub struct CatchUp<'a> {
    pub books: &'a mut Books,
    pub mirror: &'a mut Mirror,
    pub clock: Clock,
    /// How the events come here, for the books.
    pub source: Source,
}

impl CatchUp<'_> {
    /// Reads what happened since the last time, or since `since` if that is further back, stores it and applies it;
    /// `tell` hears how far it is.
    ///
    /// # Errors
    /// What Stripe or the disk refuses. What was stored by then stays, and the next reading does the rest.
    pub async fn run(
        &mut self,
        reader: &Reader,
        since: Option<i64>,
        mut tell: impl FnMut(&CaughtUp),
    ) -> anyhow::Result<CaughtUp> {
        let mut reading = self.begin(reader, since)?;
        // What had failed is tried again, and what had waited is applied, even if nothing comes.
        reading.caught_up.add(self.mirror.retry_failed(self.books, BATCH, self.clock.now())?);
        self.apply(&mut reading.caught_up)?;
        while let Some(bodies) = self.next(&mut reading).await? {
            reading.caught_up.new += self.store(&bodies, &mut Nobody)?;
            self.apply(&mut reading.caught_up)?;
            tell(&reading.caught_up);
        }
        if read_unread(reader, self.books, self.mirror, self.clock.now()).await? > 0 {
            reading.caught_up.settle(self.mirror.retry_failed(self.books, BATCH, self.clock.now())?);
        }
        self.fetch_guesses(reader, reading.walk.begun_at().unwrap_or(self.now())).await?;
        self.end(reading)
    }

    /// Reads and stores what happened since the last time, and applies nothing: that is left to whoever takes it.
    ///
    /// # Errors
    /// As [`CatchUp::run`]; and what the taker says.
    pub async fn hand(&mut self, reader: &Reader, taker: &mut dyn Taker) -> anyhow::Result<CaughtUp> {
        let mut reading = self.begin(reader, None)?;
        while let Some(bodies) = self.next(&mut reading).await? {
            reading.caught_up.new += self.store(&bodies, taker)?;
        }
        // Whoever applies what was handed over tries again what had failed for want of it.
        read_unread(reader, self.books, self.mirror, self.clock.now()).await?;
        self.fetch_guesses(reader, reading.walk.begun_at().unwrap_or(self.now())).await?;
        self.end(reading)
    }

    /// Looks what [`CatchUp::run`] would bring, and stores nothing.
    ///
    /// # Errors
    /// What Stripe or the disk refuses.
    pub async fn look(&self, reader: &Reader, since: Option<i64>) -> anyhow::Result<CaughtUp> {
        let mut before = read_through(self.mirror)?;
        let mut seen = CaughtUp { is_first: before.is_none(), ..CaughtUp::default() };
        let is_again = self.mirror.cursor(EVENTS_AGAIN)?.is_some() || !self.mirror.is_of(self.books)?;
        let mut walk = reader.events(if is_again { None } else { begin_at(before, since) });
        loop {
            while let Some(step) = walk.next().await? {
                let Step::Events(events) = step else { continue };
                for id in events.iter().filter_map(|event| event.id.as_deref()) {
                    seen.received += 1;
                    seen.new += u64::from(self.books.event(id)?.is_none());
                }
            }
            if !is_set_back(before, walk.begun_at()) {
                break;
            }
            before = None;
            walk = reader.events(None);
        }
        let found = walk.begun_at().and_then(|now| gap(before, now));
        seen.gap = Gap::open(self.mirror)?.or(found);
        Ok(seen)
    }

    fn now(&self) -> i64 {
        self.clock.now().as_second()
    }

    fn begin(&mut self, reader: &Reader, since: Option<i64>) -> anyhow::Result<UnderWay> {
        self.mirror.begin_with(self.books, self.clock.now())?;
        let before = read_through(self.mirror)?;
        let is_again = self.mirror.cursor(EVENTS_AGAIN)?.is_some();
        let from = if is_again { None } else { begin_at(before, since) };
        let caught_up = CaughtUp { is_first: before.is_none(), is_again, ..CaughtUp::default() };
        let walk = reader.events(from);
        Ok(UnderWay { reader: reader.clone(), walk, before, caught_up })
    }

    /// The bytes of the next events; none at the end. Those before are stored by now.
    async fn next(&mut self, reading: &mut UnderWay) -> anyhow::Result<Option<Vec<Vec<u8>>>> {
        loop {
            while let Some(step) = reading.walk.next().await? {
                self.note_gap(&reading.walk, reading.before)?;
                match step {
                    Step::Events(events) => {
                        reading.caught_up.received += count(events.len());
                        return Ok(Some(events.into_iter().map(|event| event.body).collect()));
                    }
                    Step::Through(second) => note_through(self.mirror, second, self.now())?,
                }
            }
            if !is_set_back(reading.before, reading.walk.begun_at()) {
                return Ok(None);
            }
            self.mirror.set_cursor(EVENTS_READ, None, self.now())?;
            reading.before = None;
            reading.walk = reading.reader.events(None);
        }
    }

    fn end(&mut self, reading: UnderWay) -> anyhow::Result<CaughtUp> {
        if reading.caught_up.is_again {
            self.mirror.set_cursor(EVENTS_AGAIN, None, self.now())?;
        }
        Ok(CaughtUp { gap: Gap::open(self.mirror)?, ..reading.caught_up })
    }

    /// Stores events durably; how many were new.
    fn store(&mut self, bodies: &[Vec<u8>], taker: &mut dyn Taker) -> anyhow::Result<u64> {
        let events = bodies.iter().map(|body| Event::read(body)).collect::<Result<Vec<_>, _>>()?;
        let received_at = self.clock.now();
        let source = self.source;
        let new: Vec<NewEvent<'_>> = events
            .iter()
            .zip(bodies)
            .map(|(event, body)| NewEvent { event, body, received_at, source })
            .collect();
        taker.before(self.books, &new)?;
        let added = self.books.add_events(&new)?;
        let is_new = |added: &Added| matches!(added, Added::Stored { .. });
        let stored: Vec<&Event> =
            events.iter().zip(&added).filter(|(_, added)| is_new(added)).map(|(event, _)| event).collect();
        taker.after(&stored);
        Ok(count(stored.len()))
    }

    fn apply(&mut self, caught_up: &mut CaughtUp) -> anyhow::Result<()> {
        loop {
            let batch = self.mirror.apply_pending(self.books, BATCH, self.clock.now())?;
            caught_up.add(batch);
            if !batch.more {
                return Ok(());
            }
        }
    }

    /// Keeps a gap that is found, and what is left of one that was known: it stays when the reading moves on.
    fn note_gap(&mut self, walk: &EventWalk, before: Option<i64>) -> anyhow::Result<()> {
        let Some(found) = walk.begun_at().and_then(|now| gap(before, now)) else { return Ok(()) };
        let from = Gap::open(self.mirror)?.map_or(found.from, |known| known.from.min(found.from));
        let text = format!("{from}..{}", found.to);
        if self.mirror.cursor(GAP)?.as_deref() != Some(text.as_str()) {
            // What is lost now is lost of every kind.
            self.mirror.set_cursor(GAP_KINDS, None, self.now())?;
            self.mirror.set_cursor(GAP, Some(&text), self.now())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 60 * 60;

    #[test]
    fn a_reading_begins_a_little_before_the_last_one_ended() {
        assert_eq!(begin_at(None, None), None);
        assert_eq!(begin_at(Some(1_000), None), Some(1_000 - OVERLAP_SECONDS));
        // It never leaves anything out.
        assert_eq!(begin_at(None, Some(5)), None);
        assert_eq!(begin_at(Some(1_000), Some(5)), Some(5));
        assert_eq!(begin_at(Some(1_000), Some(5_000)), Some(1_000 - OVERLAP_SECONDS));
    }

    #[test]
    fn a_clock_that_is_behind_by_more_than_servers_differ_was_set_back() {
        assert!(is_set_back(Some(10 * DAY), Some(DAY)));
        assert!(!is_set_back(Some(DAY), Some(DAY - 1)));
        assert!(!is_set_back(Some(DAY), Some(2 * DAY)));
        assert!(!is_set_back(None, Some(DAY)));
        assert!(!is_set_back(Some(DAY), None));
    }

    #[test]
    fn what_stripe_keeps_no_longer_and_nobody_read_is_a_gap() {
        let now = 100 * DAY;
        assert_eq!(gap(None, now), None);
        assert_eq!(gap(Some(now - 30 * DAY), now), None);
        assert_eq!(
            gap(Some(now - 31 * DAY), now),
            Some(Gap { from: now - 31 * DAY + 1, to: now - 30 * DAY })
        );
    }
}
