//! Roles assumed with tokens of a real issuer: each check, each condition key, keys that change.

use std::time::Duration;

use api_sts::{AssumeRoleWithWebIdentity, AssumeRoleWithWebIdentityInput, AssumeRoleWithWebIdentityOutput};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use service_kit::{Caller, Error};
use testkit::{TestCloud, WireRequest};

use crate::cloud::{holder, refusal, session, trust};
use crate::double::{self, Double};
use crate::issuer::Issuer;

struct Scene {
    cloud: TestCloud,
    double: Double,
    issuer: Issuer,
    provider: String,
    role: String,
}

const ACTIONS: &str = "[\"sts:AssumeRoleWithWebIdentity\",\"sts:TagSession\",\"sts:SetSourceIdentity\"]";

async fn scene() -> Scene {
    of(Issuer::plain().await, Vec::new())
}

fn of(issuer: Issuer, thumbprints: Vec<String>) -> Scene {
    let (cloud, double) = double::cloud();
    let provider = format!("arn:aws:iam::{}:oidc-provider/{}", cloud.account(), issuer.name());
    double.tell(|known| drop(known.oidc.insert(provider.clone(), (vec!["app".to_owned()], thumbprints))));
    let condition = format!("{{\"StringEquals\":{{\"{}:aud\":\"app\"}}}}", issuer.name());
    let document = trust(&format!("{{\"Federated\":\"{provider}\"}}"), ACTIONS, &condition);
    let role = double.role(cloud.account(), "web", &document);
    Scene { cloud, double, issuer, provider, role }
}

impl Scene {
    fn now(&self) -> i64 {
        self.cloud.runtime().clock.now().secs()
    }

