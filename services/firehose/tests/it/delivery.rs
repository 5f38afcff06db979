//! Records to S3: when, where, how, and what becomes of them when S3 does not take them.

use std::io::Read;
use std::time::Duration;

use api_firehose::*;

use crate::cloud::*;

fn hints(mib: i32, seconds: i32) -> Option<BufferingHints> {
    Some(BufferingHints { size_in_mbs: Some(mib), interval_in_seconds: Some(seconds) })
}

#[tokio::test]
async fn records_gather_for_their_time_and_become_one_object() {
    let (cloud, bucket) = cloud().await;
    create(&cloud, ExtendedS3DestinationConfiguration { buffering_hints: hints(1, 60), ..s3_config() }).await;
    let id = put(&cloud, "a").await.record_id;
    assert_eq!(id.len(), 192);
    cloud.advance(Duration::from_secs(30)).await;
    let records = vec![record("b"), record("c")];
    let input = PutRecordBatchInput { delivery_stream_name: "s".into(), records };
    let batch = cloud.call::<PutRecordBatch>(input).await.unwrap();
    assert_eq!((batch.failed_put_count, batch.request_responses.len()), (0, 2));
    cloud.advance(Duration::from_secs(29)).await;
    assert!(bucket.objects().is_empty());
    cloud.advance(Duration::from_secs(1)).await;
    let objects = bucket.reach(1).await;
    assert_eq!(bucket.text(), "abc");
    let key = objects.keys().next().unwrap();
    let at = cloud.runtime().clock.now().iso8601();
    let hour = at[..13].replace(['-', 'T'], "/");
    assert!(key.starts_with(&format!("b/{hour}/s-1-")), "{key} at {at}");
}

#[tokio::test]
async fn enough_records_are_delivered_at_once() {
    let (cloud, bucket) = cloud().await;
    create(&cloud, ExtendedS3DestinationConfiguration { buffering_hints: hints(1, 900), ..s3_config() }).await;
    put(&cloud, &"x".repeat(600_000)).await;
    put(&cloud, &"y".repeat(600_000)).await;
    bucket.reach(1).await;
    cloud.advance(Duration::from_secs(901)).await;
    bucket.reach(2).await;
    assert_eq!(bucket.text().len(), 1_200_000);
}

#[tokio::test]
async fn prefixes_extensions_zones_and_compression() {
    let (cloud, bucket) = cloud().await;
    let config = ExtendedS3DestinationConfiguration {
        prefix: Some("in/!{timestamp:yyyy}/!{timestamp:'hour'HH}/".into()),
        error_output_prefix: Some("errors/!{firehose:error-output-type}/".into()),
        compression_format: Some(CompressionFormat::Gzip),
        custom_time_zone: Some("Asia/Tokyo".into()),
        file_extension: Some(".json.gz".into()),
        buffering_hints: hints(1, 0),
        ..s3_config()
    };
    create(&cloud, config).await;
    put(&cloud, "{}").await;
    let objects = bucket.reach(1).await;
    let (key, content) = objects.first_key_value().unwrap();
    let utc: u32 = cloud.runtime().clock.now().iso8601()[11..13].parse().unwrap();
    assert!(key.contains(&format!("/hour{:02}/", (utc + 9) % 24)) && key.ends_with(".json.gz"), "{key}");
    let mut text = String::new();
    flate2::read::GzDecoder::new(&content[..]).read_to_string(&mut text).unwrap();
    assert_eq!(text, "{}");
}

#[tokio::test]
async fn what_s3_does_not_take_is_tried_again_under_the_same_name() {
    let (cloud, bucket) = cloud().await;
    create(&cloud, ExtendedS3DestinationConfiguration { buffering_hints: hints(1, 0), ..s3_config() }).await;
    bucket.refuse(3);
    put(&cloud, "kept").await;
    while bucket.objects().is_empty() {
        cloud.advance(Duration::from_secs(1)).await;
    }
    assert_eq!((bucket.text().as_str(), bucket.puts()), ("kept", 1));
}

#[tokio::test]
async fn without_its_role_nothing_is_delivered_and_nothing_is_lost() {
    let (cloud, bucket) = cloud().await;
    let config = ExtendedS3DestinationConfiguration {
        role_arn: "arn:aws:iam::000000000000:role/late".into(),
        buffering_hints: hints(1, 0),
        ..s3_config()
    };
    create(&cloud, config).await;
    put(&cloud, "kept").await;
    for _ in 0..5 {
        cloud.advance(Duration::from_secs(60)).await;
    }
    assert!(bucket.objects().is_empty());
    let input = UpdateDestinationInput {
        delivery_stream_name: "s".into(),
        current_delivery_stream_version_id: "1".into(),
        destination_id: "destinationId-000000000001".into(),
        extended_s3_destination_update: Some(ExtendedS3DestinationUpdate {
            role_arn: Some(ROLE.into()),
            ..Default::default()
        }),
        ..Default::default()
    };
    cloud.call::<UpdateDestination>(input).await.unwrap();
    while bucket.objects().is_empty() {
        cloud.advance(Duration::from_secs(60)).await;
    }
    assert_eq!(bucket.text(), "kept");
}

#[tokio::test]
async fn every_record_is_kept_as_it_came_when_asked() {
    let (cloud, bucket) = cloud().await;
    let delimit = Processor {
        r#type: ProcessorType::AppendDelimiterToRecord,
        parameters: Some(vec![ProcessorParameter {
            parameter_name: ProcessorParameterName::Delimiter,
            parameter_value: "\\n".into(),
        }]),
    };
    let config = ExtendedS3DestinationConfiguration {
        prefix: Some("out/".into()),
        buffering_hints: hints(1, 0),
        processing_configuration: Some(ProcessingConfiguration {
            enabled: Some(true),
            processors: Some(vec![delimit]),
        }),
        s3_backup_mode: Some(S3BackupMode::Enabled),
        s3_backup_configuration: Some(S3DestinationConfiguration {
            role_arn: ROLE.into(),
            bucket_arn: "arn:aws:s3:::backup".into(),
            ..Default::default()
        }),
        ..s3_config()
    };
    create(&cloud, config).await;
    put(&cloud, "a").await;
    let objects = bucket.reach(2).await;
    let find = |start: &str| objects.iter().find(|(key, _)| key.starts_with(start)).unwrap().1.clone();
    assert_eq!((&find("b/out/")[..], &find("backup/")[..]), (&b"a\n"[..], &b"a"[..]));
}

#[tokio::test]
async fn a_function_that_is_not_there_leaves_records_with_the_failed() {
    let (cloud, bucket) = cloud().await;
    let lambda = Processor {
        r#type: ProcessorType::Lambda,
        parameters: Some(vec![ProcessorParameter {
            parameter_name: ProcessorParameterName::LambdaArn,
            parameter_value: "arn:aws:lambda:us-east-1:000000000000:function:f".into(),
        }]),
    };
    let config = ExtendedS3DestinationConfiguration {
        buffering_hints: hints(1, 0),
        processing_configuration: Some(ProcessingConfiguration { enabled: Some(true), processors: Some(vec![lambda]) }),
        ..s3_config()
    };
    create(&cloud, config).await;
    put(&cloud, "raw").await;
    let objects = bucket.reach(1).await;
    let (key, content) = objects.first_key_value().unwrap();
    assert!(key.starts_with("b/processing-failed/"), "{key}");
    let told: serde_json::Value = serde_json::from_slice(content).unwrap();
    assert_eq!((&told["rawData"], &told["attemptsMade"]), (&"cmF3".into(), &4.into()));
    assert_eq!(told["errorCode"], "Lambda.FunctionError");
}
