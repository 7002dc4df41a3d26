//! `billctl subscription create`: a subject subscribes without a checkout, with a way to pay that it has saved.
//!
//! Billing somebody twice is the worst that can happen here. So a subject that has a subscription is not given another one
//! unless that is said, and the request's idempotency key is made of the subject's customer and of the subscriptions that it
//! has ever had: all who ask at once, whatever for, use the same one, and Stripe carries out the first.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::subscribed::{Subscribed, catalog};
use super::target::Desk;
use crate::billing::currency::Currency;
use crate::billing::plan::account::PROJECT_TAG;
use crate::billing::subscription::Seen;
use crate::commands::Outcome;
use crate::commands::checkout::goods::{self, Asked, Goods, Line};
use crate::commands::checkout::promotion;
use crate::commands::moment::{Moment, time};
use crate::commands::pair::{self, Pair};
use crate::commands::subject::ensure;
use crate::context::Context;
use crate::error::{Kind, Note, fail};
use crate::render::{Present, Role, Text, View};
use crate::stripe::lists::Found;
use crate::stripe::{IdempotencyKey, StripeError, Writer};

/// The note on a subscription: a digest of the call that made it.
const CALL_NOTE: &str = "billctl_call";

/// A subscription may be refused this often within the day that Stripe remembers keys.
const MOST_TRIES: usize = 20;

/// Subscribe a subject to a plan, charging a way to pay that it has saved
///
/// Its customer is found or made as for a checkout. A subject that has a subscription gets no second one without
/// `--another`. If the first payment fails nothing is made; somebody who has to type a card needs `checkout create`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl subscription create u_1 --plan pro
  billctl subscription create u_1 --plan pro --price yearly --coupon launch --quantity 5
  billctl subscription create u_1 --plan enterprise --send-invoice 30
  billctl subscription create u_1 --plan pro --trial-days 14 --payment-method pm_1Qx2eZvKYlo2")]
pub struct CreateArgs {
    /// Who subscribes: your application's own id, or a customer's id
    pub subject: String,
    /// The plan's key in the billing file
    #[arg(long, value_name = "KEY", required_unless_present = "price")]
    pub plan: Option<String>,
    /// Which price: its key in the billing file, how often it is paid (`yearly`), its lookup key, or its id
    #[arg(long, value_name = "PRICE")]
    pub price: Option<String>,
    /// The currency, where the price has several
    #[arg(long, value_name = "CODE")]
    pub currency: Option<Currency>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=999_999))]
    pub quantity: u32,
    /// Days to try the plan, in place of those in the billing file; 0 for none
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(0..=730))]
    pub trial_days: Option<u32>,
    /// Apply this coupon
    #[arg(long, value_name = "ID")]
    pub coupon: Option<String>,
    /// Apply this promotion code
    #[arg(long, value_name = "CODE", conflicts_with = "coupon")]
    pub promotion_code: Option<String>,
    /// What pays: the id of a saved way to pay, or `default` for the customer's own [default: default]
    #[arg(long, value_name = "ID")]
    pub payment_method: Option<String>,
    /// Send invoices that are due after so many days, in place of charging
    #[arg(long, value_name = "DAYS", conflicts_with = "payment_method", value_parser = clap::value_parser!(u32).range(0..=730))]
    pub send_invoice: Option<u32>,
    /// Say that it began at this time, for what moves here from elsewhere; the time before now is not charged
    #[arg(long, value_name = "TIME")]
    pub backdate: Option<Moment>,
    /// A note for programs on the subscription; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub metadata: Vec<Pair>,
    /// Make it although the subject has a subscription already
    #[arg(long, requires = "key")]
    pub another: bool,
    /// Makes one subscription, however often it is repeated with this key
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
}

