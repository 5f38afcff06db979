//! Settings of a bucket that there is one of: what a template calls each, which operations put, get and delete it, and how its
//! forms differ.

use serde_json::{Map, Value, json};
use service_kit::{Ctx, Error, PropertySource};

use super::shape::{Names, conditions, filter, items, set, take, to_api, to_template};
use super::{call, unless_unset};

/// A setting.
pub(super) struct Setting {
    /// Its property in a template.
    property: &'static str,
    /// What its operations are named after: `BucketCors` of `PutBucketCors`.
    noun: &'static str,
    /// What `Put` calls it.
    member: &'static str,
    /// Whether `Get` answers it under its name, or its members.
    nested: bool,
    names: Names,
    /// The API's form, of a template's with the API's names, for a bucket.
    api: fn(Value, &str) -> Value,
    /// A template's form, of the API's before names are changed.
    template: fn(Value, &str) -> Value,
    unset: Unset,
}

/// The size from which objects are moved to other classes: of a template's rules, and beside the API's.
const SMALLEST_MOVED: &str = "TransitionDefaultMinimumObjectSize";

/// What becomes of a setting that a template does not say.
enum Unset {
    /// It is deleted by this operation.
    Delete(&'static str),
    /// It is this, in the API's form.
    Put(fn() -> Value),
    /// It stays.
    Stay,
}

fn same(value: Value, _: &str) -> Value {
    value
}

/// All settings in the order in which they are put: later ones need earlier ones.
pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        property: "VersioningConfiguration",
        noun: "BucketVersioning",
        member: "VersioningConfiguration",
        nested: false,
        names: &[],
        api: same,
        template: same,
        unset: Unset::Put(|| json!({"Status": "Suspended"})),
    },
    Setting {
        property: "OwnershipControls",
        noun: "BucketOwnershipControls",
        member: "OwnershipControls",
        nested: true,
        names: &[],
        api: same,
        template: same,
        unset: Unset::Put(|| json!({"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})),
    },
    Setting {
        property: "PublicAccessBlockConfiguration",
        noun: "PublicAccessBlock",
        member: "PublicAccessBlockConfiguration",
        nested: true,
        names: &[],
        api: same,
        template: same,
        unset: Unset::Put(|| {
            json!({
                "BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
            })
        }),
    },
    Setting {
        property: "BucketEncryption",
        noun: "BucketEncryption",
        member: "ServerSideEncryptionConfiguration",
        nested: true,
        names: &[
            ("ServerSideEncryptionConfiguration", "Rules"),
            ("ServerSideEncryptionByDefault", "ApplyServerSideEncryptionByDefault"),
        ],
        api: same,
        template: same,
        unset: Unset::Delete("DeleteBucketEncryption"),
    },
    Setting {
        property: "AccelerateConfiguration",
        noun: "BucketAccelerateConfiguration",
        member: "AccelerateConfiguration",
        nested: false,
        names: &[("AccelerationStatus", "Status")],
        api: same,
        template: same,
        unset: Unset::Put(|| json!({"Status": "Suspended"})),
    },
    Setting {
        property: "CorsConfiguration",
        noun: "BucketCors",
        member: "CORSConfiguration",
        nested: false,
        names: &[
            ("CorsRules", "CORSRules"),
            ("ExposedHeaders", "ExposeHeaders"),
            ("Id", "ID"),
            ("MaxAge", "MaxAgeSeconds"),
        ],
        api: same,
        template: same,
        unset: Unset::Delete("DeleteBucketCors"),
    },
    Setting {
        property: "LifecycleConfiguration",
        noun: "BucketLifecycleConfiguration",
        member: "LifecycleConfiguration",
        nested: false,
        names: &[("Id", "ID")],
        api: lifecycle_to_api,
        template: lifecycle_to_template,
        unset: Unset::Delete("DeleteBucketLifecycle"),
    },
    Setting {
        property: "LoggingConfiguration",
        noun: "BucketLogging",
        member: "BucketLoggingStatus",
        nested: false,
        names: &[("DestinationBucketName", "TargetBucket"), ("LogFilePrefix", "TargetPrefix")],
        api: logging_to_api,
        template: |value, _| value["LoggingEnabled"].clone(),
        unset: Unset::Put(|| json!({})),
    },
    Setting {
        property: "ObjectLockConfiguration",
        noun: "ObjectLockConfiguration",
        member: "ObjectLockConfiguration",
        nested: true,
        names: &[],
        api: same,
        template: same,
        unset: Unset::Stay,
    },
    Setting {
        property: "WebsiteConfiguration",
        noun: "BucketWebsite",
        member: "WebsiteConfiguration",
        nested: false,
        names: &[("RedirectRule", "Redirect"), ("RoutingRuleCondition", "Condition")],
        api: website_to_api,
        template: website_to_template,
        unset: Unset::Delete("DeleteBucketWebsite"),
    },
    Setting {
        property: "ReplicationConfiguration",
        noun: "BucketReplication",
        member: "ReplicationConfiguration",
        nested: true,
        names: &[("Id", "ID"), ("TagFilters", "Tags"), ("TagFilter", "Tag")],
        api: same,
        template: same,
        unset: Unset::Delete("DeleteBucketReplication"),
    },
    Setting {
        property: "NotificationConfiguration",
        noun: "BucketNotificationConfiguration",
        member: "NotificationConfiguration",
        nested: false,
        names: &[
            ("LambdaConfigurations", "LambdaFunctionConfigurations"),
            ("Function", "LambdaFunctionArn"),
            ("Queue", "QueueArn"),
            ("Topic", "TopicArn"),
            ("Event", "Events"),
            ("S3Key", "Key"),
            ("Rules", "FilterRules"),
        ],
        api: notices_to_api,
        template: notices_to_template,
        unset: Unset::Put(|| json!({})),
    },
];

/// Puts the settings that a template says, and unsets those that it no longer does. `present` are those that there are.
pub(super) async fn apply(
    ctx: &Ctx,
    bucket: &str,
    wanted: &PropertySource,
    present: &PropertySource,
) -> Result<(), Error> {
    for setting in SETTINGS {
        let there = present.get(setting.property);
        match wanted.get(setting.property).filter(|value| !value.is_null()) {
            Some(value) if there == Some(value) => {}
            Some(value) => setting.put(ctx, bucket, (setting.api)(to_api(value, setting.names), bucket)).await?,
            None => setting.unset(ctx, bucket, there).await?,
        }
    }
    Ok(())
}

impl Setting {
    async fn put(&self, ctx: &Ctx, bucket: &str, mut value: Value) -> Result<(), Error> {
        let smallest = value.as_object_mut().map(|value| take(value, SMALLEST_MOVED)).unwrap_or_default();
        let mut input = json!({ "Bucket": bucket, self.member: value });
        if !smallest.is_null() {
            input[SMALLEST_MOVED] = smallest;
        }
        call(ctx, &format!("Put{}", self.noun), input).await.map(|_| ())
    }

    async fn unset(&self, ctx: &Ctx, bucket: &str, there: Option<&Value>) -> Result<(), Error> {
        let Some(there) = there else { return Ok(()) };
        match self.unset {
            Unset::Stay => Ok(()),
            Unset::Delete(operation) => call(ctx, operation, json!({ "Bucket": bucket })).await.map(|_| ()),
            Unset::Put(value) => {
                let value = value();
                let is_so = self.shown(&value, bucket).as_ref() == Some(there);
                if is_so { Ok(()) } else { self.put(ctx, bucket, value).await }
            }
        }
    }

    /// A template's form of the API's; none where it says nothing.
    fn shown(&self, value: &Value, bucket: &str) -> Option<Value> {
        let shown = to_template(&(self.template)(value.clone(), bucket), self.names);
        let says_nothing = shown.is_null() || shown.as_object().is_some_and(Map::is_empty);
        (!says_nothing).then_some(shown)
    }

    /// The setting as it is, in a template's form.
    async fn get(&self, ctx: &Ctx, bucket: &str) -> Result<Option<Value>, Error> {
        let answer = call(ctx, &format!("Get{}", self.noun), json!({ "Bucket": bucket })).await;
        let Some(answer) = unless_unset(answer)? else { return Ok(None) };
        let value = if self.nested { &answer[self.member] } else { &answer };
        Ok(self.shown(value, bucket))
    }
}

/// Puts all settings as they are among a bucket's properties.
pub(super) async fn show(ctx: &Ctx, bucket: &str, properties: &mut PropertySource) -> Result<(), Error> {
    for setting in SETTINGS {
        if let Some(value) = setting.get(ctx, bucket).await? {
            properties.insert(setting.property.to_owned(), value);
        }
    }
    Ok(())
}

fn map_each(value: &mut Value, list: &str, change: impl Fn(&mut Map<String, Value>)) {
    let all = value.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
    all.filter_map(Value::as_object_mut).for_each(change);
}

/// A bucket that logs into itself need not say so.
fn logging_to_api(mut value: Value, bucket: &str) -> Value {
    if let Some(logging) = value.as_object_mut() {
        logging.entry("TargetBucket").or_insert_with(|| bucket.into());
        logging.entry("TargetPrefix").or_insert_with(|| "".into());
    }
    json!({ "LoggingEnabled": value })
}

fn website_to_api(mut value: Value, _: &str) -> Value {
    for (name, member) in [("IndexDocument", "Suffix"), ("ErrorDocument", "Key")] {
        if let Some(document) = value.get_mut(name) {
            *document = json!({ member: document.take() });
        }
    }
    value
}

fn website_to_template(mut value: Value, _: &str) -> Value {
    for (name, member) in [("IndexDocument", "Suffix"), ("ErrorDocument", "Key")] {
        if let Some(document) = value.get_mut(name) {
            *document = document[member].take();
        }
    }
    value
}

/// A template has one event a configuration; the API several.
fn notices_to_api(mut value: Value, _: &str) -> Value {
    for list in ["LambdaFunctionConfigurations", "QueueConfigurations", "TopicConfigurations"] {
        map_each(&mut value, list, |one| {
            let events = items(&take(one, "Events"));
            one.insert("Events".to_owned(), events.into());
        });
    }
    let bridge = value.get("EventBridgeConfiguration").map(|bridge| bridge["EventBridgeEnabled"].clone());
    if let (Some(map), Some(enabled)) = (value.as_object_mut(), bridge) {
        let enabled = enabled.is_null() || enabled == json!(true) || enabled == json!("true");
        map.remove("EventBridgeConfiguration");
        if enabled {
            map.insert("EventBridgeConfiguration".to_owned(), json!({}));
        }
    }
    value
}

fn notices_to_template(mut value: Value, _: &str) -> Value {
    for list in ["LambdaFunctionConfigurations", "QueueConfigurations", "TopicConfigurations"] {
        let mut one_each = Vec::new();
        for one in value.get(list).map(items).unwrap_or_default() {
            for event in items(&one["Events"]) {
                let mut one = one.as_object().cloned().unwrap_or_default();
                one.remove("Id");
                one.insert("Events".to_owned(), event);
                one_each.push(Value::Object(one));
            }
        }
        if let Some(map) = value.as_object_mut().filter(|_| !one_each.is_empty()) {
            map.insert(list.to_owned(), one_each.into());
        }
    }
    if let Some(bridge) = value.get_mut("EventBridgeConfiguration") {
        *bridge = json!({"EventBridgeEnabled": true});
    }
    value
}

/// A template has the parts of a rule beside each other.
fn lifecycle_to_api(mut value: Value, _: &str) -> Value {
    map_each(&mut value, "Rules", |rule| {
        let mut of_rule = Map::new();
        for name in ["Prefix", "ObjectSizeGreaterThan", "ObjectSizeLessThan"] {
            set(&mut of_rule, name, take(rule, name));
        }
        let filter = filter(of_rule, &take(rule, "TagFilters"));
        // A rule for all objects has an empty filter.
        rule.insert("Filter".to_owned(), if filter.is_null() { json!({}) } else { filter });
        let mut expiration = Map::new();
        for (name, own) in [
            ("Date", "ExpirationDate"),
            ("Days", "ExpirationInDays"),
            ("ExpiredObjectDeleteMarker", "ExpiredObjectDeleteMarker"),
        ] {
            set(&mut expiration, name, take(rule, own));
        }
        if !expiration.is_empty() {
            rule.insert("Expiration".to_owned(), expiration.into());
        }
        let days = take(rule, "NoncurrentVersionExpirationInDays");
        if !days.is_null() {
            rule.insert("NoncurrentVersionExpiration".to_owned(), json!({"NoncurrentDays": days}));
        }
        transitions_to_api(rule, "Transition", &[("TransitionDate", "Date"), ("TransitionInDays", "Days")]);
        transitions_to_api(rule, "NoncurrentVersionTransition", &[("TransitionInDays", "NoncurrentDays")]);
    });
    value
}

/// A template may have one transition, or a list of them.
fn transitions_to_api(rule: &mut Map<String, Value>, name: &str, names: Names) {
    let list = format!("{name}s");
    let mut all = items(&take(rule, name));
    all.extend(items(&take(rule, &list)));
    if !all.is_empty() {
        rule.insert(list, all.iter().map(|one| to_api(one, names)).collect());
    }
}

fn lifecycle_to_template(mut value: Value, _: &str) -> Value {
    if let Some(map) =
        value.as_object_mut().filter(|map| map.get(SMALLEST_MOVED) == Some(&json!("all_storage_classes_128K")))
    {
        map.remove(SMALLEST_MOVED);
    }
    map_each(&mut value, "Rules", |rule| {
        let (of_rule, tags) = conditions(&take(rule, "Filter"));
        of_rule.into_iter().for_each(|(name, condition)| set(rule, &name, condition));
        set(rule, "TagFilters", tags);
        if let Value::Object(mut expiration) = take(rule, "Expiration") {
            set(rule, "ExpirationDate", take(&mut expiration, "Date"));
            set(rule, "ExpirationInDays", take(&mut expiration, "Days"));
            let marker = take(&mut expiration, "ExpiredObjectDeleteMarker");
            set(rule, "ExpiredObjectDeleteMarker", marker);
        }
        for (list, names) in [
            ("Transitions", &[("TransitionDate", "Date"), ("TransitionInDays", "Days")] as Names),
            ("NoncurrentVersionTransitions", &[("TransitionInDays", "NoncurrentDays")]),
        ] {
            if let Some(all) = rule.get_mut(list) {
                *all = to_template(all, names);
            }
        }
    });
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(property: &str) -> &'static Setting {
        SETTINGS.iter().find(|setting| setting.property == property).unwrap()
    }

    /// Settings as templates write them, and the API's form.
    #[test]
    fn settings_go_there_and_back() {
        for (property, template, api) in [
            (
                "CorsConfiguration",
                json!({"CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "ExposedHeaders": ["a"], "MaxAge": 1}]}),
                json!({"CORSRules": [
                    {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "ExposeHeaders": ["a"], "MaxAgeSeconds": 1},
                ]}),
            ),
            (
                "LifecycleConfiguration",
                json!({"Rules": [{
                    "Id": "a", "Status": "Enabled", "Prefix": "p", "ExpirationInDays": 3,
                    "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 1}],
                }]}),
                json!({"Rules": [{
                    "ID": "a", "Status": "Enabled", "Filter": {"Prefix": "p"}, "Expiration": {"Days": 3},
                    "Transitions": [{"StorageClass": "GLACIER", "Days": 1}],
                }]}),
            ),
            (
                "WebsiteConfiguration",
                json!({"IndexDocument": "i", "RoutingRules": [{"RedirectRule": {"HostName": "h"}}]}),
                json!({"IndexDocument": {"Suffix": "i"}, "RoutingRules": [{"Redirect": {"HostName": "h"}}]}),
            ),
            (
                "NotificationConfiguration",
                json!({
                    "LambdaConfigurations": [{
                        "Event": "s3:ObjectCreated:*", "Function": "f",
                        "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "p"}]}},
                    }],
                    "EventBridgeConfiguration": {"EventBridgeEnabled": true},
                }),
                json!({
                    "LambdaFunctionConfigurations": [{
                        "Events": ["s3:ObjectCreated:*"], "LambdaFunctionArn": "f",
                        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "p"}]}},
                    }],
                    "EventBridgeConfiguration": {},
                }),
            ),
            (
                "LoggingConfiguration",
                json!({"DestinationBucketName": "b", "LogFilePrefix": "p"}),
                json!({"LoggingEnabled": {"TargetBucket": "b", "TargetPrefix": "p"}}),
            ),
        ] {
            let setting = setting(property);
            assert_eq!((setting.api)(to_api(&template, setting.names), "own"), api, "{property}");
            assert_eq!(setting.shown(&api, "own"), Some(template), "{property}");
        }
    }

    #[test]
    fn a_bucket_logs_into_itself_unless_told_otherwise() {
        let expected = json!({"LoggingEnabled": {"TargetBucket": "own", "TargetPrefix": "p"}});
        assert_eq!(logging_to_api(json!({"TargetPrefix": "p"}), "own"), expected);
    }
}
