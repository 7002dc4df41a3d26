//! `usage check`

use serde_json::{Value, json};

use super::metric::{Metric, counted_as};
use super::quantity::{Amount, QuantityArgs};
use super::result::Held;
use super::way_out::{Way, WayArgs, way_out};
use crate::billing::catalog::file::IfUnreadable;
use crate::commands::Outcome;
use crate::commands::subject;
use crate::commands::subject::entitled::Known;
use crate::context::Context;
use crate::error::{Kind, fail, fail_plain};
use crate::render::{Present, Role, Text, View};
use crate::store::books::Books;
use crate::store::is_of_a_file;
use crate::store::mirror::Mirror;

/// Ask whether a subject may use so much more (exit code 4 if not), and record nothing
///
/// Two that ask at once may both be told yes: `usage record --enforce` and `usage reserve` ask and take in one step.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl usage check u_1 posts && publish
  billctl usage check u_1 posts --checkout -o json       with a link to the next plan where it is refused
  billctl usage check u_1 spending --unit token=12000 --unit minute=90s -o json")]
pub struct CheckArgs {
    /// The subject, or a customer's id
    pub subject: String,
    /// What is limited
    pub metric: String,
    #[command(flatten)]
    pub quantity: QuantityArgs,
    #[command(flatten)]
    pub way: WayArgs,
}

pub async fn run(ctx: &Context, args: CheckArgs) -> anyhow::Result<Outcome> {
    // What can't be meant is an error, whatever the store says.
    let CheckArgs { subject, metric, quantity, way } = args;
    let amount = quantity.amount().map_err(|error| fail_plain(Kind::Usage, error))?;
    let stores = ctx.books().and_then(|books| Ok((books, ctx.mirror()?)));
    let (books, mirror) = match stores {
        Ok(stores) => stores,
        Err(error) => return unreadable(ctx, &subject, &metric, error),
    };
    match ask(ctx, (&books, &mirror), [&subject, &metric], &amount, &way).await {
        // It could be opened, and then not be read.
        Err(error) if is_of_a_file(&error) => unreadable(ctx, &subject, &metric, error),
        asked => asked,
    }
}

async fn ask(
    ctx: &Context,
    (books, mirror): (&Books, &Mirror),
    [subject, metric]: [&str; 2],
    amount: &Amount,
    way: &WayArgs,
) -> anyhow::Result<Outcome> {
    let who = subject::anybody(books, mirror, subject)?;
    let known = Known::read(ctx, mirror, &who)?;
    let entitlement = known.entitlement(ctx)?;
    let mut metric = Metric::of(&ctx.catalog()?.catalog, &entitlement, metric, known.now)?;
    let asked = metric.quantity(amount)?;
    if asked < i64::from(!amount.is_cost()) {
        return Err(fail(
            Kind::Usage,
            "A quantity is above 0; nothing was checked",
            "Say how much is meant to be used: `--quantity N`",
        ));
    }
    let name = counted_as(&who, subject);
    metric.look_up_free_credits(ctx, books, name)?;
    let held = Held::read(books, name, &metric, asked, known.now)?;
    let allowed = held.check.allowed();
    let link = match !allowed && way.is_wanted() {
        true => Some(way_out(ctx, way, &who, &entitlement, &held).await),
        false => None,
    };
    ctx.show(&Checked { held, link })?;
    Ok(if allowed { Outcome::Done } else { Outcome::Limit })
}

/// What the policy answers where nothing can be looked up. It is never implied: without a word in the policy it is an
/// error.
fn unreadable(ctx: &Context, subject: &str, metric: &str, error: anyhow::Error) -> anyhow::Result<Outcome> {
    let answer = ctx.policy()?.and_then(|policy| policy.usage).and_then(|usage| usage.if_unreadable);
    let Some(answer) = answer else { return Err(error) };
    let allowed = answer == IfUnreadable::Allow;
    ctx.ui().warn(&format!("{error:#}"));
    ctx.show(&Unreadable { subject, metric, allowed })?;
    Ok(if allowed { Outcome::Done } else { Outcome::Limit })
}

struct Checked<'a> {
    held: Held<'a>,
    /// Where more can be had; the outer one is none where that was not asked.
    link: Option<Option<Way>>,
}

impl Present for Checked<'_> {
    fn json(&self) -> Value {
        let mut json = self.held.json();
        json["allowed"] = json!(self.held.check.allowed());
        if let Some(link) = &self.link {
            json["link"] = link.as_ref().map_or(Value::Null, Way::json);
        }
        json
    }

    fn view(&self) -> View {
        let Held { subject, metric, check, resets_at: _, balance: _ } = &self.held;
        let asked = self.held.words(check.asked);
        let line = if check.allowed() {
            Text::new(Role::Create, format!("Allowed: {subject} may use {asked} more of {}", metric.name))
        } else {
            Text::new(Role::Delete, format!("Refused: {subject} may not use {asked} more of {}", metric.name))
        };
        let mut fields = self.held.fields();
        if let Some(Way { url, kind: _, product }) = self.link.iter().flatten().next() {
            fields.push(("more", Text::from(format!("with {product}: {url}"))));
        }
        View::new().line(line).fields(fields)
    }
}

struct Unreadable<'a> {
    subject: &'a str,
    metric: &'a str,
    allowed: bool,
}

impl Present for Unreadable<'_> {
    fn json(&self) -> Value {
        let Unreadable { subject, metric, allowed } = self;
        json!({"subject": subject, "metric": metric, "used": null, "limit": null, "remaining": null,
               "resets_at": null, "allowed": allowed, "unreadable": true})
    }

    fn view(&self) -> View {
        let (role, word) = if self.allowed { (Role::Create, "Allowed") } else { (Role::Delete, "Refused") };
        View::new().line(Text::new(role, format!("{word}: the policy says so where nothing can be read")))
    }
}
