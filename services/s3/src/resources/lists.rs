//! Configurations of a bucket that there may be many of, each with an id: of analytics, tiering, inventories and metrics.

use serde_json::{Map, Value, json};
use service_kit::{Ctx, Error, PropertySource};

use super::shape::{Names, conditions, filter, items, set, take, to_api, to_template};
use super::{call, unless_unset};

/// A kind of configuration.
struct Kind {
    /// Its property in a template.
    property: &'static str,
    /// What its operations are named after: `BucketMetrics` of `PutBucketMetricsConfiguration`.
    noun: &'static str,
    /// What `Put` calls one.
    member: &'static str,
    names: Names,
    /// The members of a template that the API has in a filter, besides tags.
    conditions: &'static [&'static str],
    api: fn(&mut Map<String, Value>),
    template: fn(&mut Map<String, Value>),
}

const KINDS: &[Kind] = &[
    Kind {
        property: "AnalyticsConfigurations",
        noun: "BucketAnalytics",
        member: "AnalyticsConfiguration",
        names: &[],
        conditions: &["Prefix"],
        api: |one| in_export(one, nest_destination),
        template: |one| in_export(one, open_destination),
    },
    Kind {
        property: "IntelligentTieringConfigurations",
        noun: "BucketIntelligentTiering",
        member: "IntelligentTieringConfiguration",
        names: &[],
        conditions: &["Prefix"],
        api: |_| {},
        template: |_| {},
    },
    Kind {
        property: "InventoryConfigurations",
        noun: "BucketInventory",
        member: "InventoryConfiguration",
        names: &[("Enabled", "IsEnabled")],
        conditions: &["Prefix"],
        api: |one| {
            let frequency = take(one, "ScheduleFrequency");
            one.insert("Schedule".to_owned(), json!({ "Frequency": frequency }));
            nest_destination(one);
        },
        template: |one| {
            let frequency = take(one, "Schedule")["Frequency"].take();
            set(one, "ScheduleFrequency", frequency);
            open_destination(one);
        },
    },
    Kind {
        property: "MetricsConfigurations",
        noun: "BucketMetrics",
        member: "MetricsConfiguration",
        names: &[],
        conditions: &["Prefix", "AccessPointArn"],
        api: |_| {},
        template: |_| {},
    },
];

/// The names of a destination in S3: those of a template, and the API's.
const DESTINATION: Names = &[("BucketAccountId", "AccountId"), ("BucketArn", "Bucket")];

fn in_export(one: &mut Map<String, Value>, change: fn(&mut Map<String, Value>)) {
    let export = one.get_mut("StorageClassAnalysis").and_then(|analysis| analysis.get_mut("DataExport"));
    if let Some(export) = export.and_then(Value::as_object_mut) {
        change(export);
        // Of analytics the API says `BucketAccountId`, of inventories `AccountId`.
        let destination = export.get_mut("Destination").and_then(|to| to.get_mut("S3BucketDestination"));
        if let Some(destination) = destination.and_then(Value::as_object_mut) {
            let account = take(destination, "AccountId");
            set(destination, "BucketAccountId", account);
        }
    }
}

fn nest_destination(one: &mut Map<String, Value>) {
    let destination = to_api(&take(one, "Destination"), DESTINATION);
    one.insert("Destination".to_owned(), json!({ "S3BucketDestination": destination }));
}

fn open_destination(one: &mut Map<String, Value>) {
    let destination = take(one, "Destination")["S3BucketDestination"].take();
    set(one, "Destination", to_template(&destination, DESTINATION));
}

/// Puts the configurations that a template says, and deletes those that it no longer does. `present` are those that there are.
pub(super) async fn apply(
    ctx: &Ctx,
    bucket: &str,
    wanted: &PropertySource,
    present: &PropertySource,
) -> Result<(), Error> {
    for kind in KINDS {
        let list = |of: &PropertySource| items(of.get(kind.property).unwrap_or(&Value::Null));
        let (wanted, present) = (list(wanted), list(present));
        for gone in present.iter().filter(|one| !wanted.iter().any(|other| other["Id"] == one["Id"])) {
            let input = json!({ "Bucket": bucket, "Id": gone["Id"] });
            call(ctx, &format!("Delete{}Configuration", kind.noun), input).await?;
        }
        for one in wanted.iter().filter(|one| !present.contains(one)) {
            let input = json!({ "Bucket": bucket, "Id": one["Id"], kind.member: kind.to_api(one) });
            call(ctx, &format!("Put{}Configuration", kind.noun), input).await?;
        }
    }
    Ok(())
}

