//! Aliases.

use api_kms::*;
use testkit::TestCloud;

use crate::cloud::*;

fn naming(alias: &str, key: &str) -> CreateAliasInput {
    CreateAliasInput { alias_name: alias.to_owned(), target_key_id: key.to_owned() }
}

async fn listed(cloud: &TestCloud, key: Option<&str>) -> Vec<(String, String)> {
    let input = ListAliasesInput { key_id: key.map(str::to_owned), ..Default::default() };
    let aliases = cloud.call::<ListAliases>(input).await.unwrap().aliases.unwrap();
    aliases.into_iter().map(|alias| (alias.alias_name.unwrap(), alias.target_key_id.unwrap())).collect()
}

#[tokio::test]
async fn create_alias_update_alias_delete_alias() {
    let cloud = cloud();
    let (one, two) = (symmetric(&cloud).await, symmetric(&cloud).await);
    cloud.call::<CreateAlias>(naming("alias/b", &one)).await.unwrap();
    cloud.call::<CreateAlias>(naming("alias/a", &arn(&one))).await.unwrap();
    let alias = |name: &str, key: &str| (name.to_owned(), key.to_owned());
    assert_eq!(listed(&cloud, None).await, [alias("alias/a", &one), alias("alias/b", &one)]);
    let turn = UpdateAliasInput { alias_name: "alias/a".into(), target_key_id: two.clone() };
    cloud.call::<UpdateAlias>(turn).await.unwrap();
    assert_eq!(listed(&cloud, Some(&two)).await, [alias("alias/a", &two)]);
    assert_eq!(listed(&cloud, Some(&one)).await, [alias("alias/b", &one)]);
    assert_eq!(describe(&cloud, "alias/a").await.key_id, two);
    let delete = DeleteAliasInput { alias_name: "alias/a".into() };
    cloud.call::<DeleteAlias>(delete.clone()).await.unwrap();
    assert_eq!(listed(&cloud, None).await, [alias("alias/b", &one)]);
    let text = "Alias arn:aws:kms:us-east-1:000000000000:alias/a is not found.";
    assert_eq!(refused::<DeleteAlias>(&cloud, delete).await, ("NotFoundException".into(), text.into()));
    let turn = UpdateAliasInput { alias_name: "alias/a".into(), target_key_id: two };
    assert_eq!(refused::<UpdateAlias>(&cloud, turn).await, ("NotFoundException".into(), text.into()));
}

#[tokio::test]
async fn list_aliases_in_pages() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    for i in 0..5 {
        cloud.call::<CreateAlias>(naming(&format!("alias/{i}"), &id)).await.unwrap();
    }
    for key_id in [None, Some(id)] {
        let (mut seen, mut marker) = (Vec::new(), None);
        loop {
            let input = ListAliasesInput { key_id: key_id.clone(), limit: Some(2), marker };
            let page = cloud.call::<ListAliases>(input).await.unwrap();
            seen.extend(page.aliases.unwrap().into_iter().map(|alias| alias.alias_name.unwrap()));
            marker = page.next_marker;
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["alias/0", "alias/1", "alias/2", "alias/3", "alias/4"]);
    }
}

#[tokio::test]
async fn aliases_that_cannot_be() {
    let cloud = cloud();
    let (id, rsa) = (symmetric(&cloud).await, key(&cloud, "RSA_2048", "SIGN_VERIFY").await);
    cloud.call::<CreateAlias>(naming("alias/a", &id)).await.unwrap();
    let prefix = "Alias must start with the prefix \"alias/\". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html";
    let exists = "An alias with the name arn:aws:kms:us-east-1:000000000000:alias/a already exists";
    for (alias, key, code, text) in [
        ("wrong", &id, "ValidationException", prefix),
        ("alias/aws/mine", &id, "NotAuthorizedException", ""),
        ("alias/a:b", &id, "InvalidAliasNameException", "alias/a:b contains invalid characters for an alias"),
        ("alias/a", &id, "AlreadyExistsException", exists),
        ("alias/b", &"alias/a".to_owned(), "NotFoundException", "Invalid keyId 'alias/a'"),
    ] {
        let refusal = refused::<CreateAlias>(&cloud, naming(alias, key)).await;
        assert_eq!(refusal, (code.to_owned(), text.to_owned()), "{alias}");
    }
    let turn = UpdateAliasInput { alias_name: "alias/a".into(), target_key_id: rsa };
    assert_eq!(refused::<UpdateAlias>(&cloud, turn).await.0, "ValidationException");
}

#[tokio::test]
async fn a_key_has_fifty_aliases_at_most() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    for i in 0..50 {
        cloud.call::<CreateAlias>(naming(&format!("alias/{i}"), &id)).await.unwrap();
    }
    assert_eq!(refused::<CreateAlias>(&cloud, naming("alias/50", &id)).await.0, "LimitExceededException");
}
