//! What functions see of a stack: its resources as they are recorded, and what other stacks export.

use std::collections::BTreeMap;

use names::Partition;
use serde_json::Value;
use store::{Reader, Scope, Span, StoreError};

use crate::engine::evaluate::{Known, LATER, Pseudo};
use crate::engine::refusal::{Checked, Refusal};
use crate::store::{Deployment, EXPORTS, Place, ResourceRecord, StackRecord, Stage};

/// All resources of a stack, and all exports beside it.
#[derive(Default)]
pub(crate) struct View {
    /// Resources by logical id.
    pub resources: BTreeMap<String, ResourceRecord>,
    /// Values of exports by name.
    pub exports: BTreeMap<String, String>,
    /// Whether what is not known yet is shown as such, as change sets do.
    pub later: bool,
}

impl View {
    fn settled(&self, name: &str) -> Checked<Option<&ResourceRecord>> {
        match self.resources.get(name).filter(|resource| resource.stage == Stage::Settled) {
            Some(resource) => Ok(Some(resource)),
            None if self.later => Ok(None),
            None => Err(Refusal::error(format!("resource {name} is not there"))),
        }
    }
}

impl Known for View {
    fn identifier(&self, resource: &str) -> Checked<Value> {
        let found = self.settled(resource)?;
        Ok(found.map_or(LATER, |found| found.physical.as_deref().unwrap_or_default()).into())
    }

    fn attribute(&self, resource: &str, attribute: &str) -> Checked<Value> {
        let Some(found) = self.settled(resource)? else { return Ok(LATER.into()) };
        let value = found.attributes.0.get(attribute).cloned();
        value.ok_or_else(|| {
            let kind = &found.kind;
            Refusal(format!("Resource type {kind} does not support attribute {{{attribute}}}"))
        })
    }

    fn import(&self, name: &str) -> Option<String> {
        self.exports.get(name).cloned()
    }
}

/// All exports of an account in a region.
pub(crate) async fn exports(reader: &impl Reader, scope: &Scope) -> Result<BTreeMap<String, String>, StoreError> {
    let exports = EXPORTS.scan_all(reader, scope, &Span::all()).await?;
    Ok(exports.into_iter().map(|(name, export)| (name, export.value)).collect())
}

/// AWS's own parameters in a stack.
pub(crate) fn pseudo(place: &Place, stack: &StackRecord, deployment: &Deployment) -> Pseudo {
    let partition = place.region.partition();
    let suffix = if partition == Partition::China { "amazonaws.com.cn" } else { "amazonaws.com" };
    Pseudo {
        account: place.account.to_string(),
        region: place.region.as_str().to_owned(),
        partition: partition.as_str().to_owned(),
        suffix: suffix.to_owned(),
        stack_id: stack.arn.clone(),
        stack_name: stack.name.clone(),
        notifications: deployment.notifications.clone(),
    }
}
