//! Configurations of destinations as documents: AWS has each in three shapes, one to create, one to change and one to show,
//! which differ in a few names. They are kept as the first, in AWS's words.

use api_firehose::{CreateDeliveryStreamInput, DestinationDescription, UpdateDestinationInput};
use serde_json::{Map, Value, json};
use service_kit::{Error, Fault};
use smithy::Shape;

use crate::engine::plan::{Plan, Step};
use crate::engine::prefix::{Flaw, Template, is_zone};
use crate::error::{invalid, not_here};
use crate::limits;

/// Kinds of destinations that are AWS's and not here yet.
const NOT_HERE: [&str; 6] =
    ["AmazonOpenSearchServerless", "Amazonopensearchservice", "Elasticsearch", "Iceberg", "Redshift", "Snowflake"];
/// Kinds that are here.
const HERE: [&str; 4] = ["ExtendedS3", "HttpEndpoint", "S3", "Splunk"];
/// Names that differ between the shapes: kept, shown, changed.
const NAMES: [(&str, &str, &str); 2] = [
    ("S3BackupConfiguration", "S3BackupDescription", "S3BackupUpdate"),
    ("S3Configuration", "S3DestinationDescription", "S3Update"),
];

/// The name of the one destination that a delivery stream has. Source: DestinationDescription.
pub(super) const ID: &str = "destinationId-000000000001";

fn document(shape: &dyn Shape) -> Value {
    serde_json::from_slice(&protocols::json_value::write(shape)).unwrap_or_default()
}

