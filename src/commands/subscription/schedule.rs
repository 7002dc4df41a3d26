//! `billctl subscription schedule`: a change that comes at a time.
//!
//! Stripe takes two steps to it: a schedule made from the subscription, which changes nothing, and its phases. What is left
//! of the first one, if the second never came, is used by the next call.

use serde_json::{Value, json};

use super::change::{check_state, check_still};
use super::preview::{self, Preview, Proration};
use super::subscribed::Subscribed;
use super::target::Desk;
use super::wanted::{self, Target, To};
use crate::billing::credits::Expiry;
use crate::billing::subscription::change;
use crate::billing::subscription::preview::{Cost, Renewal};
use crate::billing::subscription::schedule::{Coming, Later, coming, phases};
use crate::commands::Outcome;
use crate::commands::credits::expiry;
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Present, Role, Text, View};
use crate::stripe::error::Outcome as Sent;
use crate::stripe::lists::Found;
use crate::stripe::{Writer, segment};

/// Where a single schedule is read.
const ROUTE: &str = "/v1/subscription_schedules/{}";

/// Let a subscription change at a time; show or drop what is scheduled
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl subscription schedule u_1 --plan business --at 2027-01-01
  billctl subscription schedule u_1
  billctl subscription schedule u_1 --drop")]
pub struct ScheduleArgs {
    /// The subject, a customer's id, or a subscription's
    pub subject: String,
    #[command(flatten)]
    pub to: To,
    /// When: 2027-01-01, 2027-01-01T12:00:00Z, or 30d from now
    #[arg(long, value_name = "TIME", value_parser = expiry::parse)]
    pub at: Option<Expiry>,
    /// What becomes of the rest of the period that the change falls into [default: create]
    #[arg(long, value_name = "HOW", requires = "at", conflicts_with = "drop")]
    pub proration: Option<Proration>,
    /// Drop what is scheduled: the subscription stays as it is
    #[arg(long, conflicts_with_all = ["at", "plan", "price", "quantity", "from_price"])]
    pub drop: bool,
}

pub async fn run(ctx: &Context, args: ScheduleArgs) -> anyhow::Result<Outcome> {
    let connection = ctx.stripe().await?;
    let mut desk = Desk::open(ctx, &connection)?;
    if args.drop {
        ctx.check_policy()?;
        return drop_schedule(&mut desk, &args.subject).await;
    }
    let Some(at) = args.at else {
        if !args.to.is_empty() {
            return Err(fail(
                Kind::Usage,
                "Nothing says when the change is to come; nothing was sent",
                "Say when with `--at TIME`; `billctl subscription change` changes it now, or with `--at-period-end`",
            ));
        }
        return show(&mut desk, &args.subject).await;
    };
    if args.to.is_empty() {
        return Err(fail(
            Kind::Usage,
            "Nothing says what the subscription is to become; nothing was sent",
            "Name a plan with `--plan KEY`, a price with `--price PRICE`, or how many with `--quantity N`",
        ));
    }
    ctx.check_policy()?;
    let from = desk.going(&args.subject).await?;
    check_state(&from, &args.subject)?;
    let now = desk.time_of(from.seen()).await?;
    let second = at.of(now);
    if second <= now {
        return Err(fail(
            Kind::Usage,
            format!("`--at {}` is over; nothing was sent", time(second)),
            "Name a later time",
        ));
    }
    let target = wanted::target(ctx, &desk.reader, &from, &args.to).await?;
    let proration = args.proration.unwrap_or(Proration::Create);
    change(&mut desk, from, &target, Change { at: Some(second), proration }).await
}

/// When a change comes, and what becomes of the period that it falls into.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    /// In seconds since 1970; none for the end of the current period.
    pub at: Option<i64>,
    pub proration: Proration,
}

