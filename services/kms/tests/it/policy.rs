//! Key policies: shown, put, and what they let whom do.

use api_kms::*;
use serde_json::{Value, json};
use testkit::TestCloud;

use crate::cloud::*;

async fn put(cloud: &TestCloud, id: &str, policy: &Value) {
    let input = PutKeyPolicyInput { key_id: id.to_owned(), policy: policy.to_string(), ..Default::default() };
    cloud.call::<PutKeyPolicy>(input).await.unwrap();
}

fn root() -> Value {
    json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "kms:*", "Resource": "*"})
}

fn document(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn ann(action: &str, condition: Value) -> Value {
    let who = "arn:aws:iam::000000000000:user/ann";
    json!({"Effect": "Allow", "Principal": {"AWS": who}, "Action": action, "Resource": "*", "Condition": condition})
}

#[tokio::test]
async fn get_key_policy_put_key_policy_list_key_policies() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let get = GetKeyPolicyInput { key_id: id.clone(), policy_name: Some("default".into()) };
    let shown = cloud.call::<GetKeyPolicy>(get.clone()).await.unwrap();
    assert_eq!(shown.policy_name.as_deref(), Some("default"));
    let statement = json!({
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
        "Action": "kms:*",
        "Resource": "*"
    });
    let expected = json!({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]});
    assert_eq!(serde_json::from_str::<Value>(&shown.policy.unwrap()).unwrap(), expected);
    let policy = document(&[root()]);
    put(&cloud, &id, &policy).await;
    assert_eq!(cloud.call::<GetKeyPolicy>(get.clone()).await.unwrap().policy, Some(policy.to_string()));
    let names = cloud.call::<ListKeyPolicies>(ListKeyPoliciesInput { key_id: id, ..Default::default() }).await.unwrap();
    assert_eq!(names.policy_names.unwrap(), ["default"]);
    let other = GetKeyPolicyInput { policy_name: Some("other".into()), ..get };
    assert_eq!(
        refused::<GetKeyPolicy>(&cloud, other).await,
        ("NotFoundException".into(), "No such policy exists".into())
    );
}

#[tokio::test]
async fn a_policy_rules_alone() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let who = user(&cloud, "ann");
    assert_eq!(tried::<Encrypt>(&cloud, &who, encrypting(&id, "x")).await, "AccessDenied");
    put(&cloud, &id, &document(&[root(), ann("kms:Encrypt", json!({}))])).await;
    assert_eq!(tried::<Encrypt>(&cloud, &who, encrypting(&id, "x")).await, "ok");
    let lonely = document(&[ann("kms:*", json!({}))]);
    let input = PutKeyPolicyInput {
        key_id: id.clone(),
        policy: lonely.to_string(),
        bypass_policy_lockout_safety_check: Some(true),
        ..Default::default()
    };
    cloud.call::<PutKeyPolicy>(input).await.unwrap();
    assert_eq!(refused::<Encrypt>(&cloud, encrypting(&id, "x")).await.0, "AccessDenied");
    assert_eq!(tried::<Encrypt>(&cloud, &who, encrypting(&id, "x")).await, "ok");
}

