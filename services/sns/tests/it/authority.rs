//! Who may publish: by the topic's policy, by the key that a topic is encrypted with; and services by what they deliver for.

use api_sns::*;
use names::{AccountId, Arn};
use service_kit::{Caller, Error, Fault, Parcel, Principal, Sender};

use crate::cloud::*;

fn user(account: AccountId) -> Caller {
    let arn = format!("arn:aws:iam::{account}:user/u");
    let principal = Principal::User { arn, id: "AIDAEXAMPLE".into() };
    Caller { account, principal, access_key: None, session: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_needs_the_topics_permission() {
    let cloud = cloud();
    let topic = topic(&cloud, "t", &[]).await;
    let other = cloud.fresh_account();
    assert!(matches!(
        other.call::<Publish>(publishing(&topic, "x")).await,
        Err(Error::Fault(Fault::AccessDenied { .. }))
    ));
    let permission = AddPermissionInput {
        topic_arn: topic.clone(),
        label: "other".into(),
        aws_account_id: vec![other.account().to_string()],
        action_name: vec!["Publish".into()],
    };
    cloud.call::<AddPermission>(permission).await.unwrap();
    other.call::<Publish>(publishing(&topic, "x")).await.unwrap();
    let anonymous = cloud.call_as::<Publish>(Caller::anonymous(cloud.account()), publishing(&topic, "x")).await;
    assert!(anonymous.is_err());
    let user = cloud.call_as::<Publish>(user(cloud.account()), publishing(&topic, "x")).await;
    assert!(matches!(user, Err(Error::Fault(Fault::AccessDenied { .. }))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_comes_again_is_published_once() {
    let cloud = cloud();
    let topic_arn = topic(&cloud, "t", &[]).await;
    let (queue, url) = queue(&cloud, "q").await;
    subscribe(&cloud, &topic_arn, "sqs", &queue, &[("RawMessageDelivery", "true")]).await;
    let policy = r#"{"Statement":{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sns:Publish","Resource":"*"}}"#;
    let set = SetTopicAttributesInput {
        topic_arn: topic_arn.clone(),
        attribute_name: "Policy".into(),
        attribute_value: Some(policy.into()),
    };
    cloud.call::<SetTopicAttributes>(set).await.unwrap();
    let (to, rule): (Arn, _) = (topic_arn.parse().unwrap(), "arn:aws:events:us-east-1:000000000000:rule/r");
    let sender = Sender::service(cloud.cloud(), "events.amazonaws.com", cloud.account(), rule);
    let deliver = async |id: u128, body: &str| {
        let parcel = Parcel { id, body: body.to_owned(), ..Parcel::default() };
        cloud.cloud().deliver(&sender, &to, vec![parcel]).await.remove(0).unwrap().id
    };
    let first = deliver(1, "x").await;
    assert_eq!(deliver(1, "x").await, first);
    assert_ne!(deliver(2, "y").await, first);
    let mut seen = bodies(&received(&cloud, &url, 2).await);
    seen.sort();
    assert_eq!(seen, ["x", "y"]);
}

#[tokio::test]
async fn an_encrypted_topic_needs_its_key() {
    let cloud = cloud();
    let topic = topic(&cloud, "t", &[("KmsMasterKeyId", "alias/nothing")]).await;
    assert_eq!(cloud.error::<Publish>(publishing(&topic, "x")).await.0, "KMSNotFoundException");
    let key = cloud.call::<api_kms::CreateKey>(api_kms::CreateKeyInput::default()).await.unwrap();
    let set = SetTopicAttributesInput {
        topic_arn: topic.clone(),
        attribute_name: "KmsMasterKeyId".into(),
        attribute_value: Some(key.key_metadata.unwrap().key_id),
    };
    cloud.call::<SetTopicAttributes>(set).await.unwrap();
    publish(&cloud, &topic, "x").await;
}

#[tokio::test]
async fn messages_that_are_none() {
    let cloud = cloud();
    let topic = topic(&cloud, "t", &[]).await;
    let with = |subject: Option<&str>, structure: Option<&str>, message: &str| PublishInput {
        subject: subject.map(str::to_owned),
        message_structure: structure.map(str::to_owned),
        ..publishing(&topic, message)
    };
    for (input, text) in [
        (with(None, None, ""), "Invalid parameter: Empty message"),
        (with(Some(""), None, "x"), "Invalid parameter: Subject"),
        (with(None, None, &"x".repeat(262_145)), "Invalid parameter: Message too long"),
        (with(None, Some("json"), "x"), "Invalid parameter: Message Structure - JSON message body failed to parse"),
        (
            with(None, Some("json"), "{}"),
            "Invalid parameter: Message Structure - No default entry in JSON message body",
        ),
    ] {
        assert_eq!(cloud.error::<Publish>(input).await.1, text);
    }
    let value = |kind: &str, text: &str| MessageAttributeValue {
        data_type: kind.into(),
        string_value: Some(text.into()),
        binary_value: None,
    };
    for (name, attribute, text) in [
        (
            "a",
            value("String", ""),
            "The message attribute 'a' must contain non-empty message attribute value for message attribute type 'String'.",
        ),
        ("a", value("Binary", "x"), "The message attribute 'a' with type 'Binary' must use field 'Binary'."),
        (
            "a",
            value("Text", "x"),
            "The message attribute 'a' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.",
        ),
        (
            "a^",
            value("String", "x"),
            "Invalid non-alphanumeric character '#x5E' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.",
        ),
        (".a", value("String", "x"), "Invalid message attribute name starting with character '.' was found."),
    ] {
        let attributes = Some([(name.to_owned(), attribute)].into());
        let (code, told) =
            cloud.error::<Publish>(PublishInput { message_attributes: attributes, ..publishing(&topic, "x") }).await;
        assert_eq!((&*code, &*told), ("InvalidParameterValueException", text));
    }
    let entry = |id: &str| PublishBatchRequestEntry { id: id.into(), message: "x".into(), ..Default::default() };
    for (ids, code) in [
        (&[][..], "EmptyBatchRequestException"),
        (&["a"; 11][..], "TooManyEntriesInBatchRequestException"),
        (&["a", "a"], "BatchEntryIdsNotDistinctException"),
        (&["a.b"], "InvalidBatchEntryIdException"),
    ] {
        let entries = ids.iter().map(|id| entry(id)).collect();
        let input = PublishBatchInput { topic_arn: topic.clone(), publish_batch_request_entries: entries };
        assert_eq!(cloud.error::<PublishBatch>(input).await.0, code);
    }
}
