//! Which of the stored events a command is about.

use crate::billing::event::{Event, Glob};
use crate::commands::moment::{Moment, begin};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::store::books::{Books, EventFilter, StoredEvent};
use crate::store::mirror::{self, EventOutcome, Mirror, Span};

/// How many events are read at first, for a short list, and at most at a time later on.
const FIRST_PAGE: usize = 32;
const PAGE: usize = 512;

/// So many events that wait are held at once; of more, the history is walked, where most of them then are.
const FEW: usize = 10_000;

/// Filters: an event fits if it fits all of them.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Selection {
    /// Only this type, or all that fit a pattern: invoice.paid, 'invoice.*'; may be repeated
    #[arg(long = "type", value_name = "TYPE")]
    pub types: Vec<Glob>,
    /// Only events about this object: in_…, sub_…
    #[arg(long, value_name = "ID")]
    pub object: Option<String>,
    /// Only events of this customer: cus_…
    #[arg(long, value_name = "ID")]
    pub customer: Option<String>,
    /// Only events of the customers that belong to this subject of yours
    #[arg(long, value_name = "SUBJECT", conflicts_with = "customer")]
    pub subject: Option<String>,
    /// Only events from this time on: 2026-11-01, 2026-11-01T12:00:00Z, 90m, 7d
    #[arg(long, value_name = "TIME")]
    pub since: Option<Moment>,
    /// Only events before this time
    #[arg(long, value_name = "TIME")]
    pub until: Option<Moment>,
    /// Only events that the mirror did this with
    #[arg(long, value_name = "STATUS")]
    pub status: Option<Status>,
    /// Only events that could not be applied: short for `--status failed`
    #[arg(long, conflicts_with = "status")]
    pub failed: bool,
}

/// What the mirror did with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Status {
    /// Its object is in the mirror as the event tells it, or newer
    Applied,
    /// The mirror knew something newer of its object already
    Older,
    /// It is stored, and there is nothing in it to apply
    Kept,
    /// It could not be applied, and is tried again
    Failed,
    /// It is stored, and waits to be applied
    Waiting,
}

impl Status {
    pub fn of(outcome: Option<&EventOutcome>) -> Status {
        match outcome.map(|outcome| outcome.outcome) {
            None => Status::Waiting,
            Some(mirror::Outcome::Applied) => Status::Applied,
            Some(mirror::Outcome::Older) => Status::Older,
            Some(mirror::Outcome::Kept) => Status::Kept,
            Some(mirror::Outcome::Failed) => Status::Failed,
        }
    }

    fn outcome(self) -> Option<mirror::Outcome> {
        match self {
            Status::Applied => Some(mirror::Outcome::Applied),
            Status::Older => Some(mirror::Outcome::Older),
            Status::Kept => Some(mirror::Outcome::Kept),
            Status::Failed => Some(mirror::Outcome::Failed),
            Status::Waiting => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Status::Applied => "applied",
            Status::Older => "older",
            Status::Kept => "kept",
            Status::Failed => "failed",
            Status::Waiting => "waiting",
        }
    }
}

/// A stored event, and what the mirror did with it.
#[derive(Debug, Clone)]
pub struct Found {
    pub event: StoredEvent,
    pub outcome: Option<EventOutcome>,
}

impl Found {
    pub fn status(&self) -> Status {
        Status::of(self.outcome.as_ref())
    }
}

/// Which index leads to events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Along {
    /// That of their objects, types or times, in the books.
    Books,
    /// That of what became of them, in the mirror.
    Outcome(mirror::Outcome),
    /// That of their customers, in the mirror.
    Customers,
}

impl Along {
    /// The one that leads to the fewest: an object has few events, a customer some, and most were applied.
    fn best(filter: &EventFilter, status: Option<Status>) -> Along {
        if filter.object.is_some() {
            return Along::Books;
        }
        if !filter.customers.is_empty() {
            return Along::Customers;
        }
        match status.and_then(Status::outcome) {
            Some(mirror::Outcome::Applied) if !filter.types.is_empty() => Along::Books,
            Some(outcome) => Along::Outcome(outcome),
            None => Along::Books,
        }
    }
}

/// Events that fit, on their way.
#[derive(Debug)]
pub struct Search<'a> {
    books: &'a Books,
    mirror: &'a Mirror,
    filter: EventFilter,
    status: Option<Status>,
    along: Along,
    /// Of those that the mirror does not know yet, the ones that fit: when they happened, and their numbers.
    waiting: Vec<(i64, i64)>,
    /// What was read and not yet handed out, last one first.
    page: Vec<StoredEvent>,
    page_size: usize,
    at_end: bool,
}

