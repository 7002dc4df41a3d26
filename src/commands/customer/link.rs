//! `billctl customer link`: a subject is this customer, because a person says so.

use serde_json::{Value, json};

use crate::billing::projection::SubjectLink;
use crate::commands::Outcome;
use crate::commands::subject::ensure::{self, CUSTOMER_ROUTE};
use crate::commands::subject::{self, CUSTOMER_PREFIX};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Present, Role, Text, View};
use crate::store::books::LinkOrigin;
use crate::stripe::lists::Found;
use crate::stripe::{IdempotencyKey, segment};

/// Say which customer a subject is
///
/// The link is kept here and written into the customer's metadata, so that every machine knows it. It goes before what
/// checkouts and subscriptions say.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl customer link u_1 cus_QyHrZ2eZvKYlo2")]
pub struct LinkArgs {
    /// Your application's own id for who is billed
    pub subject: String,
    /// The customer's id in Stripe
    pub customer: String,
}

pub async fn run(ctx: &Context, args: LinkArgs) -> anyhow::Result<Outcome> {
    let LinkArgs { subject, customer } = args;
    ensure::check_subject(&subject)?;
    if !customer.starts_with(CUSTOMER_PREFIX) {
        return Err(fail(
            Kind::Usage,
            format!("`{customer}` is no customer's id"),
            "Name the subject first, then the customer: `billctl customer link u_1 cus_…`",
        ));
    }
    let connection = ctx.stripe().await?;
    let (books, mut mirror) = (ctx.books()?, ctx.mirror()?);
    let reader = connection.reader();
    let Found::Object(object) = reader.find(CUSTOMER_ROUTE, &customer).await?.value else {
        return Err(fail(
            Kind::Failed,
            format!("Stripe has no customer {customer}, or has deleted it; nothing was linked"),
            "Check the id, and that it is of this account and mode: `billctl doctor` says which they are",
        ));
    };
    if let Some(other) = books.subjects_of(&customer)?.into_iter().find(|other| *other != subject) {
        return Err(fail(
            Kind::Failed,
            format!("{customer} is `{other}` already, and a customer is one subject"),
            format!("Take that link away first, with `billctl customer unlink {other}`"),
        ));
    }
    let before = subject::customer_of(&books, &mirror, &subject)?.filter(|before| *before != customer);
    if let Some(before) = before {
        return Err(fail(
            Kind::Failed,
            format!("`{subject}` is {before} already, and a subject is one customer"),
            format!("Take that link away first, with `billctl customer unlink {subject}`"),
        ));
    }
    let key = ctx.subject_metadata()?;
    let told = object.pointer("/metadata").and_then(|metadata| metadata.get(key)).and_then(Value::as_str);
    let writes = told != Some(subject.as_str());
    let dry_run = ctx.settings().dry_run;
    if !dry_run {
        if writes {
            let writer = ctx.writer(&connection).await?;
            let path = format!("/v1/customers/{}", segment(&customer));
            let once = IdempotencyKey::new(format!("billctl-{:032x}", fastrand::u128(..)))?;
            writer.post(&path, &json!({"metadata": {key: subject}}), &once).await?;
        } else {
            ctx.check_policy()?;
        }
        let at = ctx.clock().now().as_second();
        let link = SubjectLink { subject: subject.clone(), customer: customer.clone(), at };
        books.note_links(&[(LinkOrigin::Manual, Some(link))])?;
        ensure::remember_customer(&reader, &books, &mut mirror, &customer).await?;
    }
    ctx.show(&Linked { subject, customer, writes, dry_run })?;
    Ok(Outcome::Done)
}

struct Linked {
    subject: String,
    customer: String,
    /// The customer's metadata did not say so yet.
    writes: bool,
    dry_run: bool,
}

impl Present for Linked {
    fn json(&self) -> Value {
        let Linked { subject, customer, writes, dry_run } = self;
        json!({"subject": subject, "customer": customer, "written": writes & !dry_run, "dry_run": dry_run})
    }

    fn view(&self) -> View {
        let Linked { subject, customer, writes, dry_run } = self;
        let where_ = if *writes { "here and in its metadata" } else { "here; its metadata says so already" };
        View::new().line(match dry_run {
            true => Text::from(format!("Would link {subject} to {customer}, {where_}")),
            false => Text::new(Role::Create, format!("Linked {subject} to {customer}"))
                .plain(format!(", {where_}")),
        })
    }
}
