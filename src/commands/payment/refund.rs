//! `billctl payment refund`: money back, no more than was paid, and once.

use serde_json::{Map, Value, json};

use super::live::{Live, id_at, remember};
use super::show::check_id;
use crate::billing::money::Money;
use crate::billing::payment::{PRORATED, Refundable};
use crate::billing::plan::account::{KEY_TAG, PROJECT_TAG};
use crate::billing::subscription::refund::PaidInvoice;
use crate::commands::once::{Sent, Wish, has_key, once};
use crate::commands::stripe_time::time_by;
use crate::commands::subscription::CANCELED_NOTE;
use crate::commands::{Outcome, amount, set_off};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Present, Role, Text, View};
use crate::stripe::{Reader, segment};

/// Give money back: all that is left of a payment, an amount of it, or the share for time that is still to come
///
/// Asks first. The same call again gives nothing more back and says so; to refund the same amount of the same payment once
/// more, give it a key of its own.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl payment refund pi_1QyHrZ2eZvKYlo2C --reason 'paid twice' --because duplicate
  billctl payment refund pi_1QyHrZ2eZvKYlo2C --amount 5.00 --reason 'an hour of downtime'
  billctl payment refund in_1QyHrZ2eZvKYlo2C --prorated --reason 'left early' --yes")]
pub struct RefundArgs {
    /// The payment's id: pi_…, ch_…, or in_… for what paid an invoice
    #[arg(value_name = "PAYMENT")]
    pub id: String,
    /// So much of it, such as 5.00 or '5.00 usd' [default: all that is left]
    #[arg(long, value_name = "AMOUNT", conflicts_with = "prorated")]
    pub amount: Option<String>,
    /// The share of what was paid for time that is still to come
    #[arg(long)]
    pub prorated: bool,
    /// Why, in Stripe's words; a fraudulent payment's card is blocked from then on
    #[arg(long, value_name = "CAUSE")]
    pub because: Option<Cause>,
    /// Refunds once, however often it is repeated with this key [default: made of payment and amount]
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Cause {
    /// It was paid twice
    Duplicate,
    /// The owner of the card did not pay it
    Fraudulent,
    /// The customer asked for it
    RequestedByCustomer,
}

impl Cause {
    fn stripe(self) -> &'static str {
        match self {
            Cause::Duplicate => "duplicate",
            Cause::Fraudulent => "fraudulent",
            Cause::RequestedByCustomer => "requested_by_customer",
        }
    }
}

pub async fn run(ctx: &Context, args: RefundArgs) -> anyhow::Result<Outcome> {
    check_id(&args.id)?;
    let reason = reason(ctx)?;
    let connection = ctx.stripe().await?;
    let reader = connection.reader();
    let live = Live::read(&reader, &args.id).await?;
    let charge = paid(&live, &args.id)?;
    let (books, mut mirror) = (ctx.books()?, ctx.mirror()?);
    let subject = match live.customer() {
        Some(customer) => books.subjects_of(customer)?.into_iter().next(),
        None => None,
    };
    let wanted = Wanted::read(&args, charge)?;
    let key = args.key.clone().unwrap_or_else(|| wanted.key());
    let earlier = refunds(&reader, &live).await?;
    let is_known = |refund: &&Value| {
        // The end of its subscription has given the same time back.
        let by_end = matches!(wanted, Wanted::Prorated) && refund.pointer(&ended()).is_some();
        holds(refund) && (has_key(refund, &key) || by_end)
    };
    let known = earlier.iter().find(is_known);
    let left = refundable(charge).left();
    let mut result = Refunded {
        live: live.clone(),
        subject,
        reason,
        key,
        refund: Value::Null,
        left,
        state: State::Before,
    };
    if let Some(known) = known {
        result.refund = known.clone();
        check_same(&result, &wanted)?;
        // The charge was read before the refunds were: another process may have made it in between.
        let path = format!("/v1/charges/{}", segment(id_at(charge, "/id").unwrap_or_default()));
        result.left = refundable(&reader.get(&path, &Value::Null).await?).left();
        ctx.show(&result)?;
        return Ok(Outcome::Done);
    }
    let minor = amount_of(ctx, &reader, &live, charge, &wanted).await?;
    let params = params(ctx, &live, &args, &result, minor)?;
    if ctx.settings().dry_run {
        result.refund = params;
        result.left -= minor;
        result.state = State::DryRun;
        ctx.show(&result)?;
        return Ok(Outcome::Done);
    }
    ctx.check_policy()?;
    let words = amount::words(minor, currency(charge));
    let from = result.subject.as_deref().or(live.customer()).unwrap_or("the customer");
    if !ctx.confirm(&format!("Refund {words} of {} to {from}?", live.id()))? {
        ctx.ui().status("Nothing was refunded");
        return Ok(Outcome::Done);
    }
    let writer = ctx.writer(&connection).await?;
    let failed = earlier.iter().filter(|refund| has_key(refund, &result.key) && !holds(refund)).count();
    let wish = Wish {
        name: "the refund",
        what: "refund",
        about: &[live.id(), &result.key],
        earlier: u32::try_from(failed).unwrap_or(u32::MAX),
        path: "/v1/refunds",
        params: &params,
    };
    let look = async || {
        let all = refunds(&reader, &live).await?;
        let found = all.into_iter().find(|refund| has_key(refund, &result.key) && holds(refund));
        Ok::<_, anyhow::Error>(found)
    };
    let (refund, state) = match once(&writer, &wish, look).await? {
        Sent::Now(refund) => (refund, State::Now),
        Sent::Before(refund) | Sent::Declined(refund) => (refund, State::Before),
    };
    result.refund = refund;
    result.state = state;
    let charge_id = id_at(charge, "/id").unwrap_or_default();
    let refund_id = id_at(&result.refund, "/id").unwrap_or_default();
    remember(ctx, &reader, &books, &mut mirror, ("refund", refund_id)).await;
    let after = remember(ctx, &reader, &books, &mut mirror, ("charge", charge_id)).await;
    result.left = match &after {
        Some(charge) => refundable(charge).left(),
        None => result.left - result.minor(),
    };
    ctx.show(&result)?;
    Ok(Outcome::Done)
}

