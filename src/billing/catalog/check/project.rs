//! Profiles, links and policy: where a catalog goes, rather than what is in it.

use super::Checker;
use super::text::is_loopback;
use crate::billing::catalog::file::{KeySource, Profile};
use crate::billing::catalog::nearest::suggest;
use crate::billing::catalog::path::At;
use crate::billing::catalog::problem::Finding;

/// The profile that needs no entry in the file.
const EMULATOR: &str = "emulator";

impl Checker<'_> {
    pub fn settings(&mut self) {
        let file = self.file;
        let table = At::ROOT.key("profiles");
        for (name, profile) in &file.profiles {
            let at = table.key(name);
            self.profile_name(&at, name);
            self.profile(&at, name, profile);
        }
        if let Some(name) = file.project.as_ref().and_then(|project| project.default_profile.as_ref()) {
            let known = self.known.get("profiles").and_then(serde_json::Value::as_object);
            let names =
                known.into_iter().flat_map(|known| known.keys().map(String::as_str)).chain([EMULATOR]);
            if !names.clone().any(|known| known == name) {
                let project = At::ROOT.key("project");
                let hint = suggest(name, names, "profiles");
                self.report(
                    Finding::at(
                        "unknown_reference",
                        &project.key("default_profile"),
                        format!("there is no profile `{name}`"),
                    )
                    .hint(hint),
                );
            }
        }
        if let Some(links) = &file.links {
            self.links(links);
        }
        self.approval();
        self.alerts();
        self.most_money();
        if let Some(zone) = file.reports.as_ref().and_then(|reports| reports.time_zone.as_ref()) {
            self.time_zone(&At::ROOT.key("reports").key("time_zone"), zone);
        }
        let policy = At::ROOT.key("policy");
        if file.policy.as_ref().and_then(|policy| policy.actors.as_ref()).is_some_and(Vec::is_empty) {
            self.report(
                Finding::at("empty", &policy.key("actors"), "nobody may change anything")
                    .hint("Name who may, or remove actors"),
            );
        }
    }

    /// A second person is nobody in particular where anybody may take any name.
    fn approval(&mut self) {
        let Some(policy) = &self.file.policy else { return };
        let Some(credits) = &policy.credits else { return };
        let table = At::ROOT.key("policy");
        let at = table.key("credits");
        match (&credits.approvers, &policy.actors) {
            (Some(approvers), _) if approvers.is_empty() => self.report(
                Finding::at("empty", &at.key("approvers"), "nobody may approve anything")
                    .hint("Name who may, or remove approvers"),
            ),
            (Some(approvers), Some(actors)) => {
                if let Some(stranger) = approvers.iter().find(|approver| !actors.contains(approver)) {
                    self.report(
                        Finding::at(
                            "unknown_reference",
                            &at.key("approvers"),
                            format!("`{stranger}` is not in policy.actors, and so may change nothing"),
                        )
                        .hint("Add the name to policy.actors, or remove it here"),
                    );
                }
            }
            (None, None) if credits.approval_above.is_some() => self.report(
                Finding::at(
                    "missing_key",
                    &at.key("approval_above"),
                    "nobody is named who may approve, so anybody could under a name of their own making",
                )
                .hint("Add approvers = [\"…\"] beside it, or actors to [policy]"),
            ),
            (Some(_), None) | (None, _) => {}
        }
        let is_idle = credits.approval_days.is_some() || credits.approvers.is_some();
        if credits.approval_above.is_none() && is_idle {
            self.report(
                Finding::at("missing_key", &at, "nothing needs approval without `approval_above`")
                    .hint("Add approval_above, or remove approvers and approval_days"),
            );
        }
    }

    /// The amounts of money that may be given, one for each currency.
    fn most_money(&mut self) {
        let Some(credits) = self.file.policy.as_ref().and_then(|policy| policy.credits.as_ref()) else {
            return;
        };
        let table = At::ROOT.key("policy");
        let credits_at = table.key("credits");
        let lists = [("max_money", &credits.max_money), ("max_money_per_day", &credits.max_money_per_day)];
        for (name, amounts) in lists {
            let list = credits_at.key(name);
            let mut seen = Vec::new();
            for (index, amount) in amounts.iter().flatten().enumerate() {
                let at = list.index(index);
                let Some(money) = self.money(&at, &amount.0) else { continue };
                if seen.contains(&money.currency) {
                    self.report(
                        Finding::at("duplicate", &at, format!("{} is there twice", money.currency))
                            .hint("Keep one amount for each currency"),
                    );
                }
                seen.push(money.currency);
            }
        }
    }

    /// A profile's name is the name of its folder.
    fn profile_name(&mut self, at: &At<'_>, name: &str) {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if name.is_empty() || name.len() > 60 || !name.bytes().all(letters) {
            self.report(
                Finding::at_key("bad_key", at, format!("`{name}` can't be a profile"))
                    .hint("Use letters, digits, `-` and `_`, at most 60"),
            );
        }
    }

    fn profile(&mut self, at: &At<'_>, name: &str, profile: &Profile) {
        if profile.secret_key.is_some() && profile.use_stripe_cli_profile.is_some() {
            self.report(
                Finding::at_key(
                    "conflict",
                    &at.key("use_stripe_cli_profile"),
                    "`secret_key` and `use_stripe_cli_profile` exclude each other",
                )
                .hint("Keep one of the two"),
            );
        }
        match &profile.secret_key {
            Some(KeySource::Env(variable)) => self.env_name(&at.key("secret_key").key("env"), variable),
            Some(KeySource::File(_) | KeySource::Keyring(_) | KeySource::StripeCli(_)) | None => {}
        }
        if profile.live && profile.account.is_none() {
            self.report(
                Finding::at("missing_key", at, format!("`account` is missing in profiles.{name}"))
                    .hint("Add account = \"acct_…\": a live profile is pinned to its account"),
            );
        }
        if name == EMULATOR && profile.live {
            self.report(
                Finding::at("conflict", &at.key("live"), "the emulator is never live").hint("Remove live"),
            );
        }
        if let Some(base_url) = &profile.base_url {
            let at = at.key("base_url");
            if let Some(url) = self.web_address(&at, base_url)
                && url.scheme() == "http"
                && !is_loopback(&url)
            {
                self.report(
                    Finding::at("bad_url", &at, "a key must not travel over http")
                        .hint("Write https, or an address on this machine like http://127.0.0.1:12111"),
                );
            }
        }
    }

    /// The name of an environment variable. A key that was pasted here is not repeated.
    pub fn env_name(&mut self, at: &At<'_>, name: &str) {
        let bytes = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if ["sk_", "rk_", "pk_"].iter().any(|prefix| name.starts_with(prefix)) {
            self.report(
                Finding::at("secret_in_file", at, "this looks like a key, not like a variable's name").hint(
                    "Put the key into a variable and name it here; roll the key if this file was shared",
                ),
            );
        } else if name.is_empty()
            || name.starts_with(|first: char| first.is_ascii_digit())
            || !name.bytes().all(bytes)
        {
            self.report(
                Finding::at("bad_value", at, format!("`{name}` is not the name of an environment variable"))
                    .hint("Write a name like STRIPE_SECRET_KEY"),
            );
        }
    }
}
