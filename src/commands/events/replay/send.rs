//! Events on their way to an endpoint: signed anew for each attempt, at a pace, tried again where that may help.

use std::time::Duration;

use secrecy::ExposeSecret as _;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::chosen::{Choice, Chosen};
use super::outcome::{Row, Verdict};
use crate::billing::signature;
use crate::context::{Clock, Stop};
use crate::settings::webhook_secret::WebhookSecret;
use crate::stripe::webhook::{Answered, Endpoint, USER_AGENT, Unanswered};

/// The first pause before an event is tried again; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How events are sent.
#[derive(Debug, Clone)]
pub struct Sending {
    pub endpoint: Endpoint,
    /// What events are signed with, each of them: an endpoint looks for its own among the signatures.
    pub secrets: Vec<WebhookSecret>,
    /// The time that signatures tell.
    pub clock: Clock,
    /// How often an event is tried again, after its first attempt.
    pub retries: u32,
    /// The most events a second; as fast as they are taken, without it.
    pub pace: Option<u32>,
    /// How many may be under way at once. More than one gives up their order.
    pub parallel: usize,
}

/// What to do after an event's result is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    GoOn,
    Stop,
}

impl Sending {
    /// Sends events in their order and tells each one's result; stops after what is under way when asked to, or when
    /// `tell` says so.
    ///
    /// # Errors
    /// If an event can't be read, or what `tell` says.
    pub async fn send(
        &self,
        choice: &mut Choice,
        stop: &mut Stop,
        mut tell: impl FnMut(Row) -> anyhow::Result<Then>,
    ) -> anyhow::Result<()> {
        let begun = Instant::now();
        let mut under_way = JoinSet::new();
        let mut number: u32 = 0;
        let mut going = true;
        loop {
            while going && under_way.len() < self.parallel {
                if !self.wait_for_turn(begun, number, stop).await {
                    going = false;
                } else if let Some(chosen) = choice.next()? {
                    number = number.saturating_add(1);
                    let (sending, mut stop) = (self.clone(), stop.clone());
                    under_way.spawn(async move { sending.deliver(chosen, &mut stop).await });
                } else {
                    going = false;
                }
            }
            let Some(row) = under_way.join_next().await else { return Ok(()) };
            if tell(row?)? == Then::Stop {
                going = false;
            }
        }
    }

    /// Waits until the pace lets the next event go; `false` if asked to stop.
    async fn wait_for_turn(&self, begun: Instant, number: u32, stop: &mut Stop) -> bool {
        let Some(pace) = self.pace else { return !stop.is_asked() };
        let turn = begun + Duration::from_secs(1) * number / pace;
        tokio::select! {
            () = tokio::time::sleep_until(turn) => !stop.is_asked(),
            () = stop.asked() => false,
        }
    }

    async fn deliver(&self, chosen: Chosen, stop: &mut Stop) -> Row {
        let begun = Instant::now();
        let mut attempts = 0;
        loop {
            attempts += 1;
            let told = self.attempt(&chosen).await;
            let may_pass = match &told {
                Ok(answered) => answered.may_pass(),
                Err(_) => true,
            };
            if !may_pass || attempts > self.retries || !pause(attempts, stop).await {
                let Chosen { id, event_type, created: _, seq: _, body: _ } = chosen;
                let took = begun.elapsed();
                return Row { id, event_type, verdict: verdict(told), attempts, took };
            }
        }
    }

    async fn attempt(&self, chosen: &Chosen) -> Result<Answered, Unanswered> {
        let now = self.clock.now().as_second();
        let secrets: Vec<&str> = self.secrets.iter().map(|found| found.secret.expose_secret()).collect();
        let signature = signature::header(&secrets, now, &chosen.body);
        let headers = [
            ("content-type", "application/json; charset=utf-8"),
            ("user-agent", USER_AGENT),
            ("stripe-signature", signature.as_str()),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
        self.endpoint.post(&headers, chosen.body.clone()).await
    }
}

/// Waits before another attempt; `false` if asked to stop.
async fn pause(attempts: u32, stop: &mut Stop) -> bool {
    let longest = (FIRST_PAUSE * 2_u32.saturating_pow(attempts - 1)).min(LONGEST_PAUSE);
    // Half of it to all of it, so that many that failed together don't come again together.
    let pause = longest / 2 + longest / 2 * fastrand::u32(0..=1000) / 1000;
    tokio::select! {
        () = tokio::time::sleep(pause) => true,
        () = stop.asked() => false,
    }
}

fn verdict(told: Result<Answered, Unanswered>) -> Verdict {
    match told {
        Ok(answered) if answered.is_accepted() => Verdict::Accepted { status: answered.status },
        Ok(Answered { status, text }) => Verdict::Refused { status, text },
        Err(unanswered) => Verdict::Unanswered(unanswered),
    }
}
