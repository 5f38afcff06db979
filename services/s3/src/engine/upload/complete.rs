//! Parts become a version: its layout names them in order, and no byte is copied.

use std::collections::BTreeMap;

use store::{Span, Tx};

use super::{end, record::PartRecord};
use crate::engine::Engine;
use crate::engine::bucket::Bucket;
use crate::engine::checksum::{self, Algorithm, Checksum, Extent};
use crate::engine::content::Piece;
use crate::engine::object::event::What;
use crate::engine::object::put::{Body, OnlyIf, Put};
use crate::engine::object::record::{ETag, ObjectRecord};
use crate::engine::object::{current, older};
use crate::engine::refusal::Refusal;
use crate::engine::sealing::Sealing;
use crate::limits;
use crate::store::{COMPLETED, Completed, No, PARTS, SCOPE, UploadRecord};

/// A part as whoever ends the upload names it.
#[derive(Debug, Clone)]
pub(crate) struct NamedPart {
    /// Its number.
    pub number: u16,
    /// Its tag, without quotes.
    pub etag: String,
    /// Its checksum, if it was named.
    pub checksum: Option<(Algorithm, Vec<u8>)>,
}

/// The end of an upload.
pub(crate) struct Completion<'a> {
    /// The bucket.
    pub bucket: &'a Bucket,
    /// The key.
    pub key: &'a str,
    /// The upload.
    pub id: &'a str,
    /// Its parts in order.
    pub parts: &'a [NamedPart],
    /// The checksum of the whole.
    pub checksum: Option<(Algorithm, Vec<u8>)>,
    /// The bytes of the whole.
    pub length: Option<u64>,
    /// Conditions.
    pub only_if: OnlyIf<'a>,
}

impl Engine {
    /// Ends an upload with a version.
    pub(crate) async fn complete(&self, completion: &Completion<'_>) -> Result<ObjectRecord, Refusal> {
        let completed = self.store().transact(|tx| async move { self.complete_in(&tx, completion).await }).await;
        let (no, record) = match completed {
            Err(Refusal::NoSuchUpload(id)) => return self.completed(completion, id).await,
            completed => completed?,
        };
        // Parts that were not named go now; if a crash comes first, later.
        self.forget_parts(no).await?;
        Ok(record)
    }

    /// What came of an upload that was put together before: whoever did not hear the answer asks again.
    async fn completed(&self, completion: &Completion<'_>, id: String) -> Result<ObjectRecord, Refusal> {
        let Some(upload) = self.tokens().upload_no(&id) else { return Err(Refusal::NoSuchUpload(id)) };
        let view = self.store().read().await?;
        let Some(known) = COMPLETED.get(&view, &SCOPE, &upload).await? else { return Err(Refusal::NoSuchUpload(id)) };
        let no = known.version;
        let (bucket, key) = (completion.bucket.no(), completion.key);
        let there = match current(&view, bucket, key).await?.filter(|record| record.no == no) {
            Some(record) => Some(record),
            None => older(&view, bucket, key, no).await?,
        };
        let count = completion.parts.len();
        let same = there.filter(|record| record.etag.parts.is_some_and(|parts| usize::from(parts) == count));
        same.ok_or(Refusal::NoSuchUpload(id))
    }

    async fn complete_in(&self, tx: &Tx, completion: &Completion<'_>) -> Result<(No, ObjectRecord), Refusal> {
        let Completion { bucket, key, id, parts, .. } = completion;
        let upload = self.upload_in(tx, bucket.no(), key, id).await?;
        let there = PARTS.scan_all(tx, &SCOPE, &Span::prefix::<(No,)>(&(upload.no,))).await?;
        let mut there: BTreeMap<u16, PartRecord> = there.into_iter().map(|((_, no), part)| (no, part)).collect();
        let algorithm = upload.record.checksum.map_or(Algorithm::Crc64Nvme, |(algorithm, _)| algorithm);
        let mut chosen = Vec::with_capacity(parts.len());
        for named in *parts {
            let part = there.remove(&named.number).filter(|part| hex(&part.etag) == named.etag);
            let part =
                part.ok_or_else(|| Refusal::InvalidPart { number: named.number.into(), etag: named.etag.clone() })?;
            chosen.push((named.number, part));
        }
        for (index, (named, (_, part))) in parts.iter().zip(&chosen).enumerate() {
            check_part(named, part, upload.record.checksum.is_some(), index + 1 == parts.len())?;
        }
        let length: u64 = chosen.iter().map(|(_, part)| part.length).sum();
        if length > limits::OBJECT {
            return Err(Refusal::TooLarge { length });
        }
        self.check_undisturbed(tx, completion, &upload.record).await?;
        if let Some(expected) = completion.length.filter(|expected| *expected != length) {
            return Err(Refusal::OtherLength { expected, found: length });
        }
        let extent = upload.record.checksum.map_or(Extent::Full, |(_, extent)| extent);
        // Of content under keys of customers S3 chooses no checksum by itself.
        let wanted =
            upload.record.checksum.is_some() || !matches!(upload.record.draft.sealing, Sealing::Customer { .. });
        let checksum = checksum_of(algorithm, extent, &chosen).filter(|_| wanted);
        check_whole(completion.checksum.as_ref(), checksum.as_ref())?;
        let etag = ETag { digest: self.digest_of(&upload.record.draft.sealing, &chosen), parts: Some(count(&chosen)) };
        let draft = ObjectRecord { length, etag, checksum, ..upload.record.draft };
        let mut pieces = Vec::with_capacity(chosen.len());
        for (number, part) in chosen {
            PARTS.delete(tx, &SCOPE, &(upload.no, number));
            pieces.push(Piece { place: part.place, length: part.length, number, checksum: part.checksum });
        }
        let put = Put {
            bucket,
            key,
            draft: &draft,
            body: Body::Pieces(&pieces),
            only_if: completion.only_if,
            what: What::Complete,
        };
        let record = self.put_in(tx, &put).await?;
        end(tx, bucket.no(), key, upload.no)?;
        COMPLETED.put(tx, &SCOPE, &upload.no, &Completed { version: record.no, at: record.modified })?;
        Ok((upload.no, record))
    }

