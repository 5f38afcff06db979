//! Certificates of servers and of users: really read, belonging to their keys.

use api_iam::*;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use crate::cloud::*;

struct Made {
    certificate: String,
    key: String,
}

fn authority() -> (Issuer<'static, KeyPair>, Made) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, "authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let made = Made { certificate: params.self_signed(&key).unwrap().pem(), key: key.serialize_pem() };
    (Issuer::new(params, key), made)
}

fn leaf(issuer: &Issuer<'_, KeyPair>, edit: impl Fn(&mut CertificateParams)) -> Made {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["example.com".to_owned()]).unwrap();
    edit(&mut params);
    Made { certificate: params.signed_by(&key, issuer).unwrap().pem(), key: key.serialize_pem() }
}

fn upload(name: &str, made: &Made, chain: Option<&str>) -> UploadServerCertificateInput {
    UploadServerCertificateInput {
        path: Some("/web/".into()),
        server_certificate_name: name.into(),
        certificate_body: made.certificate.clone(),
        private_key: made.key.clone(),
        certificate_chain: chain.map(str::to_owned),
        tags: Some(vec![Tag { key: "a".into(), value: "b".into() }]),
    }
}

#[tokio::test]
async fn upload_get_list_update_delete_server_certificate() {
    let cloud = cloud();
    let (issuer, root) = authority();
    let made = leaf(&issuer, |_| {});
    let uploaded = cloud.call::<UploadServerCertificate>(upload("Web", &made, Some(&root.certificate))).await.unwrap();
    let metadata = uploaded.server_certificate_metadata.unwrap();
    assert_eq!(metadata.arn, "arn:aws:iam::000000000000:server-certificate/web/Web");
    assert!(metadata.server_certificate_id.starts_with("ASCA") && metadata.expiration > metadata.upload_date);
    let (code, text) = refusal::<UploadServerCertificate>(&cloud, upload("web", &made, None)).await;
    let expected = "The Server Certificate with name web already exists.";
    assert_eq!((&*code, &*text), ("EntityAlreadyExists", expected));
    let get = |name: &str| GetServerCertificateInput { server_certificate_name: name.into() };
    let shown = cloud.call::<GetServerCertificate>(get("web")).await.unwrap().server_certificate;
    assert_eq!(shown.certificate_body, made.certificate.trim());
    assert_eq!(shown.certificate_chain.as_deref(), Some(root.certificate.trim()));
    let list = |prefix: &str| ListServerCertificatesInput { path_prefix: Some(prefix.into()), ..Default::default() };
    for (prefix, count) in [("/", 1), ("/web/", 1), ("/other/", 0)] {
        let found = cloud.call::<ListServerCertificates>(list(prefix)).await.unwrap();
        assert_eq!(found.server_certificate_metadata_list.len(), count, "{prefix}");
    }
    let rename = UpdateServerCertificateInput {
        server_certificate_name: "web".into(),
        new_path: Some("/".into()),
        new_server_certificate_name: Some("site".into()),
    };
    cloud.call::<UpdateServerCertificate>(rename).await.unwrap();
    let (code, text) = refusal::<GetServerCertificate>(&cloud, get("web")).await;
    assert_eq!((&*code, &*text), ("NoSuchEntity", "The Server Certificate with name web cannot be found."));
    let tags = TagServerCertificateInput {
        server_certificate_name: "site".into(),
        tags: vec![Tag { key: "c".into(), value: "d".into() }],
    };
    cloud.call::<TagServerCertificate>(tags).await.unwrap();
    let untag = UntagServerCertificateInput { server_certificate_name: "site".into(), tag_keys: vec!["a".into()] };
    cloud.call::<UntagServerCertificate>(untag).await.unwrap();
    let input = ListServerCertificateTagsInput { server_certificate_name: "site".into(), ..Default::default() };
    let left = cloud.call::<ListServerCertificateTags>(input).await.unwrap().tags;
    assert_eq!(left, [Tag { key: "c".into(), value: "d".into() }]);
    let delete = || DeleteServerCertificateInput { server_certificate_name: "site".into() };
    cloud.call::<DeleteServerCertificate>(delete()).await.unwrap();
    assert_eq!(refusal::<DeleteServerCertificate>(&cloud, delete()).await.0, "NoSuchEntity");
}

