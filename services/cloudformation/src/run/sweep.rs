//! Deleting many resources: each when nothing is left that builds on it.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use service_kit::Error;

use super::driver::{Driver, Job};
use super::forward::told;
use super::journal;
use crate::store::{IMPORTS, LEFTOVERS, RESOURCES, ResourceRecord, Stage, of};

/// A resource that is to go: the present one of its name, or one that was replaced.
#[derive(Clone)]
struct Doomed {
    resource: ResourceRecord,
    leftover: Option<u64>,
}

/// Why a resource is deleted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// The stack goes.
    Removed,
    /// The template has it no more, or it was replaced.
    Dropped,
    /// What made it failed.
    Undone,
}

impl Driver {
    /// Deletes what an update left over.
    pub(crate) async fn cleanup(&self, job: &Job) -> Result<(), Error> {
        let document = Self::document(&job.stack.deployment.clone().unwrap_or_default())?;
        let mut doomed = self.leftovers().await?;
        // What the update did not come to is not in the template any more, or its condition does not hold.
        let stale = |resource: &ResourceRecord| {
            resource.operation != job.work.operation || document.resource(&resource.name).is_none()
        };
        let all = self.resources().await?.into_values();
        let gone = all.filter(|resource| {
            resource.stage != Stage::Gone && (stale(resource) || resource.status.starts_with("DELETE"))
        });
        doomed.extend(gone.map(|resource| Doomed { resource, leftover: None }));
        self.sweep(job, doomed, Why::Dropped).await?;
        self.updated(job).await
    }

    /// Deletes what an update had made before it failed.
    pub(crate) async fn restore_cleanup(&self, job: &Job) -> Result<(), Error> {
        let mut doomed = self.leftovers().await?;
        let made = self
            .resources()
            .await?
            .into_values()
            .filter(|resource| resource.made_in == job.stack.operation && resource.stage != Stage::Gone);
        doomed.extend(made.map(|resource| Doomed { resource, leftover: None }));
        self.sweep(job, doomed, Why::Undone).await?;
        self.rolled_back(job).await
    }

    /// Deletes what a creation made before it failed.
    pub(crate) async fn undo(&self, job: &Job) -> Result<(), Error> {
        let failed = self.sweep(job, self.present().await?, Why::Undone).await?;
        let reason = (!failed.is_empty()).then(|| told(&failed));
        let status = if failed.is_empty() { "ROLLBACK_COMPLETE" } else { "ROLLBACK_FAILED" };
        self.end(job, failed.is_empty(), |stack| {
            status.clone_into(&mut stack.status);
            stack.reason.clone_from(&reason);
        })
        .await
    }

    /// Deletes a stack.
    pub(crate) async fn remove(&self, job: &Job) -> Result<(), Error> {
        if let Some(reason) = self.still_imported().await? {
            return self
                .end(job, false, |stack| {
                    stack.status = "DELETE_FAILED".to_owned();
                    stack.reason = Some(reason.clone());
                })
                .await;
        }
        let failed = self.sweep(job, self.present().await?, Why::Removed).await?;
        if failed.is_empty() {
            self.deleted(job).await
        } else {
            let reason = told(&failed);
            self.end(job, false, |stack| {
                stack.status = "DELETE_FAILED".to_owned();
                stack.reason = Some(reason.clone());
            })
            .await
        }
    }

    /// Why its exports do not let a stack go.
    async fn still_imported(&self) -> Result<Option<String>, Error> {
        let (view, scope) = (self.stacks.store.read().await?, self.scope());
        for (name, export) in crate::store::EXPORTS.scan_all(&view, &scope, &store::Span::all()).await? {
            if export.stack == self.id {
                let users = IMPORTS.scan_all(&view, &scope, &of(&name)).await?;
                let users: Vec<_> =
                    users.into_iter().filter(|((_, by), _)| *by != self.id).map(|(_, named)| named.stack).collect();
                if !users.is_empty() {
                    return Ok(Some(format!(
                        "Delete canceled. Cannot delete export {name} as it is in use by {}.",
                        users.join(" and ")
                    )));
                }
            }
        }
        Ok(None)
    }

    async fn present(&self) -> Result<Vec<Doomed>, Error> {
        let mut doomed = self.leftovers().await?;
        let present = self.resources().await?.into_values().filter(|resource| resource.stage != Stage::Gone);
        doomed.extend(present.map(|resource| Doomed { resource, leftover: None }));
        Ok(doomed)
    }

    async fn leftovers(&self) -> Result<Vec<Doomed>, Error> {
        let view = self.stacks.store.read().await?;
        let rows = LEFTOVERS.all(&self.stacks.vault, &view, &self.scope(), &of(&self.id)).await?;
        Ok(rows.into_iter().map(|((_, number), resource)| Doomed { resource, leftover: Some(number) }).collect())
    }