impl Selection {
    /// Whether nothing is filtered.
    pub fn is_everything(&self) -> bool {
        let Selection { types, object, customer, subject, since, until, status, failed } = self;
        let ids = [object, customer, subject];
        types.is_empty()
            && ids.iter().all(|id| id.is_none())
            && since.is_none()
            && until.is_none()
            && status.is_none()
            && !failed
    }

    /// What events that are not stored have to fit.
    ///
    /// # Errors
    /// `Usage` for times that nothing can fit.
    pub fn fitting(&self, ctx: &Context) -> anyhow::Result<Fitting<'_>> {
        let (from, to) = self.bounds(ctx)?;
        Ok(Fitting { selection: self, from, to })
    }

    /// The first second, and the first one behind the last.
    fn bounds(&self, ctx: &Context) -> anyhow::Result<(Option<i64>, Option<i64>)> {
        let now = ctx.clock().now();
        let time = |moment: Option<Moment>| moment.map(|moment| moment.from(now));
        let (since, until) = (time(self.since), time(self.until));
        if let (Some(since), Some(until)) = (since, until)
            && since >= until
        {
            return Err(fail(
                Kind::Usage,
                format!("No event is from {since} on and before {until}"),
                "Give an earlier `--since` or a later `--until`",
            ));
        }
        Ok((since.map(begin), until.map(begin)))
    }

    /// The events that fit, by the time of their creation.
    ///
    /// # Errors
    /// `Usage` for a filter that nothing can fit; `Failed` for a subject that no customer belongs to.
    pub fn search<'a>(
        &self,
        ctx: &Context,
        books: &'a Books,
        mirror: &'a Mirror,
        oldest_first: bool,
    ) -> anyhow::Result<Search<'a>> {
        let Selection { types, object, customer, subject, since: _, until: _, status, failed } = self;
        let (from, to) = self.bounds(ctx)?;
        let customers = match subject {
            Some(subject) => customers_of(books, subject)?,
            None => customer.iter().cloned().collect(),
        };
        let filter = EventFilter {
            types: types.clone(),
            object: object.clone(),
            customers,
            from,
            to,
            oldest_first,
            ..EventFilter::default()
        };
        let status = if *failed { Some(Status::Failed) } else { *status };
        Search::begin(books, mirror, filter, status)
    }
}

/// Up to `limit` events of a customer, the newest first.
///
/// # Errors
/// If a file can't be read.
pub fn newest_of(
    books: &Books,
    mirror: &Mirror,
    customer: &str,
    limit: usize,
) -> anyhow::Result<Vec<StoredEvent>> {
    let filter = EventFilter { customers: vec![customer.to_owned()], ..EventFilter::default() };
    let mut search = Search::begin(books, mirror, filter, None)?;
    let mut newest = Vec::new();
    while newest.len() < limit
        && let Some(found) = search.find_next()?
    {
        newest.push(found.event);
    }
    Ok(newest)
}

/// What an event from elsewhere has to fit; status and subject are known of stored events alone.
#[derive(Debug)]
pub struct Fitting<'a> {
    selection: &'a Selection,
    from: Option<i64>,
    to: Option<i64>,
}

impl Fitting<'_> {
    pub fn fits(&self, event: &Event) -> bool {
        let Selection { types, object, customer, .. } = self.selection;
        let about = event.about.as_ref();
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        (types.is_empty() || types.iter().any(|glob| glob.matches(&event.event_type)))
            && is(object, about.map(|about| about.id.as_str()))
            && is(customer, about.and_then(|about| about.customer.as_deref()))
            && self.from.is_none_or(|from| event.created >= from)
            && self.to.is_none_or(|to| event.created < to)
    }
}

fn customers_of(books: &Books, subject: &str) -> anyhow::Result<Vec<String>> {
    let customers = books.customers_of(subject)?;
    if customers.is_empty() {
        return Err(fail(
            Kind::Failed,
            format!("No customer is known to belong to the subject `{subject}`"),
            "Check its spelling, or bring the mirror up to date with `billctl mirror update`; after a change of `[links]` in the billing file, `billctl mirror rebuild` reads anew who belongs to whom",
        ));
    }
    Ok(customers)
}

