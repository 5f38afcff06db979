//! Identity providers that the real IAM keeps, from their making to a session.

use std::time::Duration;

use api_iam::{
    CreateOpenIDConnectProvider, CreateOpenIDConnectProviderInput, CreateSAMLProvider, CreateSAMLProviderInput,
    DeleteSAMLProvider, DeleteSAMLProviderInput,
};
use api_sts::{AssumeRoleWithSAML, AssumeRoleWithSAMLInput, AssumeRoleWithWebIdentity, AssumeRoleWithWebIdentityInput};
use federation::testing::{Idp, Said, Signs};
use serde_json::json;
use service_kit::Caller;

use crate::cloud::{cloud, holder, refusal, role, trust};
use crate::issuer::Issuer;

#[tokio::test]
async fn a_saml_provider_of_iam() {
    let cloud = cloud();
    let idp = Idp::rsa("https://idp.example.test");
    let input = CreateSAMLProviderInput {
        saml_metadata_document: idp.metadata(),
        name: "Corp".to_owned(),
        ..CreateSAMLProviderInput::default()
    };
    let provider = cloud.call::<CreateSAMLProvider>(input).await.unwrap().saml_provider_arn.unwrap();
    let federated = format!("{{\"Federated\":\"{provider}\"}}");
    let role = role(&cloud, "corp", &trust(&federated, "\"sts:AssumeRoleWithSAML\"", "{}")).await;
    let (now, home) = (cloud.runtime().clock.now(), "https://signin.aws.amazon.com/saml".to_owned());
    let aws = |name: &str, value: String| (format!("https://aws.amazon.com/SAML/Attributes/{name}"), vec![value]);
    let said = Said {
        subject: "alice".to_owned(),
        format: "urn:oasis:names:tc:SAML:2.0:nameid-format:transient".to_owned(),
        from: now.iso8601(),
        until: now.plus(Duration::from_secs(300)).iso8601(),
        audience: home.clone(),
        recipient: home,
        attributes: vec![aws("Role", format!("{role},{provider}")), aws("RoleSessionName", "alice".to_owned())],
        session_until: None,
    };
    let ask = || {
        let input = AssumeRoleWithSAMLInput {
            role_arn: role.clone(),
            principal_arn: provider.clone(),
            saml_assertion: idp.encoded(&said, Signs::Response),
            ..AssumeRoleWithSAMLInput::default()
        };
        cloud.call_as::<AssumeRoleWithSAML>(Caller::anonymous(names::AccountId::DEFAULT), input)
    };
    let held = holder(&cloud, &ask().await.unwrap().credentials.unwrap());
    assert_eq!(held.account, cloud.account());
    cloud.call::<DeleteSAMLProvider>(DeleteSAMLProviderInput { saml_provider_arn: provider.clone() }).await.unwrap();
    assert_eq!(refusal(ask().await).1, "Specified provider doesn't exist.");
}

/// An issuer on this machine, registered and trusted; and one that is registered but nowhere.
#[tokio::test]
async fn an_oidc_provider_of_iam() {
    let cloud = cloud();
    let here = Issuer::plain().await;
    for (issuer, outcome) in [(here.url.as_str(), "Ok"), ("https://id.invalid", "IDPCommunicationError")] {
        let input = CreateOpenIDConnectProviderInput {
            url: issuer.to_owned(),
            client_id_list: Some(vec!["app".to_owned()]),
            thumbprint_list: Some(vec!["0".repeat(40)]),
            ..CreateOpenIDConnectProviderInput::default()
        };
        let provider = cloud.call::<CreateOpenIDConnectProvider>(input).await.unwrap();
        let federated = format!("{{\"Federated\":\"{}\"}}", provider.open_id_connect_provider_arn.unwrap());
        let trust = trust(&federated, "\"sts:AssumeRoleWithWebIdentity\"", "{}");
        let role = role(&cloud, &format!("web-{outcome}"), &trust).await;
        let now = cloud.runtime().clock.now().secs();
        let claims = json!({"iss": issuer, "aud": "app", "sub": "user-1", "iat": now, "exp": now + 60});
        let input = AssumeRoleWithWebIdentityInput {
            role_arn: role,
            role_session_name: "s1".to_owned(),
            web_identity_token: here.token(&claims),
            ..AssumeRoleWithWebIdentityInput::default()
        };
        let nobody = Caller::anonymous(names::AccountId::DEFAULT);
        match cloud.call_as::<AssumeRoleWithWebIdentity>(nobody, input).await {
            Ok(answer) if outcome == "Ok" => {
                assert_eq!(answer.subject_from_web_identity_token.as_deref(), Some("user-1"))
            }
            refused => assert_eq!(refusal(refused).0, outcome),
        }
    }
}
