//! What is kept of the profile in use: the books and the mirror.

use super::Context;
use crate::billing::catalog::file::RefundedCredits;
use crate::error::{Kind, fail};
use crate::store::books::Books;
use crate::store::mirror::{CreditRules, Mirror};

impl Context {
    /// Opens the books of the profile in use, `.billctl/<profile>/books.db`; makes them if they aren't there.
    ///
    /// # Errors
    /// `Usage` where the profile is not known; `Refused` for a live one at a time of somebody's own making; what
    /// [`Books::open`] says.
    pub fn books(&self) -> anyhow::Result<Books> {
        self.check_clock()?;
        Books::open(&self.state_dir()?.join("books.db"))
    }

    /// Opens the mirror of the profile in use, `.billctl/<profile>/mirror.db`; makes it if it isn't there.
    ///
    /// # Errors
    /// `Usage` where the profile is not known or the billing file cannot be used; `Refused` as of [`Context::books`]; what
    /// [`Mirror::open`] says.
    pub fn mirror(&self) -> anyhow::Result<Mirror> {
        self.check_clock()?;
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

    /// Refuses the clock of tests where real money is kept: what is booked, expires, is counted or sent at a wrong time would
    /// stay wrong.
    ///
    /// # Errors
    /// `Refused` where `BILLCTL_NOW` is set and the profile is live.
    pub(super) fn check_clock(&self) -> anyhow::Result<()> {
        if self.settings().frozen_at.is_none() || !self.is_live()? {
            return Ok(());
        }
        Err(fail(
            Kind::Refused,
            format!("BILLCTL_NOW sets the clock, and the profile `{}` is live", self.profile()?.name),
            "Unset BILLCTL_NOW: it is for tests, on the emulator or in test mode",
        ))
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
