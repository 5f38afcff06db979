//! Identity tokens: given where the account gives them, to whom policies let have them, checked as anyone outside checks them.

use api_iam::{
    DisableOutboundWebIdentityFederation, DisableOutboundWebIdentityFederationInput,
    EnableOutboundWebIdentityFederation, EnableOutboundWebIdentityFederationInput,
};
use api_sts::{GetWebIdentityToken, GetWebIdentityTokenInput, Tag};
use federation::jwt::{KeySet, Token};
use futures_util::TryStreamExt;
use serde_json::{Value, json};
use service_kit::WebRequest;
use testkit::TestCloud;

use crate::cloud::{allow, assuming, cloud, in_role, let_role, refusal, role, trusting, user};

async fn enable(cloud: &TestCloud) -> String {
    let input = EnableOutboundWebIdentityFederationInput::default();
    cloud
        .call::<EnableOutboundWebIdentityFederation>(input)
        .await
        .expect("it is enabled")
        .issuer_identifier
        .expect("an issuer")
}

fn asking(algorithm: &str) -> GetWebIdentityTokenInput {
    GetWebIdentityTokenInput {
        audience: vec!["https://outside.example".to_owned()],
        signing_algorithm: algorithm.to_owned(),
        ..GetWebIdentityTokenInput::default()
    }
}

/// A page of an issuer.
async fn page(cloud: &TestCloud, issuer: &str, path: &str) -> (u16, Value) {
    let authority = issuer.split_once("://").expect("it is well formed").1;
    let host = authority.split(':').next().expect("it is well formed").to_owned();
    let request =
        http::Request::get(path).header("host", authority).body(bytes::Bytes::new()).expect("it is well formed");
    let web = cloud.cloud().web(&host).expect("somebody serves the issuer");
    let request = WebRequest { host, request, peer: [127, 0, 0, 1].into(), secure: issuer.starts_with("https") };
    let answer = web.answer(cloud.cloud(), request).await;
    let status = answer.status().as_u16();
    let pieces: Vec<_> = answer.into_body().pieces.try_collect().await.expect("it is well formed");
    (status, serde_json::from_slice(&pieces.concat()).expect("it is well formed"))
}

#[tokio::test]
async fn tokens_are_checked_with_the_keys_that_the_issuer_shows() {
    let cloud = cloud();
    let issuer = enable(&cloud).await;
    let (status, discovery) = page(&cloud, &issuer, "/.well-known/openid-configuration").await;
    assert_eq!((status, &discovery["issuer"]), (200, &json!(issuer)));
    assert_eq!(discovery["jwks_uri"], format!("{issuer}/.well-known/jwks.json"));
    let (_, keys) = page(&cloud, &issuer, "/.well-known/jwks.json").await;
    let keys = KeySet::parse(keys.to_string().as_bytes()).unwrap();
    assert_eq!(page(&cloud, &issuer, "/").await.0, 404);
    let alice = user(&cloud, "alice", Some(&allow("sts:*", "*"))).await;
    for algorithm in ["RS256", "ES384"] {
        let tags = vec![Tag { key: "job".to_owned(), value: "7".to_owned() }];
        let input = GetWebIdentityTokenInput { tags: Some(tags), ..asking(algorithm) };
        let answer = cloud.call_as::<GetWebIdentityToken>(alice.clone(), input).await.unwrap();
        assert_eq!(answer.expiration.unwrap().since(cloud.runtime().clock.now()).as_secs(), 300);
        let token = answer.web_identity_token.unwrap();
        let claims = Token::parse(&token).unwrap().verify(&keys).unwrap();
        assert_eq!(claims.text("iss"), Some(issuer.as_str()));
        assert_eq!(claims.text("sub"), Some(format!("arn:aws:iam::{}:user/alice", cloud.account()).as_str()));
        assert_eq!(claims.audiences(), ["https://outside.example"]);
        let own = claims.value("https://sts.amazonaws.com/").unwrap();
        assert_eq!(
            (&own["aws_account"], &own["request_tags"]["job"]),
            (&json!(cloud.account().to_string()), &json!("7"))
        );
    }
    let (code, text) = refusal(cloud.call_as::<GetWebIdentityToken>(alice, asking("HS256")).await);
    assert_eq!(code, "ValidationError");
    assert!(text.ends_with("Member must satisfy enum value set: [RS256, ES384]"), "{text}");
}

