//! `billctl events verify`: whether a body and its signature belong together, and if not, why.

use std::path::PathBuf;

use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::{Outcome, input};
use crate::billing::signature::{self, DEFAULT_TOLERANCE, Refusal, Verified, diagnose};
use crate::context::Context;
use crate::error::Kind;
use crate::render::{Present, Role, Text, View};
use crate::settings::webhook_secret::WebhookSecret;

/// Check a webhook's body against its Stripe-Signature header, and say exactly why it fails
///
/// Exit code 0 if it holds, 1 if not.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl events verify --body event.json --header 't=1700000000,v1=…' --webhook-secret-file secret
  billctl events verify --body event.json --header \"$HEADER\" --tolerance 0     whatever its age")]
pub struct VerifyArgs {
    /// The file with the raw body as it was received; `-` reads stdin
    #[arg(long, value_name = "FILE")]
    pub body: PathBuf,
    /// The Stripe-Signature header that came with it
    #[arg(long, value_name = "VALUE")]
    pub header: String,
    /// A file with the signing secret (whsec_…); may be repeated [default: STRIPE_WEBHOOK_SECRET, the
    /// profile's, the emulator's own]
    #[arg(long = "webhook-secret-file", value_name = "FILE")]
    pub secret_files: Vec<PathBuf>,
    /// How many seconds the signature may be old, or from the future; 0 allows any age
    #[arg(long, value_name = "SECONDS", default_value_t = DEFAULT_TOLERANCE, value_parser = clap::value_parser!(i64).range(0..))]
    pub tolerance: i64,
}

pub async fn run(ctx: &Context, args: VerifyArgs) -> anyhow::Result<Outcome> {
    let body = input::body(&args.body)?;
    let secrets = ctx.webhook_secrets(&args.secret_files)?;
    let header = value(&args.header);
    let now = ctx.clock().now().as_second();
    let outcome = signature::verify(&exposed(&secrets), header, &body, now, args.tolerance);
    let mode = Mode { event: livemode(&body), profile: ctx.is_live()? };
    let answer = match outcome {
        Ok(Verified { timestamp, secret }) => Answer {
            refusal: None,
            signed_at: Timestamp::from_second(timestamp).ok(),
            secret: secrets.get(secret).map(|found| found.origin.clone()),
            hint: mode.hint(&ctx.profile()?.name),
        },
        Err(refusal) => {
            let hint = explain(ctx, refusal, &secrets, header, &body, mode)?;
            Answer { refusal: Some(refusal), signed_at: None, secret: None, hint }
        }
    };
    ctx.show(&answer)?;
    Ok(if answer.refusal.is_none() { Outcome::Done } else { Outcome::Failed(Kind::Failed) })
}

/// The header's value, where its name was copied along.
fn value(header: &str) -> &str {
    let header = header.trim();
    match header.split_once(':') {
        Some((name, value)) if name.eq_ignore_ascii_case(signature::HEADER) => value.trim(),
        Some(_) | None => header,
    }
}

fn exposed(secrets: &[WebhookSecret]) -> Vec<&str> {
    secrets.iter().map(|found| found.secret.expose_secret()).collect()
}

/// Of an event's body, whether it is of live mode.
fn livemode(body: &[u8]) -> Option<bool> {
    serde_json::from_slice::<Value>(body).ok()?.get("livemode")?.as_bool()
}

/// The event's mode, if the body is one, and the profile's.
#[derive(Debug, Clone, Copy)]
struct Mode {
    event: Option<bool>,
    profile: bool,
}

impl Mode {
    /// What to say where they differ.
    fn hint(self, profile: &str) -> Option<String> {
        let name = |live| if live { "live" } else { "test" };
        let event = self.event.filter(|event| *event != self.profile)?;
        Some(format!(
            "this is an event of {} mode, and the profile `{profile}` is of {} mode: each mode has endpoints and secrets of its own, and `events listen` refuses the other's",
            name(event),
            name(self.profile)
        ))
    }
}

/// What to do about a refusal, as far as it can be found out.
fn explain(
    ctx: &Context,
    refusal: Refusal,
    secrets: &[WebhookSecret],
    header: &str,
    body: &[u8],
    mode: Mode,
) -> anyhow::Result<Option<String>> {
    Ok(match refusal {
        Refusal::NoMatch => {
            let cause = diagnose(&exposed(secrets), header, body).map(|cause| cause.to_string());
            let cause = cause.or_else(|| signed_with_another(ctx, header, body));
            match cause {
                Some(cause) => Some(cause),
                None => mode.hint(&ctx.profile()?.name).or_else(|| {
                    Some(
                        "every endpoint has a secret of its own, and so has `stripe listen`; take the one of the endpoint that this was sent to, and the body's raw bytes"
                            .to_owned(),
                    )
                }),
            }
        }
        Refusal::TooOld { .. } => {
            Some("it was signed right: give `--tolerance 0` to look past its age".to_owned())
        }
        Refusal::FromFuture { .. } => Some("check this machine's clock".to_owned()),
        Refusal::NoHeader | Refusal::Malformed(_) | Refusal::NoV1 => {
            Some("give the header whole, like `t=1700000000,v1=5257a8…`".to_owned())
        }
        Refusal::NoSecret => Some("give the secret whole, like `whsec_…`".to_owned()),
    })
}

/// Whether one of the secrets that were not asked for signed it.
fn signed_with_another(ctx: &Context, header: &str, body: &[u8]) -> Option<String> {
    // What is not there or can't be read is no answer to this question.
    let others = ctx.known_webhook_secrets();
    let verified = signature::verify(&exposed(&others), header, body, 0, 0).ok()?;
    let origin = &others.get(verified.secret)?.origin;
    Some(format!("it was signed with another secret: the one from {origin}"))
}

struct Answer {
    refusal: Option<Refusal>,
    signed_at: Option<Timestamp>,
    /// Where the secret came from that it was signed with.
    secret: Option<String>,
    hint: Option<String>,
}

impl Present for Answer {
    fn json(&self) -> Value {
        let Answer { refusal, signed_at, secret, hint } = self;
        json!({
            "valid": refusal.is_none(),
            "reason": refusal.map(Refusal::code),
            "message": refusal.map(|refusal| refusal.to_string()),
            "hint": hint,
            "signed_at": signed_at.map(|at| at.to_string()),
            "secret": secret,
        })
    }

    fn view(&self) -> View {
        let Answer { refusal, signed_at, secret, hint } = self;
        let line = match (refusal, signed_at, secret) {
            (Some(refusal), _, _) => Text::new(Role::Delete, "Refused").plain(format!(": {refusal}")),
            (None, Some(at), Some(secret)) => {
                Text::new(Role::Create, "Valid").plain(format!(": signed {at} with the secret from {secret}"))
            }
            (None, _, _) => Text::new(Role::Create, "Valid"),
        };
        let view = View::new().line(line);
        match hint {
            Some(hint) => view.line(Text::new(Role::Hint, format!("hint: {hint}"))),
            None => view,
        }
    }
}
