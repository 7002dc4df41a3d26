//! The real binary in a sealed world: empty home, cleared environment, frozen clock, whole transcripts.

pub mod accounts; // what Stripe has after a sync
pub mod catalogs; // random billing files
mod emulator;
pub mod http;
mod secrets;
#[cfg(unix)]
mod shell;
mod stand_in;
#[cfg(unix)]
mod terminal;
mod transcript;

use std::collections::BTreeMap;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub use emulator::Emulator;
pub use stand_in::StandIn;
pub use transcript::{Ids, Transcript, without_tails};

/// When it is, for every command of a test.
pub const NOW: &str = "2026-11-01T00:00:00Z";

/// No command of a test takes longer than this.
const PATIENCE: Duration = Duration::from_secs(120);

/// A folder with a project in it, a home beside it, and an environment of its own.
///
/// When it is dropped, no secret that it was told about may stand in any output or file.
pub struct Shop {
    root: TempDir,
    variables: BTreeMap<String, String>,
    secrets: Vec<String>,
    /// Files that hold a secret because the test put it there.
    secret_files: Vec<PathBuf>,
    outputs: Mutex<Vec<String>>,
}

impl Shop {
    pub fn new() -> Shop {
        let root = TempDir::new().unwrap();
        for folder in ["home", "shop", "tmp"] {
            fs_err::create_dir(root.path().join(folder)).unwrap();
        }
        let path = |name: &str| root.path().join(name).display().to_string();
        let mut variables = BTreeMap::from([
            ("HOME".to_owned(), path("home")),
            ("TMPDIR".to_owned(), path("tmp")),
            ("USER".to_owned(), "ada".to_owned()),
            ("BILLCTL_NOW".to_owned(), NOW.to_owned()),
        ]);
        // Where a coverage run wants its counts.
        if let Some(profile) = option_env!("LLVM_PROFILE_FILE") {
            variables.insert("LLVM_PROFILE_FILE".to_owned(), profile.to_owned());
        }
        Shop { root, variables, secrets: Vec::new(), secret_files: Vec::new(), outputs: Mutex::default() }
    }

    /// The folder that commands are called in.
    pub fn folder(&self) -> PathBuf {
        self.root.path().join("shop")
    }

    pub fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// Writes a file of the project, with the folders above it.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        write(&self.folder().join(name), text.as_ref())
    }

    pub fn read(&self, name: &str) -> String {
        fs_err::read_to_string(self.folder().join(name)).unwrap()
    }

    pub fn exists(&self, name: &str) -> bool {
        self.folder().join(name).exists()
    }

    /// Sets an environment variable for the commands that follow.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    pub fn unset(&mut self, name: &str) {
        self.variables.remove(name);
    }

    /// Sets an environment variable to a secret that must never be seen.
    pub fn set_secret(&mut self, name: &str, secret: &str) {
        self.secrets.push(secret.to_owned());
        self.set(name, secret);
    }

    /// Writes a file, of the project or by its whole path, whose text holds a secret that must be seen nowhere else.
    pub fn write_secret(&mut self, path: &Path, text: &str, secret: &str) -> PathBuf {
        let path = write(&self.folder().join(path), text.as_bytes());
        self.secrets.push(secret.to_owned());
        self.secret_files.push(path.clone());
        path
    }

    /// Runs a command line; words are split at spaces, single quotes keep them together.
    pub fn billctl(&self, line: &str) -> Transcript {
        self.run(&words(line), "")
    }

    /// Runs a command with a text on its stdin.
    pub fn run<S: AsRef<str>>(&self, arguments: &[S], stdin: &str) -> Transcript {
        let mut child = self.spawn(arguments, Stdio::piped());
        // A command that doesn't read its stdin closes it.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        self.finish(child)
    }

    /// Starts a command, for tests that stop it.
    pub fn spawn<S: AsRef<str>>(&self, arguments: &[S], stdin: Stdio) -> Child {
        self.command(arguments).stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Starts a command whose result goes to `stdout`.
    pub fn spawn_writing_to<S: AsRef<str>>(&self, arguments: &[S], stdout: Stdio) -> Child {
        self.command(arguments).stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn command<S: AsRef<str>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_billctl"));
        command
            .args(arguments.iter().map(AsRef::as_ref))
            .env_clear()
            .envs(&self.variables)
            .current_dir(self.folder());
        command
    }

    /// Waits for a command to end, and writes down what it said.
    pub fn finish(&self, mut child: Child) -> Transcript {
        let stdout = collect(child.stdout.take().unwrap());
        let stderr = collect(child.stderr.take().unwrap());
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if begun.elapsed() > PATIENCE {
                child.kill().unwrap();
                panic!("billctl did not end within {PATIENCE:?}");
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let transcript = Transcript::new(
            stdout.join().unwrap(),
            stderr.join().unwrap(),
            status,
            self.root.path().to_path_buf(),
        );
        self.outputs.lock().unwrap().push(format!("{}\n{}", transcript.stdout, transcript.stderr));
        transcript
    }

    /// Serves the project's emulator until the answer is dropped.
    pub fn emulator(&self) -> Emulator {
        Emulator::start(self, &[])
    }

    /// Serves it with further flags.
    pub fn emulator_with(&self, flags: &[&str]) -> Emulator {
        Emulator::start(self, flags)
    }

    /// Fails where a secret stands in any output so far, or in any file of the project, home or temporary folder.
    pub fn assert_no_secret(&self) {
        let outputs = self.outputs.lock().unwrap();
        secrets::assert_absent(&self.secrets, &outputs, self.root.path(), &self.secret_files);
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.assert_no_secret();
        }
    }
}

fn write(path: &Path, text: &[u8]) -> PathBuf {
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, text).unwrap();
    path.to_owned()
}

fn collect(mut pipe: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    })
}

/// Splits a command line as a shell does that knows spaces and single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}
