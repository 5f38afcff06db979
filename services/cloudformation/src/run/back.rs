//! Changing back what an update changed before it failed: what was changed gets its former properties, what was made anew gives
//! way to what it replaced.

use std::collections::{BTreeMap, BTreeSet};

use service_kit::Error;
use store::StoreError;

use super::driver::{Driver, Job};
use super::forward::told;
use crate::store::{LEFTOVERS, Phase, RESOURCES, ResourceRecord, Stage, of};

impl Driver {
    /// Changes back; then goes on to deleting what the update had made.
    pub(crate) async fn restore(&self, job: &Job) -> Result<(), Error> {
        let (before, mut failed) = (self.before().await?, BTreeMap::new());
        let mut done: BTreeSet<String> = BTreeSet::new();
        // In the order in which they build on each other, as it was before.
        while done.len() < before.len() {
            let next = before.values().find(|was| {
                !done.contains(&was.name) && was.on.iter().all(|on| done.contains(on) || !before.contains_key(on))
            });
            let Some(was) = next.or_else(|| before.values().find(|was| !done.contains(&was.name))) else { break };
            done.insert(was.name.clone());
            if job.work.skip.contains(&was.name) {
                continue;
            }
            if let Some(reason) = self.bring_back(job, was).await? {
                let mut resource = self.resources().await?.remove(&was.name).unwrap_or_else(|| was.clone());
                self.note(job, &mut resource, "UPDATE_FAILED", Some(reason)).await?;
                failed.insert(was.name.clone(), "update");
            }
        }
        if failed.is_empty() {
            return self.turn(job, Phase::RestoreCleanup, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", None).await;
        }
        let reason = told(&failed);
        self.end(job, false, |stack| {
            stack.status = "UPDATE_ROLLBACK_FAILED".to_owned();
            stack.reason = Some(reason.clone());
        })
        .await
    }

    /// Brings one back; tells why not.
    async fn bring_back(&self, job: &Job, was: &ResourceRecord) -> Result<Option<String>, Error> {
        let Some(is) = self.resources().await?.remove(&was.name) else { return Ok(None) };
        let was = ResourceRecord { made_in: is.made_in.clone(), ..was.clone() };
        if is.physical != was.physical {
            self.swap(&is, &was).await?;
            let mut was = was;
            self.note(job, &mut was, "UPDATE_COMPLETE", None).await?;
            return Ok(None);
        }
        if is.sent == was.sent && is.stage == Stage::Settled {
            return Ok(None);
        }
        let mut was = was;
        let Some(kind) = self.kind(&was.kind) else { return Ok(None) };
        self.note(job, &mut was, "UPDATE_IN_PROGRESS", None).await?;
        let id = was.physical.clone().unwrap_or_default();
        if let Err(error) = kind.update(&job.ctx, &id, was.sent.0.clone()).await {
            return self.told(error).map(Some);
        }
        self.note(job, &mut was, "UPDATE_COMPLETE", None).await?;
        Ok(None)
    }

    /// What replaced something is left over, and what was replaced is there again.
    async fn swap(&self, is: &ResourceRecord, was: &ResourceRecord) -> Result<(), Error> {
        let (scope, vault, id) = (&self.scope(), &self.stacks.vault, &self.id);
        let swapped = self.stacks.store.transact(|tx| async move {
            for ((_, number), leftover) in LEFTOVERS.all(vault, &tx, scope, &of(id)).await? {
                if leftover.name == was.name && leftover.physical == was.physical {
                    LEFTOVERS.delete(&tx, scope, &(id.as_str(), number));
                }
            }
            if is.physical.is_some() || is.stage == Stage::Making {
                let number = super::journal::number(&tx, scope, id).await?;
                // What the failed update made goes, whatever its policy.
                let new = ResourceRecord { replace_policy: None, ..is.clone() };
                LEFTOVERS.put(vault, &tx, scope, &(id.as_str(), number), &new)?;
            }
            RESOURCES.put(vault, &tx, scope, &(id.as_str(), was.name.as_str()), was)?;
            Ok::<_, StoreError>(())
        });
        Ok(swapped.await?)
    }
}
