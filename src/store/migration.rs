//! What became of each subscription of a migration: a file of JSON lines that is the list of results, the memory of a run
//! that was stopped, and the list by which it is undone.
//!
//! A row is written before its request is sent and once its answer is known, each durable before anything else is done. So
//! whenever a run ends, at most one row is in doubt, and the next one looks at that subscription first.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use fs_err as fs;
use serde::{Deserialize, Serialize};

use super::lock::Lock;
use crate::error::{Kind, fail};

/// Which migration the file is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub from_price: String,
    pub to_price: String,
    pub account: String,
}

/// How far a row has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is about to be sent.
    Moving,
    Moved,
    /// Stripe refused it; it stays where it is.
    Failed,
    /// It can't move.
    Skipped,
    /// About to be moved back.
    Undoing,
    Undone,
}

/// A line about a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub subscription: String,
    pub item: String,
    pub customer: String,
    pub quantity: Option<i64>,
    /// Its invoices are charged by themselves, and not sent.
    pub is_charged: bool,
    pub result: Fate,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
    /// RFC 3339, UTC.
    pub at: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Head(Head),
    Row(Row),
}

/// A migration's file, held by one process at a time.
#[derive(Debug)]
pub struct MigrationFile {
    path: PathBuf,
    file: fs::File,
    _lock: Lock,
}

impl MigrationFile {
    /// Opens the file, or makes it, and reads the last row of each subscription. A line that was cut off by a crash was
    /// not durable, and is dropped.
    ///
    /// # Errors
    /// `Usage` where it is of another migration, or no such file; `Failed` where another process has it; or if it can't be
    /// read or written.
    pub fn open(path: &Path, head: &Head) -> anyhow::Result<(MigrationFile, BTreeMap<String, Row>)> {
        let lock = lock(path)?;
        let mut file =
            fs::OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        let (found, rows, end) = read(&mut file, path)?;
        file.set_len(end)?;
        file.seek(SeekFrom::End(0))?;
        let mut log = MigrationFile { path: path.to_owned(), file, _lock: lock };
        match found {
            None => log.write(&Line::Head(head.clone()))?,
            Some(found) if found == *head => {}
            Some(found) => {
                return Err(fail(
                    Kind::Usage,
                    format!(
                        "`{}` is of another migration: from {} to {} in {}; nothing was sent",
                        path.display(),
                        found.from_price,
                        found.to_price,
                        found.account
                    ),
                    "Name another file with `--results FILE`",
                ));
            }
        }
        Ok((log, rows))
    }

    /// Opens a file to undo what stands in it.
    ///
    /// # Errors
    /// As [`MigrationFile::open`]; it has to be there.
    pub fn open_again(path: &Path) -> anyhow::Result<(MigrationFile, Head, BTreeMap<String, Row>)> {
        let lock = lock(path)?;
        let mut file = fs::OpenOptions::new().read(true).write(true).open(path)?;
        let (found, rows, end) = read(&mut file, path)?;
        let Some(head) = found else { return Err(foreign(path, 1)) };
        file.set_len(end)?;
        file.seek(SeekFrom::End(0))?;
        Ok((MigrationFile { path: path.to_owned(), file, _lock: lock }, head, rows))
    }

    /// The last row of each subscription of a file that is there; nothing is locked or changed.
    ///
    /// # Errors
    /// As [`MigrationFile::open`].
    pub fn look(path: &Path) -> anyhow::Result<Option<(Head, BTreeMap<String, Row>)>> {
        if !path.exists() {
            return Ok(None);
        }
        let (found, rows, _) = read(&mut fs::File::open(path)?, path)?;
        Ok(found.map(|head| (head, rows)))
    }

    /// Writes a row. Durable when it returns.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn add(&mut self, row: &Row) -> anyhow::Result<()> {
        self.write(&Line::Row(row.clone()))
    }

    fn write(&mut self, line: &Line) -> anyhow::Result<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        written.with_context(|| format!("Cannot write `{}`", self.path.display()))
    }
}

