//! Triggers of a user pool in the same template. The pool is changed: it names the function.

use crate::error::{Outcome, event, resource, unexpected};
use crate::expect::Of;
use crate::intrinsic::attribute;
use crate::node::{Map, Node, Text};
use crate::python::show;
use crate::resource::{Claim, Resource};
use crate::shape;
use crate::work::{Work, as_list};

use super::{Event, Target, permission};

/// The user pool that an event names.
pub(super) fn pool(work: &Work<'_>, made_for: &Event) -> Outcome<Text> {
    let pool = made_for.node("UserPool");
    if let Some(name) = pool.get("Ref") {
        let name = name.as_text().ok_or_else(|| event(&made_for.id, "Ref in Userpool is not a string."))?;
        let pool = work.source.map("Resources").into_iter().flat_map(Map::keys).find(|id| id == name);
        if let Some(id) = pool {
            return Ok(id);
        }
    }
    Err(made_for.refuse("Cognito events must reference a Cognito UserPool in the same template."))
}

/// Leave for the pool to call the function, and the pool.
pub(super) fn plain(work: &mut Work<'_>, made_for: &Event, target: &Target) -> Outcome<Vec<Resource>> {
    let id = pool(work, made_for)?;
    let prefix = format!("{}Cognito", &*target.id);
    let leave = permission(&prefix, "", "cognito-idp.amazonaws.com", target).with("SourceArn", attribute(&id, "Arn"));
    let body = work.resource_mut(&id).ok_or_else(unexpected)?;
    trigger(body, &id, made_for, target)?;
    let kind = "AWS::Cognito::UserPool";
    let found = body.node("Type");
    if !found.is(kind) {
        let text = format!("Resource has incorrect Type; expected '{kind}', got '{}'", show(&found));
        return Err(resource(&id, text));
    }
    let claim = Claim::read(&id, kind, shape::USER_POOL, body, |_| Ok(()))?;
    let mut made = claim.main(kind);
    made.properties = claim.properties;
    Ok(vec![leave, made])
}

fn trigger(pool: &mut Map, id: &str, made_for: &Event, target: &Target) -> Outcome<()> {
    let Node::Map(properties) = pool.entry(&"Properties".into(), || Map::default().into()) else {
        return Err(unexpected());
    };
    let config = properties.entry(&"LambdaConfig".into(), || Map::default().into());
    Of::Resource(id).map(config, "LambdaConfig")?;
    let config = config.as_map_mut().ok_or_else(unexpected)?;
    let triggers = made_for.node("Trigger");
    for trigger in as_list(&triggers) {
        let Some(name) = trigger.as_text().filter(|name| !config.has(name)) else {
            return Err(made_for.refuse(format!("Cognito trigger \"{}\" defined multiple times.", show(&triggers))));
        };
        config.set(name, &target.arn);
    }
    Ok(())
}
