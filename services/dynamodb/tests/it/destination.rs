//! Streams of Kinesis that are told of changes, and insights into keys.

use std::sync::Arc;
use std::time::Duration;

use api_dynamodb::*;
use names::Arn;
use parking_lot::Mutex;
use serde_json::Value;
use service_kit::{BoxFuture, Error, Fault, Operations, Parcel, Receipt, Receiver, Sender, Service};
use testkit::TestCloud;

use crate::cloud::{create, creating, global, item, n, put, refused, s, updating};

/// Stands where Kinesis does: keeps what it is sent, unless it is out.
#[derive(Default)]
struct Stream {
    got: Mutex<Vec<(String, Value)>>,
    out: Mutex<bool>,
}

impl Receiver for Stream {
    fn receive<'a>(
        &'a self,
        _: &'a Sender,
        to: &'a Arn,
        parcels: Vec<Parcel>,
    ) -> BoxFuture<'a, Vec<Result<Receipt, Error>>> {
        let out = *self.out.lock();
        let take = |parcel: Parcel| {
            if out {
                return Err(Fault::internal("out").into());
            }
            assert_eq!(to.resource, "stream/changes");
            self.got.lock().push((parcel.partition_key.unwrap(), serde_json::from_str(&parcel.body).unwrap()));
            Ok(Receipt::default())
        };
        Box::pin(std::future::ready(parcels.into_iter().map(take).collect()))
    }
}

const STREAM: &str = "arn:aws:kinesis:us-east-1:000000000000:stream/changes";

fn cloud() -> (TestCloud, Arc<Stream>) {
    let stream = Arc::new(Stream::default());
    let kinesis = Service::new(&api_kinesis::SERVICE, Operations::new()).receiver(stream.clone());
    (TestCloud::new(|parts| vec![svc_dynamodb::service(parts), kinesis]), stream)
}

fn enabling() -> EnableKinesisStreamingDestinationInput {
    EnableKinesisStreamingDestinationInput {
        table_name: "abc".into(),
        stream_arn: STREAM.into(),
        enable_kinesis_streaming_configuration: None,
    }
}

async fn got(cloud: &TestCloud, stream: &Stream, count: usize) -> Vec<(String, Value)> {
    for _ in 0..2_000 {
        if stream.got.lock().len() >= count {
            return std::mem::take(&mut *stream.got.lock());
        }
        cloud.advance(Duration::from_millis(100)).await;
    }
    panic!("the stream got {:?}", stream.got.lock());
}

#[tokio::test]
async fn a_stream_is_told_of_each_change_once_it_is_enabled() {
    let (cloud, stream) = cloud();
    create(&cloud, "abc", &["k"]).await;
    put(&cloud, "abc", [("k", s("before"))]).await;
    let enabled = cloud.call::<EnableKinesisStreamingDestination>(enabling()).await.unwrap();
    assert_eq!(enabled.destination_status, Some(DestinationStatus::Enabling));
    put(&cloud, "abc", [("k", s("a")), ("v", n(1))]).await;
    put(&cloud, "abc", [("k", s("a")), ("v", n(1))]).await;
    cloud.call::<UpdateItem>(updating("abc", [("k", s("a"))], "SET v = :v", [(":v", n(2))])).await.unwrap();
    let update = UpdateKinesisStreamingDestinationInput {
        table_name: "abc".into(),
        stream_arn: STREAM.into(),
        update_kinesis_streaming_configuration: Some(UpdateKinesisStreamingConfiguration {
            approximate_creation_date_time_precision: Some(ApproximateCreationDateTimePrecision::Microsecond),
        }),
    };
    cloud.call::<UpdateKinesisStreamingDestination>(update.clone()).await.unwrap();
    let delete = DeleteItemInput { table_name: "abc".into(), key: item([("k", s("a"))]), ..Default::default() };
    cloud.call::<DeleteItem>(delete).await.unwrap();
    let mut told = got(&cloud, &stream, 3).await;
    told.sort_by_key(|(_, record)| record["eventName"].to_string());
    let names: Vec<_> = told.iter().map(|(_, record)| record["eventName"].as_str().unwrap()).collect();
    assert_eq!(names, ["INSERT", "MODIFY", "REMOVE"]);
    assert!(told.iter().all(|(key, _)| *key == told[0].0), "one item, one shard");
    let (insert, modify, remove) = (&told[0].1, &told[1].1, &told[2].1);
    assert_eq!(insert["dynamodb"]["ApproximateCreationDateTime"], 1_767_225_600_000_i64);
    assert_eq!(insert["dynamodb"]["NewImage"], serde_json::json!({"k": {"S": "a"}, "v": {"N": "1"}}));
    assert!(insert["dynamodb"].get("OldImage").is_none() && insert["userIdentity"].is_null());
    assert_eq!(
        (insert["tableName"].as_str(), insert["recordFormat"].as_str()),
        (Some("abc"), Some("application/json"))
    );
    assert_eq!(modify["dynamodb"]["OldImage"]["v"], serde_json::json!({"N": "1"}));
    assert_eq!(remove["dynamodb"]["ApproximateCreationDateTimePrecision"], "MICROSECOND");
    assert!(remove["dynamodb"]["ApproximateCreationDateTime"].as_i64().unwrap() >= 1_767_225_600_000_000);
    assert!(remove["dynamodb"].get("NewImage").is_none());
    let described = DescribeKinesisStreamingDestinationInput { table_name: "abc".into() };
    let shown = cloud.call::<DescribeKinesisStreamingDestination>(described).await.unwrap();
    let shown = shown.kinesis_data_stream_destinations.unwrap();
    assert_eq!(shown[0].destination_status, Some(DestinationStatus::Active));
    let text =
        refused::<UpdateKinesisStreamingDestination>(cloud.call::<UpdateKinesisStreamingDestination>(update).await);
    assert!(
        text.starts_with("Invalid Request: Precision is already set to the desired value of MICROSECOND"),
        "{text}"
    );
}

