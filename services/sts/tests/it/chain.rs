//! Chains of roles: an hour at most, tags that go on, a source identity that stays.

use api_sts::{AssumeRole, AssumeRoleInput, Tag};
use service_kit::Caller;
use testkit::TestCloud;

use crate::cloud::{
    allow, assuming, cloud, in_role, let_role, refusal, role, role_lasting, session, trust, trusting, user,
};

/// A user who may do anything with STS, and two roles that trust the account, as the first role may too.
async fn chain(cloud: &TestCloud) -> (Caller, String, String) {
    let alice = user(cloud, "alice", Some(&allow("sts:*", "*"))).await;
    let one = role_lasting(cloud, "one", &trusting(cloud), 43_200).await;
    let two = role_lasting(cloud, "two", &trusting(cloud), 43_200).await;
    let_role(cloud, "one", &allow("sts:*", "*")).await;
    (alice, one, two)
}

fn tagged(role: &str, tags: &[(&str, &str)], transitive: &[&str]) -> AssumeRoleInput {
    let tag = |(key, value): &(&str, &str)| Tag { key: (*key).to_owned(), value: (*value).to_owned() };
    AssumeRoleInput {
        tags: Some(tags.iter().map(tag).collect()),
        transitive_tag_keys: Some(transitive.iter().map(|key| (*key).to_owned()).collect()),
        ..assuming(role)
    }
}

#[tokio::test]
async fn a_chain_lasts_an_hour_at_most() {
    let cloud = cloud();
    let (alice, one, two) = chain(&cloud).await;
    let first = in_role(&cloud, &alice, AssumeRoleInput { duration_seconds: Some(43_200), ..assuming(&one) }).await;
    let ask = |seconds| AssumeRoleInput { duration_seconds: Some(seconds), ..assuming(&two) };
    let second = in_role(&cloud, &first, ask(3_600)).await;
    assert!(session(&second).chained);
    let refused = refusal(cloud.call_as::<AssumeRole>(first, ask(3_601)).await);
    let text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining";
    assert_eq!(refused, ("ValidationError".to_owned(), text.to_owned()));
}

#[tokio::test]
async fn transitive_tags_go_on() {
    let cloud = cloud();
    let (alice, one, two) = chain(&cloud).await;
    let first = in_role(&cloud, &alice, tagged(&one, &[("Team", "red"), ("Stage", "prod")], &["Team"])).await;
    let second = in_role(&cloud, &first, tagged(&two, &[("Cost", "7")], &[])).await;
    let tags: Vec<_> = session(&second).tags.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(tags, ["Cost=7", "Team=red"]);
    assert_eq!(session(&second).transitive_tags, ["Team"]);
}

/// Texts recorded from AWS: LocalStack's `TestSTSAssumeRoleTagging`.
#[tokio::test]
async fn tags_that_cannot_be() {
    let cloud = cloud();
    let (alice, one, two) = chain(&cloud).await;
    let first = in_role(&cloud, &alice, tagged(&one, &[("Team", "red")], &["Team"])).await;
    let conflict = "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key \
                    from the calling session.";
    for (caller, input, text) in [
        (
            &alice,
            tagged(&one, &[("a", "1"), ("A", "2")], &[]),
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
        (
            &alice,
            tagged(&one, &[("a", "1")], &["b"]),
            "The specified transitive tag key must be included in the requested tags.",
        ),
        (&first, tagged(&two, &[("Team", "blue")], &["Team"]), conflict),
        (&first, tagged(&two, &[("team", "blue")], &["team"]), conflict),
    ] {
        let refused = refusal(cloud.call_as::<AssumeRole>(caller.clone(), input).await);
        assert_eq!(refused, ("InvalidParameterValue".to_owned(), text.to_owned()));
    }
}

#[tokio::test]
async fn tags_need_a_permission_on_both_sides() {
    let cloud = cloud();
    let principal = format!("{{\"AWS\":\"{}\"}}", cloud.account());
    let plain = role(&cloud, "plain", &trust(&principal, "\"sts:AssumeRole\"", "{}")).await;
    let condition = "{\"StringEquals\":{\"aws:RequestTag/Team\":\"red\"},\"ForAllValues:StringEquals\":{\"sts:TransitiveTagKeys\":[\"Team\"]}}";
    let red = role(&cloud, "red", &trust(&principal, "[\"sts:AssumeRole\",\"sts:TagSession\"]", condition)).await;
    let alice = user(&cloud, "alice", Some(&allow("sts:*", "*"))).await;
    let bob = user(&cloud, "bob", Some(&allow("sts:AssumeRole", "*"))).await;
    let ask = |caller: &Caller, input| cloud.call_as::<AssumeRole>(caller.clone(), input);
    assert!(refusal(ask(&alice, tagged(&plain, &[("Team", "red")], &[])).await).1.contains("sts:TagSession"));
    assert!(refusal(ask(&bob, tagged(&red, &[("Team", "red")], &[])).await).1.contains("sts:TagSession"));
    assert_eq!(refusal(ask(&alice, tagged(&red, &[("Team", "blue")], &[])).await).0, "AccessDenied");
    assert_eq!(refusal(ask(&alice, tagged(&red, &[("Team", "red"), ("x", "1")], &["x"])).await).0, "AccessDenied");
    ask(&alice, tagged(&red, &[("Team", "red")], &["Team"])).await.unwrap();
}

#[tokio::test]
async fn a_source_identity_stays() {
    let cloud = cloud();
    let (alice, one, two) = chain(&cloud).await;
    let named =
        |role: &str, identity: &str| AssumeRoleInput { source_identity: Some(identity.to_owned()), ..assuming(role) };
    let first = in_role(&cloud, &alice, named(&one, "Alice")).await;
    let answer = cloud.call_as::<AssumeRole>(first.clone(), assuming(&two)).await.unwrap();
    assert_eq!(answer.source_identity.as_deref(), Some("Alice"));
    let refused = refusal(cloud.call_as::<AssumeRole>(first.clone(), named(&two, "Mallory")).await);
    assert_eq!(refused.0, "AccessDenied");
    assert_eq!(refusal(cloud.call_as::<AssumeRole>(alice, named(&one, "aws:x")).await).0, "ValidationError");
    // A role that does not let the identity be set cannot be reached with one.
    let principal = format!("{{\"AWS\":\"{}\"}}", cloud.account());
    let plain = role(&cloud, "plain", &trust(&principal, "\"sts:AssumeRole\"", "{}")).await;
    assert!(refusal(cloud.call_as::<AssumeRole>(first, assuming(&plain)).await).1.contains("sts:SetSourceIdentity"));
}
