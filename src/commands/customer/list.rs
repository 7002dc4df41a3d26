//! `billctl customer list`: customers with their plans.

use serde_json::{Value, json};

use crate::billing::catalog::nearest::suggest;
use crate::commands::Outcome;
use crate::commands::events::{age, pull};
use crate::commands::moment::time;
use crate::commands::subject::Who;
use crate::commands::subject::entitled::Known;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::store::books::Books;
use crate::store::mirror::{Customer, Mirror};

/// How many customers are looked at in one go.
const PAGE: usize = 500;

/// List customers, the newest first, with their subject and the plan that holds
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl customer list --plan pro
  billctl customer list --status past_due -n 100 -o csv")]
pub struct ListArgs {
    /// Only those on this plan: its key in the billing file
    #[arg(long, value_name = "KEY")]
    pub plan: Option<String>,
    /// Only those whose subscription has this status: active, trialing, past_due, canceled, …; `none` for no subscription
    #[arg(long, value_name = "STATUS")]
    pub status: Option<String>,
    /// At most so many
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// Read new events from Stripe first
    #[arg(long)]
    pub fresh: bool,
}

/// Stripe's statuses of subscriptions, and a word for none.
const STATUSES: [&str; 9] = [
    "active",
    "canceled",
    "incomplete",
    "incomplete_expired",
    "none",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
];

pub async fn run(ctx: &Context, args: ListArgs) -> anyhow::Result<Outcome> {
    let ListArgs { plan, status, limit, fresh } = args;
    check(ctx, plan.as_deref(), status.as_deref())?;
    if fresh {
        pull::pull(ctx, None).await?;
    }
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    let is_everything = plan.is_none() && status.is_none();
    let mut listed: Vec<Line> = Vec::new();
    let mut behind: Option<(i64, String)> = None;
    // One more than is shown tells whether there are more.
    while listed.len() <= limit {
        let place = behind.as_ref().map(|(created, id)| (*created, id.as_str()));
        let wanted = if is_everything { limit + 1 - listed.len() } else { PAGE };
        let page = mirror.customers(place, wanted.min(PAGE))?;
        let Some(last) = page.last() else { break };
        behind = Some((last.created, last.id.clone()));
        for customer in page {
            let line = Line::read(ctx, &books, &mirror, customer)?;
            if line.fits(plan.as_deref(), status.as_deref()) {
                listed.push(line);
            }
        }
    }
    let is_all = listed.len() <= limit;
    listed.truncate(limit);
    ctx.show(&Listed { lines: listed, is_everything })?;
    if !is_all {
        ctx.ui().hint(&format!("There are more than these {limit}; `--limit N` shows more"));
    }
    age::say(ctx, &books, &mirror)?;
    Ok(Outcome::Done)
}

fn check(ctx: &Context, plan: Option<&str>, status: Option<&str>) -> anyhow::Result<()> {
    let products = &ctx.catalog()?.catalog.products;
    if let Some(plan) = plan
        && !products.contains_key(plan)
    {
        let hint = suggest(plan, products.keys().map(String::as_str), "plans");
        return Err(fail(Kind::Usage, format!("The billing file has no plan `{plan}`"), hint));
    }
    if let Some(status) = status
        && !STATUSES.contains(&status)
    {
        let hint = suggest(status, STATUSES, "statuses");
        return Err(fail(Kind::Usage, format!("No subscription has the status `{status}`"), hint));
    }
    Ok(())
}

/// A customer and what holds for it.
struct Line {
    customer: Customer,
    subject: Option<String>,
    plan: Option<String>,
    status: Option<String>,
}

impl Line {
    fn read(ctx: &Context, books: &Books, mirror: &Mirror, customer: Customer) -> anyhow::Result<Line> {
        let subject = books.subjects_of(&customer.id)?.into_iter().next();
        let who = Who { subject, customer: Some(customer.id.clone()) };
        let known = Known::read(ctx, mirror, &who)?;
        let entitlement = known.entitlement(ctx)?;
        let plan = entitlement.plan.map(|(key, _)| key.to_owned());
        let status = entitlement.status().map(str::to_owned);
        Ok(Line { customer, subject: who.subject, plan, status })
    }

    fn fits(&self, plan: Option<&str>, status: Option<&str>) -> bool {
        plan.is_none_or(|plan| self.plan.as_deref() == Some(plan))
            && status.is_none_or(|status| self.status.as_deref().unwrap_or("none") == status)
    }
}

struct Listed {
    lines: Vec<Line>,
    /// Nothing was filtered.
    is_everything: bool,
}

impl Present for Listed {
    fn json(&self) -> Value {
        Value::Array(self.rows())
    }

    fn rows(&self) -> Vec<Value> {
        let row = |line: &Line| {
            let Line { customer, subject, plan, status } = line;
            json!({
                "customer": customer.id,
                "subject": subject,
                "email": customer.email,
                "plan": plan,
                "status": status,
                "created": time(customer.created),
            })
        };
        self.lines.iter().map(row).collect()
    }

    fn view(&self) -> View {
        if self.lines.is_empty() {
            return View::new().line(match self.is_everything {
                true => "The mirror has no customers: `billctl mirror backfill` fills it",
                false => "No customer fits",
            });
        }
        let mut table = Table::new([
            Column::id("customer"),
            Column::id("subject"),
            Column::id("plan"),
            Column::id("status"),
            Column::words("email"),
        ]);
        for Line { customer, subject, plan, status } in &self.lines {
            let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            let status = Text::new(status_role(status.as_deref()), or_none(status));
            table.row([
                Text::from(customer.id.as_str()),
                Text::from(or_none(subject)),
                Text::from(or_none(plan)),
                status,
                Text::from(or_none(&customer.email)),
            ]);
        }
        View::new().table(table)
    }
}

/// How a status is coloured.
pub fn status_role(status: Option<&str>) -> Role {
    match status {
        Some("active" | "trialing") => Role::Create,
        Some("past_due" | "incomplete" | "paused") => Role::Change,
        Some("unpaid") => Role::Delete,
        _ => Role::Hint,
    }
}
