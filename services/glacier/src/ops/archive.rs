//! Archives, at one go and in parts.

use api_glacier::{
    AbortMultipartUpload, AbortMultipartUploadInput, AbortMultipartUploadOutput, ArchiveCreationOutput,
    CompleteMultipartUpload, CompleteMultipartUploadInput, DeleteArchive, DeleteArchiveInput, DeleteArchiveOutput,
    InitiateMultipartUpload, InitiateMultipartUploadInput, InitiateMultipartUploadOutput, ListMultipartUploads,
    ListMultipartUploadsInput, ListMultipartUploadsOutput, ListParts, ListPartsInput, ListPartsOutput, PartListElement,
    UploadArchive, UploadArchiveInput, UploadListElement, UploadMultipartPart, UploadMultipartPartInput,
    UploadMultipartPartOutput,
};
use service_kit::{Ctx, Outcome};

use super::address::{after, description, engine, page, page_size, vault};
use crate::engine::home::{VaultId, shown};
use crate::engine::range::ByteRange;
use crate::engine::tree::{Hash, hex};
use crate::engine::upload::is_part_size;
use crate::error::{invalid, missing, told};
use crate::limits;

/// Keeps an archive.
pub(crate) async fn upload_archive(ctx: &Ctx, input: UploadArchiveInput) -> Outcome<UploadArchive> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let description = description(input.archive_description)?;
    let kept = engine(ctx).upload_archive(&id, description, input.checksum.as_deref(), input.body).await;
    let (archive, hash) = kept.map_err(|refusal| told(&id, "", refusal))?;
    Ok(created(&id, archive, &hash))
}

/// Deletes an archive.
pub(crate) async fn delete_archive(ctx: &Ctx, input: DeleteArchiveInput) -> Outcome<DeleteArchive> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let deleted = engine(ctx).delete_archive(&id, &input.archive_id).await;
    deleted.map_err(|refusal| told(&id, &input.archive_id, refusal))?;
    Ok(DeleteArchiveOutput {})
}

/// Begins an upload in parts.
pub(crate) async fn initiate_multipart_upload(
    ctx: &Ctx,
    input: InitiateMultipartUploadInput,
) -> Outcome<InitiateMultipartUpload> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let size = input.part_size.ok_or_else(|| missing("Required parameter missing: x-amz-part-size"))?;
    let wrong = || invalid(format!("Invalid part size: {size}"));
    let part_size = size.parse().ok().filter(|size| is_part_size(*size)).ok_or_else(wrong)?;
    let description = description(input.archive_description)?;
    let begun = engine(ctx).begin_upload(&id, description, part_size).await;
    let upload_id = begun.map_err(|refusal| told(&id, "", refusal))?;
    let location = Some(id.path(&format!("/multipart-uploads/{upload_id}")));
    Ok(InitiateMultipartUploadOutput { location, upload_id: Some(upload_id) })
}

/// Takes in a part.
pub(crate) async fn upload_multipart_part(ctx: &Ctx, input: UploadMultipartPartInput) -> Outcome<UploadMultipartPart> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let range = input.range.ok_or_else(|| missing("Required parameter missing: Content-Range"))?;
    let range = ByteRange::of_part(&range).ok_or_else(|| invalid(format!("Invalid Content-Range: {range}")))?;
    let checksum = input.checksum.as_deref();
    let taken = engine(ctx).upload_part(&id, &input.upload_id, range, checksum, input.body).await;
    let hash = taken.map_err(|refusal| told(&id, &input.upload_id, refusal))?;
    Ok(UploadMultipartPartOutput { checksum: Some(hex(&hash)) })
}

