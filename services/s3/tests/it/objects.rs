//! What the tests of objects share: writing, reading and deleting in a line.

use api_s3::*;
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use service_kit::Error as KitError;
use smithy::ByteStream;
use testkit::TestCloud;

/// A request to write.
pub(crate) fn putting(bucket: &str, key: &str, body: impl Into<Bytes>) -> PutObjectInput {
    let body = ByteStream::from(body.into());
    PutObjectInput { bucket: bucket.to_owned(), key: key.to_owned(), body, ..Default::default() }
}

/// Writes an object.
pub(crate) async fn put(cloud: &TestCloud, bucket: &str, key: &str, body: impl Into<Bytes>) -> PutObjectOutput {
    cloud.call::<PutObject>(putting(bucket, key, body)).await.unwrap()
}

/// A request to read.
pub(crate) fn getting(bucket: &str, key: &str) -> GetObjectInput {
    GetObjectInput { bucket: bucket.to_owned(), key: key.to_owned(), ..Default::default() }
}

/// A request to look.
pub(crate) fn heading(bucket: &str, key: &str) -> HeadObjectInput {
    HeadObjectInput { bucket: bucket.to_owned(), key: key.to_owned(), ..Default::default() }
}

/// A request to delete.
pub(crate) fn deleting(bucket: &str, key: &str, version: Option<&str>) -> DeleteObjectInput {
    let version_id = version.map(str::to_owned);
    DeleteObjectInput { bucket: bucket.to_owned(), key: key.to_owned(), version_id, ..Default::default() }
}

/// Reads an object to its end.
pub(crate) async fn get(cloud: &TestCloud, bucket: &str, key: &str) -> Vec<u8> {
    read(cloud, getting(bucket, key)).await.unwrap().1
}

/// Reads what a request asks for to its end.
pub(crate) async fn read(cloud: &TestCloud, input: GetObjectInput) -> Result<(GetObjectOutput, Vec<u8>), KitError> {
    let mut output = cloud.call::<GetObject>(input).await?;
    let body = std::mem::take(&mut output.body);
    Ok((output, whole(body).await.unwrap()))
}

/// All bytes of a body.
pub(crate) async fn whole(body: ByteStream) -> std::io::Result<Vec<u8>> {
    let expected = body.length;
    let bytes = body.pieces.try_fold(Vec::new(), |mut all, piece| async move {
        all.extend_from_slice(&piece);
        Ok(all)
    });
    let bytes = bytes.await?;
    assert!(expected.is_none_or(|length| length == bytes.len() as u64), "the body has the length it says");
    Ok(bytes)
}

/// Content that repeats nowhere.
pub(crate) fn noise(length: usize) -> Bytes {
    let mut bytes = vec![0; length];
    runtime::Random::seeded(length as u64).fill(&mut bytes);
    bytes.into()
}

/// Keys of a bucket, in order.
pub(crate) async fn keys(cloud: &TestCloud, bucket: &str) -> Vec<String> {
    let input = ListObjectsV2Input { bucket: bucket.to_owned(), ..Default::default() };
    let listed = cloud.call::<ListObjectsV2>(input).await.unwrap();
    listed.contents.unwrap_or_default().into_iter().filter_map(|object| object.key).collect()
}

/// Versions and delete markers of a key: id, whether the newest, whether a marker.
pub(crate) async fn versions(cloud: &TestCloud, bucket: &str, key: &str) -> Vec<(String, bool, bool)> {
    let input =
        ListObjectVersionsInput { bucket: bucket.to_owned(), prefix: Some(key.to_owned()), ..Default::default() };
    let listed = cloud.call::<ListObjectVersions>(input).await.unwrap();
    let versions = listed.versions.unwrap_or_default().into_iter();
    let markers = listed.delete_markers.unwrap_or_default().into_iter();
    let versions = versions.map(|v| (v.last_modified, v.version_id.unwrap(), v.is_latest.unwrap(), false));
    let markers = markers.map(|m| (m.last_modified, m.version_id.unwrap(), m.is_latest.unwrap(), true));
    let mut all: Vec<_> = versions.chain(markers).collect();
    all.sort_by_key(|row| !row.2);
    all.into_iter().map(|(_, id, latest, marker)| (id, latest, marker)).collect()
}
