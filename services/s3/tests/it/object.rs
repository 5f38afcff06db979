//! Objects: written, read in part, looked at; conditions, checksums, headers.

use api_s3::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::cloud::{bucket, cloud, code, pair, refused};
use crate::objects::*;

#[tokio::test]
async fn what_is_put_comes_back_whatever_its_size() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-sizes").await;
    for size in [0, 1, 65_535, 65_536, 65_537, 524_288, 3_000_000] {
        let body = noise(size);
        let written = put(&cloud, &b, "k", body.clone()).await;
        assert_eq!(written.checksum_type.unwrap().as_str(), "FULL_OBJECT");
        assert!(get(&cloud, &b, "k").await == body, "{size}");
        let head = cloud.call::<HeadObject>(heading(&b, "k")).await.unwrap();
        assert_eq!((head.content_length, head.e_tag), (Some(size as i64), written.e_tag));
    }
    assert_eq!(keys(&cloud, &b).await, ["k"]);
}

#[tokio::test]
async fn get_object_reads_ranges() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-ranges").await;
    for size in [1_000usize, 1_000_000] {
        let body = noise(size);
        put(&cloud, &b, "k", body.clone()).await;
        for (range, from, to) in [
            ("bytes=0-0", 0, 1),
            ("bytes=10-99", 10, 100),
            ("bytes=990-", 990, size),
            ("bytes=-5", size - 5, size),
            ("bytes=5-99999999", 5, size),
        ] {
            let input = GetObjectInput { range: Some(range.to_owned()), ..getting(&b, "k") };
            let (told, read) = read(&cloud, input).await.unwrap();
            assert!(read == body[from..to], "{range}");
            assert_eq!(told.status, Some(206));
            assert_eq!(told.content_range, Some(format!("bytes {from}-{}/{size}", to - 1)));
        }
        let beyond = GetObjectInput { range: Some(format!("bytes={size}-")), ..getting(&b, "k") };
        assert_eq!(code::<GetObject>(&cloud, beyond).await, "InvalidRange");
        let none = GetObjectInput { range: Some("lines=1-2".to_owned()), ..getting(&b, "k") };
        assert_eq!(read(&cloud, none).await.unwrap().0.status, None);
    }
    let both = GetObjectInput { range: Some("bytes=0-".to_owned()), part_number: Some(1), ..getting(&b, "k") };
    assert_eq!(code::<GetObject>(&cloud, both).await, "InvalidRequest");
    let part = GetObjectInput { part_number: Some(2), ..getting(&b, "k") };
    assert_eq!(code::<GetObject>(&cloud, part).await, "InvalidPartNumber");
}

#[tokio::test]
async fn writes_and_reads_hold_to_their_conditions() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-conditions").await;
    let none = |key: &str| PutObjectInput { if_none_match: Some("*".to_owned()), ..putting(&b, key, "1") };
    let tag = cloud.call::<PutObject>(none("k")).await.unwrap().e_tag.unwrap();
    assert_eq!(code::<PutObject>(&cloud, none("k")).await, "PreconditionFailed");
    let matching = |tag: &str| PutObjectInput { if_match: Some(tag.to_owned()), ..putting(&b, "k", "2") };
    assert_eq!(code::<PutObject>(&cloud, matching("\"x\"")).await, "PreconditionFailed");
    cloud.call::<PutObject>(matching(&tag)).await.unwrap();
    let absent = PutObjectInput { if_match: Some(tag.clone()), ..putting(&b, "none", "2") };
    assert_eq!(code::<PutObject>(&cloud, absent).await, "NoSuchKey");
    for (matches, differs) in [(Some("*"), None), (None, Some("\"x\"")), (Some("\"x\""), Some("*"))] {
        let odd = PutObjectInput {
            if_match: matches.map(str::to_owned),
            if_none_match: differs.map(str::to_owned),
            ..putting(&b, "k", "3")
        };
        assert_eq!(code::<PutObject>(&cloud, odd).await, "NotImplemented");
    }
    let now = cloud.call::<HeadObject>(heading(&b, "k")).await.unwrap();
    let unchanged = GetObjectInput { if_none_match: now.e_tag.clone(), ..getting(&b, "k") };
    assert_eq!(code::<GetObject>(&cloud, unchanged).await, "NotModified");
    let since = HeadObjectInput { if_modified_since: now.last_modified, ..heading(&b, "k") };
    assert_eq!(code::<HeadObject>(&cloud, since).await, "NotModified");
    let other = GetObjectInput { if_match: Some(tag), ..getting(&b, "k") };
    assert_eq!(code::<GetObject>(&cloud, other).await, "PreconditionFailed");
}

