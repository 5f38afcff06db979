//! Roles assumed with signed assertions: what they must say, whom they let in, and when it is too late.

use std::sync::LazyLock;
use std::time::Duration;

use api_sts::{AssumeRoleWithSAML, AssumeRoleWithSAMLInput, AssumeRoleWithSAMLOutput};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use federation::testing::{Idp, Said, Signs};
use service_kit::{Caller, Error};
use testkit::{TestCloud, WireRequest};

use crate::cloud::{holder, refusal, session, trust};
use crate::double::{self, Double};

static IDP: LazyLock<Idp> = LazyLock::new(|| Idp::rsa("https://idp.example.test"));

const HOME: &str = "https://signin.aws.amazon.com/saml";
const ACTIONS: &str = "[\"sts:AssumeRoleWithSAML\",\"sts:TagSession\",\"sts:SetSourceIdentity\"]";

struct Scene {
    cloud: TestCloud,
    double: Double,
    provider: String,
    role: String,
}

fn scene() -> Scene {
    let (cloud, double) = double::cloud();
    let provider = format!("arn:aws:iam::{}:saml-provider/Corp", cloud.account());
    double.tell(|known| drop(known.saml.insert(provider.clone(), IDP.metadata())));
    let condition = format!("{{\"StringEquals\":{{\"SAML:aud\":\"{HOME}\"}}}}");
    let document = trust(&format!("{{\"Federated\":\"{provider}\"}}"), ACTIONS, &condition);
    let role = double.role(cloud.account(), "corp", &document);
    Scene { cloud, double, provider, role }
}

impl Scene {
    fn said(&self) -> Said {
        let now = self.cloud.runtime().clock.now();
        let aws = |name: &str, value: &str| {
            (format!("https://aws.amazon.com/SAML/Attributes/{name}"), vec![value.to_owned()])
        };
        Said {
            subject: "alice".to_owned(),
            format: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".to_owned(),
            from: now.iso8601(),
            until: now.plus(Duration::from_secs(3_600)).iso8601(),
            audience: HOME.to_owned(),
            recipient: HOME.to_owned(),
            attributes: vec![
                aws("Role", &format!("{},{}", self.role, self.provider)),
                aws("RoleSessionName", "alice@example.com"),
            ],
            session_until: None,
        }
    }

    fn with(&self, name: &str, value: &str) -> Said {
        let mut said = self.said();
        let name = format!("https://aws.amazon.com/SAML/Attributes/{name}");
        said.attributes.retain(|(known, _)| *known != name);
        said.attributes.push((name, vec![value.to_owned()]));
        said
    }

    fn input(&self, said: &Said) -> AssumeRoleWithSAMLInput {
        AssumeRoleWithSAMLInput {
            role_arn: self.role.clone(),
            principal_arn: self.provider.clone(),
            saml_assertion: IDP.encoded(said, Signs::Assertion),
            ..AssumeRoleWithSAMLInput::default()
        }
    }

    async fn ask(&self, input: AssumeRoleWithSAMLInput) -> Result<AssumeRoleWithSAMLOutput, Error> {
        let nobody = Caller::anonymous(names::AccountId::DEFAULT);
        self.cloud.call_as::<AssumeRoleWithSAML>(nobody, input).await
    }

    async fn assume(&self, said: &Said) -> Result<AssumeRoleWithSAMLOutput, Error> {
        self.ask(self.input(said)).await
    }

    async fn refused(&self, said: &Said) -> (String, String) {
        refusal(self.assume(said).await)
    }
}

fn invalid(text: &str) -> (String, String) {
    ("InvalidIdentityToken".to_owned(), text.to_owned())
}

#[tokio::test]
async fn assume_role_with_saml() {
    let scene = scene();
    let answer = scene.assume(&scene.said()).await.unwrap();
    let account = scene.cloud.account();
    let assumed = answer.assumed_role_user.unwrap();
    assert_eq!(assumed.arn, format!("arn:aws:sts::{account}:assumed-role/corp/alice@example.com"));
    assert_eq!((answer.subject.as_deref(), answer.subject_type.as_deref()), (Some("alice"), Some("persistent")));
    assert_eq!((answer.issuer.as_deref(), answer.audience.as_deref()), (Some("https://idp.example.test"), Some(HOME)));
    let qualifier = answer.name_qualifier.unwrap();
    let held = holder(&scene.cloud, &answer.credentials.unwrap());
    let context = &session(&held).context;
    assert_eq!(context["saml:namequalifier"], [qualifier]);
    assert_eq!(context["saml:sub"], ["alice"]);
    assert_eq!(context["aws:FederatedProvider"], std::slice::from_ref(&scene.provider));
    assert!(!context.contains_key("saml:aud"));
}

