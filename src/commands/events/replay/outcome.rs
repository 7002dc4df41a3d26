//! What became of replayed events: a row each, and the sum of them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::commands::events::select::Status;
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::stripe::error::Fault;
use crate::stripe::webhook::Unanswered;

/// How many of those that were not taken the summary names.
const NAMED: usize = 20;

/// How much of an endpoint's answer is shown, in characters.
const SHOWN_OF_ANSWER: usize = 200;

/// One event's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub id: String,
    pub event_type: String,
    pub verdict: Verdict,
    /// How often it was sent.
    pub attempts: u32,
    /// From the first attempt to the last one's end.
    pub took: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Accepted {
        status: u16,
    },
    /// The last answer, none of the 2xx.
    Refused {
        status: u16,
        text: String,
    },
    /// The last attempt got no answer.
    Unanswered(Unanswered),
    /// What the mirror did with it, and the error if it could not be applied.
    Mirrored {
        status: Status,
        error: Option<String>,
    },
}

impl Verdict {
    pub fn is_accepted(&self) -> bool {
        match self {
            Verdict::Accepted { .. } => true,
            Verdict::Refused { .. } | Verdict::Unanswered(_) => false,
            Verdict::Mirrored { status, .. } => *status != Status::Failed,
        }
    }

    /// Whether no connection was made at all.
    pub fn found_nobody(&self) -> bool {
        matches!(self, Verdict::Unanswered(Unanswered { fault: Fault::Connect, .. }))
    }

    fn name(&self) -> &'static str {
        match self {
            Verdict::Accepted { .. } => "accepted",
            Verdict::Refused { .. } => "refused",
            Verdict::Unanswered(_) => "unanswered",
            Verdict::Mirrored { status, .. } => status.name(),
        }
    }

    fn status(&self) -> Option<u16> {
        match self {
            Verdict::Accepted { status } | Verdict::Refused { status, .. } => Some(*status),
            Verdict::Unanswered(_) | Verdict::Mirrored { .. } => None,
        }
    }

    /// Why it was not taken.
    fn error(&self) -> Option<String> {
        match self {
            Verdict::Accepted { .. } => None,
            Verdict::Refused { status, text } => {
                let text: String = text.trim().chars().take(SHOWN_OF_ANSWER).collect();
                Some(if text.is_empty() {
                    format!("HTTP {status}")
                } else {
                    format!("HTTP {status}: {text}")
                })
            }
            Verdict::Unanswered(why) => Some(why.to_string()),
            Verdict::Mirrored { error, .. } => error.clone(),
        }
    }
}

impl Row {
    pub fn json(&self) -> Value {
        json!({
            "id": self.id,
            "type": self.event_type,
            "result": self.verdict.name(),
            "http_status": self.verdict.status(),
            "attempts": self.attempts,
            "milliseconds": milliseconds(self.took),
            "error": self.verdict.error(),
        })
    }
}

fn milliseconds(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

/// `0.4 s`, or `2 min 5 s`.
fn time_words(took: Duration) -> String {
    let seconds = took.as_secs();
    match seconds / 60 {
        0 => format!("{seconds}.{} s", took.subsec_millis() / 100),
        minutes => format!("{minutes} min {} s", seconds % 60),
    }
}

/// The sum of a replay.
#[derive(Debug, Default)]
pub struct Summary {
    /// Where to, in words.
    pub target: String,
    pub accepted: usize,
    pub refused: usize,
    /// Not sent, because it was stopped.
    pub left: usize,
    pub took: Duration,
    /// The order's seed, where it was shuffled.
    pub seed: Option<u64>,
    /// All rows if they are printed at the end, else the first that were not taken.
    pub rows: Vec<Row>,
}

impl Summary {
    /// Counts a result; keeps its row if all are kept, or if it is one of the first that were not taken.
    pub fn add(&mut self, row: Row, keep_all: bool) {
        let accepted = row.verdict.is_accepted();
        if accepted {
            self.accepted += 1;
        } else {
            self.refused += 1;
        }
        if keep_all || (!accepted && self.rows.len() < NAMED) {
            self.rows.push(row);
        }
    }
}

impl Summary {
    /// `3 sent to http://…: 2 accepted, 1 refused; took 0.4 s`
    pub fn line(&self) -> String {
        let Summary { target, accepted, refused, left, took, .. } = self;
        let sent = accepted + refused;
        let line = format!("{sent} sent to {target}: {accepted} accepted, {refused} refused");
        let left = if *left > 0 { format!(", {left} not sent") } else { String::new() };
        format!("{line}{left}; took {}", time_words(*took))
    }
}

impl Present for Summary {
    fn json(&self) -> Value {
        let mut json = json!({
            "sent": self.accepted + self.refused,
            "accepted": self.accepted,
            "refused": self.refused,
            "left": self.left,
            "milliseconds": milliseconds(self.took),
        });
        if let Some(seed) = self.seed {
            json["seed"] = json!(seed);
        }
        json
    }

    fn rows(&self) -> Vec<Value> {
        self.rows.iter().map(Row::json).collect()
    }

    fn view(&self) -> View {
        let mut table =
            Table::new([Column::id("event"), Column::id("type"), Column::id("result"), Column::words("why")]);
        let refused: Vec<&Row> = self.rows.iter().filter(|row| !row.verdict.is_accepted()).collect();
        for row in refused.iter().take(NAMED) {
            table.row([
                Text::from(row.id.as_str()),
                Text::from(row.event_type.as_str()),
                Text::new(Role::Delete, row.verdict.name()),
                Text::from(row.verdict.error().unwrap_or_default()),
            ]);
        }
        let mut view = View::new().table(table);
        if self.refused > refused.len().min(NAMED) {
            let more = self.refused - refused.len().min(NAMED);
            view = view.line(Text::new(Role::Hint, format!("and {more} more")));
        }
        view = view.line(Text::new(Role::Strong, self.line()));
        match self.seed {
            Some(seed) => {
                view.line(Text::new(Role::Hint, format!("The same order again: --shuffle --seed {seed}")))
            }
            None => view,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_tenths_of_a_second_and_from_a_minute_on_in_seconds() {
        let words = |milliseconds| time_words(Duration::from_millis(milliseconds));
        assert_eq!([49, 450, 59_999].map(words), ["0.0 s", "0.4 s", "59.9 s"]);
        assert_eq!([60_000, 125_700, 3_725_000].map(words), ["1 min 0 s", "2 min 5 s", "62 min 5 s"]);
    }
}
