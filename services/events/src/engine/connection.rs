//! Connections: how to be let in somewhere. What they hold is sealed, opened only to be used, and shown to nobody.

use std::time::Duration;

use names::Timestamp;
use serde_json::Value;
use store::{Span, StoreError};

use super::home::Home;
use super::{Answer, Engine, Refusal};
use crate::store::{CONNECTIONS, ConnectionRecord};

/// A token that an authorization server gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// What to show.
    pub(crate) text: String,
    /// Until when it is used.
    pub(crate) until: Timestamp,
}

/// The kind of connections that ask an authorization server.
pub(crate) const OAUTH: &str = "OAUTH_CLIENT_CREDENTIALS";
/// How long before its end a token is not used any more.
const MARGIN: Duration = Duration::from_secs(60);

/// What a connection is to be.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) description: Option<String>,
    pub(crate) kind: Option<String>,
    /// The parameters that are given, as the API takes them.
    pub(crate) parameters: Value,
    pub(crate) key: Option<String>,
}

impl Engine {
    /// Creates a connection.
    pub(crate) async fn create_connection(&self, home: &Home, name: &str, wanted: Wanted) -> Answer<ConnectionRecord> {
        let (random, now) = (&self.runtime().random, self.now());
        let id = random.uuid();
        let kind = wanted.kind.unwrap_or_default();
        let state = first_state(&kind);
        let record = ConnectionRecord {
            sealed: self.close(home, name, &id, &wanted.parameters),
            secret_id: format!("{}-{}", random.uuid(), random.alphanumeric(6)),
            id,
            description: wanted.description,
            state: state.to_owned(),
            reason: None,
            key: wanted.key,
            created: now,
            modified: now,
            // AWS shows an instant from the beginning, even before an authorization server was asked.
            authorized: Some(now),
            kind,
        };
        let (scope, record) = (&home.scope(), &record);
        self.store()
            .transact(|tx| async move {
                if CONNECTIONS.get(&tx, scope, &name).await?.is_some() {
                    return Err(Refusal::Taken);
                }
                CONNECTIONS.put(&tx, scope, &name, record)?;
                Ok(())
            })
            .await?;
        self.authorizations().signal();
        Ok(record.clone())
    }

    /// A connection, if it is there.
    pub(crate) async fn connection(&self, home: &Home, name: &str) -> Result<Option<ConnectionRecord>, StoreError> {
        CONNECTIONS.get(&self.store().read().await?, &home.scope(), &name).await
    }

    /// Changes a connection: what is given goes over what is there.
    pub(crate) async fn change_connection(&self, home: &Home, name: &str, wanted: &Wanted) -> Answer<ConnectionRecord> {
        let (scope, now) = (&home.scope(), self.now());
        let changed = self
            .store()
            .transact(|tx| async move {
                let mut record = CONNECTIONS.get(&tx, scope, &name).await?.ok_or(Refusal::Absent)?;
                let mut parameters = self.parameters(home, name, &record)?;
                merge(&mut parameters, &wanted.parameters);
                if let Some(kind) = wanted.kind.as_ref().filter(|kind| **kind != record.kind) {
                    record.kind.clone_from(kind);
                }
                keep_kind(&mut parameters, &record.kind);
                record.sealed = self.close(home, name, &record.id, &parameters);
                record.description = wanted.description.clone().or(record.description);
                record.key = wanted.key.clone().or(record.key);
                first_state(&record.kind).clone_into(&mut record.state);
                (record.reason, record.modified, record.authorized) = (None, now, Some(now));
                CONNECTIONS.put(&tx, scope, &name, &record)?;
                Ok::<_, Refusal>(record)
            })
            .await?;
        self.0.tokens.lock().remove(&changed.id);
        self.authorizations().signal();
        Ok(changed)
    }

    /// Forgets what a connection is let in with.
    pub(crate) async fn deauthorize(&self, home: &Home, name: &str) -> Answer<ConnectionRecord> {
        let (scope, now) = (&home.scope(), self.now());
        let changed = self
            .store()
            .transact(|tx| async move {
                let mut record = CONNECTIONS.get(&tx, scope, &name).await?.ok_or(Refusal::Absent)?;
                record.sealed = self.close(home, name, &record.id, &Value::Object(serde_json::Map::new()));
                "DEAUTHORIZED".clone_into(&mut record.state);
                record.modified = now;
                CONNECTIONS.put(&tx, scope, &name, &record)?;
                Ok::<_, Refusal>(record)
            })
            .await?;
        self.0.tokens.lock().remove(&changed.id);
        Ok(changed)
    }

    /// Deletes a connection; answers what it was.
    pub(crate) async fn delete_connection(&self, home: &Home, name: &str) -> Answer<ConnectionRecord> {
        let scope = &home.scope();
        self.store()
            .transact(|tx| async move {
                let record = CONNECTIONS.get(&tx, scope, &name).await?.ok_or(Refusal::Absent)?;
                CONNECTIONS.delete(&tx, scope, &name);
                Ok(record)
            })
            .await
    }

