//! Every call to other services: the rule on a bus that brings a discoverer its events. It is set by the registry in its own
//! name, which makes it one that only the registry may change; whoever makes discoverers must be allowed to make such rules.

use std::sync::Arc;

use api_events::{
    DeleteRule, DeleteRuleInput, PutRule, PutRuleInput, PutTargets, PutTargetsInput, RemoveTargets, RemoveTargetsInput,
    RuleState, Target,
};
use serde_json::json;
use service_kit::{Caller, Cloud, Error, Outcome};
use smithy::Operation;

use crate::engine::Engine;
use crate::engine::home::DiscovererId;
use crate::store::DiscovererRecord;

/// The id of the only target.
const TARGET: &str = "SchemaDiscoverer";

/// Brings the rule of a discoverer into line with its record, and takes note of it.
pub(crate) async fn settle(
    cloud: &Cloud,
    engine: &Engine,
    id: &DiscovererId,
    record: &DiscovererRecord,
) -> Result<(), Error> {
    if record.gone {
        remove(cloud, id, record).await?
    } else {
        put(cloud, id, record).await?
    }
    Ok(engine.settled(id, record).await?)
}

async fn put(cloud: &Cloud, id: &DiscovererId, record: &DiscovererRecord) -> Result<(), Error> {
    let rule = PutRuleInput {
        name: id.rule(),
        event_bus_name: Some(record.bus.clone()),
        event_pattern: Some(pattern(id, record)),
        state: Some(if record.started { RuleState::Enabled } else { RuleState::Disabled }),
        description: Some("This rule is used to route Events to Schema Discoverer".to_owned()),
        ..PutRuleInput::default()
    };
    call::<PutRule>(cloud, id, rule).await?;
    let target = Target { id: TARGET.to_owned(), arn: id.arn().to_string(), ..Target::default() };
    let (rule, event_bus_name) = (id.rule(), Some(record.bus.clone()));
    call::<PutTargets>(cloud, id, PutTargetsInput { rule, event_bus_name, targets: vec![target] }).await?;
    Ok(())
}

async fn remove(cloud: &Cloud, id: &DiscovererId, record: &DiscovererRecord) -> Result<(), Error> {
    let (name, bus) = (id.rule(), Some(record.bus.clone()));
    let (rule, ids) = (name.clone(), vec![TARGET.to_owned()]);
    let targets = RemoveTargetsInput { rule, event_bus_name: bus.clone(), ids, force: None };
    unless_gone(call::<RemoveTargets>(cloud, id, targets).await)?;
    let rule = DeleteRuleInput { name, event_bus_name: bus, force: None };
    unless_gone(call::<DeleteRule>(cloud, id, rule).await)
}

async fn call<O: Operation>(cloud: &Cloud, id: &DiscovererId, input: O::Input) -> Outcome<O> {
    let caller = Arc::new(Caller::internal("schemas", id.home.account));
    cloud.call::<O>(caller, id.home.region.clone(), input).await
}

/// What is gone already needs no removing.
fn unless_gone<T>(answer: Result<T, Error>) -> Result<(), Error> {
    match answer {
        Err(Error::Modeled(error)) if error.schema.code == "ResourceNotFoundException" => Ok(()),
        answer => answer.map(drop),
    }
}

/// Events that AWS itself sends have schemas already. Source: rules that AWS made.
fn pattern(id: &DiscovererId, record: &DiscovererRecord) -> String {
    let mut pattern = json!({"source": [{"prefix": "aws.partner/"}, {"anything-but": {"prefix": "aws."}}]});
    if !record.cross_account {
        pattern["account"] = json!([id.home.account.to_string()]);
    }
    pattern.to_string()
}
