//! Data protection policies: what is kept out, what is masked on its way.

use api_sns::*;
use serde_json::json;

use crate::cloud::*;

fn policy(direction: &str, operation: serde_json::Value) -> String {
    let statement = json!({
        "Sid": "s",
        "DataDirection": direction,
        "Principal": ["*"],
        "DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"],
        "Operation": operation,
    });
    json!({"Name": "p", "Version": "2021-06-01", "Statement": [statement]}).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn denied_masked_and_shown() {
    let cloud = cloud();
    let topic = topic(&cloud, "t", &[]).await;
    let (queue, url) = queue(&cloud, "q").await;
    subscribe(&cloud, &topic, "sqs", &queue, &[("RawMessageDelivery", "true")]).await;
    let put = |policy: &str| PutDataProtectionPolicyInput {
        resource_arn: topic.clone(),
        data_protection_policy: policy.to_owned(),
    };
    let deny = policy("Inbound", json!({"Deny": {}}));
    cloud.call::<PutDataProtectionPolicy>(put(&deny)).await.unwrap();
    let get = GetDataProtectionPolicyInput { resource_arn: topic.clone() };
    let shown = cloud.call::<GetDataProtectionPolicy>(get).await.unwrap().data_protection_policy.unwrap();
    assert_eq!(shown, deny);
    assert_eq!(cloud.error::<Publish>(publishing(&topic, "to a@b.com")).await.0, "AuthorizationErrorException");
    let mask = policy("Outbound", json!({"Deidentify": {"MaskConfig": {"MaskWithCharacter": "#"}}}));
    cloud.call::<PutDataProtectionPolicy>(put(&mask)).await.unwrap();
    publish(&cloud, &topic, "to a@b.com").await;
    assert_eq!(bodies(&received(&cloud, &url, 1).await), ["to #######"]);
    assert_eq!(cloud.error::<PutDataProtectionPolicy>(put("{}")).await.0, "InvalidParameterException");
}
