//! Exports to S3 and imports from it.

use std::io::Read;
use std::time::Duration;

use api_dynamodb::*;
use api_s3::{
    CreateBucket, CreateBucketInput, GetObject, GetObjectInput, ListObjectsV2, ListObjectsV2Input, PutObject,
    PutObjectInput,
};
use bytes::Bytes;
use serde_json::{Value, json};
use testkit::TestCloud;

use crate::cloud::{create, defined, everything, get, item, key, n, put, s, updating};

async fn cloud() -> TestCloud {
    let cloud = TestCloud::new(|parts| vec![svc_dynamodb::service(parts), svc_s3::service(parts)]);
    cloud.call::<CreateBucket>(CreateBucketInput { bucket: "files".into(), ..Default::default() }).await.unwrap();
    cloud
}

/// A table that can be restored.
async fn table(cloud: &TestCloud) -> String {
    let made = create(cloud, "abc", &["k"]).await;
    let specification =
        PointInTimeRecoverySpecification { point_in_time_recovery_enabled: true, recovery_period_in_days: None };
    let input =
        UpdateContinuousBackupsInput { table_name: "abc".into(), point_in_time_recovery_specification: specification };
    cloud.call::<UpdateContinuousBackups>(input).await.unwrap();
    made.table_arn.unwrap()
}

fn exporting(arn: &str) -> ExportTableToPointInTimeInput {
    ExportTableToPointInTimeInput {
        table_arn: arn.to_owned(),
        s3_bucket: "files".into(),
        s3_prefix: Some("exports".into()),
        ..Default::default()
    }
}

async fn exported(cloud: &TestCloud, input: ExportTableToPointInTimeInput) -> ExportDescription {
    let begun = cloud.call::<ExportTableToPointInTime>(input).await.unwrap().export_description.unwrap();
    assert_eq!(begun.export_status, Some(ExportStatus::InProgress));
    for _ in 0..5_000 {
        let input = DescribeExportInput { export_arn: begun.export_arn.clone().unwrap() };
        let shown = cloud.call::<DescribeExport>(input).await.unwrap().export_description.unwrap();
        if shown.export_status != Some(ExportStatus::InProgress) {
            return shown;
        }
        tokio::task::yield_now().await;
    }
    panic!("the export never ended");
}

async fn imported(cloud: &TestCloud, input: ImportTableInput) -> ImportTableDescription {
    let begun = cloud.call::<ImportTable>(input).await.unwrap().import_table_description;
    for _ in 0..5_000 {
        let input = DescribeImportInput { import_arn: begun.import_arn.clone().unwrap() };
        let shown = cloud.call::<DescribeImport>(input).await.unwrap().import_table_description;
        if shown.import_status != Some(ImportStatus::InProgress) {
            return shown;
        }
        tokio::task::yield_now().await;
    }
    panic!("the import never ended");
}

async fn read(cloud: &TestCloud, key: &str) -> Vec<u8> {
    let input = GetObjectInput { bucket: "files".into(), key: key.to_owned(), ..Default::default() };
    let mut body = cloud.call::<GetObject>(input).await.unwrap().body;
    let mut bytes = Vec::new();
    while let Some(piece) = std::future::poll_fn(|cx| body.pieces.as_mut().poll_next(cx)).await {
        bytes.extend_from_slice(&piece.unwrap());
    }
    bytes
}

/// The lines of the data files that an export's manifest names.
async fn lines(cloud: &TestCloud, export: &ExportDescription) -> Vec<String> {
    let summary: Value = serde_json::from_slice(&read(cloud, export.export_manifest.as_ref().unwrap()).await).unwrap();
    assert_eq!(summary["itemCount"], export.item_count.unwrap());
    let files = read(cloud, summary["manifestFilesS3Key"].as_str().unwrap()).await;
    let mut lines = Vec::new();
    for file in String::from_utf8(files).unwrap().lines() {
        let file: Value = serde_json::from_str(file).unwrap();
        let packed = read(cloud, file["dataFileS3Key"].as_str().unwrap()).await;
        let mut text = String::new();
        flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut text).unwrap();
        lines.extend(text.lines().map(str::to_owned));
    }
    lines.sort();
    lines
}