    fn claims(&self, more: Value) -> Value {
        let mut claims = json!({
            "iss": self.issuer.url, "aud": "app", "sub": "user-1", "iat": self.now(), "exp": self.now() + 600,
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            claims[name] = value.clone();
            if value.is_null() {
                claims.as_object_mut().expect("an object").remove(name);
            }
        }
        claims
    }

    fn token(&self, more: Value) -> String {
        self.issuer.token(&self.claims(more))
    }

    async fn assume(&self, token: String) -> Result<AssumeRoleWithWebIdentityOutput, Error> {
        let input = AssumeRoleWithWebIdentityInput {
            role_arn: self.role.clone(),
            role_session_name: "web-session".to_owned(),
            web_identity_token: token,
            ..AssumeRoleWithWebIdentityInput::default()
        };
        self.ask(input).await
    }

    async fn ask(&self, input: AssumeRoleWithWebIdentityInput) -> Result<AssumeRoleWithWebIdentityOutput, Error> {
        let nobody = Caller::anonymous(names::AccountId::DEFAULT);
        self.cloud.call_as::<AssumeRoleWithWebIdentity>(nobody, input).await
    }

    async fn refused(&self, more: Value) -> (String, String) {
        refusal(self.assume(self.token(more)).await)
    }
}

#[tokio::test]
async fn assume_role_with_web_identity() {
    let scene = scene().await;
    let answer = scene.assume(scene.token(json!({"amr": ["pwd", "mfa"]}))).await.unwrap();
    assert_eq!(answer.subject_from_web_identity_token.as_deref(), Some("user-1"));
    assert_eq!(answer.audience.as_deref(), Some("app"));
    assert_eq!(answer.provider, Some(scene.provider.clone()));
    let account = scene.cloud.account();
    assert_eq!(answer.assumed_role_user.unwrap().arn, format!("arn:aws:sts::{account}:assumed-role/web/web-session"));
    let held = holder(&scene.cloud, &answer.credentials.unwrap());
    assert_eq!(held.account, account);
    let context = &session(&held).context;
    assert_eq!(context["aws:FederatedProvider"], std::slice::from_ref(&scene.provider));
    assert_eq!(context[&format!("{}:amr", scene.issuer.name())], ["pwd", "mfa"]);
    // The keys are kept: two questions, whatever comes after.
    scene.assume(scene.token(json!({}))).await.unwrap();
    assert_eq!(scene.issuer.asked(), 2);
}

#[tokio::test]
async fn unsigned_over_query() {
    let scene = scene().await;
    let form = format!(
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn={}&RoleSessionName=s1&WebIdentityToken={}",
        scene.role,
        scene.token(json!({}))
    );
    let answer = scene.cloud.send(WireRequest::query("", &form)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.text().contains("<SessionToken>"));
}

#[tokio::test]
async fn claims_that_do_not_hold() {
    let scene = scene().await;
    let now = scene.now();
    let (expired, invalid) = ("ExpiredTokenException", "InvalidIdentityToken");
    let dated =
        |end: i64| format!("Token expired: current date/time {now} must be before the expiration date/time {end}");
    for (more, code, text) in [
        (json!({"exp": now}), expired, dated(now)),
        (json!({"exp": now - 3_600}), expired, dated(now - 3_600)),
        (json!({"exp": null}), invalid, "Missing a required claim: exp".to_owned()),
        (json!({"iat": null}), invalid, "Missing a required claim: iat".to_owned()),
        (json!({"sub": null}), invalid, "Missing a required claim: sub".to_owned()),
        (json!({"aud": null}), invalid, "Missing a required claim: aud".to_owned()),
        (json!({"iss": null}), invalid, "Missing a required claim: iss".to_owned()),
        (json!({"nbf": now + 301}), invalid, "Token is not yet valid".to_owned()),
        (json!({"iat": now + 301}), invalid, "Token is not yet valid".to_owned()),
        (json!({"aud": "another"}), invalid, "Incorrect token audience".to_owned()),
        (json!({"aud": "app", "azp": "another"}), invalid, "Incorrect token audience".to_owned()),
        (
            json!({"iss": "https://stranger.example.test"}),
            invalid,
            "No OpenIDConnect provider found in your account for https://stranger.example.test".to_owned(),
        ),
    ] {
        assert_eq!(scene.refused(more.clone()).await, (code.to_owned(), text), "{more}");
    }
    scene.assume(scene.token(json!({"nbf": now + 299, "aud": ["x", "app"]}))).await.unwrap();
}

#[tokio::test]
async fn a_token_ends_by_the_clock() {
    let scene = scene().await;
    let token = scene.token(json!({}));
    scene.assume(token.clone()).await.unwrap();
    scene.cloud.advance(Duration::from_secs(600)).await;
    assert_eq!(refusal(scene.assume(token).await).0, "ExpiredTokenException");
}

#[tokio::test]
async fn tokens_that_nobody_signed() {
    let scene = scene().await;
    let good = scene.token(json!({}));
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = part(scene.claims(json!({})));
    let signature = good.rsplit('.').next().unwrap();
    let evil = part(scene.claims(json!({"sub": "admin"})));
    let header = good.split('.').next().unwrap();
    for token in [
        format!("{}.{claims}.", part(json!({"alg": "none"}))),
        format!("{}.{claims}.{signature}", part(json!({"alg": "HS256", "kid": "one"}))),
        format!("{header}.{evil}.{signature}"),
        format!("{header}.{claims}.{}", signature.replace(&signature[..1], "_")),
    ] {
        assert_eq!(refusal(scene.assume(token).await).0, "InvalidIdentityToken");
    }
    let text = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";
    assert_eq!(refusal(scene.assume("opaque-access-token".to_owned()).await).1, text);
    let mut forger = Issuer::plain().await;
    forger.rotate("one");
    assert_eq!(refusal(scene.assume(forger.token(&scene.claims(json!({})))).await).0, "InvalidIdentityToken");
}

#[tokio::test]
async fn new_keys_work_at_once_but_nobody_is_hammered() {
    let mut scene = scene().await;
    scene.assume(scene.token(json!({}))).await.unwrap();
    let old = scene.token(json!({}));
    scene.cloud.advance(Duration::from_secs(61)).await;
    scene.issuer.rotate("two");
    scene.assume(scene.token(json!({}))).await.unwrap();
    assert_eq!(scene.issuer.asked(), 4);
    // A key that the issuer took back is no key.
    let text = "Couldn't retrieve verification key from your identity provider,  please reference \
                AssumeRoleWithWebIdentity documentation for requirements";
    for _ in 0..5 {
        assert_eq!(refusal(scene.assume(old.clone()).await), ("InvalidIdentityToken".to_owned(), text.to_owned()));
    }
    assert!(scene.issuer.asked() <= 14, "{}", scene.issuer.asked());
}

#[tokio::test]
async fn an_issuer_that_is_silent_or_somebody_else() {
    let scene = scene().await;
    scene.issuer.pretend("https://somebody.example.test");
    assert!(scene.refused(json!({})).await.1.starts_with("Couldn't retrieve verification key"));
    let nowhere = "http://127.0.0.1:1";
    let provider = format!("arn:aws:iam::{}:oidc-provider/127.0.0.1:1", scene.cloud.account());
    scene.double.tell(|known| drop(known.oidc.insert(provider, (vec!["app".to_owned()], Vec::new()))));
    assert_eq!(scene.refused(json!({"iss": nowhere})).await.0, "IDPCommunicationError");
    // Plain HTTP to another machine is not even tried.
    let provider = format!("arn:aws:iam::{}:oidc-provider/id.example.test", scene.cloud.account());
    scene.double.tell(|known| drop(known.oidc.insert(provider, (vec!["app".to_owned()], Vec::new()))));
    assert_eq!(scene.refused(json!({"iss": "http://id.example.test"})).await.0, "InvalidIdentityToken");
}

#[tokio::test]
async fn thumbprints_decide_where_no_public_root_does() {
    let (issuer, thumbprint) = Issuer::secure().await;
    let right = of(issuer, vec![thumbprint.to_uppercase()]);
    right.assume(right.token(json!({}))).await.unwrap();
    let wrong = of(right.issuer, vec!["0".repeat(40)]);
    let text = "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint";
    assert_eq!(wrong.refused(json!({})).await, ("InvalidIdentityToken".to_owned(), text.to_owned()));
}

#[tokio::test]
async fn the_trust_policy_decides() {
    let scene = scene().await;
    let denied = ("AccessDenied".to_owned(), "Not authorized to perform sts:AssumeRoleWithWebIdentity".to_owned());
    let (account, name) = (scene.cloud.account(), scene.issuer.name());
    let federated = format!("{{\"Federated\":\"{}\"}}", scene.provider);
    let only = |key: &str, value: &str| format!("{{\"StringEquals\":{{\"{name}:{key}\":\"{value}\"}}}}");
    for (principal, action, condition, good) in [
        (federated.as_str(), "\"sts:AssumeRoleWithWebIdentity\"", "{}".to_owned(), true),
        (federated.as_str(), "\"sts:AssumeRoleWithWebIdentity\"", only("sub", "user-1"), true),
        (federated.as_str(), "\"sts:AssumeRoleWithWebIdentity\"", only("sub", "user-2"), false),
        (federated.as_str(), "\"sts:AssumeRoleWithSAML\"", "{}".to_owned(), false),
        ("{\"Federated\":\"accounts.google.com\"}", "\"sts:AssumeRoleWithWebIdentity\"", "{}".to_owned(), false),
        (
            federated.as_str(),
            "\"sts:AssumeRoleWithWebIdentity\"",
            "{\"StringEquals\":{\"sts:RoleSessionName\":\"another\"}}".to_owned(),
            false,
        ),
    ] {
        scene.double.role(account, "web", &trust(principal, action, &condition));
        let outcome = scene.assume(scene.token(json!({}))).await;
        if good {
            drop(outcome.unwrap())
        } else {
            assert_eq!(refusal(outcome), denied, "{principal} {action} {condition}")
        }
    }
    let nobody = Scene { role: format!("arn:aws:iam::{account}:role/nobody"), ..scene };
    assert_eq!(nobody.refused(json!({})).await, denied);
}

#[tokio::test]
async fn resource_control_policies_bind() {
    let scene = scene().await;
    let text = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"sts:*\",\
                \"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"aws:ResourceOrgID\":\"o-exampleorg\"}}}]}";
    let full = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}]}";
    let held = |text: &str, kind| service_kit::HeldPolicy {
        name: "rcp".into(),
        policy: std::sync::Arc::new(policy::Policy::parse(text, kind).unwrap()),
    };
    let full = held(full, policy::Kind::ResourceControlFull);
    let account = scene.cloud.account();
    scene.double.member(account, account, vec![full.clone()]);
    scene.assume(scene.token(json!({}))).await.unwrap();
    scene.double.member(account, account, vec![full, held(text, policy::Kind::ResourceControl)]);
    assert_eq!(scene.refused(json!({})).await.0, "AccessDenied");
}

