//! How operations end: outputs and exports, or the way back.

use std::collections::BTreeSet;

use service_kit::{Error, Parcel, Sender};
use store::{Scope as Where, Span, StoreError, Tx};

use super::driver::{Driver, Job};
use super::view::{self, View};
use crate::engine::evaluate::{self, Scope};
use crate::store::{Deployment, EXPORTS, ExportRecord, IMPORTS, NAMES, Named, OnFailure, OutputRecord, Phase, of};

impl Driver {
    /// The end of a creation whose resources are there.
    pub(crate) async fn created(&self, job: &Job) -> Result<(), Error> {
        match self.outputs(job, job.stack.deployment.as_ref()).await? {
            Ok((outputs, imports)) => self.complete(job, "CREATE_COMPLETE", outputs, imports).await,
            Err(reason) => self.failed(job, reason).await,
        }
    }

    /// The end of an update.
    pub(crate) async fn updated(&self, job: &Job) -> Result<(), Error> {
        let (outputs, imports) = self.outputs(job, job.stack.deployment.as_ref()).await?.unwrap_or_default();
        self.complete(job, "UPDATE_COMPLETE", outputs, imports).await
    }

    /// The end of the way back from an update.
    pub(crate) async fn rolled_back(&self, job: &Job) -> Result<(), Error> {
        self.end(job, true, |stack| {
            stack.status = "UPDATE_ROLLBACK_COMPLETE".to_owned();
            stack.reason = None;
            if let Some(previous) = stack.previous.take() {
                stack.deployment = Some(previous);
            }
        })
        .await
    }

    async fn complete(
        &self,
        job: &Job,
        status: &str,
        outputs: Vec<OutputRecord>,
        imports: BTreeSet<String>,
    ) -> Result<(), Error> {
        let (outputs, imports, scope) = (&outputs, &imports, &self.scope());
        let exported =
            self.stacks.store.transact(|tx| async move { self.export(&tx, scope, job, outputs, imports).await });
        exported.await?;
        self.end(job, true, |stack| {
            status.clone_into(&mut stack.status);
            stack.reason = None;
            stack.previous = None;
            stack.outputs.clone_from(outputs);
        })
        .await
    }

    /// Writes what a stack exports and imports, in place of what it did.
    async fn export(
        &self,
        tx: &Tx,
        scope: &Where,
        job: &Job,
        outputs: &[OutputRecord],
        imports: &BTreeSet<String>,
    ) -> Result<(), StoreError> {
        for (name, export) in EXPORTS.scan_all(tx, scope, &Span::all()).await? {
            if export.stack == self.id {
                EXPORTS.delete(tx, scope, &name);
            }
            IMPORTS.delete(tx, scope, &(name.as_str(), self.id.as_str()));
        }
        for output in outputs {
            if let Some(name) = &output.export {
                let (stack, arn, value) = (self.id.clone(), job.stack.arn.clone(), output.value.clone());
                EXPORTS.put(tx, scope, name, &ExportRecord { stack, arn, value })?;
            }
        }
        for name in imports {
            let named = Named { stack: job.stack.name.clone() };
            IMPORTS.put(tx, scope, &(name.as_str(), self.id.as_str()), &named)?;
        }
        Ok(())
    }

