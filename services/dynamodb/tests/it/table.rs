//! Tables: created, described, listed, changed, deleted, tagged.

use api_dynamodb::*;
use service_kit::{Error, Fault};

use crate::cloud::*;

#[tokio::test]
async fn create_table_is_creating_and_then_active() {
    let cloud = cloud();
    let mut input = creating("orders", &["customer", "no"]);
    input.global_secondary_indexes = Some(vec![global("by-no", &["no"])]);
    input.stream_specification =
        Some(StreamSpecification { stream_enabled: true, stream_view_type: Some(StreamViewType::KeysOnly) });
    let made = cloud.call::<CreateTable>(input.clone()).await.unwrap().table_description.unwrap();
    assert_eq!(made.table_status, Some(TableStatus::Creating));
    assert_eq!(made.table_arn.as_deref(), Some("arn:aws:dynamodb:us-east-1:000000000000:table/orders"));
    let label = "2026-01-01T00:00:00.000";
    assert_eq!(made.latest_stream_label.as_deref(), Some(label));
    let shown = describe(&cloud, "orders").await;
    assert_eq!(shown.table_status, Some(TableStatus::Active));
    assert_eq!(shown.table_id, made.table_id);
    assert_eq!(shown.key_schema, Some(key(&["customer", "no"])));
    let index = &shown.global_secondary_indexes.unwrap()[0];
    assert_eq!(index.index_status, Some(IndexStatus::Active));
    assert_eq!(index.index_arn, Some(format!("{}/index/by-no", made.table_arn.clone().unwrap())));
    let by_arn = describe(&cloud, &made.table_arn.unwrap()).await;
    assert_eq!(by_arn.table_name.as_deref(), Some("orders"));
    let (code, text) = cloud.error::<CreateTable>(input).await;
    assert_eq!((code.as_str(), text.as_str()), ("ResourceInUseException", "Table already exists: orders"));
}

#[tokio::test]
async fn a_table_that_is_not_there() {
    let cloud = cloud();
    let table_name = "nothing".to_owned();
    let (code, text) = cloud.error::<DescribeTable>(DescribeTableInput { table_name: table_name.clone() }).await;
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(text, "Requested resource not found: Table: nothing not found");
    let (code, _) = cloud.error::<DeleteTable>(DeleteTableInput { table_name }).await;
    assert_eq!(code, "ResourceNotFoundException");
}

#[tokio::test]
async fn list_tables_pages_in_order() {
    let cloud = cloud();
    for name in ["ccc", "aaa", "bbb", "ddd"] {
        create(&cloud, name, &["k"]).await;
    }
    create(&cloud.in_region("eu-west-1"), "elsewhere", &["k"]).await;
    let mut seen = Vec::new();
    let mut input = ListTablesInput { limit: Some(3), ..Default::default() };
    loop {
        let page = cloud.call::<ListTables>(input.clone()).await.unwrap();
        seen.extend(page.table_names.unwrap());
        input.exclusive_start_table_name = page.last_evaluated_table_name;
        if input.exclusive_start_table_name.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["aaa", "bbb", "ccc", "ddd"]);
}

#[tokio::test]
async fn delete_table_unless_it_is_protected() {
    let cloud = cloud();
    let mut input = creating("kept", &["k"]);
    input.deletion_protection_enabled = Some(true);
    cloud.call::<CreateTable>(input).await.unwrap();
    let deleting = DeleteTableInput { table_name: "kept".into() };
    let text = refused::<DeleteTable>(cloud.call::<DeleteTable>(deleting.clone()).await);
    assert!(text.starts_with("Resource cannot be deleted as it is currently protected against deletion."), "{text}");
    let change =
        UpdateTableInput { table_name: "kept".into(), deletion_protection_enabled: Some(false), ..Default::default() };
    cloud.call::<UpdateTable>(change).await.unwrap();
    let gone = cloud.call::<DeleteTable>(deleting).await.unwrap().table_description.unwrap();
    assert_eq!(gone.table_status, Some(TableStatus::Deleting));
    assert_eq!(
        cloud.error::<DescribeTable>(DescribeTableInput { table_name: "kept".into() }).await.0,
        "ResourceNotFoundException"
    );
    create(&cloud, "kept", &["k"]).await;
}

