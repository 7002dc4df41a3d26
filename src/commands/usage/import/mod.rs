//! `usage import`

mod outcome;
mod payers;
mod results;
mod row;
mod source;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use outcome::{Counts, Imported};
use payers::{Payers, Pays};
use row::{BadRow, Meant, Reading};
use source::Source;

use super::record;
use crate::billing::usage::Record;
use crate::commands::Outcome;
use crate::commands::result_file::ResultFile;
use crate::context::{Context, Stop};
use crate::error::{Kind, fail};
use crate::intake::{Format, Row, Unreadable};
use crate::store::books::{Books, Recorded, SeriesIds, UsageBatch};
use crate::ui::Progress;

/// How many bad rows are named.
const NAMED: usize = 10;

/// Rows that are recorded in one transaction with `--continue`, at most: keys are scattered, and each transaction writes the
/// pages again that they fall on.
const BATCH: usize = 250_000;

/// How long rows are gathered for it: what comes slowly is recorded as it comes.
const LONGEST: Duration = Duration::from_secs(2);

/// The bar moves once in so many rows.
const STRIDE: usize = 1024;

/// Record a file of usage: all of it, or nothing
///
/// The file is CSV with a header, or JSON lines, and is read row by row, however large it is. Columns: subject, metric, key;
/// quantity (1 if empty) or cost; at (now if empty); corrects; and dim.NAME for each dimension. A row's key counts once, so a
/// second run of the same file, or of one that was mended, records only what is missing.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl usage import november.csv
  zcat november.jsonl.gz | billctl usage import - --format jsonl --continue --results bad.csv")]
pub struct ImportArgs {
    /// The file, or `-` for stdin
    pub file: PathBuf,
    /// What is in it [default: what its name says; of stdin, what it looks like]
    #[arg(long, value_enum)]
    pub format: Option<FormatArg>,
    /// Record what can be recorded, step by step, and write the others to `--results`
    #[arg(long = "continue", requires = "results")]
    pub go_on: bool,
    /// A CSV file of the rows that were refused, each with its line and why
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
    ctx.check_policy()?;
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
            "The results would be written over the file itself; nothing was recorded",
            "Name another file with `--results FILE`",
        ));
    }
    // All of stdin is there before anything is locked.
    let spool = if results.is_none() { Some(ctx.state_dir()?) } else { None };
    let books = ctx.books()?;
    books.expect_many_records()?;
    let source = Source::open(&file, format, &settings.folder, spool.as_deref())?;
    let now = ctx.clock().now().as_second();
    let bar = match source.size {
        Some(size) => ctx.ui().progress(size, "Importing"),
        None => ctx.ui().open_progress("Importing"),
    };
    let reading = Reading::new(&ctx.catalog()?.catalog, books.subjects_by_customer()?, now);
    let payers = Payers::new(ctx);
    let mut import = Import { ctx, reading, payers, now, bar, series: SeriesIds::default() };
    match results {
        None => import.all_or_nothing(books, source),
        Some(path) => import.what_can_be(books, source, path),
    }
}

struct Import<'a> {
    ctx: &'a Context,
    reading: Reading<'a>,
    payers: Payers<'a>,
    /// In seconds since 1970.
    now: i64,
    bar: Progress,
    series: SeriesIds,
}

impl Import<'_> {
    fn all_or_nothing(&mut self, mut books: Books, source: Source) -> anyhow::Result<Outcome> {
        let dry_run = self.ctx.settings().dry_run;
        let Import { reading, payers, now, bar, series, .. } = self;
        let size = source.size;
        let (rows, seen) = source.rows()?;
        let counts = books.usage_in_one(series, *now, |batch| {
            let mut counts = Counts::default();
            let mut refused: Vec<String> = Vec::new();
            for row in rows {
                let done = match read(reading, &row) {
                    Ok((line, Some(meant))) => record_one(batch, payers, line, &meant)?.map(Some),
                    Ok((_, None)) => Ok(None),
                    Err(bad) => Err(bad),
                };
                match done {
                    Ok(Some(recorded)) => counts.count(&recorded),
                    Ok(None) => counts.pass_over(),
                    Err(bad) => {
                        counts.refuse();
                        if refused.len() < NAMED {
                            refused.push(bad.to_string());
                        }
                    }
                }
                if usize::try_from(counts.rows).is_ok_and(|rows| rows.is_multiple_of(STRIDE)) {
                    show(bar, seen.bytes(), size, &counts);
                }
            }
            match refusal(&counts, refused) {
                Some(error) => Err(error),
                None => Ok((!dry_run, counts)),
            }
        })?;
        self.bar.finish();
        self.ctx.show(&Imported { counts, results: None, stopped: false, dry_run })?;
        Ok(Outcome::Done)
    }

    fn what_can_be(&mut self, mut books: Books, source: Source, path: PathBuf) -> anyhow::Result<Outcome> {
        let dry_run = self.ctx.settings().dry_run;
        let stop: Stop = self.ctx.stop()?;
        let path_of = || self.ctx.settings().folder.join(&path);
        let mut results = ResultFile::begin((!dry_run).then(path_of), &results::COLUMNS, "recorded")?;
        let Import { ctx, reading, payers, bar, series, .. } = self;
        let size = source.size;
        let (rows, seen) = source.rows()?;
        let mut rows = rows.peekable();
        let mut counts = Counts::default();
        // A dry run keeps nothing, and so records all in one transaction: later rows see what earlier ones would do.
        let (many, longest) = if dry_run { (usize::MAX, Duration::MAX) } else { (BATCH, LONGEST) };
        while rows.peek().is_some() && !stop.is_asked() {
            let begun = Instant::now();
            let (mut meant, mut bad) = (Vec::new(), Vec::new());
            // Whoever gives the rows may take his time: nothing is locked while they are waited for.
            for row in rows.by_ref().take(many) {
                // It may have taken its time to come.
                reading.at(ctx.clock().now().as_second());
                match read(reading, &row) {
                    Ok((line, Some(good))) => meant.push((line, good)),
                    Ok((_, None)) => counts.pass_over(),
                    Err(refused) => {
                        counts.refuse();
                        bad.push((refused.line, results::of_bad(&row, &refused)));
                    }
                }
                if meant.len().is_multiple_of(STRIDE) {
                    show(bar, seen.bytes(), size, &counts);
                }
                if begun.elapsed() > longest {
                    break;
                }
            }
            books.usage_in_one(series, ctx.clock().now().as_second(), |batch| {
                for (line, meant) in meant {
                    match record_one(batch, payers, line, &meant)? {
                        Ok(recorded) => counts.count(&recorded),
                        Err(refused) => {
                            counts.refuse();
                            bad.push((line, results::of_refused(&meant.record, &refused)));
                        }
                    }
                }
                Ok((!dry_run, ()))
            })?;
            bad.sort_by_key(|(line, _)| *line);
            results.add(&bad.into_iter().map(|(_, cells)| cells).collect::<Vec<_>>())?;
        }
        let stopped = rows.peek().is_some();
        results.finish()?;
        self.bar.finish();
        if counts.rows == 0 && !stopped {
            return Err(nothing_in_it());
        }
        let is_partial = stopped || counts.refused > 0;
        let results = (!dry_run).then_some(path);
        self.ctx.show(&Imported { counts, results, stopped, dry_run })?;
        Ok(if is_partial { Outcome::Partial } else { Outcome::Done })
    }
}

