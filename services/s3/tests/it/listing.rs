//! Listings of keys, page by page, held against a small model; what they cost.

use api_s3::*;
use proptest::prelude::*;
use testkit::TestCloud;

use crate::cloud::{bucket, cloud, code, versioning};
use crate::objects::*;

/// What a listing shows of these keys: keys and rolled-up prefixes in order.
fn expected(all: &[String], prefix: &str, delimiter: &str) -> Vec<String> {
    let mut shown: Vec<String> = Vec::new();
    for key in all.iter().filter(|key| key.starts_with(prefix)) {
        let rest = &key[prefix.len()..];
        let name = match rest.find(delimiter).filter(|_| !delimiter.is_empty()) {
            Some(at) => format!("{}…", &key[..prefix.len() + at + delimiter.len()]),
            None => key.clone(),
        };
        if shown.last() != Some(&name) {
            shown.push(name);
        }
    }
    shown
}

fn shown(contents: Option<Vec<Object>>, prefixes: Option<Vec<CommonPrefix>>) -> Vec<String> {
    let mut all: Vec<String> = contents.unwrap_or_default().into_iter().filter_map(|object| object.key).collect();
    all.extend(prefixes.unwrap_or_default().into_iter().filter_map(|p| p.prefix.map(|prefix| format!("{prefix}…"))));
    all.sort();
    all
}

async fn second(cloud: &TestCloud, b: &str, prefix: &str, delimiter: &str, most: i32) -> Vec<String> {
    let (mut all, mut token) = (Vec::new(), None);
    loop {
        let input = ListObjectsV2Input {
            bucket: b.to_owned(),
            prefix: Some(prefix.to_owned()),
            delimiter: Some(delimiter.to_owned()),
            max_keys: Some(most),
            continuation_token: token,
            ..Default::default()
        };
        let page = cloud.call::<ListObjectsV2>(input).await.unwrap();
        let entries = shown(page.contents, page.common_prefixes);
        assert!(entries.len() <= most as usize && page.key_count == Some(entries.len() as i32));
        all.extend(entries);
        token = page.next_continuation_token;
        assert_eq!(token.is_some(), page.is_truncated == Some(true));
        if token.is_none() {
            return all;
        }
    }
}

async fn first(cloud: &TestCloud, b: &str, prefix: &str, delimiter: &str, most: i32) -> Vec<String> {
    let (mut all, mut marker) = (Vec::new(), None);
    loop {
        let input = ListObjectsInput {
            bucket: b.to_owned(),
            prefix: Some(prefix.to_owned()),
            delimiter: Some(delimiter.to_owned()),
            max_keys: Some(most),
            marker,
            ..Default::default()
        };
        let page = cloud.call::<ListObjects>(input).await.unwrap();
        let last = page.contents.as_ref().and_then(|contents| contents.last()?.key.clone());
        all.extend(shown(page.contents, page.common_prefixes));
        if page.is_truncated != Some(true) {
            return all;
        }
        marker = page.next_marker.or(last);
    }
}

fn key() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[ab/é\u{1}]{1,5}").unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]
    #[test]
    fn pages_together_show_what_a_small_model_says(
        all in proptest::collection::btree_set(key(), 0..30),
        prefix in "[ab/]{0,2}",
        delimiter in prop_oneof![Just(""), Just("/"), Just("b"), Just("a/")],
        most in 1i32..8,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let cloud = cloud();
            let b = bucket(&cloud, "b-listing").await;
            let mut all: Vec<String> = all.into_iter().collect();
            all.sort();
            for key in &all {
                put(&cloud, &b, key, "").await;
            }
            let wanted = {
                let mut wanted = expected(&all, &prefix, delimiter);
                wanted.sort();
                wanted
            };
            for listed in [
                second(&cloud, &b, &prefix, delimiter, most).await,
                first(&cloud, &b, &prefix, delimiter, most).await,
            ] {
                let mut listed = listed;
                listed.sort();
                assert_eq!(listed, wanted, "{all:?} {prefix:?} {delimiter:?} {most}");
            }
        });
    }
}

