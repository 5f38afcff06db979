//! Settings of buckets: versions, locks, ownership, lists, policies, switches, encryption, and the words for who pays.

use api_s3::*;
use serde_json::json;

use crate::cloud::*;

#[tokio::test]
async fn versions_are_kept_suspended_and_never_off_again() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-versions").await;
    let get = || GetBucketVersioningInput { bucket: name.clone(), ..Default::default() };
    assert_eq!(cloud.call::<GetBucketVersioning>(get()).await.unwrap(), GetBucketVersioningOutput::default());
    for status in ["Suspended", "Enabled", "Suspended"] {
        versioning(&cloud, &name, status).await.unwrap();
        let told = cloud.call::<GetBucketVersioning>(get()).await.unwrap();
        assert_eq!(told.status.unwrap().as_str(), status);
    }
    let put = |status: Option<&str>| PutBucketVersioningInput {
        bucket: name.clone(),
        versioning_configuration: VersioningConfiguration { status: status.map(Into::into), mfa_delete: None },
        ..Default::default()
    };
    assert_eq!(code::<PutBucketVersioning>(&cloud, put(Some("enabled"))).await, "MalformedXML");
    let none = pair("IllegalVersioningConfigurationException", "The Versioning element must be specified");
    assert_eq!(refused::<PutBucketVersioning>(&cloud, put(None)).await, none);
    let mut with_factor = put(Some("Enabled"));
    with_factor.versioning_configuration.mfa_delete = Some(MFADelete::Enabled);
    assert_eq!(code::<PutBucketVersioning>(&cloud, with_factor).await, "AccessDenied");
}

#[tokio::test]
async fn object_lock_needs_versions_and_keeps_them() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-lock").await;
    let get = || GetObjectLockConfigurationInput { bucket: name.clone(), ..Default::default() };
    assert_eq!(code::<GetObjectLockConfiguration>(&cloud, get()).await, "ObjectLockConfigurationNotFoundError");
    let put = |rule: Option<(i32, &str)>| PutObjectLockConfigurationInput {
        bucket: name.clone(),
        object_lock_configuration: Some(ObjectLockConfiguration {
            object_lock_enabled: Some(ObjectLockEnabled::Enabled),
            rule: rule.map(|(days, mode)| ObjectLockRule {
                default_retention: Some(DefaultRetention { mode: Some(mode.into()), days: Some(days), years: None }),
            }),
        }),
        ..Default::default()
    };
    let told = refused::<PutObjectLockConfiguration>(&cloud, put(None)).await;
    let text = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration";
    assert_eq!(told, pair("InvalidBucketState", text));
    versioning(&cloud, &name, "Enabled").await.unwrap();
    cloud.call::<PutObjectLockConfiguration>(put(Some((1, "GOVERNANCE")))).await.unwrap();
    let kept = cloud.call::<GetObjectLockConfiguration>(get()).await.unwrap().object_lock_configuration.unwrap();
    assert_eq!(kept.rule.unwrap().default_retention.unwrap().days, Some(1));
    assert!(versioning(&cloud, &name, "Suspended").await.is_err());
    versioning(&cloud, &name, "Enabled").await.unwrap();
    cloud.call::<PutObjectLockConfiguration>(put(None)).await.unwrap();
    let kept = cloud.call::<GetObjectLockConfiguration>(get()).await.unwrap().object_lock_configuration.unwrap();
    assert_eq!(kept.rule, None);
}

