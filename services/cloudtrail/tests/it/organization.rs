//! Organization trails: the management account's trail records every account of the organization, which sees it and cannot
//! change it.

use std::sync::Arc;

use api_cloudtrail::*;
use names::AccountId;
use service_kit::{BoxFuture, Cloud, Error, Guardrails, Membership, Operations, Service};
use testkit::TestCloud;

use crate::cloud::*;
use crate::delivery::{held, records};

/// An organization of the default account and one more.
struct Organization(AccountId);

impl Guardrails for Organization {
    fn membership<'a>(
        &'a self,
        _cloud: &'a Cloud,
        account: AccountId,
    ) -> BoxFuture<'a, Result<Option<Arc<Membership>>, Error>> {
        let membership = Membership {
            organization: "o-example".into(),
            management: AccountId::DEFAULT,
            path: "o-example/r-1/".into(),
            service_control: Vec::new(),
            resource_control: Vec::new(),
        };
        let inside = account == AccountId::DEFAULT || account == self.0;
        Box::pin(std::future::ready(Ok(inside.then(|| Arc::new(membership)))))
    }
}

/// The cloud, called by the management account, by a member, by a stranger.
fn organization() -> (TestCloud, TestCloud, TestCloud) {
    let member: AccountId = "111122223333".parse().unwrap();
    let cloud = TestCloud::new(|parts| {
        let guardrails = Service::new(&api_sts::SERVICE, Operations::new()).guardrails(Arc::new(Organization(member)));
        services(parts).into_iter().chain([guardrails]).collect()
    });
    (cloud.clone(), cloud.in_account(member), cloud.fresh_account())
}

#[tokio::test]
async fn all_accounts_of_the_organization_are_recorded_and_no_other() {
    let (cloud, member, stranger) = organization();
    bucket(&cloud).await;
    let input = CreateTrailInput { is_organization_trail: Some(true), ..trail("logs") };
    assert_eq!(cloud.call::<CreateTrail>(input).await.unwrap().is_organization_trail, Some(true));
    cloud.call::<StartLogging>(StartLoggingInput { name: "logs".into() }).await.unwrap();
    create(&cloud, "own").await;
    create(&member, "members").await;
    create(&stranger, "strangers").await;
    let held = held(&cloud).await;
    let keys: Vec<_> = held.iter().map(|held| held.key.as_str()).collect();
    assert!(keys[0].starts_with("AWSLogs/o-example/000000000000/CloudTrail/us-east-1/"), "{keys:?}");
    assert!(keys[1].starts_with("AWSLogs/o-example/111122223333/CloudTrail/us-east-1/"), "{keys:?}");
    let queues: Vec<_> = records(&held)
        .iter()
        .filter_map(|record| record["requestParameters"]["queueName"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(queues, ["own", "members"]);
}

#[tokio::test]
async fn members_see_it_and_only_the_management_account_changes_it() {
    let (cloud, member, stranger) = organization();
    bucket(&cloud).await;
    let shared = || CreateTrailInput { is_organization_trail: Some(true), ..trail("logs") };
    assert_eq!(member.error::<CreateTrail>(shared()).await.0, "NotOrganizationMasterAccountException");
    assert_eq!(stranger.error::<CreateTrail>(shared()).await.0, "OrganizationsNotInUseException");
    cloud.call::<CreateTrail>(shared()).await.unwrap();
    let seen = member.call::<DescribeTrails>(DescribeTrailsInput::default()).await.unwrap().trail_list.unwrap();
    assert_eq!(seen[0].trail_arn.as_deref(), Some(LOGS));
    let none = stranger.call::<DescribeTrails>(DescribeTrailsInput::default()).await.unwrap().trail_list.unwrap();
    assert!(none.is_empty());
    let stop = StopLoggingInput { name: "logs".into() };
    assert_eq!(member.error::<StopLogging>(stop).await.0, "NotOrganizationMasterAccountException");
}
