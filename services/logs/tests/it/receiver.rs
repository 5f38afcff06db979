//! What other services deliver to groups: written as they may.

use names::Arn;
use serde_json::json;
use service_kit::{Caller, Parcel, Sender};

use crate::cloud::*;
use crate::policy::{policy, setting};

#[tokio::test]
async fn a_parcel_becomes_an_event_where_the_policy_lets_it() {
    let cloud = cloud();
    create(&cloud, "/x", "s").await;
    let to: Arn = arn("/x").parse().unwrap();
    let sender = Sender::service(
        cloud.cloud(),
        "events.amazonaws.com",
        cloud.account(),
        "arn:aws:events:us-east-1:000000000000:rule/r",
    );
    let parcel = || vec![Parcel { id: 1, body: "{\"detail\": 1}".into(), ..Parcel::default() }];
    assert!(cloud.cloud().deliver(&sender, &to, parcel()).await[0].is_err());
    let document = policy("events.amazonaws.com", "*")
        .replace("\"logs:PutLogEvents\"", "[\"logs:PutLogEvents\", \"logs:CreateLogStream\"]");
    cloud.call::<api_logs::PutResourcePolicy>(setting("p", document)).await.unwrap();
    for _ in 0..2 {
        assert!(cloud.cloud().deliver(&sender, &to, parcel()).await[0].is_ok());
    }
    assert_eq!(lines(&cloud.call::<api_logs::GetLogEvents>(getting("/x", "rule/r")).await.unwrap()).len(), 2);
    let root = Sender { caller: Caller::root(cloud.account(), None).into(), ..sender };
    let named =
        Parcel { parameters: json!({"CloudWatchLogsParameters": {"LogStreamName": "mine"}}), ..parcel().remove(0) };
    assert!(cloud.cloud().deliver(&root, &to, vec![named]).await[0].is_ok());
    assert_eq!(lines(&cloud.call::<api_logs::GetLogEvents>(getting("/x", "mine")).await.unwrap()), ["{\"detail\": 1}"]);
}
