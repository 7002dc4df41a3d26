//! Money given in Stripe and taken back: billing credits voided or expired before their time, a balance undone.

use serde_json::{Value, json};

use super::{KEYS_KEPT_SECONDS, is_refusal, keep, money_json, words};
use crate::billing::credits::money::{UNDOES_TAG, amount_of, undoing};
use crate::billing::money::Money;
use crate::commands::Outcome;
use crate::commands::credits::booking::{Author, author, now};
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Present, Role, Text, View};
use crate::store::books::{Books, MoneyAction, MoneyEnd, MoneyEnding};
use crate::stripe::{IdempotencyKey, Reader, segment};

const GRANT: &str = "billing.credit_grant";
const TRANSACTION: &str = "customer_balance_transaction";

/// What is taken back, and how that is asked of Stripe.
struct Given {
    id: String,
    action: MoneyAction,
    customer: String,
    subject: String,
    amount: Option<Money>,
    /// Billing credits as they are.
    grant: Option<Value>,
}

/// Takes money back that was given in Stripe, by its id: once, and who and why is kept.
///
/// # Errors
/// `Usage` for what is no such id or was taken back for another reason, `Refused` by policy or guard, else what Stripe says.
pub async fn end(ctx: &Context, id: &str, action: MoneyAction) -> anyhow::Result<Outcome> {
    let of_balance = id.starts_with("cbtxn_") && action != MoneyAction::Expire;
    if !of_balance && !id.starts_with("credgr_") {
        let message = format!("`{id}` is no money that can be taken back like this");
        let fix = "`billctl credits money SUBJECT` lists what there is: ids of billing credits begin with credgr_, and \
                   those of a balance, which `credits void` takes back, with cbtxn_";
        return Err(fail(Kind::Usage, message, fix));
    }
    let Author { actor, reason } = author(ctx)?;
    let mut books = ctx.books()?;
    let connection = ctx.stripe().await?;
    let reader = connection.reader();
    let given = match of_balance {
        true => balance(&books, id)?,
        false => billing_credits(&reader, id, action).await?,
    };
    let now = now(ctx);
    let wanted = MoneyEnd {
        object: given.id.clone(),
        action: given.action,
        customer: given.customer.clone(),
        actor,
        reason,
        at: now,
        result: None,
        refused: None,
    };
    if ctx.settings().dry_run {
        ctx.show(&Ended { given, end: wanted, made: None, state: State::DryRun })?;
        return Ok(Outcome::Done);
    }
    let writer = ctx.writer(&connection).await?;
    // Durable before anything is sent: who and why stands in the books whatever happens now.
    let MoneyEnding { number, is_new, refusals, end } = books.intend_end(&wanted)?;
    if end.result.is_some() {
        check_same(&wanted, &end)?;
        ctx.show(&Ended { given, end, made: None, state: State::Before })?;
        return Ok(Outcome::Done);
    }
    let is_old = refusals > 0 || now - end.at >= KEYS_KEPT_SECONDS;
    let made = match made_before(&reader, &given, is_new, is_old, now).await? {
        Some(made) => made,
        None => {
            let (path, params) = given.request(&end.reason);
            let key = IdempotencyKey::new(given.idempotency_key(refusals))?;
            match writer.post(&path, &params, &key).await {
                Ok(reply) => reply.body,
                Err(error) => {
                    if is_refusal(&error) {
                        books.answer_end(number, Err(&error.to_string()))?;
                    }
                    return Err(error.into());
                }
            }
        }
    };
    books.answer_end(number, Ok(text(&made, "/id")))?;
    keep(ctx, &books, given.kind(), std::slice::from_ref(&made))?;
    ctx.show(&Ended { given, end, made: Some(made), state: State::New })?;
    Ok(Outcome::Done)
}

fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// A change of a balance, which only the books know: Stripe's list of them is the customer's.
fn balance(books: &Books, id: &str) -> anyhow::Result<Given> {
    let Some(credit) = books.money_credit_of(id)? else {
        return Err(fail(
            Kind::Usage,
            format!("`{id}` is nothing that was given here"),
            "`billctl credits money SUBJECT` lists what was given with `credits grant --money`",
        ));
    };
    Ok(Given {
        id: id.to_owned(),
        action: MoneyAction::Undo,
        amount: amount_of(&credit.request),
        customer: credit.customer,
        subject: credit.subject,
        grant: None,
    })
}

async fn billing_credits(reader: &Reader, id: &str, action: MoneyAction) -> anyhow::Result<Given> {
    let grant = reader.get(&format!("/v1/billing/credit_grants/{}", segment(id)), &Value::Null).await?;
    let minor = grant.pointer("/amount/monetary/value").and_then(Value::as_i64);
    let currency = text(&grant, "/amount/monetary/currency").parse().ok();
    Ok(Given {
        id: id.to_owned(),
        action,
        customer: text(&grant, "/customer").to_owned(),
        subject: text(&grant, "/metadata/billctl_subject").to_owned(),
        amount: minor.zip(currency).map(|(minor, currency)| Money { minor, currency }),
        grant: Some(grant),
    })
}

