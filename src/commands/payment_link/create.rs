//! `billctl payment-link create`

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::link;
use crate::billing::currency::Currency;
use crate::billing::plan::account::{KEY_TAG, PROJECT_TAG};
use crate::commands::Outcome;
use crate::commands::checkout::goods::{self, Goods};
use crate::commands::checkout::request::{goods_metadata, line_item};
use crate::commands::checkout::what::What;
use crate::commands::once::{Sent, Wish, has_key, once};
use crate::commands::pair::{self, Pair};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{self, Present, Role, Text, View};
use crate::stripe::Reader;

/// Make a link that anybody may pay, as often as they like
///
/// For one customer who is known, `billctl checkout create` is better: it knows who pays. The same call gives the same link
/// for as long as that is active.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl payment-link create --plan pro
  billctl payment-link create --pack credits_1000 --quantity 3 --qr
  billctl payment-link create --plan pro --subject u_1        the address with the subject in it
  billctl payment-link create --amount '12.50 usd' --for 'A place in the course' --limit 20")]
pub struct CreateArgs {
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
    #[arg(long)]
    pub allow_promotion_codes: bool,
    /// Have Stripe work out the tax
    #[arg(long)]
    pub automatic_tax: bool,
    /// It can be paid so often, and then no more
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// Where a paid page leads [default: Stripe's own thanks]
    #[arg(long, value_name = "URL")]
    pub success_url: Option<String>,
    /// Give out the address with this subject in it: whoever pays there is that subject's customer from then on
    #[arg(long, value_name = "SUBJECT")]
    pub subject: Option<String>,
    /// A note for programs, which every payment carries too; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub metadata: Vec<Pair>,
    /// Makes a link of its own, one for this key [default: made of what it sells]
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Draw the link as a QR code, on stderr
    #[arg(long)]
    pub qr: bool,
}

/// Where payment links are.
pub const PATH: &str = "/v1/payment_links";

pub async fn run(ctx: &Context, args: CreateArgs) -> anyhow::Result<Outcome> {
    let asked = args.what.asked(args.price.clone(), args.description.as_deref(), args.currency)?;
    check(&args)?;
    pair::check_notes(ctx, &args.metadata)?;
    let catalog = match ctx.settings().config {
        Some(_) => Some(&ctx.catalog()?.catalog),
        None => None,
    };
    let connection = ctx.stripe().await?;
    let reader = connection.reader();
    let goods = goods::find(&reader, catalog, &asked, args.currency).await?;
    goods.check_trial(args.trial_days)?;
    let mut params = params(ctx, &args, &goods)?;
    let key = args.key.clone().unwrap_or_else(|| content_key(&params));
    params["metadata"][KEY_TAG] = json!(key);
    if ctx.settings().dry_run {
        ctx.show(&Made { link: params, subject: args.subject, state: State::DryRun })?;
        return Ok(Outcome::Done);
    }
    let writer = ctx.writer(&connection).await?;
    let known = links(&reader, &key).await?;
    let (active, retired): (Vec<Value>, Vec<Value>) =
        known.into_iter().partition(|link| link.get("active") == Some(&Value::Bool(true)));
    let (link, state) = match active.into_iter().next() {
        Some(link) => (link, State::Before),
        None => {
            let wish = Wish {
                name: "the payment link",
                what: "payment-link",
                about: &[&key],
                earlier: u32::try_from(retired.len()).unwrap_or(u32::MAX),
                path: PATH,
                params: &params,
            };
            let look = async || {
                let all = links(&reader, &key).await?;
                let found = all.into_iter().find(|link| link.get("active") == Some(&Value::Bool(true)));
                Ok::<_, anyhow::Error>(found)
            };
            match once(&writer, &wish, look).await? {
                Sent::Now(link) => (link, State::Now),
                Sent::Before(link) | Sent::Declined(link) => (link, State::Before),
            }
        }
    };
    let made = Made { link, subject: args.subject, state };
    ctx.show(&made)?;
    if let Some(code) = made.url().as_deref().and_then(render::qr_code).filter(|_| args.qr) {
        ctx.ui().say(&code);
    }
    Ok(Outcome::Done)
}

