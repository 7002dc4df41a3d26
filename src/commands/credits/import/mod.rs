//! `credits import`

mod outcome;
mod results;
mod row;
mod source;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use outcome::{Counts, Imported, beside};
use row::{Defaults, Keys};
use source::{Reading, Seen, Source};

use super::booking::{self, counted, credits};
use crate::billing::credits::{Limits, Request, Wanted};
use crate::commands::Outcome;
use crate::commands::result_file::ResultFile;
use crate::context::Context;
use crate::error::{Kind, fail, kind_of};
use crate::intake::{Format, Rows};
use crate::store::books::{Keep, Posting};
use crate::ui::Progress;

/// How many bad rows are named.
const NAMED: usize = 10;

/// Rows that are booked in one transaction with `--continue`.
const BATCH: usize = 200;

/// The bar moves once in so many rows.
const STRIDE: i64 = 256;

/// Book a file of adjustments: all of it, or nothing
///
/// The file is CSV with a header, or JSON lines. Columns: subject, amount with type (grant, add, remove, deduct), or add or remove
/// with the amount; and reason, key, expires, reference, kind. All of it is checked before anything is booked. A second run of the
/// same rows books nothing, in whatever file they are: a row's key is what it says, else made of what the row asks for (SHA-256)
/// and of how many such rows came before it in the file.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// The file, or `-` for stdin
    pub file: PathBuf,
    /// What is in it [default: what its name says; of stdin, what it looks like]
    #[arg(long, value_enum)]
    pub format: Option<FormatArg>,
    /// Book what can be booked, and write what became of each row to `--results`
    #[arg(long = "continue", requires = "results")]
    pub go_on: bool,
    /// A CSV file that says of each row: booked, booked before, waiting or refused, and why
    #[arg(long, value_name = "FILE", requires = "go_on")]
    pub results: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FormatArg {
    Csv,
    Jsonl,
}

pub fn run(ctx: &Context, args: ImportArgs) -> anyhow::Result<Outcome> {
    let ImportArgs { file, format, go_on: _, results } = args;
    ctx.check_actor()?;
    let settings = ctx.settings();
    let format = format.map(|format| match format {
        FormatArg::Csv => Format::Csv,
        FormatArg::Jsonl => Format::Jsonl,
    });
    let place = |path: &Path| fs_err::canonicalize(settings.folder.join(path)).ok();
    if let Some(results) = &results
        && place(results).is_some_and(|results| place(&file) == Some(results))
    {
        return Err(fail(
            Kind::Usage,
            "The results would be written over the file itself; nothing was booked",
            "Name another file with `--results FILE`",
        ));
    }
    let source = Source::open(&file, format, &settings.folder)?;
    let limits = booking::limits(ctx)?;
    let defaults = Defaults { actor: settings.actor.clone(), reason: settings.reason.clone() };
    let bar = ctx.ui().progress(source.size.saturating_mul(2), "Importing");
    let (keys, digest) = (RefCell::default(), String::new());
    let mut import = Import { ctx, source, digest, defaults, keys, limits, now: booking::now(ctx), bar };
    match results {
        None => import.all_or_nothing(),
        Some(path) => import.what_can_be(path),
    }
}

struct Import<'a> {
    ctx: &'a Context,
    source: Source,
    /// Of the file as it was checked.
    digest: String,
    defaults: Defaults,
    keys: RefCell<Keys>,
    limits: Limits,
    /// In seconds since 1970.
    now: i64,
    bar: Progress,
}

/// Rows that can't be booked.
#[derive(Default)]
struct Refused {
    count: usize,
    /// The first of them, in words.
    named: Vec<String>,
    kind: Option<Kind>,
}

impl Refused {
    fn add(&mut self, kind: Kind, words: impl FnOnce() -> String) {
        self.count += 1;
        self.kind.get_or_insert(kind);
        if self.named.len() < NAMED {
            self.named.push(words());
        }
    }

