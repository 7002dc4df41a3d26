//! What a refused check leads to, on request: a link where more can be had.

use serde_json::{Value, json};

use super::result::Held;
use crate::billing::entitlement::Entitlement;
use crate::billing::usage::plan_that_allows;
use crate::commands::moment::time;
use crate::commands::pair::Pair;
use crate::commands::subject::Who;
use crate::commands::{checkout, portal};
use crate::context::Context;
use crate::error::{Kind, fail, fix_of};

/// Which link is wanted, if any.
#[derive(Debug, Default, clap::Args)]
pub struct WayArgs {
    /// Where it is refused, make a link to the next plan that allows it, or to this one
    #[arg(long, value_name = "PLAN", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub checkout: Option<String>,
    /// Where it is refused, make a link to buy this pack
    #[arg(long, value_name = "KEY", conflicts_with = "checkout")]
    pub pack: Option<String>,
    /// A value for the links' templates; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub var: Vec<Pair>,
}

impl WayArgs {
    pub fn is_wanted(&self) -> bool {
        self.checkout.is_some() || self.pack.is_some()
    }
}

/// A link, and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    pub url: String,
    /// `checkout`, or `portal` for who has a subscription already: a second one would be paid beside it.
    pub kind: &'static str,
    /// The key of the plan or pack.
    pub product: String,
}

impl Way {
    pub fn json(&self) -> Value {
        let Way { url, kind, product } = self;
        json!({"url": url, "kind": kind, "product": product})
    }
}

/// The link for who was refused; none, with a word on stderr, where there is none to be had. The check has its answer
/// whatever becomes of the link.
pub async fn way_out(
    ctx: &Context,
    args: &WayArgs,
    who: &Who,
    entitlement: &Entitlement<'_>,
    held: &Held<'_>,
) -> Option<Way> {
    match find(ctx, args, who, entitlement, held).await {
        Ok(Some(way)) => Some(way),
        Ok(None) => {
            ctx.ui().hint(&format!("No plan of the billing file allows more of {}", held.metric.name));
            None
        }
        Err(error) => {
            ctx.ui().warn(&format!("no link could be made: {error:#}"));
            if let Some(fix) = fix_of(&error) {
                ctx.ui().hint(fix);
            }
            None
        }
    }
}

async fn find(
    ctx: &Context,
    args: &WayArgs,
    who: &Who,
    entitlement: &Entitlement<'_>,
    held: &Held<'_>,
) -> anyhow::Result<Option<Way>> {
    let Some(subject) = &who.subject else {
        return Err(fail(
            Kind::Failed,
            format!("{} is no subject's, and a checkout is for one", who.name()),
            "Say whose it is with `billctl customer link SUBJECT CUSTOMER`",
        ));
    };
    let what = |plan: Option<&str>, pack: Option<&str>| checkout::what::What {
        plan: plan.map(str::to_owned),
        pack: pack.map(str::to_owned),
        amount: None,
    };
    if let Some(pack) = &args.pack {
        return link(ctx, args, subject, what(None, Some(pack)), pack).await.map(Some);
    }
    let named = args.checkout.as_deref().filter(|plan| !plan.is_empty());
    let Some(plan) = named.or_else(|| next_plan(ctx, entitlement, held)) else { return Ok(None) };
    let going = entitlement.subscription.is_some_and(|subscription| !subscription.is_over());
    if !going {
        return link(ctx, args, subject, what(Some(plan), None), plan).await.map(Some);
    }
    let change = portal::create::CreateArgs::to_change_plan(subject, &args.var);
    let made = portal::create::make(ctx, &change).await?;
    let url = made.url().map(str::to_owned);
    Ok(url.map(|url| Way { url, kind: "portal", product: plan.to_owned() }))
}

fn next_plan<'a>(ctx: &'a Context, entitlement: &Entitlement<'_>, held: &Held<'_>) -> Option<&'a str> {
    let rank = entitlement.plan.map_or(i64::MIN, |(_, product)| product.rank);
    let counted = held.check.counted;
    let needed = counted.used.saturating_add(counted.reserved).saturating_add(held.check.asked);
    let catalog = &ctx.catalog().ok()?.catalog;
    plan_that_allows(catalog, rank, held.metric.name, needed, held.metric.currency)
}

/// One checkout a day for the same thing: who is refused again and again is given the same link.
async fn link(
    ctx: &Context,
    args: &WayArgs,
    subject: &str,
    what: checkout::what::What,
    product: &str,
) -> anyhow::Result<Way> {
    let today: String = time(ctx.clock().now().as_second()).chars().take(10).collect();
    let var: Vec<String> = args.var.iter().map(|pair| format!("{}={}", pair.name, pair.value)).collect();
    let key = format!("usage check:{subject}:{product}:{}:{today}", var.join(","));
    let asked = checkout::create::CreateArgs::of_link(subject, what, &args.var, key);
    let made = checkout::create::make(ctx, &asked).await?;
    match made.url() {
        Some(url) => Ok(Way { url: url.to_owned(), kind: "checkout", product: product.to_owned() }),
        None => Err(fail(
            Kind::Failed,
            format!("today's checkout of `{product}` for `{subject}` can't be paid any more"),
            format!(
                "Make another with `billctl checkout create --subject {subject} …`, or read what was paid: `billctl events pull`"
            ),
        )),
    }
}
