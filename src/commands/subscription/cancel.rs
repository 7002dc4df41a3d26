//! `billctl subscription cancel`: the end of a subscription, now or with its period.

use serde_json::{Map, Value, json};

use super::money_back::{self, Due, Refund};
use super::subscribed::Subscribed;
use super::target::Desk;
use crate::billing::subscription::Seen;
use crate::billing::subscription::refund::REFUND_NOTE;
use crate::commands::Outcome;
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::{Explain as _, Kind, fail};
use crate::render::{Present, Role, Text, View};
use crate::stripe::{Writer, segment};

/// Cancel a subscription: now, or at the end of the period that is paid
///
/// `--reason` is kept with it as a comment. A refund is worked out to the second, of what was paid with money for the current
/// period, and is made once, however often the command is repeated.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl subscription cancel u_1 --at-period-end --feedback too_expensive
  billctl subscription cancel u_1 --now --refund prorated --reason 'Moved to another tool'
  billctl subscription cancel u_1 --now --refund prorated --dry-run")]
pub struct CancelArgs {
    /// The subject, a customer's id, or a subscription's
    pub subject: String,
    #[command(flatten)]
    pub when: When,
    /// Why, in one of Stripe's words
    #[arg(long, value_name = "WORD")]
    pub feedback: Option<Feedback>,
    /// What goes back of what was paid for the current period [default: none]
    #[arg(long, value_name = "WHAT", conflicts_with = "at_period_end")]
    pub refund: Option<Refund>,
    /// Bill at once what was used and not billed yet
    #[arg(long, conflicts_with = "at_period_end")]
    pub invoice_now: bool,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct When {
    /// It ends at once
    #[arg(long)]
    pub now: bool,
    /// It goes on to the end of the period that is paid
    #[arg(long)]
    pub at_period_end: bool,
}

/// Stripe's words for why somebody leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Feedback {
    CustomerService,
    LowQuality,
    MissingFeatures,
    Other,
    SwitchedService,
    TooComplex,
    TooExpensive,
    Unused,
}

impl Feedback {
    fn word(self) -> &'static str {
        match self {
            Feedback::CustomerService => "customer_service",
            Feedback::LowQuality => "low_quality",
            Feedback::MissingFeatures => "missing_features",
            Feedback::Other => "other",
            Feedback::SwitchedService => "switched_service",
            Feedback::TooComplex => "too_complex",
            Feedback::TooExpensive => "too_expensive",
            Feedback::Unused => "unused",
        }
    }
}

pub async fn run(ctx: &Context, args: CancelArgs) -> anyhow::Result<Outcome> {
    ctx.check_policy()?;
    let connection = ctx.stripe().await?;
    let mut desk = Desk::open(ctx, &connection)?;
    if args.when.at_period_end {
        return at_period_end(&mut desk, &args).await;
    }
    now(&mut desk, &args).await
}

async fn at_period_end(desk: &mut Desk<'_>, args: &CancelArgs) -> anyhow::Result<Outcome> {
    let ctx = desk.ctx;
    let target = desk.going(&args.subject).await?;
    let seen = target.seen();
    if let Some(schedule) = seen.schedule() {
        return Err(fail(
            Kind::Failed,
            format!("{} has a change scheduled ({schedule}); nothing was sent", target.words()),
            format!("Drop that first: `billctl subscription schedule {} --drop`", args.subject),
        ));
    }
    if seen.status() == "incomplete" {
        return Err(fail(
            Kind::Failed,
            format!("{} has not begun: its first payment never came; nothing was sent", target.words()),
            "End it with `--now`",
        ));
    }
    let state = if seen.cancels_at_period_end() { State::Before } else { State::Done };
    let mut canceled = Canceled { subscribed: target, at_period_end: true, due: None, state };
    if ctx.settings().dry_run {
        canceled.state = if state == State::Before { state } else { State::DryRun };
    } else if state != State::Before {
        let mut params = json!({"cancel_at_period_end": true});
        if let Some(details) = details(ctx, args) {
            params["cancellation_details"] = details;
        }
        let writer = ctx.writer(desk.connection).await?;
        let path = path(canceled.subscribed.seen());
        let answer = writer.post(&path, &params, &super::fresh_key()?).await?.body;
        canceled.subscribed = desk.after(answer).await?;
    }
    ctx.show(&canceled)?;
    Ok(Outcome::Done)
}

