//! stdout carries the result, stderr everything else: status, warnings, hints, progress, prompts.

mod progress;

use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{MultiProgress, ProgressDrawTarget};
use thiserror::Error;

pub use progress::Progress;

/// What the person at the terminal asked for, and what the terminal can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// No status, hints or progress; warnings and errors stay.
    pub quiet: bool,
    /// Every confirmation is answered with yes.
    pub yes: bool,
    pub colour_out: bool,
    pub colour_err: bool,
    /// Only plain letters can be shown.
    pub ascii: bool,
    /// Columns of the terminal that stdout is, or 80.
    pub width: u16,
    /// A person can be asked: stdin and stderr are terminals.
    pub can_ask: bool,
    /// Progress can be drawn: stderr is a terminal.
    pub can_draw: bool,
}

/// What the environment says about colour: `NO_COLOR` beats `CLICOLOR_FORCE` beats what the terminal can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColourWish {
    Never,
    Always,
    IfTerminal,
}

impl Options {
    /// Looks at the terminal. `ascii` is what the environment says of its letters.
    pub fn detect(quiet: bool, yes: bool, colour: ColourWish, ascii: bool) -> Options {
        let coloured = |is_terminal: bool| match colour {
            ColourWish::Never => false,
            ColourWish::Always => true,
            ColourWish::IfTerminal => is_terminal,
        };
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let width = if out { terminal_size::terminal_size().map(|(width, _)| width.0) } else { None };
        Options {
            quiet,
            yes,
            colour_out: coloured(out),
            colour_err: coloured(err),
            ascii,
            width: width.unwrap_or(80).max(40),
            can_ask: err && io::stdin().is_terminal(),
            can_draw: err,
        }
    }
}

/// There is nobody to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("stdin is no terminal, so this cannot be asked")]
pub struct NobodyToAsk;

/// The person pressed Ctrl-C instead of answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("stopped at a question")]
pub struct Interrupted;

/// The terminal. Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct Ui {
    options: Options,
    bars: MultiProgress,
    /// The reader of stdout went away (`| head`): the command goes on, its text goes nowhere.
    out_closed: Arc<AtomicBool>,
}

impl Ui {
    pub fn new(options: Options) -> Ui {
        let draws = options.can_draw && !options.quiet;
        let target = if draws { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Ui { options, bars: MultiProgress::with_draw_target(target), out_closed: Arc::default() }
    }

    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Writes a part of the result to stdout, as it is, and flushes it.
    ///
    /// # Errors
    /// When stdout cannot be written to; a reader that went away is no error.
    pub fn data(&self, text: &str) -> io::Result<()> {
        self.bytes(text.as_bytes())
    }

    /// The same for a part that need not be text.
    ///
    /// # Errors
    /// As [`Ui::data`].
    pub fn bytes(&self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() || self.out_closed.load(Ordering::Relaxed) {
            return Ok(());
        }
        let written = self.bars.suspend(|| {
            let mut stdout = io::stdout().lock();
            stdout.write_all(bytes).and_then(|()| stdout.flush())
        });
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.out_closed.store(true, Ordering::Relaxed);
                Ok(())
            }
            other => other,
        }
    }

    /// Says what is going on; silenced by `--quiet`.
    pub fn status(&self, text: &str) {
        if !self.options.quiet {
            self.say(text);
        }
    }

    /// Advises; silenced by `--quiet`.
    pub fn hint(&self, text: &str) {
        if !self.options.quiet {
            self.say(&format!("{} {text}", self.paint_err("36", "hint:")));
        }
    }

    /// Warns.
    pub fn warn(&self, text: &str) {
        self.say(&format!("{} {text}", self.paint_err("33", "warning:")));
    }

    /// Writes to stderr, above any progress bar. A stderr that is gone has nobody who could be told.
    pub fn say(&self, text: &str) {
        self.bars.suspend(|| {
            let _ = writeln!(io::stderr().lock(), "{}", text.trim_end_matches('\n'));
        });
    }

    /// Paints a text for stderr with ANSI parameters, where stderr has colour.
    pub fn paint_err(&self, sgr: &str, text: &str) -> String {
        if self.options.colour_err { format!("\x1b[{sgr}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Starts a progress bar over `total` steps; hidden where stderr is no terminal, and by `--quiet`.
    pub fn progress(&self, total: u64, title: &str) -> Progress {
        Progress::start(&self.bars, total, title)
    }

    /// Starts a progress line for steps whose number nobody knows; hidden as [`Ui::progress`] is.
    pub fn open_progress(&self, title: &str) -> Progress {
        Progress::start_open(&self.bars, title)
    }

    /// Asks a yes-or-no question; `--yes` answers it.
    ///
    /// # Errors
    /// [`NobodyToAsk`] where stdin is no terminal; [`Interrupted`]; an I/O error of the terminal.
    pub fn confirm(&self, question: &str) -> anyhow::Result<bool> {
        if self.options.yes {
            return Ok(true);
        }
        if !self.options.can_ask {
            return Err(NobodyToAsk.into());
        }
        let asked = dialoguer::Confirm::new().with_prompt(question).default(false).interact_opt();
        Ok(asked.map_err(unanswered)?.unwrap_or(false))
    }

    /// Has a word typed, letter by letter; `--yes` is no answer to this, but without a terminal it is enough.
    ///
    /// # Errors
    /// As [`Ui::confirm`].
    pub fn confirm_typed(&self, question: &str, expected: &str) -> anyhow::Result<bool> {
        if !self.options.can_ask {
            return if self.options.yes { Ok(true) } else { Err(NobodyToAsk.into()) };
        }
        let typed = self.ask(question, None)?;
        Ok(typed.trim() == expected)
    }

    /// Asks for a line of text.
    ///
    /// # Errors
    /// [`NobodyToAsk`] where stdin is no terminal; [`Interrupted`]; an I/O error of the terminal.
    pub fn ask(&self, question: &str, default: Option<&str>) -> anyhow::Result<String> {
        if !self.options.can_ask {
            return Err(NobodyToAsk.into());
        }
        let mut input = dialoguer::Input::<String>::new().with_prompt(question).allow_empty(true);
        if let Some(default) = default {
            input = input.default(default.to_owned());
        }
        input.interact_text().map_err(unanswered)
    }
}

fn unanswered(error: dialoguer::Error) -> anyhow::Error {
    // The question hid it; there is nothing to do if the terminal is gone.
    let _ = dialoguer::console::Term::stderr().show_cursor();
    let dialoguer::Error::IO(error) = error;
    if error.kind() == ErrorKind::Interrupted { Interrupted.into() } else { error.into() }
}

/// Logs to stderr: `-v` what is done, `-vv` each request. Without either nothing is set up.
pub fn log_to_stderr(verbose: u8, colour: bool) {
    use tracing::Level;
    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::layer::SubscriberExt as _;
    use tracing_subscriber::util::SubscriberInitExt as _;

    let level = match verbose {
        0 => return,
        1 => Level::INFO,
        2 => Level::DEBUG,
        _ => Level::TRACE,
    };
    // Libraries may log what was sent, keys included: only our own lines are let through.
    let ours = Targets::new().with_default(LevelFilter::OFF).with_target("billctl", level);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(colour)
        .without_time()
        .with_target(false);
    // A second call, in tests, finds the first one's set-up.
    let _ = tracing_subscriber::registry().with(ours).with(lines).try_init();
}
