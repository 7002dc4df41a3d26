//! `billctl emulator start` as another program's Stripe.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use serde_json::Value;

use super::Shop;

/// A served emulator; it is killed when this is dropped.
pub struct Emulator {
    pub base_url: String,
    pub api_key: String,
    pub webhook_secret: String,
    child: Child,
}

impl Emulator {
    pub(super) fn start(shop: &Shop, flags: &[&str]) -> Emulator {
        let arguments = [&["emulator", "start", "--port", "0", "-o", "json"], flags].concat();
        let mut child = shop.spawn(&arguments, Stdio::null());
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        // Read to the end, so that the emulator never waits for somebody to read what it says.
        let said = super::collect(child.stderr.take().unwrap());
        let Ok(ready) = serde_json::from_str::<Value>(&line) else {
            let _ = child.kill();
            panic!("the emulator said `{line}`, then: {}", said.join().unwrap());
        };
        let field = |name: &str| ready[name].as_str().unwrap().to_owned();
        Emulator {
            base_url: field("base_url"),
            api_key: field("api_key"),
            webhook_secret: field("webhook_secret"),
            child,
        }
    }

    /// The process id, for tests that send it signals.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