pub async fn run(ctx: &Context, args: CreateArgs) -> anyhow::Result<Outcome> {
    let by_customer = args.subject.starts_with(crate::commands::subject::CUSTOMER_PREFIX);
    if !by_customer {
        ensure::check_subject(&args.subject)?;
    }
    ctx.check_policy()?;
    pair::check_notes(ctx, &args.metadata)?;
    let asked = match (&args.plan, &args.price) {
        (Some(plan), price) => Asked::Plan { plan: plan.clone(), price: price.clone() },
        (None, price) => Asked::Price(price.clone().unwrap_or_default()),
    };
    let connection = ctx.stripe().await?;
    let mut desk = Desk::open(ctx, &connection)?;
    let goods = goods::find(&desk.reader, catalog(ctx)?, &asked, args.currency).await?;
    if !goods.recurs {
        return Err(fail(
            Kind::Usage,
            "What is paid once can't be subscribed to; nothing was sent",
            "Sell it with `billctl checkout create --pack KEY`",
        ));
    }
    let promotion_code = match &args.promotion_code {
        Some(code) => Some(promotion::id_of(&desk.reader, code).await?),
        None => None,
    };
    let found = match by_customer {
        true => desk.who(&args.subject).await?.customer,
        false => desk.ensurer().find(&args.subject).await?.map(|found| found.customer),
    };
    let wish = wish(&args, &goods);
    if let Some(customer) = &found {
        let all = desk.of_customer(&args.subject, customer).await?;
        if let Some(before) = judge(&desk, &args, &all, &wish)? {
            let subscribed = Subscribed::new(ctx, &desk.books, before)?;
            ctx.show(&Made { subscribed, state: State::Before })?;
            return Ok(Outcome::Done);
        }
        check_method(&desk, &args, customer).await?;
    } else if args.payment_method.is_some() {
        return Err(fail(
            Kind::Failed,
            format!(
                "`{}` has no customer in Stripe yet, and so nothing to pay with; nothing was sent",
                args.subject
            ),
            format!(
                "Let them pay by themselves: `billctl checkout create --subject {} --plan KEY`",
                args.subject
            ),
        ));
    }
    let order = Order { ctx, args: &args, goods: &goods, promotion_code, wish };
    if ctx.settings().dry_run {
        let customer = found.unwrap_or_else(|| "a new customer".to_owned());
        ctx.show(&Would(order.params(&customer)?))?;
        return Ok(Outcome::Done);
    }
    let writer = ctx.writer(&connection).await?;
    let customer = match found {
        Some(customer) => customer,
        None => desk.ensurer().find_or_make(&writer, &args.subject, None).await?.customer,
    };
    let (object, state) = order.make(&desk, &writer, &customer).await?;
    let subscribed = desk.after(object).await?;
    ctx.show(&Made { subscribed, state })?;
    Ok(Outcome::Done)
}

/// What stands in the way of a new subscription among all that a customer has ever had, or is it already.
///
/// # Errors
/// `Failed` where the customer has another one that goes on.
fn judge(desk: &Desk<'_>, args: &CreateArgs, all: &[Value], wish: &str) -> anyhow::Result<Option<Value>> {
    let going = || all.iter().filter(|object| !Seen(object).is_over());
    if let Some(same) = going().find(|object| Seen(object).note(CALL_NOTE) == Some(wish)) {
        return Ok(Some(same.clone()));
    }
    let Some(other) = going().next().filter(|_| !args.another) else { return Ok(None) };
    let other = Subscribed::new(desk.ctx, &desk.books, other.clone())?;
    let status = other.seen().status().replace('_', " ");
    Err(fail(
        Kind::Failed,
        format!(
            "`{}` has a subscription already: {}, {status}; nothing was sent",
            args.subject,
            other.words()
        ),
        format!(
            "Change it with `billctl subscription change {} --plan KEY`; or have two, with `--another --key KEY`",
            args.subject
        ),
    ))
}

/// Whether what is to pay is the customer's, or whether there is anything to pay with at all.
async fn check_method(desk: &Desk<'_>, args: &CreateArgs, customer: &str) -> anyhow::Result<()> {
    let Some(method) = args.payment_method.as_deref() else { return Ok(()) };
    if method == "default" {
        let Found::Object(object) = desk.reader.find(ensure::CUSTOMER_ROUTE, customer).await?.value else {
            return Ok(());
        };
        let has = ["/invoice_settings/default_payment_method", "/default_source"]
            .into_iter()
            .any(|place| object.pointer(place).is_some_and(|value| !value.is_null()));
        if has {
            return Ok(());
        }
        return Err(fail(
            Kind::Failed,
            format!("`{}` has no default way to pay; nothing was sent", args.subject),
            format!("Let them type one: `billctl checkout create --subject {} --plan KEY`", args.subject),
        ));
    }
    let Found::Object(object) = desk.reader.find("/v1/payment_methods/{}", method).await?.value else {
        return Err(fail(
            Kind::Failed,
            format!("Stripe has no way to pay {method} in this account and mode; nothing was sent"),
            format!("`billctl customer show {}` lists those that there are", args.subject),
        ));
    };
    if object.get("customer").and_then(Value::as_str) == Some(customer) {
        return Ok(());
    }
    Err(fail(
        Kind::Failed,
        format!("{method} is not of `{}` ({customer}); nothing was sent", args.subject),
        format!("`billctl customer show {}` lists what is", args.subject),
    ))
}