/// Puts all configurations as they are among a bucket's properties.
pub(super) async fn show(ctx: &Ctx, bucket: &str, properties: &mut PropertySource) -> Result<(), Error> {
    for kind in KINDS {
        let (mut all, mut token) = (Vec::new(), Value::Null);
        loop {
            let mut input = json!({ "Bucket": bucket });
            if !token.is_null() {
                input["ContinuationToken"] = token;
            }
            let answer = call(ctx, &format!("List{}Configurations", kind.noun), input).await;
            let Some(mut page) = unless_unset(answer)? else { break };
            all.extend(items(&page[format!("{}List", kind.member)]).iter().map(|one| kind.to_template(one)));
            token = page["NextContinuationToken"].take();
            if token.is_null() {
                break;
            }
        }
        if !all.is_empty() {
            properties.insert(kind.property.to_owned(), all.into());
        }
    }
    Ok(())
}

impl Kind {
    fn to_api(&self, one: &Value) -> Value {
        let mut one = to_api(one, self.names).as_object().cloned().unwrap_or_default();
        let mut of_filter = Map::new();
        self.conditions.iter().for_each(|name| set(&mut of_filter, name, take(&mut one, name)));
        let tags = take(&mut one, "TagFilters");
        set(&mut one, "Filter", filter(of_filter, &tags));
        (self.api)(&mut one);
        one.into()
    }

    fn to_template(&self, one: &Value) -> Value {
        let mut one = to_template(one, self.names).as_object().cloned().unwrap_or_default();
        let (of_filter, tags) = conditions(&take(&mut one, "Filter"));
        of_filter.into_iter().for_each(|(name, condition)| set(&mut one, &name, condition));
        set(&mut one, "TagFilters", tags);
        (self.template)(&mut one);
        one.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_go_there_and_back() {
        for (property, template, api) in [
            (
                "AnalyticsConfigurations",
                json!({"Id": "a", "Prefix": "p", "StorageClassAnalysis": {"DataExport": {
                    "OutputSchemaVersion": "V_1", "Destination": {"BucketArn": "arn:aws:s3:::b", "Format": "CSV"},
                }}}),
                json!({"Id": "a", "Filter": {"Prefix": "p"}, "StorageClassAnalysis": {"DataExport": {
                    "OutputSchemaVersion": "V_1",
                    "Destination": {"S3BucketDestination": {"Bucket": "arn:aws:s3:::b", "Format": "CSV"}},
                }}}),
            ),
            (
                "InventoryConfigurations",
                json!({
                    "Id": "i", "Enabled": true, "IncludedObjectVersions": "All", "ScheduleFrequency": "Daily",
                    "Destination": {"BucketArn": "arn:aws:s3:::b", "Format": "CSV", "BucketAccountId": "1"},
                }),
                json!({
                    "Id": "i", "IsEnabled": true, "IncludedObjectVersions": "All", "Schedule": {"Frequency": "Daily"},
                    "Destination": {"S3BucketDestination": {"Bucket": "arn:aws:s3:::b", "Format": "CSV", "AccountId": "1"}},
                }),
            ),
            (
                "MetricsConfigurations",
                json!({"Id": "m", "Prefix": "p", "TagFilters": [{"Key": "k", "Value": "v"}]}),
                json!({"Id": "m", "Filter": {"And": {"Prefix": "p", "Tags": [{"Key": "k", "Value": "v"}]}}}),
            ),
        ] {
            let kind = KINDS.iter().find(|kind| kind.property == property).unwrap();
            assert_eq!(kind.to_api(&template), api, "{property}");
            assert_eq!(kind.to_template(&api), template, "{property}");
        }
    }
}
