//! The official CLI's way of listening, as its own requests: a session, and a WebSocket.

use std::net::TcpStream;
use std::time::Duration;

use billctl::billing::signature;
use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest as _;
use tungstenite::http::HeaderValue;
use tungstenite::{Message, WebSocket};

use super::receiver::Receiver;
use super::world::{START, World, text};

const SESSION: &str = "device_name=box&websocket_features[]=webhooks&forward_to_url=http://127.0.0.1:3000/";

/// Connects as the CLI does; the status where it is refused.
fn connect(
    world: &World,
    session: &Value,
    headers: &[(&'static str, &str)],
) -> Result<WebSocket<TcpStream>, u16> {
    let url = format!("{}?websocket_feature=webhook-payloads", text(&session["websocket_url"]));
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("stripecli-devproxy-v1"));
    for (name, value) in headers {
        request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
    }
    let stream = TcpStream::connect(world.base_url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    match tungstenite::client(request, stream) {
        Ok((socket, answer)) => {
            assert_eq!(answer.headers()["sec-websocket-protocol"], "stripecli-devproxy-v1");
            Ok(socket)
        }
        Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(answer))) => {
            Err(answer.status().as_u16())
        }
        Err(error) => panic!("{error}"),
    }
}

fn listen(world: &World) -> WebSocket<TcpStream> {
    let session = world.post("/v1/stripecli/sessions", SESSION).ok();
    let mut socket = connect(world, &session, &[("websocket-id", &text(&session["websocket_id"]))]).unwrap();
    // An answer to a ping says that the session is served.
    socket.send(Message::Ping(Vec::new().into())).unwrap();
    assert!(matches!(socket.read().unwrap(), Message::Pong(_)));
    socket
}

fn next(socket: &mut WebSocket<TcpStream>) -> Value {
    serde_json::from_str(socket.read().unwrap().to_text().unwrap()).unwrap()
}

#[test]
fn a_session_says_where_and_how_to_listen() {
    let world = World::new();
    let session = world.post("/v1/stripecli/sessions", SESSION).ok();
    assert_eq!(session["secret"], *world.server().webhook_secret);
    assert_eq!(session["default_version"], "2026-10-28.endive");
    let expected = format!("{}/v1/stripecli/events", world.base_url.replace("http", "ws"));
    assert_eq!(session["websocket_url"], *expected);
    world.post("/v1/stripecli/sessions", "device_name=box").refused(
        400,
        Some("parameter_missing"),
        Some("websocket_features"),
    );
    let logs = world.post("/v1/stripecli/sessions", "device_name=box&websocket_features[]=request_logs");
    let message = logs.refused(400, None, Some("websocket_features"));
    assert!(message.contains("/_emulator/requests"), "{message}");
}

#[test]
fn events_are_handed_over_signed() {
    let world = World::new();
    world.make("/v1/coupons", "percent_off=5");
    let mut socket = listen(&world);
    world.pass(7);
    world.make("/v1/products", "name=A");
    let frame = next(&mut socket);
    assert_eq!(frame["type"], "webhook_event");
    let payload = text(&frame["event_payload"]);
    let event: Value = serde_json::from_str(&payload).unwrap();
    assert_eq!(event, world.event("product.created"));
    assert_eq!(event["pending_webhooks"], 0);
    let header = signature::header(&[&world.server().webhook_secret], START + 7, payload.as_bytes());
    assert_eq!(frame["http_headers"]["Stripe-Signature"], *header);
    assert_eq!(frame["endpoint"], json!({"api_version": null}));
    socket.send(Message::text(json!({"type": "event_ack"}).to_string())).unwrap();
    let retry = format!("/v1/events/{}/retry", text(&event["id"]));
    world.post(&retry, "for_stripecli=true").ok();
    assert_eq!(next(&mut socket)["event_payload"], frame["event_payload"]);
}

#[test]
fn every_session_gets_every_event_and_endpoints_do_too() {
    let world = World::new();
    let receiver = Receiver::new();
    receiver.subscribe(&world, &["*"]);
    let mut sockets = [listen(&world), listen(&world)];
    world.make("/v1/products", "name=A");
    for socket in &mut sockets {
        assert_eq!(next(socket)["type"], "webhook_event");
    }
    assert_eq!(receiver.types(1), ["product.created"]);
    // One leaves; the other goes on.
    let [gone, mut stays] = sockets;
    drop(gone);
    world.make("/v1/coupons", "percent_off=5");
    assert!(text(&next(&mut stays)["event_payload"]).contains("coupon.created"));
}

#[test]
fn only_who_has_a_session_may_listen() {
    let world = World::new();
    let session = world.post("/v1/stripecli/sessions", SESSION).ok();
    let id = text(&session["websocket_id"]);
    let refused = |headers: &[(&'static str, &str)]| connect(&world, &session, headers).err();
    assert_eq!(refused(&[]), Some(401));
    assert_eq!(refused(&[("websocket-id", "cliws_1")]), Some(401));
    assert_eq!(refused(&[("websocket-id", &format!("{id}0"))]), Some(401));
    assert_eq!(refused(&[("websocket-id", &id), ("origin", "http://evil.example")]), Some(401));
    let other = World::new();
    assert_eq!(
        connect(&other, &other.post("/v1/stripecli/sessions", SESSION).ok(), &[("websocket-id", &id)]).err(),
        Some(401)
    );
}

#[test]
fn a_session_ends_when_the_server_stops() {
    let mut world = World::new();
    let mut socket = listen(&world);
    world.stop();
    assert!(matches!(socket.read(), Ok(Message::Close(_)) | Err(_)));
}
