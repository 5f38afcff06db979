//! Who may use a key: its policy, and its grants written as statements of that policy, so that who decides on access reads
//! one document. No statement of a policy can be told from a grant's by a caller: what is shown is the document as it was
//! put.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use names::{AccountId, Partition};
use parking_lot::RwLock;
use serde_json::{Value, json};

use super::grants::Wanted;
use super::home::Home;
use super::refusal::Refusal;
use super::{Engine, read, write};
use crate::store::{GrantRecord, POLICIES, PolicyRecord};

/// Documents kept. Beyond it all are dropped.
const KEPT: usize = 4_096;

/// Documents by key, each with the count of changes it was made at.
#[derive(Default)]
pub(super) struct Rules(RwLock<HashMap<Home, (u64, Arc<str>)>>);

impl Rules {
    pub(super) fn forget(&self) {
        self.0.write().clear();
    }

    fn get(&self, home: &Home, version: u64) -> Option<Arc<str>> {
        self.0.read().get(home).filter(|(kept, _)| *kept == version).map(|(_, text)| text.clone())
    }

    fn put(&self, home: &Home, version: u64, text: Arc<str>) {
        let mut all = self.0.write();
        if all.len() >= KEPT {
            all.clear();
        }
        all.insert(home.clone(), (version, text));
    }
}

impl Engine {
    /// The policy of a key as it was put.
    pub(crate) async fn policy(&self, home: &Home) -> Result<String, Refusal> {
        let view = self.store().read().await?;
        let record = POLICIES.get(&view, &home.scope(), &home.id.as_str()).await?;
        record.map(|record| record.text).ok_or_else(|| Refusal::NoSuchKey(home.arn()))
    }

    /// Puts the policy of a key.
    pub(crate) async fn put_policy(&self, home: &Home, text: &str) -> Result<(), Refusal> {
        self.store()
            .transact(|tx| async move {
                let mut key = read(&tx, home).await?;
                key.customers()?;
                POLICIES.put(&tx, &home.scope(), &home.id.as_str(), &PolicyRecord { text: text.to_owned() })?;
                key.record.rules += 1;
                write(&tx, &key)
            })
            .await
    }

    /// All that is said of who may use a key; none when there is no such key, and AWS's services have no use for it.
    pub(crate) async fn rules(&self, home: &Home) -> Result<Option<Arc<str>>, Refusal> {
        let Some(key) = self.lookup(home).await? else {
            return Ok(self.managed_service(home).map(|service| super::managed::policy(home, service).into()));
        };
        if let Some(text) = self.0.rules.get(home, key.record.rules) {
            return Ok(Some(text));
        }
        let policy = self.policy(home).await?;
        let grants = self.grants(home, &Wanted::default(), None, usize::MAX).await?;
        let text: Arc<str> = if grants.is_empty() { policy.into() } else { with_grants(&policy, home, &grants).into() };
        self.0.rules.put(home, key.record.rules, text.clone());
        Ok(Some(text))
    }
}

/// The policy of a key for which nobody gave one: the account decides. AWS's text, white space included.
pub(crate) fn default_policy(partition: Partition, account: AccountId) -> String {
    let partition = partition.as_str();
    format!(
        r#"{{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {{
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "arn:{partition}:iam::{account}:root"
    }},
    "Action" : "kms:*",
    "Resource" : "*"
  }} ]
}}"#
    )
}

