//! A command at a terminal: what it shows, and a person who answers.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::{PATIENCE, Shop};

/// What stood on the terminal in the end, and the exit code.
pub struct Screen {
    pub text: String,
    pub code: Option<i32>,
}

impl Shop {
    /// Runs a command at a terminal. Each answer is typed, with a return, once its question stands there.
    pub fn at_terminal(&self, line: &str, answers: &[(&str, &str)]) -> Screen {
        self.at_terminal_while(line, answers, || {})
    }

    /// As [`Shop::at_terminal`]; and while each question waits for its answer, something else happens.
    pub fn at_terminal_while(&self, line: &str, answers: &[(&str, &str)], meanwhile: impl Fn()) -> Screen {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let path = ptsname(&controller, Vec::new()).unwrap();
        let user = || {
            let side = File::options().read(true).write(true).open(path.to_str().unwrap()).unwrap();
            Stdio::from(side)
        };
        let mut child = self
            .command(&super::words(line))
            .env("TERM", "xterm")
            .stdin(user())
            .stdout(user())
            .stderr(user())
            .spawn()
            .unwrap();
        let mut controller = File::from(controller);
        let shown: Arc<Mutex<Vec<u8>>> = Arc::default();
        let (mut reading, seen) = (controller.try_clone().unwrap(), Arc::clone(&shown));
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // Once the command has ended, reading fails.
            while let Ok(count @ 1..) = reading.read(&mut bytes) {
                seen.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
        });
        let text = || String::from_utf8_lossy(&shown.lock().unwrap()).into_owned();
        for (question, answer) in answers {
            wait_until(|| text().contains(question) || child.try_wait().unwrap().is_some());
            meanwhile();
            controller.write_all(format!("{answer}\r").as_bytes()).unwrap();
        }
        wait_until(|| child.try_wait().unwrap().is_some());
        let code = child.wait().unwrap().code();
        reader.join().unwrap();
        let text = text();
        self.outputs.lock().unwrap().push(text.clone());
        Screen { text, code }
    }
}

fn wait_until(mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < PATIENCE, "the command did not go on within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
