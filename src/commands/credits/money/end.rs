//! Billing credits in Stripe taken back: voided, or expired before their time.

use serde_json::{Value, json};

use super::{keep, money_json, words};
use crate::commands::Outcome;
use crate::commands::credits::booking::{Author, author};
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Present, Role, Text, View};
use crate::stripe::{IdempotencyKey, segment};

/// How billing credits end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// As if they had never been given; only while nothing of them is used.
    Void,
    /// What is left is gone.
    Expire,
}

impl End {
    fn verb(self) -> &'static str {
        match self {
            End::Void => "void",
            End::Expire => "expire",
        }
    }

    fn past(self) -> &'static str {
        match self {
            End::Void => "Voided",
            End::Expire => "Expired",
        }
    }
}

/// Ends a grant of billing credits, by its id.
///
/// # Errors
/// `Usage` for what is no such id, `Refused` by policy or guard, else what Stripe says.
pub async fn end(ctx: &Context, id: &str, how: End) -> anyhow::Result<Outcome> {
    if !id.starts_with("credgr_") {
        let message = format!("`{id}` is no grant of billing credits");
        return Err(fail(
            Kind::Usage,
            message,
            "`billctl credits money SUBJECT` lists them: their ids begin with credgr_",
        ));
    }
    let Author { actor, reason } = author(ctx)?;
    let path = format!("/v1/billing/credit_grants/{}", segment(id));
    let connection = ctx.stripe().await?;
    if ctx.settings().dry_run {
        let grant = connection.reader().get(&path, &Value::Null).await?;
        ctx.show(&Ended { grant, how, actor, reason, dry_run: true })?;
        return Ok(Outcome::Done);
    }
    let writer = ctx.writer(&connection).await?;
    // It happens once in the life of a grant, so its id is key enough.
    let key = IdempotencyKey::new(format!("billctl-{}-{id}", how.verb()))?;
    let grant = writer.post(&format!("{path}/{}", how.verb()), &Value::Null, &key).await?.body;
    keep(ctx, &ctx.books()?, "billing.credit_grant", std::slice::from_ref(&grant))?;
    ctx.show(&Ended { grant, how, actor, reason, dry_run: false })?;
    Ok(Outcome::Done)
}

struct Ended {
    grant: Value,
    how: End,
    actor: String,
    reason: String,
    dry_run: bool,
}

impl Ended {
    fn text(&self, pointer: &str) -> &str {
        self.grant.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    fn amount(&self) -> (i64, &str) {
        let value = self.grant.pointer("/amount/monetary/value").and_then(Value::as_i64).unwrap_or(0);
        (value, self.text("/amount/monetary/currency"))
    }
}

impl Present for Ended {
    fn json(&self) -> Value {
        let (value, currency) = self.amount();
        json!({
            "id": self.text("/id"),
            "customer": self.text("/customer"),
            "money": money_json(value, currency),
            "action": self.how.verb(),
            "reason": self.reason,
            "actor": self.actor,
            "dry_run": self.dry_run,
        })
    }

    fn view(&self) -> View {
        let (value, currency) = self.amount();
        let what = format!("billing credits of {} ({})", words(value, currency), self.text("/customer"));
        let headline = match self.dry_run {
            true => format!("Would {} {what}", self.how.verb()),
            false => format!("{} {what}", self.how.past()),
        };
        let fields =
            [("why", format!("{} ({})", self.reason, self.actor)), ("id", self.text("/id").to_owned())];
        View::new().line(Text::new(Role::Strong, headline)).fields(fields)
    }
}