/// Makes an archive of the parts.
pub(crate) async fn complete_multipart_upload(
    ctx: &Ctx,
    input: CompleteMultipartUploadInput,
) -> Outcome<CompleteMultipartUpload> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let checksum = input.checksum.ok_or_else(|| missing("Required parameter missing: x-amz-sha256-tree-hash"))?;
    let size = input.archive_size.ok_or_else(|| missing("Required parameter missing: x-amz-archive-size"))?;
    let size = size.parse().map_err(|_| invalid(format!("Invalid archive size: {size}")))?;
    let completed = engine(ctx).complete_upload(&id, &input.upload_id, size, &checksum).await;
    let (archive, hash) = completed.map_err(|refusal| told(&id, &input.upload_id, refusal))?;
    Ok(created(&id, archive, &hash))
}

/// Gives up an upload.
pub(crate) async fn abort_multipart_upload(
    ctx: &Ctx,
    input: AbortMultipartUploadInput,
) -> Outcome<AbortMultipartUpload> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let aborted = engine(ctx).abort_upload(&id, &input.upload_id).await;
    aborted.map_err(|refusal| told(&id, &input.upload_id, refusal))?;
    Ok(AbortMultipartUploadOutput {})
}

/// Lists uploads that are not complete.
pub(crate) async fn list_multipart_uploads(
    ctx: &Ctx,
    input: ListMultipartUploadsInput,
) -> Outcome<ListMultipartUploads> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let filters = id.arn().to_string();
    let limit = page_size(input.limit.as_deref(), limits::MOST)?;
    let from = after(ctx, &filters, input.marker.as_deref())?;
    let found = engine(ctx).uploads(&id, from.as_deref(), limit + 1).await.map_err(|refusal| told(&id, "", refusal))?;
    let page = page(ctx, &filters, found, limit);
    let uploads = page.items.into_iter().map(|(upload, record)| UploadListElement {
        multipart_upload_id: Some(upload),
        vault_arn: Some(filters.clone()),
        archive_description: record.description,
        part_size_in_bytes: i64::try_from(record.part_size).ok(),
        creation_date: Some(shown(record.created)),
    });
    Ok(ListMultipartUploadsOutput { uploads_list: Some(uploads.collect()), marker: page.next_token })
}

/// Lists the parts of an upload.
pub(crate) async fn list_parts(ctx: &Ctx, input: ListPartsInput) -> Outcome<ListParts> {
    let (id, upload_id) = (vault(ctx, &input.account_id, &input.vault_name), input.upload_id);
    let filters = format!("{}/{upload_id}", id.arn());
    let limit = page_size(input.limit.as_deref(), limits::MOST)?;
    let last = after(ctx, &filters, input.marker.as_deref())?.and_then(|last| last.parse::<u64>().ok());
    let refused = |refusal| told(&id, &upload_id, refusal);
    let upload = engine(ctx).upload(&id, &upload_id).await.map_err(refused)?;
    let from = last.map_or(0, |last| last + 1);
    let found = engine(ctx).parts(&id, &upload_id, from, limit + 1).await.map_err(refused)?;
    let page = page(ctx, &filters, found.into_iter().map(|(start, part)| (start.to_string(), part)).collect(), limit);
    let parts = page.items.into_iter().map(|(start, part)| {
        let first = start.parse::<u64>().unwrap_or_default();
        let range = format!("{first}-{}", (first + part.length).saturating_sub(1));
        PartListElement { range_in_bytes: Some(range), sha256_tree_hash: Some(hex(&part.hash)) }
    });
    Ok(ListPartsOutput {
        vault_arn: Some(id.arn().to_string()),
        archive_description: upload.description,
        part_size_in_bytes: i64::try_from(upload.part_size).ok(),
        creation_date: Some(shown(upload.created)),
        parts: Some(parts.collect()),
        marker: page.next_token,
        multipart_upload_id: Some(upload_id),
    })
}

fn created(id: &VaultId, archive: String, hash: &Hash) -> ArchiveCreationOutput {
    let location = Some(id.path(&format!("/archives/{archive}")));
    ArchiveCreationOutput { location, checksum: Some(hex(hash)), archive_id: Some(archive) }
}
