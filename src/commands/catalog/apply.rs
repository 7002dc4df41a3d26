//! Carries out the steps of a plan: side by side, each after what it needs, each under an idempotency key that
//! was chosen before its first request.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::Value;
use tokio::task::JoinSet;

use super::step::{Done, Outfit, carry_out};
use crate::billing::plan::Plan;
use crate::billing::plan::kind::Address;
use crate::billing::plan::steps::{Guard, Step};
use crate::context::Stop;
use crate::store::journal::{Entry, Journal, Run, Unfinished};
use crate::stripe::{Reader, StripeError, Writer};
use crate::ui::Progress;

/// The ids of what exists, filled while applying.
pub type Ids = Arc<RwLock<BTreeMap<Address, String>>>;

/// How applying ended.
#[derive(Debug, Default)]
pub struct Applied {
    /// The ids of everything that exists now.
    pub ids: BTreeMap<Address, String>,
    /// The names of the steps that are done, in the order in which they ended.
    pub done: Vec<String>,
    /// How many steps are not done.
    pub left: usize,
    /// The resources that steps are left of.
    pub open: BTreeSet<Address>,
    /// What went wrong first.
    pub failure: Option<(String, StripeError)>,
    /// The person asked to stop.
    pub stopped: bool,
    /// Secrets that Stripe shows only once, by the endpoint's address.
    pub secrets: Vec<(Address, secrecy::SecretString)>,
    /// The fingerprints of the steps that gave them: done in the journal only once the secrets are handed over.
    pub secret_steps: Vec<String>,
    /// Payment links that were made anew: the old id with the new URL.
    pub links: Vec<(String, String)>,
}

/// What applying works with.
#[derive(Debug)]
pub struct Engine<'a> {
    pub reader: Reader,
    pub writer: Writer,
    pub plan: &'a Plan,
    pub progress: &'a Progress,
    pub stop: Stop,
    /// The most requests under way at once.
    pub parallel: usize,
}

/// The journal's entry for a step: a key of the unfinished run where that run meant the same, else of this run.
fn entry(step: &Step, run: &Run, unfinished: &Unfinished) -> Entry {
    let fingerprint = step.fingerprint();
    let key = match (&step.guard, unfinished.steps.get(&fingerprint)) {
        (Guard::Transition { .. }, _) => None,
        (Guard::Run, Some(Entry { key: Some(key), .. })) => Some(key.clone()),
        (Guard::Run, _) => {
            let short = fingerprint.get(..32).unwrap_or(&fingerprint);
            Some(format!("billctl-{}-{short}", run.nonce))
        }
    };
    Entry { name: step.name.clone(), fingerprint, key }
}

impl Engine<'_> {
    /// Writes the journal, then does the steps. Stops at the first failure, or when asked to: what is under way
    /// is waited for, and nothing new begins.
    ///
    /// # Errors
    /// If the journal can't be written. What Stripe refuses is in the result.
    pub async fn apply(
        &self,
        steps: &[Step],
        run: &Run,
        journal: &mut Journal,
        unfinished: &Unfinished,
    ) -> anyhow::Result<Applied> {
        let entries: Vec<Entry> = steps.iter().map(|step| entry(step, run, unfinished)).collect();
        journal.begin(run, entries.clone())?;
        let ids: Ids = Arc::new(RwLock::new(self.plan.ids.clone()));
        let mut waiting = Waiting::new(steps);
        let mut applied = Applied::default();
        let mut running = JoinSet::new();
        let mut positions: HashMap<tokio::task::Id, usize> = HashMap::new();
        let mut stop = self.stop.clone();
        loop {
            let halted = applied.stopped || applied.failure.is_some();
            while !halted && running.len() < self.parallel {
                let Some(position) = waiting.next() else { break };
                let step = steps[position].clone();
                self.progress.say(&step.name);
                let outfit = Outfit {
                    reader: self.reader.clone(),
                    writer: self.writer.clone(),
                    ids: ids.clone(),
                    wanted: self.plan.wanted.get(&step.address).cloned(),
                    key: entries[position].key.clone(),
                };
                let handle = running.spawn(async move { carry_out(&step, &outfit).await });
                positions.insert(handle.id(), position);
            }
            if running.is_empty() {
                break;
            }
            let joined = tokio::select! {
                joined = running.join_next_with_id() => joined,
                () = stop.asked(), if !applied.stopped => {
                    applied.stopped = true;
                    continue;
                }
            };
            let (id, outcome) = match joined {
                Some(Ok((id, outcome))) => (id, outcome),
                // A step that panicked has no known answer; the panic itself was reported.
                Some(Err(error)) => {
                    applied.stopped = true;
                    positions.remove(&error.id());
                    continue;
                }
                None => break,
            };
            let Some(position) = positions.remove(&id) else { continue };
            let step = &steps[position];
            match outcome {
                Ok(done) => {
                    let fingerprint = &entries[position].fingerprint;
                    let secrets = applied.secrets.len();
                    note(step, done, &ids, &mut applied);
                    if applied.secrets.len() > secrets {
                        applied.secret_steps.push(fingerprint.clone());
                    } else {
                        journal.done(fingerprint);
                    }
                    waiting.done(position);
                    self.progress.advance(1);
                }
                Err(error) => {
                    applied.failure.get_or_insert((step.name.clone(), error));
                }
            }
        }
        applied.left = steps.len() - applied.done.len();
        let done: HashSet<&str> = applied.done.iter().map(String::as_str).collect();
        let open = steps.iter().filter(|step| !done.contains(step.name.as_str()));
        applied.open = open.map(|step| step.address.clone()).collect();
        applied.ids = ids.read().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(applied)
    }
}

