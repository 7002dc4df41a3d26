//! Which subscription a command is about: found in Stripe, and not in the mirror, which may lag.

use serde_json::{Value, json};

use super::subscribed::Subscribed;
use crate::billing::subscription::Seen;
use crate::commands::moment::time;
use crate::commands::stripe_time::time_by;
use crate::commands::subject::ensure::{CUSTOMER_ROUTE, Ensurer, remember_customer};
use crate::commands::subject::{self, CUSTOMER_PREFIX, Who};
use crate::context::{Connection, Context};
use crate::error::{Kind, Note, fail};
use crate::store::books::Books;
use crate::store::mirror::{Mirror, Page};
use crate::stripe::lists::Found;
use crate::stripe::{Reader, StripeError, segment};

/// Where a single subscription is read.
pub const ROUTE: &str = "/v1/subscriptions/{}";

/// Stripe, the books and the mirror, together.
#[derive(Debug)]
pub struct Desk<'a> {
    pub ctx: &'a Context,
    pub connection: &'a Connection,
    pub reader: Reader,
    pub books: Books,
    pub mirror: Mirror,
}

impl<'a> Desk<'a> {
    /// # Errors
    /// If a file can't be opened.
    pub fn open(ctx: &'a Context, connection: &'a Connection) -> anyhow::Result<Desk<'a>> {
        let (books, mirror) = (ctx.books()?, ctx.mirror()?);
        Ok(Desk { ctx, connection, reader: connection.reader(), books, mirror })
    }

    /// The subscription that is meant, which goes on.
    ///
    /// # Errors
    /// `Failed` where there is none, or it is over; `Usage` where it could be several; else what Stripe says.
    pub async fn going(&mut self, text: &str) -> anyhow::Result<Subscribed> {
        let mut all = self.all(text).await?;
        let latest_over = all.iter().find(|object| Seen(object).is_over()).cloned();
        all.retain(|object| !Seen(object).is_over());
        match (all.len(), all.pop()) {
            (1, Some(object)) => Subscribed::new(self.ctx, &self.books, object),
            (_, Some(last)) => {
                all.push(last);
                let ids: Vec<&str> = all.iter().map(|object| Seen(object).id()).collect();
                Err(fail(
                    Kind::Usage,
                    format!("`{text}` has several subscriptions: {}; nothing was sent", ids.join(", ")),
                    "Name one of them by its id in place of the subject",
                ))
            }
            (_, None) => Err(self.none(text, latest_over)),
        }
    }

    fn none(&self, text: &str, over: Option<Value>) -> anyhow::Error {
        let was = over.as_ref().map(Seen).map(|seen| {
            let at = seen.ended_at().map_or_else(String::new, |at| format!(" since {}", time(at)));
            format!("{} is {}{at}", seen.id(), seen.status().replace('_', " "))
        });
        let message = match was {
            Some(was) if text.starts_with(super::PREFIX) => format!("{was}: it is over; nothing was sent"),
            Some(was) => format!("`{text}` has no subscription that goes on ({was}); nothing was sent"),
            None => format!("`{text}` has no subscription; nothing was sent"),
        };
        let name = if text.starts_with(super::PREFIX) { "SUBJECT" } else { text };
        fail(Kind::Failed, message, format!("Make one with `billctl subscription create {name} --plan KEY`"))
    }

    /// All subscriptions of whom is meant, or the one that is, as Stripe has them: the newest first.
    ///
    /// # Errors
    /// `Failed` for who or what nobody knows; else what Stripe says.
    pub async fn all(&mut self, text: &str) -> anyhow::Result<Vec<Value>> {
        if text.starts_with(super::PREFIX) {
            return match self.fetch(text).await? {
                Some(object) => Ok(vec![object]),
                None => Err(fail(
                    Kind::Failed,
                    format!("Stripe has no subscription {text} in this account and mode"),
                    "`billctl subscription list --fresh` shows those that there are",
                )),
            };
        }
        let who = self.who(text).await?;
        match &who.customer {
            Some(customer) => self.of_customer(text, customer).await,
            None => Ok(Vec::new()),
        }
    }

    /// All subscriptions of a customer, finished ones too, the newest first.
    ///
    /// # Errors
    /// `Failed` for a customer that Stripe has deleted meanwhile; else what Stripe says.
    pub async fn of_customer(&self, text: &str, customer: &str) -> anyhow::Result<Vec<Value>> {
        let params = json!({"customer": customer, "status": "all"});
        let mut all =
            self.reader.list("/v1/subscriptions", &params).await.map_err(|error| gone(error, text))?;
        all.sort_by_key(|object| std::cmp::Reverse((Seen(object).created(), Seen(object).id().to_owned())));
        Ok(all)
    }

    /// Whom a text means: known here, or else to Stripe.
    ///
    /// # Errors
    /// `Failed` for whom nobody knows, and for a customer that is deleted or of another mode; else what Stripe says.
    pub async fn who(&mut self, text: &str) -> anyhow::Result<Who> {
        if text.starts_with(CUSTOMER_PREFIX) {
            return self.customer(text).await;
        }
        if let Some(who) =
            subject::look_up(&self.books, &self.mirror, text)?.filter(|who| who.customer.is_some())
        {
            return Ok(who);
        }
        let found = self.ensurer().find(text).await?;
        match found {
            Some(ensured) => Ok(Who { subject: Some(text.to_owned()), customer: Some(ensured.customer) }),
            None => subject::known(&self.books, &self.mirror, text),
        }
    }

    pub fn ensurer(&mut self) -> Ensurer<'_> {
        let Desk { ctx, reader, books, mirror, .. } = self;
        Ensurer { ctx, reader: reader.clone(), books, mirror }
    }

    async fn customer(&mut self, id: &str) -> anyhow::Result<Who> {
        let missing = || {
            fail(
                Kind::Failed,
                format!("Stripe has no customer {id} in this account and mode; nothing was sent"),
                "Look for them with `billctl customer find TEXT`; a customer of live mode is not in test mode",
            )
        };
        let dated = self.reader.find(CUSTOMER_ROUTE, id).await?;
        match dated.value {
            Found::Object(_) => {}
            // What is left of a deleted customer is an answer with a date.
            Found::Gone if dated.at.is_some() || self.mirror.object("customer", id)?.is_some() => {
                return Err(fail(
                    Kind::Failed,
                    format!("Stripe has deleted the customer {id}; nothing was sent"),
                    "Name its subject: `billctl subscription create SUBJECT …` makes another customer",
                ));
            }
            Found::Gone => return Err(missing()),
        }
        remember_customer(&self.reader, &self.books, &mut self.mirror, id).await?;
        let subject = self.books.subjects_of(id)?.into_iter().next();
        Ok(Who { subject, customer: Some(id.to_owned()) })
    }

    /// Reads a subscription, and keeps it in the mirror; none where Stripe has none.
    ///
    /// # Errors
    /// What Stripe or the disk refuses.
    pub async fn fetch(&mut self, id: &str) -> anyhow::Result<Option<Value>> {
        self.keep("subscription", ROUTE, id).await
    }

    /// Reads an object, and keeps it in the mirror, so that what was just done shows before its event comes.
    ///
    /// # Errors
    /// What Stripe or the disk refuses.
    pub async fn keep(&mut self, kind: &str, route: &str, id: &str) -> anyhow::Result<Option<Value>> {
        let dated = self.reader.find(route, id).await?;
        let Found::Object(object) = dated.value else { return Ok(None) };
        if let Some(fetched_at) = dated.at.and_then(|at| jiff::Timestamp::from_second(at).ok()) {
            let objects = std::slice::from_ref(&object);
            self.mirror.put_snapshots(&self.books, Page { kind, objects, fetched_at, cursor: None })?;
        }
        Ok(Some(object))
    }

    /// After a change: the subscription as it is now. What was done is done even where it can't be read again.
    ///
    /// # Errors
    /// `Usage` where the billing file can't be used.
    pub async fn after(&mut self, answered: Value) -> anyhow::Result<Subscribed> {
        let id = Seen(&answered).id().to_owned();
        let object = match self.fetch(&id).await {
            Ok(found) => found.unwrap_or(answered),
            Err(error) => {
                self.ctx
                    .ui()
                    .warn(&format!("It is done, but the mirror could not be brought up to date: {error}"));
                answered
            }
        };
        Subscribed::new(self.ctx, &self.books, object)
    }

    /// The time by which a subscription lives: its test clock's, or Stripe's. In seconds.
    ///
    /// # Errors
    /// What Stripe says.
    pub async fn time_of(&self, seen: Seen<'_>) -> anyhow::Result<i64> {
        let path = ROUTE.replace("{}", &segment(seen.id()).to_string());
        time_by(self.ctx, &self.reader, seen.test_clock(), &path).await
    }
}

/// A customer that was deleted since the last event came.
pub fn gone(error: StripeError, text: &str) -> anyhow::Error {
    let about_customer = error.api().is_some_and(|api| {
        api.param.as_deref() == Some("customer") && api.code.as_deref() == Some("resource_missing")
    });
    let error = anyhow::Error::from(error);
    if !about_customer {
        return error;
    }
    error.context(Note {
        kind: Kind::Failed,
        message: format!("Stripe has no longer the customer of `{text}`; nothing was changed"),
        fix: Some("Run `billctl events pull`, and then the same again".to_owned()),
    })
}
