//! Grants: made, shown, ended, and what they let others do.

use api_kms::*;
use testkit::TestCloud;

use crate::cloud::*;

fn granting(key: &str, grantee: &str, operations: &[&str]) -> CreateGrantInput {
    CreateGrantInput {
        key_id: key.to_owned(),
        grantee_principal: grantee.to_owned(),
        operations: operations.iter().map(|operation| GrantOperation::from((*operation).to_owned())).collect(),
        ..Default::default()
    }
}

const ANN: &str = "arn:aws:iam::000000000000:user/ann";
const BOB: &str = "arn:aws:iam::000000000000:user/bob";

async fn listed(cloud: &TestCloud, key: &str) -> Vec<GrantListEntry> {
    let input = ListGrantsInput { key_id: key.to_owned(), ..Default::default() };
    cloud.call::<ListGrants>(input).await.unwrap().grants.unwrap()
}

#[tokio::test]
async fn create_grant_list_grants_revoke_grant() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let ann = user(&cloud, "ann");
    let blob = encrypt(&cloud, &id, "x").await;
    assert_eq!(tried::<Decrypt>(&cloud, &ann, decrypting(&blob)).await, "AccessDenied");
    let grant = cloud.call::<CreateGrant>(granting(&id, ANN, &["Decrypt"])).await.unwrap();
    let grant_id = grant.grant_id.unwrap();
    assert_eq!(grant_id.len(), 64);
    assert_eq!(tried::<Decrypt>(&cloud, &ann, decrypting(&blob)).await, "ok");
    assert_eq!(tried::<Encrypt>(&cloud, &ann, encrypting(&id, "x")).await, "AccessDenied");
    let with_token = DecryptInput { grant_tokens: Some(vec![grant.grant_token.unwrap()]), ..decrypting(&blob) };
    assert_eq!(tried::<Decrypt>(&cloud, &ann, with_token).await, "ok");
    let bad_token = DecryptInput { grant_tokens: Some(vec!["none".into()]), ..decrypting(&blob) };
    assert_eq!(tried::<Decrypt>(&cloud, &ann, bad_token).await, "InvalidGrantTokenException");
    let shown = listed(&cloud, &id).await.remove(0);
    assert_eq!(shown.key_id, Some(arn(&id)));
    assert_eq!(shown.grant_id.as_ref(), Some(&grant_id));
    assert_eq!(shown.grantee_principal.as_deref(), Some(ANN));
    assert_eq!(shown.issuing_account.as_deref(), Some("arn:aws:iam::000000000000:root"));
    assert_eq!(shown.name.as_deref(), Some(""));
    let revoke = RevokeGrantInput { key_id: id.clone(), grant_id: grant_id.clone(), ..Default::default() };
    let dry = RevokeGrantInput { dry_run: Some(true), ..revoke.clone() };
    assert_eq!(refused::<RevokeGrant>(&cloud, dry).await.0, "DryRunOperationException");
    cloud.call::<RevokeGrant>(revoke.clone()).await.unwrap();
    assert_eq!(tried::<Decrypt>(&cloud, &ann, decrypting(&blob)).await, "AccessDenied");
    let text = format!("Grant ID {grant_id} not found");
    assert_eq!(refused::<RevokeGrant>(&cloud, revoke).await, ("NotFoundException".to_owned(), text));
    assert!(listed(&cloud, &id).await.is_empty());
}

#[tokio::test]
async fn constraints_bind_the_context() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let (ann, bob) = (user(&cloud, "ann"), user(&cloud, "bob"));
    let subset = GrantConstraints { encryption_context_subset: context(&[("a", "1")]), ..Default::default() };
    let equals = GrantConstraints { encryption_context_equals: context(&[("a", "1")]), ..Default::default() };
    let operations = ["Encrypt", "DescribeKey"];
    for (grantee, constraints) in [(ANN, subset), (BOB, equals)] {
        let input = CreateGrantInput { constraints: Some(constraints), ..granting(&id, grantee, &operations) };
        cloud.call::<CreateGrant>(input).await.unwrap();
    }
    for (pairs, by_subset, by_equals) in [
        (&[("a", "1")][..], "ok", "ok"),
        (&[("a", "1"), ("b", "2")], "ok", "AccessDenied"),
        (&[("a", "2")], "AccessDenied", "AccessDenied"),
        (&[], "AccessDenied", "AccessDenied"),
    ] {
        let input = EncryptInput { encryption_context: context(pairs), ..encrypting(&id, "x") };
        assert_eq!(tried::<Encrypt>(&cloud, &ann, input.clone()).await, by_subset, "{pairs:?}");
        assert_eq!(tried::<Encrypt>(&cloud, &bob, input).await, by_equals, "{pairs:?}");
    }
    let describe = DescribeKeyInput { key_id: id.clone(), ..Default::default() };
    assert_eq!(tried::<DescribeKey>(&cloud, &ann, describe).await, "ok");
}

