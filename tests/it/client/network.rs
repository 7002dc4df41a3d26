//! Proxies and TLS. Proxies come from the environment, which a test cannot change for itself: it runs itself
//! again as a process with another one.

use std::process::Command;

use billctl::stripe::error::{Fault, StripeError};
use billctl::stripe::{Client, Options};
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;

use super::fake::{Fake, answer, ok};
use super::options;

const URL: &str = "BILLCTL_TEST_URL";

/// Has [`ask`] run in a process with these variables, and returns what it said.
async fn ask_from(variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "client::network::ask", "--include-ignored", "--nocapture"]);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.envs(variables.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
#[ignore = "run by the tests below, in a process with other variables"]
async fn ask() {
    let Some(url) = std::env::vars().find_map(|(name, value)| (name == URL).then_some(value)) else {
        panic!("{URL} says whom to ask");
    };
    let fake = Fake::script([]).await;
    let options = Options { base_url: url.parse().unwrap(), max_retries: 0, ..options(&fake) };
    let answer = Client::new(options).unwrap().reader().get("/v1/account", &Value::Null).await;
    println!("answer: {answer:?}");
}

#[tokio::test]
async fn a_proxy_from_the_environment_stands_before_stripe() {
    let proxy = Fake::play(|_| answer(502, "")).await;
    let (address, url) = (proxy.url.as_str(), (URL, "https://stripe.invalid"));

    let with_password = address.replace("http://", "http://me:hunter2@");
    let said = ask_from(&[url, ("HTTPS_PROXY", &with_password)]).await;
    assert!(said.contains("Connect") && !said.contains("hunter2"), "{said}");
    assert_eq!(proxy.lines(), ["CONNECT stripe.invalid:443"]);
    let asked = &proxy.asked()[0];
    assert_eq!(
        (asked.header("proxy-authorization"), asked.header("authorization")),
        (Some("Basic bWU6aHVudGVyMg=="), None)
    );

    ask_from(&[url, ("https_proxy", address)]).await;
    assert_eq!(proxy.lines().len(), 2);
    ask_from(&[url, ("HTTPS_PROXY", address), ("NO_PROXY", "stripe.invalid")]).await;
    assert_eq!(proxy.lines().len(), 2);
}

#[tokio::test]
async fn no_proxy_stands_before_loopback() {
    let proxy = Fake::script([]).await;
    let fake = Fake::script([ok(r#"{"id": "acct_1"}"#)]).await;
    let address = proxy.url.as_str();
    let said = ask_from(&[(URL, fake.url.as_str()), ("HTTP_PROXY", address), ("ALL_PROXY", address)]).await;

    assert!(said.contains("acct_1"), "{said}");
    assert_eq!(proxy.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn what_speaks_no_tls_is_not_asked_twice() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap()).parse().unwrap();
    let plain = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        }
    });
    let options = Options { base_url: url, ..options(&Fake::script([]).await) };
    let client = Client::new(options).unwrap();
    let error = client.reader().get("/v1/account", &Value::Null).await.unwrap_err();

    let StripeError::Transport(error) = error else { panic!("{error:?}") };
    assert_eq!((error.fault, error.attempts), (Fault::Tls, 1), "{error}");
    assert_eq!(client.stats().requests, 1);
    plain.abort();
}
