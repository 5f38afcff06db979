//! Any text as a duration of the clock's endpoints; what is written is read again.
#![no_main]

// Its own file and not its crate: linking the whole program for one parser would cost minutes.
#[path = "../../crates/cloud/src/duration.rs"]
mod duration;
mod seeds;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};

const SEEDS: [&[u8]; 4] = [b"1w 2d 3h", b"1h30m", b"250ms", b"90s"];

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    seeds::mutate(&SEEDS, data, size, max_size, seed)
});

fuzz_target!(|text: &str| {
    let Ok(read) = duration::parse(text) else { return };
    let again = duration::parse(&duration::show(read)).expect("what is written is read");
    assert!(read.abs_diff(again).as_millis() <= 500, "{text}: {read:?}, then {again:?}");
});
