//! Access keys: CreateAccessKey, ListAccessKeys, UpdateAccessKey, DeleteAccessKey, GetAccessKeyLastUsed.

use api_iam::*;

use crate::cloud::*;

#[tokio::test]
async fn two_keys_each_shown_with_its_secret_once() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    let (one, two) = (key(&cloud, "u").await, key(&cloud, "u").await);
    assert_eq!((&one.access_key_id[..4], one.access_key_id.len(), one.secret_access_key.len()), ("AKIA", 20, 40));
    assert_eq!(names::key_id::account_of(&one.access_key_id), Some(cloud.account()));
    assert_ne!(one.secret_access_key, two.secret_access_key);
    let third = CreateAccessKeyInput { user_name: Some("u".into()) };
    let refused = refusal::<CreateAccessKey>(&cloud, third).await;
    assert_eq!(refused, ("LimitExceeded".into(), "Cannot exceed quota for AccessKeysPerUser: 2".into()));
    let input = UpdateAccessKeyInput {
        user_name: Some("u".into()),
        access_key_id: one.access_key_id.clone(),
        status: StatusType::Inactive,
    };
    cloud.call::<UpdateAccessKey>(input).await.unwrap();
    let list = ListAccessKeysInput { user_name: Some("u".into()), ..Default::default() };
    let listed = cloud.call::<ListAccessKeys>(list).await.unwrap().access_key_metadata;
    let inactive: Vec<_> =
        listed.iter().filter(|key| key.status == Some(StatusType::Inactive)).map(|k| k.access_key_id.clone()).collect();
    assert_eq!((listed.len(), inactive), (2, vec![Some(one.access_key_id)]));
}

#[tokio::test]
async fn a_key_is_of_its_user_alone() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    user(&cloud, "v").await;
    let made = key(&cloud, "u").await;
    let delete = |user: &str| DeleteAccessKeyInput {
        user_name: Some(user.to_owned()),
        access_key_id: made.access_key_id.clone(),
    };
    let refused = refusal::<DeleteAccessKey>(&cloud, delete("v")).await;
    let text = format!("The Access Key with id {} cannot be found.", made.access_key_id);
    assert_eq!(refused, ("NoSuchEntity".into(), text));
    cloud.call::<DeleteAccessKey>(delete("u")).await.unwrap();
    assert_eq!(refusal::<DeleteAccessKey>(&cloud, delete("u")).await.0, "NoSuchEntity");
}

#[tokio::test]
async fn root_has_keys_of_its_own() {
    let cloud = cloud().fresh_account();
    let made = cloud.call::<CreateAccessKey>(CreateAccessKeyInput::default()).await.unwrap().access_key;
    assert_eq!(made.user_name, None);
    assert_eq!(list_queues(&cloud, &made).await.0, 200);
    let listed = cloud.call::<ListAccessKeys>(ListAccessKeysInput::default()).await.unwrap().access_key_metadata;
    assert_eq!(listed[0].access_key_id.as_ref(), Some(&made.access_key_id));
    let input = DeleteAccessKeyInput { user_name: None, access_key_id: made.access_key_id.clone() };
    cloud.call::<DeleteAccessKey>(input).await.unwrap();
    assert_eq!(list_queues(&cloud, &made).await.0, 403);
}

#[tokio::test]
async fn a_key_never_used_says_so() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    let made = key(&cloud, "u").await;
    let input = GetAccessKeyLastUsedInput { access_key_id: made.access_key_id };
    let told = cloud.call::<GetAccessKeyLastUsed>(input).await.unwrap();
    let last = told.access_key_last_used.unwrap();
    assert_eq!(told.user_name.as_deref(), Some("u"));
    assert_eq!((last.last_used_date, &*last.service_name, &*last.region), (None, "N/A", "N/A"));
}