#[tokio::test]
async fn update_table_changes_capacity_and_mode() {
    let cloud = cloud();
    let mut input = creating("abc", &["k"]);
    (input.billing_mode, input.provisioned_throughput) = (None, units(10, 10));
    cloud.call::<CreateTable>(input).await.unwrap();
    assert_eq!(describe(&cloud, "abc").await.billing_mode_summary, None);
    let change = |read, write| UpdateTableInput {
        table_name: "abc".into(),
        provisioned_throughput: units(read, write),
        ..Default::default()
    };
    let text = refused::<UpdateTable>(cloud.call::<UpdateTable>(change(10, 10)).await);
    assert!(text.starts_with("The provisioned throughput for the table will not change."), "{text}");
    let after = cloud.call::<UpdateTable>(change(20, 5)).await.unwrap().table_description.unwrap();
    assert_eq!(after.table_status, Some(TableStatus::Updating));
    let shown = describe(&cloud, "abc").await.provisioned_throughput.unwrap();
    assert_eq!((shown.read_capacity_units, shown.write_capacity_units), (Some(20), Some(5)));
    assert_eq!(shown.number_of_decreases_today, Some(1));
    assert!(shown.last_increase_date_time.is_some() && shown.last_decrease_date_time.is_some());
    let mode = |mode, throughput| UpdateTableInput {
        table_name: "abc".into(),
        billing_mode: Some(mode),
        provisioned_throughput: throughput,
        ..Default::default()
    };
    cloud.call::<UpdateTable>(mode(BillingMode::PayPerRequest, None)).await.unwrap();
    let summary = describe(&cloud, "abc").await.billing_mode_summary.unwrap();
    assert_eq!(summary.billing_mode, Some(BillingMode::PayPerRequest));
    let text = refused::<UpdateTable>(cloud.call::<UpdateTable>(mode(BillingMode::Provisioned, None)).await);
    assert_eq!(
        text,
        "One or more parameter values were invalid: ProvisionedThroughput must be specified when BillingMode is PROVISIONED"
    );
    let nothing = UpdateTableInput { table_name: "abc".into(), ..Default::default() };
    let text = refused::<UpdateTable>(cloud.call::<UpdateTable>(nothing).await);
    assert!(text.starts_with("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled,"), "{text}");
}

#[tokio::test]
async fn tag_resource_and_untag_resource() {
    let cloud = cloud();
    let arn = create(&cloud, "abc", &["k"]).await.table_arn.unwrap();
    let tag = |key: &str, value: &str| Tag { key: key.to_owned(), value: value.to_owned() };
    let tags = (0..12).map(|no| tag(&format!("k{no:02}"), "v")).collect();
    cloud.call::<TagResource>(TagResourceInput { resource_arn: arn.clone(), tags }).await.unwrap();
    let untag = UntagResourceInput { resource_arn: arn.clone(), tag_keys: vec!["k00".into()] };
    cloud.call::<UntagResource>(untag).await.unwrap();
    let list = ListTagsOfResourceInput { resource_arn: arn.clone(), next_token: None };
    let first = cloud.call::<ListTagsOfResource>(list.clone()).await.unwrap();
    assert_eq!(first.tags.unwrap().len(), 10);
    let rest = ListTagsOfResourceInput { next_token: first.next_token, ..list };
    let rest = cloud.call::<ListTagsOfResource>(rest).await.unwrap();
    assert_eq!((rest.tags.unwrap(), rest.next_token), (vec![tag("k11", "v")], None));
    for nothing in ["", "abcd", "a:b:c:d:e:f", "a:b:c:d:e/f"] {
        let input = ListTagsOfResourceInput { resource_arn: nothing.into(), ..Default::default() };
        let answer = cloud.call::<ListTagsOfResource>(input).await;
        assert!(matches!(answer, Err(Error::Fault(Fault::AccessDenied { .. }))), "{nothing}");
    }
    let input = |resource_arn: &str| TagResourceInput { resource_arn: resource_arn.into(), tags: Vec::new() };
    for (resource, text) in [
        ("a:b:c:d:e:f/g", "Invalid TableArn: Invalid ResourceArn provided as input a:b:c:d:e:f/g"),
        (&arn, "Atleast one Tag needs to be provided as Input."),
    ] {
        assert_eq!(refused::<TagResource>(cloud.call::<TagResource>(input(resource)).await), text);
    }
    let missing = TagResourceInput { resource_arn: format!("{arn}x"), tags: vec![tag("a", "b")] };
    assert_eq!(cloud.error::<TagResource>(missing).await.0, "ResourceNotFoundException");
}

