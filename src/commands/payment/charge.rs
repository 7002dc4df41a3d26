//! `billctl payment charge`: an amount that is in no invoice, such as an overage.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::handover::Handover;
use super::live::{id_at, remember};
use super::method;
use super::record::Record;
use super::refund::REASON_TAG;
use super::result::Tried;
use crate::billing::currency::Currency;
use crate::billing::money::Money;
use crate::billing::payment::charge_key;
use crate::billing::plan::account::{KEY_TAG, PROJECT_TAG};
use crate::commands::once::{Sent, Wish, has_key, once};
use crate::commands::subject::ensure::{self, Ensurer};
use crate::commands::subject::{self, CUSTOMER_PREFIX, Who};
use crate::commands::{Outcome, amount};
use crate::context::Context;
use crate::error::{Kind, Note, fail};
use crate::render::{Present, Text, View};
use crate::stripe::{Reader, Writer};

/// Charge a subject an amount, such as an overage, once
///
/// Without more it makes a payment that waits for the customer, whose browser pays it with the client secret. With
/// `--off-session`, or a payment method, it is paid now; exit code 1 where that is declined. The same call again charges
/// nothing more and says so: to charge the same amount for the same thing once more, give it a key of its own.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl payment charge u_1 --amount '12.50 usd' --description 'Overage of task 7' --secret-out secret.env
  billctl payment charge u_1 --amount 12.50 --currency usd --description 'Overage of task 8' --off-session
  billctl payment charge u_1 --amount '5 usd' --description Overage --key task-9 --payment-method pm_1QyHrZ2eZvKYlo2C")]
pub struct ChargeArgs {
    /// Who pays: the subject, or a customer's id
    pub subject: String,
    /// How much: '12.50 usd', or 12.50 with `--currency`
    #[arg(long, value_name = "AMOUNT")]
    pub amount: String,
    /// The currency of an amount that names none
    #[arg(long, value_name = "CODE")]
    pub currency: Option<Currency>,
    /// What it is for, as the customer reads it
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Pay it now with this method, one that the customer has saved
    #[arg(long, value_name = "ID")]
    pub payment_method: Option<String>,
    /// Pay it now, while the customer is away: with the method that is named, or the customer's default
    #[arg(long)]
    pub off_session: bool,
    /// Hand over the client secret, on stderr; once for each payment
    #[arg(long, conflicts_with = "secret_out")]
    pub client_secret: bool,
    /// Hand over the client secret by writing it to this file (mode 0600); once for each payment
    #[arg(long, value_name = "FILE")]
    pub secret_out: Option<PathBuf>,
    /// Charges once, however often it is repeated with this key [default: made of the amount and what it is for]
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
}

const PATH: &str = "/v1/payment_intents";

pub async fn run(ctx: &Context, args: ChargeArgs) -> anyhow::Result<Outcome> {
    let money = amount::typed("--amount", &args.amount, args.currency)?;
    let purpose = purpose(ctx, &args)?;
    let key = args.key.clone().unwrap_or_else(|| charge_key(money, purpose));
    if !args.subject.starts_with(CUSTOMER_PREFIX) {
        ensure::check_subject(&args.subject)?;
    }
    if !ctx.settings().dry_run {
        ctx.check_policy()?;
    }
    let handover = Handover::new(args.client_secret, args.secret_out.as_deref())?;
    let connection = ctx.stripe().await?;
    let reader = connection.reader();
    let (books, mut mirror) = (ctx.books()?, ctx.mirror()?);
    let mut ensurer = Ensurer { ctx, reader: reader.clone(), books: &books, mirror: &mut mirror };
    let writer = match ctx.settings().dry_run {
        true => None,
        false => Some(ctx.writer(&connection).await?),
    };
    let who = who(&mut ensurer, writer.as_ref(), &args.subject).await?;
    let charge = Charge { ctx, args: &args, money, key, who };
    let Some(writer) = writer else {
        let customer = charge.who.customer.as_deref();
        let method = match customer {
            Some(customer) => charge.method(&reader, customer).await?,
            None => None,
        };
        ctx.show(&Would(charge.params(customer.unwrap_or("a new customer"), method.as_deref())?))?;
        return Ok(Outcome::Done);
    };
    let customer = charge.who.customer.clone().unwrap_or_default();
    let (intent, before) = charge.make(&reader, &writer, &customer).await?;
    let id = id_at(&intent, "/id").unwrap_or_default();
    // As it stands by now: an answer that is repeated is as old as the first.
    let intent = remember(ctx, &reader, &books, &mut mirror, ("payment_intent", id)).await.unwrap_or(intent);
    let paid = match id_at(&intent, "/latest_charge") {
        Some(id) => remember(ctx, &reader, &books, &mut mirror, ("charge", id)).await,
        None => None,
    };
    let record = Record::of_answer(&intent, paid.as_ref(), None, charge.who.subject.as_deref());
    let tried = Tried { record, before: Some(before), key: Some(charge.key) };
    ctx.show(&tried)?;
    handover.carry_out(ctx, &writer, &intent).await?;
    Ok(tried.outcome())
}

/// What it is for, as somebody said it.
fn purpose<'a>(ctx: &'a Context, args: &'a ChargeArgs) -> anyhow::Result<&'a str> {
    let said = args.description.as_deref().or(ctx.settings().reason.as_deref());
    said.map(str::trim).filter(|text| !text.is_empty()).ok_or_else(|| {
        fail(
            Kind::Usage,
            "A charge says what it is for; nothing was sent",
            "Say it to the customer with `--description TEXT`, or to colleagues alone with `--reason TEXT`",
        )
    })
}