/// Why, as whoever looks later will read it.
fn reason(ctx: &Context) -> anyhow::Result<String> {
    let given = ctx.settings().reason.clone().filter(|reason| !reason.trim().is_empty());
    given.ok_or_else(|| {
        fail(
            Kind::Usage,
            "A refund needs a reason: it is kept with it in Stripe for whoever looks later",
            "Say why, with `--reason TEXT`",
        )
    })
}

/// The charge that brought money, if any can go back.
fn paid<'a>(live: &'a Live, id: &str) -> anyhow::Result<&'a Value> {
    let refuse =
        |message: String, fix: String| Err(fail(Kind::Failed, format!("{message}; nothing was sent"), fix));
    let Some(charge) = &live.charge else {
        let paid_otherwise = live.invoice.as_ref().is_some_and(|invoice| invoice["status"] == "paid");
        return match paid_otherwise {
            true => refuse(
                format!("{id} was paid without Stripe's help, or by a balance"),
                "Give the money back the way it came".to_owned(),
            ),
            false => {
                refuse(format!("Nobody has paid {id}"), format!("See `billctl payment show {id} --fresh`"))
            }
        };
    };
    let charge_id = id_at(charge, "/id").unwrap_or_default();
    let show = format!("See `billctl payment show {id} --fresh`");
    if charge["paid"] != true || charge["status"] != "succeeded" {
        let status = charge["status"].as_str().unwrap_or("unknown");
        return refuse(format!("Nobody has paid {id}: its last attempt, {charge_id}, is {status}"), show);
    }
    if charge["captured"] == false {
        return refuse(
            format!("The money of {id} is held, and not taken yet"),
            "Cancel the payment in the Stripe dashboard to let go of it".to_owned(),
        );
    }
    if charge["disputed"] == true && charge["refunded"] != true {
        return refuse(
            format!("{id} is disputed: the bank decides about its money"),
            "Answer the dispute, or accept it, in the Stripe dashboard".to_owned(),
        );
    }
    Ok(charge)
}

/// What is to go back.
enum Wanted {
    Rest,
    Amount(Money),
    Prorated,
}

impl Wanted {
    fn read(args: &RefundArgs, charge: &Value) -> anyhow::Result<Wanted> {
        match (&args.amount, args.prorated) {
            (Some(text), _) => {
                let currency = currency(charge).parse().ok();
                Ok(Wanted::Amount(amount::typed("--amount", text, currency)?))
            }
            (None, true) => Ok(Wanted::Prorated),
            (None, false) => Ok(Wanted::Rest),
        }
    }

