//! Retrievals, by the clock.

use std::time::Duration;

use api_glacier as api;
use api_sns::{CreateTopic, CreateTopicInput, SetTopicAttributes, SetTopicAttributesInput, Subscribe, SubscribeInput};
use api_sqs::{
    CreateQueue, CreateQueueInput, ReceiveMessage, ReceiveMessageInput, SetQueueAttributes, SetQueueAttributesInput,
};
use serde_json::{Value, json};
use testkit::TestCloud;

use crate::world::{archive, bytes, cloud, delete, job, output, pass, read, retrieval, vault};

const MIB: usize = 1_048_576;

fn described(job_id: &str) -> api::DescribeJobInput {
    api::DescribeJobInput { account_id: "-".to_owned(), vault_name: "v".to_owned(), job_id: job_id.to_owned() }
}

async fn begin(cloud: &TestCloud, input: api::InitiateJobInput) -> String {
    cloud.call::<api::InitiateJob>(input).await.unwrap().job_id.unwrap()
}

#[tokio::test]
async fn each_tier_takes_its_time() {
    let cloud = cloud();
    vault(&cloud, "v").await;
    let content = bytes(2 * MIB + 5);
    let id = archive(&cloud, &content).await;
    for (tier, time) in [("Expedited", 5), ("Standard", 5 * 60), ("Bulk", 12 * 60)] {
        let job = begin(&cloud, retrieval(&id, tier)).await;
        pass(&cloud, Duration::from_secs(time * 60 - 1)).await;
        let found = cloud.call::<api::DescribeJob>(described(&job)).await.unwrap();
        assert_eq!((found.completed, found.status_code), (Some(false), Some(api::StatusCode::InProgress)));
        let told = cloud.error::<api::GetJobOutput>(output(&job, None)).await;
        assert_eq!(told.1, format!("The job is not currently available for download: {job}"));
        pass(&cloud, Duration::from_secs(1)).await;
        let found = cloud.call::<api::DescribeJob>(described(&job)).await.unwrap();
        assert_eq!((found.completed, found.tier.as_deref()), (Some(true), Some(tier)));
        let got = cloud.call::<api::GetJobOutput>(output(&job, None)).await.unwrap();
        assert_eq!((got.status, got.checksum), (Some(200), found.sha256_tree_hash));
        assert!(read(got.body).await == content);
        // After a day it is forgotten.
        pass(&cloud, Duration::from_hours(25)).await;
        assert_eq!(cloud.error::<api::DescribeJob>(described(&job)).await.0, "ResourceNotFoundException");
    }
}

#[tokio::test]
async fn what_is_retrieved_outlives_the_archive_and_is_read_in_parts() {
    let cloud = cloud();
    vault(&cloud, "v").await;
    let content = bytes(2 * MIB + 5);
    let id = archive(&cloud, &content).await;
    let mut input = retrieval(&id, "Expedited");
    input.job_parameters.as_mut().unwrap().retrieval_byte_range = Some(format!("{MIB}-{}", 2 * MIB + 4));
    let job = begin(&cloud, input.clone()).await;
    cloud.call::<api::DeleteArchive>(delete(&id)).await.unwrap();
    assert_eq!(cloud.error::<api::InitiateJob>(input).await.0, "ResourceNotFoundException");
    pass(&cloud, Duration::from_mins(5)).await;
    let got = cloud.call::<api::GetJobOutput>(output(&job, None)).await.unwrap();
    assert!(read(got.body).await == content[MIB..]);
    let got = cloud.call::<api::GetJobOutput>(output(&job, Some("bytes=10-19"))).await.unwrap();
    assert_eq!((got.status, got.content_range.as_deref()), (Some(206), Some("bytes 10-19/1048581")));
    assert!(read(got.body).await == content[MIB + 10..MIB + 20]);
    let told = cloud.error::<api::GetJobOutput>(output(&job, Some("bytes=9-1"))).await;
    assert_eq!(told.0, "InvalidParameterValueException");
}

