//! Certificates of servers.

use api_iam::{
    DeleteServerCertificate, DeleteServerCertificateInput, DeleteServerCertificateOutput, GetServerCertificate,
    GetServerCertificateInput, GetServerCertificateOutput, ListServerCertificateTags, ListServerCertificateTagsInput,
    ListServerCertificateTagsOutput, ListServerCertificates, ListServerCertificatesInput, ListServerCertificatesOutput,
    ServerCertificate, ServerCertificateMetadata, TagServerCertificate, TagServerCertificateInput,
    TagServerCertificateOutput, UntagServerCertificate, UntagServerCertificateInput, UntagServerCertificateOutput,
    UpdateServerCertificate, UpdateServerCertificateInput, UpdateServerCertificateOutput, UploadServerCertificate,
    UploadServerCertificateInput, UploadServerCertificateOutput,
};
use service_kit::{Access, Ctx, Error, Outcome};

use crate::engine::home::Home;
use crate::engine::server_certificate::{Upload, arn};
use crate::engine::tags::{add, remove};
use crate::ops::access::now;
use crate::ops::edge::{Asked, Page, engine, home, path, tags_in, tags_out};
use crate::store::credential::{SERVER_CERTIFICATES, ServerCertificateRecord};
use crate::store::key;

/// Keeps a certificate with its key and chain.
pub(crate) async fn upload_server_certificate(
    ctx: &Ctx,
    input: UploadServerCertificateInput,
) -> Outcome<UploadServerCertificate> {
    let upload = Upload {
        name: input.server_certificate_name,
        path: path(input.path),
        body: input.certificate_body.trim().to_owned(),
        key: input.private_key,
        chain: input.certificate_chain.map(|chain| chain.trim().to_owned()),
        tags: tags_in(input.tags.as_deref())?,
    };
    let record = engine(ctx).upload_server_certificate(home(ctx), upload).await?;
    let server_certificate_metadata = Some(metadata(home(ctx), &record));
    Ok(UploadServerCertificateOutput { server_certificate_metadata, tags: tags_out(&record.tags) })
}

/// Shows a certificate; its key is never shown.
pub(crate) async fn get_server_certificate(
    ctx: &Ctx,
    input: GetServerCertificateInput,
) -> Outcome<GetServerCertificate> {
    let record = engine(ctx).server_certificate(home(ctx), &input.server_certificate_name).await?;
    let server_certificate = ServerCertificate {
        server_certificate_metadata: metadata(home(ctx), &record),
        tags: tags_out(&record.tags),
        certificate_body: record.body,
        certificate_chain: record.chain,
    };
    Ok(GetServerCertificateOutput { server_certificate })
}

/// Lists certificates by the beginning of their paths.
pub(crate) async fn list_server_certificates(
    ctx: &Ctx,
    input: ListServerCertificatesInput,
) -> Outcome<ListServerCertificates> {
    let prefix = path(input.path_prefix);
    let asked = Asked::new(ctx, &prefix, input.marker.as_deref(), input.max_items)?;
    let after = asked.after.as_deref();
    let found = engine(ctx).server_certificates(home(ctx), &prefix, after, asked.wanted()).await?;
    let page = asked.page(ctx, found, |record| key(&record.name));
    let server_certificate_metadata_list = page.items.iter().map(|record| metadata(home(ctx), record)).collect();
    let (is_truncated, marker) = (page.is_truncated, page.marker);
    Ok(ListServerCertificatesOutput { server_certificate_metadata_list, is_truncated, marker })
}

/// Gives a certificate another name, another path, or both.
pub(crate) async fn update_server_certificate(
    ctx: &Ctx,
    input: UpdateServerCertificateInput,
) -> Outcome<UpdateServerCertificate> {
    let edit = |record: &mut ServerCertificateRecord| {
        record.name = input.new_server_certificate_name.clone().unwrap_or_else(|| record.name.clone());
        record.path = input.new_path.clone().unwrap_or_else(|| record.path.clone());
        Ok(())
    };
    engine(ctx).edit_server_certificate(home(ctx), &input.server_certificate_name, edit).await?;
    Ok(UpdateServerCertificateOutput {})
}

