//! Tags.

use api_kms::*;
use testkit::TestCloud;

use crate::cloud::*;

fn tag(key: &str, value: &str) -> Tag {
    Tag { tag_key: key.to_owned(), tag_value: value.to_owned() }
}

async fn listed(cloud: &TestCloud, id: &str) -> Vec<Tag> {
    let input = ListResourceTagsInput { key_id: id.to_owned(), ..Default::default() };
    cloud.call::<ListResourceTags>(input).await.unwrap().tags.unwrap()
}

#[tokio::test]
async fn tag_resource_untag_resource_list_resource_tags() {
    let cloud = cloud();
    let input = CreateKeyInput { tags: Some(vec![tag("a", "1"), tag("b", "2")]), ..Default::default() };
    let id = make(&cloud, input).await.key_id;
    assert_eq!(listed(&cloud, &id).await, [tag("a", "1"), tag("b", "2")]);
    let tags = vec![tag("b", "3"), tag("c", "4")];
    cloud.call::<TagResource>(TagResourceInput { key_id: id.clone(), tags }).await.unwrap();
    let untag = UntagResourceInput { key_id: id.clone(), tag_keys: vec!["a".into(), "none".into()] };
    cloud.call::<UntagResource>(untag).await.unwrap();
    assert_eq!(listed(&cloud, &id).await, [tag("b", "3"), tag("c", "4")]);
}

#[tokio::test]
async fn tags_that_cannot_be() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let many = (0..51).map(|i| tag(&format!("k{i}"), "")).collect();
    for (tags, text) in [
        (vec![tag("a", "1"), tag("a", "2")], "Duplicate tag keys"),
        (vec![tag("aws:a", "1")], "Tags beginning with aws: are reserved"),
        (vec![tag("AWS:a", "1")], "Tags beginning with aws: are reserved"),
        (many, "Too many tags"),
    ] {
        let refusal = ("TagException".to_owned(), text.to_owned());
        let input = TagResourceInput { key_id: id.clone(), tags: tags.clone() };
        assert_eq!(refused::<TagResource>(&cloud, input).await, refusal);
        let input = CreateKeyInput { tags: Some(tags), ..Default::default() };
        assert_eq!(refused::<CreateKey>(&cloud, input).await, refusal);
    }
}
