//! `billctl customer create`: the customer of a subject, found or made.

use serde_json::{Map, Value, json};

use crate::commands::Outcome;
use crate::commands::pair::{self, Pair};
use crate::commands::subject::ensure::{self, CUSTOMER_ROUTE, Ensured, Ensurer, Origin};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Present, Role, Text, View};
use crate::stripe::lists::Found;
use crate::stripe::{IdempotencyKey, segment};

/// Make the customer of a subject in Stripe, or find the one that is there
///
/// A subject has one customer, however often and from however many machines it is made. One that Stripe has already, with
/// the subject in its metadata, is adopted. Name, e-mail and the like are set where the customer has none yet.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl customer create u_1 --email ada@example.com
  billctl customer create c_42 --name 'Chess club' --metadata plan=trial")]
pub struct CreateArgs {
    /// Your application's own id for who is billed
    pub subject: String,
    #[arg(long, value_name = "ADDRESS")]
    /// Where invoices and receipts go
    pub email: Option<String>,
    /// What stands on invoices
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// A note for yourself, shown in the dashboard
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// A note for programs; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub metadata: Vec<Pair>,
    /// Let it live by this test clock; only where it is new
    #[arg(long, value_name = "ID")]
    pub test_clock: Option<String>,
}

pub async fn run(ctx: &Context, args: CreateArgs) -> anyhow::Result<Outcome> {
    ensure::check_subject(&args.subject)?;
    pair::check_notes(ctx, &args.metadata)?;
    let connection = ctx.stripe().await?;
    let (books, mut mirror) = (ctx.books()?, ctx.mirror()?);
    let reader = connection.reader();
    let mut ensurer = Ensurer { ctx, reader: reader.clone(), books: &books, mirror: &mut mirror };
    if ctx.settings().dry_run {
        let found = ensurer.find(&args.subject).await?;
        ctx.show(&Made { subject: args.subject, ensured: found, set: Vec::new(), dry_run: true })?;
        return Ok(Outcome::Done);
    }
    let writer = ctx.writer(&connection).await?;
    let ensured = ensurer.find_or_make(&writer, &args.subject, args.test_clock.as_deref()).await?;
    let found = match reader.find(CUSTOMER_ROUTE, &ensured.customer).await?.value {
        Found::Object(customer) => customer,
        Found::Gone => {
            return Err(fail(
                Kind::Failed,
                format!("Stripe has deleted {}, the customer of `{}`", ensured.customer, args.subject),
                "Run `billctl events pull`, and then the same again: it makes another one",
            ));
        }
    };
    let missing = missing(&found, &args);
    let set: Vec<String> = missing.keys().cloned().collect();
    if !missing.is_empty() {
        let path = format!("/v1/customers/{}", segment(&ensured.customer));
        let key = IdempotencyKey::new(format!("billctl-{:032x}", fastrand::u128(..)))?;
        writer.post(&path, &Value::Object(missing), &key).await?;
        ensure::remember_customer(&reader, &books, &mut mirror, &ensured.customer).await?;
    }
    ctx.show(&Made { subject: args.subject, ensured: Some(ensured), set, dry_run: false })?;
    Ok(Outcome::Done)
}

/// What was given and the customer does not have yet.
fn missing(customer: &Value, args: &CreateArgs) -> Map<String, Value> {
    let CreateArgs { subject: _, email, name, description, metadata, test_clock: _ } = args;
    let mut missing = Map::new();
    for (field, given) in [("description", description), ("email", email), ("name", name)] {
        let has = customer.get(field).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
        if let Some(given) = given.as_ref().filter(|_| !has) {
            missing.insert(field.to_owned(), json!(given));
        }
    }
    let mut notes = Map::new();
    for Pair { name, value } in metadata {
        if customer.get("metadata").and_then(|known| known.get(name)).is_none() {
            notes.insert(name.clone(), json!(value));
        }
    }
    if !notes.is_empty() {
        missing.insert("metadata".to_owned(), Value::Object(notes));
    }
    missing
}

struct Made {
    subject: String,
    /// None where a dry run found none.
    ensured: Option<Ensured>,
    /// Fields that were set.
    set: Vec<String>,
    dry_run: bool,
}

impl Present for Made {
    fn json(&self) -> Value {
        let origin = self.ensured.as_ref().map(|ensured| ensured.origin);
        json!({
            "subject": self.subject,
            "customer": self.ensured.as_ref().map(|ensured| &ensured.customer),
            "created": origin == Some(Origin::Created),
            "adopted": origin == Some(Origin::Adopted),
            "set": self.set,
            "dry_run": self.dry_run,
        })
    }

    fn view(&self) -> View {
        let Made { subject, ensured, set, dry_run: _ } = self;
        let Some(Ensured { customer, origin }) = ensured else {
            return View::new().line(format!("Would make the customer of {subject}"));
        };
        let line = match origin {
            Origin::Known => Text::from(format!("{subject} is {customer} already")),
            Origin::Adopted => Text::from(format!("{subject} is {customer}, which Stripe had already")),
            Origin::Created => Text::new(Role::Create, format!("Made {customer} for {subject}")),
        };
        let view = View::new().line(line);
        if set.is_empty() { view } else { view.fields([("set", set.join(", "))]) }
    }
}
