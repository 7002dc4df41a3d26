//! The checks, from the file to Stripe: each needs what those before it found.

use std::path::Path;

use jiff::Timestamp;

use super::{Check, Finding};
use crate::billing::catalog::Document;
use crate::context::{AccountInfo, Clock, Connection, Context};
use crate::error::Kind;
use crate::settings::Origin;
use crate::settings::guard;
use crate::settings::profile::{Account, Profile, Target};
use crate::stripe::API_VERSION;
use crate::stripe::key;

/// Stripe's SDKs refuse a webhook whose time is further off than this, in seconds.
const LARGEST_SKEW: i64 = 300;

/// A clock that is off by less than this, in seconds, disturbs nothing.
const HARMLESS_SKEW: i64 = 30;

/// Always the same checks in the same order; what cannot be looked at says why.
pub(super) async fn all(ctx: &Context) -> Vec<Check> {
    let (profile, key, reach, account) = from_profile_to_account(ctx).await;
    let clock = account.as_ref().map_or_else(|why| skipped(why), |account| clock(ctx.clock(), account));
    let version = account.as_ref().map_or_else(|why| skipped(why), version);
    [
        ("config", config(ctx)),
        ("profile", profile),
        ("key", key),
        ("account", reach),
        ("clock", clock),
        ("api_version", version),
        ("state", state(ctx)),
    ]
    .into_iter()
    .map(|(name, finding)| Check { name, finding })
    .collect()
}

type Reached = Result<AccountInfo, &'static str>;

async fn from_profile_to_account(ctx: &Context) -> (Finding, Finding, Finding, Reached) {
    let profile = match ctx.profile() {
        Ok(profile) => profile,
        Err(error) => {
            let why = "without a profile";
            return (Finding::failed(&error), skipped(why), skipped(why), Err(why));
        }
    };
    let connection = match ctx.connect().await {
        Ok(connection) => connection,
        Err(error) => {
            let why = "without a key that may be used";
            return (profile_finding(&profile), Finding::failed(&error), skipped(why), Err(why));
        }
    };
    let (finding, account) = reach(&connection).await;
    (profile_finding(&profile), key_finding(&connection), finding, account)
}

fn skipped(why: &str) -> Finding {
    Finding::Skipped(format!("cannot be checked {why}"))
}

fn config(ctx: &Context) -> Finding {
    let Ok(path) = ctx.config_path() else {
        return Finding::Doubtful {
            detail: "there is no billing.toml in this folder or above it".to_owned(),
            hint: "Write one with `billctl init`, or name another with `--config PATH`".to_owned(),
        };
    };
    let path = path.display();
    match ctx.document().map(Document::problems) {
        Err(error) => Finding::failed(&error),
        Ok(problems) if problems.errors().next().is_some() => Finding::Failed {
            kind: Kind::Usage,
            detail: problems.to_string(),
            hint: Some("See them with `billctl catalog validate`".to_owned()),
        },
        Ok(problems) if problems.list.is_empty() => Finding::Good(format!("{path} has no problems")),
        Ok(problems) => Finding::Doubtful {
            detail: format!("{path} has {} warnings", problems.list.len()),
            hint: "See them with `billctl catalog validate`".to_owned(),
        },
    }
}

fn profile_finding(profile: &Profile) -> Finding {
    let by = match profile.origin {
        Origin::Flag | Origin::OwnFlag(_) => "named by --profile",
        Origin::Environment => "named by BILLCTL_PROFILE",
        Origin::File => "the file's default_profile",
        Origin::Default => "nothing names another",
    };
    Finding::Good(format!("{}: {by}", profile.name))
}

fn key_finding(connection: &Connection) -> Finding {
    let (mode, masked) = (connection.mode(), connection.key());
    let kind = match connection.key().kind() {
        key::Kind::Secret => "secret",
        key::Kind::Restricted => "restricted",
    };
    match connection.profile().target {
        Target::Emulator => Finding::Good(format!("the emulator's own {masked}")),
        Target::Account(_) => {
            Finding::Good(format!("{kind} key {masked}, {mode} mode, from {}", connection.key_origin()))
        }
    }
}

