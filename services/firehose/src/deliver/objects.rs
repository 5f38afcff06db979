//! Records as objects of S3: what goes into which, and how they are named. Pure.

use std::cell::Cell;
use std::collections::BTreeMap;

use names::Timestamp;

use crate::calls::Object;
use crate::engine::compress::compress;
use crate::engine::plan::{Bucket, Plan};
use crate::engine::prefix::{Facts, Template, local, written};
use crate::engine::process::{Failed, Item, by_partition, report};
use crate::store::Flight;

/// Names of the objects of a flight: the same ones each time they are asked for in the same order.
pub(super) struct Names<'a> {
    stream: &'a str,
    version: u64,
    begun: Timestamp,
    token: u128,
    given: Cell<u128>,
}

impl<'a> Names<'a> {
    pub(super) fn new(stream: &'a str, version: u64, flight: &Flight) -> Self {
        let token = u128::from_str_radix(&flight.token, 16).unwrap_or_default();
        Self { stream, version, begun: flight.begun, token, given: Cell::new(0) }
    }

    fn number(&self) -> u128 {
        self.given.set(self.given.get() + 1);
        self.token.wrapping_add(self.given.get())
    }

    /// `stream-1-2026-01-05-07-08-09-UUID`.
    fn next(&self, zone: &str) -> String {
        let hex = format!("{:032x}", self.number());
        let at = written(&local(self.begun, zone), "yyyy-MM-dd-HH-mm-ss");
        let uuid = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-");
        format!("{}-{}-{at}-{uuid}", self.stream, self.version)
    }

    /// Eleven letters and digits.
    fn letters(&self) -> String {
        let mut number = self.number();
        let letter = |digit: u128| char::from_digit(digit as u32, 36).unwrap_or('0');
        (0..11)
            .map(|_| {
                let next = letter(number % 36);
                number /= 36;
                next
            })
            .collect()
    }
}

/// The objects of processed records: one, or one for each partition.
pub(super) fn objects(plan: &Plan, items: Vec<Item>, names: &Names<'_>) -> Vec<Object> {
    let parts = if plan.partitioned { by_partition(items) } else { vec![(BTreeMap::new(), items)] };
    let object = |(keys, items): (BTreeMap<String, String>, Vec<Item>)| {
        let first = items.iter().map(|item| item.at).min()?;
        let facts = Facts { at: first, zone: &plan.bucket.zone, error: None, keys: &keys, random: &|| names.letters() };
        Some(stored(&plan.bucket, plan.bucket.prefix.fill(&facts), joined(&items), names))
    };
    parts.into_iter().filter_map(object).collect()
}

/// One object of all records as they are.
pub(super) fn whole(bucket: &Bucket, items: &[Item], names: &Names<'_>) -> Vec<Object> {
    let Some(first) = items.iter().map(|item| item.at).min() else { return Vec::new() };
    let keys = BTreeMap::new();
    let facts = Facts { at: first, zone: &bucket.zone, error: None, keys: &keys, random: &|| names.letters() };
    vec![stored(bucket, bucket.prefix.fill(&facts), joined(items), names)]
}

/// One object that tells of what failed.
pub(super) fn failures(
    bucket: &Bucket,
    error: &str,
    failed: &[Failed],
    names: &Names<'_>,
    now: Timestamp,
) -> Vec<Object> {
    let Some(first) = failed.iter().map(|one| one.item.at).min() else { return Vec::new() };
    let keys = BTreeMap::new();
    let facts = Facts { at: first, zone: &bucket.zone, error: Some(error), keys: &keys, random: &|| names.letters() };
    // Without a prefix of their own they lie under that of the others, when that says nothing of what is in records.
    let plain = || Some(&bucket.prefix).filter(|prefix| !prefix.has_expressions());
    let prefix = bucket.errors.as_ref().or_else(plain).cloned().unwrap_or_else(Template::default).fill(&facts);
    let object = Object {
        bucket: bucket.name.clone(),
        key: prefix + &names.next(&bucket.zone),
        content: report(failed, now).into(),
        kms_key: bucket.key.clone(),
    };
    vec![object]
}

fn joined(items: &[Item]) -> Vec<u8> {
    items.iter().flat_map(|item| item.data.iter().copied()).collect()
}

fn stored(bucket: &Bucket, prefix: String, content: Vec<u8>, names: &Names<'_>) -> Object {
    let name = names.next(&bucket.zone);
    let extension = bucket.extension.as_deref().unwrap_or(bucket.compression.extension());
    Object {
        bucket: bucket.name.clone(),
        content: compress(bucket.compression, content, &name).into(),
        key: format!("{prefix}{name}{extension}"),
        kms_key: bucket.key.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_flight_made_again_has_the_same_objects() {
        let config = json!({"RoleARN": "r", "BucketARN": "arn:aws:s3:::b", "Prefix": "!{firehose:random-string}/",
            "ErrorOutputPrefix": "e/!{firehose:error-output-type}/", "CompressionFormat": "GZIP"});
        let plan = Plan::read("ExtendedS3", &config).unwrap();
        let flight = Flight { last: 1, begun: Timestamp::from_secs(1_767_596_889), token: "f".repeat(32) };
        let item = Item { data: "x".into(), at: Timestamp::from_secs(1), keys: BTreeMap::new() };
        let keys = || {
            let names = Names::new("s", 3, &flight);
            let made =
                [objects(&plan, vec![item.clone()], &names), whole(&plan.bucket, std::slice::from_ref(&item), &names)]
                    .concat();
            made.into_iter().map(|object| object.key).collect::<Vec<_>>()
        };
        let made = keys();
        assert_eq!(made, keys());
        assert_ne!(made[0], made[1]);
        assert!(made[0].contains("/s-3-2026-01-05-07-08-09-") && made[0].ends_with(".gz"), "{}", made[0]);
    }
}