impl Given {
    fn kind(&self) -> &'static str {
        if self.grant.is_some() { GRANT } else { TRANSACTION }
    }

    fn transactions(&self) -> String {
        format!("/v1/customers/{}/balance_transactions", segment(&self.customer))
    }

    fn request(&self, reason: &str) -> (String, Value) {
        match (self.action, self.amount) {
            (MoneyAction::Undo, Some(amount)) => {
                (self.transactions(), undoing(amount, &self.subject, reason, &self.id))
            }
            (action, _) => {
                let path = format!("/v1/billing/credit_grants/{}/{}", segment(&self.id), action.name());
                (path, Value::Null)
            }
        }
    }

    /// It happens once in the life of what was given, so its id is key enough; but to the same key Stripe refuses again what
    /// it refused once.
    fn idempotency_key(&self, refusals: i64) -> String {
        let first = format!("billctl-{}-{}", self.action.name(), self.id);
        if refusals == 0 { first } else { format!("{first}-{}", refusals + 1) }
    }

    fn what(&self) -> String {
        let amount = self.amount.map(|amount| amount.to_string().to_uppercase()).unwrap_or_default();
        match self.action {
            MoneyAction::Undo => format!("{amount} of balance ({})", self.customer),
            MoneyAction::Void | MoneyAction::Expire => {
                format!("billing credits of {amount} ({})", self.customer)
            }
        }
    }
}

/// What an earlier request made whose answer was lost: billing credits show it themselves; a balance has to be looked
/// through where Stripe may have forgotten the idempotency key.
async fn made_before(
    reader: &Reader,
    given: &Given,
    is_new: bool,
    is_old: bool,
    now: i64,
) -> anyhow::Result<Option<Value>> {
    if let Some(grant) = &given.grant {
        let time_of = |name: &str| grant.get(name).and_then(Value::as_i64);
        let is_over = match given.action {
            MoneyAction::Void => time_of("voided_at").is_some(),
            MoneyAction::Expire | MoneyAction::Undo => time_of("expires_at").is_some_and(|at| at <= now),
        };
        return Ok((is_over && !is_new).then(|| grant.clone()));
    }
    if !is_old {
        return Ok(None);
    }
    let mut pages = reader.pages(&given.transactions(), &Value::Null);
    while let Some(page) = pages.next().await? {
        let undoes = |object: &Value| text(object, &format!("/metadata/{UNDOES_TAG}")) == given.id.as_str();
        if let Some(object) = page.into_iter().find(undoes) {
            return Ok(Some(object));
        }
    }
    Ok(None)
}

/// Refuses to say of one that took it back that it was another.
fn check_same(wanted: &MoneyEnd, end: &MoneyEnd) -> anyhow::Result<()> {
    if wanted.reason == end.reason {
        return Ok(());
    }
    let MoneyEnd { object, actor, reason, at, .. } = end;
    Err(fail(
        Kind::Usage,
        format!("`{object}` was taken back before: by {actor} at {}, because: {reason}", time(*at)),
        "It is taken back once; `billctl credits money SUBJECT` shows what is left",
    ))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Before,
    DryRun,
}

struct Ended {
    given: Given,
    end: MoneyEnd,
    /// What Stripe answered.
    made: Option<Value>,
    state: State,
}

impl Ended {
    /// What the customer has after a balance was taken back, in minor units: below zero where they owe.
    fn balance(&self) -> Option<(i64, &str)> {
        let made = self.made.as_ref().filter(|_| self.given.action == MoneyAction::Undo)?;
        let owed = made.get("ending_balance")?.as_i64()?;
        Some((owed.saturating_neg(), text(made, "/currency")))
    }
}

impl Present for Ended {
    fn json(&self) -> Value {
        let Ended { given, end, made, state } = self;
        let result = made.as_ref().map(|made| text(made, "/id")).or(end.result.as_deref());
        json!({
            "id": given.id,
            "customer": given.customer,
            "money": given.amount.map(|amount| amount.to_json()),
            "action": end.action.name(),
            "result": result,
            "balance": self.balance().map(|(minor, currency)| money_json(minor, currency)),
            "reason": end.reason,
            "actor": end.actor,
            "at": time(end.at),
            "recorded": *state == State::New,
            "dry_run": *state == State::DryRun,
        })
    }

    fn view(&self) -> View {
        let Ended { given, end, made: _, state } = self;
        let (verb, past) = match end.action {
            MoneyAction::Void => ("void", "Voided"),
            MoneyAction::Expire => ("expire", "Expired"),
            MoneyAction::Undo => ("take back", "Took back"),
        };
        let what = given.what();
        let headline = match state {
            State::DryRun => format!("Would {verb} {what}"),
            State::New => format!("{past} {what}"),
            State::Before => format!("{past} before, and not again: {what}"),
        };
        let mut fields = vec![("why", format!("{} ({})", end.reason, end.actor)), ("id", given.id.clone())];
        if let Some((minor, currency)) = self.balance() {
            let left = match minor {
                ..0 => format!("{} to pay with the next invoice", words(-minor, currency)),
                _ => words(minor, currency),
            };
            fields.push(("balance", left));
        }
        View::new().line(Text::new(Role::Strong, headline)).fields(fields)
    }
}
