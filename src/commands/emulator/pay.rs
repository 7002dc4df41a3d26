//! `billctl emulator pay`: pay on a checkout session's page, without a browser.

use clap::ValueEnum;
use serde_json::{Value, json};

use super::Outcome;
use super::reached::{Happened, Reached};
use crate::billing::money::Money;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Present, Role, Text, View};
use crate::stripe::error::ApiError;
use crate::stripe::{IdempotencyKey, StripeError, Writer, segment};

/// Who pays, where neither the session nor a flag names anybody.
const BUYER_EMAIL: &str = "buyer@example.com";
/// What success URLs hold in place of the session's id.
const ID_PLACEHOLDER: &str = "{CHECKOUT_SESSION_ID}";
/// A session's longest life and some years: a card that is good for longer than anything of the session.
const CARD_YEARS: i16 = 4;

/// Pay a checkout session of the emulator with a test card, as a person does on its page
///
/// Exit code 1 where the card is declined: the session stays open then, and another card may pay it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl emulator pay cs_test_a1B2… --card 4242424242424242
  billctl emulator pay cs_test_a1B2… --card 4000000000009995      insufficient funds: exit code 1
  billctl emulator pay \"$URL\" --card pm_card_mastercard --email ada@example.com -o json
  billctl emulator pay cs_test_a1B2… --card 4000002760003184 --bank refuses

Test cards:
  4242424242424242  pays                         4000000000009987  lost card
  5555555555554444  pays, Mastercard             4000000000009979  stolen card
  4000000000000002  declined                     4000000000000069  expired card
  4000000000009995  insufficient funds           4000000000000127  wrong security code
  4000000000000341  saved, then always declined  4000000000000119  processing error
  4000002760003184  the bank asks the customer   4100000000000019  blocked as fraudulent")]
pub struct PayArgs {
    /// The session's id (cs_…) or its address
    #[arg(value_name = "SESSION")]
    pub session: String,
    /// The test card: its number, or Stripe's name for it, such as pm_card_visa
    #[arg(long, value_name = "NUMBER", default_value = "4242424242424242")]
    pub card: String,
    /// Who pays, where the session does not say; without it the address of its customer, else buyer@example.com
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// The name on the card
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// What comes of it where the customer's bank asks the customer
    #[arg(long, value_name = "ANSWER", default_value = "accepts")]
    pub bank: Bank,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Bank {
    Accepts,
    Refuses,
}

pub async fn run(ctx: &Context, args: PayArgs) -> anyhow::Result<Outcome> {
    let id = session_id(&args.session)?;
    let emulator = Reached::open(ctx, "pay").await?;
    let path = format!("/v1/checkout/sessions/{}", segment(id));
    let session = emulator.connection.reader().get(&path, &Value::Null).await?;
    check_open(&session)?;
    if ctx.settings().dry_run {
        ctx.show(&Attempt { session, declined: None, happened: None })?;
        return Ok(Outcome::Done);
    }
    let payer = Payer { writer: ctx.writer(&emulator.connection).await?, args: &args, now: emulator.now };
    let declined = payer.pay(&session).await?;
    let session = emulator.connection.reader().get(&path, &Value::Null).await?;
    let happened = emulator.happened().await?;
    let attempt = Attempt { session, declined, happened: Some(happened) };
    ctx.show(&attempt)?;
    Ok(if attempt.declined.is_some() { Outcome::Failed(Kind::Failed) } else { Outcome::Done })
}

/// The session that an id or an address names.
fn session_id(text: &str) -> anyhow::Result<&str> {
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let last =
        text.get(..end).unwrap_or_default().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if last.starts_with("cs_") {
        return Ok(last);
    }
    Err(fail(
        Kind::Usage,
        format!("`{text}` names no checkout session"),
        "Give its id (cs_…) or its address, as `billctl emulator pay cs_test_… --card 4242424242424242`",
    ))
}

fn check_open(session: &Value) -> anyhow::Result<()> {
    let id = session["id"].as_str().unwrap_or_default();
    match session["status"].as_str() {
        Some("complete") => Err(fail(
            Kind::Failed,
            format!("The checkout session {id} is complete already: nothing was paid"),
            "Make a new session for another payment",
        )),
        Some("expired") => Err(fail(
            Kind::Failed,
            format!("The checkout session {id} has expired: nothing was paid"),
            "Make a new session; one lives for 24 hours, unless its `expires_at` says otherwise",
        )),
        _ => Ok(()),
    }
}

/// Somebody in front of a session's page.
struct Payer<'a> {
    writer: Writer,
    args: &'a PayArgs,
    /// The emulator's time, in seconds.
    now: i64,
}

