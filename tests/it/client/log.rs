//! What is logged of a request, at the most talkative level: enough to follow it, and nothing that is secret.

use std::io::{Result, Write};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

use super::fake::{Act, Fake, ok};
use super::{client, key};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[tokio::test]
async fn the_log_follows_a_request_and_tells_no_secret() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    // The places that log are known by now, but tracing may have asked another test's thread whether anybody
    // listens.
    let fake = Fake::script([Act::Hangup, ok("{}")]).await;
    client(&fake).reader().get("/v1/account", &Value::Null).await.unwrap();
    tracing::callsite::rebuild_interest_cache();
    log.0.lock().unwrap().clear();

    let endpoint = json!({"id": "we_1", "secret": "whsec_billctl_answered"});
    let fake = Fake::script([Act::Hangup, ok(&endpoint), ok("{}")]).await;
    let client = client(&fake);
    let params = json!({"url": "https://billctl.example/posted"});
    client.writer().post("/v1/webhook_endpoints", &params, &key("k")).await.unwrap();
    client.reader().get("/v1/customers", &json!({"email": "queried@billctl.example"})).await.unwrap();
    client.reader().get("/v1/customers", &Value::Null).await.unwrap_err();

    let text = log.text();
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("billctl::stripe")).collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(lines[0].contains("no answer method=POST path=\"/v1/webhook_endpoints\" fault=Cut"), "{text}");
    assert!(lines[1].contains("answered method=POST path=\"/v1/webhook_endpoints\" status=200"), "{text}");
    assert!(lines[1].contains("request_id=\"req_test\" retries=1"), "{text}");
    assert!(lines[3].contains("status=418"), "{text}");
    for secret in ["0123456789", "whsec_", "answered\"", "posted", "queried"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}
