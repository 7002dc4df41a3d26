//! `billctl customer find`: who is meant by what a person has at hand.

use serde_json::{Value, json};

use crate::commands::Outcome;
use crate::commands::events::{age, pull};
use crate::commands::subject;
use crate::context::Context;
use crate::error::Kind;
use crate::render::{Column, Present, Table, Text, View};
use crate::store::mirror::Found;

/// Find a customer by an id, a subject, an e-mail address, a card's last four digits or an invoice's number
///
/// Any id of Stripe's leads to its customer: of a subscription, an invoice, a payment, a refund, a checkout, an event.
/// Exit code 1 if nothing is found.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl customer find u_1
  billctl customer find ada@example.com
  billctl customer find 4242
  billctl customer find pi_1QyHrZ2eZvKYlo2C")]
pub struct FindArgs {
    /// What is at hand
    pub text: String,
    /// Read new events from Stripe first
    #[arg(long)]
    pub fresh: bool,
}

pub async fn run(ctx: &Context, args: FindArgs) -> anyhow::Result<Outcome> {
    if args.fresh {
        pull::pull(ctx, None).await?;
    }
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    let text = args.text.trim();
    let mut found = mirror.find_customers(text)?;
    for customer in books.customers_of(text)? {
        found.push(Found { customer, by: "subject".to_owned(), what: text.to_owned() });
    }
    let event = books.event(text)?.and_then(|event| Some((event.customer?, event.event_type)));
    found.extend(event.map(|(customer, what)| Found { customer, by: "event".to_owned(), what }));
    let mut matches: Vec<Match> = Vec::new();
    for Found { customer, by, what } in found {
        // A card is on every payment that it made: its customer is found once.
        if matches.iter().any(|one| one.customer == customer && one.by == by) {
            continue;
        }
        let subject = books.subjects_of(&customer)?.into_iter().next();
        let known = mirror.customer(&customer)?;
        let email = known.as_ref().and_then(|known| known.email.clone());
        matches.push(Match { customer, subject, email, deleted: known.is_none(), by, what });
    }
    let nothing = matches.is_empty();
    ctx.show(&Matches(matches))?;
    if nothing {
        let near = subject::did_you_mean(&books, text)?;
        let personal = mirror.keeps_personal_data() || !text.contains('@');
        let hint = near.unwrap_or_else(|| match personal {
            true => {
                "`--fresh` reads what is new in Stripe; `billctl mirror backfill` fills the mirror".to_owned()
            }
            false => "This mirror keeps no addresses: `keep_personal_data` is false in [mirror]".to_owned(),
        });
        ctx.ui().hint(&hint);
    }
    age::say(ctx, &books, &mirror)?;
    Ok(if nothing { Outcome::Failed(Kind::Failed) } else { Outcome::Done })
}

struct Match {
    customer: String,
    subject: Option<String>,
    email: Option<String>,
    /// It is gone from Stripe, or the mirror never had it.
    deleted: bool,
    by: String,
    what: String,
}

struct Matches(Vec<Match>);

impl Present for Matches {
    fn json(&self) -> Value {
        Value::Array(self.rows())
    }

    fn rows(&self) -> Vec<Value> {
        let row = |one: &Match| {
            let Match { customer, subject, email, deleted, by, what } = one;
            json!({"customer": customer, "subject": subject, "email": email, "deleted": deleted, "by": by, "what": what})
        };
        self.0.iter().map(row).collect()
    }

    fn view(&self) -> View {
        if self.0.is_empty() {
            return View::new().line("Nothing that is known leads to a customer from there");
        }
        let mut table = Table::new([
            Column::id("customer"),
            Column::id("subject"),
            Column::words("email"),
            Column::words("found by"),
        ]);
        for Match { customer, subject, email, deleted, by, what } in &self.0 {
            let gone = if *deleted { ", not in the mirror any more" } else { "" };
            table.row([
                Text::from(customer.as_str()),
                Text::from(subject.as_deref().unwrap_or("-")),
                Text::from(email.as_deref().unwrap_or("-")),
                Text::from(format!("{by} {what}{gone}")),
            ]);
        }
        View::new().table(table)
    }
}
