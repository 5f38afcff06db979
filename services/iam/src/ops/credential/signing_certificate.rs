//! Certificates that users and root sign with.

use api_iam::{
    DeleteSigningCertificate, DeleteSigningCertificateInput, DeleteSigningCertificateOutput, ListSigningCertificates,
    ListSigningCertificatesInput, ListSigningCertificatesOutput, SigningCertificate, StatusType,
    UpdateSigningCertificate, UpdateSigningCertificateInput, UpdateSigningCertificateOutput, UploadSigningCertificate,
    UploadSigningCertificateInput, UploadSigningCertificateOutput,
};
use service_kit::{Ctx, Outcome};

use super::owner::{anyone, status};
use crate::ops::edge::{Asked, engine, home};
use crate::store::credential::SigningCertificateRecord;

/// Keeps a certificate.
pub(crate) async fn upload_signing_certificate(
    ctx: &Ctx,
    input: UploadSigningCertificateInput,
) -> Outcome<UploadSigningCertificate> {
    let owner = anyone(ctx, input.user_name.as_deref()).await?;
    let body = input.certificate_body.trim();
    let (id, record) = engine(ctx).upload_signing_certificate(home(ctx), &owner.id, body).await?;
    Ok(UploadSigningCertificateOutput { certificate: shown(&owner.name, id, record) })
}

/// Lists certificates, the oldest first.
pub(crate) async fn list_signing_certificates(
    ctx: &Ctx,
    input: ListSigningCertificatesInput,
) -> Outcome<ListSigningCertificates> {
    let owner = anyone(ctx, input.user_name.as_deref()).await?;
    let asked = Asked::new(ctx, &owner.id, input.marker.as_deref(), input.max_items)?;
    let mut found = engine(ctx).signing_certificates(home(ctx), &owner.id).await?;
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    let page = asked.cut(ctx, found, |(id, _)| id.clone());
    let certificates = page.items.into_iter().map(|(id, record)| shown(&owner.name, id, record)).collect();
    Ok(ListSigningCertificatesOutput { certificates, is_truncated: page.is_truncated, marker: page.marker })
}

/// Switches a certificate on or off.
pub(crate) async fn update_signing_certificate(
    ctx: &Ctx,
    input: UpdateSigningCertificateInput,
) -> Outcome<UpdateSigningCertificate> {
    let owner = anyone(ctx, input.user_name.as_deref()).await?;
    let active = input.status == StatusType::Active;
    engine(ctx).switch_signing_certificate(home(ctx), &owner.id, &input.certificate_id, active).await?;
    Ok(UpdateSigningCertificateOutput {})
}

/// Deletes a certificate.
pub(crate) async fn delete_signing_certificate(
    ctx: &Ctx,
    input: DeleteSigningCertificateInput,
) -> Outcome<DeleteSigningCertificate> {
    let owner = anyone(ctx, input.user_name.as_deref()).await?;
    engine(ctx).delete_signing_certificate(home(ctx), &owner.id, &input.certificate_id).await?;
    Ok(DeleteSigningCertificateOutput {})
}

fn shown(user: &str, id: String, record: SigningCertificateRecord) -> SigningCertificate {
    SigningCertificate {
        user_name: user.to_owned(),
        certificate_id: id,
        certificate_body: record.body,
        status: status(record.active),
        upload_date: Some(record.uploaded),
    }
}