    /// The key of a refund that was given none: there is one for all, one by time, and one of each amount.
    fn key(&self) -> String {
        match self {
            Wanted::Rest => "rest".to_owned(),
            Wanted::Amount(money) => format!("amount:{}", money.minor),
            Wanted::Prorated => PRORATED.to_owned(),
        }
    }
}

fn currency(charge: &Value) -> &str {
    charge.get("currency").and_then(Value::as_str).unwrap_or_default()
}

fn number(object: &Value, name: &str) -> i64 {
    object.get(name).and_then(Value::as_i64).unwrap_or_default()
}

fn refundable(charge: &Value) -> Refundable {
    // Charges of before 2020 have no `amount_captured`.
    let captured =
        charge.get("amount_captured").and_then(Value::as_i64).unwrap_or_else(|| number(charge, "amount"));
    Refundable { captured, refunded: number(charge, "amount_refunded") }
}

/// Every refund of the payment.
async fn refunds(reader: &Reader, live: &Live) -> anyhow::Result<Vec<Value>> {
    let charge = live.charge.as_ref().and_then(|charge| id_at(charge, "/id"));
    Ok(reader.list("/v1/refunds", &json!({"charge": charge})).await?)
}

/// Whether a refund gives money back, or will: one that failed does not.
fn holds(refund: &Value) -> bool {
    !matches!(refund.get("status").and_then(Value::as_str), Some("failed" | "canceled"))
}

/// How much goes back, in minor units.
async fn amount_of(
    ctx: &Context,
    reader: &Reader,
    live: &Live,
    charge: &Value,
    wanted: &Wanted,
) -> anyhow::Result<i64> {
    let refundable = refundable(charge);
    let left = refundable.left();
    let words = |minor: i64| amount::words(minor, currency(charge));
    let id = live.id();
    if left == 0 {
        return Err(fail(
            Kind::Failed,
            format!("All {} of {id} have gone back already; nothing was sent", words(refundable.captured)),
            format!("See when and why with `billctl payment show {id} --fresh`"),
        ));
    }
    let minor = match wanted {
        Wanted::Rest => return Ok(left),
        Wanted::Amount(money) => money.minor,
        Wanted::Prorated => share(ctx, reader, live, refundable).await?,
    };
    if minor <= left {
        return Ok(minor);
    }
    let message = match refundable.refunded {
        0 => format!("{} is more than the {} that were paid", words(minor), words(left)),
        refunded => format!(
            "{} is more than the {} that are left: {} of {} have gone back",
            words(minor),
            words(left),
            words(refunded),
            words(refundable.captured)
        ),
    };
    Err(fail(
        Kind::Failed,
        format!("{message}; nothing was sent"),
        "Leave `--amount` and `--prorated` away to refund all that is left, or name less",
    ))
}

/// What was paid for time that is still to come, and that no change of plan has set off since.
async fn share(ctx: &Context, reader: &Reader, live: &Live, refundable: Refundable) -> anyhow::Result<i64> {
    let refuse = |why: &str, fix: &str| {
        Err(fail(Kind::Failed, format!("{} can't be prorated: {why}; nothing was sent", live.id()), fix))
    };
    let fix = "Say how much with `--amount`";
    let Some(invoice) = &live.invoice else { return refuse("it pays no invoice", fix) };
    let lines = set_off::lines(reader, invoice).await?;
    let paid = PaidInvoice::read(invoice, &lines, None, refundable.captured);
    if paid.lines.is_empty() {
        return refuse("none of what was paid is for a period of time", fix);
    }
    let path = format!("/v1/invoices/{}", segment(live.invoice_id().unwrap_or_default()));
    let now = time_by(ctx, reader, id_at(invoice, "/test_clock"), &path).await?;
    let unused = paid.unused(now)?;
    if unused == 0 {
        return refuse("the time that was paid for is over", fix);
    }
    match unused - set_off::since(reader, invoice, now).await? {
        left @ 1.. => Ok(left),
        _ => refuse(
            "a change of the subscription has set off the time that is left",
            "`billctl subscription cancel SUBJECT --now --refund prorated` counts all its invoices together; or say how \
             much with `--amount`",
        ),
    }
}

/// Where a refund says which subscription's end it is for.
fn ended() -> String {
    format!("/metadata/{CANCELED_NOTE}")
}

