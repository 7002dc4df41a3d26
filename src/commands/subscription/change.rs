//! `billctl subscription change`: another plan, price or quantity, with a look at what it costs first.

use serde_json::{Value, json};

use super::preview::{self, Preview, Proration};
use super::schedule;
use super::subscribed::Subscribed;
use super::target::Desk;
use super::wanted::{self, Target, To};
use crate::billing::subscription::migration::is_charged;
use crate::billing::subscription::{Seen, change};
use crate::commands::Outcome;
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::{Kind, Note, fail};
use crate::render::{Present, Role, Text, View};
use crate::stripe::{StripeError, Writer, segment};

/// Change a subscription to another plan, price or quantity
///
/// Shows first what it costs, now and at the next renewal, as Stripe's own invoice preview says, and asks; what is then
/// applied is worked out for the same second. If a payment that is due at once fails, nothing is changed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl subscription change u_1 --plan business --dry-run
  billctl subscription change u_1 --plan business --proration always_invoice
  billctl subscription change u_1 --plan starter --at-period-end
  billctl subscription change u_1 --price yearly
  billctl subscription change c_42 --quantity 12
  billctl subscription change c_42 --quantity 3 --from-price seats.monthly      of several prices, this one")]
pub struct ChangeArgs {
    /// The subject, a customer's id, or a subscription's
    pub subject: String,
    #[command(flatten)]
    pub to: To,
    /// What becomes of the rest of the current period [default: create]
    #[arg(long, value_name = "HOW", conflicts_with = "at_period_end")]
    pub proration: Option<Proration>,
    /// Change it when the current period ends
    #[arg(long)]
    pub at_period_end: bool,
}

pub async fn run(ctx: &Context, args: ChangeArgs) -> anyhow::Result<Outcome> {
    if args.to.is_empty() {
        return Err(fail(
            Kind::Usage,
            "Nothing says what the subscription is to become",
            "Name a plan with `--plan KEY`, a price with `--price PRICE`, or how many with `--quantity N`",
        ));
    }
    ctx.check_policy()?;
    let connection = ctx.stripe().await?;
    let mut desk = Desk::open(ctx, &connection)?;
    let from = desk.going(&args.subject).await?;
    check_state(&from, &args.subject)?;
    let target = wanted::target(ctx, &desk.reader, &from, &args.to).await?;
    if target.changes.is_empty() {
        ctx.show(&Unchanged(from))?;
        return Ok(Outcome::Done);
    }
    if args.at_period_end {
        let later = schedule::Change { at: None, proration: Proration::None };
        return schedule::change(&mut desk, from, &target, later).await;
    }
    let change = Change { proration: args.proration.unwrap_or(Proration::Create), target };
    change.run(&mut desk, from).await
}

/// What can be changed at all.
///
/// # Errors
/// `Failed` with what stands in the way.
pub fn check_state(from: &Subscribed, text: &str) -> anyhow::Result<()> {
    let (seen, words) = (from.seen(), from.words());
    let (message, fix) = if seen.status() == "incomplete" {
        (
            format!("{words} has not begun: its first payment never came; nothing was sent"),
            "Let them pay first, or cancel it with `--now`".to_owned(),
        )
    } else if let Some(end) = seen.ends_at() {
        (
            format!("{words} ends at {}; nothing was sent", time(end)),
            format!("Let it go on first: `billctl subscription resume {text}`"),
        )
    } else {
        return Ok(());
    };
    Err(fail(Kind::Failed, message, fix))
}

/// A change that is made at once.
struct Change {
    proration: Proration,
    target: Target,
}

