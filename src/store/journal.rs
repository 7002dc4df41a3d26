//! The sync journal: what a run means to do, written before its first request.
//!
//! Identity lives in Stripe, so losing the journal loses nothing. It keeps the idempotency keys of a run that was
//! stopped, so that the next one sends what was in flight under the same keys.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use fs_err as fs;
use fs4::TryLockError;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

const NAME: &str = "sync.journal";

/// A step as the journal holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub name: String,
    /// Identifies the request's content.
    pub fingerprint: String,
    /// The idempotency key; a step whose key follows from its content alone has none here.
    pub key: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
enum Record {
    Begin {
        run: String,
        account: String,
        /// RFC 3339, UTC.
        at: String,
        actor: String,
        reason: Option<String>,
        #[serde(default)]
        plan: Option<String>,
        steps: Vec<Entry>,
    },
    Done {
        fingerprint: String,
    },
}

/// What a run that did not finish left to do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Unfinished {
    /// When it began, RFC 3339; empty if there is none.
    pub at: String,
    /// The digest of the reviewed plan that it applied, if it did.
    pub plan: Option<String>,
    /// Steps without a known answer, by fingerprint.
    pub steps: BTreeMap<String, Entry>,
}

impl Unfinished {
    /// Whether Stripe still remembers the run's idempotency keys for certain: it keeps them for 24 hours.
    pub fn is_younger_than_a_day(&self, now: Timestamp) -> bool {
        let begun: Option<Timestamp> = self.at.parse().ok();
        // Some hours off, for clocks that differ.
        begun.is_some_and(|begun| now.as_second() - begun.as_second() < 20 * 3600)
    }
}

/// Who runs what, and why: the head of a journal.
#[derive(Debug, Clone)]
pub struct Run {
    pub nonce: String,
    pub account: String,
    pub at: String,
    pub actor: String,
    pub reason: Option<String>,
    /// The digest of the reviewed plan that is applied, if one is.
    pub plan: Option<String>,
}

/// A profile's sync journal, held by one process at a time.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: Option<fs::File>,
    /// Held for as long as the journal is open.
    _lock: std::fs::File,
}

impl Journal {
    /// Opens the journal in a profile's state folder, and reads what the last run left undone in this account.
    /// Waits for another process that has it open; `waiting` is called once if so.
    ///
    /// # Errors
    /// If the folder or the journal can't be made, locked or read.
    pub fn open(dir: &Path, account: &str, waiting: impl FnOnce()) -> anyhow::Result<(Journal, Unfinished)> {
        fs::create_dir_all(dir)?;
        let lock =
            fs::OpenOptions::new().create(true).truncate(false).write(true).open(dir.join("sync.lock"))?;
        let lock = lock.into_file();
        match fs4::FileExt::try_lock(&lock) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waiting();
                fs4::FileExt::lock(&lock).context("Cannot lock the sync journal")?;
            }
            Err(TryLockError::Error(error)) => return Err(error).context("Cannot lock the sync journal"),
        }
        let path = dir.join(NAME);
        let unfinished = read(&path, account)?;
        Ok((Journal { path, file: None, _lock: lock }, unfinished))
    }

    /// What the last run left undone in this account, for a look: nothing is made, locked or changed.
    ///
    /// # Errors
    /// If there is a journal that can't be read.
    pub fn look(dir: &Path, account: &str) -> anyhow::Result<Unfinished> {
        read(&dir.join(NAME), account)
    }

    /// Writes what the run is about to do. Durable when it returns.
    ///
    /// # Errors
    /// If it can't be written: then nothing may be sent.
    pub fn begin(&mut self, run: &Run, steps: Vec<Entry>) -> anyhow::Result<()> {
        let record = Record::Begin {
            run: run.nonce.clone(),
            account: run.account.clone(),
            at: run.at.clone(),
            actor: run.actor.clone(),
            reason: run.reason.clone(),
            plan: run.plan.clone(),
            steps,
        };
        // A new file in one piece: a crash leaves the old journal or the new one.
        let fresh = self.path.with_extension("journal.new");
        let mut file = fs::File::create(&fresh)?;
        writeln!(file, "{}", serde_json::to_string(&record)?)?;
        file.sync_all()?;
        fs::rename(&fresh, &self.path)?;
        if let Some(dir) = self.path.parent() {
            // The rename itself must outlive a power cut; Windows has no such call and needs none.
            #[cfg(unix)]
            fs::File::open(dir)?.sync_all()?;
            #[cfg(not(unix))]
            let _ = dir;
        }
        self.file = Some(fs::OpenOptions::new().append(true).open(&self.path)?);
        Ok(())
    }

    /// Notes that a step's answer is known. Not durable by itself: at worst the next run looks at the step again, and
    /// so it does where this can't be written. A full disk is no reason to stop half-way.
    pub fn done(&mut self, fingerprint: &str) {
        let Some(file) = &mut self.file else { return };
        let record = Record::Done { fingerprint: fingerprint.to_owned() };
        let line = serde_json::to_string(&record).unwrap_or_default() + "\n";
        if let Err(error) = file.write_all(line.as_bytes()) {
            tracing::warn!(%error, "the sync journal misses a step that is done");
        }
    }

    /// Everything is done: nothing is left to go on with.
    ///
    /// # Errors
    /// If the journal can't be removed.
    pub fn finish(self) -> anyhow::Result<()> {
        if self.path.exists() {
            fs::remove_file(&self.path)?;
        }
        Ok(())
    }
}

