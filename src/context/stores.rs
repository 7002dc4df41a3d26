//! What is kept of the profile in use: the books and the mirror.

use super::Context;
use crate::billing::catalog::file::RefundedCredits;
use crate::store::books::Books;
use crate::store::mirror::{CreditRules, Mirror};

impl Context {
    /// Opens the books of the profile in use, `.billctl/<profile>/books.db`; makes them if they aren't there.
    ///
    /// # Errors
    /// `Usage` where the profile is not known; what [`Books::open`] says.
    pub fn books(&self) -> anyhow::Result<Books> {
        Books::open(&self.state_dir()?.join("books.db"))
    }

    /// Opens the mirror of the profile in use, `.billctl/<profile>/mirror.db`; makes it if it isn't there.
    ///
    /// # Errors
    /// `Usage` where the profile is not known or the billing file cannot be used; what [`Mirror::open`] says.
    pub fn mirror(&self) -> anyhow::Result<Mirror> {
        let file = self.billing_if_any()?.map(|loaded| &loaded.file);
        let personal_data =
            file.and_then(|file| file.mirror.as_ref()).is_none_or(|mirror| mirror.keep_personal_data);
        let subject = Some(self.subject_metadata()?.to_owned());
        let (sells_once, sells_recurring) = match self.settings().config {
            Some(_) => self.document()?.sells_credits(),
            None => (false, false),
        };
        let takes_back = self.refunded_credits()? == RefundedCredits::TakeUnspent;
        let rules = CreditRules { sells_once, sells_recurring, takes_back, ..CreditRules::default() };
        let mirror = Mirror::open(&self.state_dir()?.join("mirror.db"), personal_data)?;
        Ok(mirror.with_subject_metadata(subject).with_credit_rules(rules))
    }

    /// What the policy says of credits whose money went back, without a look at the catalog.
    fn refunded_credits(&self) -> anyhow::Result<RefundedCredits> {
        let Some(file) = self.billing_if_any()?.map(|loaded| &loaded.file) else {
            return Ok(RefundedCredits::default());
        };
        let profile = file.profiles.get(&self.profile()?.name);
        let overridden = profile
            .and_then(|profile| profile.overrides.as_ref()?.pointer("/policy/credits/refunds").cloned())
            .and_then(|word| serde_json::from_value(word).ok());
        let general =
            || file.policy.as_ref().and_then(|policy| policy.credits.as_ref()).map(|credits| credits.refunds);
        Ok(overridden.or_else(general).unwrap_or_default())
    }
}
