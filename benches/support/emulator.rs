//! `billctl emulator start` as a process of its own, and what it counted.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;
use serde_json::Value;

use super::http;

/// A served emulator; it is killed when this is dropped.
#[derive(Debug)]
pub struct Emulator {
    pub base_url: String,
    pub api_key: String,
    child: Child,
}

/// What an emulator has counted since it was started.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    pub requests: u64,
    /// By method and route: `GET /v1/prices`.
    pub by_endpoint: BTreeMap<String, u64>,
    /// Transactions that wrote: each was flushed to the disk once.
    pub commits: u64,
    pub objects: BTreeMap<String, u64>,
}

impl Emulator {
    /// Serves the project in a folder.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start(folder: &Path, flags: &[String]) -> anyhow::Result<Emulator> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_billctl"))
            .args(["emulator", "start", "--quiet", "--port", "0", "-o", "json"])
            .args(flags)
            .env_clear()
            .env("HOME", folder)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("No stdout")?).read_line(&mut line)?;
        let mut emulator = Emulator { base_url: String::new(), api_key: String::new(), child };
        let ready: Value =
            serde_json::from_str(&line).with_context(|| format!("The emulator said `{line}`"))?;
        let field = |name: &str| ready[name].as_str().unwrap_or_default().to_owned();
        emulator.base_url = field("base_url");
        emulator.api_key = field("api_key");
        Ok(emulator)
    }

    pub fn address(&self) -> &str {
        http::address(&self.base_url)
    }

    /// # Errors
    /// If it does not answer.
    pub fn counts(&self) -> anyhow::Result<Counts> {
        let status = http::get(&self.base_url, "/_emulator/status", &self.api_key)?;
        let number = |name: &str| status[name].as_u64().unwrap_or_default();
        let numbers = |name: &str| {
            let object = status[name].as_object().into_iter().flatten();
            object.map(|(key, count)| (key.clone(), count.as_u64().unwrap_or_default())).collect()
        };
        Ok(Counts {
            requests: number("requests"),
            by_endpoint: numbers("requests_by_endpoint"),
            commits: number("commits"),
            objects: numbers("objects"),
        })
    }

    /// How many requests it answered with each status, since it was started.
    ///
    /// # Errors
    /// If it does not answer.
    pub fn statuses(&self) -> anyhow::Result<BTreeMap<u64, u64>> {
        let log = http::get(&self.base_url, "/_emulator/requests", &self.api_key)?;
        let mut statuses = BTreeMap::new();
        for request in log["requests"].as_array().into_iter().flatten() {
            *statuses.entry(request["status"].as_u64().unwrap_or_default()).or_default() += 1;
        }
        Ok(statuses)
    }

    /// Ends it as a power cut would end the process: nothing can be tidied up.
    ///
    /// # Errors
    /// If it cannot be waited for.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Counts {
    /// What was counted since an earlier moment.
    pub fn since(&self, before: &Counts) -> Counts {
        let by_endpoint = self.by_endpoint.iter().map(|(endpoint, count)| {
            (endpoint.clone(), count - before.by_endpoint.get(endpoint).copied().unwrap_or_default())
        });
        Counts {
            requests: self.requests - before.requests,
            by_endpoint: by_endpoint.filter(|(_, count)| *count > 0).collect(),
            commits: self.commits - before.commits,
            objects: self.objects.clone(),
        }
    }

    /// How many requests the endpoints of a method had.
    pub fn with_method(&self, method: &str) -> u64 {
        self.by_endpoint
            .iter()
            .filter(|(endpoint, _)| endpoint.starts_with(method))
            .map(|(_, count)| count)
            .sum()
    }

    /// How many objects there are of a kind.
    pub fn objects_of(&self, kind: &str) -> u64 {
        self.objects.get(kind).copied().unwrap_or_default()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
