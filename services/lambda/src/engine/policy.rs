//! Resource policies: statements that say who else may use a function, a version, an alias or a version of a layer.

use serde_json::{Value, json};
use store::StoreError;

use super::home::Home;
use super::{Answer, Engine, Refusal};
use crate::store::{POLICIES, PolicyRecord};

/// What carries a policy: a function, by name and qualifier (empty without one).
pub(crate) const FUNCTION: &str = "function";
/// A version of a layer, by name and number.
pub(crate) const LAYER: &str = "layer";

/// What carries a policy.
#[derive(Debug, Clone)]
pub(crate) struct Bearer<'a> {
    pub(crate) home: &'a Home,
    pub(crate) kind: &'static str,
    pub(crate) name: &'a str,
    pub(crate) qualifier: &'a str,
}

impl Engine {
    /// The policy of a bearer, if it has one.
    pub(crate) async fn policy(&self, of: &Bearer<'_>) -> Result<Option<PolicyRecord>, StoreError> {
        POLICIES.get(&self.store().read().await?, &of.home.scope(), &(of.kind, of.name, of.qualifier)).await
    }

    /// Adds a statement. The policy's new revision.
    pub(crate) async fn add_statement(
        &self,
        of: &Bearer<'_>,
        sid: &str,
        statement: &Value,
        seen: Option<&str>,
    ) -> Answer<String> {
        self.change_policy(of, seen, |policy| {
            if policy.statements.iter().any(|(there, _)| there == sid) {
                return Err(Refusal::Taken);
            }
            policy.statements.push((sid.to_owned(), statement.to_string()));
            Ok(())
        })
        .await
    }

    /// Removes a statement.
    pub(crate) async fn remove_statement(&self, of: &Bearer<'_>, sid: &str, seen: Option<&str>) -> Answer<()> {
        let removed = self.change_policy(of, seen, |policy| {
            let before = policy.statements.len();
            policy.statements.retain(|(there, _)| there != sid);
            if policy.statements.len() == before { Err(Refusal::Nothing) } else { Ok(()) }
        });
        removed.await.map(|_| ())
    }

    async fn change_policy(
        &self,
        of: &Bearer<'_>,
        seen: Option<&str>,
        change: impl Fn(&mut PolicyRecord) -> Answer<()> + Send + Sync,
    ) -> Answer<String> {
        let (scope, key, revision) =
            (&of.home.scope(), &(of.kind, of.name, of.qualifier), self.runtime().random.uuid());
        let (change, revision) = (&change, &revision);
        self.store()
            .transact(|tx| async move {
                let mut policy = POLICIES.get(&tx, scope, key).await?.unwrap_or_default();
                if seen.is_some_and(|seen| seen != policy.revision) {
                    return Err(Refusal::Stale);
                }
                change(&mut policy)?;
                policy.revision.clone_from(revision);
                if policy.statements.is_empty() {
                    POLICIES.delete(&tx, scope, key);
                } else {
                    POLICIES.put(&tx, scope, key, &policy)?;
                }
                Ok(revision.clone())
            })
            .await
    }
}

/// The document of a policy.
pub(crate) fn document(policy: &PolicyRecord) -> String {
    let statements: Vec<Value> =
        policy.statements.iter().filter_map(|(_, text)| serde_json::from_str(text).ok()).collect();
    json!({"Version": "2012-10-17", "Id": "default", "Statement": statements}).to_string()
}
