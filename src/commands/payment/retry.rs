//! `billctl payment retry`: what was declined is tried again, with the same method or another one.

use serde_json::{Value, json};

use super::live::{Live, id_at, remember, remember_links};
use super::method;
use super::record::Record;
use super::result::Tried;
use super::show::check_id;
use crate::commands::Outcome;
use crate::commands::once::{Sent, Wish, is_decline, once};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Present, View};
use crate::stripe::{Reader, StripeError, Writer, segment};

/// Try a payment again, with the same method or another one
///
/// What an invoice asks for is paid through the invoice, so that its subscription goes on. The customer is taken to be away: a
/// card whose bank wants to ask them is declined. Exit code 1 where it is declined.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl payment retry pi_1QyHrZ2eZvKYlo2C
  billctl payment retry in_1QyHrZ2eZvKYlo2C --payment-method pm_1QyHrZ2eZvKYlo2C")]
pub struct RetryArgs {
    /// The payment's id: pi_…, ch_…, or in_… for an open invoice
    #[arg(value_name = "PAYMENT")]
    pub id: String,
    /// Pay it with this method, one that the customer has saved [default: the customer's, or the subscription's]
    #[arg(long, value_name = "ID")]
    pub payment_method: Option<String>,
}

pub async fn run(ctx: &Context, args: RetryArgs) -> anyhow::Result<Outcome> {
    check_id(&args.id)?;
    if !ctx.settings().dry_run {
        ctx.check_policy()?;
    }
    let connection = ctx.stripe().await?;
    let reader = connection.reader();
    let live = Live::read(&reader, &args.id).await?;
    let request = Request::of(&reader, &live, &args).await?;
    if ctx.settings().dry_run {
        ctx.show(&Would(request))?;
        return Ok(Outcome::Done);
    }
    let writer = ctx.writer(&connection).await?;
    request.send(&reader, &writer, &args.id).await?;
    let after = Live::read(&reader, &args.id).await?;
    let (books, mut mirror) = (ctx.books()?, ctx.mirror()?);
    let touched = [
        ("payment_intent", after.intent.as_ref()),
        ("charge", after.charge.as_ref()),
        ("invoice", after.invoice.as_ref()),
    ];
    for (kind, object) in touched {
        if let Some(id) = object.and_then(|object| id_at(object, "/id")) {
            remember(ctx, &reader, &books, &mut mirror, (kind, id)).await;
        }
    }
    if let Some(invoice) = after.invoice_id() {
        remember_links(ctx, &reader, &books, &mut mirror, invoice).await?;
    }
    let subject = match after.customer() {
        Some(customer) => books.subjects_of(customer)?.into_iter().next(),
        None => None,
    };
    let object = after.intent.as_ref().or(after.charge.as_ref()).unwrap_or(&Value::Null);
    let record = Record::of_answer(object, after.charge.as_ref(), after.invoice_id(), subject.as_deref());
    let tried = Tried { record, before: None, key: None };
    ctx.show(&tried)?;
    Ok(tried.outcome())
}

/// The request that tries it again.
struct Request {
    path: String,
    params: Value,
    /// The payment as it stood, known by its last attempt: another one is another request.
    seen: String,
}

impl Request {
    async fn of(reader: &Reader, live: &Live, args: &RetryArgs) -> anyhow::Result<Request> {
        check_state(live, &args.id)?;
        let Some(customer) = live.customer() else {
            return Err(fail(
                Kind::Failed,
                format!("{} is nobody's: there is no saved method to try; nothing was sent", args.id),
                "Its client secret lets somebody pay it in a browser",
            ));
        };
        let named = args.payment_method.as_deref();
        // Not by the charge that was named, which may be an older one; nor by an invoice's `attempt_count`, which tries by
        // hand leave as it is.
        let last = live.intent.as_ref().and_then(|intent| id_at(intent, "/latest_charge"));
        let seen = last.unwrap_or("never tried").to_owned();
        if let Some(invoice) = live.invoice_id() {
            let mut params = json!({"off_session": true});
            if named.is_some() {
                params["payment_method"] = json!(method::of_customer(reader, customer, named).await?);
            }
            return Ok(Request { path: format!("/v1/invoices/{}/pay", segment(invoice)), params, seen });
        }
        let method = method::of_customer(reader, customer, named).await?;
        Ok(Request {
            path: format!("/v1/payment_intents/{}/confirm", segment(live.id())),
            params: json!({"payment_method": method, "off_session": true}),
            seen,
        })
    }

    /// Sends it. That it is declined is no error: the payment says so.
    async fn send(&self, reader: &Reader, writer: &Writer, id: &str) -> anyhow::Result<()> {
        let params = self.params.to_string();
        let wish = Wish {
            name: "the payment",
            what: "retry",
            about: &[&self.path, &self.seen, &params],
            earlier: 0,
            path: &self.path,
            params: &self.params,
        };
        let look = async || {
            let live = Live::read(reader, id).await?;
            Ok::<_, anyhow::Error>(if is_paid(&live) { live.intent } else { None })
        };
        match once(writer, &wish, look).await {
            Ok(Sent::Now(_) | Sent::Before(_) | Sent::Declined(_)) => Ok(()),
            Err(error) if error.downcast_ref::<StripeError>().is_some_and(is_decline) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn is_paid(live: &Live) -> bool {
    let status = |object: &Option<Value>, wanted: &str| {
        object.as_ref().and_then(|object| object.get("status")?.as_str()) == Some(wanted)
    };
    status(&live.invoice, "paid") || status(&live.intent, "succeeded")
}

/// # Errors
/// `Failed` where there is nothing to try.
fn check_state(live: &Live, id: &str) -> anyhow::Result<()> {
    let refuse =
        |why: &str, fix: String| Err(fail(Kind::Failed, format!("{id} {why}; nothing was sent"), fix));
    let show = format!("See `billctl payment show {id} --fresh`");
    let status = |object: &Option<Value>| {
        object.as_ref().and_then(|object| object.get("status")?.as_str()).map(str::to_owned)
    };
    if is_paid(live) {
        return refuse("is paid already", show);
    }
    match status(&live.invoice).as_deref() {
        Some("void") => return refuse("is of a voided invoice, which nobody owes", show),
        Some("draft") => {
            return refuse("is a draft, and nothing is owed before Stripe finalizes it", show);
        }
        Some(_) | None => {}
    }
    match status(&live.intent).as_deref() {
        Some("canceled") => refuse(
            "is canceled: it can't be paid any more",
            "Make another with `billctl payment charge`".to_owned(),
        ),
        Some("processing") => refuse("is under way: the bank has not answered yet", show),
        Some("requires_capture") => {
            refuse("is held by the bank already", "Capture it in the Stripe dashboard".to_owned())
        }
        Some(_) => Ok(()),
        None if live.invoice.is_some() => Ok(()),
        None => refuse(
            "is a charge without a payment intent, and Stripe tries such no second time",
            "Make another payment with `billctl payment charge`".to_owned(),
        ),
    }
}

struct Would(Request);

impl Present for Would {
    fn json(&self) -> Value {
        let Request { path, params, seen: _ } = &self.0;
        json!({"dry_run": true, "request": {"path": path, "params": params}})
    }

    fn view(&self) -> View {
        let Request { path, params, seen: _ } = &self.0;
        let request = serde_json::to_string_pretty(params).unwrap_or_default();
        View::new().line(format!("Would send POST {path} with")).line(request)
    }
}
