//! Multipart uploads: parts in any order and again, put together without copying, given up; copies of objects and ranges.

use api_s3::*;
use bytes::Bytes;
use smithy::ByteStream;
use testkit::TestCloud;

use crate::cloud::{bucket, cloud, code, refused};
use crate::objects::*;

const PART: usize = 5 * 1024 * 1024;

fn beginning(bucket: &str, key: &str) -> CreateMultipartUploadInput {
    CreateMultipartUploadInput { bucket: bucket.to_owned(), key: key.to_owned(), ..Default::default() }
}

async fn begin(cloud: &TestCloud, bucket: &str, key: &str) -> String {
    cloud.call::<CreateMultipartUpload>(beginning(bucket, key)).await.unwrap().upload_id.unwrap()
}

fn part_of(bucket: &str, key: &str, id: &str, number: i32, body: Bytes) -> UploadPartInput {
    UploadPartInput {
        body: ByteStream::from(body),
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        upload_id: id.to_owned(),
        part_number: number,
        ..Default::default()
    }
}

async fn part(cloud: &TestCloud, bucket: &str, key: &str, id: &str, number: i32, body: Bytes) -> CompletedPart {
    let told = cloud.call::<UploadPart>(part_of(bucket, key, id, number, body)).await.unwrap();
    CompletedPart { e_tag: told.e_tag, part_number: Some(number), ..Default::default() }
}

fn completing(bucket: &str, key: &str, id: &str, parts: Vec<CompletedPart>) -> CompleteMultipartUploadInput {
    CompleteMultipartUploadInput {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        upload_id: id.to_owned(),
        multipart_upload: Some(CompletedMultipartUpload { parts: Some(parts) }),
        ..Default::default()
    }
}

#[tokio::test]
async fn complete_multipart_upload_puts_parts_together() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-upload").await;
    let id = begin(&cloud, &b, "k").await;
    let (first, second) = (noise(PART), noise(1_000));
    part(&cloud, &b, "k", &id, 3, noise(77)).await;
    let two = part(&cloud, &b, "k", &id, 2, second.clone()).await;
    part(&cloud, &b, "k", &id, 1, noise(PART + 1)).await;
    let one = part(&cloud, &b, "k", &id, 1, first.clone()).await;
    let input = ListPartsInput { bucket: b.clone(), key: "k".into(), upload_id: id.clone(), ..Default::default() };
    let listed = cloud.call::<ListParts>(ListPartsInput { max_parts: Some(2), ..input }).await.unwrap();
    let sizes: Vec<_> = listed.parts.unwrap().into_iter().filter_map(|part| part.size).collect();
    assert_eq!((sizes, listed.is_truncated), (vec![PART as i64, 1_000], Some(true)));
    assert!(keys(&cloud, &b).await.is_empty());
    let parts = vec![one, two];
    let told = cloud.call::<CompleteMultipartUpload>(completing(&b, "k", &id, parts.clone())).await.unwrap();
    assert!(told.e_tag.as_ref().unwrap().ends_with("-2\""));
    let expected = [&first[..], &second[..]].concat();
    assert!(get(&cloud, &b, "k").await == expected);
    let (from, to) = (PART - 10, PART + 10);
    let across = GetObjectInput { range: Some(format!("bytes={from}-{}", to - 1)), ..getting(&b, "k") };
    assert!(read(&cloud, across).await.unwrap().1 == expected[from..to]);
    let second_part = GetObjectInput { part_number: Some(2), ..getting(&b, "k") };
    let (part, body) = read(&cloud, second_part).await.unwrap();
    assert!(body == second);
    assert_eq!(part.parts_count, Some(2));
    let (again, fewer) = (completing(&b, "k", &id, parts.clone()), completing(&b, "k", &id, parts[..1].to_vec()));
    assert_eq!(cloud.call::<CompleteMultipartUpload>(again).await.unwrap().e_tag, told.e_tag);
    assert_eq!(code::<CompleteMultipartUpload>(&cloud, fewer).await, "NoSuchUpload");
    // The checksum of the whole was joined from those of the parts.
    let whole = put(&cloud, &b, "whole", expected).await.checksum_crc64_nvme;
    let head = HeadObjectInput { checksum_mode: Some(ChecksumMode::Enabled), ..heading(&b, "k") };
    assert_eq!(cloud.call::<HeadObject>(head).await.unwrap().checksum_crc64_nvme, whole);
}

