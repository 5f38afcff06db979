//! One stack's operation, phase after phase, until there is none left.

use std::collections::BTreeMap;
use std::sync::Arc;

use api_cloudformation::CreateStack;
use names::{Arn, Timestamp};
use service_kit::{AssumeAs, Cloud, Ctx, Error, Fault, Sender};
use store::{Scope, StoreError};

use super::{Stacks, journal};
use crate::engine::document::Document;
use crate::store::{
    BEFORE, Deployment, PENDING, Phase, Place, RESOURCES, ResourceRecord, STACKS, StackRecord, Stage, WORK, Work, of,
};

/// Whoever carries out what was asked of one stack.
pub(crate) struct Driver {
    /// The cloud.
    pub cloud: Cloud,
    /// The service's state.
    pub stacks: Arc<Stacks>,
    /// Where the stack is.
    pub place: Place,
    /// The stack.
    pub id: String,
}

/// What a phase needs of the stack.
pub(crate) struct Job {
    /// The stack as it was when the phase began.
    pub stack: StackRecord,
    /// The operation.
    pub work: Work,
    /// In whose name resources are made.
    pub ctx: Ctx,
}

/// How a phase ended.
pub(crate) enum Ended {
    /// Well.
    Well,
    /// For this reason not.
    Badly(String),
}

impl Driver {
    /// Carries the operation out to its end. Errors leave it to be gone on with.
    pub(crate) async fn run(&self) -> Result<(), Error> {
        while let Some((stack, work)) = self.load().await? {
            if self.cloud.runtime().shutdown.is_requested() {
                return Ok(());
            }
            let ctx = match self.acting(&stack, &work).await {
                Ok(ctx) => ctx,
                Err(Error::Fault(fault @ (Fault::Unavailable { .. } | Fault::Internal { .. }))) => {
                    return Err(fault.into());
                }
                // The role went away. Who asked goes on for it as far as that goes, so that the stack ends somewhere.
                Err(_) => self.stand_in(&Arc::new(work.caller.clone()))?,
            };
            let job = Job { stack, work, ctx };
            match job.work.phase {
                Phase::Forward => self.forward(&job).await?,
                Phase::Cleanup => self.cleanup(&job).await?,
                Phase::Undo => self.undo(&job).await?,
                Phase::Restore => self.restore(&job).await?,
                Phase::RestoreCleanup => self.restore_cleanup(&job).await?,
                Phase::Remove => self.remove(&job).await?,
            }
        }
        Ok(())
    }

    async fn load(&self) -> Result<Option<(StackRecord, Work)>, Error> {
        let (scope, view) = (self.scope(), self.stacks.store.read().await?);
        let work = WORK.get(&self.stacks.vault, &view, &scope, &self.id).await?;
        let stack = STACKS.get(&self.stacks.vault, &view, &scope, &self.id).await?;
        Ok(stack.zip(work))
    }

    pub(crate) fn scope(&self) -> Scope {
        self.place.scope()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.cloud.runtime().clock.now()
    }

    fn stand_in(&self, caller: &Arc<service_kit::Caller>) -> Result<Ctx, Error> {
        let sender = Sender { cloud: self.cloud.clone(), caller: caller.clone(), source_arn: None };
        sender.stand_in::<CreateStack>(&self.place.region)
    }

    /// The context in which resources are made: of the stack's role, or of whoever asked.
    async fn acting(&self, stack: &StackRecord, work: &Work) -> Result<Ctx, Error> {
        let role = stack.deployment.as_ref().and_then(|deployment| deployment.role.as_deref());
        let Some(role) = role.and_then(|role| role.parse::<Arn>().ok()) else {
            return self.stand_in(&Arc::new(work.caller.clone()));
        };
        let asked = AssumeAs {
            service: "cloudformation.amazonaws.com",
            account: self.place.account,
            role: &role,
            session_name: "AWSCloudFormation",
            source_arn: None,
        };
        let caller = self.stacks.sessions.assume(&self.cloud, &asked).await?;
        self.stand_in(&caller)
    }