/// Why a card did not pay.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Declined {
    code: String,
    decline_code: Option<String>,
    message: String,
}

impl Payer<'_> {
    /// Fills in the card and pays; answers the bank where it asks. Why it was declined, if it was.
    async fn pay(&self, session: &Value) -> anyhow::Result<Option<Declined>> {
        let id = session["id"].as_str().unwrap_or_default();
        let nonce = fastrand::u64(..);
        let key = |step: &str| IdempotencyKey::new(format!("billctl-pay-{nonce:016x}-{step}"));
        let method = match self.writer.post("/v1/payment_methods", &self.card(session), &key("card")?).await {
            Ok(reply) => reply.body,
            Err(error) => return Err(not_a_card(&self.args.card, error)),
        };
        let path = format!("/v1/payment_pages/{}/confirm", segment(id));
        let mut confirmation = json!({"payment_method": method["id"]});
        if let Some(email) = self.email(session) {
            confirmation["email"] = json!(email);
        }
        let confirmed = match self.writer.post(&path, &confirmation, &key("confirm")?).await {
            Ok(reply) => reply.body,
            Err(error) => return Declined::read(error).map(Some),
        };
        if confirmed["status"] != "open" {
            return Ok(None);
        }
        let (intent, field) = match confirmed["payment_intent"].as_str() {
            Some(intent) => (intent, "last_payment_error"),
            None => (confirmed["setup_intent"].as_str().unwrap_or_default(), "last_setup_error"),
        };
        let outcome = if self.args.bank == Bank::Accepts { "pass" } else { "fail" };
        let path = format!("/_emulator/authenticate/{}", segment(intent));
        let asked = self.writer.post(&path, &json!({"outcome": outcome}), &key("bank")?).await?;
        Ok(Declined::of_intent(&asked.body[field]))
    }

    fn card(&self, session: &Value) -> Value {
        let card = match self.args.card.trim().strip_prefix("pm_card_") {
            Some(name) => json!({"token": format!("tok_{name}")}),
            None => {
                let year = jiff::Timestamp::from_second(self.now).unwrap_or_default();
                let year = year.to_zoned(jiff::tz::TimeZone::UTC).year() + CARD_YEARS;
                json!({"number": self.args.card.trim(), "exp_month": 12, "exp_year": year, "cvc": "123"})
            }
        };
        let mut details = json!({});
        if let Some(email) = self.email(session) {
            details["email"] = json!(email);
        }
        if let Some(name) = &self.args.name {
            details["name"] = json!(name);
        }
        json!({"type": "card", "card": card, "billing_details": details})
    }

    /// A known customer's own address is the emulator's to find.
    fn email<'a>(&'a self, session: &'a Value) -> Option<&'a str> {
        let told = self.args.email.as_deref().or(session["customer_details"]["email"].as_str());
        told.or(session["customer"].is_null().then_some(BUYER_EMAIL))
    }
}

/// A refused card number or name is no decline: nothing like it is known.
fn not_a_card(card: &str, error: StripeError) -> anyhow::Error {
    if !matches!(error.status(), Some(400 | 402)) {
        return error.into();
    }
    fail(
        Kind::Usage,
        format!("`{card}` is no test card of the emulator"),
        "Take 4242424242424242, which pays, or another that `billctl emulator pay --help` lists",
    )
}

