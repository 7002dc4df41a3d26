//! A progress bar: counts, what is left, and the wait for Stripe's limit.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// `Syncing [=====>     ] 12/40, 3s left · product pro`
const TEMPLATE: &str = "{prefix} [{bar:30}] {pos}/{len}, {eta} left{wide_msg}";

/// `Reading events · 1200 received, 300 new`
const OPEN_TEMPLATE: &str = "{prefix}{wide_msg}";

/// A bar on stderr, gone when it is dropped.
#[derive(Debug, Clone)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(super) fn start(bars: &MultiProgress, total: u64, title: &str) -> Progress {
        let bar = bars.add(ProgressBar::new(total));
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(title.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        Progress { bar }
    }

    /// A line without a total, for what nobody knows the end of.
    pub(super) fn start_open(bars: &MultiProgress, title: &str) -> Progress {
        let bar = bars.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template(OPEN_TEMPLATE) {
            bar.set_style(style);
        }
        bar.set_prefix(title.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        Progress { bar }
    }

    /// Counts steps as done.
    pub fn advance(&self, steps: u64) {
        self.bar.inc(steps);
    }

    /// Says how many steps are done, and of how many.
    pub fn set(&self, done: u64, total: u64) {
        self.bar.set_length(total);
        self.bar.set_position(done);
    }

    /// Adds steps that nobody knew of at the start.
    pub fn grow(&self, steps: u64) {
        self.bar.inc_length(steps);
    }

    /// Says what is being done, or what is waited for.
    pub fn say(&self, text: &str) {
        self.bar.set_message(if text.is_empty() { String::new() } else { format!(" · {text}") });
    }

    /// Clears the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
