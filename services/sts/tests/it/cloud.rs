//! A cloud with IAM and STS, its users and roles, and the callers behind credentials.

use std::sync::Arc;

use api_iam::{CreateRole, CreateRoleInput, CreateUser, CreateUserInput, PutRolePolicy, PutRolePolicyInput};
use api_iam::{PutUserPolicy, PutUserPolicyInput};
use api_sts::{AssumeRole, AssumeRoleInput, Credentials};
use service_kit::{Caller, Error, Fault, Principal};
use testkit::TestCloud;

/// IAM and STS, in a fresh account.
pub(crate) fn cloud() -> TestCloud {
    TestCloud::new(|parts| vec![svc_iam::service(parts), svc_sts::service(parts)]).fresh_account()
}

/// A statement that allows.
pub(crate) fn allow(action: &str, resource: &str) -> String {
    format!(
        "{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Action\":\"{action}\",\"Resource\":\"{resource}\"}}]}}"
    )
}

/// A trust policy: whom, to do what, under which conditions.
pub(crate) fn trust(principal: &str, action: &str, condition: &str) -> String {
    format!(
        "{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Principal\":{principal},\
         \"Action\":{action},\"Condition\":{condition}}}]}}"
    )
}

/// Trusts an account to assume, tag and name.
pub(crate) fn trusting(cloud: &TestCloud) -> String {
    let principal = format!("{{\"AWS\":\"{}\"}}", cloud.account());
    trust(&principal, "[\"sts:AssumeRole\",\"sts:TagSession\",\"sts:SetSourceIdentity\"]", "{}")
}

/// A user with a policy.
pub(crate) async fn user(cloud: &TestCloud, name: &str, policy: Option<&str>) -> Caller {
    let input = CreateUserInput { user_name: name.to_owned(), ..CreateUserInput::default() };
    let user = cloud.call::<CreateUser>(input).await.expect("a user").user.expect("a user");
    if let Some(policy) = policy {
        let (user_name, policy_name) = (name.to_owned(), "p".to_owned());
        let input = PutUserPolicyInput { user_name, policy_name, policy_document: policy.to_owned() };
        cloud.call::<PutUserPolicy>(input).await.expect("a policy");
    }
    let principal = Principal::User { arn: user.arn, id: user.user_id };
    Caller { account: cloud.account(), principal, access_key: None, session: None }
}

/// A role with a trust policy; its ARN.
pub(crate) async fn role(cloud: &TestCloud, name: &str, trust: &str) -> String {
    role_lasting(cloud, name, trust, 3_600).await
}

/// The same, with a longest session.
pub(crate) async fn role_lasting(cloud: &TestCloud, name: &str, trust: &str, seconds: i32) -> String {
    let input = CreateRoleInput {
        role_name: name.to_owned(),
        assume_role_policy_document: trust.to_owned(),
        max_session_duration: Some(seconds),
        ..CreateRoleInput::default()
    };
    cloud.call::<CreateRole>(input).await.expect("a role").role.arn
}

/// Allows a role something.
pub(crate) async fn let_role(cloud: &TestCloud, name: &str, policy: &str) {
    let (role_name, policy_name) = (name.to_owned(), "p".to_owned());
    let input = PutRolePolicyInput { role_name, policy_name, policy_document: policy.to_owned() };
    cloud.call::<PutRolePolicy>(input).await.expect("a policy");
}

/// What assuming a role asks at least.
pub(crate) fn assuming(role: &str) -> AssumeRoleInput {
    let (role_arn, role_session_name) = (role.to_owned(), "session".to_owned());
    AssumeRoleInput { role_arn, role_session_name, ..AssumeRoleInput::default() }
}

/// Whoever has these credentials.
pub(crate) fn holder(cloud: &TestCloud, credentials: &Credentials) -> Caller {
    let sessions = cloud.cloud().sessions();
    let session = sessions.open(&credentials.access_key_id, &credentials.session_token).expect("a session");
    assert_eq!(sessions.secret(&credentials.access_key_id), credentials.secret_access_key);
    let access_key = Some(credentials.access_key_id.clone());
    Caller { account: session.account, principal: session.principal.clone(), access_key, session: Some(session) }
}

/// A session of a role.
pub(crate) async fn in_role(cloud: &TestCloud, caller: &Caller, input: AssumeRoleInput) -> Caller {
    let answer = cloud.call_as::<AssumeRole>(caller.clone(), input).await.expect("a session");
    holder(cloud, &answer.credentials.expect("credentials"))
}

/// Code and text of a refusal; of the authority's the reason.
pub(crate) fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> (String, String) {
    match outcome {
        Err(Error::Modeled(error)) => (error.schema.query_code.to_owned(), error.message),
        Err(Error::Fault(Fault::AccessDenied { reason, .. })) => ("AccessDenied".to_owned(), reason),
        Err(Error::Fault(Fault::NotImplemented { operation, .. })) => ("NotImplemented".to_owned(), operation),
        other => panic!("{other:?}"),
    }
}

/// The session behind a caller.
pub(crate) fn session(caller: &Caller) -> &Arc<service_kit::Session> {
    caller.session.as_ref().expect("a session")
}
