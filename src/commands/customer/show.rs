//! `billctl customer show`: one page that answers a support call.

use super::page::Page;
use crate::billing::credits::DEFAULT_KIND;
use crate::commands::Outcome;
use crate::commands::events::{age, newest_of, pull};
use crate::commands::subject::entitled::Known;
use crate::commands::subject::{self, Who};
use crate::commands::usage::lines::lines;
use crate::context::Context;
use crate::store::books::Books;
use crate::store::mirror::Mirror;

/// How many payments and events are shown.
const RECENT: usize = 5;

/// Show a customer on one page: plan, status, period, usage, credits, payments, open invoices, events, what to do next
///
/// Reads the mirror, and asks Stripe nothing without `--fresh`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl customer show u_1
  billctl customer show cus_QyHrZ2eZvKYlo2 --fresh
  billctl customer show u_1 -o json | jq '{plan, status, credits}'")]
pub struct ShowArgs {
    /// The subject, or a customer's id
    pub subject: String,
    /// Read new events from Stripe first
    #[arg(long)]
    pub fresh: bool,
}

pub async fn run(ctx: &Context, args: ShowArgs) -> anyhow::Result<Outcome> {
    if args.fresh {
        pull::pull(ctx, None).await?;
    }
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    let who = subject::known(&books, &mirror, &args.subject)?;
    let known = Known::read(ctx, &mirror, &who)?;
    let page = read(ctx, &books, &mirror, &args.subject, &who, &known)?;
    ctx.show(&page)?;
    age::say(ctx, &books, &mirror)?;
    Ok(Outcome::Done)
}

fn read<'a>(
    ctx: &'a Context,
    books: &Books,
    mirror: &Mirror,
    typed: &str,
    who: &'a Who,
    known: &'a Known,
) -> anyhow::Result<Page<'a>> {
    let entitlement = known.entitlement(ctx)?;
    let usage = lines(ctx, books, who, typed, known, &entitlement)?;
    let mut page = Page {
        who,
        entitlement,
        usage,
        person: None,
        deleted: false,
        other_subjects: Vec::new(),
        credits: None,
        other_credits: Vec::new(),
        methods: Vec::new(),
        payments: Vec::new(),
        invoices: Vec::new(),
        events: Vec::new(),
    };
    if let Some(subject) = &who.subject {
        let now = ctx.clock().now().as_second();
        page.credits = books.credit_account(subject, DEFAULT_KIND, now)?.map(|account| account.available);
        for kind in books.credit_kinds(subject)?.into_iter().filter(|kind| kind != DEFAULT_KIND) {
            let available = books.credit_account(subject, &kind, now)?.map_or(0, |account| account.available);
            page.other_credits.push((kind, available));
        }
    }
    if let Some(customer) = &who.customer {
        page.person = mirror.customer(customer)?;
        page.deleted = mirror.object("customer", customer)?.is_some_and(|known| known.deleted);
        page.other_subjects = books.subjects_of(customer)?;
        page.other_subjects.retain(|subject| Some(subject) != who.subject.as_ref());
        page.methods = mirror.payment_methods_of(customer)?;
        page.payments = mirror.payments_of(customer, RECENT)?;
        page.invoices = mirror.open_invoices_of(customer)?;
        page.events = newest_of(books, mirror, customer, RECENT)?;
    }
    Ok(page)
}
