//! Roles assumed: whom the trust policy lets in, for how long, with which second factor.

use api_iam::{DeleteRole, DeleteRoleInput, UpdateAssumeRolePolicy, UpdateAssumeRolePolicyInput};
use api_sts::{AssumeRole, AssumeRoleInput, GetCallerIdentity, GetCallerIdentityInput};
use service_kit::{Caller, Principal};
use testkit::WireRequest;

use crate::cloud::{
    allow, assuming, cloud, holder, in_role, refusal, role, role_lasting, session, trust, trusting, user,
};

const DENIED: &str = "AccessDenied";

#[tokio::test]
async fn assume_role_within_an_account() {
    let cloud = cloud();
    let (account, arn) = (cloud.account(), role(&cloud, "r", &trusting(&cloud)).await);
    let alice = user(&cloud, "alice", Some(&allow("sts:AssumeRole", &arn))).await;
    let answer = cloud.call_as::<AssumeRole>(alice.clone(), assuming(&arn)).await.unwrap();
    let assumed = answer.assumed_role_user.unwrap();
    assert_eq!(assumed.arn, format!("arn:aws:sts::{account}:assumed-role/r/session"));
    assert!(assumed.assumed_role_id.starts_with("AROA") && assumed.assumed_role_id.ends_with(":session"));
    assert_eq!((answer.packed_policy_size, answer.source_identity), (None, None));
    let credentials = answer.credentials.unwrap();
    assert!(credentials.access_key_id.starts_with("ASIA"));
    let lasts = credentials.expiration.since(cloud.cloud().runtime().clock.now());
    assert_eq!(lasts.as_secs(), 3_600);
    let held = holder(&cloud, &credentials);
    assert!(matches!(&held.principal, Principal::RoleSession { role, .. } if *role == arn));
    assert!(!session(&held).chained && session(&held).mfa.is_none() && session(&held).context.is_empty());

    // A trust policy that names the account leaves the decision to the caller's own policies.
    let bob = user(&cloud, "bob", None).await;
    let (code, reason) = refusal(cloud.call_as::<AssumeRole>(bob, assuming(&arn)).await);
    assert_eq!(
        (code.as_str(), reason.as_str()),
        (DENIED, "because no identity-based policy allows the sts:AssumeRole action")
    );
}

#[tokio::test]
async fn a_trust_policy_that_names_a_user_is_enough() {
    let cloud = cloud();
    let alice = user(&cloud, "alice", None).await;
    let principal = format!("{{\"AWS\":\"{}\"}}", alice.arn(names::Partition::Aws));
    let arn = role(&cloud, "r", &trust(&principal, "\"sts:AssumeRole\"", "{}")).await;
    cloud.call_as::<AssumeRole>(alice.clone(), assuming(&arn)).await.unwrap();
    // Changed trust counts at once.
    let input = UpdateAssumeRolePolicyInput {
        role_name: "r".to_owned(),
        policy_document: trust("{\"Service\":\"lambda.amazonaws.com\"}", "\"sts:AssumeRole\"", "{}"),
    };
    cloud.call::<UpdateAssumeRolePolicy>(input).await.unwrap();
    assert_eq!(refusal(cloud.call_as::<AssumeRole>(alice, assuming(&arn)).await).0, DENIED);
    let lambda = Caller::service("lambda.amazonaws.com", cloud.account());
    cloud.call_as::<AssumeRole>(lambda, assuming(&arn)).await.unwrap();
    let events = Caller::service("events.amazonaws.com", cloud.account());
    assert_eq!(refusal(cloud.call_as::<AssumeRole>(events, assuming(&arn)).await).0, DENIED);
}