impl Change {
    async fn run(&self, desk: &mut Desk<'_>, from: Subscribed) -> anyhow::Result<Outcome> {
        let ctx = desk.ctx;
        if let Some(schedule) = from.seen().schedule() {
            return Err(fail(
                Kind::Failed,
                format!("{} has a change scheduled ({schedule}); nothing was sent", from.words()),
                format!("Drop that first: `billctl subscription schedule {} --drop`", from.name()),
            ));
        }
        // The preview and what is applied are worked out for the same second.
        let at = desk.time_of(from.seen()).await?.max(from.seen().period_start().unwrap_or_default());
        let items = change::params(&self.target.changes);
        let cost = preview::ask(&desk.reader, from.seen(), &items, self.proration, at).await?;
        let preview = Preview {
            what: from.words(),
            to: self.target.words.clone(),
            currency: from.seen().currency().to_owned(),
            cost,
            at: None,
        };
        if ctx.settings().dry_run {
            ctx.show(&Changed { subscribed: from, preview, dry_run: true })?;
            return Ok(Outcome::Done);
        }
        ctx.propose(&preview)?;
        if !ctx.confirm(&format!("Change it: {}?", preview.words()))? {
            ctx.ui().status("Nothing was changed");
            return Ok(Outcome::Done);
        }
        check_still(desk, &from).await?;
        let writer = ctx.writer(desk.connection).await?;
        let answer = self.apply(&writer, &from, &items, at).await?;
        let subscribed = desk.after(answer).await?;
        ctx.show(&Changed { subscribed, preview, dry_run: false })?;
        Ok(Outcome::Done)
    }

    async fn apply(
        &self,
        writer: &Writer,
        from: &Subscribed,
        items: &Value,
        at: i64,
    ) -> anyhow::Result<Value> {
        let mut params = json!({"items": items, "proration_behavior": self.proration.word()});
        if self.proration != Proration::None {
            params["proration_date"] = json!(at);
        }
        if is_charged(&from.object) {
            params["payment_behavior"] = json!("error_if_incomplete");
            params["off_session"] = json!(true);
        }
        let path = format!("/v1/subscriptions/{}", segment(from.seen().id()));
        let reply = writer.post(&path, &params, &super::fresh_key()?).await;
        Ok(reply.map_err(|error| declined(error, from))?.body)
    }
}

/// Whether it still charges what the preview was worked out from: somebody may have thought about it for long.
///
/// # Errors
/// `Failed` where it was changed since; else what Stripe or the disk refuses.
pub async fn check_still(desk: &mut Desk<'_>, from: &Subscribed) -> anyhow::Result<()> {
    let now = desk.fetch(from.seen().id()).await?.unwrap_or_default();
    let (now, then) = (Seen(&now), from.seen());
    if (now.items(), now.status(), now.schedule()) == (then.items(), then.status(), then.schedule()) {
        return Ok(());
    }
    Err(fail(
        Kind::Failed,
        format!("{} was changed since its preview was made; nothing was sent", from.words()),
        "Run it again, and look at the new preview",
    ))
}

fn declined(error: StripeError, from: &Subscribed) -> anyhow::Error {
    let is_declined = error.status() == Some(402);
    let error = anyhow::Error::from(error);
    if !is_declined {
        return error;
    }
    let fix = format!(
        "Let them pay with another card: `billctl portal create --subject {} --flow payment-method`",
        from.name()
    );
    error.context(Note {
        kind: Kind::Failed,
        message: format!("The payment failed; {} is as it was", from.words()),
        fix: Some(fix),
    })
}

/// It is so already.
struct Unchanged(Subscribed);

impl Present for Unchanged {
    fn json(&self) -> Value {
        let mut json = self.0.json();
        json["changed"] = json!(false);
        json
    }

    fn view(&self) -> View {
        View::new().line(format!("Nothing to change: {} is so already", self.0.words()))
    }
}

struct Changed {
    subscribed: Subscribed,
    preview: Preview,
    dry_run: bool,
}

impl Present for Changed {
    fn json(&self) -> Value {
        let mut json = self.subscribed.json();
        json["preview"] = self.preview.json();
        json["changed"] = json!(!self.dry_run);
        json["dry_run"] = json!(self.dry_run);
        json
    }

    fn view(&self) -> View {
        if self.dry_run {
            return self.preview.view();
        }
        let line = format!("Changed {}: {}", self.subscribed.words(), self.preview.words());
        View::new().line(Text::new(Role::Change, line))
    }
}
