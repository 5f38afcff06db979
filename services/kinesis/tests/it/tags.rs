//! Tags of streams and consumers.

use std::collections::BTreeMap;

use api_kinesis::*;

use crate::cloud::*;

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn adding(pairs: &[(&str, &str)]) -> AddTagsToStreamInput {
    AddTagsToStreamInput { stream_name: some("s"), tags: map(pairs), ..Default::default() }
}

fn pairs(tags: Vec<Tag>) -> Vec<(String, String)> {
    tags.into_iter().map(|tag| (tag.key, tag.value.unwrap_or_default())).collect()
}

#[tokio::test]
async fn add_list_and_remove_tags_of_a_stream() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    cloud.call::<AddTagsToStream>(adding(&[("a", "1"), ("b", "2"), ("c", "3")])).await.unwrap();
    let listing = |limit, after: Option<&str>| ListTagsForStreamInput {
        stream_name: some("s"),
        limit,
        exclusive_start_tag_key: after.map(str::to_owned),
        ..Default::default()
    };
    let page = cloud.call::<ListTagsForStream>(listing(Some(2), None)).await.unwrap();
    assert_eq!((pairs(page.tags), page.has_more_tags), (pairs_of(&[("a", "1"), ("b", "2")]), true));
    let page = cloud.call::<ListTagsForStream>(listing(None, Some("b"))).await.unwrap();
    assert_eq!((pairs(page.tags), page.has_more_tags), (pairs_of(&[("c", "3")]), false));
    let tag_keys = vec!["a".to_owned(), "x".to_owned()];
    let input = RemoveTagsFromStreamInput { stream_name: some("s"), tag_keys, ..Default::default() };
    cloud.call::<RemoveTagsFromStream>(input).await.unwrap();
    let left = cloud.call::<ListTagsForStream>(listing(None, None)).await.unwrap();
    assert_eq!(pairs(left.tags), pairs_of(&[("b", "2"), ("c", "3")]));
}

fn pairs_of(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    map(pairs).into_iter().collect()
}

#[tokio::test]
async fn tag_untag_and_list_tags_for_resource() {
    let cloud = cloud();
    let input = CreateStreamInput {
        stream_name: "s".into(),
        shard_count: Some(1),
        tags: Some(map(&[("made", "so")])),
        ..Default::default()
    };
    cloud.call::<CreateStream>(input).await.unwrap();
    let input = RegisterStreamConsumerInput {
        stream_arn: arn("s"),
        consumer_name: "c".into(),
        tags: Some(map(&[("made", "so")])),
        ..Default::default()
    };
    let consumer = cloud.call::<RegisterStreamConsumer>(input).await.unwrap().consumer.consumer_arn;
    for resource_arn in [arn("s"), consumer] {
        let listing = ListTagsForResourceInput { resource_arn: resource_arn.clone(), ..Default::default() };
        let tags = cloud.call::<ListTagsForResource>(listing.clone()).await.unwrap().tags.unwrap();
        assert_eq!(pairs(tags), pairs_of(&[("made", "so")]));
        let tagging =
            TagResourceInput { resource_arn: resource_arn.clone(), tags: map(&[("a", "1")]), ..Default::default() };
        cloud.call::<TagResource>(tagging).await.unwrap();
        let tag_keys = vec!["made".to_owned()];
        let untagging = UntagResourceInput { resource_arn, tag_keys, ..Default::default() };
        cloud.call::<UntagResource>(untagging).await.unwrap();
        let tags = cloud.call::<ListTagsForResource>(listing).await.unwrap().tags.unwrap();
        assert_eq!(pairs(tags), pairs_of(&[("a", "1")]));
    }
    let nobody = format!("{}/consumer/x:1", arn("s"));
    let listing = ListTagsForResourceInput { resource_arn: nobody, ..Default::default() };
    assert_eq!(cloud.error::<ListTagsForResource>(listing).await.0, "ResourceNotFoundException");
}

#[tokio::test]
async fn tags_that_cannot_be() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let (code, text) = cloud.error::<AddTagsToStream>(adding(&[("a;", "1")])).await;
    assert_eq!(code, "InvalidArgumentException");
    assert!(text.starts_with("Some tags contain invalid characters."), "{text}");
    let many: Vec<_> = (0..50).map(|at| (format!("k{at}"), String::new())).collect();
    let many: Vec<_> = many.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    cloud.call::<AddTagsToStream>(adding(&many)).await.unwrap();
    let (code, text) = cloud.error::<AddTagsToStream>(adding(&[("one", "more")])).await;
    assert_eq!(code, "InvalidArgumentException");
    assert!(text.ends_with("cannot have more than 50 tags associated with it."), "{text}");
}
