//! `/v1/stripecli/sessions`: how the official CLI's `stripe listen` begins. Not documented by Stripe; what it takes and
//! needs is known from the CLI's source.

use serde_json::json;

use crate::emulator::args::Args;
use crate::emulator::call::{Answer, Call, Outcome};
use crate::emulator::delivery::session;
use crate::emulator::endpoint::{Answers, Endpoint, Method};
use crate::emulator::refusal::Refusal;
use crate::emulator::spec::{Param, TEXT, Type, optional, required};
use crate::emulator::version;

pub const ENDPOINTS: &[Endpoint] = &[Endpoint {
    method: Method::Post,
    route: "/v1/stripecli/sessions",
    params: &[CREATE],
    answers: Answers::Other,
    handler: create,
}];

const CREATE: &[Param] = &[
    required("device_name", TEXT),
    required("websocket_features", Type::List { of: &TEXT, max: 10 }),
    optional("filters", TEXT),
    optional("forward_connect_to_url", TEXT),
    optional("forward_thin_connect_to_url", TEXT),
    optional("forward_thin_to_url", TEXT),
    optional("forward_to_url", TEXT),
];

/// After so many seconds the CLI makes a new session.
const RECONNECT_SECONDS: u32 = 1800;

fn create(call: &mut Call<'_>, args: &Args) -> Outcome<Answer> {
    if args.texts("websocket_features").iter().any(|feature| feature == "request_logs") {
        let message =
            "The emulator keeps no request logs for `stripe logs tail`; GET /_emulator/requests lists them.";
        return Err(Refusal::parameter("websocket_features", message).into());
    }
    let socket = call.base_url.replacen("http", "ws", 1);
    Ok(Answer::Plain(json!({
        "websocket_url": format!("{socket}{}", session::PATH),
        "websocket_id": session::new_id(call.account),
        "websocket_authorized_feature": session::FEATURE,
        "reconnect_delay": RECONNECT_SECONDS,
        "secret": call.account.webhook_secret,
        "default_version": version::PINNED,
        "latest_version": version::PINNED,
        "display_connect_filter_warning": false,
    })))
}
