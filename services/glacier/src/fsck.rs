//! All of Glacier examined: archives, parts of uploads and what jobs retrieved are read to their ends, and their tree hashes held
//! against the records; files are counted against the records that name them.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt as _;
use service_kit::{BoxFuture, Cloud, Error, Examined, Examiner, Holdings, WrongKind};
use store::{ReadView, Scope, Span, StoreError};

use crate::engine::Engine;
use crate::engine::tree::{Hash, TreeHasher};
use crate::store::{ARCHIVES, Content, FILES, GARBAGE, JOBS, PARTS, Piece};

/// Examines what Glacier keeps.
pub(crate) struct Contents(pub(crate) Engine);

/// A content that a record names.
struct Named {
    place: String,
    content: Content,
    length: u64,
    hash: Option<Hash>,
}

impl Examiner for Contents {
    fn examine<'a>(&'a self, _cloud: &'a Cloud, there: &'a BTreeSet<u128>) -> BoxFuture<'a, Result<Holdings, Error>> {
        Box::pin(async move { Ok(examine(&self.0, there).await?) })
    }
}

async fn examine(engine: &Engine, there: &BTreeSet<u128>) -> Result<Holdings, StoreError> {
    let view = engine.store().read().await?;
    let mut found = Examined::default();
    let mut named = BTreeMap::<u128, u64>::new();
    for one in contents(&view).await? {
        found.contents += 1;
        for piece in &one.content.0 {
            if let Piece::File(file, _) = piece {
                *named.entry(*file).or_default() += 1;
            }
        }
        match read(engine, &one).await {
            Ok(None) => found.bytes += one.length,
            Ok(Some(detail)) => found.wrong(WrongKind::Damaged, one.place, detail),
            Err(error) => {
                let kind = WrongKind::of(&error).ok_or_else(|| StoreError::unavailable(&error))?;
                found.wrong(kind, one.place, error.to_string());
            }
        }
    }
    let garbage: BTreeSet<u128> =
        GARBAGE.scan_all(&view, &Scope::Global, &Span::all()).await?.into_iter().map(|(file, _)| file).collect();
    found.waiting = garbage.len() as u64;
    count(&view, &mut found, &named, there).await?;
    Ok(Holdings { examined: found, files: named.into_keys().chain(garbage).collect() })
}

async fn contents(view: &ReadView) -> Result<Vec<Named>, StoreError> {
    let mut all = Vec::new();
    for (_, (vault, id), one) in ARCHIVES.scan_everywhere(view).await? {
        let place = format!("{vault}/{id}");
        all.push(Named { place, content: one.content, length: one.length, hash: Some(one.hash) });
    }
    for (_, (vault, upload, first), one) in PARTS.scan_everywhere(view).await? {
        let place = format!("{vault}, part at {first} of upload {upload}");
        all.push(Named { place, content: one.content, length: one.length, hash: Some(one.hash) });
    }
    for (_, (vault, job), one) in JOBS.scan_everywhere(view).await? {
        if let Some((content, length, hash)) = one.output {
            all.push(Named { place: format!("{vault}, job {job}"), content, length, hash });
        }
    }
    Ok(all)
}

/// Reads a content; what is wrong with it.
async fn read(engine: &Engine, one: &Named) -> Result<Option<String>, StoreError> {
    let (mut hasher, mut length) = (TreeHasher::default(), 0);
    let mut body = engine.read_content(&one.content, 0..one.length);
    while let Some(piece) = body.pieces.next().await {
        let piece = piece.map_err(unread)?;
        length += piece.len() as u64;
        hasher.update(&piece);
    }
    let right = one.hash.is_none_or(|hash| hash == hasher.finish());
    Ok(match length == one.length {
        true => (!right).then(|| "it does not have the tree hash that its record says".to_owned()),
        false => Some(format!("it has {length} bytes, and its record says {}", one.length)),
    })
}

/// The store's own error inside one of a stream.
fn unread(error: std::io::Error) -> StoreError {
    match error.downcast::<StoreError>() {
        Ok(error) => error,
        Err(error) => StoreError::unavailable(error),
    }
}

async fn count(
    view: &ReadView,
    found: &mut Examined,
    named: &BTreeMap<u128, u64>,
    there: &BTreeSet<u128>,
) -> Result<(), StoreError> {
    let counted: BTreeMap<u128, u64> = FILES
        .scan_all(view, &Scope::Global, &Span::all())
        .await?
        .into_iter()
        .map(|(file, one)| (file, one.0))
        .collect();
    for (file, times) in named {
        let place = format!("file {file:032x}");
        if !there.contains(file) {
            found.wrong(WrongKind::Missing, &place, format!("{times} records name it"));
        }
        let counted = counted.get(file).copied().unwrap_or_default();
        if counted != *times {
            found.wrong(WrongKind::Miscounted, place, format!("{times} records name it, and {counted} were counted"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use testkit::TestCloud;

    use super::*;

    #[tokio::test]
    async fn bytes_of_another_hash_or_length_are_told() {
        let parts = TestCloud::parts();
        let engine = Engine::new(&parts);
        let sealed = parts.blobs.seal(None, b"abc").unwrap().to_vec();
        let mut hasher = TreeHasher::default();
        hasher.update(b"abc");
        let right = hasher.finish();
        let named = |length, hash| Named {
            place: "v/a".to_owned(),
            content: Content(vec![Piece::Small(sealed.clone(), 3)]),
            length,
            hash,
        };
        assert_eq!(read(&engine, &named(3, Some(right))).await.unwrap(), None);
        assert_eq!(read(&engine, &named(3, None)).await.unwrap(), None);
        let told = read(&engine, &named(3, Some([0; 32]))).await.unwrap();
        assert_eq!(told.as_deref(), Some("it does not have the tree hash that its record says"));
        let told = read(&engine, &named(4, Some(right))).await.unwrap();
        assert_eq!(told.as_deref(), Some("it has 3 bytes, and its record says 4"));
    }
}
