//! Queues: created, found, listed, tagged, purged, deleted.

use std::time::Duration;

use api_sqs::*;

use crate::cloud::*;

fn named(name: &str, attributes: &[(&str, &str)]) -> CreateQueueInput {
    CreateQueueInput { queue_name: name.to_owned(), attributes: Some(map(attributes)), ..Default::default() }
}

#[tokio::test]
async fn create_queue_again_is_no_mistake_unless_something_differs() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[("DelaySeconds", "1")]).await;
    assert_eq!(url, "http://localhost:4566/000000000000/q");
    assert_eq!(create(&cloud, "q", &[("DelaySeconds", "1")]).await, url);
    assert_eq!(create(&cloud, "q", &[]).await, url);
    let (code, text) = cloud.error::<CreateQueue>(named("q", &[("DelaySeconds", "2")])).await;
    assert_eq!(code, "QueueNameExists");
    assert_eq!(text, "A queue already exists with the same name and a different value for attribute DelaySeconds");
}

#[tokio::test]
async fn get_queue_url_finds_by_name_and_owner() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    let input = GetQueueUrlInput { queue_name: "q".into(), queue_owner_aws_account_id: Some("000000000000".into()) };
    assert_eq!(cloud.call::<GetQueueUrl>(input).await.unwrap().queue_url.unwrap(), url);
    let (code, text) =
        cloud.error::<GetQueueUrl>(GetQueueUrlInput { queue_name: "x".into(), ..Default::default() }).await;
    assert_eq!((code.as_str(), text.as_str()), ("QueueDoesNotExist", "The specified queue does not exist."));
}

#[tokio::test]
async fn a_queue_is_meant_by_many_urls() {
    let cloud = cloud();
    create(&cloud, "q", &[]).await;
    for url in [
        "q",
        "/q",
        "000000000000/q",
        "http://127.0.0.1:9/000000000000/q",
        "http://sqs.us-east-1.localhost:4566/000000000000/q",
        "https://sqs.us-east-1.amazonaws.com/000000000000/q",
        "https://queue.amazonaws.com/000000000000/q",
        "https://us-east-1.queue.amazonaws.com/000000000000/q/",
    ] {
        send(&cloud, url, url).await;
    }
    let elsewhere = sending("https://sqs.eu-west-1.amazonaws.com/000000000000/q", "x");
    assert_eq!(cloud.error::<SendMessage>(elsewhere).await.0, "QueueDoesNotExist");
    assert_eq!(counts(&cloud, "q").await.0, 8);
}

#[tokio::test]
async fn regions_and_accounts_are_apart() {
    let cloud = cloud();
    create(&cloud, "q", &[]).await;
    for other in [cloud.in_region("eu-west-1"), cloud.fresh_account()] {
        assert_eq!(other.call::<ListQueues>(ListQueuesInput::default()).await.unwrap().queue_urls, None);
        assert_eq!(other.error::<SendMessage>(sending("q", "x")).await.0, "QueueDoesNotExist");
    }
}

#[tokio::test]
async fn list_queues_by_prefix_and_page() {
    let cloud = cloud();
    for i in 0..10 {
        create(&cloud, &format!("test-{i}"), &[]).await;
    }
    create(&cloud, "other", &[]).await;
    let all = cloud.call::<ListQueues>(ListQueuesInput::default()).await.unwrap();
    assert_eq!(all.queue_urls.unwrap().len(), 11);
    let (mut urls, mut next_token) = (Vec::new(), None);
    loop {
        let queue_name_prefix = Some("test-".to_owned());
        let input = ListQueuesInput { queue_name_prefix, next_token, max_results: Some(4) };
        let page = cloud.call::<ListQueues>(input).await.unwrap();
        urls.extend(page.queue_urls.unwrap());
        next_token = page.next_token;
        if next_token.is_none() {
            break;
        }
    }
    let expected: Vec<_> = (0..10).map(|i| format!("http://localhost:4566/000000000000/test-{i}")).collect();
    assert_eq!(urls, expected);
    let foreign = ListQueuesInput { next_token: Some("x".into()), ..Default::default() };
    assert!(cloud.call::<ListQueues>(foreign).await.is_err());
}

