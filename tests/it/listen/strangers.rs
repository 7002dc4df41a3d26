//! Signatures of the official SDKs; `tests/proofs/signatures.mjs` has them made, and has ours verified.

use std::path::PathBuf;

use billctl::billing::signature::{Refusal, header, verify};

fn variable(name: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "the proofs say where their files are")]
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `tests/proofs/run`"))
}

#[test]
#[ignore = "takes what the official SDKs signed: run by tests/proofs/run"]
fn signatures_of_the_official_sdks_hold_here() {
    let folder = PathBuf::from(variable("BILLCTL_TEST_SIGNATURES"));
    let secret = variable("WEBHOOK_SECRET");
    let read = |name: &str| fs_err::read_to_string(folder.join(name)).unwrap();
    let bodies: Vec<String> =
        read("bodies.jsonl").split_terminator('\n').map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(bodies.len() >= 10_000, "{} bodies", bodies.len());
    for signer in ["node.txt", "python.txt"] {
        let headers = read(signer);
        let headers: Vec<&str> = headers.split_terminator('\n').collect();
        assert_eq!(headers.len(), bodies.len(), "{signer}");
        for (index, (body, header)) in bodies.iter().zip(headers).enumerate() {
            let (_, rest) = header.split_once("t=").unwrap();
            let now: i64 = rest.split(',').next().unwrap().parse().unwrap();
            let holds = |secret: &str, header: &str, body: &[u8]| verify(&[secret], header, body, now, 300);
            let place = format!("body {index} of {signer}");
            assert!(holds(&secret, header, body.as_bytes()).is_ok(), "{place}");
            let mut flipped = body.clone().into_bytes();
            flipped.push(b' ');
            let at = index * 7919 % flipped.len();
            flipped[at] ^= 1;
            let refused = [
                holds(&secret, header, &flipped),
                holds(&secret, header, &[body.as_bytes(), b"\n"].concat()),
                holds(&format!("{secret}x"), header, body.as_bytes()),
                holds(&secret, &header.replace("t=1", "t=2"), body.as_bytes()),
            ];
            assert_eq!(refused, [Err(Refusal::NoMatch); 4], "{place}, changed");
            assert_eq!(holds(&secret, &header.replace("v1=", "v0="), body.as_bytes()), Err(Refusal::NoV1));
        }
    }
    #[expect(clippy::disallowed_methods, reason = "the SDKs look at the real time")]
    let now = jiff::Timestamp::now().as_second();
    let ours: String = bodies.iter().map(|body| header(&[&secret], now, body.as_bytes()) + "\n").collect();
    fs_err::write(folder.join("billctl.txt"), ours).unwrap();
}
