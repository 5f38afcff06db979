//! Changes of what a bucket is together with the configuration that says so: both or neither.

use store::StoreError;

use super::{Config, write_config};
use crate::engine::Engine;
use crate::engine::bucket::{Bucket, here};
use crate::engine::refusal::Refusal;
use crate::store::{BUCKETS, BucketRecord, SCOPE};

impl Engine {
    /// Changes a bucket and sets a configuration of it, or removes it. `change` may run several times.
    pub(crate) async fn settle<C: Config + Sync>(
        &self,
        bucket: &Bucket,
        config: Option<&C>,
        change: impl Fn(&mut BucketRecord) + Sync,
    ) -> Result<(), Refusal> {
        let change = &change;
        self.store()
            .transact(|tx| async move {
                let mut record = here(&tx, &bucket.name, Some(bucket.no())).await?;
                change(&mut record);
                BUCKETS.put(&tx, &SCOPE, &bucket.name, &record)?;
                match config {
                    Some(config) => write_config(&tx, bucket.no(), "", config)?,
                    None => super::erase_config::<C>(&tx, bucket.no(), ""),
                }
                Ok::<_, Refusal>(())
            })
            .await
    }

    /// A configuration, and its default when none was ever set.
    pub(crate) async fn config_or<C: Config>(&self, bucket: &Bucket, unset: C) -> Result<C, StoreError> {
        Ok(self.config::<C>(bucket.no()).await?.unwrap_or(unset))
    }
}
