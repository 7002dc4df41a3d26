//! `billctl subscription list`: subscriptions, from the mirror.

use serde_json::Value;

use super::subscribed::{STATUSES, Subscribed, catalog};
use crate::billing::catalog::nearest::suggest;
use crate::billing::subscription::Seen;
use crate::commands::Outcome;
use crate::commands::customer::list::status_role;
use crate::commands::events::{age, pull};
use crate::commands::moment::time;
use crate::commands::subject;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Column, Present, Table, Text, View};
use crate::store::books::Books;
use crate::store::mirror::{Mirror, SubscriptionFilter};

/// How many subscriptions are looked at in one go.
const PAGE: usize = 500;

/// List subscriptions, the newest first
///
/// Reads the mirror, and asks Stripe nothing without `--fresh`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl subscription list --plan pro --status active
  billctl subscription list --price nexus_pro_monthly -n 1000 -o csv
  billctl subscription list --subject u_1")]
pub struct ListArgs {
    /// Only those of this subject or customer
    #[arg(long, value_name = "SUBJECT")]
    pub subject: Option<String>,
    /// Only those for this plan: its key in the billing file
    #[arg(long, value_name = "KEY")]
    pub plan: Option<String>,
    /// Only those that charge this price: its key in the billing file (`pro.monthly`), its lookup key, or its id
    #[arg(long, value_name = "PRICE")]
    pub price: Option<String>,
    /// Only those with this status: active, trialing, past_due, canceled, …; may be repeated
    #[arg(long, value_name = "STATUS")]
    pub status: Vec<String>,
    /// At most so many
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// Read new events from Stripe first
    #[arg(long)]
    pub fresh: bool,
}

pub async fn run(ctx: &Context, args: ListArgs) -> anyhow::Result<Outcome> {
    let ListArgs { subject, plan, price, status, limit, fresh } = args;
    check(ctx, plan.as_deref(), &status)?;
    if fresh {
        pull::pull(ctx, None).await?;
    }
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    let is_everything = subject.is_none() && plan.is_none() && price.is_none() && status.is_empty();
    let mut filter = SubscriptionFilter { statuses: status, ..SubscriptionFilter::default() };
    let mut nobody = false;
    if let Some(text) = &subject {
        filter.customer = subject::known(&books, &mirror, text)?.customer;
        nobody = filter.customer.is_none();
    }
    if let Some(text) = &price {
        filter.prices = prices(ctx, &mirror, text)?;
    }
    let mut listed = if nobody {
        Vec::new()
    } else {
        // One more than is shown tells whether there are more.
        read(ctx, &books, &mirror, &filter, plan.as_deref(), limit.saturating_add(1))?
    };
    let is_all = listed.len() <= limit;
    listed.truncate(limit);
    ctx.show(&Listed { subscriptions: listed, is_everything })?;
    if !is_all {
        ctx.ui().hint(&format!("There are more than these {limit}; `--limit N` shows more"));
    }
    age::say(ctx, &books, &mirror)?;
    Ok(Outcome::Done)
}

fn check(ctx: &Context, plan: Option<&str>, statuses: &[String]) -> anyhow::Result<()> {
    if let Some(plan) = plan {
        let products = &ctx.catalog()?.catalog.products;
        if !products.contains_key(plan) {
            let hint = suggest(plan, products.keys().map(String::as_str), "plans");
            return Err(fail(Kind::Usage, format!("The billing file has no plan `{plan}`"), hint));
        }
    }
    if let Some(status) = statuses.iter().find(|status| !STATUSES.contains(&status.as_str())) {
        let hint = suggest(status, STATUSES, "statuses");
        return Err(fail(Kind::Usage, format!("No subscription has the status `{status}`"), hint));
    }
    Ok(())
}

/// The ids of the prices that a text names.
fn prices(ctx: &Context, mirror: &Mirror, text: &str) -> anyhow::Result<Vec<String>> {
    let catalog = catalog(ctx)?;
    let by_key = catalog.and_then(|catalog| {
        let (product, price) = text.split_once('.')?;
        catalog.products.get(product)?.prices.get(price)
    });
    let all = || catalog.into_iter().flat_map(|catalog| catalog.products.values());
    let by_lookup_key =
        || all().flat_map(|product| product.prices.values()).find(|price| price.lookup_key == text);
    let known = by_key.or_else(by_lookup_key);
    let mut found = mirror.prices_named(known.map_or(text, |price| &price.lookup_key))?;
    if let Some(price) = known.filter(|_| found.is_empty()) {
        // It is sold, and nobody has bought it.
        found.push(price.stripe_id.clone().unwrap_or_else(|| price.lookup_key.clone()));
    }
    if !found.is_empty() {
        return Ok(found);
    }
    let mut known = mirror.lookup_keys()?;
    for (key, product) in catalog.into_iter().flat_map(|catalog| &catalog.products) {
        known.extend(product.prices.keys().map(|price| format!("{key}.{price}")));
    }
    let hint = suggest(text, known.iter().map(String::as_str), "prices");
    Err(fail(Kind::Usage, format!("The mirror knows no price `{text}`"), hint))
}

fn read(
    ctx: &Context,
    books: &Books,
    mirror: &Mirror,
    filter: &SubscriptionFilter,
    plan: Option<&str>,
    most: usize,
) -> anyhow::Result<Vec<Subscribed>> {
    let mut found: Vec<Subscribed> = Vec::new();
    let mut behind: Option<(i64, String)> = None;
    while found.len() < most {
        let place = behind.as_ref().map(|(created, id)| (*created, id.as_str()));
        let wanted = if plan.is_some() { PAGE } else { most - found.len() };
        let page = mirror.subscriptions(filter, place, wanted.min(PAGE))?;
        let Some(last) = page.last().map(Seen) else { break };
        behind = Some((last.created(), last.id().to_owned()));
        for object in page {
            let one = Subscribed::new(ctx, books, object)?;
            if plan.is_none_or(|plan| one.plan.as_deref() == Some(plan)) {
                found.push(one);
            }
        }
    }
    found.truncate(most);
    Ok(found)
}

struct Listed {
    subscriptions: Vec<Subscribed>,
    /// Nothing was filtered.
    is_everything: bool,
}

impl Present for Listed {
    fn json(&self) -> Value {
        Value::Array(self.rows())
    }

    fn rows(&self) -> Vec<Value> {
        self.subscriptions.iter().map(Subscribed::json).collect()
    }

    fn view(&self) -> View {
        if self.subscriptions.is_empty() {
            return View::new().line(match self.is_everything {
                true => "The mirror has no subscriptions: `billctl mirror backfill` fills it",
                false => "No subscription fits",
            });
        }
        let mut table = Table::new([
            Column::id("subscription"),
            Column::id("subject"),
            Column::id("plan"),
            Column::id("status"),
            Column::id("period ends"),
            Column::words("prices"),
        ]);
        for one in &self.subscriptions {
            let seen = one.seen();
            table.row([
                Text::from(seen.id()),
                Text::from(one.name()),
                Text::from(one.plan.as_deref().unwrap_or("-")),
                Text::new(status_role(Some(seen.status())), seen.status()),
                Text::from(seen.period_end().map_or_else(|| "-".to_owned(), time)),
                Text::from(one.prices().join(", ")),
            ]);
        }
        View::new().table(table)
    }
}
