//! Bookings that wait for a second person, as they are shown.

use serde_json::{Value, json};

use super::booking::credits;
use crate::billing::credits::{DEFAULT_KIND, Decision, Proposal, Request, Standing, check_text};
use crate::commands::moment::time;
use crate::error::{Kind, fail};
use crate::render::{Present, Role, Text, View};

/// A request that was kept until a second person approves it.
pub struct Kept {
    pub proposal: Proposal,
    /// It was kept before, by the same call.
    pub again: bool,
    pub dry_run: bool,
}

impl Present for Kept {
    fn json(&self) -> Value {
        let mut document = proposal_json(&self.proposal, self.proposal.at);
        if let Value::Object(fields) = &mut document {
            fields.insert("entry".to_owned(), Value::Null);
            fields.insert("recorded".to_owned(), json!(false));
            if self.dry_run {
                fields.insert("proposal".to_owned(), Value::Null);
            }
        }
        document
    }

    fn view(&self) -> View {
        let Proposal { number, request, until, .. } = &self.proposal;
        let Request { actor, reason, key, .. } = request;
        let what = change_words(&self.proposal);
        let line = match (self.dry_run, self.again) {
            (true, _) => format!("Would keep this until a second person approves it: {what}"),
            (false, true) => format!("Not booked: proposal {number} still waits for a second person: {what}"),
            (false, false) => format!("Not booked yet, but kept as proposal {number}: {what}"),
        };
        let mut fields = vec![("why", Text::from(format!("{reason} ({actor})")))];
        let view = View::new().line(Text::new(Role::Change, line));
        if self.dry_run {
            return view.fields(fields);
        }
        fields.extend([("key", Text::from(key.as_str())), ("until", Text::from(time(*until)))]);
        let view = view.fields(fields);
        let hint = format!("Somebody else books it with `billctl credits approve {number}`");
        view.line(Text::new(Role::Hint, hint))
    }
}

/// A proposal that was declined or withdrawn.
pub struct TurnedDown {
    pub proposal: Proposal,
    pub dry_run: bool,
}

impl Present for TurnedDown {
    fn json(&self) -> Value {
        proposal_json(&self.proposal, self.proposal.at)
    }

    fn view(&self) -> View {
        let Proposal { number, .. } = &self.proposal;
        let what = change_words(&self.proposal);
        let ended = ended(&self.proposal);
        let line = match self.dry_run {
            true => format!("Would end proposal {number} ({what}): {ended}"),
            false => format!("Proposal {number} ({what}) was {ended}"),
        };
        View::new().line(Text::new(Role::Delete, line))
    }
}

/// Checks what somebody says about a decision.
///
/// # Errors
/// `Usage` where it can't be kept.
pub fn check_note(note: &str) -> anyhow::Result<()> {
    if note.is_empty() {
        return Ok(());
    }
    check_text("reason", note)
        .map_err(|bad| fail(Kind::Usage, format!("Nothing was decided: {bad}"), "Say it in a short line"))
}

/// `give 600 credits to u_1`
pub fn change_words(proposal: &Proposal) -> String {
    let Proposal { request, change, .. } = proposal;
    let kind = if request.kind == DEFAULT_KIND { String::new() } else { format!(" ({})", request.kind) };
    let many = credits(change.saturating_abs());
    match change {
        ..0 => format!("take {many}{kind} from {}", request.subject),
        _ => format!("give {many}{kind} to {}", request.subject),
    }
}

/// How it came to an end: `declined by bob at …: not this month`.
pub fn ended(proposal: &Proposal) -> String {
    match &proposal.decision {
        None => format!("nobody approved it before {}", time(proposal.until)),
        Some(Decision { verdict, by, at, note, entry: _ }) => {
            let note = note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
            format!("{} by {by} at {}{note}", verdict.name(), time(*at))
        }
    }
}

/// A proposal as JSON, as it stands at a time.
pub fn proposal_json(proposal: &Proposal, now: i64) -> Value {
    let Proposal { number, request, change, at, until, decision } = proposal;
    let Request { subject, kind, wanted: _, actor, reason, reference, key } = request;
    let status = proposal.standing(now);
    let decision = decision.as_ref().map(|Decision { verdict: _, by, at, note, entry }| {
        json!({"by": by, "at": time(*at), "reason": note, "entry": entry})
    });
    json!({
        "proposal": number,
        "status": status.name(),
        "subject": subject,
        "kind": kind,
        "amount": change,
        "actor": actor,
        "reason": reason,
        "reference": reference,
        "key": key,
        "at": time(*at),
        "until": time(*until),
        "decision": decision,
    })
}

/// How a standing is coloured.
pub fn role(standing: Standing) -> Role {
    match standing {
        Standing::Waiting => Role::Change,
        Standing::Lapsed | Standing::Decided(_) => Role::Hint,
    }
}
