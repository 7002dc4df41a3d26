//! `billctl checkout create`: a link to a page where a subject pays.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::goods::{self, Goods};
use super::made::Made;
use super::promotion;
use super::request::{self, Discount, Order};
use super::what::What;
use crate::billing::catalog::file::Links;
use crate::billing::currency::Currency;
use crate::commands::Outcome;
use crate::commands::links::Variables;
use crate::commands::moment::time;
use crate::commands::pair::{self, Pair};
use crate::commands::subject::ensure::{self, Ensurer};
use crate::context::{Connection, Context};
use crate::error::{Kind, fail};
use crate::render;
use crate::store::books::{Books, Claim, Start};
use crate::stripe::error::Outcome as Sent;
use crate::stripe::{IdempotencyKey, Reader, StripeError, Writer, segment};

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;

/// Make a link to a page where a subject subscribes to a plan, buys a pack, or pays an amount
///
/// The subject's customer is found or made, once, however many checkouts start at the same time. Where the page leads back
/// to stands in `[links]` of the billing file. With `--key`, the same call again gives the same session.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl checkout create --subject u_1 --plan pro
  billctl checkout create --subject u_1 --plan pro --price yearly --open
  billctl checkout create --subject c_42 --plan pro --var plugin=chat
  billctl checkout create --subject u_1 --pack credits_1000 --key order-7
  billctl checkout create --subject u_1 --amount '12.50 usd' --for 'Two hours of help'")]
pub struct CreateArgs {
    /// Who pays: your application's own id
    #[arg(long, value_name = "SUBJECT")]
    pub subject: String,
    #[command(flatten)]
    pub what: What,
    /// Which price: its key in the billing file, how often it is paid (`yearly`), its lookup key, or its id
    #[arg(long, value_name = "PRICE", required_unless_present_any = ["plan", "pack", "amount"])]
    #[arg(conflicts_with = "amount")]
    pub price: Option<String>,
    /// What an amount is for, as the page shows it
    #[arg(long = "for", value_name = "TEXT", requires = "amount", conflicts_with_all = ["plan", "pack", "price"])]
    pub description: Option<String>,
    /// The currency, where the price has several, or of an amount that names none
    #[arg(long, value_name = "CODE")]
    pub currency: Option<Currency>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=999_999))]
    pub quantity: u32,
    /// Days to try the plan, in place of those in the billing file; 0 for none
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(0..=730))]
    pub trial_days: Option<u32>,
    /// Let the customer type a promotion code
    #[arg(long, conflicts_with_all = ["promotion_code", "coupon"])]
    pub allow_promotion_codes: bool,
    /// Apply this promotion code
    #[arg(long, value_name = "CODE", conflicts_with = "coupon")]
    pub promotion_code: Option<String>,
    /// Apply this coupon
    #[arg(long, value_name = "ID")]
    pub coupon: Option<String>,
    /// Have Stripe work out the tax
    #[arg(long)]
    pub automatic_tax: bool,
    /// A note for programs on the session; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub metadata: Vec<Pair>,
    /// The page's language: de, fr, pt-BR, …
    #[arg(long, value_name = "LOCALE")]
    pub locale: Option<String>,
    /// How long the link is good: 30m to 24h
    #[arg(long, value_name = "DURATION", value_parser = lifetime)]
    pub expires: Option<i64>,
    /// A value for the links' templates; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub var: Vec<Pair>,
    /// Where a paid checkout leads, in place of `links.success`; a template too
    #[arg(long, value_name = "URL")]
    pub success_url: Option<String>,
    /// Where leaving the page leads, in place of `links.cancel`; a template too
    #[arg(long, value_name = "URL")]
    pub cancel_url: Option<String>,
    /// Makes one session, however often it is repeated with this key [default: a new one each time]
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Open the page in the browser
    #[arg(long)]
    pub open: bool,
    /// Draw the link as a QR code, on stderr
    #[arg(long)]
    pub qr: bool,
}

impl CreateArgs {
    /// What another command asks for: a link for a subject to what is sold, with values for the templates, under a key.
    pub fn of_link(subject: &str, what: What, var: &[Pair], key: String) -> CreateArgs {
        CreateArgs {
            subject: subject.to_owned(),
            what,
            price: None,
            description: None,
            currency: None,
            quantity: 1,
            trial_days: None,
            allow_promotion_codes: false,
            promotion_code: None,
            coupon: None,
            automatic_tax: false,
            metadata: Vec::new(),
            locale: None,
            expires: None,
            var: var.to_vec(),
            success_url: None,
            cancel_url: None,
            key: Some(key),
            open: false,
            qr: false,
        }
    }
}

pub async fn run(ctx: &Context, args: CreateArgs) -> anyhow::Result<Outcome> {
    let made = make(ctx, &args).await?;
    ctx.show(&made)?;
    after(ctx, &args, &made);
    Ok(Outcome::Done)
}