#[tokio::test]
async fn unsigned_over_query() {
    let scene = scene();
    let assertion = IDP.encoded(&scene.said(), Signs::Both).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let form = format!(
        "Action=AssumeRoleWithSAML&Version=2011-06-15&RoleArn={}&PrincipalArn={}&SAMLAssertion={assertion}",
        scene.role, scene.provider
    );
    let answer = scene.cloud.send(WireRequest::query("", &form)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.text().contains("<Subject>alice</Subject>"), "{}", answer.text());
}

#[tokio::test]
async fn signatures_that_do_not_hold() {
    let scene = scene();
    let response = IDP.response(&scene.said(), Signs::Assertion);
    let send =
        |text: String| AssumeRoleWithSAMLInput { saml_assertion: STANDARD.encode(text), ..scene.input(&scene.said()) };
    let stranger = Idp::rsa("https://idp.example.test");
    let start = response.find("<saml:Assertion").unwrap();
    let evil = response[start..response.find("</samlp:Response>").unwrap()].replace("alice", "mallory");
    for text in [
        response.replace("alice", "mallory"),
        IDP.response(&scene.said(), Signs::Nothing),
        stranger.response(&scene.said(), Signs::Both),
        response.replacen("<saml:Assertion", &format!("{}<saml:Assertion", evil.replace("_assertion-1", "_evil")), 1),
    ] {
        assert_eq!(refusal(scene.ask(send(text)).await), invalid("Response signature invalid"));
    }
    let broken = AssumeRoleWithSAMLInput { saml_assertion: "%%%%".to_owned(), ..scene.input(&scene.said()) };
    assert_eq!(refusal(scene.ask(broken).await), invalid("Invalid base64 SAMLResponse"));
    assert_eq!(refusal(scene.ask(send("<a/>".to_owned())).await).0, "InvalidIdentityToken");
    let status = response.replace("status:Success", "status:AuthnFailed");
    assert_eq!(refusal(scene.ask(send(status)).await).0, "IDPRejectedClaim");
}

#[tokio::test]
async fn an_assertion_is_redeemed_within_five_minutes() {
    let scene = scene();
    let late = "Token must be redeemed within 5 minutes of issuance";
    let input = scene.input(&scene.said());
    scene.ask(input.clone()).await.unwrap();
    scene.cloud.advance(Duration::from_secs(300)).await;
    // Until then it may be used again: for each of a user's roles.
    scene.ask(input.clone()).await.unwrap();
    scene.cloud.advance(Duration::from_secs(1)).await;
    assert_eq!(refusal(scene.ask(input).await), ("ExpiredTokenException".to_owned(), late.to_owned()));
    let now = scene.cloud.runtime().clock.now();
    let ended = Said { until: now.iso8601(), ..scene.said() };
    assert_eq!(scene.refused(&ended).await.0, "ExpiredTokenException");
    let early = Said { from: now.plus(Duration::from_secs(60)).iso8601(), ..scene.said() };
    assert_eq!(scene.refused(&early).await, invalid("Token is not yet valid"));
}

#[tokio::test]
async fn what_an_assertion_must_say() {
    let scene = scene();
    let name = "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}";
    let source = "Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\"";
    let audience = "Response does not contain the required audience.";
    let mut nameless = scene.said();
    nameless.attributes.truncate(1);
    for (said, text) in [
        (scene.with("RoleSessionName", "a b"), name),
        (nameless, "RoleSessionName is required in AuthnResponse"),
        (scene.with("SourceIdentity", "aws:alice"), source),
        (Said { audience: "https://elsewhere.example.test".to_owned(), ..scene.said() }, audience),
        (Said { recipient: "https://elsewhere.example.test".to_owned(), ..scene.said() }, audience),
    ] {
        assert_eq!(scene.refused(&said).await, invalid(text));
    }
    for home in ["https://eu-west-1.signin.aws.amazon.com/saml", "http://localhost:4566/saml"] {
        let said = Said { recipient: home.to_owned(), audience: "urn:amazon:webservices".to_owned(), ..scene.said() };
        let outcome = scene.assume(&said).await;
        // The trust policy asks for the usual address.
        assert_eq!(refusal(outcome).0, "AccessDenied", "{home}");
    }
}

