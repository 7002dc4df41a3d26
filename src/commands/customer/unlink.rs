//! `billctl customer unlink`: a subject is no customer any more.

use serde_json::{Value, json};

use crate::billing::projection::SubjectLink;
use crate::commands::Outcome;
use crate::commands::subject::{self, ensure};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Present, Role, Text, View};
use crate::store::books::LinkOrigin;
use crate::stripe::lists::Found;
use crate::stripe::{IdempotencyKey, segment};

/// Take a subject's link to its customer away
///
/// The customer stays in Stripe with all that it has; only its metadata no longer names the subject. Subscriptions and
/// checkouts that name it are left as they are, and count no more. The next checkout of the subject makes another customer.
#[derive(Debug, clap::Args)]
pub struct UnlinkArgs {
    /// Your application's own id for who is billed
    pub subject: String,
}

pub async fn run(ctx: &Context, args: UnlinkArgs) -> anyhow::Result<Outcome> {
    let subject = args.subject;
    let (books, mut mirror) = (ctx.books()?, ctx.mirror()?);
    let Some(customer) = subject::customer_of(&books, &mirror, &subject)? else {
        let near = subject::did_you_mean(&books, &subject)?;
        return Err(fail(
            Kind::Failed,
            format!("`{subject}` is linked to no customer"),
            near.unwrap_or_else(|| "See who is with `billctl customer list`".to_owned()),
        ));
    };
    let connection = ctx.stripe().await?;
    let reader = connection.reader();
    let key = ctx.subject_metadata()?;
    let told = match reader.find(ensure::CUSTOMER_ROUTE, &customer).await?.value {
        Found::Object(object) => object
            .pointer("/metadata")
            .and_then(|metadata| metadata.get(key))
            .and_then(Value::as_str)
            .is_some_and(|told| told == subject),
        Found::Gone => false,
    };
    let dry_run = ctx.settings().dry_run;
    if !dry_run {
        if told {
            let writer = ctx.writer(&connection).await?;
            let path = format!("/v1/customers/{}", segment(&customer));
            let once = IdempotencyKey::new(format!("billctl-{:032x}", fastrand::u128(..)))?;
            writer.post(&path, &json!({"metadata": {key: ""}}), &once).await?;
        } else {
            ctx.check_policy()?;
        }
        let at = ctx.clock().now().as_second();
        let nobody = SubjectLink { subject: subject.clone(), customer: String::new(), at };
        books.note_links(&[(LinkOrigin::Manual, Some(nobody))])?;
        ensure::remember_customer(&reader, &books, &mut mirror, &customer).await?;
    }
    ctx.show(&Unlinked { subject, customer, dry_run })?;
    Ok(Outcome::Done)
}

struct Unlinked {
    subject: String,
    customer: String,
    dry_run: bool,
}

impl Present for Unlinked {
    fn json(&self) -> Value {
        let Unlinked { subject, customer, dry_run } = self;
        json!({"subject": subject, "customer": customer, "dry_run": dry_run})
    }

    fn view(&self) -> View {
        let Unlinked { subject, customer, dry_run } = self;
        View::new().line(match dry_run {
            true => Text::from(format!("Would unlink {subject} from {customer}")),
            false => Text::new(Role::Delete, format!("Unlinked {subject}"))
                .plain(format!(" from {customer}, which stays in Stripe")),
        })
    }
}