#[tokio::test]
async fn checksums_that_do_not_match_store_nothing() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-checksums").await;
    let wrong = STANDARD.encode([0; 4]);
    for body in [noise(10), noise(1_000_000)] {
        let input = PutObjectInput { checksum_crc32: Some(wrong.clone()), ..putting(&b, "k", body.clone()) };
        let told = refused::<PutObject>(&cloud, input).await;
        assert_eq!(told, pair("BadDigest", "The CRC32 you specified did not match the calculated checksum."));
        let input = PutObjectInput { content_md5: Some(STANDARD.encode([0; 16])), ..putting(&b, "k", body) };
        assert_eq!(code::<PutObject>(&cloud, input).await, "BadDigest");
    }
    let input = PutObjectInput { content_md5: Some("000".to_owned()), ..putting(&b, "k", "") };
    assert_eq!(code::<PutObject>(&cloud, input).await, "InvalidDigest");
    let input = PutObjectInput { checksum_sha1: Some("x".to_owned()), ..putting(&b, "k", "") };
    assert_eq!(code::<PutObject>(&cloud, input).await, "InvalidRequest");
    assert!(keys(&cloud, &b).await.is_empty());
    let right = "y/Q5Jg==".to_owned();
    let input = PutObjectInput { checksum_crc32: Some(right.clone()), ..putting(&b, "k", "123456789") };
    assert_eq!(cloud.call::<PutObject>(input).await.unwrap().checksum_crc32, Some(right.clone()));
    let input = GetObjectInput { checksum_mode: Some(ChecksumMode::Enabled), ..getting(&b, "k") };
    assert_eq!(read(&cloud, input).await.unwrap().0.checksum_crc32, Some(right));
    assert_eq!(read(&cloud, getting(&b, "k")).await.unwrap().0.checksum_crc32, None);
}

#[tokio::test]
async fn headers_and_metadata_come_back() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-headers").await;
    let input = PutObjectInput {
        content_type: Some("text/plain".into()),
        cache_control: Some("no-store".into()),
        content_encoding: Some("aws-chunked,gzip".into()),
        expires: Some("soon".into()),
        metadata: Some([("Name".to_owned(), "välue".to_owned())].into()),
        tagging: Some("a=1&b=2".into()),
        storage_class: Some(StorageClass::StandardIa),
        website_redirect_location: Some("/elsewhere".into()),
        ..putting(&b, "k", "x")
    };
    cloud.call::<PutObject>(input).await.unwrap();
    let told = cloud.call::<HeadObject>(heading(&b, "k")).await.unwrap();
    assert_eq!(told.content_type.as_deref(), Some("text/plain"));
    assert_eq!(told.content_encoding.as_deref(), Some("gzip"));
    assert_eq!(told.expires.as_deref(), Some("soon"));
    assert_eq!(told.metadata.unwrap()["name"], "=?UTF-8?Q?v=C3=A4lue?=");
    assert_eq!(told.storage_class, Some(StorageClass::StandardIa));
    let input = GetObjectInput {
        response_cache_control: Some("public".into()),
        response_content_type: Some("a/b".into()),
        ..getting(&b, "k")
    };
    let (told, _) = read(&cloud, input).await.unwrap();
    assert_eq!((told.cache_control.as_deref(), told.content_type.as_deref()), (Some("public"), Some("a/b")));
    assert_eq!(told.tag_count, Some(2));
    put(&cloud, &b, "plain", "x").await;
    let plain = cloud.call::<HeadObject>(heading(&b, "plain")).await.unwrap();
    assert_eq!(plain.content_type.as_deref(), Some("binary/octet-stream"));
    let refused = |change: fn(&mut PutObjectInput)| {
        let mut input = putting(&b, "k", "x");
        change(&mut input);
        input
    };
    let too_much = refused(|i| i.metadata = Some([("k".to_owned(), "v".repeat(2_048))].into()));
    assert_eq!(code::<PutObject>(&cloud, too_much).await, "MetadataTooLarge");
    let class = refused(|i| i.storage_class = Some(StorageClass::Outposts));
    assert_eq!(code::<PutObject>(&cloud, class).await, "InvalidStorageClass");
    let redirect = refused(|i| i.website_redirect_location = Some("elsewhere".into()));
    assert_eq!(code::<PutObject>(&cloud, redirect).await, "InvalidRedirectLocation");
    let list = refused(|i| i.acl = Some(ObjectCannedACL::PublicRead));
    assert_eq!(code::<PutObject>(&cloud, list).await, "AccessControlListNotSupported");
    let long = putting(&b, &"k".repeat(1_025), "x");
    assert_eq!(code::<PutObject>(&cloud, long).await, "KeyTooLongError");
}

