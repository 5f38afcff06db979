//! The credential report, last uses, and which policies grant what.

use std::time::Duration;

use api_iam::*;
use testkit::TestCloud;

use crate::cloud::*;

#[tokio::test]
async fn generate_credential_report_and_get_credential_report() {
    let cloud = cloud();
    let get = || GetCredentialReportInput {};
    assert_eq!(refusal::<GetCredentialReport>(&cloud, get()).await.0, "ReportNotPresent");
    user(&cloud, "ann").await;
    let login = CreateLoginProfileInput {
        user_name: Some("ann".into()),
        password: Some("Aa345678".into()),
        password_reset_required: None,
    };
    cloud.call::<CreateLoginProfile>(login).await.unwrap();
    key(&cloud, "ann").await;
    let policy = UpdateAccountPasswordPolicyInput { max_password_age: Some(1), ..Default::default() };
    cloud.call::<UpdateAccountPasswordPolicy>(policy).await.unwrap();
    let generate = async || {
        let output = cloud.call::<GenerateCredentialReport>(GenerateCredentialReportInput {}).await.unwrap();
        output.state.unwrap()
    };
    assert_eq!(generate().await, ReportStateType::Started);
    assert_eq!(generate().await, ReportStateType::Complete);
    let report = cloud.call::<GetCredentialReport>(get()).await.unwrap();
    let text = String::from_utf8(report.content.unwrap().to_vec()).unwrap();
    let lines: Vec<Vec<_>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert!(lines.iter().all(|line| line.len() == 22), "{text}");
    assert_eq!((lines[0][0], lines[1][0], lines[2][0]), ("user", "<root_account>", "ann"));
    let column = |name: &str| lines[0].iter().position(|column| *column == name).unwrap();
    assert_eq!(lines[2][column("password_enabled")], "true");
    assert_eq!(lines[2][column("password_next_rotation")], "2026-01-02T00:00:00+00:00");
    assert_eq!((lines[2][column("access_key_1_active")], lines[2][column("access_key_2_active")]), ("true", "false"));
    cloud.advance(Duration::from_secs(4 * 3600)).await;
    assert_eq!(refusal::<GetCredentialReport>(&cloud, get()).await.0, "ReportExpired");
    assert_eq!(generate().await, ReportStateType::Started);
}

async fn job(cloud: &TestCloud, arn: &str, granularity: Option<AccessAdvisorUsageGranularityType>) -> String {
    let input = GenerateServiceLastAccessedDetailsInput { arn: arn.into(), granularity };
    cloud.call::<GenerateServiceLastAccessedDetails>(input).await.unwrap().job_id.unwrap()
}

async fn details(cloud: &TestCloud, job_id: &str) -> GetServiceLastAccessedDetailsOutput {
    let input = GetServiceLastAccessedDetailsInput { job_id: job_id.into(), ..Default::default() };
    cloud.call::<GetServiceLastAccessedDetails>(input).await.unwrap()
}

async fn use_sqs(cloud: &TestCloud, key: &AccessKey) {
    let answer = signed(cloud, key, "sqs", "Action=ListQueues&Version=2012-11-05").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test]
async fn generate_service_last_accessed_details_tells_real_uses() {
    let cloud = cloud();
    let ann = user(&cloud, "ann").await;
    let arn = policy(&cloud, "sqs", SQS).await;
    attach_user(&cloud, "ann", &arn).await;
    put_user_policy(&cloud, "ann", "sns", &allow("sns:Publish", "*")).await;
    let ann_key = key(&cloud, "ann").await;
    let before = job(&cloud, &ann.arn, None).await;
    let services = |output: &GetServiceLastAccessedDetailsOutput| {
        output.services_last_accessed.iter().map(|one| one.service_namespace.clone()).collect::<Vec<_>>()
    };
    let shown = details(&cloud, &before).await;
    assert_eq!(services(&shown), ["sns", "sqs"], "what the policies allow");
    assert!(shown.services_last_accessed.iter().all(|one| one.last_authenticated.is_none()));
    cloud.advance(Duration::from_secs(3_600)).await;
    use_sqs(&cloud, &ann_key).await;
    cloud.advance(Duration::from_secs(60)).await;
    assert!(details(&cloud, &before).await.services_last_accessed[1].last_authenticated.is_none(), "as of then");
    let after =
        details(&cloud, &job(&cloud, &ann.arn, Some(AccessAdvisorUsageGranularityType::ActionLevel)).await).await;
    let sqs = &after.services_last_accessed[1];
    assert_eq!((&*sqs.service_name, sqs.total_authenticated_entities), ("Amazon SQS", Some(1)));
    assert_eq!(sqs.last_authenticated_entity.as_ref(), Some(&ann.arn));
    assert_eq!(sqs.last_authenticated_region.as_deref(), Some("us-east-1"));
    let tracked = sqs.tracked_actions_last_accessed.as_ref().unwrap();
    let time =
        |name: &str| tracked.iter().find(|one| one.action_name.as_deref() == Some(name)).unwrap().last_accessed_time;
    assert!(time("ListQueues").is_some() && time("SendMessage").is_none());
    let sns = after.services_last_accessed[0].tracked_actions_last_accessed.as_ref().unwrap();
    assert_eq!(sns.len(), 1, "only what the policies allow");
    let by_policy = job(&cloud, &arn, None).await;
    assert_eq!(services(&details(&cloud, &by_policy).await), ["sqs"]);
    let input = GetServiceLastAccessedDetailsWithEntitiesInput {
        job_id: by_policy,
        service_namespace: "sqs".into(),
        ..Default::default()
    };
    let entities = cloud.call::<GetServiceLastAccessedDetailsWithEntities>(input).await.unwrap().entity_details_list;
    assert_eq!((&*entities[0].entity_info.name, entities[0].last_authenticated.is_some()), ("ann", true));
}

