//! `credits grant --money`

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{KEYS_KEPT_SECONDS, customer_of, is_refusal, keep};
use crate::billing::catalog::file::Amount;
use crate::billing::credits::money::{
    Category, Form, GivenAmount, KEY_TAG, MoneyGrant, amount_of, idempotency_key,
};
use crate::billing::credits::{Expiry, MoneyLimits, OverMoney, check_words};
use crate::billing::money::Money;
use crate::commands::Outcome;
use crate::commands::credits::booking::{Author, author, new_key, now, refused};
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::{Explain as _, Kind, fail};
use crate::render::{Present, Role, Text, View};
use crate::store::books::{MoneyAttempt, MoneyCredit};
use crate::stripe::{IdempotencyKey, Reader};

/// What `credits grant` takes for money.
#[derive(Debug, clap::Args)]
pub struct MoneyArgs {
    /// Give money in Stripe instead of credits of the ledger, such as 20.00usd
    #[arg(long, value_name = "AMOUNT")]
    pub money: Option<GivenAmount>,
    /// As the customer's balance, which their next invoices use up, or as billing credits for metered prices
    #[arg(long = "as", value_name = "FORM", requires = "money", value_parser = ["balance", "grant"])]
    pub form: Option<String>,
    /// The customer in Stripe [default: the one that the subject is linked to]
    #[arg(long, value_name = "ID", requires = "money")]
    pub customer: Option<String>,
    /// Billing credits are `promotional` or `paid` [default: promotional]
    #[arg(long, requires = "money")]
    pub category: Option<Category>,
    /// Which billing credits are used up first: 0 before 100 [default: 50]
    #[arg(long, value_name = "0-100", requires = "money", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub priority: Option<u8>,
    /// Billing credits for this metered price alone; may be repeated [default: all metered prices]
    #[arg(long = "price", value_name = "ID", requires = "money")]
    pub prices: Vec<String>,
    /// A name that the customer sees on invoices
    #[arg(long, value_name = "TEXT", requires = "money")]
    pub name: Option<String>,
}

/// The flags that all grants share.
#[derive(Debug)]
pub struct Shared {
    pub subject: String,
    pub expires: Option<Expiry>,
    pub key: Option<String>,
}

pub async fn run(ctx: &Context, amount: Money, args: MoneyArgs, shared: Shared) -> anyhow::Result<Outcome> {
    let MoneyArgs { money: _, form, customer, category, priority, prices, name } = args;
    let Shared { subject, expires, key } = shared;
    let Author { actor, reason } = author(ctx)?;
    let key = key.unwrap_or_else(new_key);
    check_words([&actor, &reason, &key]).map_err(refused)?;
    let mut books = ctx.books()?;
    let noted = books.money_credit(&key)?;
    let at = noted.as_ref().map_or_else(|| now(ctx), |noted| noted.at);
    let expires_at = expires.map(|expiry| expiry.of(at));
    let form = match form.as_deref() {
        Some("grant") => {
            Form::Grant { category: category.unwrap_or_default(), priority, expires_at, prices, name }
        }
        Some(_) => {
            let of_grants = expires.is_some()
                || category.is_some()
                || priority.is_some()
                || name.is_some()
                || !prices.is_empty();
            if of_grants {
                let message = "A balance has no category, priority, expiry, prices or name: these are for billing credits";
                return Err(fail(Kind::Usage, message, "Leave them out, or say `--as grant`"));
            }
            Form::Balance
        }
        None => {
            let message = "It is not said in which form the money is given";
            let fix = "Say `--as balance`: the next invoices use it up; or `--as grant`: billing credits for metered prices";
            return Err(fail(Kind::Usage, message, fix));
        }
    };
    if expires_at.is_some_and(|expiry| expiry <= at) {
        return Err(fail(Kind::Usage, "The credits would expire before they are given", "Name a later time"));
    }
    let customer = customer_of(&books, &subject, customer)?;
    let grant = MoneyGrant { subject, customer, amount, form, reason, key };
    if let Some(noted) = &noted {
        check_same(&grant, noted)?;
    }
    let limits = limits(ctx)?;
    let allow = |meant: &[MoneyCredit]| {
        let given: Vec<Money> = meant.iter().filter_map(|meant| amount_of(&meant.request)).collect();
        limits.check(grant.amount, &given)
    };
    let now = now(ctx);
    if ctx.settings().dry_run {
        if noted.as_ref().is_none_or(MoneyCredit::is_refused) {
            allow(&books.money_meant(&actor, now)?).map_err(too_much)?;
        }
        let state =
            if noted.is_some_and(|noted| noted.object.is_some()) { State::Before } else { State::DryRun };
        ctx.show(&Given { grant, id: None, actor, at, state })?;
        return Ok(Outcome::Done);
    }
    let connection = ctx.stripe().await?;
    let writer = ctx.writer(&connection).await?;
    let wanted = MoneyCredit {
        key: grant.key.clone(),
        subject: grant.subject.clone(),
        customer: grant.customer.clone(),
        request: grant.request(),
        actor,
        reason: grant.reason.clone(),
        at,
        object: None,
        attempt: MoneyAttempt { number: 1, at: now, refused: None },
    };
    // Durable before anything is sent: whatever happens now, the same key gives the money once.
    let noted = books.intend_money(&wanted, allow)?.map_err(too_much)?;
    check_same(&grant, &noted)?;
    let actor = noted.actor.clone();
    if let Some(id) = noted.object {
        ctx.show(&Given { grant, id: Some(id), actor, at, state: State::Before })?;
        return Ok(Outcome::Done);
    }
    // An attempt that Stripe refused made nothing; another process may have been luckier with it.
    let MoneyAttempt { number, at: begun_at, .. } = noted.attempt;
    let look = number > 1 || now - begun_at >= KEYS_KEPT_SECONDS;
    let found = if look { find(&connection.reader(), &grant).await? } else { None };
    let state = if found.is_some() { State::Before } else { State::New };
    let object = match found {
        Some(object) => object,
        None => {
            let key = IdempotencyKey::new(idempotency_key(&grant.key, number))?;
            match writer.post(&grant.route(), &grant.params(), &key).await {
                Ok(reply) => reply.body,
                Err(error) => {
                    if is_refusal(&error) {
                        books.refuse_money(&grant.key, number, &error.to_string())?;
                    }
                    return Err(error.into());
                }
            }
        }
    };
    let id = object.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    books.answer_money(&grant.key, &id)?;
    keep(ctx, &books, grant.kind(), &[object])?;
    ctx.show(&Given { grant, id: Some(id), actor, at, state })?;
    Ok(Outcome::Done)
}