#[tokio::test]
async fn list_object_versions_goes_on_inside_a_key() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-pages").await;
    versioning(&cloud, &b, "Enabled").await.unwrap();
    for key in ["a", "b", "b", "b", "c/d", "c/e"] {
        put(&cloud, &b, key, "x").await;
    }
    cloud.call::<DeleteObject>(deleting(&b, "b", None)).await.unwrap();
    let (mut seen, mut key_marker, mut version_id_marker) = (Vec::new(), None, None);
    loop {
        let input = ListObjectVersionsInput {
            bucket: b.clone(),
            delimiter: Some("/".into()),
            max_keys: Some(1),
            key_marker,
            version_id_marker,
            ..Default::default()
        };
        let page = cloud.call::<ListObjectVersions>(input).await.unwrap();
        let versions = page.versions.unwrap_or_default().into_iter();
        seen.extend(versions.map(|v| format!("{} {}", v.key.unwrap(), v.is_latest.unwrap())));
        let markers = page.delete_markers.unwrap_or_default().into_iter();
        seen.extend(markers.map(|m| format!("-{} {}", m.key.unwrap(), m.is_latest.unwrap())));
        seen.extend(page.common_prefixes.unwrap_or_default().into_iter().filter_map(|p| p.prefix));
        (key_marker, version_id_marker) = (page.next_key_marker, page.next_version_id_marker);
        if key_marker.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["a true", "-b true", "b false", "b false", "b false", "c/"]);
    // What the last page ended with is gone, and what was newer too: the next version is the newest now.
    let all = versions(&cloud, &b, "b").await;
    let marker = Some(all.iter().find(|(_, _, marker)| *marker).unwrap().0.clone());
    cloud.call::<DeleteObject>(deleting(&b, "b", marker.as_deref())).await.unwrap();
    let input = ListObjectVersionsInput {
        bucket: b.clone(),
        key_marker: Some("b".into()),
        version_id_marker: marker,
        max_keys: Some(1),
        ..Default::default()
    };
    let next = cloud.call::<ListObjectVersions>(input).await.unwrap().versions.unwrap().remove(0);
    assert_eq!((next.key.as_deref(), next.is_latest), (Some("b"), Some(true)));
    let odd = ListObjectVersionsInput { bucket: b, version_id_marker: Some("x".into()), ..Default::default() };
    assert_eq!(code::<ListObjectVersions>(&cloud, odd).await, "InvalidArgument");
}

#[tokio::test]
async fn names_are_encoded_when_asked_and_odd_arguments_refused() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-names").await;
    put(&cloud, &b, "a b/ü&\u{1}", "").await;
    let list = || ListObjectsV2Input { bucket: b.clone(), ..Default::default() };
    let input = ListObjectsV2Input { encoding_type: Some(EncodingType::Url), fetch_owner: Some(true), ..list() };
    let listed = cloud.call::<ListObjectsV2>(input).await.unwrap().contents.unwrap().remove(0);
    assert_eq!(listed.key.as_deref(), Some("a+b/%C3%BC%26%01"));
    assert!(listed.owner.is_some());
    let input = ListObjectsV2Input { encoding_type: Some(EncodingType::Unknown("x".into())), ..list() };
    assert_eq!(code::<ListObjectsV2>(&cloud, input).await, "InvalidArgument");
    let input = ListObjectsV2Input { max_keys: Some(-1), ..list() };
    assert_eq!(code::<ListObjectsV2>(&cloud, input).await, "InvalidArgument");
    let input = ListObjectsV2Input { continuation_token: Some("x".into()), ..list() };
    assert_eq!(code::<ListObjectsV2>(&cloud, input).await, "InvalidArgument");
    let none = cloud.call::<ListObjectsV2>(ListObjectsV2Input { max_keys: Some(0), ..list() }).await.unwrap();
    assert_eq!((none.contents, none.is_truncated), (None, Some(false)));
}