/// Makes a session, or on a dry run the request for one.
///
/// # Errors
/// What can't be meant, what policy, Stripe or the disk refuses.
pub async fn make(ctx: &Context, args: &CreateArgs) -> anyhow::Result<Made> {
    ensure::check_subject(&args.subject)?;
    pair::check_notes(ctx, &args.metadata)?;
    let asked = args.what.asked(args.price.clone(), args.description.as_deref(), args.currency)?;
    let catalog = match ctx.settings().config {
        Some(_) => Some(&ctx.catalog()?.catalog),
        None => None,
    };
    // Nothing is sent before the links can be made; which price it is can't be known yet, and any will do.
    let any = args.price.as_deref().or(args.what.amount.is_none().then_some("price"));
    Addresses::new(ctx, args, any)?;
    let connection = ctx.stripe().await?;
    let reader = connection.reader();
    let goods = goods::find(&reader, catalog, &asked, args.currency).await?;
    goods.check_trial(args.trial_days)?;
    let addresses = Addresses::new(ctx, args, goods.price.as_deref().or(args.price.as_deref()))?;
    let discount = discount(&reader, args).await?;
    let mut session = Session { ctx, connection: &connection, reader, args, goods, addresses, discount };
    session.make().await
}

/// Reads `30m`, `2h`, `24h`; in seconds.
fn lifetime(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is no duration from 30m to 24h");
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    let length = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    let seconds = length.as_secs();
    if (30 * MINUTE..=DAY).contains(&seconds) { Ok(seconds) } else { Err(wrong()) }
}

/// Where the page leads back to.
#[derive(Debug)]
struct Addresses {
    success: String,
    cancel: Option<String>,
}

impl Addresses {
    fn new(ctx: &Context, args: &CreateArgs, price: Option<&str>) -> anyhow::Result<Addresses> {
        let nothing = Links::default();
        let links = match ctx.settings().config {
            Some(_) => ctx.catalog()?.file.links.as_ref().unwrap_or(&nothing),
            None => &nothing,
        };
        let sold = args.what.plan.as_deref().or(args.what.pack.as_deref());
        let known = [("subject", Some(args.subject.as_str())), ("plan", sold), ("price", price)];
        let variables = Variables::new(ctx, links, &args.var, &known)?;
        let success = args.success_url.as_ref().map(|url| ("--success-url", url));
        let Some((what, template)) = success.or(links.success.as_ref().map(|url| ("links.success", url)))
        else {
            return Err(fail(
                Kind::Usage,
                "Nothing says where a paid checkout leads; nothing was sent",
                "Set `success` in [links] of the billing file, or give `--success-url URL`",
            ));
        };
        let success = variables.fill(what, template, true)?;
        let cancel = args.cancel_url.as_ref().map(|url| ("--cancel-url", url));
        let cancel = cancel.or(links.cancel.as_ref().map(|url| ("links.cancel", url)));
        let cancel = cancel.map(|(what, template)| variables.fill(what, template, false)).transpose()?;
        Ok(Addresses { success, cancel })
    }
}

async fn discount(reader: &Reader, args: &CreateArgs) -> anyhow::Result<Discount> {
    if let Some(code) = &args.promotion_code {
        return Ok(Discount::PromotionCode(promotion::id_of(reader, code).await?));
    }
    Ok(match (&args.coupon, args.allow_promotion_codes) {
        (Some(coupon), _) => Discount::Coupon(coupon.clone()),
        (None, true) => Discount::CustomerTypes,
        (None, false) => Discount::None,
    })
}

/// A session that is to be made.
struct Session<'a> {
    ctx: &'a Context,
    connection: &'a Connection,
    reader: Reader,
    args: &'a CreateArgs,
    goods: Goods,
    addresses: Addresses,
    discount: Discount,
}

