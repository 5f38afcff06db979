//! Valid inputs to begin with, mixed in by the mutator: no corpus need be kept for a target to know what it is about.

/// One mutation in so many begins again with a seed.
const AGAIN: u32 = 200;

/// Changes an input, or one of `seeds` in its place.
pub fn mutate(seeds: &[&[u8]], data: &mut [u8], size: usize, max_size: usize, random: u32) -> usize {
    let seed = seeds[(random / AGAIN) as usize % seeds.len()];
    let anew = (size <= 1 || random.is_multiple_of(AGAIN)) && seed.len() <= data.len();
    if !anew {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    }
    data[..seed.len()].copy_from_slice(seed);
    // Half the seeds go in as they are.
    let size = seed.len();
    if random % 2 == 0 { size } else { libfuzzer_sys::fuzzer_mutate(data, size, max_size) }
}
