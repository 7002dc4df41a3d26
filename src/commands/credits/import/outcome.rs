//! What became of an import, for people and programs.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::commands::credits::booking::{counted, credits};
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::store::books::{KindTotal, Posting};

/// Rows by what became of them, and the credits that moved.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    pub rows: i64,
    pub booked: i64,
    pub before: i64,
    /// A second person has to approve them.
    pub waiting: i64,
    pub refused: i64,
    pub added: i64,
    pub removed: i64,
}

impl Counts {
    pub fn count(&mut self, posting: &Posting) {
        self.rows += 1;
        match posting {
            Posting::Recorded(entry) => {
                self.booked += 1;
                self.added = self.added.saturating_add(entry.amount.max(0));
                self.removed = self.removed.saturating_add(entry.amount.min(0).saturating_neg());
            }
            Posting::AlreadyRecorded(_) | Posting::Unchanged { .. } => self.before += 1,
            Posting::Proposed(_) | Posting::StillProposed(_) => self.waiting += 1,
            Posting::DiffersIn(..)
            | Posting::NotCovered { .. }
            | Posting::Spent { .. }
            | Posting::Expired { .. }
            | Posting::PutBack
            | Posting::TooMany { .. }
            | Posting::Moved { .. }
            | Posting::NoSuchEntry
            | Posting::NotReversible(_)
            | Posting::AlreadyReversed(_)
            | Posting::OverPolicy(_)
            | Posting::NotApproved(_)
            | Posting::ProposedOtherwise(..) => self.refused += 1,
        }
    }

    /// A row that asks for nothing that could be understood.
    pub fn refuse(&mut self) {
        self.rows += 1;
        self.refused += 1;
    }
}

/// The result of an import.
pub struct Imported {
    pub counts: Counts,
    /// All accounts together, by kind, before and after.
    pub totals: Vec<(KindTotal, i64)>,
    pub results: Option<PathBuf>,
    pub dry_run: bool,
}

/// Puts what there was beside what there is.
pub fn beside(before: &[KindTotal], after: Vec<KindTotal>) -> Vec<(KindTotal, i64)> {
    let balance =
        |kind: &str| before.iter().find(|total| total.kind == kind).map_or(0, |total| total.balance);
    after.into_iter().map(|total| (total.clone(), balance(&total.kind))).collect()
}

impl Present for Imported {
    fn json(&self) -> Value {
        let Imported { counts, totals, results, dry_run } = self;
        let Counts { rows, booked, before, waiting, refused, added, removed } = counts;
        let totals: Vec<Value> = totals
            .iter()
            .map(|(after, before)| json!({"kind": after.kind, "before": before, "after": after.balance}))
            .collect();
        json!({
            "rows": rows,
            "booked": booked,
            "booked_before": before,
            "waiting": waiting,
            "refused": refused,
            "added": added,
            "removed": removed,
            "totals": totals,
            "results": results.as_ref().map(|path| path.display().to_string()),
            "dry_run": dry_run,
        })
    }

    fn view(&self) -> View {
        let Imported { counts, totals, results, dry_run } = self;
        let Counts { rows, booked, before, waiting, refused, added, removed } = counts;
        let verb = if *dry_run { "Would book" } else { "Booked" };
        let of = if booked == rows { String::new() } else { format!(" of {rows}") };
        let noun = if *rows == 1 { "row" } else { "rows" };
        let line =
            format!("{verb} {booked}{of} {noun}: {} added, {} removed", credits(*added), credits(*removed));
        let mut view = View::new().line(Text::new(Role::Strong, line));
        let rows = |count: i64| counted(count, "row was", "rows were");
        if *before > 0 {
            view = view.line(format!("{} booked before, and not again", rows(*before)));
        }
        if *waiting > 0 {
            let wait = counted(*waiting, "row waits", "rows wait");
            view = view.line(Text::new(
                Role::Change,
                format!("{wait} for a second person: `billctl credits proposals` lists what to approve"),
            ));
        }
        if *refused > 0 {
            view = view.line(Text::new(Role::Delete, format!("{} refused", rows(*refused))));
        }
        if let Some(path) = results {
            view = view.line(format!("What became of each row is in {}", path.display()));
        }
        let mut table = Table::new([
            Column::id("all accounts"),
            Column::number("before"),
            Column::number("change"),
            Column::number("after"),
        ]);
        for (after, before) in totals {
            let change = after.balance.saturating_sub(*before);
            table.row([
                after.kind.clone(),
                before.to_string(),
                format!("{change:+}"),
                after.balance.to_string(),
            ]);
        }
        if table.is_empty() { view } else { view.blank().table(table) }
    }
}
