//! A server that answers by script and remembers what it was asked: over plain sockets, so that it can also
//! answer too late, in part, or not at all.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A request, as it came over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    /// With its query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }
}

/// What the server does with one request.
#[derive(Debug, Clone)]
pub enum Act {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// Close the connection without a word.
    Hangup,
    /// Announce a body and close in the middle of it.
    CutBody,
    /// Wait, then do something.
    After(Duration, Box<Act>),
}

pub fn ok(body: impl ToString) -> Act {
    answer(200, body)
}

pub fn answer(status: u16, body: impl ToString) -> Act {
    Act::Answer { status, headers: vec![("request-id", "req_test".to_owned())], body: body.to_string() }
}

impl Act {
    pub fn with(self, name: &'static str, value: &str) -> Act {
        match self {
            Act::Answer { status, mut headers, body } => {
                headers.push((name, value.to_owned()));
                Act::Answer { status, headers, body }
            }
            other => panic!("{other:?} has no headers"),
        }
    }
}

type Play = Box<dyn FnMut(&Asked) -> Act + Send>;

/// The running server; it ends with the test's runtime.
pub struct Fake {
    pub url: url::Url,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Fake {
    /// Answers one request after the other with `script`; a request more is answered 418.
    pub async fn script(script: impl IntoIterator<Item = Act>) -> Fake {
        let mut script = script.into_iter().collect::<Vec<_>>().into_iter();
        Fake::play(move |_| script.next().unwrap_or_else(|| answer(418, "{}"))).await
    }

    /// Answers each request as `play` says.
    pub async fn play(play: impl FnMut(&Asked) -> Act + Send + 'static) -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let play: Arc<Mutex<Play>> = Arc::new(Mutex::new(Box::new(play)));
        let record = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&play), Arc::clone(&record)));
            }
        });
        Fake { url, asked }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The request lines so far.
    pub fn lines(&self) -> Vec<String> {
        self.asked().iter().map(Asked::line).collect()
    }
}

async fn converse(stream: TcpStream, play: Arc<Mutex<Play>>, record: Arc<Mutex<Vec<Asked>>>) {
    let mut stream = BufReader::new(stream);
    while let Some(asked) = read(&mut stream).await {
        record.lock().unwrap().push(asked.clone());
        let mut act = (play.lock().unwrap())(&asked);
        while let Act::After(pause, then) = act {
            tokio::time::sleep(pause).await;
            act = *then;
        }
        let said = match act {
            Act::Answer { status, headers, body } => {
                let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
                for (name, value) in headers {
                    head.push_str(&format!("{name}: {value}\r\n"));
                }
                format!("{head}\r\n{body}")
            }
            Act::CutBody => {
                let _ = stream.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\n{\"id\":").await;
                return;
            }
            Act::Hangup | Act::After(..) => return,
        };
        if stream.write_all(said.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
            None => break,
        }
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or("0", |(_, value)| value);
    let mut body = vec![0; length.parse().ok()?];
    stream.read_exact(&mut body).await.ok()?;
    Some(Asked { method, target, headers, body: String::from_utf8(body).unwrap() })
}
