//! `billctl doctor`: is everything there that the other commands need?

mod checks;

use serde_json::{Value, json};

use super::Outcome;
use crate::context::Context;
use crate::error::{Kind, fix_of, kind_of};
use crate::render::{Column, Present, Role, Table, Text, View};

/// Check config, key, account, clock, API version and state folder
///
/// Ends with the exit code of the first check that failed. With `--json` it prints one row a check.
#[derive(Debug, clap::Args)]
pub struct DoctorArgs {}

pub async fn run(ctx: &Context, _: DoctorArgs) -> anyhow::Result<Outcome> {
    let checks = Checks(checks::all(ctx).await);
    ctx.show(&checks)?;
    let failed = checks.0.iter().find_map(|check| match check.finding {
        Finding::Failed { kind, .. } => Some(kind),
        Finding::Good(_) | Finding::Doubtful { .. } | Finding::Skipped(_) => None,
    });
    Ok(failed.map_or(Outcome::Done, Outcome::Failed))
}

/// One row: what was looked at, and what was found.
#[derive(Debug)]
struct Check {
    name: &'static str,
    finding: Finding,
}

#[derive(Debug)]
enum Finding {
    Good(String),
    /// Commands work, but perhaps not as meant.
    Doubtful {
        detail: String,
        hint: String,
    },
    Failed {
        kind: Kind,
        detail: String,
        hint: Option<String>,
    },
    /// It could not be looked at, because something before it failed or because it does not apply.
    Skipped(String),
}

impl Finding {
    fn failed(error: &anyhow::Error) -> Finding {
        Finding::Failed {
            kind: kind_of(error),
            detail: format!("{error:#}"),
            hint: fix_of(error).map(str::to_owned),
        }
    }

    fn status(&self) -> (&'static str, Role) {
        match self {
            Finding::Good(_) => ("ok", Role::Create),
            Finding::Doubtful { .. } => ("warning", Role::Change),
            Finding::Failed { .. } => ("failed", Role::Delete),
            Finding::Skipped(_) => ("skipped", Role::Hint),
        }
    }

    fn detail(&self) -> &str {
        match self {
            Finding::Good(detail)
            | Finding::Doubtful { detail, .. }
            | Finding::Failed { detail, .. }
            | Finding::Skipped(detail) => detail,
        }
    }

    fn hint(&self) -> Option<&str> {
        match self {
            Finding::Doubtful { hint, .. } => Some(hint),
            Finding::Failed { hint, .. } => hint.as_deref(),
            Finding::Good(_) | Finding::Skipped(_) => None,
        }
    }
}

#[derive(Debug)]
struct Checks(Vec<Check>);

impl Present for Checks {
    fn json(&self) -> Value {
        Value::Array(self.rows())
    }

    fn rows(&self) -> Vec<Value> {
        let row = |check: &Check| {
            let Check { name, finding } = check;
            let (status, _) = finding.status();
            json!({"check": name, "status": status, "detail": finding.detail(), "hint": finding.hint()})
        };
        self.0.iter().map(row).collect()
    }

    fn view(&self) -> View {
        let mut table = Table::new([Column::id("check"), Column::id("status"), Column::words("detail")]);
        for Check { name, finding } in &self.0 {
            let (status, role) = finding.status();
            table.row([Text::from(*name), Text::new(role, status), Text::from(finding.detail())]);
        }
        let hints = self.0.iter().filter_map(|check| Some((check.name, check.finding.hint()?)));
        hints.fold(View::new().table(table), |view, (name, hint)| {
            view.line(Text::new(Role::Hint, format!("{name}: ")).plain(hint))
        })
    }
}