impl Session<'_> {
    async fn make(&mut self) -> anyhow::Result<Made> {
        let ctx = self.ctx;
        let (books, mut mirror) = (ctx.books()?, ctx.mirror()?);
        let mut ensurer = Ensurer { ctx, reader: self.reader.clone(), books: &books, mirror: &mut mirror };
        let subject = &self.args.subject;
        if ctx.settings().dry_run {
            let found = ensurer.find(subject).await?;
            let customer = found.map_or_else(|| "a new customer".to_owned(), |found| found.customer);
            return Ok(Made::would(self.params(&customer)?, &self.goods));
        }
        let writer = ctx.writer(self.connection).await?;
        let customer = ensurer.find_or_make(&writer, subject, None).await?.customer;
        let params = self.params(&customer)?;
        let key = self.args.key.clone().unwrap_or_else(|| format!("cli:{:032x}", fastrand::u128(..)));
        let (wish, request) = (self.wish(), params.to_string());
        let now = ctx.clock().now().as_second();
        let start = Start { key: &key, subject, at: now, wish: &wish, request: &request };
        let most = ctx.policy()?.and_then(|policy| policy.checkouts_per_minute);
        match books.start_checkout(&start, most)? {
            Claim::New => self.send(&books, &writer, &key, &params).await,
            Claim::Again { session: Some(id), .. } => {
                let path = format!("/v1/checkout/sessions/{}", segment(&id));
                Ok(Made::new(self.reader.get(&path, &Value::Null).await?, true, &self.goods))
            }
            // The answer never came: the same request again, under the same key.
            Claim::Again { request, session: None } => {
                let params = serde_json::from_str(&request).unwrap_or(params);
                self.send(&books, &writer, &key, &params).await
            }
            Claim::Differs => Err(fail(
                Kind::Usage,
                format!("The key `{key}` was used before, for another checkout; nothing was sent"),
                "Use a key of its own for each checkout; only a repetition of the same one has the same key",
            )),
            Claim::TooMany { free_at } => Err(fail(
                Kind::Refused,
                format!(
                    "`{subject}` has started {} checkouts within a minute, as many as the policy allows",
                    most.unwrap_or_default()
                ),
                format!("Try again at {}, or raise `checkouts_per_minute` in [policy]", time(free_at)),
            )),
        }
    }

    async fn send(&self, books: &Books, writer: &Writer, key: &str, params: &Value) -> anyhow::Result<Made> {
        let digest = hex::encode(Sha256::digest(key.as_bytes()));
        let once = IdempotencyKey::new(format!("billctl-checkout-{}", digest.get(..40).unwrap_or(&digest)))?;
        match writer.post("/v1/checkout/sessions", params, &once).await {
            Ok(reply) => {
                if let Some(id) = reply.body.get("id").and_then(Value::as_str) {
                    books.note_checkout(key, id)?;
                }
                Ok(Made::new(reply.body, reply.replayed, &self.goods))
            }
            Err(error) => {
                if error.outcome() == Sent::NotDone {
                    books.forget_checkout(key)?;
                }
                Err(explain(error, &self.args.subject))
            }
        }
    }

    fn params(&self, customer: &str) -> anyhow::Result<Value> {
        let Session { ctx, args, goods, addresses, discount, .. } = self;
        let project = ctx.billing_if_any()?.and_then(|loaded| loaded.file.project.as_ref());
        // Stripe refuses half an hour that is over when it looks, by a second or two.
        let expires_at = args.expires.map(|seconds| {
            ctx.clock().now().as_second() + if seconds == 30 * MINUTE { seconds + MINUTE } else { seconds }
        });
        let currency = args.currency.as_ref().filter(|_| args.what.amount.is_none());
        let order = Order {
            subject: &args.subject,
            subject_key: ctx.subject_metadata()?,
            project: project.map(|project| project.name.as_str()),
            customer,
            success_url: &addresses.success,
            cancel_url: addresses.cancel.as_deref(),
            quantity: args.quantity,
            trial_days: args.trial_days.or(goods.trial_days),
            discount: discount.clone(),
            automatic_tax: args.automatic_tax,
            metadata: &args.metadata,
            locale: args.locale.as_deref(),
            currency: currency.map(Currency::code),
            expires_at,
        };
        Ok(request::params(&order, goods))
    }

    /// What was asked for, whenever and however often: a digest.
    fn wish(&self) -> String {
        let CreateArgs { expires, .. } = self.args;
        let Session { goods, addresses, discount, args, .. } = self;
        let content = format!(
            "{:?}",
            (
                (&args.subject, &goods.lines, &addresses.success, &addresses.cancel, args.quantity),
                (args.trial_days.or(goods.trial_days), discount, args.automatic_tax, &args.metadata),
                (&args.locale, &args.currency, expires),
            )
        );
        hex::encode(Sha256::digest(content.as_bytes()))
    }
}

/// A customer that was deleted since the last event came.
fn explain(error: StripeError, subject: &str) -> anyhow::Error {
    let about_customer = error.api().is_some_and(|api| {
        api.param.as_deref() == Some("customer") && api.code.as_deref() == Some("resource_missing")
    });
    let error = anyhow::Error::from(error);
    if !about_customer {
        return error;
    }
    error.context(crate::error::Note {
        kind: Kind::Failed,
        message: format!("Stripe has no longer the customer of `{subject}`; no checkout was made"),
        fix: Some("Run `billctl events pull`, and then the same again: it makes another one".to_owned()),
    })
}

/// The browser and the QR code: neither is worth failing for.
fn after(ctx: &Context, args: &CreateArgs, made: &Made) {
    let Some(url) = made.url() else { return };
    if args.qr {
        match render::qr_code(url) {
            Some(code) => ctx.ui().say(&code),
            None => ctx.ui().warn("The link is too long for a QR code"),
        }
    }
    if args.open
        && let Err(error) = open::that_detached(url)
    {
        ctx.ui().warn(&format!("The browser could not be opened ({error}); the link is above"));
    }
}
