//! What the tests of this service share: a cloud, and calls in a line.

use api_s3::*;
use service_kit::Error;
use smithy::Operation;
use testkit::TestCloud;

/// A cloud with this service alone.
pub(crate) fn cloud() -> TestCloud {
    TestCloud::new(|parts| vec![svc_s3::service(parts), svc_s3::control(parts)])
}

/// Creates a bucket.
pub(crate) async fn bucket(cloud: &TestCloud, name: &str) -> String {
    cloud.call::<CreateBucket>(CreateBucketInput { bucket: name.to_owned(), ..Default::default() }).await.unwrap();
    name.to_owned()
}

/// Switches versioning.
pub(crate) async fn versioning(cloud: &TestCloud, bucket: &str, status: &str) -> Result<(), Error> {
    let versioning_configuration = VersioningConfiguration { status: Some(status.into()), mfa_delete: None };
    let input = PutBucketVersioningInput { bucket: bucket.to_owned(), versioning_configuration, ..Default::default() };
    cloud.call::<PutBucketVersioning>(input).await.map(drop)
}

/// The code of what was refused.
pub(crate) async fn code<O: Operation>(cloud: &TestCloud, input: O::Input) -> String {
    cloud.error::<O>(input).await.0
}

/// Code and text of what was refused.
pub(crate) async fn refused<O: Operation>(cloud: &TestCloud, input: O::Input) -> (String, String) {
    cloud.error::<O>(input).await
}

/// A pair as a test writes it.
pub(crate) fn pair(code: &str, text: &str) -> (String, String) {
    (code.to_owned(), text.to_owned())
}

/// Puts an object of so many bytes.
pub(crate) fn putting(bucket: &str, key: &str, length: usize) -> PutObjectInput {
    let content = smithy::Bytes::from(vec![b'x'; length]);
    let pieces = futures_util::stream::iter([Ok(content)]);
    PutObjectInput {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        body: smithy::ByteStream::new(Some(length as u64), pieces),
        ..Default::default()
    }
}

/// Puts a small object.
pub(crate) async fn put(cloud: &TestCloud, bucket: &str, key: &str) {
    cloud.call::<PutObject>(putting(bucket, key, 4)).await.unwrap();
}

/// The keys of a bucket.
pub(crate) async fn keys(cloud: &TestCloud, bucket: &str) -> Vec<String> {
    let input = ListObjectsV2Input { bucket: bucket.to_owned(), ..Default::default() };
    let page = cloud.call::<ListObjectsV2>(input).await.unwrap();
    page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key).collect()
}

/// Moves the clock day by day; each timer fires at its instant.
pub(crate) async fn days(cloud: &TestCloud, days: u64) {
    let target = cloud.runtime().clock.now().plus(std::time::Duration::from_secs(days * 86_400));
    cloud.cloud().timers().advance_through(target, |due| cloud.cloud().fire(due)).await.unwrap();
}
