//! The engine's side: which receivers an event has, and their deliveries.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use tokio::sync::mpsc;

use super::courier::{Note, Notes};
use super::reach::reach;
use super::session::Sessions;
use super::{Posted, Receiver};
use crate::emulator::database::{Database, Fresh, Object};
use crate::emulator::kind::Kind;
use crate::emulator::options::Sending;

/// Makes the two ends: the engine posts into the first, the courier reads the second.
pub fn outbox(sending: Sending, sessions: Arc<Sessions>) -> (Outbox, Notes) {
    let (courier, receiver) = mpsc::unbounded_channel();
    let notes = Notes { sender: courier.clone(), receiver };
    let outbox = Outbox {
        sending,
        sessions,
        courier,
        version: Cell::new(0),
        subscribers: RefCell::new(None),
        posted: RefCell::default(),
    };
    (outbox, notes)
}

/// Belongs to the engine's thread. Without receivers, an event costs it nothing.
#[derive(Debug)]
pub struct Outbox {
    sending: Sending,
    sessions: Arc<Sessions>,
    courier: mpsc::UnboundedSender<Note>,
    /// The state of the file that `subscribers` was read from.
    version: Cell<i64>,
    /// The enabled webhook endpoints, once they were read.
    subscribers: RefCell<Option<Vec<Subscriber>>>,
    /// What the transaction has posted so far.
    posted: RefCell<Vec<Posted>>,
}

/// An enabled webhook endpoint.
#[derive(Debug)]
struct Subscriber {
    id: String,
    /// Names of events; `*` is all.
    types: Vec<String>,
    unreachable: Option<String>,
}

impl Subscriber {
    fn takes(&self, event_type: &str) -> bool {
        self.types.iter().any(|wanted| wanted == "*" || wanted == event_type)
    }
}

impl Outbox {
    /// Starts a transaction: what was remembered is forgotten if another process has written since.
    ///
    /// # Errors
    /// SQLite's.
    pub fn begin(&self, db: &Database) -> rusqlite::Result<()> {
        let version = db.data_version()?;
        if self.version.replace(version) != version {
            self.forget();
        }
        Ok(())
    }

    /// To be called after anything that may have changed webhook endpoints, or undone a change.
    pub fn forget(&self) {
        self.subscribers.replace(None);
    }

    /// How many webhook endpoints take events of a type.
    ///
    /// # Errors
    /// SQLite's.
    pub fn count(&self, db: &Database, event_type: &str) -> rusqlite::Result<usize> {
        self.read(db)?;
        let known = self.subscribers.borrow();
        let subscribers = known.iter().flatten();
        Ok(subscribers.filter(|subscriber| subscriber.takes(event_type)).count())
    }

    /// Posts a new event to everybody who takes it.
    ///
    /// # Errors
    /// SQLite's.
    pub fn post(&self, db: &Database, event: &str, event_type: &str) -> rusqlite::Result<()> {
        self.read(db)?;
        let known = self.subscribers.borrow();
        for subscriber in known.iter().flatten().filter(|subscriber| subscriber.takes(event_type)) {
            let unreachable = subscriber.unreachable.as_deref();
            let receiver = Receiver::Endpoint(subscriber.id.clone());
            self.add(
                db,
                event,
                event_type,
                receiver,
                &Fresh { endpoint: &subscriber.id, owed: true, unreachable },
            )?;
        }
        self.relay(db, event, event_type)
    }

    /// Posts an event to those who listen without a webhook endpoint.
    ///
    /// # Errors
    /// SQLite's.
    pub fn relay(&self, db: &Database, event: &str, event_type: &str) -> rusqlite::Result<()> {
        for url in &self.sending.forward_to {
            let fresh = Fresh { endpoint: url, owed: false, unreachable: None };
            self.add(db, event, event_type, Receiver::Forward(url.clone()), &fresh)?;
        }
        let sessions = self.sessions.numbers().into_iter().map(Receiver::Session);
        self.posted.borrow_mut().extend(sessions.map(|receiver| Posted {
            receiver,
            event: event.to_owned(),
            event_type: event_type.to_owned(),
            seq: None,
        }));
        Ok(())
    }

    /// Posts an event once more to a webhook endpoint, whatever that is enabled for.
    ///
    /// # Errors
    /// SQLite's.
    pub fn resend(
        &self,
        db: &Database,
        event: &str,
        event_type: &str,
        endpoint: &Object,
    ) -> rusqlite::Result<()> {
        let Subscriber { id, unreachable, .. } = self.subscriber(endpoint);
        let fresh = Fresh { endpoint: &id, owed: false, unreachable: unreachable.as_deref() };
        self.add(db, event, event_type, Receiver::Endpoint(id.clone()), &fresh)
    }

    fn add(
        &self,
        db: &Database,
        event: &str,
        event_type: &str,
        receiver: Receiver,
        fresh: &Fresh<'_>,
    ) -> rusqlite::Result<()> {
        let seq = db.add_delivery(event, event_type, fresh)?;
        if fresh.unreachable.is_none() {
            let (event, event_type) = (event.to_owned(), event_type.to_owned());
            self.posted.borrow_mut().push(Posted { receiver, event, event_type, seq: Some(seq) });
        }
        Ok(())
    }

    fn read(&self, db: &Database) -> rusqlite::Result<()> {
        if self.subscribers.borrow().is_none() {
            let endpoints = db.all(Kind::WebhookEndpoint)?;
            let enabled = endpoints.iter().filter(|endpoint| endpoint.body["status"] == "enabled");
            self.subscribers.replace(Some(enabled.map(|endpoint| self.subscriber(endpoint)).collect()));
        }
        Ok(())
    }

    fn subscriber(&self, endpoint: &Object) -> Subscriber {
        let types = endpoint.body["enabled_events"].as_array().into_iter().flatten();
        let url = endpoint.body["url"].as_str().unwrap_or_default();
        Subscriber {
            id: endpoint.id.clone(),
            types: types.filter_map(|name| name.as_str().map(str::to_owned)).collect(),
            unreachable: reach(url, &self.sending.hosts).err(),
        }
    }

    /// How much was posted so far, for [`Outbox::undo`].
    pub fn mark(&self) -> usize {
        self.posted.borrow().len()
    }

    /// Takes back what a request posted that was undone.
    pub fn undo(&self, mark: usize) {
        self.posted.borrow_mut().truncate(mark);
        self.forget();
    }

    /// Ends the transaction: what was posted is sent, unless it was lost.
    pub fn end(&self, durable: bool) {
        let posted = self.posted.take();
        if !durable {
            self.forget();
        } else if !posted.is_empty() {
            // Without a courier the server is stopping: the next one sends what is waiting.
            let _ = self.courier.send(Note::Posted(posted));
        }
    }
}
