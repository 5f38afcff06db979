//! The disk alone: appends with fdatasync, the limit of everything durable.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::histogram::Histogram;

/// Bytes of one append: one page, about what a group of a few messages takes.
const PAGE: usize = 4_096;

/// Appends a page and syncs it, over and over, for `lasting`. Gives the latency of each.
///
/// # Errors
/// The directory cannot be written.
pub fn fdatasync(directory: &Path, lasting: Duration) -> io::Result<Histogram> {
    let mut file = tempfile::tempfile_in(directory)?;
    let page = [0x5A; PAGE];
    let started = Instant::now();
    let mut latencies = Histogram::default();
    while started.elapsed() < lasting {
        let at = Instant::now();
        append(&mut file, &page)?;
        latencies.record(at.elapsed());
    }
    Ok(latencies)
}

fn append(file: &mut File, page: &[u8]) -> io::Result<()> {
    file.write_all(page)?;
    file.sync_data()
}
