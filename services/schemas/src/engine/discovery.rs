//! What comes of events: each kind is one schema of the registry of what was discovered. What is known of a kind only grows;
//! a version is made when the document that says it becomes another one.

use std::collections::BTreeMap;

use serde_json::Value;
use store::StoreError;

use super::Engine;
use super::document::Language;
use super::document::learnt::Learnt;
use super::document::words::schema_name;
use super::home::{DISCOVERED, Home};
use super::{registry, schema};
use crate::limits;
use crate::store::{LEARNT, LearntRecord, VERSIONS};

impl Engine {
    /// Learns from events. Those of known shapes cost one look at what is known.
    pub(crate) async fn learn(&self, home: &Home, events: &[Value]) -> Result<(), StoreError> {
        let mut kinds: BTreeMap<String, Learnt> = BTreeMap::new();
        for learnt in events.iter().filter_map(Learnt::of) {
            let name = schema_name(&learnt.source, &learnt.detail_type, limits::SCHEMA_NAME);
            let learnt = match kinds.remove(&name) {
                Some(before) => before.join(learnt),
                None => learnt,
            };
            kinds.insert(name, learnt);
        }
        for (name, learnt) in kinds {
            let known = LEARNT.get(&self.store().read().await?, &home.scope(), &name).await?;
            if known.is_none_or(|known| known.learnt.clone().join(learnt.clone()) != known.learnt) {
                self.learn_one(home, &name, &learnt).await?;
            }
        }
        Ok(())
    }

    async fn learn_one(&self, home: &Home, name: &str, seen: &Learnt) -> Result<(), StoreError> {
        let (scope, id, now) = (&home.scope(), &home.registry(DISCOVERED).schema(name), self.now());
        self.store()
            .transact(|tx| async move {
                let known = LEARNT.get(&tx, scope, &name).await?;
                let learnt = known.map_or_else(|| seen.clone(), |known| known.learnt.join(seen.clone()));
                let content = learnt.document().to_string();
                if content.len() > limits::CONTENT {
                    return Ok(());
                }
                registry::ensure_discovered(&tx, home).await?;
                let there = schema::find(&tx, id).await?;
                let record = there.unwrap_or_else(|| schema::begin(now, None, names::Tags::new()));
                if record.versions >= limits::VERSIONS {
                    return Ok(());
                }
                let newest = VERSIONS.get(&tx, scope, &(DISCOVERED, name, record.newest)).await?;
                if newest.is_none_or(|newest| newest.content != content) {
                    schema::add_version(&tx, id, record, (Language::OpenApi3, &content), now)?;
                }
                LEARNT.put(&tx, scope, &name, &LearntRecord { learnt })
            })
            .await
    }
}
