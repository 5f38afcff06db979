//! Organizations over the wire: reasons stand beside the message.

use api_organizations::CreateOrganization;
use serde_json::{Value, json};
use testkit::{TestCloud, WireRequest};

use crate::cloud::cloud;

async fn call(cloud: &TestCloud, operation: &str, body: Value) -> (u16, Value) {
    let target = format!("AWSOrganizationsV20161128.{operation}");
    let answer = cloud.send(WireRequest::json("organizations", &target, &body)).await;
    (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap_or_default())
}

#[tokio::test]
async fn errors_and_answers() {
    let cloud = cloud();
    let (status, body) = call(&cloud, "DescribeOrganization", json!({})).await;
    assert_eq!(status, 400);
    assert!(body["__type"].as_str().unwrap().ends_with("AWSOrganizationsNotInUseException"), "{body}");
    assert_eq!(
        body["Message"].as_str().or(body["message"].as_str()),
        Some("Your account is not a member of an organization.")
    );
    cloud.call::<CreateOrganization>(Default::default()).await.unwrap();
    let (status, body) = call(&cloud, "ListRoots", json!({})).await;
    assert_eq!((status, body["Roots"][0]["Name"].as_str()), (200, Some("Root")));
    let (status, body) = call(&cloud, "ListChildren", json!({"ParentId": "x", "ChildType": "ACCOUNT"})).await;
    assert_eq!((status, body["Reason"].as_str()), (400, Some("INVALID_PATTERN")));
    let (status, body) = call(&cloud, "CreatePolicy", json!({"Name": "n"})).await;
    assert_eq!(status, 400);
    assert!(body["__type"].as_str().unwrap().ends_with("InvalidInputException"), "{body}");
}
