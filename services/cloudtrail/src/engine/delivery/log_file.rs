//! A log file: where it lies in the bucket, and what is in it.

use std::io::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use names::{AccountId, Region, Timestamp};

use crate::store::TrailRecord;

/// Whose events a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) insights: bool,
}

/// A log file.
#[derive(Debug, Clone)]
pub(crate) struct LogFile {
    /// Its key in the bucket.
    pub(crate) key: String,
    /// Compressed.
    pub(crate) body: Vec<u8>,
    /// SHA-256 of the text before compression, in hexadecimal.
    pub(crate) hash: String,
    pub(crate) oldest: Timestamp,
    pub(crate) newest: Timestamp,
}

impl LogFile {
    /// The file of some events. `unique` keeps files of the same minute apart.
    pub(crate) fn new(
        trail: &TrailRecord,
        place: &Place,
        events: &[(Timestamp, Bytes)],
        now: Timestamp,
        unique: &str,
    ) -> Self {
        let text = text(events);
        let instants = || events.iter().map(|(at, _)| *at);
        Self {
            key: key(trail, place, now, unique),
            body: gzip(&text),
            hash: hex(digest(&SHA256, &text).as_ref()),
            oldest: instants().min().unwrap_or(now),
            newest: instants().max().unwrap_or(now),
        }
    }
}

/// `{"Records":[…]}`.
fn text(events: &[(Timestamp, Bytes)]) -> Vec<u8> {
    let mut text = br#"{"Records":["#.to_vec();
    for (index, (_, event)) in events.iter().enumerate() {
        if index > 0 {
            text.push(b',');
        }
        text.extend_from_slice(event);
    }
    text.extend_from_slice(b"]}");
    text
}

fn key(trail: &TrailRecord, place: &Place, now: Timestamp, unique: &str) -> String {
    let kind = if place.insights { "CloudTrail-Insight" } else { "CloudTrail" };
    let Place { account, region, .. } = place;
    let minute = &now.basic()[..13];
    let folder = folder(trail, *account, kind, region, now);
    format!("{folder}/{account}_{kind}_{region}_{minute}Z_{unique}.json.gz")
}

/// `prefix/AWSLogs/account/kind/region/yyyy/mm/dd`.
pub(crate) fn folder(trail: &TrailRecord, account: AccountId, kind: &str, region: &Region, now: Timestamp) -> String {
    let day = now.basic();
    let (year, month, day) = (&day[..4], &day[4..6], &day[6..8]);
    format!("{}{kind}/{region}/{year}/{month}/{day}", root(trail, account))
}

/// `prefix/AWSLogs/account/`, with the organization before the account where the trail is one's.
pub(crate) fn root(trail: &TrailRecord, account: AccountId) -> String {
    let prefix = trail.prefix.as_ref().map(|prefix| format!("{}/", prefix.trim_end_matches('/'))).unwrap_or_default();
    let organization = trail.organization.as_ref().map(|id| format!("{id}/")).unwrap_or_default();
    format!("{prefix}AWSLogs/{organization}{account}/")
}

/// Compresses.
pub(crate) fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(text).and_then(|()| encoder.finish());
    written.expect("memory takes what is written to it")
}

/// In hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::engine::selectors::Selectors;
    use names::Tags;
    use std::io::Read as _;

    /// A trail named `t` that delivers to `bucket`.
    pub(crate) fn trail() -> TrailRecord {
        TrailRecord {
            id: 1,
            account: AccountId::DEFAULT,
            home: Region::default_region(),
            name: "t".into(),
            bucket: "bucket".into(),
            prefix: None,
            topic: None,
            global_events: true,
            multi_region: false,
            validation: true,
            log_group: None,
            log_role: None,
            kms_key: None,
            organization: None,
            selectors: Selectors::default(),
            custom: false,
            insights: Vec::new(),
            started: None,
            stopped: None,
            logging: true,
            attempted: None,
            tags: Tags::new(),
        }
    }

    #[test]
    fn keys_tell_account_region_and_minute() {
        let now = Timestamp::from_secs(1_767_225_906);
        let place = Place { account: AccountId::DEFAULT, region: Region::default_region(), insights: false };
        let expected = "AWSLogs/000000000000/CloudTrail/us-east-1/2026/01/01/\
                        000000000000_CloudTrail_us-east-1_20260101T0005Z_abc.json.gz";
        assert_eq!(key(&trail(), &place, now, "abc"), expected);
        let shared = TrailRecord { prefix: Some("p/q/".into()), organization: Some("o-1".into()), ..trail() };
        let insight = Place { insights: true, ..place };
        assert!(
            key(&shared, &insight, now, "x").starts_with("p/q/AWSLogs/o-1/000000000000/CloudTrail-Insight/us-east-1/")
        );
    }

    #[test]
    fn a_file_is_the_gzip_of_its_records() {
        let events = [(Timestamp::from_secs(5), Bytes::from("{\"a\":1}")), (Timestamp::from_secs(3), "{}".into())];
        let place = Place { account: AccountId::DEFAULT, region: Region::default_region(), insights: false };
        let file = LogFile::new(&trail(), &place, &events, Timestamp::from_secs(9), "x");
        let mut text = String::new();
        flate2::read::GzDecoder::new(&file.body[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, r#"{"Records":[{"a":1},{}]}"#);
        assert_eq!(file.hash, hex(digest(&SHA256, text.as_bytes()).as_ref()));
        assert_eq!((file.oldest.secs(), file.newest.secs()), (3, 5));
    }
}
