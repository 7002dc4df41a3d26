//! Stripe, opened for a profile: read side at once, write side behind the guard.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::OnceCell;
use url::Url;

use super::Context;
use crate::billing::catalog::file::RateLimits;
use crate::emulator::{self, Attached};
use crate::error::{Kind, fail, fail_plain};
use crate::render::visible;
use crate::settings::Origin;
use crate::settings::guard;
use crate::settings::key::{FoundKey, Search, USUAL_VARIABLES};
use crate::settings::profile::{Account, Profile, Target};
use crate::stripe::key::Mode;
use crate::stripe::limiter::Wait;
use crate::stripe::stats::Stats;
use crate::stripe::{Client, Greeting, Limits, Options, Reader, SecretKey, StripeError, Writer, is_loopback};

/// An open door to the account of the profile in use.
#[derive(Debug)]
pub struct Connection {
    client: Client,
    profile: Profile,
    /// Where the key came from.
    origin: String,
    key: SecretKey,
    account: OnceCell<AccountInfo>,
    /// The emulator, where it is the profile's: our own server ends with the connection.
    _emulator: Option<Attached>,
}

/// What Stripe says about the account that the key opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountInfo {
    pub id: String,
    /// Its name in the dashboard, or else the business's.
    pub name: Option<String>,
    /// When it was made, in seconds.
    pub created: Option<i64>,
    /// Stripe's clock, when it answered.
    pub answered_at: Option<Timestamp>,
    /// The API version that shaped the answer.
    pub version: Option<String>,
}

struct Opened {
    client: Client,
    key: SecretKey,
}

impl Opened {
    /// `usual` are the limits where the profile says nothing.
    fn new(profile: &Profile, base_url: Url, key: SecretKey, usual: Limits) -> anyhow::Result<Opened> {
        let options = Options::new(base_url, key.clone());
        let timeout = profile.timeout.unwrap_or(options.timeout);
        let limits = profile.rate_limits.map_or(usual, limits);
        let client = Client::new(Options { limits, timeout, ..options })?;
        Ok(Opened { client, key })
    }
}

impl Connection {
    fn new(profile: Profile, opened: Opened, origin: String, emulator: Option<Attached>) -> Connection {
        let Opened { client, key } = opened;
        Connection { client, profile, origin, key, account: OnceCell::new(), _emulator: emulator }
    }

    /// The side of Stripe that changes nothing.
    pub fn reader(&self) -> Reader {
        self.client.reader()
    }

    /// Where the key came from.
    pub fn key_origin(&self) -> &str {
        &self.origin
    }

    /// The key, which shows only its mask: `sk_test_****abcd`.
    pub fn key(&self) -> &SecretKey {
        &self.key
    }

    /// The profile in use.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    pub fn mode(&self) -> Mode {
        self.key.mode()
    }

    /// What was sent so far.
    pub fn stats(&self) -> Stats {
        self.client.stats()
    }

    /// The wait that requests are in, for a progress bar.
    pub fn waits(&self) -> tokio::sync::watch::Receiver<Option<Wait>> {
        self.client.waits()
    }

    /// The account that the key opens, asked for once.
    ///
    /// # Errors
    /// [`StripeError`]; a restricted key may have no permission to ask.
    pub async fn account(&self) -> Result<&AccountInfo, StripeError> {
        self.account.get_or_try_init(async || Ok(AccountInfo::read(self.reader().account().await?))).await
    }
}

impl AccountInfo {
    fn read(greeting: Greeting) -> AccountInfo {
        let Greeting { account, answered_at, version } = greeting;
        let text = |path: &str| account.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty());
        AccountInfo {
            id: text("/id").unwrap_or_default().to_owned(),
            name: text("/settings/dashboard/display_name")
                .or(text("/business_profile/name"))
                .map(str::to_owned),
            created: account.get("created").and_then(Value::as_i64),
            answered_at,
            version,
        }
    }

    /// What the person types to say that this account is meant: its name, if that can be typed.
    fn typed_name(&self) -> &str {
        self.name.as_deref().filter(|name| !name.contains(char::is_control)).unwrap_or(&self.id)
    }
}

impl Context {
    /// Opens Stripe for the profile in use, and says so on stderr; at most it is asked which account it is.
    ///
    /// # Errors
    /// As [`Context::connect`]; `Refused` for another account than the profile's; [`StripeError`].
    pub async fn stripe(&self) -> anyhow::Result<Connection> {
        let connection = self.connect().await?;
        check_pinned(&connection).await?;
        self.say_profile(&connection).await?;
        Ok(connection)
    }

    /// Opens Stripe for the profile in use; nothing is sent.
    ///
    /// # Errors
    /// `Usage` for a profile that cannot be used, `Refused` by the guard or for want of a key.
    pub async fn connect(&self) -> anyhow::Result<Connection> {
        let profile = self.profile()?;
        match &profile.target {
            Target::Emulator => self.attach(profile).await,
            Target::Account(account) => self.open(&profile, account),
        }
    }

    async fn attach(&self, profile: Profile) -> anyhow::Result<Connection> {
        let clock = self.clock();
        let seconds: emulator::Clock = Arc::new(move || clock.now().as_second());
        let attached = emulator::attach_or_serve(&self.emulator_dir(), seconds).await?;
        let base_url = Url::parse(attached.base_url())?;
        let key = SecretKey::parse(attached.api_key())?;
        let opened = Opened::new(&profile, base_url, key, Limits::NONE)?;
        Ok(Connection::new(profile, opened, "the emulator".to_owned(), Some(attached)))
    }

