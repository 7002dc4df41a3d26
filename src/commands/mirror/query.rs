//! `billctl mirror query`: SQL that reads.

use std::io::Read as _;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};

use super::Outcome;
use crate::billing::projection::tables;
use crate::context::Context;
use crate::error::{Explain as _, Kind, fail};
use crate::render::{Column, Present, Table, View};
use crate::store::mirror::{Answer, Query, Unanswered};

/// What `--tables` runs.
const TABLES: &str = "SELECT list.schema || '.' || list.name AS \"table\",
       (SELECT group_concat(name, ', ')
          FROM (SELECT name FROM pragma_table_info(list.name, list.schema) ORDER BY cid)) AS columns
  FROM pragma_table_list AS list
 WHERE type = 'table' AND list.schema IN ('main', 'books') AND list.name NOT LIKE 'sqlite%'
 ORDER BY list.schema DESC, list.name";

/// Ask the mirror in SQL, which can read and nothing else
///
/// The tables have the names of Stripe's objects: customers, subscriptions, subscription_items, invoices, charges …
/// Amounts are minor units, times are seconds since 1970: datetime(created, 'unixepoch') shows them. `objects` has every
/// object as JSON: body ->> '$.address.city'. The raw events are in books.events.
#[derive(Debug, clap::Args)]
pub struct QueryArgs {
    /// One SELECT; `-` reads it from stdin
    #[arg(value_name = "SQL", required_unless_present_any = ["file", "tables"], conflicts_with_all = ["file", "tables"])]
    pub sql: Option<String>,
    /// Read the statement from a file
    #[arg(long, value_name = "FILE", conflicts_with = "tables")]
    pub file: Option<PathBuf>,
    /// List the tables with their columns
    #[arg(long)]
    pub tables: bool,
    /// At most this many rows
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub limit: u32,
    /// Give up after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub timeout: u32,
}

pub async fn run(ctx: &Context, args: QueryArgs) -> anyhow::Result<Outcome> {
    let sql = statement(&args)?;
    // Made if they aren't there, and brought up to date: what is opened to read can do neither.
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    let mut query = Query::open(mirror.path(), books.path())?;
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let answer = query
        .run(&sql, limit, Duration::from_secs(u64::from(args.timeout)))
        .map_err(|unanswered| explain(unanswered, &sql, &args))?;
    let more = answer.more;
    ctx.show(&Shown(answer))?;
    if more {
        ctx.ui().warn(&format!("There are more than {limit} rows: `--limit` shows more of them"));
    }
    Ok(Outcome::Done)
}

fn statement(args: &QueryArgs) -> anyhow::Result<String> {
    match (&args.sql, &args.file) {
        (Some(stdin), _) if stdin == "-" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).explain(
                Kind::Usage,
                || "Cannot read the statement from stdin".to_owned(),
                "Give it as an argument, or name a file with `--file`",
            )?;
            Ok(text)
        }
        (Some(sql), _) => Ok(sql.clone()),
        (None, Some(path)) => fs_err::read_to_string(path).explain(
            Kind::Usage,
            || "Cannot read the statement".to_owned(),
            "Name a file of SQL with `--file`",
        ),
        (None, None) => Ok(TABLES.to_owned()),
    }
}

/// What to write instead of what SQLite does not understand.
fn instead(message: &str, sql: &str) -> String {
    let names = || {
        let parts = tables().flat_map(|table| table.parts.iter().map(|part| part.table.name));
        let own = tables().filter(|table| !table.columns.is_empty()).map(|table| table.name);
        own.chain(parts).chain(["objects", "books.events", "books.subject_links"])
    };
    if let Some(name) = names().find(|name| *name == sql.trim()) {
        return format!("Write it like `billctl mirror query 'SELECT * FROM {name}'`");
    }
    let meant = message.strip_prefix("no such table: ").and_then(|missing| {
        let distance = |name: &&str| strsim::damerau_levenshtein(missing, name);
        names().min_by_key(distance).filter(|name| distance(name) <= 2)
    });
    match meant {
        Some(name) => {
            format!(
                "Did you mean `{name}`? `billctl mirror query --tables` lists the tables and their columns"
            )
        }
        None => "See the tables and their columns with `billctl mirror query --tables`".to_owned(),
    }
}

fn explain(unanswered: Unanswered, sql: &str, args: &QueryArgs) -> anyhow::Error {
    let message = format!("The mirror cannot answer this: {unanswered}");
    match unanswered {
        Unanswered::Writes => fail(
            Kind::Usage,
            message,
            "Ask with SELECT. The mirror changes by what comes from Stripe alone; `billctl mirror backup` makes a copy \
             that any program may change",
        ),
        Unanswered::TooLong(_) => fail(
            Kind::Failed,
            message,
            format!("Ask for less, or give it longer than `--timeout {}`", args.timeout),
        ),
        Unanswered::TooLarge => fail(
            Kind::Failed,
            message,
            "Ask for fewer columns or rows; `billctl mirror export` writes whole tables of any size",
        ),
        Unanswered::NotOne => {
            fail(Kind::Usage, message, "Write it like `billctl mirror query 'SELECT * FROM customers'`")
        }
        Unanswered::Sql(why) => fail(Kind::Usage, message, instead(&why, sql)),
        Unanswered::File(error) => error,
    }
}

struct Shown(Answer);

impl Present for Shown {
    fn json(&self) -> Value {
        Value::Array(self.rows())
    }

    fn rows(&self) -> Vec<Value> {
        let Answer { columns, rows, more: _ } = &self.0;
        rows.iter()
            .map(|row| {
                let fields: Map<String, Value> =
                    names(columns).into_iter().zip(row.iter().cloned()).collect();
                Value::Object(fields)
            })
            .collect()
    }

    fn view(&self) -> View {
        let Answer { columns, rows, more: _ } = &self.0;
        if rows.is_empty() {
            return View::new().line("No rows");
        }
        let is_number = |index: usize| rows.iter().all(|row| row[index].is_number() || row[index].is_null());
        let headings = columns.iter().enumerate().map(|(index, name)| match is_number(index) {
            true => Column::number(name),
            false => Column::words(name),
        });
        let mut table = Table::new(headings);
        for row in rows {
            table.row(row.iter().map(shown));
        }
        View::new().table(table)
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The columns' names, each once: a JSON object has a key only once.
fn names(columns: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(columns.len());
    for column in columns {
        let mut name = column.clone();
        let mut times = 1;
        while names.contains(&name) {
            times += 1;
            name = format!("{column}_{times}");
        }
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_one_name_are_told_apart() {
        let columns = ["id", "id", "id_2", "id"].map(str::to_owned);
        assert_eq!(names(&columns), ["id", "id_2", "id_2_2", "id_3"]);
    }

    #[test]
    fn no_rows_are_an_empty_list() {
        let shown = Shown(Answer { columns: vec!["id".to_owned()], rows: Vec::new(), more: false });
        assert_eq!(shown.json(), Value::Array(Vec::new()));
    }
}
