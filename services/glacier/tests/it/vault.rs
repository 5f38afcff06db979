//! Vaults: there, listed, tagged, counted once a day, gone.

use std::collections::BTreeMap;
use std::time::Duration;

use api_glacier as api;

use crate::world::{archive, arn, cloud, delete, pass, vault};

fn named(name: &str) -> api::DescribeVaultInput {
    api::DescribeVaultInput { account_id: "-".to_owned(), vault_name: name.to_owned() }
}

fn gone(name: &str) -> api::DeleteVaultInput {
    api::DeleteVaultInput { account_id: "-".to_owned(), vault_name: name.to_owned() }
}

#[tokio::test]
async fn vaults_come_and_go() {
    let cloud = cloud();
    let input = api::CreateVaultInput { account_id: "-".to_owned(), vault_name: "v".to_owned() };
    let made = cloud.call::<api::CreateVault>(input.clone()).await.unwrap();
    assert_eq!(made.location, Some(format!("/{}/vaults/v", cloud.account())));
    cloud.call::<api::CreateVault>(input.clone()).await.unwrap();
    let shown = cloud.call::<api::DescribeVault>(named("v")).await.unwrap();
    assert_eq!(shown.vault_arn, Some(arn(&cloud, "v")));
    assert_eq!(shown.creation_date.as_deref(), Some("2026-01-01T00:00:00.000Z"));
    assert_eq!((shown.number_of_archives, shown.last_inventory_date), (Some(0), None));
    let id = archive(&cloud, b"abc").await;
    let told = cloud.error::<api::DeleteVault>(gone("v")).await;
    let text = format!("Vault not empty or recently written to: {}", arn(&cloud, "v"));
    assert_eq!(told, ("InvalidParameterValueException".to_owned(), text));
    cloud.call::<api::DeleteArchive>(delete(&id)).await.unwrap();
    cloud.call::<api::DeleteVault>(gone("v")).await.unwrap();
    cloud.call::<api::DeleteVault>(gone("v")).await.unwrap();
    let told = cloud.error::<api::DescribeVault>(named("v")).await;
    let text = format!("Vault not found for ARN: {}", arn(&cloud, "v"));
    assert_eq!(told, ("ResourceNotFoundException".to_owned(), text));
    let wrong = api::CreateVaultInput { vault_name: "a b".to_owned(), ..input };
    assert_eq!(cloud.error::<api::CreateVault>(wrong).await.0, "InvalidParameterValueException");
}

#[tokio::test]
async fn an_inventory_counts_once_a_day() {
    let cloud = cloud();
    vault(&cloud, "v").await;
    archive(&cloud, b"abc").await;
    let shown = cloud.call::<api::DescribeVault>(named("v")).await.unwrap();
    assert_eq!(shown.number_of_archives, Some(0));
    pass(&cloud, Duration::from_hours(25)).await;
    let shown = cloud.call::<api::DescribeVault>(named("v")).await.unwrap();
    assert_eq!((shown.number_of_archives, shown.size_in_bytes), (Some(1), Some(3)));
    assert_eq!(shown.last_inventory_date.as_deref(), Some("2026-01-02T00:00:00.000Z"));
}

#[tokio::test]
async fn vaults_are_listed_by_pages() {
    let cloud = cloud();
    for number in 0..12 {
        vault(&cloud, &format!("v{number:02}")).await;
    }
    let (mut names, mut marker) = (Vec::new(), None);
    loop {
        let input = api::ListVaultsInput { account_id: "-".to_owned(), marker, limit: None };
        let page = cloud.call::<api::ListVaults>(input).await.unwrap();
        names.extend(page.vault_list.unwrap().into_iter().filter_map(|one| one.vault_name));
        marker = page.marker;
        if marker.is_none() {
            break;
        }
        assert_eq!(names.len(), 10);
    }
    assert_eq!((names.len(), names[11].as_str()), (12, "v11"));
    let wrong = api::ListVaultsInput { limit: Some("0".to_owned()), account_id: "-".to_owned(), marker: None };
    assert_eq!(cloud.error::<api::ListVaults>(wrong).await.0, "InvalidParameterValueException");
}

#[tokio::test]
async fn vaults_have_tags() {
    let cloud = cloud();
    vault(&cloud, "v").await;
    let (account_id, vault_name) = ("-".to_owned(), "v".to_owned());
    let tags = BTreeMap::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
    let input = api::AddTagsToVaultInput { account_id, vault_name, tags: Some(tags) };
    cloud.call::<api::AddTagsToVault>(input.clone()).await.unwrap();
    let (account_id, vault_name) = ("-".to_owned(), "v".to_owned());
    let removal = api::RemoveTagsFromVaultInput { account_id, vault_name, tag_keys: Some(vec!["a".to_owned()]) };
    cloud.call::<api::RemoveTagsFromVault>(removal).await.unwrap();
    let listed = api::ListTagsForVaultInput { account_id: "-".to_owned(), vault_name: "v".to_owned() };
    let tags = cloud.call::<api::ListTagsForVault>(listed).await.unwrap().tags.unwrap();
    assert_eq!(tags, BTreeMap::from([("b".to_owned(), "2".to_owned())]));
    let many = (0..51).map(|number| (format!("k{number}"), String::new())).collect();
    let input = api::AddTagsToVaultInput { tags: Some(many), ..input };
    assert_eq!(cloud.error::<api::AddTagsToVault>(input).await.0, "LimitExceededException");
}
