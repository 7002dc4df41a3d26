//! `catalog validate`

use serde_json::{Value, json};

use crate::billing::catalog::problem::Problems;
use crate::commands::Outcome;
use crate::context::Context;
use crate::render::{Present, Role, Text, View};

/// Check billing.toml: all problems at once, each with its line and column
///
/// Reads the file with all that it includes, and checks it as it stands and as each profile overrides it. Nothing
/// is sent, and no key is needed. Exit code 2 if anything is wrong.
#[derive(Debug, clap::Args)]
pub struct ValidateArgs {}

pub async fn run(ctx: &Context, _args: ValidateArgs) -> anyhow::Result<Outcome> {
    let document = ctx.document()?;
    let problems = document.problems();
    if problems.errors().next().is_some() {
        return Err(problems.into());
    }
    if !problems.list.is_empty() {
        ctx.ui().say(&crate::render::problems(&problems, ctx.ui().options().colour_err));
    }
    ctx.show(&Valid { counts: document.counts(), problems })?;
    Ok(Outcome::Done)
}

/// A catalog without errors.
struct Valid {
    counts: Vec<(&'static str, usize)>,
    problems: Problems,
}

impl Present for Valid {
    fn json(&self) -> Value {
        let files: Vec<&str> = self.problems.sources.iter().map(|source| source.path.as_str()).collect();
        let resources: serde_json::Map<String, Value> =
            self.counts.iter().map(|(name, count)| ((*name).to_owned(), json!(count))).collect();
        json!({ "valid": true, "files": files, "resources": resources, "warnings": self.problems.to_json() })
    }

    fn view(&self) -> View {
        let mut files = self.problems.sources.iter().map(|source| source.path.as_str());
        let root = files.next().unwrap_or_default();
        let subject = match files.count() {
            0 => format!("{root} is valid"),
            1 => format!("{root} and the file it includes are valid"),
            more => format!("{root} and the {more} files it includes are valid"),
        };
        let counts = self.counts.iter().filter(|(_, count)| *count > 0);
        let counts: Vec<String> = counts.map(|(name, count)| counted(name, *count)).collect();
        let counts = if counts.is_empty() { "nothing is sold yet".to_owned() } else { counts.join(", ") };
        View::new().line(Text::new(Role::Strong, subject).plain(format!(": {counts}.")))
    }
}

/// `1 product`, `3 tax rates`.
fn counted(table: &str, count: usize) -> String {
    let words = table.replace('_', " ");
    let words = if count == 1 { words.strip_suffix('s').unwrap_or(&words) } else { &words };
    format!("{count} {words}")
}