#[tokio::test]
async fn an_account_that_gives_none() {
    let cloud = cloud();
    let alice = user(&cloud, "alice", Some(&allow("sts:GetWebIdentityToken", "*"))).await;
    let refused = cloud.call_as::<GetWebIdentityToken>(alice.clone(), asking("ES384")).await;
    assert_eq!(refusal(refused).0, "OutboundWebIdentityFederationDisabledException");
    let first = enable(&cloud).await;
    cloud.call_as::<GetWebIdentityToken>(alice.clone(), asking("ES384")).await.unwrap();
    let none = DisableOutboundWebIdentityFederationInput::default();
    cloud.call::<DisableOutboundWebIdentityFederation>(none).await.unwrap();
    let refused = cloud.call_as::<GetWebIdentityToken>(alice, asking("ES384")).await;
    assert_eq!(refusal(refused).0, "OutboundWebIdentityFederationDisabledException");
    assert_eq!(enable(&cloud).await, first, "an account keeps its issuer");
}

#[tokio::test]
async fn policies_bound_audience_algorithm_and_tags() {
    let cloud = cloud();
    enable(&cloud).await;
    let bounded = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:GetWebIdentityToken", "Resource": "*",
        "Condition": {
            "ForAllValues:StringEquals": {"sts:IdentityTokenAudience": "https://outside.example"},
            "StringEquals": {"sts:SigningAlgorithm": "ES384"},
            "NumericLessThanEquals": {"sts:DurationSeconds": "300"}}}]});
    let alice = user(&cloud, "alice", Some(&bounded.to_string())).await;
    let short = |algorithm| GetWebIdentityTokenInput { duration_seconds: Some(60), ..asking(algorithm) };
    cloud.call_as::<GetWebIdentityToken>(alice.clone(), short("ES384")).await.unwrap();
    let elsewhere = GetWebIdentityTokenInput { audience: vec!["https://other".to_owned()], ..short("ES384") };
    let long = GetWebIdentityTokenInput { duration_seconds: Some(3_600), ..asking("ES384") };
    let tags = Some(vec![Tag { key: "a".to_owned(), value: "b".to_owned() }]);
    let tagged = GetWebIdentityTokenInput { tags, ..short("ES384") };
    for input in [short("RS256"), elsewhere, long, tagged] {
        assert_eq!(refusal(cloud.call_as::<GetWebIdentityToken>(alice.clone(), input).await).0, "AccessDenied");
    }
}

#[tokio::test]
async fn a_session_gives_none_that_outlasts_it() {
    let cloud = cloud();
    enable(&cloud).await;
    let arn = role(&cloud, "r", &trusting(&cloud)).await;
    let_role(&cloud, "r", &allow("sts:GetWebIdentityToken", "*")).await;
    let alice = user(&cloud, "alice", Some(&allow("sts:AssumeRole", "*"))).await;
    let input = api_sts::AssumeRoleInput { duration_seconds: Some(900), ..assuming(&arn) };
    let session = in_role(&cloud, &alice, input).await;
    let answer = cloud.call_as::<GetWebIdentityToken>(session.clone(), asking("ES384")).await.unwrap();
    let token = answer.web_identity_token.unwrap();
    let claims = token.split('.').nth(1).unwrap();
    let claims = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["sub"], json!(arn), "of a session the role");
    let long = GetWebIdentityTokenInput { duration_seconds: Some(901), ..asking("ES384") };
    let refused = refusal(cloud.call_as::<GetWebIdentityToken>(session, long).await);
    assert_eq!(refused.0, "SessionDurationEscalationException");
}
