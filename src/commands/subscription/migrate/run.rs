//! One subscription after the other, at a pace, each durable in the file of results before the next.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::outcome::{Counts, Ended};
use super::prices::{Prices, id};
use super::{MigrateArgs, path_of, price_of};
use crate::billing::subscription::Seen;
use crate::billing::subscription::migration::{Judged, Row, judge};
use crate::commands::subscription::fresh_key;
use crate::commands::subscription::preview::Proration;
use crate::commands::subscription::target::Desk;
use crate::context::Stop;
use crate::error::{Kind, kind_of};
use crate::store::migration::{Fate, MigrationFile, Row as Written};
use crate::stripe::error::Outcome as Sent;
use crate::stripe::{StripeError, Writer};

/// What moves subscriptions, there or back.
pub struct Runner<'a> {
    desk: Desk<'a>,
    file: MigrationFile,
    proration: Proration,
    pace: Interval,
    limit: Option<u32>,
    stop: Stop,
    writer: Option<Writer>,
}

/// Which way a subscription goes: what stands in the file before its request, and after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    There,
    Back,
}

impl Way {
    fn before(self) -> Fate {
        match self {
            Way::There => Fate::Moving,
            Way::Back => Fate::Undoing,
        }
    }

    fn after(self) -> Fate {
        match self {
            Way::There => Fate::Moved,
            Way::Back => Fate::Undone,
        }
    }
}

/// From which price, to which, and which way that is.
#[derive(Debug, Clone, Copy)]
pub struct Move<'p> {
    /// The id of the price that is left.
    pub from: &'p str,
    /// The price that comes, as Stripe has it.
    pub to: &'p Value,
    pub way: Way,
}

/// A subscription just before it is sent.
enum Now {
    /// It moves, as it is by now.
    Moves(Written),
    /// It is back already: the answer to an earlier request never came, or its move had never come to anything.
    IsBack,
    /// It stays, and why.
    Stays(String),
}

impl<'a> Runner<'a> {
    /// # Errors
    /// When the system does not hand over Ctrl-C.
    pub async fn open(desk: Desk<'a>, file: MigrationFile, args: &MigrateArgs) -> anyhow::Result<Runner<'a>> {
        let stop = desk.ctx.stop()?;
        let mut pace = interval(Duration::from_secs(1) / args.per_second);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first tick comes at once.
        pace.tick().await;
        let MigrateArgs { proration, limit, .. } = args;
        Ok(Runner { desk, file, proration: *proration, pace, limit: *limit, stop, writer: None })
    }

    /// How many may move in this run.
    pub fn most(&self) -> usize {
        self.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX)
    }

    /// # Errors
    /// `Refused` by policy or guard.
    pub async fn open_writer(&mut self) -> anyhow::Result<()> {
        self.writer = Some(self.desk.ctx.writer(self.desk.connection).await?);
        Ok(())
    }

    /// Looks at those whose answer a run that was stopped never heard, and writes down what became of them.
    ///
    /// # Errors
    /// What Stripe or the disk refuses.
    pub async fn settle(
        &mut self,
        known: &BTreeMap<String, Written>,
        prices: &Prices,
        counts: &mut Counts,
    ) -> anyhow::Result<()> {
        for row in known.values().filter(|row| row.result == Fate::Moving) {
            let found = self.desk.fetch(&row.subscription).await?;
            let price = found.as_ref().and_then(|object| price_of(Seen(object), &row.item));
            // What is still at the old price is moved with all others.
            if price.as_deref() == Some(prices.new_id()) {
                self.note(row.clone(), Fate::Moved, None)?;
                counts.settled += 1;
            }
        }
        Ok(())
    }

