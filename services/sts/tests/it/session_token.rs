//! Sessions of users and root: durations, second factors, and what they may not.

use std::time::Duration;

use api_sts::{AssumeRole, GetFederationToken, GetFederationTokenInput, GetSessionToken, GetSessionTokenInput};
use service_kit::{Caller, Principal};

use crate::cloud::{allow, assuming, cloud, holder, in_role, refusal, role, session, trusting, user};

fn lasting(seconds: Option<i32>) -> GetSessionTokenInput {
    GetSessionTokenInput { duration_seconds: seconds, ..GetSessionTokenInput::default() }
}

#[tokio::test]
async fn get_session_token_needs_no_permission() {
    let cloud = cloud();
    let deny = allow("*", "*").replace("Allow", "Deny");
    let alice = user(&cloud, "alice", Some(&deny)).await;
    for (caller, seconds, expected) in [
        (alice.clone(), None, 43_200),
        (alice.clone(), Some(129_600), 129_600),
        (Caller::root(cloud.account(), None), None, 3_600),
        (Caller::root(cloud.account(), None), Some(43_200), 3_600),
        (Caller::root(cloud.account(), None), Some(900), 900),
    ] {
        let answer = cloud.call_as::<GetSessionToken>(caller.clone(), lasting(seconds)).await.unwrap();
        let credentials = answer.credentials.unwrap();
        let now = cloud.runtime().clock.now();
        assert_eq!(credentials.expiration.since(now), Duration::from_secs(expected));
        let held = holder(&cloud, &credentials);
        assert_eq!(held.principal, caller.principal);
        assert!(session(&held).mfa.is_none() && !session(&held).is_scoped());
    }
}

#[tokio::test]
async fn sessions_do_not_beget_sessions() {
    let cloud = cloud();
    let alice = user(&cloud, "alice", Some(&allow("sts:*", "*"))).await;
    let arn = role(&cloud, "r", &trusting(&cloud)).await;
    let answer = cloud.call_as::<GetSessionToken>(alice.clone(), lasting(None)).await.unwrap();
    let again = holder(&cloud, &answer.credentials.unwrap());
    let in_role = in_role(&cloud, &alice, assuming(&arn)).await;
    for caller in [again.clone(), in_role] {
        let refused = refusal(cloud.call_as::<GetSessionToken>(caller.clone(), lasting(None)).await);
        assert_eq!(refused.1, "Cannot call GetSessionToken with session credentials");
        let input = GetFederationTokenInput { name: "carol".to_owned(), ..GetFederationTokenInput::default() };
        let refused = refusal(cloud.call_as::<GetFederationToken>(caller, input).await);
        assert_eq!(refused.1, "Cannot call GetFederationToken with session credentials");
    }
    // But they assume roles.
    cloud.call_as::<AssumeRole>(again, assuming(&arn)).await.unwrap();
}

#[tokio::test]
async fn half_a_second_factor_is_none() {
    let cloud = cloud();
    let alice = user(&cloud, "alice", None).await;
    let arn = format!("arn:aws:iam::{}:mfa/alice", cloud.account());
    let with = |serial: Option<&str>, code: Option<&str>| GetSessionTokenInput {
        serial_number: serial.map(str::to_owned),
        token_code: code.map(str::to_owned),
        ..GetSessionTokenInput::default()
    };
    let ask = |input| cloud.call_as::<GetSessionToken>(alice.clone(), input);
    let half = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.";
    assert_eq!(refusal(ask(with(Some(&arn), None)).await).1, half);
    assert_eq!(refusal(ask(with(None, Some("123456"))).await).1, half);
    let unknown = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is \
                   valid and associated with this user.";
    assert_eq!(refusal(ask(with(Some(&arn), Some("123456"))).await).1, unknown);
    assert!(matches!(alice.principal, Principal::User { .. }));
}
