//! One resource: made, changed, deleted. What is about to be done is written down first, with the name it will have: after a
//! crash a resource that was made meanwhile is found again by that name.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use service_kit::properties::text_of;
use service_kit::{Error, Fault, Progress, PropertySource, ResourceType, dialect};
use store::StoreError;

use super::driver::{Driver, Job};
use super::forward::is_done;
use super::journal;
use crate::engine::document::Declared;
use crate::engine::policy::{self, Deed};
use crate::engine::refusal::Checked;
use crate::naming;
use crate::store::{BEFORE, Json, LEFTOVERS, RESOURCES, ResourceRecord, Stage};

/// What a resource shall be.
pub(crate) struct Wanted {
    /// Its properties.
    pub properties: Json,
    /// The same as they may be shown.
    pub shown: Json,
    /// Its metadata.
    pub metadata: Option<Json>,
    /// What it builds on.
    pub on: Vec<String>,
}

/// How a step ended.
pub(crate) enum Did {
    /// The resource is as it shall be.
    Settled(Box<ResourceRecord>),
    /// It is not.
    Failed {
        /// Which.
        name: String,
        /// What was tried: `create`, `update`.
        verb: &'static str,
    },
}

/// Between two looks at a resource that is underway.
const LOOK: Duration = Duration::from_millis(200);

/// Why nothing came of a resource.
pub(crate) type Failure = String;

impl Driver {
    /// Brings a resource to where it shall be.
    pub(crate) async fn bring(
        &self,
        job: &Job,
        there: Option<ResourceRecord>,
        declared: Declared,
        wanted: Checked<Wanted>,
        stop: &AtomicBool,
    ) -> Result<Did, Error> {
        let there = there.filter(|resource| resource.stage != Stage::Gone);
        if let Some(done) = there.as_ref().filter(|resource| is_done(resource, &job.work.operation)) {
            return Ok(Did::Settled(Box::new(done.clone())));
        }
        let present = there.as_ref().filter(|resource| resource.physical.is_some()).cloned();
        let verb = if present.is_some() { "update" } else { "create" };
        let mut resource = there.unwrap_or_else(|| self.blank(job, &declared));
        let outcome = match wanted {
            Err(refusal) => Err(refusal.0),
            Ok(wanted) => match self.kind(&declared.kind) {
                None => Err(format!("Unrecognized resource types: [{}]", declared.kind)),
                Some(kind) => self.move_on(job, &mut resource, &declared, wanted, &kind, stop).await?,
            },
        };
        match outcome {
            Ok(()) => Ok(Did::Settled(Box::new(resource))),
            Err(reason) => {
                resource.stage = Stage::Failed;
                self.note(
                    job,
                    &mut resource,
                    if verb == "create" { "CREATE_FAILED" } else { "UPDATE_FAILED" },
                    Some(reason),
                )
                .await?;
                Ok(Did::Failed { name: resource.name, verb })
            }
        }
    }

    /// A type of resource.
    pub(crate) fn kind(&self, name: &str) -> Option<Arc<dyn ResourceType>> {
        self.cloud.resource_types().find(|kind| kind.name() == name).cloned()
    }

    fn blank(&self, job: &Job, declared: &Declared) -> ResourceRecord {
        ResourceRecord {
            name: declared.name.clone(),
            kind: declared.kind.clone(),
            stage: Stage::Failed,
            made_in: job.work.operation.clone(),
            deletion_policy: declared.deletion_policy.clone(),
            replace_policy: declared.replace_policy.clone(),
            ..ResourceRecord::default()
        }
    }

