//! What a migration will do, and what became of it.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::prices::Prices;
use crate::billing::subscription::migration::{Effect, Row, every};
use crate::commands::subscription::preview::Proration;
use crate::commands::{Outcome, amount};
use crate::error::Kind;
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::store::migration::Head;

/// How many reasons are shown to people; all of them are in the file of results.
const SHOWN: usize = 10;

/// What was done, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub moved: usize,
    /// Those of which a run that was stopped had not heard that they were moved.
    pub settled: usize,
    /// Subscriptions that can't move, or were changed since.
    pub skipped: usize,
    /// Those among them that could have moved when they were read first.
    pub changed: usize,
    /// Those that Stripe refused, and why.
    pub failed: Vec<(String, String)>,
    /// Why the run was cut short.
    pub why: Option<String>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It came to its end.
    Whole,
    /// Somebody stopped it.
    Stopped,
    /// Something else did.
    Cut(Kind),
}

impl Ended {
    pub fn outcome(self, counts: &Counts) -> Outcome {
        match self {
            Ended::Stopped => Outcome::Partial,
            Ended::Cut(_) if counts.moved > 0 => Outcome::Partial,
            Ended::Cut(kind) => Outcome::Failed(kind),
            Ended::Whole if counts.failed.is_empty() => Outcome::Done,
            Ended::Whole => Outcome::Failed(Kind::Failed),
        }
    }
}

/// What is about to happen.
pub struct Planned {
    pub rows: Vec<Row>,
    /// Those that can't move, and why.
    pub stay: Vec<(Row, String)>,
    pub effects: Vec<Effect>,
    pub prices: Prices,
    pub proration: Proration,
    pub path: PathBuf,
}

impl Planned {
    /// Whether anything is charged before the next renewals: periods of another length begin at once.
    fn bills_at_once(&self) -> bool {
        self.proration == Proration::AlwaysInvoice || every(&self.prices.from) != every(&self.prices.to)
    }

    pub fn question(&self, count: usize) -> String {
        let noun = if count == 1 { "subscription" } else { "subscriptions" };
        format!("Move {count} {noun} from {} to {}?", self.prices.old_id(), self.prices.new_id())
    }

    fn effect_json(&self, effect: &Effect) -> Value {
        let money = |minor: Option<i64>| minor.map(|minor| amount::json(minor, &effect.currency));
        json!({
            "currency": effect.currency,
            "subscriptions": effect.subscriptions,
            "before": money(effect.before),
            "before_every": every(&self.prices.from),
            "after": money(effect.after),
            "after_every": every(&self.prices.to),
        })
    }

    fn fields(&self) -> Value {
        json!({
            "from_price": self.prices.old_id(),
            "to_price": self.prices.new_id(),
            "matched": self.rows.len() + self.stay.len(),
            "effect": self.effects.iter().map(|effect| self.effect_json(effect)).collect::<Vec<_>>(),
            "bills_at_once": self.bills_at_once(),
            "results": self.path.display().to_string(),
        })
    }
}

impl Present for Planned {
    fn json(&self) -> Value {
        let mut json = self.fields();
        let row = |row: &Row| json!({"subscription": row.subscription, "customer": row.customer, "quantity": row.quantity});
        json["to_move"] = json!(self.rows.len());
        json["subscriptions"] = Value::Array(self.rows.iter().map(row).collect());
        let stay = self.stay.iter().map(|(one, why)| {
            let mut one = row(one);
            one["why"] = json!(why);
            one
        });
        json["skipped"] = Value::Array(stay.collect());
        json["dry_run"] = json!(true);
        json
    }

    fn view(&self) -> View {
        let Planned { rows, stay, effects, prices, proration: _, path } = self;
        let noun = if rows.len() == 1 { "subscription" } else { "subscriptions" };
        let headline =
            format!("{} {noun} to move from {} to {}", rows.len(), prices.old_id(), prices.new_id());
        let mut view = View::new().line(Text::new(Role::Strong, headline));
        let mut table = Table::new([
            Column::id("currency"),
            Column::number("subscriptions"),
            Column::number("billed before"),
            Column::number("after"),
        ]);
        for effect in effects {
            let money = |minor: Option<i64>, price: &Value| match minor {
                Some(minor) => format!("{} a {}", amount::words(minor, &effect.currency), every(price)),
                None => "can't be told".to_owned(),
            };
            table.row([
                effect.currency.clone(),
                effect.subscriptions.to_string(),
                money(effect.before, &prices.from),
                money(effect.after, &prices.to),
            ]);
        }
        if !table.is_empty() {
            view = view.table(table);
        }
        if self.bills_at_once() && !rows.is_empty() {
            let line = "They are billed at once, and not with their next renewal: cards are charged now";
            view = view.line(Text::new(Role::Change, line));
        }
        let reasons = stay.iter().map(|(row, why)| (row.subscription.as_str(), why.as_str()));
        view = told(view, reasons.collect(), "can't move");
        view.line(Text::new(Role::Hint, format!("What becomes of each is written to {}", path.display())))
    }
}

