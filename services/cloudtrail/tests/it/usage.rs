//! What principals have used, for policies that allow no more.

use names::Timestamp;
use service_kit::Caller;

use crate::cloud::*;
use crate::delivery::settle;

#[tokio::test]
async fn allowed_actions_are_kept_with_their_resources_data_events_too() {
    let cloud = open_cloud();
    let alice = || user(cloud.account(), "alice");
    let url = cloud.call_as::<api_sqs::CreateQueue>(alice(), queue("q")).await.unwrap().queue_url.unwrap();
    for _ in 0..3 {
        let input =
            api_sqs::SendMessageInput { queue_url: url.clone(), message_body: "m".into(), ..Default::default() };
        cloud.call_as::<api_sqs::SendMessage>(alice(), input).await.unwrap();
    }
    cloud.call_as::<api_sqs::CreateQueue>(alice(), queue("forbidden")).await.unwrap_err();
    cloud.call_as::<api_sqs::CreateQueue>(Caller::root(cloud.account(), None), queue("r")).await.unwrap();
    settle().await;
    let alice = "arn:aws:iam::000000000000:user/alice";
    let used = svc_cloudtrail::used(cloud.cloud(), cloud.account(), alice, Timestamp::EPOCH).await.unwrap();
    let used: Vec<_> = used.iter().map(|one| (one.action.as_str(), one.resource.as_str())).collect();
    let queue = "arn:aws:sqs:us-east-1:000000000000:q";
    assert_eq!(used, [("sqs:CreateQueue", queue), ("sqs:SendMessage", queue)]);
    let late = Timestamp::from_secs(1_767_225_600 + 3_601);
    assert!(svc_cloudtrail::used(cloud.cloud(), cloud.account(), alice, late).await.unwrap().is_empty());
    let root = "arn:aws:iam::000000000000:root";
    assert!(svc_cloudtrail::used(cloud.cloud(), cloud.account(), root, Timestamp::EPOCH).await.unwrap().is_empty());
}
