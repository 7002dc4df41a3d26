//! A header and a body, apart at the first line break: nothing but our own signature is ever let in.
#![no_main]

use billctl::billing::signature::{diagnose, header, verify};
use libfuzzer_sys::fuzz_target;

const SECRETS: [&str; 2] = ["whsec_test_fuzz", "whsec_test_rolled"];

fuzz_target!(|data: &[u8]| {
    let cut = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (head, body) = data.split_at(cut);
    let Ok(given) = std::str::from_utf8(head) else { return };
    if let Ok(verified) = verify(&SECRETS, given, body, 0, 0) {
        let own = header(&[SECRETS[verified.secret]], verified.timestamp, body);
        let signature = own.split_once("v1=").map(|(_, signature)| signature).unwrap();
        assert!(given.contains(signature), "let in without a signature: {given}");
    }
    let _ = diagnose(&SECRETS, given, body);
    // What is signed here is let in, whatever the body is.
    let own = header(&SECRETS, 1_700_000_000, body);
    assert!(verify(&SECRETS[1..], &own, body, 1_700_000_300, 300).is_ok());
});
