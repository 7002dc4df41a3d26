//! `billctl events listen` as a process of its own, and senders that owe nothing to billctl's own client.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};

use billctl::billing::signature;
use billctl::store::books::Books;
use billctl::store::mirror::Mirror;
use serde_json::{Value, json};

use crate::support::{Shop, Transcript};

pub const SECRET: &str = "whsec_test_billctl_listen";

/// When it is for a shop's commands, in seconds: `support::NOW`.
pub const NOW: i64 = 1_793_491_200;

/// A listener that runs; it is killed when this is dropped.
pub struct Listener {
    /// `127.0.0.1:4242`
    pub address: String,
    child: Option<Child>,
}

/// A shop with a secret that events are signed with.
pub fn shop() -> Shop {
    let mut shop = Shop::new();
    secret(&mut shop, "secret", SECRET);
    shop
}

/// Writes a secret to a file that only its owner can read.
pub fn secret(shop: &mut Shop, name: &str, secret: &str) {
    let path = shop.write_secret(Path::new(name), secret, secret);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    #[cfg(not(unix))]
    let _ = path;
}

impl Listener {
    /// Starts one on a free port, with the shop's secret.
    pub fn start(shop: &Shop, flags: &[&str]) -> Listener {
        let arguments = ["events", "listen", "--port", "0", "-o", "json", "--webhook-secret-file", "secret"];
        Listener::of(shop.spawn(&[&arguments, flags].concat(), Stdio::null()))
    }

    /// Takes over a process that was just started with `-o json`.
    pub fn of(mut child: Child) -> Listener {
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Ok(started) = serde_json::from_str::<Value>(&line) else {
            let mut said = String::new();
            child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            panic!("the listener said `{line}`, then: {said}");
        };
        child.stdout = Some(reader.into_inner());
        let url = started["url"].as_str().unwrap();
        let address = url.trim_start_matches("http://").split('/').next().unwrap().to_owned();
        Listener { address, child: Some(child) }
    }

    pub fn post(&self, event: &Value) -> (u16, Value) {
        let body = event.to_string();
        self.post_raw(body.as_bytes(), &header(body.as_bytes()))
    }

    pub fn post_raw(&self, body: &[u8], header: &str) -> (u16, Value) {
        let headers = format!("Stripe-Signature: {header}\r\n");
        self.send("POST", "/webhook", &headers, body)
    }

    /// Sends a request of its own connection; each of `headers` ends with a line break.
    pub fn send(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> (u16, Value) {
        Sender::connect(&self.address).send(method, path, headers, body).unwrap()
    }

    pub fn get(&self, path: &str) -> (u16, String) {
        Sender::connect(&self.address).exchange("GET", path, "", b"").unwrap()
    }

    /// The value of a line of `/metrics`.
    pub fn metric(&self, name: &str) -> u64 {
        let (status, page) = self.get("/metrics");
        assert_eq!(status, 200, "{page}");
        let found = page.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        found.unwrap_or_else(|| panic!("no {name} in:\n{page}"))
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Ends it as a power cut would end the process.
    pub fn kill(mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self, shop: &Shop) -> Transcript {
        let child = self.child.take().unwrap();
        let pid = child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        shop.finish(child)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A connection that stays open.
pub struct Sender {
    reader: BufReader<TcpStream>,
}

impl Sender {
    pub fn connect(address: &str) -> Sender {
        Sender::try_connect(address).unwrap()
    }

    pub fn try_connect(address: &str) -> std::io::Result<Sender> {
        Ok(Sender { reader: BufReader::new(TcpStream::connect(address)?) })
    }

    /// Posts a signed event; an error where the connection ended before there was an answer.
    pub fn post(&mut self, event: &Value) -> std::io::Result<(u16, Value)> {
        let body = event.to_string();
        let headers = format!("Stripe-Signature: {}\r\n", header(body.as_bytes()));
        self.send("POST", "/webhook", &headers, body.as_bytes())
    }

    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> std::io::Result<(u16, Value)> {
        let (status, text) = self.exchange(method, path, headers, body)?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    fn exchange(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> std::io::Result<(u16, String)> {
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n{headers}\r\n"
        );
        self.write(&[head.as_bytes(), body].concat())?;
        self.answer()
    }

    /// Sends bytes as they are.
    pub fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.reader.get_mut().write_all(bytes)
    }

    /// Reads one answer.
    pub fn answer(&mut self) -> std::io::Result<(u16, String)> {
        let gone = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        let mut line = String::new();
        self.reader.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(gone)?;
        let mut length = 0;
        loop {
            let mut header = String::new();
            if self.reader.read_line(&mut header)? == 0 {
                return Err(gone());
            }
            if header.trim().is_empty() {
                break;
            }
            if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body)?;
        Ok((status, String::from_utf8(body).unwrap()))
    }
}

/// The header of a body, signed now with the shop's secret.
pub fn header(body: &[u8]) -> String {
    signature::header(&[SECRET], NOW, body)
}

/// An event of a customer.
pub fn event(id: &str) -> Value {
    json!({
        "id": id,
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": NOW,
        "data": {"object": {
            "id": format!("cus_{id}"),
            "object": "customer",
            "created": NOW,
            "livemode": false,
            "name": "Zoë",
            "metadata": {},
        }},
        "livemode": false,
        "pending_webhooks": 1,
        "request": {"id": "req_1", "idempotency_key": null},
        "type": "customer.created",
    })
}

pub fn books(shop: &Shop) -> Books {
    Books::open(&shop.folder().join(".billctl/emulator/books.db")).unwrap()
}

pub fn mirror(shop: &Shop) -> Mirror {
    Mirror::open(&shop.folder().join(".billctl/emulator/mirror.db"), true).unwrap()
}
