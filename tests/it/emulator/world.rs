//! A served state and a client that knows nothing but HTTP.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use billctl::emulator::{self, Options, Server};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Recordings are made on request: they can be held against the types of Stripe's SDKs by
/// `tests/proofs/contract/check.mjs`.
#[expect(clippy::disallowed_methods, reason = "a switch of these tests, no setting of billctl's")]
fn recording() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("BILLCTL_TEST_RECORDINGS")?);
    let name = std::thread::current().name().unwrap_or("test").replace("::", "-");
    Some(folder.join(format!("{name}.jsonl")))
}

/// When a world begins, in seconds.
pub const START: i64 = 1_800_000_000;

/// An emulator in this process, with a clock that the test moves.
pub struct World {
    runtime: Runtime,
    server: Option<Server>,
    clock: Arc<AtomicI64>,
    folder: TempDir,
    pub base_url: String,
    pub api_key: String,
}

impl World {
    pub fn new() -> World {
        World::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Options)) -> World {
        World::in_folder(TempDir::new().unwrap(), change)
    }

    fn in_folder(folder: TempDir, change: impl FnOnce(&mut Options)) -> World {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let clock = Arc::new(AtomicI64::new(START));
        let mut options = Options::new(folder.path().join("emulator.db"));
        let told = Arc::clone(&clock);
        options.clock = Arc::new(move || told.load(Ordering::Relaxed));
        options.record = recording();
        change(&mut options);
        let server = runtime.block_on(emulator::serve(options)).unwrap();
        World {
            base_url: server.base_url.clone(),
            api_key: server.api_key.clone(),
            server: Some(server),
            runtime,
            clock,
            folder,
        }
    }

    /// Stops the server and serves the same state anew.
    pub fn restarted(self) -> World {
        self.restarted_with(|_| {})
    }

    pub fn restarted_with(mut self, change: impl FnOnce(&mut Options)) -> World {
        self.stop();
        let World { folder, .. } = &mut self;
        let folder = std::mem::replace(folder, TempDir::new().unwrap());
        World::in_folder(folder, change)
    }

    pub fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop());
        }
    }

    pub fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("emulator.db")
    }

    pub fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
    }

    pub fn ask(&self, method: &str, target: &str) -> Ask {
        World::ask_at(&self.base_url, &self.api_key, method, target)
    }

    /// A request to any server.
    pub fn ask_at(base_url: &str, api_key: &str, method: &str, target: &str) -> Ask {
        Ask {
            address: base_url.trim_start_matches("http://").to_owned(),
            method: method.to_owned(),
            target: target.to_owned(),
            headers: vec![
                ("Authorization".to_owned(), format!("Bearer {api_key}")),
                ("Stripe-Version".to_owned(), "2026-10-28.endive".to_owned()),
            ],
            body: String::new(),
        }
    }

    pub fn get(&self, target: &str) -> Answer {
        self.ask("GET", target).send()
    }

    pub fn post(&self, target: &str, form: &str) -> Answer {
        self.ask("POST", target).form(form).send()
    }

    pub fn delete(&self, target: &str) -> Answer {
        self.ask("DELETE", target).send()
    }

    /// Makes an object and gives its id.
    pub fn make(&self, target: &str, form: &str) -> String {
        self.post(target, form).ok()["id"].as_str().unwrap().to_owned()
    }

    /// The names of all events, oldest first.
    pub fn events(&self) -> Vec<String> {
        let body = self.get("/v1/events?limit=100").ok();
        let mut names: Vec<String> =
            body["data"].as_array().unwrap().iter().map(|event| text(&event["type"])).collect();
        names.reverse();
        names
    }

    /// The newest event of a name.
    pub fn event(&self, name: &str) -> Value {
        self.get(&format!("/v1/events?limit=1&type={name}")).ok()["data"][0].clone()
    }

    pub fn control(&self, method: &str, path: &str, body: &str) -> Answer {
        let mut ask = self.ask(method, path);
        ask.body = body.to_owned();
        ask.send()
    }

    pub fn status(&self) -> Value {
        self.control("GET", "/_emulator/status", "").ok()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A request.
#[derive(Clone)]
pub struct Ask {
    address: String,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Ask {
    pub fn form(mut self, form: &str) -> Ask {
        self.body = form.to_owned();
        self.header("Content-Type", "application/x-www-form-urlencoded")
    }

    pub fn body(mut self, kind: &str, body: &str) -> Ask {
        self.body = body.to_owned();
        self.header("Content-Type", kind)
    }

    pub fn key(self, key: &str) -> Ask {
        self.header("Idempotency-Key", key)
    }

    pub fn header(mut self, name: &str, value: &str) -> Ask {
        self = self.without(name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Ask {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    /// The same request to another server.
    pub fn at(mut self, base_url: &str) -> Ask {
        self.address = base_url.trim_start_matches("http://").to_owned();
        self
    }

    /// `None` also where nobody listens any more.
    pub fn try_connect(&self) -> Option<Answer> {
        TcpStream::connect(&self.address).ok()?;
        self.try_send_for(Duration::from_secs(30)).ok()?
    }

    pub fn send(&self) -> Answer {
        self.try_send().expect("an answer")
    }

    /// `None` where the connection closed without one byte of an answer.
    pub fn try_send(&self) -> Option<Answer> {
        self.try_send_for(Duration::from_secs(30)).expect("an answer in time")
    }

    /// An error where neither an answer nor the end of the connection came in time.
    pub fn try_send_for(&self, patience: Duration) -> Result<Option<Answer>, std::io::Error> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(patience)).unwrap();
        let mut head = format!(
            "{} {} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n",
            self.method,
            self.target,
            self.body.len(),
        );
        if !self.headers.iter().any(|(name, _)| name == "Host") {
            head.push_str(&format!("Host: {}\r\n", self.address));
        }
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        // A server may answer, or hang up, before it has read everything.
        let _ = stream.write_all(format!("{head}\r\n{}", self.body).as_bytes());
        let mut bytes = Vec::new();
        match stream.read_to_end(&mut bytes) {
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
            Err(error) => return Err(error),
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        Ok(Answer::read(&String::from_utf8(bytes).unwrap()))
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub text: String,
}

impl Answer {
    /// `None` where the message was cut short.
    fn read(message: &str) -> Option<Answer> {
        let (head, text) = message.split_once("\r\n\r\n")?;
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let answer = Answer { status, headers, text: text.to_owned() };
        let length = answer.header("content-length").map(|length| length.parse::<usize>().unwrap());
        (length == Some(text.len())).then_some(answer)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// The body of a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }

    /// Checks status, code and parameter of a refusal, and gives its message.
    #[track_caller]
    pub fn refused(&self, status: u16, code: Option<&str>, param: Option<&str>) -> String {
        let error = &self.json()["error"];
        assert_eq!(
            (self.status, error["code"].as_str(), error["param"].as_str()),
            (status, code, param),
            "{}",
            self.text
        );
        text(&error["message"])
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// The ids of a list, in its order.
pub fn ids(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|object| text(&object["id"])).collect()
}