#[tokio::test]
async fn what_does_not_fit_together_is_refused_and_can_be_tried_again() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-refused").await;
    let id = begin(&cloud, &b, "k").await;
    let one = part(&cloud, &b, "k", &id, 1, noise(10)).await;
    let two = part(&cloud, &b, "k", &id, 2, noise(20)).await;
    let named = |number, tag: &str| CompletedPart {
        part_number: Some(number),
        e_tag: Some(tag.to_owned()),
        ..Default::default()
    };
    for (parts, expected) in [
        (vec![], "InvalidRequest"),
        (vec![one.clone(), two.clone()], "EntityTooSmall"),
        (vec![two.clone(), one.clone()], "InvalidPartOrder"),
        (vec![named(1, "00000000000000000000000000000000")], "InvalidPart"),
        (vec![one.clone(), named(7, "00000000000000000000000000000000")], "InvalidPart"),
        (vec![CompletedPart::default()], "MalformedXML"),
    ] {
        assert_eq!(code::<CompleteMultipartUpload>(&cloud, completing(&b, "k", &id, parts)).await, expected);
    }
    let sized =
        CompleteMultipartUploadInput { mpu_object_size: Some(11), ..completing(&b, "k", &id, vec![one.clone()]) };
    assert_eq!(code::<CompleteMultipartUpload>(&cloud, sized).await, "InvalidRequest");
    put(&cloud, &b, "k", "there").await;
    let absent =
        CompleteMultipartUploadInput { if_none_match: Some("*".into()), ..completing(&b, "k", &id, vec![one.clone()]) };
    assert_eq!(code::<CompleteMultipartUpload>(&cloud, absent).await, "PreconditionFailed");
    cloud.call::<CompleteMultipartUpload>(completing(&b, "k", &id, vec![one])).await.unwrap();
    assert!(get(&cloud, &b, "k").await == noise(10));
    let number = part_of(&b, "k", &id, 10_001, noise(1));
    assert_eq!(code::<UploadPart>(&cloud, number).await, "InvalidArgument");
    assert_eq!(code::<UploadPart>(&cloud, part_of(&b, "k", &id, 1, noise(1))).await, "NoSuchUpload");
}

#[tokio::test]
async fn conditions_are_about_what_was_there_when_the_upload_began() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-conflict").await;
    put(&cloud, &b, "k", "1").await;
    let id = begin(&cloud, &b, "k").await;
    let one = part(&cloud, &b, "k", &id, 1, noise(10)).await;
    let absent = || CompleteMultipartUploadInput {
        if_none_match: Some("*".into()),
        ..completing(&b, "k", &id, vec![one.clone()])
    };
    assert_eq!(code::<CompleteMultipartUpload>(&cloud, absent()).await, "PreconditionFailed");
    cloud.call::<DeleteObject>(deleting(&b, "k", None)).await.unwrap();
    assert_eq!(code::<CompleteMultipartUpload>(&cloud, absent()).await, "ConditionalRequestConflict");
    let matching = |tag: Option<String>| CompleteMultipartUploadInput {
        if_match: tag,
        ..completing(&b, "k", &id, vec![one.clone()])
    };
    assert_eq!(code::<CompleteMultipartUpload>(&cloud, matching(Some("x".into()))).await, "NoSuchKey");
    let tag = put(&cloud, &b, "k", "2").await.e_tag;
    assert_eq!(code::<CompleteMultipartUpload>(&cloud, matching(Some("x".into()))).await, "PreconditionFailed");
    assert_eq!(code::<CompleteMultipartUpload>(&cloud, matching(tag)).await, "ConditionalRequestConflict");
}