/// A policy that leaves everything to an account, for what has no policy of its own: aliases.
pub(crate) fn account_decides(partition: Partition, account: AccountId) -> String {
    let root = format!("arn:{}:iam::{account}:root", partition.as_str());
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

fn with_grants(policy: &str, home: &Home, grants: &[(String, GrantRecord)]) -> String {
    let mut document: Value = serde_json::from_str(policy).unwrap_or_else(|_| json!({"Version": "2012-10-17"}));
    let mut statements = match document["Statement"].take() {
        Value::Array(all) => all,
        Value::Null => Vec::new(),
        one => vec![one],
    };
    statements.extend(grants.iter().flat_map(|(id, grant)| statements_of(home, id, grant)));
    document["Statement"] = Value::Array(statements);
    document.to_string()
}

/// A grant as statements: one for what an encryption context can constrain, one for the rest, and one for who may retire
/// it.
pub(crate) fn statements_of(home: &Home, id: &str, grant: &GrantRecord) -> Vec<Value> {
    let grantee = principal(&grant.grantee);
    let allow = |who: &Value, actions: Vec<String>, conditions: Value| json!({"Effect": "Allow", "Principal": who, "Action": actions, "Resource": home.arn(), "Condition": conditions});
    let named = |wanted: fn(&str) -> bool| -> Vec<String> {
        let wanted = grant.operations.iter().filter(|operation| wanted(operation));
        wanted.map(|operation| format!("kms:{operation}")).collect()
    };
    let mut statements = Vec::new();
    let crypto = named(|operation| !FREE.contains(&operation) && operation != "CreateGrant");
    if !crypto.is_empty() {
        statements.push(allow(&grantee, crypto, of_context(grant)));
    }
    let free = named(|operation| operation == "DescribeKey" || operation == "GetPublicKey");
    if !free.is_empty() {
        statements.push(allow(&grantee, free, json!({})));
    }
    if grant.operations.contains("CreateGrant") {
        statements.push(allow(&grantee, vec!["kms:CreateGrant".into()], of_children(grant)));
    }
    let this = json!({"StringEquals": {GRANT_ID: id}});
    let retire = || vec![String::from("kms:RetireGrant")];
    if grant.operations.contains("RetireGrant") {
        statements.push(allow(&grantee, retire(), this.clone()));
    }
    if let Some(retiring) = &grant.retiring {
        statements.push(allow(&principal(retiring), retire(), this));
    }
    statements
}

/// Operations that no encryption context constrains.
const FREE: [&str; 3] = ["DescribeKey", "GetPublicKey", "RetireGrant"];
/// Which grant is to be retired. AWS has no such key; here it lets one document speak of all grants.
pub(crate) const GRANT_ID: &str = "kms:GrantId";
/// The constraints of a grant that is to be made, by pair, and as a whole: likewise.
pub(crate) const GRANT_CONSTRAINT: &str = "kms:GrantConstraint";

fn of_context(grant: &GrantRecord) -> Value {
    let pairs = |pairs: &BTreeMap<String, String>| -> Value {
        pairs.iter().map(|(key, value)| (format!("kms:EncryptionContext:{key}"), Value::from(value.as_str()))).collect()
    };
    match (&grant.equals, &grant.subset) {
        (Some(equals), _) => {
            let keys: Vec<_> = equals.keys().collect();
            json!({"StringEquals": pairs(equals), "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": keys}})
        }
        (None, Some(subset)) => json!({"StringEquals": pairs(subset)}),
        (None, None) => json!({}),
    }
}

/// Who may grant may grant no more than it was granted.
fn of_children(grant: &GrantRecord) -> Value {
    let operations: Vec<_> = grant.operations.iter().collect();
    let mut equal = serde_json::Map::new();
    if let Some(equals) = &grant.equals {
        equal.insert(GRANT_CONSTRAINT.to_owned(), whole(equals).into());
    }
    for (key, value) in grant.subset.iter().flatten() {
        equal.insert(format!("{GRANT_CONSTRAINT}:{key}"), value.as_str().into());
    }
    json!({"ForAllValues:StringEquals": {"kms:GrantOperations": operations}, "StringEquals": equal})
}

/// An encryption context as one text.
pub(crate) fn whole(context: &BTreeMap<String, String>) -> String {
    serde_json::to_string(context).expect("a map of texts is JSON")
}

fn principal(name: &str) -> Value {
    if name.ends_with(".amazonaws.com") { json!({"Service": name}) } else { json!({"AWS": name}) }
}