impl<'a> Search<'a> {
    fn begin(
        books: &'a Books,
        mirror: &'a Mirror,
        filter: EventFilter,
        status: Option<Status>,
    ) -> anyhow::Result<Search<'a>> {
        let mut search = Search {
            books,
            mirror,
            along: Along::best(&filter, status),
            filter,
            status,
            waiting: Vec::new(),
            page: Vec::new(),
            page_size: FIRST_PAGE,
            at_end: false,
        };
        search.read_waiting()?;
        Ok(search)
    }

    /// The next event; `None` after the last one.
    ///
    /// # Errors
    /// If a file can't be read.
    pub fn find_next(&mut self) -> anyhow::Result<Option<Found>> {
        loop {
            let Some(event) = self.page.pop() else {
                if self.at_end {
                    return Ok(None);
                }
                self.read()?;
                continue;
            };
            let outcome = self.mirror.outcome(event.seq)?;
            let found = Found { event, outcome };
            if self.status.is_none_or(|status| status == found.status()) {
                return Ok(Some(found));
            }
        }
    }

    /// Reads what the mirror's indexes do not have, where it is wanted: it is at the end of what is stored, and usually
    /// little.
    fn read_waiting(&mut self) -> anyhow::Result<()> {
        let is_all = self.status == Some(Status::Waiting);
        if !is_all && self.along != Along::Customers {
            return Ok(());
        }
        let through = self.mirror.applied_through()?;
        let mut waiting = self.books.after(through, FEW + 1)?;
        if waiting.len() > FEW {
            self.filter.stored_after = is_all.then_some(through);
            self.along = Along::Books;
            return Ok(());
        }
        waiting.retain(|event| fits(&self.filter, event));
        if !is_all {
            self.waiting = waiting.iter().map(|event| (event.created, event.seq)).collect();
            return Ok(());
        }
        waiting.sort_by_key(|event| (event.created, event.seq));
        if self.filter.oldest_first {
            waiting.reverse();
        }
        self.page = waiting;
        self.at_end = true;
        Ok(())
    }

    fn read(&mut self) -> anyhow::Result<()> {
        let mut page = match self.along {
            Along::Books => self.books.events(&self.filter, self.page_size)?,
            Along::Outcome(outcome) => {
                let found = self.mirror.events_with(outcome, self.span(), self.page_size)?;
                self.stored(found.iter().map(|found| found.seq))?
            }
            Along::Customers => self.read_by_customers()?,
        };
        self.at_end = page.len() < self.page_size;
        self.page_size = (self.page_size * 2).min(PAGE);
        if let Some(last) = page.last() {
            self.filter.beyond = Some((last.created, last.seq));
        }
        page.retain(|event| fits(&self.filter, event));
        page.reverse();
        self.page = page;
        Ok(())
    }

    /// A page of the customers' events, whether they fit or not: one walk a customer, merged with what waits.
    fn read_by_customers(&self) -> anyhow::Result<Vec<StoredEvent>> {
        let span = self.span();
        let is_left = |key: &&(i64, i64)| match span.beyond {
            Some(beyond) if span.oldest_first => **key > beyond,
            Some(beyond) => **key < beyond,
            None => true,
        };
        let mut keys: Vec<(i64, i64)> = self.waiting.iter().filter(is_left).copied().collect();
        for customer in &self.filter.customers {
            let found = self.mirror.events_of(customer, span, self.page_size)?;
            keys.extend(found.iter().map(|found| (found.created, found.seq)));
        }
        keys.sort_unstable();
        // One may have been applied since what waits was read.
        keys.dedup();
        if !span.oldest_first {
            keys.reverse();
        }
        self.stored(keys.into_iter().take(self.page_size).map(|(_, seq)| seq))
    }

    fn span(&self) -> Span {
        let EventFilter { from, to, beyond, oldest_first, .. } = self.filter;
        Span { from, to, beyond, oldest_first }
    }

    fn stored(&self, seqs: impl Iterator<Item = i64>) -> anyhow::Result<Vec<StoredEvent>> {
        let mut events = Vec::with_capacity(self.page_size);
        for seq in seqs {
            events.extend(self.books.event_at(seq)?);
        }
        Ok(events)
    }
}

/// Whether a stored event is one that the filter would find.
fn fits(filter: &EventFilter, event: &StoredEvent) -> bool {
    let EventFilter {
        types,
        object,
        customers,
        from,
        to,
        repeated,
        stored_after,
        oldest_first: _,
        beyond: _,
    } = filter;
    (types.is_empty() || types.iter().any(|glob| glob.matches(&event.event_type)))
        && object.as_ref().is_none_or(|object| event.object_id.as_ref() == Some(object))
        && (customers.is_empty()
            || event.customer.as_ref().is_some_and(|customer| customers.contains(customer)))
        && from.is_none_or(|from| event.created >= from)
        && to.is_none_or(|to| event.created < to)
        && (!repeated || event.repeats > 0)
        && stored_after.is_none_or(|seq| event.seq > seq)
}
