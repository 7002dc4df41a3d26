//! A webhook receiver on loopback: it keeps what it gets, and answers what it is told to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver as Channel, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use billctl::billing::signature;
use serde_json::Value;

use super::world::{World, text};

/// How long anything that must come is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Receiver {
    pub url: String,
    got: Channel<Delivery>,
    /// The statuses of the next answers; 200 once they are used up.
    answers: Arc<Mutex<Vec<u16>>>,
}

/// One POST.
#[derive(Debug, Clone)]
pub struct Delivery {
    headers: Vec<(String, String)>,
    pub body: String,
    pub at: Instant,
}

impl Receiver {
    pub fn new() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/webhook?from=emulator", listener.local_addr().unwrap());
        let (sender, got) = channel();
        let answers = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&answers);
        // Ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (sender, answers) = (sender.clone(), Arc::clone(&shared));
                std::thread::spawn(move || serve(stream, &sender, &answers));
            }
        });
        Receiver { url, got, answers }
    }

    /// Answers the next deliveries with these statuses, first one first.
    pub fn answer(&self, statuses: &[u16]) {
        self.answers.lock().unwrap().extend(statuses);
    }

    /// Makes a webhook endpoint of it; its id and secret.
    pub fn subscribe(&self, world: &World, types: &[&str]) -> (String, String) {
        let types: String = types.iter().map(|name| format!("&enabled_events[]={name}")).collect();
        let url = self.url.replace('?', "%3F").replace('=', "%3D");
        let made = world.post("/v1/webhook_endpoints", &format!("url={url}{types}")).ok();
        (text(&made["id"]), text(&made["secret"]))
    }

    #[track_caller]
    pub fn next(&self) -> Delivery {
        self.got.recv_timeout(PATIENCE).expect("a delivery")
    }

    /// The types of the next deliveries.
    pub fn types(&self, count: usize) -> Vec<String> {
        (0..count).map(|_| text(&self.next().event()["type"])).collect()
    }

    /// Whether something came already.
    pub fn is_idle(&self) -> bool {
        matches!(self.got.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout))
    }
}

fn serve(stream: TcpStream, got: &Sender<Delivery>, answers: &Mutex<Vec<u16>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    loop {
        let mut line = String::new();
        if !matches!(reader.read_line(&mut line), Ok(1..)) {
            return;
        }
        assert!(line.starts_with("POST /webhook?from=emulator HTTP/1.1"), "{line}");
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.push((name.to_lowercase(), value.to_owned()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length").unwrap().1.parse().unwrap();
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let status = {
            let mut answers = answers.lock().unwrap();
            if answers.is_empty() { 200 } else { answers.remove(0) }
        };
        let body = String::from_utf8(body).unwrap();
        // The test may be over.
        let _ = got.send(Delivery { headers, body, at: Instant::now() });
        let answer = format!("HTTP/1.1 {status} X\r\nLocation: /elsewhere\r\nContent-Length: 2\r\n\r\nok");
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

impl Delivery {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub fn event(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Whether it was signed with a secret at a time.
    pub fn is_signed(&self, secret: &str, at: i64) -> bool {
        self.header("stripe-signature") == signature::header(&[secret], at, self.body.as_bytes())
    }
}

/// Waits until the emulator counts so many deliveries in a state.
#[track_caller]
pub fn wait_for(world: &World, state: &str, count: u64) {
    let started = Instant::now();
    loop {
        let deliveries = world.status()["deliveries"].clone();
        if deliveries[state] == count {
            return;
        }
        assert!(started.elapsed() < PATIENCE, "not {count} {state}: {deliveries}");
        std::thread::yield_now();
    }
}
