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
