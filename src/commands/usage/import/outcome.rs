//! What became of an import, for people and programs.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::render::{Present, Role, Text, View};
use crate::store::books::Recorded;

/// Rows by what became of them.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    pub rows: u64,
    pub recorded: u64,
    pub before: u64,
    pub refused: u64,
    /// They cost nothing, so there was nothing to record.
    pub costless: u64,
}

impl Counts {
    pub fn count(&mut self, recorded: &Recorded) {
        self.rows += 1;
        match recorded {
            Recorded::New => self.recorded += 1,
            Recorded::Already => self.before += 1,
            Recorded::DiffersIn(_)
            | Recorded::Refused(_)
            | Recorded::NothingToCorrect
            | Recorded::CorrectsAnother
            | Recorded::CorrectsCorrection
            | Recorded::CorrectsTooMuch { .. } => self.refused += 1,
        }
    }

    /// A row that costs nothing.
    pub fn pass_over(&mut self) {
        self.rows += 1;
        self.costless += 1;
    }

    /// A row that can't be recorded.
    pub fn refuse(&mut self) {
        self.rows += 1;
        self.refused += 1;
    }
}

/// The result of an import.
pub struct Imported {
    pub counts: Counts,
    pub results: Option<PathBuf>,
    /// Somebody stopped it before its end.
    pub stopped: bool,
    pub dry_run: bool,
}

fn rows(number: u64) -> String {
    if number == 1 { "1 row".to_owned() } else { format!("{number} rows") }
}

impl Present for Imported {
    fn json(&self) -> Value {
        let Imported { counts, results, stopped, dry_run } = self;
        let Counts { rows, recorded, before, refused, costless } = counts;
        json!({
            "rows": rows,
            "recorded": recorded,
            "recorded_before": before,
            "refused": refused,
            "costless": costless,
            "stopped": stopped,
            "dry_run": dry_run,
            "results": results.as_ref().map(|path| path.display().to_string()),
        })
    }

    fn view(&self) -> View {
        let Imported { counts, results, stopped, dry_run } = self;
        let Counts { rows: all, recorded, before, refused, costless } = counts;
        let verb = if *dry_run { "Would record" } else { "Recorded" };
        let whole = *recorded == *all;
        let line = if whole { rows(*all) } else { format!("{recorded} of {}", rows(*all)) };
        let mut view = View::new().line(Text::new(Role::Create, format!("{verb} {line}")));
        if *before > 0 {
            let were = if *before == 1 { "was" } else { "were" };
            view = view.line(format!("{} {were} recorded before, and not again", rows(*before)));
        }
        if *costless > 0 {
            let cost = if *costless == 1 { "costs" } else { "cost" };
            view = view.line(format!("{} {cost} nothing", rows(*costless)));
        }
        if *refused > 0 {
            let were = if *refused == 1 { "was" } else { "were" };
            view = view.line(Text::new(Role::Delete, format!("{} {were} refused", rows(*refused))));
        }
        if let (Some(path), true) = (results, *refused > 0) {
            view = view.line(format!("They are in {}, each with why", path.display()));
        }
        if *stopped {
            view = view
                .line(Text::new(Role::Change, "Stopped before the end: the same command records the rest"));
        }
        view
    }
}