#[tokio::test]
async fn update_time_to_live_is_on_or_off() {
    let cloud = cloud();
    create(&cloud, "abc", &["k"]).await;
    let set = |enabled| UpdateTimeToLiveInput {
        table_name: "abc".into(),
        time_to_live_specification: TimeToLiveSpecification { enabled, attribute_name: "ends".into() },
    };
    let off = refused::<UpdateTimeToLive>(cloud.call::<UpdateTimeToLive>(set(false)).await);
    assert_eq!(off, "TimeToLive is already disabled");
    cloud.call::<UpdateTimeToLive>(set(true)).await.unwrap();
    let on = refused::<UpdateTimeToLive>(cloud.call::<UpdateTimeToLive>(set(true)).await);
    assert_eq!(on, "TimeToLive is already enabled");
    let described = cloud.call::<DescribeTimeToLive>(DescribeTimeToLiveInput { table_name: "abc".into() }).await;
    let described = described.unwrap().time_to_live_description.unwrap();
    assert_eq!(described.time_to_live_status, Some(TimeToLiveStatus::Enabled));
    assert_eq!(described.attribute_name.as_deref(), Some("ends"));
}

#[tokio::test]
async fn put_resource_policy_is_shown_and_removed() {
    let cloud = cloud();
    let arn = create(&cloud, "abc", &["k"]).await.table_arn.unwrap();
    let get = GetResourcePolicyInput { resource_arn: arn.clone() };
    assert_eq!(cloud.error::<GetResourcePolicy>(get.clone()).await.0, "PolicyNotFoundException");
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"111111111111"}},"Action":"dynamodb:GetItem","Resource":"{arn}"}}]}}"#
    );
    let put = PutResourcePolicyInput { resource_arn: arn.clone(), policy: policy.clone(), ..Default::default() };
    let revision = cloud.call::<PutResourcePolicy>(put).await.unwrap().revision_id;
    let shown = cloud.call::<GetResourcePolicy>(get.clone()).await.unwrap();
    assert_eq!((shown.policy, shown.revision_id), (Some(policy), revision.clone()));
    let wrong = DeleteResourcePolicyInput { resource_arn: arn.clone(), expected_revision_id: Some("1".into()) };
    assert_eq!(cloud.error::<DeleteResourcePolicy>(wrong).await.0, "PolicyNotFoundException");
    let delete = DeleteResourcePolicyInput { resource_arn: arn, expected_revision_id: revision.clone() };
    assert_eq!(cloud.call::<DeleteResourcePolicy>(delete).await.unwrap().revision_id, revision);
    assert_eq!(cloud.error::<GetResourcePolicy>(get).await.0, "PolicyNotFoundException");
}

#[tokio::test]
async fn describe_limits_and_describe_endpoints() {
    let cloud = cloud();
    let limits = cloud.call::<DescribeLimits>(DescribeLimitsInput {}).await.unwrap();
    assert_eq!(limits.table_max_read_capacity_units, Some(40_000));
    let endpoints = cloud.call::<DescribeEndpoints>(DescribeEndpointsInput {}).await.unwrap().endpoints;
    assert_eq!(endpoints[0].address, "localhost:4566");
}
