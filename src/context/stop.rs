//! Ctrl-C as something to wait for, so that what was begun is finished and recorded.

use tokio::sync::watch;

use crate::ui::Ui;

/// Says when the person or the system asks to stop. Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct Stop {
    asked: watch::Receiver<bool>,
}

impl Stop {
    /// Starts to listen for Ctrl-C and SIGTERM; the second one ends the process at once.
    ///
    /// # Errors
    /// When the system refuses the handlers.
    pub(super) fn listen(ui: Ui) -> std::io::Result<Stop> {
        let (sender, asked) = watch::channel(false);
        let mut signals = Signals::new()?;
        tokio::spawn(async move {
            signals.next().await;
            sender.send_replace(true);
            ui.status("Stopping after what is under way; press Ctrl-C again to stop at once");
            signals.next().await;
            end();
        });
        Ok(Stop { asked })
    }

    /// Whether to stop.
    pub fn is_asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Waits until asked to stop.
    pub async fn asked(&mut self) {
        // The sender lives as long as the process.
        let _ = self.asked.wait_for(|asked| *asked).await;
    }
}

/// Registered when made, so that no signal falls between two waits.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> std::io::Result<Signals> {
        Ok(Signals(tokio::signal::windows::ctrl_c()?))
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}

#[expect(clippy::exit, clippy::disallowed_methods, reason = "the second Ctrl-C must not wait for anything")]
fn end() {
    // What was sent is in the journal, so this is "stopped part-way" too.
    std::process::exit(i32::from(crate::error::Kind::Partial.exit_code()));
}
