//! What a pipe may be: rules that span members, and what settings are when nothing is said. Settings are members of
//! `CreatePipe` as JSON.

use names::Arn;
use pattern::Pattern;
use serde_json::{Map, Value, json};
use service_kit::{Cloud, Error};

use crate::engine::plan::{DYNAMODB, KINESIS, QUEUE, member_of};
use crate::error::{invalid, missing, not_here};
use crate::limits;

/// Services of AWS that a pipe can have as its source, its enrichment, its target. Source: EventBridge user guide, "Amazon
/// EventBridge Pipes sources", "Event enrichment", "Amazon EventBridge Pipes targets".
const SOURCES: [&str; 5] = ["dynamodb", "kafka", "kinesis", "mq", "sqs"];
const ENRICHMENTS: [&str; 4] = ["events", "execute-api", "lambda", "states"];
const TARGETS: [&str; 15] = [
    "batch",
    "ecs",
    "events",
    "execute-api",
    "firehose",
    "inspector",
    "kinesis",
    "lambda",
    "logs",
    "redshift",
    "sagemaker",
    "sns",
    "sqs",
    "states",
    "timestream",
];

/// Settings with everything that goes without saying, or what is wrong with them.
pub(super) fn checked(cloud: &Cloud, mut settings: Value) -> Result<Value, Error> {
    let member = source(&settings)?;
    let target = target(cloud, &settings)?;
    enrichment(cloud, &settings)?;
    let enriched = settings["Enrichment"].is_string();
    let parameters = object(&mut settings, "SourceParameters");
    foreign(parameters, member)?;
    if member != QUEUE && !parameters.contains_key(member) {
        return Err(missing(&format!("SourceParameters.{member}")));
    }
    patterns(&parameters.get("FilterCriteria").cloned().unwrap_or_default())?;
    let at_once = if enriched { 1 } else { limits::target_batch(&target.service, &target.resource) };
    let own = parameters.entry(member).or_insert_with(|| json!({}));
    usual(own, member, at_once);
    let source: Arn = settings["Source"].as_str().and_then(|arn| arn.parse().ok()).ok_or_else(|| missing("Source"))?;
    rules(&settings["SourceParameters"][member], &source, member, at_once)?;
    of_target(&settings, &target)?;
    Ok(settings)
}

fn source(settings: &Value) -> Result<&'static str, Error> {
    let source = settings["Source"].as_str().unwrap_or_default();
    if source.starts_with("smk://") {
        return Err(not_here("kafka", "source"));
    }
    let arn = source.parse::<Arn>().ok().filter(|arn| SOURCES.contains(&arn.service.as_str()));
    let arn = arn.ok_or_else(|| invalid("Source", "The source is not supported."))?;
    match member_of(&arn) {
        Some(member) => Ok(member),
        None if matches!(arn.service.as_str(), "kafka" | "mq") => Err(not_here(&arn.service, "source")),
        None => Err(invalid("Source", "The source is not supported.")),
    }
}

/// Parameters of sources that this one is not.
fn foreign(parameters: &Map<String, Value>, member: &str) -> Result<(), Error> {
    match parameters.keys().find(|name| !["FilterCriteria", member].contains(&name.as_str())) {
        Some(name) => Err(invalid(&format!("SourceParameters.{name}"), "The parameter does not match the source.")),
        None => Ok(()),
    }
}

fn patterns(criteria: &Value) -> Result<(), Error> {
    for (index, filter) in criteria["Filters"].as_array().into_iter().flatten().enumerate() {
        let pattern = filter["Pattern"].as_str().unwrap_or_default();
        let member = || format!("SourceParameters.FilterCriteria.Filters[{index}].Pattern");
        Pattern::parse(pattern)
            .map_err(|refusal| invalid(&member(), format!("Event pattern is not valid. Reason: {refusal}")))?;
    }
    Ok(())
}

/// What a source's parameters are when nothing is said, as created pipes show them.
fn usual(own: &mut Value, member: &str, at_once: usize) {
    let Some(own) = own.as_object_mut() else { return };
    let batch = if member == QUEUE { limits::QUEUE_BATCH } else { limits::STREAM_BATCH };
    let batch = batch.min(i64::try_from(at_once).unwrap_or(i64::MAX));
    let mut say = |name: &str, value: i64| {
        own.entry(name).or_insert_with(|| value.into());
    };
    say("BatchSize", batch);
    say("MaximumBatchingWindowInSeconds", 0);
    if member != QUEUE {
        say("MaximumRecordAgeInSeconds", -1);
        say("MaximumRetryAttempts", -1);
        say("ParallelizationFactor", 1);
    }
}

