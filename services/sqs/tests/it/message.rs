//! Messages on a standard queue: sent, received, hidden, shown again, deleted.

use std::time::Duration;

use crate::cloud::*;

#[tokio::test]
async fn send_message_receive_message_delete_message() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    let sent = send(&cloud, &url, "test").await;
    assert_eq!(sent.md5_of_message_body.as_deref(), Some("098f6bcd4621d373cade4e832627b4f6"));
    assert_eq!(sent.sequence_number, None);
    let received = receive(&cloud, &url).await;
    assert_eq!(bodies(&received), ["test"]);
    assert_eq!(received[0].message_id, sent.message_id);
    assert!(receive(&cloud, &url).await.is_empty(), "a received message is hidden");
    delete(&cloud, &url, &received[0]).await.unwrap();
    cloud.advance(Duration::from_secs(31)).await;
    assert!(receive(&cloud, &url).await.is_empty());
    assert_eq!(counts(&cloud, &url).await, (0, 0, 0));
}

#[tokio::test]
async fn a_message_shows_again_after_its_visibility_timeout() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[("VisibilityTimeout", "10")]).await;
    send(&cloud, &url, "a").await;
    assert_eq!(receive(&cloud, &url).await.len(), 1);
    assert_eq!(counts(&cloud, &url).await, (0, 1, 0));
    cloud.advance(Duration::from_secs(9)).await;
    assert!(receive(&cloud, &url).await.is_empty());
    cloud.advance(Duration::from_secs(1)).await;
    assert_eq!(counts(&cloud, &url).await, (1, 0, 0));
    let again = receive(&cloud, &url).await;
    assert_eq!(again[0].attributes.as_ref().unwrap()["ApproximateReceiveCount"], "2");
}