fn read(path: &Path, account: &str) -> anyhow::Result<Unfinished> {
    let mut unfinished = Unfinished::default();
    if !path.exists() {
        return Ok(unfinished);
    }
    for line in BufReader::new(fs::File::open(path)?).split(b'\n') {
        // A line that was being written when the machine stopped says nothing, whatever bytes it holds.
        let Ok(record) = serde_json::from_slice(&line?) else { continue };
        match record {
            Record::Begin { account: other, .. } if other != account => return Ok(Unfinished::default()),
            Record::Begin { at, plan, steps, .. } => {
                unfinished.at = at;
                unfinished.plan = plan;
                unfinished.steps =
                    steps.into_iter().map(|entry| (entry.fingerprint.clone(), entry)).collect();
            }
            Record::Done { fingerprint } => {
                unfinished.steps.remove(&fingerprint);
            }
        }
    }
    Ok(unfinished)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(account: &str) -> Run {
        Run {
            nonce: "n1".to_owned(),
            account: account.to_owned(),
            at: "2026-11-21T10:00:00Z".to_owned(),
            actor: "ci".to_owned(),
            reason: None,
            plan: None,
        }
    }

    fn entry(fingerprint: &str) -> Entry {
        Entry {
            name: format!("create {fingerprint}"),
            fingerprint: fingerprint.to_owned(),
            key: Some(format!("billctl-n1-{fingerprint}")),
        }
    }

    fn open(dir: &Path, account: &str) -> (Journal, Unfinished) {
        Journal::open(dir, account, || panic!("nobody else has it")).unwrap()
    }

    #[test]
    fn an_unfinished_run_leaves_its_keys() {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, nothing) = open(dir.path(), "acct_1");
        assert_eq!(nothing, Unfinished::default());
        journal.begin(&run("acct_1"), vec![entry("a"), entry("b")]).unwrap();
        journal.done("a");
        drop(journal);
        let (_, left) = open(dir.path(), "acct_1");
        assert_eq!(left.steps.into_values().collect::<Vec<_>>(), [entry("b")]);
    }

    #[test]
    fn a_step_that_cannot_be_noted_is_looked_at_again() {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, _) = open(dir.path(), "acct_1");
        journal.begin(&run("acct_1"), vec![entry("a"), entry("b")]).unwrap();
        // Whatever is written to it fails, as on a full disk.
        journal.file = Some(fs::File::open(dir.path().join(NAME)).unwrap());
        journal.done("a");
        drop(journal);
        assert_eq!(Journal::look(dir.path(), "acct_1").unwrap().steps.len(), 2);
    }

    #[test]
    fn a_look_makes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("none");
        assert_eq!(Journal::look(&folder, "acct_1").unwrap(), Unfinished::default());
        assert!(!folder.exists());
    }

    #[test]
    fn a_finished_run_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, _) = open(dir.path(), "acct_1");
        journal.begin(&run("acct_1"), vec![entry("a")]).unwrap();
        journal.finish().unwrap();
        assert_eq!(open(dir.path(), "acct_1").1, Unfinished::default());
    }

    #[test]
    fn another_account_has_other_keys() {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, _) = open(dir.path(), "acct_1");
        journal.begin(&run("acct_1"), vec![entry("a")]).unwrap();
        drop(journal);
        assert_eq!(open(dir.path(), "acct_2").1, Unfinished::default());
    }

    #[test]
    fn a_torn_last_line_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, _) = open(dir.path(), "acct_1");
        journal.begin(&run("acct_1"), vec![entry("a")]).unwrap();
        drop(journal);
        let path = dir.path().join("sync.journal");
        let whole = fs::read(&path).unwrap();
        for torn in [&b"{\"record\":\"done\",\"finger"[..], b"\0\0\0", b"\xff\xfe\n\x80"] {
            fs::write(&path, [&whole, torn].concat()).unwrap();
            assert_eq!(open(dir.path(), "acct_1").1.steps.len(), 1, "{torn:?}");
        }
    }
}