    async fn move_on(
        &self,
        job: &Job,
        resource: &mut ResourceRecord,
        declared: &Declared,
        wanted: Wanted,
        kind: &Arc<dyn ResourceType>,
        stop: &AtomicBool,
    ) -> Result<Result<(), Failure>, Error> {
        if let Some(unknown) = wanted.properties.0.keys().find(|name| !kind.properties().contains(&name.as_str())) {
            let text = format!(
                "Properties validation failed for resource {} with message:\n[#: extraneous key [{unknown}] is not permitted]",
                declared.name
            );
            return Ok(Err(text));
        }
        let mine = resource.operation == job.work.operation;
        match resource.stage {
            // Cut short while it was made, or while it became what it shall be.
            Stage::Making if mine => return self.make(job, resource, kind, stop, true).await,
            Stage::Made if mine => return self.settle(job, resource, kind, stop).await,
            _ => {}
        }
        let replaced = resource.physical.is_some()
            && (resource.kind != declared.kind
                || differs(&resource.properties, &wanted.properties, kind.create_only()));
        let same = resource.physical.is_some()
            && resource.stage == Stage::Settled
            && !replaced
            && resource.properties == wanted.properties
            && tagged_alike(job);
        let fresh = resource.physical.is_none();
        let before = (!fresh && !mine).then(|| resource.clone());
        if !same
            && !fresh
            && let Some(denial) = denial(job, resource, if replaced { "Update:Replace" } else { "Update:Modify" })
        {
            return Ok(Err(denial));
        }
        resource.deletion_policy.clone_from(&declared.deletion_policy);
        resource.replace_policy.clone_from(&declared.replace_policy);
        resource.metadata = wanted.metadata;
        resource.on = wanted.on;
        resource.shown = wanted.shown;
        resource.operation.clone_from(&job.work.operation);
        if same {
            self.keep(resource, before).await?;
            return Ok(Ok(()));
        }
        let sent = self.sent(job, resource, wanted.properties.0.clone(), kind, replaced || fresh);
        resource.properties = wanted.properties;
        resource.sent = Json(sent);
        if fresh || replaced {
            resource.kind = declared.kind.clone();
            resource.stage = Stage::Making;
            let reason = "Requested update requires the creation of a new physical resource; hence creating one.";
            self.begin(job, resource, before, replaced.then(|| reason.to_owned())).await?;
            return self.make(job, resource, kind, stop, false).await;
        }
        resource.stage = Stage::Changing;
        self.begin(job, resource, before, None).await?;
        let id = resource.physical.clone().unwrap_or_default();
        if let Err(error) = kind.update(&job.ctx, &id, resource.sent.0.clone()).await {
            return Ok(Err(self.told(error)?));
        }
        resource.stage = Stage::Made;
        self.settle(job, resource, kind, stop).await
    }

    /// What is sent for a resource: its properties, with a name where it has none and the stack's tags.
    fn sent(
        &self,
        job: &Job,
        resource: &ResourceRecord,
        mut properties: PropertySource,
        kind: &Arc<dyn ResourceType>,
        anew: bool,
    ) -> PropertySource {
        if anew {
            let random = self.cloud.runtime().random.clone();
            let invent = |most: usize| naming::physical(&job.stack.name, &resource.name, &random, most);
            kind.name_it(&mut properties, &invent);
        } else {
            // A name that was invented stays.
            for name in kind.create_only() {
                if let (false, Some(value)) = (properties.contains_key(*name), resource.sent.0.get(*name)) {
                    properties.insert((*name).to_owned(), value.clone());
                }
            }
        }
        let tags = job.stack.deployment.iter().flat_map(|deployment| &deployment.tags);
        if kind.properties().contains(&"Tags") {
            naming::tag(&mut properties, tags);
        }
        properties
    }

    async fn make(
        &self,
        job: &Job,
        resource: &mut ResourceRecord,
        kind: &Arc<dyn ResourceType>,
        stop: &AtomicBool,
        again: bool,
    ) -> Result<Result<(), Failure>, Error> {
        let found = if again { self.sought(job, resource, kind).await } else { None };
        let id = match found {
            Some(id) => id,
            None => match kind.create(&job.ctx, resource.sent.0.clone()).await {
                Ok(id) => id,
                Err(error) => return Ok(Err(self.told(error)?)),
            },
        };
        resource.physical = Some(id);
        resource.stage = Stage::Made;
        let status = if resource.made_in == job.work.operation { "CREATE_IN_PROGRESS" } else { "UPDATE_IN_PROGRESS" };
        self.note(job, resource, status, Some("Resource creation Initiated".to_owned())).await?;
        self.settle(job, resource, kind, stop).await
    }

