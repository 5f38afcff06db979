//! A digest: the hashes of an hour's log files and of the digest before it, signed, as `aws cloudtrail validate-logs` reads it.

use aws_lc_rs::digest::{SHA256, digest};
use names::{AccountId, Region, Timestamp};
use serde::Serialize;

use super::intent::{Intent, Origin, What};
use super::log_file::{folder, gzip, hex};
use crate::store::{DigestChain, LoggedFile, TrailRecord};

/// What stands for the signature before the first one.
const NONE_BEFORE: &str = "null";

/// A digest that is not yet signed.
pub(crate) struct Digest {
    /// Its key in the bucket.
    pub(crate) key: String,
    bucket: String,
    ends: Timestamp,
    before: String,
    text: Vec<u8>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Text<'a> {
    aws_account_id: String,
    digest_start_time: String,
    digest_end_time: String,
    #[serde(rename = "digestS3Bucket")]
    digest_s3_bucket: &'a str,
    #[serde(rename = "digestS3Object")]
    digest_s3_object: &'a str,
    digest_public_key_fingerprint: &'a str,
    digest_signature_algorithm: &'static str,
    newest_event_time: Option<String>,
    oldest_event_time: Option<String>,
    #[serde(rename = "previousDigestS3Bucket")]
    previous_digest_s3_bucket: Option<&'a str>,
    #[serde(rename = "previousDigestS3Object")]
    previous_digest_s3_object: Option<&'a str>,
    previous_digest_hash_value: Option<&'a str>,
    previous_digest_hash_algorithm: Option<&'static str>,
    previous_digest_signature: Option<&'a str>,
    log_files: Vec<File<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    #[serde(rename = "s3Bucket")]
    s3_bucket: &'a str,
    #[serde(rename = "s3Object")]
    s3_object: &'a str,
    hash_value: &'a str,
    hash_algorithm: &'static str,
    newest_event_time: String,
    oldest_event_time: String,
}

impl Digest {
    /// The next digest of a chain.
    pub(crate) fn new(
        trail: &TrailRecord,
        account: AccountId,
        region: &Region,
        chain: &DigestChain,
        now: Timestamp,
        fingerprint: &str,
    ) -> Self {
        let folder = folder(trail, account, "CloudTrail-Digest", region, now);
        let (name, home) = (&trail.name, &trail.home);
        let key = format!("{folder}/{account}_CloudTrail-Digest_{region}_{name}_{home}_{}.json.gz", now.basic());
        let last = chain.last.as_ref();
        let whole = |at: Timestamp| Timestamp::from_secs(at.secs()).iso8601();
        let text = Text {
            aws_account_id: account.to_string(),
            digest_start_time: whole(chain.since),
            digest_end_time: whole(now),
            digest_s3_bucket: &trail.bucket,
            digest_s3_object: &key,
            digest_public_key_fingerprint: fingerprint,
            digest_signature_algorithm: "SHA256withRSA",
            newest_event_time: chain.files.iter().map(|file| file.newest).max().map(whole),
            oldest_event_time: chain.files.iter().map(|file| file.oldest).min().map(whole),
            previous_digest_s3_bucket: last.map(|last| last.bucket.as_str()),
            previous_digest_s3_object: last.map(|last| last.key.as_str()),
            previous_digest_hash_value: last.map(|last| last.hash.as_str()),
            previous_digest_hash_algorithm: last.map(|_| "SHA-256"),
            previous_digest_signature: last.map(|last| last.signature.as_str()),
            log_files: chain.files.iter().map(file).collect(),
        };
        let text = serde_json::to_vec(&text).expect("a digest has only plain data");
        let before = last.map_or(NONE_BEFORE, |last| &last.signature).to_owned();
        Self { key, bucket: trail.bucket.clone(), ends: now, before, text }
    }

    /// SHA-256 of its text, in hexadecimal.
    pub(crate) fn hash(&self) -> String {
        hex(digest(&SHA256, &self.text).as_ref())
    }

    /// What is signed: the end, the place, the hash, the signature before.
    pub(crate) fn to_sign(&self) -> String {
        let ends = Timestamp::from_secs(self.ends.secs()).iso8601();
        format!("{ends}\n{}/{}\n{}\n{}", self.bucket, self.key, self.hash(), self.before)
    }

    /// The object to deliver; its signature is in the object's metadata. A trail's key encrypts log files, never digests.
    /// Source: CloudTrail user guide, "Encrypting CloudTrail log files with AWS KMS keys".
    pub(crate) fn intent(&self, trail: &TrailRecord, signature: &str) -> Intent {
        let metadata = [("signature", signature), ("signature-algorithm", "SHA256withRSA")];
        let what = What::Digest {
            bucket: self.bucket.clone(),
            key: self.key.clone(),
            metadata: metadata.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            body: gzip(&self.text),
        };
        Intent { trail: Origin::of(trail), made: self.ends, what }
    }
}

fn file(file: &LoggedFile) -> File<'_> {
    let whole = |at: Timestamp| Timestamp::from_secs(at.secs()).iso8601();
    File {
        s3_bucket: &file.bucket,
        s3_object: &file.key,
        hash_value: &file.hash,
        hash_algorithm: "SHA-256",
        newest_event_time: whole(file.newest),
        oldest_event_time: whole(file.oldest),
    }
}

#[cfg(test)]
mod tests {
    use super::super::log_file::tests::trail;
    use super::*;
    use crate::store::LastDigest;

    #[test]
    fn a_digest_names_itself_its_files_and_the_one_before() {
        let (since, now) = (Timestamp::from_secs(1_767_225_600), Timestamp::from_secs(1_767_229_200));
        let file = LoggedFile { bucket: "b".into(), key: "k".into(), hash: "h".into(), oldest: since, newest: now };
        let last = LastDigest { bucket: "b".into(), key: "d".into(), hash: "e".into(), signature: "f".into() };
        let chain = DigestChain { since, last: Some(last), files: vec![file] };
        let digest = Digest::new(&trail(), AccountId::DEFAULT, &Region::default_region(), &chain, now, "fp");
        let text: serde_json::Value = serde_json::from_slice(&digest.text).unwrap();
        let key = "AWSLogs/000000000000/CloudTrail-Digest/us-east-1/2026/01/01/\
                   000000000000_CloudTrail-Digest_us-east-1_t_us-east-1_20260101T010000Z.json.gz";
        assert_eq!(text["digestS3Object"], key);
        assert_eq!(text["previousDigestSignature"], "f");
        assert_eq!(text["logFiles"][0]["hashValue"], "h");
        assert_eq!(digest.to_sign(), format!("2026-01-01T01:00:00Z\nbucket/{key}\n{}\nf", digest.hash()));
    }

    #[test]
    fn before_the_first_digest_there_is_none() {
        let now = Timestamp::from_secs(1_767_229_200);
        let chain = DigestChain { since: now, last: None, files: Vec::new() };
        let digest = Digest::new(&trail(), AccountId::DEFAULT, &Region::default_region(), &chain, now, "fp");
        let text: serde_json::Value = serde_json::from_slice(&digest.text).unwrap();
        assert!(text["previousDigestSignature"].is_null() && text["newestEventTime"].is_null());
        assert!(digest.to_sign().ends_with("\nnull"));
    }
}