    /// A condition that holds is not enough where the key changed after the upload began: what it then found is what it is
    /// about.
    async fn check_undisturbed(
        &self,
        tx: &Tx,
        completion: &Completion<'_>,
        upload: &UploadRecord,
    ) -> Result<(), Refusal> {
        let only_if = &completion.only_if;
        if only_if.matches.is_none() && !only_if.absent {
            return Ok(());
        }
        let there = current(tx, completion.bucket.no(), completion.key).await?;
        only_if.check(completion.key, there.as_ref())?;
        let key = completion.key.to_owned();
        match there {
            Some(there) if there.modified >= upload.initiated => Err(Refusal::Conflict { condition: "If-Match", key }),
            None if upload.disturbed => Err(Refusal::Conflict { condition: "If-None-Match", key }),
            _ => Ok(()),
        }
    }

    /// MD5 of the parts' MD5s; a mere name where MD5s are not told.
    fn digest_of(&self, sealing: &Sealing, parts: &[(u16, PartRecord)]) -> [u8; 16] {
        let digests: Vec<u8> = parts.iter().flat_map(|(_, part)| part.md5).collect();
        let digest = checksum::of(Algorithm::Md5, &digests).try_into().expect("MD5 has 16 bytes");
        self.tag(sealing, digest)
    }
}

fn check_part(named: &NamedPart, part: &PartRecord, sums: bool, last: bool) -> Result<(), Refusal> {
    // A checksum that is not the part's, or that parts of this upload do not have, names another part.
    if let Some((_, value)) = &named.checksum
        && (!sums || part.checksum.as_ref() != Some(value))
    {
        return Err(Refusal::InvalidPart { number: named.number.into(), etag: named.etag.clone() });
    }
    if part.length < limits::LEAST_PART && !last {
        let (number, etag, length) = (named.number, named.etag.clone(), part.length);
        return Err(Refusal::PartTooSmall { number, etag, length });
    }
    Ok(())
}

/// The checksum of the whole, from those of the parts.
fn checksum_of(algorithm: Algorithm, extent: Extent, parts: &[(u16, PartRecord)]) -> Option<Checksum> {
    let sums: Vec<(&Vec<u8>, u64)> =
        parts.iter().map(|(_, part)| part.checksum.as_ref().map(|sum| (sum, part.length))).collect::<Option<_>>()?;
    match extent {
        Extent::Composite => {
            let all: Vec<u8> = sums.iter().flat_map(|(sum, _)| sum.iter().copied()).collect();
            let value = checksum::of(algorithm, &all);
            Some(Checksum { algorithm, extent, value, parts: Some(count(parts)) })
        }
        Extent::Full => {
            let ((first, _), rest) = sums.split_first()?;
            let joined =
                rest.iter().try_fold((*first).clone(), |sum, (next, length)| algorithm.joined(&sum, next, *length));
            Some(Checksum::full(algorithm, joined?))
        }
    }
}

fn check_whole(expected: Option<&(Algorithm, Vec<u8>)>, found: Option<&Checksum>) -> Result<(), Refusal> {
    let Some((algorithm, expected)) = expected else { return Ok(()) };
    match found.is_some_and(|found| found.algorithm == *algorithm && found.value == *expected) {
        true => Ok(()),
        false => Err(Refusal::WholeChecksum(*algorithm)),
    }
}

fn count(parts: &[(u16, PartRecord)]) -> u16 {
    u16::try_from(parts.len()).unwrap_or(u16::MAX)
}

/// A digest as tags have it.
pub(crate) fn hex(digest: &[u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(*digest))
}
