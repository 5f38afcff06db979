//! An access control list as statements of a policy, so that one evaluator decides on both. Pure.
//!
//! Which actions a permission stands for: S3 user guide, "Mapping of ACL permissions and access policy permissions".

use names::{AccountId, Partition};
use serde_json::{Value, json};

use crate::engine::canonical;
use crate::engine::config::policy::{statements, texts};
use crate::engine::config::settings::PublicAccess;
use crate::engine::grants::{Grant, Grantee, Permission};

/// What a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// A bucket.
    Bucket,
    /// An object.
    Object,
}

/// Who asks, as far as lists and switches look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asker {
    /// Whether the caller is of another account, or of none.
    pub(super) foreign: bool,
    /// Where ARNs are.
    pub(super) partition: Partition,
}

fn actions(of: Of, permission: Permission) -> &'static [&'static str] {
    match (of, permission) {
        (Of::Bucket, Permission::Read) => &["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"],
        (Of::Bucket, Permission::Write) => &["s3:PutObject"],
        (Of::Bucket, Permission::ReadAcp) => &["s3:GetBucketAcl"],
        (Of::Bucket, Permission::WriteAcp) => &["s3:PutBucketAcl"],
        (Of::Object, Permission::Read) => &["s3:GetObject", "s3:GetObjectVersion"],
        (Of::Object, Permission::Write) => &[],
        (Of::Object, Permission::ReadAcp) => &["s3:GetObjectAcl", "s3:GetObjectVersionAcl"],
        (Of::Object, Permission::WriteAcp) => &["s3:PutObjectAcl", "s3:PutObjectVersionAcl"],
        (_, Permission::FullControl) => &[],
    }
}

/// One statement for each grant that grants something here.
pub(super) fn of_list(grants: &[Grant], of: Of, asker: Asker, ignore_public: bool) -> Vec<Value> {
    grants.iter().filter_map(|grant| statement(grant, of, asker, ignore_public)).collect()
}

fn statement(grant: &Grant, of: Of, asker: Asker, ignore_public: bool) -> Option<Value> {
    const EACH: [Permission; 4] = [Permission::Read, Permission::Write, Permission::ReadAcp, Permission::WriteAcp];
    let actions: Vec<_> = match grant.permission {
        Permission::FullControl => EACH.iter().flat_map(|permission| actions(of, *permission)).collect(),
        one => actions(of, one).iter().collect(),
    };
    let public = matches!(grant.grantee, Grantee::Everyone | Grantee::Authenticated);
    if actions.is_empty() || public && ignore_public {
        return None;
    }
    let allow =
        |principal: Value| json!({"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*"});
    Some(match &grant.grantee {
        Grantee::Account(id) => allow(json!({"AWS": root(asker.partition, canonical::account(id)?)})),
        Grantee::Everyone => allow(json!("*")),
        Grantee::Authenticated => {
            let mut statement = allow(json!("*"));
            statement["Condition"] = json!({"Null": {"aws:PrincipalAccount": "false"}});
            statement
        }
        Grantee::LogDelivery => allow(json!({"Service": "logging.s3.amazonaws.com"})),
    })
}

fn root(partition: Partition, account: AccountId) -> String {
    format!("arn:{}:iam::{account}:root", partition.as_str())
}

/// The statements of a bucket's policy that count for who asks: where public policies are cut, only denials do for those
/// who are not of the owner's account.
pub(super) fn of_policy(document: &Value, public: bool, asker: Asker, switches: PublicAccess) -> Vec<Value> {
    let cut = switches.restrict && public && asker.foreign;
    let counts = |statement: &&Value| !cut || is_denial(statement);
    statements(document).filter(counts).map(|statement| named_by_account(statement.clone(), asker.partition)).collect()
}

/// Whether a statement denies.
pub(super) fn is_denial(statement: &Value) -> bool {
    statement.get("Effect").and_then(Value::as_str) == Some("Deny")
}