#[tokio::test]
async fn an_inventory_lists_archives() {
    let cloud = cloud();
    vault(&cloud, "v").await;
    let (one, two) = (archive(&cloud, b"abc").await, archive(&cloud, b"d").await);
    let inventory = |format: &str, limit: Option<&str>, marker: Option<String>| {
        let within = api::InventoryRetrievalJobInput { limit: limit.map(str::to_owned), marker, ..Default::default() };
        job(api::JobParameters {
            r#type: Some("inventory-retrieval".to_owned()),
            format: Some(format.to_owned()),
            inventory_retrieval_parameters: Some(within),
            ..Default::default()
        })
    };
    let id = begin(&cloud, inventory("JSON", None, None)).await;
    pass(&cloud, Duration::from_hours(5)).await;
    let got = cloud.call::<api::GetJobOutput>(output(&id, None)).await.unwrap();
    assert_eq!(got.content_type.as_deref(), Some("application/json"));
    let listed: Value = serde_json::from_slice(&read(got.body).await).unwrap();
    let mut ids: Vec<_> =
        listed["ArchiveList"].as_array().unwrap().iter().map(|one| one["ArchiveId"].as_str().unwrap()).collect();
    ids.sort_unstable();
    let mut expected = vec![one.as_str(), two.as_str()];
    expected.sort_unstable();
    assert_eq!(ids, expected);
    let id = begin(&cloud, inventory("CSV", Some("1"), None)).await;
    pass(&cloud, Duration::from_hours(5)).await;
    let text = read(cloud.call::<api::GetJobOutput>(output(&id, None)).await.unwrap().body).await;
    let text = String::from_utf8(text).unwrap();
    assert_eq!((text.lines().count(), text.contains(expected[0])), (2, true), "{text}");
    let next = cloud.call::<api::DescribeJob>(described(&id)).await.unwrap();
    let marker = next.inventory_retrieval_parameters.unwrap().marker;
    let id = begin(&cloud, inventory("CSV", Some("1"), marker)).await;
    pass(&cloud, Duration::from_hours(5)).await;
    let text = read(cloud.call::<api::GetJobOutput>(output(&id, None)).await.unwrap().body).await;
    assert!(String::from_utf8(text).unwrap().contains(expected[1]));
}

#[tokio::test]
async fn jobs_are_listed() {
    let cloud = cloud();
    vault(&cloud, "v").await;
    let id = archive(&cloud, b"abc").await;
    begin(&cloud, retrieval(&id, "Expedited")).await;
    pass(&cloud, Duration::from_mins(6)).await;
    begin(&cloud, retrieval(&id, "Bulk")).await;
    let list = |status: Option<&str>, completed: Option<&str>| api::ListJobsInput {
        account_id: "-".to_owned(),
        vault_name: "v".to_owned(),
        statuscode: status.map(str::to_owned),
        completed: completed.map(str::to_owned),
        ..Default::default()
    };
    for (status, completed, count) in
        [(None, None, 2), (Some("InProgress"), None, 1), (None, Some("true"), 1), (Some("Failed"), None, 0)]
    {
        let found = cloud.call::<api::ListJobs>(list(status, completed)).await.unwrap();
        assert_eq!(found.job_list.unwrap().len(), count, "{status:?} {completed:?}");
    }
    let first = api::ListJobsInput { limit: Some("1".to_owned()), ..list(None, None) };
    let page = cloud.call::<api::ListJobs>(first.clone()).await.unwrap();
    let next = cloud.call::<api::ListJobs>(api::ListJobsInput { marker: page.marker, ..first }).await.unwrap();
    assert_eq!((next.job_list.unwrap().len(), next.marker), (1, None));
    assert_eq!(cloud.error::<api::ListJobs>(list(Some("x"), None)).await.0, "InvalidParameterValueException");
}

