//! SSH public keys.

use api_iam::*;

use crate::cloud::*;

const SSH: &str = include_str!("../data/key.ssh");
const PEM: &str = include_str!("../data/key.pkcs8");
const FINGERPRINT: &str = include_str!("../data/key.md5");

fn upload(body: &str) -> UploadSSHPublicKeyInput {
    UploadSSHPublicKeyInput { user_name: "ann".into(), ssh_public_key_body: body.into() }
}

#[tokio::test]
async fn upload_get_list_update_delete_ssh_public_key() {
    let cloud = cloud();
    user(&cloud, "ann").await;
    let made = cloud.call::<UploadSSHPublicKey>(upload(SSH)).await.unwrap().ssh_public_key.unwrap();
    assert!(made.ssh_public_key_id.starts_with("APKA"));
    assert_eq!((&*made.fingerprint, made.status), (FINGERPRINT.trim(), StatusType::Active));
    let get = |encoding| GetSSHPublicKeyInput {
        user_name: "ann".into(),
        ssh_public_key_id: made.ssh_public_key_id.clone(),
        encoding,
    };
    let body = async |encoding| {
        cloud.call::<GetSSHPublicKey>(get(encoding)).await.unwrap().ssh_public_key.unwrap().ssh_public_key_body
    };
    assert_eq!(body(EncodingType::Pem).await, PEM);
    assert!(SSH.starts_with(&body(EncodingType::Ssh).await));
    assert_eq!(refusal::<UploadSSHPublicKey>(&cloud, upload(PEM)).await.0, "DuplicateSSHPublicKey");
    let update = UpdateSSHPublicKeyInput {
        user_name: "ann".into(),
        ssh_public_key_id: made.ssh_public_key_id.clone(),
        status: StatusType::Inactive,
    };
    cloud.call::<UpdateSSHPublicKey>(update).await.unwrap();
    let list = ListSSHPublicKeysInput { user_name: Some("ann".into()), ..Default::default() };
    let listed = cloud.call::<ListSSHPublicKeys>(list).await.unwrap().ssh_public_keys.unwrap();
    assert_eq!((listed.len(), &listed[0].status), (1, &StatusType::Inactive));
    let conflict = refusal::<DeleteUser>(&cloud, DeleteUserInput { user_name: "ann".into() }).await.1;
    assert_eq!(conflict, "Cannot delete entity, must remove referenced objects first.");
    let delete =
        || DeleteSSHPublicKeyInput { user_name: "ann".into(), ssh_public_key_id: made.ssh_public_key_id.clone() };
    cloud.call::<DeleteSSHPublicKey>(delete()).await.unwrap();
    let (code, text) = refusal::<DeleteSSHPublicKey>(&cloud, delete()).await;
    let expected = format!("The SSH Public Key with id {} cannot be found.", made.ssh_public_key_id);
    assert_eq!((&*code, text), ("NoSuchEntity", expected));
}

#[tokio::test]
async fn what_is_no_key_is_refused() {
    let cloud = cloud();
    user(&cloud, "ann").await;
    for (body, code) in [
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKzvfE", "UnrecognizedPublicKeyEncoding"),
        ("ssh-rsa AAAA", "InvalidPublicKey"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "InvalidPublicKey"),
    ] {
        assert_eq!(refusal::<UploadSSHPublicKey>(&cloud, upload(body)).await.0, code, "{body}");
    }
}