/// Deletes a certificate.
pub(crate) async fn delete_server_certificate(
    ctx: &Ctx,
    input: DeleteServerCertificateInput,
) -> Outcome<DeleteServerCertificate> {
    engine(ctx).delete_server_certificate(home(ctx), &input.server_certificate_name).await?;
    Ok(DeleteServerCertificateOutput {})
}

/// Adds tags to a certificate, or changes them.
pub(crate) async fn tag_server_certificate(
    ctx: &Ctx,
    input: TagServerCertificateInput,
) -> Outcome<TagServerCertificate> {
    let tags = tags_in(Some(&input.tags))?;
    let edit = |record: &mut ServerCertificateRecord| add(&mut record.tags, &tags);
    engine(ctx).edit_server_certificate(home(ctx), &input.server_certificate_name, edit).await?;
    Ok(TagServerCertificateOutput {})
}

/// Removes tags from a certificate.
pub(crate) async fn untag_server_certificate(
    ctx: &Ctx,
    input: UntagServerCertificateInput,
) -> Outcome<UntagServerCertificate> {
    let edit = |record: &mut ServerCertificateRecord| {
        remove(&mut record.tags, &input.tag_keys);
        Ok(())
    };
    engine(ctx).edit_server_certificate(home(ctx), &input.server_certificate_name, edit).await?;
    Ok(UntagServerCertificateOutput {})
}

/// Lists the tags of a certificate.
pub(crate) async fn list_server_certificate_tags(
    ctx: &Ctx,
    input: ListServerCertificateTagsInput,
) -> Outcome<ListServerCertificateTags> {
    let name = &input.server_certificate_name;
    let asked = Asked::new(ctx, &key(name), input.marker.as_deref(), input.max_items)?;
    let tags = engine(ctx).server_certificate(home(ctx), name).await?.tags;
    let Page { items, is_truncated, marker } = asked.tags(ctx, &tags);
    Ok(ListServerCertificateTagsOutput { tags: items, is_truncated, marker })
}

/// What a call about a certificate touches.
pub(crate) fn access(ctx: &Ctx, name: &str) -> Result<Access, Error> {
    Ok(Access::to(arn_now(ctx, name)?.0))
}

/// What giving a certificate another name or path touches: both ARNs.
pub(crate) fn access_by_both_names(ctx: &Ctx, input: &UpdateServerCertificateInput) -> Result<Access, Error> {
    let (before, path, name) = arn_now(ctx, &input.server_certificate_name)?;
    let (path, name) =
        (input.new_path.as_ref().unwrap_or(&path), input.new_server_certificate_name.as_ref().unwrap_or(&name));
    let after = home(ctx).arn_of("server-certificate", path, name);
    let access = Access::to(&before);
    Ok(if after == before { access } else { access.and_to(after) })
}

/// A certificate's ARN, path and name; of one that is not there, as if it stood under no path.
fn arn_now(ctx: &Ctx, name: &str) -> Result<(String, String, String), Error> {
    let (engine, home) = (engine(ctx), home(ctx));
    let read = async move { SERVER_CERTIFICATES.get(&engine.view().await?, &home.scope(), &key(name)).await };
    Ok(match now(read)? {
        Some(record) => (arn(home, &record), record.path, record.name),
        None => (home.arn_of("server-certificate", "/", name), "/".to_owned(), name.to_owned()),
    })
}

fn metadata(home: Home, record: &ServerCertificateRecord) -> ServerCertificateMetadata {
    ServerCertificateMetadata {
        path: record.path.clone(),
        server_certificate_name: record.name.clone(),
        server_certificate_id: record.id.clone(),
        arn: arn(home, record),
        upload_date: Some(record.uploaded),
        expiration: Some(record.expires),
    }
}
