//! Organizations beside IAM and STS: roles in new accounts, users bound by control policies, and what users may do here.

use api_iam::{CreateUser, CreateUserInput, GetRole, GetRoleInput, PutUserPolicy, PutUserPolicyInput};
use api_organizations::*;
use api_sqs::{ListQueues, ListQueuesInput};
use api_sts::{AssumeRole, AssumeRoleInput};
use service_kit::{Caller, Error, Fault, Principal};
use smithy::Operation;
use testkit::TestCloud;

use crate::cloud::*;

fn with_iam() -> TestCloud {
    let services = |parts: &service_kit::CloudParts| {
        vec![
            svc_iam::service(parts),
            svc_organizations::service(parts),
            svc_sqs::service(parts),
            svc_sts::service(parts),
        ]
    };
    TestCloud::new(services).fresh_account()
}

async fn organization_with_iam() -> TestCloud {
    let cloud = with_iam();
    cloud.call::<CreateOrganization>(CreateOrganizationInput::default()).await.unwrap();
    cloud
}

async fn user(cloud: &TestCloud, name: &str, document: Option<&str>) -> Caller {
    let input = CreateUserInput { user_name: name.to_owned(), ..CreateUserInput::default() };
    let user = cloud.call::<CreateUser>(input).await.unwrap().user.unwrap();
    if let Some(document) = document {
        let input = PutUserPolicyInput {
            user_name: name.to_owned(),
            policy_name: "p".to_owned(),
            policy_document: document.to_owned(),
        };
        cloud.call::<PutUserPolicy>(input).await.unwrap();
    }
    let principal = Principal::User { arn: user.arn, id: user.user_id };
    Caller { account: cloud.account(), principal, access_key: None, session: None }
}

fn allow(action: &str, resource: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"{resource}","Condition":{condition}}}]}}"#
    )
}

/// None when it was allowed; the end of the denial otherwise. Other errors count as allowed: the door was open.
async fn denial<O: Operation>(cloud: &TestCloud, caller: &Caller, input: O::Input) -> Option<String> {
    match cloud.call_as::<O>(caller.clone(), input).await {
        Err(Error::Fault(Fault::AccessDenied { reason, .. })) => Some(reason),
        _ => None,
    }
}

#[tokio::test]
async fn a_new_account_lets_its_head_in() {
    let cloud = organization_with_iam().await;
    let made = member(&cloud, "made").await;
    let role = |name: &str| GetRoleInput { role_name: name.into() };
    let shown = made.call::<GetRole>(role("OrganizationAccountAccessRole")).await.unwrap().role;
    until(|| async { made.call::<GetRole>(role("AWSServiceRoleForOrganizations")).await.is_ok() }).await;
    until(|| async { cloud.call::<GetRole>(role("AWSServiceRoleForOrganizations")).await.is_ok() }).await;

    let admin = user(&cloud, "admin", Some(&allow("*", "*", "{}"))).await;
    let input =
        AssumeRoleInput { role_arn: shown.arn.clone(), role_session_name: "s".into(), ..AssumeRoleInput::default() };
    let assumed = cloud.call_as::<AssumeRole>(admin, input).await.unwrap().assumed_role_user.unwrap();
    let session = Caller {
        account: made.account(),
        principal: Principal::RoleSession { arn: assumed.arn, id: assumed.assumed_role_id, role: shown.arn },
        access_key: None,
        session: None,
    };
    assert_eq!(denial::<ListQueues>(&cloud, &session, ListQueuesInput::default()).await, None);
    enable(&cloud, PolicyType::ServiceControlPolicy).await;
    let deny = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"sqs:*","Resource":"*"}]}"#;
    let deny = policy(&cloud, "deny", PolicyType::ServiceControlPolicy, deny).await;
    attach(&cloud, &deny, made.account()).await;
    let reason = denial::<ListQueues>(&cloud, &session, ListQueuesInput::default()).await.unwrap();
    assert!(reason.starts_with("with an explicit deny in a service control policy"), "{reason}");
}

#[tokio::test]
async fn users_of_members_are_bound() {
    let cloud = organization_with_iam().await;
    let guest = invited(&cloud).await;
    let (ours, theirs) = (
        user(&cloud, "ada", Some(&allow("sqs:*", "*", "{}"))).await,
        user(&guest, "bob", Some(&allow("sqs:*", "*", "{}"))).await,
    );
    enable(&cloud, PolicyType::ServiceControlPolicy).await;
    let only = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}"#;
    let only = policy(&cloud, "only", PolicyType::ServiceControlPolicy, only).await;
    let root = root_id(&cloud).await;
    attach(&cloud, &only, &root).await;
    assert_eq!(denial::<ListQueues>(&cloud, &theirs, ListQueuesInput::default()).await, None);
    detach(&cloud, "p-FullAWSAccess", &root).await;
    let reason = denial::<ListQueues>(&cloud, &theirs, ListQueuesInput::default()).await.unwrap();
    assert_eq!(reason, "because no service control policy allows the sqs:ListQueues action");
    assert_eq!(denial::<ListQueues>(&cloud, &ours, ListQueuesInput::default()).await, None);
}

