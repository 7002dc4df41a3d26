//! A body that was signed: its envelope is read, or it is refused, and its content after that.
#![no_main]

use billctl::billing::event::{Content, Event};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(event) = Event::read(data) {
        assert!(!event.id.is_empty() && !event.event_type.is_empty());
        // The same bytes say the same.
        assert_eq!(Event::read(data).as_ref(), Ok(&event));
    }
    let _ = Content::read(data);
});