#[tokio::test]
async fn delete_queue_takes_everything_with_it_and_its_name_for_a_minute() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    send(&cloud, &url, "a").await;
    cloud.call::<DeleteQueue>(DeleteQueueInput { queue_url: url.clone() }).await.unwrap();
    assert_eq!(cloud.error::<DeleteQueue>(DeleteQueueInput { queue_url: url.clone() }).await.0, "QueueDoesNotExist");
    let (code, text) = cloud.error::<CreateQueue>(named("q", &[])).await;
    assert_eq!(code, "QueueDeletedRecently");
    let expected = "You must wait 60 seconds after deleting a queue before you can create another with the same name.";
    assert_eq!(text, expected);
    cloud.advance(Duration::from_secs(60)).await;
    create(&cloud, "q", &[]).await;
    assert!(receive(&cloud, &url).await.is_empty(), "a new queue does not see an old one's messages");
    assert_eq!(counts(&cloud, &url).await, (0, 0, 0));
}

#[tokio::test]
async fn purge_queue_removes_visible_hidden_and_delayed_messages() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    send(&cloud, &url, "received").await;
    let received = receive(&cloud, &url).await;
    send(&cloud, &url, "visible").await;
    let delayed = SendMessageInput { delay_seconds: Some(5), ..sending(&url, "delayed") };
    cloud.call::<SendMessage>(delayed).await.unwrap();
    assert_eq!(counts(&cloud, &url).await, (1, 1, 1));
    let purge = || PurgeQueueInput { queue_url: url.clone() };
    cloud.call::<PurgeQueue>(purge()).await.unwrap();
    assert_eq!(counts(&cloud, &url).await, (0, 0, 0));
    let (code, text) = cloud.error::<PurgeQueue>(purge()).await;
    assert_eq!(code, "PurgeQueueInProgress");
    assert_eq!(text, "Only one PurgeQueue operation on q is allowed every 60 seconds.");
    send(&cloud, &url, "new").await;
    cloud.advance(Duration::from_secs(60)).await;
    delete(&cloud, &url, &received[0]).await.unwrap();
    assert_eq!(bodies(&receive(&cloud, &url).await), ["new"]);
    cloud.call::<PurgeQueue>(purge()).await.unwrap();
    assert_eq!(counts(&cloud, &url).await, (0, 0, 0));
}

#[tokio::test]
async fn tag_queue_untag_queue_list_queue_tags() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    let list = || ListQueueTagsInput { queue_url: url.clone() };
    assert_eq!(cloud.call::<ListQueueTags>(list()).await.unwrap().tags, None);
    let tags = map(&[("tag1", "value1"), ("tag2", "value2"), ("tag3", "")]);
    cloud.call::<TagQueue>(TagQueueInput { queue_url: url.clone(), tags: tags.clone() }).await.unwrap();
    assert_eq!(cloud.call::<ListQueueTags>(list()).await.unwrap().tags, Some(tags));
    let tag_keys = vec!["tag1".into(), "tag3".into(), "never".into()];
    cloud.call::<UntagQueue>(UntagQueueInput { queue_url: url.clone(), tag_keys }).await.unwrap();
    assert_eq!(cloud.call::<ListQueueTags>(list()).await.unwrap().tags, Some(map(&[("tag2", "value2")])));
    let many = (0..51).map(|i| (format!("k{i}"), String::new())).collect();
    let (code, text) = cloud.error::<TagQueue>(TagQueueInput { queue_url: url.clone(), tags: many }).await;
    assert_eq!((code.as_str(), text.as_str()), (INVALID, "Too many tags added for queue q."));
}

#[tokio::test]
async fn messages_go_when_they_are_old_enough() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[("MessageRetentionPeriod", "60"), ("VisibilityTimeout", "3600")]).await;
    send(&cloud, &url, "received").await;
    assert_eq!(receive(&cloud, &url).await.len(), 1);
    send(&cloud, &url, "old").await;
    cloud.advance(Duration::from_secs(30)).await;
    send(&cloud, &url, "young").await;
    cloud.advance(Duration::from_secs(30)).await;
    assert_eq!(counts(&cloud, &url).await, (1, 0, 0), "received and waiting messages go alike");
    assert_eq!(bodies(&receive(&cloud, &url).await), ["young"]);
    cloud.advance(Duration::from_secs(30)).await;
    assert_eq!(counts(&cloud, &url).await, (0, 0, 0));
}
