//! A stand-in for Stripe that knows one account, holds nothing, and writes down what it is asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// A server on loopback, until the test's process ends.
pub struct StandIn {
    pub base_url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl StandIn {
    /// Serves an account of this id and name. Lists are empty, writes are refused.
    pub fn of_account(id: &str, name: &str) -> StandIn {
        let account =
            json!({"id": id, "object": "account", "settings": {"dashboard": {"display_name": name}}});
        StandIn::start(Some(account), None, |_| None)
    }

    /// The same, with lists: what is given for a request's path and query is the answer.
    pub fn listing(id: &str, lists: fn(&str) -> Option<Value>) -> StandIn {
        StandIn::start(Some(json!({"id": id, "object": "account"})), None, lists)
    }

    /// The same, but the key may not read what is at `path`.
    pub fn hiding(id: &str, path: &'static str) -> StandIn {
        let account = json!({"id": id, "object": "account"});
        StandIn::start(Some(account), Some(path), |_| None)
    }

    /// The same, with lists as for [`StandIn::listing`].
    pub fn hiding_among(id: &str, path: &'static str, lists: fn(&str) -> Option<Value>) -> StandIn {
        StandIn::start(Some(json!({"id": id, "object": "account"})), Some(path), lists)
    }

    /// Answers everything with 503, and that trying again is of no use.
    pub fn out_of_order() -> StandIn {
        StandIn::start(None, None, |_| None)
    }

    fn start(
        account: Option<Value>,
        hidden: Option<&'static str>,
        lists: fn(&str) -> Option<Value>,
    ) -> StandIn {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (account, seen) = (account.clone(), Arc::clone(&seen));
                std::thread::spawn(move || serve(stream.unwrap(), account.as_ref(), hidden, lists, &seen));
            }
        });
        StandIn { base_url, requests }
    }

    /// What was asked: `GET /v1/account`.
    pub fn requests(&self) -> Vec<String> {
        let without_query = |asked: &String| asked.split('?').next().unwrap().to_owned();
        self.asked().iter().map(without_query).collect()
    }

    /// What was asked, with its query.
    pub fn asked(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Whether anything was written, or tried to be.
    pub fn was_written_to(&self) -> bool {
        self.requests().iter().any(|request| !request.starts_with("GET "))
    }
}

fn serve(
    mut stream: TcpStream,
    account: Option<&Value>,
    hidden: Option<&str>,
    lists: fn(&str) -> Option<Value>,
    seen: &Mutex<Vec<String>>,
) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let mut words = line.split_whitespace();
        let (method, target) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
        let path = target.split('?').next().unwrap();
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).unwrap();
            if header.trim().is_empty() {
                break;
            }
            if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        reader.read_exact(&mut vec![0; length]).unwrap();
        seen.lock().unwrap().push(format!("{method} {target}"));
        let error = |message| json!({"error": {"type": "api_error", "message": message}});
        let (status, body) = match (account, method.as_str(), path) {
            (None, _, _) => (503, error("Out of order")),
            (Some(_), "GET", path) if hidden == Some(path) => {
                (403, json!({"error": {"type": "invalid_request_error", "message": "No permission"}}))
            }
            (Some(account), "GET", "/v1/account") => (200, account.clone()),
            (Some(_), "GET", _) => {
                let empty = || json!({"object": "list", "data": [], "has_more": false, "url": path});
                (200, lists(&target).unwrap_or_else(empty))
            }
            (Some(_), _, _) => (400, error("Nothing is written here")),
        };
        // Stripe answers in lines as well.
        let body = serde_json::to_string_pretty(&body).unwrap();
        let head = format!(
            "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\nstripe-should-retry: false\r\ncontent-length: {}",
            body.len()
        );
        if stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).is_err() {
            return;
        }
    }
}