/// Shows what a change costs that comes later, asks, and schedules it.
///
/// # Errors
/// `Failed` where another change is scheduled already; else what Stripe says.
pub async fn change(
    desk: &mut Desk<'_>,
    from: Subscribed,
    target: &Target,
    change: Change,
) -> anyhow::Result<Outcome> {
    let ctx = desk.ctx;
    let seen = from.seen();
    let end = seen.period_end();
    let at = change.at.or(end).unwrap_or_default();
    // A phase ends no later than its trial: the trial would be cut short, and charged for.
    if let Some(trial_end) =
        seen.trial_end().filter(|trial_end| seen.status() == "trialing" && at < *trial_end)
    {
        return Err(fail(
            Kind::Failed,
            format!(
                "{} is on trial until {}, and a change within that would end it; nothing was sent",
                from.words(),
                time(trial_end)
            ),
            "Change it now, which goes on with the trial, with `billctl subscription change`; or name a time after the trial",
        ));
    }
    let items = change::phase_items(&seen.items(), &target.changes);
    let standing = standing(desk, &from).await?;
    if let Some(first) = standing.as_ref().map(coming).unwrap_or_default().first() {
        if is_same(first, at, &items) {
            ctx.show(&Scheduled {
                subscribed: from,
                coming: vec![first.clone()],
                state: State::Before,
                preview: None,
            })?;
            return Ok(Outcome::Done);
        }
        return Err(fail(
            Kind::Failed,
            format!(
                "{} has a change scheduled for {} already; nothing was sent",
                from.words(),
                time(first.at)
            ),
            format!("Drop that first: `billctl subscription schedule {} --drop`", from.name()),
        ));
    }
    // What falls into a later period can't be previewed: then it is what the price costs.
    let within = end.is_some_and(|end| at < end);
    let proration = if within { change.proration } else { Proration::None };
    let params = change::params(&target.changes);
    let mut cost = preview::ask(&desk.reader, seen, &params, proration, at).await?;
    if !within {
        let total = match cost.now {
            0 => cost.renewal.as_ref().map(|renewal| renewal.total),
            // Of a price with another interval, the first period begins then.
            first => Some(first),
        };
        let renewal = total.map(|total| Renewal { at, total });
        cost = Cost { now: 0, due_now: 0, prorated: 0, lines: Vec::new(), renewal };
    }
    let currency = seen.currency().to_owned();
    let preview = Preview { what: from.words(), to: target.words.clone(), currency, cost, at: Some(at) };
    if ctx.settings().dry_run {
        let state = State::DryRun;
        ctx.show(&Scheduled { subscribed: from, coming: Vec::new(), state, preview: Some(preview) })?;
        return Ok(Outcome::Done);
    }
    ctx.propose(&preview)?;
    if !ctx.confirm(&format!("Schedule it: {}?", preview.words()))? {
        ctx.ui().status("Nothing was scheduled");
        return Ok(Outcome::Done);
    }
    check_still(desk, &from).await?;
    let writer = ctx.writer(desk.connection).await?;
    let later = Later {
        at: change.at,
        items,
        interval: &target.interval,
        interval_count: target.interval_count,
        proration: change.proration.word(),
    };
    let schedule = plan(&writer, &from, standing, &later).await?;
    let subscribed = keep(desk, from, &schedule).await?;
    let state = State::Done;
    ctx.show(&Scheduled { subscribed, coming: coming(&schedule), state, preview: Some(preview) })?;
    Ok(Outcome::Done)
}

/// The schedule that a subscription has, if it has one.
async fn standing(desk: &Desk<'_>, from: &Subscribed) -> anyhow::Result<Option<Value>> {
    let Some(id) = from.seen().schedule() else { return Ok(None) };
    match desk.reader.find(ROUTE, id).await?.value {
        Found::Object(schedule) => Ok(Some(schedule)),
        Found::Gone => Ok(None),
    }
}

fn is_same(first: &Coming, at: i64, items: &Value) -> bool {
    let wanted: Vec<(String, Option<i64>)> = items
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| {
            let price = item.get("price").and_then(Value::as_str).unwrap_or_default().to_owned();
            (price, item.get("quantity").and_then(Value::as_i64))
        })
        .collect();
    first.at == at && first.items == wanted
}

async fn plan(
    writer: &Writer,
    from: &Subscribed,
    standing: Option<Value>,
    later: &Later<'_>,
) -> anyhow::Result<Value> {
    let is_new = standing.is_none();
    let schedule = match standing {
        Some(schedule) => schedule,
        None => {
            let params = json!({"from_subscription": from.seen().id()});
            writer.post("/v1/subscription_schedules", &params, &super::fresh_key()?).await?.body
        }
    };
    let id = schedule.get("id").and_then(Value::as_str).unwrap_or_default();
    let path = format!("/v1/subscription_schedules/{}", segment(id));
    let Some(phases) = phases(&schedule, later) else {
        return Err(fail(
            Kind::Failed,
            format!("The schedule {id} has no current phase; nothing was changed"),
            format!("Drop it: `billctl subscription schedule {} --drop`", from.name()),
        ));
    };
    let params = json!({"phases": phases, "end_behavior": "release", "proration_behavior": "none"});
    match writer.post(&path, &params, &super::fresh_key()?).await {
        Ok(reply) => Ok(reply.body),
        Err(error) => {
            // Nothing is left behind of what was refused. Should that fail too, the next call uses what there is.
            if is_new && error.outcome() == Sent::NotDone {
                let _ = writer.post(&format!("{path}/release"), &json!({}), &super::fresh_key()?).await;
            }
            Err(error.into())
        }
    }
}

