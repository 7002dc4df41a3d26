//! One process from its start to its end: wall time and peak memory.
//!
//! The system tells a parent the peak memory of all its children together, so that each process gets a parent of its
//! own: the benchmark, started again as `BENCHMARK --measure REPORT PROGRAM …`. A process counts what its parent held
//! when it was started, too, which the row of `/bin/true` shows.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// The first argument of a benchmark that is to be a process's parent.
pub const MEASURE: &str = "--measure";

/// What the parent ends with if the process could not be started or was ended by a signal.
const EXIT_UNKNOWN: u8 = 125;

/// A command to be measured.
#[derive(Debug, Clone)]
pub struct Spec {
    program: OsString,
    arguments: Vec<OsString>,
    folder: OsString,
    variables: Vec<(OsString, OsString)>,
}

/// What a process cost and said.
#[derive(Debug)]
pub struct Run {
    pub wall: Duration,
    pub peak_kib: u64,
    /// `None`: a signal ended it.
    pub exit: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Spec {
    /// A program in a folder, with an empty environment but for a home there.
    pub fn new(program: impl AsRef<Path>, folder: &Path) -> Spec {
        let home = ("HOME".into(), folder.into());
        Spec {
            program: program.as_ref().into(),
            arguments: Vec::new(),
            folder: folder.into(),
            variables: vec![home],
        }
    }

    /// The program under test.
    pub fn billctl(folder: &Path) -> Spec {
        Spec::new(env!("CARGO_BIN_EXE_billctl"), folder)
    }

    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Spec {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Spec {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Runs it once.
    ///
    /// # Errors
    /// If it cannot be started. How it ended is in the result.
    pub fn run(&self) -> anyhow::Result<Run> {
        let report = tempfile::NamedTempFile::new_in(env!("CARGO_TARGET_TMPDIR"))?;
        let output = Command::new(std::env::current_exe()?)
            .arg(MEASURE)
            .arg(report.path())
            .arg(&self.program)
            .args(&self.arguments)
            .env_clear()
            .envs(self.variables.iter().cloned())
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .output()?;
        let text = fs_err::read_to_string(report.path())?;
        let mut numbers = text.split_whitespace().map(str::parse::<u64>);
        let (Some(Ok(wall)), Some(Ok(peak_kib))) = (numbers.next(), numbers.next()) else {
            bail!("`{}` was not measured: {}", self.name(), String::from_utf8_lossy(&output.stderr));
        };
        Ok(Run {
            wall: Duration::from_micros(wall),
            peak_kib,
            exit: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Runs it once.
    ///
    /// # Errors
    /// If it cannot be started, or does not end with exit code 0.
    pub fn succeed(&self) -> anyhow::Result<Run> {
        let run = self.run()?;
        if run.exit != Some(0) {
            let ended = run.exit.map_or("by a signal".to_owned(), |code| format!("with exit code {code}"));
            bail!("`{}` ended {ended}: {}{}", self.name(), run.stdout, run.stderr);
        }
        Ok(run)
    }

    fn name(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.arguments);
        words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }
}

/// Runs the command in the arguments after a report's path; writes its microseconds and kibibytes there.
pub fn measure(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let outcome = measured(&mut arguments);
    outcome.map_or(ExitCode::from(EXIT_UNKNOWN), ExitCode::from)
}

fn measured(arguments: &mut dyn Iterator<Item = OsString>) -> anyhow::Result<u8> {
    let report = arguments.next().context("No report")?;
    let program = arguments.next().context("No program")?;
    let mut command = Command::new(program);
    command.args(arguments);
    let begun = Instant::now();
    let status = command.spawn()?.wait()?;
    let wall = begun.elapsed();
    fs_err::write(Path::new(&report), format!("{} {}\n", wall.as_micros(), peak_kib()?))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(EXIT_UNKNOWN))
}

/// The most memory that any child of this process held.
#[cfg(unix)]
fn peak_kib() -> anyhow::Result<u64> {
    use nix::sys::resource::{UsageWho, getrusage};
    let peak = u64::try_from(getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss())?;
    // Linux counts kibibytes, macOS bytes.
    Ok(if cfg!(target_os = "macos") { peak / 1024 } else { peak })
}

#[cfg(not(unix))]
fn peak_kib() -> anyhow::Result<u64> {
    bail!("Peak memory is known on Unix only")
}