    fn open(&self, profile: &Profile, account: &Account) -> anyhow::Result<Connection> {
        let settings = self.settings();
        let search = Search {
            profile: &profile.name,
            live: account.live,
            environment: &settings.environment,
            folder: settings.project_folder(),
            now: self.clock().now(),
        };
        // The operating system's keyring may ask the person first.
        let FoundKey { key, origin } = tokio::task::block_in_place(|| search.find(&account.key_source))?;
        let mode = key.mode();
        guard::check_mode(&profile.name, account, mode, &origin, settings.live)?;
        if settings.live && mode == Mode::Test {
            self.ui()
                .warn(&format!("--live changes nothing: the profile `{}` is in test mode", profile.name));
        }
        // Whatever is on loopback, it is not Stripe and has not Stripe's limits.
        let base_url = account.base_url.clone();
        let usual = if is_loopback(&base_url) { Limits::NONE } else { Limits::documented(mode) };
        let opened = Opened::new(profile, base_url, key, usual)?;
        Ok(Connection::new(profile.clone(), opened, origin.to_string(), None))
    }

    /// `profile test · acct_… · test mode · key from STRIPE_SECRET_KEY`
    async fn say_profile(&self, connection: &Connection) -> anyhow::Result<()> {
        if self.ui().options().quiet {
            return Ok(());
        }
        let Connection { profile, origin, key, .. } = connection;
        let mode = key.mode();
        let account = match connection.account().await {
            Ok(account) => &account.id,
            // A restricted key without this permission can do its work all the same.
            Err(error) if error.status() == Some(403) => "account unknown",
            Err(error) => return Err(error.into()),
        };
        let line = match &profile.target {
            Target::Emulator => format!("profile {} · {account} · {mode} mode", profile.name),
            Target::Account(_) => {
                format!("profile {} · {account} · {mode} mode · key from {origin}", profile.name)
            }
        };
        self.ui().status(&visible(&line));
        if let Some(name) = self.unused_key(connection) {
            self.ui()
                .hint(&format!("{name} is not used by the emulator; `--profile NAME` chooses an account"));
        }
        Ok(())
    }

    /// A variable that holds a key where nobody chose the emulator: perhaps an account was meant.
    fn unused_key(&self, connection: &Connection) -> Option<&'static str> {
        let Connection { profile, key, .. } = connection;
        if (profile.origin, &profile.target) != (Origin::Default, &Target::Emulator) {
            return None;
        }
        let environment = &self.settings().environment;
        USUAL_VARIABLES.into_iter().find(|name| {
            let found = environment.text(name).and_then(|text| SecretKey::parse(text.trim()).ok());
            // The masks tell the emulator's own key, which other programs are given, from another.
            found.is_some_and(|found| found.to_string() != key.to_string())
        })
    }

    /// The side of Stripe that writes, once the live guard and the policy let it.
    ///
    /// # Errors
    /// `Refused` by policy or guard, `Usage` where a confirmation cannot be asked for, else [`StripeError`].
    pub async fn writer(&self, connection: &Connection) -> anyhow::Result<Writer> {
        let settings = self.settings();
        if settings.dry_run {
            return Err(fail_plain(Kind::Failed, "A dry run has nothing to write with"));
        }
        self.check_clock()?;
        self.check_policy()?;
        let Connection { client, profile, .. } = connection;
        if let Target::Account(Account { pinned: Some(pinned), .. }) = &profile.target {
            let account = connection.account().await?;
            guard::check_account(&profile.name, Some(pinned), &account.id)?;
            if connection.mode() == Mode::Live {
                self.confirm_live(account)?;
            }
        }
        Ok(client.writer())
    }

    /// Whether the policy lets this person change anything, for this reason: told before anybody is asked.
    ///
    /// # Errors
    /// `Refused` where it does not.
    pub fn check_policy(&self) -> anyhow::Result<()> {
        let settings = self.settings();
        match self.policy()? {
            Some(policy) => guard::check_policy(policy, &settings.actor, settings.reason.as_deref()),
            None => Ok(()),
        }
    }

    /// Whether the policy lets this person change anything; the reason is asked for later.
    ///
    /// # Errors
    /// `Refused` where it does not.
    pub fn check_actor(&self) -> anyhow::Result<()> {
        match self.policy()? {
            Some(policy) => guard::check_actor(policy, &self.settings().actor),
            None => Ok(()),
        }
    }

    fn confirm_live(&self, account: &AccountInfo) -> anyhow::Result<()> {
        let name = account.typed_name();
        let question =
            format!("This changes the live account {}. Type its name, {name}, to go on", account.id);
        if self.confirm_typed(&question, name)? {
            return Ok(());
        }
        Err(fail(
            Kind::Refused,
            "That is not the account's name; nothing was sent",
            format!("Run the command again and type: {name}"),
        ))
    }
}

/// A plan for another account than the profile's, or a file pulled from one, would be taken for what it is not. A key
/// that may not say whose it is can read; writing is refused later.
async fn check_pinned(connection: &Connection) -> anyhow::Result<()> {
    let Target::Account(Account { pinned: Some(pinned), .. }) = &connection.profile.target else {
        return Ok(());
    };
    match connection.account().await {
        Ok(account) => guard::check_account(&connection.profile.name, Some(pinned), &account.id),
        Err(error) if error.status() == Some(403) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn limits(limits: RateLimits) -> Limits {
    Limits {
        global_per_second: Some(limits.per_second),
        endpoint_per_second: Some(limits.per_endpoint.unwrap_or(limits.per_second)),
        meter_events_per_second: limits.meter_events,
    }
}
