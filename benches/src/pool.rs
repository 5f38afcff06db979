//! Requests signed before the run: a pool that all connections share, each starting elsewhere in it.

use std::io;
use std::rc::Rc;

use crate::load::{Lane, Progress};
use crate::tally::Caller;

/// Most requests in a pool: some 25 MB of small ones, and a quarter of a second of signing.
const MOST: usize = 16_384;
/// Requests for each connection, as long as the pool does not get larger than [`MOST`].
const EACH: usize = 4_096;

/// Sends the requests of a pool, round and round.
#[derive(Clone)]
pub struct PoolLane {
    operation: &'static str,
    requests: Rc<[Vec<u8>]>,
    next: usize,
    units: u64,
}

/// How many distinct requests so many connections share.
pub fn size(connections: usize) -> usize {
    (connections * EACH).min(MOST)
}

/// One lane a connection over the same requests. Each request counts as `units`.
///
/// # Errors
/// A request could not be made.
pub fn lanes(
    operation: &'static str,
    connections: usize,
    units: u64,
    make: impl FnMut(u64) -> io::Result<Vec<u8>>,
) -> io::Result<Vec<PoolLane>> {
    lanes_of(size(connections), operation, connections, units, make)
}

/// The same over `size` distinct requests, for large ones.
///
/// # Errors
/// A request could not be made.
pub fn lanes_of(
    size: usize,
    operation: &'static str,
    connections: usize,
    units: u64,
    mut make: impl FnMut(u64) -> io::Result<Vec<u8>>,
) -> io::Result<Vec<PoolLane>> {
    let requests: Rc<[Vec<u8>]> = (0..size as u64).map(&mut make).collect::<io::Result<Vec<_>>>()?.into();
    let lane = |at| PoolLane { operation, requests: requests.clone(), next: at * (size / connections), units };
    Ok((0..connections).map(lane).collect())
}

impl PoolLane {
    fn take(&mut self) -> usize {
        let taken = self.next;
        self.next = (taken + 1) % self.requests.len();
        taken
    }
}

impl Lane for PoolLane {
    async fn step(&mut self, caller: &mut Caller) -> io::Result<Progress> {
        let at = self.take();
        let reply = caller.call(self.operation, &self.requests[at]).await?;
        Ok(Progress::Units(if reply.is_success() { self.units } else { 0 }))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn pool(connections: usize) -> Vec<PoolLane> {
        lanes("Any", connections, 1, |number| Ok(number.to_be_bytes().to_vec())).unwrap()
    }

    #[test]
    fn connections_start_apart_and_requests_differ() {
        for connections in [1, 3, 8, 64] {
            let lanes = pool(connections);
            let starts: HashSet<usize> = lanes.iter().map(|lane| lane.next).collect();
            assert_eq!(starts.len(), connections);
            let distinct: HashSet<&Vec<u8>> = lanes[0].requests.iter().collect();
            assert_eq!(distinct.len(), size(connections));
        }
    }

    #[test]
    fn a_lane_goes_round() {
        let mut lane = pool(1).remove(0);
        let taken: Vec<usize> = (0..size(1) + 2).map(|_| lane.take()).collect();
        assert_eq!((taken[0], taken[size(1) - 1], taken[size(1)], taken[size(1) + 1]), (0, size(1) - 1, 0, 1));
    }

    #[test]
    fn pools_are_bounded() {
        assert_eq!((size(1), size(8), size(1_000)), (4_096, 16_384, 16_384));
    }
}