    /// Deletes all of them; tells those that stayed.
    async fn sweep(&self, job: &Job, doomed: Vec<Doomed>, why: Why) -> Result<BTreeMap<String, &'static str>, Error> {
        let (mut waiting, mut running, mut failed) = (doomed, FuturesUnordered::new(), BTreeMap::new());
        let mut under_way: Vec<Doomed> = Vec::new();
        loop {
            let mut next = Vec::new();
            waiting.retain(|one| {
                let name = &one.resource.name;
                let used = |other: &Doomed| other.resource.name != *name && other.resource.on.contains(name);
                let free = !under_way.iter().any(used) && !failed.contains_key(name);
                if free {
                    next.push(one.clone());
                }
                !free
            });
            // Of those just taken, the ones that others among them build on wait.
            let (ready, later): (Vec<_>, Vec<_>) = next.iter().cloned().partition(|one| {
                let all = next.iter().chain(&waiting);
                !all.clone().any(|other| {
                    other.resource.name != one.resource.name && other.resource.on.contains(&one.resource.name)
                })
            });
            waiting.extend(later);
            if ready.is_empty() && running.is_empty() {
                break;
            }
            for one in ready {
                under_way.push(one.clone());
                running.push(async move { (one.clone(), self.delete(job, one, why).await) });
            }
            if let Some((one, done)) = running.next().await {
                under_way.retain(|other| other.resource.name != one.resource.name || other.leftover != one.leftover);
                if !done? {
                    failed.insert(one.resource.name.clone(), "delete");
                    // What it builds on stays with it.
                    let needed: BTreeSet<_> = one.resource.on.iter().cloned().collect();
                    waiting.retain(|other| !needed.contains(&other.resource.name));
                }
            }
        }
        Ok(failed)
    }

    /// Deletes one; tells whether it is gone or left alone on purpose.
    async fn delete(&self, job: &Job, one: Doomed, why: Why) -> Result<bool, Error> {
        let Doomed { mut resource, leftover } = one;
        let policy = if leftover.is_some() { &resource.replace_policy } else { &resource.deletion_policy };
        let made_now = resource.made_in == job.work.operation || resource.made_in == job.stack.operation;
        let keeps = match policy.as_deref() {
            Some("Retain") => !(why == Why::Undone && job.work.retain_except_on_create && made_now),
            Some("RetainExceptOnCreate") => !(why == Why::Undone && made_now),
            _ => false,
        };
        let retained = job.work.retain.contains(&resource.name);
        let id = match (resource.physical.clone(), resource.stage) {
            (Some(id), _) => Some(id),
            // Begun and cut short: it may be there.
            (None, Stage::Making) => match self.kind(&resource.kind) {
                Some(kind) => self.sought(job, &resource, &kind).await,
                None => None,
            },
            (None, _) => None,
        };
        resource.physical.clone_from(&id);
        let Some(id) = id else {
            return self.gone(job, resource, leftover, "DELETE_COMPLETE").await.map(|()| true);
        };
        if keeps || retained {
            return self.gone(job, resource, leftover, "DELETE_SKIPPED").await.map(|()| true);
        }
        if resource.status != "DELETE_IN_PROGRESS" {
            self.mark(job, &mut resource, leftover, "DELETE_IN_PROGRESS", None).await?;
        }
        let deleted = match self.kind(&resource.kind) {
            Some(kind) => kind.delete(&job.ctx, &id).await,
            None => Ok(()),
        };
        match deleted {
            Ok(()) => self.gone(job, resource, leftover, "DELETE_COMPLETE").await.map(|()| true),
            Err(error) => {
                let reason = self.told(error)?;
                self.mark(job, &mut resource, leftover, "DELETE_FAILED", Some(reason)).await?;
                Ok(false)
            }
        }
    }

    async fn mark(
        &self,
        job: &Job,
        resource: &mut ResourceRecord,
        leftover: Option<u64>,
        status: &str,
        reason: Option<String>,
    ) -> Result<(), Error> {
        status.clone_into(&mut resource.status);
        resource.reason = reason;
        resource.at = self.now();
        let event = journal::of_resource(resource, &self.cloud.runtime().random, job.work.token.clone());
        let (scope, vault, id, resource, event) = (&self.scope(), &self.stacks.vault, &self.id, &*resource, &event);
        let marked = self.stacks.store.transact(|tx| async move {
            match leftover {
                Some(number) => LEFTOVERS.put(vault, &tx, scope, &(id.as_str(), number), resource)?,
                None => RESOURCES.put(vault, &tx, scope, &(id.as_str(), resource.name.as_str()), resource)?,
            }
            journal::event(&tx, scope, id, event).await
        });
        Ok(marked.await?)
    }

    async fn gone(
        &self,
        job: &Job,
        mut resource: ResourceRecord,
        leftover: Option<u64>,
        status: &str,
    ) -> Result<(), Error> {
        status.clone_into(&mut resource.status);
        resource.reason = None;
        resource.stage = Stage::Gone;
        resource.at = self.now();
        let event = journal::of_resource(&resource, &self.cloud.runtime().random, job.work.token.clone());
        let (scope, vault, id, resource, event) = (&self.scope(), &self.stacks.vault, &self.id, &resource, &event);
        let gone = self.stacks.store.transact(|tx| async move {
            match leftover {
                Some(number) => LEFTOVERS.delete(&tx, scope, &(id.as_str(), number)),
                None => RESOURCES.put(vault, &tx, scope, &(id.as_str(), resource.name.as_str()), resource)?,
            }
            journal::event(&tx, scope, id, event).await
        });
        Ok(gone.await?)
    }
}
