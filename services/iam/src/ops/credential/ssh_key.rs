//! SSH public keys of users.

use api_iam::{
    DeleteSSHPublicKey, DeleteSSHPublicKeyInput, DeleteSSHPublicKeyOutput, EncodingType, GetSSHPublicKey,
    GetSSHPublicKeyInput, GetSSHPublicKeyOutput, ListSSHPublicKeys, ListSSHPublicKeysInput, ListSSHPublicKeysOutput,
    SSHPublicKey, SSHPublicKeyMetadata, StatusType, UpdateSSHPublicKey, UpdateSSHPublicKeyInput,
    UpdateSSHPublicKeyOutput, UploadSSHPublicKey, UploadSSHPublicKeyInput, UploadSSHPublicKeyOutput,
};
use service_kit::{Ctx, Outcome};

use super::owner::{status, user, user_or_caller};
use crate::ops::edge::{Asked, engine, home};
use crate::store::credential::SshKeyRecord;

/// Keeps a key.
pub(crate) async fn upload_ssh_public_key(ctx: &Ctx, input: UploadSSHPublicKeyInput) -> Outcome<UploadSSHPublicKey> {
    let owner = user(ctx, &input.user_name).await?;
    let (id, record) = engine(ctx).upload_ssh_key(home(ctx), &owner.id, &input.ssh_public_key_body).await?;
    let body = input.ssh_public_key_body;
    Ok(UploadSSHPublicKeyOutput { ssh_public_key: Some(shown(owner.name, id, &record, body)) })
}

/// Shows a key in the form asked for.
pub(crate) async fn get_ssh_public_key(ctx: &Ctx, input: GetSSHPublicKeyInput) -> Outcome<GetSSHPublicKey> {
    let owner = user(ctx, &input.user_name).await?;
    let record = engine(ctx).ssh_key(home(ctx), &owner.id, &input.ssh_public_key_id).await?;
    let body = if input.encoding == EncodingType::Pem { record.key.pem() } else { record.key.ssh() };
    let ssh_public_key = Some(shown(owner.name, input.ssh_public_key_id, &record, body));
    Ok(GetSSHPublicKeyOutput { ssh_public_key })
}

/// Lists a user's keys.
pub(crate) async fn list_ssh_public_keys(ctx: &Ctx, input: ListSSHPublicKeysInput) -> Outcome<ListSSHPublicKeys> {
    let owner = user_or_caller(ctx, input.user_name.as_deref()).await?;
    let asked = Asked::new(ctx, &owner.id, input.marker.as_deref(), input.max_items)?;
    let page = asked.cut(ctx, engine(ctx).ssh_keys(home(ctx), &owner.id).await?, |(id, _)| id.clone());
    let listed = |(id, record): (String, SshKeyRecord)| SSHPublicKeyMetadata {
        user_name: owner.name.clone(),
        ssh_public_key_id: id,
        status: status(record.active),
        upload_date: record.uploaded,
    };
    let ssh_public_keys = Some(page.items.into_iter().map(listed).collect());
    Ok(ListSSHPublicKeysOutput { ssh_public_keys, is_truncated: page.is_truncated, marker: page.marker })
}

/// Switches a key on or off.
pub(crate) async fn update_ssh_public_key(ctx: &Ctx, input: UpdateSSHPublicKeyInput) -> Outcome<UpdateSSHPublicKey> {
    let owner = user(ctx, &input.user_name).await?;
    let active = input.status == StatusType::Active;
    engine(ctx).switch_ssh_key(home(ctx), &owner.id, &input.ssh_public_key_id, active).await?;
    Ok(UpdateSSHPublicKeyOutput {})
}

/// Deletes a key.
pub(crate) async fn delete_ssh_public_key(ctx: &Ctx, input: DeleteSSHPublicKeyInput) -> Outcome<DeleteSSHPublicKey> {
    let owner = user(ctx, &input.user_name).await?;
    engine(ctx).delete_ssh_key(home(ctx), &owner.id, &input.ssh_public_key_id).await?;
    Ok(DeleteSSHPublicKeyOutput {})
}

fn shown(user: String, id: String, record: &SshKeyRecord, body: String) -> SSHPublicKey {
    SSHPublicKey {
        user_name: user,
        ssh_public_key_id: id,
        fingerprint: record.key.fingerprint(),
        ssh_public_key_body: body,
        status: status(record.active),
        upload_date: Some(record.uploaded),
    }
}
