//! Backups, and tables made of them and of what a table was.

use std::time::Duration;

use api_dynamodb::*;
use testkit::TestCloud;

use crate::cloud::*;

async fn table(cloud: &TestCloud) {
    let mut input = creating("abc", &["k"]);
    input.attribute_definitions = Some(vec![defined("k", "S"), defined("g", "S")]);
    input.global_secondary_indexes = Some(vec![global("idx", &["g"])]);
    cloud.call::<CreateTable>(input).await.unwrap();
    for no in 0..3 {
        put(cloud, "abc", [("k", s(&no.to_string())), ("g", s("x")), ("v", n(no))]).await;
    }
}

async fn by_index(cloud: &TestCloud, table: &str) -> i32 {
    let input = ScanInput { table_name: table.to_owned(), index_name: Some("idx".into()), ..Default::default() };
    cloud.call::<Scan>(input).await.unwrap().count.unwrap()
}

#[tokio::test]
async fn create_backup_and_restore_table_from_backup() {
    let cloud = cloud();
    table(&cloud).await;
    let input = CreateBackupInput { table_name: "abc".into(), backup_name: "first".into() };
    let made = cloud.call::<CreateBackup>(input).await.unwrap().backup_details.unwrap();
    put(&cloud, "abc", [("k", s("later"))]).await;
    let described = cloud.call::<DescribeBackup>(DescribeBackupInput { backup_arn: made.backup_arn.clone() }).await;
    let described = described.unwrap().backup_description.unwrap();
    assert_eq!(described.backup_details.unwrap().backup_status, BackupStatus::Available);
    assert_eq!(described.source_table_details.unwrap().item_count, Some(3));
    let listed = cloud.call::<ListBackups>(ListBackupsInput::default()).await.unwrap().backup_summaries.unwrap();
    assert_eq!(listed.len(), 1);
    let restore = RestoreTableFromBackupInput {
        target_table_name: "copy".into(),
        backup_arn: made.backup_arn.clone(),
        ..Default::default()
    };
    let shown = cloud.call::<RestoreTableFromBackup>(restore.clone()).await.unwrap().table_description.unwrap();
    assert_eq!(shown.restore_summary.unwrap().source_backup_arn, Some(made.backup_arn.clone()));
    assert_eq!((everything(&cloud, "copy").await.len(), by_index(&cloud, "copy").await), (3, 3));
    assert_eq!(cloud.error::<RestoreTableFromBackup>(restore).await.0, "TableAlreadyExistsException");
    let delete = DeleteBackupInput { backup_arn: made.backup_arn.clone() };
    cloud.call::<DeleteBackup>(delete.clone()).await.unwrap();
    assert_eq!(cloud.error::<DeleteBackup>(delete).await.0, "BackupNotFoundException");
}

#[tokio::test]
async fn restore_table_to_point_in_time() {
    let cloud = cloud();
    table(&cloud).await;
    let enable = |on| UpdateContinuousBackupsInput {
        table_name: "abc".into(),
        point_in_time_recovery_specification: PointInTimeRecoverySpecification {
            point_in_time_recovery_enabled: on,
            recovery_period_in_days: None,
        },
    };
    let restore = |at, target: &str| RestoreTableToPointInTimeInput {
        source_table_name: Some("abc".into()),
        target_table_name: target.to_owned(),
        restore_date_time: Some(at),
        ..Default::default()
    };
    let now = || cloud.runtime().clock.now();
    let (code, _) = cloud.error::<RestoreTableToPointInTime>(restore(now(), "early")).await;
    assert_eq!(code, "PointInTimeRecoveryUnavailableException");
    cloud.call::<UpdateContinuousBackups>(enable(true)).await.unwrap();
    let described = DescribeContinuousBackupsInput { table_name: "abc".into() };
    let described = cloud.call::<DescribeContinuousBackups>(described).await.unwrap();
    let described = described.continuous_backups_description.unwrap().point_in_time_recovery_description.unwrap();
    assert_eq!(described.point_in_time_recovery_status, Some(PointInTimeRecoveryStatus::Enabled));
    let before = now();
    cloud.advance(Duration::from_secs(60)).await;
    cloud.call::<UpdateItem>(updating("abc", [("k", s("0"))], "SET v = :v REMOVE g", [(":v", n(100))])).await.unwrap();
    let between = now();
    cloud.advance(Duration::from_secs(60)).await;
    cloud.call::<UpdateItem>(updating("abc", [("k", s("0"))], "SET v = :v", [(":v", n(200))])).await.unwrap();
    let delete = DeleteItemInput { table_name: "abc".into(), key: item([("k", s("1"))]), ..Default::default() };
    cloud.call::<DeleteItem>(delete).await.unwrap();
    put(&cloud, "abc", [("k", s("new"))]).await;
    for (at, target, zero, items, indexed) in
        [(before, "one", 0, 3, 3), (between, "two", 100, 3, 2), (now(), "three", 200, 3, 1)]
    {
        cloud.call::<RestoreTableToPointInTime>(restore(at, target)).await.unwrap();
        assert_eq!(get(&cloud, target, [("k", s("0"))]).await.unwrap()["v"], n(zero), "{target}");
        assert_eq!(
            (everything(&cloud, target).await.len(), by_index(&cloud, target).await),
            (items, indexed),
            "{target}"
        );
    }
    let (code, _) = cloud.error::<RestoreTableToPointInTime>(restore(names::Timestamp::from_secs(1_000), "old")).await;
    assert_eq!(code, "InvalidRestoreTimeException");
}
