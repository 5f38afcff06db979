//! What IAM makes of an organization: access to its members' roots, simulated bounds, last uses of whole accounts.

use std::time::Duration;

use api_iam::*;
use api_organizations::{
    AttachPolicy, AttachPolicyInput, CreateAccount, CreateAccountInput, CreateOrganization, CreateOrganizationInput,
    DescribeCreateAccountStatus, DescribeCreateAccountStatusInput, EnableAWSServiceAccess, EnableAWSServiceAccessInput,
    EnablePolicyType, EnablePolicyTypeInput, ListRoots, ListRootsInput,
};
use testkit::TestCloud;

use crate::cloud::{SQS, allow, key, put_user_policy, refusal, signed, user};

/// An organization with a member, called from its management account.
struct Company {
    management: TestCloud,
    member: TestCloud,
    root: String,
    path: String,
}

async fn company() -> Company {
    let all = |parts: &service_kit::CloudParts| {
        vec![svc_iam::service(parts), svc_organizations::service(parts), svc_sqs::service(parts)]
    };
    let management = TestCloud::new(all).fresh_account();
    let made = management.call::<CreateOrganization>(CreateOrganizationInput::default()).await.unwrap();
    let input = CreateAccountInput { email: "a@example.com".into(), account_name: "a".into(), ..Default::default() };
    let asked = management.call::<CreateAccount>(input).await.unwrap().create_account_status.unwrap().id.unwrap();
    management.advance(Duration::from_secs(2)).await;
    let member = loop {
        let input = DescribeCreateAccountStatusInput { create_account_request_id: asked.clone() };
        let status = management.call::<DescribeCreateAccountStatus>(input).await.unwrap();
        if let Some(account) = status.create_account_status.unwrap().account_id {
            break management.in_account(account.parse().unwrap());
        }
        tokio::task::yield_now().await;
    };
    let roots = management.call::<ListRoots>(ListRootsInput::default()).await.unwrap().roots.unwrap();
    let root = roots[0].id.clone().unwrap();
    let path = format!("{}/{root}", made.organization.unwrap().id.unwrap());
    Company { management, member, root, path }
}

impl Company {
    /// Attaches a service control policy to the member.
    async fn bound(&self, document: &str) -> String {
        let filter = api_organizations::PolicyType::ServiceControlPolicy;
        let input = EnablePolicyTypeInput { root_id: self.root.clone(), policy_type: filter.clone() };
        self.management.call::<EnablePolicyType>(input).await.unwrap();
        let input = api_organizations::CreatePolicyInput {
            content: document.to_owned(),
            name: "bound".into(),
            r#type: filter,
            ..Default::default()
        };
        let made = self.management.call::<api_organizations::CreatePolicy>(input).await.unwrap().policy.unwrap();
        let policy_id = made.policy_summary.unwrap().id.unwrap();
        let target_id = self.member.account().to_string();
        let input = AttachPolicyInput { policy_id: policy_id.clone(), target_id };
        self.management.call::<AttachPolicy>(input).await.unwrap();
        policy_id
    }

    async fn report(&self, path: &str, policy: Option<String>) -> GetOrganizationsAccessReportOutput {
        let input =
            GenerateOrganizationsAccessReportInput { entity_path: path.to_owned(), organizations_policy_id: policy };
        let job = self.management.call::<GenerateOrganizationsAccessReport>(input).await.unwrap().job_id.unwrap();
        let input = GetOrganizationsAccessReportInput { job_id: job, max_items: Some(1_000), ..Default::default() };
        self.management.call::<GetOrganizationsAccessReport>(input).await.unwrap()
    }
}