    /// The outputs of a deployment, and the exports that it imports; or why they cannot be had.
    pub(crate) async fn outputs(
        &self,
        job: &Job,
        deployment: Option<&Deployment>,
    ) -> Result<Result<(Vec<OutputRecord>, BTreeSet<String>), String>, Error> {
        let Some(deployment) = deployment else { return Ok(Ok(Default::default())) };
        let document = Self::document(deployment)?;
        let pseudo = view::pseudo(&self.place, &job.stack, deployment);
        let reader = self.stacks.store.read().await?;
        let exports = view::exports(&reader, &self.scope()).await?;
        let view = View { resources: self.resources().await?, exports, later: false };
        let outputs = evaluate::conditions(&document, &deployment.parameters, &pseudo).and_then(|conditions| {
            let scope = Scope {
                document: &document,
                parameters: &deployment.parameters,
                pseudo: &pseudo,
                conditions,
                known: &view,
            };
            let there = document.outputs.iter().filter(|output| scope.is_there(output.condition.as_ref()));
            let outputs = there.map(|output| {
                let export = output.export.as_ref().map(|name| scope.text(name)).transpose()?;
                let value = scope.text(&output.value)?;
                Ok(OutputRecord { key: output.name.clone(), value, description: output.description.clone(), export })
            });
            let mut imports = BTreeSet::new();
            for resource in document.resources.iter().filter(|resource| scope.is_there(resource.condition.as_ref())) {
                imported(&serde_json::Value::Object(resource.properties.clone()), &scope, &mut imports);
            }
            Ok((outputs.collect::<Result<Vec<_>, _>>()?, imports))
        });
        let (outputs, imports) = match outputs {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal.0)),
        };
        for name in outputs.iter().filter_map(|output| output.export.as_ref()) {
            if let Some(other) = EXPORTS.get(&reader, &self.scope(), name).await?.filter(|other| other.stack != self.id)
            {
                let text = format!(
                    "Export with name {name} is already exported by stack {}. Rollback requested by user.",
                    other.arn.split('/').nth(1).unwrap_or_default()
                );
                return Ok(Err(text));
            }
        }
        Ok(Ok((outputs, imports)))
    }

    /// Why what others import does not let the outputs become these.
    pub(crate) async fn export_in_use(&self, outputs: &[OutputRecord]) -> Result<Option<String>, Error> {
        let (view, scope) = (self.stacks.store.read().await?, self.scope());
        for (name, export) in EXPORTS.scan_all(&view, &scope, &Span::all()).await? {
            let stays = outputs.iter().find(|output| output.export.as_ref() == Some(&name));
            if export.stack != self.id || stays.is_some_and(|output| output.value == export.value) {
                continue;
            }
            let users = IMPORTS.scan_all(&view, &scope, &of(&name)).await?;
            let users: Vec<_> =
                users.into_iter().filter(|((_, by), _)| *by != self.id).map(|(_, named)| named.stack).collect();
            if !users.is_empty() {
                let verb = if stays.is_some() { "updated" } else { "deleted" };
                return Ok(Some(format!("Export {name} cannot be {verb} as it is in use by {}", users.join(" and "))));
            }
        }
        Ok(None)
    }

    /// The way back from a failure, or none.
    pub(crate) async fn failed(&self, job: &Job, reason: String) -> Result<(), Error> {
        let stays = job.work.on_failure == OnFailure::Nothing;
        match (job.work.creates, stays) {
            (_, true) => {
                let status = if job.work.creates { "CREATE_FAILED" } else { "UPDATE_FAILED" };
                self.end(job, false, |stack| {
                    status.clone_into(&mut stack.status);
                    stack.reason = Some(reason.clone());
                })
                .await
            }
            (true, _) if job.work.on_failure == OnFailure::Delete => {
                let reason = format!("{reason}Delete requested by user.");
                self.turn(job, Phase::Remove, "DELETE_IN_PROGRESS", Some(reason)).await
            }
            (true, _) => {
                let reason = format!("{}Rollback requested by user.", spaced(reason));
                self.turn(job, Phase::Undo, "ROLLBACK_IN_PROGRESS", Some(reason)).await
            }
            (false, _) => self.turn(job, Phase::Restore, "UPDATE_ROLLBACK_IN_PROGRESS", Some(reason)).await,
        }
    }

    /// The end of a stack.
    pub(crate) async fn deleted(&self, job: &Job) -> Result<(), Error> {
        let (scope, now) = (&self.scope(), self.now());
        let unnamed = self.stacks.store.transact(|tx| async move {
            if NAMES.get(&tx, scope, &job.stack.name).await?.is_some_and(|named| named.stack == self.id) {
                NAMES.delete(&tx, scope, &job.stack.name);
            }
            self.export(&tx, scope, job, &[], &BTreeSet::new()).await?;
            Ok::<_, StoreError>(())
        });
        unnamed.await?;
        self.end(job, true, |stack| {
            stack.status = "DELETE_COMPLETE".to_owned();
            stack.reason = None;
            stack.deleted = Some(now);
            stack.previous = None;
            stack.outputs.clear();
        })
        .await
    }

    /// Tells the topics of a stack of its new status. Whoever cannot be told is not: AWS tells each at most once, too.
    pub(crate) async fn tell(&self, job: &Job, status: &str) {
        let topics = job.stack.deployment.iter().flat_map(|deployment| &deployment.notifications);
        for topic in topics {
            let Ok(arn) = topic.parse() else { continue };
            let sender = Sender { cloud: self.cloud.clone(), caller: job.ctx.caller.clone(), source_arn: None };
            let stack = &job.stack;
            let body = [
                ("StackId", stack.arn.as_str()),
                ("Timestamp", &self.now().iso8601()),
                ("LogicalResourceId", &stack.name),
                ("PhysicalResourceId", &stack.arn),
                ("ResourceStatus", status),
                ("ResourceType", super::journal::STACK),
                ("StackName", &stack.name),
                ("ClientRequestToken", job.work.token.as_deref().unwrap_or("null")),
            ];
            let body: String = body.iter().map(|(name, value)| format!("{name}='{value}'\n")).collect();
            let parameters = serde_json::json!({"Subject": "AWS CloudFormation Notification"});
            let id = self.cloud.runtime().random.u128();
            let parcel = Parcel { id, body, parameters, ..Parcel::default() };
            for refused in self.cloud.deliver(&sender, &arn, vec![parcel]).await.into_iter().filter_map(Result::err) {
                tracing::warn!(topic, %refused, "a topic could not be told of a stack");
            }
        }
    }
}

fn spaced(reason: String) -> String {
    if reason.ends_with(' ') { reason } else { format!("{}. ", reason.trim_end_matches('.')) }
}

/// The names of all exports that a value imports.
fn imported(value: &serde_json::Value, scope: &Scope<'_>, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Array(items) => items.iter().for_each(|item| imported(item, scope, found)),
        serde_json::Value::Object(members) => {
            if let Some(name) = members.get("Fn::ImportValue") {
                found.extend(scope.text(name));
            }
            members.values().for_each(|member| imported(member, scope, found));
        }
        _ => {}
    }
}
