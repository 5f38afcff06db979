//! The hashes that tell which shard takes a record, and how they are shared out. Pure.

use md5::{Digest, Md5};

use crate::store::ShardNo;

/// First and last hash of a shard.
pub(crate) type Range = (u128, u128);

/// The hash of a partition key: its MD5.
pub(crate) fn of_key(key: &str) -> u128 {
    let digest: [u8; 16] = Md5::digest(key.as_bytes()).into();
    u128::from_be_bytes(digest)
}

/// All hashes in so many equal ranges; the last one takes what is left over.
pub(crate) fn uniform(count: u32) -> Vec<Range> {
    let starts = starts(count);
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([u128::MAX]);
    starts.iter().copied().zip(ends).collect()
}

/// Where those ranges begin.
fn starts(count: u32) -> Vec<u128> {
    let count = u128::from(count.max(1));
    // 2^128 / count, which does not fit before it is divided.
    let step = if count == 1 { 0 } else { u128::MAX / count + u128::from(u128::MAX % count == count - 1) };
    (0..count).map(|at| step * at).collect()
}

/// The shards that take records, by the last hash of each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Routes(Vec<(u128, ShardNo)>);

impl Routes {
    /// Of open shards, which cover all hashes.
    pub(crate) fn new(open: impl Iterator<Item = (Range, ShardNo)>) -> Self {
        let mut routes: Vec<_> = open.map(|((_, last), shard)| (last, shard)).collect();
        routes.sort_unstable();
        Self(routes)
    }

    /// The shard that takes a hash.
    pub(crate) fn shard(&self, hash: u128) -> Option<ShardNo> {
        let at = self.0.partition_point(|(last, _)| *last < hash);
        self.0.get(at).map(|(_, shard)| *shard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_as_aws_shares_them_out() {
        assert_eq!(uniform(1), [(0, u128::MAX)]);
        let third = 113_427_455_640_312_821_154_458_202_477_256_070_485;
        assert_eq!(uniform(3), [(0, third - 1), (third, 2 * third - 1), (2 * third, u128::MAX)]);
        assert_eq!(uniform(4)[1].0, 1 << 126);
        for count in [1, 2, 3, 5, 7, 64, 1_000, 10_000] {
            let ranges = uniform(count);
            assert_eq!((ranges.len(), ranges[0].0, ranges.last().unwrap().1), (count as usize, 0, u128::MAX));
            assert!(ranges.windows(2).all(|pair| pair[0].1 + 1 == pair[1].0));
        }
    }

    #[test]
    fn every_hash_has_its_shard() {
        let ranges = uniform(7);
        let routes = Routes::new(ranges.iter().copied().zip(0..7).rev());
        for (shard, (first, last)) in ranges.iter().enumerate() {
            for hash in [*first, first + 1, *last] {
                assert_eq!(routes.shard(hash), Some(shard as u32));
            }
        }
        assert_eq!(Routes::default().shard(0), None);
    }

    #[test]
    fn keys_hash_as_aws_says() {
        assert_eq!(of_key("a"), 0x0cc1_75b9_c0f1_b6a8_31c3_99e2_6977_2661);
    }
}