#[tokio::test]
async fn the_assertion_names_role_and_provider_and_the_trust_policy_decides() {
    let scene = scene();
    let denied = ("AccessDenied".to_owned(), "Not authorized to perform sts:AssumeRoleWithSAML".to_owned());
    let account = scene.cloud.account();
    let other = format!("arn:aws:iam::{account}:role/other");
    assert_eq!(scene.refused(&scene.with("Role", &format!("{other},{}", scene.provider))).await, denied);
    scene.assume(&scene.with("Role", &format!("{},{}", scene.provider, scene.role))).await.unwrap();
    let federated = format!("{{\"Federated\":\"{}\"}}", scene.provider);
    for condition in ["{\"StringEquals\":{\"SAML:sub\":\"bob\"}}", "{\"StringEquals\":{\"SAML:iss\":\"x\"}}"] {
        scene.double.role(account, "corp", &trust(&federated, ACTIONS, condition));
        assert_eq!(scene.refused(&scene.said()).await, denied, "{condition}");
    }
    let mail = "{\"StringLike\":{\"saml:mail\":\"*@example.com\"}}";
    scene.double.role(account, "corp", &trust(&federated, ACTIONS, mail));
    assert_eq!(scene.refused(&scene.said()).await, denied);
    let mut said = scene.said();
    said.attributes.push(("urn:oid:0.9.2342.19200300.100.1.3".to_owned(), vec!["alice@example.com".to_owned()]));
    scene.assume(&said).await.unwrap();
    let nobody = AssumeRoleWithSAMLInput {
        principal_arn: format!("arn:aws:iam::{account}:saml-provider/Nobody"),
        ..scene.input(&scene.said())
    };
    assert_eq!(refusal(scene.ask(nobody).await), invalid("Specified provider doesn't exist."));
    let foreign = AssumeRoleWithSAMLInput {
        principal_arn: "arn:aws:iam::999999999999:saml-provider/Corp".to_owned(),
        ..scene.input(&scene.said())
    };
    assert_eq!(refusal(scene.ask(foreign).await), denied);
}

#[tokio::test]
async fn tags_source_identity_and_durations() {
    let scene = scene();
    let mut said = scene.with("PrincipalTag:Team", "red");
    said.attributes
        .push(("https://aws.amazon.com/SAML/Attributes/TransitiveTagKeys".to_owned(), vec!["Team".to_owned()]));
    said.attributes
        .push(("https://aws.amazon.com/SAML/Attributes/SourceIdentity".to_owned(), vec!["Alice".to_owned()]));
    let answer = scene.assume(&said).await.unwrap();
    assert_eq!(answer.source_identity.as_deref(), Some("Alice"));
    let held = holder(&scene.cloud, &answer.credentials.unwrap());
    assert_eq!(session(&held).tags["Team"], "red");
    assert_eq!(session(&held).transitive_tags, ["Team"]);
    let now = scene.cloud.runtime().clock.now();
    let lasts = |answer: AssumeRoleWithSAMLOutput| answer.credentials.unwrap().expiration.since(now).as_secs();
    assert_eq!(lasts(scene.assume(&scene.with("SessionDuration", "1800")).await.unwrap()), 1_800);
    let asked = |said: &Said, seconds| AssumeRoleWithSAMLInput { duration_seconds: Some(seconds), ..scene.input(said) };
    assert_eq!(lasts(scene.ask(asked(&scene.with("SessionDuration", "1800"), 7_200)).await.unwrap()), 7_200);
    assert_eq!(refusal(scene.ask(asked(&scene.said(), 7_201)).await).0, "ValidationError");
    let until = Some(now.plus(Duration::from_secs(1_000)).iso8601());
    assert_eq!(lasts(scene.assume(&Said { session_until: until, ..scene.said() }).await.unwrap()), 1_000);
}
