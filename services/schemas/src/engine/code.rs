//! Which schemas have code. The code itself is made when it is fetched: the same document always gives the same.

use names::Timestamp;
use store::StoreError;

use super::binding::{self, Target};
use super::home::SchemaId;
use super::{Answer, Engine, Refusal, Shown};
use crate::limits;
use crate::store::{BINDINGS, BindingRecord};

/// Code for a version of a schema.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) number: u64,
    pub(crate) created: Timestamp,
    /// When it is there.
    pub(crate) ready: Timestamp,
}

impl Engine {
    /// Has code made for a version of a schema. What is there already stays as it is.
    pub(crate) async fn make_code(&self, id: &SchemaId, number: Option<u64>, target: Target) -> Answer<Code> {
        let Shown { number, .. } = self.version(id, number).await?;
        let (scope, now) = (&id.registry.home.scope(), self.now());
        let record = self
            .store()
            .transact(|tx| async move {
                let key = (id.registry.name.as_str(), id.name.as_str(), number, target.as_str());
                if let Some(there) = BINDINGS.get(&tx, scope, &key).await? {
                    return Ok(there);
                }
                let record = BindingRecord { created: now };
                BINDINGS.put(&tx, scope, &key, &record)?;
                Ok::<_, StoreError>(record)
            })
            .await?;
        Ok(code(number, &record))
    }

    /// How code for a version of a schema stands.
    pub(crate) async fn code(&self, id: &SchemaId, number: Option<u64>, target: Target) -> Answer<Code> {
        let Shown { number, .. } = self.version(id, number).await?;
        let key = (id.registry.name.as_str(), id.name.as_str(), number, target.as_str());
        let record = BINDINGS.get(&self.store().read().await?, &id.registry.home.scope(), &key).await?;
        record.map(|record| code(number, &record)).ok_or(Refusal::NoCode)
    }

    /// The archive with the code for a version of a schema.
    pub(crate) async fn source(&self, id: &SchemaId, number: Option<u64>, target: Target) -> Answer<Vec<u8>> {
        let code = self.code(id, number, target).await?;
        if code.ready > self.now() {
            return Err(Refusal::NoCode);
        }
        let Shown { version, .. } = self.version(id, Some(code.number)).await?;
        let document = serde_json::from_str(&version.content).unwrap_or_default();
        Ok(binding::archive(target, &id.name, &document))
    }
}

fn code(number: u64, record: &BindingRecord) -> Code {
    Code { number, created: record.created, ready: record.created.plus(limits::GENERATION) }
}