/// What Stripe would refuse later, or pass over in silence.
fn check(args: &CreateArgs) -> anyhow::Result<()> {
    if let Some(subject) = &args.subject {
        // Stripe drops a `client_reference_id` with anything else in it, and the payment would be nobody's.
        let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        if subject.is_empty() || subject.len() > 200 || !subject.chars().all(fits) {
            return Err(fail(
                Kind::Usage,
                format!(
                    "The subject `{subject}` can't stand in a payment link: letters, digits, - and _ can, up to 200"
                ),
                "Make a checkout for it: `billctl checkout create --subject SUBJECT …`",
            ));
        }
    }
    if let Some(url) = &args.success_url
        && !(url.starts_with("https://") || url.starts_with("http://"))
    {
        return Err(fail(
            Kind::Usage,
            format!("`--success-url {url}` is no web address; nothing was sent"),
            "It has to begin with https:// or http://",
        ));
    }
    Ok(())
}

fn params(ctx: &Context, args: &CreateArgs, goods: &Goods) -> anyhow::Result<Value> {
    let project = ctx.billing_if_any()?.and_then(|loaded| loaded.file.project.as_ref());
    let mut metadata: Map<String, Value> = Map::new();
    if let Some(project) = project {
        metadata.insert(PROJECT_TAG.to_owned(), json!(project.name));
    }
    metadata.extend(goods_metadata(goods, args.quantity));
    for Pair { name, value } in &args.metadata {
        metadata.insert(name.clone(), json!(value));
    }
    let mut params = json!({
        "line_items": goods.lines.iter().map(|line| line_item(line, args.quantity)).collect::<Vec<_>>(),
        "metadata": metadata,
    });
    if let Some(currency) = args.currency.as_ref().filter(|_| args.what.amount.is_none()) {
        params["currency"] = json!(currency.code());
    }
    if let Some(days) = args.trial_days.or(goods.trial_days).filter(|days| *days > 0 && goods.recurs) {
        params["subscription_data"] = json!({"trial_period_days": days});
    }
    if !goods.recurs {
        // Without a customer nobody could be told to have paid.
        params["customer_creation"] = json!("always");
    }
    if args.allow_promotion_codes {
        params["allow_promotion_codes"] = json!(true);
    }
    if args.automatic_tax {
        params["automatic_tax"] = json!({"enabled": true});
    }
    if let Some(limit) = args.limit {
        params["restrictions"] = json!({"completed_sessions": {"limit": limit}});
    }
    if let Some(url) = &args.success_url {
        params["after_completion"] = json!({"type": "redirect", "redirect": {"url": url}});
    }
    Ok(params)
}

/// The key of a link that was given none: links that sell the same in the same way are one.
fn content_key(params: &Value) -> String {
    let digest = hex::encode(Sha256::digest(params.to_string().as_bytes()));
    format!("content:{}", digest.get(..24).unwrap_or(&digest))
}

/// The links with a key, active or not.
async fn links(reader: &Reader, key: &str) -> anyhow::Result<Vec<Value>> {
    let all = reader.list(PATH, &json!({"expand": ["data.line_items"]})).await?;
    Ok(all.into_iter().filter(|link| has_key(link, key)).collect())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Now,
    Before,
    DryRun,
}

struct Made {
    /// The link; on a dry run the parameters that would be sent.
    link: Value,
    subject: Option<String>,
    state: State,
}

impl Made {
    /// The address, with the subject in it.
    fn url(&self) -> Option<String> {
        let url = self.link.get("url")?.as_str()?;
        Some(match &self.subject {
            Some(subject) => format!("{url}?client_reference_id={subject}"),
            None => url.to_owned(),
        })
    }
}

impl Present for Made {
    fn json(&self) -> Value {
        let Made { link, subject, state } = self;
        if *state == State::DryRun {
            return json!({"dry_run": true, "request": {"path": PATH, "params": link}});
        }
        let mut json = link::json(link);
        json["url"] = json!(self.url());
        json["subject"] = json!(subject);
        json["made_before"] = json!(*state == State::Before);
        json
    }

    fn view(&self) -> View {
        let Made { link, subject, state } = self;
        if *state == State::DryRun {
            let request = serde_json::to_string_pretty(link).unwrap_or_default();
            return View::new().line(format!("Would send POST {PATH} with")).line(request);
        }
        let text = |name: &str| link.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
        let mut fields = vec![("link", text("id"))];
        if let Some(product) = link::product(link) {
            fields.push(("for", product.to_owned()));
        }
        if let Some(subject) = subject {
            fields.push(("subject", subject.clone()));
        }
        let view = View::new().line(Text::new(Role::Strong, self.url().unwrap_or_default())).fields(fields);
        match state {
            State::Before => view.line(Text::new(Role::Hint, "It was there already, and sells the same")),
            State::Now | State::DryRun => view,
        }
    }
}