#[tokio::test]
async fn across_accounts_both_sides_must_allow() {
    let cloud = cloud();
    let other = cloud.fresh_account();
    let arn = role(&other, "r", &trusting(&cloud)).await;
    let alice = user(&cloud, "alice", Some(&allow("sts:AssumeRole", "*"))).await;
    let held = in_role(&cloud, &alice, assuming(&arn)).await;
    assert_eq!(held.account, other.account());
    let bob = user(&cloud, "bob", None).await;
    assert_eq!(refusal(cloud.call_as::<AssumeRole>(bob, assuming(&arn)).await).0, DENIED);
    let closed = role(&other, "closed", &trusting(&other)).await;
    assert_eq!(refusal(cloud.call_as::<AssumeRole>(alice, assuming(&closed)).await).0, DENIED);
}

#[tokio::test]
async fn a_role_that_is_not_there_is_denied_like_one_that_trusts_nobody() {
    let cloud = cloud();
    let alice = user(&cloud, "alice", Some(&allow("sts:*", "*"))).await;
    let account = cloud.account();
    role(&cloud, "r", &trusting(&cloud)).await;
    for arn in [
        format!("arn:aws:iam::{account}:role/nobody"),
        format!("arn:aws:iam::{account}:role/path/r"),
        format!("arn:aws:iam::{account}:user/alice"),
        "arn:aws:iam::999999999999:role/r".to_owned(),
    ] {
        assert_eq!(refusal(cloud.call_as::<AssumeRole>(alice.clone(), assuming(&arn)).await).0, DENIED, "{arn}");
    }
    let (code, text) = refusal(cloud.call_as::<AssumeRole>(alice, assuming("nothing-valid-in-here")).await);
    assert_eq!((code.as_str(), text.as_str()), ("ValidationError", "nothing-valid-in-here is invalid"));
}

#[tokio::test]
async fn root_may_not_assume_roles() {
    let cloud = cloud();
    let arn = role(&cloud, "r", &trusting(&cloud)).await;
    let error = cloud.error::<AssumeRole>(assuming(&arn)).await;
    assert_eq!(error.1, "Roles may not be assumed by root accounts.");
}

#[tokio::test]
async fn an_external_id_and_other_conditions_decide() {
    let cloud = cloud();
    let principal = format!("{{\"AWS\":\"{}\"}}", cloud.account());
    let condition = "{\"StringEquals\":{\"sts:ExternalId\":\"42\",\"sts:RoleSessionName\":\"session\"}}";
    let arn = role(&cloud, "r", &trust(&principal, "\"sts:AssumeRole\"", condition)).await;
    let alice = user(&cloud, "alice", Some(&allow("sts:AssumeRole", "*"))).await;
    let ask = |id: Option<&str>, name: &str| AssumeRoleInput {
        external_id: id.map(str::to_owned),
        role_session_name: name.to_owned(),
        ..assuming(&arn)
    };
    cloud.call_as::<AssumeRole>(alice.clone(), ask(Some("42"), "session")).await.unwrap();
    for (id, name) in [(None, "session"), (Some("43"), "session"), (Some("42"), "another")] {
        assert_eq!(refusal(cloud.call_as::<AssumeRole>(alice.clone(), ask(id, name)).await).0, DENIED, "{id:?} {name}");
    }
}

#[tokio::test]
async fn durations() {
    let cloud = cloud();
    let alice = user(&cloud, "alice", Some(&allow("sts:*", "*"))).await;
    let arn = role_lasting(&cloud, "r", &trusting(&cloud), 7_200).await;
    let ask = |seconds| AssumeRoleInput { duration_seconds: Some(seconds), ..assuming(&arn) };
    let answer = cloud.call_as::<AssumeRole>(alice.clone(), ask(7_200)).await.unwrap();
    let lasts = answer.credentials.unwrap().expiration.since(cloud.cloud().runtime().clock.now());
    assert_eq!(lasts.as_secs(), 7_200);
    let refused = refusal(cloud.call_as::<AssumeRole>(alice.clone(), ask(7_201)).await);
    let text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    assert_eq!(refused, ("ValidationError".to_owned(), text.to_owned()));
}

