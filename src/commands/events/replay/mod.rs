//! `billctl events replay`: chosen events once more, to an endpoint or into the mirror.

mod apply;
mod chosen;
mod file;
mod outcome;
mod send;

use std::collections::HashSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use url::Url;

use chosen::{Choice, Chosen};
use outcome::{Row, Summary};
use send::{Sending, Then};

use super::select::Selection;
use super::{Outcome, show};
use crate::billing::event::Event;
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::{Explain as _, Kind, fail};
use crate::render::{Column, Format, Present, Role, Table, Text, View};
use crate::stripe::events::Step;
use crate::stripe::is_loopback;
use crate::stripe::webhook::{Endpoint, shown};
use crate::ui::Progress;

/// How many events a dry run names in its table.
const NAMED: usize = 20;

/// Send events once more, freshly signed, to a URL, or apply them to the mirror once more
///
/// Takes the events that are stored and fit all filters, in the order in which they were created; or those of files,
/// or those that Stripe has now. Each is sent with its own bytes and a new signature.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("target").required(true).args(["to", "mirror"]))]
#[command(after_help = "\
Examples:
  billctl events replay --type 'invoice.*' --since 7d --to http://localhost:3000/webhook
  billctl events replay evt_1QyHrZ2eZvKYlo2C --to http://localhost:3000/webhook
  billctl events replay --file events.jsonl --to http://localhost:3000/webhook --shuffle --pace 20
  billctl events replay --failed --mirror

Exit codes: 1 if an event was not taken, 7 if stopped half-way.")]
pub struct ReplayArgs {
    /// These events alone, by their ids
    #[arg(value_name = "EVENT")]
    pub ids: Vec<String>,
    /// Where to: your application's webhook endpoint
    #[arg(long, value_name = "URL")]
    pub to: Option<Url>,
    /// Apply them to the mirror; what is not stored yet is stored first
    #[arg(long)]
    pub mirror: bool,
    #[command(flatten)]
    pub selection: Selection,
    /// The events of this file, not the stored ones: one event, one a line, or a list; may be repeated
    #[arg(long = "file", value_name = "FILE", conflicts_with_all = ["pull", "status", "failed", "subject"])]
    pub files: Vec<PathBuf>,
    /// The events that Stripe has now, not the stored ones
    #[arg(long, conflicts_with_all = ["status", "failed", "subject"])]
    pub pull: bool,
    /// At most so many
    #[arg(short = 'n', long, value_name = "N")]
    pub limit: Option<usize>,
    /// In a random order
    #[arg(long)]
    pub shuffle: bool,
    /// The random order that follows from this number
    #[arg(long, value_name = "N", requires = "shuffle")]
    pub seed: Option<u64>,
    /// At most so many events a second
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "mirror")]
    pub pace: Option<u32>,
    /// How many may be under way at once; more than one gives up their order
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    #[arg(conflicts_with = "mirror")]
    pub parallel: u16,
    /// How often an event that is not taken is sent again
    #[arg(long, value_name = "N", default_value_t = 3, conflicts_with = "mirror")]
    pub retries: u32,
    /// How long the endpoint may take for an answer
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600))]
    #[arg(conflicts_with = "mirror")]
    pub timeout: u64,
    /// A file with the endpoint's signing secret (whsec_…); may be repeated [default: STRIPE_WEBHOOK_SECRET, the
    /// profile's, the emulator's own]
    #[arg(long = "webhook-secret-file", value_name = "FILE", conflicts_with = "mirror")]
    pub secret_files: Vec<PathBuf>,
    /// Write each event's result to this file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub results: Option<PathBuf>,
}

pub async fn run(ctx: &Context, args: ReplayArgs) -> anyhow::Result<Outcome> {
    // What is missing is told before anything is read.
    let sending = args.to.as_ref().map(|url| sending(ctx, &args, url)).transpose()?;
    let mut choice = choose(ctx, &args).await?;
    let seed = args.shuffle.then(|| args.seed.unwrap_or_else(|| fastrand::u64(..)));
    if let Some(seed) = seed {
        choice.shuffle(seed);
    }
    if ctx.settings().dry_run {
        ctx.show(&Preview::read(choice, &args)?)?;
        return Ok(Outcome::Done);
    }
    if !confirmed(ctx, &args, choice.left())? {
        return Err(fail(Kind::Failed, "Not confirmed: nothing was sent or stored", "Run the command again"));
    }
    // What is applied may book credits.
    if args.mirror {
        ctx.check_policy()?;
    }
    let mut told = Told::open(ctx, &args, choice.left(), seed)?;
    let mut stop = ctx.stop()?;
    let begun = Instant::now();
    match &sending {
        Some(sending) => sending.send(&mut choice, &mut stop, |row| told.hear(row)).await?,
        None => apply::apply(ctx, &mut choice, &stop, |row| told.hear(row))?,
    }
    told.finish(choice.left(), begun.elapsed())
}