#[tokio::test]
async fn abort_multipart_upload_and_list_multipart_uploads() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-abort").await;
    let ids = [begin(&cloud, &b, "a").await, begin(&cloud, &b, "a").await, begin(&cloud, &b, "b/c").await];
    let list = |delimiter: Option<&str>, most| ListMultipartUploadsInput {
        bucket: b.clone(),
        delimiter: delimiter.map(str::to_owned),
        max_uploads: most,
        ..Default::default()
    };
    let all = cloud.call::<ListMultipartUploads>(list(None, None)).await.unwrap().uploads.unwrap();
    assert_eq!(all.iter().filter_map(|upload| upload.upload_id.clone()).collect::<Vec<_>>(), ids);
    let rolled = cloud.call::<ListMultipartUploads>(list(Some("/"), None)).await.unwrap();
    assert_eq!((rolled.uploads.unwrap().len(), rolled.common_prefixes.unwrap().len()), (2, 1));
    let first = cloud.call::<ListMultipartUploads>(list(None, Some(1))).await.unwrap();
    let next = ListMultipartUploadsInput {
        key_marker: first.next_key_marker,
        upload_id_marker: first.next_upload_id_marker,
        ..list(None, None)
    };
    let rest = cloud.call::<ListMultipartUploads>(next).await.unwrap().uploads.unwrap();
    assert_eq!(rest.iter().filter_map(|upload| upload.upload_id.clone()).collect::<Vec<_>>(), ids[1..]);
    part(&cloud, &b, "a", &ids[0], 1, noise(PART)).await;
    let abort = || AbortMultipartUploadInput {
        bucket: b.clone(),
        key: "a".into(),
        upload_id: ids[0].clone(),
        ..Default::default()
    };
    cloud.call::<AbortMultipartUpload>(abort()).await.unwrap();
    assert_eq!(code::<AbortMultipartUpload>(&cloud, abort()).await, "NoSuchUpload");
}

#[tokio::test]
async fn checksums_of_parts_make_that_of_the_whole() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-sums").await;
    for (algorithm, extent) in
        [("CRC32", "FULL_OBJECT"), ("CRC32C", "COMPOSITE"), ("SHA256", "COMPOSITE"), ("CRC64NVME", "FULL_OBJECT")]
    {
        let input = CreateMultipartUploadInput {
            checksum_algorithm: Some(algorithm.to_owned().into()),
            checksum_type: Some(extent.to_owned().into()),
            ..beginning(&b, "k")
        };
        let id = cloud.call::<CreateMultipartUpload>(input).await.unwrap().upload_id.unwrap();
        let mut parts = Vec::new();
        for (number, body) in [(1, noise(PART)), (2, noise(9))] {
            let input = UploadPartInput { checksum_algorithm: None, ..part_of(&b, "k", &id, number, body) };
            let told = cloud.call::<UploadPart>(input).await.unwrap();
            parts.push(CompletedPart { e_tag: told.e_tag, part_number: Some(number), ..Default::default() });
        }
        if extent == "COMPOSITE" {
            let told = refused::<CompleteMultipartUpload>(&cloud, completing(&b, "k", &id, parts.clone())).await;
            assert!(told.1.contains("It was missing for part 1 in the request."), "{told:?}");
            let input =
                ListPartsInput { bucket: b.clone(), key: "k".into(), upload_id: id.clone(), ..Default::default() };
            for (part, listed) in parts.iter_mut().zip(cloud.call::<ListParts>(input).await.unwrap().parts.unwrap()) {
                part.checksum_crc32_c = listed.checksum_crc32_c;
                part.checksum_sha256 = listed.checksum_sha256;
            }
        }
        let told = cloud.call::<CompleteMultipartUpload>(completing(&b, "k", &id, parts)).await.unwrap();
        assert_eq!(told.checksum_type.unwrap().as_str(), extent);
        let sums = [told.checksum_crc32, told.checksum_crc32_c, told.checksum_sha256, told.checksum_crc64_nvme];
        let sum = sums.into_iter().flatten().next().unwrap();
        assert_eq!(sum.ends_with("-2"), extent == "COMPOSITE", "{algorithm}");
        assert_eq!(get(&cloud, &b, "k").await.len(), PART + 9);
    }
    let odd = CreateMultipartUploadInput {
        checksum_algorithm: Some(ChecksumAlgorithm::Crc64Nvme),
        checksum_type: Some(ChecksumType::Composite),
        ..beginning(&b, "k")
    };
    assert_eq!(code::<CreateMultipartUpload>(&cloud, odd).await, "InvalidRequest");
}