#[tokio::test]
async fn what_a_stream_misses_while_it_is_out_comes_later_and_nothing_after_it_is_disabled() {
    let (cloud, stream) = cloud();
    create(&cloud, "abc", &["k"]).await;
    cloud.call::<EnableKinesisStreamingDestination>(enabling()).await.unwrap();
    let text =
        refused::<EnableKinesisStreamingDestination>(cloud.call::<EnableKinesisStreamingDestination>(enabling()).await);
    assert!(text.contains("must be DISABLED or ENABLE_FAILED to perform ENABLE operation"), "{text}");
    *stream.out.lock() = true;
    put(&cloud, "abc", [("k", s("a"))]).await;
    cloud.advance(Duration::from_secs(3_600)).await;
    *stream.out.lock() = false;
    assert_eq!(got(&cloud, &stream, 1).await[0].1["dynamodb"]["Keys"], serde_json::json!({"k": {"S": "a"}}));
    let disable = DisableKinesisStreamingDestinationInput {
        table_name: "abc".into(),
        stream_arn: STREAM.into(),
        enable_kinesis_streaming_configuration: None,
    };
    let disabled = cloud.call::<DisableKinesisStreamingDestination>(disable.clone()).await.unwrap();
    assert_eq!(disabled.destination_status, Some(DestinationStatus::Disabling));
    put(&cloud, "abc", [("k", s("b"))]).await;
    cloud.advance(Duration::from_secs(60)).await;
    assert!(stream.got.lock().is_empty());
    let text =
        refused::<DisableKinesisStreamingDestination>(cloud.call::<DisableKinesisStreamingDestination>(disable).await);
    assert!(text.contains("must be ACTIVE to perform DISABLE operation"), "{text}");
}

#[tokio::test]
async fn insights_are_of_tables_and_of_global_indexes() {
    let (cloud, _) = cloud();
    let mut input = creating("abc", &["k", "r", "g"]);
    input.key_schema = Some(crate::cloud::key(&["k", "r"]));
    input.global_secondary_indexes = Some(vec![global("by-g", &["g"])]);
    cloud.call::<CreateTable>(input).await.unwrap();
    let describe = |index: Option<&str>| DescribeContributorInsightsInput {
        table_name: "abc".into(),
        index_name: index.map(str::to_owned),
    };
    let off = cloud.call::<DescribeContributorInsights>(describe(None)).await.unwrap();
    assert_eq!(off.contributor_insights_status, Some(ContributorInsightsStatus::Disabled));
    assert_eq!((off.contributor_insights_rule_list, off.last_update_date_time), (None, None));
    for index in [None, Some("by-g")] {
        let update = UpdateContributorInsightsInput {
            table_name: "abc".into(),
            index_name: index.map(str::to_owned),
            contributor_insights_action: ContributorInsightsAction::Enable,
            contributor_insights_mode: index.map(|_| ContributorInsightsMode::ThrottledKeys),
        };
        let updated = cloud.call::<UpdateContributorInsights>(update).await.unwrap();
        assert_eq!(updated.contributor_insights_status, Some(ContributorInsightsStatus::Enabling));
    }
    let on = cloud.call::<DescribeContributorInsights>(describe(None)).await.unwrap();
    assert_eq!(on.contributor_insights_status, Some(ContributorInsightsStatus::Enabled));
    let rules = on.contributor_insights_rule_list.unwrap();
    assert_eq!((rules.len(), rules[1].as_str()), (4, "DynamoDBContributorInsights-SKC-abc-1767225600000"));
    let index = cloud.call::<DescribeContributorInsights>(describe(Some("by-g"))).await.unwrap();
    assert_eq!(
        index.contributor_insights_rule_list.unwrap(),
        ["DynamoDBContributorInsights-PKT-abc-by-g-1767225600000"]
    );
    let list = ListContributorInsightsInput { max_results: Some(1), ..Default::default() };
    let first = cloud.call::<ListContributorInsights>(list.clone()).await.unwrap();
    let rest = ListContributorInsightsInput { next_token: first.next_token, ..list };
    let rest = cloud.call::<ListContributorInsights>(rest).await.unwrap();
    assert_eq!(rest.contributor_insights_summaries.unwrap()[0].index_name.as_deref(), Some("by-g"));
    assert_eq!(rest.next_token, None);
    let (code, _) = cloud.error::<DescribeContributorInsights>(describe(Some("none"))).await;
    assert_eq!(code, "ResourceNotFoundException");
}
