//! A webhook endpoint that writes down what it gets and answers as it is told.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver as Queue, Sender, channel};
use std::sync::{Arc, Mutex};

/// What came with one request.
#[derive(Debug, Clone)]
pub struct Got {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    pub fn id(&self) -> String {
        let event: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        event["id"].as_str().unwrap().to_owned()
    }
}

/// The endpoint, until the test's process ends.
pub struct Receiver {
    pub url: String,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Receiver {
    /// Answers each request with what `answer` says of its number and body, counted from 0.
    pub fn new(answer: impl Fn(usize, &Got) -> u16 + Send + Sync + 'static) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/webhook", listener.local_addr().unwrap());
        let got: Arc<Mutex<Vec<Got>>> = Arc::default();
        let seen = Arc::clone(&got);
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream.unwrap(), &seen, &*answer));
            }
        });
        Receiver { url, got }
    }

    /// Answers 200 to everything.
    pub fn kind() -> Receiver {
        Receiver::new(|_, _| 200)
    }

    /// Announces each request, and answers it 200 when it is let go.
    pub fn held() -> (Receiver, Queue<()>, Sender<()>) {
        let (arrived, arrivals) = channel();
        let (release, released) = channel();
        let (arrived, released) = (Mutex::new(arrived), Mutex::new(released));
        let receiver = Receiver::new(move |_, _| {
            let _ = arrived.lock().unwrap().send(());
            let _ = released.lock().unwrap().recv();
            200
        });
        (receiver, arrivals, release)
    }

    pub fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// The ids of the events, in the order of their arrival.
    pub fn ids(&self) -> Vec<String> {
        self.got().iter().map(Got::id).collect()
    }
}

fn serve(mut stream: TcpStream, seen: &Mutex<Vec<Got>>, answer: &dyn Fn(usize, &Got) -> u16) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let mut headers = Vec::new();
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).unwrap();
            match header.trim_end().split_once(':') {
                Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
                None => break,
            }
        }
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let mut body = vec![0; length.map_or(0, |(_, value)| value.parse().unwrap())];
        reader.read_exact(&mut body).unwrap();
        let got = Got { headers, body };
        let number = {
            let mut seen = seen.lock().unwrap();
            seen.push(got.clone());
            seen.len() - 1
        };
        let status = answer(number, &got);
        let text = if status < 300 { "" } else { "not today" };
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{text}", text.len());
        if stream.write_all(head.as_bytes()).is_err() {
            return;
        }
    }
}