#[tokio::test]
async fn what_users_may_do_here() {
    let cloud = organization_with_iam().await;
    let guest = invited(&cloud).await;
    let root = root_id(&cloud).await;
    let nobody = user(&cloud, "nobody", None).await;
    let foreign = user(&guest, "nobody", None).await;
    for caller in [&nobody, &foreign] {
        let input = DescribeAccountInput { account_id: guest.account().to_string() };
        let reason = denial::<DescribeAccount>(&cloud, caller, input).await.unwrap();
        assert_eq!(reason, "because no identity-based policy allows the organizations:DescribeAccount action");
    }
    let arn = format!("arn:aws:organizations::{}:account/o-*/{}", cloud.account(), guest.account());
    let describes = user(&cloud, "describes", Some(&allow("organizations:DescribeAccount", &arn, "{}"))).await;
    for (account, allowed) in [(&guest, true), (&cloud, false)] {
        let input = DescribeAccountInput { account_id: account.account().to_string() };
        assert_eq!(denial::<DescribeAccount>(&cloud, &describes, input).await.is_none(), allowed);
    }
    let kind = r#"{"StringEquals":{"organizations:PolicyType":"TAG_POLICY"}}"#;
    let tagger = user(&cloud, "tagger", Some(&allow("organizations:*", "*", kind))).await;
    for (policy_type, content, allowed) in
        [(PolicyType::TagPolicy, r#"{"tags":{}}"#, true), (PolicyType::BackupPolicy, r#"{"plans":{}}"#, false)]
    {
        let input = new_policy("p", policy_type, content);
        assert_eq!(denial::<CreatePolicy>(&cloud, &tagger, input).await.is_none(), allowed);
    }
    let team = r#"{"StringEquals":{"aws:ResourceTag/team":"blue"}}"#;
    let blue = user(&cloud, "blue", Some(&allow("organizations:*", "*", team))).await;
    let describe = || ListParentsInput { child_id: guest.account().to_string(), ..Default::default() };
    assert!(denial::<ListParents>(&cloud, &blue, describe()).await.is_some());
    let tags = vec![Tag { key: "team".into(), value: "blue".into() }];
    cloud.call::<TagResource>(TagResourceInput { resource_id: guest.account().to_string(), tags }).await.unwrap();
    assert_eq!(denial::<ListParents>(&cloud, &blue, describe()).await, None);
    let asked = r#"{"StringEquals":{"aws:RequestTag/team":"blue"}}"#;
    let asks = user(&cloud, "asks", Some(&allow("organizations:*", "*", asked))).await;
    let unit = |value: Option<&str>| CreateOrganizationalUnitInput {
        parent_id: root.clone(),
        name: "u".into(),
        tags: value.map(|value| vec![Tag { key: "team".into(), value: value.into() }]),
    };
    for (value, allowed) in [(None, false), (Some("red"), false), (Some("blue"), true)] {
        assert_eq!(
            denial::<CreateOrganizationalUnit>(&cloud, &asks, unit(value)).await.is_none(),
            allowed,
            "{value:?}"
        );
    }
    let service = r#"{"StringEquals":{"organizations:ServicePrincipal":"config.amazonaws.com"}}"#;
    let trusts = user(&cloud, "trusts", Some(&allow("organizations:*", "*", service))).await;
    for (service, allowed) in [("config.amazonaws.com", true), ("fms.amazonaws.com", false)] {
        let input = EnableAWSServiceAccessInput { service_principal: service.into() };
        assert_eq!(denial::<EnableAWSServiceAccess>(&cloud, &trusts, input).await.is_none(), allowed);
    }
}

#[tokio::test]
async fn an_invited_accounts_user_answers() {
    let cloud = organization_with_iam().await;
    let guest = cloud.fresh_account();
    let id = invite(&cloud, guest.account()).await;
    let arn = format!("arn:aws:organizations::{}:handshake/o-*/invite/{id}", cloud.account());
    let answers = user(&guest, "answers", Some(&allow("organizations:AcceptHandshake", &arn, "{}"))).await;
    let nobody = user(&guest, "nobody", None).await;
    let accept = || AcceptHandshakeInput { handshake_id: id.clone() };
    assert!(denial::<AcceptHandshake>(&cloud, &nobody, accept()).await.is_some());
    cloud.call_as::<AcceptHandshake>(answers, accept()).await.unwrap();
}

#[tokio::test]
async fn a_delegated_user_needs_both() {
    let cloud = organization_with_iam().await;
    let guest = invited(&cloud).await;
    let named = user(&guest, "named", Some(&allow("organizations:*", "*", "{}"))).await;
    let other = user(&guest, "other", Some(&allow("organizations:*", "*", "{}"))).await;
    let Principal::User { arn, .. } = &named.principal else { panic!("a user") };
    let content = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{arn}"}},"Action":"organizations:ListPolicies","Resource":"*"}}]}}"#
    );
    cloud.call::<PutResourcePolicy>(PutResourcePolicyInput { content, tags: None }).await.unwrap();
    let list = || ListPoliciesInput { filter: PolicyType::ServiceControlPolicy, ..Default::default() };
    assert!(cloud.call_as::<ListPolicies>(named, list()).await.is_ok());
    let refused = cloud.call_as::<ListPolicies>(other, list()).await;
    assert!(matches!(refused, Err(Error::Modeled(error)) if error.schema.code == "AccessDeniedException"));
}
