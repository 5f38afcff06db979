//! Events: what is taken, in which order it is read, when it is gone.

use std::time::Duration;

use api_logs::*;
use proptest::prelude::*;
use service_kit::Caller;
use testkit::TestCloud;

use crate::cloud::*;

const HOUR: i64 = 3_600_000;

#[tokio::test]
async fn put_and_get_log_events_page_by_page() {
    let cloud = cloud();
    create(&cloud, "g", "s").await;
    let at = now(&cloud);
    let texts: Vec<_> = (0..25).map(|n| format!("m{n}")).collect();
    let events: Vec<_> = texts.iter().enumerate().map(|(n, text)| (at + n as i64 / 3, text.as_str())).collect();
    let answer = put(&cloud, "g", "s", &events).await;
    assert_eq!(answer.next_sequence_token.unwrap().len(), 56);
    let page = |next_token: Option<String>, start_from_head| GetLogEventsInput {
        limit: Some(10),
        next_token,
        start_from_head: Some(start_from_head),
        ..getting("g", "s")
    };
    let (mut seen, mut token) = (Vec::new(), None);
    loop {
        let output = cloud.call::<GetLogEvents>(page(token.clone(), true)).await.unwrap();
        seen.extend(lines(&output).into_iter().map(str::to_owned));
        if output.next_forward_token == token {
            break;
        }
        token = output.next_forward_token;
    }
    assert_eq!(seen, texts);
    let last = cloud.call::<GetLogEvents>(page(None, false)).await.unwrap();
    assert_eq!(lines(&last), texts[15..]);
    let before = cloud.call::<GetLogEvents>(page(last.next_backward_token.clone(), false)).await.unwrap();
    assert_eq!(lines(&before), texts[5..15]);
    let after = cloud.call::<GetLogEvents>(page(last.next_forward_token.clone(), false)).await.unwrap();
    assert_eq!((lines(&after).len(), after.next_forward_token), (0, last.next_forward_token.clone()));
    // What comes later is found with the token that found nothing.
    put(&cloud, "g", "s", &[(at + HOUR, "later")]).await;
    let later = cloud.call::<GetLogEvents>(page(last.next_forward_token, false)).await.unwrap();
    assert_eq!(lines(&later), ["later"]);
}

#[tokio::test]
async fn get_log_events_within_times() {
    let cloud = cloud();
    create(&cloud, "g", "s").await;
    let at = now(&cloud);
    put(&cloud, "g", "s", &[(at, "a"), (at + 1, "b"), (at + 2, "c")]).await;
    let input = GetLogEventsInput { start_time: Some(at + 1), end_time: Some(at + 2), ..getting("g", "s") };
    assert_eq!(lines(&cloud.call::<GetLogEvents>(input).await.unwrap()), ["b"]);
    let input = FilterLogEventsInput { start_time: Some(at + 1), end_time: Some(at + 2), ..filtering("g", "") };
    assert_eq!(passing(&cloud, input).await, ["b", "c"]);
    let by_arn = GetLogEventsInput { log_group_name: None, log_group_identifier: some(&arn("g")), ..getting("g", "s") };
    assert_eq!(lines(&cloud.call::<GetLogEvents>(by_arn).await.unwrap()).len(), 3);
}

#[tokio::test]
async fn what_is_refused_in_aws_words() {
    let cloud = cloud();
    create(&cloud, "g", "s").await;
    let at = now(&cloud);
    let refused = |code: &str, text: &str| (code.to_owned(), text.to_owned());
    for (input, code, text) in [
        (putting("none", "s", &[(at, "m")]), "ResourceNotFoundException", "The specified log group does not exist."),
        (putting("g", "none", &[(at, "m")]), "ResourceNotFoundException", "The specified log stream does not exist."),
        (
            putting("g", "s", &[(at, "m"), (at - 1, "m")]),
            "InvalidParameterException",
            "Log events in a single PutLogEvents request must be in chronological order.",
        ),
        (
            putting("g", "s", &[(at - 25 * HOUR, "m"), (at, "m")]),
            "InvalidParameterException",
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        ),
    ] {
        assert_eq!(cloud.error::<PutLogEvents>(input).await, refused(code, text));
    }
    let token = GetLogEventsInput { next_token: some("invalid-token"), ..getting("g", "s") };
    let text = "The specified nextToken is invalid.";
    assert_eq!(cloud.error::<GetLogEvents>(token).await, refused("InvalidParameterException", text));
    let token = FilterLogEventsInput { next_token: some("invalid-token"), ..filtering("g", "") };
    assert!(cloud.call::<FilterLogEvents>(token).await.is_err());
}

#[tokio::test]
async fn too_old_and_too_new_are_told_and_the_rest_is_taken() {
    let cloud = cloud();
    create(&cloud, "g", "s").await;
    let at = now(&cloud);
    let told = |output: PutLogEventsOutput| output.rejected_log_events_info.unwrap();
    let new = told(put(&cloud, "g", "s", &[(at, "kept"), (at + 3 * HOUR, "new")]).await);
    assert_eq!((new.too_new_log_event_start_index, new.too_old_log_event_end_index), (Some(1), None));
    let old = told(put(&cloud, "g", "s", &[(at - 15 * 24 * HOUR, "old")]).await);
    assert_eq!(old.too_old_log_event_end_index, Some(1));
    retain(&cloud, 1).await;
    let expired = told(put(&cloud, "g", "s", &[(at - 30 * HOUR, "expired")]).await);
    assert_eq!((expired.expired_log_event_end_index, expired.too_old_log_event_end_index), (Some(1), None));
    assert_eq!(lines(&cloud.call::<GetLogEvents>(getting("g", "s")).await.unwrap()), ["kept"]);
}