    /// A resource that was made before a crash: the one whose identity is what was sent.
    pub(crate) async fn sought(
        &self,
        job: &Job,
        resource: &ResourceRecord,
        kind: &Arc<dyn ResourceType>,
    ) -> Option<String> {
        let own = kind.create_only().iter().filter_map(|name| Some((*name, resource.sent.0.get(*name)?)));
        let own: Vec<_> = own.collect();
        if own.is_empty() {
            return None;
        }
        for id in kind.list(&job.ctx).await.ok()? {
            let read = kind.read(&job.ctx, &id).await.ok().flatten();
            let same = |(name, value): &(&str, &serde_json::Value)| {
                read.as_ref().and_then(|read| read.get(*name)).is_none_or(|there| text_of(there) == text_of(value))
            };
            let named =
                |(name, _): &(&str, &serde_json::Value)| read.as_ref().is_some_and(|read| read.contains_key(*name));
            if own.iter().all(same) && own.iter().any(named) {
                return Some(id);
            }
        }
        None
    }

    /// Waits until a resource is what it shall be, and reads its attributes.
    async fn settle(
        &self,
        job: &Job,
        resource: &mut ResourceRecord,
        kind: &Arc<dyn ResourceType>,
        stop: &AtomicBool,
    ) -> Result<Result<(), Failure>, Error> {
        let id = resource.physical.clone().unwrap_or_default();
        let verb = if resource.made_in == job.work.operation { "creation" } else { "update" };
        loop {
            match kind.progress(&job.ctx, &id).await {
                Ok(Progress::Settled) => break,
                Ok(Progress::Failed(reason)) => return Ok(Err(reason)),
                Ok(Progress::Underway) if stop.load(Ordering::Relaxed) => {
                    return Ok(Err(format!("Resource {verb} cancelled")));
                }
                Ok(Progress::Underway) => self.cloud.runtime().clock.wait_at_most(LOOK).await,
                Err(error) => return Ok(Err(self.told(error)?)),
            }
        }
        let mut read = match kind.read(&job.ctx, &id).await {
            Ok(read) => read.unwrap_or_default(),
            Err(error) => return Ok(Err(self.told(error)?)),
        };
        // AWS was recorded to give properties too, where a type does not list them as attributes.
        for (name, value) in &resource.sent.0 {
            if !read.contains_key(name) {
                read.insert(name.clone(), value.clone());
            }
        }
        resource.attributes = Json(read);
        resource.stage = Stage::Settled;
        let status = if resource.made_in == job.work.operation { "CREATE_COMPLETE" } else { "UPDATE_COMPLETE" };
        self.note(job, resource, status, None).await?;
        Ok(Ok(()))
    }

    /// Writes down what is about to be done, what was before, and what is left over when something is made anew.
    async fn begin(
        &self,
        job: &Job,
        resource: &mut ResourceRecord,
        before: Option<ResourceRecord>,
        reason: Option<String>,
    ) -> Result<(), Error> {
        let creates = resource.made_in == job.work.operation;
        resource.status = if creates { "CREATE_IN_PROGRESS" } else { "UPDATE_IN_PROGRESS" }.to_owned();
        resource.at = self.now();
        let anew = reason.is_some();
        resource.reason = reason;
        let event = journal::of_resource(resource, &self.cloud.runtime().random, job.work.token.clone());
        let leftover = if anew { resource.physical.take() } else { None };
        let (scope, vault, id) = (&self.scope(), &self.stacks.vault, &self.id);
        let (resource, event, before, leftover) = (&*resource, &event, &before, &leftover);
        let begun = self.stacks.store.transact(|tx| async move {
            let key = (id.as_str(), resource.name.as_str());
            RESOURCES.put(vault, &tx, scope, &key, resource)?;
            if let Some(before) = before {
                if BEFORE.get(vault, &tx, scope, &key).await?.is_none() {
                    BEFORE.put(vault, &tx, scope, &key, before)?;
                }
                if leftover.is_some() {
                    let number = journal::number(&tx, scope, id).await?;
                    LEFTOVERS.put(vault, &tx, scope, &(id.as_str(), number), before)?;
                }
            }
            journal::event(&tx, scope, id, event).await
        });
        Ok(begun.await?)
    }

