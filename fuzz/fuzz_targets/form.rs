//! A form as any client may send it: decoded or refused, and never deeper than a walk can bear.
#![no_main]
#![allow(dead_code, reason = "the emulator uses all of it")]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;

// It is the emulator's own and no part of the library's surface.
#[path = "../../src/emulator/form.rs"]
mod form;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(decoded) = form::decode(text) {
        let shown = form::as_json(&Value::Object(decoded));
        assert!(depth(&shown) <= 64, "too deep: {text}");
    }
});

fn depth(value: &Value) -> usize {
    let deepest = match value {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(fields) => fields.values().map(depth).max(),
        _ => None,
    };
    deepest.map_or(0, |depth| depth + 1)
}