    /// Connections after a name; at most `limit`.
    pub(crate) async fn connections(
        &self,
        home: &Home,
        wanted: impl Fn(&str, &ConnectionRecord) -> bool,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, ConnectionRecord)>, StoreError> {
        let all = CONNECTIONS.scan_all(&self.store().read().await?, &home.scope(), &Span::all()).await?;
        let later = all.into_iter().filter(|(name, _)| after.is_none_or(|after| name.as_str() > after));
        Ok(later.filter(|(name, record)| wanted(name, record)).take(limit).collect())
    }

    /// What a connection holds, as the API takes it.
    pub(crate) fn parameters(&self, home: &Home, name: &str, record: &ConnectionRecord) -> Result<Value, StoreError> {
        let plain = self.0.seal.open(&context(home, name, &record.id), &record.sealed)?;
        serde_json::from_slice(&plain).map_err(|_| StoreError::corrupt("a connection's parameters"))
    }

    fn close(&self, home: &Home, name: &str, id: &str, parameters: &Value) -> Vec<u8> {
        self.0.seal.close(&self.runtime().random, &context(home, name, id), parameters.to_string().as_bytes())
    }

    /// The token that a connection was given last, as long as it holds.
    pub(crate) fn token(&self, id: &str) -> Option<String> {
        let now = self.now();
        self.0.tokens.lock().get(id).filter(|token| token.until > now).map(|token| token.text.clone())
    }

    /// Keeps the token that a connection was given; it holds for so long.
    pub(crate) fn keep_token(&self, id: &str, text: String, holds: Duration) {
        let until = self.now().plus(holds.saturating_sub(MARGIN));
        self.0.tokens.lock().insert(id.to_owned(), Token { text, until });
    }

    /// Forgets a token that was not accepted.
    pub(crate) fn drop_token(&self, id: &str) {
        self.0.tokens.lock().remove(id);
    }

    /// Connections that wait for an authorization server.
    pub(crate) async fn authorizing(&self) -> Result<Vec<(Home, String, ConnectionRecord)>, StoreError> {
        let all = CONNECTIONS.scan_everywhere(&self.store().read().await?).await?;
        let waiting = all.into_iter().filter(|(_, _, record)| record.state == "AUTHORIZING");
        let homed = waiting.filter_map(|(scope, name, record)| match scope {
            store::Scope::Regional(account, region) => Some((Home { account, region }, name, record)),
            _ => None,
        });
        Ok(homed.collect())
    }

    /// Notes how an authorization server answered, unless the connection was changed meanwhile.
    pub(crate) async fn authorized(
        &self,
        home: &Home,
        name: &str,
        asked: &ConnectionRecord,
        refused: Option<String>,
    ) -> Result<(), StoreError> {
        let (scope, now, refused) = (&home.scope(), self.now(), &refused);
        self.store()
            .transact(|tx| async move {
                let Some(mut record) = CONNECTIONS.get(&tx, scope, &name).await? else { return Ok(()) };
                if record != *asked {
                    return Ok(());
                }
                match refused {
                    None => {
                        "AUTHORIZED".clone_into(&mut record.state);
                        (record.authorized, record.reason) = (Some(now), None);
                    }
                    Some(reason) => {
                        "DEAUTHORIZED".clone_into(&mut record.state);
                        record.reason = Some(reason.clone());
                    }
                }
                CONNECTIONS.put(&tx, scope, &name, &record)
            })
            .await
    }
}

fn first_state(kind: &str) -> &'static str {
    if kind == OAUTH { "AUTHORIZING" } else { "AUTHORIZED" }
}

/// What a connection's secrets are bound to.
fn context(home: &Home, name: &str, id: &str) -> Vec<u8> {
    format!("{}/{}/{name}/{id}", home.account, home.region).into_bytes()
}

/// Lays members over members; lists are replaced.
fn merge(onto: &mut Value, over: &Value) {
    match (onto, over) {
        (Value::Object(onto), Value::Object(over)) => {
            for (name, value) in over {
                merge(onto.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (onto, over) => over.clone_into(onto),
    }
}

/// Drops what is of another kind.
fn keep_kind(parameters: &mut Value, kind: &str) {
    let own = match kind {
        "BASIC" => "BasicAuthParameters",
        "API_KEY" => "ApiKeyAuthParameters",
        _ => "OAuthParameters",
    };
    if let Value::Object(members) = parameters {
        members.retain(|name, _| {
            name == own || !matches!(name.as_str(), "BasicAuthParameters" | "ApiKeyAuthParameters" | "OAuthParameters")
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_go_over_what_is_there() {
        let mut parameters = json!({"BasicAuthParameters": {"Username": "u", "Password": "p"}, "X": [1]});
        merge(&mut parameters, &json!({"BasicAuthParameters": {"Password": "q"}, "X": [2, 3]}));
        assert_eq!(parameters, json!({"BasicAuthParameters": {"Username": "u", "Password": "q"}, "X": [2, 3]}));
        keep_kind(&mut parameters, "API_KEY");
        assert_eq!(parameters, json!({"X": [2, 3]}));
    }
}
