//! What became of a push, for people and programs.

use serde_json::{Value, json};

use crate::render::{Present, Role, Text, View};
use crate::store::books::{PushCount, PushState};

/// Records by what became of them in this run.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    pub sent: i64,
    pub canceled: i64,
    pub rejected: i64,
    /// New ones of subjects that are no customers.
    pub waiting: i64,
    /// Events of the stream that Stripe reported as wrong without naming them.
    pub unnamed: i64,
}

/// What this run did, and how all records stand now.
pub struct Report {
    totals: Totals,
    waiting: i64,
    rejected: i64,
    unsure: i64,
    /// Nobody has looked at them.
    left: i64,
    /// Sent in this run, without an answer that says what became of it.
    open: usize,
    stopped: bool,
    dry_run: bool,
}

impl Report {
    pub fn new(totals: &Totals, counts: &[PushCount], metrics: &[&str], left: i64, stopped: bool) -> Report {
        let of = |state: PushState| -> i64 {
            let counts = counts.iter().filter(|count| count.state == state);
            counts.filter(|count| metrics.contains(&count.metric.as_str())).map(|count| count.records).sum()
        };
        Report {
            totals: totals.clone(),
            waiting: of(PushState::Waiting),
            rejected: of(PushState::Rejected),
            unsure: of(PushState::Unsure),
            left: left + of(PushState::Sending),
            open: 0,
            stopped,
            dry_run: false,
        }
    }

    /// The same, where the end of so many records is not known.
    #[must_use]
    pub fn with_open(self, open: usize) -> Report {
        Report { open, ..self }
    }

    /// The same, of what would be sent.
    #[must_use]
    pub fn of_dry_run(self) -> Report {
        Report { dry_run: true, ..self }
    }
}

/// `1 record`, `3 records`
pub fn records(number: i64) -> String {
    if number == 1 { "1 record".to_owned() } else { format!("{number} records") }
}

impl Present for Report {
    fn json(&self) -> Value {
        let Report { totals, waiting, rejected, unsure, left, open, stopped, dry_run } = self;
        json!({
            "sent": totals.sent,
            "canceled": totals.canceled,
            "rejected": totals.rejected,
            "waiting": waiting,
            "rejected_in_all": rejected,
            "rejected_unnamed": totals.unnamed,
            "unsure": unsure,
            "left": left,
            "open": open,
            "stopped": stopped,
            "dry_run": dry_run,
        })
    }

    fn view(&self) -> View {
        let Report { totals, waiting, rejected, unsure, left, open, stopped, dry_run } = self;
        let mut view = View::new();
        view = if *dry_run {
            view.line(Text::new(Role::Create, format!("Would send up to {}", records(*left))))
        } else if totals.sent > 0 {
            view.line(Text::new(Role::Create, format!("Sent {}", records(totals.sent))))
        } else if *open == 0 {
            view.line("Nothing was to be sent")
        } else {
            view
        };
        if totals.canceled > 0 {
            view = view.line(format!("{} canceled", records(totals.canceled)));
        }
        if totals.rejected > 0 {
            let line =
                format!("{} refused now: `billctl usage push --rejected` says why", records(totals.rejected));
            view = view.line(Text::new(Role::Delete, line));
        }
        if totals.unnamed > 0 {
            let line = format!(
                "Stripe found {} more of the stream wrong and named none of them: `billctl usage reconcile` says whose",
                records(totals.unnamed)
            );
            view = view.line(Text::new(Role::Delete, line));
        }
        if *rejected > totals.rejected {
            view = view.line(format!("{} refused before and kept", records(rejected - totals.rejected)));
        }
        if *waiting > 0 {
            let belong = if *waiting == 1 { "belongs" } else { "belong" };
            view = view.line(format!("{} {belong} to subjects that are no customers yet", records(*waiting)));
        }
        if *unsure > 0 {
            let line = format!(
                "Of {} nobody knows whether Stripe has them: compare with `billctl usage reconcile`, then say \
                 `--unsure lost` or `--unsure sent`",
                records(*unsure)
            );
            view = view.line(Text::new(Role::Change, line));
        }
        if *open > 0 {
            let open = records(i64::try_from(*open).unwrap_or(i64::MAX));
            let line = format!(
                "Stripe gave no clear answer for {open}: run `billctl usage push` again later, it asks once more"
            );
            view = view.line(Text::new(Role::Change, line));
        }
        if *stopped {
            view =
                view.line(Text::new(Role::Change, "Stopped before the end: the same command sends the rest"));
        }
        view
    }
}
