//! `billctl portal create`: a link to the customer portal.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::billing::catalog::file::Links;
use crate::billing::catalog::nearest::suggest;
use crate::billing::plan::account::{KEY_TAG, PROJECT_TAG};
use crate::commands::Outcome;
use crate::commands::links::Variables;
use crate::commands::pair::Pair;
use crate::commands::subject::ensure::CUSTOMER_ROUTE;
use crate::commands::subject::entitled::Known;
use crate::commands::subject::{self, Who};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{self, Present, Role, Text, View};
use crate::store::mirror::Mirror;
use crate::stripe::lists::Found;
use crate::stripe::{IdempotencyKey, Reader, StripeError};

/// Make a link to the portal, where a subject changes its card, its plan, or cancels
///
/// The link is good for a few minutes: make it when somebody asks for it. What can be done there stands in `[portals]` of the
/// billing file.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl portal create --subject u_1
  billctl portal create --subject u_1 --flow payment-method
  billctl portal create --subject c_42 --flow cancel --var plugin=chat")]
pub struct CreateArgs {
    /// Whose portal: the subject, or a customer's id
    #[arg(long, value_name = "SUBJECT")]
    pub subject: String,
    /// Which of the billing file's portals [default: its only one, or `main`, or else the account's default]
    #[arg(long, value_name = "KEY")]
    pub portal: Option<String>,
    /// Lead straight to one thing
    #[arg(long, value_name = "FLOW")]
    pub flow: Option<Flow>,
    /// The subscription to cancel or change [default: the one that gives the plan]
    #[arg(long, value_name = "ID", requires = "flow")]
    pub subscription: Option<String>,
    /// Where leaving the portal leads, in place of `links.portal_return`; a template too
    #[arg(long, value_name = "URL")]
    pub return_url: Option<String>,
    /// A value for the links' templates; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub var: Vec<Pair>,
    /// The page's language: de, fr, pt-BR, …
    #[arg(long, value_name = "LOCALE")]
    pub locale: Option<String>,
    /// Makes one link, however often it is repeated with this key [default: a new one each time]
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Open the page in the browser
    #[arg(long)]
    pub open: bool,
    /// Draw the link as a QR code, on stderr
    #[arg(long)]
    pub qr: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Flow {
    /// Another card, or another way to pay
    PaymentMethod,
    /// Cancel the subscription
    Cancel,
    /// Change to another plan
    ChangePlan,
}

impl Flow {
    /// Stripe's word, and whether it is about a subscription.
    fn stripe(self) -> (&'static str, bool) {
        match self {
            Flow::PaymentMethod => ("payment_method_update", false),
            Flow::Cancel => ("subscription_cancel", true),
            Flow::ChangePlan => ("subscription_update", true),
        }
    }
}

impl CreateArgs {
    /// What another command asks for: a link where a subject changes its plan, with values for the templates.
    pub fn to_change_plan(subject: &str, var: &[Pair]) -> CreateArgs {
        CreateArgs {
            subject: subject.to_owned(),
            portal: None,
            flow: Some(Flow::ChangePlan),
            subscription: None,
            return_url: None,
            var: var.to_vec(),
            locale: None,
            key: None,
            open: false,
            qr: false,
        }
    }
}

pub async fn run(ctx: &Context, args: CreateArgs) -> anyhow::Result<Outcome> {
    let made = make(ctx, &args).await?;
    ctx.show(&made)?;
    if let Some(url) = made.url() {
        if let Some(code) = render::qr_code(url).filter(|_| args.qr) {
            ctx.ui().say(&code);
        }
        if args.open
            && let Err(error) = open::that_detached(url)
        {
            ctx.ui().warn(&format!("The browser could not be opened ({error}); the link is above"));
        }
    }
    Ok(Outcome::Done)
}

/// Makes a link, or on a dry run the request for one.
///
/// # Errors
/// What can't be meant, what policy, Stripe or the disk refuses.
pub async fn make(ctx: &Context, args: &CreateArgs) -> anyhow::Result<Made> {
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    let who = subject::known(&books, &mirror, &args.subject)?;
    let Some(customer) = &who.customer else {
        return Err(fail(
            Kind::Failed,
            format!("`{}` has no customer in Stripe, and so no portal", args.subject),
            format!("Its first checkout makes one: `billctl checkout create --subject {} …`", args.subject),
        ));
    };
    check_flags(args)?;
    let mut params = json!({"customer": customer});
    if let Some(url) = return_url(ctx, args, &who)? {
        params["return_url"] = json!(url);
    }
    if let Some(flow) = args.flow {
        params["flow_data"] = flow_data(ctx, &mirror, args, flow, &who)?;
    }
    if let Some(locale) = &args.locale {
        params["locale"] = json!(locale);
    }
    let portal = portal_key(ctx, args.portal.as_deref())?;
    let connection = ctx.stripe().await?;
    let reader = connection.reader();
    check_customer(&reader, customer, &args.subject).await?;
    if let Some((project, key)) = portal {
        params["configuration"] = json!(configuration(&reader, &project, &key).await?);
    }
    if ctx.settings().dry_run {
        return Ok(Made { session: params, dry_run: true });
    }
    let writer = ctx.writer(&connection).await?;
    let text = args.key.clone().unwrap_or_else(|| format!("cli:{:032x}", fastrand::u128(..)));
    let digest = hex::encode(Sha256::digest(text.as_bytes()));
    let key = IdempotencyKey::new(format!("billctl-portal-{}", digest.get(..40).unwrap_or(&digest)))?;
    let session = writer.post("/v1/billing_portal/sessions", &params, &key).await.map_err(refused)?.body;
    Ok(Made { session, dry_run: false })
}

/// An account without settings of its portal is told in Stripe's words only, which name no file of ours.
fn refused(error: StripeError) -> anyhow::Error {
    let message = error.api().and_then(|api| api.message.as_deref()).unwrap_or_default();
    if !message.starts_with("No configuration provided") {
        return error.into();
    }
    fail(
        Kind::Failed,
        "Stripe has no settings of this account's portal yet; no link was made",
        "Say what customers may do there with `[portals.main]` in billing.toml and run `billctl catalog sync`; or save the \
         settings once in Stripe's Dashboard, under Settings, Billing, Customer portal",
    )
}

/// A subscription is for the flows that are about one.
fn check_flags(args: &CreateArgs) -> anyhow::Result<()> {
    if args.subscription.is_none() || args.flow.is_some_and(|flow| flow.stripe().1) {
        return Ok(());
    }
    Err(fail(
        Kind::Usage,
        "`--subscription` says which one to cancel or to change, and this flow is about none; nothing was sent",
        "Leave it away, or lead to it with `--flow cancel` or `--flow change-plan`",
    ))
}

/// # Errors
/// `Failed` for a customer that Stripe has deleted since the last event came, or never had in this mode.
async fn check_customer(reader: &Reader, customer: &str, subject: &str) -> anyhow::Result<()> {
    match reader.find(CUSTOMER_ROUTE, customer).await?.value {
        Found::Object(_) => Ok(()),
        Found::Gone => Err(fail(
            Kind::Failed,
            format!(
                "Stripe has no customer {customer} in this account and mode, or has deleted it; nothing was sent"
            ),
            format!(
                "Run `billctl events pull`; the next checkout makes another: `billctl checkout create --subject {subject} …`"
            ),
        )),
    }
}

fn return_url(ctx: &Context, args: &CreateArgs, who: &Who) -> anyhow::Result<Option<String>> {
    let nothing = Links::default();
    let links = match ctx.settings().config {
        Some(_) => ctx.catalog()?.file.links.as_ref().unwrap_or(&nothing),
        None => &nothing,
    };
    let known = [("subject", who.subject.as_deref()), ("plan", None), ("price", None)];
    let variables = Variables::new(ctx, links, &args.var, &known)?;
    let given = args.return_url.as_ref().map(|url| ("--return-url", url));
    let template = given.or(links.portal_return.as_ref().map(|url| ("links.portal_return", url)));
    template.map(|(what, template)| variables.fill(what, template, false)).transpose()
}

/// What a flow is about: for most a subscription, which has to be one that is still going.
fn flow_data(
    ctx: &Context,
    mirror: &Mirror,
    args: &CreateArgs,
    flow: Flow,
    who: &Who,
) -> anyhow::Result<Value> {
    let (name, of_subscription) = flow.stripe();
    let mut data = json!({"type": name});
    if !of_subscription {
        return Ok(data);
    }
    let named = match &args.subscription {
        Some(id) => Some(id.clone()),
        None => giving(ctx, mirror, who)?,
    };
    let Some(id) = named else {
        return Err(fail(
            Kind::Failed,
            format!("`{}` has no subscription that could be changed; nothing was sent", args.subject),
            "`billctl events pull` reads what is new in Stripe; `--subscription ID` names one",
        ));
    };
    data[name] = json!({"subscription": id});
    Ok(data)
}

/// The subscription that gives the plan; without a billing file, or where none of it holds, the newest that is going.
fn giving(ctx: &Context, mirror: &Mirror, who: &Who) -> anyhow::Result<Option<String>> {
    let mut known = Known::read(ctx, mirror, who)?;
    known.subscriptions.retain(|subscription| !subscription.is_over());
    let newest = known.subscriptions.iter().max_by_key(|subscription| subscription.created);
    let holding = match ctx.settings().config {
        Some(_) => known.entitlement(ctx)?.subscription,
        None => None,
    };
    Ok(holding.or(newest).map(|subscription| subscription.id.clone()))
}

/// The project and the key of the billing file's portal that is meant; none for the account's default.
fn portal_key(ctx: &Context, named: Option<&str>) -> anyhow::Result<Option<(String, String)>> {
    if ctx.settings().config.is_none() {
        return Ok(None);
    }
    let catalog = &ctx.catalog()?.catalog;
    let known = &catalog.portals;
    let key = match named {
        Some(key) if known.contains_key(key) => Some(key),
        Some(key) => {
            return Err(fail(
                Kind::Usage,
                format!("The billing file has no portal `{key}`"),
                suggest(key, known.keys().map(String::as_str), "portals"),
            ));
        }
        None if known.len() == 1 => known.keys().next().map(String::as_str),
        None => known.get_key_value("main").map(|(key, _)| key.as_str()),
    };
    Ok(key.map(|key| (catalog.project.clone(), key.to_owned())))
}

/// The id of the configuration that is a portal of the billing file, by billctl's mark.
async fn configuration(reader: &Reader, project: &str, key: &str) -> anyhow::Result<String> {
    let all = reader.list("/v1/billing_portal/configurations", &json!({"active": true})).await?;
    let mark = |one: &Value, name: &str| {
        one.pointer(&format!("/metadata/{name}")).and_then(Value::as_str).map(str::to_owned)
    };
    let found = all.iter().find(|one| {
        mark(one, PROJECT_TAG).as_deref() == Some(project) && mark(one, KEY_TAG).as_deref() == Some(key)
    });
    found.and_then(|one| one.get("id")).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| {
        fail(
            Kind::Failed,
            format!("Stripe has no portal `{key}` of this billing file yet"),
            "Run `billctl catalog sync` first",
        )
    })
}