#[tokio::test]
async fn ownership_decides_whether_lists_count() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-owned").await;
    let get = || GetBucketOwnershipControlsInput { bucket: name.clone(), ..Default::default() };
    let told = cloud.call::<GetBucketOwnershipControls>(get()).await.unwrap().ownership_controls.unwrap();
    assert_eq!(told.rules[0].object_ownership, ObjectOwnership::BucketOwnerEnforced);
    let acl = |acl: &str| PutBucketAclInput { bucket: name.clone(), acl: Some(acl.into()), ..Default::default() };
    assert_eq!(code::<PutBucketAcl>(&cloud, acl("public-read")).await, "AccessControlListNotSupported");
    let put = |rule: &str| PutBucketOwnershipControlsInput {
        bucket: name.clone(),
        ownership_controls: OwnershipControls { rules: vec![OwnershipControlsRule { object_ownership: rule.into() }] },
        ..Default::default()
    };
    assert_eq!(code::<PutBucketOwnershipControls>(&cloud, put("RandomValue")).await, "MalformedXML");
    cloud.call::<PutBucketOwnershipControls>(put("ObjectWriter")).await.unwrap();
    assert_eq!(code::<PutBucketAcl>(&cloud, acl("public-read")).await, "AccessDenied", "public lists are blocked");
    let delete = DeletePublicAccessBlockInput { bucket: name.clone(), ..Default::default() };
    cloud.call::<DeletePublicAccessBlock>(delete).await.unwrap();
    cloud.call::<PutBucketAcl>(acl("public-read")).await.unwrap();
    let list = GetBucketAclInput { bucket: name.clone(), ..Default::default() };
    assert_eq!(cloud.call::<GetBucketAcl>(list).await.unwrap().grants.unwrap().len(), 2);
    let enforced = code::<PutBucketOwnershipControls>(&cloud, put("BucketOwnerEnforced")).await;
    assert_eq!(enforced, "InvalidBucketAclWithObjectOwnership");
    let delete = DeleteBucketOwnershipControlsInput { bucket: name.clone(), ..Default::default() };
    cloud.call::<DeleteBucketOwnershipControls>(delete).await.unwrap();
    assert_eq!(code::<GetBucketOwnershipControls>(&cloud, get()).await, "OwnershipControlsNotFoundError");
}

#[tokio::test]
async fn policies_are_told_as_they_were_set_and_public_ones_are_blocked() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-policy").await;
    let get = || GetBucketPolicyInput { bucket: name.clone(), ..Default::default() };
    assert_eq!(
        refused::<GetBucketPolicy>(&cloud, get()).await,
        pair("NoSuchBucketPolicy", "The bucket policy does not exist")
    );
    let put = |principal: &str| PutBucketPolicyInput {
        bucket: name.clone(),
        policy: json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": principal},
            "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{name}/*")}]})
        .to_string(),
        ..Default::default()
    };
    assert_eq!(code::<PutBucketPolicy>(&cloud, put("*")).await, "AccessDenied");
    cloud.call::<PutBucketPolicy>(put("000000000000")).await.unwrap();
    let text = cloud.call::<GetBucketPolicy>(get()).await.unwrap().policy;
    assert_eq!(text, Some(put("000000000000").policy));
    let status = || GetBucketPolicyStatusInput { bucket: name.clone(), ..Default::default() };
    let told = cloud.call::<GetBucketPolicyStatus>(status()).await.unwrap().policy_status.unwrap();
    assert_eq!(told.is_public, Some(false));
    let switches = PutPublicAccessBlockInput {
        bucket: name.clone(),
        public_access_block_configuration: PublicAccessBlockConfiguration {
            block_public_policy: Some(false),
            ..Default::default()
        },
        ..Default::default()
    };
    cloud.call::<PutPublicAccessBlock>(switches).await.unwrap();
    cloud.call::<PutBucketPolicy>(put("*")).await.unwrap();
    let told = cloud.call::<GetBucketPolicyStatus>(status()).await.unwrap().policy_status.unwrap();
    assert_eq!(told.is_public, Some(true));
    let delete = DeleteBucketPolicyInput { bucket: name.clone(), ..Default::default() };
    cloud.call::<DeleteBucketPolicy>(delete).await.unwrap();
    assert_eq!(code::<GetBucketPolicyStatus>(&cloud, status()).await, "NoSuchBucketPolicy");
}

#[tokio::test]
async fn switches_against_public_access() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-blocked").await;
    let get = || GetPublicAccessBlockInput { bucket: name.clone(), ..Default::default() };
    let told = cloud.call::<GetPublicAccessBlock>(get()).await.unwrap().public_access_block_configuration.unwrap();
    assert_eq!((told.block_public_acls, told.restrict_public_buckets), (Some(true), Some(true)));
    let delete = DeletePublicAccessBlockInput { bucket: name.clone(), ..Default::default() };
    cloud.call::<DeletePublicAccessBlock>(delete).await.unwrap();
    assert_eq!(code::<GetPublicAccessBlock>(&cloud, get()).await, "NoSuchPublicAccessBlockConfiguration");
}