/// What was asked for, whenever and however often: a digest.
fn wish(args: &CreateArgs, goods: &Goods) -> String {
    let CreateArgs { subject, coupon, promotion_code, payment_method, send_invoice, .. } = args;
    let content = format!(
        "{:?}",
        (
            (subject, &goods.lines, args.quantity, args.trial_days.or(goods.trial_days), &args.currency),
            (coupon, promotion_code, payment_method, send_invoice, &args.metadata, &args.key),
            args.backdate.map(|moment| format!("{moment:?}")),
        )
    );
    let digest = hex::encode(Sha256::digest(content.as_bytes()));
    digest.get(..24).unwrap_or(&digest).to_owned()
}

/// A subscription that is to be made.
struct Order<'a> {
    ctx: &'a Context,
    args: &'a CreateArgs,
    goods: &'a Goods,
    /// Its id.
    promotion_code: Option<String>,
    wish: String,
}

impl Order<'_> {
    /// Makes it, once, whoever else is at it.
    async fn make(&self, desk: &Desk<'_>, writer: &Writer, customer: &str) -> anyhow::Result<(Value, State)> {
        let params = self.params(customer)?;
        for attempt in 0..MOST_TRIES {
            // What is judged and what the key is made of are one look at Stripe: who comes later either sees what was made,
            // or uses the same key.
            let all = desk.of_customer(&self.args.subject, customer).await?;
            if let Some(before) = judge(desk, self.args, &all, &self.wish)? {
                return Ok((before, State::Before));
            }
            let mut ever: Vec<&str> = all.iter().map(|object| Seen(object).id()).collect();
            ever.sort_unstable();
            match writer.post("/v1/subscriptions", &params, &key(customer, &ever, attempt)?).await {
                Ok(reply) if reply.replayed => return Ok((reply.body, State::Before)),
                Ok(reply) => return Ok((reply.body, State::New)),
                // Somebody asked for something else under this key: for one that there is now, or that was refused.
                Err(error) if is_other_request(&error) => {}
                // The refusal of an earlier attempt, of a card that was changed since perhaps.
                Err(error) if error.api().is_some_and(|api| api.replayed) => {}
                Err(error) => return Err(explain(error, &self.args.subject)),
            }
        }
        Err(fail(
            Kind::Failed,
            format!("Stripe has refused to subscribe `{}` again and again within a day", self.args.subject),
            format!(
                "Let them pay by themselves: `billctl checkout create --subject {} …`",
                self.args.subject
            ),
        ))
    }

    fn params(&self, customer: &str) -> anyhow::Result<Value> {
        let Order { ctx, args, goods, promotion_code, wish } = self;
        let mut params = json!({
            "customer": customer,
            "items": goods.lines.iter().filter_map(|line| item(line, args.quantity)).collect::<Vec<_>>(),
            "metadata": self.metadata(wish)?,
        });
        let mut set = |name: &str, value: Value| params[name] = value;
        if let Some(currency) = &args.currency {
            set("currency", json!(currency.code()));
        }
        if let Some(days) = args.trial_days.or(goods.trial_days).filter(|days| *days > 0) {
            set("trial_period_days", json!(days));
        }
        match (&args.coupon, promotion_code) {
            (Some(coupon), _) => set("discounts", json!([{"coupon": coupon}])),
            (None, Some(code)) => set("discounts", json!([{"promotion_code": code}])),
            (None, None) => {}
        }
        match args.send_invoice {
            Some(days) => {
                set("collection_method", json!("send_invoice"));
                set("days_until_due", json!(days));
            }
            None => {
                // Nobody is there who could type another card: it is paid at once, or not made at all.
                set("payment_behavior", json!("error_if_incomplete"));
                set("off_session", json!(true));
            }
        }
        if let Some(method) = args.payment_method.as_ref().filter(|method| *method != "default") {
            set("default_payment_method", json!(method));
        }
        if let Some(moment) = args.backdate {
            let start = moment.from(ctx.clock().now()).as_second();
            set("backdate_start_date", json!(start));
            set("proration_behavior", json!("none"));
        }
        Ok(params)
    }

    /// Whom it is about, which call made it, and what was given.
    fn metadata(&self, wish: &str) -> anyhow::Result<Map<String, Value>> {
        let Order { ctx, args, .. } = self;
        let mut metadata = Map::new();
        if !args.subject.starts_with(crate::commands::subject::CUSTOMER_PREFIX) {
            metadata.insert(ctx.subject_metadata()?.to_owned(), json!(args.subject));
        }
        if let Some(project) = ctx.billing_if_any()?.and_then(|loaded| loaded.file.project.as_ref()) {
            metadata.insert(PROJECT_TAG.to_owned(), json!(project.name));
        }
        metadata.insert(CALL_NOTE.to_owned(), json!(wish));
        for Pair { name, value } in &args.metadata {
            metadata.insert(name.clone(), json!(value));
        }
        Ok(metadata)
    }
}

