//! A recipe worked off, request by request.

use serde_json::{Value, json};

use super::fill::fill;
use super::recipe::{Call, Recipe, Step};
use crate::error::{Kind, fail_plain, kind_of};
use crate::stripe::{IdempotencyKey, Reader, StripeError, Writer};
use crate::ui::Ui;

/// The metadata key that marks what was made, with the event's type for its value.
pub const MARK: &str = "billctl_trigger";

/// An object that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub kind: String,
    pub id: String,
}

/// A recipe under way.
pub struct Run {
    recipe: &'static Recipe,
    writer: Writer,
    reader: Reader,
    /// Of this run alone: in idempotency keys, and in names that have to be new.
    nonce: String,
    answers: Vec<(&'static str, Value)>,
    made: Vec<Made>,
}

impl Run {
    pub fn new(recipe: &'static Recipe, writer: Writer, reader: Reader) -> Run {
        let nonce = format!("{:016x}", fastrand::u64(..));
        let answers = vec![("run", json!(nonce))];
        Run { recipe, writer, reader, nonce, answers, made: Vec::new() }
    }

    /// Sends all requests; what was made.
    ///
    /// # Errors
    /// What Stripe refuses, with what had been made by then.
    pub async fn work_off(mut self, ui: &Ui) -> anyhow::Result<Vec<Made>> {
        let steps = self.recipe.steps();
        let progress = ui.progress(u64::try_from(steps.len()).unwrap_or(u64::MAX), "Triggering");
        for (number, step) in steps.iter().enumerate() {
            progress.say(&format!("{} {}", step.call.method(), step.path));
            if let Err(error) = self.send(number, step).await {
                progress.finish();
                return Err(self.explain(error, step));
            }
            progress.advance(1);
        }
        progress.finish();
        Ok(self.made)
    }

    async fn send(&mut self, number: usize, step: &Step) -> anyhow::Result<()> {
        let path = fill(&json!(step.path), &self.answers)?;
        let path = path.as_str().unwrap_or(step.path);
        let params = fill(&marked(step, self.recipe.event_type), &self.answers)?;
        let key = IdempotencyKey::new(format!("billctl-trigger-{}-{number}", self.nonce))?;
        let answer = match step.call {
            Call::Make | Call::MakePlain | Call::Change => self.writer.post(path, &params, &key).await?.body,
            Call::Decline => match self.writer.post(path, &params, &key).await {
                Ok(_) => {
                    return Err(fail_plain(
                        Kind::Failed,
                        "The card was not declined, as it should have been",
                    ));
                }
                Err(error) => declined(error)?,
            },
            Call::Get => self.reader.get(path, &params).await?,
            Call::Delete => self.writer.delete(path).await?.body,
        };
        if matches!(step.call, Call::Make | Call::MakePlain | Call::Decline) {
            let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
            if let (Some(kind), Some(id)) = (text("object"), text("id")) {
                self.made.push(Made { kind, id });
            }
        }
        self.answers.push((step.name, answer));
        Ok(())
    }

    fn explain(&self, error: anyhow::Error, step: &Step) -> anyhow::Error {
        let kind = kind_of(&error);
        let made: Vec<&str> = self.made.iter().map(|made| made.id.as_str()).collect();
        let made = match made.as_slice() {
            [] => "nothing was made".to_owned(),
            ids => format!("made so far: {}", ids.join(", ")),
        };
        let message = format!(
            "{} did not happen: {} {} failed; {made}",
            self.recipe.event_type,
            step.call.method(),
            step.path
        );
        error.context(crate::error::Note { kind, message, fix: None })
    }
}

/// The object that a declined card leaves behind.
fn declined(error: StripeError) -> anyhow::Result<Value> {
    let left = error.api().filter(|api| api.status == 402).map(|api| {
        let body: Value = serde_json::from_str(&api.raw).unwrap_or_default();
        ["payment_intent", "setup_intent"]
            .iter()
            .find_map(|name| {
                body.pointer(&format!("/error/{name}")).filter(|object| object.is_object()).cloned()
            })
            .unwrap_or_default()
    });
    match left {
        Some(object) => Ok(object),
        None => Err(error.into()),
    }
}

/// A step's parameters, with the mark where it makes something that takes one.
pub fn marked(step: &Step, event_type: &str) -> Value {
    let mut params = step.params.clone();
    if let (Call::Make | Call::Decline, Value::Object(fields)) = (step.call, &mut params) {
        fields.insert("metadata".to_owned(), json!({MARK: event_type}));
    }
    params
}