#[tokio::test]
async fn a_session_ends_by_the_clock_and_with_its_role() {
    let cloud = cloud();
    let alice = user(&cloud, "alice", Some(&allow("sts:*", "*"))).await;
    let arn = role(&cloud, "r", &trusting(&cloud)).await;
    let answer = cloud.call_as::<AssumeRole>(alice.clone(), assuming(&arn)).await.unwrap();
    let key = answer.credentials.unwrap();
    assert_eq!(signed(&cloud, &key).await, 200);
    cloud.advance(std::time::Duration::from_secs(3_600)).await;
    assert_eq!(signed(&cloud, &key).await, 403);
    let answer = cloud.call_as::<AssumeRole>(alice, assuming(&arn)).await.unwrap();
    let key = answer.credentials.unwrap();
    assert_eq!(signed(&cloud, &key).await, 200);
    cloud.call::<DeleteRole>(DeleteRoleInput { role_name: "r".to_owned() }).await.unwrap();
    assert_eq!(signed(&cloud, &key).await, 403);
}

/// The status of a call signed with temporary credentials.
async fn signed(cloud: &testkit::TestCloud, key: &api_sts::Credentials) -> u16 {
    use sigv4::sign::{SignBody, Signer};
    let form = "Action=GetCallerIdentity&Version=2011-06-15";
    let mut wire = WireRequest::query("", form);
    let request = http::Request::post("/").header("host", "localhost:4566");
    let request = request.header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    let (mut head, ()) = request.body(()).expect("a request").into_parts();
    let signer = Signer {
        access_key: &key.access_key_id,
        secret: &sigv4::Secret::new(&key.secret_access_key),
        session_token: Some(&key.session_token),
        region: cloud.region().as_str(),
        service: "sts",
        style: sigv4::Style::General,
        algorithm: sigv4::Algorithm::HmacSha256,
    };
    let at = cloud.runtime().clock.real_now();
    let body = SignBody::Bytes(form.as_bytes());
    signer.sign(&head.method, &head.uri, &mut head.headers, "localhost:4566", body, at).expect("signed");
    for name in ["authorization", "x-amz-date", "x-amz-security-token"] {
        let value = head.headers.get(name).and_then(|value| value.to_str().ok());
        wire.headers.extend(value.map(|value| (name, value.to_owned())));
    }
    cloud.send(wire).await.status.as_u16()
}

#[tokio::test]
async fn over_query() {
    let cloud = cloud();
    let arn = role(&cloud, "r", &trusting(&cloud)).await;
    let form = format!("Action=AssumeRole&Version=2011-06-15&RoleArn={arn}&RoleSessionName=Session1%3A2");
    let answer = cloud.send(WireRequest::query("sts", &form)).await;
    assert_eq!(answer.status, 400);
    let text = "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member \
                must satisfy regular expression pattern: [\\w+=,.@-]*";
    assert!(answer.text().contains(text), "{}", answer.text());
    let form = format!("Action=AssumeRole&Version=2011-06-15&RoleArn={arn}&RoleSessionName=s1");
    let answer = cloud.send(WireRequest::query("sts", &form)).await;
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("<Code>AccessDenied</Code>"), "{}", answer.text());
    assert!(answer.text().contains("Roles may not be assumed by root accounts."), "{}", answer.text());
}

#[tokio::test]
async fn a_session_of_an_assumed_role_says_so() {
    let cloud = cloud();
    let alice = user(&cloud, "alice", Some(&allow("sts:*", "*"))).await;
    let arn = role(&cloud, "r", &trusting(&cloud)).await;
    let held = in_role(&cloud, &alice, assuming(&arn)).await;
    let who = cloud.call_as::<GetCallerIdentity>(held, GetCallerIdentityInput::default()).await.unwrap();
    assert_eq!(who.arn, Some(format!("arn:aws:sts::{}:assumed-role/r/session", cloud.account())));
}
