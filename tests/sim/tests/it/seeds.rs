//! Many seeds, each a cloud in this process. `SIM_SEED` replays one; `SIM_SEEDS` sets how many, `SIM_FIRST` from which on.

/// A number from the environment.
pub(crate) fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// The seeds to run: so many, unless the environment says otherwise.
pub(crate) fn seeds(many: u64) -> Vec<u64> {
    if let Some(seed) = number("SIM_SEED") {
        return vec![seed];
    }
    let first = number("SIM_FIRST").unwrap_or(0);
    (first..first + number("SIM_SEEDS").unwrap_or(many)).collect()
}

fn run(seed: u64) -> Result<sim::Report, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(sim::run(seed))
}

#[test]
fn no_promise_is_broken() {
    let seeds = seeds(200);
    let (mut kills, mut unknown, mut messages) = (0, 0, 0);
    let mut stories = Vec::new();
    for seed in &seeds {
        match run(*seed) {
            Ok(report) => {
                (kills, unknown) = (kills + report.kills, unknown + report.unknown);
                messages += report.messages;
            }
            Err(story) => stories.push((*seed, story)),
        }
    }
    eprintln!("{} seeds: {messages} messages, {kills} kills, {unknown} calls without an answer", seeds.len());
    let failed: Vec<u64> = stories.iter().map(|(seed, _)| *seed).collect();
    if let Some((_, story)) = stories.first() {
        panic!("{story}\n\n{} of {} seeds broke a promise: {failed:?}", failed.len(), seeds.len());
    }
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
