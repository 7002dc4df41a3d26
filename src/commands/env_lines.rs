//! `NAME=value` lines for an application: printed, or set in an env file.

use std::path::Path;

use serde_json::{Value, json};

use crate::billing::env_file;
use crate::context::Context;
use crate::error::{Explain as _, Kind};
use crate::render::{Format, Present, View};

/// Prints the lines, or sets them in a file that keeps its other lines. A program that asked for a document gets it
/// either way.
///
/// # Errors
/// `Usage` if the file can't be read or written.
pub fn give(ctx: &Context, lines: Vec<(String, String)>, file: Option<&Path>) -> anyhow::Result<()> {
    if let Some(path) = file {
        let count = if lines.len() == 1 { "1 line".to_owned() } else { format!("{} lines", lines.len()) };
        if ctx.settings().dry_run {
            ctx.ui().status(&format!("Would set {count} in {}", path.display()));
        } else {
            write(path, &lines)?;
            ctx.ui().status(&format!("Set {count} in {}", path.display()));
            if ctx.settings().format == Format::Table {
                return Ok(());
            }
        }
    }
    ctx.show(&Lines { lines })
}

fn write(path: &Path, lines: &[(String, String)]) -> anyhow::Result<()> {
    let fix = "Name a text file that can be written with `--write FILE`";
    let old = match fs_err::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            return Err(error).explain(Kind::Usage, || "Cannot read the env file".to_owned(), fix);
        }
    };
    let new = env_file::with(&old, lines);
    crate::store::replace_file(path, new.as_bytes()).explain(
        Kind::Usage,
        || "Cannot write the env file".to_owned(),
        fix,
    )
}

#[derive(Debug)]
struct Lines {
    lines: Vec<(String, String)>,
}

impl Present for Lines {
    fn json(&self) -> Value {
        self.lines
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    fn rows(&self) -> Vec<Value> {
        self.lines.iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
    }

    fn view(&self) -> View {
        self.lines.iter().fold(View::new(), |view, (name, value)| view.line(format!("{name}={value}")))
    }
}
