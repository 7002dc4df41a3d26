//! The folder of a state, and how commands find the server that serves it.
//!
//! `emulator.db` is the state. Whoever runs `emulator start` holds an exclusive lock on `server.lock` for as long as it
//! serves, and has written its address to `server.json`, which means nothing without that lock. Other commands
//! use that server; without one they serve the state themselves, without the lock, for as long as they run.

use std::fs::TryLockError;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::database::Database;
use super::delivery::reach;
use super::kind::Kind as ObjectKind;
use super::options::{Clock, Options, Sending, USUAL_PORT};
use super::server::{Server, serve};
use crate::error::{Explain as _, Kind, fail};

/// How long a lock is tried for: others hold it for a moment to see whether it is free.
const LOCK_TRIES: u32 = 40;
const LOCK_PAUSE: Duration = Duration::from_millis(25);

/// The SQLite file in a state's folder.
pub fn database(folder: &Path) -> PathBuf {
    folder.join("emulator.db")
}

/// A server that another process runs for this state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    pub base_url: String,
    pub api_key: String,
    pub webhook_secret: String,
    pub pid: u32,
}

/// The running server of a state's folder, if there is one.
pub fn running(folder: &Path) -> Option<Running> {
    let lock = fs_err::File::open(folder.join("server.lock")).ok()?;
    // Its server takes the lock before it writes its address: wait for that.
    for _ in 0..LOCK_TRIES {
        match lock.file().try_lock_shared() {
            Ok(()) => return None,
            Err(TryLockError::Error(_)) => return None,
            Err(TryLockError::WouldBlock) => {}
        }
        if let Some(running) = read(folder) {
            return Some(running);
        }
        std::thread::sleep(LOCK_PAUSE);
    }
    None
}

fn read(folder: &Path) -> Option<Running> {
    let text = fs_err::read_to_string(folder.join("server.json")).ok()?;
    let document: Value = serde_json::from_str(&text).ok()?;
    Some(Running {
        base_url: document["base_url"].as_str()?.to_owned(),
        api_key: document["api_key"].as_str()?.to_owned(),
        webhook_secret: document["webhook_secret"].as_str()?.to_owned(),
        pid: u32::try_from(document["pid"].as_u64()?).ok()?,
    })
}

/// The server of a state's folder that others find.
#[derive(Debug)]
pub struct Started {
    pub server: Server,
    folder: PathBuf,
    /// Held until this is dropped or the process ends.
    lock: fs_err::File,
}

/// Serves a state's folder so that other commands find it. `options.state` is set to the folder's file.
///
/// # Errors
/// `Failed` if another server holds the folder; else as [`serve`].
pub async fn start(folder: &Path, mut options: Options) -> anyhow::Result<Started> {
    let lock = lock_file(folder).explain(
        Kind::Failed,
        || "Cannot keep the emulator's state".to_owned(),
        format!("Make `{}` writable for yourself, on a disk that is not full", folder.display()),
    )?;
    acquire(&lock, folder).await?;
    let address = folder.join("server.json");
    if address.exists() {
        fs_err::remove_file(&address)?;
    }
    options.state = database(folder);
    options.sending.backlog = true;
    let server = serve(options).await?;
    let document = json!({
        "base_url": server.base_url,
        "api_key": server.api_key,
        "webhook_secret": server.webhook_secret,
        "pid": std::process::id(),
    });
    // Renamed into place, so that nobody reads half of it.
    let fresh = folder.join("server.json.new");
    fs_err::write(&fresh, document.to_string())?;
    fs_err::rename(&fresh, &address)?;
    Ok(Started { server, folder: folder.to_owned(), lock })
}

fn lock_file(folder: &Path) -> std::io::Result<fs_err::File> {
    fs_err::create_dir_all(folder)?;
    fs_err::OpenOptions::new().create(true).truncate(false).write(true).open(folder.join("server.lock"))
}

async fn acquire(lock: &fs_err::File, folder: &Path) -> anyhow::Result<()> {
    for _ in 0..LOCK_TRIES {
        match lock.file().try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error.into()),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(LOCK_PAUSE).await,
        }
    }
    let place = read(folder).map_or_else(String::new, |running| format!(" at {}", running.base_url));
    Err(fail(
        Kind::Failed,
        format!("The emulator of `{}` is running already{place}", folder.display()),
        "Use that one, or stop it first",
    ))
}

