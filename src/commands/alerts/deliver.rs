//! Who is told of a crossing, and how.
//!
//! A message is kept before it is handed over, and marked as delivered after. Who hands it over claims it first, so that two
//! checks at once don't both send it. A check that dies in between leaves it claimed; after [`LEASE_SECONDS`] the next one hands
//! it over again, with the same id: so each is delivered at least once, and a receiver that looks at ids has it exactly once.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use secrecy::ExposeSecret as _;
use tokio::time::Instant;
use url::Url;

use crate::billing::catalog::file::{Alerts, SecretSource, TextOrEnv};
use crate::billing::signature;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::settings::webhook_secret::{self, WebhookSecret};
use crate::store::books::{AlertMessage, Books};
use crate::stripe::webhook::Endpoint;

/// For so long a message is one check's own; more than a delivery may take.
pub const LEASE_SECONDS: i64 = 60;

/// A hook that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often it is looked whether a program has ended.
const LOOK_EVERY: Duration = Duration::from_millis(10);

const USER_AGENT: &str = concat!("billctl/", env!("CARGO_PKG_VERSION"));

/// Where messages go: to all of these, each of which has to take one.
#[derive(Debug)]
pub struct Hooks(Vec<Hook>);

#[derive(Debug)]
enum Hook {
    Post { endpoint: Endpoint, secrets: Vec<WebhookSecret> },
    Run { program: String, arguments: Vec<String> },
}

impl Hooks {
    /// What `[alerts]` names; none if it names nothing.
    ///
    /// # Errors
    /// `Usage` for an address that can't be used or is not set, `Refused` for a secret that is not there.
    pub fn of(ctx: &Context, alerts: &Alerts) -> anyhow::Result<Option<Hooks>> {
        let Alerts { webhook, webhook_secrets, command, named: _ } = alerts;
        let mut hooks = Vec::new();
        if let Some(address) = webhook {
            let text = address_of(ctx, address)?;
            let url = Url::parse(&text).map_err(|error| {
                fail(
                    Kind::Usage,
                    format!("`webhook` in [alerts] is no web address: {error}"),
                    "Write it like https://example.com/alerts",
                )
            })?;
            let secrets = secrets(ctx, webhook_secrets)?;
            hooks.push(Hook::Post { endpoint: Endpoint::open(&url, PATIENCE)?, secrets });
        }
        if let Some((program, arguments)) = command.as_deref().and_then(<[String]>::split_first) {
            hooks.push(Hook::Run { program: program.clone(), arguments: arguments.to_vec() });
        }
        Ok((!hooks.is_empty()).then_some(Hooks(hooks)))
    }

    /// Who is told, for sentences: without what may be a token.
    pub fn shown(&self) -> String {
        self.0.iter().map(Hook::shown).collect::<Vec<_>>().join(" and ")
    }

    /// Hands a message over. Who did not take it, and why.
    async fn deliver(&self, ctx: &Context, message: &AlertMessage) -> Result<(), String> {
        let mut refused = Vec::new();
        for hook in &self.0 {
            let told = match hook {
                Hook::Post { endpoint, secrets } => post(ctx, endpoint, secrets, message).await,
                Hook::Run { program, arguments } => run(program, arguments, message).await,
            };
            if let Err(error) = told {
                refused.push(format!("{} was not told of `{}`: {error}", hook.shown(), message.alert));
            }
        }
        if refused.is_empty() { Ok(()) } else { Err(refused.join("; ")) }
    }
}

impl Hook {
    fn shown(&self) -> String {
        match self {
            Hook::Post { endpoint, secrets: _ } => endpoint.shown(),
            Hook::Run { program, arguments: _ } => format!("`{program}`"),
        }
    }
}