#[tokio::test]
async fn put_object_tagging_replaces_and_delete_object_tagging_takes_off() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-tags").await;
    put(&cloud, &b, "k", "x").await;
    let tag = |key: &str| Tag { key: key.to_owned(), value: "v".to_owned() };
    let set = |keys: &[&str]| PutObjectTaggingInput {
        bucket: b.clone(),
        key: "k".into(),
        tagging: Tagging { tag_set: keys.iter().map(|key| tag(key)).collect() },
        ..Default::default()
    };
    let all = || async {
        let input = GetObjectTaggingInput { bucket: b.clone(), key: "k".into(), ..Default::default() };
        cloud.call::<GetObjectTagging>(input).await.unwrap().tag_set
    };
    cloud.call::<PutObjectTagging>(set(&["b", "a"])).await.unwrap();
    assert_eq!(all().await, [tag("b"), tag("a")]);
    assert_eq!(code::<PutObjectTagging>(&cloud, set(&["a", "a"])).await, "InvalidTag");
    assert_eq!(code::<PutObjectTagging>(&cloud, set(&["aws:a"])).await, "InvalidTag");
    let many = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"];
    assert_eq!(code::<PutObjectTagging>(&cloud, set(&many)).await, "BadRequest");
    let input = DeleteObjectTaggingInput { bucket: b.clone(), key: "k".into(), ..Default::default() };
    cloud.call::<DeleteObjectTagging>(input).await.unwrap();
    assert!(all().await.is_empty());
}

#[tokio::test]
async fn put_object_acl_and_get_object_acl() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-acl").await;
    put(&cloud, &b, "k", "x").await;
    let set = |acl| PutObjectAclInput { acl: Some(acl), bucket: b.clone(), key: "k".into(), ..Default::default() };
    assert_eq!(code::<PutObjectAcl>(&cloud, set(ObjectCannedACL::PublicRead)).await, "AccessControlListNotSupported");
    let ownership_controls =
        OwnershipControls { rules: vec![OwnershipControlsRule { object_ownership: ObjectOwnership::ObjectWriter }] };
    let input = PutBucketOwnershipControlsInput { bucket: b.clone(), ownership_controls, ..Default::default() };
    cloud.call::<PutBucketOwnershipControls>(input).await.unwrap();
    let input = DeletePublicAccessBlockInput { bucket: b.clone(), ..Default::default() };
    cloud.call::<DeletePublicAccessBlock>(input).await.unwrap();
    cloud.call::<PutObjectAcl>(set(ObjectCannedACL::PublicRead)).await.unwrap();
    let input = GetObjectAclInput { bucket: b.clone(), key: "k".into(), ..Default::default() };
    let told = cloud.call::<GetObjectAcl>(input).await.unwrap();
    let granted: Vec<_> = told.grants.unwrap().into_iter().filter_map(|grant| grant.permission).collect();
    assert_eq!(granted.iter().map(Permission::as_str).collect::<Vec<_>>(), ["FULL_CONTROL", "READ"]);
}

#[tokio::test]
async fn get_object_attributes_tells_what_was_asked_for() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-attributes").await;
    put(&cloud, &b, "k", "123456789").await;
    let asking = |attributes: Vec<ObjectAttributes>| GetObjectAttributesInput {
        bucket: b.clone(),
        key: "k".into(),
        object_attributes: attributes,
        ..Default::default()
    };
    let told = cloud.call::<GetObjectAttributes>(asking(vec![ObjectAttributes::ObjectSize])).await.unwrap();
    assert_eq!((told.object_size, told.e_tag, told.checksum), (Some(9), None, None));
    let all = vec![ObjectAttributes::ETag, ObjectAttributes::Checksum, ObjectAttributes::StorageClass];
    let told = cloud.call::<GetObjectAttributes>(asking(all)).await.unwrap();
    assert_eq!(told.e_tag.as_deref(), Some("25f9e794323b453885f5181f1b624d0b"));
    assert_eq!(told.checksum.unwrap().checksum_crc64_nvme.as_deref(), Some("rosUhgp5mIg="));
    let unknown = asking(vec![ObjectAttributes::Unknown("Size".into())]);
    assert_eq!(code::<GetObjectAttributes>(&cloud, unknown).await, "InvalidArgument");
}

#[tokio::test]
async fn buckets_are_listed_told_and_deleted_only_when_empty() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-life").await;
    put(&cloud, &b, "k", "x").await;
    let head = cloud.call::<HeadBucket>(HeadBucketInput { bucket: b.clone(), ..Default::default() }).await.unwrap();
    assert_eq!(head.bucket_region.as_deref(), Some("us-east-1"));
    let input = GetBucketLocationInput { bucket: b.clone(), ..Default::default() };
    assert_eq!(cloud.call::<GetBucketLocation>(input).await.unwrap().location_constraint, None);
    let listed = cloud.call::<ListBuckets>(ListBucketsInput::default()).await.unwrap();
    assert_eq!(listed.buckets.unwrap()[0].name.as_deref(), Some("b-life"));
    let delete = || DeleteBucketInput { bucket: b.clone(), ..Default::default() };
    assert_eq!(code::<DeleteBucket>(&cloud, delete()).await, "BucketNotEmpty");
    cloud.call::<DeleteObject>(deleting(&b, "k", None)).await.unwrap();
    cloud.call::<DeleteBucket>(delete()).await.unwrap();
    assert_eq!(code::<DeleteBucket>(&cloud, delete()).await, "NoSuchBucket");
    let create = CreateBucketInput { bucket: "Not_A_Name".into(), ..Default::default() };
    assert_eq!(code::<CreateBucket>(&cloud, create).await, "InvalidBucketName");
}
