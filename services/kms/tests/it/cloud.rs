//! What the tests of this service share: a cloud, and calls in a line.

use std::collections::BTreeMap;
use std::time::Duration;

use api_kms::*;
use service_kit::{Caller, Error, Fault, Principal};
use smithy::{Bytes, Operation};
use testkit::TestCloud;

/// A day.
pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// A cloud with this service alone.
pub(crate) fn cloud() -> TestCloud {
    TestCloud::new(|parts| vec![svc_kms::service(parts)])
}

/// Creates a key as the input says.
pub(crate) async fn make(cloud: &TestCloud, input: CreateKeyInput) -> KeyMetadata {
    cloud.call::<CreateKey>(input).await.unwrap().key_metadata.unwrap()
}

/// Creates a symmetric key and answers its id.
pub(crate) async fn symmetric(cloud: &TestCloud) -> String {
    make(cloud, CreateKeyInput::default()).await.key_id
}

/// Creates a key of a kind for a usage and answers its id.
pub(crate) async fn key(cloud: &TestCloud, spec: &str, usage: &str) -> String {
    make(cloud, asked(spec, usage)).await.key_id
}

/// The input that creates a key of a kind for a usage.
pub(crate) fn asked(spec: &str, usage: &str) -> CreateKeyInput {
    CreateKeyInput {
        key_spec: Some(KeySpec::from(spec.to_owned())),
        key_usage: Some(KeyUsageType::from(usage.to_owned())),
        ..Default::default()
    }
}

/// The metadata of a key.
pub(crate) async fn describe(cloud: &TestCloud, id: &str) -> KeyMetadata {
    let input = DescribeKeyInput { key_id: id.to_owned(), ..Default::default() };
    cloud.call::<DescribeKey>(input).await.unwrap().key_metadata.unwrap()
}

/// The state of a key.
pub(crate) async fn state(cloud: &TestCloud, id: &str) -> String {
    describe(cloud, id).await.key_state.unwrap().as_str().to_owned()
}

/// The ARN of a key of the usual account and region.
pub(crate) fn arn(id: &str) -> String {
    format!("arn:aws:kms:us-east-1:000000000000:key/{id}")
}

/// The input that encrypts a text.
pub(crate) fn encrypting(id: &str, plain: &str) -> EncryptInput {
    EncryptInput { key_id: id.to_owned(), plaintext: Bytes::copy_from_slice(plain.as_bytes()), ..Default::default() }
}

/// Encrypts a text.
pub(crate) async fn encrypt(cloud: &TestCloud, id: &str, plain: &str) -> Bytes {
    cloud.call::<Encrypt>(encrypting(id, plain)).await.unwrap().ciphertext_blob.unwrap()
}

/// The input that decrypts.
pub(crate) fn decrypting(blob: &Bytes) -> DecryptInput {
    DecryptInput { ciphertext_blob: Some(blob.clone()), ..Default::default() }
}

/// Decrypts to a text.
pub(crate) async fn decrypt(cloud: &TestCloud, blob: &Bytes) -> String {
    let plain = cloud.call::<Decrypt>(decrypting(blob)).await.unwrap().plaintext.unwrap();
    String::from_utf8(plain.to_vec()).unwrap()
}

/// An encryption context.
pub(crate) fn context(pairs: &[(&str, &str)]) -> Option<BTreeMap<String, String>> {
    Some(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
}

/// A user of an account.
pub(crate) fn user(cloud: &TestCloud, name: &str) -> Caller {
    let account = cloud.account();
    let arn = format!("arn:aws:iam::{account}:user/{name}");
    let principal = Principal::User { arn, id: format!("AIDA{name}") };
    Caller { account, principal, access_key: None, session: None }
}

/// How a call of a user failed: the code of an exception, `AccessDenied` or the text of an invalid input; `ok` when it did
/// not.
pub(crate) async fn tried<O: Operation>(cloud: &TestCloud, caller: &Caller, input: O::Input) -> String {
    match cloud.call_as::<O>(caller.clone(), input).await {
        Ok(_) => "ok".to_owned(),
        Err(Error::Modeled(error)) => error.schema.code.to_owned(),
        Err(Error::Fault(Fault::AccessDenied { .. })) => "AccessDenied".to_owned(),
        Err(Error::Fault(Fault::Invalid { message })) => message,
        Err(Error::Fault(fault)) => panic!("{fault:?}"),
    }
}

/// Code and text of an error, `ValidationException` for an invalid input.
pub(crate) async fn refused<O: Operation>(cloud: &TestCloud, input: O::Input) -> (String, String) {
    match cloud.call::<O>(input).await {
        Ok(_) => panic!("{} succeeded", O::SCHEMA.name),
        Err(Error::Modeled(error)) => (error.schema.code.to_owned(), error.message),
        Err(Error::Fault(Fault::Invalid { message })) => ("ValidationException".to_owned(), message),
        Err(Error::Fault(Fault::AccessDenied { reason, .. })) => ("AccessDenied".to_owned(), reason),
        Err(Error::Fault(Fault::NotImplemented { operation, .. })) => ("NotImplemented".to_owned(), operation),
        Err(Error::Fault(fault)) => panic!("{fault:?}"),
    }
}

/// Moves the clock on; what is due on the way happens.
pub(crate) async fn pass(cloud: &TestCloud, duration: Duration) {
    let target = cloud.runtime().clock.now().plus(duration);
    cloud.cloud().timers().advance_through(target, |due| cloud.cloud().fire(due)).await.unwrap();
}
