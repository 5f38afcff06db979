//! Who may: owners, other accounts, nobody in particular; by policies, by lists, and cut by the switches.

use api_s3::*;
use serde_json::{Value, json};
use service_kit::{Caller, Error};
use smithy::Operation;
use testkit::TestCloud;

use crate::cloud::*;

/// None when it was allowed; the code of the refusal otherwise.
async fn refusal<O: Operation>(cloud: &TestCloud, caller: Caller, input: O::Input) -> Option<String> {
    match cloud.call_as::<O>(caller, input).await {
        Ok(_) => None,
        Err(Error::Modeled(error)) => Some(error.schema.code.to_owned()),
        Err(Error::Fault(service_kit::Fault::AccessDenied { .. })) => Some("AccessDenied".to_owned()),
        Err(Error::Fault(fault)) => panic!("{fault:?}"),
    }
}

fn denied() -> Option<String> {
    Some("AccessDenied".to_owned())
}

fn root(cloud: &TestCloud) -> Caller {
    Caller::root(cloud.account(), None)
}

fn reading(bucket: &str, key: &str) -> GetObjectInput {
    GetObjectInput { bucket: bucket.to_owned(), key: key.to_owned(), ..Default::default() }
}

async fn policy(cloud: &TestCloud, bucket: &str, statement: Value) {
    let policy = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let input = PutBucketPolicyInput { bucket: bucket.to_owned(), policy, ..Default::default() };
    cloud.call::<PutBucketPolicy>(input).await.unwrap();
}

async fn unblock(cloud: &TestCloud, bucket: &str) {
    let input = DeletePublicAccessBlockInput { bucket: bucket.to_owned(), ..Default::default() };
    cloud.call::<DeletePublicAccessBlock>(input).await.unwrap();
}

async fn with_lists(cloud: &TestCloud, bucket: &str) {
    let rule = OwnershipControlsRule { object_ownership: ObjectOwnership::ObjectWriter };
    let input = PutBucketOwnershipControlsInput {
        bucket: bucket.to_owned(),
        ownership_controls: OwnershipControls { rules: vec![rule] },
        ..Default::default()
    };
    cloud.call::<PutBucketOwnershipControls>(input).await.unwrap();
}

#[tokio::test]
async fn a_bucket_is_its_owners() {
    let owner = cloud();
    let stranger = owner.fresh_account();
    let name = bucket(&owner, "b-own").await;
    put(&owner, &name, "k").await;
    assert_eq!(refusal::<GetObject>(&owner, root(&owner), reading(&name, "k")).await, None);
    assert_eq!(refusal::<GetObject>(&owner, root(&stranger), reading(&name, "k")).await, denied());
    assert_eq!(refusal::<PutObject>(&owner, root(&stranger), putting(&name, "k", 1)).await, denied());
    let remove = || DeleteBucketInput { bucket: name.clone(), ..Default::default() };
    assert_eq!(refusal::<DeleteBucket>(&owner, root(&stranger), remove()).await, denied());
    let anonymous = || Caller::anonymous(owner.account());
    assert_eq!(refusal::<GetObject>(&owner, anonymous(), reading(&name, "k")).await, denied());
    let nowhere = refusal::<GetObject>(&owner, anonymous(), reading("b-nowhere", "k")).await;
    assert_eq!(nowhere.as_deref(), Some("NoSuchBucket"));
    let create = CreateBucketInput { bucket: "b-new".to_owned(), ..Default::default() };
    assert_eq!(refusal::<CreateBucket>(&owner, anonymous(), create).await, denied());
}

#[tokio::test]
async fn a_policy_lets_another_account_in_and_keeps_keys_to_itself() {
    let owner = cloud();
    let (friend, stranger) = (owner.fresh_account(), owner.fresh_account());
    let name = bucket(&owner, "b-shared").await;
    put(&owner, &name, "k").await;
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": friend.account().to_string()},
        "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{name}/*")});
    policy(&owner, &name, statement).await;
    assert_eq!(refusal::<GetObject>(&owner, root(&friend), reading(&name, "k")).await, None);
    assert_eq!(refusal::<GetObject>(&owner, root(&stranger), reading(&name, "k")).await, denied());
    assert_eq!(refusal::<GetObject>(&owner, root(&friend), reading(&name, "none")).await, denied(), "may not list");
    let missing = refusal::<GetObject>(&owner, root(&owner), reading(&name, "none")).await;
    assert_eq!(missing.as_deref(), Some("NoSuchKey"));
}