impl Started {
    /// Stops serving; the next server may take the folder.
    ///
    /// # Errors
    /// If the address can't be removed.
    pub async fn stop(self) -> anyhow::Result<()> {
        let Started { server, folder, lock } = self;
        server.stop().await;
        fs_err::remove_file(folder.join("server.json"))?;
        drop(lock);
        Ok(())
    }
}

/// A state as a command uses it: by another process's server, or by one of its own.
#[derive(Debug)]
pub enum Attached {
    Running(Running),
    Own(Box<Server>),
}

/// Finds the running server of a state's folder, else serves it for as long as the result lives.
///
/// # Errors
/// As [`serve`].
pub async fn attach_or_serve(folder: &Path, clock: Clock) -> anyhow::Result<Attached> {
    if let Some(running) = running(folder) {
        return Ok(Attached::Running(running));
    }
    let pages_at = Some(format!("http://127.0.0.1:{USUAL_PORT}"));
    let options = Options { clock, pages_at, ..Options::new(database(folder)) };
    Ok(Attached::Own(Box::new(serve(options).await?)))
}

impl Attached {
    /// `http://127.0.0.1:PORT`.
    pub fn base_url(&self) -> &str {
        match self {
            Attached::Running(running) => &running.base_url,
            Attached::Own(server) => &server.base_url,
        }
    }

    pub fn api_key(&self) -> &str {
        match self {
            Attached::Running(running) => &running.api_key,
            Attached::Own(server) => &server.api_key,
        }
    }

    /// Stops the server if it is our own.
    pub async fn stop(self) {
        match self {
            Attached::Running(_) => {}
            Attached::Own(server) => server.stop().await,
        }
    }
}

/// What the webhooks of a state's folder are signed with: the account's own secret, then those of its endpoints. The
/// state is made if there is none yet.
///
/// # Errors
/// If the state can't be read.
pub fn webhook_secrets(folder: &Path, clock: &Clock) -> anyhow::Result<Vec<String>> {
    let mut database = Database::open(&database(folder))?;
    let account = database.account(clock())?;
    let endpoints = database.all(ObjectKind::WebhookEndpoint)?;
    let of_endpoints = endpoints.iter().filter_map(|endpoint| endpoint.hidden.get("secret")?.as_str());
    Ok(std::iter::once(account.webhook_secret.as_str()).chain(of_endpoints).map(str::to_owned).collect())
}

/// How many objects of each kind a state's folder holds; none where there is no state yet.
///
/// # Errors
/// If the state can't be read.
pub fn counts(folder: &Path) -> anyhow::Result<Vec<(String, i64)>> {
    let path = database(folder);
    if !path.exists() {
        return Ok(Vec::new());
    }
    Ok(Database::open(&path)?.counts()?)
}

/// How many deliveries of events are in each state; none where there is no state yet.
///
/// # Errors
/// If the state can't be read.
pub fn delivery_counts(folder: &Path) -> anyhow::Result<Vec<(String, i64)>> {
    let path = database(folder);
    if !path.exists() {
        return Ok(Vec::new());
    }
    Ok(Database::open(&path)?.delivery_counts()?)
}

/// The enabled webhook endpoints that nothing is sent to, with their addresses and why.
///
/// # Errors
/// If the state can't be read.
pub fn unreached(folder: &Path, sending: &Sending) -> anyhow::Result<Vec<(String, String, String)>> {
    let path = database(folder);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let endpoints = Database::open(&path)?.all(ObjectKind::WebhookEndpoint)?;
    let enabled = endpoints.into_iter().filter(|endpoint| endpoint.body["status"] == "enabled");
    let noted = enabled.filter_map(|endpoint| {
        let url = endpoint.body["url"].as_str().unwrap_or_default().to_owned();
        let note = reach(&url, &sending.hosts).err()?;
        Some((endpoint.id, url, note))
    });
    Ok(noted.collect())
}

/// Deletes all objects of a state's folder, whether it is being served or not; how many there were of each kind.
///
/// # Errors
/// If the state can't be written.
pub fn reset(folder: &Path) -> anyhow::Result<Vec<(String, i64)>> {
    let path = database(folder);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let database = Database::open(&path)?;
    database.begin(true)?;
    let counts = database.counts()?;
    database.clear()?;
    database.commit()?;
    Ok(counts)
}
