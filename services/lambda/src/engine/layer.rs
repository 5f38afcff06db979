//! Layers: packages that several functions share, version by version.

use store::{Span, StoreError};

use super::code::Written;
use super::home::Home;
use super::{Answer, Engine};
use crate::store::{LAYER_VERSIONS, LAYERS, LayerRecord, LayerVersionRecord, POLICIES};

impl Engine {
    /// Publishes a version of a layer. Its number.
    pub(crate) async fn publish_layer(
        &self,
        home: &Home,
        name: &str,
        code: &Written,
        record: &LayerVersionRecord,
    ) -> Answer<u64> {
        let scope = &home.scope();
        self.store()
            .transact(|tx| async move {
                let newest = LAYERS.get(&tx, scope, &name).await?.unwrap_or_default().newest + 1;
                self.name_written(&tx, scope, code).await?;
                LAYERS.put(&tx, scope, &name, &LayerRecord { newest })?;
                LAYER_VERSIONS.put(&tx, scope, &(name, newest), record)?;
                Ok(newest)
            })
            .await
    }

    /// A version of a layer, if it is there.
    pub(crate) async fn layer_version(
        &self,
        home: &Home,
        name: &str,
        number: u64,
    ) -> Result<Option<LayerVersionRecord>, StoreError> {
        LAYER_VERSIONS.get(&self.store().read().await?, &home.scope(), &(name, number)).await
    }

    /// Versions of a layer, or of all, the newest of each first.
    pub(crate) async fn layer_versions(
        &self,
        home: &Home,
        name: Option<&str>,
    ) -> Result<Vec<((String, u64), LayerVersionRecord)>, StoreError> {
        let of = name.map_or_else(Span::all, |name| Span::prefix::<(String,)>(&(name,)));
        let mut all = LAYER_VERSIONS.scan_all(&self.store().read().await?, &home.scope(), &of).await?;
        all.sort_by(|((one, first), _), ((other, second), _)| one.cmp(other).then(second.cmp(first)));
        Ok(all)
    }

    /// Deletes a version of a layer; one that is not there is no mistake. Functions that use it keep its bytes only as long
    /// as they are unpacked.
    pub(crate) async fn delete_layer_version(&self, home: &Home, name: &str, number: u64) -> Answer<()> {
        let scope = &home.scope();
        self.store()
            .transact(|tx| async move {
                if let Some(there) = LAYER_VERSIONS.get(&tx, scope, &(name, number)).await? {
                    LAYER_VERSIONS.delete(&tx, scope, &(name, number));
                    POLICIES.delete(&tx, scope, &(super::policy::LAYER, name, number.to_string().as_str()));
                    self.unname(&tx, scope, &there.digest).await?;
                }
                Ok::<_, super::Refusal>(())
            })
            .await?;
        self.sweeps().signal();
        Ok(())
    }
}