fn sending(ctx: &Context, args: &ReplayArgs, url: &Url) -> anyhow::Result<Sending> {
    Ok(Sending {
        endpoint: Endpoint::open(url, Duration::from_secs(args.timeout))?,
        secrets: ctx.webhook_secrets(&args.secret_files)?,
        clock: ctx.clock(),
        retries: args.retries,
        pace: args.pace,
        parallel: usize::from(args.parallel),
    })
}

/// The events that are meant, in the order of their creation.
async fn choose(ctx: &Context, args: &ReplayArgs) -> anyhow::Result<Choice> {
    let books = ctx.books()?;
    let limit = args.limit.unwrap_or(usize::MAX);
    let mut held = Vec::new();
    for path in &args.files {
        held.extend(file::read(path)?);
    }
    if args.pull {
        held = read_from_stripe(ctx, &args.selection).await?;
    }
    if args.pull || !args.files.is_empty() {
        if args.to.is_none() {
            refuse_other_mode(ctx, &held)?;
        }
        let fitting = args.selection.fitting(ctx)?;
        let mut seen = HashSet::new();
        held.retain(|(event, _)| {
            (args.ids.is_empty() || args.ids.contains(&event.id))
                && fitting.fits(event)
                && seen.insert(event.id.clone())
        });
        let mut events: Vec<Chosen> = held
            .into_iter()
            .map(|(Event { id, event_type, created, .. }, body)| Chosen {
                id,
                event_type,
                created,
                seq: None,
                body,
            })
            .collect();
        events.sort_by_key(|event| event.created);
        events.truncate(limit);
        return Ok(Choice::held(books, events));
    }
    let mirror = ctx.mirror()?;
    let mut numbers = Vec::new();
    if args.ids.is_empty() {
        let mut search = args.selection.search(ctx, &books, &mirror, true)?;
        while numbers.len() < limit
            && let Some(found) = search.find_next()?
        {
            numbers.push(found.event.seq);
        }
    } else {
        if !args.selection.is_everything() {
            return Err(fail(
                Kind::Usage,
                "Events are chosen by id or by filters, not by both",
                "Leave the ids or the filters out",
            ));
        }
        let mut events = Vec::new();
        for id in &args.ids {
            events.push(show::find(&books, &mirror, id)?.0.event);
        }
        events.sort_by_key(|event| (event.created, event.seq));
        events.dedup_by_key(|event| event.seq);
        numbers.extend(events.iter().map(|event| event.seq).take(limit));
    }
    Ok(Choice::stored(books, numbers))
}

/// Test and live objects don't belong into one copy.
fn refuse_other_mode(ctx: &Context, events: &[(Event, Vec<u8>)]) -> anyhow::Result<()> {
    let is_live = ctx.is_live()?;
    let Some((other, _)) = events.iter().find(|(event, _)| event.livemode != is_live) else { return Ok(()) };
    let mode = |live| if live { "live" } else { "test" };
    Err(fail(
        Kind::Refused,
        format!(
            "{} is of {} mode, and the profile `{}` is in {} mode; nothing was stored",
            other.id,
            mode(other.livemode),
            ctx.profile()?.name,
            mode(is_live)
        ),
        "Choose a profile of that mode with `--profile NAME`",
    ))
}

async fn read_from_stripe(ctx: &Context, selection: &Selection) -> anyhow::Result<Vec<(Event, Vec<u8>)>> {
    let since = selection.since.map(|moment| moment.from(ctx.clock().now()).as_second());
    let connection = ctx.stripe().await?;
    let progress = ctx.ui().open_progress("Reading events");
    let mut walk = connection.reader().events(since);
    let mut held = Vec::new();
    while let Some(step) = walk.next().await? {
        if let Step::Events(events) = step {
            for event in events {
                held.push((Event::read(&event.body)?, event.body));
            }
            progress.say(&format!("{} received", held.len()));
        }
    }
    progress.finish();
    Ok(held)
}

/// What goes to another machine is asked for first, and so is what nobody signed where real money is: it may say that
/// something was paid which buys credits.
fn confirmed(ctx: &Context, args: &ReplayArgs, count: usize) -> anyhow::Result<bool> {
    match &args.to {
        Some(url) if !is_loopback(url) && count > 0 => {
            let events = if count == 1 { "one event".to_owned() } else { format!("{count} events") };
            let host = url.host_str().unwrap_or_default();
            ctx.confirm(&format!("Send {events} to {host}?"))
        }
        None if count > 0 && !args.files.is_empty() && ctx.is_live()? => {
            let profile = ctx.profile()?.name;
            if !ctx.settings().live {
                return Err(fail(
                    Kind::Refused,
                    format!(
                        "Nobody signed the events of a file, and the profile `{profile}` holds real money; nothing was stored"
                    ),
                    "Add `--live` if you know where the file is from: what its events say was paid is believed. \
                     `billctl events pull` reads them from Stripe instead",
                ));
            }
            let events = if count == 1 { "an event".to_owned() } else { format!("{count} events") };
            ctx.confirm(&format!(
                "Believe {events} that nobody signed? What they say was paid is booked for the live profile `{profile}`"
            ))
        }
        Some(_) | None => Ok(true),
    }
}

