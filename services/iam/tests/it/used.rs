//! What was used when: of access keys, for GetAccessKeyLastUsed.

use std::time::Duration;

use api_iam::*;
use names::Timestamp;
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
