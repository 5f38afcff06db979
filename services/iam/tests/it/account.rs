//! The account: CreateAccountAlias, DeleteAccountAlias, ListAccountAliases, GetAccountSummary.

use api_iam::*;
use testkit::TestCloud;

use crate::cloud::*;

async fn aliases(cloud: &TestCloud) -> Vec<String> {
    cloud.call::<ListAccountAliases>(ListAccountAliasesInput::default()).await.unwrap().account_aliases
}

fn alias(name: &str) -> CreateAccountAliasInput {
    CreateAccountAliasInput { account_alias: name.to_owned() }
}

#[tokio::test]
async fn an_alias_is_one_accounts_alone() {
    let cloud = cloud();
    let (here, there) = (cloud.fresh_account(), cloud.fresh_account());
    here.call::<CreateAccountAlias>(alias("first")).await.unwrap();
    here.call::<CreateAccountAlias>(alias("second")).await.unwrap();
    assert_eq!(aliases(&here).await, ["second"], "a new one takes the place of the old");
    there.call::<CreateAccountAlias>(alias("first")).await.unwrap();
    let refused = refusal::<CreateAccountAlias>(&there, alias("second")).await;
    assert_eq!(refused, ("EntityAlreadyExists".into(), "The account alias second already exists.".into()));
    let delete = |name: &str| DeleteAccountAliasInput { account_alias: name.to_owned() };
    assert_eq!(refusal::<DeleteAccountAlias>(&there, delete("second")).await.0, "NoSuchEntity");
    here.call::<DeleteAccountAlias>(delete("second")).await.unwrap();
    assert!(aliases(&here).await.is_empty());
}

#[tokio::test]
async fn the_summary_counts() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    user(&cloud, "v").await;
    group(&cloud, "g").await;
    role(&cloud, "r").await;
    policy(&cloud, "p", SQS).await;
    cloud.call::<DeleteUser>(DeleteUserInput { user_name: "v".into() }).await.unwrap();
    cloud.call::<CreateAccessKey>(CreateAccessKeyInput::default()).await.unwrap();
    let summary = cloud.call::<GetAccountSummary>(GetAccountSummaryInput {}).await.unwrap().summary_map.unwrap();
    for (name, expected) in [
        ("Users", 1),
        ("Groups", 1),
        ("Roles", 1),
        ("Policies", 1),
        ("PolicyVersionsInUse", 1),
        ("InstanceProfiles", 0),
        ("AccountAccessKeysPresent", 1),
        ("AccessKeysPerUserQuota", 2),
        ("UsersQuota", 5_000),
        ("PolicySizeQuota", 6_144),
    ] {
        assert_eq!(summary.get(name), Some(&expected), "{name}");
    }
}
