//! Killed under load, asked to stop, and on a disk that takes no more: what was answered 200 is there.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;

use super::world::{Listener, Sender, books, event, mirror, shop};
use crate::support::Shop;

/// How often the listener is killed, unless `BILLCTL_TEST_KILLS` says otherwise.
const KILLS: u64 = 200;
/// How many listeners are under way at a time, each with files of its own: most of a short life is waiting for others.
const AT_ONCE: u64 = 4;
const SENDERS: u64 = 4;

/// Senders that post events of their own until the listener is gone, and write down which were answered 200.
struct Load {
    answered: Arc<Mutex<BTreeSet<String>>>,
    answers: Arc<Answers>,
    stop: Arc<AtomicBool>,
    senders: Vec<JoinHandle<()>>,
}

/// How many requests were answered, whatever the answer was.
#[derive(Default)]
struct Answers {
    count: Mutex<u64>,
    one_more: Condvar,
}

impl Load {
    fn start(address: &str, round: u64) -> Load {
        let answered = Arc::new(Mutex::new(BTreeSet::new()));
        let answers = Arc::new(Answers::default());
        let stop = Arc::new(AtomicBool::new(false));
        let senders = (0..SENDERS).map(|sender| {
            let (address, answered) = (address.to_owned(), Arc::clone(&answered));
            let (answers, stop) = (Arc::clone(&answers), Arc::clone(&stop));
            std::thread::spawn(move || {
                let Ok(mut connection) = Sender::try_connect(&address) else { return };
                for number in 0.. {
                    let id = format!("evt_{round}_{sender}_{number}");
                    match connection.post(&event(&id)) {
                        Ok((200, _)) => assert!(answered.lock().unwrap().insert(id)),
                        Ok((503, _)) => {}
                        Ok((status, why)) => panic!("{status}: {why}"),
                        Err(_) => return,
                    }
                    *answers.count.lock().unwrap() += 1;
                    answers.one_more.notify_all();
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                }
            })
        });
        let senders = senders.collect();
        Load { answered, answers, stop, senders }
    }

    /// Waits until so many requests were answered.
    fn wait_for(&self, count: u64) {
        let Answers { count: answers, one_more } = &*self.answers;
        let _answers = one_more.wait_while(answers.lock().unwrap(), |answers| *answers < count).unwrap();
    }

    /// Ends the senders, if the listener's end has not; what was answered 200.
    fn end(self) -> BTreeSet<String> {
        self.stop.store(true, Ordering::Relaxed);
        for sender in self.senders {
            sender.join().unwrap();
        }
        std::mem::take(&mut self.answered.lock().unwrap())
    }
}

fn kills() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "how much is tested, not what")]
    let wanted = std::env::var("BILLCTL_TEST_KILLS");
    wanted.ok().map_or(KILLS, |text| text.parse().unwrap())
}

/// Every event that was answered is stored; every stored one is in the mirror, and was applied once.
fn check(shop: &Shop, answered: &BTreeSet<String>) {
    let (books, mirror) = (books(shop), mirror(shop));
    for id in answered {
        assert!(books.event(id).unwrap().is_some(), "{id} was answered 200 and is not stored");
    }
    let stored = books.after(0, usize::MAX >> 1).unwrap();
    assert!(stored.len() >= answered.len());
    assert_eq!(mirror.applied_through().unwrap(), books.last_seq().unwrap());
    for event in stored {
        let outcome = mirror.outcome(event.seq).unwrap().unwrap();
        assert_eq!((outcome.attempts, &outcome.error), (1, &None), "{}", event.id);
        let object = mirror.object("customer", event.object_id.as_deref().unwrap()).unwrap();
        assert!(object.is_some(), "{}", event.id);
    }
}

#[test]
fn a_killed_listener_has_every_event_that_it_answered_and_applies_each_once() {
    let kills = kills();
    std::thread::scope(|scope| {
        for first in 0..AT_ONCE {
            scope.spawn(move || kill_again_and_again((first..kills).step_by(AT_ONCE as usize)));
        }
    });
}

/// Kills the listeners of one shop under load, one after the other.
fn kill_again_and_again(rounds: impl Iterator<Item = u64>) {
    let shop = shop();
    let mut answered = BTreeSet::new();
    let mut kills = 0;
    for round in rounds {
        let listener = Listener::start(&shop, &[]);
        let load = Load::start(&listener.address, round);
        // Mostly early, when hardly anything is applied, and now and then late.
        load.wait_for(1 + round * 37 % if round % 10 == 0 { 400 } else { 40 });
        listener.kill();
        answered.extend(load.end());
        kills += 1;
    }
    assert!(answered.len() >= kills, "{} were answered", answered.len());
    // The last one applies what the others left.
    let listener = Listener::start(&shop, &[]);
    let stopped = listener.stop(&shop);
    assert_eq!(stopped.code, Some(0), "{}", stopped.stderr);
    check(&shop, &answered);
}

#[test]
fn a_listener_that_is_asked_to_stop_loses_nothing() {
    let shop = shop();
    let mut answered = BTreeSet::new();
    for round in 0..3 {
        let listener = Listener::start(&shop, &[]);
        let load = Load::start(&listener.address, round);
        load.wait_for(100);
        let stopped = listener.stop(&shop);
        assert_eq!(stopped.code, Some(0), "{}", stopped.stderr);
        answered.extend(load.end());
    }
    assert!(answered.len() >= 300, "{} were answered", answered.len());
    check(&shop, &answered);
}

#[test]
fn on_a_disk_that_takes_no_more_nothing_is_answered_that_is_not_stored() {
    let shop = shop();
    // No file may grow beyond 2,000 blocks, and the signal that says so is ignored: writing fails, as on a full disk.
    let line = "trap '' XFSZ; ulimit -f 2000; exec billctl events listen --port 0 -o json --webhook-secret-file secret";
    let child = shop
        .shell_command(line, 0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let listener = Listener::of(child);
    let mut sender = Sender::connect(&listener.address);
    let mut answered = BTreeSet::new();
    let mut refused = None;
    for number in 0..20_000 {
        let mut event = event(&format!("evt_{number}"));
        event["data"]["object"]["metadata"]["long"] = "x".repeat(20_000).into();
        match sender.post(&event).unwrap() {
            (200, _) => assert!(answered.insert(format!("evt_{number}"))),
            (503, why) => {
                refused = Some((event, why));
                break;
            }
            (status, why) => panic!("{status}: {why}"),
        }
    }
    let (event, why) = refused.expect("the disk never was full");
    assert_eq!(why["error"]["code"], "not_stored");
    let (status, health) = sender.send("GET", "/healthz", "", b"").unwrap();
    assert_eq!((status, health["status"].as_str()), (503, Some("failing")), "{health}");
    listener.kill();
    // With room again, it goes on where it was.
    let listener = Listener::start(&shop, &[]);
    assert_eq!(listener.post(&event).0, 200);
    listener.stop(&shop);
    let books = books(&shop);
    for id in &answered {
        assert!(books.event(id).unwrap().is_some(), "{id} was answered 200 and is not stored");
    }
    assert_eq!(mirror(&shop).applied_through().unwrap(), books.last_seq().unwrap());
}
