//! `/v1/events` from a second on: however many there are, and whatever arrives meanwhile.
//!
//! Stripe lists the newest first, and a reader that is stopped half-way through such a list has a hole below what it
//! read. A walk therefore cuts a long time into slices and reads the oldest slice first: at each end of a slice it is
//! known up to which second everything has been read.

use serde_json::{Map, Value, json};

use super::error::StripeError;
use super::reader::{Pages, Reader};

/// How long Stripe keeps events, in seconds: thirty days.
pub const KEPT_SECONDS: i64 = 30 * 24 * 60 * 60;

/// A slice is to have about so many pages of a hundred events.
const PAGES_A_SLICE: i64 = 20;

/// So many events are held until a slice is read, and can be given in the order in which they happened.
const MOST_HELD: usize = 10_000;

/// What a walk came upon.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Events in the order in which they happened, as far as Stripe tells it, unless a slice has more than can be held:
    /// then its later ones come first. Some may come again where the place in the list was lost.
    Events(Vec<ListedEvent>),
    /// All events created up to this second, by Stripe's clock, have been read.
    Through(i64),
}

/// An event as Stripe lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedEvent {
    /// None where it has none, which is no event of Stripe's.
    pub id: Option<String>,
    /// In seconds.
    pub created: Option<i64>,
    /// Its bytes, exactly as they stand in Stripe's list.
    pub body: Vec<u8>,
}

/// Events on their way, from the oldest slice to the newest.
#[derive(Debug)]
pub struct EventWalk {
    reader: Reader,
    /// The first second of the slice being read; `None` for as far back as Stripe keeps them.
    from: Option<i64>,
    /// `None` at the end.
    slice: Option<Slice>,
    /// How long slices are, in seconds, once it is known that one is not enough.
    width: Option<i64>,
    /// Stripe's clock at the first answer, or else the newest event then.
    now: Option<i64>,
}

#[derive(Debug)]
struct Slice {
    pages: Pages,
    /// The first second behind it; `None` for the last one, which is open.
    until: Option<i64>,
    pages_read: i64,
    /// What was read and not yet given, newest first.
    held: Vec<ListedEvent>,
    /// Stripe's clock when the first page was read.
    answered_at: Option<i64>,
    /// Seconds of creation of what was read.
    newest: Option<i64>,
    oldest: Option<i64>,
    /// The place to go on from was lost, and no page has been read since.
    resumed: bool,
}

impl Reader {
    /// Reads the events that were created at `from` or later, in seconds; all that Stripe keeps, without it.
    pub fn events(&self, from: Option<i64>) -> EventWalk {
        let slice = Slice::new(self, from, None);
        EventWalk { reader: self.clone(), from, slice: Some(slice), width: None, now: None }
    }
}