/// What a bucket's policy denies, said of the access point through which the bucket is reached.
pub(super) fn denials_through(document: &Value, bucket: &str, point: &str) -> Vec<Value> {
    let through = |resource: &str| match resource.strip_prefix(bucket) {
        Some("") => point.to_owned(),
        Some(rest) if rest.starts_with('/') => format!("{point}/object{rest}"),
        // A pattern that stands for more than the bucket stands for all of it.
        _ => "*".to_owned(),
    };
    let denials = statements(document).filter(|statement| is_denial(statement));
    denials
        .map(|denial| {
            let mut denial = denial.clone();
            for element in ["Resource", "NotResource"] {
                let named = texts(&denial, element).into_iter().map(through).collect::<Vec<_>>();
                if !named.is_empty() {
                    denial[element] = named.into();
                }
            }
            denial
        })
        .collect()
}

/// Replaces canonical ids by the accounts they stand for, which is how the evaluator knows them.
fn named_by_account(mut statement: Value, partition: Partition) -> Value {
    let Some(principals) = statement.get_mut("Principal").and_then(Value::as_object_mut) else { return statement };
    let Some(ids) = principals.remove("CanonicalUser") else { return statement };
    let ids = if let Value::Array(many) = ids { many } else { vec![ids] };
    let accounts = ids.iter().filter_map(|id| canonical::account(id.as_str()?));
    let mut arns: Vec<Value> = accounts.map(|account| root(partition, account).into()).collect();
    match principals.remove("AWS") {
        Some(Value::Array(many)) => arns.extend(many),
        Some(one) => arns.push(one),
        None => {}
    }
    principals.insert("AWS".to_owned(), arns.into());
    statement
}

/// One document of all statements; none when there are none.
pub(super) fn document(version: Option<&Value>, statements: Vec<Value>) -> Option<String> {
    let version = version.cloned().unwrap_or_else(|| "2008-10-17".into());
    (!statements.is_empty()).then(|| json!({"Version": version, "Statement": statements}).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asker(foreign: bool) -> Asker {
        Asker { foreign, partition: Partition::Aws }
    }

    fn grant(grantee: Grantee, permission: Permission) -> Grant {
        Grant { grantee, permission }
    }

    #[test]
    fn grants_become_statements() {
        let other: AccountId = "111122223333".parse().unwrap();
        let grants = [
            grant(Grantee::Account(canonical::id(other)), Permission::FullControl),
            grant(Grantee::Everyone, Permission::Read),
            grant(Grantee::Authenticated, Permission::Write),
        ];
        let told = of_list(&grants, Of::Bucket, asker(true), false);
        assert_eq!(told[0]["Principal"]["AWS"], "arn:aws:iam::111122223333:root");
        assert_eq!(told[0]["Action"].as_array().unwrap().len(), 6);
        assert_eq!((&told[1]["Principal"], &told[1]["Action"][0]), (&json!("*"), &json!("s3:ListBucket")));
        assert_eq!(told[2]["Condition"]["Null"]["aws:PrincipalAccount"], "false");
        let ignoring = of_list(&grants, Of::Bucket, asker(true), true);
        assert_eq!(ignoring.len(), 1);
        assert!(of_list(&grants[2..], Of::Object, asker(true), false).is_empty());
    }

    #[test]
    fn public_policies_are_cut_for_strangers_only() {
        let document = json!({"Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"},
            {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "*"},
        ]});
        let switches = PublicAccess { restrict: true, ..Default::default() };
        assert_eq!(of_policy(&document, true, asker(true), switches).len(), 1);
        assert_eq!(of_policy(&document, true, asker(false), switches).len(), 2);
        assert_eq!(of_policy(&document, false, asker(true), switches).len(), 2);
        assert_eq!(of_policy(&document, true, asker(true), PublicAccess::default()).len(), 2);
    }

    #[test]
    fn what_a_bucket_denies_its_points_deny() {
        let document = json!({"Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/x/*"]},
            {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"},
        ]});
        let told = denials_through(&document, "arn:aws:s3:::b", "P");
        assert_eq!((told.len(), &told[0]["Resource"]), (1, &json!(["P", "P/object/x/*"])));
    }

    #[test]
    fn canonical_ids_become_accounts() {
        let other: AccountId = "111122223333".parse().unwrap();
        let document = json!({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*",
            "Principal": {"CanonicalUser": canonical::id(other), "AWS": "arn:aws:iam::444455556666:root"}}});
        let told = of_policy(&document, false, asker(true), PublicAccess::default());
        let expected = json!(["arn:aws:iam::111122223333:root", "arn:aws:iam::444455556666:root"]);
        assert_eq!(told[0]["Principal"]["AWS"], expected);
    }
}