#[tokio::test]
async fn a_table_is_exported_as_it_was() {
    let cloud = cloud().await;
    let arn = table(&cloud).await;
    put(&cloud, "abc", [("k", s("a")), ("v", n(1))]).await;
    put(&cloud, "abc", [("k", s("b"))]).await;
    cloud.advance(Duration::from_secs(60)).await;
    let then = cloud.runtime().clock.now();
    cloud.advance(Duration::from_secs(60)).await;
    put(&cloud, "abc", [("k", s("c"))]).await;
    cloud.call::<UpdateItem>(updating("abc", [("k", s("a"))], "SET v = :v", [(":v", n(2))])).await.unwrap();
    let delete = DeleteItemInput { table_name: "abc".into(), key: item([("k", s("b"))]), ..Default::default() };
    cloud.call::<DeleteItem>(delete).await.unwrap();
    let input = ExportTableToPointInTimeInput { export_time: Some(then), ..exporting(&arn) };
    let done = exported(&cloud, input).await;
    assert_eq!((done.export_status.clone(), done.item_count), (Some(ExportStatus::Completed), Some(2)));
    assert_eq!(
        lines(&cloud, &done).await,
        [r#"{"Item":{"k":{"S":"a"},"v":{"N":"1"}}}"#, r#"{"Item":{"k":{"S":"b"}}}"#]
    );
    let list = ListObjectsV2Input { bucket: "files".into(), ..Default::default() };
    let keys = cloud.call::<ListObjectsV2>(list).await.unwrap().contents.unwrap();
    let names: Vec<_> = keys.iter().map(|object| object.key.as_ref().unwrap().rsplit('/').next().unwrap()).collect();
    for name in [
        "_started",
        "manifest-files.json",
        "manifest-files.checksum",
        "manifest-summary.json",
        "manifest-summary.checksum",
    ] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    let ion = ExportTableToPointInTimeInput { export_format: Some(ExportFormat::Ion), ..exporting(&arn) };
    let done = exported(&cloud, ion).await;
    assert_eq!(lines(&cloud, &done).await, [r#"$ion_1_0 {Item:{k:"a",v:2.}}"#, r#"$ion_1_0 {Item:{k:"c"}}"#]);
    let listed =
        cloud.call::<ListExports>(ListExportsInput { table_arn: Some(arn), ..Default::default() }).await.unwrap();
    assert_eq!(listed.export_summaries.unwrap().len(), 2);
}

#[tokio::test]
async fn changes_of_a_span_are_exported_once_an_item() {
    let cloud = cloud().await;
    let arn = table(&cloud).await;
    put(&cloud, "abc", [("k", s("a")), ("v", n(1))]).await;
    put(&cloud, "abc", [("k", s("same"))]).await;
    cloud.advance(Duration::from_secs(60)).await;
    let from = cloud.runtime().clock.now();
    put(&cloud, "abc", [("k", s("a")), ("v", n(2))]).await;
    put(&cloud, "abc", [("k", s("a")), ("v", n(3))]).await;
    put(&cloud, "abc", [("k", s("new"))]).await;
    put(&cloud, "abc", [("k", s("short"))]).await;
    let delete = DeleteItemInput { table_name: "abc".into(), key: item([("k", s("short"))]), ..Default::default() };
    cloud.call::<DeleteItem>(delete).await.unwrap();
    cloud.advance(Duration::from_secs(1_000)).await;
    let until = cloud.runtime().clock.now();
    put(&cloud, "abc", [("k", s("a")), ("v", n(4))]).await;
    cloud.advance(Duration::from_secs(10)).await;
    let specification = IncrementalExportSpecification {
        export_from_time: Some(from),
        export_to_time: Some(until),
        export_view_type: Some(ExportViewType::NewAndOldImages),
    };
    let input = ExportTableToPointInTimeInput {
        export_type: Some(ExportType::IncrementalExport),
        incremental_export_specification: Some(specification),
        ..exporting(&arn)
    };
    let done = exported(&cloud, input.clone()).await;
    assert_eq!(done.export_type, Some(ExportType::IncrementalExport));
    let told: Vec<Value> = lines(&cloud, &done).await.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told.len(), 2);
    assert_eq!((&told[0]["OldImage"]["v"], &told[0]["NewImage"]["v"]), (&json!({"N": "1"}), &json!({"N": "3"})));
    assert_eq!(told[1]["Keys"], json!({"k": {"S": "new"}}));
    let mut short = input;
    short.incremental_export_specification.as_mut().unwrap().export_to_time = Some(from.plus(Duration::from_secs(60)));
    assert_eq!(cloud.error::<ExportTableToPointInTime>(short).await.0, "InvalidExportTimeException");
}

#[tokio::test]
async fn what_keeps_from_exporting() {
    let cloud = cloud().await;
    let arn = create(&cloud, "abc", &["k"]).await.table_arn.unwrap();
    let (code, _) = cloud.error::<ExportTableToPointInTime>(exporting(&arn)).await;
    assert_eq!(code, "PointInTimeRecoveryUnavailableException");
    let (code, _) = cloud.error::<ExportTableToPointInTime>(exporting(&arn.replace("abc", "none"))).await;
    assert_eq!(code, "TableNotFoundException");
    let gone = DescribeExportInput { export_arn: format!("{arn}/export/none") };
    assert_eq!(cloud.error::<DescribeExport>(gone).await.0, "ExportNotFoundException");
    let gone = DescribeImportInput { import_arn: format!("{arn}/import/none") };
    assert_eq!(cloud.error::<DescribeImport>(gone).await.0, "ImportNotFoundException");
}

fn importing(prefix: &str, format: InputFormat) -> ImportTableInput {
    ImportTableInput {
        s3_bucket_source: S3BucketSource {
            s3_bucket: "files".into(),
            s3_key_prefix: Some(prefix.to_owned()),
            s3_bucket_owner: None,
        },
        input_format: format,
        client_token: None,
        input_format_options: None,
        input_compression_type: None,
        table_creation_parameters: TableCreationParameters {
            table_name: "made".into(),
            attribute_definitions: vec![defined("k", "S"), defined("g", "N")],
            key_schema: key(&["k"]),
            billing_mode: Some(BillingMode::PayPerRequest),
            global_secondary_indexes: Some(vec![crate::cloud::global("by-g", &["g"])]),
            ..Default::default()
        },
    }
}

async fn upload(cloud: &TestCloud, key: &str, content: impl Into<Bytes>) {
    let content = content.into();
    let input = PutObjectInput {
        bucket: "files".into(),
        key: key.to_owned(),
        content_length: i64::try_from(content.len()).ok(),
        body: content.into(),
        ..Default::default()
    };
    cloud.call::<PutObject>(input).await.unwrap();
}

#[tokio::test]
async fn separated_values_become_items_and_mistakes_are_counted() {
    let cloud = cloud().await;
    upload(&cloud, "in/one.csv", "k,g,title\na,1,\"one, two\"\nb,x,bad\n,3,no key\n").await;
    upload(&cloud, "in/two.csv", "g,k\n2,c").await;
    let done = imported(&cloud, importing("in/", InputFormat::Csv)).await;
    assert_eq!(done.import_status, Some(ImportStatus::Completed), "{done:?}");
    assert_eq!((done.processed_item_count, done.imported_item_count, done.error_count), (Some(4), Some(2), Some(2)));
    let found = get(&cloud, "made", [("k", s("a"))]).await.unwrap();
    assert_eq!(found, item([("k", s("a")), ("g", n(1)), ("title", s("one, two"))]));
    let query = QueryInput {
        table_name: "made".into(),
        index_name: Some("by-g".into()),
        key_condition_expression: Some("g = :g".into()),
        expression_attribute_values: Some(item([(":g", n(2))])),
        ..Default::default()
    };
    assert_eq!(cloud.call::<Query>(query).await.unwrap().count, Some(1));
    let listed = cloud.call::<ListImports>(ListImportsInput::default()).await.unwrap().import_summary_list.unwrap();
    assert_eq!(listed[0].import_status, Some(ImportStatus::Completed));
}

#[tokio::test]
async fn what_was_exported_is_imported() {
    let cloud = cloud().await;
    let arn = table(&cloud).await;
    for i in 0..250 {
        put(&cloud, "abc", [("k", s(&format!("k{i}"))), ("g", n(i)), ("v", s("é \"'\n"))]).await;
    }
    for (format, input) in
        [(ExportFormat::DynamodbJson, InputFormat::DynamodbJson), (ExportFormat::Ion, InputFormat::Ion)]
    {
        let export = ExportTableToPointInTimeInput { export_format: Some(format), ..exporting(&arn) };
        let done = exported(&cloud, export).await;
        let id = done.export_arn.unwrap().rsplit('/').next().unwrap().to_owned();
        let mut input = importing(&format!("exports/AWSDynamoDB/{id}/data/"), input);
        input.input_compression_type = Some(InputCompressionType::Gzip);
        let done = imported(&cloud, input).await;
        assert_eq!((done.imported_item_count, done.error_count), (Some(250), Some(0)));
        let (mut was, mut is) = (everything(&cloud, "abc").await, everything(&cloud, "made").await);
        was.sort_by_key(|item| format!("{item:?}"));
        is.sort_by_key(|item| format!("{item:?}"));
        assert_eq!(was, is);
        cloud.call::<DeleteTable>(DeleteTableInput { table_name: "made".into() }).await.unwrap();
    }
}
