//! What a pull wrote, for people and programs.

use std::path::Path;

use serde_json::{Value, json};

use crate::billing::plan::kind::{Address, Kind};
use crate::billing::pull::{Change, Pulled};
use crate::context::Context;
use crate::render::{Column, Present, Role, Table, Text, View};

/// So many lines are said of one thing; the rest is counted.
const MOST_LINES: usize = 20;

/// The result of a pull.
#[derive(Debug)]
pub struct Written<'a> {
    pub project: &'a str,
    /// `None` where the text itself is the result.
    pub file: Option<&'a Path>,
    pub pulled: &'a Pulled,
    pub text: &'a str,
}

impl Written<'_> {
    fn count(&self, change: Change) -> usize {
        self.pulled.resources.values().filter(|(_, each)| *each == change).count()
    }
}

impl Present for Written<'_> {
    fn json(&self) -> Value {
        let Pulled { missing, left_out, unsaid, .. } = self.pulled;
        let place = |address: &Address| json!({"resource": address.kind, "key": address.key});
        let mut json = json!({
            "file": self.file.map(|file| file.display().to_string()),
            "project": self.project,
            "summary": {
                "added": self.count(Change::Added),
                "changed": self.count(Change::Changed),
                "kept": self.count(Change::Kept),
                "missing": missing.len(),
                "left_out": left_out.len(),
            },
            "resources": self.rows(),
            "missing": missing.iter().map(place).collect::<Vec<_>>(),
            "left_out": left_out.iter().map(|out| json!({
                "resource": out.kind, "id": out.id, "name": out.name, "reason": out.reason,
            })).collect::<Vec<_>>(),
            "unsaid": unsaid.iter().map(|(address, what)| {
                json!({"resource": address.kind, "key": address.key, "what": what})
            }).collect::<Vec<_>>(),
        });
        if self.file.is_none() {
            json["toml"] = json!(self.text);
        }
        json
    }

    fn rows(&self) -> Vec<Value> {
        let row = |(address, (id, change)): (&Address, &(String, Change))| json!({"resource": address.kind, "key": address.key, "id": id, "action": change.name()});
        self.pulled.resources.iter().map(row).collect()
    }

    fn view(&self) -> View {
        let file = self.file.map_or_else(|| "the catalog".to_owned(), |file| file.display().to_string());
        if self.pulled.files.is_empty() {
            let but = if self.pulled.stays.is_empty() { "" } else { ", but for what was left out" };
            return View::new().line(format!("Nothing to change: {file} says what Stripe has{but}."));
        }
        let mut table = Table::new([
            Column::id("resource"),
            Column::words("key"),
            Column::id("id"),
            Column::words("done"),
        ]);
        for (address, (id, change)) in &self.pulled.resources {
            let role = match change {
                Change::Added => Role::Create,
                Change::Changed => Role::Change,
                Change::Kept => continue,
            };
            table.row([
                Text::from(address.kind.name()),
                Text::from(address.key.as_str()),
                Text::from(id.as_str()),
                Text::new(role, change.name()),
            ]);
        }
        let (added, changed, kept) =
            (self.count(Change::Added), self.count(Change::Changed), self.count(Change::Kept));
        let but = if self.pulled.stays.is_empty() { "" } else { " but what was left out" };
        let line =
            format!("{file}: {added} added, {changed} changed, {kept} kept. It plans to nothing{but}.");
        View::new().table(table).blank().line(Text::new(Role::Strong, line))
    }
}

/// Says on stderr what is not in the file, and what the file has that Stripe has not.
pub fn tell(ctx: &Context, pulled: &Pulled, takeover: bool) {
    let lines = pulled.left_out.iter().map(|out| {
        let name = out.name.as_deref().map(|name| format!(" ({name})")).unwrap_or_default();
        format!("Left out: {} {}{name}: {}", noun(out.kind), out.id, out.reason)
    });
    some(lines, |line| ctx.ui().warn(line));
    let foreign = pulled
        .left_out
        .iter()
        .any(|out| out.reason.starts_with("it belongs to") || out.reason.starts_with("another tool"));
    if foreign && !takeover {
        ctx.ui().hint("`--takeover` pulls what others marked, too");
    }
    let lines = pulled
        .unsaid
        .iter()
        .map(|(address, what)| format!("Not in the file: {what}, of {address}; it stays in Stripe"));
    some(lines, |line| ctx.ui().warn(line));
    let lines =
        pulled.missing.iter().map(|address| format!("Not in Stripe: {address}; it stays in the file"));
    some(lines, |line| ctx.ui().status(line));
    let lines =
        pulled.to_mark.iter().map(|address| format!("`catalog sync` will mark {address} as the project's"));
    some(lines, |line| ctx.ui().status(line));
    if !pulled.archived.is_empty() {
        let counted = |(kind, count): (&Kind, &usize)| match count {
            1 => format!("1 {}", noun(*kind)),
            _ => format!("{count} {}", plural(*kind)),
        };
        let counts: Vec<String> = pulled.archived.iter().map(counted).collect();
        ctx.ui().hint(&format!(
            "Archived, and left out: {}; `--include-archived` pulls them too",
            counts.join(", ")
        ));
    }
}

fn noun(kind: Kind) -> String {
    kind.name().replace('_', " ")
}

/// What several of a kind are called.
pub fn plural(kind: Kind) -> String {
    format!("{}s", noun(kind))
}

fn some(lines: impl Iterator<Item = String>, say: impl Fn(&str)) {
    let lines: Vec<String> = lines.collect();
    for line in lines.iter().take(MOST_LINES) {
        say(line);
    }
    if let Some(more) = lines.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
        say(&format!("… and {more} more like it"));
    }
}
