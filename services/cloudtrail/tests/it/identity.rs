//! Who made a call: each kind of caller in its words, and what another account gets to know of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use api_sqs::{GetQueueAttributes, GetQueueAttributesInput, PurgeQueue, PurgeQueueInput};
use api_sts::{
    AssumeRoleWithSAML, AssumeRoleWithSAMLInput, AssumeRoleWithSAMLOutput, AssumeRoleWithWebIdentity,
    AssumeRoleWithWebIdentityInput, AssumeRoleWithWebIdentityOutput,
};
use names::{AccountId, Tags, Timestamp};
use serde_json::{Value, json};
use service_kit::{Access, Caller, Ctx, Operations, Outcome, Principal, Service, Session};

use crate::cloud::*;

fn session(account: AccountId, principal: Principal, issuer: &str) -> Session {
    Session {
        account,
        principal,
        issuer: issuer.into(),
        issued: Timestamp::from_secs(1_767_225_600),
        expires: Timestamp::from_secs(1_767_229_200),
        policies: Vec::new(),
        policy_arns: Vec::new(),
        tags: Tags::new(),
        transitive_tags: Vec::new(),
        source_identity: Some("ada".into()),
        mfa: Some(Timestamp::from_secs(1_767_225_600)),
        chained: false,
        context: BTreeMap::new(),
    }
}

fn role(account: AccountId) -> Principal {
    Principal::RoleSession {
        arn: format!("arn:aws:sts::{account}:assumed-role/reader/tests"),
        id: "AROAEXAMPLE:tests".into(),
        role: format!("arn:aws:iam::{account}:role/path/reader"),
    }
}

fn caller(account: AccountId, principal: Principal, session: Option<Session>) -> Caller {
    Caller { account, principal, access_key: Some("ASIAEXAMPLE".into()), session: session.map(Arc::new) }
}

async fn identity_of(caller: Caller) -> Value {
    let cloud = open_cloud();
    cloud.call_as::<api_sqs::CreateQueue>(caller, queue("q")).await.unwrap();
    the_event(&cloud, "CreateQueue").await["userIdentity"].take()
}

#[tokio::test]
async fn an_iam_user() {
    let identity = identity_of(user(AccountId::DEFAULT, "team/alice")).await;
    let expected = json!({
        "type": "IAMUser",
        "principalId": "AIDAEXAMPLE",
        "arn": "arn:aws:iam::000000000000:user/team/alice",
        "accountId": "000000000000",
        "accessKeyId": "AKIAEXAMPLE",
        "userName": "alice",
    });
    assert_eq!(identity, expected);
}

#[tokio::test]
async fn a_role_with_its_issuer() {
    let principal = role(AccountId::DEFAULT);
    let mut session = session(AccountId::DEFAULT, principal.clone(), "AROAEXAMPLE");
    session.context.insert("aws:FederatedProvider".into(), vec!["accounts.google.com".into()]);
    session.context.insert("accounts.google.com:sub".into(), vec!["7".into()]);
    let identity = identity_of(caller(AccountId::DEFAULT, principal, Some(session))).await;
    let expected = json!({
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLE:tests",
        "arn": "arn:aws:sts::000000000000:assumed-role/reader/tests",
        "accountId": "000000000000",
        "accessKeyId": "ASIAEXAMPLE",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAEXAMPLE",
                "arn": "arn:aws:iam::000000000000:role/path/reader",
                "accountId": "000000000000",
                "userName": "reader",
            },
            "webIdFederationData": {
                "federatedProvider": "accounts.google.com",
                "attributes": {"accounts.google.com:sub": "7"},
            },
            "attributes": {"creationDate": "2026-01-01T00:00:00Z", "mfaAuthenticated": "true"},
            "sourceIdentity": "ada",
        },
    });
    assert_eq!(identity, expected);
}

#[tokio::test]
async fn a_federated_user() {
    let arn = "arn:aws:sts::000000000000:federated-user/bob".to_owned();
    let principal = Principal::Federated { arn, id: "000000000000:bob".into() };
    let mut session = session(AccountId::DEFAULT, principal.clone(), "AIDAEXAMPLE");
    session.mfa = None;
    let identity = identity_of(caller(AccountId::DEFAULT, principal, Some(session))).await;
    assert_eq!(identity["type"], "FederatedUser");
    assert_eq!(identity["principalId"], "000000000000:bob");
    assert_eq!(identity["sessionContext"]["sessionIssuer"]["principalId"], "AIDAEXAMPLE");
    assert_eq!(identity["sessionContext"]["attributes"]["mfaAuthenticated"], "false");
}

#[tokio::test]
async fn a_service() {
    let cloud = open_cloud();
    let sns = Caller::service("sns.amazonaws.com", cloud.account());
    cloud.call_as::<api_sqs::CreateQueue>(sns, queue("q")).await.unwrap();
    let event = the_event(&cloud, "CreateQueue").await;
    assert_eq!(event["userIdentity"], json!({"type": "AWSService", "invokedBy": "sns.amazonaws.com"}));
    assert_eq!(event["sourceIPAddress"], "sns.amazonaws.com");
    assert_eq!(event["userAgent"], "sns.amazonaws.com");
}