impl Declined {
    /// # Errors
    /// The error itself where it is no decline.
    fn read(error: StripeError) -> anyhow::Result<Declined> {
        let read = error.api().filter(|api| api.status == 402).map(|api: &ApiError| Declined {
            code: api.code.clone().unwrap_or_default(),
            decline_code: api.decline_code.clone(),
            message: api.message.clone().unwrap_or_default(),
        });
        read.ok_or_else(|| error.into())
    }

    /// What an intent says of its last failure.
    fn of_intent(error: &Value) -> Option<Declined> {
        Some(Declined {
            code: error["code"].as_str()?.to_owned(),
            decline_code: error["decline_code"].as_str().map(str::to_owned),
            message: error["message"].as_str().unwrap_or_default().to_owned(),
        })
    }
}

/// A session after somebody tried to pay it.
struct Attempt {
    session: Value,
    declined: Option<Declined>,
    /// `None` on a dry run.
    happened: Option<Happened>,
}

impl Attempt {
    fn amount(&self) -> Option<Money> {
        let currency = self.session["currency"].as_str()?.parse().ok()?;
        Some(Money { minor: self.session["amount_total"].as_i64()?, currency })
    }

    /// Where the browser goes next: exactly the session's URL, with its id put in.
    fn returns_to(&self) -> Option<String> {
        let complete = self.session["status"] == "complete";
        let url = self.session["success_url"].as_str().filter(|_| complete)?;
        Some(url.replace(ID_PLACEHOLDER, self.session["id"].as_str()?))
    }

    fn headline(&self) -> Text {
        let amount = self.amount().filter(|amount| amount.minor != 0);
        let sum = amount.map_or_else(String::new, |amount| format!(" {}", amount.to_string().to_uppercase()));
        match (&self.declined, self.session["payment_status"].as_str()) {
            (Some(declined), _) => {
                let code = declined.decline_code.as_deref().unwrap_or(&declined.code);
                Text::new(Role::Delete, format!("Declined{sum}"))
                    .plain(format!(": {} ({code})", declined.message))
            }
            (None, _) if self.happened.is_none() => Text::from(format!("Would pay{sum}")),
            (None, Some("paid")) => Text::new(Role::Create, format!("Paid{sum}")),
            (None, Some("unpaid")) => Text::new(Role::Change, format!("Under way{sum}")),
            (None, _) => Text::new(Role::Create, "Complete").plain(", nothing to pay now"),
        }
    }
}

impl Present for Attempt {
    fn json(&self) -> Value {
        let happened = self.happened.as_ref();
        let session = &self.session;
        json!({
            "session": session["id"],
            "status": session["status"],
            "payment_status": session["payment_status"],
            "paid": session["status"] == "complete" && self.declined.is_none(),
            "declined": self.declined.as_ref().map(|declined| {
                let Declined { code, decline_code, message } = declined;
                json!({"code": code, "decline_code": decline_code, "message": message})
            }),
            "mode": session["mode"],
            "amount": self.amount().map(|amount| amount.to_json()),
            "customer": session["customer"],
            "subscription": session["subscription"],
            "payment_intent": session["payment_intent"],
            "invoice": session["invoice"],
            "returns_to": self.returns_to(),
            "events": self.rows(),
            "deliveries": happened.map(Happened::deliveries),
        })
    }

    fn rows(&self) -> Vec<Value> {
        self.happened.as_ref().map(Happened::rows).unwrap_or_default()
    }

    fn view(&self) -> View {
        let id = |name: &str| self.session[name].as_str().map(str::to_owned);
        let fields = [
            (
                "session",
                id("id").map(|id| format!("{id}  {}", self.session["status"].as_str().unwrap_or_default())),
            ),
            ("customer", id("customer")),
            ("subscription", id("subscription")),
            ("invoice", id("invoice")),
            ("payment", id("payment_intent")),
            ("returns to", self.returns_to()),
        ];
        let fields = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let view = View::new().line(self.headline()).fields(fields);
        match &self.happened {
            Some(happened) => happened.add_to(view),
            None => view,
        }
    }
}