/// The subject's customer, made if it has none; a customer by its id.
async fn who(ensurer: &mut Ensurer<'_>, writer: Option<&Writer>, text: &str) -> anyhow::Result<Who> {
    if text.starts_with(CUSTOMER_PREFIX) {
        return subject::known(ensurer.books, ensurer.mirror, text);
    }
    let ensured = match writer {
        Some(writer) => Some(ensurer.find_or_make(writer, text, None).await?),
        None => ensurer.find(text).await?,
    };
    Ok(Who { subject: Some(text.to_owned()), customer: ensured.map(|ensured| ensured.customer) })
}

struct Charge<'a> {
    ctx: &'a Context,
    args: &'a ChargeArgs,
    money: Money,
    key: String,
    who: Who,
}

impl Charge<'_> {
    /// Makes the payment, and has it paid where that was asked for; true if it was there before.
    async fn make(&self, reader: &Reader, writer: &Writer, customer: &str) -> anyhow::Result<(Value, bool)> {
        if let Some(found) = self.find(reader, customer).await.map_err(|error| self.explain(error))? {
            return Ok((found, true));
        }
        let method = self.method(reader, customer).await?;
        let params = self.params(customer, method.as_deref())?;
        let wish = Wish {
            name: "the charge",
            what: "charge",
            about: &[customer, &self.key],
            earlier: 0,
            path: PATH,
            params: &params,
        };
        let sent = once(writer, &wish, async || self.find(reader, customer).await).await;
        match sent.map_err(|error| self.explain(error))? {
            Sent::Now(intent) | Sent::Declined(intent) => Ok((intent, false)),
            Sent::Before(intent) => {
                self.check_same(&intent)?;
                Ok((intent, true))
            }
        }
    }

    /// The payment that the same call made before.
    async fn find(&self, reader: &Reader, customer: &str) -> anyhow::Result<Option<Value>> {
        let mut pages = reader.pages(PATH, &json!({"customer": customer}));
        while let Some(page) = pages.next().await? {
            if let Some(found) = page.into_iter().find(|intent| has_key(intent, &self.key)) {
                self.check_same(&found)?;
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn check_same(&self, found: &Value) -> anyhow::Result<()> {
        let minor = found.get("amount").and_then(Value::as_i64).unwrap_or_default();
        let currency = found.get("currency").and_then(Value::as_str).unwrap_or_default();
        if minor == self.money.minor && currency == self.money.currency.code() {
            return Ok(());
        }
        let id = id_at(found, "/id").unwrap_or_default();
        Err(fail(
            Kind::Usage,
            format!(
                "The key `{}` was used before, for a charge of {} ({id}); nothing was sent",
                self.key,
                amount::words(minor, currency)
            ),
            "Use a key of its own for each charge; only a repetition of the same one has the same key",
        ))
    }

    /// The method that pays it now; none where it waits for the customer.
    async fn method(&self, reader: &Reader, customer: &str) -> anyhow::Result<Option<String>> {
        let ChargeArgs { payment_method, off_session, .. } = self.args;
        if payment_method.is_none() && !off_session {
            return Ok(None);
        }
        method::of_customer(reader, customer, payment_method.as_deref()).await.map(Some)
    }

    fn params(&self, customer: &str, method: Option<&str>) -> anyhow::Result<Value> {
        let Charge { ctx, args, money, key, who } = self;
        let project = ctx.billing_if_any()?.and_then(|loaded| loaded.file.project.as_ref());
        let mut metadata = Map::new();
        if let Some(subject) = &who.subject {
            metadata.insert(ctx.subject_metadata()?.to_owned(), json!(subject));
        }
        if let Some(project) = project {
            metadata.insert(PROJECT_TAG.to_owned(), json!(project.name));
        }
        metadata.insert(KEY_TAG.to_owned(), json!(key));
        if let Some(reason) = &ctx.settings().reason {
            metadata.insert(REASON_TAG.to_owned(), json!(reason));
        }
        let mut params = json!({
            "amount": money.minor,
            "currency": money.currency.code(),
            "customer": customer,
            "metadata": metadata,
        });
        if let Some(description) = &args.description {
            params["description"] = json!(description);
        }
        if let Some(method) = method {
            params["payment_method"] = json!(method);
            params["confirm"] = json!(true);
            params["off_session"] = json!(args.off_session);
            // Nobody is there to be led to another page and back.
            params["automatic_payment_methods"] = json!({"enabled": true, "allow_redirects": "never"});
        }
        Ok(params)
    }

    /// A customer that was deleted since the last event came.
    fn explain(&self, error: anyhow::Error) -> anyhow::Error {
        let about_customer = error.downcast_ref::<crate::stripe::StripeError>().is_some_and(|error| {
            error.api().is_some_and(|api| {
                api.param.as_deref() == Some("customer") && api.code.as_deref() == Some("resource_missing")
            })
        });
        if !about_customer {
            return error;
        }
        error.context(Note {
            kind: Kind::Failed,
            message: format!(
                "Stripe has no longer the customer of `{}`; nothing was charged",
                self.who.name()
            ),
            fix: Some("Run `billctl events pull`, and then the same again".to_owned()),
        })
    }
}

struct Would(Value);

impl Present for Would {
    fn json(&self) -> Value {
        json!({"dry_run": true, "request": {"path": PATH, "params": self.0}})
    }

    fn view(&self) -> View {
        let request = serde_json::to_string_pretty(&self.0).unwrap_or_default();
        View::new().line(Text::from(format!("Would send POST {PATH} with"))).line(request)
    }
}
