//! A push from its beginning to its end: what was begun before, what waits, and what nobody has looked at.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::decide::{self, FOR_GOOD};
use super::meters::Meter;
use super::outcome::{Report, Totals};
use super::send::Sender;
use super::telling::{Telling, Told, of_correction};
use super::{Customers, PushArgs, Unsure, reports};
use crate::billing::usage::identifier_again;
use crate::commands::Outcome;
use crate::context::{Connection, Context};
use crate::error::{Explain as _, Kind};
use crate::store::books::{Books, Ended, Fate, PushState, Pushed, Staged, Unpushed};
use crate::stripe::meter_stream::MeterStream;
use crate::stripe::{Reader, StripeError};
use crate::ui::Progress;

/// Events whose attempts are written down together. After each batch its slowest is waited for, so it is a large one; what dies
/// leaves at most so many behind that have to be sent again.
const BATCH: usize = 10_000;

/// Events whose ends are written down together.
const SETTLED_TOGETHER: usize = 1_000;

/// So many are sent by the stream, whether that was asked for or not: one by one they take Stripe a minute and a half.
const MANY: i64 = 100_000;

/// Stripe forgets identifiers after "at least 24 hours". What was begun longer ago than this, and whose end is not known, is
/// not sent again by itself.
const SURE_SECONDS: i64 = 23 * 60 * 60;

/// A push under way.
pub(super) struct Push<'a> {
    ctx: &'a Context,
    project: &'a str,
    meters: Arc<BTreeMap<String, Meter>>,
    books: Books,
    customers: Customers,
    reader: Reader,
    sender: Sender,
    bar: Progress,
    now: i64,
    totals: Totals,
    /// What was refused in this push.
    refused: HashSet<i64>,
    /// What this push has sent and knows no end of.
    open: HashSet<i64>,
    error: Option<StripeError>,
}