#[tokio::test]
async fn organizations_root_features_are_the_management_accounts() {
    let company = company().await;
    let list = || ListOrganizationsFeaturesInput {};
    let alone = company.management.fresh_account();
    assert_eq!(refusal::<ListOrganizationsFeatures>(&alone, list()).await.0, "OrganizationNotFoundException");
    let code = refusal::<ListOrganizationsFeatures>(&company.management, list()).await.0;
    assert_eq!(code, "ServiceAccessNotEnabledException");
    let trust = EnableAWSServiceAccessInput { service_principal: "iam.amazonaws.com".into() };
    company.management.call::<EnableAWSServiceAccess>(trust).await.unwrap();
    let code =
        refusal::<EnableOrganizationsRootSessions>(&company.member, EnableOrganizationsRootSessionsInput {}).await.0;
    assert_eq!(code, "AccountNotManagementOrDelegatedAdministratorException");
    let credentials = EnableOrganizationsRootCredentialsManagementInput {};
    company.management.call::<EnableOrganizationsRootCredentialsManagement>(credentials).await.unwrap();
    let sessions = EnableOrganizationsRootSessionsInput {};
    let both = company.management.call::<EnableOrganizationsRootSessions>(sessions).await.unwrap();
    let all = vec![FeatureType::RootCredentialsManagement, FeatureType::RootSessions];
    assert_eq!(both.enabled_features.as_ref(), Some(&all));
    assert!(company.path.starts_with(&both.organization_id.unwrap()));
    let off = DisableOrganizationsRootCredentialsManagementInput {};
    let left = company.management.call::<DisableOrganizationsRootCredentialsManagement>(off).await.unwrap();
    assert_eq!(left.enabled_features, Some(vec![FeatureType::RootSessions]));
    let off = DisableOrganizationsRootSessionsInput {};
    company.management.call::<DisableOrganizationsRootSessions>(off).await.unwrap();
    let shown = company.management.call::<ListOrganizationsFeatures>(list()).await.unwrap();
    assert_eq!(shown.enabled_features, Some(vec![]));
}

#[tokio::test]
async fn simulate_principal_policy_within_the_bounds_of_the_organization() {
    let company = company().await;
    let ann = user(&company.member, "ann").await;
    put_user_policy(&company.member, "ann", "p", SQS).await;
    let deny = allow("sqs:SendMessage", "*").replace("Allow", "Deny");
    company.bound(&deny).await;
    let input = SimulatePrincipalPolicyInput {
        policy_source_arn: ann.arn,
        action_names: vec!["sqs:SendMessage".into(), "sqs:ReceiveMessage".into()],
        ..Default::default()
    };
    let results = company.member.call::<SimulatePrincipalPolicy>(input).await.unwrap().evaluation_results.unwrap();
    let told: Vec<_> = results
        .iter()
        .map(|result| {
            let detail = result.organizations_decision_detail.as_ref().unwrap();
            (result.eval_decision.as_str(), detail.allowed_by_organizations)
        })
        .collect();
    assert_eq!(told, [("explicitDeny", Some(false)), ("allowed", Some(true))]);
}

#[tokio::test]
async fn generate_organizations_access_report_and_get_organizations_access_report() {
    let company = company().await;
    user(&company.member, "ann").await;
    put_user_policy(&company.member, "ann", "p", SQS).await;
    let ann = key(&company.member, "ann").await;
    let answer = signed(&company.member, &ann, "sqs", "Action=ListQueues&Version=2012-11-05").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let deny = allow("s3:*", "*").replace("Allow", "Deny");
    let policy = company.bound(&deny).await;
    let member = format!("{}/{}", company.path, company.member.account());
    let services = |report: &GetOrganizationsAccessReportOutput| -> Vec<String> {
        report.access_details.as_ref().unwrap().iter().map(|one| one.service_namespace.clone()).collect()
    };
    let own = company.report(&format!("{}/{}", company.path, company.management.account()), None).await;
    let bound = company.report(&member, None).await;
    assert!(services(&own).contains(&"s3".to_owned()) && !services(&bound).contains(&"s3".to_owned()));
    let sqs = bound.access_details.unwrap().into_iter().find(|one| one.service_namespace == "sqs").unwrap();
    assert_eq!((sqs.total_authenticated_entities, sqs.entity_path), (Some(1), Some(member)));
    let whole = company.report(&company.path, None).await;
    let accessible = whole.number_of_services_accessible.unwrap();
    assert_eq!(whole.number_of_services_not_accessed, Some(accessible - 1));
    let by_policy = company.report(&company.path, Some(policy)).await;
    assert_eq!(by_policy.number_of_services_accessible, Some(0), "the policy only denies");
    let input =
        GenerateOrganizationsAccessReportInput { entity_path: "o-other/r-abcd".into(), organizations_policy_id: None };
    let code = refusal::<GenerateOrganizationsAccessReport>(&company.management, input.clone()).await.0;
    assert_eq!(code, "InvalidInput");
    assert_eq!(refusal::<GenerateOrganizationsAccessReport>(&company.member, input).await.0, "AccessDenied");
}
