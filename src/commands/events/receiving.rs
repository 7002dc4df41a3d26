//! What `events listen` runs: the receiver, what applies, and where asked for, what reads Stripe and what passes on.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::listen::ListenArgs;
use super::poll::{Hearers, Poll};
use crate::context::Context;
use crate::listen::{
    Applier, Clock, Failed, Forward, Keeping, Limits, Listener, Metrics, Notice, Options, Posting, Queueing,
    Refresh, Secrets, Sink, listen,
};
use crate::settings::profile::Target;
use crate::settings::webhook_secret::WebhookSecret;
use crate::store::outbox::Outbox;
use crate::stripe::webhook::Endpoint;

/// How long an application may take to take an event that is passed on.
const FORWARD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long stored events may take to be applied when the listener stops.
const APPLY_TIME: Duration = Duration::from_secs(10);

/// All that runs.
pub(super) struct Receiving {
    pub(super) listener: Listener,
    applier: Applier,
    poll: Option<Running>,
    forward: Option<Running>,
    pub(super) metrics: Arc<Metrics>,
    /// How many there are.
    pub(super) secrets: usize,
}

/// A task that ends when it is told to.
struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    fn start<F>(run: impl FnOnce(watch::Receiver<bool>) -> F) -> Running
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (stop, stopping) = watch::channel(false);
        Running { stop, task: tokio::spawn(run(stopping)) }
    }

    async fn stop(self) {
        self.stop.send_replace(true);
        if self.task.await.is_err() {
            tracing::error!("a task could not be joined");
        }
    }
}

impl Receiving {
    /// Opens the stores, and Stripe where it is read, and begins to receive.
    ///
    /// # Errors
    /// `Refused` for want of a secret or key, `Failed` for a port or a file that can't be opened.
    pub(super) async fn start(
        ctx: &Context,
        args: &ListenArgs,
        teller: &mpsc::Sender<Notice>,
    ) -> anyhow::Result<Receiving> {
        let clock = ctx.clock();
        let clock: Clock = Arc::new(move || clock.now());
        let metrics = Arc::new(Metrics::default());
        let found = match args.poll {
            Some(_) => ctx.webhook_secrets_if_any(&args.secret_files)?,
            None => ctx.webhook_secrets(&args.secret_files)?,
        };
        let found = exposable(found);
        let count = found.len();
        let refresh = refresh(ctx, args, &found)?;
        let secrets = Arc::new(Secrets::new(found, refresh));
        let keeping = Keeping::start(ctx.books()?)?;
        let (mut forward, mut posting) = (None, None);
        let sink: Box<dyn Sink> = if let Some(url) = &args.forward_to {
            let endpoint = Endpoint::open(url, FORWARD_TIMEOUT)?;
            let path = ctx.state_dir()?.join("outbox.db");
            let sender = Forward::open(
                &path,
                endpoint,
                Arc::clone(&secrets),
                Arc::clone(&clock),
                Arc::clone(&metrics),
                told(teller),
            )?;
            let waiting = sender.waiting();
            posting = Some(Posting::new(Outbox::open(&path)?, Arc::clone(&waiting), Arc::clone(&secrets)));
            forward = Some(sender);
            Box::new(Queueing::new(Outbox::open(&path)?, waiting, keeping))
        } else {
            Box::new(keeping)
        };
        let applier = Applier::start(
            ctx.books()?,
            ctx.mirror()?,
            Arc::clone(&clock),
            Arc::clone(&metrics),
            told(teller),
        )?;
        let options = Options {
            address: SocketAddr::new(args.host, args.port),
            path: args.path.clone(),
            secrets,
            tolerance: args.tolerance,
            livemode: Some(ctx.is_live()?),
            keep_headers: args.forward_to.is_some(),
            limits: Limits::default(),
            clock,
            notices: Some(teller.clone()),
        };
        let poll = match args.poll {
            Some(seconds) => {
                let hearers = Hearers {
                    metrics: Arc::clone(&metrics),
                    notices: teller.clone(),
                    wake: applier.waker(),
                    posting,
                    failed: told(teller),
                };
                Some(Poll::open(ctx, Duration::from_secs(seconds), hearers).await?)
            }
            None => None,
        };
        let wake = applier.waker();
        let listener = listen(options, sink, Arc::clone(&metrics), Box::new(move || wake.wake())).await?;
        let poll = poll.map(|poll| Running::start(|stopping| poll.run(stopping)));
        let forward = forward.map(|forward| Running::start(|stopping| forward.run(stopping)));
        Ok(Receiving { listener, applier, poll, forward, metrics, secrets: count })
    }

    /// Nothing new is taken, what was taken is stored, and then applied and passed on as far as that goes quickly.
    pub(super) async fn stop(self) {
        let Receiving { listener, applier, poll, forward, metrics: _, secrets: _ } = self;
        if let Some(poll) = poll {
            poll.stop().await;
        }
        listener.stop().await;
        applier.stop(APPLY_TIME).await;
        if let Some(forward) = forward {
            forward.stop().await;
        }
    }
}

/// Tells in the same place as of events; what nobody reads in time is in the log.
fn told(teller: &mpsc::Sender<Notice>) -> Failed {
    let teller = teller.clone();
    Box::new(move |why| {
        tracing::warn!(why);
        // Full, or at its end: the log has it.
        let _ = teller.try_send(Notice::Trouble(why));
    })
}

fn exposable(secrets: Vec<WebhookSecret>) -> Vec<SecretString> {
    secrets.into_iter().map(|found| found.secret).collect()
}

/// On the emulator, endpoints may be made while this listens, each with a secret of its own.
fn refresh(ctx: &Context, args: &ListenArgs, known: &[SecretString]) -> anyhow::Result<Option<Refresh>> {
    if !args.secret_files.is_empty() || ctx.profile()?.target != Target::Emulator {
        return Ok(None);
    }
    let (read, known) = (ctx.emulator_webhook_secrets(), known.to_vec());
    Ok(Some(Arc::new(move || {
        let now = exposable(read().ok()?);
        Some(known.iter().cloned().chain(now).collect())
    })))
}