fn note(step: &Step, done: Done, ids: &Ids, applied: &mut Applied) {
    applied.done.push(step.name.clone());
    let text = |name: &str| done.answer.get(name).and_then(Value::as_str);
    if step.makes
        && let Some(id) = text("id")
    {
        ids.write().unwrap_or_else(PoisonError::into_inner).insert(step.address.clone(), id.to_owned());
        if let Some(secret) = text("secret") {
            applied.secrets.push((step.address.clone(), secret.into()));
        }
    }
    if let (Guard::Transition { follows }, "/v1/payment_links") = (&step.guard, step.path.before.as_str()) {
        applied.links.push((follows.clone(), text("url").unwrap_or_default().to_owned()));
    }
}

/// Which steps can begin.
#[derive(Debug)]
struct Waiting<'a> {
    steps: &'a [Step],
    /// How many needs of a step are not done.
    open: Vec<usize>,
    users: Vec<Vec<usize>>,
    /// What can begin, by route: Stripe limits each endpoint on its own.
    ready: BTreeMap<&'a str, BTreeSet<usize>>,
    /// How many steps of a route are under way.
    under_way: BTreeMap<&'a str, usize>,
}

impl<'a> Waiting<'a> {
    fn new(steps: &'a [Step]) -> Waiting<'a> {
        let open: Vec<usize> = steps.iter().map(|step| step.needs.len()).collect();
        let users = vec![Vec::new(); steps.len()];
        let mut waiting = Waiting { steps, open, users, ready: BTreeMap::new(), under_way: BTreeMap::new() };
        for (position, step) in steps.iter().enumerate() {
            for need in &step.needs {
                waiting.users[*need].push(position);
            }
            if step.needs.is_empty() {
                waiting.ready.entry(&step.path.before).or_default().insert(position);
            }
        }
        waiting
    }

    /// Takes the step that begins next: one of the route with the fewest under way, so that a route that waits for
    /// its limit does not hold up the others.
    fn next(&mut self) -> Option<usize> {
        let routes = self.ready.iter_mut().filter(|(_, ready)| !ready.is_empty());
        let (route, ready) =
            routes.min_by_key(|(route, _)| self.under_way.get(*route).copied().unwrap_or(0))?;
        let position = ready.pop_first()?;
        *self.under_way.entry(route).or_default() += 1;
        Some(position)
    }

    fn done(&mut self, position: usize) {
        if let Some(count) = self.under_way.get_mut(self.steps[position].path.before.as_str()) {
            *count -= 1;
        }
        for user in std::mem::take(&mut self.users[position]) {
            self.open[user] -= 1;
            if self.open[user] == 0 {
                self.ready.entry(&self.steps[user].path.before).or_default().insert(user);
            }
        }
    }
}
