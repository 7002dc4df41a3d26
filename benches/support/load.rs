//! Many clients at once, each on a connection of its own that stays open, each waiting for its answer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::http::Connection;
use super::numbers::{Sample, micros, per_second};

/// What a load was answered with.
#[derive(Debug)]
pub struct Answered {
    pub count: u64,
    pub time: Duration,
    /// From a request's first byte to its answer's last, in microseconds.
    pub latency: Sample,
}

impl Answered {
    pub fn per_second(&self) -> u64 {
        per_second(self.count, self.time)
    }
}

/// Has clients send requests for a time. `request` makes the bytes from a client's and its request's number.
///
/// # Errors
/// The first answer that is no 200.
pub fn load(
    address: &str,
    clients: usize,
    time: Duration,
    request: impl Fn(usize, usize) -> Vec<u8> + Clone + Send + 'static,
) -> anyhow::Result<Answered> {
    // One thread: the server has the others.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connections = Vec::with_capacity(clients);
        for _ in 0..clients {
            connections.push(Connection::open(address).await?);
        }
        let begun = Instant::now();
        let mut running = JoinSet::new();
        for (client, mut connection) in connections.into_iter().enumerate() {
            let request = request.clone();
            running.spawn(async move {
                let mut latencies = Vec::new();
                while begun.elapsed() < time {
                    let bytes = request(client, latencies.len());
                    let sent = Instant::now();
                    connection.exchange(&bytes).await?;
                    latencies.push(micros(sent.elapsed()));
                }
                anyhow::Ok(latencies)
            });
        }
        let mut latencies = Vec::new();
        while let Some(client) = running.join_next().await {
            latencies.extend(client??);
        }
        let count = u64::try_from(latencies.len())?;
        Ok(Answered { count, time: begun.elapsed(), latency: latencies.into() })
    })
}

/// Sends requests, so many clients at once, each the next one that nobody has sent.
///
/// # Errors
/// The first answer that is no 200.
pub fn all(address: &str, clients: usize, requests: Vec<Vec<u8>>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let requests = Arc::new(Mutex::new(requests));
        let mut running = JoinSet::new();
        for _ in 0..clients {
            let mut connection = Connection::open(address).await?;
            let requests = Arc::clone(&requests);
            running.spawn(async move {
                loop {
                    let next = requests.lock().unwrap_or_else(PoisonError::into_inner).pop();
                    let Some(bytes) = next else { return anyhow::Ok(()) };
                    connection.exchange(&bytes).await?;
                }
            });
        }
        while let Some(client) = running.join_next().await {
            client??;
        }
        Ok(())
    })
}

/// Sends requests one after the other.
///
/// # Errors
/// The first answer that is no 200.
pub fn each(address: &str, requests: Vec<Vec<u8>>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        for request in requests {
            connection.exchange(&request).await?;
        }
        Ok(())
    })
}