#[tokio::test]
async fn what_does_not_belong_together_is_refused() {
    let cloud = cloud();
    let (issuer, root) = authority();
    let (_, other) = authority();
    let made = leaf(&issuer, |_| {});
    let old = leaf(&issuer, |params| {
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    });
    let with = |certificate: &str, key: &str| Made { certificate: certificate.into(), key: key.into() };
    let cut = &made.certificate[..made.certificate.len() / 2];
    for (made, chain, code, text) in [
        (with("x", &made.key), None, "MalformedCertificate", "Unable to parse certificate."),
        (with(cut, &made.key), None, "MalformedCertificate", "Unable to parse certificate."),
        (with(&made.certificate, "x"), None, "MalformedCertificate", "Invalid Private Key."),
        (with(&made.certificate, &root.key), None, "KeyPairMismatch", ""),
        (
            with(&made.certificate, &made.key),
            Some(&other),
            "MalformedCertificate",
            "Unable to validate certificate chain.",
        ),
        (old, None, "MalformedCertificate", ""),
    ] {
        let chain = chain.map(|made| made.certificate.as_str());
        let (got, told) = refusal::<UploadServerCertificate>(&cloud, upload("a", &made, chain)).await;
        assert!(got == code && told.starts_with(text), "{got}: {told}");
    }
}

#[tokio::test]
async fn upload_list_update_delete_signing_certificate() {
    let cloud = cloud();
    user(&cloud, "ann").await;
    let (issuer, _) = authority();
    let named = || Some("ann".to_owned());
    let upload = |body: &str| UploadSigningCertificateInput { user_name: named(), certificate_body: body.into() };
    let (code, _) = refusal::<UploadSigningCertificate>(&cloud, upload("x")).await;
    assert_eq!(code, "MalformedCertificate");
    let first = leaf(&issuer, |_| {}).certificate;
    let made = cloud.call::<UploadSigningCertificate>(upload(&first)).await.unwrap().certificate;
    assert_eq!((made.certificate_id.len(), made.status), (32, StatusType::Active));
    assert_eq!(refusal::<UploadSigningCertificate>(&cloud, upload(&first)).await.0, "DuplicateCertificate");
    cloud.call::<UploadSigningCertificate>(upload(&leaf(&issuer, |_| {}).certificate)).await.unwrap();
    let (code, text) = refusal::<UploadSigningCertificate>(&cloud, upload(&leaf(&issuer, |_| {}).certificate)).await;
    assert_eq!((&*code, &*text), ("LimitExceeded", "Cannot exceed quota for CertificatesPerUser: 2"));
    let update = UpdateSigningCertificateInput {
        user_name: named(),
        certificate_id: made.certificate_id.clone(),
        status: StatusType::Inactive,
    };
    cloud.call::<UpdateSigningCertificate>(update).await.unwrap();
    let list = || ListSigningCertificatesInput { user_name: named(), ..Default::default() };
    let listed = cloud.call::<ListSigningCertificates>(list()).await.unwrap().certificates;
    assert_eq!(listed.len(), 2);
    let shown = listed.iter().find(|one| one.certificate_id == made.certificate_id).unwrap();
    assert_eq!((&*shown.certificate_body, shown.status.clone()), (first.trim(), StatusType::Inactive));
    let conflict = refusal::<DeleteUser>(&cloud, DeleteUserInput { user_name: "ann".into() }).await.1;
    assert_eq!(conflict, "Cannot delete entity, must delete signing certificates first.");
    for one in listed {
        let delete = DeleteSigningCertificateInput { user_name: named(), certificate_id: one.certificate_id };
        cloud.call::<DeleteSigningCertificate>(delete.clone()).await.unwrap();
        assert_eq!(refusal::<DeleteSigningCertificate>(&cloud, delete).await.0, "NoSuchEntity");
    }
    cloud.call::<UploadSigningCertificate>(upload(&first)).await.unwrap();
}