    fn error(self) -> Option<anyhow::Error> {
        let kind = self.kind?;
        let rest = self.count - self.named.len();
        let message = match (self.named.as_slice(), rest) {
            ([only], 0) => format!("{only}; nothing was booked"),
            (named, 0) => {
                format!("{} rows can't be booked; nothing was booked\n  {}", named.len(), named.join("\n  "))
            }
            (named, rest) => format!(
                "{} rows can't be booked; nothing was booked\n  {}\n  and {rest} more",
                self.count,
                named.join("\n  ")
            ),
        };
        let fix = "Mend the rows and run it again, or book the others with `--continue --results FILE`";
        Some(fail(kind, message, fix))
    }
}

impl Import<'_> {
    fn all_or_nothing(&mut self) -> anyhow::Result<Outcome> {
        let checked = self.check()?;
        if let Some(error) = checked.refused.error() {
            return Err(error);
        }
        self.digest = checked.digest;
        let mut books = booking::ledger(self.ctx)?;
        if !self.confirm(&checked.counts)? {
            return Ok(Outcome::Done);
        }
        let dry_run = self.ctx.settings().dry_run;
        let imported = books.credits_in_one(&self.limits, self.now, |batch| {
            let before = batch.totals()?;
            let mut counts = Counts::default();
            let mut refused = Refused::default();
            self.each(1, |request, line| {
                let posting = batch.post(request)?;
                if !is_done(&posting) {
                    let error = booking::refusal(&posting, &request.subject);
                    refused.add(kind_of(&error), || format!("line {line}: {}", bare(&error)));
                }
                counts.count(&posting);
                Ok(())
            })?;
            if let Some(error) = refused.error() {
                return Err(error);
            }
            let totals = beside(&before, batch.totals()?);
            let keep = if dry_run { Keep::Nothing } else { Keep::Entry };
            Ok((keep, Imported { counts, totals, results: None, dry_run }))
        })?;
        self.bar.finish();
        self.ctx.show(&imported)?;
        Ok(Outcome::Done)
    }

    fn what_can_be(&mut self, path: PathBuf) -> anyhow::Result<Outcome> {
        let checked = self.check()?;
        self.digest = checked.digest;
        let mut books = booking::ledger(self.ctx)?;
        if !self.confirm(&checked.counts)? {
            return Ok(Outcome::Done);
        }
        let dry_run = self.ctx.settings().dry_run;
        let before = books.credit_totals()?;
        let path_of = || self.ctx.settings().folder.join(&path);
        let mut results = ResultFile::begin((!dry_run).then(path_of), &results::COLUMNS, "booked")?;
        let mut counts = Counts::default();
        let (rows, seen) = self.rows()?;
        let mut rows = rows.peekable();
        let mut after = before.clone();
        // A dry run keeps nothing, and so books all in one transaction: later rows see what earlier ones would do.
        let (keep, many) = if dry_run { (Keep::Nothing, usize::MAX) } else { (Keep::Entry, BATCH) };
        while rows.peek().is_some() {
            let lines = books.credits_in_one(&self.limits, self.now, |batch| {
                let mut lines = Vec::new();
                for row in rows.by_ref().take(many) {
                    let line = match self.read(&row) {
                        Ok(request) => {
                            let posting = batch.post(&request)?;
                            counts.count(&posting);
                            results::of_posting(row.map_or(0, |row| row.line), &request, &posting)
                        }
                        Err(bad) => {
                            counts.refuse();
                            results::of_bad(&row, &bad)
                        }
                    };
                    if keep == Keep::Entry {
                        lines.push(line);
                    }
                }
                after = batch.totals()?;
                Ok((keep, lines))
            })?;
            results.add(&lines)?;
            self.bar.set(self.source.size + seen.bytes.get(), self.source.size.saturating_mul(2));
        }
        self.same_file(&seen.digest())?;
        results.finish()?;
        self.bar.finish();
        let is_partial = counts.refused > 0 || counts.waiting > 0;
        let results = (!dry_run).then_some(path);
        self.ctx.show(&Imported { counts, totals: beside(&before, after), results, dry_run })?;
        Ok(if is_partial { Outcome::Partial } else { Outcome::Done })
    }

    /// Reads all of it without looking at the ledger.
    fn check(&self) -> anyhow::Result<Checked> {
        let (rows, seen) = self.rows()?;
        let mut refused = Refused::default();
        let mut counts = Counts::default();
        for row in rows {
            counts.rows += 1;
            match self.read(&row) {
                Ok(request) => match request.wanted {
                    Wanted::Add { amount, .. } => counts.added = counts.added.saturating_add(amount),
                    Wanted::Take { amount, .. } => counts.removed = counts.removed.saturating_add(amount),
                    Wanted::Set { .. } => {}
                },
                Err(bad) => refused.add(Kind::Usage, || bad),
            }
            if counts.rows % STRIDE == 0 {
                self.bar.set(seen.bytes.get(), self.source.size.saturating_mul(2));
            }
        }
        if counts.rows == 0 {
            return Err(fail(Kind::Usage, "There are no rows in it; nothing was booked", "Check the file"));
        }
        Ok(Checked { counts, refused, digest: seen.digest() })
    }

    /// Begins to read from the start.
    fn rows(&self) -> anyhow::Result<(Rows<Reading<'_>>, Rc<Seen>)> {
        self.keys.replace(Keys::default());
        self.source.rows()
    }

    /// Hands on what each row asks for, with its line, once all were found good.
    fn each(
        &self,
        passes_before: u64,
        mut work: impl FnMut(&Request, u64) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let (rows, seen) = self.rows()?;
        let mut count: i64 = 0;
        for row in rows {
            let request = self.read(&row).map_err(|bad| changed(&bad))?;
            work(&request, row.map_or(0, |row| row.line))?;
            count += 1;
            if count % STRIDE == 0 {
                let done = self.source.size.saturating_mul(passes_before) + seen.bytes.get();
                self.bar.set(done, self.source.size.saturating_mul(2));
            }
        }
        self.same_file(&seen.digest())
    }

    fn read(&self, row: &Result<crate::intake::Row, crate::intake::Unreadable>) -> Result<Request, String> {
        match row {
            Ok(row) => row::request(row, &self.defaults, &mut self.keys.borrow_mut(), self.now)
                .map_err(|bad| bad.to_string()),
            Err(unreadable) => Err(unreadable.to_string()),
        }
    }

    /// Whether what is booked is what was checked.
    fn same_file(&self, digest: &str) -> anyhow::Result<()> {
        if digest == self.digest { Ok(()) } else { Err(changed("its content is another one")) }
    }

    fn confirm(&self, counts: &Counts) -> anyhow::Result<bool> {
        if self.ctx.settings().dry_run {
            return Ok(true);
        }
        let Counts { rows, added, removed, .. } = counts;
        let rows = counted(*rows, "row", "rows");
        let yes = self.ctx.confirm(&format!(
            "Book {rows}: {} to be added and {} to be removed?",
            credits(*added),
            credits(*removed)
        ))?;
        if !yes {
            self.ctx.ui().status("Nothing was booked");
        }
        Ok(yes)
    }
}

/// What a file asks for, and what is wrong with it.
struct Checked {
    counts: Counts,
    refused: Refused,
    digest: String,
}

fn changed(what: &str) -> anyhow::Error {
    fail(
        Kind::Failed,
        format!("The file was changed while it was read: {what}"),
        "Run it again when nobody writes to it; rows that are booked by then are not booked again",
    )
}

/// Whether a row asks for nothing more.
fn is_done(posting: &Posting) -> bool {
    matches!(posting, Posting::Recorded(_) | Posting::AlreadyRecorded(_) | Posting::Unchanged { .. })
}

/// An error's words without what goes for the whole file.
fn bare(error: &anyhow::Error) -> String {
    error.to_string().trim_end_matches("; nothing was booked").to_owned()
}