impl EventWalk {
    /// Reads on; `None` at the end. After an error it may be called again, and asks for the same page.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn next(&mut self) -> Result<Option<Step>, StripeError> {
        loop {
            let Some(slice) = &mut self.slice else { return Ok(None) };
            match slice.pages.next_with_bytes().await {
                Ok(Some(events)) => {
                    let events: Vec<ListedEvent> = events.into_iter().map(listed).collect();
                    slice.note(&events);
                    self.now = self.now.or(slice.answered_at).or(slice.newest);
                    slice.held.extend(events);
                    if !self.is_cut_short()
                        && let Some(held) = self.held(MOST_HELD)
                    {
                        return Ok(Some(Step::Events(held)));
                    }
                }
                Ok(None) => {
                    if let Some(held) = self.held(1) {
                        return Ok(Some(Step::Events(held)));
                    }
                    if let Some(through) = self.finish_slice() {
                        return Ok(Some(Step::Through(through)));
                    }
                }
                Err(error) => self.resume(error)?,
            }
        }
    }

    /// Stripe's clock at the first answer, in seconds; without it, when the newest event then was created.
    pub fn begun_at(&self) -> Option<i64> {
        self.now
    }

    /// What is held, oldest first, if it is at least so much.
    fn held(&mut self, least: usize) -> Option<Vec<ListedEvent>> {
        let slice = self.slice.as_mut().filter(|slice| slice.held.len() >= least)?;
        let mut held = std::mem::take(&mut slice.held);
        held.reverse();
        Some(held)
    }

    /// After the first page: whether there is so much that the time is cut into slices, and the oldest begins.
    fn is_cut_short(&mut self) -> bool {
        let Some(slice) = &self.slice else { return false };
        if self.width.is_some() || slice.pages_read != 1 || slice.pages.is_at_end() {
            return false;
        }
        let (Some(newest), Some(oldest)) = (slice.newest, slice.oldest) else { return false };
        let now = self.now.unwrap_or(newest);
        let from = self.from.unwrap_or(now.saturating_sub(KEPT_SECONDS));
        // What one page covers, for a start.
        let width = newest.saturating_sub(oldest).max(1).saturating_mul(PAGES_A_SLICE);
        self.width = Some(width);
        let until = from.saturating_add(width);
        if until >= now {
            return false;
        }
        self.slice = Some(Slice::new(&self.reader, self.from, Some(until)));
        true
    }

    /// Goes over to the next slice; the second up to which everything has been read.
    fn finish_slice(&mut self) -> Option<i64> {
        let slice = self.slice.take()?;
        let Some(until) = slice.until else { return slice.answered_at.or(slice.newest) };
        let width = self.width.map_or(1, |width| match slice.pages_read {
            ..=1 => width.saturating_mul(4),
            pages if pages > 2 * PAGES_A_SLICE => (width / 2).max(1),
            _ => width,
        });
        self.width = Some(width);
        let end = until.saturating_add(width);
        let is_last = self.now.is_none_or(|now| end >= now);
        self.from = Some(until);
        self.slice = Some(Slice::new(&self.reader, self.from, (!is_last).then_some(end)));
        Some(until.saturating_sub(1))
    }

    /// The event behind which the next page begins may have reached its thirty days and be gone: then what is left
    /// is asked for by time.
    fn resume(&mut self, error: StripeError) -> Result<(), StripeError> {
        let lost = error.api().is_some_and(|api| api.param.as_deref() == Some("starting_after"));
        let Some(slice) = self.slice.as_mut().filter(|slice| lost && !slice.resumed) else {
            return Err(error);
        };
        let Some(oldest) = slice.oldest else { return Err(error) };
        slice.pages = pages(&self.reader, self.from, Some(oldest.saturating_add(1)));
        slice.resumed = true;
        Ok(())
    }
}

impl Slice {
    fn new(reader: &Reader, from: Option<i64>, until: Option<i64>) -> Slice {
        Slice {
            pages: pages(reader, from, until),
            until,
            pages_read: 0,
            held: Vec::new(),
            answered_at: None,
            newest: None,
            oldest: None,
            resumed: false,
        }
    }

    fn note(&mut self, events: &[ListedEvent]) {
        self.pages_read += 1;
        self.resumed = false;
        if self.pages_read == 1 {
            self.answered_at = self.pages.answered_at().map(|at| at.as_second());
        }
        for created in events.iter().filter_map(|event| event.created) {
            self.newest = self.newest.max(Some(created));
            self.oldest = Some(self.oldest.map_or(created, |oldest| oldest.min(created)));
        }
    }
}

fn listed((event, body): (Value, Vec<u8>)) -> ListedEvent {
    ListedEvent {
        id: event.get("id").and_then(Value::as_str).map(str::to_owned),
        created: event.get("created").and_then(Value::as_i64),
        body,
    }
}

fn pages(reader: &Reader, from: Option<i64>, until: Option<i64>) -> Pages {
    let bounds = [("gte", from), ("lt", until)];
    let created: Map<String, Value> =
        bounds.into_iter().filter_map(|(name, at)| Some((name.to_owned(), json!(at?)))).collect();
    let params = if created.is_empty() { Value::Null } else { json!({"created": created}) };
    reader.pages("/v1/events", &params)
}
