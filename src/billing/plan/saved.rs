//! A plan that was reviewed and kept, to be applied exactly as it is.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::account::Account;
use super::change::Change;
use super::diff::{Choices, Plan};
use super::wanted::Resource;

/// The version of the file's format.
pub const VERSION: u32 = 1;

/// What a plan file holds: enough to make the same plan again, and to see whether it still is the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedPlan {
    pub version: u32,
    pub project: String,
    pub profile: String,
    pub account: String,
    /// RFC 3339, UTC.
    pub made_at: String,
    pub choices: Choices,
    pub wanted: Vec<Resource>,
    pub changes: Vec<Change>,
}

/// Whether a saved plan can still be applied.
#[derive(Debug)]
pub enum Standing {
    /// Exactly what was reviewed, or the rest of it.
    Holds(Plan),
    /// The account moved: what differs, by address.
    Moved(Vec<String>),
}

impl SavedPlan {
    /// What tells it from every other plan: 64 hex digits.
    pub fn digest(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        hex::encode(Sha256::digest(text.as_bytes()))
    }

    /// Makes the plan again from the account as it is now.
    ///
    /// `resumes` says that a run of this very plan was stopped part-way: then what it has done already is no move.
    pub fn hold_against(&self, account: &Account, resumes: bool) -> Standing {
        let plan = Plan::between(&self.project, &self.wanted, account, &self.choices);
        let known = |change: &Change| {
            self.changes
                .iter()
                .any(|saved| saved.same_as(change) || resumes && saved.address == change.address)
        };
        let new = plan.changes.iter().filter(|change| !known(change));
        let mut moved: Vec<String> = new.map(|change| change.address.to_string()).collect();
        // A plan that is wholly done is no surprise: running it twice does nothing.
        if !resumes && !plan.is_empty() {
            let gone = self.changes.iter().filter(|saved| !plan.changes.iter().any(|now| saved.same_as(now)));
            moved.extend(gone.map(|saved| saved.address.to_string()));
        }
        moved.extend(plan.conflicts.iter().map(|conflict| conflict.address.to_string()));
        moved.sort();
        moved.dedup();
        if moved.is_empty() { Standing::Holds(plan) } else { Standing::Moved(moved) }
    }
}