async fn now(desk: &mut Desk<'_>, args: &CancelArgs) -> anyhow::Result<Outcome> {
    let ctx = desk.ctx;
    let refund = args.refund.unwrap_or(Refund::None);
    let target = match unfinished(desk, &args.subject, refund).await? {
        Some(ended) => Subscribed::new(ctx, &desk.books, ended)?,
        None => desk.going(&args.subject).await?,
    };
    let is_over = target.seen().is_over();
    let at = match target.seen().ended_at().filter(|_| is_over) {
        Some(at) => at,
        None => desk.time_of(target.seen()).await?,
    };
    let due = money_back::due(&desk.reader, target.seen(), at, refund).await?;
    if ctx.settings().dry_run {
        let due = (refund != Refund::None).then_some(due);
        ctx.show(&Canceled { subscribed: target, at_period_end: false, due, state: State::DryRun })?;
        return Ok(Outcome::Done);
    }
    if !ctx.confirm(&question(&target, &due, is_over))? {
        ctx.ui().status("Nothing was canceled");
        return Ok(Outcome::Done);
    }
    let writer = ctx.writer(desk.connection).await?;
    let subscribed = if is_over { target } else { end(desk, &writer, args, target, refund).await? };
    let id = subscribed.seen().id().to_owned();
    let state = if is_over { State::Before } else { State::Done };
    let mut canceled = Canceled { subscribed, at_period_end: false, due: None, state };
    if refund != Refund::None {
        let object = canceled.subscribed.object.clone();
        let finished = give_back(desk, &writer, Seen(&object), refund).await;
        canceled.due = Some(finished.explain(
            Kind::Partial,
            || format!("{id} is canceled, but not all of the money went back"),
            "The same command again does the rest, once",
        )?);
    }
    ctx.show(&canceled)?;
    Ok(Outcome::Done)
}

/// A subscription that the same command ended before, and whose refund may be missing.
async fn unfinished(desk: &mut Desk<'_>, text: &str, refund: Refund) -> anyhow::Result<Option<Value>> {
    if refund == Refund::None {
        return Ok(None);
    }
    let all = desk.all(text).await?;
    if all.iter().any(|object| !Seen(object).is_over()) {
        return Ok(None);
    }
    Ok(all.into_iter().find(|object| Refund::noted(Seen(object)) == Some(refund)))
}

fn question(target: &Subscribed, due: &Due, is_over: bool) -> String {
    let words = target.words();
    match (is_over, due.total()) {
        (false, 0) => format!("Cancel {words} now?"),
        (false, _) => format!("Cancel {words} now, and give back {}?", due.words()),
        (true, _) => format!("{words} is canceled already. See to it that {} goes back?", due.words()),
    }
}

async fn end(
    desk: &mut Desk<'_>,
    writer: &Writer,
    args: &CancelArgs,
    target: Subscribed,
    refund: Refund,
) -> anyhow::Result<Subscribed> {
    let path = path(target.seen());
    if refund != Refund::None {
        // Durable in Stripe before anything ends: whatever happens now, the same command knows what is missing.
        let params = json!({"metadata": {REFUND_NOTE: refund.word()}});
        writer.post(&path, &params, &super::fresh_key()?).await?;
    }
    let mut params = Map::new();
    if let Some(details) = details(desk.ctx, args) {
        params.insert("cancellation_details".to_owned(), details);
    }
    if args.invoice_now {
        params.insert("invoice_now".to_owned(), json!(true));
    }
    let reply = writer.delete_with(&path, &Value::Object(params)).await?;
    // Where an earlier attempt had ended it, the answer is that there is nothing to end.
    let answer = if reply.already_gone { target.object } else { reply.body };
    desk.after(answer).await
}

