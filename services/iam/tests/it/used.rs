//! What was used when: of access keys, for GetAccessKeyLastUsed; of roles, for GetRole.

use std::time::Duration;

use api_iam::*;
use names::{Tags, Timestamp};
use service_kit::{Caller, Principal, Session};
use testkit::TestCloud;

use crate::cloud::*;

async fn last(cloud: &TestCloud, key: &AccessKey) -> AccessKeyLastUsed {
    let input = GetAccessKeyLastUsedInput { access_key_id: key.access_key_id.clone() };
    cloud.call::<GetAccessKeyLastUsed>(input).await.unwrap().access_key_last_used.unwrap()
}

#[tokio::test]
async fn a_use_is_told_to_the_minute() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    let key = key(&cloud, "u").await;
    list_queues(&cloud, &key).await;
    let now = cloud.runtime().clock.now();
    let used = last(&cloud, &key).await;
    assert_eq!(used.last_used_date, Some(Timestamp::from_secs(now.secs() / 60 * 60)));
    assert_eq!((&*used.service_name, &*used.region), ("sqs", "us-east-1"), "refused or not, it was used");
    cloud.advance(Duration::from_secs(3_600)).await;
    let elsewhere = cloud.in_region("eu-west-1");
    signed(&elsewhere, &key, "iam", "Action=ListUsers&Version=2010-05-08").await;
    let used = last(&cloud, &key).await;
    assert_eq!(used.last_used_date, Some(Timestamp::from_secs((now.secs() + 3_600) / 60 * 60)));
    assert_eq!((&*used.service_name, &*used.region), ("iam", "eu-west-1"));
}

/// A role is used by its sessions; here one that was issued without STS.
#[tokio::test]
async fn a_session_uses_its_role() {
    let cloud = cloud().fresh_account();
    let made = role(&cloud, "r").await;
    let get = || GetRoleInput { role_name: "r".into() };
    assert_eq!(cloud.call::<GetRole>(get()).await.unwrap().role.role_last_used, Some(RoleLastUsed::default()));
    let now = cloud.runtime().clock.now();
    let principal = Principal::RoleSession {
        arn: format!("arn:aws:sts::{}:assumed-role/r/s", cloud.account()),
        id: format!("{}:s", made.role_id),
        role: made.arn,
    };
    let session = Session {
        account: cloud.account(),
        principal: principal.clone(),
        issuer: made.role_id,
        issued: now,
        expires: now.plus(Duration::from_secs(3_600)),
        policies: Vec::new(),
        policy_arns: Vec::new(),
        tags: Tags::new(),
        transitive_tags: Vec::new(),
        source_identity: None,
        mfa: None,
        chained: false,
        context: Default::default(),
    };
    let issued = cloud.cloud().sessions().issue(&cloud.runtime().random, &session);
    let caller = Caller {
        account: cloud.account(),
        principal,
        access_key: Some(issued.access_key),
        session: Some(std::sync::Arc::new(session)),
    };
    let refused = cloud.call_as::<ListUsers>(caller, ListUsersInput::default()).await;
    assert!(refused.is_err(), "the role has no policy");
    let used = cloud.call::<GetRole>(get()).await.unwrap().role.role_last_used.unwrap();
    assert_eq!((used.last_used_date, used.region.as_deref()), (Some(now), Some("us-east-1")));
    cloud.advance(Duration::from_secs(401 * 86_400)).await;
    let used = cloud.call::<GetRole>(get()).await.unwrap().role.role_last_used;
    assert_eq!(used, Some(RoleLastUsed::default()), "told for 400 days");
}
