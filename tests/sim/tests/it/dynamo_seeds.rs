//! DynamoDB by many seeds, each a cloud in this process. `SIM_SEED` replays one; `SIM_SEEDS` sets how many, `SIM_FIRST` from
//! which on.

use sim::dynamo::{Report, run};

use crate::seeds::seeds;

fn once(seed: u64) -> Result<Report, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(run(seed))
}

#[test]
fn one_order_explains_what_all_clients_saw() {
    let seeds = seeds(100);
    let (mut calls, mut unknown, mut refused, mut kills, mut changes) = (0, 0, 0, 0, 0);
    let mut stories = Vec::new();
    for seed in &seeds {
        match once(*seed) {
            Ok(report) => {
                (calls, unknown, refused) = (calls + report.calls, unknown + report.unknown, refused + report.refused);
                (kills, changes) = (kills + report.kills, changes + report.changes);
            }
            Err(story) => stories.push((*seed, story)),
        }
    }
    eprintln!(
        "{} seeds: {calls} calls, {unknown} without an answer, {refused} refused, {kills} kills, {changes} changes in streams",
        seeds.len()
    );
    let failed: Vec<u64> = stories.iter().map(|(seed, _)| *seed).collect();
    if let Some((_, story)) = stories.first() {
        panic!("{story}\n\n{} of {} seeds broke a promise: {failed:?}", failed.len(), seeds.len());
    }
    if seeds.len() > 20 {
        assert!(unknown > 0 && refused > 0 && kills > 0 && changes > 0, "the runs must be troubled");
    }
}

#[test]
fn a_seed_replays() {
    for seed in [3, 4, 5] {
        assert_eq!(once(seed), once(seed), "seed {seed}");
    }
}
