//! `billctl customer entitlements`: what a subject may do now, and why.

use serde_json::{Value, json};

use crate::billing::entitlement::{Entitlement, Verdict};
use crate::commands::Outcome;
use crate::commands::events::{age, pull};
use crate::commands::moment::time;
use crate::commands::subject::entitled::{self, Known};
use crate::commands::subject::{self, Who, limits};
use crate::context::Context;
use crate::render::{Column, Present, Role, Table, Text, View};

/// Show which plan and limits hold for a subject now, what it falls back to, and why
///
/// Reads the mirror and the billing file, and asks Stripe nothing. Somebody who never paid has the default plan, whether
/// their name is known or not.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl customer entitlements u_1
  billctl customer entitlements u_1 -o json | jq -r .plan")]
pub struct EntitlementsArgs {
    /// The subject, or a customer's id
    pub subject: String,
    /// Read new events from Stripe first
    #[arg(long)]
    pub fresh: bool,
}

pub async fn run(ctx: &Context, args: EntitlementsArgs) -> anyhow::Result<Outcome> {
    if args.fresh {
        pull::pull(ctx, None).await?;
    }
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    let who = match subject::look_up(&books, &mirror, &args.subject)? {
        Some(who) => who,
        None => {
            let near = subject::did_you_mean(&books, &args.subject)?;
            let near = near.unwrap_or_else(|| "The default plan is for whoever has no other".to_owned());
            ctx.ui().hint(&format!("Nobody knows a subject `{}` yet. {near}", args.subject));
            Who { subject: Some(args.subject), customer: None }
        }
    };
    let known = Known::read(ctx, &mirror, &who)?;
    let entitlement = known.entitlement(ctx)?;
    ctx.show(&Shown { who: &who, entitlement: &entitlement, now: known.now })?;
    age::say(ctx, &books, &mirror)?;
    Ok(Outcome::Done)
}

struct Shown<'a> {
    who: &'a Who,
    entitlement: &'a Entitlement<'a>,
    /// In seconds.
    now: i64,
}

impl Present for Shown<'_> {
    fn json(&self) -> Value {
        let mut json = entitled::json(self.who, self.entitlement);
        json["free_credits"] = json!(self.entitlement.free_credits());
        json["considered"] = json!(entitled::considered_json(self.entitlement));
        json["at"] = json!(time(self.now));
        json
    }

    fn view(&self) -> View {
        let Shown { who, entitlement, now: _ } = self;
        let mut fields = vec![("plan", Text::new(Role::Strong, entitled::plan_words(entitlement)))];
        fields.push(("why", Text::from(entitled::reason_words(entitlement))));
        if let Some(until) = entitlement.until {
            fields.push(("until", Text::from(time(until))));
        }
        if let Some(next) = entitlement.falls_back_to {
            fields.push(("then", Text::from(next)));
        }
        fields.push(("customer", Text::from(who.customer.as_deref().unwrap_or("none"))));
        for (metric, limit) in entitlement.limits() {
            fields.push(("limit", Text::from(format!("{metric}: {}", limits::words(limit)))));
        }
        if !entitlement.features.is_empty() {
            let features: Vec<&str> = entitlement.features.iter().copied().collect();
            fields.push(("features", Text::from(features.join(", "))));
        }
        let view = View::new().fields(fields);
        if entitlement.considered.len() < 2 {
            return view;
        }
        let mut table =
            Table::new([Column::id("subscription"), Column::id("plan"), Column::words("how it stands")]);
        for Verdict { subscription, plan, standing } in &entitlement.considered {
            let role = if standing.holds { Role::Create } else { Role::Hint };
            table.row([
                Text::from(subscription.id.as_str()),
                Text::from(plan.unwrap_or("-")),
                Text::new(role, standing.reason.words()),
            ]);
        }
        view.blank().table(table)
    }
}
