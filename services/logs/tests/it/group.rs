//! Groups and streams: created, listed, tagged, protected, deleted.

use api_logs::*;

use crate::cloud::*;

fn naming(name: &str) -> CreateLogGroupInput {
    CreateLogGroupInput { log_group_name: name.into(), ..Default::default() }
}

async fn names(cloud: &testkit::TestCloud, input: DescribeLogGroupsInput) -> Vec<String> {
    let (mut found, mut next_token) = (Vec::new(), None);
    loop {
        let input = DescribeLogGroupsInput { next_token, limit: Some(2), ..input.clone() };
        let page = cloud.call::<DescribeLogGroups>(input).await.unwrap();
        found.extend(page.log_groups.into_iter().flatten().map(|group| group.log_group_name.unwrap()));
        next_token = page.next_token;
        if next_token.is_none() {
            return found;
        }
    }
}

#[tokio::test]
async fn create_describe_and_list_log_groups() {
    let cloud = cloud();
    for name in ["/a/1", "/a/2", "/a/3", "/b/Web", "/aa"] {
        cloud.call::<CreateLogGroup>(naming(name)).await.unwrap();
    }
    assert_eq!(names(&cloud, DescribeLogGroupsInput::default()).await, ["/a/1", "/a/2", "/a/3", "/aa", "/b/Web"]);
    let prefixed = DescribeLogGroupsInput { log_group_name_prefix: some("/a/"), ..Default::default() };
    assert_eq!(names(&cloud, prefixed).await, ["/a/1", "/a/2", "/a/3"]);
    let part = DescribeLogGroupsInput { log_group_name_pattern: some("web"), ..Default::default() };
    assert_eq!(names(&cloud, part).await, ["/b/Web"]);
    let both = DescribeLogGroupsInput {
        log_group_name_pattern: some("x"),
        log_group_name_prefix: some("x"),
        ..Default::default()
    };
    let text = "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.";
    assert_eq!(cloud.error::<DescribeLogGroups>(both).await.1, text);
    let listed = ListLogGroupsInput { log_group_name_pattern: some("^/a/"), ..Default::default() };
    let listed = cloud.call::<ListLogGroups>(listed).await.unwrap().log_groups.unwrap();
    assert_eq!(listed.len(), 3);
    assert_eq!(listed[0].log_group_arn, some(&arn("/a/1")));
    let taken = cloud.error::<CreateLogGroup>(naming("/a/1")).await;
    let text = "The specified log group already exists";
    assert_eq!(taken, ("ResourceAlreadyExistsException".to_owned(), text.to_owned()));
    let gone = cloud.error::<DeleteLogGroup>(DeleteLogGroupInput { log_group_name: "none".into() }).await;
    assert_eq!(gone.1, "The specified log group does not exist.");
}

#[tokio::test]
async fn a_group_is_described_as_aws_does() {
    let cloud = cloud();
    cloud.call::<CreateLogGroup>(naming("g")).await.unwrap();
    let group = cloud.call::<DescribeLogGroups>(DescribeLogGroupsInput::default()).await.unwrap();
    let expected = LogGroup {
        log_group_name: some("g"),
        arn: some(&format!("{}:*", arn("g"))),
        log_group_arn: some(&arn("g")),
        creation_time: Some(now(&cloud)),
        metric_filter_count: Some(0),
        stored_bytes: Some(0),
        log_group_class: Some(LogGroupClass::Standard),
        deletion_protection_enabled: Some(false),
        ..Default::default()
    };
    assert!(group.log_groups.unwrap() == vec![expected]);
}

#[tokio::test]
async fn put_log_group_deletion_protection_keeps_a_group() {
    let cloud = cloud();
    cloud.call::<CreateLogGroup>(naming("g")).await.unwrap();
    let protecting = |deletion_protection_enabled| PutLogGroupDeletionProtectionInput {
        log_group_identifier: "g".into(),
        deletion_protection_enabled,
    };
    cloud.call::<PutLogGroupDeletionProtection>(protecting(true)).await.unwrap();
    let deleting = || DeleteLogGroupInput { log_group_name: "g".into() };
    assert_eq!(cloud.error::<DeleteLogGroup>(deleting()).await.0, "ValidationException");
    cloud.call::<PutLogGroupDeletionProtection>(protecting(false)).await.unwrap();
    cloud.call::<DeleteLogGroup>(deleting()).await.unwrap();
}