fn copying(bucket: &str, from: &str, to: &str) -> CopyObjectInput {
    let copy_source = format!("{bucket}/{from}");
    CopyObjectInput { bucket: bucket.to_owned(), key: to.to_owned(), copy_source, ..Default::default() }
}

#[tokio::test]
async fn copy_object_takes_content_and_what_is_said_of_it() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-copy").await;
    for size in [10, 1_000_000] {
        let input = PutObjectInput {
            content_type: Some("a/b".into()),
            tagging: Some("k=v".into()),
            ..putting(&b, "from", noise(size))
        };
        let tag = cloud.call::<PutObject>(input).await.unwrap().e_tag;
        let told = cloud.call::<CopyObject>(copying(&b, "from", "to")).await.unwrap().copy_object_result.unwrap();
        assert_eq!(told.e_tag, tag);
        cloud.call::<DeleteObject>(deleting(&b, "from", None)).await.unwrap();
        let (head, body) = read(&cloud, getting(&b, "to")).await.unwrap();
        assert!(body == noise(size));
        assert_eq!((head.content_type.as_deref(), head.tag_count), (Some("a/b"), Some(1)));
        let replaced = CopyObjectInput {
            metadata_directive: Some(MetadataDirective::Replace),
            content_type: Some("c/d".into()),
            checksum_algorithm: Some(ChecksumAlgorithm::Sha256),
            ..copying(&b, "to", "to")
        };
        let told = cloud.call::<CopyObject>(replaced).await.unwrap().copy_object_result.unwrap();
        assert!(told.checksum_sha256.is_some());
        let (head, body) = read(&cloud, getting(&b, "to")).await.unwrap();
        assert!(body == noise(size));
        assert_eq!(head.content_type.as_deref(), Some("c/d"));
    }
    assert_eq!(code::<CopyObject>(&cloud, copying(&b, "to", "to")).await, "InvalidRequest");
    assert_eq!(code::<CopyObject>(&cloud, copying(&b, "none", "to")).await, "NoSuchKey");
    let odd = CopyObjectInput { copy_source: "x".into(), ..copying(&b, "to", "x") };
    assert_eq!(code::<CopyObject>(&cloud, odd).await, "InvalidArgument");
    let if_other = CopyObjectInput { copy_source_if_match: Some("\"x\"".into()), ..copying(&b, "to", "x") };
    assert_eq!(code::<CopyObject>(&cloud, if_other).await, "PreconditionFailed");
}

#[tokio::test]
async fn upload_part_copy_takes_ranges() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-part-copy").await;
    let body = noise(PART + 100);
    put(&cloud, &b, "from", body.clone()).await;
    let id = begin(&cloud, &b, "k").await;
    let copy = |number, range: Option<&str>| UploadPartCopyInput {
        bucket: b.clone(),
        key: "k".into(),
        upload_id: id.clone(),
        part_number: number,
        copy_source: format!("{b}/from"),
        copy_source_range: range.map(str::to_owned),
        ..Default::default()
    };
    let mut parts = Vec::new();
    for (number, range) in [(1, None), (2, Some("bytes=50-99"))] {
        let told = cloud.call::<UploadPartCopy>(copy(number, range)).await.unwrap().copy_part_result.unwrap();
        parts.push(CompletedPart { e_tag: told.e_tag, part_number: Some(number), ..Default::default() });
    }
    cloud.call::<CompleteMultipartUpload>(completing(&b, "k", &id, parts)).await.unwrap();
    assert!(get(&cloud, &b, "k").await == [&body[..], &body[50..100]].concat());
    let id = begin(&cloud, &b, "k").await;
    for (range, expected) in [
        ("bytes=0-99999999", "InvalidArgument"),
        ("0-8", "InvalidArgument"),
        ("bytes=9999999-9999999", "InvalidRequest"),
    ] {
        let input = UploadPartCopyInput { upload_id: id.clone(), ..copy(1, Some(range)) };
        assert_eq!(code::<UploadPartCopy>(&cloud, input).await, expected, "{range}");
    }
}
