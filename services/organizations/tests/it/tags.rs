//! Tags of everything that can have them.

use api_organizations::*;

use crate::cloud::*;

fn tags(pairs: &[(&str, &str)]) -> Vec<Tag> {
    pairs.iter().map(|(key, value)| Tag { key: (*key).into(), value: (*value).into() }).collect()
}

#[tokio::test]
async fn set_listed_removed() {
    let cloud = organization().await;
    let root = root_id(&cloud).await;
    let unit = unit(&cloud, &root, "u").await;
    let policy = policy(&cloud, "p", PolicyType::TagPolicy, r#"{"tags":{}}"#).await;
    for resource_id in [root.clone(), unit, policy, cloud.account().to_string()] {
        let input = TagResourceInput { resource_id: resource_id.clone(), tags: tags(&[("a", "1"), ("b", "2")]) };
        cloud.call::<TagResource>(input).await.unwrap();
        let input = TagResourceInput { resource_id: resource_id.clone(), tags: tags(&[("b", "3")]) };
        cloud.call::<TagResource>(input).await.unwrap();
        let input = UntagResourceInput { resource_id: resource_id.clone(), tag_keys: vec!["a".into(), "x".into()] };
        cloud.call::<UntagResource>(input).await.unwrap();
        let input = ListTagsForResourceInput { resource_id, next_token: None };
        let listed = cloud.call::<ListTagsForResource>(input).await.unwrap().tags.unwrap();
        assert_eq!(listed, tags(&[("b", "3")]));
    }
    let tag = |resource_id: &str, tags| TagResourceInput { resource_id: resource_id.into(), tags };
    let many: Vec<_> = (0..50).map(|i| Tag { key: format!("k{i}"), value: String::new() }).collect();
    for (input, expected) in [
        (tag("ou-aaaa-bbbbbbbb", tags(&[("a", "1")])), "TargetNotFoundException"),
        (tag("p-FullAWSAccess", tags(&[("a", "1")])), "TargetNotFoundException"),
        (tag(&root, tags(&[("aws:x", "1")])), "InvalidInputException: INVALID_SYSTEM_TAGS_PARAMETER"),
        (tag(&root, tags(&[("a", "1"), ("a", "2")])), "InvalidInputException: DUPLICATE_TAG_KEY"),
        (tag(&root, many), "ConstraintViolationException: MAX_TAG_LIMIT_EXCEEDED"),
    ] {
        assert_eq!(code::<TagResource>(&cloud, input).await, expected);
    }
}

#[tokio::test]
async fn pages_of_tags() {
    let cloud = organization().await;
    let root = root_id(&cloud).await;
    let many: Vec<_> = (0..45).map(|i| Tag { key: format!("k{i:02}"), value: String::new() }).collect();
    cloud.call::<TagResource>(TagResourceInput { resource_id: root.clone(), tags: many.clone() }).await.unwrap();
    let (mut seen, mut next_token, mut pages) = (Vec::new(), None, 0);
    loop {
        let input = ListTagsForResourceInput { resource_id: root.clone(), next_token };
        let page = cloud.call::<ListTagsForResource>(input).await.unwrap();
        seen.extend(page.tags.unwrap());
        pages += 1;
        next_token = page.next_token;
        if next_token.is_none() {
            break;
        }
    }
    assert_eq!((seen, pages), (many, 3));
}