#[tokio::test]
async fn what_cannot_be_retrieved() {
    let cloud = cloud();
    vault(&cloud, "v").await;
    let id = archive(&cloud, &bytes(2 * MIB)).await;
    for (kind, code) in [
        (Some("select"), "NoLongerSupportedException"),
        (Some("x"), "InvalidParameterValueException"),
        (None, "MissingParameterValueException"),
        (Some("archive-retrieval"), "MissingParameterValueException"),
    ] {
        let input = job(api::JobParameters { r#type: kind.map(str::to_owned), ..Default::default() });
        assert_eq!(cloud.error::<api::InitiateJob>(input).await.0, code);
    }
    for range in ["5-10", "0-99999999", "x"] {
        let mut input = retrieval(&id, "Bulk");
        input.job_parameters.as_mut().unwrap().retrieval_byte_range = Some(range.to_owned());
        assert_eq!(cloud.error::<api::InitiateJob>(input).await.0, "InvalidParameterValueException");
    }
    assert_eq!(cloud.error::<api::InitiateJob>(retrieval(&id, "Fast")).await.0, "InvalidParameterValueException");
}

/// A topic that Glacier may publish to, and a queue behind it: the topic's ARN and the queue's URL.
async fn topic(cloud: &TestCloud) -> (String, String) {
    let input = CreateTopicInput { name: "t".to_owned(), ..Default::default() };
    let topic = cloud.call::<CreateTopic>(input).await.unwrap().topic_arn.unwrap();
    let allow = |service: &str, action: &str, resource: &str| {
        json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Principal": {"Service": service}, "Action": action, "Resource": resource,
        }})
        .to_string()
    };
    let input = SetTopicAttributesInput {
        topic_arn: topic.clone(),
        attribute_name: "Policy".to_owned(),
        attribute_value: Some(allow("glacier.amazonaws.com", "sns:Publish", &topic)),
    };
    cloud.call::<SetTopicAttributes>(input).await.unwrap();
    let input = CreateQueueInput { queue_name: "q".to_owned(), ..Default::default() };
    let url = cloud.call::<CreateQueue>(input).await.unwrap().queue_url.unwrap();
    let queue = format!("arn:aws:sqs:us-east-1:{}:q", cloud.account());
    let policy = allow("sns.amazonaws.com", "sqs:SendMessage", &queue);
    let attributes =
        [("Policy".to_owned(), policy)].into_iter().map(|(name, value)| (name.as_str().into(), value)).collect();
    cloud.call::<SetQueueAttributes>(SetQueueAttributesInput { queue_url: url.clone(), attributes }).await.unwrap();
    let input = SubscribeInput {
        topic_arn: topic.clone(),
        protocol: "sqs".to_owned(),
        endpoint: Some(queue),
        ..Default::default()
    };
    cloud.call::<Subscribe>(input).await.unwrap();
    (topic, url)
}

#[tokio::test]
async fn a_topic_is_told() {
    let cloud = cloud();
    vault(&cloud, "v").await;
    let (topic, queue_url) = topic(&cloud).await;
    let (account_id, vault_name) = ("-".to_owned(), "v".to_owned());
    let config = api::VaultNotificationConfig {
        sns_topic: Some(topic.clone()),
        events: Some(vec!["ArchiveRetrievalCompleted".to_owned()]),
    };
    let input =
        api::SetVaultNotificationsInput { account_id, vault_name, vault_notification_config: Some(config.clone()) };
    cloud.call::<api::SetVaultNotifications>(input.clone()).await.unwrap();
    let shown = api::GetVaultNotificationsInput { account_id: "-".to_owned(), vault_name: "v".to_owned() };
    let found = cloud.call::<api::GetVaultNotifications>(shown.clone()).await.unwrap();
    assert_eq!(found.vault_notification_config, Some(config.clone()));
    let id = archive(&cloud, b"abc").await;
    let job = begin(&cloud, retrieval(&id, "Expedited")).await;
    pass(&cloud, Duration::from_mins(5)).await;
    let mut told = None;
    // A topic makes its key before it signs its first message.
    for _ in 0..200_000 {
        let input = ReceiveMessageInput { queue_url: queue_url.clone(), ..Default::default() };
        told = cloud.call::<ReceiveMessage>(input).await.unwrap().messages.unwrap_or_default().pop();
        if told.is_some() {
            break;
        }
        tokio::task::yield_now().await;
    }
    let envelope: Value = serde_json::from_str(&told.unwrap().body.unwrap()).unwrap();
    let message: Value = serde_json::from_str(envelope["Message"].as_str().unwrap()).unwrap();
    assert_eq!((&message["JobId"], &message["Completed"]), (&json!(job), &json!(true)));
    let gone = api::DeleteVaultNotificationsInput { account_id: "-".to_owned(), vault_name: "v".to_owned() };
    cloud.call::<api::DeleteVaultNotifications>(gone).await.unwrap();
    assert_eq!(cloud.error::<api::GetVaultNotifications>(shown).await.0, "ResourceNotFoundException");
    let events = Some(vec!["Nothing".to_owned()]);
    let wrong = Some(api::VaultNotificationConfig { events, ..config });
    let input = api::SetVaultNotificationsInput { vault_notification_config: wrong, ..input };
    assert_eq!(cloud.error::<api::SetVaultNotifications>(input).await.0, "InvalidParameterValueException");
}
