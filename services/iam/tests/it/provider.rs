//! Identity providers.

use api_iam::*;

use crate::cloud::*;

/// The metadata of a provider with a fresh certificate.
fn metadata(more: &str) -> String {
    let key = rcgen::KeyPair::generate().unwrap();
    let pem = rcgen::CertificateParams::new(vec!["idp".to_owned()]).unwrap().self_signed(&key).unwrap().pem();
    let certificate: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    format!(
        r#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp" {more}><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp/sso"/></IDPSSODescriptor></EntityDescriptor><!--{}-->"#,
        "x".repeat(600)
    )
}

fn saml(name: &str, document: &str) -> CreateSAMLProviderInput {
    let saml_metadata_document = document.to_owned();
    CreateSAMLProviderInput { saml_metadata_document, name: name.to_owned(), ..Default::default() }
}

#[tokio::test]
async fn create_get_update_list_delete_saml_provider() {
    let cloud = cloud();
    let document = metadata("");
    let arn = cloud.call::<CreateSAMLProvider>(saml("Okta", &document)).await.unwrap().saml_provider_arn.unwrap();
    assert_eq!(arn, "arn:aws:iam::000000000000:saml-provider/Okta");
    assert_eq!(refusal::<CreateSAMLProvider>(&cloud, saml("okta", &document)).await.0, "EntityAlreadyExists");
    let (code, text) = refusal::<CreateSAMLProvider>(&cloud, saml("b", &"x".repeat(1_000))).await;
    assert_eq!((&*code, &*text), ("InvalidInput", "Could not parse metadata"));
    let get = || GetSAMLProviderInput { saml_provider_arn: arn.clone() };
    let shown = cloud.call::<GetSAMLProvider>(get()).await.unwrap();
    assert_eq!(shown.saml_metadata_document, Some(document));
    assert_eq!(shown.valid_until.unwrap().secs() - shown.create_date.unwrap().secs(), 100 * 365 * 86_400);
    let update = |document: Option<String>, key: Option<String>| UpdateSAMLProviderInput {
        saml_metadata_document: document,
        saml_provider_arn: arn.clone(),
        assertion_encryption_mode: Some(AssertionEncryptionModeType::Required),
        add_private_key: key,
        remove_private_key: None,
    };
    assert_eq!(
        refusal::<UpdateSAMLProvider>(&cloud, update(None, None)).await.0,
        "InvalidInput",
        "no key to decrypt by"
    );
    assert_eq!(refusal::<UpdateSAMLProvider>(&cloud, update(None, Some("x".into()))).await.0, "InvalidInput");
    let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let until = metadata(r#"validUntil="2027-01-01T00:00:00Z""#);
    cloud.call::<UpdateSAMLProvider>(update(Some(until), Some(key))).await.unwrap();
    let shown = cloud.call::<GetSAMLProvider>(get()).await.unwrap();
    assert_eq!(shown.valid_until.unwrap().iso8601(), "2027-01-01T00:00:00Z");
    assert_eq!(shown.assertion_encryption_mode, Some(AssertionEncryptionModeType::Required));
    let id = shown.private_key_list.unwrap()[0].key_id.clone();
    let remove =
        UpdateSAMLProviderInput { remove_private_key: id, assertion_encryption_mode: None, ..update(None, None) };
    assert_eq!(refusal::<UpdateSAMLProvider>(&cloud, remove).await.0, "InvalidInput", "the last key");
    let listed = cloud.call::<ListSAMLProviders>(ListSAMLProvidersInput {}).await.unwrap().saml_provider_list.unwrap();
    assert_eq!(listed[0].arn.as_ref(), Some(&arn));
    let tags = vec![Tag { key: "a".into(), value: "b".into() }];
    cloud
        .call::<TagSAMLProvider>(TagSAMLProviderInput { saml_provider_arn: arn.clone(), tags: tags.clone() })
        .await
        .unwrap();
    let list = || ListSAMLProviderTagsInput { saml_provider_arn: arn.clone(), ..Default::default() };
    assert_eq!(cloud.call::<ListSAMLProviderTags>(list()).await.unwrap().tags, tags);
    let untag = UntagSAMLProviderInput { saml_provider_arn: arn.clone(), tag_keys: vec!["a".into()] };
    cloud.call::<UntagSAMLProvider>(untag).await.unwrap();
    assert!(cloud.call::<ListSAMLProviderTags>(list()).await.unwrap().tags.is_empty());
    let delete = || DeleteSAMLProviderInput { saml_provider_arn: arn.clone() };
    cloud.call::<DeleteSAMLProvider>(delete()).await.unwrap();
    let (code, text) = refusal::<DeleteSAMLProvider>(&cloud, delete()).await;
    assert_eq!((&*code, text), ("NoSuchEntity", format!("Manifest not found for arn {arn}")));
}

fn oidc(url: &str) -> CreateOpenIDConnectProviderInput {
    CreateOpenIDConnectProviderInput {
        url: url.into(),
        client_id_list: Some(vec!["sts.amazonaws.com".into()]),
        thumbprint_list: Some(vec!["6938FD4D98BAB03FAADB97B34396831E3780AEA1".into()]),
        tags: None,
    }
}

#[tokio::test]
async fn create_get_change_list_delete_open_id_connect_provider() {
    let cloud = cloud();
    let github = "https://token.actions.githubusercontent.com";
    let made = cloud.call::<CreateOpenIDConnectProvider>(oidc(github)).await.unwrap();
    let arn = made.open_id_connect_provider_arn.unwrap();
    assert_eq!(arn, "arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com");
    let (code, text) = refusal::<CreateOpenIDConnectProvider>(&cloud, oidc(github)).await;
    assert_eq!((&*code, text), ("EntityAlreadyExists", format!("Provider with url {github} already exists.")));
    let add = |client: &str| AddClientIDToOpenIDConnectProviderInput {
        open_id_connect_provider_arn: arn.clone(),
        client_id: client.into(),
    };
    for client in ["more", "more", "less"] {
        cloud.call::<AddClientIDToOpenIDConnectProvider>(add(client)).await.unwrap();
    }
    let remove = RemoveClientIDFromOpenIDConnectProviderInput {
        open_id_connect_provider_arn: arn.clone(),
        client_id: "less".into(),
    };
    cloud.call::<RemoveClientIDFromOpenIDConnectProvider>(remove.clone()).await.unwrap();
    cloud.call::<RemoveClientIDFromOpenIDConnectProvider>(remove).await.unwrap();
    let prints = |count: usize| UpdateOpenIDConnectProviderThumbprintInput {
        open_id_connect_provider_arn: arn.clone(),
        thumbprint_list: vec!["ab".repeat(20); count],
    };
    cloud.call::<UpdateOpenIDConnectProviderThumbprint>(prints(5)).await.unwrap();
    let (code, text) = refusal::<UpdateOpenIDConnectProviderThumbprint>(&cloud, prints(6)).await;
    assert_eq!((&*code, &*text), ("InvalidInput", "Thumbprint list must contain fewer than 5 entries."));
    let get = || GetOpenIDConnectProviderInput { open_id_connect_provider_arn: arn.clone() };
    let shown = cloud.call::<GetOpenIDConnectProvider>(get()).await.unwrap();
    assert_eq!(shown.url.as_deref(), Some("token.actions.githubusercontent.com"));
    assert_eq!(shown.client_id_list.unwrap(), ["sts.amazonaws.com", "more"]);
    assert_eq!(shown.thumbprint_list.unwrap().len(), 5);
    for i in 0..98 {
        cloud.call::<AddClientIDToOpenIDConnectProvider>(add(&i.to_string())).await.unwrap();
    }
    let (code, text) = refusal::<AddClientIDToOpenIDConnectProvider>(&cloud, add("last")).await;
    let expected = "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100";
    assert_eq!((&*code, &*text), ("LimitExceeded", expected));
    let all = cloud.call::<ListOpenIDConnectProviders>(ListOpenIDConnectProvidersInput {}).await.unwrap();
    assert_eq!(all.open_id_connect_provider_list.unwrap()[0].arn.as_ref(), Some(&arn));
    let tags = vec![Tag { key: "a".into(), value: "b".into() }];
    let tag = TagOpenIDConnectProviderInput { open_id_connect_provider_arn: arn.clone(), tags: tags.clone() };
    cloud.call::<TagOpenIDConnectProvider>(tag).await.unwrap();
    let list =
        || ListOpenIDConnectProviderTagsInput { open_id_connect_provider_arn: arn.clone(), ..Default::default() };
    assert_eq!(cloud.call::<ListOpenIDConnectProviderTags>(list()).await.unwrap().tags, tags);
    let untag =
        UntagOpenIDConnectProviderInput { open_id_connect_provider_arn: arn.clone(), tag_keys: vec!["a".into()] };
    cloud.call::<UntagOpenIDConnectProvider>(untag).await.unwrap();
    assert!(cloud.call::<ListOpenIDConnectProviderTags>(list()).await.unwrap().tags.is_empty());
    let delete = DeleteOpenIDConnectProviderInput { open_id_connect_provider_arn: arn.clone() };
    cloud.call::<DeleteOpenIDConnectProvider>(delete).await.unwrap();
    let (code, text) = refusal::<GetOpenIDConnectProvider>(&cloud, get()).await;
    assert_eq!((&*code, text), ("NoSuchEntity", format!("OpenIDConnect Provider not found for arn {arn}")));
}

#[tokio::test]
async fn addresses_and_thumbprints_that_cannot_be() {
    let cloud = cloud();
    for url in ["http://example.com", "example.com", "https://example.com?a=b", "https://"] {
        let refused = cloud.call::<CreateOpenIDConnectProvider>(oidc(url)).await.unwrap_err();
        assert!(format!("{refused:?}").contains("Invalid Open ID Connect Provider URL"), "{url}: {refused:?}");
    }
    let input =
        CreateOpenIDConnectProviderInput { thumbprint_list: Some(vec!["xy".repeat(20)]), ..oidc("https://a.b") };
    assert_eq!(refusal::<CreateOpenIDConnectProvider>(&cloud, input).await.0, "InvalidInput");
    let bare = CreateOpenIDConnectProviderInput { url: "https://a.b".into(), ..Default::default() };
    cloud.call::<CreateOpenIDConnectProvider>(bare).await.unwrap();
}