/// A link that was made, or a request that would make one.
#[derive(Debug)]
pub struct Made {
    /// The session, or for a dry run the parameters that would be sent.
    session: Value,
    dry_run: bool,
}

impl Made {
    pub fn url(&self) -> Option<&str> {
        self.session.get("url").and_then(Value::as_str)
    }
}

impl Present for Made {
    fn json(&self) -> Value {
        let Made { session, dry_run } = self;
        if *dry_run {
            return json!({"dry_run": true, "request": {"path": "/v1/billing_portal/sessions", "params": session}});
        }
        json!({
            "id": session.get("id"),
            "url": session.get("url"),
            "customer": session.get("customer"),
            "return_url": session.get("return_url"),
            "configuration": session.get("configuration"),
            "flow": session.pointer("/flow/type"),
        })
    }

    fn view(&self) -> View {
        let Made { session, dry_run } = self;
        if *dry_run {
            let request = serde_json::to_string_pretty(session).unwrap_or_default();
            return View::new().line("Would send POST /v1/billing_portal/sessions with").line(request);
        }
        let text = |name: &str| session.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
        View::new().line(Text::new(Role::Strong, text("url"))).fields([
            ("session", text("id")),
            ("customer", text("customer")),
            ("leads back to", text("return_url")),
        ])
    }
}