#[tokio::test]
async fn last_accessed_of_groups_and_of_nothing() {
    let cloud = cloud();
    for name in ["ann", "bob"] {
        user(&cloud, name).await;
    }
    let group = group(&cloud, "g").await;
    for name in ["ann", "bob"] {
        let input = AddUserToGroupInput { group_name: "g".into(), user_name: name.into() };
        cloud.call::<AddUserToGroup>(input).await.unwrap();
    }
    let input = PutGroupPolicyInput { group_name: "g".into(), policy_name: "p".into(), policy_document: SQS.into() };
    cloud.call::<PutGroupPolicy>(input).await.unwrap();
    use_sqs(&cloud, &key(&cloud, "bob").await).await;
    let job_id = job(&cloud, &group.arn, None).await;
    let input = GetServiceLastAccessedDetailsWithEntitiesInput {
        job_id: job_id.clone(),
        service_namespace: "sqs".into(),
        max_items: Some(1),
        marker: None,
    };
    let page = cloud.call::<GetServiceLastAccessedDetailsWithEntities>(input.clone()).await.unwrap();
    assert_eq!((&*page.entity_details_list[0].entity_info.name, page.is_truncated), ("bob", Some(true)));
    let next = GetServiceLastAccessedDetailsWithEntitiesInput { marker: page.marker, ..input };
    let page = cloud.call::<GetServiceLastAccessedDetailsWithEntities>(next).await.unwrap();
    assert_eq!((&*page.entity_details_list[0].entity_info.name, page.is_truncated), ("ann", Some(false)));
    for gone in ["user/x", "policy/x"] {
        let input = GenerateServiceLastAccessedDetailsInput { arn: arn(&cloud, gone), granularity: None };
        assert_eq!(refusal::<GenerateServiceLastAccessedDetails>(&cloud, input).await.0, "NoSuchEntity", "{gone}");
    }
    let none = GetServiceLastAccessedDetailsInput { job_id: "0".repeat(36), ..Default::default() };
    assert_eq!(refusal::<GetServiceLastAccessedDetails>(&cloud, none).await.0, "NoSuchEntity");
}

#[tokio::test]
async fn list_policies_granting_service_access() {
    let cloud = cloud();
    let ann = user(&cloud, "ann").await;
    let managed = policy(&cloud, "sqs", SQS).await;
    attach_user(&cloud, "ann", &managed).await;
    put_user_policy(&cloud, "ann", "both", &allow("*", "*")).await;
    let input = ListPoliciesGrantingServiceAccessInput {
        arn: ann.arn,
        service_namespaces: vec!["sqs".into(), "iam".into()],
        marker: None,
    };
    let found = cloud.call::<ListPoliciesGrantingServiceAccess>(input).await.unwrap();
    let named: Vec<_> = found
        .policies_granting_service_access
        .into_iter()
        .map(|entry| {
            let policies = entry.policies.unwrap().into_iter().map(|p| (p.policy_name, p.policy_type, p.entity_name));
            (entry.service_namespace.unwrap(), policies.collect::<Vec<_>>())
        })
        .collect();
    let inline = ("both".to_owned(), PolicyType::Inline, Some("ann".to_owned()));
    let attached = ("sqs".to_owned(), PolicyType::Managed, None);
    assert_eq!(named, [("iam".to_owned(), vec![inline.clone()]), ("sqs".to_owned(), vec![inline, attached])]);
}

#[tokio::test]
async fn set_security_token_service_preferences_and_outbound_web_identity_federation() {
    let cloud = cloud();
    let second = GlobalEndpointTokenVersion::V2Token;
    let input = SetSecurityTokenServicePreferencesInput { global_endpoint_token_version: second };
    cloud.call::<SetSecurityTokenServicePreferences>(input).await.unwrap();
    let summary = cloud.call::<GetAccountSummary>(GetAccountSummaryInput {}).await.unwrap().summary_map.unwrap();
    let (_, version) = summary.iter().find(|(key, _)| format!("{key:?}").contains("GlobalEndpoint")).unwrap();
    assert_eq!(*version, 2);
    let info = || GetOutboundWebIdentityFederationInfoInput {};
    assert_eq!(refusal::<GetOutboundWebIdentityFederationInfo>(&cloud, info()).await.0, "FeatureDisabled");
    let enable = || EnableOutboundWebIdentityFederationInput {};
    let issuer = cloud.call::<EnableOutboundWebIdentityFederation>(enable()).await.unwrap().issuer_identifier;
    assert!(issuer.as_ref().unwrap().contains(".tokens.sts."), "{issuer:?}");
    assert_eq!(refusal::<EnableOutboundWebIdentityFederation>(&cloud, enable()).await.0, "FeatureEnabled");
    let shown = cloud.call::<GetOutboundWebIdentityFederationInfo>(info()).await.unwrap();
    assert_eq!((&shown.issuer_identifier, shown.jwt_vending_enabled), (&issuer, Some(true)));
    let disable = || DisableOutboundWebIdentityFederationInput {};
    cloud.call::<DisableOutboundWebIdentityFederation>(disable()).await.unwrap();
    assert_eq!(refusal::<DisableOutboundWebIdentityFederation>(&cloud, disable()).await.0, "FeatureDisabled");
    let again = cloud.call::<EnableOutboundWebIdentityFederation>(enable()).await.unwrap().issuer_identifier;
    assert_eq!(again, issuer, "the issuer stays");
}