fn address_of(ctx: &Context, address: &TextOrEnv) -> anyhow::Result<String> {
    match address {
        TextOrEnv::Text(text) => Ok(text.clone()),
        TextOrEnv::Env(env) => {
            let set = ctx.settings().environment.text(&env.env).map(str::to_owned);
            set.or_else(|| env.default.clone()).ok_or_else(|| {
                fail(
                    Kind::Usage,
                    format!("`webhook` in [alerts] is taken from {}, which is not set", env.env),
                    format!("Set {} to the address, or write it into the file", env.env),
                )
            })
        }
    }
}

fn secrets(ctx: &Context, sources: &[SecretSource]) -> anyhow::Result<Vec<WebhookSecret>> {
    let settings = ctx.settings();
    for source in sources {
        if let SecretSource::Env(name) = source
            && settings.environment.text(name).is_none()
        {
            return Err(fail(
                Kind::Refused,
                format!("`webhook_secrets` in [alerts] takes one from {name}, which is not set"),
                format!("Set {name}, or change `webhook_secrets` in [alerts]"),
            ));
        }
    }
    webhook_secret::of_profile("alerts", sources, &settings.environment, settings.project_folder())
}

/// Hands over all that waits; how many were taken, and how many wait still.
///
/// # Errors
/// If the books can't be written.
pub async fn deliver_waiting(ctx: &Context, books: &Books, hooks: &Hooks) -> anyhow::Result<(i64, i64)> {
    let now = || ctx.clock().now().as_second();
    let (mut delivered, mut after) = (0, 0);
    let mut waiting = 0;
    while let Some(message) = books.claim_alert(after, now(), now().saturating_add(LEASE_SECONDS))? {
        after = message.number;
        match hooks.deliver(ctx, &message).await {
            Ok(()) => {
                books.note_alert_delivered(message.number, now())?;
                delivered += 1;
            }
            Err(error) => {
                books.note_alert_failed(message.number, &error)?;
                waiting += 1;
                ctx.ui().warn(&format!("{error}; the next check tries again"));
            }
        }
    }
    if delivered > 0 {
        let noun = if delivered == 1 { "crossing" } else { "crossings" };
        ctx.ui().status(&format!("Told {} of {delivered} {noun}", hooks.shown()));
    }
    Ok((delivered, waiting))
}

async fn post(
    ctx: &Context,
    endpoint: &Endpoint,
    secrets: &[WebhookSecret],
    message: &AlertMessage,
) -> Result<(), String> {
    let mut headers = vec![
        ("content-type".to_owned(), b"application/json; charset=utf-8".to_vec()),
        ("user-agent".to_owned(), USER_AGENT.as_bytes().to_vec()),
        ("idempotency-key".to_owned(), message.id.as_bytes().to_vec()),
    ];
    if !secrets.is_empty() {
        let secrets: Vec<&str> = secrets.iter().map(|found| found.secret.expose_secret()).collect();
        let now = ctx.clock().now().as_second();
        let signature = signature::header(&secrets, now, message.body.as_bytes());
        headers.push(("billctl-signature".to_owned(), signature.into_bytes()));
    }
    match endpoint.post(&headers, message.body.clone().into_bytes()).await {
        Ok(answered) if answered.is_accepted() => Ok(()),
        Ok(answered) => Err(format!("it answered {}", answered.status)),
        Err(unanswered) => Err(unanswered.to_string()),
    }
}

/// Runs a program with a message on its standard input. What it prints is not the result of this command; what it complains of
/// is shown.
async fn run(program: &str, arguments: &[String], message: &AlertMessage) -> Result<(), String> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|error| format!("it can't be run: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        let body = format!("{}\n", message.body);
        // A program that reads nothing closes it; whether it took the message is told by how it ends.
        std::thread::spawn(move || input.write_all(body.as_bytes()));
    }
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("it ended with {status}")),
            Ok(None) if begun.elapsed() < PATIENCE => tokio::time::sleep(LOOK_EVERY).await,
            Ok(None) => {
                // It may have ended just now; then there is nothing to stop.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("it did not end within {} s", PATIENCE.as_secs()));
            }
            Err(error) => return Err(format!("it can't be waited for: {error}")),
        }
    }
}