fn rules(own: &Value, source: &Arn, member: &str, at_once: usize) -> Result<(), Error> {
    let refused = |name: &str, text: String| Err(invalid(&format!("SourceParameters.{member}.{name}"), text));
    let batch = own["BatchSize"].as_u64().and_then(|batch| usize::try_from(batch).ok()).unwrap_or(1);
    if batch > at_once {
        return refused(
            "BatchSize",
            format!("The batch size cannot be larger than {at_once}, which the target and the enrichment take."),
        );
    }
    let fifo = source.resource.ends_with(".fifo");
    if member == QUEUE && fifo && own["MaximumBatchingWindowInSeconds"] != 0 {
        return refused(
            "MaximumBatchingWindowInSeconds",
            "Batching window is not supported for FIFO queues.".to_owned(),
        );
    }
    if member == QUEUE && fifo && batch > limits::QUEUE_CALL {
        return refused("BatchSize", "The batch size of a FIFO queue cannot be larger than 10.".to_owned());
    }
    let at_instant = own["StartingPosition"] == "AT_TIMESTAMP";
    if member == KINESIS && at_instant && own["StartingPositionTimestamp"].is_null() {
        return Err(missing(&format!("SourceParameters.{member}.StartingPositionTimestamp")));
    }
    if member == KINESIS && !at_instant && !own["StartingPositionTimestamp"].is_null() {
        return refused("StartingPositionTimestamp", "It is for the starting position AT_TIMESTAMP.".to_owned());
    }
    if member == DYNAMODB && at_instant {
        return refused("StartingPosition", "A stream of a table is read from TRIM_HORIZON or LATEST.".to_owned());
    }
    let dead = own["DeadLetterConfig"]["Arn"].as_str();
    let dead_service = dead.map(|arn| arn.parse::<Arn>().map(|arn| arn.service).unwrap_or_default());
    if dead_service.is_some_and(|service| !["sns", "sqs"].contains(&service.as_str())) {
        return refused("DeadLetterConfig.Arn", "It is neither a queue nor a topic.".to_owned());
    }
    Ok(())
}

fn enrichment(cloud: &Cloud, settings: &Value) -> Result<(), Error> {
    let Some(text) = settings["Enrichment"].as_str() else { return Ok(()) };
    let arn = text.parse::<Arn>().ok().filter(|arn| ENRICHMENTS.contains(&arn.service.as_str()));
    let arn = arn.ok_or_else(|| invalid("Enrichment", "The enrichment is not supported."))?;
    if arn.service == "events" && !arn.resource.starts_with("api-destination/") {
        return Err(invalid("Enrichment", "The enrichment is not supported."));
    }
    // Functions and state machines are given a whole batch at once: they need more than a receiver.
    if arn.service != "events" || !cloud.receives(&arn) {
        return Err(not_here(&arn.service, "enrichment"));
    }
    Ok(())
}

fn target(cloud: &Cloud, settings: &Value) -> Result<Arn, Error> {
    let arn = settings["Target"].as_str().and_then(|target| target.parse::<Arn>().ok());
    let arn = arn.filter(|arn| TARGETS.contains(&arn.service.as_str()));
    let arn = arn.ok_or_else(|| invalid("Target", "The target is not supported."))?;
    // The same for functions and state machines as targets.
    if matches!(arn.service.as_str(), "lambda" | "states") || !cloud.receives(&arn) {
        return Err(not_here(&arn.service, "target"));
    }
    Ok(arn)
}

fn of_target(settings: &Value, target: &Arn) -> Result<(), Error> {
    let own = &settings["TargetParameters"];
    if target.service == "kinesis" && own["KinesisStreamParameters"].is_null() {
        return Err(missing("TargetParameters.KinesisStreamParameters"));
    }
    let queue = &own["SqsQueueParameters"];
    if target.service == "sqs" && target.resource.ends_with(".fifo") && queue["MessageGroupId"].is_null() {
        return Err(missing("TargetParameters.SqsQueueParameters.MessageGroupId"));
    }
    Ok(())
}

fn object<'v>(settings: &'v mut Value, member: &str) -> &'v mut Map<String, Value> {
    if !settings[member].is_object() {
        settings[member] = Value::Object(Map::new());
    }
    settings[member].as_object_mut().expect("it was just made one")
}