/// Brings the mirror up to date after a change of a schedule.
async fn keep(desk: &mut Desk<'_>, from: Subscribed, schedule: &Value) -> anyhow::Result<Subscribed> {
    let id = schedule.get("id").and_then(Value::as_str).unwrap_or_default();
    if let Err(error) = desk.keep("subscription_schedule", ROUTE, id).await {
        desk.ctx.ui().warn(&format!("It is done, but the mirror could not be brought up to date: {error}"));
    }
    desk.after(from.object).await
}

async fn show(desk: &mut Desk<'_>, text: &str) -> anyhow::Result<Outcome> {
    let from = desk.going(text).await?;
    let schedule = standing(desk, &from).await?;
    let coming = schedule.as_ref().map(coming).unwrap_or_default();
    desk.ctx.show(&Scheduled { subscribed: from, coming, state: State::Shown, preview: None })?;
    Ok(Outcome::Done)
}

async fn drop_schedule(desk: &mut Desk<'_>, text: &str) -> anyhow::Result<Outcome> {
    let ctx = desk.ctx;
    let from = desk.going(text).await?;
    let Some(schedule) = standing(desk, &from).await? else {
        return Err(fail(
            Kind::Failed,
            format!("Nothing is scheduled for {}; nothing was sent", from.words()),
            "See how it stands with `billctl subscription show`",
        ));
    };
    let dropped = coming(&schedule);
    if ctx.settings().dry_run {
        let state = State::WouldDrop;
        ctx.show(&Scheduled { subscribed: from, coming: dropped, state, preview: None })?;
        return Ok(Outcome::Done);
    }
    let id = schedule.get("id").and_then(Value::as_str).unwrap_or_default();
    let path = format!("/v1/subscription_schedules/{}/release", segment(id));
    let writer = ctx.writer(desk.connection).await?;
    writer.post(&path, &json!({}), &super::fresh_key()?).await?;
    let subscribed = keep(desk, from, &schedule).await?;
    ctx.show(&Scheduled { subscribed, coming: dropped, state: State::Dropped, preview: None })?;
    Ok(Outcome::Done)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Done,
    /// It was scheduled before.
    Before,
    DryRun,
    Shown,
    Dropped,
    WouldDrop,
}

struct Scheduled {
    subscribed: Subscribed,
    /// What comes, or would have come.
    coming: Vec<Coming>,
    state: State,
    preview: Option<Preview>,
}

impl Present for Scheduled {
    fn json(&self) -> Value {
        let mut json = self.subscribed.json();
        let coming = self.coming.iter().map(|phase| {
            let items =
                phase.items.iter().map(|(price, quantity)| json!({"price": price, "quantity": quantity}));
            json!({"at": time(phase.at), "items": items.collect::<Vec<_>>()})
        });
        let is_gone = matches!(self.state, State::Dropped);
        let list: Vec<Value> = coming.collect();
        json["scheduled"] = if is_gone { json!([]) } else { json!(list) };
        json["dropped"] = if is_gone { json!(list) } else { json!([]) };
        json["preview"] = self.preview.as_ref().map_or(Value::Null, Present::json);
        json["done_before"] = json!(self.state == State::Before);
        json["dry_run"] = json!(matches!(self.state, State::DryRun | State::WouldDrop));
        json
    }

    fn view(&self) -> View {
        let words = self.subscribed.words();
        let line = match (self.state, &self.preview) {
            (State::DryRun, Some(preview)) => return preview.view(),
            (State::Done, Some(preview)) => {
                let when = preview.at.map_or_else(String::new, time);
                let line = format!("{words} becomes {} at {when}: {}", preview.to, preview.words());
                Text::new(Role::Change, line)
            }
            (State::DryRun | State::Done, None) => Text::from(words),
            (State::Before, _) => Text::from(format!("Scheduled before, and not again, for {words}")),
            (State::Shown, _) if self.coming.is_empty() => {
                Text::from(format!("Nothing is scheduled for {words}"))
            }
            (State::Shown, _) => Text::from(format!("Scheduled for {words}")),
            (State::Dropped, _) => Text::new(Role::Delete, format!("Dropped what was scheduled for {words}")),
            (State::WouldDrop, _) => Text::from(format!("Would drop what is scheduled for {words}")),
        };
        let view = View::new().line(line);
        if self.state == State::Done {
            return view;
        }
        view.fields(self.coming.iter().map(|phase| {
            let items = phase.items.iter().map(|(price, quantity)| match quantity {
                Some(quantity) => format!("{quantity} × {price}"),
                None => price.clone(),
            });
            (time(phase.at), Text::from(items.collect::<Vec<_>>().join(", ")))
        }))
    }
}