/// The kind and the configuration of the destination of a new delivery stream.
pub(super) fn created(input: &CreateDeliveryStreamInput) -> Result<(String, Value), Error> {
    let mut document = document(input);
    let given = |kinds: &[&'static str]| -> Vec<&'static str> {
        kinds.iter().copied().filter(|kind| document.get(format!("{kind}DestinationConfiguration")).is_some()).collect()
    };
    let (here, not) = (given(&HERE), given(&NOT_HERE));
    match (&here[..], &not[..]) {
        ([kind], []) => {
            let config = document[format!("{kind}DestinationConfiguration")].take();
            check(kind, &config)?;
            Ok(((*kind).to_owned(), config))
        }
        ([], [kind]) => Err(not_here(&format!("{kind}DestinationConfiguration"))),
        _ => Err(invalid("Exactly one destination configuration is supported for a Firehose")),
    }
}

/// The configuration after a change: what is not said stays.
pub(super) fn changed(
    input: &UpdateDestinationInput,
    kind: &str,
    config: Value,
) -> Result<Option<(String, Value)>, Error> {
    let document = document(input);
    let given =
        HERE.iter().chain(&NOT_HERE).find_map(|kind| Some((*kind, document.get(format!("{kind}DestinationUpdate"))?)));
    let Some((new_kind, update)) = given else { return Ok(None) };
    let family = |kind: &str| if kind == "S3" { "ExtendedS3".to_owned() } else { kind.to_owned() };
    if family(new_kind) != family(kind) {
        return Err(invalid(format!(
            "Changing the destination type to or from {new_kind} is not supported at this time."
        )));
    }
    let kind = if new_kind == "ExtendedS3" { new_kind } else { kind };
    let merged = merged(config, update);
    check(kind, &merged)?;
    Ok(Some((kind.to_owned(), merged)))
}

fn merged(mut config: Value, update: &Value) -> Value {
    let Some(into) = config.as_object_mut() else { return update.clone() };
    for (name, value) in update.as_object().into_iter().flatten() {
        let kept = NAMES.iter().find(|(_, _, changed)| changed == name).map(|(kept, ..)| *kept);
        let after = match (kept, into.get(kept.unwrap_or(name))) {
            (Some(_), Some(before)) => merged(before.clone(), value),
            // The key of an endpoint is not said again with its address, nor its address with its name.
            (None, Some(before)) if name == "EndpointConfiguration" => merged(before.clone(), value),
            _ => value.clone(),
        };
        into.insert(kept.unwrap_or(name).to_owned(), after);
    }
    config
}

/// A destination as it is shown: without secrets, and with what nobody said.
pub(super) fn shown(kind: &str, config: &Value) -> Result<DestinationDescription, Error> {
    let mut all = Map::new();
    all.insert("DestinationId".to_owned(), ID.into());
    let s3 = matches!(kind, "S3" | "ExtendedS3");
    let named = if s3 { "ExtendedS3" } else { kind };
    all.insert(format!("{named}DestinationDescription"), described(config, s3));
    if s3 {
        // AWS shows those of S3 in their older shape, too.
        all.insert("S3DestinationDescription".to_owned(), described(config, true));
    }
    let mut description = DestinationDescription::default();
    let text = Value::Object(all).to_string();
    let read = protocols::json_value::read(text.as_bytes(), &mut description);
    read.map_err(|malformed| Fault::internal(format!("a destination cannot be shown: {malformed:?}")))?;
    Ok(description)
}

fn described(config: &Value, bucket: bool) -> Value {
    let mut out = Map::new();
    for (name, value) in config.as_object().into_iter().flatten() {
        let shown = NAMES.iter().find(|(kept, ..)| kept == name).map(|(_, shown, _)| *shown);
        let value = match (shown, name.as_str()) {
            (Some(_), _) => described(value, true),
            (None, "EndpointConfiguration") => without(value, "AccessKey"),
            _ => value.clone(),
        };
        out.insert(shown.unwrap_or(name).to_owned(), value);
    }
    let mut usual = |name: &str, value: Value| {
        out.entry(name.to_owned()).or_insert(value);
    };
    usual("CloudWatchLoggingOptions", json!({"Enabled": false}));
    if bucket {
        usual("BufferingHints", json!({"SizeInMBs": limits::S3_MIB, "IntervalInSeconds": limits::S3_SECONDS}));
        usual("CompressionFormat", json!("UNCOMPRESSED"));
        usual("EncryptionConfiguration", json!({"NoEncryptionConfig": "NoEncryption"}));
        usual("S3BackupMode", json!("Disabled"));
    } else {
        usual(
            "BufferingHints",
            json!({"SizeInMBs": limits::ENDPOINT_MIB, "IntervalInSeconds": limits::ENDPOINT_SECONDS}),
        );
        usual("RetryOptions", json!({"DurationInSeconds": limits::ENDPOINT_RETRY.as_secs()}));
    }
    Value::Object(out)
}

fn without(value: &Value, name: &str) -> Value {
    let mut value = value.clone();
    if let Some(object) = value.as_object_mut() {
        object.remove(name);
    }
    value
}

/// Refuses what AWS refuses beyond its model, and what is not here.
fn check(kind: &str, config: &Value) -> Result<(), Error> {
    if config["DataFormatConversionConfiguration"]["Enabled"] == true {
        return Err(not_here("DataFormatConversionConfiguration"));
    }
    if config["SecretsManagerConfiguration"]["Enabled"] == true {
        return Err(not_here("SecretsManagerConfiguration"));
    }
    check_backup(config)?;
    let plan = Plan::read(kind, config).ok_or_else(|| invalid("The destination's configuration is not complete."))?;
    for bucket in [&config["S3Configuration"], &config["S3BackupConfiguration"], config] {
        check_prefixes(bucket)?;
    }
    let zone = config["CustomTimeZone"].as_str().filter(|zone| !zone.is_empty());
    if let Some(zone) = zone.filter(|zone| !is_zone(zone)) {
        return Err(invalid(format!("CustomTimeZone {zone} is not a time zone.")));
    }
    check_partitions(&plan, config)
}

fn check_backup(config: &Value) -> Result<(), Error> {
    let missing = config["S3BackupMode"] == "Enabled" && config["S3BackupConfiguration"].is_null();
    if missing { Err(invalid("S3BackupConfiguration must be provided when S3BackupMode is Enabled.")) } else { Ok(()) }
}

/// Source: developer guide, "Custom prefixes for Amazon S3 objects", the rules.
fn check_prefixes(config: &Value) -> Result<(), Error> {
    let read = |name: &str| {
        let text = config[name].as_str().unwrap_or_default();
        Template::parse(text).map_err(|flaw| {
            let why = match flaw {
                Flaw::Unclosed => "an expression must be of the form !{namespace:value}",
                Flaw::Unknown => "an expression names nothing that is known",
            };
            invalid(format!("{name} is invalid: {why}."))
        })
    };
    let (prefix, errors) = (read("Prefix")?, read("ErrorOutputPrefix")?);
    let kind = Some("error-output-type");
    if prefix.has("firehose", kind) {
        return Err(invalid("Prefix cannot contain !{firehose:error-output-type}."));
    }
    if prefix.has_expressions() && config["ErrorOutputPrefix"].as_str().is_none_or(str::is_empty) {
        return Err(invalid("ErrorOutputPrefix cannot be null or empty when Prefix contains expressions."));
    }
    if errors.has_expressions() && !errors.has("firehose", kind) {
        return Err(invalid("ErrorOutputPrefix with expressions must contain !{firehose:error-output-type}."));
    }
    Ok(())
}

/// Source: developer guide, "Dynamic partitioning".
fn check_partitions(plan: &Plan, config: &Value) -> Result<(), Error> {
    let from = |space| plan.bucket.prefix.has(space, None);
    let keys = from("partitionKeyFromQuery") || from("partitionKeyFromLambda");
    if keys && !plan.partitioned {
        return Err(invalid("Prefix with partition keys needs DynamicPartitioningConfiguration to be enabled."));
    }
    let extracts = plan.steps.iter().any(|step| matches!(step, Step::Extract(_)));
    if from("partitionKeyFromQuery") && !extracts {
        return Err(invalid("Prefix with partitionKeyFromQuery needs a MetadataExtraction processor."));
    }
    for step in &plan.steps {
        if let Step::Extract(query) = step
            && crate::engine::partition::Program::compile(query).is_none()
        {
            return Err(invalid(format!("MetadataExtractionQuery is not a valid jq expression: {query}")));
        }
    }
    let small = config["BufferingHints"]["SizeInMBs"].as_i64().is_some_and(|mib| mib < limits::PARTITIONED_MIB);
    if plan.partitioned && small {
        return Err(invalid("BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(more: Value) -> Value {
        merged(json!({"RoleARN": "arn:aws:iam::000000000000:role/r", "BucketARN": "arn:aws:s3:::b"}), &more)
    }

    #[test]
    fn what_is_not_said_stays() {
        let config = json!({"A": 1, "S3Configuration": {"Prefix": "a", "RoleARN": "r"}, "EndpointConfiguration": {"Url": "u", "AccessKey": "k"}});
        let update = json!({"B": 2, "S3Update": {"Prefix": "b"}, "EndpointConfiguration": {"Name": "n"}});
        let expected = json!({
            "A": 1,
            "S3Configuration": {"Prefix": "b", "RoleARN": "r"},
            "EndpointConfiguration": {"Url": "u", "AccessKey": "k", "Name": "n"},
            "B": 2
        });
        assert_eq!(merged(config, &update), expected);
    }

    #[test]
    fn secrets_are_not_shown() {
        let config = json!({"EndpointConfiguration": {"Url": "https://e", "AccessKey": "k"}, "S3Configuration": bucket(json!({}))});
        let shown = described(&config, false).to_string();
        assert!(!shown.contains("AccessKey") && shown.contains("S3DestinationDescription"), "{shown}");
    }

    #[test]
    fn prefixes_and_partitions_that_cannot_be() {
        let partitioned = json!({"Enabled": true});
        for (more, text) in [
            (json!({"Prefix": "!{timestamp:yyyy}/"}), "ErrorOutputPrefix cannot be null or empty"),
            (json!({"Prefix": "!{firehose:error-output-type}/", "ErrorOutputPrefix": "e"}), "Prefix cannot contain"),
            (json!({"ErrorOutputPrefix": "!{timestamp:yyyy}/"}), "must contain !{firehose:error-output-type}"),
            (json!({"Prefix": "!{x"}), "must be of the form"),
            (json!({"Prefix": "!{partitionKeyFromQuery:a}/", "ErrorOutputPrefix": "e"}), "needs DynamicPartitioning"),
            (
                json!({"Prefix": "!{partitionKeyFromQuery:a}/", "ErrorOutputPrefix": "e", "DynamicPartitioningConfiguration": partitioned}),
                "needs a MetadataExtraction",
            ),
            (
                json!({"DynamicPartitioningConfiguration": partitioned, "BufferingHints": {"SizeInMBs": 5}}),
                "at least 64",
            ),
            (json!({"CustomTimeZone": "Nowhere/City"}), "not a time zone"),
            (json!({"S3BackupMode": "Enabled"}), "S3BackupConfiguration must be provided"),
        ] {
            let error = check("ExtendedS3", &bucket(more.clone())).unwrap_err().to_string();
            assert!(error.contains(text), "{more}: {error}");
        }
        assert!(check("ExtendedS3", &bucket(json!({"Prefix": "a/", "ErrorOutputPrefix": "e/"}))).is_ok());
    }
}