#[tokio::test]
async fn retention_in_days_that_aws_knows() {
    let cloud = cloud();
    cloud.call::<CreateLogGroup>(naming("g")).await.unwrap();
    let keeping = |days| PutRetentionPolicyInput { log_group_name: "g".into(), retention_in_days: days };
    cloud.call::<PutRetentionPolicy>(keeping(3_653)).await.unwrap();
    for days in [0, 2, 3_654, -1] {
        assert_eq!(cloud.error::<PutRetentionPolicy>(keeping(days)).await.0, "InvalidParameterException");
    }
}

#[tokio::test]
async fn classes_forbid() {
    let cloud = cloud();
    let input = CreateLogGroupInput { log_group_class: Some(LogGroupClass::InfrequentAccess), ..naming("g") };
    cloud.call::<CreateLogGroup>(input).await.unwrap();
    create_stream(&cloud, "g", "s").await;
    put(&cloud, "g", "s", &[(now(&cloud), "m")]).await;
    assert_eq!(cloud.error::<GetLogEvents>(getting("g", "s")).await.0, "InvalidOperationException");
    assert_eq!(cloud.error::<FilterLogEvents>(filtering("g", "")).await.0, "InvalidOperationException");
}

#[tokio::test]
async fn describe_log_streams_by_name_and_by_last_event() {
    let cloud = cloud();
    create(&cloud, "g", "a").await;
    for stream in ["ab", "b", "c"] {
        create_stream(&cloud, "g", stream).await;
    }
    let at = now(&cloud);
    for (stream, offset) in [("b", 5), ("a", 9), ("ab", 1)] {
        put(&cloud, "g", stream, &[(at + offset, "m")]).await;
    }
    let asking = || DescribeLogStreamsInput { log_group_name: some("g"), ..Default::default() };
    let by_time = || DescribeLogStreamsInput { order_by: Some(OrderBy::LastEventTime), ..asking() };
    let down = |input: DescribeLogStreamsInput| DescribeLogStreamsInput { descending: Some(true), ..input };
    let prefixed =
        |input: DescribeLogStreamsInput| DescribeLogStreamsInput { log_stream_name_prefix: some("a"), ..input };
    for (input, expected) in [
        (asking(), vec!["a", "ab", "b", "c"]),
        (down(asking()), vec!["c", "b", "ab", "a"]),
        (prefixed(asking()), vec!["a", "ab"]),
        (down(prefixed(asking())), vec!["ab", "a"]),
        (by_time(), vec!["c", "ab", "b", "a"]),
        (down(by_time()), vec!["a", "b", "ab", "c"]),
    ] {
        let (mut found, mut next_token) = (Vec::new(), None);
        loop {
            let input = DescribeLogStreamsInput { next_token, limit: Some(1), ..input.clone() };
            let page = cloud.call::<DescribeLogStreams>(input).await.unwrap();
            found.extend(page.log_streams.into_iter().flatten().map(|stream| stream.log_stream_name.unwrap()));
            next_token = page.next_token;
            if next_token.is_none() {
                break;
            }
        }
        assert_eq!(found, expected);
    }
    let text = "Cannot order by LastEventTime with a logStreamNamePrefix.";
    assert_eq!(cloud.error::<DescribeLogStreams>(prefixed(by_time())).await.1, text);
    let again = CreateLogStreamInput { log_group_name: "g".into(), log_stream_name: "a".into() };
    assert_eq!(cloud.error::<CreateLogStream>(again).await.1, "The specified log stream already exists");
}

#[tokio::test]
async fn tags_by_both_apis() {
    let cloud = cloud();
    let tags = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let input = CreateLogGroupInput { tags: Some(tags(&[("env", "test")])), ..naming("g") };
    cloud.call::<CreateLogGroup>(input).await.unwrap();
    let input = TagResourceInput { resource_arn: arn("g"), tags: tags(&[("a", "1"), ("b", "2")]) };
    cloud.call::<TagResource>(input).await.unwrap();
    let input = TagLogGroupInput { log_group_name: "g".into(), tags: tags(&[("c", "3")]) };
    cloud.call::<TagLogGroup>(input).await.unwrap();
    let input = UntagResourceInput { resource_arn: arn("g"), tag_keys: vec!["env".into()] };
    cloud.call::<UntagResource>(input).await.unwrap();
    let input = UntagLogGroupInput { log_group_name: "g".into(), tags: vec!["a".into()] };
    cloud.call::<UntagLogGroup>(input).await.unwrap();
    let left = tags(&[("b", "2"), ("c", "3")]);
    let input = ListTagsForResourceInput { resource_arn: format!("{}:*", arn("g")) };
    assert_eq!(cloud.call::<ListTagsForResource>(input).await.unwrap().tags, Some(left));
    let input = ListTagsLogGroupInput { log_group_name: "g".into() };
    assert_eq!(cloud.call::<ListTagsLogGroup>(input).await.unwrap().tags.unwrap().len(), 2);
}