#[tokio::test]
async fn a_canonical_id_names_an_account() {
    let owner = cloud();
    let friend = owner.fresh_account();
    let name = bucket(&owner, "b-canonical").await;
    put(&owner, &name, "k").await;
    let id = friend.call::<ListBuckets>(Default::default()).await.unwrap().owner.unwrap().id.unwrap();
    let statement = json!({"Effect": "Allow", "Principal": {"CanonicalUser": id},
        "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{name}/*")});
    policy(&owner, &name, statement).await;
    assert_eq!(refusal::<GetObject>(&owner, root(&friend), reading(&name, "k")).await, None);
}

#[tokio::test]
async fn public_policies_count_as_far_as_the_switches_let_them() {
    let owner = cloud();
    let name = bucket(&owner, "b-public").await;
    put(&owner, &name, "k").await;
    unblock(&owner, &name).await;
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:::{name}/*")});
    policy(&owner, &name, statement).await;
    let anonymous = || Caller::anonymous(owner.account());
    assert_eq!(refusal::<GetObject>(&owner, anonymous(), reading(&name, "k")).await, None);
    let switches = PutPublicAccessBlockInput {
        bucket: name.clone(),
        public_access_block_configuration: PublicAccessBlockConfiguration {
            restrict_public_buckets: Some(true),
            ..Default::default()
        },
        ..Default::default()
    };
    owner.call::<PutPublicAccessBlock>(switches).await.unwrap();
    assert_eq!(refusal::<GetObject>(&owner, anonymous(), reading(&name, "k")).await, denied());
    assert_eq!(refusal::<GetObject>(&owner, root(&owner), reading(&name, "k")).await, None);
}

#[tokio::test]
async fn the_switches_of_an_account_count_for_all_its_buckets() {
    let owner = cloud();
    let name = bucket(&owner, "b-account").await;
    put(&owner, &name, "k").await;
    unblock(&owner, &name).await;
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:::{name}/*")});
    policy(&owner, &name, statement).await;
    let account_id = owner.account().to_string();
    let switches = api_s3control::PutPublicAccessBlockInput {
        account_id,
        public_access_block_configuration: api_s3control::PublicAccessBlockConfiguration {
            restrict_public_buckets: Some(true),
            ..Default::default()
        },
    };
    owner.call::<api_s3control::PutPublicAccessBlock>(switches).await.unwrap();
    let anonymous = Caller::anonymous(owner.account());
    assert_eq!(refusal::<GetObject>(&owner, anonymous, reading(&name, "k")).await, denied());
}

#[tokio::test]
async fn lists_grant_beside_policies() {
    let owner = cloud();
    let friend = owner.fresh_account();
    let name = bucket(&owner, "b-listed").await;
    with_lists(&owner, &name).await;
    unblock(&owner, &name).await;
    let public = PutObjectInput { acl: Some("public-read".into()), ..putting(&name, "open", 1) };
    owner.call::<PutObject>(public).await.unwrap();
    put(&owner, &name, "closed").await;
    let anonymous = || Caller::anonymous(owner.account());
    assert_eq!(refusal::<GetObject>(&owner, anonymous(), reading(&name, "open")).await, None);
    assert_eq!(refusal::<GetObject>(&owner, anonymous(), reading(&name, "closed")).await, denied());
    let id = friend.call::<ListBuckets>(Default::default()).await.unwrap().owner.unwrap().id.unwrap();
    let grant =
        PutBucketAclInput { bucket: name.clone(), grant_write: Some(format!("id=\"{id}\"")), ..Default::default() };
    owner.call::<PutBucketAcl>(grant).await.unwrap();
    assert_eq!(refusal::<PutObject>(&owner, root(&friend), putting(&name, "theirs", 1)).await, None);
    let list = || ListObjectsV2Input { bucket: name.clone(), ..Default::default() };
    assert_eq!(refusal::<ListObjectsV2>(&owner, root(&friend), list()).await, denied());
    let ignoring = PutPublicAccessBlockInput {
        bucket: name.clone(),
        public_access_block_configuration: PublicAccessBlockConfiguration {
            ignore_public_acls: Some(true),
            ..Default::default()
        },
        ..Default::default()
    };
    owner.call::<PutPublicAccessBlock>(ignoring).await.unwrap();
    assert_eq!(refusal::<GetObject>(&owner, anonymous(), reading(&name, "open")).await, denied());
}

#[tokio::test]
async fn a_denial_stands_above_all() {
    let owner = cloud();
    let name = bucket(&owner, "b-denied").await;
    let statement = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
        "Resource": format!("arn:aws:s3:::{name}/*"),
        "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}});
    policy(&owner, &name, statement).await;
    assert_eq!(refusal::<PutObject>(&owner, root(&owner), putting(&name, "k", 1)).await, denied());
}

#[tokio::test]
async fn access_points_stand_for_their_bucket() {
    use api_s3control as control;
    let owner = cloud();
    let name = bucket(&owner, "b-behind").await;
    put(&owner, &name, "k").await;
    let account_id = owner.account().to_string();
    let create = control::CreateAccessPointInput {
        account_id: account_id.clone(),
        name: "point".to_owned(),
        bucket: name.clone(),
        ..Default::default()
    };
    let made = owner.call::<control::CreateAccessPoint>(create.clone()).await.unwrap();
    let (arn, alias) = (made.access_point_arn.unwrap(), made.alias.unwrap());
    assert_eq!(code::<control::CreateAccessPoint>(&owner, create).await, "AccessPointAlreadyOwnedByYou");
    assert_eq!(refusal::<GetObject>(&owner, root(&owner), reading(&arn, "k")).await, None);
    assert_eq!(refusal::<GetObject>(&owner, root(&owner), reading(&alias, "k")).await, None);
    let get = control::GetAccessPointInput { account_id: account_id.clone(), name: "point".to_owned() };
    assert_eq!(owner.call::<control::GetAccessPoint>(get.clone()).await.unwrap().bucket, Some(name.clone()));
    let list = control::ListAccessPointsInput { account_id: account_id.clone(), ..Default::default() };
    assert_eq!(owner.call::<control::ListAccessPoints>(list).await.unwrap().access_point_list.unwrap().len(), 1);
    let text = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*",
        "Action": "s3:GetObject", "Resource": format!("{arn}/object/*")}]})
    .to_string();
    let point = || (account_id.clone(), "point".to_owned());
    let (account, of) = point();
    let none = control::GetAccessPointPolicyInput { account_id: account, name: of };
    assert_eq!(code::<control::GetAccessPointPolicy>(&owner, none.clone()).await, "NoSuchAccessPointPolicy");
    let (account, of) = point();
    let put = control::PutAccessPointPolicyInput { account_id: account, name: of, policy: text.clone() };
    owner.call::<control::PutAccessPointPolicy>(put).await.unwrap();
    assert_eq!(owner.call::<control::GetAccessPointPolicy>(none).await.unwrap().policy, Some(text));
    assert_eq!(refusal::<GetObject>(&owner, root(&owner), reading(&arn, "k")).await, denied());
    assert_eq!(refusal::<GetObject>(&owner, root(&owner), reading(&name, "k")).await, None);
    let (account, of) = point();
    let status = control::GetAccessPointPolicyStatusInput { account_id: account, name: of };
    let told = owner.call::<control::GetAccessPointPolicyStatus>(status).await.unwrap().policy_status.unwrap();
    assert_eq!(told.is_public, Some(false));
    let (account, of) = point();
    let remove = control::DeleteAccessPointPolicyInput { account_id: account, name: of };
    owner.call::<control::DeleteAccessPointPolicy>(remove).await.unwrap();
    let tag = control::TagResourceInput {
        account_id: account_id.clone(),
        resource_arn: arn.clone(),
        tags: vec![control::Tag { key: "a".to_owned(), value: "b".to_owned() }],
    };
    owner.call::<control::TagResource>(tag).await.unwrap();
    let untag = control::UntagResourceInput {
        account_id: account_id.clone(),
        resource_arn: arn.clone(),
        tag_keys: vec!["a".to_owned()],
    };
    owner.call::<control::UntagResource>(untag).await.unwrap();
    let tags = control::ListTagsForResourceInput { account_id: account_id.clone(), resource_arn: arn };
    assert_eq!(owner.call::<control::ListTagsForResource>(tags).await.unwrap().tags, Some(vec![]));
    let remove = control::DeleteAccessPointInput { account_id: account_id.clone(), name: "point".to_owned() };
    owner.call::<control::DeleteAccessPoint>(remove).await.unwrap();
    assert_eq!(code::<control::GetAccessPoint>(&owner, get).await, "NoSuchAccessPoint");
    let switches = || control::GetPublicAccessBlockInput { account_id: account_id.clone() };
    let none = code::<control::GetPublicAccessBlock>(&owner, switches()).await;
    assert_eq!(none, "NoSuchPublicAccessBlockConfiguration");
    let remove = control::DeletePublicAccessBlockInput { account_id: account_id.clone() };
    owner.call::<control::DeletePublicAccessBlock>(remove).await.unwrap();
}

#[tokio::test]
async fn what_another_account_wrote_is_its_own_until_it_grants() {
    let owner = cloud();
    let friend = owner.fresh_account();
    let name = bucket(&owner, "b-theirs").await;
    with_lists(&owner, &name).await;
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": friend.account().to_string()},
        "Action": ["s3:PutObject", "s3:PutObjectAcl"], "Resource": format!("arn:aws:s3:::{name}/*")});
    policy(&owner, &name, statement).await;
    assert_eq!(refusal::<PutObject>(&owner, root(&friend), putting(&name, "k", 1)).await, None);
    assert_eq!(refusal::<GetObject>(&owner, root(&friend), reading(&name, "k")).await, None);
    assert_eq!(refusal::<GetObject>(&owner, root(&owner), reading(&name, "k")).await, denied());
    let given = PutObjectInput { acl: Some("bucket-owner-full-control".into()), ..putting(&name, "given", 1) };
    assert_eq!(refusal::<PutObject>(&owner, root(&friend), given).await, None);
    assert_eq!(refusal::<GetObject>(&owner, root(&owner), reading(&name, "given")).await, None);
    let remove = DeleteObjectInput { bucket: name.clone(), key: "k".to_owned(), ..Default::default() };
    assert_eq!(refusal::<DeleteObject>(&owner, root(&owner), remove).await, None, "deleting is the bucket's");
}

#[tokio::test]
async fn a_point_of_another_account_opens_nothing() {
    let owner = cloud();
    let stranger = owner.fresh_account();
    let name = bucket(&owner, "b-closed").await;
    let create = api_s3control::CreateAccessPointInput {
        account_id: stranger.account().to_string(),
        name: "point".to_owned(),
        bucket: name,
        ..Default::default()
    };
    assert_eq!(code::<api_s3control::CreateAccessPoint>(&stranger, create).await, "AccessDenied");
    let taken = CreateBucketInput { bucket: "b-closed".to_owned(), ..Default::default() };
    assert_eq!(code::<CreateBucket>(&stranger, taken).await, "BucketAlreadyExists");
}

#[tokio::test]
async fn delete_objects_decides_key_by_key() {
    let owner = cloud();
    let friend = owner.fresh_account();
    let name = bucket(&owner, "b-many").await;
    for key in ["a/1", "b/1"] {
        put(&owner, &name, key).await;
    }
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": friend.account().to_string()},
        "Action": "s3:DeleteObject", "Resource": format!("arn:aws:s3:::{name}/a/*")});
    policy(&owner, &name, statement).await;
    let objects = ["a/1", "b/1"].map(|key| ObjectIdentifier { key: key.to_owned(), ..Default::default() });
    let delete = Delete { objects: objects.to_vec(), quiet: None };
    let input = DeleteObjectsInput { bucket: name.clone(), delete, ..Default::default() };
    let told = friend.call::<DeleteObjects>(input).await.unwrap();
    let deleted: Vec<_> = told.deleted.unwrap().into_iter().filter_map(|deleted| deleted.key).collect();
    let failed: Vec<_> = told.errors.unwrap().into_iter().map(|error| (error.key, error.code)).collect();
    assert_eq!(deleted, ["a/1"]);
    assert_eq!(failed, [(Some("b/1".to_owned()), Some("AccessDenied".to_owned()))]);
    assert_eq!(keys(&owner, &name).await, ["b/1"]);
}

#[tokio::test]
async fn tags_of_what_is_there_decide() {
    let owner = cloud();
    let friend = owner.fresh_account();
    let name = bucket(&owner, "b-tagged").await;
    for (key, tag) in [("open", "level=open"), ("closed", "level=closed")] {
        let input = PutObjectInput { tagging: Some(tag.to_owned()), ..putting(&name, key, 1) };
        owner.call::<PutObject>(input).await.unwrap();
    }
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": friend.account().to_string()},
        "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{name}/*"),
        "Condition": {"StringEquals": {"s3:ExistingObjectTag/level": "open"}}});
    policy(&owner, &name, statement).await;
    assert_eq!(refusal::<GetObject>(&owner, root(&friend), reading(&name, "open")).await, None);
    assert_eq!(refusal::<GetObject>(&owner, root(&friend), reading(&name, "closed")).await, denied());
}