#[tokio::test]
async fn conditions_see_what_a_call_tells() {
    let cloud = cloud();
    let who = user(&cloud, "ann");
    let id = symmetric(&cloud).await;
    let alias = CreateAliasInput { alias_name: "alias/a".into(), target_key_id: id.clone() };
    cloud.call::<CreateAlias>(alias).await.unwrap();
    let with = |pairs: &[(&str, &str)]| EncryptInput { encryption_context: context(pairs), ..encrypting(&id, "x") };
    for (condition, input, outcome) in [
        (json!({"StringEquals": {"kms:EncryptionContext:a": "1"}}), with(&[("a", "1")]), "ok"),
        (json!({"StringEquals": {"kms:EncryptionContext:a": "1"}}), with(&[("a", "2")]), "AccessDenied"),
        (json!({"ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": "b"}}), with(&[("a", ""), ("b", "")]), "ok"),
        (json!({"StringEquals": {"kms:RequestAlias": "alias/a"}}), encrypting("alias/a", "x"), "ok"),
        (json!({"StringEquals": {"kms:RequestAlias": "alias/a"}}), encrypting(&id, "x"), "AccessDenied"),
        (json!({"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/a"}}), encrypting(&id, "x"), "ok"),
        (json!({"StringEquals": {"kms:CallerAccount": "000000000000"}}), encrypting(&id, "x"), "ok"),
        (
            json!({"StringEquals": {"kms:ViaService": "sqs.us-east-1.amazonaws.com"}}),
            encrypting(&id, "x"),
            "AccessDenied",
        ),
        (
            json!({"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT", "kms:KeyOrigin": "AWS_KMS"}}),
            encrypting(&id, "x"),
            "ok",
        ),
        (json!({"StringEquals": {"kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}}), encrypting(&id, "x"), "ok"),
    ] {
        put(&cloud, &id, &document(&[root(), ann("kms:Encrypt", condition.clone())])).await;
        assert_eq!(tried::<Encrypt>(&cloud, &who, input).await, outcome, "{condition}");
    }
}

#[tokio::test]
async fn tags_open_keys() {
    let cloud = cloud();
    let who = user(&cloud, "ann");
    let id = symmetric(&cloud).await;
    let condition = json!({"StringEquals": {"aws:ResourceTag/team": "blue"}});
    put(&cloud, &id, &document(&[root(), ann("kms:Encrypt", condition)])).await;
    assert_eq!(tried::<Encrypt>(&cloud, &who, encrypting(&id, "x")).await, "AccessDenied");
    let tags = vec![Tag { tag_key: "team".into(), tag_value: "blue".into() }];
    cloud.call::<TagResource>(TagResourceInput { key_id: id.clone(), tags }).await.unwrap();
    assert_eq!(tried::<Encrypt>(&cloud, &who, encrypting(&id, "x")).await, "ok");
}

#[tokio::test]
async fn policies_that_cannot_be() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let lockout = "The new key policy will not allow you to update the key policy in the future.";
    let input = |policy: String| PutKeyPolicyInput { key_id: id.clone(), policy, ..Default::default() };
    let only_ann = document(&[ann("kms:*", json!({}))]).to_string();
    let refusal = ("MalformedPolicyDocumentException".to_owned(), lockout.to_owned());
    assert_eq!(refused::<PutKeyPolicy>(&cloud, input(only_ann.clone())).await, refusal);
    let create = CreateKeyInput { policy: Some(only_ann), ..Default::default() };
    assert_eq!(refused::<CreateKey>(&cloud, create).await, refusal);
    assert_eq!(refused::<PutKeyPolicy>(&cloud, input("{".into())).await.0, "MalformedPolicyDocumentException");
    let long = document(&[root(), ann("kms:Encrypt", json!({"StringEquals": {"aws:x": "x".repeat(32_768)}}))]);
    assert_eq!(refused::<PutKeyPolicy>(&cloud, input(long.to_string())).await.0, "LimitExceededException");
}

#[tokio::test]
async fn other_accounts_use_a_key_that_lets_them_and_manage_none() {
    let cloud = cloud();
    let other = cloud.fresh_account();
    let id = symmetric(&cloud).await;
    let who = format!("arn:aws:iam::{}:root", other.account());
    let open = json!({"Effect": "Allow", "Principal": {"AWS": who}, "Action": "kms:*", "Resource": "*"});
    put(&cloud, &id, &document(&[root(), open])).await;
    let blob = encrypt(&other, &arn(&id), "x").await;
    assert_eq!(decrypt(&other, &blob).await, "x");
    let disable = DisableKeyInput { key_id: arn(&id) };
    assert_eq!(refused::<DisableKey>(&other, disable).await.0, "AccessDenied");
    let none = arn("00000000-0000-4000-8000-000000000000");
    assert_eq!(refused::<Encrypt>(&other, encrypting(&none, "x")).await.0, "AccessDenied");
    let input = ReEncryptInput {
        ciphertext_blob: Some(blob),
        destination_key_id: symmetric(&other).await,
        ..Default::default()
    };
    other.call::<ReEncrypt>(input).await.unwrap();
}
