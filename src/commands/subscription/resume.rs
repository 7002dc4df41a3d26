//! `billctl subscription resume`: what was paused, or was to end, goes on.

use serde_json::{Map, Value, json};

use super::subscribed::Subscribed;
use super::target::Desk;
use crate::billing::subscription::Seen;
use crate::commands::Outcome;
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Present, Role, Text, View};
use crate::stripe::segment;

/// Let a subscription go on that is paused, or that was to end with its period
///
/// A subscription that has ended can't be resumed: the subject takes out another one.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl subscription resume u_1
  billctl subscription resume u_1 --what pause")]
pub struct ResumeArgs {
    /// The subject, a customer's id, or a subscription's
    pub subject: String,
    /// Only lift this, where it is paused and is to end as well
    #[arg(long, value_name = "WHAT")]
    pub what: Option<What>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum What {
    /// Collect again
    Pause,
    /// Don't end
    Cancellation,
}

/// What keeps a subscription from going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    /// Stripe's status `paused`: nothing is billed at all.
    Stopped,
    /// Nothing is collected.
    Uncollected,
    /// It ends with its period.
    AtPeriodEnd,
    /// It ends at a moment, in seconds.
    At(i64),
}

impl Hold {
    fn all(seen: Seen<'_>) -> Vec<Hold> {
        let mut all = Vec::new();
        if seen.status() == "paused" {
            all.push(Hold::Stopped);
        }
        if seen.pause().is_some() {
            all.push(Hold::Uncollected);
        }
        if seen.cancels_at_period_end() {
            all.push(Hold::AtPeriodEnd);
        } else if let Some(at) = seen.cancel_at() {
            all.push(Hold::At(at));
        }
        all
    }

    fn is(self, what: What) -> bool {
        let is_pause = matches!(self, Hold::Stopped | Hold::Uncollected);
        is_pause == (what == What::Pause)
    }

    fn lifted(self) -> String {
        match self {
            Hold::Stopped => "it is billed again".to_owned(),
            Hold::Uncollected => "its invoices are collected again".to_owned(),
            Hold::AtPeriodEnd => "it does not end with its period".to_owned(),
            Hold::At(at) => format!("it does not end at {}", time(at)),
        }
    }
}

pub async fn run(ctx: &Context, args: ResumeArgs) -> anyhow::Result<Outcome> {
    ctx.check_policy()?;
    let connection = ctx.stripe().await?;
    let mut desk = Desk::open(ctx, &connection)?;
    let target = desk.going(&args.subject).await?;
    let holds = chosen(&target, args.what)?;
    if let Some(schedule) = target.seen().schedule()
        && holds.iter().any(|hold| matches!(hold, Hold::AtPeriodEnd | Hold::At(_)))
    {
        return Err(fail(
            Kind::Failed,
            format!("The end of {} is scheduled ({schedule}); nothing was sent", target.words()),
            format!("Drop the schedule: `billctl subscription schedule {} --drop`", args.subject),
        ));
    }
    if ctx.settings().dry_run {
        ctx.show(&Resumed { subscribed: target, holds, dry_run: true })?;
        return Ok(Outcome::Done);
    }
    let writer = ctx.writer(&connection).await?;
    let path = format!("/v1/subscriptions/{}", segment(target.seen().id()));
    let mut answer = target.object.clone();
    let params = params(&holds);
    if !params.is_empty() {
        answer = writer.post(&path, &Value::Object(params), &super::fresh_key()?).await?.body;
    }
    if holds.contains(&Hold::Stopped) {
        answer = writer.post(&format!("{path}/resume"), &json!({}), &super::fresh_key()?).await?.body;
    }
    let subscribed = desk.after(answer).await?;
    ctx.show(&Resumed { subscribed, holds, dry_run: false })?;
    Ok(Outcome::Done)
}

/// What is lifted.
fn chosen(target: &Subscribed, what: Option<What>) -> anyhow::Result<Vec<Hold>> {
    let words = target.words();
    let all = Hold::all(target.seen());
    let kinds = [What::Pause, What::Cancellation];
    if what.is_none() && kinds.into_iter().all(|kind| all.iter().any(|hold| hold.is(kind))) {
        return Err(fail(
            Kind::Usage,
            format!("{words} is paused, and is to end as well; nothing was sent"),
            "Say which of the two is lifted, with `--what pause` or `--what cancellation`",
        ));
    }
    let chosen: Vec<Hold> = all.into_iter().filter(|hold| what.is_none_or(|what| hold.is(what))).collect();
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    let missing = match what {
        None => "is neither paused nor about to end".to_owned(),
        Some(What::Pause) => "is not paused".to_owned(),
        Some(What::Cancellation) => "is not about to end".to_owned(),
    };
    Err(fail(
        Kind::Failed,
        format!("{words} {missing}: it is {}; nothing was sent", target.seen().status()),
        "See how it stands with `billctl subscription show`",
    ))
}

/// The update that lifts what an update can lift.
fn params(holds: &[Hold]) -> Map<String, Value> {
    let mut params = Map::new();
    for hold in holds {
        match hold {
            Hold::Stopped => {}
            Hold::Uncollected => drop(params.insert("pause_collection".to_owned(), json!(""))),
            Hold::AtPeriodEnd => drop(params.insert("cancel_at_period_end".to_owned(), json!(false))),
            Hold::At(_) => drop(params.insert("cancel_at".to_owned(), json!(""))),
        }
    }
    params
}

struct Resumed {
    subscribed: Subscribed,
    holds: Vec<Hold>,
    dry_run: bool,
}

impl Present for Resumed {
    fn json(&self) -> Value {
        let mut json = self.subscribed.json();
        json["dry_run"] = json!(self.dry_run);
        json
    }

    fn view(&self) -> View {
        let words = self.subscribed.words();
        let lifted: Vec<String> = self.holds.iter().map(|hold| hold.lifted()).collect();
        let lifted = lifted.join(", ");
        View::new().line(match self.dry_run {
            true => Text::from(format!("Would let {words} go on: {lifted}")),
            false => Text::new(Role::Create, format!("{words} goes on: {lifted}")),
        })
    }
}