#[tokio::test]
async fn the_cloud_itself_leaves_no_event() {
    let cloud = open_cloud();
    let internal = Caller::internal("cloudformation", cloud.account());
    cloud.call_as::<api_sqs::CreateQueue>(internal, queue("q")).await.unwrap();
    assert!(look(&cloud, by("EventName", "CreateQueue")).await.is_empty());
}

#[tokio::test]
async fn both_accounts_get_a_call_across_them() {
    let cloud = open_cloud();
    let other = cloud.fresh_account();
    create(&other, "shared").await;
    let url = format!("http://localhost:4566/{}/shared", other.account());
    let alice = user(cloud.account(), "alice");
    cloud.call_as::<PurgeQueue>(alice, PurgeQueueInput { queue_url: url }).await.unwrap();
    let (own, theirs) = (the_event(&cloud, "PurgeQueue").await, the_event(&other, "PurgeQueue").await);
    assert_eq!(own["userIdentity"]["type"], "IAMUser");
    let known = json!({"type": "AWSAccount", "principalId": "AIDAEXAMPLE", "accountId": "000000000000"});
    assert_eq!(theirs["userIdentity"], known);
    assert_eq!(own["recipientAccountId"], "000000000000");
    assert_eq!(theirs["recipientAccountId"], other.account().to_string());
    assert!(own["sharedEventID"].is_string());
    assert_eq!(own["sharedEventID"], theirs["sharedEventID"]);
    assert_ne!(own["eventID"], theirs["eventID"]);
}

#[tokio::test]
async fn nobody_is_only_known_to_the_owner() {
    let cloud = open_cloud();
    let owner = cloud.fresh_account();
    create(&owner, "public").await;
    let url = format!("http://localhost:4566/{}/public", owner.account());
    let nobody = Caller::anonymous(AccountId::DEFAULT);
    cloud.call_as::<PurgeQueue>(nobody, PurgeQueueInput { queue_url: url.clone() }).await.unwrap();
    let event = the_event(&owner, "PurgeQueue").await;
    let known = json!({"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"});
    assert_eq!(event["userIdentity"], known);
    assert!(look(&cloud, by("EventName", "PurgeQueue")).await.is_empty());
    let denied = url.replace("public", "forbidden");
    let input = GetQueueAttributesInput { queue_url: denied, attribute_names: None };
    cloud.call_as::<GetQueueAttributes>(user(cloud.account(), "eve"), input).await.unwrap_err();
}

#[tokio::test]
async fn the_bearers_of_what_an_identity_provider_signed() {
    let cloud = open_cloud_with(|_| sts());
    let nobody = Caller::anonymous(cloud.account());
    let role_arn = "arn:aws:iam::000000000000:role/r";
    let input = AssumeRoleWithSAMLInput { role_arn: role_arn.into(), ..Default::default() };
    cloud.call_as::<AssumeRoleWithSAML>(nobody.clone(), input).await.unwrap();
    let saml = json!({
        "type": "SAMLUser",
        "principalId": "bdGOnTesti4+ExamplexL/jEvs=:SamlExample",
        "userName": "SamlExample",
        "identityProvider": "bdGOnTesti4+ExamplexL/jEvs=",
    });
    let event = the_event(&cloud, "AssumeRoleWithSAML").await;
    assert_eq!(event["userIdentity"], saml);
    assert_eq!(event["responseElements"]["issuer"], "https://integ.example.com/idp/shibboleth");
    let input = AssumeRoleWithWebIdentityInput { role_arn: role_arn.into(), ..Default::default() };
    cloud.call_as::<AssumeRoleWithWebIdentity>(nobody, input).await.unwrap();
    let web = json!({
        "type": "WebIdentityUser",
        "principalId": "accounts.google.com:app.apps.googleusercontent.com:user-id",
        "userName": "user-id",
        "identityProvider": "accounts.google.com",
    });
    assert_eq!(the_event(&cloud, "AssumeRoleWithWebIdentity").await["userIdentity"], web);
    assert_eq!(look(&cloud, by("Username", "SamlExample")).await.len(), 1);
}

/// STS as far as identity providers are heard: it takes whatever is brought.
fn sts() -> Service {
    let operations = Operations::new()
        .on::<AssumeRoleWithSAML>(|_, input| Ok(Access::to(&input.role_arn)), saml)
        .on::<AssumeRoleWithWebIdentity>(|_, input| Ok(Access::to(&input.role_arn)), web_identity);
    Service::new(&api_sts::SERVICE, operations)
}

async fn saml(_: &Ctx, _: AssumeRoleWithSAMLInput) -> Outcome<AssumeRoleWithSAML> {
    Ok(AssumeRoleWithSAMLOutput {
        subject: Some("SamlExample".into()),
        issuer: Some("https://integ.example.com/idp/shibboleth".into()),
        name_qualifier: Some("bdGOnTesti4+ExamplexL/jEvs=".into()),
        ..Default::default()
    })
}

async fn web_identity(_: &Ctx, _: AssumeRoleWithWebIdentityInput) -> Outcome<AssumeRoleWithWebIdentity> {
    Ok(AssumeRoleWithWebIdentityOutput {
        subject_from_web_identity_token: Some("user-id".into()),
        provider: Some("accounts.google.com".into()),
        audience: Some("app.apps.googleusercontent.com".into()),
        ..Default::default()
    })
}