/// What became of it.
pub struct Migrated {
    pub planned: Planned,
    pub counts: Counts,
    pub ended: Ended,
}

impl Migrated {
    /// Those that could move and are still where they were.
    fn left(&self) -> usize {
        self.planned.rows.len().saturating_sub(self.counts.moved + self.counts.changed)
    }
}

impl Present for Migrated {
    fn json(&self) -> Value {
        let mut json = self.planned.fields();
        let Counts { moved, settled, skipped, changed: _, failed, why } = &self.counts;
        let failed = failed.iter().map(|(id, why)| json!({"subscription": id, "why": why}));
        json["moved"] = json!(moved);
        json["moved_before"] = json!(settled);
        json["skipped"] = json!(skipped);
        json["failed"] = Value::Array(failed.collect());
        json["left"] = json!(self.left());
        json["stopped"] = json!(self.ended != Ended::Whole);
        json["why"] = json!(why);
        json["dry_run"] = json!(false);
        json
    }

    fn view(&self) -> View {
        let Migrated { planned, counts, ended } = self;
        let (from, to) = (planned.prices.old_id(), planned.prices.new_id());
        let noun = if counts.moved == 1 { "subscription" } else { "subscriptions" };
        let line = format!("Moved {} {noun} from {from} to {to}", counts.moved);
        let mut view = View::new().line(Text::new(Role::Strong, line));
        if counts.settled > 0 {
            let line =
                format!("{} had been moved by a run that was stopped before it heard of it", counts.settled);
            view = view.line(line);
        }
        let left = self.left();
        if *ended != Ended::Whole || left > 0 {
            view = view.line(Text::new(Role::Change, unfinished(*ended, counts, left)));
        }
        let failed = counts.failed.iter().map(|(id, why)| (id.as_str(), why.as_str()));
        view = told(view, failed.collect(), "refused by Stripe");
        if counts.skipped > 0 {
            view = view.line(format!("{} can't move: the file of results says why", counts.skipped));
        }
        if counts.moved == 0 {
            return view;
        }
        view.line(Text::new(
            Role::Hint,
            format!("`billctl subscription migrate --undo {}` moves them back", planned.path.display()),
        ))
    }
}

/// What became of an undoing.
pub struct Undone {
    pub head: Head,
    pub path: PathBuf,
    pub counts: Counts,
    /// None for a dry run.
    pub ended: Option<Ended>,
}

impl Present for Undone {
    fn json(&self) -> Value {
        let Undone { head, path, counts, ended } = self;
        let failed = counts.failed.iter().map(|(id, why)| json!({"subscription": id, "why": why}));
        json!({
            "from_price": head.to_price,
            "to_price": head.from_price,
            "moved": counts.moved,
            "skipped": counts.skipped,
            "failed": failed.collect::<Vec<_>>(),
            "stopped": ended.is_some_and(|ended| ended != Ended::Whole),
            "why": counts.why,
            "results": path.display().to_string(),
            "dry_run": ended.is_none(),
        })
    }

    fn view(&self) -> View {
        let Undone { head, path: _, counts, ended } = self;
        let noun = if counts.moved == 1 { "subscription" } else { "subscriptions" };
        let verb = if ended.is_none() { "Would move" } else { "Moved" };
        let line = format!("{verb} {} {noun} back to {}", counts.moved, head.from_price);
        let mut view = View::new().line(Text::new(Role::Strong, line));
        if let Some(ended) = ended.filter(|ended| *ended != Ended::Whole) {
            view = view.line(Text::new(Role::Change, unfinished(ended, counts, 0)));
        }
        let failed = counts.failed.iter().map(|(id, why)| (id.as_str(), why.as_str()));
        view = told(view, failed.collect(), "refused by Stripe");
        match counts.skipped {
            0 => view,
            skipped => {
                view.line(format!("{skipped} left as they are: they were changed or have ended since"))
            }
        }
    }
}

/// What is not done, and how it is.
fn unfinished(ended: Ended, counts: &Counts, left: usize) -> String {
    let left = if left > 0 { format!("{left} left; ") } else { String::new() };
    match (ended, &counts.why) {
        (Ended::Whole, _) => format!("{left}the same command goes on with them"),
        (Ended::Stopped, _) => format!("Stopped; {left}the same command does the rest"),
        (Ended::Cut(_), Some(why)) => format!("Cut short ({why}); {left}the same command does the rest"),
        (Ended::Cut(_), None) => format!("Cut short; {left}the same command does the rest"),
    }
}

/// Subscriptions with the reason, as many as a person reads.
fn told(view: View, reasons: Vec<(&str, &str)>, heading: &str) -> View {
    if reasons.is_empty() {
        return view;
    }
    let mut table = Table::new([Column::id(heading), Column::words("why")]);
    for (id, why) in reasons.iter().take(SHOWN) {
        table.row([Text::from(*id), Text::from(*why)]);
    }
    let more = reasons.len().saturating_sub(SHOWN);
    let view = view.table(table);
    if more == 0 { view } else { view.line(format!("and {more} more")) }
}