fn show(bar: &Progress, bytes: u64, size: Option<u64>, counts: &Counts) {
    match size {
        Some(size) => bar.set(bytes, size),
        None => bar.say(&format!("{} rows", counts.rows)),
    }
}

/// What a row means, if it says anything, and its line.
fn read(reading: &Reading<'_>, row: &Result<Row, Unreadable>) -> Result<(u64, Option<Meant>), BadRow> {
    match row {
        Ok(row) => Ok((row.line, reading.read(row)?)),
        Err(unreadable) => Err(BadRow::from(unreadable)),
    }
}

/// Records what a row means; what is wrong with it, if it can't be.
fn record_one(
    batch: &mut UsageBatch<'_>,
    payers: &mut Payers<'_>,
    line: u64,
    meant: &Meant,
) -> anyhow::Result<Result<Recorded, BadRow>> {
    let bad = |column: &str, recorded: &Recorded, record: &Record| {
        Ok(Err(BadRow { line, column: Some(column.to_owned()), why: bare(recorded, record) }))
    };
    let Meant { record, at_given, whole, may_be_paid } = meant;
    let pays = match may_be_paid {
        true => payers.of(&record.subject, &record.metric)?,
        false => None,
    };
    if pays.is_some() {
        for request in payers.due(&record.subject)? {
            batch.give(&request)?;
        }
    }
    let credits = pays.as_ref().map(Pays::funding);
    let recorded = match record.corrects.as_ref().filter(|_| *whole) {
        None => batch.post(record, *at_given, credits)?,
        Some(corrected) => match batch.record(corrected)? {
            None => Recorded::NothingToCorrect,
            Some(corrected) => {
                let quantity = corrected.quantity.saturating_abs().saturating_neg();
                batch.post(&Record { quantity, ..record.clone() }, *at_given, credits)?
            }
        },
    };
    match &recorded {
        Recorded::New | Recorded::Already => Ok(Ok(recorded)),
        Recorded::DiffersIn(_) => bad("key", &recorded, record),
        Recorded::Refused(_)
        | Recorded::NothingToCorrect
        | Recorded::CorrectsAnother
        | Recorded::CorrectsCorrection
        | Recorded::CorrectsTooMuch { .. } => bad("corrects", &recorded, record),
    }
}

/// Why the books took no record, without what goes for a single one.
fn bare(recorded: &Recorded, record: &Record) -> String {
    let error = record::refusal(recorded, record);
    let message = error.to_string();
    message.trim_end_matches("; nothing was recorded").to_owned()
}

fn refusal(counts: &Counts, named: Vec<String>) -> Option<anyhow::Error> {
    if counts.rows == 0 {
        return Some(nothing_in_it());
    }
    let rest = counts.refused - u64::try_from(named.len()).unwrap_or_default();
    let message = match (named.as_slice(), rest) {
        ([], _) => return None,
        ([only], 0) => format!("{only}; nothing was recorded"),
        (named, 0) => {
            format!("{} rows can't be recorded; nothing was recorded\n  {}", named.len(), named.join("\n  "))
        }
        (named, rest) => format!(
            "{} rows can't be recorded; nothing was recorded\n  {}\n  and {rest} more",
            counts.refused,
            named.join("\n  ")
        ),
    };
    let fix = "Mend the rows and run it again, or record the others with `--continue --results FILE`";
    Some(fail(Kind::Usage, message, fix))
}

fn nothing_in_it() -> anyhow::Error {
    fail(Kind::Usage, "There are no rows in it; nothing was recorded", "Check the file")
}
