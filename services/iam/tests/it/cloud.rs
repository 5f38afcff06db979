//! What the tests of this service share: a cloud, documents, calls in a line, requests signed with issued keys.

use api_iam::*;
use names::AccountId;
use service_kit::{Caller, Error, Principal};
use sigv4::sign::{SignBody, Signer};
use sigv4::{Algorithm, Secret, Style};
use smithy::Operation;
use testkit::{TestCloud, WireAnswer, WireRequest};

/// A trust policy for EC2.
pub(crate) const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
/// Allows everything of SQS.
pub(crate) const SQS: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}"#;
/// Allows everything of IAM.
pub(crate) const IAM: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}"#;

/// A cloud with IAM, and SQS to be allowed or not.
pub(crate) fn cloud() -> TestCloud {
    TestCloud::new(|parts| vec![svc_iam::service(parts), svc_sqs::service(parts)])
}

/// A document that allows an action on a resource.
pub(crate) fn allow(action: &str, resource: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}]}}"#
    )
}

/// Creates a user.
pub(crate) async fn user(cloud: &TestCloud, name: &str) -> User {
    let input = CreateUserInput { user_name: name.to_owned(), ..Default::default() };
    cloud.call::<CreateUser>(input).await.unwrap().user.unwrap()
}

/// Creates a group.
pub(crate) async fn group(cloud: &TestCloud, name: &str) -> Group {
    let input = CreateGroupInput { group_name: name.to_owned(), ..Default::default() };
    cloud.call::<CreateGroup>(input).await.unwrap().group
}

/// The input that creates a role.
pub(crate) fn role_input(name: &str, trust: &str) -> CreateRoleInput {
    CreateRoleInput { role_name: name.to_owned(), assume_role_policy_document: trust.to_owned(), ..Default::default() }
}

/// Creates a role for EC2.
pub(crate) async fn role(cloud: &TestCloud, name: &str) -> Role {
    cloud.call::<CreateRole>(role_input(name, TRUST)).await.unwrap().role
}

/// Creates a managed policy and answers its ARN.
pub(crate) async fn policy(cloud: &TestCloud, name: &str, document: &str) -> String {
    let input =
        CreatePolicyInput { policy_name: name.to_owned(), policy_document: document.to_owned(), ..Default::default() };
    cloud.call::<CreatePolicy>(input).await.unwrap().policy.unwrap().arn.unwrap()
}

/// Creates an access key of a user.
pub(crate) async fn key(cloud: &TestCloud, user: &str) -> AccessKey {
    let input = CreateAccessKeyInput { user_name: Some(user.to_owned()) };
    cloud.call::<CreateAccessKey>(input).await.unwrap().access_key
}

/// Puts an inline policy into a user.
pub(crate) async fn put_user_policy(cloud: &TestCloud, user: &str, name: &str, document: &str) {
    let input = PutUserPolicyInput {
        user_name: user.to_owned(),
        policy_name: name.to_owned(),
        policy_document: document.to_owned(),
    };
    cloud.call::<PutUserPolicy>(input).await.unwrap();
}

/// Attaches a policy to a user.
pub(crate) async fn attach_user(cloud: &TestCloud, user: &str, arn: &str) {
    let input = AttachUserPolicyInput { user_name: user.to_owned(), policy_arn: arn.to_owned() };
    cloud.call::<AttachUserPolicy>(input).await.unwrap();
}

/// A caller that is a user.
pub(crate) fn as_user(account: AccountId, user: &User) -> Caller {
    let principal = Principal::User { arn: user.arn.clone(), id: user.user_id.clone() };
    Caller { account, principal, access_key: None, session: None }
}

/// The ARN of something in the cloud's account, as in `user/a`.
pub(crate) fn arn(cloud: &TestCloud, resource: &str) -> String {
    format!("arn:aws:iam::{}:{resource}", cloud.account())
}

/// Text without percent-encoding.
pub(crate) fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                out.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
            }
            _ => out.push(byte),
        }
    }
    String::from_utf8(out).unwrap()
}

/// Calls an operation that must be refused, and tells the code on the wire and the text.
pub(crate) async fn refusal<O: Operation>(cloud: &TestCloud, input: O::Input) -> (String, String) {
    match cloud.call::<O>(input).await {
        Err(Error::Modeled(error)) => (error.schema.query_code.to_owned(), error.message),
        Err(Error::Fault(fault)) => panic!("{}: {fault:?}", O::SCHEMA.name),
        Ok(_) => panic!("{} succeeded", O::SCHEMA.name),
    }
}

/// Sends a query signed with a key that IAM issued.
pub(crate) async fn signed(cloud: &TestCloud, key: &AccessKey, service: &'static str, form: &str) -> WireAnswer {
    let mut wire = WireRequest::query(service, form);
    wire.signed_for = "";
    let mut request = http::Request::builder().method("POST").uri("/").header("host", "localhost:4566");
    for (name, value) in &wire.headers {
        request = request.header(*name, value);
    }
    let (mut head, ()) = request.body(()).unwrap().into_parts();
    let signer = Signer {
        access_key: &key.access_key_id,
        secret: &Secret::new(&key.secret_access_key),
        session_token: None,
        region: cloud.region().as_str(),
        service,
        style: Style::of_service(service),
        algorithm: Algorithm::HmacSha256,
    };
    let (at, body) = (cloud.runtime().clock.real_now(), SignBody::Bytes(&wire.body));
    signer.sign(&head.method, &head.uri, &mut head.headers, "localhost:4566", body, at).unwrap();
    for name in ["authorization", "x-amz-date", "x-amz-content-sha256"] {
        let value = head.headers.get(name).and_then(|value| value.to_str().ok());
        wire.headers.extend(value.map(|value| (name, value.to_owned())));
    }
    cloud.send(wire).await
}

/// What `ListQueues` answers to a key: the status, and the code of an error.
pub(crate) async fn list_queues(cloud: &TestCloud, key: &AccessKey) -> (u16, String) {
    let answer = signed(cloud, key, "sqs", "Action=ListQueues&Version=2012-11-05").await;
    (answer.status.as_u16(), code(&answer))
}

/// The code of an error; empty when there is none.
pub(crate) fn code(answer: &WireAnswer) -> String {
    between(&answer.text(), "<Code>", "</Code>")
}

/// What stands between two texts.
pub(crate) fn between(text: &str, start: &str, end: &str) -> String {
    let rest = text.split_once(start).map_or("", |(_, rest)| rest);
    rest.split_once(end).map_or(String::new(), |(found, _)| found.to_owned())
}
