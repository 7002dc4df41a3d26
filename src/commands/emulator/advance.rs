//! `billctl emulator advance`: move the emulator's time ahead.

use std::str::FromStr;

use jiff::{Span, SpanRelativeTo};
use serde_json::{Value, json};
use thiserror::Error;

use super::Outcome;
use super::reached::{Happened, Reached};
use crate::commands::moment::time;
use crate::context::Context;
use crate::render::{Present, Role, Text, View};
use crate::stripe::IdempotencyKey;

/// Ten years: what the emulator moves at once.
const LONGEST_SECONDS: i64 = 10 * 366 * 24 * 60 * 60;

/// Move the emulator's time ahead, and show what happened on the way
///
/// Trials end, periods are renewed, invoices are finalized and charged, declined ones tried again, sessions expire, each
/// at its own moment, and every event is sent. What belongs to a test clock waits for its clock.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl emulator advance 32d
  billctl emulator advance '1w 12h' -o json")]
pub struct AdvanceArgs {
    /// How long: 32d, 1w, 12h, 90m, 30s, '1w 12h'
    #[arg(value_name = "DURATION")]
    pub duration: Length,
}

/// A length of time in whole seconds; a day has 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    pub seconds: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoLength {
    #[error("`{0}` is no length of time: write 32d, 1w, 12h, 90m, 30s or '1w 12h'")]
    Shape(String),
    #[error("`{0}` is no whole number of days: months and years differ in length; write 30d, 31d or 365d")]
    Calendar(String),
    #[error("time moves ahead by 1 second to 10 years at once, not by `{0}`")]
    Range(String),
}

impl FromStr for Length {
    type Err = NoLength;

    fn from_str(text: &str) -> Result<Length, NoLength> {
        let span: Span = text.parse().map_err(|_| NoLength::Shape(text.to_owned()))?;
        if span.get_months() != 0 || span.get_years() != 0 {
            return Err(NoLength::Calendar(text.to_owned()));
        }
        let length = span.to_duration(SpanRelativeTo::days_are_24_hours());
        let seconds = length.map_err(|_| NoLength::Range(text.to_owned()))?.as_secs();
        match seconds {
            1..=LONGEST_SECONDS => Ok(Length { seconds }),
            _ => Err(NoLength::Range(text.to_owned())),
        }
    }
}

pub async fn run(ctx: &Context, args: AdvanceArgs) -> anyhow::Result<Outcome> {
    let emulator = Reached::open(ctx, "advance").await?;
    let to = emulator.now + args.duration.seconds;
    if ctx.settings().dry_run {
        ctx.show(&Advanced { from: emulator.now, to, happened: None })?;
        return Ok(Outcome::Done);
    }
    // A moment instead of a length: sent twice, it moves the time once.
    let key = IdempotencyKey::new(format!("advance-{to}"))?;
    let writer = ctx.writer(&emulator.connection).await?;
    let moved = writer.post("/_emulator/advance", &json!({"to": to}), &key).await?;
    let happened = emulator.happened().await?;
    let now = moved.body["now"].as_i64().unwrap_or(to);
    ctx.show(&Advanced { from: emulator.now, to: now, happened: Some(happened) })?;
    Ok(Outcome::Done)
}

struct Advanced {
    /// The emulator's time before and after, in seconds.
    from: i64,
    to: i64,
    /// `None` on a dry run.
    happened: Option<Happened>,
}

impl Present for Advanced {
    fn json(&self) -> Value {
        let happened = self.happened.as_ref();
        json!({
            "advanced": happened.is_some(),
            "from": time(self.from),
            "now": time(self.to),
            "events": self.rows(),
            "deliveries": happened.map(Happened::deliveries),
        })
    }

    fn rows(&self) -> Vec<Value> {
        self.happened.as_ref().map(Happened::rows).unwrap_or_default()
    }

    fn view(&self) -> View {
        let verb = if self.happened.is_some() { "It is now" } else { "It would be" };
        let line = Text::new(Role::Strong, format!("{verb} {}", time(self.to)))
            .and(Role::Hint, format!("  (was {})", time(self.from)));
        let view = View::new().line(line);
        match &self.happened {
            Some(happened) => happened.add_to(view),
            None => view,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<i64, NoLength>) {
        assert_eq!(text.parse::<Length>().map(|length| length.seconds), expected, "{text}");
    }

    #[test]
    fn lengths_are_read_as_people_write_them() {
        check("32d", Ok(32 * 86_400));
        check("1w 12h", Ok(7 * 86_400 + 43_200));
        check("90m", Ok(5_400));
        check("30s", Ok(30));
        check("P1DT1S", Ok(86_401));
    }

    #[test]
    fn what_is_no_length_or_too_long_is_told_why() {
        check("tomorrow", Err(NoLength::Shape("tomorrow".to_owned())));
        check("32", Err(NoLength::Shape("32".to_owned())));
        check("1mo", Err(NoLength::Calendar("1mo".to_owned())));
        check("1y", Err(NoLength::Calendar("1y".to_owned())));
        check("0s", Err(NoLength::Range("0s".to_owned())));
        check("-1d", Err(NoLength::Range("-1d".to_owned())));
        check("4000d", Err(NoLength::Range("4000d".to_owned())));
    }
}