/// What the policy lets this person give.
fn limits(ctx: &Context) -> anyhow::Result<MoneyLimits> {
    let Some(policy) = ctx.policy()?.and_then(|policy| policy.credits.as_ref()) else {
        return Ok(MoneyLimits::default());
    };
    let read = |name: &str, amounts: &Option<Vec<Amount>>| -> anyhow::Result<Option<Vec<Money>>> {
        let Some(amounts) = amounts else { return Ok(None) };
        let amounts: Result<Vec<Money>, _> = amounts.iter().map(|amount| amount.0.parse()).collect();
        let message = || format!("policy.credits.{name} can't be read");
        Ok(Some(amounts.explain(Kind::Usage, message, "Run `billctl catalog validate`")?))
    };
    Ok(MoneyLimits {
        grant: read("max_money", &policy.max_money)?,
        day: read("max_money_per_day", &policy.max_money_per_day)?,
    })
}

fn too_much(over: OverMoney) -> anyhow::Error {
    fail(
        Kind::Refused,
        format!("Nothing was given: {over}"),
        "Give less, or ask somebody who may change [policy.credits]",
    )
}

/// Refuses a key that was used for something else.
fn check_same(grant: &MoneyGrant, noted: &MoneyCredit) -> anyhow::Result<()> {
    if noted.request == grant.request() && noted.subject == grant.subject {
        return Ok(());
    }
    let when = time(noted.at);
    Err(fail(
        Kind::Usage,
        format!(
            "The key `{}` was used on {when} for another grant of money, to `{}`",
            grant.key, noted.subject
        ),
        "Use a key of its own for each grant; only a repetition of the same one has the same key",
    ))
}

/// What an earlier request made whose answer was lost, and whose idempotency key Stripe has forgotten by now.
async fn find(reader: &Reader, grant: &MoneyGrant) -> anyhow::Result<Option<Value>> {
    let params = match &grant.form {
        Form::Balance => Value::Null,
        Form::Grant { .. } => json!({"customer": grant.customer}),
    };
    let mut pages = reader.pages(&grant.route(), &params);
    while let Some(page) = pages.next().await? {
        let is_it = |object: &Value| {
            object.pointer(&format!("/metadata/{KEY_TAG}")).and_then(Value::as_str) == Some(&grant.key)
        };
        if let Some(object) = page.into_iter().find(is_it) {
            return Ok(Some(object));
        }
    }
    Ok(None)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Before,
    DryRun,
}

struct Given {
    grant: MoneyGrant,
    id: Option<String>,
    actor: String,
    /// When it was meant, in seconds since 1970.
    at: i64,
    state: State,
}

impl Given {
    fn form(&self) -> &'static str {
        match &self.grant.form {
            Form::Balance => "balance",
            Form::Grant { .. } => "grant",
        }
    }
}

impl Present for Given {
    fn json(&self) -> Value {
        let MoneyGrant { subject, customer, amount, form, reason, key } = &self.grant;
        let expires_at = match form {
            Form::Balance => None,
            Form::Grant { expires_at, .. } => expires_at.map(time),
        };
        json!({
            "id": self.id,
            "subject": subject,
            "customer": customer,
            "as": self.form(),
            "money": amount.to_json(),
            "expires_at": expires_at,
            "reason": reason,
            "actor": self.actor,
            "at": Timestamp::from_second(self.at).map(|at| at.to_string()).unwrap_or_default(),
            "key": key,
            "recorded": self.state == State::New,
        })
    }

    fn view(&self) -> View {
        let MoneyGrant { subject, customer, amount, form, reason, key } = &self.grant;
        let amount = amount.to_string().to_uppercase();
        let what = match form {
            Form::Balance => format!("{amount} of balance to {subject} ({customer})"),
            Form::Grant { category, .. } => {
                format!("{amount} of {category} billing credits to {subject} ({customer})")
            }
        };
        let headline = match self.state {
            State::New => format!("Gave {what}"),
            State::Before => format!("Given before, and not again: {what}"),
            State::DryRun => format!("Would give {what}"),
        };
        let mut fields = vec![("why", format!("{reason} ({})", self.actor))];
        if let Form::Grant { expires_at: Some(at), .. } = form {
            fields.push(("expires", time(*at)));
        }
        if let Some(id) = &self.id {
            fields.push(("id", id.clone()));
            fields.push(("key", key.clone()));
        }
        let view = View::new().line(Text::new(Role::Strong, headline)).fields(fields);
        match (&self.id, self.state) {
            (Some(id), State::New) => {
                view.line(Text::new(Role::Hint, format!("Take it back with `billctl credits void {id}`")))
            }
            _ => view,
        }
    }
}