    /// Writes down those that can't move, once.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn skip(
        &mut self,
        stay: &[(Row, String)],
        known: &BTreeMap<String, Written>,
        counts: &mut Counts,
    ) -> anyhow::Result<()> {
        for (row, why) in stay {
            counts.skipped += 1;
            let is_noted = known
                .get(&row.subscription)
                .is_some_and(|noted| noted.result == Fate::Skipped && noted.why.as_ref() == Some(why));
            if !is_noted {
                self.note(written(row), Fate::Skipped, Some(why.clone()))?;
            }
        }
        Ok(())
    }

    /// Moves rows to a price.
    ///
    /// # Errors
    /// If the file can't be written.
    pub async fn go(&mut self, rows: &[Row], prices: &Prices, counts: &mut Counts) -> anyhow::Result<Ended> {
        let rows: Vec<Written> = rows.iter().map(written).collect();
        self.send(&rows, Move { from: prices.old_id(), to: &prices.to, way: Way::There }, counts).await
    }

    /// Moves rows there or back: each as it is by then, for what was read before somebody was asked may be long ago.
    ///
    /// # Errors
    /// If the file can't be written.
    pub async fn send(
        &mut self,
        rows: &[Written],
        moving: Move<'_>,
        counts: &mut Counts,
    ) -> anyhow::Result<Ended> {
        let Some(writer) = self.writer.clone() else { return Ok(Ended::Whole) };
        let (most, way) = (self.most(), moving.way);
        let total = u64::try_from(rows.len().min(most)).unwrap_or(u64::MAX);
        let progress = self.desk.ctx.ui().progress(total, "Moving");
        let mut sent = 0;
        for row in rows {
            if sent >= most {
                break;
            }
            if self.stop.is_asked() {
                return Ok(Ended::Stopped);
            }
            tokio::select! {
                _ = self.pace.tick() => {}
                () = self.stop.asked() => return Ok(Ended::Stopped),
            }
            let now = match self.look(row, moving).await {
                Ok(Now::Moves(now)) => now,
                Ok(Now::IsBack) => {
                    self.note(row.clone(), way.after(), None)?;
                    counts.moved += usize::from(row.result == Fate::Undoing);
                    continue;
                }
                Ok(Now::Stays(why)) => {
                    counts.skipped += 1;
                    counts.changed += 1;
                    if way == Way::There {
                        self.note(row.clone(), Fate::Skipped, Some(why))?;
                    }
                    continue;
                }
                Err(error) => {
                    counts.why = Some(error.to_string());
                    return Ok(Ended::Cut(kind_of(&error)));
                }
            };
            sent += 1;
            self.note(now.clone(), way.before(), None)?;
            match self.post(&writer, &now, id(moving.to)).await {
                Ok(()) => {
                    self.note(now.clone(), way.after(), None)?;
                    counts.moved += 1;
                    self.keep(&now.subscription).await;
                }
                Err(error) => {
                    let (why, kind) = (error.to_string(), kind_of(&error));
                    let is_certain = error.downcast_ref().is_some_and(|error: &StripeError| {
                        error.outcome() == Sent::NotDone && kind == Kind::Failed
                    });
                    if !is_certain {
                        // Nobody knows what became of this one; the next run looks.
                        counts.why = Some(why);
                        return Ok(Ended::Cut(kind));
                    }
                    counts.failed.push((now.subscription.clone(), why.clone()));
                    self.note(now, Fate::Failed, Some(why))?;
                }
            }
            progress.advance(1);
        }
        progress.finish();
        Ok(Ended::Whole)
    }

    /// A subscription as Stripe has it now: another plan, or how many, may have been chosen since.
    async fn look(&mut self, row: &Written, Move { from, to, way }: Move<'_>) -> anyhow::Result<Now> {
        let Some(object) = self.desk.fetch(&row.subscription).await? else {
            return Ok(Now::Stays("Stripe has it no longer".to_owned()));
        };
        let seen = Seen(&object);
        let is_back =
            way == Way::Back && !seen.is_over() && price_of(seen, &row.item).as_deref() == Some(id(to));
        Ok(match judge(&object, from, to) {
            Some(Judged::Move(now)) => Now::Moves(written(&now)),
            Some(Judged::Stay { why, .. }) => Now::Stays(why),
            None if is_back => Now::IsBack,
            None => Now::Stays("it was changed since".to_owned()),
        })
    }

    async fn post(&self, writer: &Writer, row: &Written, to: &str) -> anyhow::Result<()> {
        let mut item = json!({"id": row.item, "price": to});
        if let Some(quantity) = row.quantity {
            item["quantity"] = json!(quantity);
        }
        let mut params = json!({"items": [item], "proration_behavior": self.proration.word()});
        if row.is_charged {
            // What is due at once and can't be paid moves nobody.
            params["payment_behavior"] = json!("error_if_incomplete");
            params["off_session"] = json!(true);
        }
        writer.post(&path_of(&row.subscription), &params, &fresh_key()?).await?;
        Ok(())
    }

    /// Brings the mirror up to date. What was moved is moved, and its event tells of it in any case.
    async fn keep(&mut self, subscription: &str) {
        if let Err(error) = self.desk.fetch(subscription).await {
            let message =
                format!("{subscription} is moved, but the mirror could not be brought up to date: {error}");
            self.desk.ctx.ui().warn(&message);
        }
    }

    /// Writes down what became of a subscription; durable when it returns.
    ///
    /// # Errors
    /// If it can't be written.
    fn note(&mut self, row: Written, result: Fate, why: Option<String>) -> anyhow::Result<()> {
        let at = self.desk.ctx.clock().now().to_string();
        self.file.add(&Written { result, why, at, ..row })
    }
}

fn written(row: &Row) -> Written {
    Written {
        subscription: row.subscription.clone(),
        item: row.item.clone(),
        customer: row.customer.clone(),
        quantity: row.quantity,
        is_charged: row.is_charged,
        result: Fate::Moving,
        why: None,
        at: String::new(),
    }
}