fn params(
    ctx: &Context,
    live: &Live,
    args: &RefundArgs,
    result: &Refunded,
    minor: i64,
) -> anyhow::Result<Value> {
    let project = ctx.billing_if_any()?.and_then(|loaded| loaded.file.project.as_ref());
    let mut metadata = Map::new();
    if let Some(project) = project {
        metadata.insert(PROJECT_TAG.to_owned(), json!(project.name));
    }
    metadata.insert(KEY_TAG.to_owned(), json!(result.key));
    metadata.insert(REASON_TAG.to_owned(), json!(result.reason));
    let charge = live.charge.as_ref().and_then(|charge| id_at(charge, "/id"));
    let mut params = json!({"charge": charge, "amount": minor, "metadata": metadata});
    if let Some(cause) = args.because {
        params["reason"] = json!(cause.stripe());
    }
    Ok(params)
}

/// The metadata key under which a reason is kept.
pub const REASON_TAG: &str = "billctl_reason";

/// Refuses a key that was used for another amount.
fn check_same(result: &Refunded, wanted: &Wanted) -> anyhow::Result<()> {
    let Wanted::Amount(money) = wanted else { return Ok(()) };
    let before = number(&result.refund, "amount");
    if before == money.minor {
        return Ok(());
    }
    Err(fail(
        Kind::Usage,
        format!(
            "The key `{}` was used before, for a refund of {}; nothing was sent",
            result.key,
            amount::words(before, money.currency.code())
        ),
        "Use a key of its own for each refund; only a repetition of the same one has the same key",
    ))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Now,
    Before,
    DryRun,
}

struct Refunded {
    live: Live,
    subject: Option<String>,
    reason: String,
    key: String,
    /// The refund; on a dry run the parameters that would be sent.
    refund: Value,
    /// What can still go back, in minor units.
    left: i64,
    state: State,
}

impl Refunded {
    fn currency(&self) -> &str {
        self.live.charge.as_ref().map_or("", currency)
    }

    fn minor(&self) -> i64 {
        number(&self.refund, "amount")
    }
}

impl Present for Refunded {
    fn json(&self) -> Value {
        let Refunded { live, subject, reason, key, refund, left, state } = self;
        if *state == State::DryRun {
            return json!({"dry_run": true, "request": {"path": "/v1/refunds", "params": refund}});
        }
        json!({
            "id": refund.get("id"),
            "payment": live.id(),
            "charge": refund.get("charge"),
            "invoice": live.invoice_id(),
            "subject": subject,
            "customer": live.customer(),
            "amount": amount::json(self.minor(), self.currency()),
            "status": refund.get("status"),
            "left": amount::json(*left, self.currency()),
            "reason": reason,
            "because": refund.get("reason"),
            "key": key,
            "refunded_before": *state == State::Before,
        })
    }

    fn view(&self) -> View {
        let Refunded { live, subject, reason, key, refund, left, state } = self;
        let words = amount::words(self.minor(), self.currency());
        let who = subject.as_deref().or(live.customer()).unwrap_or("the customer");
        let headline = match state {
            State::Now => Text::new(Role::Create, format!("Refunded {words} to {who}")),
            State::Before => {
                Text::new(Role::Change, format!("Refunded before, and not again: {words} to {who}"))
            }
            State::DryRun => Text::from(format!("Would refund {words} to {who}")),
        };
        let text = |name: &str| refund.get(name).and_then(Value::as_str);
        let mut fields = Vec::new();
        if let Some(id) = text("id") {
            let status = text("status").unwrap_or_default();
            fields.push(("refund", Text::from(format!("{id} ({status})"))));
        }
        fields.push(("of", Text::from(live.id())));
        fields.push((
            "left",
            Text::from(format!("{} can still go back", amount::words(*left, self.currency()))),
        ));
        fields.push((
            "why",
            Text::from(refund.pointer("/metadata/billctl_reason").and_then(Value::as_str).unwrap_or(reason)),
        ));
        fields.push(("key", Text::from(key.as_str())));
        let view = View::new().line(headline).fields(fields);
        match (state, *left) {
            (State::Before, 1..) => view.line(Text::new(
                Role::Hint,
                "Another refund of this payment has a key of its own: `--key TEXT`",
            )),
            _ => view,
        }
    }
}