    /// All resources as they are recorded.
    pub(crate) async fn resources(&self) -> Result<BTreeMap<String, ResourceRecord>, Error> {
        let view = self.stacks.store.read().await?;
        let all = RESOURCES.all(&self.stacks.vault, &view, &self.scope(), &of(&self.id)).await?;
        Ok(all.into_iter().map(|((_, name), resource)| (name, resource)).collect())
    }

    /// The resources as they were before the update.
    pub(crate) async fn before(&self) -> Result<BTreeMap<String, ResourceRecord>, Error> {
        let view = self.stacks.store.read().await?;
        let all = BEFORE.all(&self.stacks.vault, &view, &self.scope(), &of(&self.id)).await?;
        Ok(all.into_iter().map(|((_, name), resource)| (name, resource)).collect())
    }

    /// The template of a deployment, which was checked when it came.
    pub(crate) fn document(deployment: &Deployment) -> Result<Document, Error> {
        let template = serde_json::Value::Object(deployment.processed.0.clone());
        Document::read(&template, &|_| true).map_err(|refusal| Fault::internal(refusal.0).into())
    }

    /// Whether the operation shall stop: somebody cancelled it, or it is too late.
    pub(crate) async fn stopped(&self, job: &Job) -> Result<Option<&'static str>, Error> {
        if job.work.deadline.is_some_and(|deadline| self.now() >= deadline) {
            return Ok(Some("Stack operation timed out"));
        }
        let view = self.stacks.store.read().await?;
        let work = WORK.get(&self.stacks.vault, &view, &self.scope(), &self.id).await?;
        Ok(work.is_some_and(|work| work.cancelled).then_some("User Initiated"))
    }

    /// Goes on to another phase, with another status of the stack.
    pub(crate) async fn turn(
        &self,
        job: &Job,
        phase: Phase,
        status: &str,
        reason: Option<String>,
    ) -> Result<(), Error> {
        let (scope, vault, now) = (&self.scope(), &self.stacks.vault, self.now());
        let reason = &reason;
        let turned = self.stacks.store.transact(|tx| async move {
            let mut stack = STACKS.get(vault, &tx, scope, &self.id).await?.unwrap_or_default();
            stack.status = status.to_owned();
            stack.reason.clone_from(reason);
            STACKS.put(vault, &tx, scope, &self.id, &stack)?;
            WORK.put(vault, &tx, scope, &self.id, &Work { phase, cancelled: false, ..job.work.clone() })?;
            let event = journal::of_stack(&stack, vault.random.uuid(), now, job.work.token.clone());
            journal::event(&tx, scope, &self.id, &event).await
        });
        turned.await?;
        self.tell(job, status).await;
        Ok(())
    }

    /// Ends the operation. `change` gives the stack its last status; `tidy` says that nothing of the way back is needed.
    pub(crate) async fn end(
        &self,
        job: &Job,
        tidy: bool,
        change: impl Fn(&mut StackRecord) + Send + Sync,
    ) -> Result<(), Error> {
        let (scope, vault, now, change) = (&self.scope(), &self.stacks.vault, self.now(), &change);
        let ended = self.stacks.store.transact(|tx| async move {
            let mut stack = STACKS.get(vault, &tx, scope, &self.id).await?.unwrap_or_default();
            change(&mut stack);
            STACKS.put(vault, &tx, scope, &self.id, &stack)?;
            if tidy {
                for ((id, name), _) in BEFORE.all(vault, &tx, scope, &of(&self.id)).await? {
                    BEFORE.delete(&tx, scope, &(id, name));
                }
                for ((id, name), resource) in RESOURCES.all(vault, &tx, scope, &of(&self.id)).await? {
                    if resource.stage == Stage::Gone && stack.status != "DELETE_COMPLETE" {
                        RESOURCES.delete(&tx, scope, &(id, name));
                    }
                }
            }
            WORK.delete(&tx, scope, &self.id);
            PENDING.delete(&tx, &Scope::Global, &self.id);
            let event = journal::of_stack(&stack, vault.random.uuid(), now, job.work.token.clone());
            journal::event(&tx, scope, &self.id, &event).await?;
            Ok::<_, StoreError>(stack.status)
        });
        let status = ended.await?;
        self.tell(job, &status).await;
        Ok(())
    }
}