    /// Writes a resource with a new status, and its event.
    pub(crate) async fn note(
        &self,
        job: &Job,
        resource: &mut ResourceRecord,
        status: &str,
        reason: Option<String>,
    ) -> Result<(), Error> {
        status.clone_into(&mut resource.status);
        resource.reason = reason;
        resource.at = self.now();
        resource.operation.clone_from(&job.work.operation);
        let event = journal::of_resource(resource, &self.cloud.runtime().random, job.work.token.clone());
        let (scope, vault, id, resource, event) = (&self.scope(), &self.stacks.vault, &self.id, &*resource, &event);
        let noted = self.stacks.store.transact(|tx| async move {
            RESOURCES.put(vault, &tx, scope, &(id.as_str(), resource.name.as_str()), resource)?;
            journal::event(&tx, scope, id, event).await
        });
        Ok(noted.await?)
    }

    /// Writes a resource of which nothing that anybody sees changes.
    async fn keep(&self, resource: &ResourceRecord, before: Option<ResourceRecord>) -> Result<(), Error> {
        let (scope, vault, id, before) = (&self.scope(), &self.stacks.vault, &self.id, &before);
        let kept = self.stacks.store.transact(|tx| async move {
            let key = (id.as_str(), resource.name.as_str());
            if let Some(before) = before
                && BEFORE.get(vault, &tx, scope, &key).await?.is_none()
            {
                BEFORE.put(vault, &tx, scope, &key, before)?;
            }
            RESOURCES.put(vault, &tx, scope, &key, resource)?;
            Ok::<_, StoreError>(())
        });
        Ok(kept.await?)
    }

    /// An error of a service as events tell it. Our own failures are no answer: the step is tried again.
    pub(crate) fn told(&self, error: Error) -> Result<Failure, Error> {
        let (code, text) = match error {
            Error::Modeled(error) => (handler_code(error.schema.code), error.message),
            Error::Fault(Fault::AccessDenied { principal, action, resource, reason }) => {
                ("AccessDenied", dialect::denial(&principal, &action, resource.as_deref(), &reason))
            }
            Error::Fault(Fault::Validation(issues)) => {
                ("InvalidRequest", issues.iter().map(|issue| format!("{issue:?}")).collect::<Vec<_>>().join("; "))
            }
            Error::Fault(Fault::Invalid { message }) => ("InvalidRequest", message),
            Error::Fault(Fault::Throttled { message }) => ("Throttling", message),
            Error::Fault(Fault::NotImplemented { service, operation }) => {
                ("GeneralServiceException", format!("{service} {operation} is not implemented"))
            }
            Error::Fault(fault @ (Fault::Unavailable { .. } | Fault::Internal { .. })) => return Err(fault.into()),
            Error::Fault(fault) => ("GeneralServiceException", format!("{fault:?}")),
        };
        let token = self.cloud.runtime().random.uuid();
        Ok(format!("Resource handler returned message: \"{text}\" (RequestToken: {token}, HandlerErrorCode: {code})"))
    }
}

/// The code that handlers have for a service's own.
fn handler_code(code: &str) -> &'static str {
    match code {
        code if code.contains("AlreadyExists") || code.contains("NameExists") => "AlreadyExists",
        code if code.contains("NotFound") || code.contains("NoSuch") => "NotFound",
        code if code.contains("AccessDenied") || code.contains("NotAuthorized") => "AccessDenied",
        code if code.contains("LimitExceeded") => "ServiceLimitExceeded",
        code if code.contains("Throttl") => "Throttling",
        _ => "InvalidRequest",
    }
}

fn differs(before: &Json, after: &Json, names: &[&str]) -> bool {
    names.iter().any(|name| before.0.get(*name).map(text_of) != after.0.get(*name).map(text_of))
}

/// Whether the stack's tags are those with which the resource was last sent.
fn tagged_alike(job: &Job) -> bool {
    let tags = |deployment: &Option<crate::store::Deployment>| deployment.as_ref().map(|one| one.tags.clone());
    job.work.creates || job.stack.previous.is_none() || tags(&job.stack.previous) == tags(&job.stack.deployment)
}

/// Why the stack policy does not allow what the update does to a resource.
pub(crate) fn denial(job: &Job, resource: &ResourceRecord, action: &str) -> Option<String> {
    let policy = job.work.policy.as_ref().or(job.stack.policy.as_ref()).filter(|_| !job.work.creates)?;
    policy::denial(policy, Deed { action, resource: &resource.name, kind: &resource.kind })
}