#[tokio::test]
async fn default_encryption() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-sealed").await;
    let get = || GetBucketEncryptionInput { bucket: name.clone(), ..Default::default() };
    let rule = |told: GetBucketEncryptionOutput| told.server_side_encryption_configuration.unwrap().rules.remove(0);
    let told = rule(cloud.call::<GetBucketEncryption>(get()).await.unwrap());
    assert_eq!(told.bucket_key_enabled, Some(false));
    let put = |algorithm: &str, key: Option<&str>| PutBucketEncryptionInput {
        bucket: name.clone(),
        server_side_encryption_configuration: ServerSideEncryptionConfiguration {
            rules: vec![ServerSideEncryptionRule {
                apply_server_side_encryption_by_default: Some(ServerSideEncryptionByDefault {
                    sse_algorithm: algorithm.into(),
                    kms_master_key_id: key.map(str::to_owned),
                }),
                bucket_key_enabled: Some(true),
                ..Default::default()
            }],
        },
        ..Default::default()
    };
    assert_eq!(code::<PutBucketEncryption>(&cloud, put("AES256", Some("k"))).await, "InvalidArgument");
    cloud.call::<PutBucketEncryption>(put("aws:kms", Some("k"))).await.unwrap();
    let told = rule(cloud.call::<GetBucketEncryption>(get()).await.unwrap());
    let chosen = told.apply_server_side_encryption_by_default.unwrap();
    assert_eq!((chosen.kms_master_key_id.as_deref(), told.bucket_key_enabled), (Some("k"), Some(true)));
    let delete = DeleteBucketEncryptionInput { bucket: name.clone(), ..Default::default() };
    cloud.call::<DeleteBucketEncryption>(delete).await.unwrap();
    let told = rule(cloud.call::<GetBucketEncryption>(get()).await.unwrap());
    assert_eq!(told.apply_server_side_encryption_by_default.unwrap().sse_algorithm, ServerSideEncryption::Aes256);
}

#[tokio::test]
async fn words_that_stand_alone() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-words").await;
    let pay = |payer: &str| PutBucketRequestPaymentInput {
        bucket: name.clone(),
        request_payment_configuration: RequestPaymentConfiguration { payer: payer.into() },
        ..Default::default()
    };
    cloud.call::<PutBucketRequestPayment>(pay("Requester")).await.unwrap();
    assert_eq!(code::<PutBucketRequestPayment>(&cloud, pay("Nobody")).await, "MalformedXML");
    let get = GetBucketRequestPaymentInput { bucket: name.clone(), ..Default::default() };
    assert_eq!(cloud.call::<GetBucketRequestPayment>(get).await.unwrap().payer, Some(Payer::Requester));
    let fast = |status: &str| PutBucketAccelerateConfigurationInput {
        bucket: name.clone(),
        accelerate_configuration: AccelerateConfiguration { status: Some(status.into()) },
        ..Default::default()
    };
    cloud.call::<PutBucketAccelerateConfiguration>(fast("Enabled")).await.unwrap();
    let get = GetBucketAccelerateConfigurationInput { bucket: name.clone(), ..Default::default() };
    let told = cloud.call::<GetBucketAccelerateConfiguration>(get).await.unwrap();
    assert_eq!(told.status, Some(BucketAccelerateStatus::Enabled));
    let abac = PutBucketAbacInput {
        bucket: name.clone(),
        abac_status: AbacStatus { status: Some(BucketAbacStatus::Enabled) },
        ..Default::default()
    };
    cloud.call::<PutBucketAbac>(abac).await.unwrap();
    let get = GetBucketAbacInput { bucket: name.clone(), ..Default::default() };
    let told = cloud.call::<GetBucketAbac>(get).await.unwrap().abac_status.unwrap();
    assert_eq!(told.status, Some(BucketAbacStatus::Enabled));
}

#[tokio::test]
async fn the_expected_owner_is_looked_at_first() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-expected").await;
    let get =
        |owner: &str| GetBucketPolicyInput { bucket: name.clone(), expected_bucket_owner: Some(owner.to_owned()) };
    assert_eq!(code::<GetBucketPolicy>(&cloud, get("000000000002")).await, "AccessDenied");
    assert_eq!(code::<GetBucketPolicy>(&cloud, get("0000")).await, "InvalidBucketOwnerAWSAccountID");
    assert_eq!(code::<GetBucketPolicy>(&cloud, get("000000000000")).await, "NoSuchBucketPolicy");
    let nowhere = GetBucketPolicyInput { bucket: "b-nowhere".to_owned(), ..Default::default() };
    assert_eq!(code::<GetBucketPolicy>(&cloud, nowhere).await, "NoSuchBucket");
}
