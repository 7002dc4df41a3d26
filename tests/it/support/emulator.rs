//! `billctl emulator start` as another program's Stripe.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use serde_json::Value;

use super::{Shop, http};

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

    /// Reads a path of the API, or of the control surface.
    pub fn get(&self, path: &str) -> Value {
        let (status, body) = http::send(&self.base_url, "GET", path, &self.api_key, "");
        assert_eq!(status, 200, "GET {path}: {body}");
        body
    }

    /// Sends a form, as another program would.
    pub fn post(&self, path: &str, form: &str) -> Value {
        let (status, body) = http::send(&self.base_url, "POST", path, &self.api_key, form);
        assert_eq!(status, 200, "POST {path} {form}: {body}");
        body
    }

    /// Deletes an object.
    pub fn delete(&self, path: &str) -> Value {
        let (status, body) = http::send(&self.base_url, "DELETE", path, &self.api_key, "");
        assert_eq!(status, 200, "DELETE {path}: {body}");
        body
    }

    /// Everything of a list, up to 100.
    pub fn list(&self, path: &str) -> Vec<Value> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let page = self.get(&format!("{path}{separator}limit=100"));
        assert_eq!(page["has_more"], false, "{path} has more than a page");
        page["data"].as_array().unwrap().clone()
    }

    /// Adds fault rules, one a line.
    pub fn fail_on(&self, rules: &str) {
        self.post("/_emulator/faults", rules);
    }

    /// Removes all fault rules.
    pub fn heal(&self) {
        let (status, _) = http::send(&self.base_url, "DELETE", "/_emulator/faults", &self.api_key, "");
        assert_eq!(status, 200);
    }

    /// Forgets all objects and requests.
    pub fn reset(&self) {
        self.post("/_emulator/reset", "");
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Value> {
        self.get("/_emulator/requests")["requests"].as_array().unwrap().clone()
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