fn item(line: &Line, quantity: u32) -> Option<Value> {
    match line {
        // What is metered has the quantity that is used.
        Line::Price { id, metered: true } => Some(json!({"price": id})),
        Line::Price { id, metered: false } => Some(json!({"price": id, "quantity": quantity})),
        Line::Amount { .. } => None,
    }
}

/// The key for a customer's next subscription: the same for all who want one at this moment.
fn key(customer: &str, ever: &[&str], attempt: usize) -> anyhow::Result<IdempotencyKey> {
    let content = json!(["subscription", customer, ever, attempt]).to_string();
    let digest = hex::encode(Sha256::digest(content.as_bytes()));
    Ok(IdempotencyKey::new(format!("billctl-subscription-{}", digest.get(..40).unwrap_or(&digest)))?)
}

fn is_other_request(error: &StripeError) -> bool {
    // 409 is for a request that is still under way: what becomes of it is not known.
    error.api().is_some_and(|api| api.status == 400 && api.error_type.as_deref() == Some("idempotency_error"))
}

/// What a customer's card, or the lack of one, did not allow.
fn explain(error: StripeError, subject: &str) -> anyhow::Error {
    let declined = error.status() == Some(402);
    let no_method =
        error.code() == Some("resource_missing") && error.api().is_some_and(|api| api.param.is_none());
    if !declined && !no_method {
        return super::target::gone(error, subject);
    }
    let message = match no_method {
        true => format!("`{subject}` has nothing saved to pay with; no subscription was made"),
        false => format!("The first payment of `{subject}` failed; no subscription was made"),
    };
    let fix = format!("Let them pay by themselves: `billctl checkout create --subject {subject} --plan KEY`");
    anyhow::Error::from(error).context(Note { kind: Kind::Failed, message, fix: Some(fix) })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    /// The same call made it.
    Before,
}

struct Made {
    subscribed: Subscribed,
    state: State,
}

impl Present for Made {
    fn json(&self) -> Value {
        let mut json = self.subscribed.json();
        json["made_before"] = json!(self.state == State::Before);
        json["dry_run"] = json!(false);
        json
    }

    fn view(&self) -> View {
        let words = self.subscribed.words();
        let line = match self.state {
            State::New => Text::new(Role::Create, format!("Made {words}")),
            State::Before => Text::from(format!("Made before, by the same call: {words}")),
        };
        let seen = self.subscribed.seen();
        let mut fields = vec![("status", self.subscribed.status())];
        if let Some(end) = seen.period_end() {
            fields.push(("period ends", Text::from(time(end))));
        }
        View::new().line(line).fields(fields).blank().table(self.subscribed.items())
    }
}

/// For a dry run: the parameters that would be sent.
struct Would(Value);

impl Present for Would {
    fn json(&self) -> Value {
        json!({"dry_run": true, "request": {"path": "/v1/subscriptions", "params": self.0}})
    }

    fn view(&self) -> View {
        let request = serde_json::to_string_pretty(&self.0).unwrap_or_default();
        View::new().line("Would send POST /v1/subscriptions with").line(request)
    }
}
