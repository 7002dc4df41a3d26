//! `billctl emulator` as a person types it.

use crate::support::Shop;

use super::receiver::Receiver;
use super::world::World;

#[test]
fn it_is_started_looked_at_emptied_and_stopped() {
    let shop = Shop::new();
    insta::assert_snapshot!(shop.billctl("emulator status"), @r"
    Not being served: start it with `billctl emulator start`
    It holds nothing yet
    [exit 0]
    ");
    let emulator = shop.emulator();
    World::ask_at(&emulator.base_url, &emulator.api_key, "POST", "/v1/products").form("name=A").send().ok();
    let status = shop.billctl("emulator status -o json").json();
    assert_eq!(status["base_url"], emulator.base_url.as_str());
    assert_eq!(status["objects"], serde_json::json!({"event": 1, "product": 1}));
    insta::assert_snapshot!(shop.billctl("emulator reset --dry-run"), @r"
    Would delete 2 objects
    [exit 0]
    ");
    insta::assert_snapshot!(shop.billctl("emulator reset"), @r"
    [stderr]
    error: Nobody can be asked here: Delete the 2 objects of the emulator?
    hint: Add `--yes` to answer every confirmation with yes, or `--dry-run` to change nothing
    [exit 2]
    ");
    insta::assert_snapshot!(shop.billctl("emulator reset --yes"), @r"
    Deleted 2 objects
    [exit 0]
    ");
    // The running server sees it, and its key is still good.
    let list = World::ask_at(&emulator.base_url, &emulator.api_key, "GET", "/v1/products").send().ok();
    assert_eq!(list["data"], serde_json::json!([]));
}

#[test]
fn only_one_is_started_for_a_state() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let second = shop.billctl("emulator start --port 0").exits(1);
    assert!(second.stderr.contains(&format!("is running already at {}", emulator.base_url)), "{second}");
    drop(emulator);
    // A killed one leaves nothing that is in the way.
    shop.emulator();
}

#[test]
fn a_taken_port_and_a_bad_rule_are_told() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let port = emulator.base_url.rsplit(':').next().unwrap().to_owned();
    let other = Shop::new();
    let taken = other.billctl(&format!("emulator start --port {port}")).exits(1);
    assert!(taken.stderr.contains(&format!("Cannot listen on port {port} of 127.0.0.1")), "{taken}");
    assert!(taken.stderr.contains("hint: Choose another with `--port N`"), "{taken}");
    insta::assert_snapshot!(other.billctl("emulator start --port 0 --fault 'POST /v1/prices:explode'"), @r"
    [stderr]
    error: `POST /v1/prices:explode` is no fault rule: `explode` is no fault
    hint: Write e.g. `POST /v1/prices:nth=3:cut-after` or `DELIVER invoice.*:every=2:twice`; `billctl emulator start --help` lists the faults
    [exit 2]
    ");
}

#[test]
fn faults_limits_and_latency_are_switched_on_by_flags() {
    let shop = Shop::new();
    let flags = ["--fault", "GET /v1/account:count=1:500-before", "--endpoint-limit", "3", "--latency", "1"];
    let emulator = shop.emulator_with(&flags);
    let ask = |path: &str| World::ask_at(&emulator.base_url, &emulator.api_key, "GET", path).send().status;
    assert_eq!([ask("/v1/account"), ask("/v1/account")], [500, 200]);
    let statuses: Vec<u16> = (0..8).map(|_| ask("/v1/prices")).collect();
    assert!(statuses.contains(&429), "{statuses:?}");
}

#[test]
fn it_stops_when_it_is_told_to() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let pid = emulator.pid().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let started = std::time::Instant::now();
    while World::ask_at(&emulator.base_url, &emulator.api_key, "GET", "/v1/account").try_connect().is_some() {
        assert!(started.elapsed().as_secs() < 20, "it goes on");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    while shop.exists(".billctl/emulator/server.json") {
        assert!(started.elapsed().as_secs() < 20, "its address stays");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

#[test]
fn what_a_program_needs_is_told_while_it_is_served() {
    let shop = Shop::new();
    let error = shop.billctl("emulator env --json").exits(1).json_error();
    assert!(error["hint"].as_str().unwrap().contains("emulator start"), "{error}");
    let emulator = shop.emulator();
    let told = shop.billctl("emulator env --json").exits(0).json();
    assert_eq!(told["STRIPE_API_BASE"], *emulator.base_url);
    assert_eq!(told["STRIPE_API_KEY"], *emulator.api_key);
    assert_eq!(told["STRIPE_SECRET_KEY"], *emulator.api_key);
    assert_eq!(told["STRIPE_WEBHOOK_SECRET"], *emulator.webhook_secret);
    shop.write(".env", "# mine\n");
    shop.billctl("emulator env --write .env --dry-run").exits(0);
    assert_eq!(shop.read(".env"), "# mine\n");
    shop.billctl("emulator env --write .env").exits(0);
    assert!(shop.read(".env").starts_with("# mine\nSTRIPE_API_BASE=http://127.0.0.1:"));
}

#[test]
fn events_are_forwarded_and_counted() {
    let receiver = Receiver::new();
    let shop = Shop::new();
    let emulator = shop.emulator_with(&["--forward-to", &receiver.url]);
    World::ask_at(&emulator.base_url, &emulator.api_key, "POST", "/v1/products").form("name=A").send().ok();
    let delivery = receiver.next();
    let header = delivery.header("stripe-signature");
    let time = header.split_once(',').unwrap().0.trim_start_matches("t=").parse().unwrap();
    assert!(delivery.is_signed(&emulator.webhook_secret, time), "{header}");
    while emulator.get("/_emulator/status")["deliveries"]["delivered"] != 1 {
        std::thread::yield_now();
    }
    assert_eq!(
        shop.billctl("emulator status -o json").json()["deliveries"],
        serde_json::json!({"delivered": 1})
    );
    let shown = shop.billctl("emulator status").exits(0).stdout;
    assert!(shown.ends_with("\n\ndeliveries of events  count\ndelivered                 1\n"), "{shown}");
}

#[test]
fn who_gets_no_events_is_named_at_the_start() {
    let shop = Shop::new();
    let refused = shop.billctl("emulator start --port 0 --forward-to https://example.com/hook");
    insta::assert_snapshot!(refused, @r"
    [stderr]
    error: Events for `--forward-to https://example.com/hook` are not sent: example.com is not this machine
    hint: Give a URL such as http://127.0.0.1:[PORT]/webhook, or name its host with `--allow-host`
    [exit 2]
    ");
    let emulator = shop.emulator();
    let form = "url=https://example.com/hook&enabled_events[]=*";
    World::ask_at(&emulator.base_url, &emulator.api_key, "POST", "/v1/webhook_endpoints")
        .form(form)
        .send()
        .ok();
    drop(emulator);
    // It ends at once after its warning, as the port is another's.
    let other = Shop::new();
    let taken = other.emulator();
    let port = taken.base_url.rsplit(':').next().unwrap().to_owned();
    let said = shop.billctl(&format!("emulator start --port {port}")).exits(1);
    assert!(
        said.stderr.contains("(https://example.com/hook) are not sent: example.com is not this machine"),
        "{said}"
    );
    let said = shop.billctl(&format!("emulator start --port {port} --allow-host example.com")).exits(1);
    assert!(said.stderr.contains("are not sent: the emulator sends plain HTTP only"), "{said}");
}
