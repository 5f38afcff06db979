//! Objects parted by what is in the records.

use std::time::Duration;

use api_firehose::*;

use crate::cloud::*;

fn processor(kind: ProcessorType, parameters: &[(ProcessorParameterName, &str)]) -> Processor {
    let parameter = |(name, value): &(ProcessorParameterName, &str)| ProcessorParameter {
        parameter_name: name.clone(),
        parameter_value: (*value).to_owned(),
    };
    Processor { r#type: kind, parameters: Some(parameters.iter().map(parameter).collect()) }
}

#[tokio::test]
async fn each_partition_has_its_object_and_what_has_none_is_told() {
    let (cloud, bucket) = cloud().await;
    let processors = vec![
        processor(ProcessorType::RecordDeAggregation, &[(ProcessorParameterName::SubRecordType, "JSON")]),
        processor(
            ProcessorType::MetadataExtraction,
            &[
                (ProcessorParameterName::MetadataExtractionQuery, "{customer: .customer, year: .at[0:4]}"),
                (ProcessorParameterName::JsonParsingEngine, "JQ-1.6"),
            ],
        ),
        processor(ProcessorType::AppendDelimiterToRecord, &[(ProcessorParameterName::Delimiter, "\\n")]),
    ];
    let config = ExtendedS3DestinationConfiguration {
        prefix: Some("c=!{partitionKeyFromQuery:customer}/y=!{partitionKeyFromQuery:year}/".into()),
        error_output_prefix: Some("bad/!{firehose:error-output-type}/".into()),
        buffering_hints: Some(BufferingHints { size_in_mbs: Some(64), interval_in_seconds: Some(60) }),
        processing_configuration: Some(ProcessingConfiguration { enabled: Some(true), processors: Some(processors) }),
        dynamic_partitioning_configuration: Some(DynamicPartitioningConfiguration {
            enabled: Some(true),
            ..Default::default()
        }),
        ..s3_config()
    };
    create(&cloud, config).await;
    put(&cloud, r#"{"customer":"a","at":"2026-01"}{"customer":"b","at":"2025-01"}"#).await;
    put(&cloud, r#"{"customer":"a","at":"2026-02"}"#).await;
    put(&cloud, r#"{"at":"2026-02"}"#).await;
    cloud.advance(Duration::from_secs(60)).await;
    let objects = bucket.reach(3).await;
    let find = |start: &str| {
        let found = objects.iter().find(|(key, _)| key.starts_with(start)).unwrap().1;
        String::from_utf8(found.to_vec()).unwrap()
    };
    let expected = "{\"customer\":\"a\",\"at\":\"2026-01\"}\n{\"customer\":\"a\",\"at\":\"2026-02\"}\n";
    assert_eq!(find("b/c=a/y=2026/s-1-"), expected);
    assert_eq!(find("b/c=b/y=2025/s-1-"), "{\"customer\":\"b\",\"at\":\"2025-01\"}\n");
    assert!(find("b/bad/processing-failed/").contains("DynamicPartitioning.MetadataExtractionFailed"));
}

#[tokio::test]
async fn queries_that_are_none() {
    let (cloud, _) = cloud().await;
    let extract = processor(
        ProcessorType::MetadataExtraction,
        &[
            (ProcessorParameterName::MetadataExtractionQuery, "{a: "),
            (ProcessorParameterName::JsonParsingEngine, "JQ-1.6"),
        ],
    );
    let config = ExtendedS3DestinationConfiguration {
        processing_configuration: Some(ProcessingConfiguration {
            enabled: Some(true),
            processors: Some(vec![extract]),
        }),
        ..s3_config()
    };
    let (code, text) = cloud.error::<CreateDeliveryStream>(creating(config)).await;
    assert_eq!(code, "InvalidArgumentException");
    assert!(text.starts_with("MetadataExtractionQuery is not a valid jq expression"), "{text}");
}