async fn reach(connection: &Connection) -> (Finding, Reached) {
    let account = match connection.account().await {
        Ok(account) => account.clone(),
        Err(error) if error.status() == Some(403) => {
            let finding = Finding::Doubtful {
                detail: "Stripe answers, but this restricted key may not see its account".to_owned(),
                hint: "A live profile needs that permission: its account is checked before the first write"
                    .to_owned(),
            };
            return (finding, Err("without the account"));
        }
        Err(error) => return (Finding::failed(&error.into()), Err("without an answer from Stripe")),
    };
    let Profile { name, target, .. } = connection.profile();
    if let Target::Account(Account { pinned, .. }) = target
        && let Err(error) = guard::check_account(name, pinned.as_deref(), &account.id)
    {
        return (Finding::failed(&error), Ok(account));
    }
    let named = account.name.as_deref().map_or_else(String::new, |name| format!(" ({name})"));
    (Finding::Good(format!("{}{named} answers", account.id)), Ok(account))
}

fn clock(clock: Clock, account: &AccountInfo) -> Finding {
    match account.answered_at {
        None => Finding::Skipped("the answer carries no date".to_owned()),
        Some(theirs) => skew(clock.now(), theirs),
    }
}

fn skew(ours: Timestamp, theirs: Timestamp) -> Finding {
    let seconds = ours.as_second() - theirs.as_second();
    let side = if seconds < 0 { "behind" } else { "ahead of" };
    match seconds.abs() {
        0..HARMLESS_SKEW => Finding::Good("agrees with Stripe's".to_owned()),
        off => Finding::Doubtful {
            detail: format!("{off} s {side} Stripe's"),
            hint: if off < LARGEST_SKEW {
                "Synchronize this machine's clock".to_owned()
            } else {
                "Synchronize this machine's clock: webhook signatures are refused with it".to_owned()
            },
        },
    }
}

fn version(account: &AccountInfo) -> Finding {
    match account.version.as_deref() {
        Some(version) if version != API_VERSION => Finding::Doubtful {
            detail: format!("Stripe answered in {version}, and {API_VERSION} was asked for"),
            hint: "Check for a proxy that rewrites requests, and for a newer billctl".to_owned(),
        },
        Some(_) => Finding::Good(format!("{API_VERSION}, as asked for")),
        None => Finding::Good(format!("{API_VERSION} is asked for; the answer does not name its own")),
    }
}

/// What is kept of a profile goes into its folder, which is made when it is first needed.
fn state(ctx: &Context) -> Finding {
    let folder = match ctx.state_dir() {
        Ok(folder) => folder,
        Err(_) => return skipped("without a profile"),
    };
    let Some(existing) = folder.ancestors().find(|folder| folder.is_dir()) else {
        return skipped("without a folder");
    };
    match probe(existing) {
        Ok(()) => Finding::Good(format!("{} can be written", folder.display())),
        Err(error) => Finding::Failed {
            kind: Kind::Failed,
            detail: error.to_string(),
            hint: Some(format!("Make {} writable for yourself", existing.display())),
        },
    }
}

fn probe(folder: &Path) -> std::io::Result<()> {
    let path = folder.join(format!(".billctl-probe-{}", std::process::id()));
    fs_err::write(&path, "")?;
    fs_err::remove_file(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ours: &str, theirs: &str, status: &str, detail: &str) {
        let finding = skew(ours.parse().unwrap(), theirs.parse().unwrap());
        assert_eq!((finding.status().0, finding.detail()), (status, detail));
    }

    #[test]
    fn a_clock_may_be_off_by_half_a_minute() {
        check("2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z", "ok", "agrees with Stripe's");
        check("2026-11-01T00:00:29Z", "2026-11-01T00:00:00Z", "ok", "agrees with Stripe's");
        check("2026-11-01T00:00:30Z", "2026-11-01T00:00:00Z", "warning", "30 s ahead of Stripe's");
        check("2026-11-01T00:00:00Z", "2026-11-01T00:10:00Z", "warning", "600 s behind Stripe's");
    }
}
