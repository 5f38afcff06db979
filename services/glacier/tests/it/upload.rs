//! Archives in parts.

use api_glacier as api;
use smithy::ByteStream;
use testkit::TestCloud;

use crate::world::{bytes, cloud, output, pass, read, retrieval, upload, vault};

const PART: usize = 1_048_576;

async fn begin(cloud: &TestCloud) -> String {
    let input = api::InitiateMultipartUploadInput {
        account_id: "-".to_owned(),
        vault_name: "v".to_owned(),
        archive_description: Some("whole".to_owned()),
        part_size: Some(PART.to_string()),
    };
    cloud.call::<api::InitiateMultipartUpload>(input).await.unwrap().upload_id.unwrap()
}

fn part(upload_id: &str, content: &[u8], first: usize) -> api::UploadMultipartPartInput {
    api::UploadMultipartPartInput {
        account_id: "-".to_owned(),
        vault_name: "v".to_owned(),
        upload_id: upload_id.to_owned(),
        checksum: None,
        range: Some(format!("bytes {first}-{}/*", first + content.len() - 1)),
        body: ByteStream::from(bytes::Bytes::copy_from_slice(content)),
    }
}

fn complete(upload_id: &str, size: usize, hash: &str) -> api::CompleteMultipartUploadInput {
    api::CompleteMultipartUploadInput {
        account_id: "-".to_owned(),
        vault_name: "v".to_owned(),
        upload_id: upload_id.to_owned(),
        archive_size: Some(size.to_string()),
        checksum: Some(hash.to_owned()),
    }
}

fn parts(upload_id: &str) -> api::ListPartsInput {
    let (account_id, vault_name, upload_id) = ("-".to_owned(), "v".to_owned(), upload_id.to_owned());
    api::ListPartsInput { account_id, vault_name, upload_id, marker: None, limit: Some("2".to_owned()) }
}

#[tokio::test]
async fn parts_in_any_order_are_the_archive() {
    let cloud = cloud();
    vault(&cloud, "v").await;
    let content = bytes(3 * PART + 10);
    let whole = cloud.call::<api::UploadArchive>(upload(&content)).await.unwrap().checksum.unwrap();
    let id = begin(&cloud).await;
    for place in [3, 0, 2, 1, 0] {
        let piece = &content[place * PART..content.len().min((place + 1) * PART)];
        let taken = cloud.call::<api::UploadMultipartPart>(part(&id, piece, place * PART)).await.unwrap();
        assert_eq!(taken.checksum.unwrap().len(), 64);
    }
    let first = cloud.call::<api::ListParts>(parts(&id)).await.unwrap();
    let ranges = |page: &api::ListPartsOutput| -> Vec<String> {
        page.parts.iter().flatten().filter_map(|part| part.range_in_bytes.clone()).collect()
    };
    assert_eq!(ranges(&first), ["0-1048575", "1048576-2097151"]);
    let next = api::ListPartsInput { marker: first.marker, ..parts(&id) };
    let next = cloud.call::<api::ListParts>(next).await.unwrap();
    assert_eq!(ranges(&next), ["2097152-3145727", "3145728-3145737"]);
    let wrong = cloud.error::<api::CompleteMultipartUpload>(complete(&id, content.len() + 1, &whole)).await;
    assert_eq!(wrong.0, "InvalidParameterValueException");
    let wrong = cloud.error::<api::CompleteMultipartUpload>(complete(&id, content.len(), "00")).await;
    assert!(wrong.1.starts_with("Checksum mismatch"));
    let made = cloud.call::<api::CompleteMultipartUpload>(complete(&id, content.len(), &whole)).await.unwrap();
    assert_eq!(made.checksum.as_deref(), Some(whole.as_str()));
    let job =
        cloud.call::<api::InitiateJob>(retrieval(&made.archive_id.unwrap(), "Bulk")).await.unwrap().job_id.unwrap();
    pass(&cloud, std::time::Duration::from_hours(12)).await;
    let got = cloud.call::<api::GetJobOutput>(output(&job, None)).await.unwrap();
    assert_eq!(got.archive_description.as_deref(), Some("whole"));
    assert!(read(got.body).await == content);
    let told = cloud.error::<api::ListParts>(parts(&id)).await;
    assert_eq!(told.1, format!("The upload ID was not found: {id}"));
}

#[tokio::test]
async fn uploads_are_listed_and_given_up() {
    let cloud = cloud();
    vault(&cloud, "v").await;
    let id = begin(&cloud).await;
    cloud.call::<api::UploadMultipartPart>(part(&id, &bytes(PART), 0)).await.unwrap();
    let (account_id, vault_name) = ("-".to_owned(), "v".to_owned());
    let list = api::ListMultipartUploadsInput { account_id, vault_name, ..Default::default() };
    let found = cloud.call::<api::ListMultipartUploads>(list.clone()).await.unwrap().uploads_list.unwrap();
    assert_eq!((found[0].multipart_upload_id.as_ref(), found[0].part_size_in_bytes), (Some(&id), Some(1_048_576)));
    let (account_id, vault_name) = ("-".to_owned(), "v".to_owned());
    let abort = api::AbortMultipartUploadInput { account_id, vault_name, upload_id: id };
    cloud.call::<api::AbortMultipartUpload>(abort.clone()).await.unwrap();
    assert_eq!(cloud.error::<api::AbortMultipartUpload>(abort).await.0, "ResourceNotFoundException");
    assert!(cloud.call::<api::ListMultipartUploads>(list).await.unwrap().uploads_list.unwrap().is_empty());
}

#[tokio::test]
async fn parts_have_their_places() {
    let cloud = cloud();
    vault(&cloud, "v").await;
    let id = begin(&cloud).await;
    let small = bytes(10);
    for range in ["bytes 5-14/*", "bytes 0-20/*", "0-9", "bytes 9-0/*"] {
        let input = api::UploadMultipartPartInput { range: Some(range.to_owned()), ..part(&id, &small, 0) };
        assert_eq!(cloud.error::<api::UploadMultipartPart>(input).await.0, "InvalidParameterValueException", "{range}");
    }
    let input = api::UploadMultipartPartInput { range: None, ..part(&id, &small, 0) };
    assert_eq!(cloud.error::<api::UploadMultipartPart>(input).await.0, "MissingParameterValueException");
    for size in ["5", "3145728", "x"] {
        let input = api::InitiateMultipartUploadInput {
            account_id: "-".to_owned(),
            vault_name: "v".to_owned(),
            part_size: Some(size.to_owned()),
            ..Default::default()
        };
        assert_eq!(cloud.error::<api::InitiateMultipartUpload>(input).await.0, "InvalidParameterValueException");
    }
}