fn lock(path: &Path) -> anyhow::Result<Lock> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    Lock::take(&path.with_file_name(name))?.ok_or_else(|| {
        fail(
            Kind::Failed,
            format!("Another process is at work on `{}`", path.display()),
            "Wait until it has ended, and run the same again",
        )
    })
}

/// Reads the head and the last row of each subscription, and where the last whole line ends.
fn read(file: &mut fs::File, path: &Path) -> anyhow::Result<(Option<Head>, BTreeMap<String, Row>, u64)> {
    let mut reader = BufReader::new(file);
    let (mut head, mut rows, mut end) = (None, BTreeMap::new(), 0_u64);
    let mut text = String::new();
    let mut number = 0_u64;
    loop {
        text.clear();
        let length = reader.read_line(&mut text)?;
        if length == 0 || !text.ends_with('\n') {
            return Ok((head, rows, end));
        }
        number += 1;
        match serde_json::from_str::<Line>(&text) {
            Ok(Line::Head(found)) if number == 1 => head = Some(found),
            Ok(Line::Row(row)) if number > 1 => drop(rows.insert(row.subscription.clone(), row)),
            Ok(_) | Err(_) => return Err(foreign(path, number)),
        }
        end += u64::try_from(length).unwrap_or_default();
    }
}

fn foreign(path: &Path, line: u64) -> anyhow::Error {
    fail(
        Kind::Usage,
        format!("{}:{line}: this is no line of a migration's results; nothing was sent", path.display()),
        "Name the file that `billctl subscription migrate` has written",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        Head {
            from_price: "price_a".to_owned(),
            to_price: "price_b".to_owned(),
            account: "acct_1".to_owned(),
        }
    }

    fn row(subscription: &str, result: Fate) -> Row {
        Row {
            subscription: subscription.to_owned(),
            item: "si_1".to_owned(),
            customer: "cus_1".to_owned(),
            quantity: Some(1),
            is_charged: true,
            result,
            why: None,
            at: "2026-11-01T00:00:00Z".to_owned(),
        }
    }

    #[test]
    fn the_last_row_of_a_subscription_counts_and_what_was_cut_off_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("moves.jsonl");
        let (mut log, rows) = MigrationFile::open(&path, &head()).unwrap();
        assert!(rows.is_empty());
        log.add(&row("sub_1", Fate::Moving)).unwrap();
        log.add(&row("sub_1", Fate::Moved)).unwrap();
        log.add(&row("sub_2", Fate::Moving)).unwrap();
        drop(log);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, [whole.as_slice(), b"{\"subscription\": \"sub_2\", \"it"].concat()).unwrap();
        let (mut log, rows) = MigrationFile::open(&path, &head()).unwrap();
        let told: Vec<_> = rows.values().map(|row| (row.subscription.as_str(), row.result)).collect();
        assert_eq!(told, [("sub_1", Fate::Moved), ("sub_2", Fate::Moving)]);
        log.add(&row("sub_2", Fate::Failed)).unwrap();
        drop(log);
        let (_log, found, rows) = MigrationFile::open_again(&path).unwrap();
        assert_eq!((found, rows["sub_2"].result), (head(), Fate::Failed));
    }

    #[test]
    fn a_file_is_of_one_migration_and_of_one_process() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("moves.jsonl");
        let held = MigrationFile::open(&path, &head()).unwrap();
        let refused = MigrationFile::open(&path, &head()).unwrap_err().to_string();
        assert!(refused.contains("Another process"), "{refused}");
        drop(held);
        let other = Head { to_price: "price_c".to_owned(), ..head() };
        let refused = MigrationFile::open(&path, &other).unwrap_err().to_string();
        assert!(refused.contains("is of another migration: from price_a to price_b"), "{refused}");
        fs::write(&path, "line,subscription\n").unwrap();
        let refused = MigrationFile::open(&path, &head()).unwrap_err().to_string();
        assert!(refused.contains("moves.jsonl:1: this is no line"), "{refused}");
    }
}