#[tokio::test]
async fn a_grantee_grants_no_more_than_it_has() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let ann = user(&cloud, "ann");
    let constraints =
        Some(GrantConstraints { encryption_context_subset: context(&[("a", "1")]), ..Default::default() });
    let input =
        CreateGrantInput { constraints: constraints.clone(), ..granting(&id, ANN, &["Decrypt", "CreateGrant"]) };
    cloud.call::<CreateGrant>(input).await.unwrap();
    let child = |operations: &[&str], constraints| CreateGrantInput { constraints, ..granting(&id, BOB, operations) };
    let stricter =
        Some(GrantConstraints { encryption_context_subset: context(&[("a", "1"), ("b", "2")]), ..Default::default() });
    for (input, outcome) in [
        (child(&["Decrypt"], constraints.clone()), "ok"),
        (child(&["Decrypt"], stricter), "ok"),
        (child(&["Decrypt"], None), "AccessDenied"),
        (child(&["Decrypt", "Encrypt"], constraints), "AccessDenied"),
    ] {
        assert_eq!(tried::<CreateGrant>(&cloud, &ann, input.clone()).await, outcome, "{:?}", input.operations);
    }
}

#[tokio::test]
async fn retire_grant_and_list_retirable_grants() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let (ann, bob) = (user(&cloud, "ann"), user(&cloud, "bob"));
    let mut tokens = Vec::new();
    for operation in ["Encrypt", "Decrypt", "DescribeKey"] {
        let input = CreateGrantInput { retiring_principal: Some(BOB.into()), ..granting(&id, ANN, &[operation]) };
        tokens.push(cloud.call::<CreateGrant>(input).await.unwrap());
    }
    let other = cloud.call::<CreateGrant>(granting(&id, ANN, &["Encrypt", "RetireGrant"])).await.unwrap();
    let (mut seen, mut marker) = (0, None);
    loop {
        let input = ListRetirableGrantsInput { retiring_principal: BOB.into(), limit: Some(2), marker };
        let page = cloud.call::<ListRetirableGrants>(input).await.unwrap();
        seen += page.grants.unwrap().len();
        marker = page.next_marker;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(seen, 3);
    let by_token =
        |grant: &CreateGrantOutput| RetireGrantInput { grant_token: grant.grant_token.clone(), ..Default::default() };
    let by_id = |grant: &CreateGrantOutput| RetireGrantInput {
        key_id: Some(arn(&id)),
        grant_id: grant.grant_id.clone(),
        ..Default::default()
    };
    assert_eq!(tried::<RetireGrant>(&cloud, &ann, by_token(&tokens[0])).await, "AccessDenied");
    assert_eq!(tried::<RetireGrant>(&cloud, &bob, by_token(&tokens[0])).await, "ok");
    assert_eq!(tried::<RetireGrant>(&cloud, &bob, by_id(&tokens[1])).await, "ok");
    assert_eq!(tried::<RetireGrant>(&cloud, &bob, by_id(&other)).await, "AccessDenied");
    assert_eq!(tried::<RetireGrant>(&cloud, &ann, by_token(&other)).await, "ok");
    cloud.call::<RetireGrant>(by_token(&tokens[2])).await.unwrap();
    assert!(listed(&cloud, &id).await.is_empty());
    let bad = RetireGrantInput { grant_token: Some("none".into()), ..Default::default() };
    assert_eq!(refused::<RetireGrant>(&cloud, bad).await.0, "InvalidGrantTokenException");
}

#[tokio::test]
async fn the_same_name_gives_the_same_grant() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let named = CreateGrantInput { name: Some("n".into()), ..granting(&id, ANN, &["Encrypt"]) };
    let first = cloud.call::<CreateGrant>(named.clone()).await.unwrap().grant_id;
    pass(&cloud, DAY).await;
    assert_eq!(cloud.call::<CreateGrant>(named.clone()).await.unwrap().grant_id, first);
    let other = CreateGrantInput { grantee_principal: BOB.into(), ..named };
    assert_ne!(cloud.call::<CreateGrant>(other).await.unwrap().grant_id, first);
    assert_eq!(listed(&cloud, &id).await.len(), 2);
    let wanted = ListGrantsInput { key_id: id.clone(), grantee_principal: Some(BOB.into()), ..Default::default() };
    assert_eq!(cloud.call::<ListGrants>(wanted).await.unwrap().grants.unwrap().len(), 1);
}

#[tokio::test]
async fn grants_that_cannot_be() {
    let cloud = cloud();
    let (id, rsa) = (symmetric(&cloud).await, key(&cloud, "RSA_2048", "SIGN_VERIFY").await);
    for (input, code) in [
        (granting(&id, "ann", &["Encrypt"]), "InvalidArnException"),
        (granting(&id, "arn:aws:sqs:us-east-1:000000000000:q", &["Encrypt"]), "InvalidArnException"),
        (granting(&rsa, ANN, &["Encrypt"]), "ValidationException"),
        (granting(&id, ANN, &["Sign"]), "ValidationException"),
        (granting("none", ANN, &["Sign"]), "NotFoundException"),
    ] {
        assert_eq!(refused::<CreateGrant>(&cloud, input).await.0, code);
    }
}

#[tokio::test]
async fn another_account_uses_a_key_by_its_grant() {
    let cloud = cloud();
    let other = cloud.fresh_account();
    let id = symmetric(&cloud).await;
    let root = format!("arn:aws:iam::{}:root", other.account());
    assert_eq!(refused::<Encrypt>(&other, encrypting(&arn(&id), "x")).await.0, "AccessDenied");
    cloud.call::<CreateGrant>(granting(&id, &root, &["Encrypt", "Decrypt"])).await.unwrap();
    let blob = encrypt(&other, &arn(&id), "x").await;
    assert_eq!(decrypt(&other, &blob).await, "x");
    assert_eq!(decrypt(&cloud, &blob).await, "x");
    let input = DescribeKeyInput { key_id: arn(&id), ..Default::default() };
    assert_eq!(refused::<DescribeKey>(&other, input).await.0, "AccessDenied");
}
