//! Which of the stored events a command is about.

use crate::billing::event::{Event, Glob};
use crate::commands::moment::{Moment, begin};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::store::books::{Books, EventFilter, StoredEvent};
use crate::store::mirror::{self, EventOutcome, Mirror};

/// How many events are read at a time.
const PAGE: usize = 500;

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

/// Events that fit, on their way.
#[derive(Debug)]
pub struct Search<'a> {
    books: &'a Books,
    mirror: &'a Mirror,
    filter: EventFilter,
    status: Option<Status>,
    /// What was read and not yet handed out, last one first.
    page: Vec<StoredEvent>,
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
            Some(subject) => customers_of(ctx, mirror, subject)?,
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
        let mut search = Search { books, mirror, filter, status, page: Vec::new(), at_end: false };
        if status == Some(Status::Failed) {
            search.read_failed()?;
        }
        Ok(search)
    }
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

fn customers_of(ctx: &Context, mirror: &Mirror, subject: &str) -> anyhow::Result<Vec<String>> {
    let customers = mirror.customers_of(subject, ctx.subject_metadata()?)?;
    if customers.is_empty() {
        return Err(fail(
            Kind::Failed,
            format!("No customer in the mirror belongs to the subject `{subject}`"),
            "Check its spelling, or bring the mirror up to date with `billctl mirror update`",
        ));
    }
    Ok(customers)
}

impl Search<'_> {
    /// The next event; `None` after the last one.
    ///
    /// # Errors
    /// If a file can't be read.
    pub fn next(&mut self) -> anyhow::Result<Option<Found>> {
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

    /// The mirror knows which events failed: they are few, and the whole history need not be walked for them.
    fn read_failed(&mut self) -> anyhow::Result<()> {
        let mut failed = Vec::new();
        for outcome in self.mirror.failures(usize::MAX)? {
            failed.extend(self.books.event_at(outcome.seq)?);
        }
        failed.retain(|event| fits(&self.filter, event));
        failed.sort_by_key(|event| (event.created, event.seq));
        if self.filter.oldest_first {
            failed.reverse();
        }
        self.page = failed;
        self.at_end = true;
        Ok(())
    }

    fn read(&mut self) -> anyhow::Result<()> {
        let page = self.books.events(&self.filter, PAGE)?;
        self.at_end = page.len() < PAGE;
        if let Some(last) = page.last() {
            self.filter.beyond = Some((last.created, last.seq));
        }
        self.page = page.into_iter().rev().collect();
        Ok(())
    }
}

/// Whether a stored event is one that the filter would find.
fn fits(filter: &EventFilter, event: &StoredEvent) -> bool {
    let EventFilter { types, object, customers, from, to, repeated, oldest_first: _, beyond: _ } = filter;
    (types.is_empty() || types.iter().any(|glob| glob.matches(&event.event_type)))
        && object.as_ref().is_none_or(|object| event.object_id.as_ref() == Some(object))
        && (customers.is_empty()
            || event.customer.as_ref().is_some_and(|customer| customers.contains(customer)))
        && from.is_none_or(|from| event.created >= from)
        && to.is_none_or(|to| event.created < to)
        && (!repeated || event.repeats > 0)
}
