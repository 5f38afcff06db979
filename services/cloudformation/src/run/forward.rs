//! Making and changing what a template has: each resource as soon as those are settled that it builds on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::{Map, Value};
use service_kit::Error;

use super::driver::{Driver, Ended, Job};
use super::step::{Did, Wanted, denial};
use super::view::{self, View};
use crate::engine::document::{Declared, Document};
use crate::engine::evaluate::{self, Scope};
use crate::engine::graph;
use crate::engine::parameters::HIDDEN;
use crate::engine::refusal::{Checked, Refusal};
use crate::store::{Json, Phase, ResourceRecord, Stage};

impl Driver {
    /// Makes and changes; then goes on to cleaning up, or back.
    pub(crate) async fn forward(&self, job: &Job) -> Result<(), Error> {
        let ended = match &job.work.broken {
            Some(reason) => Ended::Badly(reason.clone()),
            None => self.build(job).await?,
        };
        match ended {
            Ended::Well if job.work.creates => self.created(job).await,
            Ended::Well => match self.outputs(job, job.stack.deployment.as_ref()).await? {
                Ok((outputs, _)) => match self.export_in_use(&outputs).await? {
                    None => self.turn(job, Phase::Cleanup, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", None).await,
                    Some(reason) => self.failed(job, reason).await,
                },
                Err(reason) => self.failed(job, reason).await,
            },
            Ended::Badly(reason) => self.failed(job, reason).await,
        }
    }

    async fn build(&self, job: &Job) -> Result<Ended, Error> {
        let deployment = job.stack.deployment.clone().unwrap_or_default();
        let document = Self::document(&deployment)?;
        let pseudo = view::pseudo(&self.place, &job.stack, &deployment);
        let conditions = match evaluate::conditions(&document, &deployment.parameters, &pseudo) {
            Ok(conditions) => conditions,
            Err(refusal) => return Ok(Ended::Badly(refusal.0)),
        };
        let exports = view::exports(&self.stacks.store.read().await?, &self.scope()).await?;
        let mut view = View { resources: self.resources().await?, exports, later: false };
        let wanted: BTreeMap<_, _> = document
            .resources
            .iter()
            .filter(|resource| resource.condition.as_ref().is_none_or(|name| conditions.get(name) == Some(&true)))
            .map(|resource| (resource.name.clone(), resource))
            .collect();
        let dropped = view.resources.values().filter(|one| one.stage != Stage::Gone && !wanted.contains_key(&one.name));
        if let Some(denial) = dropped.filter_map(|one| denial(job, one, "Update:Delete")).next() {
            return Ok(Ended::Badly(denial));
        }
        let mut on: BTreeMap<String, BTreeSet<String>> = wanted
            .iter()
            .map(|(name, resource)| {
                let on = graph::dependencies(resource, &document.resources);
                (name.clone(), on.into_iter().filter(|name| wanted.contains_key(name)).collect())
            })
            .collect();
        let mut waiting: BTreeSet<_> = wanted.keys().cloned().collect();
        let stop = AtomicBool::new(false);
        let (mut running, mut failed) = (FuturesUnordered::new(), BTreeMap::new());
        let mut stopped = None;
        loop {
            stopped = stopped.or(self.stopped(job).await?);
            if stopped.is_some() || self.cloud.runtime().shutdown.is_requested() {
                stop.store(true, Ordering::Relaxed);
            }
            while !stop.load(Ordering::Relaxed) {
                let Some(name) = waiting.iter().find(|name| on[*name].is_empty()).cloned() else { break };
                waiting.remove(&name);
                let there = view.resources.get(&name).cloned();
                let scope = Scope {
                    document: &document,
                    parameters: &deployment.parameters,
                    pseudo: &pseudo,
                    conditions: conditions.clone(),
                    known: &view,
                };
                let next = plan(wanted[&name], &document, &scope, &wanted);
                running.push(self.bring(job, there, wanted[&name].clone(), next, &stop));
            }
            let Some(did) = self.next(&mut running).await? else {
                if running.is_empty() {
                    break;
                }
                continue;
            };
            match did {
                Did::Settled(resource) => {
                    on.values_mut().for_each(|on| {
                        on.remove(&resource.name);
                    });
                    view.resources.insert(resource.name.clone(), *resource);
                }
                Did::Failed { name, verb } => {
                    stop.store(true, Ordering::Relaxed);
                    failed.insert(name, verb);
                }
            }
        }
        if self.cloud.runtime().shutdown.is_requested() && !waiting.is_empty() {
            return Err(service_kit::Fault::Unavailable { internal: "the process stops".to_owned() }.into());
        }
        Ok(match (stopped, failed.is_empty()) {
            (Some(reason), true) => Ended::Badly(reason.to_owned()),
            (_, false) => Ended::Badly(told(&failed)),
            (None, true) => Ended::Well,
        })
    }

    /// The next step that is done; none when the operation is to be looked at first.
    async fn next<F: Future<Output = Result<Did, Error>>>(
        &self,
        running: &mut FuturesUnordered<F>,
    ) -> Result<Option<Did>, Error> {
        tokio::select! {
            did = running.next() => did.transpose(),
            () = self.cloud.runtime().clock.wait_at_most(super::AGAIN) => Ok(None),
        }
    }
}

/// "The following resource(s) failed to create: [A, B]. "
pub(crate) fn told(failed: &BTreeMap<String, &'static str>) -> String {
    let verbs: BTreeSet<_> = failed.values().copied().collect();
    let sentence = |verb: &str| {
        let names: Vec<_> = failed.iter().filter(|(_, one)| **one == verb).map(|(name, _)| name.as_str()).collect();
        format!("The following resource(s) failed to {verb}: [{}]. ", names.join(", "))
    };
    verbs.into_iter().map(sentence).collect()
}

/// What a resource shall be, by what is known now.
fn plan(
    declared: &Declared,
    document: &Document,
    scope: &Scope<'_>,
    wanted: &BTreeMap<String, &Declared>,
) -> Checked<Wanted> {
    let properties = plain(scope, &declared.properties)?;
    resolved(&Value::Object(properties.clone()))?;
    let metadata = declared.metadata.as_ref().map(|metadata| scope.value(metadata)).transpose()?.flatten();
    let on = graph::dependencies(declared, &document.resources);
    Ok(Wanted {
        shown: Json(shown(declared, document, scope)?),
        properties: Json(properties),
        metadata: metadata.and_then(|metadata| metadata.as_object().cloned()).map(Json),
        on: on.into_iter().filter(|name| wanted.contains_key(name)).collect(),
    })
}

/// Refuses references to what lies in Systems Manager and Secrets Manager: those are not here, so nothing is found in them.
fn resolved(value: &Value) -> Checked<()> {
    match value {
        Value::Array(items) => items.iter().try_for_each(resolved),
        Value::Object(members) => members.values().try_for_each(resolved),
        Value::String(text) => match text.split_once("{{resolve:").map(|(_, rest)| rest) {
            Some(rest) if rest.starts_with("secretsmanager:") => {
                Refusal::text("Secrets Manager can't find the specified secret.")
            }
            Some(rest) if rest.starts_with("ssm:") || rest.starts_with("ssm-secure:") => {
                let name = rest.split([':', '}']).nth(1).unwrap_or_default();
                Refusal::text(format!("Unable to fetch parameters [{name}] from parameter store for this account."))
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Properties without functions.
pub(crate) fn plain(scope: &Scope<'_>, written: &Map<String, Value>) -> Checked<Map<String, Value>> {
    let plain = scope.value(&Value::Object(written.clone()))?;
    Ok(plain.and_then(|plain| plain.as_object().cloned()).unwrap_or_default())
}

/// Properties as they may be shown: hidden parameters are stars.
fn shown(declared: &Declared, document: &Document, scope: &Scope<'_>) -> Checked<Map<String, Value>> {
    let mut parameters = scope.parameters.clone();
    for parameter in document.parameters.iter().filter(|parameter| parameter.no_echo) {
        parameters.insert(parameter.name.clone(), HIDDEN.to_owned());
    }
    let conditions = scope.conditions.clone();
    let hidden = Scope { document, parameters: &parameters, pseudo: scope.pseudo, conditions, known: scope.known };
    plain(&hidden, &declared.properties)
}

/// Whether a record needs no further step of an operation.
pub(crate) fn is_done(resource: &ResourceRecord, operation: &str) -> bool {
    resource.stage == Stage::Settled && resource.operation == operation
}
