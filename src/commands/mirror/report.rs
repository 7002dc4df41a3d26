//! What a backfill came to, for people and programs.

use serde_json::{Value, json};

use super::filling::{End, wanted_kinds};
use super::read::{Opened, Read};
use crate::billing::backfill::{Count, Proof, Unread, kinds};
use crate::commands::Outcome;
use crate::commands::events::catch_up::CaughtUp;
use crate::commands::moment::time;
use crate::error::Kind;
use crate::render::{Column, Present, Role, Table, Text, View};

/// The result of a backfill.
#[derive(Debug)]
pub struct Report {
    pub account: String,
    /// By Stripe's clock, in seconds.
    pub began_at: i64,
    /// An earlier one was gone on with.
    pub is_resumed: bool,
    pub end: End,
    /// All kinds were asked for.
    pub is_whole: bool,
    pub proof: Proof,
    /// What events told that came meanwhile; not asked for where it was stopped.
    pub events: Option<CaughtUp>,
    /// Objects that were asked for one by one, and those among them that are gone from Stripe.
    pub looked_for: u64,
    pub gone: u64,
    /// Objects that the second look at long lists gave.
    pub rechecked: u64,
    pub requests: u64,
    /// Kinds that are listed customer by customer, and were not asked for.
    pub not_read: Vec<&'static str>,
}

impl Report {
    /// # Errors
    /// If the mirror can't be read.
    pub fn of(opened: &Opened, read: Read, is_resumed: bool) -> anyhow::Result<Report> {
        let Read { fill, end, mut counts, events, looked_for, gone, rechecked, requests } = read;
        let wanted = wanted_kinds(&fill.scope);
        counts.retain(|count| wanted.contains(&count.kind));
        let is_whole = fill.scope.kinds.is_empty();
        let not_read = kinds().into_iter().filter(|kind| is_whole && !wanted.contains(kind)).collect();
        Ok(Report {
            account: opened.account.clone(),
            began_at: fill.began_at,
            is_resumed,
            end,
            is_whole,
            proof: Proof { counts },
            events,
            looked_for,
            gone,
            rechecked,
            requests,
            not_read,
        })
    }

    /// The exit code: a shortfall fails, whatever else there is.
    pub fn outcome(&self) -> Outcome {
        if self.end == End::Stopped {
            Outcome::Partial
        } else if self.proof.missing() > 0 {
            Outcome::Failed(Kind::Failed)
        } else if !self.proof.unread(Unread::Forbidden).is_empty() {
            Outcome::Failed(Kind::Refused)
        } else {
            Outcome::Done
        }
    }

    fn status(&self, count: &Count) -> (&'static str, Role) {
        match count.unread {
            Some(Unread::Forbidden) => ("forbidden", Role::Delete),
            Some(Unread::Unknown) => ("unknown", Role::Hint),
            None if self.end == End::Stopped => ("partial", Role::Change),
            None if count.missing() > 0 => ("missing", Role::Delete),
            None => ("complete", Role::Create),
        }
    }

    fn row(&self, count: &Count) -> Value {
        json!({
            "kind": count.kind,
            "received": count.received,
            "stored": count.stored,
            "missing": count.missing(),
            "status": self.status(count).0,
        })
    }
}

impl Present for Report {
    fn json(&self) -> Value {
        let Report {
            account,
            began_at,
            is_resumed,
            end,
            is_whole: _,
            proof,
            events,
            looked_for,
            gone,
            rechecked,
            requests,
            not_read,
        } = self;
        json!({
            "account": account,
            "began_at": time(*began_at),
            "resumed": is_resumed,
            "finished": *end == End::Finished,
            "received": proof.received(),
            "missing": proof.missing(),
            "looked_for": looked_for,
            "gone": gone,
            "rechecked": rechecked,
            "requests": requests,
            "events": events.map(|events| events.received),
            "kinds": proof.counts.iter().map(|count| self.row(count)).collect::<Vec<_>>(),
            "not_read": not_read,
        })
    }

    fn rows(&self) -> Vec<Value> {
        self.proof.counts.iter().map(|count| self.row(count)).collect()
    }

    fn view(&self) -> View {
        self.add_to(View::new())
    }
}

impl Report {
    /// Adds it to what is shown before it.
    pub fn add_to(&self, view: View) -> View {
        let mut table = Table::new([
            Column::id("kind"),
            Column::number("received"),
            Column::number("in the mirror"),
            Column::id("status"),
        ]);
        let is_told = |count: &&Count| count.received > 0 || count.unread == Some(Unread::Forbidden);
        for count in self.proof.counts.iter().filter(is_told) {
            let (status, role) = self.status(count);
            table.row([
                Text::from(count.kind),
                Text::from(count.received.to_string()),
                Text::from(count.stored.to_string()),
                Text::new(role, status),
            ]);
        }
        let received = self.proof.received();
        let objects = if received == 1 { "1 object".to_owned() } else { format!("{received} objects") };
        let view = view.table(table);
        let view = match (self.end, self.proof.missing()) {
            (End::Stopped, _) => view.line(Text::new(
                Role::Change,
                format!("Stopped: {objects} read so far; run the same command to go on"),
            )),
            (End::Finished, 0) => {
                view.line(Text::new(Role::Create, format!("{objects} read, all of them are in the mirror")))
            }
            (End::Finished, missing) => view.line(Text::new(
                Role::Delete,
                format!("{missing} of {objects} are not in the mirror: run `billctl mirror backfill` again"),
            )),
        };
        let view = match self.gone {
            0 => view,
            1 => view.line("1 object of the mirror is gone from Stripe, and marked as deleted"),
            gone => {
                view.line(format!("{gone} objects of the mirror are gone from Stripe, and marked as deleted"))
            }
        };
        match self.proof.unread(Unread::Forbidden).as_slice() {
            [] => view,
            forbidden => {
                view.line(Text::new(Role::Delete, "The key may not read: ").plain(forbidden.join(", ")))
            }
        }
    }
}

/// What a backfill would read.
#[derive(Debug)]
pub struct Planned {
    pub kinds: Vec<&'static str>,
    /// An unfinished one would be gone on with.
    pub is_resumed: bool,
}

impl Present for Planned {
    fn json(&self) -> Value {
        json!({"dry_run": true, "resumed": self.is_resumed, "kinds": self.kinds})
    }

    fn view(&self) -> View {
        let what = if self.is_resumed { "Would go on reading" } else { "Would read" };
        View::new().line(format!("{what}: {}", self.kinds.join(", ")))
    }
}
