//! HTTP over a plain socket: as little of a client as possible, so that the server is what is measured.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use anyhow::{Context as _, bail};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A connection that stays open.
#[derive(Debug)]
pub struct Connection {
    stream: tokio::net::TcpStream,
    buffer: Vec<u8>,
}

/// The bytes of a request with a key.
pub fn request(method: &str, path: &str, key: &str, form: &str) -> Vec<u8> {
    let length = form.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
    )
    .into_bytes()
}

impl Connection {
    /// # Errors
    /// The socket's.
    pub async fn open(address: &str) -> anyhow::Result<Connection> {
        let stream = tokio::net::TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: Vec::with_capacity(256 << 10) })
    }

    /// Sends a request and reads its answer to the end.
    ///
    /// # Errors
    /// The socket's; an answer other than 200, or without a length.
    pub async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<()> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            self.more().await?;
        };
        let text = String::from_utf8_lossy(&self.buffer[..head]).to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length:")).map(str::trim);
        let length: usize = length.context("An answer without a length")?.parse()?;
        while self.buffer.len() < head + 4 + length {
            self.more().await?;
        }
        if !text.starts_with("http/1.1 200") {
            bail!("An answer that is no 200: {}", String::from_utf8_lossy(&self.buffer));
        }
        Ok(())
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("The server closed the connection");
        }
        Ok(())
    }
}

/// Gets a JSON document on a connection of its own.
///
/// # Errors
/// The socket's; an answer that is no JSON.
pub fn get(base_url: &str, path: &str, key: &str) -> anyhow::Result<Value> {
    let address = address(base_url);
    let mut stream = TcpStream::connect(address)?;
    let text = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(text.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8(answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").context("An answer without a body")?;
    serde_json::from_str(body).with_context(|| format!("No JSON: {answer}"))
}

/// `127.0.0.1:12111` of `http://127.0.0.1:12111`.
pub fn address(base_url: &str) -> &str {
    base_url.trim_start_matches("http://")
}