async fn retain(cloud: &TestCloud, days: i32) {
    let input = PutRetentionPolicyInput { log_group_name: "g".into(), retention_in_days: days };
    cloud.call::<PutRetentionPolicy>(input).await.unwrap();
}

async fn stored(cloud: &TestCloud) -> i64 {
    let output = cloud.call::<DescribeLogGroups>(DescribeLogGroupsInput::default()).await.unwrap();
    output.log_groups.unwrap()[0].stored_bytes.unwrap()
}

#[tokio::test]
async fn retention_hides_at_once_and_removes_in_time() {
    let cloud = cloud();
    create(&cloud, "g", "s").await;
    let at = now(&cloud);
    put(&cloud, "g", "s", &[(at - 2 * HOUR, "first"), (at, "last")]).await;
    assert_eq!(stored(&cloud).await, "firstlast".len() as i64 + 52);
    retain(&cloud, 1).await;
    cloud.advance(Duration::from_secs(23 * 3_600)).await;
    assert_eq!(lines(&cloud.call::<GetLogEvents>(getting("g", "s")).await.unwrap()), ["last"]);
    assert_eq!(passing(&cloud, filtering("g", "")).await, ["last"]);
    let streams = DescribeLogStreamsInput { log_group_name: some("g"), ..Default::default() };
    let stream = cloud.call::<DescribeLogStreams>(streams).await.unwrap().log_streams.unwrap().remove(0);
    assert_eq!((stream.first_event_timestamp, stream.last_event_timestamp), (Some(at), Some(at)));
    for _ in 0..100_000 {
        if stored(&cloud).await == 30 {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(stored(&cloud).await, 30);
    let input = DeleteRetentionPolicyInput { log_group_name: "g".into() };
    cloud.call::<DeleteRetentionPolicy>(input).await.unwrap();
    assert_eq!(passing(&cloud, filtering("g", "")).await, ["last"]);
}

#[tokio::test]
async fn a_deleted_group_made_anew_is_empty() {
    let cloud = cloud();
    create(&cloud, "g", "s").await;
    put(&cloud, "g", "s", &[(now(&cloud), "old")]).await;
    cloud.call::<DeleteLogGroup>(DeleteLogGroupInput { log_group_name: "g".into() }).await.unwrap();
    create(&cloud, "g", "s").await;
    assert!(passing(&cloud, filtering("g", "")).await.is_empty());
    put(&cloud, "g", "s", &[(now(&cloud), "new")]).await;
    let input = DeleteLogStreamInput { log_group_name: "g".into(), log_stream_name: "s".into() };
    cloud.call::<DeleteLogStream>(input).await.unwrap();
    for _ in 0..100_000 {
        if passing(&cloud, filtering("g", "")).await.is_empty() {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(passing(&cloud, filtering("g", "")).await.is_empty());
}

#[tokio::test]
async fn writers_to_one_stream_at_once_lose_nothing() {
    let cloud = std::sync::Arc::new(cloud());
    create(&cloud, "g", "s").await;
    let at = now(&cloud);
    let writers = (0..8).map(|writer| {
        let cloud = cloud.clone();
        tokio::spawn(async move {
            for n in 0..10 {
                put(&cloud, "g", "s", &[(at, &format!("{writer}-{n}"))]).await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(passing(&cloud, filtering("g", "")).await.len(), 80);
}

#[tokio::test]
async fn another_accounts_root_reads_nothing() {
    let cloud = cloud();
    create(&cloud, "g", "s").await;
    let stranger = cloud.fresh_account();
    let input = GetLogEventsInput { log_group_name: None, log_group_identifier: some(&arn("g")), ..getting("g", "s") };
    assert!(stranger.call_as::<GetLogEvents>(Caller::root(stranger.account(), None), input).await.is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Batches of several streams, read by group and by stream, whatever the pages.
    #[test]
    fn events_are_read_in_order_of_time(
        batches in proptest::collection::vec((0usize..3, proptest::collection::vec(0i64..50, 1..6)), 1..12),
        limit in 1i32..7,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let cloud = cloud();
            create(&cloud, "g", "s0").await;
            create_stream(&cloud, "g", "s1").await;
            create_stream(&cloud, "g", "s2").await;
            let (start, mut model, mut count) = (now(&cloud), Vec::new(), 0);
            for (stream, mut ats) in batches {
                ats.sort_unstable();
                let events: Vec<_> = ats.iter().map(|at| { count += 1; (start + at, count.to_string()) }).collect();
                let texts: Vec<_> = events.iter().map(|(at, text)| (*at, text.as_str())).collect();
                put(&cloud, "g", &format!("s{stream}"), &texts).await;
                model.extend(events.into_iter().map(|(at, text)| (at, stream, text)));
            }
            model.sort_by_key(|(at, _, text)| (*at, text.parse::<u32>().unwrap()));
            let of = |wanted: &[usize]| {
                model.iter().filter(|(_, stream, _)| wanted.contains(stream)).map(|(_, _, text)| text.clone()).collect::<Vec<_>>()
            };
            let all = FilterLogEventsInput { limit: Some(limit), ..filtering("g", "") };
            assert_eq!(passing(&cloud, all.clone()).await, of(&[0, 1, 2]));
            let some_streams = FilterLogEventsInput {
                log_stream_names: Some(vec!["s2".into(), "s0".into()]),
                ..all.clone()
            };
            assert_eq!(passing(&cloud, some_streams).await, of(&[0, 2]));
            let prefixed = FilterLogEventsInput { log_stream_name_prefix: some("s1"), ..all };
            assert_eq!(passing(&cloud, prefixed).await, of(&[1]));
            let one = cloud.call::<GetLogEvents>(getting("g", "s1")).await.unwrap();
            assert_eq!(lines(&one), of(&[1]));
        });
    }
}
