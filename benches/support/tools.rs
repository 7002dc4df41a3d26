//! The tools that billctl is compared with. `benches/install` gets them; what is missing is said and skipped.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::bail;

use super::process::Spec;
use super::table;

/// How long a server may take to listen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A proxy that nobody serves: the official CLI looks for a newer version of itself at every start, and fails at once
/// here, which is the quickest that it can end.
const NO_PROXY_THERE: &str = "http://127.0.0.1:9";

/// Stripe's own CLI, the binary itself and not the script around it.
#[derive(Debug)]
pub struct StripeCli(PathBuf);

impl StripeCli {
    pub fn find() -> Option<StripeCli> {
        let folder = root().join("tests/proofs/node_modules/@stripe");
        let entries = fs_err::read_dir(folder).ok();
        let packages = entries.into_iter().flatten().flatten().map(|entry| entry.path());
        let found = packages.map(|package| package.join("bin/stripe")).find(|binary| binary.is_file());
        or_say("the official Stripe CLI", found.map(StripeCli))
    }

    /// The CLI with arguments.
    pub fn command(&self, folder: &Path, arguments: &[&str]) -> Spec {
        Spec::new(&self.0, folder)
            .args(arguments)
            .env("HTTPS_PROXY", NO_PROXY_THERE)
            .env("STRIPE_CLI_TELEMETRY_OPTOUT", "1")
    }

    /// How large the binary is, in bytes.
    ///
    /// # Errors
    /// If it is gone.
    pub fn size(&self) -> anyhow::Result<u64> {
        Ok(fs_err::metadata(&self.0)?.len())
    }
}

/// A Python with Stripe's SDK.
#[derive(Debug)]
pub struct Python(PathBuf);

impl Python {
    pub fn find() -> Option<Python> {
        let python = venv().join("bin/python");
        let works = Command::new(&python).args(["-c", "import stripe"]).stderr(Stdio::null()).status();
        let found = works.is_ok_and(|status| status.success()).then_some(Python(python));
        or_say("Stripe's Python SDK", found)
    }

    /// The script with arguments.
    pub fn command(&self, folder: &Path, script: &str, arguments: &[&str]) -> Spec {
        Spec::new(&self.0, folder).args([script]).args(arguments)
    }
}

/// A served localstripe; it is killed when this is dropped.
#[derive(Debug)]
pub struct Localstripe {
    pub address: String,
    child: Child,
}

impl Localstripe {
    /// Whether it is there to be started.
    pub fn find() -> Option<PathBuf> {
        let program = venv().join("bin/localstripe");
        or_say("localstripe", program.is_file().then_some(program))
    }

    /// Serves an empty state. It writes it all to one file in `/tmp` after every request, and never flushes that.
    ///
    /// # Errors
    /// If it does not listen in time.
    pub fn start(program: &Path) -> anyhow::Result<Localstripe> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let child = Command::new(program)
            .args(["--from-scratch", "--port", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let server = Localstripe { address: format!("127.0.0.1:{port}"), child };
        let begun = Instant::now();
        while TcpStream::connect(&server.address).is_err() {
            if begun.elapsed() > PATIENCE {
                bail!("localstripe does not listen on port {port}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }
}

impl Drop for Localstripe {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn or_say<T>(name: &str, found: Option<T>) -> Option<T> {
    if found.is_none() {
        table::line(&format!("{name} is not installed: skipped (benches/install gets it)"));
    }
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn venv() -> PathBuf {
    root().join("target/benches/venv")
}