#[tokio::test]
async fn tags_and_source_identity_come_with_the_token() {
    let scene = scene().await;
    let tags = json!({"principal_tags": {"Team": ["red"]}, "transitive_tag_keys": ["Team"]});
    let more = json!({"https://aws.amazon.com/tags": tags, "https://aws.amazon.com/source_identity": "Alice"});
    let answer = scene.assume(scene.token(more.clone())).await.unwrap();
    assert_eq!(answer.source_identity.as_deref(), Some("Alice"));
    assert!(answer.packed_policy_size.unwrap() > 0);
    let held = holder(&scene.cloud, &answer.credentials.unwrap());
    assert_eq!(session(&held).tags["Team"], "red");
    assert_eq!(session(&held).transitive_tags, ["Team"]);
    for bad in [
        json!({"https://aws.amazon.com/tags": {"principal_tags": {"Team": "red"}}}),
        json!({"https://aws.amazon.com/tags": {"principal_tags": {"Team": ["red", "blue"]}}}),
        json!({"https://aws.amazon.com/source_identity": "aws:x"}),
    ] {
        assert_eq!(scene.refused(bad).await.0, "InvalidIdentityToken");
    }
    let federated = format!("{{\"Federated\":\"{}\"}}", scene.provider);
    scene.double.role(scene.cloud.account(), "web", &trust(&federated, "\"sts:AssumeRoleWithWebIdentity\"", "{}"));
    assert_eq!(scene.refused(more).await.0, "AccessDenied");
}

#[tokio::test]
async fn durations_and_scopes() {
    let scene = scene().await;
    let ask = |seconds, policy: Option<&str>| AssumeRoleWithWebIdentityInput {
        role_arn: scene.role.clone(),
        role_session_name: "s1".to_owned(),
        web_identity_token: scene.token(json!({})),
        duration_seconds: Some(seconds),
        policy: policy.map(str::to_owned),
        ..AssumeRoleWithWebIdentityInput::default()
    };
    let answer = scene.ask(ask(7_200, None)).await.unwrap();
    let lasts = answer.credentials.unwrap().expiration.since(scene.cloud.runtime().clock.now());
    assert_eq!(lasts, Duration::from_secs(7_200));
    assert_eq!(refusal(scene.ask(ask(7_201, None)).await).0, "ValidationError");
    assert_eq!(refusal(scene.ask(ask(900, Some("{}"))).await).0, "MalformedPolicyDocument");
    let social =
        AssumeRoleWithWebIdentityInput { provider_id: Some("graph.facebook.com".to_owned()), ..ask(900, None) };
    assert_eq!(refusal(scene.ask(social).await).0, "NotImplemented");
}