/// Who hears of results: the progress bar, stdout, the file of results, and the sum.
struct Told<'a> {
    ctx: &'a Context,
    progress: Progress,
    file: Option<(fs_err::File, &'a Path)>,
    summary: Summary,
}

impl<'a> Told<'a> {
    fn open(
        ctx: &'a Context,
        args: &'a ReplayArgs,
        total: usize,
        seed: Option<u64>,
    ) -> anyhow::Result<Told<'a>> {
        let file = match &args.results {
            Some(path) => {
                let file = fs_err::File::create(path).explain(
                    Kind::Usage,
                    || "Cannot keep the results".to_owned(),
                    "Name a file that can be written with `--results FILE`",
                )?;
                Some((file, path.as_path()))
            }
            None => None,
        };
        let target = args.to.as_ref().map_or_else(|| "the mirror".to_owned(), shown);
        let progress = ctx.ui().progress(u64::try_from(total).unwrap_or(u64::MAX), "Replaying");
        Ok(Told { ctx, progress, file, summary: Summary { target, seed, ..Summary::default() } })
    }

    fn hear(&mut self, row: Row) -> anyhow::Result<Then> {
        self.progress.advance(1);
        let format = self.ctx.settings().format;
        if format == Format::Jsonl || self.file.is_some() {
            let line = format!("{}\n", row.json());
            if let Some((file, _)) = &mut self.file {
                file.write_all(line.as_bytes())?;
            }
            if format == Format::Jsonl {
                self.ctx.print(&line)?;
            }
        }
        // An endpoint that is not there now, and was not before, need not be asked for each event.
        let nobody = row.verdict.found_nobody() && self.summary.accepted == 0;
        self.summary.add(row, format == Format::Csv);
        Ok(if nobody { Then::Stop } else { Then::GoOn })
    }

    fn finish(self, left: usize, took: Duration) -> anyhow::Result<Outcome> {
        let Told { ctx, progress, file, mut summary } = self;
        progress.finish();
        if let Some((file, path)) = file {
            file.sync_all()?;
            ctx.ui().status(&format!(
                "Wrote {} results to {}",
                summary.accepted + summary.refused,
                path.display()
            ));
        }
        summary.left = left;
        summary.took = took;
        if ctx.settings().format == Format::Jsonl {
            ctx.ui().status(&summary.line());
        } else {
            ctx.show(&summary)?;
        }
        let nobody = summary.accepted == 0 && summary.rows.iter().any(|row| row.verdict.found_nobody());
        Ok(match (summary.left, summary.refused) {
            (1.., _) if nobody => Outcome::Failed(Kind::Failed),
            (1.., _) => Outcome::Partial,
            (0, 1..) => Outcome::Failed(Kind::Failed),
            (0, 0) => Outcome::Done,
        })
    }
}

/// What a replay would send.
struct Preview {
    target: String,
    events: Vec<(String, String, i64)>,
}

impl Preview {
    fn read(mut choice: Choice, args: &ReplayArgs) -> anyhow::Result<Preview> {
        let target = args.to.as_ref().map_or_else(|| "the mirror".to_owned(), shown);
        let mut events = Vec::new();
        while let Some(Chosen { id, event_type, created, .. }) = choice.next()? {
            events.push((id, event_type, created));
        }
        Ok(Preview { target, events })
    }
}

impl Present for Preview {
    fn json(&self) -> Value {
        json!({"would_send": self.events.len(), "to": self.target, "events": self.rows()})
    }

    fn rows(&self) -> Vec<Value> {
        let row = |(id, event_type, created): &(String, String, i64)| json!({"id": id, "type": event_type, "created": time(*created)});
        self.events.iter().map(row).collect()
    }

    fn view(&self) -> View {
        let mut table = Table::new([Column::id("created"), Column::id("event"), Column::id("type")]);
        for (id, event_type, created) in self.events.iter().take(NAMED) {
            table.row([time(*created), id.clone(), event_type.clone()]);
        }
        let mut view = View::new().table(table);
        if let more @ 1.. = self.events.len().saturating_sub(NAMED) {
            view = view.line(Text::new(Role::Hint, format!("and {more} more")));
        }
        let count = self.events.len();
        let events = if count == 1 { "1 event".to_owned() } else { format!("{count} events") };
        view.line(Text::new(Role::Strong, format!("Would send {events} to {}", self.target)))
    }
}
