//! Many seeds, each a cloud in this process. `SIM_SEED` replays one, `SIM_SEEDS` sets how many.

use std::time::{SystemTime, UNIX_EPOCH};

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Half of the seeds are the same each time, half were never tried before.
fn seeds() -> Vec<u64> {
    if let Some(seed) = number("SIM_SEED") {
        return vec![seed];
    }
    let count = number("SIM_SEEDS").unwrap_or(200);
    let fresh = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() * 1_000;
    (0..count / 2).chain(fresh..fresh + count.div_ceil(2)).collect()
}

fn run(seed: u64) -> Result<sim::Report, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(sim::run(seed))
}

#[test]
fn no_promise_is_broken() {
    let seeds = seeds();
    let (mut kills, mut unknown, mut messages) = (0, 0, 0);
    for seed in &seeds {
        match run(*seed) {
            Ok(report) => {
                (kills, unknown) = (kills + report.kills, unknown + report.unknown);
                messages += report.messages;
            }
            Err(story) => panic!("{story}"),
        }
    }
    eprintln!("{} seeds: {messages} messages, {kills} kills, {unknown} calls without an answer", seeds.len());
    if seeds.len() > 20 {
        assert!(kills > 0 && unknown > 0 && messages > 0, "the runs must be troubled");
    }
}

#[test]
fn a_seed_replays() {
    for seed in [3, 4, 5] {
        assert_eq!(run(seed), run(seed), "seed {seed}");
    }
}
