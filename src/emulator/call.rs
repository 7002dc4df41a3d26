//! What a handler works with: the state, the time, and who asked.

use serde_json::{Map, Value, json};

use super::database::{Account, Database, Object, Row};
use super::delivery::Outbox;
use super::event;
use super::ids;
use super::kind::Kind;
use super::refusal::Refusal;

/// Why a handler gave no answer.
#[derive(Debug)]
pub enum Failure {
    /// The caller gets this.
    Refused(Refusal),
    /// The caller gets this, and what was done stays: a payment was tried and declined.
    Declined(Box<Refusal>),
    /// The state could not be read or written; the caller gets a 500.
    Broken(rusqlite::Error),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Refused(refusal)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Failure {
        Failure::Broken(error)
    }
}

pub type Outcome<T> = Result<T, Failure>;

/// What a handler answers with; [`super::expand`] turns it into text.
#[derive(Debug)]
pub enum Answer {
    Object(Object),
    /// A page of a list or of a search.
    Page(Page),
    /// Anything else, as it is.
    Plain(Value),
}

#[derive(Debug)]
pub struct Page {
    pub kind: Kind,
    pub rows: Vec<Row>,
    pub has_more: bool,
    pub url: String,
    /// For a search: where its next page starts, if there is one.
    pub search: Option<Option<String>>,
}

/// One request being executed inside the engine's transaction.
#[derive(Debug)]
pub struct Call<'a> {
    pub db: &'a Database,
    pub account: &'a Account,
    /// The emulator's time, in seconds since 1970.
    pub now: i64,
    /// Whether the caller speaks an older version, so that defaults which are newer don't hold.
    pub lenient: bool,
    /// While a test clock advances: its id, and how far it has come.
    pub clock: Option<(String, i64)>,
    /// `None` for what happens by itself.
    pub request_id: Option<&'a str>,
    pub idempotency_key: Option<&'a str>,
    /// The request's path as it came.
    pub path: &'a str,
    /// The ids in the path, in order.
    pub ids: &'a [String],
    /// Where events are posted.
    pub outbox: &'a Outbox,
    /// `http://127.0.0.1:PORT`.
    pub base_url: &'a str,
    /// The same for the pages that a person clicks.
    pub pages_at: &'a str,
}

impl Call<'_> {
    /// The id in the path; the first if there are several.
    pub fn id(&self) -> &str {
        self.ids.first().map_or("", String::as_str)
    }

    /// The object that the path names.
    ///
    /// # Errors
    /// 404 if there is none.
    pub fn fetch(&self, kind: Kind) -> Outcome<Object> {
        let id = self.id();
        Ok(self.db.get(kind, id)?.ok_or_else(|| Refusal::not_found(kind.label(), id))?)
    }

    /// The object that a parameter names.
    ///
    /// # Errors
    /// 400 `resource_missing` on that parameter if there is none.
    pub fn refer(&self, kind: Kind, id: &str, param: &str) -> Outcome<Object> {
        Ok(self.db.get(kind, id)?.ok_or_else(|| Refusal::no_such(kind.label(), id, param))?)
    }

    /// Starts a new object: its id and the fields that all objects have.
    pub fn new_object(&self, kind: Kind) -> Object {
        let id = kind.prefix().map_or_else(|| ids::random_code(8), |prefix| ids::dated(prefix, self.now));
        Object { kind, id, body: Value::Null, hidden: Map::new() }
    }

    /// Adds an object and tells of it.
    ///
    /// # Errors
    /// SQLite's.
    pub fn create(&mut self, object: Object) -> Outcome<Object> {
        // What belongs to a test clock was made at the clock's time.
        self.db.insert(&object, object.body["created"].as_i64().unwrap_or(self.now))?;
        self.changed(object.kind);
        if let Some(prefix) = object.kind.event_prefix() {
            event::emit(self, &format!("{prefix}.created"), &object.body, None)?;
        }
        Ok(object)
    }

    /// Stores an object's changes and tells of them; does neither if nothing changed.
    ///
    /// # Errors
    /// SQLite's.
    pub fn update(&mut self, before: &Object, after: Object) -> Outcome<Object> {
        let name = after.kind.event_prefix().map(|prefix| format!("{prefix}.updated"));
        self.update_as(before, after, name.as_deref())
    }

    /// Like [`Call::update`], under another event name.
    ///
    /// # Errors
    /// SQLite's.
    pub fn update_as(&mut self, before: &Object, mut after: Object, event: Option<&str>) -> Outcome<Object> {
        if before.body == after.body && before.hidden == after.hidden {
            return Ok(after);
        }
        if let Some(updated) = after.body.get_mut("updated") {
            *updated = json!(self.now);
        }
        self.db.update(before, &after)?;
        self.changed(after.kind);
        if let Some(name) = event {
            let mut previous = event::previous_attributes(&before.body, &after.body);
            previous.extend(event::previous_hidden(before, &after));
            event::emit(self, name, &after.body, Some(previous))?;
        }
        Ok(after)
    }

    /// Stores an object's changes and tells nothing; see [`Call::tell`].
    ///
    /// # Errors
    /// SQLite's.
    pub fn store(&mut self, before: &Object, after: Object) -> Outcome<Object> {
        self.update_as(before, after, None)
    }

    /// Tells of an object as it is now, without what it was before: of what is no mere update.
    ///
    /// # Errors
    /// SQLite's.
    pub fn tell(&self, event: &str, object: &Object) -> Outcome<()> {
        event::emit(self, event, &object.body, None)
    }

    /// Deletes an object, tells of it, and answers with its stub.
    ///
    /// # Errors
    /// SQLite's.
    pub fn delete(&mut self, object: &Object) -> Outcome<Answer> {
        let stub = json!({"id": object.id, "object": object.kind.name(), "deleted": true});
        self.db.delete(object.kind, &object.id, &stub)?;
        self.changed(object.kind);
        if let Some(prefix) = object.kind.event_prefix() {
            event::emit(self, &format!("{prefix}.deleted"), &object.body, None)?;
        }
        Ok(Answer::Plain(stub))
    }

    /// Webhook endpoints decide who gets events.
    fn changed(&self, kind: Kind) {
        if kind == Kind::WebhookEndpoint {
            self.outbox.forget();
        }
    }
}
