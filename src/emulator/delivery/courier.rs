//! The courier: one task that hands what was posted to the lines of its receivers.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::parcel::Poster;
use super::session::Sessions;
use super::{Posted, Receiver, line};
use crate::emulator::database::{Account, Left};
use crate::emulator::engine::Engine;
use crate::emulator::faults::Faults;
use crate::emulator::options::{Clock, Sending};

/// How long first attempts may take when the server stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// What the courier is told.
#[derive(Debug)]
pub enum Note {
    /// Something durable is to be sent.
    Posted(Vec<Posted>),
    /// Nothing more will come; the answer says that everything was tried once, or that it took too long.
    Stop(oneshot::Sender<()>),
}

/// The courier's notes, with the way to send it more.
#[derive(Debug)]
pub struct Notes {
    pub sender: mpsc::UnboundedSender<Note>,
    pub receiver: mpsc::UnboundedReceiver<Note>,
}

/// What every line works with.
pub struct Courier {
    pub engine: Engine,
    pub account: Account,
    pub clock: Clock,
    pub faults: Arc<Faults>,
    pub sending: Sending,
    pub sessions: Arc<Sessions>,
    pub poster: Poster,
}

/// A courier at work.
#[derive(Debug)]
pub struct Running {
    notes: mpsc::UnboundedSender<Note>,
    task: JoinHandle<()>,
}

impl Running {
    /// Has everything that was posted tried once, for a moment, and ends the courier.
    pub async fn stop(self) {
        let (stopped, done) = oneshot::channel();
        if self.notes.send(Note::Stop(stopped)).is_ok() {
            // An error means that it has ended by itself.
            let _ = done.await;
        }
        self.task.abort();
    }
}

impl Courier {
    /// Starts the courier; with `sending.backlog` it begins with what earlier servers have left. It ends when it is told
    /// to, or when the server's handle, which holds the other end of `stopping`, is dropped.
    pub fn start(self, notes: Notes, stopping: watch::Receiver<bool>) -> Running {
        let Notes { sender, receiver } = notes;
        let task = tokio::spawn(async move {
            tokio::select! {
                () = run(Arc::new(self), receiver) => {}
                () = dropped(stopping) => {}
            }
        });
        Running { notes: sender, task }
    }
}

/// Waits until the other end is dropped.
async fn dropped(mut stopping: watch::Receiver<bool>) {
    while stopping.changed().await.is_ok() {}
}

type Lines = HashMap<Receiver, mpsc::UnboundedSender<Posted>>;

async fn run(courier: Arc<Courier>, mut notes: mpsc::UnboundedReceiver<Note>) {
    let mut lines = Lines::new();
    let mut tasks = JoinSet::new();
    if courier.sending.backlog {
        for posted in left(&courier).await {
            hand(&courier, &mut lines, &mut tasks, posted);
        }
    }
    while let Some(note) = notes.recv().await {
        match note {
            Note::Posted(posted) => {
                for posted in posted {
                    hand(&courier, &mut lines, &mut tasks, posted);
                }
            }
            Note::Stop(stopped) => {
                drop(lines);
                let all = async { while tasks.join_next().await.is_some() {} };
                if tokio::time::timeout(STOP_TIMEOUT, all).await.is_err() {
                    tracing::info!("the emulator stops before all events are delivered");
                }
                // The server may have been dropped meanwhile.
                let _ = stopped.send(());
                return;
            }
        }
    }
}

/// Puts something into its receiver's line.
fn hand(courier: &Arc<Courier>, lines: &mut Lines, tasks: &mut JoinSet<()>, posted: Posted) {
    let line = lines.entry(posted.receiver.clone()).or_insert_with(|| {
        let (line, arrivals) = mpsc::unbounded_channel();
        tasks.spawn(line::run(Arc::clone(courier), arrivals));
        line
    });
    if line.send(posted).is_err() {
        tracing::error!("a receiver's line has ended");
    }
}

/// What earlier servers have left.
async fn left(courier: &Courier) -> Vec<Posted> {
    let left = courier.engine.with(false, |db| db.waiting_deliveries()).await.unwrap_or_default();
    let posted = |Left { seq, event, event_type, endpoint }| Posted {
        receiver: match endpoint.starts_with("http") {
            true => Receiver::Forward(endpoint),
            false => Receiver::Endpoint(endpoint),
        },
        event,
        event_type,
        seq: Some(seq),
    };
    left.into_iter().map(posted).collect()
}