async fn give_back(
    desk: &mut Desk<'_>,
    writer: &Writer,
    seen: Seen<'_>,
    refund: Refund,
) -> anyhow::Result<Due> {
    let at = match seen.ended_at() {
        Some(at) => at,
        None => desk.time_of(seen).await?,
    };
    let mut due = money_back::due(&desk.reader, seen, at, refund).await?;
    money_back::pay_back(desk, writer, seen, &mut due).await?;
    Ok(due)
}

fn path(seen: Seen<'_>) -> String {
    format!("/v1/subscriptions/{}", segment(seen.id()))
}

/// What Stripe keeps of why it ends.
fn details(ctx: &Context, args: &CancelArgs) -> Option<Value> {
    let mut details = Map::new();
    if let Some(comment) = &ctx.settings().reason {
        details.insert("comment".to_owned(), json!(comment));
    }
    if let Some(feedback) = args.feedback {
        details.insert("feedback".to_owned(), json!(feedback.word()));
    }
    (!details.is_empty()).then_some(Value::Object(details))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Done,
    /// It was so before.
    Before,
    DryRun,
}

struct Canceled {
    subscribed: Subscribed,
    at_period_end: bool,
    /// What goes back, or went back; `None` where nobody asked for it.
    due: Option<Due>,
    state: State,
}

impl Present for Canceled {
    fn json(&self) -> Value {
        let mut json = self.subscribed.json();
        json["refund"] = self.due.as_ref().map_or(Value::Null, Due::json);
        json["done_before"] = json!(self.state == State::Before);
        json["dry_run"] = json!(self.state == State::DryRun);
        json
    }

    fn view(&self) -> View {
        let Canceled { subscribed, at_period_end, due, state } = self;
        let (seen, words) = (subscribed.seen(), subscribed.words());
        let end = seen.ends_at().or(seen.period_end()).map_or_else(String::new, time);
        let line = match (at_period_end, state) {
            (true, State::Done) => Text::new(Role::Change, format!("{words} ends at {end}")),
            (true, State::Before) => Text::from(format!("{words} ends at {end} already")),
            (true, State::DryRun) => Text::from(format!("Would let {words} end at {end}")),
            (false, State::Done) => Text::new(Role::Delete, format!("Canceled {words}")),
            (false, State::Before) => Text::from(format!("{words} was canceled before")),
            (false, State::DryRun) => Text::from(format!("Would cancel {words} now")),
        };
        let mut view = View::new().line(line);
        let verb = if *state == State::DryRun { "would go back" } else { "went back" };
        if due.as_ref().is_some_and(Due::is_nothing) {
            view = view.line(format!("Nothing {verb}: nothing is left of what was paid"));
        } else if let Some(due) = due {
            view = view.line(format!("{} {verb}", due.words()));
            let fields = due.parts.iter().map(|part| {
                let refund = part.refund.as_deref().unwrap_or("to be made");
                (part.payment_intent.clone(), Text::from(refund))
            });
            view = view.fields(fields);
            if due.set_off > 0 {
                let money = crate::commands::amount::words(due.set_off, &due.currency);
                let line = format!("{money} more stands to their credit since a change of plan");
                view = view.line(line);
            }
            if due.short > 0 {
                let money = crate::commands::amount::words(due.short, &due.currency);
                let line = format!(
                    "{money} more can't go back by itself: it was paid elsewhere, or went back before"
                );
                view = view.line(Text::new(Role::Change, line));
            }
        }
        match self.at_period_end && self.state == State::Done {
            true => view.line(Text::new(
                Role::Hint,
                format!("`billctl subscription resume {}` lets it go on", subscribed.name()),
            )),
            false => view,
        }
    }
}
