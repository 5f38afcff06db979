//! Who calls, over the wire and in process; whose an access key is.

use api_sts::{GetAccessKeyInfo, GetAccessKeyInfoInput, GetCallerIdentity, GetCallerIdentityInput};
use api_sts::{GetFederationToken, GetFederationTokenInput};
use service_kit::Caller;
use testkit::{TestCloud, WireRequest};

use crate::cloud::{allow, assuming, cloud, holder, in_role, refusal, role, trusting, user};

async fn who(cloud: &TestCloud, caller: Caller) -> (String, String) {
    let who = cloud.call_as::<GetCallerIdentity>(caller, GetCallerIdentityInput::default()).await.expect("an answer");
    assert_eq!(who.account, Some(cloud.account().to_string()));
    (who.arn.expect("an ARN"), who.user_id.expect("an id"))
}

#[tokio::test]
async fn get_caller_identity_tells_every_kind_of_caller() {
    let cloud = cloud();
    let account = cloud.account();
    let root = who(&cloud, Caller::root(account, None)).await;
    assert_eq!(root, (format!("arn:aws:iam::{account}:root"), account.to_string()));

    // A denial in its policy changes nothing.
    let deny = allow("sts:*", "*").replace("Allow", "Deny");
    let alice = user(&cloud, "alice", Some(&deny)).await;
    let (arn, id) = who(&cloud, alice.clone()).await;
    assert_eq!(arn, format!("arn:aws:iam::{account}:user/alice"));
    assert!(id.starts_with("AIDA"), "{id}");

    let bob = user(&cloud, "bob", Some(&allow("sts:*", "*"))).await;
    let role = role(&cloud, "r", &trusting(&cloud)).await;
    let (arn, id) = who(&cloud, in_role(&cloud, &bob, assuming(&role)).await).await;
    assert_eq!(arn, format!("arn:aws:sts::{account}:assumed-role/r/session"));
    assert!(id.starts_with("AROA") && id.ends_with(":session"), "{id}");

    let input = GetFederationTokenInput { name: "carol".to_owned(), ..GetFederationTokenInput::default() };
    let carol = cloud.call_as::<GetFederationToken>(bob, input).await.unwrap();
    let (arn, id) = who(&cloud, holder(&cloud, &carol.credentials.unwrap())).await;
    assert_eq!((arn, id), (format!("arn:aws:sts::{account}:federated-user/carol"), format!("{account}:carol")));
}

#[tokio::test]
async fn get_caller_identity_over_query() {
    let cloud = cloud();
    let answer = cloud.send(WireRequest::query("sts", "Action=GetCallerIdentity&Version=2011-06-15")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "text/xml");
    let account = cloud.account();
    assert!(answer.text().contains(&format!("<Arn>arn:aws:iam::{account}:root</Arn>")), "{}", answer.text());
    assert!(
        answer.text().starts_with("<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">")
    );
}

#[tokio::test]
async fn what_is_not_there_names_itself() {
    let answer = cloud().send(WireRequest::query("sts", "Action=GetDelegatedAccessToken&Version=2011-06-15")).await;
    assert_eq!(answer.status, 501);
    assert!(answer.text().contains("<Code>NotImplemented</Code>"), "{}", answer.text());
    assert!(answer.text().contains("sts:GetDelegatedAccessToken"), "{}", answer.text());
}

#[tokio::test]
async fn an_operation_of_nobody_is_unknown() {
    let answer = cloud().send(WireRequest::query("sts", "Action=Teleport&Version=2011-06-15")).await;
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("<Message>Could not find operation Teleport for version 2011-06-15</Message>"));
}

#[tokio::test]
async fn unsigned_is_refused() {
    let mut request = WireRequest::query("", "Action=GetCallerIdentity&Version=2011-06-15");
    request.signed_for = "";
    let answer = cloud().send(request).await;
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("<Code>MissingAuthenticationToken</Code>"), "{}", answer.text());
}

#[tokio::test]
async fn get_access_key_info_tells_the_account_of_a_key() {
    let cloud = cloud();
    let ask = |id: &str| GetAccessKeyInfoInput { access_key_id: id.to_owned() };
    let answer = cloud.call::<GetAccessKeyInfo>(ask("ASIAY34FZKBOKMUTVV7A")).await.unwrap();
    assert_eq!(answer.account.as_deref(), Some("609629065308"));
    for id in ["AIDAY34FZKBOKMUTVV7A", "ASIA1111111111111111", "0123456789012345"] {
        assert_eq!(cloud.error::<GetAccessKeyInfo>(ask(id)).await.1, format!("Access key id {id} is not valid"));
    }
    let alice = user(&cloud, "alice", None).await;
    let refused = cloud.call_as::<GetAccessKeyInfo>(alice, ask("ASIAY34FZKBOKMUTVV7A")).await;
    assert_eq!(refusal(refused).1, "because no identity-based policy allows the sts:GetAccessKeyInfo action");
    let bob = user(&cloud, "bob", Some(&allow("sts:GetAccessKeyInfo", "*"))).await;
    cloud.call_as::<GetAccessKeyInfo>(bob, ask("ASIAY34FZKBOKMUTVV7A")).await.unwrap();
}
