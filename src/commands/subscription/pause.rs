//! `billctl subscription pause`: nothing is collected for a while.

use serde_json::{Value, json};

use super::subscribed::Subscribed;
use super::target::Desk;
use crate::billing::credits::Expiry;
use crate::billing::subscription::Pause;
use crate::commands::Outcome;
use crate::commands::credits::expiry;
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Present, Role, Text, View};
use crate::stripe::segment;

/// Pause a subscription's collection: nothing is charged until it is resumed
///
/// Stripe keeps its status as it is, and goes on to make its invoices; `--behavior` says what becomes of them.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl subscription pause u_1 --behavior void --until 2027-01-01
  billctl subscription pause u_1 --behavior keep_as_draft --until 30d")]
pub struct PauseArgs {
    /// The subject, a customer's id, or a subscription's
    pub subject: String,
    /// What becomes of the invoices meanwhile
    #[arg(long, value_name = "WHAT")]
    pub behavior: Behavior,
    /// When it goes on by itself: 2027-01-01, 2027-01-01T12:00:00Z, or 30d from now [default: when it is resumed]
    #[arg(long, value_name = "TIME", value_parser = expiry::parse)]
    pub until: Option<Expiry>,
}

/// Stripe's words for what becomes of invoices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Behavior {
    /// They wait, and are collected later if somebody finalizes them
    KeepAsDraft,
    /// The service goes on, and is a gift
    MarkUncollectible,
    /// The service is withheld, and nothing is owed
    Void,
}

impl Behavior {
    fn word(self) -> &'static str {
        match self {
            Behavior::KeepAsDraft => "keep_as_draft",
            Behavior::MarkUncollectible => "mark_uncollectible",
            Behavior::Void => "void",
        }
    }
}

pub async fn run(ctx: &Context, args: PauseArgs) -> anyhow::Result<Outcome> {
    ctx.check_policy()?;
    let connection = ctx.stripe().await?;
    let mut desk = Desk::open(ctx, &connection)?;
    let target = desk.going(&args.subject).await?;
    let seen = target.seen();
    if matches!(seen.status(), "paused" | "incomplete") {
        return Err(fail(
            Kind::Failed,
            format!("{} is {}: there is nothing to collect; nothing was sent", target.words(), seen.status()),
            "See how it stands with `billctl subscription show`",
        ));
    }
    let resumes_at = match args.until {
        Some(until) => Some(until.of(desk.time_of(seen).await?)),
        None => None,
    };
    if let (Some(at), Some(Expiry::At(_))) = (resumes_at, args.until)
        && at <= desk.time_of(seen).await?
    {
        return Err(fail(
            Kind::Usage,
            format!("`--until {}` is over; nothing was sent", time(at)),
            "Name a later time",
        ));
    }
    let wanted = Pause { behavior: args.behavior.word(), resumes_at };
    let before = seen.pause() == Some(wanted);
    if ctx.settings().dry_run || before {
        let dry_run = ctx.settings().dry_run;
        ctx.show(&Paused { behavior: args.behavior, resumes_at, subscribed: target, before, dry_run })?;
        return Ok(Outcome::Done);
    }
    let mut pause = json!({"behavior": wanted.behavior});
    if let Some(at) = resumes_at {
        pause["resumes_at"] = json!(at);
    }
    let path = format!("/v1/subscriptions/{}", segment(seen.id()));
    let writer = ctx.writer(&connection).await?;
    let answer = writer.post(&path, &json!({"pause_collection": pause}), &super::fresh_key()?).await?.body;
    let subscribed = desk.after(answer).await?;
    let behavior = args.behavior;
    ctx.show(&Paused { subscribed, behavior, resumes_at, before: false, dry_run: false })?;
    Ok(Outcome::Done)
}

struct Paused {
    subscribed: Subscribed,
    behavior: Behavior,
    resumes_at: Option<i64>,
    /// It was so before.
    before: bool,
    dry_run: bool,
}

impl Present for Paused {
    fn json(&self) -> Value {
        let mut json = self.subscribed.json();
        json["done_before"] = json!(self.before);
        json["dry_run"] = json!(self.dry_run);
        json
    }

    fn view(&self) -> View {
        let words = self.subscribed.words();
        let until = self
            .resumes_at
            .map_or_else(|| "until it is resumed".to_owned(), |at| format!("until {}", time(at)));
        let what = match self.behavior {
            Behavior::KeepAsDraft => "its invoices wait as drafts",
            Behavior::MarkUncollectible => "its invoices are given up, and the service goes on",
            Behavior::Void => "its invoices are void, and the service is withheld",
        };
        let view = View::new().line(match (self.before, self.dry_run) {
            (true, _) => Text::from(format!("Nothing of {words} is collected {until} already")),
            (false, true) => Text::from(format!("Would collect nothing of {words} {until}: {what}")),
            (false, false) => {
                Text::new(Role::Change, format!("Nothing of {words} is collected {until}: {what}"))
            }
        });
        match self.before || self.dry_run {
            true => view,
            false => view.line(Text::new(
                Role::Hint,
                format!("`billctl subscription resume {}` lets it go on", self.subscribed.name()),
            )),
        }
    }
}
