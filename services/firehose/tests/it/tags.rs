//! Tags of delivery streams.

use api_firehose::*;

use crate::cloud::*;

fn tag(key: &str, value: &str) -> Tag {
    Tag { key: key.into(), value: Some(value.into()) }
}

#[tokio::test]
async fn tag_untag_and_list_tags_for_delivery_stream() {
    let (cloud, _) = cloud().await;
    let input = CreateDeliveryStreamInput { tags: Some(vec![tag("made", "so")]), ..creating(s3_config()) };
    cloud.call::<CreateDeliveryStream>(input).await.unwrap();
    let tagging = TagDeliveryStreamInput { delivery_stream_name: "s".into(), tags: vec![tag("a", "1"), tag("b", "2")] };
    cloud.call::<TagDeliveryStream>(tagging).await.unwrap();
    let listing =
        |limit| ListTagsForDeliveryStreamInput { delivery_stream_name: "s".into(), limit, ..Default::default() };
    let page = cloud.call::<ListTagsForDeliveryStream>(listing(Some(2))).await.unwrap();
    assert_eq!((page.tags, page.has_more_tags), (vec![tag("a", "1"), tag("b", "2")], true));
    let untagging = UntagDeliveryStreamInput { delivery_stream_name: "s".into(), tag_keys: vec!["a".into()] };
    cloud.call::<UntagDeliveryStream>(untagging).await.unwrap();
    let left = cloud.call::<ListTagsForDeliveryStream>(listing(None)).await.unwrap();
    assert_eq!((left.tags, left.has_more_tags), (vec![tag("b", "2"), tag("made", "so")], false));
    let many = (0..49).map(|at| tag(&format!("k{at}"), "")).collect();
    let tagging = TagDeliveryStreamInput { delivery_stream_name: "s".into(), tags: many };
    assert_eq!(cloud.error::<TagDeliveryStream>(tagging).await.0, "LimitExceededException");
}