impl<'a> Push<'a> {
    pub(super) async fn new(
        ctx: &'a Context,
        connection: &Connection,
        project: &'a str,
        meters: Vec<Meter>,
        books: Books,
        customers: Customers,
        stream: bool,
    ) -> anyhow::Result<Push<'a>> {
        let now = ctx.clock().now().as_second();
        let mut waiting = books.pushes_left()?;
        for meter in &meters {
            waiting += books.unpushed_count(&meter.metric)?;
        }
        let meters: BTreeMap<String, Meter> =
            meters.into_iter().map(|meter| (meter.event_name.clone(), meter)).collect();
        let meters = Arc::new(meters);
        let bar = ctx.ui().progress(u64::try_from(waiting).unwrap_or_default(), "Pushing");
        let writer = ctx.writer(connection).await?;
        let stream = (stream || waiting > MANY).then(|| Arc::new(MeterStream::new(writer.clone())));
        let sender = Sender {
            writer,
            stream,
            meters: Arc::clone(&meters),
            stop: ctx.stop()?,
            bar: bar.clone(),
            halted: Arc::new(AtomicBool::new(false)),
        };
        let (reader, totals) = (connection.reader(), Totals::default());
        let (refused, open) = (HashSet::new(), HashSet::new());
        Ok(Push {
            ctx,
            project,
            meters,
            books,
            customers,
            reader,
            sender,
            bar,
            now,
            totals,
            refused,
            open,
            error: None,
        })
    }

    pub(super) async fn run(&mut self, args: &PushArgs) -> anyhow::Result<Outcome> {
        self.books.doubt_pushes(self.now - SURE_SECONDS)?;
        self.read_reports().await?;
        self.resume().await?;
        if let Some(unsure) = args.unsure {
            self.settle_unsure(unsure).await?;
        }
        self.again(PushState::Waiting).await?;
        if args.retry {
            self.again(PushState::Rejected).await?;
        }
        let meters: Vec<Meter> = self.meters.values().cloned().collect();
        for meter in &meters {
            self.push_new(meter).await?;
        }
        if self.sender.stream.is_some() && self.error.is_none() {
            self.read_reports().await?;
        }
        self.bar.finish();
        self.finish()
    }

    fn finish(&mut self) -> anyhow::Result<Outcome> {
        let counts = self.books.push_counts()?;
        let stopped = self.sender.stop.is_asked();
        let metrics: Vec<&str> = self.meters.values().map(|meter| meter.metric.as_str()).collect();
        let mut left = 0;
        for metric in &metrics {
            left += self.books.unpushed_count(metric)?;
        }
        let report = Report::new(&self.totals, &counts, &metrics, left, stopped).with_open(self.open.len());
        if let Some(error) = self.error.take() {
            let kind = error.kind();
            let sent = self.totals.sent;
            return Err(error).explain(
                kind,
                || format!("Stopped after {sent} records were sent"),
                "Run the same command again: it sends the rest, and nothing twice",
            );
        }
        self.ctx.show(&report)?;
        let is_partial = stopped || self.totals.rejected > 0 || !self.open.is_empty();
        Ok(if is_partial { Outcome::Partial } else { Outcome::Done })
    }

    /// What Stripe found wrong with events after it had taken them. It may do so with any, but with those of the stream it
    /// always does.
    async fn read_reports(&mut self) -> anyhow::Result<()> {
        if !self.books.has_pushed()? {
            return Ok(());
        }
        let found = match reports::read(&self.reader, &mut self.books).await {
            Ok(found) => found,
            // Who may not read events may tell of usage all the same.
            Err(error) if error.downcast_ref::<StripeError>().is_some_and(is_refusal) => {
                self.ctx.ui().warn(&format!("what Stripe found wrong afterwards can't be read: {error:#}"));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        self.totals.rejected += found.named;
        self.totals.sent -= found.named.min(self.totals.sent);
        self.totals.unnamed += found.unnamed;
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.error.is_some() || self.sender.stop.is_asked()
    }

    /// Records in a state, of the meters that this push is about.
    fn held(&self, state: PushState, behind: i64) -> anyhow::Result<Vec<Pushed>> {
        let metrics: Vec<&str> = self.meters.values().map(|meter| meter.metric.as_str()).collect();
        self.books.pushes(state, Some(&metrics), behind, BATCH)
    }

    /// What was begun by a push that did not end: the same events once more, under their identifiers. The requests have keys
    /// of their own, for under the old ones Stripe answers with what it answered then, and if that was a failure for a day.
    async fn resume(&mut self) -> anyhow::Result<()> {
        let mut behind = 0;
        while !self.is_over() {
            let mut begun = self.held(PushState::Sending, behind)?;
            let Some(last) = begun.last() else { break };
            behind = last.record;
            // What it takes back may have been refused since.
            let unsent =
                begun.iter().filter_map(|event| Some((event.record, without_corrected(event)?))).collect();
            self.settle_unsent(&begun, unsent)?;
            begun.retain(|event| without_corrected(event).is_none());
            // A cancellation has no identifier of its own: its key alone says that it is the same.
            let mut again: Vec<&mut Pushed> =
                begun.iter_mut().filter(|event| self.sender.cancels(event).is_none()).collect();
            again.iter_mut().for_each(|event| event.attempt += 1);
            self.books.attempt_again(&again.iter().map(|event| event.record).collect::<Vec<_>>())?;
            // What this push does not get to, the one before may have sent: it stays begun since then.
            self.send(begun, |ended| *ended != Ended::NotSent).await?;
        }
        Ok(())
    }

    async fn settle_unsure(&mut self, unsure: Unsure) -> anyhow::Result<()> {
        match unsure {
            Unsure::Lost => self.again(PushState::Unsure).await,
            Unsure::Sent => loop {
                let unsure = self.held(PushState::Unsure, 0)?;
                if unsure.is_empty() {
                    return Ok(());
                }
                let ended = |event: &Pushed| match self.sender.cancels(event) {
                    Some(_) => (event.record, Ended::Canceled),
                    None => (event.record, Ended::Sent { streamed: event.streamed }),
                };
                let ended: Vec<Told> = unsure.iter().map(ended).collect();
                self.books.settle_pushes(&ended)?;
            },
        }
    }

    /// What is in a state, begun anew for the customers that the subjects are now.
    async fn again(&mut self, state: PushState) -> anyhow::Result<()> {
        let mut behind = 0;
        while !self.is_over() {
            let held = self.held(state, behind)?;
            let Some(last) = held.last() else { break };
            behind = last.record;
            let staged = self.decide_again(&held)?;
            let unsent =
                staged.iter().filter_map(|staged| Some((staged.record, ended(&staged.fate)?))).collect();
            self.settle_unsent(&held, unsent)?;
            self.books.begin_pushes_again(&staged, self.now)?;
            if staged.iter().any(|staged| matches!(staged.fate, Fate::Send { .. })) {
                self.send_begun().await?;
            }
        }
        Ok(())
    }

    /// What is to become of what is held, by how things stand now.
    fn decide_again(&self, held: &[Pushed]) -> anyhow::Result<Vec<Staged>> {
        let mut all = Vec::new();
        for meter in self.meters.values() {
            let held: Vec<&Pushed> = held
                .iter()
                .filter(|event| event.metric == meter.metric)
                .filter(|event| !event.error_code.as_deref().is_some_and(|code| FOR_GOOD.contains(&code)))
                .collect();
            let records: Vec<Unpushed> = held.iter().map(|event| event.unpushed()).collect();
            let mut staged = self.stage(meter, &records)?;
            for (staged, event) in staged.iter_mut().zip(&held) {
                // What a stream looked at later, Stripe may remember.
                staged.identifier = match event.streamed && event.state == PushState::Rejected {
                    true => identifier_again(&event.identifier, event.attempt + 1),
                    false => event.identifier.clone(),
                };
            }
            all.extend(staged);
        }
        Ok(all)
    }

    /// What is to become of records of a meter, with the customers that their subjects are now.
    fn stage(&self, meter: &Meter, records: &[Unpushed]) -> anyhow::Result<Vec<Staged>> {
        let mut customers = HashMap::new();
        for record in records {
            if !customers.contains_key(&record.subject) {
                customers.insert(record.subject.clone(), self.customers.read(&record.subject)?);
            }
        }
        let customer = |subject: &str| customers.get(subject).cloned().flatten();
        Ok(decide::stage(self.project, meter, records, customer, self.now))
    }

    /// What nobody has looked at yet.
    async fn push_new(&mut self, meter: &Meter) -> anyhow::Result<()> {
        while !self.is_over() {
            let (records, through) = self.books.unpushed(&meter.metric, BATCH)?;
            let staged = self.stage(meter, &records)?;
            self.books.stage_pushes(&meter.metric, &staged, through, self.now)?;
            if records.is_empty() {
                break;
            }
            self.count(&records, &staged);
            self.send_begun().await?;
        }
        Ok(())
    }

    /// Counts what is not to be sent.
    fn count(&mut self, records: &[Unpushed], staged: &[Staged]) {
        for (record, staged) in records.iter().zip(staged) {
            match staged.fate {
                Fate::Send { .. } => continue,
                Fate::Wait => self.totals.waiting += 1,
                Fate::Reject { .. } => self.totals.rejected += 1,
                Fate::Cancel => {
                    self.totals.canceled += 1;
                    // It took one with it that was counted before.
                    if record
                        .corrects
                        .as_ref()
                        .is_some_and(|corrected| self.refused.remove(&corrected.record))
                    {
                        self.totals.rejected -= 1;
                    }
                }
            }
            self.bar.advance(1);
        }
    }

    /// Writes down how records ended of which nothing is to be sent.
    fn settle_unsent(&mut self, held: &[Pushed], unsent: Vec<Told>) -> anyhow::Result<()> {
        self.bar.advance(u64::try_from(unsent.len()).unwrap_or_default());
        let corrected: HashMap<i64, i64> =
            held.iter().filter_map(|event| Some((event.record, event.corrects.as_ref()?.record))).collect();
        let mut ended = Vec::with_capacity(unsent.len());
        for (record, how) in unsent {
            let with_it = corrected.get(&record).filter(|_| how == Ended::Canceled);
            ended.extend(
                with_it
                    .filter(|record| self.refused.contains(record))
                    .map(|record| (*record, Ended::Canceled)),
            );
            ended.push((record, how));
        }
        self.settle(&mut ended, |_| true)
    }

    /// Sends what this push has just begun.
    async fn send_begun(&mut self) -> anyhow::Result<()> {
        let mut behind = 0;
        loop {
            let mut begun = self.held(PushState::Sending, behind)?;
            let Some(last) = begun.last() else { return Ok(()) };
            behind = last.record;
            begun.retain(|event| !self.open.contains(&event.record));
            // Where it is stopped by now, that says so of each: none of them was sent.
            self.send(begun, |_| true).await?;
        }
    }

    /// Sends events, and writes down how those of them ended that are `known` to have. Some are written down while others are
    /// under way.
    async fn send(&mut self, events: Vec<Pushed>, known: fn(&Ended) -> bool) -> anyhow::Result<()> {
        let (tell, mut told) = mpsc::unbounded_channel();
        self.open.extend(events.iter().map(|event| event.record));
        // Whatever returns from here before its end stops it.
        let mut sending = JoinSet::new();
        sending.spawn(self.sender.clone().send(events, Arc::new(Telling::new(tell))));
        let mut ended = Vec::new();
        while let Some(one) = told.recv().await {
            ended.push(one);
            if ended.len() == SETTLED_TOGETHER {
                self.settle(&mut ended, known)?;
            }
        }
        self.settle(&mut ended, known)?;
        let stopped_by = sending.join_next().await.and_then(Result::ok).flatten();
        self.error = self.error.take().or(stopped_by);
        Ok(())
    }

    fn settle(&mut self, ended: &mut Vec<Told>, known: fn(&Ended) -> bool) -> anyhow::Result<()> {
        for (record, _) in &*ended {
            self.open.remove(record);
        }
        ended.retain(|(_, ended)| known(ended));
        for (record, ended) in &*ended {
            match ended {
                Ended::Sent { .. } => self.totals.sent += 1,
                // Refused a moment ago, and taken back.
                Ended::Canceled if self.refused.remove(record) => self.totals.rejected -= 1,
                Ended::Canceled => self.totals.canceled += 1,
                Ended::Rejected { .. } => {
                    self.totals.rejected += 1;
                    self.refused.insert(*record);
                }
                Ended::NotSent => {}
            }
        }
        tokio::task::block_in_place(|| self.books.settle_pushes(ended))?;
        ended.clear();
        Ok(())
    }
}

/// What is known of a record's end before anything is sent.
fn ended(fate: &Fate) -> Option<Ended> {
    match fate {
        Fate::Send { .. } | Fate::Wait => None,
        Fate::Reject { code, why } => Some(Ended::Rejected { code: (*code).to_owned(), why: why.clone() }),
        Fate::Cancel => Some(Ended::Canceled),
    }
}

/// How a record ends that takes back one that Stripe has refused.
fn without_corrected(event: &Pushed) -> Option<Ended> {
    let corrected = event.corrects.as_ref()?;
    let is_refused = corrected.state == Some(PushState::Rejected);
    is_refused.then(|| of_correction(event.quantity + corrected.quantity))
}

fn is_refusal(error: &StripeError) -> bool {
    matches!(error.kind(), Kind::Refused | Kind::Failed)
}
